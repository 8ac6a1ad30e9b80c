# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST life of database tokens."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.simulator.fixture import Reply, Simulator
from ansible_collections.influxdb3.management.tests.unit.simulator.instants import NOW, later, rfc3339

PERMISSIONS = [{"action": "write", "resource": "b"}, {"action": "read", "resource": "a"}]


def ask(simulator: Simulator, method: str, path: str, body: Any = None, token: str | None = None) -> Reply:
    return simulator.ask(method, simulator.api_path + path, body, token or simulator.management_token)


def create(simulator: Simulator, **body: Any) -> dict[str, Any]:
    reply = ask(simulator, "POST", "/tokens", {"description": "one", **body})
    assert reply.status == 200, reply.text
    token: dict[str, Any] = reply.value
    return token


def test_a_created_token_shows_its_secret_once(simulator: Simulator) -> None:
    expires_at = "2026-03-02T05:20:19Z"
    created = create(simulator, permissions=PERMISSIONS, expiresAt=expires_at)
    secret = created.pop("accessToken")
    assert re.fullmatch(r"apiv1_.{64,}", secret)
    assert uuid.UUID(created["id"]).version == 4
    assert created["accountId"] == simulator.account_id
    assert created["clusterId"] == simulator.cluster_id
    assert created["permissions"] == PERMISSIONS
    assert created["expiresAt"] == expires_at
    assert "revokedAt" not in created
    assert ask(simulator, "GET", "/tokens").value == [created]
    assert ask(simulator, "GET", f"/tokens/{created['id']}").value == created
    assert simulator.state()["database_tokens"][0]["secret"] == secret


def test_only_the_description_is_required_and_it_may_repeat(simulator: Simulator) -> None:
    first, second = create(simulator), create(simulator)
    assert first["permissions"] == []
    assert "expiresAt" not in first
    assert first["id"] != second["id"]
    assert first["accessToken"] != second["accessToken"]
    assert len(ask(simulator, "GET", "/tokens").value) == 2


def test_an_update_replaces_what_is_given(simulator: Simulator) -> None:
    path = f"/tokens/{create(simulator, permissions=PERMISSIONS)['id']}"
    renamed = ask(simulator, "PATCH", path, {"description": "two"}).value
    assert (renamed["description"], renamed["permissions"]) == ("two", PERMISSIONS)
    emptied = ask(simulator, "PATCH", path, {"permissions": []}).value
    assert (emptied["description"], emptied["permissions"]) == ("two", [])
    assert "accessToken" not in emptied


def test_a_revoked_token_stays_in_the_list(simulator: Simulator) -> None:
    path = f"/tokens/{create(simulator)['id']}"
    first = ask(simulator, "DELETE", path)
    assert (first.status, first.text) == (204, "")
    revoked = ask(simulator, "GET", "/tokens").value
    assert "revokedAt" in revoked[0]
    assert ask(simulator, "DELETE", path).status == 204
    assert ask(simulator, "GET", "/tokens").value == revoked
    assert ask(simulator, "PATCH", path, {"description": "two"}).status == 409
    assert simulator.state()["database_tokens"][0]["status"] == "revoked"


def test_an_expired_token_is_neither_live_nor_revoked(simulator: Simulator) -> None:
    create(simulator, expiresAt=rfc3339(later(3600)))
    simulator.advance_clock(3599.999999)
    assert simulator.state()["database_tokens"][0]["status"] == "live"
    simulator.advance_clock(0.000001)
    assert simulator.state()["database_tokens"][0]["status"] == "expired"
    assert "revokedAt" not in ask(simulator, "GET", "/tokens").value[0]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"description": None},
        {"description": 1},
        {"description": "one", "expiresAt": None},
        {"description": "one", "expiresAt": "2001-01-01T00:00:00Z"},
        {"description": "one", "expiresAt": rfc3339(NOW)},
        {"description": "one", "expiresAt": "2999-01-01"},
        {"description": "one", "expiresAt": "2999-01-01T00:00:00"},
        {"description": "one", "expiresAt": "2999-02-30T00:00:00Z"},
        {"description": "one", "expiresAt": 32503680000},
        {"description": "one", "permissions": None},
        {"description": "one", "permissions": {}},
        {"description": "one", "permissions": ["read"]},
        {"description": "one", "permissions": [{"action": "read"}]},
        {"description": "one", "permissions": [{"action": "read", "resource": ""}]},
        {"description": "one", "permissions": [{"action": "read", "resource": "r" * 65}]},
        {"description": "one", "permissions": [{"action": "read", "resource": "a", "other": 1}]},
        {"description": "one", "unknown": 1},
        {"description": "one", "expirationType": "never"},
        [{"description": "one"}],
        b"{",
        b"",
        b'{"description": "\\ud800"}',
    ],
)
def test_a_wrong_body_creates_nothing(simulator: Simulator, body: Any) -> None:
    reply = ask(simulator, "POST", "/tokens", body)
    assert (reply.status, reply.value["code"]) == (400, 400)
    assert simulator.state()["database_tokens"] == []


