# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the unit tests of what is sent to managed hosts on Python 3.9, the oldest one that these may have.

Without such a Python the exit status is 77, which test drivers read as "skipped". Arguments are handed to pytest.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from environment import CACHE, CHECKOUT, COLLECTION, child_environment, make_environment
from interpreters import NOT_RUN, advice, find_interpreter

LOCK = CHECKOUT / "tests" / "requirements" / "oldest-python.txt"
ENVIRONMENT = CACHE / "oldest-python"
TESTS = ("tests/unit/plugins/module_utils", "tests/unit/plugins/modules")


def main(arguments: list[str]) -> int:
    interpreter = find_interpreter([9])
    if interpreter is None:
        print(f"not run: no Python 3.9 | {advice(9)}")
        return NOT_RUN
    python = str(prepare(interpreter) / "python")
    command = [python, "-m", "pytest", "-o", f"cache_dir={ENVIRONMENT / 'pytest'}", *arguments, *TESTS]
    return subprocess.run(command, cwd=CHECKOUT, env=child_environment(), check=False).returncode


def prepare(interpreter: str) -> Path:
    """Make the environment unless it stands already, and let it see what a managed host would: no more of Ansible
    than the part that Ansible sends along with a module."""
    stamp, wanted = ENVIRONMENT / "made-from", interpreter + LOCK.read_text(encoding="utf-8")
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return ENVIRONMENT / "bin"
    programs = make_environment(ENVIRONMENT, [LOCK], interpreter)
    packages = ENVIRONMENT / "lib" / "python3.9" / "site-packages"
    sent_along = Path(
        sys.prefix, "lib", f"python3.{sys.version_info.minor}", "site-packages", "ansible", "module_utils"
    )
    for link, target in ((packages / COLLECTION, CHECKOUT), (packages / "ansible" / "module_utils", sent_along)):
        link.parent.mkdir(parents=True)
        link.symlink_to(target, target_is_directory=True)
    (packages / "ansible" / "__init__.py").touch()
    stamp.write_text(wanted, encoding="utf-8")
    return programs


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
