# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is decided about one database, by what is wanted and what is there."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._database_plan import (
    DatabasePlan,
    WantedDatabase,
    differences,
    differing_template,
    needs_tokens,
    plan_database,
    plan_tokens,
)
from ansible_collections.influxdb3.management.plugins.module_utils._databases import Database, Settings
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError, UnexpectedAnswerError
from ansible_collections.influxdb3.management.plugins.module_utils._partition_template import DEFAULT_TEMPLATE, Part
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Permission, Token, Update

NOW = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)
HOUR = 3600 * 10**9
DAY = 24 * HOUR
YEARLY = (Part("time", "%Y"),)


def database(name: str = "x", period: int = 0, tables: int = 500, columns: int = 200, **more: Any) -> Database:
    return Database(name, Settings(period, tables, columns), **more)


def wanted(name: str = "x", **more: Any) -> WantedDatabase:
    settings = {key: more.pop(key) for key in Settings.__dataclass_fields__ if key in more}
    return WantedDatabase(name, settings=Settings(**settings), **more)


def refusal(want: WantedDatabase, *listed: Database, deleted: list[str] | None = None) -> str:
    with pytest.raises(InputError) as caught:
        plan_database(want, listed, deleted)
    return str(caught.value)


def test_what_is_not_there_is_created_with_what_is_said() -> None:
    want = wanted(retention_period=DAY, partition_template=YEARLY)
    new = Database("x", Settings(retention_period=DAY), YEARLY)
    plan = plan_database(want, [database("X"), database("y")])
    assert plan == DatabasePlan("no database has the name 'x'", None, new, create=new)
    assert plan.changes


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"retention_period": DAY},
        {"max_tables": 7, "max_columns_per_table": 200},
        {"partition_template": YEARLY},
    ],
)
def test_what_is_as_wanted_stays(said: dict[str, Any]) -> None:
    there = database(period=DAY, tables=7, partition_template=YEARLY)
    plan = plan_database(wanted(**said), [there])
    assert plan == DatabasePlan("the database 'x' exists as wanted", there, there)
    assert not plan.changes
    assert not needs_tokens(wanted(**said), plan)


def test_only_what_is_said_and_differs_is_changed() -> None:
    plan = plan_database(
        wanted(retention_period=2 * DAY, max_tables=7, max_columns_per_table=200), [database(period=DAY)]
    )
    assert plan.update == Settings(retention_period=2 * DAY, max_tables=7)
    assert plan.reason == "retention_period and max_tables of the database 'x' to change"
    assert plan.after == database(period=2 * DAY, tables=7)
    assert plan.changes


@pytest.mark.parametrize(
    ("period", "present", "guarded"),
    [(DAY, 2 * DAY, True), (DAY, 0, True), (2 * DAY, DAY, False), (0, DAY, False), (DAY, DAY, False)],
)
def test_a_shorter_retention_needs_leave(period: int, present: int, guarded: bool) -> None:
    listed = [database(period=present)]
    if guarded:
        error = refusal(wanted(retention_period=period, max_tables=7), *listed)
        assert error.startswith("The retention period of the database 'x' would become shorter, 1d in place of ")
        assert "allow_data_loss: true" in error
    plan = plan_database(wanted(retention_period=period, allow_data_loss=guarded), listed)
    assert plan.update.retention_period == (None if period == present else period)


def test_a_deletion_needs_leave() -> None:
    assert refusal(wanted(present=False), database()).startswith("The database 'x' would be deleted with all its data.")
    plan = plan_database(wanted(present=False, allow_data_loss=True), [database()])
    assert plan == DatabasePlan("the database 'x' to delete", before=database(), delete=True)
    assert plan_database(wanted(present=False), [database("y")]) == DatabasePlan("no database has the name 'x'")


@pytest.mark.parametrize(
    ("want", "present", "told"),
    [
        (None, YEARLY, False),
        (YEARLY, YEARLY, False),
        (DEFAULT_TEMPLATE, None, False),
        (DEFAULT_TEMPLATE, DEFAULT_TEMPLATE, False),
        (YEARLY, None, True),
        (DEFAULT_TEMPLATE, YEARLY, True),
        ((Part("tag", "a"), *YEARLY), (*YEARLY, Part("tag", "a")), True),
    ],
)
def test_another_template_is_told_and_left(want: Any, present: Any, told: bool) -> None:
    plan = plan_database(wanted(partition_template=want), [database(partition_template=present)])
    assert not plan.changes
    assert len(plan.warnings) == told
    if told:
        (warning,) = plan.warnings
        assert warning.startswith("The partition template of the database 'x' is [")
        assert warning == differing_template("the database 'x'", want, present)
        assert "can never be changed, so it stays" in warning


# Renaming


def test_the_old_name_becomes_the_new_one() -> None:
    want = wanted("new", rename_from="old", max_tables=7)
    plan = plan_database(want, [database("old", DAY)])
    assert (plan.rename_from, plan.before) == ("old", database("old", DAY))
    assert plan.after == database("new", DAY, tables=7)
    assert plan.update == Settings(max_tables=7)
    assert plan.reason == "the database 'old' to rename to 'new'; max_tables of the database 'new' to change"
    assert plan_database(wanted("new", rename_from="old"), [database("old")]).reason == (
        "the database 'old' to rename to 'new'"
    )


def test_what_is_renamed_already_is_as_wanted() -> None:
    plan = plan_database(wanted("new", rename_from="old"), [database("new")])
    assert plan == DatabasePlan("the database 'new' exists as wanted", database("new"), database("new"))
    assert plan_database(wanted("new", rename_from="old", max_tables=7), [database("new")]).update == Settings(None, 7)


