# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A walk through every operation of the Management API that meets every status the simulator can answer."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any, Optional
from urllib.parse import quote

from ansible_collections.influxdb3.management.tests.contract.specification import Specification
from ansible_collections.influxdb3.management.tests.simulator.fixture import Reply, Simulator

UNKNOWN = "22222222-2222-4222-8222-222222222222"
TEMPLATE = [
    {"type": "time", "value": "%Y-%m"},
    {"type": "tag", "value": "plátanos"},
    {"type": "bucket", "value": {"tagName": "c", "numberOfBuckets": 10}},
]
PERMISSIONS = [{"action": "read", "resource": "a/b"}, {"action": "write", "resource": "*"}]


@dataclasses.dataclass
class Walk:
    """Sends requests below ``base``, a path template, and judges each answer.

    ``met`` holds method, path template and status of every answer; ``errors`` what was wrong with any.
    """

    simulator: Simulator
    specification: Specification
    base: str
    met: set[tuple[str, str, int]] = dataclasses.field(default_factory=set)
    errors: list[str] = dataclasses.field(default_factory=list)

    def ask(
        self, method: str, template: str, body: Any = None, token: Optional[str] = None, **parameters: Any
    ) -> Reply:
        """Send a request; the parameters fill the template, percent-encoded."""
        parameters = {"accountId": self.simulator.account_id, "clusterId": self.simulator.cluster_id, **parameters}
        template = self.base + template
        path = re.sub(r"{(\w+)}", lambda match: quote(str(parameters[match[1]]), safe=""), template)
        token = self.simulator.management_token if token is None else token
        reply = self.simulator.ask(method, path, body, token)
        self.met.add((method, template, reply.status))
        self._judge(method, path, reply)
        return reply

    def _judge(self, method: str, path: str, reply: Reply) -> None:
        content_type = reply.headers.get("content-type", "")
        error = self.specification.answer_error(method, path, reply.status, content_type, reply.text.encode())
        # The described code of each error status is out of sight of the judge: it stands beside a $ref.
        if error is None and reply.status >= 400 and reply.value["code"] != reply.status:
            error = "the code is not the status"
        if error is None and "date" not in reply.headers:
            error = "no Date header"
        if error is not None:
            self.errors.append(f"{method} {path} {reply.status}: {error}: {reply.text}")

    def everything(self) -> None:
        """Meet every operation and status."""
        self.tokens()
        self.databases()
        self.tables()
        self.without_right()
        self.refused()

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

    def without_right(self) -> None:
        """Every operation with a credential that is none."""
        self._every_operation(token="wrong")

    def refused(self) -> None:
        """Every operation while changes are refused, and an account that is not there, where the path has one."""
        self._every_operation(accountId=UNKNOWN)
        self._every_operation(accountId="not-a-uuid")
        self.simulator.refuse_changes(True)
        self._every_operation()
        self.simulator.refuse_changes(False)

    def _every_operation(self, token: Optional[str] = None, **parameters: Any) -> None:
        names = {"tokenId": UNKNOWN, "databaseName": "none", "tableName": "none", "databaseId": 99, "tableId": 99}
        for method, template, operation in self.specification.operations():
            if template.startswith(self.base):
                tail, body = template.removeprefix(self.base), b"{}" if "requestBody" in operation else None
                self.ask(method, tail, body, token, **{**names, **parameters})


def as_bytes(body: Any) -> bytes:
    """Return the body as it is sent."""
    return body if isinstance(body, bytes) else json.dumps(body).encode()
