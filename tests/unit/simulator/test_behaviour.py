# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that cannot be trusted: the behaviours that a test can order."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.behaviour import (
    LONGEST_DESCRIPTION,
    NEIGHBOURS,
    Behaviour,
)
from ansible_collections.influxdb3.management.tests.unit.simulator.instants import later, rfc3339

Influxctl = Callable[..., "subprocess.CompletedProcess[str]"]
PERMISSIONS = [{"action": "write", "resource": "b"}, {"action": "read", "resource": "a"}]
ZERO = "0001-01-01T00:00:00Z"


def ask(simulator: Simulator, method: str = "GET", path: str = "", body: Any = None) -> Any:
    return simulator.ask(method, f"{simulator.api_path}/tokens{path}", body, simulator.management_token).value


def create(simulator: Simulator, **body: Any) -> dict[str, Any]:
    created: dict[str, Any] = ask(simulator, "POST", body={"description": "one", "permissions": PERMISSIONS, **body})
    return created


def management_tokens(simulator: Simulator, influxctl: Influxctl) -> list[dict[str, Any]]:
    """As they are listed, without the one of the ready file."""
    listed: list[dict[str, Any]] = json.loads(influxctl(simulator, "management", "list", "--format", "json").stdout)
    return listed[1:]


def test_at_the_start_everything_is_as_documented(simulator: Simulator) -> None:
    assert simulator.state()["behaviour"] == dataclasses.asdict(Behaviour())


def test_an_order_is_about_everything_and_a_reset_ends_it(simulator: Simulator) -> None:
    documented = simulator.state()["behaviour"]
    simulator.behave(expiry_limit_seconds=60, ids="capitals")
    assert simulator.state()["behaviour"] == {**documented, "expiry_limit_seconds": 60, "ids": "capitals"}
    simulator.behave(creation_status=201)
    assert simulator.state()["behaviour"] == {**documented, "creation_status": 201}
    simulator.reset()
    assert simulator.state()["behaviour"] == documented


@pytest.mark.parametrize(
    "order",
    [
        {"expiry_limit_seconds": 0},
        {"expiry_limit_seconds": "60"},
        {"descriptions": "shouted"},
        {"ids": None},
        {"never": True},
        {"list_lag_seconds": -1},
        {"list_lag_seconds": None},
        {"permissions": ["sorted"]},
        {"creation_status": 204},
        {"neighbours": "none"},
        {"unknown": 1},
        [],
    ],
)
def test_a_wrong_order_changes_nothing(simulator: Simulator, order: Any) -> None:
    simulator.behave(ids="capitals")
    before = simulator.state()
    assert simulator.ask("POST", "/_simulator/behaviour", order).status == 400
    assert simulator.state() == before


def test_no_token_outlives_the_limit(simulator: Simulator, influxctl: Influxctl) -> None:
    simulator.behave(expiry_limit_seconds=60)
    within, beyond = ("2026-03-02T04:20:50Z", "2026-03-02T05:00:00Z")
    assert create(simulator, expiresAt=within)["expiresAt"] == within
    latest = rfc3339(later(60))
    for body in ({"expiresAt": beyond}, {}):
        assert create(simulator, **body)["expiresAt"] == latest.replace("456Z", "Z")
    influxctl(simulator, "management", "create", "--description", "one", "--expires-at", beyond)
    influxctl(simulator, "management", "create", "--description", "one")
    made = simulator.state()["management_tokens"][1:]
    assert [token["expires_at"] for token in made] == [latest.replace("Z", "000Z")] * 2


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("as_sent", " caf\u00e9 " + "x" * 40),
        ("trimmed", "caf\u00e9 " + "x" * 40),
        ("cut", (" caf\u00e9 " + "x" * 40)[:LONGEST_DESCRIPTION]),
        ("decomposed", " cafe\u0301 " + "x" * 40),
    ],
)
def test_descriptions(simulator: Simulator, influxctl: Influxctl, name: str, kept: str) -> None:
    sent = " caf\u00e9 " + "x" * 40
    assert unicodedata.is_normalized("NFC", sent)
    simulator.behave(descriptions=name)
    created = create(simulator, description=sent)
    assert created["description"] == kept
    assert ask(simulator, "PATCH", f"/{created['id']}", {"description": sent})["description"] == kept
    assert [token["description"] for token in ask(simulator)] == [kept]
    influxctl(simulator, "management", "create", f"--description={sent}")
    assert [token["description"] for token in management_tokens(simulator, influxctl)] == [kept]


