# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The routes by which a test looks into the simulator and steers it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import behaviour, influxctl_output, rfc3339, validation
from .faults import Faults
from .http_parts import error_answer
from .journal import Journal
from .model import Database, Table, Token
from .refusal import Refusal
from .state import State
from .variations import DIALECTS


class Control:
    """Everything below /_simulator/. Nothing here is written down or hit by faults."""

    def __init__(self, state: State, faults: Faults, journal: Journal) -> None:
        self._state = state
        self._faults = faults
        self._journal = journal

    def routes(self) -> list[Route]:
        """Return the routes; README.md describes them."""
        actions: list[tuple[str, str, Callable[[bytes], Any]]] = [
            ("GET", "requests", lambda body: self._journal.as_list()),
            ("DELETE", "requests", lambda body: self._forget()),
            ("GET", "state", lambda body: self._show()),
            ("POST", "faults", self._add_fault),
            ("DELETE", "faults", lambda body: self._faults.clear()),
            ("DELETE", "delays", lambda body: self._faults.end_delays()),
            ("POST", "behaviour", self._behave),
            ("POST", "clock", self._advance_clock),
            ("POST", "reset", self._reset),
            ("POST", "refuse_changes", self._refuse_changes),
            ("POST", "influxctl_calls", self._note_call),
        ]
        return [Route(f"/_simulator/{name}", _endpoint(run), methods=[method]) for method, name, run in actions]

    def _show(self) -> dict[str, Any]:
        state = self._state
        return {
            "product": state.settings.product,
            "seed": state.settings.seed,
            "variations": dataclasses.asdict(state.variations),
            "behaviour": dataclasses.asdict(state.behaviour),
            "time": rfc3339.milliseconds(state.clock.now()),
            "account_id": state.account_id,
            "cluster_id": state.cluster_id,
            "refuse_changes": state.refuse_changes,
            "database_tokens": [self._token(token) for token in state.database_tokens.values()],
            "management_tokens": [
                {**self._token(token), "token_prefix": token.prefix} for token in state.management_tokens.values()
            ],
            "databases": [
                {**self._named(database), "tables": [self._named(table) for table in database.tables.values()]}
                for database in state.databases.every.values()
            ],
            "faults": self._faults.as_list(),
            "influxctl_calls": state.influxctl_calls,
        }

    def _token(self, token: Token) -> dict[str, Any]:
        return {**_shown(token), "status": token.status(self._state.clock.now())}

    def _named(self, item: Database | Table) -> dict[str, Any]:
        return {**_shown(item), "deleted": item.deleted}

    def _add_fault(self, body: bytes) -> None:
        self._faults.add(_object(body))

    def _behave(self, body: bytes) -> None:
        self._state.behaviour = behaviour.read(_object(body))

    def _advance_clock(self, body: bytes) -> dict[str, str]:
        self._state.clock.advance(validation.fields(_object(body), {"advance_seconds": _number})["advance_seconds"])
        return {"time": rfc3339.milliseconds(self._state.clock.now())}

    def _forget(self) -> None:
        self._journal.clear()
        self._state.influxctl_calls.clear()

    def _reset(self, body: bytes) -> None:
        chosen = validation.fields(_object(body), optional={"seed": _seed, "dialect": _dialect}) if body else {}
        self._faults.interrupt()
        self._faults.clear()
        self._journal.clear()
        self._state.reset(**chosen)

    def _refuse_changes(self, body: bytes) -> None:
        self._state.refuse_changes = validation.fields(_object(body), {"enabled": _switch})["enabled"]

    def _note_call(self, body: bytes) -> dict[str, Any]:
        self._state.influxctl_calls.append(_object(body))
        return influxctl_output.program(self._state.variations)


def _endpoint(run: Callable[[bytes], Any]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        try:
            answer = run(await request.body())
        except Refusal as refusal:
            return error_answer(refusal.status, refusal.message)
        return Response(status_code=204) if answer is None else JSONResponse(answer)

    return endpoint


def _shown(item: Token | Database | Table) -> dict[str, Any]:
    values = dataclasses.asdict(item)
    return {name: rfc3339.nanoseconds(v) if isinstance(v, datetime) else v for name, v in values.items()}


def _object(body: bytes) -> dict[str, Any]:
    return validation.json_object("application/json", body)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise Refusal(400, f"{name} must be a number")
    return float(value)


def _seed(name: str, value: Any) -> int | None:
    return None if value is None else int(validation.integer(0, 2**31)(name, value))


def _dialect(name: str, value: Any) -> str | None:
    return None if value is None else str(validation.one_of(*DIALECTS)(name, value))


def _switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refusal(400, f"{name} must be true or false")
    return value
