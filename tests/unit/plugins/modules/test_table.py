# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole module ``table``, before a service that gives the answers it was told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.action.table import ActionModule
from ansible_collections.influxdb3.management.plugins.module_utils._run import Outcome
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_influxctl import FakeInfluxctl
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    ACCOUNT_ID,
    CLUSTER_ID,
    CONNECTION,
    DATABASES,
    MANAGEMENT_TOKEN,
    ScriptedService,
    database_json,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.whole_module import run_here

LIST = ("GET", DATABASES)
TABLES = f"{DATABASES}/a%2Fb/tables"
TEMPLATE = [{"type": "time", "value": "%Y"}, {"type": "tag", "value": "room"}]
DATA_TOKEN = "apiv1_" + "7" * 64
BY_DATA: dict[str, Any] = {"list_by": "data", "data_token": DATA_TOKEN, "data_url": "https://data.test/"}
ABSENT: dict[str, Any] = {"state": "absent", "allow_data_loss": True}
RENAME: dict[str, Any] = {"rename_from": "old"}
RESTORE: dict[str, Any] = {"restore": True, "id": -7}
LOST = httpx.ReadError("cut")
THERE, GONE = {"code": 409, "message": "exists"}, {"code": 404, "message": "not found"}


def run(check_mode: bool = False, **options: Any) -> Outcome:
    given = {**CONNECTION, "retries": 0, "database": "a/b", "name": "t", **options}
    return run_here(ActionModule.definition, given, check_mode)


def done(check_mode: bool = False, **options: Any) -> dict[str, Any]:
    outcome = run(check_mode, **options)
    assert outcome.error is None
    return {**outcome.result, "warnings": outcome.warnings}


def error_of(check_mode: bool = False, **options: Any) -> str:
    outcome = run(check_mode, **options)
    assert outcome.error is not None
    assert outcome.error.isprintable()
    assert MANAGEMENT_TOKEN not in outcome.error
    assert DATA_TOKEN not in outcome.error
    return outcome.error


def begin(service: ScriptedService) -> None:
    service.answer(body=[database_json("a/b")])


def table_json(name: str = "t", **fields: Any) -> dict[str, Any]:
    return {"accountId": ACCOUNT_ID, "clusterId": CLUSTER_ID, "databaseName": "a/b", "name": name, **fields}


@pytest.fixture
def influxctl(tmp_path: Path) -> FakeInfluxctl:
    return FakeInfluxctl(tmp_path / "program")


def listing(influxctl: FakeInfluxctl, *names: str) -> dict[str, Any]:
    """The options by which influxctl lists these tables."""
    influxctl.answer("table", {"stdout": json.dumps([{"name": name} for name in names])})
    return {"list_by": "influxctl", "influxctl_path": influxctl.path}


# Without a list


def test_create(service: ScriptedService) -> None:
    begin(service)
    dry = done(check_mode=True, partition_template=TEMPLATE)
    begin(service)
    service.answer(body=table_json(partitionTemplate=TEMPLATE))
    real = done(partition_template=TEMPLATE)
    assert service.requests == [LIST, LIST, ("POST", TABLES, {"name": "t", "partitionTemplate": TEMPLATE})]
    for result in (dry, real):
        assert result["changed"]
        assert result["reason"] == "the table 't' to create"
        assert result["table"] == {"database": "a/b", "name": "t", "partition_template": TEMPLATE}
        assert result["diff"] == {"before": {"table": None}, "after": {"table": {"database": "a/b", "name": "t"}}}
    assert (real["certain"], real["warnings"]) == (True, [])
    assert dry["certain"] is False
    assert dry["warnings"] == [
        "Whether anything would change cannot be known: the service does not list tables, and it may be there already. "
        "list_by tells more."
    ]


def test_what_is_there_is_found_out_by_the_attempt(service: ScriptedService) -> None:
    begin(service)
    service.answer(409, THERE)
    result = done()
    assert (result["changed"], result["certain"]) == (False, True)
    assert result["diff"]["before"] == result["diff"]["after"]


def test_delete(service: ScriptedService) -> None:
    begin(service)
    dry = done(check_mode=True, **ABSENT)
    assert (dry["changed"], dry["certain"]) == (True, False)
    assert "it may not be there" in dry["warnings"][0]
    begin(service)
    service.answer(204)
    real = done(**ABSENT)
    assert (real["changed"], real["table"]) == (True, None)
    assert real["diff"] == {"before": {"table": {"database": "a/b", "name": "t"}}, "after": {"table": None}}
    begin(service)
    service.answer(404, GONE)
    assert not done(**ABSENT)["changed"]
    assert service.requests[-1] == ("DELETE", f"{TABLES}/t")


