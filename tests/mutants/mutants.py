# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Break each guarantee in a copy of the checkout, and see that tests notice: `mutants.py`, or `mutants.py WORDS...` for
those whose guarantee has one of the words.

A patch whose text is not found exactly once is an error, and so is a test that fails without any patch.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
import time
from itertools import count
from pathlib import Path

from ansible_collections.influxdb3.management.tests.mutants.patches import MUTANTS, Mutant
from ansible_collections.influxdb3.management.tests.tools.environment import (
    CACHE,
    CHECKOUT,
    child_environment,
    copy_checkout,
)

COPY = CACHE / "mutants"
# What tests that start programs take from the environment they run in, and how Python runs it.
NEEDED = {"pytest": "pytest", "ansible": "ansible adhoc", "ansible-playbook": "ansible playbook"}
FAILED_TESTS = 1
# Only a fault that hangs reaches this.
SECONDS = 1800
# When the file of a mutant was changed, in seconds: never the same twice.
MOMENTS = count(1)


def main(words: list[str]) -> int:
    """Return 0 when every mutant was caught."""
    chosen = [mutant for mutant in MUTANTS if not words or any(word in mutant.guarantee for word in words)]
    rotten = [mutant for mutant in chosen if not fits(mutant)]
    for mutant in rotten:
        print(f"does not fit any more: {mutant.guarantee} ({mutant.file})")
    if rotten:
        return 1
    lay_out()
    every_test = dict.fromkeys(test for mutant in chosen for test in mutant.tests)
    status, output = run_tests(*every_test)
    if status != 0:
        print(f"Without any patch, pytest ends with {status}:\n{output[-3000:]}")
        return 1
    caught = sum(is_caught(mutant) for mutant in chosen)
    print(f"{caught} of {len(chosen)} mutants caught")
    return 0 if caught == len(chosen) else 1


def fits(mutant: Mutant) -> bool:
    """Whether the text to replace is there, once."""
    return (CHECKOUT / mutant.file).read_text(encoding="utf-8").count(mutant.before) == 1


def lay_out() -> None:
    """Make the copy, and an environment in it that differs from this one in where the collection is found."""
    copy_checkout(COPY)
    environment = COPY / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    packages = environment / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
    (packages / "everything-else.pth").write_text(
        f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n", encoding="utf-8"
    )
    show = f"import pathlib, setup; setup.show_collection_in(pathlib.Path({str(packages)!r}))"
    subprocess.run([python, "-c", show], cwd=COPY / "tests" / "tools", check=True)
    for name, module in NEEDED.items():
        text = f'#!/bin/sh\nexec {shlex.quote(str(python))} -m {module} "$@"\n'
        (environment / "bin" / name).write_text(text, encoding="utf-8")
        (environment / "bin" / name).chmod(0o755)


def run_tests(*tests: str) -> tuple[int, str]:
    """Run tests of the copy with the collection of the copy."""
    programs = COPY / ".venv" / "bin"
    # A test that is of a release only may be the one that notices.
    surroundings = {**child_environment(), "TEST_LEVEL": "proof", "FAULTS_KILLS": "6"}
    surroundings["PATH"] = f"{programs}{os.pathsep}{surroundings['PATH']}"
    completed = subprocess.run(
        [programs / "pytest", "-x", "-q", "--no-header", *tests],
        cwd=COPY,
        env=surroundings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=SECONDS,
        check=False,
    )
    return completed.returncode, completed.stdout


def is_caught(mutant: Mutant) -> bool:
    """Whether its tests fail; not whether they cannot be run."""
    started = time.monotonic()
    file = COPY / mutant.file
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace(mutant.before, mutant.after), encoding="utf-8")
    # Python takes what it has compiled before for current where the second of the change and the size are the same.
    moment = next(MOMENTS)
    os.utime(file, (moment, moment))
    try:
        status, _output = run_tests(*mutant.tests)
    finally:
        file.write_text(whole, encoding="utf-8")
    word = "caught" if status == FAILED_TESTS else "NOT CAUGHT" if status == 0 else f"not run ({status})"
    print(f"{word:10} {time.monotonic() - started:5.1f} s  {mutant.guarantee}", flush=True)
    return status == FAILED_TESTS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
