# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the client sends and understands, without a network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection, resolve_connection
from ansible_collections.influxdb3.management.plugins.module_utils._database_tokens import DatabaseTokens
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import NewToken, Secret, Token, Update

# An account and a cluster of Dedicated.
ACCOUNT_ID = "aaaaaaaa-0001-4aaa-8aaa-aaaaaaaaaaaa"
CLUSTER_ID = "cccccccc-0002-4ccc-8ccc-cccccccccccc"
CREATED_AT = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)

ANSWER = {
    "accountId": ACCOUNT_ID,
    "clusterId": CLUSTER_ID,
    "id": "dddddddd-0003-4ddd-8ddd-dddddddddddd",
    "description": "any",
    "permissions": [],
    "createdAt": "2026-03-02T04:20:19.000Z",
}
ANSWERS = {
    "GET": httpx.Response(200, json=[ANSWER]),
    "POST": httpx.Response(200, json={**ANSWER, "accessToken": "apiv1_" + "a" * 64}),
    "DELETE": httpx.Response(204),
}


def _update(client: DatabaseTokens, token_id: str) -> list[Token]:
    return [client.update_token(Update(Token(token_id, "any", CREATED_AT), description="any"))]


def _revoke(client: DatabaseTokens) -> list[Token]:
    client.revoke_token("any")
    return []


# One call for each operation that the client uses; what it understood of the answer comes back as tokens.
CALLS: dict[str, Callable[[DatabaseTokens], list[Token]]] = {
    "GET": lambda client: client.list_tokens(),
    "POST": lambda client: [client.create_token(NewToken("any")).token],
    "PATCH": lambda client: _update(client, "any"),
    "DELETE": _revoke,
}


def connection() -> Connection:
    """A connection with the default address of the service."""
    return Connection(ACCOUNT_ID, CLUSTER_ID, Secret("M.V1.any"), retries=0)


def clustered(**options: Any) -> Connection:
    """A connection with what a user of Clustered has to give, and these options."""
    given = {"product": "clustered", "url": "https://influxdb.example", "management_token": "M.V1.any"}
    return resolve_connection({**given, "retries": 0, **options}, {})


# Connections to Clustered, and whether its description has something against what is sent over them.
CLUSTERED = pytest.mark.parametrize(
    ("to", "wrong"),
    [
        pytest.param(clustered(), False, id="accounts"),
        pytest.param(clustered(api_path="flat"), False, id="flat"),
        pytest.param(clustered(account_id=ACCOUNT_ID), True, id="of another product"),
    ],
)


def requests_of(
    call: Callable[[Any], Any],
    answer: httpx.Response | None = None,
    to: Connection | None = None,
    service: Callable[[Connection], Any] = DatabaseTokens,
) -> list[httpx.Request]:
    """What a call sends, with every answer as hoped for but, where it is given, the first one.

    It is a call of database tokens, or of another ``service``, for which the answer must be given.
    """
    sent: list[httpx.Request] = []

    def handle(_transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        request.read()
        sent.append(request)
        if answer is not None and not sent[1:]:
            return answer
        name = request.url.path.rpartition("/")[2]
        if request.method == "PATCH" or (request.method == "GET" and name != "tokens"):
            # Of any other token, it would be no answer.
            return httpx.Response(200, json={**ANSWER, "id": name})
        return ANSWERS[request.method]

    # Not a fixture, which would last for all examples of hypothesis together.
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        patch.setattr(httpx.HTTPTransport, "handle_request", handle)
        with service(to or connection()) as client:
            call(client)
    return sent


def understood(method: str, answer: Any) -> list[Token]:
    """What the client makes of the JSON of a successful answer."""
    tokens: list[Token] = []
    call = CALLS[method] if method != "PATCH" else lambda client: _update(client, answer["id"])
    requests_of(lambda client: tokens.extend(call(client)), httpx.Response(200, json=answer))
    return tokens