def test_both_names_and_neither_are_refused() -> None:
    want = wanted("new", rename_from="old")
    assert refusal(want, database("new"), database("old")).startswith("There are both 'old' and 'new'")
    assert refusal(want, database("other")).startswith("There is neither 'old' nor 'new'.")


def test_a_guard_holds_for_a_renamed_one_too() -> None:
    want = wanted("new", rename_from="old", retention_period=DAY)
    assert "'new' would become shorter, 1d in place of infinite" in refusal(want, database("old"))


# Restoring


def test_restoring_by_id_and_by_name() -> None:
    by_id = plan_database(wanted(restore=True, number=7), [database("y")])
    assert by_id == DatabasePlan("the deleted database with the id 7 to restore", restore=True)
    by_name = plan_database(wanted(restore=True), [database("y")], ["y", "x"])
    assert by_name == DatabasePlan("the deleted database 'x' to restore", restore=True)
    there = plan_database(wanted(restore=True), [database()], ["y"])
    assert (there.changes, there.after) == (False, database())


def test_what_cannot_be_restored() -> None:
    in_use = "A deleted database cannot be restored as 'x': that name is in use."
    assert refusal(wanted(restore=True, number=7), database()).startswith(in_use)
    assert refusal(wanted(restore=True), database(), deleted=["x"]).startswith(in_use)
    assert refusal(wanted(restore=True), deleted=["y"]).startswith("No deleted database of the name 'x' is listed.")
    several = "More than one deleted database (2) of the name 'x' is listed."
    assert refusal(wanted(restore=True), deleted=["x", "x"]).startswith(several)


def test_two_of_one_name_are_not_decided_about() -> None:
    with pytest.raises(UnexpectedAnswerError, match="lists 2 databases of the name 'x'"):
        plan_database(wanted(), [database(), database()])


# Tokens


def token(number: int, *permissions: tuple[str, str], **more: Any) -> Token:
    granted = frozenset(Permission(*one) for one in permissions)
    return Token(f"t{number}", f"token {number}", NOW - timedelta(days=number), permissions=granted, **more)


TOKENS = [
    token(1, ("read", "old"), ("write", "old"), ("read", "other")),
    token(2, ("read", "new")),
    token(3, ("read", "*")),
    token(4, ("read", "old"), revoked_at=NOW),
    token(5, ("read", "new"), expires_at=NOW),
    token(6, ("read", "old"), ("read", "new"), ("write", "*"), expires_at=NOW + timedelta(seconds=1)),
    token(7),
]


def ids(tokens: list[Token]) -> list[str]:
    return [one.id for one in tokens]


@pytest.mark.parametrize(
    ("want", "listed", "losing", "gaining"),
    [
        (wanted("new"), [], [], ["t2", "t6"]),
        (wanted("new", restore=True, number=1), [], [], ["t2", "t6"]),
        (wanted("old", present=False, allow_data_loss=True), [database("old")], ["t1", "t6"], []),
        (wanted("new", rename_from="old"), [database("old")], ["t1", "t6"], ["t2", "t6"]),
        (wanted("Old"), [], [], []),
    ],
)
def test_live_tokens_that_name_it(
    want: WantedDatabase, listed: list[Database], losing: list[str], gaining: list[str]
) -> None:
    plan = plan_database(want, listed)
    assert needs_tokens(want, plan)
    effects = plan_tokens(want, plan, TOKENS, NOW)
    assert (ids(effects.losing), ids(effects.gaining), effects.updates) == (losing, gaining, [])


@pytest.mark.parametrize("listed", [[database("old")], [database("new")]], ids=["to rename", "renamed"])
def test_permissions_follow_in_either_case(listed: list[Database]) -> None:
    want = wanted("new", rename_from="old", update_tokens=True)
    plan = plan_database(want, listed)
    assert needs_tokens(want, plan)
    effects = plan_tokens(want, plan, TOKENS, NOW)
    assert effects.losing == []
    assert effects.updates == [
        Update(
            TOKENS[0],
            permissions=frozenset({Permission("read", "new"), Permission("write", "new"), Permission("read", "other")}),
        ),
        Update(TOKENS[5], permissions=frozenset({Permission("read", "new"), Permission("write", "*")})),
    ]


def test_without_leave_a_renaming_that_is_done_looks_at_no_token() -> None:
    want = wanted("new", rename_from="old")
    assert not needs_tokens(want, plan_database(want, [database("new")]))


# Answers


@pytest.mark.parametrize(
    ("answered", "told"),
    [
        (database("x", DAY, 7, partition_template=YEARLY), []),
        (database("y", DAY, 7, partition_template=YEARLY), ["its name is 'y', and was to be 'x'"]),
        (database("x", DAY, 8, partition_template=YEARLY), ["max_tables is 8, and was to be 7"]),
        (database("x", 0, 7, partition_template=YEARLY), [f"retention_period is 0, and was to be {DAY}"]),
        (database("x", DAY, 7), ["its partition template is another one"]),
        (Database("x", Settings(None, 7, 200), YEARLY), []),
    ],
)
def test_answers_are_compared_with_what_was_said(answered: Database, told: list[str]) -> None:
    assert differences(Database("x", Settings(DAY, 7), YEARLY), answered) == told


def test_what_was_not_said_may_be_anything() -> None:
    assert differences(Database("x"), database("x", DAY, 7, 8, partition_template=YEARLY)) == []
