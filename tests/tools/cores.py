# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make `.cache/cores/<version>`: one environment for each ansible-core that `.venv` does not have.

Each takes the first Python on PATH, or among those of pyenv, that the version runs on. Where there is none, or the
packages cannot be had, the rest is made all the same, and the exit status is 77, which test drivers read as "skipped".
"""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

from environment import CACHE, CHECKOUT, PROGRAMS, make_environment
from interpreters import NOT_RUN, advice, find_interpreter
from setup import show_collection_in
from supported import PYTHONS


def main() -> int:
    missing, helps = [], []
    for core, minors in PYTHONS.items():
        if version("ansible-core").startswith(f"{core}."):
            print(f"ansible-core {core}: in .venv", flush=True)
            continue
        interpreter = find_interpreter(minors)
        if interpreter is None:
            problem, help_ = f"no Python 3.{minors[0]} to 3.{minors[-1]}", advice(minors[0])
        else:
            problem, help_ = prepare(core, interpreter), f"{PROGRAMS / 'python'} {__file__}, with a network"
        print(f"ansible-core {core}: {problem or 'ready'}", flush=True)
        if problem:
            missing.append(f"{core} ({problem})")
            helps.append(help_)
    if missing:
        print(f"not run: ansible-core {', '.join(missing)} | {'; '.join(dict.fromkeys(helps))}")
    return NOT_RUN if missing else 0


def prepare(core: str, interpreter: str) -> str:
    """Make the environment unless it stands already; returns why there is none, or nothing."""
    folder, lock = CACHE / "cores" / core, CHECKOUT / "tests" / "requirements" / f"core-{core}.txt"
    stamp, wanted = folder / "made-from", f"{interpreter}\n{CHECKOUT}\n{lock.read_text(encoding='utf-8')}"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return ""
    try:
        python = make_environment(folder, [lock], interpreter) / "python"
    except subprocess.CalledProcessError:
        return "its packages could not be installed"
    (packages,) = folder.glob("lib/python3.*/site-packages")
    show_collection_in(packages)
    # Some installations of Python never write byte code by themselves; every import then takes three times as long.
    subprocess.run([python, "-m", "compileall", "-q", "-j", "0", packages], stdout=subprocess.DEVNULL, check=False)
    stamp.write_text(wanted, encoding="utf-8")
    return ""


if __name__ == "__main__":
    sys.exit(main())
