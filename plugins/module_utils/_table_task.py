# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of a table task. The service lists no tables: what is there is known by other means, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable, TypeVar

from ansible_collections.influxdb3.management.plugins.module_utils._databases import Databases, check_database_name
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ConflictError,
    InputError,
    ManagementError,
    NotFoundError,
    RateLimitedError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._partition_template import (
    DEFAULT_TEMPLATE,
    PARTITION_TEMPLATE_OPTION,
    Template,
    read_template,
    template_as_options,
    template_warnings,
)
from ansible_collections.influxdb3.management.plugins.module_utils._retrying import is_passing, sleep
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._tables import Table, Tables

TABLE_OPTIONS: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "database": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "partition_template": PARTITION_TEMPLATE_OPTION,
    "rename_from": {"type": "str"},
    "restore": {"type": "bool", "default": False},
    "id": {"type": "int"},
    "allow_data_loss": {"type": "bool", "default": False},
    "list_by": {"type": "str", "choices": ["influxctl", "data"]},
    "data_token": {"type": "str", "no_log": True},
    "data_url": {"type": "str"},
}

CREATE, RENAME, RESTORE, DELETE = "create", "rename", "restore", "delete"
_INT64 = 2**63
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class WantedTable:
    """What a task wants of one table. ``number`` is the id of a deleted one to restore."""

    database: str
    name: str
    present: bool = True
    partition_template: Template | None = None
    rename_from: str | None = None
    number: int | None = None
    allow_data_loss: bool = False


@dataclass(frozen=True)
class Known:
    """The tables that are known to be there, and whether all others are known not to be."""

    names: frozenset[str] = frozenset()
    complete: bool = False

    def has(self, name: str) -> bool | None:
        """Whether a table is there; None where that is not known."""
        if name in self.names:
            return True
        return False if self.complete else None


@dataclass(frozen=True)
class TablePlan:
    """The one request that is needed, or None; ``certain`` where it is known that it will change something."""

    request: str | None
    reason: str
    certain: bool = True


def read_wanted_table(parameters: Mapping[str, Any]) -> WantedTable:
    """What the options want of a table. Raises ``InputError`` naming the option that is wrong."""
    rename_from, number = parameters["rename_from"], parameters["id"]
    present, restore = parameters["state"] != "absent", parameters["restore"]
    template = read_template(parameters["partition_template"])
    if restore is not (number is not None):
        raise InputError("A deleted table is restored by its id: set both restore: true and id, or neither.")
    if number is not None and (isinstance(number, bool) or not -_INT64 <= number < _INT64):
        raise InputError("id must be a whole number of 64 bits.")
    if rename_from == parameters["name"]:
        raise InputError("rename_from is the same as name. Give the old name, or leave rename_from out.")
    for option, value in (("rename_from", rename_from), ("restore", restore)):
        if value and not present:
            raise InputError(f"{option} is for a table that is to be present. Leave it or state: absent out.")
    if restore and (rename_from is not None or template is not None):
        raise InputError("A restored table comes back as it was. Leave rename_from and partition_template out.")
    if parameters["list_by"] == "data" and not parameters["data_token"]:
        raise InputError("list_by: data asks the data host. Set data_token, a database token that may read it.")
    return WantedTable(
        database=check_database_name("database", parameters["database"]),
        name=_check_table_name("name", parameters["name"]),
        present=present,
        partition_template=template,
        rename_from=None if rename_from is None else _check_table_name("rename_from", rename_from),
        number=number,
        allow_data_loss=bool(parameters["allow_data_loss"]),
    )


