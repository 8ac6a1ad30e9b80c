# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left when a run is interrupted: no token that nobody holds, no configuration of influxctl, no process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.integration.controller import Controller

# The module, and the path of its creation as the simulator sees it.
CREATIONS = {"database_token": "/tokens$", "management_token": "management/create"}
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
# Long enough that on a busy machine, too, the signal comes before the answer: what is delivered is not revoked.
IN_FLIGHT = 2.5


def start(controller: Controller, kind: str, secret_file: bool = False, **keywords: Any) -> subprocess.Popen[bytes]:
    """Start a playbook of one task that creates a token, in a group of its own, as a terminal would."""
    arguments: dict[str, Any] = {"description": "job", "timeout": 5}
    if secret_file:
        arguments["secret_file"] = str(controller.folder / "job.token")
    task = {f"influxdb3.management.{kind}": arguments, "register": "made", **keywords}
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [task]}
    playbook = controller.folder / "interrupted.json"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    in_process = json.dumps({"influxdb3_management_in_process": controller.door == "worker"})
    return subprocess.Popen(
        [os.path.join(os.path.dirname(sys.executable), "ansible-playbook"), str(playbook), "-e", in_process],
        cwd=controller.folder,
        env={**controller.environment, "TMPDIR": str(controller.folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # Tests that run in the background, as by nohup, hand on that some signals are ignored.
        preexec_fn=_handle_signals,
    )


def _handle_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def eventually(is_so: Callable[[], bool], what: str) -> None:
    """Wait for something that comes about in another process."""
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def wait_until_in_flight(controller: Controller) -> None:
    """Wait until the request that is to be delayed has arrived, and a moment for whoever sent it."""
    eventually(lambda: not controller.simulator.state()["faults"], "the request never came")
    time.sleep(0.1)


def started_below(folder: Path) -> list[str]:
    """The processes that have this folder on their command line."""
    lines = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            lines.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    return [line for line in lines if str(folder) in line]


def assert_nothing_is_left(controller: Controller) -> None:
    """Neither a configuration with the management token nor anything that this run started."""
    eventually(lambda: not started_below(controller.folder), "a process is left")
    # The run may be over before the module on the host is: influxctl ends first, then its configuration is removed.
    eventually(lambda: not list(controller.folder.glob("influxctl-*")), "a configuration of influxctl is left")


def statuses(controller: Controller, kind: str) -> list[str]:
    tokens = controller.simulator.state()[f"{kind}s"]
    return [token["status"] for token in tokens if token["description"] == "job"]


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_token_whose_result_is_thrown_away_is_revoked(
    documented_controller: Controller, number: signal.Signals
) -> None:
    controller = documented_controller
    # One kind for each signal would do, as both are made in the same place; the second has a process of its own.
    kind = "management_token" if number is signal.SIGTERM else "database_token"
    controller.simulator.add_fault("delay_after", CREATIONS[kind], "POST", seconds=IN_FLIGHT)
    process = start(controller, kind)
    wait_until_in_flight(controller)
    process.send_signal(number)
    assert process.wait(timeout=20) != 0
    eventually(lambda: statuses(controller, kind) == ["revoked"], "the token is live")
    assert_nothing_is_left(controller)


def test_a_token_of_a_task_that_takes_too_long_is_revoked(documented_controller: Controller) -> None:
    controller = documented_controller
    controller.simulator.add_fault("delay_after", CREATIONS["database_token"], "POST", seconds=4)
    process = start(controller, "database_token", timeout=3)
    assert process.wait(timeout=20) == 2
    eventually(lambda: statuses(controller, "database_token") == ["revoked"], "the token is live")
    assert_nothing_is_left(controller)


def test_a_token_with_a_file_is_delivered_before_the_run_ends(documented_controller: Controller) -> None:
    controller = documented_controller
    controller.simulator.add_fault("delay_after", CREATIONS["database_token"], "POST", seconds=IN_FLIGHT)
    process = start(controller, "database_token", secret_file=True)
    wait_until_in_flight(controller)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) != 0
    side = controller.folder / "job.token.json"
    eventually(side.exists, "the token was not delivered")
    (token,) = [one for one in controller.simulator.state()["database_tokens"] if one["description"] == "job"]
    assert token["status"] == "live"
    assert (controller.folder / "job.token").read_text(encoding="utf-8") == token["secret"]
    assert json.loads(side.read_text(encoding="utf-8"))["id"] == token["id"]
    assert_nothing_is_left(controller)


def test_influxctl_ends_with_the_run(documented_controller: Controller) -> None:
    controller = documented_controller
    controller.simulator.add_fault("delay_before", "management/list", "GET", seconds=30)
    process = start(controller, "management_token")
    wait_until_in_flight(controller)
    assert started_below(controller.folder)
    assert len(list(controller.folder.glob("influxctl-*"))) == 1
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) != 0
    assert_nothing_is_left(controller)
    assert statuses(controller, "management_token") == []


def test_a_run_that_was_killed_leaves_the_token_of_the_next_one_alone(documented_controller: Controller) -> None:
    controller = documented_controller
    controller.simulator.add_fault("drop_before", CREATIONS["database_token"], "POST")
    killed = start(controller, "database_token")
    # The list, the creation, and the first look for what it may have made. Its worker lives on and looks again.
    eventually(lambda: len(controller.simulator.requests()) == 3, "it does not look")
    killed.kill()
    killed.wait()
    assert start(controller, "database_token").wait(timeout=20) == 0
    assert_nothing_is_left(controller)
    assert statuses(controller, "database_token") == ["live"]
