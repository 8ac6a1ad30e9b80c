# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left when a run is interrupted: no token that nobody holds, no configuration of influxctl, no process.

What a signal does to the processes of Ansible, whole runs show; what a worker makes of it, a stand-in for a worker.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._run import Outcome
from ansible_collections.influxdb3.management.tests.faults.consumer import Consumer, connection, hide_environment
from ansible_collections.influxdb3.management.tests.integration.controller import PROGRAMS, Controller
from ansible_collections.influxdb3.management.tests.integration.no_waiting import LOOKING, Clock
from ansible_collections.influxdb3.management.tests.integration.processes import (
    children,
    descendants,
    kill_whole,
    started_below,
)
from ansible_collections.influxdb3.management.tests.integration.ssh_server import SshServer
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.unit.plugins.forked_worker import Worker
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE, wait_until

# The module, and the path of its creation as the simulator sees it.
CREATIONS = {"database_token": "/tokens$", "management_token": "management/create"}
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
# What is delayed goes on when a test says so: what it must not overtake has come about by then.
UNTIL_TOLD = 86400
# What ansible-playbook says when it has passed on that it was interrupted, and waits for its worker.
INTERRUPTED = "User interrupted execution"
# What a host is asked for, in turn: what there is, whether it could be written, and to write it.
THE_TRIAL, THE_WRITE = 2, 3


class Run:
    """A playbook of one task that creates a token, under way in a group of its own, as a terminal would start it."""

    def __init__(
        self, controller: Controller, kind: str, secret_file: bool = False, hosts: str = "localhost", **keywords: Any
    ) -> None:
        self._controller = controller
        arguments: dict[str, Any] = {"timeout": PATIENCE}
        if kind == "influxctl_profile":
            arguments |= {"name": "default", "path": str(configuration(controller)), "mint": {"description": "job"}}
        else:
            arguments["description"] = "job"
        if kind == "database_token":
            arguments["permissions"] = []
        if secret_file:
            arguments["secret_file"] = str(controller.folder / "job.token")
        task = {f"influxdb3.management.{kind}": arguments, "register": "made", **keywords}
        play = {"hosts": hosts, "gather_facts": False, "tasks": [task]}
        self.playbook = controller.folder / "interrupted.json"
        self.playbook.write_text(json.dumps([play]), encoding="utf-8")
        python = json.dumps({"ansible_python_interpreter": controller.host_python})
        self._output = controller.folder / "output"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [PROGRAMS / "ansible-playbook", str(self.playbook), "-e", python],
                cwd=controller.folder,
                env={**controller.environment, "TMPDIR": str(controller.folder)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                # Tests that run in the background, as by nohup, hand on that some signals are ignored.
                preexec_fn=_handle_signals,
            )

    def status(self) -> int:
        """Wait for its end."""
        return self.process.wait(timeout=PATIENCE)

    def worker(self) -> int:
        """The process that the task runs in."""
        (worker,) = children(self.process.pid)
        return worker

    def wait_until_in_flight(self) -> None:
        """Wait until the request that is to be delayed has arrived."""
        wait_until_in_flight(self._controller.simulator)

    def interrupt(self, number: signal.Signals) -> None:
        """Send a signal, and wait until it has reached whoever waits for the service."""
        self.process.send_signal(number)
        self._wait_until_told(number)

    def interrupt_all(self, number: signal.Signals) -> None:
        """Send it to every process that this has started, as a terminal or a service manager does."""
        if number is signal.SIGKILL:
            kill_whole(self.process.pid)
        else:
            # From below, so that none is gone because of another.
            for process in (*reversed([*descendants(self.process.pid)]), self.process.pid):
                os.kill(process, number)
        self._wait_until_told(number)

    def _wait_until_told(self, number: signal.Signals) -> None:
        if number is signal.SIGINT:
            wait_until(lambda: INTERRUPTED in self._output.read_text(encoding="utf-8"), "the worker is told")
        else:
            # Ended by then, whatever its worker does.
            self.status()


def configuration(controller: Controller) -> Path:
    """Where its influxctl has its profiles."""
    return controller.folder / "profiles" / "config.toml"


def _handle_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def wait_until_in_flight(simulator: Simulator) -> None:
    """Wait until the request that is to be delayed has arrived. Whoever sent it holds signals back since before."""
    wait_until(lambda: is_in_flight(simulator), "the request has arrived")


def is_in_flight(simulator: Simulator) -> bool:
    return any(request["fault"] is not None and request["status"] is None for request in simulator.requests())


