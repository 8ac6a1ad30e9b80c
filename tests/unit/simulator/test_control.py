# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking into the simulator and steering it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

Influxctl = Callable[..., "subprocess.CompletedProcess[str]"]


def tokens_path(simulator: Simulator) -> str:
    return f"{simulator.api_path}/tokens"


def test_requests_are_recorded_in_order(simulator: Simulator) -> None:
    path = tokens_path(simulator)
    simulator.ask("GET", path + "?x=1", token=simulator.management_token)
    simulator.ask("POST", path, {}, token=simulator.management_token)
    simulator.add_fault("status", status=418)
    simulator.ask("DELETE", "/elsewhere")
    requests = simulator.requests()
    assert all(sorted(request) == ["fault", "method", "path", "status", "time"] for request in requests)
    assert [(r["method"], r["path"], r["status"], r["fault"]) for r in requests] == [
        ("GET", path, 200, None),
        ("POST", path, 400, None),
        ("DELETE", "/elsewhere", 418, "status"),
    ]


def test_a_reset_forgets_everything_but_the_first_token(simulator: Simulator, influxctl: Influxctl) -> None:
    first = simulator.state()["management_tokens"][0]
    influxctl(simulator, "management", "create", "--description", "one")
    simulator.ask("POST", tokens_path(simulator), {"description": "one"}, token=simulator.management_token)
    simulator.ask("POST", f"{simulator.api_path}/databases", {"name": "one"}, token=simulator.management_token)
    influxctl(simulator, "management", "revoke", "--force", first["id"])
    assert simulator.ask("GET", tokens_path(simulator), token=simulator.management_token).status == 401
    simulator.add_fault("status", times=None)
    simulator.refuse_changes(True)
    simulator.reset()
    state = simulator.state()
    assert state["management_tokens"] == [first]
    assert [state[name] for name in ("database_tokens", "databases", "faults", "influxctl_calls")] == [[], [], [], []]
    assert state["refuse_changes"] is False
    assert simulator.requests() == []
    assert simulator.ask("GET", tokens_path(simulator), token=simulator.management_token).status == 200


def test_what_was_received_can_be_forgotten(simulator: Simulator, influxctl: Influxctl) -> None:
    influxctl(simulator, "management", "create", "--description", "one")
    simulator.forget_requests()
    assert simulator.requests() == []
    assert simulator.state()["influxctl_calls"] == []
    assert len(simulator.state()["management_tokens"]) == 2


def test_changes_can_be_refused(simulator: Simulator, influxctl: Influxctl) -> None:
    token = simulator.management_token
    simulator.refuse_changes(True)
    first = simulator.state()["management_tokens"][0]["id"]
    replies = [
        simulator.ask("POST", tokens_path(simulator), {"description": "one"}, token=token),
        simulator.ask("PATCH", f"{tokens_path(simulator)}/x", {"description": "one"}, token=token),
        simulator.ask("PUT", f"{simulator.api_path}/databases/x/rename", {"name": "y"}, token=token),
        simulator.ask("DELETE", f"{tokens_path(simulator)}/x", token=token),
    ]
    assert [reply.status for reply in replies] == [500] * 4
    assert influxctl(simulator, "management", "create", "--description", "one").returncode == 1
    assert influxctl(simulator, "management", "revoke", "--force", first).returncode == 1
    assert [request["fault"] for request in simulator.requests()] == ["refused"] * 6
    assert simulator.ask("GET", tokens_path(simulator), token=token).status == 200
    assert influxctl(simulator, "management", "list").returncode == 0
    simulator.refuse_changes(False)
    assert simulator.ask("POST", tokens_path(simulator), {"description": "one"}, token=token).status == 200
