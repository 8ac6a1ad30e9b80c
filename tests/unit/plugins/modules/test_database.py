# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole module ``database``, before a service that gives the answers it was told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.action.database import ActionModule
from ansible_collections.influxdb3.management.plugins.module_utils._run import Outcome
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_influxctl import FakeInfluxctl
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    CONNECTION,
    DATABASES,
    MANAGEMENT_TOKEN,
    NOW,
    TOKENS,
    ScriptedService,
    database_json,
    token_id,
    token_json,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.whole_module import run_here

DAY = 86400 * 10**9
LIST, TOKEN_LIST = ("GET", DATABASES), ("GET", TOKENS)
METRICS = {"name": "metrics"}
DELETE: dict[str, Any] = {"state": "absent", "allow_data_loss": True}
RENAME: dict[str, Any] = {"name": "new", "rename_from": "old"}
FOLLOW: dict[str, Any] = {**RENAME, "update_tokens": True}
TEMPLATE = [{"type": "time", "value": "%Y"}, {"type": "tag", "value": "room"}]
DAILY = [{"type": "time", "value": "%Y-%m-%d"}]


def run(check_mode: bool = False, **options: Any) -> Outcome:
    return run_here(ActionModule.definition, {**CONNECTION, "retries": 0, **METRICS, **options}, check_mode)


def done(check_mode: bool = False, **options: Any) -> dict[str, Any]:
    outcome = run(check_mode, **options)
    assert outcome.error is None
    return {**outcome.result, "warnings": outcome.warnings}


def error_of(check_mode: bool = False, **options: Any) -> str:
    outcome = run(check_mode, **options)
    error = outcome.error
    assert error is not None
    assert outcome.result == {}
    assert error.isprintable()
    assert MANAGEMENT_TOKEN not in error
    return error


def metadata(name: str = "metrics", **fields: Any) -> dict[str, Any]:
    return {
        "name": name,
        "retention_period": 0,
        "retention": "infinite",
        "max_tables": 500,
        "max_columns_per_table": 200,
        "partition_template": DAILY,
        **fields,
    }


def naming(number: int, *databases: str, **fields: Any) -> dict[str, Any]:
    """A token that may read these."""
    permissions = [{"action": "read", "resource": name} for name in databases]
    return token_json(number, f"token {number}", permissions=permissions, **fields)


def ids(tokens: list[dict[str, Any]]) -> list[str]:
    return [token["id"] for token in tokens]


# What is done


def test_create(service: ScriptedService) -> None:
    options: dict[str, Any] = {"retention_period": "1d", "max_tables": 7, "partition_template": TEMPLATE}
    service.answer(body=[])
    service.answer(body=[])
    dry = done(check_mode=True, **options)
    service.answer(body=[])
    service.answer(body=[])
    service.answer(body=database_json(retentionPeriod=DAY, maxTables=7, partitionTemplate=TEMPLATE))
    real = done(**options)
    body = {**METRICS, "retentionPeriod": DAY, "maxTables": 7, "partitionTemplate": TEMPLATE}
    assert service.requests == [LIST, TOKEN_LIST, LIST, TOKEN_LIST, ("POST", DATABASES, body)]
    made = metadata(retention_period=DAY, retention="1d", max_tables=7, partition_template=TEMPLATE)
    assert real["database"] == made
    assert dry["database"] == {**made, "max_columns_per_table": None}
    asked = {name: value for name, value in made.items() if name != "max_columns_per_table"}
    for result in (dry, real):
        assert result["changed"]
        assert result["reason"] == "no database has the name 'metrics'"
        assert result["diff"] == {"before": {"database": None}, "after": {"database": asked}}
        assert result["warnings"] == []


def test_nothing_to_do(service: ScriptedService) -> None:
    for check_mode in (False, True):
        service.answer(body=[database_json(), database_json("other")])
        result = done(check_mode, retention_period="infinite")
        assert not result["changed"]
        assert result["database"] == metadata()
        assert result["diff"]["before"] == result["diff"]["after"] == {"database": metadata()}
        assert [result[f"tokens_{name}"] for name in ("losing_access", "gaining_access", "updated")] == [[], [], []]
    assert service.requests == [LIST, LIST]


