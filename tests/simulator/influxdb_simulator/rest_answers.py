# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bodies of REST answers, in the notation that the variations choose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from . import rfc3339
from .behaviour import NEIGHBOURS, ZERO_TIME
from .model import Database, DatabaseToken, Permission, Table
from .state import State


class RestAnswers:
    """Shapes what the state holds as the published schemas say."""

    def __init__(self, state: State) -> None:
        self._state = state

    def token(self, token: DatabaseToken, by_account: bool) -> dict[str, Any]:
        """A database token without its secret; times that do not apply are left out."""
        answer = {
            **self._identifiers(by_account),
            "id": self._state.behaviour.show_id(token.id),
            "description": token.description,
            "permissions": self._permissions(token.permissions),
            "createdAt": self._time(token.created_at),
        }
        shows_never = "zero_time" in (self._state.behaviour.never, self._state.variations.rest_never)
        for name, moment in (("expiresAt", token.expires_at), ("revokedAt", token.revoked_at)):
            if moment is not None:
                answer[name] = self._time(moment)
            elif shows_never:
                answer[name] = ZERO_TIME
        return self._with_extras(answer)

    def created_token(self, token: DatabaseToken, by_account: bool) -> dict[str, Any]:
        """The only answer that holds the secret."""
        return {**self.token(token, by_account), "id": token.id, "accessToken": token.secret}

    def neighbours(self, by_account: bool) -> list[dict[str, Any]]:
        """Tokens of somebody else that are listed in an odd way, where there are any."""
        if self._state.behaviour.neighbours != "odd":
            return []
        usual = {
            **self._identifiers(by_account),
            "description": "a neighbour",
            "permissions": [],
            "createdAt": self._time(self._state.created_at),
        }
        without_description, without_time, without_permissions = (
            {**usual, "id": self._state.behaviour.show_id(one)} for one in NEIGHBOURS
        )
        del without_description["description"], without_time["createdAt"]
        return [without_description, without_time, {**without_permissions, "permissions": None}]

    def changed_database(self, database: Database, by_account: bool) -> dict[str, Any]:
        """A database as changing it shows it, without its template."""
        answer = {
            **self._identifiers(by_account),
            "name": database.name,
            "maxTables": database.max_tables,
            "maxColumnsPerTable": database.max_columns_per_table,
            "retentionPeriod": database.retention_period,
        }
        return self._with_extras(answer)

    def database(self, database: Database, by_account: bool) -> dict[str, Any]:
        """A database as the list shows it."""
        answer = self.changed_database(database, by_account)
        if database.partition_template is not None:
            answer["partitionTemplate"] = database.partition_template
        return answer

    def numbered_database(self, database: Database, by_account: bool) -> dict[str, Any]:
        """A database with its number, as only renaming and undeleting show it."""
        return {**self.database(database, by_account), "id": database.id}

    def table(self, database: Database, table: Table, by_account: bool) -> dict[str, Any]:
        """A table as creating shows it."""
        answer = {**self._identifiers(by_account), "databaseName": database.name, "name": table.name}
        if table.partition_template is not None:
            answer["partitionTemplate"] = table.partition_template
        return self._with_extras(answer)

    def numbered_table(self, database: Database, table: Table, by_account: bool) -> dict[str, Any]:
        """A table with its number, as only renaming and undeleting show it."""
        return {**self.table(database, table, by_account), "id": table.id}

    def _identifiers(self, by_account: bool) -> dict[str, Any]:
        shown = by_account
        if self._state.settings.product == "clustered":
            shown = {"always": True, "never": False}.get(self._state.variations.clustered_identifiers, by_account)
        if not shown:
            return {}
        return {"accountId": self._state.account_id, "clusterId": self._state.cluster_id}

    def _permissions(self, permissions: list[Permission]) -> list[Permission]:
        order = self._state.variations.permission_order
        if order == "reversed":
            return permissions[::-1]
        if order == "sorted":
            return sorted(permissions, key=lambda permission: (permission["resource"], permission["action"]))
        return permissions

    def _time(self, moment: datetime) -> str:
        notation = self._state.variations.rest_time
        if notation == "seconds":
            return rfc3339.seconds(moment)
        if notation == "nanoseconds":
            return rfc3339.nanoseconds(moment)
        if notation == "offset":
            return rfc3339.with_offset(moment)
        if notation == "documented" and not moment.microsecond:
            return rfc3339.seconds(moment)
        return rfc3339.milliseconds(moment)

    def _with_extras(self, answer: dict[str, Any]) -> dict[str, Any]:
        if not self._state.variations.extra_fields:
            return answer
        return {"aFutureField": {"nested": [1, None]}, **answer, "anotherFutureField": None}
