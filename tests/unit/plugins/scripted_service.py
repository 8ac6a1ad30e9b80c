# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A management service that answers as told, request after request, and keeps what it was sent."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

ACCOUNT_ID = "11111111-1111-4111-8111-111111111111"
CLUSTER_ID = "33333333-3333-4333-8333-333333333333"
MANAGEMENT_TOKEN = "M.V1.+5JkBzdQ3Yw8hXoT-_a0.k"
URL = "https://service.test"
CLUSTER = f"/api/v0/accounts/{ACCOUNT_ID}/clusters/{CLUSTER_ID}"
TOKENS, DATABASES = f"{CLUSTER}/tokens", f"{CLUSTER}/databases"
DATE = "Mon, 02 Mar 2026 04:20:19 GMT"
NOW = "2026-03-02T04:20:19Z"

# What every task of a test is given. The timeout counts for fake programs too, which are real processes.
CONNECTION = {
    "account_id": ACCOUNT_ID,
    "cluster_id": CLUSTER_ID,
    "management_token": MANAGEMENT_TOKEN,
    "url": URL,
    "timeout": PATIENCE,
}


@dataclass(frozen=True)
class Sent:
    """One request as the service received it; ``path`` is still percent-encoded, ``body`` is parsed JSON or None."""

    method: str
    path: str
    body: Any
    host: str
    headers: Mapping[str, str]


class ScriptedService:
    """Holds the answers to come; a request beyond them is a failure of the test."""

    def __init__(self) -> None:
        self.answers: deque[httpx.Response | Exception] = deque()
        self.sent: list[Sent] = []

    @property
    def requests(self) -> list[tuple[Any, ...]]:
        """Every request so far as ``(method, path)`` or ``(method, path, body)``."""
        return [(one.method, one.path) if one.body is None else (one.method, one.path, one.body) for one in self.sent]

    def answer(
        self,
        status: int = 200,
        body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Add an answer: a JSON ``body``, or any ``content``, or nothing."""
        if body is not None:
            content = json.dumps(body).encode()
        self.answers.append(httpx.Response(status, content=content or b"", headers={"Date": DATE, **(headers or {})}))

    def fail(self, error: Exception) -> None:
        """Add a failure of the transport in place of an answer."""
        self.answers.append(error)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Give the next answer."""
        content = request.read()
        self.sent.append(
            Sent(
                method=request.method,
                path=request.url.raw_path.decode("ascii"),
                body=json.loads(content) if content else None,
                host=request.url.host,
                headers=dict(request.headers),
            )
        )
        assert self.answers, f"an unexpected request: {request.method} {request.url}"
        answer = self.answers.popleft()
        if isinstance(answer, Exception):
            raise answer
        return answer


def token_json(number: int, description: str = "telegraf", **fields: Any) -> dict[str, Any]:
    """A database token as the service lists it; the higher its number, the later its creation."""
    token = {
        "accountId": ACCOUNT_ID,
        "clusterId": CLUSTER_ID,
        "id": token_id(number),
        "description": description,
        "permissions": [{"action": "write", "resource": "metrics"}],
        "createdAt": f"2026-02-{number:02d}T00:00:00.000Z",
        **fields,
    }
    return {name: value for name, value in token.items() if value is not None}


def database_json(name: str = "metrics", **fields: Any) -> dict[str, Any]:
    """A database as the service lists it; a field of None is left out."""
    database = {
        "accountId": ACCOUNT_ID,
        "clusterId": CLUSTER_ID,
        "name": name,
        "maxTables": 500,
        "maxColumnsPerTable": 200,
        "retentionPeriod": 0,
        **fields,
    }
    return {name: value for name, value in database.items() if value is not None}


def token_id(number: int) -> str:
    """The id of the token with this number."""
    return f"55555555-5555-4555-8555-{number:012d}"
