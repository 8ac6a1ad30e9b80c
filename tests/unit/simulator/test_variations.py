# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a seed chooses."""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator import variations

Influxctl = Callable[..., "subprocess.CompletedProcess[str]"]


def test_the_documented_behaviour_is_the_first_possibility() -> None:
    expected = {name: options[0] for name, options in variations.POSSIBILITIES.items()}
    assert dataclasses.asdict(variations.documented()) == expected


def test_ten_seeds_meet_every_possibility() -> None:
    met = [dataclasses.asdict(variations.of_seed(seed)) for seed in range(10)]
    for name, options in variations.POSSIBILITIES.items():
        assert {choices[name] for choices in met} == set(options), name


def test_seeds_differ() -> None:
    assert len({variations.of_seed(seed) for seed in range(100)}) > 90


@pytest.mark.parametrize("seed", range(10))
def test_a_seed_always_means_the_same(simulators: Callable[..., Simulator], seed: int) -> None:
    state = simulators(seed=seed, http=True).state()
    assert state["seed"] == seed
    assert state["variations"] == dataclasses.asdict(variations.of_seed(seed))


def test_seed_and_dialect_can_be_chosen_at_the_start_and_at_a_reset(influxctl: Influxctl) -> None:
    with Simulator.start(seed=7, dialect="plain", http=True) as simulator:

        def shown() -> tuple[Any, Any, str]:
            state = simulator.state()
            return state["seed"], state["variations"], influxctl(simulator, "version").stdout

        at_the_start = shown()
        assert at_the_start[:2] == (7, {**dataclasses.asdict(variations.of_seed(7)), "dialect": "plain"})
        assert "2.10" in at_the_start[2]
        simulator.reset(seed=None, dialect=None)
        assert shown() == (None, dataclasses.asdict(variations.documented()), "influxctl version 2.12.1 linux/amd64\n")
        simulator.reset(seed=3)
        assert shown()[:2] == (3, {**dataclasses.asdict(variations.of_seed(3)), "dialect": "plain"})
        simulator.reset()
        assert shown() == at_the_start


@pytest.mark.parametrize("body", [{"seed": "1"}, {"seed": -1}, {"dialect": "xml"}, {"product": "clustered"}, []])
def test_a_wrong_choice_at_a_reset_changes_nothing(simulator: Simulator, body: Any) -> None:
    simulator.advance_clock(1)
    before = simulator.state()
    assert simulator.ask("POST", "/_simulator/reset", body).status == 400
    assert simulator.state() == before


# A change here changes what a seed in an old report meant.
def test_seed_seven_is_what_it_always_was() -> None:
    chosen = variations.of_seed(7)
    assert (chosen.dialect, chosen.create_shape, chosen.influxctl_time) == ("table", "list", "no_nanos")


@pytest.mark.parametrize("seed", range(10))
def test_every_seed_serves_the_life_of_a_token(simulators: Callable[..., Simulator], seed: int) -> None:
    simulator = simulators(seed=seed, http=True)
    chosen = variations.of_seed(seed)
    path, token = f"{simulator.api_path}/tokens", simulator.management_token
    permissions = [{"action": "write", "resource": "b"}, {"action": "read", "resource": "a"}]
    ids = []
    for description in ("first", "second", "third"):
        body = {"description": description, "permissions": permissions}
        ids.append(simulator.ask("POST", path, body, token).value["id"])
    listed = simulator.ask("GET", path, token=token).value
    assert sorted(entry["id"] for entry in listed) == sorted(ids)
    if chosen.list_order != "shuffled":
        assert [entry["id"] for entry in listed] == (ids[::-1] if chosen.list_order == "reversed" else ids)
    shown = listed[0]["permissions"]
    assert shown == (permissions if chosen.permission_order == "as_sent" else permissions[::-1])
    assert ("aFutureField" in listed[0]) is chosen.extra_fields
    assert simulator.ask("DELETE", f"{path}/{ids[0]}", token=token).status == 204
    assert simulator.ask("DELETE", f"{path}/{ids[0]}", token=token).status == (
        204 if chosen.second_revoke_found else 404
    )
    assert simulator.ask("GET", f"{path}/{ids[0]}", token=token).status == (200 if chosen.revoked_token_found else 404)
    assert len(simulator.ask("GET", path, token=token).value) == 3


@pytest.mark.parametrize("seed", range(3))
def test_clustered_may_leave_out_or_add_identifiers(simulators: Callable[..., Simulator], seed: int) -> None:
    simulator = simulators(seed=seed, http=True, product="clustered")
    chosen = variations.of_seed(seed).clustered_identifiers
    for path, by_path in ((simulator.api_path, True), ("/api/v0", False)):
        answer = simulator.ask("POST", f"{path}/tokens", {"description": "one"}, simulator.management_token).value
        assert ("accountId" in answer) is {"always": True, "never": False, "by_path": by_path}[chosen]