def test_update(service: ScriptedService) -> None:
    listed = database_json(partitionTemplate=TEMPLATE, retentionPeriod=DAY)
    options: dict[str, Any] = {"retention_period": str(2 * DAY), "max_tables": "7", "max_columns_per_table": 200}
    service.answer(body=[listed])
    dry = done(check_mode=True, **options)
    service.answer(body=[listed])
    # That answer has no template.
    service.answer(body=database_json(retentionPeriod=2 * DAY, maxTables=7))
    real = done(**options)
    body = {"retentionPeriod": 2 * DAY, "maxTables": 7}
    assert service.requests == [LIST, LIST, ("PATCH", f"{DATABASES}/metrics", body)]
    assert dry == real
    assert real["database"] == metadata(
        retention_period=2 * DAY, retention="2d", max_tables=7, partition_template=TEMPLATE
    )
    assert real["reason"] == "retention_period and max_tables of the database 'metrics' to change"
    assert real["diff"]["before"]["database"]["max_tables"] == 500


def test_delete(service: ScriptedService) -> None:
    tokens = [naming(1, "metrics"), naming(2, "*"), naming(3, "metrics", expiresAt=NOW), naming(4, "metrics", "other")]
    results = []
    for check_mode in (True, False):
        service.answer(body=[database_json()])
        service.answer(body=tokens)
        if not check_mode:
            service.answer(204)
        results.append(done(check_mode, **DELETE))
    assert results[0] == results[1]
    (result, _) = results
    assert service.requests == [LIST, TOKEN_LIST, LIST, TOKEN_LIST, ("DELETE", f"{DATABASES}/metrics")]
    assert (result["changed"], result["database"]) == (True, None)
    assert ids(result["tokens_losing_access"]) == [token_id(1), token_id(4)]
    assert result["warnings"] == [
        "2 live database tokens may use the database 'metrics' by its name, and lose access to it: "
        f"{token_id(1)}, {token_id(4)}. Revoke those of no other use."
    ]
    assert result["diff"] == {"before": {"database": metadata()}, "after": {"database": None}}


def test_delete_what_is_not_there(service: ScriptedService) -> None:
    service.answer(body=[])
    assert not done(state="absent")["changed"]
    assert service.requests == [LIST]


def test_rename(service: ScriptedService) -> None:
    tokens = [naming(1, "old"), naming(2, "new")]
    results = []
    for check_mode in (True, False):
        service.answer(body=[database_json("old", partitionTemplate=TEMPLATE)])
        service.answer(body=tokens)
        if not check_mode:
            service.answer(body=database_json("new", id=12, retentionPeriod=None))
            service.answer(body=database_json("new", maxTables=7))
        results.append(done(check_mode, max_tables=7, **RENAME))
    assert results[0] == results[1]
    assert service.requests[-2:] == [
        ("PUT", f"{DATABASES}/old/rename", {"name": "new"}),
        ("PATCH", f"{DATABASES}/new", {"maxTables": 7}),
    ]
    result = results[1]
    assert result["database"] == metadata("new", max_tables=7, partition_template=TEMPLATE)
    assert (ids(result["tokens_losing_access"]), ids(result["tokens_gaining_access"])) == ([token_id(1)], [token_id(2)])
    losing, gaining = result["warnings"]
    assert losing.startswith("1 live database token may use the database 'old' by its name, and lose access to it: ")
    assert losing.endswith("update_tokens: true has their permissions follow.")
    assert gaining.startswith(
        "1 live database token may use any database of the name 'new', and get access to this one"
    )


