# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The demo fits a screen, shows no secret, and ends in one line when something is wrong or somebody interrupts it."""

from __future__ import annotations

import fcntl
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.influxdb3.management.tests.demo import run
from ansible_collections.influxdb3.management.tests.integration.controller import Run
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

DEMO = Path(__file__).with_name("run.py")
SECRET = re.compile(r"(?:M\.V1\.[^\s.]{5})|apiv1_")


@pytest.fixture
def only_one() -> Iterator[None]:
    """Demos have one folder, so that one waits for the other."""
    with open(run.CHECKOUT / ".cache" / "demo.lock", "w", encoding="utf-8") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def test_a_table_fits_the_screen() -> None:
    lines = run.table([("a" * 80, "b" * 80, "2027-02-23", "revoked", "c" * 80), ("1", "2", "3", "4", "5")]).splitlines()
    assert len(lines) == 3
    assert all(len("   " + line) <= 80 for line in lines)
    assert "b" * 10 + "..." in lines[1]
    starts = [lines[0].index(column) for column in run.COLUMNS]
    assert [lines[2][start] for start in starts] == ["1", "2", "3", "4", "5"]


def test_a_scene_that_fails_ends_the_demo(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "WORK", tmp_path)
    demo = run.Demo(simulator, step=False)
    demo.scene("Something is shown.")
    recap = "automation1 : ok=1    changed=0    unreachable=0    failed=0"
    with pytest.raises(SystemExit, match=r"The demo failed in scene 1: expected a change on .*automation1"):
        demo.changes(Run(0, recap), ["automation1"])
    with pytest.raises(SystemExit, match="expected 1 live tokens, got 0"):
        demo.require_held(live=1)
    demo.changes(Run(0, recap), [])
    demo.require_held(live=0)


def test_ctrl_c_ends_it_with_one_line(only_one: None) -> None:
    process = subprocess.Popen(
        [sys.executable, DEMO],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # Tests that run in the background, as by nohup, hand on that it is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    said = ""
    while "1. Two hosts" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    process.send_signal(signal.SIGINT)
    said += process.communicate(timeout=PATIENCE)[0]
    assert process.returncode == 128 + signal.SIGINT
    assert said.endswith("The demo was interrupted.\n")
    assert "Traceback" not in said


@PROOF_ONLY
def test_the_whole_demo(only_one: None) -> None:
    shown = subprocess.run(
        [sys.executable, DEMO], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert shown.returncode == 0, shown.stdout
    lines = shown.stdout.splitlines()
    assert len(lines) < 85
    assert [line for line in lines if len(line) > 80] == []
    assert not SECRET.search(shown.stdout)
    assert "clock" not in shown.stdout
