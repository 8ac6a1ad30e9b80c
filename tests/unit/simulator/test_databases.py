# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST life of databases and tables."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.simulator.fixture import Reply, Simulator

TEMPLATE = [
    {"type": "time", "value": "%Y"},
    {"type": "tag", "value": "plátanos"},
    {"type": "bucket", "value": {"tagName": "c", "numberOfBuckets": 10}},
]


def ask(simulator: Simulator, method: str, path: str, body: Any = None) -> Reply:
    return simulator.ask(method, f"{simulator.api_path}/databases{path}", body, simulator.management_token)


def names(simulator: Simulator) -> list[str]:
    return [database["name"] for database in ask(simulator, "GET", "").value]


def test_defaults(simulator: Simulator) -> None:
    expected = {
        "accountId": simulator.account_id,
        "clusterId": simulator.cluster_id,
        "name": "one",
        "maxTables": 500,
        "maxColumnsPerTable": 200,
        "retentionPeriod": 0,
    }
    assert ask(simulator, "POST", "", {"name": "one"}).value == expected
    assert ask(simulator, "GET", "").value == [expected]


def test_everything_given_and_updated(simulator: Simulator) -> None:
    body = {"name": "one", "maxTables": 1, "maxColumnsPerTable": 2, "retentionPeriod": 3, "partitionTemplate": TEMPLATE}
    created = ask(simulator, "POST", "", body).value
    assert {name: created[name] for name in body} == body
    updated = ask(simulator, "PATCH", "/one", {"retentionPeriod": 2**63 - 1}).value
    listed = {**created, "retentionPeriod": 2**63 - 1}
    # Only lists and creations show a template.
    assert {**updated, "partitionTemplate": TEMPLATE} == listed
    assert "partitionTemplate" not in updated
    assert ask(simulator, "GET", "").value == [listed]


def test_a_name_is_unique_and_a_deleted_database_comes_back(simulator: Simulator) -> None:
    ask(simulator, "POST", "", {"name": "one"})
    assert ask(simulator, "POST", "", {"name": "one"}).status == 409
    number = ask(simulator, "PUT", "/one/rename", {"name": "two"}).value["id"]
    assert ask(simulator, "DELETE", "/two").status == 204
    assert ask(simulator, "DELETE", "/two").status == 404
    assert names(simulator) == []
    ask(simulator, "POST", "", {"name": "two"})
    assert ask(simulator, "PUT", f"/{number}/undelete").status == 400
    assert ask(simulator, "PUT", "/two/rename", {"name": "three"}).status == 200
    assert ask(simulator, "PUT", f"/{number}/undelete").value["name"] == "two"
    assert ask(simulator, "PUT", f"/{number}/undelete").status == 404
    assert ask(simulator, "PUT", "/two/rename", {"name": "three"}).status == 409
    assert sorted(names(simulator)) == ["three", "two"]


@pytest.mark.parametrize(("days", "status"), [(6, 200), (7, 404)])
def test_a_deleted_database_comes_back_within_a_week(simulator: Simulator, days: int, status: int) -> None:
    ask(simulator, "POST", "", {"name": "one"})
    number = ask(simulator, "PUT", "/one/rename", {"name": "two"}).value["id"]
    ask(simulator, "DELETE", "/two")
    (kept,) = simulator.state()["databases"]
    assert (kept["deleted"], kept["deleted_at"] is not None) == (True, True)
    simulator.advance_clock(days * 86400)
    assert ask(simulator, "PUT", f"/{number}/undelete").status == status
    assert simulator.state()["databases"][0]["deleted"] is (status == 404)


def test_a_slash_in_a_name_is_encoded_in_the_path(simulator: Simulator) -> None:
    ask(simulator, "POST", "", {"name": "a/b"})
    assert ask(simulator, "PATCH", "/a/b", {"maxTables": 1}).status == 404
    assert ask(simulator, "PATCH", "/a%2Fb", {"maxTables": 1}).value["maxTables"] == 1
    assert simulator.requests()[-1]["path"].endswith("/databases/a%2Fb")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "n" * 65},
        {"name": "_reserved"},
        {"name": "a b"},
        {"name": "one", "maxTables": 0},
        {"name": "one", "maxTables": True},
        {"name": "one", "maxTables": 2**31},
        {"name": "one", "maxColumnsPerTable": "200"},
        {"name": "one", "retentionPeriod": -1},
        {"name": "one", "retentionPeriod": 1.5},
        {"name": "one", "retentionPeriod": 2**63},
        {"name": "one", "partitionTemplate": []},
        {"name": "one", "partitionTemplate": [{"type": "tag", "value": str(n)} for n in range(9)]},
        {"name": "one", "partitionTemplate": [TEMPLATE[0], TEMPLATE[0]]},
        {"name": "one", "partitionTemplate": [{"type": "tag", "value": ""}]},
        {"name": "one", "partitionTemplate": [{"type": "other", "value": "x"}]},
        {
            "name": "one",
            "partitionTemplate": [{"type": "bucket", "value": {"tagName": "c", "numberOfBuckets": 100001}}],
        },
        {"name": "one", "other": 1},
    ],
)
def test_a_wrong_body_creates_nothing(simulator: Simulator, body: Any) -> None:
    assert ask(simulator, "POST", "", body).status == 400
    assert names(simulator) == []


def test_tables(simulator: Simulator) -> None:
    ask(simulator, "POST", "", {"name": "one", "maxTables": 2})
    created = ask(simulator, "POST", "/one/tables", {"name": "t", "partitionTemplate": TEMPLATE}).value
    assert (created["databaseName"], created["name"], created["partitionTemplate"]) == ("one", "t", TEMPLATE)
    assert ask(simulator, "POST", "/one/tables", {"name": "t"}).status == 409
    assert ask(simulator, "POST", "/none/tables", {"name": "t"}).status == 404
    number = ask(simulator, "PUT", "/one/tables/t/rename", {"name": "u"}).value["id"]
    assert ask(simulator, "DELETE", "/one/tables/t").status == 404
    assert ask(simulator, "DELETE", "/one/tables/u").status == 204
    assert ask(simulator, "PUT", f"/one/tables/{number}/undelete").value["name"] == "u"
    assert ask(simulator, "PUT", "/one/tables/x/undelete").status == 400
    assert ask(simulator, "POST", "/one/tables", {"name": "v"}).status == 200
    assert ask(simulator, "POST", "/one/tables", {"name": "w"}).status == 400
    assert ask(simulator, "PUT", "/one/tables/v/rename", {"name": "u"}).status == 409