def test_permissions_follow(service: ScriptedService) -> None:
    write = {"action": "write", "resource": "other"}
    first = naming(1, "old")
    first["permissions"].append(write)
    answers = [first, naming(2, "old", "new")]
    results = []
    for check_mode in (True, False):
        service.answer(body=[database_json("old")])
        service.answer(body=[*answers, naming(3, "*"), naming(4, "old", revokedAt=NOW)])
        if not check_mode:
            service.answer(body=database_json("new", id=12))
            service.answer(body={**first, "permissions": [write, {"action": "READ", "resource": "new"}]})
            service.answer(body=naming(2, "new"))
        results.append(done(check_mode, **FOLLOW))
    assert results[0] == results[1]
    assert service.requests[-3:] == [
        ("PUT", f"{DATABASES}/old/rename", {"name": "new"}),
        ("PATCH", f"{TOKENS}/{token_id(1)}", {"permissions": [{"action": "read", "resource": "new"}, write]}),
        ("PATCH", f"{TOKENS}/{token_id(2)}", {"permissions": [{"action": "read", "resource": "new"}]}),
    ]
    result = results[1]
    assert result["reason"].endswith("; permissions of 2 live database tokens to change")
    assert ids(result["tokens_updated"]) == [token_id(1), token_id(2)]
    assert result["tokens_updated"][0]["permissions"] == [{"action": "read", "resource": "new"}, write]
    assert result["tokens_losing_access"] == []
    assert [one["permissions"] for one in result["diff"]["after"]["tokens"]] == [
        [{"action": "read", "resource": "new"}, write],
        [{"action": "read", "resource": "new"}],
    ]


def test_permissions_follow_what_was_renamed_before(service: ScriptedService) -> None:
    service.answer(body=[database_json("new")])
    service.answer(body=[naming(1, "old")])
    service.answer(body=naming(1, "new"))
    assert done(**FOLLOW)["changed"]
    service.answer(body=[database_json("new")])
    service.answer(body=[naming(1, "new")])
    assert not done(**FOLLOW)["changed"]


def test_restore_by_id(service: ScriptedService) -> None:
    service.answer(body=[])
    service.answer(body=[naming(1, "metrics")])
    dry = done(check_mode=True, restore=True, id=12)
    service.answer(body=[])
    service.answer(body=[naming(1, "metrics")])
    service.answer(body=database_json(id=12, retentionPeriod=None))
    service.answer(body=[database_json(retentionPeriod=DAY)])
    real = done(restore=True, id=12)
    assert service.requests[2:] == [LIST, TOKEN_LIST, ("PUT", f"{DATABASES}/12/undelete"), LIST]
    assert real["database"] == metadata(retention_period=DAY, retention="1d")
    assert dry["database"] is None
    for result in (dry, real):
        assert result["changed"]
        assert ids(result["tokens_gaining_access"]) == [token_id(1)]
        assert result["diff"] == {"before": {"database": None}, "after": {"database": METRICS}}


# What is refused


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"name": ""}, "name is empty."),
        ({"name": "_x"}, "name begins with an underscore"),
        ({"name": "x" * 65}, "name has 65 characters."),
        ({"rename_from": "a b"}, "rename_from holds a character"),
        ({"rename_from": "metrics"}, "rename_from is the same as name."),
        ({"retention_period": "59m"}, "retention_period is shorter than an hour"),
        ({"retention_period": 30}, "retention_period is shorter than an hour"),
        ({"retention_period": 3.6e12}, "retention_period is neither infinite nor a duration"),
        ({"retention_period": "30s"}, "retention_period is neither infinite nor a duration"),
        ({"max_tables": 0}, "max_tables must be a whole number from 1 to 2147483647."),
        ({"max_tables": True}, "max_tables must be a whole number from 1 to 2147483647."),
        ({"max_tables": 1.5}, "max_tables must be a whole number, not 1.5."),
        ({"max_columns_per_table": 1001}, "max_columns_per_table must be a whole number from 1 to 1000."),
        ({"partition_template": []}, "partition_template has 0 parts of the type time."),
        ({"partition_template": [{"type": "time"}]}, "partition_template (entry 1): missing required arguments: value"),
        (
            {"partition_template": [{"type": "x", "value": "y"}]},
            "partition_template (entry 1): value of type must be one of: time, tag, bucket",
        ),
        ({"id": 5}, "id names a deleted database to restore. Set restore: true"),
        ({"restore": True, "id": 0}, "id must be a whole number from 1 to "),
        ({"restore": True, "max_tables": 5}, "A restored database comes back as it was."),
        ({"restore": True, "rename_from": "old"}, "A restored database comes back as it was."),
        ({"restore": True, "state": "absent"}, "restore is for a database that is to be present."),
        ({"rename_from": "old", "state": "absent"}, "rename_from is for a database that is to be present."),
        ({"update_tokens": True}, "update_tokens has permissions follow a new name. Set rename_from"),
    ],
)
def test_bad_input_asks_for_nothing(
    service: ScriptedService, options: dict[str, Any], error: str, check_mode: bool
) -> None:
    assert error_of(check_mode, **options).startswith(error)
    assert service.requests == []


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
@pytest.mark.parametrize(
    ("options", "listed", "error"),
    [
        ({"state": "absent"}, ["metrics"], "The database 'metrics' would be deleted with all its data."),
        (
            {"retention_period": "1d"},
            ["metrics"],
            "The retention period of the database 'metrics' would become shorter",
        ),
        (RENAME, ["old", "new"], "There are both 'old' and 'new'"),
        (RENAME, [], "There is neither 'old' nor 'new'."),
        ({"restore": True, "id": 5}, ["metrics"], "A deleted database cannot be restored as 'metrics'"),
    ],
)
def test_what_must_not_be_done_is_not(
    service: ScriptedService, options: dict[str, Any], listed: list[str], error: str, check_mode: bool
) -> None:
    service.answer(body=[database_json(name) for name in listed])
    assert error_of(check_mode, **options).startswith(error)
    assert service.requests == [LIST]


