# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary of the tests: what failed and how to run just that, what was left out, and all of it when interrupted."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.influxdb3.management.tests.tools.report import Report
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE, wait_until

TOOLS = Path(__file__).resolve().parents[2] / "tools"

# A plan in a folder of its own, run as `run.py` would.
DRIVER = """
import sys
from pathlib import Path
import run, stages
run.LOGS = Path(sys.argv[1])
run.PLANS["tried"] = ((tuple(stages.Stage(*each) for each in {stages!r}),),)
sys.exit(run.run_plan("tried"))
"""

SOME_TESTS = """
import pytest

def test_fine(): pass
def test_broken(): assert False

class TestInner:
    @pytest.mark.parametrize("word", ["a b", "c"])
    def test_some(self, word): assert word == "c"

@pytest.mark.skip(reason="there is no such thing here; PATH names one")
def test_left_out(): pass
"""


def driver(folder: Path, *stages: tuple[object, ...]) -> list[str]:
    return [sys.executable, "-c", DRIVER.format(stages=stages), str(folder)]


def run(folder: Path, *stages: tuple[object, ...]) -> tuple[int, str]:
    completed = subprocess.run(
        driver(folder, *stages), cwd=TOOLS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return completed.returncode, completed.stdout


def test_failing_tests_can_be_run_again_and_skipped_ones_say_why(tmp_path: Path) -> None:
    file = tmp_path / "test_some.py"
    file.write_text(SOME_TESTS, encoding="utf-8")
    status, output = run(tmp_path, ("some", ("pytest", str(file), f"--rootdir={tmp_path}", "-o", "addopts="), True))
    assert status == 1
    assert "FAILED   some" in output
    assert "2 passed, 2 failed, 1 skipped" in output
    assert "make one TEST=test_some.py::test_broken" in output
    assert "make one TEST='test_some.py::TestInner::test_some[a b]'" in output
    assert "skipped: there is no such thing here; PATH names one" in output
    variables = {"TEST_LEVEL": "proof"}
    _status, output = run(
        tmp_path, ("more", ("pytest", str(file), f"--rootdir={tmp_path}", "-o", "addopts="), True, variables)
    )
    assert "TEST_LEVEL=proof make one TEST=test_some.py::test_broken" in output
    report = Report.read(tmp_path / "some.xml")
    again = [sys.executable, "-m", "pytest", "-o", "addopts=", f"--rootdir={tmp_path}", *report.failures]
    said = subprocess.run(again, cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=False).stdout
    assert "2 failed" in said


def test_a_file_that_is_skipped_as_a_whole_says_why(tmp_path: Path) -> None:
    left_out = tmp_path / "test_left_out.py"
    left_out.write_text("import pytest\npytest.skip('it needs this', allow_module_level=True)\n", encoding="utf-8")
    _status, output = run(
        tmp_path, ("some", ("pytest", str(left_out), f"--rootdir={tmp_path}", "-o", "addopts="), True)
    )
    assert "skipped: it needs this\n" in output


def test_what_left_something_out_does_not_read_as_passed(tmp_path: Path) -> None:
    file = tmp_path / "test_some.py"
    file.write_text(SOME_TESTS, encoding="utf-8")
    words = ("pytest", str(file), f"--rootdir={tmp_path}", "-o", "addopts=", "-k", "fine or left_out")
    status, output = run(tmp_path, ("some", words, True))
    assert status == 0
    assert "partly   some" in output
    assert "passed   some" not in output


@pytest.mark.parametrize(
    ("program", "word", "expected"),
    [
        ("print('all is well')", "passed", 0),
        ("import sys; print('why'); sys.exit(3)", "FAILED", 1),
        ("import sys; print('not run: no such Python | install it so'); sys.exit(77)", "not run", 0),
    ],
)
def test_words_of_programs(tmp_path: Path, program: str, word: str, expected: int) -> None:
    status, output = run(tmp_path, ("one thing", ("python", "-c", program)))
    assert status == expected
    assert f"{word:8} one thing" in output
    if word == "FAILED":
        assert "make one TEST='one thing'" in output
        assert "why" in output
    if word == "not run":
        assert "no such Python" in output
        assert "\n           install it so\n" in output


def test_processor_seconds_of_children_count(tmp_path: Path) -> None:
    busy = "import time\nwhile time.process_time() < 1.2: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}])"
    _status, output = run(tmp_path, ("one thing", ("python", "-c", parent)))
    (line,) = [line for line in output.splitlines() if line.startswith("passed   one thing")][:1]
    assert int(line.split()[-2]) >= 1


def test_stages_of_a_run_in_the_background_hear_signals(tmp_path: Path) -> None:
    script = "import signal; print(signal.getsignal(signal.SIGHUP).name, signal.getsignal(signal.SIGINT).__name__)"
    subprocess.run(
        driver(tmp_path, ("deaf", ("python", "-c", script))),
        cwd=TOOLS,
        stdout=subprocess.DEVNULL,
        check=True,
        preexec_fn=lambda: [signal.signal(number, signal.SIG_IGN) for number in (signal.SIGHUP, signal.SIGINT)],
    )
    assert (tmp_path / "deaf.log").read_text(encoding="utf-8") == "SIG_DFL default_int_handler\n"


def test_a_stage_is_known_that_is_just_being_started(tmp_path: Path) -> None:
    """Ctrl-C comes when its process is there, and before anybody has noted that."""
    interrupting = """
import os, signal, subprocess
class Popen(subprocess.Popen):
    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        os.kill(os.getpid(), signal.SIGINT)
subprocess.Popen = Popen
"""
    (command, flag, program, *rest) = driver(tmp_path, ("only", ("python", "-c", "import time; time.sleep(3600)")))
    completed = subprocess.run(
        [command, flag, interrupting + program, *rest],
        cwd=TOOLS,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert completed.returncode != 0
    assert "ended    only                     interrupted" in completed.stdout
    assert "left behind" not in completed.stdout


def test_an_interrupted_run_tells_what_it_knows(tmp_path: Path) -> None:
    waiting = "import time; print('begun', flush=True); time.sleep(3600)"
    process = subprocess.Popen(
        driver(
            tmp_path,
            ("first", ("python", "-c", "print(1)")),
            ("second", ("python", "-c", waiting)),
            ("third", ("python", "-c", "print(3)")),
        ),
        cwd=TOOLS,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        # Tests that run in the background, as by nohup, hand on that it is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    log = tmp_path / "second.log"
    wait_until(lambda: log.exists() and "begun" in log.read_text(encoding="utf-8"), "the second stage runs")
    process.send_signal(signal.SIGINT)
    output, _errors = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    summary = output.partition("Summary")[2]
    assert "passed   first" in summary
    assert "ended    second                   interrupted" in summary
    assert "not run  third                    interrupted" in summary
