# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run stages of the tests and sum them up: `run.py test`, `run.py lint` and so on, see stages.py; or one test or stage,
`run.py one tests/unit/...::test_name`.

A failed stage stops none of the others, so that one run shows all there is to mend. The output of a stage is kept in
.cache/log/ and shown when it fails. What a stage costs is counted in processor seconds, user and system, of all its
processes: on a busy machine the clock tells little.
"""

from __future__ import annotations

import os
import resource
import shlex
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import leftovers
from environment import CACHE, CHECKOUT, PROGRAMS, child_environment
from interrupts import interrupt_held
from report import Report
from stages import PLANS, STAGES, Stage

LOGS = CACHE / "log"
NOT_RUN = 77


@dataclass(frozen=True)
class Outcome:
    """How a stage ended. The counts are those of its tests; a failure outside of any test counts as one.

    ``hints`` are lines on what was left out or failed, each with the one command that helps.
    """

    name: str
    word: str
    note: str = ""
    wall: float = 0.0
    processor: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    hints: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.word:8} {self.name:24} {self.note:38} {self.wall:6.0f} s {self.processor:6.0f} s"


class Running:
    """A stage under way, in a process group of its own."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.log = LOGS / f"{stage.name.replace(' ', '-').replace(',', '')}.log"
        self.xml = self.log.with_suffix(".xml")
        self.xml.unlink(missing_ok=True)
        self.start = time.monotonic()
        self.processor = 0.0
        program, *arguments = stage.command
        if stage.pytest:
            # This older form of the report names the file of each test.
            arguments += [f"--junitxml={self.xml}", "-o", "junit_family=xunit1"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [PROGRAMS / program, *arguments],
                cwd=CHECKOUT,
                env={**child_environment(), **stage.variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=hear_signals,
            )

    def outcome(self) -> Outcome | None:
        """None while it runs; one that takes too long is ended."""
        wall = time.monotonic() - self.start
        note = ""
        if not self._has_ended():
            if wall <= self.stage.limit:
                return None
            self.end()
            note = f"ended after {self.stage.limit} s"
        return judge(self.stage, self.process.returncode, note, wall, self.processor, self.output(), self.xml)

    def interrupted(self) -> Outcome:
        """End it, and tell as much as is known."""
        self.end()
        report = Report.read(self.xml)
        return Outcome(
            self.stage.name, "ended", "interrupted", time.monotonic() - self.start, self.processor, failed=report.failed
        )

    def end(self) -> None:
        """Interrupt it, so that tests can clean up; whatever is deaf to that is killed after a while."""
        for number, seconds in ((signal.SIGINT, 30.0), (signal.SIGKILL, 30.0)):
            if self._has_ended():
                return
            os.killpg(self.process.pid, number)
            deadline = time.monotonic() + seconds
            while not self._has_ended() and time.monotonic() < deadline:
                time.sleep(0.05)

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace").rstrip()

    def _has_ended(self) -> bool:
        """Whether it has; it is waited for here, as only that tells what it cost."""
        if self.process.returncode is None:
            process, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if process:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                self.processor = usage.ru_utime + usage.ru_stime
        return self.process.returncode is not None


def judge(stage: Stage, status: int, note: str, wall: float, processor: float, output: str, xml: Path) -> Outcome:
    """What to say of a stage that has ended with this status."""
    if status == NOT_RUN:
        what, _, help_ = output.rpartition("\n")[2].removeprefix("not run: ").partition(" | ")
        return Outcome(stage.name, "not run", what, wall, processor, hints=(help_,) if help_ else ())
    if not stage.pytest:
        if not status:
            return Outcome(stage.name, "passed", note, wall, processor)
        return Outcome(stage.name, "FAILED", note, wall, processor, failed=1, hints=(again(stage, stage.name),))
    report = Report.read(xml)
    failed = report.failed
    note = note or f"{report.passed} passed, {failed} failed, {report.skipped} skipped"
    hints = [again(stage, test) for test in report.failures]
    if status and not failed:
        failed, note = 1, f"{note}, pytest exited with {status}"
        hints.append(again(stage, stage.name))
    hints += [f"skipped: {reason}" for reason in report.reasons]
    # A stage that has left something out must not read as if it had looked at everything.
    word = (
        "FAILED"
        if failed
        else "partly"
        if report.skipped and report.passed
        else "passed"
        if report.passed
        else "not run"
    )
    return Outcome(stage.name, word, note, wall, processor, report.passed, failed, report.skipped, tuple(hints))


def again(stage: Stage, name: str) -> str:
    """The command that runs one test of a stage, or the stage itself, as it was run here."""
    variables = (f"{variable}={value}" for variable, value in stage.variables.items())
    return " ".join([*variables, "make", "one", f"TEST={shlex.quote(name)}"])


def hear_signals() -> None:
    """For a stage, which is interrupted by its signals: in the background, as by nohup, it would inherit deafness."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


class Lanes:
    """Lanes side by side, the stages of each one after the other. ``outcomes`` are complete however it ends."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []

    def run(self, lanes: Sequence[Sequence[Stage]]) -> None:
        """Run all of them."""
        waiting = [deque(lane) for lane in lanes]
        running: list[Running | None] = [None] * len(lanes)
        try:
            while any(waiting) or any(running):
                for lane, current in enumerate(running):
                    if current is None and waiting[lane]:
                        with interrupt_held():
                            running[lane] = Running(waiting[lane].popleft())
                    elif current is None:
                        continue
                    elif outcome := current.outcome():
                        show(current, outcome)
                        self.outcomes.append(outcome)
                        running[lane] = None
                leftovers.reap([current.process.pid for current in running if current])
                time.sleep(0.05)
        except BaseException:
            # A second Ctrl-C must not keep the stages that are still running from being ended.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self.outcomes += [current.interrupted() for current in running if current]
            self.outcomes += [Outcome(stage.name, "not run", "interrupted") for lane in waiting for stage in lane]
            raise


def show(finished: Running, outcome: Outcome) -> None:
    if outcome.word == "FAILED":
        print(f"\n---- {outcome.name}: {shlex.join(finished.stage.command)}\n{finished.output()}\n----", flush=True)
    print(outcome, flush=True)


def summarize(outcomes: Sequence[Outcome], wall: float) -> int:
    """Print the table of all stages; returns the exit status."""
    passed, failed, skipped = (
        sum(getattr(outcome, name) for outcome in outcomes) for name in ("passed", "failed", "skipped")
    )
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(usage.ru_utime + usage.ru_stime for usage in used)
    print(f"\n{'':8} {'Summary':24} {'':38} {'wall':>8} {'processor':>9}")
    for outcome in outcomes:
        print(outcome)
        for hint in outcome.hints:
            print(f"{'':8}   {hint}")
    stages = sum(outcome.word == "FAILED" for outcome in outcomes)
    print(f"{len(outcomes)} stages, {stages} failed, in {wall:.0f} s and {processor:.0f} processor seconds\n")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    return int(failed > 0)


def run_plan(word: str) -> int:
    """Run the stages of a plan, and tell of all of them however it ends."""
    LOGS.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    leftovers.adopt()
    start = time.monotonic()
    lanes = Lanes()
    try:
        for each in PLANS[word]:
            lanes.run(each)
    finally:
        if left := leftovers.end():
            print("These processes were left behind:", *left, sep="\n  ")
            lanes.outcomes.append(Outcome("leftovers", "FAILED", f"{len(left)} processes were left behind", failed=1))
        status = summarize(lanes.outcomes, time.monotonic() - start)
    return status


def run_one(name: str) -> int:
    """Run one stage by its name, or one test, file or folder of tests by its path, and show what it prints."""
    stage = STAGES.get(name) or Stage(name, ("pytest", *settings_of(name), name), pytest=True)
    program, *arguments = stage.command
    environment = {**child_environment(), **stage.variables}
    return subprocess.run([PROGRAMS / program, *arguments], cwd=CHECKOUT, env=environment, check=False).returncode


def settings_of(test: str) -> tuple[str, ...]:
    """The options with which the stage runs that a test belongs to; those on how many run at a time are left out."""
    for stage in STAGES.values():
        if stage.pytest and any(test.startswith(word) for word in stage.command if word.startswith("tests/")):
            return tuple(word for word in stage.command[1:] if not word.startswith(("-n", "--dist", "tests/")))
    return ()


def main(arguments: Sequence[str]) -> int:
    word = arguments[0] if arguments else "test"
    if word == "one":
        return run_one(arguments[1])
    return run_plan(word)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