def test_rename(service: ScriptedService) -> None:
    begin(service)
    service.answer(body=table_json(id=5))
    assert done(**RENAME)["changed"]
    assert service.requests[-1] == ("PUT", f"{TABLES}/old/rename", {"name": "t"})
    begin(service)
    service.answer(404, GONE)
    result = done(**RENAME)
    assert not result["changed"]
    assert result["warnings"][0].startswith("No table has the name 'old', so nothing was renamed. Whether 't' is there")
    begin(service)
    service.answer(409, THERE)
    assert "(409) when renaming the table 'old' of the database 'a/b' to 't'" in error_of(**RENAME)


def test_restore(service: ScriptedService) -> None:
    begin(service)
    service.answer(body=table_json(id=-7))
    assert done(**RESTORE)["changed"]
    assert service.requests[-1] == ("PUT", f"{TABLES}/-7/undelete")
    begin(service)
    service.answer(404, GONE)
    assert "(404) when restoring the table with the id -7" in error_of(**RESTORE)
    begin(service)
    assert "nobody knows what has this id" in done(check_mode=True, **RESTORE)["warnings"][0]


# With a list


@pytest.mark.parametrize("check_mode", [True, False], ids=["check", "real"])
def test_influxctl_knows_all_tables(service: ScriptedService, influxctl: FakeInfluxctl, check_mode: bool) -> None:
    begin(service)
    assert not done(check_mode, **listing(influxctl, "t", "old"))["changed"]
    begin(service)
    assert not done(check_mode, state="absent", **listing(influxctl, "T"))["changed"]
    begin(service)
    assert not done(check_mode, **RENAME, **listing(influxctl, "t"))["changed"]
    begin(service)
    if not check_mode:
        service.answer(body=table_json())
    result = done(check_mode, **listing(influxctl, "T"))
    assert (result["changed"], result["certain"], result["warnings"]) == (True, True, [])
    begin(service)
    assert error_of(check_mode, **RENAME, **listing(influxctl, "t", "old")).startswith("There are both 'old' and 't'")
    begin(service)
    assert error_of(check_mode, **RENAME, **listing(influxctl)).startswith("There is neither 'old' nor 't'.")
    begin(service)
    assert "that name is in use" in error_of(check_mode, **RESTORE, **listing(influxctl, "t"))
    begin(service)
    error = error_of(check_mode, state="absent", **listing(influxctl, "t"))
    assert error.startswith("The table 't' would be deleted with all its data. Set allow_data_loss: true")


def test_what_is_known_to_be_there_is_not_taken_for_gone(service: ScriptedService, influxctl: FakeInfluxctl) -> None:
    begin(service)
    service.answer(404, GONE)
    assert "(404) when deleting the table 't'" in error_of(**ABSENT, **listing(influxctl, "t"))
    begin(service)
    service.answer(404, GONE)
    assert "(404) when renaming the table 'old'" in error_of(**RENAME, **listing(influxctl, "old"))
    begin(service)
    service.answer(409, THERE)
    assert "(409) when creating the table 't'" in error_of(**listing(influxctl))


def measurements(*names: str) -> dict[str, Any]:
    series = [{"name": "measurements", "columns": ["name"], "values": [[name] for name in names]}]
    return {"results": [{"statement_id": 0, **({"series": series} if names else {})}]}


def test_the_data_host_knows_tables_with_data(service: ScriptedService) -> None:
    begin(service)
    service.answer(body=measurements("t"))
    assert not done(check_mode=True, **BY_DATA)["changed"]
    asked = service.sent[-1]
    assert (asked.host, asked.path) == ("data.test", "/query?db=a%2Fb&q=SHOW%20MEASUREMENTS")
    assert asked.headers["authorization"] == f"Bearer {DATA_TOKEN}"
    begin(service)
    service.answer(body=measurements())
    dry = done(check_mode=True, **BY_DATA)
    # One without data may be there all the same.
    assert (dry["changed"], dry["certain"]) == (True, False)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_data_token_that_may_not_read(service: ScriptedService, status: int) -> None:
    begin(service)
    service.answer(status)
    error = error_of(**BY_DATA)
    assert error.startswith(f"The data host answered {status} when listing the tables of the database 'a/b'")
    assert "Check data_token" in error


@pytest.mark.parametrize(
    "body",
    [
        {"results": [{"error": DATA_TOKEN}]},
        {"results": "x"},
        {"results": [{"series": "x"}]},
        {"results": [{"series": [{"values": "x"}]}]},
        {"results": [{"series": [{"values": [[]]}]}]},
        {"results": [{"series": [{"values": [[5]]}]}]},
        [],
    ],
)
def test_an_odd_answer_of_the_data_host(service: ScriptedService, body: Any) -> None:
    begin(service)
    service.answer(body=body)
    assert "listing the tables of the database 'a/b' on its data host" in error_of(**BY_DATA)
    assert len(service.requests) == 2


