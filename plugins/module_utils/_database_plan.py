# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run would do about one database, decided before anything is done, by pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._databases import (
    NOTHING_SAID,
    Database,
    Settings,
    check_database_name,
)
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError, UnexpectedAnswerError
from ansible_collections.influxdb3.management.plugins.module_utils._partition_template import (
    DEFAULT_TEMPLATE,
    PARTITION_TEMPLATE_OPTION,
    Template,
    read_template,
    template_as_options,
)
from ansible_collections.influxdb3.management.plugins.module_utils._retention import (
    format_retention,
    is_shorter,
    parse_retention,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import LIVE, Permission, Token, Update

DATABASE_OPTIONS: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str", "required": True},
    # A text, or a number of nanoseconds.
    "retention_period": {"type": "raw"},
    "max_tables": {"type": "int"},
    "max_columns_per_table": {"type": "int"},
    "partition_template": PARTITION_TEMPLATE_OPTION,
    "rename_from": {"type": "str"},
    "update_tokens": {"type": "bool", "default": False},
    "restore": {"type": "bool", "default": False},
    "id": {"type": "int"},
    "allow_data_loss": {"type": "bool", "default": False},
}

_MOST_TABLES = 2**31 - 1
_MOST_COLUMNS = 1000


@dataclass(frozen=True)
class WantedDatabase:
    """What a task wants of one database. ``number`` is the id of a deleted one to restore."""

    name: str
    present: bool = True
    settings: Settings = NOTHING_SAID
    partition_template: Template | None = None
    rename_from: str | None = None
    update_tokens: bool = False
    restore: bool = False
    number: int | None = None
    allow_data_loss: bool = False