def assert_nothing_is_left(folder: Path) -> None:
    """Neither a configuration with the management token nor anything that this run started."""
    wait_until(lambda: not started_below(folder), "every process has ended")
    # The run may be over before the module on the host is: influxctl ends first, then its configuration is removed.
    wait_until(lambda: not list(folder.glob("influxctl-*")), "the configuration of influxctl is removed")


def statuses(simulator: Simulator, kind: str) -> list[str]:
    tokens = simulator.state()[f"{kind}s"]
    return [token["status"] for token in tokens if token["description"] == "job"]


# Killed, it leaves a worker behind, and nobody who would receive a result.
@pytest.mark.parametrize("number", [*SIGNALS, signal.SIGKILL], ids=lambda number: number.name)
def test_a_token_whose_result_is_thrown_away_is_revoked(
    documented_controller: Controller, number: signal.Signals
) -> None:
    controller = documented_controller
    # One kind for each signal would do, as both are made in the same place; the second has a process of its own.
    kind = "management_token" if number is signal.SIGTERM else "database_token"
    controller.simulator.add_fault("delay_after", CREATIONS[kind], "POST", seconds=UNTIL_TOLD)
    run = Run(controller, kind)
    run.wait_until_in_flight()
    run.interrupt(number)
    controller.simulator.end_delays()
    assert run.status() != 0
    wait_until(lambda: statuses(controller.simulator, kind) == ["revoked"], "the token is revoked")
    assert_nothing_is_left(controller.folder)


def test_a_token_of_a_task_that_takes_too_long_is_revoked(documented_controller: Controller) -> None:
    controller = documented_controller
    controller.simulator.add_fault("delay_after", CREATIONS["database_token"], "POST", seconds=UNTIL_TOLD)
    run = Run(controller, "database_token", timeout=86400)
    run.wait_until_in_flight()
    # The alarm by which Ansible notices that a task's time is over.
    os.kill(run.worker(), signal.SIGALRM)
    controller.simulator.end_delays()
    assert run.status() == 2
    wait_until(lambda: statuses(controller.simulator, "database_token") == ["revoked"], "the token is revoked")
    assert_nothing_is_left(controller.folder)


@pytest.mark.parametrize("kind", ["database_token", "influxctl_profile"])
def test_signals_wait_until_a_secret_is_on_its_host(documented_controller: Controller, kind: str) -> None:
    """As a service manager stops a run: every process that it has started is sent the signal."""
    controller = documented_controller
    at_the_write, may_go_on = controller.folder / "at-the-write", controller.folder / "may-go-on"
    let_a_call_wait(controller, THE_WRITE, at_the_write, may_go_on)
    run = Run(controller, kind, secret_file=kind == "database_token")
    wait_until(at_the_write.exists, "the host is about to write")
    run.interrupt_all(signal.SIGTERM)
    may_go_on.touch()
    assert run.status() != 0
    assert_nothing_is_left(controller.folder)
    if kind == "database_token":
        assert_delivered(controller.simulator, controller.folder)
    else:
        assert_in_profile(controller)


@pytest.mark.parametrize(
    ("kind", "pipelining", "number", "call"),
    [
        ("database_token", True, signal.SIGINT, THE_WRITE),
        ("influxctl_profile", False, signal.SIGTERM, THE_WRITE),
        ("database_token", True, signal.SIGTERM, THE_TRIAL),
        ("database_token", True, signal.SIGKILL, THE_WRITE),
    ],
)
def test_the_next_run_goes_on_from_what_an_interruption_left_on_a_host(
    documented_controller: Controller,
    ssh_server: SshServer,
    kind: str,
    pipelining: bool,
    number: signal.Signals,
    call: int,
) -> None:
    """The client of ssh is sent the signal too; the host knows nothing of it, and works on."""
    controller = documented_controller
    at_work, may_go_on = controller.folder / "at-work", controller.folder / "may-go-on"
    let_a_call_wait(controller, call, at_work, may_go_on)
    controller.use_host(ssh_server.variables, pipelining)
    run = Run(controller, kind, secret_file=kind == "database_token", hosts="web1")
    try:
        wait_until(at_work.exists, "the host is at work")
        run.interrupt_all(number)
    finally:
        may_go_on.touch()
    assert run.status() != 0
    for folder in (controller.folder, ssh_server.home):
        assert_nothing_is_left(folder)
    # A secret that could be held back for was; before the write, nothing is made.
    made = "management_token" if kind == "influxctl_profile" else kind
    assert statuses(controller.simulator, made) == ["live"] * (call == THE_WRITE)
    mended = controller.playbook(run.playbook)
    assert mended.status == 0, mended.output
    if number is signal.SIGKILL:
        held = (controller.folder / "job.token").read_text(encoding="utf-8")
        tokens = controller.simulator.state()["database_tokens"]
        assert (held, "live") in [(token["secret"], token["status"]) for token in tokens]
    else:
        assert mended.changed == {"web1": int(call != THE_WRITE)}, mended.output
        assert_delivered(controller.simulator, controller.folder) if made == kind else assert_in_profile(controller)


