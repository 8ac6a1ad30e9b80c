# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The outermost layer: every request passes here, is written down, delayed, cut or refused, and gets its Date."""

from __future__ import annotations

import dataclasses
import json
from email.utils import format_datetime

from starlette.types import ASGIApp, Receive, Scope, Send

from .exchange import Answer, ask, cut, deliver, read_body
from .faults import Faults
from .journal import Journal
from .state import State

CONTROL = "/_simulator/"


class Gate:
    """An ASGI application around the routes."""

    def __init__(self, application: ASGIApp, state: State, faults: Faults, journal: Journal) -> None:
        self._application = application
        self._state = state
        self._faults = faults
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        body = await read_body(receive)
        if body is None:
            return
        # Routes see the path as it was sent, so that an encoded slash does not divide a name.
        path = scope["raw_path"].decode("ascii", "replace")
        scope = {**scope, "path": path}
        if path.startswith(CONTROL):
            answer: Answer | None = await ask(self._application, scope, body)
        else:
            answer = await self._answer(scope, path, body)
        if answer is not None:
            await deliver(self._with_date(answer), send)
        if answer is None or answer.sent_bytes is not None:
            await cut(scope, receive)

    async def _answer(self, scope: Scope, path: str, body: bytes) -> Answer | None:
        """Return the answer, or None when the connection is to be cut instead."""
        method = scope["method"]
        entry = self._journal.open(method, path)
        if self._state.refuse_changes and method != "GET" and path.startswith(("/api/", "/_influxctl/")):
            entry.fault = "refused"
            answer: Answer | None = _refused()
        elif (fault := self._faults.take(method, path)) is not None:
            entry.fault = fault.kind
            answer = await self._faults.inflict(fault, lambda: ask(self._application, scope, body))
        else:
            answer = await ask(self._application, scope, body)
        entry.status = None if answer is None else answer.status
        return answer

    def _with_date(self, answer: Answer) -> Answer:
        if answer.without_date:
            return answer
        date = format_datetime(self._state.clock.now().replace(microsecond=0), usegmt=True)
        return dataclasses.replace(answer, headers={"date": date, **answer.headers})


def _refused() -> Answer:
    body = json.dumps({"code": 500, "message": "changes are being refused"})
    return Answer(500, {"content-type": "application/json"}, body.encode())