@pytest.mark.parametrize(
    "body", [{}, {"description": None}, {"permissions": None}, {"expiresAt": "2999-01-01T00:00:00Z"}, {"id": "x"}]
)
def test_a_wrong_body_updates_nothing(simulator: Simulator, body: Any) -> None:
    created = create(simulator)
    assert ask(simulator, "PATCH", f"/tokens/{created['id']}", body).status == 400
    del created["accessToken"]
    assert ask(simulator, "GET", "/tokens").value == [created]


def test_a_body_must_be_declared_as_json(simulator: Simulator) -> None:
    headers = {"Content-Type": "text/plain", "Authorization": f"Bearer {simulator.management_token}"}
    reply = simulator.ask("POST", f"{simulator.api_path}/tokens", b'{"description": "one"}', headers=headers)
    assert reply.status == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/tokens/22222222-2222-4222-8222-222222222222", 404),
        ("PATCH", "/tokens/22222222-2222-4222-8222-222222222222", 404),
        ("DELETE", "/tokens/22222222-2222-4222-8222-222222222222", 404),
        ("GET", "/tokens/not-a-uuid", 400),
        ("GET", "/tokens/", 404),
        ("GET", "/unknown", 404),
        ("PUT", "/tokens", 405),
    ],
)
def test_what_is_not_there(simulator: Simulator, method: str, path: str, status: int) -> None:
    reply = ask(simulator, method, path, {"description": "two"})
    assert (reply.status, reply.value["code"]) == (status, status)


def test_another_account_is_not_there(simulator: Simulator) -> None:
    other = "22222222-2222-4222-8222-222222222222"
    for account_id, cluster_id, status in [
        (other, simulator.cluster_id, 404),
        (simulator.account_id, other, 404),
        ("x", simulator.cluster_id, 400),
    ]:
        path = f"/api/v0/accounts/{account_id}/clusters/{cluster_id}/tokens"
        assert simulator.ask("GET", path, token=simulator.management_token).status == status


@pytest.mark.parametrize("path", ["/tokens", "/unknown", "/databases"])
@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Bearer", "Bearer ", "Basic {token}", "{token}"])
def test_without_a_live_management_token_nothing_is_told(
    simulator: Simulator, path: str, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.format(token=simulator.management_token)}
    reply = simulator.ask("GET", simulator.api_path + path, headers=headers)
    assert (reply.status, reply.value) == (401, {"code": 401, "message": "unauthorized"})
    assert "date" in reply.headers


def test_a_database_token_is_no_management_token(simulator: Simulator) -> None:
    assert ask(simulator, "GET", "/tokens", token=create(simulator)["accessToken"]).status == 401


def test_clustered_knows_two_kinds_of_path(simulators: Callable[..., Simulator]) -> None:
    simulator = simulators(product="clustered", http=True)
    dummy = "11111111-1111-1111-1111-111111111111"
    assert (simulator.account_id, simulator.cluster_id) == (dummy, dummy)
    created = create(simulator)
    assert created["accountId"] == dummy
    flat = simulator.ask("GET", "/api/v0/tokens", token=simulator.management_token)
    assert [token["id"] for token in flat.value] == [created["id"]]
    assert "accountId" not in flat.value[0]
    assert simulator.ask("GET", "/api/v0/tokens").status == 401


def test_dedicated_has_no_flat_paths(simulator: Simulator) -> None:
    assert simulator.ask("GET", "/api/v0/tokens", token=simulator.management_token).status == 404
