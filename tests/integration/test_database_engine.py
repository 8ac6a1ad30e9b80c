# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of databases and tables whatever the service answers: the engine under every seed, for both products."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action import database, database_info, databases, table
from ansible_collections.influxdb3.management.plugins.module_utils import _influxctl_program
from ansible_collections.influxdb3.management.plugins.module_utils._run import execute
from ansible_collections.influxdb3.management.plugins.plugin_utils._validation import validate_arguments
from ansible_collections.influxdb3.management.tests.faults.consumer import connection, hide_environment
from ansible_collections.influxdb3.management.tests.faults.influxctl_here import run_in_this_process
from ansible_collections.influxdb3.management.tests.integration.variants import MANY
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

DAY = 86400 * 10**9
MODULES: dict[str, Any] = {"database": database, "database_info": database_info, "databases": databases, "table": table}


@pytest.fixture(scope="module", params=["dedicated", "clustered"])
def simulator_of_every_seed(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """One simulator of each product that each test resets to its seed."""
    with Simulator.start(http=True, product=request.param) as simulator:
        yield simulator


class Cluster:
    """A cluster whose databases a test manages."""

    def __init__(self, simulator: Simulator, seed: int) -> None:
        self.simulator = simulator
        self._given = connection(simulator, simulator.url, simulator.influxctl_path)
        if simulator.product == "clustered":
            # Either is answered by every release that has the API.
            self._given["api_path"] = ("accounts", "flat")[seed % 2]

    def run(self, module: str, **options: Any) -> dict[str, Any]:
        """The result of a run, before which a dry one has changed nothing and said the same."""
        self.simulator.refuse_changes(True)
        dry = self._execute(module, True, options)
        self.simulator.refuse_changes(False)
        real = self._execute(module, False, options)
        if dry.get("certain", True):
            assert dry["changed"] == real["changed"]
        return real

    def change(self, module: str, **options: Any) -> dict[str, Any]:
        """A run that changes something, and does not when it is played once more."""
        result = self.run(module, **options)
        assert result["changed"]
        assert not self.run(module, **options)["changed"]
        return result

    def refusal(self, module: str, **options: Any) -> str:
        """What is said of a run that fails, without a change."""
        before = self.simulator.state()
        error = self._outcome(module, False, options).error
        assert error is not None
        assert self.simulator.state()["databases"] == before["databases"]
        return str(error)

    def names(self, deleted: bool = False) -> list[str]:
        return sorted(one["name"] for one in self.simulator.state()["databases"] if one["deleted"] is deleted)

    def one(self, name: str) -> dict[str, Any]:
        (found,) = (one for one in self.simulator.state()["databases"] if one["name"] == name)
        return dict(found)

    def _outcome(self, module: str, check_mode: bool, options: dict[str, Any]) -> Any:
        definition = MODULES[module].ActionModule.definition
        parameters = validate_arguments(definition.argument_spec, {**self._given, **options}, **definition.constraints)
        return execute(definition, parameters, check_mode)

    def _execute(self, module: str, check_mode: bool, options: dict[str, Any]) -> dict[str, Any]:
        outcome = self._outcome(module, check_mode, options)
        assert outcome.error is None
        return dict(outcome.result)


@pytest.fixture(params=MANY, ids=lambda seed: f"seed{seed}")
def cluster(
    simulator_of_every_seed: Simulator, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Cluster:
    simulator_of_every_seed.reset(seed=request.param)
    hide_environment(monkeypatch)
    monkeypatch.setattr(_influxctl_program, "run_influxctl", run_in_this_process)
    return Cluster(simulator_of_every_seed, request.param)


def test_the_life_of_a_database(cluster: Cluster) -> None:
    simulator = cluster.simulator
    cluster.change("database", name="old", retention_period="30d", max_tables=7)
    assert cluster.one("old")["retention_period"] == 30 * DAY
    token = {"description": "reader", "permissions": [{"action": "read", "resource": "old"}]}
    answer = simulator.ask("POST", f"{simulator.api_path}/tokens", token, simulator.management_token)
    assert answer.status == 200
    assert "allow_data_loss" in cluster.refusal("database", name="old", retention_period="1d")
    cluster.change("database", name="old", retention_period="1d", allow_data_loss=True)
    renamed = cluster.change("database", name="new", rename_from="old", update_tokens=True)
    assert renamed["reason"]
    assert simulator.state()["database_tokens"][0]["permissions"] == [{"action": "read", "resource": "new"}]
    listed = cluster.run("database_info")["databases"]
    assert [(one["name"], one["max_tables"], one["retention"]) for one in listed] == [("new", 7, "1d")]
    assert "allow_data_loss" in cluster.refusal("database", name="new", state="absent")
    gone = cluster.change("database", name="new", state="absent", allow_data_loss=True)
    assert len(gone["tokens_losing_access"]) == 1
    assert (cluster.names(), cluster.names(deleted=True)) == ([], ["new"])
    number = cluster.one("new")["id"]
    assert cluster.run("database", name="new", restore=True, id=number)["changed"]
    assert cluster.names() == ["new"]
    assert cluster.one("new")["retention_period"] == DAY
    # By its name, through influxctl, which lists deleted ones.
    cluster.run("database", name="new", state="absent", allow_data_loss=True)
    cluster.change("database", name="new", restore=True)
    assert cluster.names() == ["new"]


@pytest.mark.parametrize("list_by", [{}, {"list_by": "influxctl"}], ids=["unlisted", "listed"])
def test_the_life_of_a_table(cluster: Cluster, list_by: dict[str, str]) -> None:
    room: dict[str, Any] = {"database": "room", **list_by}
    cluster.change("database", name="room")
    cluster.change("table", name="a", partition_template=[{"type": "time", "value": "%Y"}], **room)
    cluster.change("table", name="b", rename_from="a", **room)
    cluster.change("table", name="b", state="absent", allow_data_loss=True, **room)
    (deleted,) = cluster.one("room")["tables"]
    assert cluster.run("table", name="b", restore=True, id=deleted["id"], **room)["changed"]
    assert [(one["name"], one["deleted"]) for one in cluster.one("room")["tables"]] == [("b", False)]


def test_the_life_of_a_set(cluster: Cluster) -> None:
    rooms = [{"name": f"room{number}", "max_tables": 5} for number in range(6)]
    made = cluster.change("databases", databases=rooms)
    assert [one["name"] for one in made["results"]] == [one["name"] for one in rooms]
    mixed = [
        {"name": "room0", "max_tables": 9},
        {"name": "hall1", "rename_from": "room1"},
        {"name": "room2", "state": "absent", "allow_data_loss": True},
        *rooms[3:],
    ]
    cluster.change("databases", databases=mixed)
    assert cluster.names() == ["hall1", "room0", "room3", "room4", "room5"]
    assert cluster.one("room0")["max_tables"] == 9
