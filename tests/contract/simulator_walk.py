# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A walk through every operation of the Management API that meets every status the simulator can answer."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ansible_collections.influxdb3.management.tests.contract.specification import Specification
from ansible_collections.influxdb3.management.tests.simulator.fixture import Reply, Simulator

UNKNOWN = "22222222-2222-4222-8222-222222222222"
TEMPLATE = [
    {"type": "time", "value": "%Y-%m"},
    {"type": "tag", "value": "größe"},
    {"type": "bucket", "value": {"tagName": "c", "numberOfBuckets": 10}},
]
# What a seed may add to an answer.
EXTRA_FIELDS = {"aFutureField", "anotherFutureField"}
PERMISSIONS = [{"action": "read", "resource": "a/b"}, {"action": "write", "resource": "*"}]


@dataclasses.dataclass
class Walk:
    """Sends requests below ``base``, a path template, and judges each answer.

    ``met`` holds, for each method, path template and status, path and value of an answer, the first that is not empty
    if there is one; ``errors`` holds what was wrong with any.
    """

    simulator: Simulator
    specification: Specification
    base: str
    met: dict[tuple[str, str, int], tuple[str, Any]] = dataclasses.field(default_factory=dict)
    errors: list[str] = dataclasses.field(default_factory=list)

    def ask(self, method: str, template: str, body: Any = None, token: str | None = None, **parameters: Any) -> Reply:
        """Send a request; the parameters fill the template, percent-encoded."""
        parameters = {"accountId": self.simulator.account_id, "clusterId": self.simulator.cluster_id, **parameters}
        template = self.base + template
        path = re.sub(r"{(\w+)}", lambda match: quote(str(parameters[match[1]]), safe=""), template)
        token = self.simulator.management_token if token is None else token
        reply = self.simulator.ask(method, path, body, token)
        if not self.met.get((method, template, reply.status), ("", None))[1]:
            self.met[method, template, reply.status] = path, reply.value
        self._judge(method, template, path, reply)
        return reply

    def _judge(self, method: str, template: str, path: str, reply: Reply) -> None:
        content_type = reply.headers.get("content-type", "")
        error = self.specification.answer_error(method, path, reply.status, content_type, reply.text.encode())
        if error is None and "date" not in reply.headers:
            error = "no Date header"
        # The schemas let unknown fields pass.
        shown = {field for item in as_list(reply.value) for field in item} - EXTRA_FIELDS
        if error is None and not shown <= self.specification.answer_fields(method, template, reply.status):
            error = "a field that is not described"
        if error is not None:
            self.errors.append(f"{method} {path} {reply.status}: {error}: {reply.text}")

    def operations(self) -> None:
        """Meet every operation with its success and whatever can be wrong with its input."""
        self.tokens()
        self.databases()
        self.tables()

    def tokens(self) -> None:
        """Tokens: with and without optional fields, live, expired and revoked."""
        tokens, one = "/tokens", "/tokens/{tokenId}"
        self.ask("GET", tokens)
        plain = self.ask("POST", tokens, {"description": ""}).value["id"]
        full = {"description": "a", "permissions": PERMISSIONS, "expiresAt": "2999-12-31T23:59:59Z"}
        token = self.ask("POST", tokens, full).value["id"]
        self.ask("POST", tokens, {"description": "a", "expiresAt": None})
        self.ask("GET", one, tokenId=token)
        self.ask("PATCH", one, {"description": "b", "permissions": []}, tokenId=plain)
        self.ask("DELETE", one, tokenId=token)
        self.ask("DELETE", one, tokenId=token)
        self.ask("GET", one, tokenId=token)
        self.ask("PATCH", one, {"description": "c"}, tokenId=token)
        self.ask("GET", tokens)
        for unknown in (UNKNOWN, "not-a-uuid"):
            self.ask("GET", one, tokenId=unknown)
            self.ask("PATCH", one, {"description": "c"}, tokenId=unknown)
            self.ask("DELETE", one, tokenId=unknown)
        self.ask("PATCH", one, {}, tokenId=plain)

    def databases(self) -> None:
        """Databases: with and without optional fields, names in use, deleted and brought back."""
        databases, one = "/databases", "/databases/{databaseName}"
        self.ask("GET", databases)
        self.ask("POST", databases, {"name": "plain"})
        full = {"maxTables": 1, "maxColumnsPerTable": 1, "retentionPeriod": 3_600_000_000_000}
        self.ask("POST", databases, {"name": "a/b", **full, "partitionTemplate": TEMPLATE})
        self.ask("POST", databases, {"name": "a/b"})
        self.ask("POST", databases, {"name": ""})
        self.ask("GET", databases)
        self.ask("PATCH", one, {"retentionPeriod": 0}, databaseName="a/b")
        self.ask("PATCH", one, {}, databaseName="a/b")
        self.ask("PATCH", one, {"maxTables": 2}, databaseName="none")
        self.ask("PUT", one + "/rename", {"name": "plain"}, databaseName="a/b")
        self.ask("PUT", one + "/rename", {"name": 1}, databaseName="a/b")
        self.ask("PUT", one + "/rename", {"name": "c"}, databaseName="none")
        number = self.ask("PUT", one + "/rename", {"name": "c"}, databaseName="a/b").value["id"]
        self.ask("DELETE", one, databaseName="c")
        self.ask("DELETE", one, databaseName="c")
        self.ask("DELETE", one, databaseName="n" * 65)
        undelete = "/databases/{databaseId}/undelete"
        self.ask("PUT", undelete, databaseId=number)
        self.ask("PUT", undelete, databaseId=number)
        self.ask("DELETE", one, databaseName="c")
        self.ask("POST", databases, {"name": "c"})
        self.ask("PUT", undelete, databaseId=number)
        self.ask("GET", databases)

    def tables(self) -> None:
        """Tables, which no operation lists."""
        tables = "/databases/{databaseName}/tables"
        one = tables + "/{tableName}"
        self.ask("POST", tables, {"name": "t"}, databaseName="plain")
        self.ask("POST", tables, {"name": "u/v", "partitionTemplate": TEMPLATE}, databaseName="plain")
        self.ask("POST", tables, {"name": "t"}, databaseName="plain")
        self.ask("POST", tables, {}, databaseName="plain")
        self.ask("POST", tables, {"name": "t"}, databaseName="none")
        self.ask("PUT", one + "/rename", {"name": "t"}, databaseName="plain", tableName="u/v")
        self.ask("PUT", one + "/rename", {"name": ""}, databaseName="plain", tableName="u/v")
        self.ask("PUT", one + "/rename", {"name": "w"}, databaseName="plain", tableName="none")
        number = self.ask("PUT", one + "/rename", {"name": "w"}, databaseName="plain", tableName="u/v").value["id"]
        self.ask("DELETE", one, databaseName="plain", tableName="w")
        self.ask("DELETE", one, databaseName="plain", tableName="w")
        self.ask("DELETE", one, databaseName="n" * 65, tableName="w")
        undelete = tables + "/{tableId}/undelete"
        self.ask("PUT", undelete, databaseName="plain", tableId=number)
        self.ask("PUT", undelete, databaseName="plain", tableId=number)
        self.ask("DELETE", one, databaseName="plain", tableName="w")
        self.ask("POST", tables, {"name": "w"}, databaseName="plain")
        self.ask("PUT", undelete, databaseName="plain", tableId=number)

    def refusals(self) -> None:
        """Every operation with a wrong credential, in an account that is not there, and while changes are refused."""
        self._every_operation(token="wrong")
        if "{accountId}" in self.base:
            self._every_operation(accountId=UNKNOWN)
            self._every_operation(accountId="not-a-uuid")
        self.simulator.refuse_changes(True)
        self._every_operation()
        self.simulator.refuse_changes(False)

    def _every_operation(self, token: str | None = None, **parameters: Any) -> None:
        names = {"tokenId": UNKNOWN, "databaseName": "none", "tableName": "none", "databaseId": 99, "tableId": 99}
        for method, tail, operation in self.described():
            body = b"{}" if "requestBody" in operation else None
            self.ask(method, tail, body, token, **{**names, **parameters})

    def described(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield method, end of the path template and description of every operation below the base."""
        for method, template, operation in self.specification.operations():
            if template.startswith(self.base) and ("{accountId}" in template) == ("{accountId}" in self.base):
                yield method, template.removeprefix(self.base), operation


def names_of_one_of_everything(simulator: Simulator) -> dict[str, str]:
    """Make one of everything and return what a path needs to name it."""
    token, path = simulator.management_token, simulator.api_path
    simulator.ask("POST", f"{path}/databases", {"name": "one"}, token)
    simulator.ask("POST", f"{path}/databases/one/tables", {"name": "one"}, token)
    created = simulator.ask("POST", f"{path}/tokens", {"description": "one"}, token)
    return {
        "accountId": simulator.account_id,
        "clusterId": simulator.cluster_id,
        "databaseName": "one",
        "tableName": "one",
        "tokenId": created.value["id"],
    }


def as_bytes(body: Any) -> bytes:
    """Return the body as it is sent."""
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def as_list(value: Any) -> list[dict[str, Any]]:
    """Return the objects of an answer, which may be one, a list of them, or none."""
    return value if isinstance(value, list) else [value] if value is not None else []