# What is refused


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"database": "_x"}, "database begins with an underscore"),
        ({"name": ""}, "name is empty. Give the name of a table."),
        ({"name": ".."}, "name is '..', which is no name of a table."),
        ({"rename_from": "."}, "rename_from is '.', which is no name of a table."),
        ({"rename_from": "t"}, "rename_from is the same as name."),
        ({"restore": True}, "A deleted table is restored by its id"),
        ({"id": 5}, "A deleted table is restored by its id"),
        ({"restore": True, "id": 2**63}, "id must be a whole number of 64 bits."),
        ({**RESTORE, **RENAME}, "A restored table comes back as it was."),
        ({**RESTORE, "state": "absent"}, "restore is for a table that is to be present."),
        ({**RENAME, "state": "absent"}, "rename_from is for a table that is to be present."),
        ({"partition_template": [TEMPLATE[1]]}, "partition_template has 0 parts of the type time."),
        ({"list_by": "data"}, "list_by: data asks the data host. Set data_token"),
    ],
)
def test_bad_input_asks_for_nothing(
    service: ScriptedService, options: dict[str, Any], error: str, check_mode: bool
) -> None:
    assert error_of(check_mode, **options).startswith(error)
    assert service.requests == []


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
def test_what_must_not_be_done_is_not(service: ScriptedService, check_mode: bool) -> None:
    begin(service)
    error = error_of(check_mode, state="absent")
    assert error.startswith(
        "The table 't' would be deleted with all its data, if it is there. Set allow_data_loss: true"
    )
    service.answer(body=[database_json("A/b")])
    missing = "No database has the name 'a/b', so there is none for the table 't'."
    if check_mode:
        # An earlier task may be to make it.
        dry = done(check_mode)
        assert (dry["changed"], dry["certain"]) == (True, False)
        assert dry["warnings"][0] == f"{missing} A real run fails, unless an earlier task creates it."
    else:
        assert error_of().startswith(missing)
    service.answer(body=[])
    assert not done(check_mode, state="absent")["changed"]
    assert service.requests == [LIST, LIST, LIST]


def test_a_database_that_cannot_be_read_is_there(service: ScriptedService) -> None:
    service.answer(body=[database_json("a/b", maxTables="x"), database_json()])
    service.answer(409, THERE)
    assert not done()["changed"]


# What goes wrong


@pytest.mark.parametrize("failure", [LOST, 503])
@pytest.mark.parametrize(
    ("options", "good", "refused"),
    [({}, table_json(), (409, THERE)), (ABSENT, None, (404, GONE)), (RENAME, table_json(id=5), (404, GONE))],
    ids=["create", "delete", "rename"],
)
def test_a_second_try_finds_what_the_first_has_done(
    service: ScriptedService, options: dict[str, Any], good: Any, refused: tuple[int, Any], failure: Any
) -> None:
    for second in (good, refused):
        begin(service)
        service.fail(failure) if failure is LOST else service.answer(failure)
        if second is refused:
            service.answer(*refused)
        elif good is None:
            service.answer(204)
        else:
            service.answer(body=good)
        result = done(retries=1, **options)
        assert result["changed"]
        assert result["warnings"] == []


def test_without_retries_there_is_no_second_try(service: ScriptedService) -> None:
    begin(service)
    service.fail(LOST)
    assert "broke when creating the table" in error_of()


@pytest.mark.parametrize("first", [429, httpx.ConnectError("refused")])
def test_a_first_try_that_did_nothing_is_no_change(service: ScriptedService, first: Any) -> None:
    begin(service)
    service.answer(first) if isinstance(first, int) else service.fail(first)
    service.answer(409, THERE)
    assert not done(retries=1)["changed"]


@pytest.mark.parametrize("options", [ABSENT, RENAME, {}], ids=["delete", "rename", "create"])
def test_a_refusal_of_a_proxy_is_not_believed(service: ScriptedService, options: dict[str, Any]) -> None:
    status = 409 if options == {} else 404
    begin(service)
    service.answer(status, content=b"<html>", headers={"Content-Type": "text/html"})
    assert f"({status})" in error_of(**options)
    begin(service)
    service.fail(LOST)
    service.answer(status, content=b"<html>")
    assert f"({status})" in error_of(retries=1, **options)


@pytest.mark.parametrize(
    ("options", "answer", "error"),
    [
        (
            {},
            table_json("T"),
            "The service answered about the table 'T' of the database 'a/b', and was asked about 't'",
        ),
        (RENAME, table_json("old", id=5), "The service answered about the table 'old'"),
        (RESTORE, table_json("other", id=5), "The service answered about the table 'other'"),
        ({}, {**table_json(), "databaseName": "b"}, "The service answered about the table 't' of the database 'b'"),
        (
            {"partition_template": TEMPLATE},
            table_json(),
            "The service made the table 't' with another partition template",
        ),
    ],
)
def test_an_answer_that_contradicts(
    service: ScriptedService, options: dict[str, Any], answer: dict[str, Any], error: str
) -> None:
    begin(service)
    service.answer(body=answer)
    assert error_of(**options).startswith(error)


def test_a_template_that_is_that_of_the_database_may_be_left_out(service: ScriptedService) -> None:
    service.answer(body=[database_json("a/b", partitionTemplate=TEMPLATE)])
    service.answer(body=table_json())
    assert done(partition_template=TEMPLATE)["changed"]
