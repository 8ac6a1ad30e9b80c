# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stub of the cluster itself: it tells whether a database token is recognised and what it may do."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .http_parts import credential, error_answer
from .model import DatabaseToken
from .refusal import Refusal
from .state import State

PREFIX = "/_data"
# Where the name of a table ends in a line of the line protocol.
_MEASUREMENT = re.compile(r"(?<!\\)[, ]")


class DataPlane:
    """Ping, write and query; of what is written, the names of tables are kept."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """Return the routes below ``data_url``."""
        return [
            Route(f"{PREFIX}/health", self._health, methods=["GET"]),
            Route(f"{PREFIX}/ping", self._ping, methods=["GET"]),
            Route(f"{PREFIX}/api/v2/write", self._write, methods=["POST"]),
            Route(f"{PREFIX}/write", self._write, methods=["POST"]),
            Route(f"{PREFIX}/query", self._query, methods=["GET"]),
        ]

    async def _health(self, request: Request) -> Response:
        return JSONResponse({"status": "pass"})

    async def _ping(self, request: Request) -> Response:
        try:
            self._authenticate(request)
        except Refusal as refusal:
            return error_answer(refusal.status, refusal.message)
        return Response(status_code=204)

    async def _write(self, request: Request) -> Response:
        database = request.query_params.get("bucket") or request.query_params.get("db")
        try:
            self._authorize(request, "write", database)
        except Refusal as refusal:
            return error_answer(refusal.status, refusal.message)
        lines = (await request.body()).decode("utf-8", "replace").splitlines()
        self._state.databases.keep_data(database or "", [_MEASUREMENT.split(line, 1)[0] for line in lines if line])
        return Response(status_code=204)

    async def _query(self, request: Request) -> Response:
        database = request.query_params.get("db")
        try:
            self._authorize(request, "read", database)
        except Refusal as refusal:
            return error_answer(refusal.status, refusal.message)
        result: dict[str, Any] = {"statement_id": 0}
        names = self._state.databases.names_with_data(database or "")
        if names and request.query_params.get("q", "").upper() == "SHOW MEASUREMENTS":
            result["series"] = [{"name": "measurements", "columns": ["name"], "values": [[name] for name in names]}]
        return JSONResponse({"results": [result]})

    def _authenticate(self, request: Request) -> DatabaseToken:
        secret = credential(request, "bearer", "token")
        now = self._state.clock.now()
        activation = timedelta(seconds=self._state.variations.activation_seconds)
        for token in self._state.database_tokens.values():
            if token.secret != secret or token.status(now) != "live":
                continue
            if token.created_at + activation <= now:
                return token
            # Nobody documents which of the two it is.
            raise Refusal(self._state.variations.inactive_status, "not active yet")
        raise Refusal(401, "unauthorized")

    def _authorize(self, request: Request, action: str, database: str | None) -> None:
        token = self._authenticate(request)
        if not database:
            raise Refusal(400, "no database is named")
        if not any(p["action"].lower() == action and p["resource"] in (database, "*") for p in token.permissions):
            raise Refusal(403, "forbidden")