def test_one_that_cannot_be_read(service: ScriptedService) -> None:
    odd = database_json(maxTables="many")
    service.answer(body=[odd, database_json("other")])
    assert error_of().startswith("The database 'metrics' this task is about is listed in a way that cannot be read.")
    service.answer(body=[odd, database_json("new")])
    (warning,) = done(**RENAME)["warnings"]
    assert warning.startswith("1 listed database(s) could not be read and were passed over: metrics. The answer to ")
    service.answer(body=[{**odd, "name": "old"}, database_json("new")])
    assert "'old' this task is about is listed" in error_of(**RENAME)


def test_tokens_that_cannot_be_read(service: ScriptedService) -> None:
    service.answer(body=[])
    service.answer(body=[naming(1, "metrics"), {"id": "odd"}])
    service.answer(body=database_json())
    result = done()
    assert ids(result["tokens_gaining_access"]) == [token_id(1)]
    assert result["warnings"][0].startswith("1 listed database token(s) could not be read, so whether they name the ")


def test_many_buckets_and_another_template_are_warned_of(service: ScriptedService) -> None:
    bucket = {"type": "bucket", "value": {"tag_name": "a", "number_of_buckets": 2000}}
    service.answer(body=[database_json()])
    many, other = done(partition_template=[*DAILY, bucket])["warnings"]
    assert many.startswith("partition_template has 2000 buckets of the tag 'a'")
    assert other.startswith(
        "The partition template of the database 'metrics' is [{'type': 'time', 'value': '%Y-%m-%d'}]"
    )


# What goes wrong


LOST = httpx.ReadError("cut")


def begin(service: ScriptedService, *listed: dict[str, Any], tokens: Any = ()) -> None:
    service.answer(body=list(listed))
    service.answer(body=list(tokens))


@pytest.mark.parametrize("failure", [LOST, 409, 500, 404, 400])
def test_a_creation_in_doubt_is_looked_up(service: ScriptedService, failure: Any) -> None:
    def fail() -> None:
        begin(service)
        service.fail(failure) if isinstance(failure, Exception) else service.answer(failure)

    fail()
    service.answer(body=[database_json(maxTables=7)])
    assert done(max_tables=7)["database"] == metadata(max_tables=7)
    fail()
    service.answer(body=[database_json()])
    assert error_of(max_tables=7).endswith(
        "There is a database of the name 'metrics' now, and not as wanted: max_tables is 500, and was to be 7. Run the "
        "task again."
    )
    fail()
    service.answer(body=[])
    error = error_of(max_tables=7)
    assert "when creating the database 'metrics'" in error
    assert "There is" not in error
    fail()
    service.answer(503)
    assert "Whether it was done all the same could not be looked up: The service or a proxy" in error_of(max_tables=7)
    assert [method for method, *_ in service.requests].count("POST") == 4


