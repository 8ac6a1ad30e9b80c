# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables, over the management API, which cannot list them, and what else can.

Source of paths, statuses and fields: the published OpenAPI description,
https://docs.influxdata.com/influxdb3/cloud-dedicated/api/management/, and the HTTP API of the cluster, ``/query``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from ansible_collections.influxdb3.management.plugins.module_utils._answers import Fields, parse_json
from ansible_collections.influxdb3.management.plugins.module_utils._client import Client
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ForbiddenError,
    ManagementError,
    NotFoundError,
    UnauthorizedError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._partition_template import (
    Template,
    read_answered_template,
    template_as_body,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret

# What the service is published to answer to a creation is 200.
_CREATED = (201, 202)


@dataclass(frozen=True)
class Table:
    """A table as the service answers it; a template of None is that of its database."""

    database: str
    name: str
    partition_template: Template | None = None


class Tables:
    """The tables of one cluster's databases; use it as a context manager.

    ``again``: send a request again after a passing failure.
    """

    def __init__(self, connection: Connection) -> None:
        """Prepare the client; nothing is sent yet. Raises ``InputError`` for an unusable ca_path."""
        self._client = Client(connection)

    def __enter__(self) -> Tables:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def create_table(self, new: Table, again: bool) -> Table:
        """Create a table. Raises ``ConflictError`` where there is one of the name."""
        what = f"creating the table {new.name!r} in the database {new.database!r}"
        body: dict[str, Any] = {"name": new.name}
        if new.partition_template is not None:
            body["partitionTemplate"] = template_as_body(new.partition_template)
        path = f"databases/{quote(new.database, safe='')}/tables"
        answer = self._client.send("POST", path, what, 200, body, again, _CREATED)
        return _read_table(Fields(parse_json(answer.content, what), what))

    def delete_table(self, table: Table, again: bool) -> None:
        """Delete a table, which the service keeps for about a week. Raises ``NotFoundError`` where there is none."""
        what = f"deleting the table {table.name!r} of the database {table.database!r}"
        self._client.send("DELETE", _path(table), what, 204, None, again)

    def rename_table(self, table: Table, new_name: str, again: bool) -> Table:
        """Give a table another name. Raises ``NotFoundError`` and ``ConflictError``."""
        what = f"renaming the table {table.name!r} of the database {table.database!r} to {new_name!r}"
        answer = self._client.send("PUT", f"{_path(table)}/rename", what, 200, {"name": new_name}, again)
        return _read_table(Fields(parse_json(answer.content, what), what))

    def undelete_table(self, database: str, number: int) -> Table:
        """Bring a deleted table back by its id, in one attempt."""
        what = f"restoring the table with the id {number} of the database {database!r}"
        path = f"databases/{quote(database, safe='')}/tables/{number}/undelete"
        answer = self._client.send("PUT", path, what, 200, None, False)
        return _read_table(Fields(parse_json(answer.content, what), what))


def tables_with_data(connection: Connection, data_url: str, data_token: Secret, database: str) -> list[str]:
    """The name of every table of a database that has data, as a database token that may read it is told.

    Raises ``ManagementError``.
    """
    what = f"listing the tables of the database {database!r} on its data host"
    client = Client(replace(connection, url=data_url, management_token=data_token), data_url)
    try:
        path = f"query?db={quote(database, safe='')}&q=SHOW%20MEASUREMENTS"
        answer = parse_json(client.send("GET", path, what, expected=200).content, what)
    except (UnauthorizedError, ForbiddenError, NotFoundError) as error:
        raise ManagementError(
            f"The data host answered {error.status} when {what}. Check data_token, which must be allowed to read it, "
            "and data_url. A new token may take minutes to become active."
        ) from None
    finally:
        client.close()
    (result,) = Fields(answer, what).items("results")[:1] or [Fields({}, what)]
    if result.has("error"):
        raise UnexpectedAnswerError(
            f"The data host answered with an error when {what}. Check that it has the database."
        )
    return [
        name for series in (result.items("series") if result.has("series") else []) for name in series.first_column()
    ]


def _path(table: Table) -> str:
    return f"databases/{quote(table.database, safe='')}/tables/{quote(table.name, safe='')}"


def _read_table(answer: Fields) -> Table:
    return Table(answer.text("databaseName"), answer.text("name"), read_answered_template(answer))
