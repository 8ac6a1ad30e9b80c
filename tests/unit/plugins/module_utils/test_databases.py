# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests about databases, and what is understood of their answers."""

from __future__ import annotations

from typing import Any, Callable

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._databases import (
    Database,
    Databases,
    Settings,
    check_database_name,
)
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ConnectionFailedError,
    InputError,
    NotFoundError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._partition_template import Part
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    ACCOUNT_ID,
    CLUSTER_ID,
    DATABASES,
    MANAGEMENT_TOKEN,
    URL,
    ScriptedService,
    database_json,
)

CONNECTION = Connection(ACCOUNT_ID, CLUSTER_ID, Secret(MANAGEMENT_TOKEN), url=URL, retries=1)
DAY = 86400 * 10**9
DEFAULTS = Settings(0, 500, 200)


def ask(call: Callable[[Databases], Any]) -> Any:
    with Databases(CONNECTION) as databases:
        return call(databases)


def test_list(service: ScriptedService) -> None:
    template = [{"type": "time", "value": "%Y"}, {"type": "bucket", "value": {"tagName": "a", "numberOfBuckets": 3}}]
    service.answer(
        body=[database_json("b", partitionTemplate=template, more=1), database_json("a", retentionPeriod=DAY)]
    )
    assert ask(lambda databases: databases.list_databases()) == [
        Database("b", DEFAULTS, (Part("time", "%Y"), Part("bucket", "a", 3))),
        Database("a", Settings(DAY, 500, 200)),
    ]
    assert service.requests == [("GET", DATABASES)]


@pytest.mark.parametrize(
    ("odd", "name"),
    [
        (database_json("odd", maxTables=None), "odd"),
        (database_json("odd", maxTables="500"), "odd"),
        (database_json("odd", maxColumnsPerTable=True), "odd"),
        (database_json("odd", retentionPeriod=1.5), "odd"),
        (database_json("odd", retentionPeriod=None), "odd"),
        (database_json("odd", partitionTemplate={}), "odd"),
        ({**database_json(), "name": 5}, None),
        ({"name": "a\nb"}, None),
        ("odd", None),
        (None, None),
    ],
)
def test_odd_neighbours_are_passed_over(service: ScriptedService, odd: Any, name: str | None) -> None:
    service.answer(body=[odd, database_json()])
    with Databases(CONNECTION) as databases:
        assert databases.list_databases() == [Database("metrics", DEFAULTS)]
        (passed,) = databases.unreadable
    assert passed.id == name
    assert passed.why.startswith("The answer to listing the databases ")


@pytest.mark.parametrize("body", [{"databases": []}, "x", 5, [5], [database_json(maxTables=None)]])
def test_what_is_no_list_of_databases(service: ScriptedService, body: Any) -> None:
    service.answer(body=body)
    with pytest.raises(UnexpectedAnswerError, match=r"^The answer to listing the databases "):
        ask(lambda databases: databases.list_databases())


def test_create_sends_what_is_said(service: ScriptedService) -> None:
    new = Database("a/b", Settings(DAY, max_columns_per_table=7), (Part("time", "%Y"), Part("bucket", "a", 3)))
    template = [{"type": "time", "value": "%Y"}, {"type": "bucket", "value": {"tagName": "a", "numberOfBuckets": 3}}]
    body: dict[str, Any] = {
        "name": "a/b",
        "retentionPeriod": DAY,
        "maxColumnsPerTable": 7,
        "partitionTemplate": template,
    }
    service.answer(body=database_json(**body))
    created = Database("a/b", Settings(DAY, 500, 7), (Part("time", "%Y"), Part("bucket", "a", 3)))
    assert ask(lambda databases: databases.create_database(new)) == created
    service.answer(201, database_json("one"))
    assert ask(lambda databases: databases.create_database(Database("one"))) == Database("one", DEFAULTS)
    assert service.requests == [("POST", DATABASES, body), ("POST", DATABASES, {"name": "one"})]


def test_names_are_encoded_in_the_path(service: ScriptedService) -> None:
    service.answer(body=database_json("a/b", maxTables=7))
    service.answer(body=database_json("c/d", id=12, retentionPeriod=None))
    service.answer(204)
    service.answer(body=database_json("a/b", id=12))
    updated = ask(lambda databases: databases.update_database("a/b", Settings(max_tables=7)))
    renamed = ask(lambda databases: databases.rename_database("a/b", "c/d"))
    ask(lambda databases: databases.delete_database("c/d"))
    restored = ask(lambda databases: databases.undelete_database(12))
    assert service.requests == [
        ("PATCH", f"{DATABASES}/a%2Fb", {"maxTables": 7}),
        ("PUT", f"{DATABASES}/a%2Fb/rename", {"name": "c/d"}),
        ("DELETE", f"{DATABASES}/c%2Fd"),
        ("PUT", f"{DATABASES}/12/undelete"),
    ]
    assert updated == Database("a/b", Settings(0, 7, 200))
    assert renamed == Database("c/d", Settings(None, 500, 200))
    assert restored == Database("a/b", DEFAULTS)


@pytest.mark.parametrize(
    "call",
    [
        lambda databases: databases.create_database(Database("metrics")),
        lambda databases: databases.update_database("metrics", Settings(max_tables=1)),
    ],
)
def test_an_answer_without_retention_is_none_of_these(
    service: ScriptedService, call: Callable[[Databases], Any]
) -> None:
    service.answer(body=database_json(retentionPeriod=None))
    with pytest.raises(UnexpectedAnswerError, match="lacks the field retentionPeriod"):
        ask(call)


def test_what_can_be_sent_twice_is(service: ScriptedService) -> None:
    calls: list[Callable[[Databases], Any]] = [
        lambda databases: databases.list_databases(),
        lambda databases: databases.create_database(Database("metrics")),
        lambda databases: databases.update_database("metrics", Settings(max_tables=500)),
        lambda databases: databases.rename_database("old", "metrics"),
    ]
    for call in calls:
        service.fail(httpx.ReadError("cut"))
        body = database_json(id=1)
        service.answer(body=[body] if call is calls[0] else body)
        ask(call)
    service.fail(httpx.ReadError("cut"))
    service.answer(204)
    ask(lambda databases: databases.delete_database("metrics"))
    service.fail(httpx.ReadError("cut"))
    with pytest.raises(ConnectionFailedError):
        ask(lambda databases: databases.undelete_database(12))


def test_a_failure_names_the_database(service: ScriptedService) -> None:
    service.answer(404, {"code": 404, "message": "deleted database not found"})
    with pytest.raises(
        NotFoundError, match=r"^Not found \(404\) when restoring the database with the id 12 in account"
    ):
        ask(lambda databases: databases.undelete_database(12))


@pytest.mark.parametrize("name", ["a", "A-b_c/d", "-", "/", "9", "a" * 64, "a_"])
def test_names(name: str) -> None:
    assert check_database_name("name", name) == name


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "old is empty. Give the name of a database."),
        ("a" * 65, "old has 65 characters. The name of a database has 64 at most."),
        ("_a", "old begins with an underscore, which the service keeps for itself."),
        *[
            (name, "old holds a character that no name of a database has: only letters, digits, _, - and /.")
            for name in ("a b", "a.b", "ä", "a\n", "٣", "*", "a%2Fb")
        ],
    ],
)
def test_names_that_the_service_refuses(name: str, error: str) -> None:
    with pytest.raises(InputError) as caught:
        check_database_name("old", name)
    assert str(caught.value) == error