def plan_table(wanted: WantedTable, known: Known) -> TablePlan:
    """Decide about one table. Raises ``InputError`` where data would be lost without leave, or names are in the way."""
    name, there = wanted.name, known.has(wanted.name)
    if not wanted.present:
        if there is False:
            return TablePlan(None, f"no table has the name {name!r}")
        if not wanted.allow_data_loss:
            raise InputError(
                f"The table {name!r} would be deleted with all its data{'' if there else ', if it is there'}. Set "
                "allow_data_loss: true if that is meant. Nothing was changed."
            )
        return TablePlan(DELETE, f"the table {name!r} to delete", certain=there is True)
    if wanted.number is not None:
        if there:
            raise InputError(
                f"A deleted table cannot be restored as {name!r}: that name is in use. If it is the restored one, "
                "leave restore out; else rename or delete it first. Nothing was changed."
            )
        return TablePlan(RESTORE, f"the deleted table with the id {wanted.number} to restore", certain=False)
    if wanted.rename_from is not None:
        return _plan_rename(wanted.rename_from, name, known)
    if there:
        return TablePlan(None, f"the table {name!r} exists")
    return TablePlan(CREATE, f"the table {name!r} to create", certain=there is False)


def _plan_rename(old_name: str, name: str, known: Known) -> TablePlan:
    old, there = known.has(old_name), known.has(name)
    if old and there:
        raise InputError(
            f"There are both {old_name!r} and {name!r}, so the one cannot be renamed to the other. Leave rename_from "
            "out, or delete or rename one of them. Nothing was changed."
        )
    if old is False and there is False:
        raise InputError(
            f"There is neither {old_name!r} nor {name!r}. Correct rename_from, or leave it out to have an empty table "
            "created. Nothing was changed."
        )
    if old is False:
        return TablePlan(None, f"the table {name!r} exists, and none has the name {old_name!r}")
    return TablePlan(RENAME, f"the table {old_name!r} to rename to {name!r}", certain=bool(old) and there is False)


