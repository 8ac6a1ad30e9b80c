# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The private routes behind the stand-in influxctl.

Each takes ``{"account_id", "cluster_id", "management_token" or "login", "options"}`` and answers
``{"stdout": text, "stderr": text, "exit_status": number}``, which the stand-in prints and returns, or an error body.
Reading commands are GET and changing ones POST, so that faults can tell them apart.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import influxctl_output, validation
from .http_parts import error_answer
from .model import ManagementToken
from .refusal import Refusal
from .state import State

Options = dict[str, Any]

_SORT_KEYS: dict[str, Callable[[ManagementToken], Any]] = {
    "created": lambda token: token.created_at,
    "id": lambda token: token.id,
    "description": lambda token: token.description,
    "prefix": lambda token: token.prefix,
    "expires": lambda token: token.expires_at or influxctl_output.NEVER,
    "revoked": lambda token: token.revoked_at or influxctl_output.NEVER,
}


@dataclasses.dataclass(frozen=True)
class Output:
    """What a command prints and returns."""

    stdout: str
    stderr: str = ""
    exit_status: int = 0


class InfluxctlRoutes:
    """The service's half of every command."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """One route a command; its path repeats the words of the command."""
        commands: list[tuple[str, str, Callable[[Options, bool], Output]]] = [
            ("GET", "management/list", self._list_management_tokens),
            ("POST", "management/create", self._create_management_token),
            ("POST", "management/revoke", self._revoke_management_tokens),
            ("GET", "cluster/list", self._list_clusters),
            ("GET", "user/list", self._list_users),
            ("GET", "token/list", self._list_database_tokens),
            ("GET", "database/list", self._list_databases),
            ("POST", "database/undelete", self._undelete_database),
            ("GET", "table/list", self._list_tables),
        ]
        return [Route(f"/_influxctl/{path}", self._endpoint(run), methods=[method]) for method, path, run in commands]

    def _endpoint(self, run: Callable[[Options, bool], Output]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            try:
                call = validation.json_object("application/json", await request.body())
                administrator = self._authenticate(call)
                self._require_account(call)
                output = run(call["options"], administrator)
            except Refusal as refusal:
                return error_answer(refusal.status, refusal.message)
            return JSONResponse(dataclasses.asdict(output))

        return endpoint

    def _authenticate(self, call: dict[str, Any]) -> bool:
        """Return whether an administrator's login was sent; otherwise it must be a live management token."""
        if call.get("login") == self._state.login:
            return True
        self._state.authenticate(call.get("management_token"))
        return False

    def _require_account(self, call: dict[str, Any]) -> None:
        # A profile for Clustered has neither identifier.
        for name, expected in (("account_id", self._state.account_id), ("cluster_id", self._state.cluster_id)):
            if call.get(name, expected).lower() != expected:
                raise Refusal(404, "account or cluster not found")

    def _list_management_tokens(self, options: Options, administrator: bool) -> Output:
        key = options.get("sort")
        if key is not None and key not in _SORT_KEYS:
            raise Refusal(400, f"sort must be one of {', '.join(_SORT_KEYS)}")
        state, variations = self._state, self._state.variations
        tokens = state.listed(state.management_tokens, _SORT_KEYS[key] if key else None)
        stdout = influxctl_output.management_tokens(
            tokens, state.account_id, options["format"], variations, state.behaviour
        )
        return Output(stdout, influxctl_output.noise(variations))

    def _create_management_token(self, options: Options, administrator: bool) -> Output:
        variations = self._state.variations
        if not administrator and not variations.token_may_mint:
            raise Refusal(403, "permission denied")
        expires_at = options.get("expires_at")
        token = self._state.create_management_token(
            validation.text("description", options["description"]),
            None if expires_at is None else validation.moment("expires-at", expires_at),
        )
        stdout = influxctl_output.created(token, self._state.account_id, options["format"], variations)
        return Output(stdout, influxctl_output.noise(variations, influxctl_output.COPY_HINT))

    def _revoke_management_tokens(self, options: Options, administrator: bool) -> Output:
        stdout = ""
        for token_id in options["ids"]:
            try:
                self._state.revoke_management_token(token_id)
            except Refusal as refusal:
                return Output(stdout, f"Error: failed to revoke management token: {refusal.message}\n", exit_status=1)
            stdout += f"Management token {token_id} revoked\n"
        return Output(stdout, influxctl_output.noise(self._state.variations))

    def _list_clusters(self, options: Options, administrator: bool) -> Output:
        state = self._state
        if state.settings.product == "clustered":
            raise Refusal(400, "this command is not supported by InfluxDB Clustered")
        url = f"https://{state.cluster_id}.a.influxdb.io"
        stdout = influxctl_output.clusters(state.account_id, state.cluster_id, url, state.created_at, options["format"])
        return Output(stdout, influxctl_output.noise(state.variations))

    def _list_users(self, options: Options, administrator: bool) -> Output:
        state = self._state
        stdout = influxctl_output.users(
            state.administrator_id, state.account_id, state.created_at, options["format"], state.variations
        )
        return Output(stdout, influxctl_output.noise(state.variations))

    def _list_database_tokens(self, options: Options, administrator: bool) -> Output:
        state = self._state
        stdout = influxctl_output.database_tokens(
            state.listed(state.database_tokens),
            state.account_id,
            state.cluster_id,
            options["format"],
            state.variations,
        )
        return Output(stdout, influxctl_output.noise(state.variations))

    def _list_databases(self, options: Options, administrator: bool) -> Output:
        state = self._state
        listed = state.databases.present() if options["status"] == "active" else state.databases.restorable()
        ordered = state.in_order({str(database.id): database for database in listed})
        stdout = influxctl_output.databases(ordered, state.account_id, state.cluster_id, options["format"])
        return Output(stdout, influxctl_output.noise(state.variations))

    def _undelete_database(self, options: Options, administrator: bool) -> Output:
        try:
            database = self._state.databases.undelete_by_name(options["name"])
        except Refusal as refusal:
            return Output("", f"Error: failed to undelete database: {refusal.message}\n", exit_status=1)
        return Output(f"Database {database.name} restored\n", influxctl_output.noise(self._state.variations))

    def _list_tables(self, options: Options, administrator: bool) -> Output:
        state = self._state
        tables = [table for table in state.databases.find(options["name"]).tables.values() if not table.deleted]
        stdout = influxctl_output.tables(tables, options["name"], options["format"])
        return Output(stdout, influxctl_output.noise(state.variations))
