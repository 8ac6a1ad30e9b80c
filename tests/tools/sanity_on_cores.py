# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `ansible-test sanity` of each supported ansible-core that tests/tools/cores.py has installed, but that of .venv.

Arguments are handed on. Where one is not installed, or what its ansible-test needs is not, the rest is run all the
same, and the exit status is 77, which test drivers read as "skipped".
"""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

from environment import CACHE, CHECKOUT, child_environment
from interpreters import NOT_RUN
from supported import PYTHONS


def main(arguments: list[str]) -> int:
    failed: list[str] = []
    missing: list[str] = []
    for core in PYTHONS:
        if version("ansible-core").startswith(f"{core}."):
            continue
        folder = CACHE / "cores" / core
        if not (folder / "made-from").is_file():
            missing.append(core)
            continue
        print(f"ansible-core {core}", flush=True)
        command = [str(folder / "bin" / "python"), str(CHECKOUT / "tests" / "tools" / "sanity.py"), *arguments]
        status = subprocess.run(command, cwd=CHECKOUT, env=child_environment(), check=False).returncode
        (missing if status == NOT_RUN else failed if status else []).append(core)
    if failed:
        print(f"It fails on ansible-core {', '.join(failed)}.")
        return 1
    if missing:
        print(f"not run: on ansible-core {', '.join(missing)} | make one TEST='other ansible-cores', with a network")
    return NOT_RUN if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