@pytest.mark.parametrize("failure", [httpx.ConnectError("refused"), 401, 403])
def test_a_creation_that_was_refused_is_not(service: ScriptedService, failure: Any) -> None:
    begin(service)
    service.fail(failure) if isinstance(failure, Exception) else service.answer(failure)
    assert "when creating the database 'metrics'" in error_of()
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"maxTables": 8}, "max_tables is 8, and was to be 7."),
        ({"name": "Metrics"}, "its name is 'Metrics', and was to be 'metrics'."),
        ({"partitionTemplate": None}, "its partition template is another one."),
    ],
)
def test_an_answer_that_contradicts(service: ScriptedService, answer: dict[str, Any], said: str) -> None:
    begin(service)
    made = {**database_json(maxTables=7, partitionTemplate=TEMPLATE), **answer}
    service.answer(body={name: value for name, value in made.items() if value is not None})
    error = error_of(max_tables=7, partition_template=TEMPLATE)
    assert error.startswith("The service changed the database 'metrics' otherwise than was asked for: ")
    assert said in error


@pytest.mark.parametrize("failure", [LOST, 404, 500])
def test_a_deletion_in_doubt_is_looked_up(service: ScriptedService, failure: Any) -> None:
    for left in ([], ["metrics"]):
        begin(service, database_json())
        service.fail(failure) if isinstance(failure, Exception) else service.answer(failure)
        service.answer(body=[database_json(name) for name in left])
        if left:
            assert "when deleting the database 'metrics'" in error_of(**DELETE)
        else:
            assert done(**DELETE)["changed"]


def test_an_update_in_doubt_is_looked_up(service: ScriptedService) -> None:
    for tables in (7, 500):
        service.answer(body=[database_json()])
        service.fail(LOST)
        service.answer(body=[database_json(maxTables=tables)])
        if tables == 7:
            assert done(max_tables=7)["database"]["max_tables"] == 7
        else:
            assert error_of(max_tables=7).startswith("The connection to service.test broke when updating the database")


@pytest.mark.parametrize(("listed", "good"), [(["new"], True), (["old"], False), (["old", "new"], False), ([], False)])
@pytest.mark.parametrize("failure", [LOST, 404, 409])
def test_a_renaming_in_doubt_is_looked_up(
    service: ScriptedService, failure: Any, listed: list[str], good: bool
) -> None:
    begin(service, database_json("old"))
    service.fail(failure) if isinstance(failure, Exception) else service.answer(failure)
    service.answer(body=[database_json(name) for name in listed])
    if good:
        assert done(**RENAME)["database"] == metadata("new")
    else:
        assert "when renaming the database 'old' to 'new'" in error_of(**RENAME)


def test_what_was_done_before_a_failure_is_said(service: ScriptedService) -> None:
    begin(service, database_json("old"))
    service.answer(body=database_json("new", id=1))
    service.answer(403)
    error = error_of(max_tables=7, **RENAME)
    assert "not allowed to do this (403) when updating the database 'new'" in error
    assert error.endswith(
        "Done before that: the database 'old' was renamed to 'new'. Run the task again, which goes on from there."
    )


def test_which_permissions_follow_is_said_where_one_does_not(service: ScriptedService) -> None:
    begin(service, database_json("old"), tokens=[naming(number, "old") for number in (1, 2, 3)])
    service.answer(body=database_json("new", id=1))
    service.answer(body=naming(1, "new"))
    service.answer(500)
    error = error_of(**FOLLOW)
    assert "(500) when updating the database token" in error
    assert f"Permissions that do not follow yet, or not surely: {token_id(2)}, {token_id(3)}." in error
    assert f"renamed to 'new'; the permissions of {token_id(1)} follow. Run the task again" in error
    # The next run goes on.
    begin(service, database_json("new"), tokens=[naming(1, "new"), naming(2, "old"), naming(3, "old")])
    service.answer(body=naming(2, "new"))
    service.answer(body=naming(3, "new"))
    assert ids(done(**FOLLOW)["tokens_updated"]) == [token_id(2), token_id(3)]


def test_permissions_that_follow_otherwise_are_an_error(service: ScriptedService) -> None:
    begin(service, database_json("new"), tokens=[naming(1, "old")])
    service.answer(body=naming(1, "old", "new"))
    assert error_of(**FOLLOW).startswith(
        f"The service changed the permissions of the database token {token_id(1)} otherwise than was asked for."
    )


