# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stub of the cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator


def create(simulator: Simulator, **body: Any) -> dict[str, Any]:
    path = f"{simulator.api_path}/tokens"
    token: dict[str, Any] = simulator.ask(
        "POST", path, {"description": "one", **body}, simulator.management_token
    ).value
    return token


def status(simulator: Simulator, method: str, path: str, authorization: str | None) -> int:
    headers = {} if authorization is None else {"Authorization": authorization}
    return simulator.ask(method, urlsplit(simulator.data_url).path + path, headers=headers).status


@pytest.mark.parametrize("scheme", ["Bearer", "Token"])
def test_permissions_decide(simulator: Simulator, scheme: str) -> None:
    permissions = [{"action": "write", "resource": "one"}, {"action": "read", "resource": "*"}]
    authorization = f"{scheme} {create(simulator, permissions=permissions)['accessToken']}"
    for method, path, expected in [
        ("GET", "/ping", 204),
        ("POST", "/api/v2/write?bucket=one", 204),
        ("POST", "/write?db=one", 204),
        ("POST", "/api/v2/write?bucket=two", 403),
        ("POST", "/api/v2/write", 400),
        ("GET", "/query?db=two", 200),
    ]:
        assert status(simulator, method, path, authorization) == expected, path
    assert status(simulator, "GET", "/ping", authorization + "x") == 401
    assert status(simulator, "GET", "/ping", None) == 401
    assert status(simulator, "GET", "/ping", f"Bearer {simulator.management_token}") == 401
    assert status(simulator, "GET", "/health", None) == 200


def test_revoked_and_expired_tokens_are_unknown(simulator: Simulator) -> None:
    token = create(simulator)
    authorization = f"Bearer {token['accessToken']}"
    assert status(simulator, "GET", "/ping", authorization) == 204
    simulator.ask("DELETE", f"{simulator.api_path}/tokens/{token['id']}", token=simulator.management_token)
    assert status(simulator, "GET", "/ping", authorization) == 401


def test_activation_takes_time_under_some_seeds(simulators: Callable[..., Simulator]) -> None:
    simulator = next(
        candidate
        for seed in range(3)
        if (candidate := simulators(seed=seed, http=True)).state()["variations"]["activation_seconds"] == 60
    )
    authorization = f"Bearer {create(simulator)['accessToken']}"
    inactive = simulator.state()["variations"]["inactive_status"]
    assert status(simulator, "GET", "/ping", authorization) == inactive
    simulator.advance_clock(59.999999)
    assert status(simulator, "GET", "/ping", authorization) == inactive
    simulator.advance_clock(0.000001)
    assert status(simulator, "GET", "/ping", authorization) == 204


def test_tables_that_have_data_are_shown(simulator: Simulator) -> None:
    for path, body in (("databases", {"name": "one"}), ("databases/one/tables", {"name": "empty"})):
        simulator.ask("POST", f"{simulator.api_path}/{path}", body, simulator.management_token)
    permissions = [{"action": action, "resource": "one"} for action in ("read", "write")]
    headers = {"Authorization": f"Bearer {create(simulator, permissions=permissions)['accessToken']}"}
    data = urlsplit(simulator.data_url).path

    def shown() -> Any:
        return simulator.ask("GET", f"{data}/query?db=one&q=SHOW%20MEASUREMENTS", headers=headers).value["results"][0]

    assert shown() == {"statement_id": 0}
    lines = b"room,sensor=a value=1\nroom value=2\nmy\\ table value=3\n"
    assert simulator.ask("POST", f"{data}/api/v2/write?bucket=one", lines, headers=headers).status == 204
    (series,) = shown()["series"]
    assert series == {"name": "measurements", "columns": ["name"], "values": [["my\\ table"], ["room"]]}
    simulator.ask("DELETE", f"{simulator.api_path}/databases/one/tables/room", token=simulator.management_token)
    assert shown()["series"][0]["values"] == [["my\\ table"]]
