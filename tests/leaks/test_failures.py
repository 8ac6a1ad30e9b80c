# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever goes wrong at the service, on the way to it or on a host, no secret is in what is said about it."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ansible_collections.influxdb3.management.tests.leaks.controller import WatchedController
from ansible_collections.influxdb3.management.tests.leaks.examples import failing_tasks
from ansible_collections.influxdb3.management.tests.leaks.failures import FAILURES, SHORT_TIMEOUT
from ansible_collections.influxdb3.management.tests.leaks.watch import new_secret

if TYPE_CHECKING:
    from ansible_collections.influxdb3.management.tests.integration.fast_python import FastPython
    from ansible_collections.influxdb3.management.tests.leaks.conftest import MakeController

# The module door differs from the worker in nothing that fails; `make soak` goes through both.
DOORS = ["worker", "module"] if os.environ.get("LEAKS_THOROUGH") else ["worker"]


def play_of_failures(**defaults: Any) -> dict[str, Any]:
    """Every example, with these connection options; on the host, as that is where the role writes."""
    return {
        "hosts": "automation",
        "gather_facts": False,
        "module_defaults": {"group/influxdb3.management.all": defaults},
        "tasks": failing_tasks(),
    }


def order_for_everything(controller: WatchedController, orders: list[dict[str, Any]]) -> dict[str, Any]:
    """A play that has every request fail from now on, and not only those that change something."""
    controller.environment["LEAKS_ORDERS"] = json.dumps(orders)
    request = {
        "url": f"{controller.simulator.url}/_simulator/faults",
        "method": "POST",
        "body_format": "json",
        "body": "{{ item }}",
        "ca_path": controller.simulator.ca_path,
        "status_code": [200, 204],
    }
    task = {
        "ansible.builtin.uri": request,
        "loop": "{{ lookup('ansible.builtin.env', 'LEAKS_ORDERS') | from_json }}",
        "no_log": True,
    }
    return {"hosts": "localhost", "gather_facts": False, "tasks": [task]}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("failure", FAILURES)
def test_failure_of_the_service(
    make_controller: MakeController, fast_python: FastPython, failure: str, door: str
) -> None:
    controller = make_controller(door=door, host_python=str(fast_python.interpreter))
    planted = new_secret()
    controller.watch.given.append(planted)
    orders = FAILURES[failure].orders([controller.simulator.management_token, planted], "POST")
    for order in orders:
        controller.simulator.add_fault(**order)
    timeout = SHORT_TIMEOUT if FAILURES[failure].seconds else 3
    run = controller.play([play_of_failures(timeout=timeout, retries=0)])
    assert run.status == 0, run.output
    hit = {request["path"].split("/")[1] for request in controller.simulator.requests() if request["fault"]}
    assert hit == {"api", "_influxctl"}
    assert '"ignored=0"' not in run.output
    controller.require_secrecy()


@pytest.mark.parametrize("door", DOORS)
def test_refused_connection(make_controller: MakeController, door: str) -> None:
    controller = make_controller(door=door)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        closed = f"https://127.0.0.1:{listener.getsockname()[1]}"
    use_other_service(controller, closed)
    run = controller.play([play_of_failures(retries=0)])
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