@dataclass(frozen=True)
class DatabasePlan:
    """What is to be done, at most one of ``create``, ``rename_from``, ``restore`` and ``delete``, then ``update``.

    ``before`` and ``after`` are the database as it is listed and as it will be, None where there is none. What is
    restored comes back in a way that nobody can tell before: None in ``after``, with its settings.
    """

    reason: str
    before: Database | None = None
    after: Database | None = None
    create: Database | None = None
    rename_from: str | None = None
    restore: bool = False
    delete: bool = False
    update: Settings = NOTHING_SAID
    warnings: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything is to be done about the database."""
        return bool(self.create or self.rename_from or self.restore or self.delete or self.update.given())


@dataclass(frozen=True)
class TokenEffects:
    """What becomes of live database tokens: who loses or gets access by name, and whose permissions are to follow."""

    losing: list[Token] = field(default_factory=list)
    gaining: list[Token] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)


def read_wanted(parameters: Mapping[str, Any]) -> WantedDatabase:
    """What the options want of a database. Raises ``InputError`` naming the option that is wrong."""
    name = check_database_name("name", parameters["name"])
    rename_from, number = parameters.get("rename_from"), parameters.get("id")
    wanted = WantedDatabase(
        name=name,
        present=parameters.get("state") != "absent",
        settings=Settings(
            retention_period=_retention(parameters.get("retention_period")),
            max_tables=_limit("max_tables", parameters.get("max_tables"), _MOST_TABLES),
            max_columns_per_table=_limit(
                "max_columns_per_table", parameters.get("max_columns_per_table"), _MOST_COLUMNS
            ),
        ),
        partition_template=read_template(parameters.get("partition_template")),
        rename_from=None if rename_from is None else check_database_name("rename_from", rename_from),
        update_tokens=bool(parameters.get("update_tokens")),
        restore=bool(parameters.get("restore")),
        number=_limit("id", number, 2**63 - 1),
        allow_data_loss=bool(parameters.get("allow_data_loss")),
    )
    _check_combination(wanted)
    return wanted


def plan_database(
    wanted: WantedDatabase, listed: Sequence[Database], deleted: Sequence[str] | None = None
) -> DatabasePlan:
    """Decide about one database. ``deleted`` are the names of deleted ones, where they are known and needed.

    Raises ``InputError`` where data would be lost without leave, and where names are in the way.
    """
    present = _find(listed, wanted.name)
    if not wanted.present:
        return _plan_absent(wanted, present)
    if wanted.restore:
        return _plan_restore(wanted, present, deleted)
    if wanted.rename_from is not None:
        return _plan_rename(wanted, wanted.rename_from, present, _find(listed, wanted.rename_from))
    return _have(wanted, present)


def needs_tokens(wanted: WantedDatabase, plan: DatabasePlan) -> bool:
    """Whether the database tokens have to be looked at: where a name comes or goes, or is to be followed."""
    follows = wanted.update_tokens and wanted.rename_from is not None
    return bool(plan.create or plan.rename_from or plan.restore or plan.delete or follows)


def plan_tokens(wanted: WantedDatabase, plan: DatabasePlan, tokens: Sequence[Token], now: datetime) -> TokenEffects:
    """What a plan means for the live tokens that name the database; those for every database stay what they are."""
    live = [token for token in tokens if token.status(now) == LIVE]
    comes = bool(plan.create or plan.rename_from or plan.restore)
    gaining = [token for token in live if comes and _names(token, wanted.name)]
    goes = plan.rename_from or (wanted.name if plan.delete else None)
    if wanted.update_tokens and wanted.rename_from is not None:
        old = wanted.rename_from
        updates = [Update(one, permissions=_renamed(one, old, wanted.name)) for one in live if _names(one, old)]
        return TokenEffects([], gaining, updates)
    return TokenEffects([token for token in live if goes is not None and _names(token, goes)], gaining)


def differences(wanted: Database, answered: Database) -> list[str]:
    """What a service answered otherwise than it was asked, for the reader; only what is wanted and answered counts."""
    found = [] if answered.name == wanted.name else [f"its name is {answered.name!r}, and was to be {wanted.name!r}"]
    shown = answered.settings.given()
    for name, value in wanted.settings.given().items():
        if name in shown and shown[name] != value:
            found.append(f"{name} is {shown[name]}, and was to be {value}")
    told = wanted.partition_template
    if told is not None and told != (answered.partition_template or DEFAULT_TEMPLATE):
        found.append("its partition template is another one")
    return found


def differing_template(name: str, wanted: Template | None, present: Template | None) -> str | None:
    """What is to be said of a template that is not the wanted one, or None. No template is the default one."""
    if wanted is None or wanted == (present or DEFAULT_TEMPLATE):
        return None
    return (
        f"The partition template of {name} is {template_as_options(present or DEFAULT_TEMPLATE)}, and the wanted one "
        f"is {template_as_options(wanted)}. It is given at the creation and can never be changed, so it stays."
    )


def _check_combination(wanted: WantedDatabase) -> None:
    if wanted.number is not None and not wanted.restore:
        raise InputError("id names a deleted database to restore. Set restore: true, or leave id out.")
    if wanted.update_tokens and wanted.rename_from is None:
        raise InputError(
            "update_tokens has permissions follow a new name. Set rename_from, or leave update_tokens out."
        )
    if wanted.rename_from == wanted.name:
        raise InputError("rename_from is the same as name. Give the old name, or leave rename_from out.")
    for option, value in (("rename_from", wanted.rename_from), ("restore", wanted.restore)):
        if value and not wanted.present:
            raise InputError(f"{option} is for a database that is to be present. Leave it or state: absent out.")
    if wanted.restore and (wanted.rename_from or wanted.settings.given() or wanted.partition_template):
        raise InputError(
            "A restored database comes back as it was. Leave rename_from, retention_period, max_tables, "
            "max_columns_per_table and partition_template out, and change it by another task."
        )


def _plan_absent(wanted: WantedDatabase, present: Database | None) -> DatabasePlan:
    if present is None:
        return DatabasePlan(f"no database has the name {wanted.name!r}")
    if not wanted.allow_data_loss:
        raise InputError(
            f"The database {wanted.name!r} would be deleted with all its data. Set allow_data_loss: true if that is "
            "meant. Nothing was changed."
        )
    return DatabasePlan(f"the database {wanted.name!r} to delete", before=present, delete=True)


def _have(wanted: WantedDatabase, present: Database | None) -> DatabasePlan:
    if present is None:
        new = Database(wanted.name, wanted.settings, wanted.partition_template)
        return DatabasePlan(f"no database has the name {wanted.name!r}", after=new, create=new)
    plan = _converge(wanted, present)
    return replace(plan, reason=plan.reason or f"the database {wanted.name!r} exists as wanted")


def _plan_rename(wanted: WantedDatabase, old_name: str, present: Database | None, old: Database | None) -> DatabasePlan:
    if old is None and present is None:
        # Created, it would be empty where somebody expects the old data, and in the way of mending the name.
        raise InputError(
            f"There is neither {old_name!r} nor {wanted.name!r}. Correct rename_from, or leave it out to have an empty "
            "database created. Nothing was changed."
        )
    if old is None:
        return _have(wanted, present)
    if present is not None:
        raise InputError(
            f"There are both {old_name!r} and {wanted.name!r}, so the one cannot be renamed to the other. Leave "
            "rename_from out, or delete or rename one of them. Nothing was changed."
        )
    plan = _converge(wanted, replace(old, name=wanted.name))
    reason = f"the database {old_name!r} to rename to {wanted.name!r}" + (f"; {plan.reason}" if plan.reason else "")
    return replace(plan, reason=reason, before=old, rename_from=old_name)


def _plan_restore(wanted: WantedDatabase, present: Database | None, deleted: Sequence[str] | None) -> DatabasePlan:
    there = list(deleted or ()).count(wanted.name)
    if present is not None and (wanted.number is not None or there):
        raise InputError(
            f"A deleted database cannot be restored as {wanted.name!r}: that name is in use. If it is the restored "
            "one, leave restore out; else rename or delete it first. Nothing was changed."
        )
    if present is not None:
        return DatabasePlan(
            f"the database {wanted.name!r} is there, and none of this name is deleted", present, present
        )
    if wanted.number is not None:
        return DatabasePlan(f"the deleted database with the id {wanted.number} to restore", restore=True)
    if there != 1:
        found = "No deleted database" if not there else f"More than one deleted database ({there})"
        raise InputError(
            f"{found} of the name {wanted.name!r} is listed. One that was deleted more than about a week ago is gone; "
            "an id names one of several. Nothing was changed."
        )
    return DatabasePlan(f"the deleted database {wanted.name!r} to restore", restore=True)


def _converge(wanted: WantedDatabase, present: Database) -> DatabasePlan:
    """What is to be changed of a database that is there; the reason is empty where nothing is."""
    update = present.settings.changed_by(wanted.settings)
    period, old = update.retention_period, present.settings.retention_period
    if period is not None and old is not None and is_shorter(period, old) and not wanted.allow_data_loss:
        raise InputError(
            f"The retention period of the database {present.name!r} would become shorter, {format_retention(period)} "
            f"in place of {format_retention(old)}, and older data would be lost. Set allow_data_loss: true if that is "
            "meant. Nothing was changed."
        )
    told = differing_template(f"the database {present.name!r}", wanted.partition_template, present.partition_template)
    names = " and ".join(update.given())
    return DatabasePlan(
        f"{names} of the database {present.name!r} to change" if names else "",
        before=present,
        after=replace(present, settings=present.settings.with_all_of(update)),
        update=update,
        warnings=() if told is None else (told,),
    )


def _find(listed: Sequence[Database], name: str) -> Database | None:
    found = [database for database in listed if database.name == name]
    if len(found) > 1:
        raise UnexpectedAnswerError(
            f"The service lists {len(found)} databases of the name {name!r}. Nothing was changed."
        )
    return found[0] if found else None


def _names(token: Token, database: str) -> bool:
    return any(permission.resource == database for permission in token.permissions or ())


def _renamed(token: Token, old: str, new: str) -> frozenset[Permission]:
    return frozenset(
        replace(permission, resource=new) if permission.resource == old else permission
        for permission in token.permissions or ()
    )


def _retention(value: Any) -> int | None:
    if value is None:
        return None
    try:
        return parse_retention(value)
    except ValueError as error:
        raise InputError(f"retention_period is {error}.") from None


def _limit(option: str, value: Any, most: int) -> int | None:
    if value is not None and (isinstance(value, bool) or not 1 <= value <= most):
        raise InputError(f"{option} must be a whole number from 1 to {most}.")
    return None if value is None else int(value)
