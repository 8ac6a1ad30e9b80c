# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever goes wrong at the service, on the way to it or on a host, no secret is in what is said about it."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.influxdb3.management.tests.leaks.controller import WatchedController
from ansible_collections.influxdb3.management.tests.leaks.examples import failing_tasks
from ansible_collections.influxdb3.management.tests.leaks.failures import FAILURES, FEW, TIMEOUT
from ansible_collections.influxdb3.management.tests.leaks.watch import new_secret
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY

if TYPE_CHECKING:
    from ansible_collections.influxdb3.management.tests.leaks.conftest import MakeController

CASES = [pytest.param(failure, id=failure, marks=() if failure in FEW else PROOF_ONLY) for failure in FAILURES]


def play_of_failures(**defaults: Any) -> dict[str, Any]:
    """Every example, with these connection options; on the host, as that is where the role writes."""
    return {
        "hosts": "automation",
        "gather_facts": False,
        "module_defaults": {"group/influxdb3.management.all": defaults},
        "tasks": failing_tasks(),
    }


@pytest.mark.parametrize("failure", CASES)
def test_failure_of_the_service(make_controller: MakeController, failure: str) -> None:
    controller = make_controller()
    controller.skip_waiting()
    planted = new_secret()
    controller.watch.given.append(planted)
    orders = FAILURES[failure].orders([controller.simulator.management_token, planted], "POST")
    for order in orders:
        controller.simulator.add_fault(**order)
    run = controller.play([play_of_failures(timeout=TIMEOUT, retries=0)])
    assert run.status == 0, run.output
    hit = {request["path"].split("/")[1] for request in controller.simulator.requests() if request["fault"]}
    assert hit == {"api", "_influxctl"}
    assert '"ignored=0"' not in run.output
    controller.require_secrecy()


@PROOF_ONLY
def test_refused_connection(make_controller: MakeController) -> None:
    controller = make_controller()
    controller.skip_waiting()
    # Kept and not listened to, so that nobody else gets the port meanwhile.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        use_other_service(controller, f"https://127.0.0.1:{taken.getsockname()[1]}")
        run = controller.play([play_of_failures(timeout=TIMEOUT, retries=0)])
    assert run.status == 0, run.output
    assert controller.simulator.requests() == []
    controller.require_secrecy()


def use_other_service(controller: WatchedController, url: str) -> None:
    """Have another address in the environment, and an influxctl that has it built in."""
    program = controller.folder / "programs" / "influxctl"
    program.parent.mkdir()
    text = Path(controller.simulator.influxctl_path).read_text(encoding="utf-8")
    assert controller.simulator.url in text
    program.write_text(text.replace(controller.simulator.url, url), encoding="utf-8")
    program.chmod(0o700)
    path = os.pathsep.join([str(program.parent), controller.environment["PATH"]])
    controller.environment |= {"INFLUXDB3_URL": url, "PATH": path}
