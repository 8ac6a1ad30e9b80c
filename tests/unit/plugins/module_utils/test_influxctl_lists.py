# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clusters and users as influxctl may list them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _influxctl_lists
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError, UnexpectedAnswerError
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_lists import list_clusters, list_users
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_program import InfluxctlProgram
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_influxctl import FakeInfluxctl
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

CREATED_AT = {"seconds": 1772425219, "nanos": 622095000}
CLUSTER = {
    "account_id": "a",
    "cluster_id": "c",
    "name": "production",
    "url": "https://c.a.influxdb.io",
    "state": "ready",
    "category": 1,
    "created_at": CREATED_AT,
}
USER = {
    "id": "u",
    "email": "ada@example.com",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "role": "admin",
    "state": "active",
    "created_at": CREATED_AT,
}
INSTANT = "2026-03-02T04:20:19.622095Z"
NOTHING_ELSE = dict.fromkeys(USER)


@pytest.fixture
def fake(tmp_path: Path) -> FakeInfluxctl:
    return FakeInfluxctl(tmp_path / "bin")


def program(fake: FakeInfluxctl, **changes: Any) -> InfluxctlProgram:
    return InfluxctlProgram(Connection("a", "c", Secret("M.V1.any"), timeout=PATIENCE, **changes), fake.path, False)


def users(fake: FakeInfluxctl, printed: Any) -> list[dict[str, Any]]:
    fake.answer("user", {"stdout": printed if isinstance(printed, str) else json.dumps(printed)})
    return list_users(program(fake))


def test_clusters(fake: FakeInfluxctl) -> None:
    fake.answer("cluster", {"stdout": json.dumps([{**CLUSTER, "a_future_key": {"x": 1}}])})
    assert list_clusters(program(fake)) == [{**CLUSTER, "created_at": INSTANT}]
    assert fake.records[0]["arguments"][4:] == ["cluster", "list", "--format", "json"]


def test_clustered_has_no_list_of_clusters(fake: FakeInfluxctl) -> None:
    with pytest.raises(InputError, match="InfluxDB Clustered is one cluster and has no list of clusters"):
        list_clusters(program(fake, product="clustered", url="https://influxdb.example"))
    assert fake.records == []


def test_users_of_both_products(fake: FakeInfluxctl) -> None:
    assert users(fake, [USER]) == [{**USER, "created_at": INSTANT}]
    assert list_users(program(fake, product="clustered", url="https://influxdb.example"))[0]["id"] == "u"
    assert fake.records[0]["arguments"][4:] == ["user", "list", "--format", "json"]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ([{"id": "u"}], {"id": "u"}),
        ([{"user_id": "u"}], {"id": "u"}),
        ([{"id": "u", "firstName": "Ada", "lastName": None}], {"id": "u", "first_name": "Ada"}),
        ({"users": [{"Id": "u", "Email": "ada@example.com"}]}, {"id": "u", "email": "ada@example.com"}),
        ([{"id": "u", "role": 3, "state": ["x"], "email": {}}], {"id": "u"}),
        ([{"id": "u", "created_at": "soon"}], {"id": "u"}),
        ([{"id": "u", "created_at": {}}], {"id": "u"}),
        ([{"id": "u", "email": "ada@\nexample.com apiv1_hush"}], {"id": "u", "email": "ada@ example.com ***"}),
    ],
)
def test_what_is_not_there_is_null(fake: FakeInfluxctl, printed: Any, expected: dict[str, Any]) -> None:
    assert users(fake, printed) == [{**NOTHING_ELSE, **expected}]


@pytest.mark.parametrize("printed", [[], None, {"users": []}])
def test_nobody_at_all(fake: FakeInfluxctl, printed: Any) -> None:
    assert users(fake, printed) == []


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("| ID | EMAIL |", "printed text that is not JSON"),
        (" ", "printed nothing"),
        (5, "printed no list of users"),
        ({"a": [], "b": []}, "printed no list of users"),
        ([5], "printed a user of which nothing can be read"),
        ([USER, {"name": "hush"}], "printed a user of which nothing can be read"),
    ],
)
def test_what_is_no_list(fake: FakeInfluxctl, printed: Any, words: str) -> None:
    with pytest.raises(UnexpectedAnswerError, match=words) as caught:
        users(fake, printed)
    assert "hush" not in str(caught.value)


def test_what_is_read_is_what_is_documented() -> None:
    assert (set(_influxctl_lists._CLUSTER), set(_influxctl_lists._USER)) == (set(CLUSTER), set(USER))
