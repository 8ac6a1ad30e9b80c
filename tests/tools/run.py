# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run stages of the tests and sum them up: `run.py test`, `run.py lint` and so on, see stages.py.

A failed stage stops none of the others, so that one run shows all there is to mend. The output of a stage is kept in
.cache/log/ and shown when it fails.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import leftovers
from environment import CACHE, CHECKOUT, PROGRAMS, child_environment
from stages import PLANS, Stage

LOGS = CACHE / "log"
SECONDS_PER_STAGE = 1800
NOT_RUN = 77


@dataclass(frozen=True)
class Outcome:
    """How a stage ended. The counts are those of its tests; a failure outside of any test counts as one."""

    name: str
    word: str
    note: str
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        return f"{self.word:8} {self.name:22} {self.note:40} {self.seconds:6.1f} s"


class Running:
    """A stage under way, in a process group of its own."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.log = LOGS / f"{stage.name.replace(' ', '-')}.log"
        self.report = self.log.with_suffix(".xml")
        self.report.unlink(missing_ok=True)
        self.start = time.monotonic()
        program, *arguments = stage.command
        if stage.pytest:
            arguments.append(f"--junitxml={self.report}")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [PROGRAMS / program, *arguments],
                cwd=CHECKOUT,
                env=child_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def outcome(self) -> Outcome | None:
        """None while it runs; one that takes too long is ended."""
        seconds = time.monotonic() - self.start
        if self.process.poll() is None and seconds <= SECONDS_PER_STAGE:
            return None
        note = ""
        if self.process.poll() is None:
            self.end()
            note = f"ended after {SECONDS_PER_STAGE} s"
        status = self.process.wait()
        if status == NOT_RUN:
            return Outcome(self.stage.name, "not run", self.last_line().removeprefix("not run: "), seconds)
        if not self.stage.pytest:
            return Outcome(self.stage.name, "FAILED" if status else "passed", note, seconds, failed=int(status != 0))
        passed, failed, skipped = counts(self.report)
        note = note or f"{passed} passed, {failed} failed, {skipped} skipped"
        if status and not failed:
            failed, note = 1, f"{note}, pytest exited with {status}"
        word = "FAILED" if failed else "passed" if passed else "not run"
        return Outcome(self.stage.name, word, note, seconds, passed, failed, skipped)

    def end(self) -> None:
        """Interrupt it, so that tests can clean up; whatever is deaf to that is killed a little later."""
        os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace").rstrip()

    def last_line(self) -> str:
        return self.output().rpartition("\n")[2]


def counts(report: Path) -> tuple[int, int, int]:
    """How many tests passed, failed and were skipped according to a JUnit report; zeros where there is none."""
    if not report.exists():
        return 0, 0, 0
    suites = list(ElementTree.parse(report).iter("testsuite"))
    total, failures, errors, skipped = (
        sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    )
    return total - failures - errors - skipped, failures + errors, skipped


def run_lanes(lanes: Sequence[Sequence[Stage]]) -> list[Outcome]:
    """Run the lanes side by side, and the stages of a lane one after the other."""
    waiting = [deque(lane) for lane in lanes]
    running: list[Running | None] = [None] * len(lanes)
    outcomes: list[Outcome] = []
    try:
        while any(waiting) or any(running):
            for lane, current in enumerate(running):
                if current is None:
                    running[lane] = Running(waiting[lane].popleft()) if waiting[lane] else None
                elif outcome := current.outcome():
                    show(current, outcome)
                    outcomes.append(outcome)
                    running[lane] = None
            leftovers.reap([current.process.pid for current in running if current])
            time.sleep(0.05)
    finally:
        for unfinished in filter(None, running):
            unfinished.end()
    return outcomes


def show(finished: Running, outcome: Outcome) -> None:
    if outcome.word == "FAILED":
        print(f"\n---- {outcome.name}: {' '.join(finished.stage.command)}\n{finished.output()}\n----", flush=True)
    print(outcome, flush=True)


def summarize(outcomes: Sequence[Outcome], seconds: float) -> int:
    passed, failed, skipped = (
        sum(getattr(outcome, name) for outcome in outcomes) for name in ("passed", "failed", "skipped")
    )
    print("\nSummary")
    for outcome in outcomes:
        print(outcome)
    stages = sum(outcome.word == "FAILED" for outcome in outcomes)
    print(f"{len(outcomes)} stages, {stages} failed, in {seconds:.0f} s\n")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    return int(failed > 0)


def main(arguments: Sequence[str]) -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    leftovers.adopt()
    start = time.monotonic()
    try:
        plan = PLANS[arguments[0] if arguments else "test"]
        outcomes = [outcome for lanes in plan for outcome in run_lanes(lanes)]
    finally:
        left = leftovers.end()
    if left:
        print("These processes were left behind:", *left, sep="\n  ")
        outcomes.append(Outcome("leftovers", "FAILED", f"{len(left)} processes were left behind", 0.0, failed=1))
    return summarize(outcomes, time.monotonic() - start)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