class TableItem:
    """One table of a task: observed, planned, applied and reported. ``list_tables`` says what is known to be there."""

    def __init__(
        self, run: Run, service: Tables, wanted: WantedTable, retries: int, list_tables: Callable[[], Known]
    ) -> None:
        self._run = run
        self._service = service
        self._wanted = wanted
        self._retries = retries
        self._list_tables = list_tables
        self._default = DEFAULT_TEMPLATE

    def ensure(self, databases: Databases) -> dict[str, Any]:
        """Have the table as it is wanted, and return the result of the task."""
        wanted = self._wanted
        self._run.warnings.extend(template_warnings(wanted.partition_template))
        plan = self._decide(databases)
        if plan.request is not None and self._run.check_mode and not plan.certain:
            self._run.warnings.append(
                f"Whether anything would change cannot be known: the service does not list tables, and "
                f"{_unknown(plan)}. list_by tells more."
            )
        changed = plan.request is not None
        if plan.request is not None and not self._run.check_mode:
            changed = self._apply(plan.request, plan.certain)
        return self._report(plan, changed)

    def _decide(self, databases: Databases) -> TablePlan:
        wanted = self._wanted
        listed = databases.list_databases()
        database = next((one for one in listed if one.name == wanted.database), None)
        if database is None and any(odd.id == wanted.database for odd in databases.unreadable):
            # Odd, and there.
            return plan_table(wanted, self._list_tables())
        if database is None:
            if not wanted.present:
                return TablePlan(None, f"no database has the name {wanted.database!r}")
            text = f"No database has the name {wanted.database!r}, so there is none for the table {wanted.name!r}."
            if not self._run.check_mode:
                raise InputError(f"{text} Create it first; capitals count. Nothing was changed.")
            # An earlier task of the same dry run may be to make it.
            self._run.warnings.append(f"{text} A real run fails, unless an earlier task creates it.")
            return plan_table(wanted, Known())
        self._default = database.partition_template or DEFAULT_TEMPLATE
        return plan_table(wanted, self._list_tables())

    def _apply(self, request: str, certain: bool) -> bool:
        """Do it, and return whether that has changed anything; where that is ``certain``, no refusal is believed."""
        wanted, service = self._wanted, self._service
        new = Table(wanted.database, wanted.name, wanted.partition_template)
        try:
            if request == CREATE:
                self._compare(self._send(lambda again: service.create_table(new, again)), new)
            elif request == RENAME:
                old = Table(wanted.database, wanted.rename_from or "")
                self._compare(self._send(lambda again: service.rename_table(old, wanted.name, again)), new)
            elif request == DELETE:
                self._send(lambda again: service.delete_table(new, again))
            else:
                self._compare(service.undelete_table(wanted.database, wanted.number or 0), new)
        except _AlreadyDone:
            return True
        except (ConflictError, NotFoundError) as error:
            expected = {CREATE: ConflictError, DELETE: NotFoundError, RENAME: NotFoundError}.get(request)
            if certain or expected is None or not isinstance(error, expected) or not error.is_of_service:
                raise
            if request == RENAME:
                self._run.warnings.append(
                    f"No table has the name {wanted.rename_from!r}, so nothing was renamed. Whether {wanted.name!r} is "
                    "there cannot be known: the service does not list tables. list_by tells more."
                )
            return False
        return True

    def _send(self, send: Callable[[bool], Answer]) -> Answer:
        """Send a change, and once more after a passing failure.

        What the second try then finds to be done, the first one has done: no list could tell. Raises ``_AlreadyDone``.
        """
        try:
            return send(False)
        except ManagementError as error:
            if self._retries < 1 or not is_passing(error):
                raise
            sleep(float(getattr(error, "retry_after", None) or 0))
            may_have_acted = getattr(error, "sent", True) and not isinstance(error, RateLimitedError)
        try:
            return send(True)
        except (ConflictError, NotFoundError) as error:
            if not may_have_acted or not error.is_of_service:
                raise
            raise _AlreadyDone from None

    def _compare(self, answered: Table, wanted: Table) -> None:
        template = wanted.partition_template
        if (answered.database, answered.name) != (wanted.database, wanted.name):
            raise UnexpectedAnswerError(
                f"The service answered about the table {answered.name!r} of the database {answered.database!r}, and "
                f"was asked about {wanted.name!r} of {wanted.database!r}. Look at both, and see who answers at url."
            )
        if self._wanted.rename_from is None and template not in (None, answered.partition_template or self._default):
            raise UnexpectedAnswerError(
                f"The service made the table {wanted.name!r} with another partition template than was asked for. It "
                "cannot be changed: delete the table, or leave it so."
            )

    def _report(self, plan: TablePlan, changed: bool) -> dict[str, Any]:
        wanted = self._wanted
        template = wanted.partition_template
        table = {
            "database": wanted.database,
            "name": wanted.name,
            "partition_template": None if template is None else template_as_options(template),
        }
        before: dict[str, Any] | None = None
        if plan.request in (DELETE, RENAME):
            before = {"database": wanted.database, "name": wanted.rename_from or wanted.name}
        elif not changed and wanted.present:
            before = {"database": wanted.database, "name": wanted.name}
        after = {"database": wanted.database, "name": wanted.name} if wanted.present else None
        return {
            "changed": changed,
            "reason": plan.reason,
            "certain": plan.certain or not self._run.check_mode,
            "table": table if wanted.present else None,
            "diff": {"before": {"table": before if changed else after}, "after": {"table": after}},
        }


class _AlreadyDone(Exception):
    """A change was made by the first try, whose answer was lost."""


def _unknown(plan: TablePlan) -> str:
    return {
        CREATE: "it may be there already",
        DELETE: "it may not be there",
        RENAME: "one of either name may be there or not",
        RESTORE: "nobody knows what has this id",
    }[plan.request or CREATE]


def _check_table_name(option: str, name: str) -> str:
    if not name:
        raise InputError(f"{option} is empty. Give the name of a table.")
    if name in (".", ".."):
        # On their way these would become another path, that of the database.
        raise InputError(f"{option} is {name!r}, which is no name of a table.")
    return name
