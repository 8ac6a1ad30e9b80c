# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Databases, over the management API.

Source of paths, statuses and fields: the published OpenAPI description,
https://docs.influxdata.com/influxdb3/cloud-dedicated/api/management/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import quote

from ansible_collections.influxdb3.management.plugins.module_utils._answers import Fields, parse_json
from ansible_collections.influxdb3.management.plugins.module_utils._client import WRONG_SERVICE, Client
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError, UnexpectedAnswerError
from ansible_collections.influxdb3.management.plugins.module_utils._partition_template import (
    DEFAULT_TEMPLATE,
    Template,
    read_answered_template,
    template_as_body,
    template_as_options,
)
from ansible_collections.influxdb3.management.plugins.module_utils._retention import format_retention
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Unreadable, read_each

_LONGEST_NAME = 64
_NAME = re.compile(r"[A-Za-z0-9/-][A-Za-z0-9_/-]*", re.ASCII)
_FIELDS = {
    "max_tables": "maxTables",
    "max_columns_per_table": "maxColumnsPerTable",
    "retention_period": "retentionPeriod",
}
# What the service is published to answer to a creation is 200.
_CREATED = (201, 202)


@dataclass(frozen=True)
class Settings:
    """What can be changed of a database; None is not said, or not known. ``retention_period`` is in nanoseconds."""

    retention_period: int | None = None
    max_tables: int | None = None
    max_columns_per_table: int | None = None

    def given(self) -> dict[str, int]:
        """What is said, by name."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in values if value is not None}

    def changed_by(self, other: Settings) -> Settings:
        """What ``other`` says and these do not, or say otherwise."""
        mine = self.given()
        return Settings(**{name: value for name, value in other.given().items() if mine.get(name) != value})

    def with_all_of(self, other: Settings) -> Settings:
        """These, with what ``other`` says in their place."""
        return replace(self, **other.given())

    def metadata(self) -> dict[str, Any]:
        """As tasks return it."""
        period = self.retention_period
        return {
            "retention_period": period,
            "retention": None if period is None else format_retention(period),
            "max_tables": self.max_tables,
            "max_columns_per_table": self.max_columns_per_table,
        }


NOTHING_SAID = Settings()


@dataclass(frozen=True)
class Database:
    """A database as the service lists it, or as it is to be created; a template of None is the service's default."""

    name: str
    settings: Settings = NOTHING_SAID
    partition_template: Template | None = None

    def metadata(self) -> dict[str, Any]:
        """The database as tasks return it."""
        template = self.partition_template or DEFAULT_TEMPLATE
        return {"name": self.name, **self.settings.metadata(), "partition_template": template_as_options(template)}


class Databases:
    """The databases of one cluster; use it as a context manager."""

    def __init__(self, connection: Connection) -> None:
        """Prepare the client; nothing is sent yet. Raises ``InputError`` for an unusable ca_path."""
        self._client = Client(connection)
        # Of the last list; their ids are names.
        self.unreadable: list[Unreadable] = []

    def __enter__(self) -> Databases:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def list_databases(self) -> list[Database]:
        """Every database that is not deleted and can be read."""
        what = "listing the databases"
        answer = parse_json(self._client.send("GET", "databases", what, expected=200).content, what)
        if not isinstance(answer, list):
            raise UnexpectedAnswerError(f"The answer to {what} is not a list. {WRONG_SERVICE}")
        databases, self.unreadable = read_each(
            answer, lambda item: _read_listed(Fields(item, what)), UnexpectedAnswerError, _listed_name
        )
        return databases

    def create_database(self, new: Database) -> Database:
        """Create a database with what is said of it. A second try makes no second one, as names are unique."""
        what = f"creating the database {new.name!r}"
        body = {"name": new.name, **_body(new.settings)}
        if new.partition_template is not None:
            body["partitionTemplate"] = template_as_body(new.partition_template)
        answer = self._client.send("POST", "databases", what, expected=200, body=body, also=_CREATED)
        return _read_listed(Fields(parse_json(answer.content, what), what))

    def update_database(self, name: str, changes: Settings) -> Database:
        """Change settings; the answer shows no template."""
        what = f"updating the database {name!r}"
        answer = self._client.send("PATCH", _path(name), what, 200, _body(changes))
        return _read_listed(Fields(parse_json(answer.content, what), what))

    def delete_database(self, name: str) -> None:
        """Delete a database, which the service keeps for about a week."""
        self._client.send("DELETE", _path(name), f"deleting the database {name!r}", 204)

    def rename_database(self, name: str, new_name: str) -> Database:
        """Give a database another name. The answer may lack its retention."""
        what = f"renaming the database {name!r} to {new_name!r}"
        answer = self._client.send("PUT", f"{_path(name)}/rename", what, expected=200, body={"name": new_name})
        return _read_numbered(Fields(parse_json(answer.content, what), what))

    def undelete_database(self, number: int) -> Database:
        """Bring a deleted database back by its id, in one attempt. The answer may lack its retention."""
        what = f"restoring the database with the id {number}"
        answer = self._client.send("PUT", f"databases/{number}/undelete", what, expected=200, again=False)
        return _read_numbered(Fields(parse_json(answer.content, what), what))


def check_database_name(option: str, name: str) -> str:
    """Return a name that a database may have; raise ``InputError`` for one that the service refuses.

    Source: https://docs.influxdata.com/influxdb3/cloud-dedicated/admin/databases/create/#database-naming-restrictions
    """
    if not name:
        raise InputError(f"{option} is empty. Give the name of a database.")
    if len(name) > _LONGEST_NAME:
        raise InputError(f"{option} has {len(name)} characters. The name of a database has {_LONGEST_NAME} at most.")
    if name.startswith("_"):
        raise InputError(f"{option} begins with an underscore, which the service keeps for itself.")
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{option} holds a character that no name of a database has: only letters, digits, _, - and /."
        )
    return name


def _path(name: str) -> str:
    """Below the cluster; a name may have slashes."""
    return f"databases/{quote(name, safe='')}"


def _body(settings: Settings) -> dict[str, Any]:
    return {_FIELDS[name]: value for name, value in settings.given().items()}


def _read_listed(answer: Fields) -> Database:
    return _read(answer, answer.integer("retentionPeriod"))


def _read_numbered(answer: Fields) -> Database:
    return _read(answer, answer.optional_integer("retentionPeriod"))


def _read(answer: Fields, retention_period: int | None) -> Database:
    settings = Settings(retention_period, answer.integer("maxTables"), answer.integer("maxColumnsPerTable"))
    return Database(answer.text("name"), settings, read_answered_template(answer))


def _listed_name(item: dict[str, Any]) -> str | None:
    name = item.get("name")
    return name if isinstance(name, str) and _NAME.fullmatch(name) else None