def test_ids_in_capitals_are_the_same_ones(simulator: Simulator, influxctl: Influxctl) -> None:
    simulator.behave(ids="capitals")
    created = create(simulator)
    assert created["id"] == created["id"].lower()
    [listed] = ask(simulator)
    assert listed["id"] == created["id"].upper()
    for path in (f"/{created['id']}", f"/{listed['id']}"):
        assert ask(simulator, path=path) == listed
    ask(simulator, "DELETE", f"/{listed['id']}")
    assert simulator.state()["database_tokens"][0]["status"] == "revoked"

    influxctl(simulator, "management", "create", "--description", "one")
    [token] = management_tokens(simulator, influxctl)
    assert token["id"] == token["id"].upper() != simulator.state()["management_tokens"][1]["id"]
    assert token["id"] in influxctl(simulator, "management", "list").stdout
    influxctl(simulator, "management", "revoke", "--force", token["id"])
    assert simulator.state()["management_tokens"][1]["status"] == "revoked"


def test_never_is_a_time_of_its_own(simulator: Simulator, influxctl: Influxctl) -> None:
    simulator.behave(never="zero_time")
    created = create(simulator)
    assert (created["expiresAt"], created["revokedAt"]) == (ZERO, ZERO)
    ask(simulator, "DELETE", f"/{created['id']}")
    [revoked] = ask(simulator)
    assert (revoked["expiresAt"], revoked["revokedAt"]) == (ZERO, "2026-03-02T04:20:19.123Z")
    influxctl(simulator, "management", "create", "--description", "one", "--expires-at", "2026-03-02T05:00:00Z")
    [token] = management_tokens(simulator, influxctl)
    assert token["expires_at"]["seconds"] > 0
    assert token["revoked_at"] == {"seconds": -62135596800}


@pytest.mark.parametrize("seed", range(10))
def test_never_in_the_notation_of_a_seed(simulators: Callable[..., Simulator], influxctl: Influxctl, seed: int) -> None:
    simulator = simulators(seed=seed, http=True)
    simulator.behave(never="zero_time")
    never = json.loads(influxctl(simulator, "management", "list", "--format", "json").stdout)[0]["expires_at"]
    assert never in (ZERO, {"seconds": -62135596800}, {"seconds": "-62135596800"})


def test_a_new_token_is_missing_in_lists_for_a_while(simulator: Simulator, influxctl: Influxctl) -> None:
    simulator.behave(list_lag_seconds=60)
    created = create(simulator)
    influxctl(simulator, "management", "create", "--description", "one")

    def listed() -> list[int]:
        database_tokens = json.loads(influxctl(simulator, "token", "list", "--format", "json").stdout)
        return [len(ask(simulator)), len(database_tokens), len(management_tokens(simulator, influxctl))]

    simulator.advance_clock(59)
    assert listed() == [0, 0, 0]
    assert ask(simulator, path=f"/{created['id']}")["id"] == created["id"]
    simulator.advance_clock(1)
    assert listed() == [1, 1, 1]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("sorted", PERMISSIONS[::-1]),
        ("upper_case", [{**one, "action": one["action"].upper()} for one in PERMISSIONS]),
    ],
)
def test_permissions(simulator: Simulator, name: str, kept: list[dict[str, str]]) -> None:
    simulator.behave(permissions=name)
    created = create(simulator)
    assert created["permissions"] == kept
    updated = ask(simulator, "PATCH", f"/{created['id']}", {"permissions": PERMISSIONS})
    assert updated["permissions"] == kept
    # What they are called changes nothing in what they allow.
    bearer = {"token": created["accessToken"]}
    assert simulator.ask("POST", "/_data/write?db=b", b"", **bearer).status == 204
    assert simulator.ask("GET", "/_data/query?db=a", **bearer).status == 200
    assert simulator.ask("POST", "/_data/write?db=a", b"", **bearer).status == 403


@pytest.mark.parametrize("status", [200, 201, 202])
def test_the_status_of_creations(simulator: Simulator, status: int) -> None:
    simulator.behave(creation_status=status)
    path = f"{simulator.api_path}/tokens"
    reply = simulator.ask("POST", path, {"description": "one"}, simulator.management_token)
    assert (reply.status, reply.value["description"]) == (status, "one")
    assert simulator.ask("GET", path, token=simulator.management_token).status == 200


def test_neighbours_are_listed_and_nowhere_else(simulator: Simulator, influxctl: Influxctl) -> None:
    simulator.behave(neighbours="odd")
    listed = ask(simulator)
    assert [token["id"] for token in listed] == list(NEIGHBOURS)
    assert [name for token in listed for name in ("description", "createdAt") if name not in token] == [
        "description",
        "createdAt",
    ]
    assert [token["permissions"] for token in listed] == [[], [], None]
    assert ask(simulator, path=f"/{NEIGHBOURS[0]}")["code"] == 404
    tokens = management_tokens(simulator, influxctl)
    assert [token["id"] for token in tokens] == list(NEIGHBOURS)
    assert [name for token in tokens for name in ("description", "created_at") if name not in token] == [
        "description",
        "created_at",
    ]
    assert tokens[2]["token_prefix"] is None
    assert simulator.state()["database_tokens"] == []
