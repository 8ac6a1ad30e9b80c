# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Management API v0 as Starlette routes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import validation
from .http_parts import credential, error_answer
from .model import Database
from .refusal import Refusal
from .rest_answers import RestAnswers
from .state import State

BY_ACCOUNT = "/api/v0/accounts/{accountId}/clusters/{clusterId}"
FLAT = "/api/v0"


@dataclasses.dataclass(frozen=True)
class Call:
    """A request of an authenticated client, its path already decoded."""

    path: dict[str, str]
    by_account: bool
    content_type: str
    raw_body: bytes

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent."""
        return validation.json_object(self.content_type, self.raw_body)


Operation = Callable[[Call], Any]


class Rest:
    """One method for each operation of the specification. Each returns JSON, None for 204, or a whole answer."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._answers = RestAnswers(state)
        self._served: list[Route] = []

    def routes(self) -> list[Route]:
        """The operations under each base path of the product, and what remains of /api."""
        bases = [BY_ACCOUNT] if self._state.settings.product == "dedicated" else [BY_ACCOUNT, FLAT]
        routes = [
            Route(base + path, self._endpoint(operation), methods=[method])
            for base in bases
            for method, path, operation in self._operations()
        ]
        self._served = routes
        every_method = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"]
        return [*routes, Route("/api/{rest:path}", self._endpoint(self._nothing_here), methods=every_method)]

    def _operations(self) -> list[tuple[str, str, Operation]]:
        database, table = "/databases/{databaseName}", "/databases/{databaseName}/tables/{tableName}"
        return [
            ("GET", "/tokens", self._list_tokens),
            ("POST", "/tokens", self._create_token),
            ("GET", "/tokens/{tokenId}", self._get_token),
            ("PATCH", "/tokens/{tokenId}", self._update_token),
            ("DELETE", "/tokens/{tokenId}", self._revoke_token),
            ("GET", "/databases", self._list_databases),
            ("POST", "/databases", self._create_database),
            ("PATCH", database, self._update_database),
            ("DELETE", database, self._delete_database),
            ("PUT", database + "/rename", self._rename_database),
            ("PUT", "/databases/{databaseId}/undelete", self._undelete_database),
            ("POST", database + "/tables", self._create_table),
            ("DELETE", table, self._delete_table),
            ("PUT", table + "/rename", self._rename_table),
            ("PUT", database + "/tables/{tableId}/undelete", self._undelete_table),
        ]

    def _endpoint(self, operation: Operation) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            try:
                self._state.authenticate(credential(request, "bearer"))
                path = {name: unquote(value) for name, value in request.path_params.items()}
                by_account = "accountId" in path
                if by_account:
                    self._require_cluster(path)
                content_type = request.headers.get("content-type", "")
                answer = operation(Call(path, by_account, content_type, await request.body()))
            except Refusal as refusal:
                return error_answer(refusal.status, refusal.message)
            if isinstance(answer, Response):
                return answer
            return Response(status_code=204) if answer is None else JSONResponse(answer)

        return endpoint

    def _require_cluster(self, path: dict[str, str]) -> None:
        account_id = validation.identifier("accountId", path["accountId"])
        cluster_id = validation.identifier("clusterId", path["clusterId"])
        if (account_id, cluster_id) != (self._state.account_id, self._state.cluster_id):
            raise Refusal(404, "account or cluster not found")

    def _nothing_here(self, call: Call) -> Any:
        """A path that is served knows other methods, and says which, as RFC 9110 requires."""
        path = "/api/" + call.path["rest"]
        known = {name for route in self._served if route.path_regex.match(path) for name in route.methods or ()}
        if not known:
            raise Refusal(404, "not found")
        answer = error_answer(405, "method not allowed")
        answer.headers["Allow"] = ", ".join(sorted(known))
        return answer

    # Tokens

    def _list_tokens(self, call: Call) -> Any:
        tokens = self._state.listed(self._state.database_tokens)
        listed = [self._answers.token(token, call.by_account) for token in tokens]
        return [*listed, *self._answers.neighbours(call.by_account)]

    def _create_token(self, call: Call) -> Any:
        values = validation.fields(
            call.body(),
            required={"description": validation.text},
            optional={"permissions": validation.permissions, "expiresAt": validation.moment},
        )
        token = self._state.create_database_token(
            values["description"], values.get("permissions", []), values.get("expiresAt")
        )
        answer = self._answers.created_token(token, call.by_account)
        return JSONResponse(answer, self._state.behaviour.creation_status)

    def _get_token(self, call: Call) -> Any:
        token = self._state.find_database_token(self._token_id(call))
        return self._answers.token(token, call.by_account)

    def _update_token(self, call: Call) -> Any:
        token_id = self._token_id(call)
        values = validation.at_least_one(
            validation.fields(
                call.body(), optional={"description": validation.text, "permissions": validation.permissions}
            )
        )
        token = self._state.update_database_token(token_id, values.get("description"), values.get("permissions"))
        return self._answers.token(token, call.by_account)

    def _revoke_token(self, call: Call) -> Any:
        self._state.revoke_database_token(self._token_id(call))

    def _token_id(self, call: Call) -> str:
        return validation.identifier("tokenId", call.path["tokenId"])

    # Databases

    def _list_databases(self, call: Call) -> Any:
        present = {str(database.id): database for database in self._state.databases.present()}
        return [self._answers.database(database, call.by_account) for database in self._state.in_order(present)]

    def _create_database(self, call: Call) -> Any:
        values = validation.fields(
            call.body(),
            required={"name": validation.database_name},
            optional={
                "maxTables": validation.count,
                "maxColumnsPerTable": validation.count,
                "retentionPeriod": validation.retention_period,
                "partitionTemplate": validation.partition_template,
            },
        )
        database = self._state.databases.create(
            values["name"],
            values.get("maxTables", 500),
            values.get("maxColumnsPerTable", 200),
            values.get("retentionPeriod", 0),
            values.get("partitionTemplate"),
        )
        return self._answers.database(database, call.by_account)

    def _update_database(self, call: Call) -> Any:
        database = self._database(call)
        values = validation.at_least_one(
            validation.fields(
                call.body(),
                optional={
                    "maxTables": validation.count,
                    "maxColumnsPerTable": validation.count,
                    "retentionPeriod": validation.retention_period,
                },
            )
        )
        database.max_tables = values.get("maxTables", database.max_tables)
        database.max_columns_per_table = values.get("maxColumnsPerTable", database.max_columns_per_table)
        database.retention_period = values.get("retentionPeriod", database.retention_period)
        return self._answers.changed_database(database, call.by_account)

    def _delete_database(self, call: Call) -> Any:
        self._state.databases.delete(self._database(call))

    def _rename_database(self, call: Call) -> Any:
        name = self._database(call).name
        values = validation.fields(call.body(), required={"name": validation.database_name})
        database = self._state.databases.rename(name, values["name"])
        return self._answers.numbered_database(database, call.by_account)

    def _undelete_database(self, call: Call) -> Any:
        number = validation.number("databaseId", call.path["databaseId"], minimum=1)
        return self._answers.numbered_database(self._state.databases.undelete(number), call.by_account)

    def _database(self, call: Call) -> Database:
        name = validation.non_empty_text("databaseName", call.path["databaseName"])
        if len(name) > 64:
            raise Refusal(400, "databaseName is not a valid database name")
        return self._state.databases.find(name)

    # Tables

    def _create_table(self, call: Call) -> Any:
        database = self._database(call)
        values = validation.fields(
            call.body(),
            required={"name": validation.non_empty_text},
            optional={"partitionTemplate": validation.partition_template},
        )
        if sum(not table.deleted for table in database.tables.values()) >= database.max_tables:
            raise Refusal(400, "the database has as many tables as it may have")
        table = self._state.databases.create_table(database, values["name"], values.get("partitionTemplate"))
        return self._answers.table(database, table, call.by_account)

    def _delete_table(self, call: Call) -> Any:
        databases = self._state.databases
        databases.delete(databases.find_table(self._database(call), call.path["tableName"]))

    def _rename_table(self, call: Call) -> Any:
        database = self._database(call)
        values = validation.fields(call.body(), required={"name": validation.non_empty_text})
        table = self._state.databases.rename_table(database, call.path["tableName"], values["name"])
        return self._answers.numbered_table(database, table, call.by_account)

    def _undelete_table(self, call: Call) -> Any:
        number = validation.number("tableId", call.path["tableId"], minimum=-(2**63))
        table = self._state.databases.undelete_table(self._database(call), number)
        return self._answers.numbered_table(self._database(call), table, call.by_account)
