# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The four requests of a client for database tokens, and what becomes of them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Callable

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._database_tokens import DatabaseTokens
from ansible_collections.influxdb3.management.plugins.module_utils._errors import ManagementError
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    AmbiguousCreationError,
    NewToken,
    Permission,
    Secret,
    Token,
    Update,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    ACCOUNT_ID,
    CLUSTER_ID,
    MANAGEMENT_TOKEN,
    URL,
    ScriptedService,
    token_id,
    token_json,
)

CONNECTION = Connection(ACCOUNT_ID, CLUSTER_ID, Secret(MANAGEMENT_TOKEN), url=URL, retries=0)
WRITE = Permission("write", "metrics")
SECRET = "apiv1_" + "5" * 64
TOKEN = Token(
    id=token_id(1),
    description="telegraf",
    created_at=datetime(2026, 2, 1, tzinfo=timezone.utc),
    permissions=frozenset({WRITE}),
)
# What an error says where it may not be the service that has answered.
WRONG_SERVICE = " Check that url is the address of the management service and that no proxy answers in its place."

Call = Callable[[DatabaseTokens], Any]
LIST: Call = lambda client: client.list_tokens()  # noqa: E731 - a table of calls
CREATE: Call = lambda client: client.create_token(NewToken("telegraf", frozenset({WRITE})))  # noqa: E731
UPDATE: Call = lambda client: client.update_token(Update(TOKEN, description="new"))  # noqa: E731
REVOKE: Call = lambda client: client.revoke_token(TOKEN.id)  # noqa: E731

# Each call with what it is named in an error.
CALLS = {
    "GET": (LIST, "listing the database tokens"),
    "POST": (CREATE, "creating the database token 'telegraf'"),
    "PATCH": (UPDATE, f"updating the database token {TOKEN.id} ('telegraf')"),
    "DELETE": (REVOKE, f"revoking the database token {TOKEN.id}"),
}
every_call = pytest.mark.parametrize("method", list(CALLS))


def ask(call: Call, connection: Connection = CONNECTION) -> Any:
    with DatabaseTokens(connection) as client:
        return call(client)


def answer_well(service: ScriptedService, method: str) -> None:
    """The answer each call hopes for."""
    if method == "DELETE":
        service.answer(204)
    else:
        body: Any = {"GET": [], "POST": token_json(1, accessToken=SECRET), "PATCH": token_json(1)}[method]
        service.answer(200, body)


def failure_of(method: str, may_have_acted: bool = True) -> Any:
    """The error of a call. That of a creation which may have gone through, though its answer was lost, says so."""
    with pytest.raises(ManagementError) as caught:
        ask(CALLS[method][0])
    error: Any = caught.value
    assert isinstance(error, AmbiguousCreationError) is (method == "POST" and may_have_acted)
    if not isinstance(error, AmbiguousCreationError):
        return error
    assert (str(error), error.token, error.candidates) == (str(error.cause), None, ())
    assert (error.__cause__, error.__suppress_context__) == (None, True)
    return error.cause