def let_a_call_wait(controller: Controller, call: int, at_work: Path, may_go_on: Path) -> None:
    """Have Python on the host make the one file at this call, and wait for the other."""
    calls = shlex.quote(str(controller.folder / "calls"))
    waits = f"until [ -e {shlex.quote(str(may_go_on))} ]; do sleep 0.1; done"
    path = controller.folder / "python-of-the-host"
    path.write_text(
        f"#!/bin/sh\necho >> {calls}\n"
        f'if [ "$(wc -l < {calls})" -eq {call} ]; then touch {shlex.quote(str(at_work))}; {waits}; fi\n'
        f'exec {shlex.quote(controller.host_python)} "$@"\n',
        encoding="utf-8",
    )
    path.chmod(0o755)
    controller.host_python = str(path)


def assert_delivered(simulator: Simulator, folder: Path) -> None:
    """The one token is live, and in its file."""
    (token,) = [one for one in simulator.state()["database_tokens"] if one["description"] == "job"]
    assert token["status"] == "live"
    assert (folder / "job.token").read_text(encoding="utf-8") == token["secret"]
    assert json.loads((folder / "job.token.json").read_text(encoding="utf-8"))["id"] == token["id"]


def assert_in_profile(controller: Controller) -> None:
    """The one token is live, in its profile, and was accepted."""
    (token,) = [one for one in controller.simulator.state()["management_tokens"] if one["description"] == "job"]
    assert token["status"] == "live"
    file = configuration(controller)
    assert f'mgmt_token = "{token["secret"]}"' in file.read_text(encoding="utf-8")
    side = json.loads(file.with_name(".config.toml.default.json").read_text(encoding="utf-8"))
    assert (side["id"], side["accepted"]) == (token["id"], True)


# What a worker makes of it


@pytest.fixture
def simulator(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """That of all tests, and nothing in the environment that leads elsewhere."""
    hide_environment(monkeypatch)
    return simulator


def consumer(simulator: Simulator, kind: str, secret_file: Path | None = None) -> Consumer:
    return Consumer(simulator, kind, connection(simulator, simulator.url, simulator.influxctl_path), secret_file)


def test_a_token_with_a_file_is_delivered_before_the_worker_ends(simulator: Simulator, tmp_path: Path) -> None:
    simulator.add_fault("delay_after", CREATIONS["database_token"], "POST", seconds=UNTIL_TOLD)
    worker = Worker(lambda _say: consumer(simulator, "database", tmp_path / "job.token").run())
    wait_until_in_flight(simulator)
    worker.send(signal.SIGTERM)
    simulator.end_delays()
    assert worker.end().status == -signal.SIGTERM
    assert_delivered(simulator, tmp_path)


def test_influxctl_ends_with_the_worker(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    simulator.add_fault("delay_before", "management/list", "GET", seconds=UNTIL_TOLD)
    worker = Worker(lambda _say: consumer(simulator, "management").run())
    wait_until_in_flight(simulator)
    assert started_below(tmp_path / "influxctl-")
    assert len(list(tmp_path.glob("influxctl-*"))) == 1
    worker.send(signal.SIGTERM)
    assert worker.end().status == -signal.SIGTERM
    assert_nothing_is_left(tmp_path)
    assert statuses(simulator, "management_token") == []


# So long that two runs will not hit on the same second to end it; and none, so that no expiry tells them apart.
@pytest.mark.parametrize("lifetime", ["3650d", None])
def test_a_run_that_was_killed_leaves_the_token_of_the_next_one_alone(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, lifetime: str | None
) -> None:
    """Its worker lives on and looks for what it may have made, and the next run makes its own meanwhile."""
    killed, following = consumer(simulator, "database"), consumer(simulator, "database")
    followed: list[Outcome] = []

    class UntilTheNextRun(Clock):
        """The first pause between two looks lasts until that run is over."""

        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if not followed:
                followed.append(following.run(lifetime=lifetime))

    monkeypatch.setattr(LOOKING, "time", UntilTheNextRun())
    simulator.add_fault("drop_before", CREATIONS["database_token"], "POST")
    assert killed.run(has_receiver=lambda: not followed, lifetime=lifetime).error is not None
    assert [outcome.error for outcome in followed] == [None]
    assert list(following.live()) == [following.holds()]