@pytest.mark.parametrize("failure", [400, 401, 403, 404, 409, 429])
def test_a_refused_restore(service: ScriptedService, failure: int) -> None:
    begin(service)
    service.answer(failure, {"code": failure, "message": "no"})
    assert f"({failure}) when restoring the database with the id 12" in error_of(restore=True, id=12)


def test_a_restore_in_doubt_is_looked_up(service: ScriptedService) -> None:
    """As is one that a proxy refuses, perhaps as it has sent it twice."""
    for failure in (LOST, 500, 404, 409):
        for listed in ([database_json()], []):
            begin(service)
            service.fail(failure) if isinstance(failure, Exception) else service.answer(failure)
            service.answer(body=listed)
            if listed:
                assert done(restore=True, id=12)["database"] == metadata()
            else:
                assert "when restoring the database with the id 12" in error_of(restore=True, id=12)


def test_a_restore_that_is_not_what_it_says(service: ScriptedService) -> None:
    begin(service)
    service.answer(body=database_json("other", id=12))
    assert error_of(restore=True, id=12).startswith(
        "The database with the id 12 was restored, and it is called 'other', not 'metrics'."
    )
    begin(service)
    service.answer(body=database_json(id=12))
    service.answer(body=[])
    assert error_of(restore=True, id=12).startswith(
        "The service answered that the database 'metrics' was restored, and"
    )


def test_nothing_is_done_where_tokens_cannot_be_listed(service: ScriptedService) -> None:
    service.answer(body=[database_json()])
    service.answer(500)
    assert "when listing the database tokens" in error_of(**DELETE)
    assert service.requests == [LIST, TOKEN_LIST]


# By name, through influxctl


@pytest.fixture
def program(tmp_path: Path) -> FakeInfluxctl:
    return FakeInfluxctl(tmp_path / "program")


DELETED = {"stdout": '[{"name": "metrics"}]'}
UNDELETE = ["database", "undelete", "--", "metrics"]


@pytest.mark.parametrize("check_mode", [True, False], ids=["check", "real"])
def test_restore_by_name(service: ScriptedService, program: FakeInfluxctl, check_mode: bool) -> None:
    program.answer("database", DELETED, {"stdout": "restored"})
    begin(service, tokens=[naming(1, "metrics")])
    if not check_mode:
        service.answer(body=[database_json()])
    result = done(check_mode, restore=True, influxctl_path=program.path)
    assert result["changed"]
    assert result["database"] == (None if check_mode else metadata())
    assert ids(result["tokens_gaining_access"]) == [token_id(1)]
    assert program.runs[1:] == ([] if check_mode else [UNDELETE])


def test_restore_by_name_of_what_is_there(service: ScriptedService, program: FakeInfluxctl) -> None:
    program.answer("database", {"stdout": "[]"})
    service.answer(body=[database_json()])
    assert not done(restore=True, influxctl_path=program.path)["changed"]
    program.answer("database", DELETED)
    service.answer(body=[database_json()])
    assert "that name is in use" in error_of(restore=True, influxctl_path=program.path)
    program.answer("database", {"stdout": "[]"})
    service.answer(body=[])
    assert error_of(restore=True, influxctl_path=program.path).startswith("No deleted database of the name 'metrics'")


@pytest.mark.parametrize("is_there", [True, False])
def test_a_restore_by_name_in_doubt(service: ScriptedService, program: FakeInfluxctl, is_there: bool) -> None:
    program.answer("database", DELETED, {"stderr": "Error: 503 unavailable", "status": 1})
    begin(service)
    service.answer(body=[database_json()] if is_there else [])
    if is_there:
        assert done(restore=True, influxctl_path=program.path)["changed"]
    else:
        assert "influxctl could not restore" in error_of(restore=True, influxctl_path=program.path)


def test_a_restore_by_name_that_is_refused(service: ScriptedService, program: FakeInfluxctl) -> None:
    program.answer("database", DELETED, {"stderr": "Error: the name is in use", "status": 1})
    begin(service)
    assert "influxctl could not restore" in error_of(restore=True, influxctl_path=program.path)


def test_restore_by_name_needs_influxctl(service: ScriptedService) -> None:
    service.answer(body=[])
    assert "is not a program that can be run" in error_of(restore=True, influxctl_path="/missing")
