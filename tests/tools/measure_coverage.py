# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure which lines and branches of plugins the tests reach, and list the files of which they reach less than 90 %.

Ansible's worker processes, and modules that run in a Python of the checkout, are counted too. Arguments name the tests;
without any it is those that reach plugins by themselves.
"""

from __future__ import annotations

import json
import subprocess
import sys

from environment import CACHE, CHECKOUT, PROGRAMS, child_environment

FOLDER = CACHE / "coverage"
TESTS = ("tests/unit", "tests/contract", "tests/faults", "tests/integration")
ENOUGH = 90


def main(tests: list[str]) -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("data*"):
        old.unlink()
    options = ["-q", "-n2", "--dist=worksteal", "--cov", "--cov-report="]
    status = call("pytest", *options, *(tests or TESTS))
    report = FOLDER / "report.json"
    call("coverage", "json", "-q", "-o", str(report))
    measured = json.loads(report.read_text(encoding="utf-8"))
    print(f"\n{share(measured['totals']):.1f} % of the lines and branches of plugins were reached.")
    for name, file in sorted(measured["files"].items(), key=lambda each: share(each[1]["summary"])):
        if share(file["summary"]) < ENOUGH:
            lines = ", ".join(map(str, file["missing_lines"]))
            print(f"{share(file['summary']):5.1f} %  {name}  lines never reached: {lines or 'none, but branches'}")
    return status


def share(summary: dict[str, float]) -> float:
    """Percent of what is there that was reached."""
    return summary["percent_covered"]


def call(program: str, *arguments: str) -> int:
    return subprocess.run(
        [PROGRAMS / program, *arguments], cwd=CHECKOUT, env=child_environment(), check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
