# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the main playbook that are killed at any moment, with everything they have started, and the runs after them.

FAULTS_KILLS is how many runs are killed, 60 unless set: one for each kind of token when it has just been made, and the
others spread evenly over the tasks that change anything, by a fixed seed.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.integration.controller import PROGRAMS, Controller
from ansible_collections.influxdb3.management.tests.integration.fast_python import FastPython
from ansible_collections.influxdb3.management.tests.integration.processes import kill_whole, started_below
from ansible_collections.influxdb3.management.tests.integration.test_role import held_token, use_hosts
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.waiting import wait_until

DAY = 86400
CHECKOUT = Path(__file__).resolve().parents[2]
PLAYBOOK = CHECKOUT / "playbooks" / "automation_host.yml"
# Where the service makes a token of each kind, as the simulator sees it.
CREATIONS = {"management": "management/create$", "database": "/tokens$"}
FIRST_CHANGE = "Have the profile as wanted"
# The playbook renews 14 days before the end of 90, which ends the predecessor. After that it takes so long again.
UNTIL_OVER = 13 * DAY
UNTIL_DUE = 77 * DAY - UNTIL_OVER


class Host:
    """The one host of the playbook, and what it and its receiver hold."""

    def __init__(self, folder: Path, simulator: Simulator, python: FastPython) -> None:
        self._seconds: list[float] = []
        self._python = python
        self._simulator = simulator
        self._folder = folder
        self._controller = Controller(folder, simulator, host_python=str(python.interpreter))
        self._controller.environment["TMPDIR"] = str(folder)
        self._playbook = shutil.copy(PLAYBOOK, folder)
        (self._file,) = use_hosts(self._controller, "web1")
        self._secret = Path(self._controller.environment["HOME"]) / ".config" / "telegraf" / "influxdb.token"

    def forget(self) -> None:
        """As if it had never been provisioned, at the service too."""
        self._simulator.reset()
        shutil.rmtree(self._secret.parent, ignore_errors=True)
        shutil.rmtree(self._file.parent, ignore_errors=True)

    def start(self) -> subprocess.Popen[bytes]:
        """Start a run, in a group of its own."""
        with (self._folder / "output").open("wb") as output:
            return subprocess.Popen(
                [PROGRAMS / "ansible-playbook", self._playbook],
                cwd=self._folder,
                env=self._controller.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def run(self) -> None:
        """A run that nobody kills, after which host and receiver hold live tokens."""
        process = self.start()
        begun: list[float] = []
        while process.poll() is None:
            begun += [time.monotonic()] * (len(self._tasks()) - len(begun))
            time.sleep(0.01)
        begun.append(time.monotonic())
        assert process.returncode == 0, self._output()[-3000:]
        assert self.held() <= self.live()
        seconds = [later - earlier for earlier, later in pairwise(begun)]
        # A task that has nothing to do this time may have more another time.
        self._seconds = [max(pair) for pair in zip_longest(seconds, self._seconds, fillvalue=0.0)]

    def moments(self, count: int, chance: random.Random) -> list[float]:
        """So many moments from the first task on that changes anything, for ``kill_in``."""
        first = next(place for place, name in enumerate(self._tasks()) if FIRST_CHANGE in name)
        share = (len(self._seconds) - first) / count
        return [first + share * (number + chance.random()) for number in range(count)]

    def kill_in(self, task: float) -> bool:
        """Start a run and kill all of it in this task, counted from 0, and so far in it as the fraction says.

        Returns false where the run was over by then.
        """
        process = self.start()
        while process.poll() is None and len(self._tasks()) <= int(task):
            time.sleep(0.01)
        try:
            process.wait(timeout=task % 1 * self._seconds[int(task)])
            return False
        except subprocess.TimeoutExpired:
            self._kill(process)
            return True

    def kill_after_making(self, kind: str) -> None:
        """Start a run and kill all of it when the service has made this kind of token, and nobody has its answer."""
        self._simulator.add_fault("delay_after", CREATIONS[kind], "POST", seconds=DAY)
        process = self.start()
        wait_until(lambda: self._is_answering() or process.poll() is not None, "the token is made")
        assert process.poll() is None, self._output()[-3000:]
        self._kill(process)
        self._simulator.end_delays()

    def _is_answering(self) -> bool:
        return any(request["fault"] and request["status"] is None for request in self._simulator.requests())

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        # Ansible's workers and influxctl have sessions of their own, and a worker that goes on would clean up.
        kill_whole(process.pid)
        process.wait()
        wait_until(lambda: not started_below(self._folder), "every process of the run has ended")
        self._python.settle()

    def _tasks(self) -> list[str]:
        return [line for line in self._output().splitlines() if line.startswith("TASK [")]

    def _output(self) -> str:
        return (self._folder / "output").read_text(encoding="utf-8", errors="replace")

    def held(self) -> set[str]:
        """The token strings on the host and in the secret file."""
        return {held_token(self._file), self._secret.read_text(encoding="utf-8")}

    def live(self) -> set[str]:
        """The live tokens, but for the one that the simulator began with."""
        return {
            token["secret"]
            for kind in CREATIONS
            for token in self._live(kind)
            if token["secret"] != self._simulator.management_token
        }

    def left(self) -> set[str]:
        """The live tokens that were made and never lay in their place. The last run has named each.

        They may be those of others, so that only their expiry ends them.
        """
        known = self.held() | {self._simulator.management_token}
        left = [token for kind in CREATIONS for token in self._live(kind) if token["secret"] not in known]
        output = "".join(self._output().split())
        assert all(token["id"] in output for token in left), self._output()
        return {token["secret"] for token in left}

    def _live(self, kind: str) -> list[dict[str, Any]]:
        tokens: list[dict[str, Any]] = self._simulator.state()[f"{kind}_tokens"]
        return [token for token in tokens if token["status"] == "live"]


@pytest.fixture
def host(simulator: Simulator, fast_python: FastPython, tmp_path: Path) -> Host:
    """A host that was never provisioned."""
    return Host(tmp_path, simulator, fast_python)


@PROOF_ONLY
def test_a_killed_run_is_finished_by_the_next(host: Host, simulator: Simulator) -> None:
    kills = int(os.environ.get("FAULTS_KILLS", "60"))
    host.run()
    simulator.advance_clock(UNTIL_OVER)
    moments: list[float | str] = [*CREATIONS, *host.moments(kills - len(CREATIONS), random.Random(1))]
    for number, moment in enumerate(moments):
        in_use = begin(host, simulator, renewing=number % 2 == 0)
        if isinstance(moment, str):
            host.kill_after_making(moment)
        while isinstance(moment, float) and not host.kill_in(moment):
            # A run that was over has only taken less time than the last; the next one is killed sooner.
            moment = sooner(moment)
            in_use = begin(host, simulator, renewing=number % 2 == 0)
        assert in_use <= host.live(), "a token in use was revoked"
        host.run()
        assert host.held().isdisjoint(in_use)
        simulator.advance_clock(UNTIL_OVER)
        host.run()
        left = host.left()
        assert host.live() == host.held() | left
        assert in_use.isdisjoint(left), "a predecessor outlives its expiry"
        # A death between the answer to a creation and its place leaves exactly that token.
        assert len(left) <= 1
        assert len(left) == 1 or moment not in CREATIONS


def begin(host: Host, simulator: Simulator, renewing: bool) -> set[str]:
    """Have something to do for a run; returns the tokens that are in use before it."""
    if not renewing:
        host.forget()
        return set()
    simulator.advance_clock(UNTIL_DUE)
    return host.held()


def sooner(moment: float) -> float:
    """A moment in the first half of what has passed of its task, and at last one in the task before."""
    begun, passed = divmod(moment, 1)
    return begun + passed / 2 if passed > 0.01 else begun - 0.5
