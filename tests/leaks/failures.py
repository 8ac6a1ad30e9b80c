# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may go wrong between the controller and the service, as orders for the simulator.

Whatever an answer may hold, it holds two secrets: the management token that it was asked with, which proxies like to
show, and the token that it would have been about.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

# A minute: on the slowest machine an influxctl has started by then, and its request has arrived. An answer that is late
# never comes, so that nothing but this ends the wait for it.
TIMEOUT = 60
NEVER = 86400.0


@dataclass(frozen=True)
class Failure:
    """One kind of failure; ``message``, ``headers`` and ``text`` are of its answer, where it has one."""

    kind: str
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    html: bool = False
    is_late: bool = False

    def orders(self, leaked: list[str], method: str | None) -> list[dict[str, Any]]:
        """The orders that make every request of this method, or every request, fail for good.

        What is late is waited for, so only the first by each way is.
        """
        told = f"not done for Bearer {leaked[0]}, not even {json.dumps({'accessToken': leaked[1]})}"
        body = f"<html><body><h1>Bad Gateway</h1>{told}</body></html>" if self.html else {"code": 1, "message": told}
        common = {"kind": self.kind, "method": method, "status": self.status, "headers": self.headers, "body": body}
        each = {"seconds": NEVER, "times": 1} if self.is_late else {"times": None}
        return [{**common, **each, "path": path} for path in ("^/api/", "^/_influxctl/")]


@dataclass(frozen=True)
class WrongAnswer(Failure):
    """An answer that says the change was made, and whose body is not what it should be."""

    with_secret: bool = False

    def orders(self, leaked: list[str], method: str | None) -> list[dict[str, Any]]:
        """One for the service and one for influxctl, which passes on what it is told to print."""
        token = {
            "id": "a-1",
            "description": "made",
            "message": leaked[0],
            "createdAt": "2026-01-01T00:00:00Z",
            "permissions": [],
        }
        secret = {"accessToken": leaked[1]} if self.with_secret else {}
        printed = {"stdout": json.dumps({**token, **secret}), "stderr": f"Warning: {leaked[0]}\n", "exit_status": 0}
        common = {"kind": self.kind, "status": self.status, "method": method, "times": None, "headers": self.headers}
        return [
            {**common, "path": "^/api/", "body": {**token, **secret}},
            {**common, "path": "^/_influxctl/", "body": printed, "status": 200},
        ]


FAILURES: dict[str, Failure] = {
    "delay before the change": Failure("delay_before", is_late=True),
    "delay after the change": Failure("delay_after", is_late=True),
    "drop before the change": Failure("drop_before"),
    "drop after the change": Failure("drop_after"),
    "401": Failure("status", 401),
    "403": Failure("status", 403),
    "429": Failure("status", 429, {"Retry-After": "0"}),
    "500": Failure("status_after", 500),
    "502 with HTML": Failure("status_after", 502, {"content-type": "text/html"}, html=True),
    "503": Failure("status", 503, {"Retry-After": "0"}),
    "truncated JSON": Failure("truncate"),
    "wrong content type": WrongAnswer("status_after", 200, {"content-type": "text/html"}, with_secret=True),
    "no secret": WrongAnswer("status_after", 200),
}
# Before a commit: an answer that tells secrets, as JSON and as a page, one that is cut in the middle of one, and one
# that has a secret and is not taken for an answer.
FEW = ("500", "502 with HTML", "truncated JSON", "wrong content type")
