# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What CONTRIBUTING.md says: its short commands work, its long ones exist, and so do the places that it names."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from ansible_collections.influxdb3.management.tests.docs.documents import CHECKOUT, blocks, codes, tables
from ansible_collections.influxdb3.management.tests.integration.controller import PROGRAMS
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

DOCUMENT = CHECKOUT / "CONTRIBUTING.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
# These take minutes, or never end.
LONG = {
    "setup",
    "test",
    "proof",
    "lint",
    "demo",
    "coverage",
    "bench",
    "lock",
    "simulator",
    "docs",
    "build",
    "release",
    "release-check",
}


def test_every_command_of_make_is_there() -> None:
    named = set(re.findall(r"`make ([a-z-]+)", TEXT)) | set(re.findall(r"^make ([a-z-]+)$", TEXT, re.MULTILINE))
    assert named - TARGETS == set()
    assert named - LONG == {"help", "one"}


def test_the_short_ones_work() -> None:
    (example,) = re.findall(r"`make one (TEST=\S+)`", TEXT)
    for words in (["help"], ["one", example]):
        completed = subprocess.run(
            ["make", *words, f"PYTHON={sys.executable}"], cwd=CHECKOUT, capture_output=True, text=True, check=False
        )
        assert completed.returncode == 0, completed.stdout + completed.stderr


def test_every_place_is_there() -> None:
    places = [code for rows in tables(DOCUMENT, "To change") for row in rows for code in codes(row[1])]
    assert len(places) > 12
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    named = re.findall(r"`((?:plugins|tests|meta|changelogs)/[\w./]+)`", TEXT)
    for place in (*places, *links, *named):
        assert (CHECKOUT / place).exists(), place


def test_a_playbook_of_ones_own_reaches_the_simulator(simulator: Simulator, tmp_path: Path) -> None:
    """The simulator of the tests stands for that of `make simulator`."""
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps(simulator.ready), encoding="utf-8")
    (script,) = [block.text for block in blocks(DOCUMENT) if "simulator_variables" in block.text]
    script = script.replace(".cache/simulator.json", shlex.quote(str(ready)))
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    completed = subprocess.run(
        ["sh", "-eu", "-c", script.replace(".venv/bin/", f"{shlex.quote(str(PROGRAMS))}/")],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    assert "localhost | SUCCESS => {" in completed.stdout


def test_without_a_simulator_there_is_one_clear_line() -> None:
    program = CHECKOUT / "tests" / "tools" / "simulator_variables.py"
    completed = subprocess.run(
        [sys.executable, str(program), "/no/such/file"], capture_output=True, text=True, check=False
    )
    assert (completed.returncode, completed.stdout) == (1, "")
    assert completed.stderr.splitlines() == [
        "Name the ready file of a simulator that runs. `make simulator` starts one."
    ]
