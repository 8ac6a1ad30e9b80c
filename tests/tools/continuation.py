# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the unit tests of the client on httpx2, the continuation of httpx, so that the day of the change is known.

httpx has had no release since December 2024. Where its continuation cannot be installed, the exit status is 77, which
test drivers read as "skipped". Arguments are handed to pytest.
"""

from __future__ import annotations

import subprocess
import sys

from environment import CACHE, CHECKOUT, child_environment, keep_environment
from interpreters import NOT_RUN
from setup import show_collection_in

LOCK = CHECKOUT / "tests" / "requirements" / "continuation.txt"
ENVIRONMENT = CACHE / "continuation"
TESTS = "tests/unit/plugins/module_utils"
# Whoever asks for httpx gets the continuation.
INSTEAD = """\
import sys

import httpx2

sys.modules["httpx"] = httpx2
"""


def main(arguments: list[str]) -> int:
    try:
        programs = keep_environment(ENVIRONMENT, LOCK)
    except subprocess.CalledProcessError:
        print("not run: the packages of tests/requirements/continuation.txt | make proof, with a network")
        return NOT_RUN
    (packages,) = ENVIRONMENT.glob("lib/python3.*/site-packages")
    if not (packages / "httpx.py").exists():
        (packages / "httpx.py").write_text(INSTEAD, encoding="utf-8")
        show_collection_in(packages)
    command = [str(programs / "python"), "-m", "pytest", "-o", f"cache_dir={ENVIRONMENT / 'pytest'}", *arguments, TESTS]
    return subprocess.run(command, cwd=CHECKOUT, env=child_environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
