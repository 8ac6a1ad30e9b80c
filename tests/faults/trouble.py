# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may go wrong with one writing request, and how it is brought about."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _influxctl_process, _influxctl_program
from ansible_collections.influxdb3.management.tests.faults.consumer import BODY
from ansible_collections.influxdb3.management.tests.faults.door import Door
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.waiting import wait_until

# How long the REST client waits for an answer that is delayed, in seconds, once its request has arrived: the answer
# does not come before this module lets it, so any time will do.
_PATIENCE = 0.05
_NEVER = 86400
_HTML = {"status": 502, "headers": {"Content-Type": "text/html"}, "body": f"<html>{BODY}</html>"}
_LOST = {"status": 404, "headers": {"Content-Type": "text/html"}, "body": f"<html>{BODY}</html>"}
_PAGE = {"status": 200, "headers": {"Content-Type": "text/html"}, "body": f"<html>{BODY}</html>"}
_HALF = {"status": 200, "headers": {"Content-Type": "application/json"}, "body": f'{{"accountId": "{BODY}'}
_SECRET = r"(?:M\.V1\.|apiv1_)[A-Za-z0-9+/=_-]{20,}"
RETRY_AFTER = 7

# By name, the order that the simulator is given.
ORDERS: dict[str, dict[str, Any]] = {
    "delayed, then changed": {"kind": "delay_before", "seconds": _NEVER},
    "changed, then delayed": {"kind": "delay_after", "seconds": _NEVER},
    "dropped before": {"kind": "drop_before"},
    "dropped after": {"kind": "drop_after"},
    "404 with HTML": {"kind": "status", **_LOST},
    "404 with HTML after": {"kind": "status_after", **_LOST},
    "429": {"kind": "status", "status": 429, "body": BODY},
    "429 with Retry-After": {"kind": "status", "status": 429, "headers": {"Retry-After": str(RETRY_AFTER)}},
    "500": {"kind": "status", "status": 500, "body": BODY},
    "500 after": {"kind": "status_after", "status": 500, "body": BODY},
    "502 with HTML": {"kind": "status", **_HTML},
    "502 with HTML after": {"kind": "status_after", **_HTML},
    "503": {"kind": "status", "status": 503, "body": BODY},
    "503 after": {"kind": "status_after", "status": 503, "body": BODY},
    "cut in the body": {"kind": "truncate"},
    "half of the JSON": {"kind": "status_after", **_HALF},
    "a page instead": {"kind": "status", **_PAGE},
    "a page after": {"kind": "status_after", **_PAGE},
    "wrong content type": {"kind": "rewrite", "headers": {"Content-Type": "text/html"}},
    "no secret": {"kind": "rewrite", "pattern": _SECRET, "body": ""},
}
# These never reach the simulator.
AT_THE_DOOR: dict[str, Callable[[Door], contextlib.AbstractContextManager[None]]] = {
    "refused": Door.refusing,
    "TLS cut": Door.cutting,
}
FAULTS = (*AT_THE_DOOR, *ORDERS)
# The change was made, or will be, and the answer does not tell of what.
LOST = (
    "delayed, then changed",
    "changed, then delayed",
    "dropped after",
    "404 with HTML after",
    "500 after",
    "502 with HTML after",
    "503 after",
    "cut in the body",
    "half of the JSON",
    "a page after",
)


@dataclass(frozen=True)
class Request:
    """The request to hit: by REST, or through influxctl by that command."""

    method: str
    path: str
    command: str | None = None


class Trouble:
    """A fault that waits for its requests; ``times`` is None for always.

    What is delayed goes on when the engine has given it up and has had an answer to its next request, so that a change
    comes as late as can be: in the middle of a look for it, or after another attempt.
    """

    def __init__(self, simulator: Simulator, door: Door, request: Request, fault: str, times: int | None) -> None:
        self._simulator = simulator
        self._door = door
        self._request = request
        self._fault = fault
        self._left = times
        self._hits_at_the_door = 0
        self._given_up = 0
        self._before = len(simulator.requests())
        if fault in ORDERS:
            simulator.add_fault(path=request.path, method=request.method, times=times, **ORDERS[fault])

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stand where the engine sends, to shut the door in time and to end what is delayed."""
        # The test may have put another in its place.
        send, run = httpx.HTTPTransport.handle_request, vars(_influxctl_program)["run_influxctl"]

        def handle(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
            hit = self._request.command is None and request.method == self._request.method
            if hit and "delayed" in self._fault and self._left != 0:
                self._left = None if self._left is None else self._left - 1
                request.extensions["timeout"] = {**request.extensions["timeout"], "read": _PATIENCE}
                request.extensions["trace"] = self._wait_for_arrival
            with self._passage(hit), self._followed():
                return send(transport, request)

        def start(executable: str, arguments: Any, *rest: Any) -> Any:
            with self._passage(self._request.command in arguments[1:2]), self._followed():
                return run(executable, arguments, *rest)

        monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle)
        monkeypatch.setattr(_influxctl_program, "run_influxctl", start)
        if self._request.command is not None and "delayed" in self._fault:
            monkeypatch.setattr(_influxctl_process, "time", SimpleNamespace(monotonic=_Alarm(self.hits)))

    def hits(self) -> int:
        """How often it has struck, by the simulator's own record where the simulator is reached."""
        if self._fault in AT_THE_DOOR:
            return self._hits_at_the_door
        return sum(request["fault"] == ORDERS[self._fault]["kind"] for request in self._requests())

    def end(self) -> None:
        """Have what is delayed done, as a token could appear after all."""
        if ORDERS.get(self._fault, {}).get("kind") == "delay_before":
            self._simulator.end_delays()
            wait_until(lambda: not self._is_delaying(), "what is delayed has been done")

    def arrived(self) -> int:
        """How many of these requests have reached the simulator."""
        hit = self._request
        return sum(
            request["method"] == hit.method and re.search(hit.path, request["path"]) is not None
            for request in self._requests()
        )

    def _requests(self) -> list[dict[str, Any]]:
        return self._simulator.requests()[self._before :]

    def _is_delaying(self) -> bool:
        return any(request["fault"] and request["status"] is None for request in self._requests())

    def _wait_for_arrival(self, event: str, _details: Any) -> None:
        """What httpx tells of the course of a request: before it waits for the answer, the request has to be there."""
        if event.endswith("receive_response_headers.started"):
            wait_until(lambda: self.hits() > self._given_up, "the request has arrived")

    @contextlib.contextmanager
    def _followed(self) -> Iterator[None]:
        """Around each request: see which are given up, and let them go on when another one has had its answer."""
        try:
            yield
        finally:
            if "delayed" in self._fault and self._given_up != (hits := self.hits()):
                self._given_up = hits
            else:
                self.end()

    @contextlib.contextmanager
    def _passage(self, hit: bool) -> Iterator[None]:
        if not hit or self._fault not in AT_THE_DOOR or self._left == 0:
            yield
            return
        self._left = None if self._left is None else self._left - 1
        self._hits_at_the_door += 1
        with AT_THE_DOOR[self._fault](self._door):
            yield


class _Alarm:
    """A clock that jumps ahead as soon as a request is being delayed: no machine is too slow for the rest."""

    def __init__(self, hits: Callable[[], int]) -> None:
        self._hits = hits
        self._seen = 0
        self._ahead = 0.0

    def __call__(self) -> float:
        hits = self._hits()
        if hits > self._seen:
            self._seen = hits
            self._ahead += 1000
        return time.monotonic() + self._ahead
