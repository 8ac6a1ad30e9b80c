# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a whole request and sending a whole answer, or only a part of it, over ASGI."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclasses.dataclass(frozen=True)
class Answer:
    """An answer before it is sent. Of its body only the first ``sent_bytes`` go out; None means all."""

    status: int
    headers: dict[str, str]
    body: bytes
    sent_bytes: int | None = None
    without_date: bool = False


async def read_body(receive: Receive) -> bytes | None:
    """Return the body of the request, or None when the client left while sending it."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


async def ask(application: ASGIApp, scope: Scope, body: bytes) -> Answer:
    """Let the application answer a request whose body is already read."""
    requests = iter([{"type": "http.request", "body": body, "more_body": False}])
    sent: list[Message] = []

    async def receive() -> Message:
        return next(requests, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        sent.append(message)

    await application(scope, receive, send)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


async def deliver(answer: Answer, send: Send) -> None:
    """Send the answer as far as it is to be sent."""
    headers = dict(answer.headers)
    if answer.status not in (204, 304):
        headers.setdefault("content-length", str(len(answer.body)))
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    part, complete = answer.body[: answer.sent_bytes], answer.sent_bytes is None
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": part, "more_body": not complete})


async def cut(scope: Scope, receive: Receive) -> None:
    """Cut the connection, without a farewell of TLS or HTTP."""
    cast(Any, scope["state"]["transport"]).abort()
    # The server must notice the end by itself, or it would try to answer in our place.
    while (await receive())["type"] != "http.disconnect":
        pass
