# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults that a test can order: what goes wrong, for which requests, and how often."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from . import validation
from .exchange import Answer
from .refusal import Refusal

Apply = Callable[[], Awaitable[Answer]]

KINDS = (
    "status",  # this answer instead; nothing is changed
    "status_after",  # the change is made, then this answer
    "delay_before",  # wait, then go on, even if the caller is gone by then
    "delay_after",  # make the change, then wait with the answer
    "drop_before",  # cut the connection; nothing is changed
    "drop_after",  # make the change, then cut the connection
    "truncate",  # make the change, send half of the answer, then cut the connection
    "rewrite",  # make the change, then answer with other headers, and `body` for what `pattern` finds in the true one
)


@dataclasses.dataclass
class Fault:
    """One order; ``times`` counts down, None means always."""

    kind: str
    method: str | None = None
    path: str = ""
    times: int | None = 1
    status: int = 500
    headers: dict[str, str | None] = dataclasses.field(default_factory=dict)
    seconds: float = 1.0
    body: Any = ""
    pattern: str = ""

    def fires(self, method: str, path: str) -> bool:
        """Return whether this request is hit."""
        return self.times != 0 and self.method in (None, method) and re.search(self.path, path) is not None

    def rewrite(self, answer: Answer) -> Answer:
        """Return the true answer with other headers, and another text in some places of its body."""
        changed = {name.lower(): value for name, value in self.headers.items()}
        headers = {**answer.headers, **changed, "content-length": None}
        body = answer.body.decode()
        if self.pattern:
            body = re.sub(self.pattern, lambda _found: str(self.body), body)
        kept = {name: value for name, value in headers.items() if value is not None}
        return dataclasses.replace(answer, headers=kept, body=body.encode())

    def answer(self) -> Answer:
        """Return the ordered answer; a body that is not text is sent as JSON."""
        is_text = isinstance(self.body, str)
        headers = {"content-type": "text/plain; charset=utf-8" if is_text else "application/json"}
        headers.update({name.lower(): value for name, value in self.headers.items() if value is not None})
        body = (self.body if is_text else json.dumps(self.body)).encode()
        without_date = any(name.lower() == "date" and value is None for name, value in self.headers.items())
        return Answer(self.status, headers, b"" if self.status in (204, 304) else body, without_date=without_date)


class Faults:
    """The standing orders. The first one that fits a request hits it."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        # One for each request that is being delayed: whether it is to go on.
        self._delays: set[asyncio.Future[bool]] = set()
        self._ended = False

    def add(self, order: dict[str, Any]) -> None:
        """Take an order; a mistake in it is a Refusal."""
        self._orders.append(_read(order))

    def clear(self) -> None:
        """Forget all orders; requests that are being delayed go on being delayed."""
        self._orders.clear()

    def end_delays(self) -> None:
        """Let every request that is being delayed go on, as if its time had passed."""
        self._settle(go_on=True)

    def interrupt(self) -> None:
        """Cut every request that is being delayed, so that none of them acts on a later state."""
        self._settle(go_on=False)

    def end(self) -> None:
        """Cut every request that is being delayed, and every later one, as the server ends."""
        self._ended = True
        self.interrupt()

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that hits this request, one of its times used up."""
        for fault in self._orders:
            if fault.fires(method, path):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def as_list(self) -> list[dict[str, Any]]:
        """Return the orders that can still fire."""
        return [dataclasses.asdict(fault) for fault in self._orders if fault.times != 0]

    async def inflict(self, fault: Fault, apply: Apply) -> Answer | None:
        """Answer a request that was hit, or return None to have its connection cut.

        ``apply`` makes the change and gives the true answer.
        """
        if fault.kind == "status":
            return fault.answer()
        if fault.kind == "drop_before":
            return None
        if fault.kind == "delay_before":
            return await apply() if await self._pause(fault.seconds) else None
        answer = await apply()
        if fault.kind == "status_after":
            return fault.answer()
        if fault.kind == "rewrite":
            return fault.rewrite(answer)
        if fault.kind == "truncate" and answer.body:
            return dataclasses.replace(answer, sent_bytes=len(answer.body) // 2)
        if fault.kind == "delay_after" and await self._pause(fault.seconds):
            return answer
        return None

    async def _pause(self, seconds: float) -> bool:
        """Wait, in real time; return False when interrupted."""
        if self._ended:
            return False
        delay = asyncio.get_running_loop().create_future()
        self._delays.add(delay)
        try:
            return await asyncio.wait_for(delay, seconds)
        except TimeoutError:
            return True
        finally:
            self._delays.discard(delay)

    def _settle(self, go_on: bool) -> None:
        for delay in self._delays:
            if not delay.done():
                delay.set_result(go_on)


def _read(order: dict[str, Any]) -> Fault:
    return Fault(
        **validation.fields(
            order,
            required={"kind": validation.one_of(*KINDS)},
            optional={
                "method": _method,
                "path": _pattern,
                "times": _times,
                "status": validation.integer(200, 599),
                "headers": _headers,
                "seconds": _seconds,
                "body": lambda name, value: value,
                "pattern": _pattern,
            },
        )
    )


def _method(name: str, value: Any) -> str | None:
    return None if value is None else validation.non_empty_text(name, value).upper()


def _pattern(name: str, value: Any) -> str:
    try:
        re.compile(validation.text(name, value))
    except re.error:
        raise Refusal(400, f"{name} must be a regular expression") from None
    return str(value)


def _times(name: str, value: Any) -> int | None:
    return None if value is None else int(validation.integer(1, 1_000_000)(name, value))


def _headers(name: str, value: Any) -> dict[str, str | None]:
    if not isinstance(value, dict) or not all(item is None or isinstance(item, str) for item in value.values()):
        raise Refusal(400, f"{name} must be an object of strings; null takes a header away")
    return value


def _seconds(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 86_400:
        raise Refusal(400, f"{name} must be a number between 0 and 86400")
    return float(value)
