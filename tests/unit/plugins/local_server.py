# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server on a real socket, for what only a real socket shows: refusals, cut lines, certificates, proxies."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Callable

EMPTY_LIST = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]"


def error_answer(status: int) -> bytes:
    """An error as the management service says it."""
    body = b'{"code": %d, "message": "as published"}' % status
    head = b"HTTP/1.1 %d Reason\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
    return head + body


Conversation = Callable[["Line"], object]


class Line:
    """One connection to the server."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.requests: list[bytes] = []

    def read_request(self) -> bytes:
        """The next request, head and body; empty when the client has gone."""
        request = b""
        while b"\r\n\r\n" not in request or len(request) < _length(request):
            received = self.socket.recv(65536)
            if not received:
                return b""
            request += received
        self.requests.append(request)
        return request

    def answer(self, answer: bytes = EMPTY_LIST) -> None:
        """Read one request and answer it."""
        if self.read_request():
            self.socket.sendall(answer)

    def serve(self) -> None:
        """Answer every request until the client goes."""
        while self.read_request():
            self.socket.sendall(EMPTY_LIST)

    def answer_anything(self) -> None:
        """Read what comes, whatever it is, and answer it as a request."""
        if self.socket.recv(65536):
            self.socket.sendall(EMPTY_LIST)

    def wait_for_the_end(self) -> None:
        """Say nothing until the client goes."""
        while self.socket.recv(65536):
            pass


class Server:
    """What the server knows of its past: its connections, in order."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.lines: list[Line] = []
        # The address of the connection that ends the server.
        self.last: object = None

    @property
    def requests(self) -> list[bytes]:
        """Every request of every connection."""
        return [request for line in self.lines for request in line.requests]


@contextmanager
def listening(*conversations: Conversation) -> Iterator[Server]:
    """A server that has these conversations, one a connection, the last of them with everyone that comes after."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener.getsockname()[1])
        thread = threading.Thread(target=_accept, args=(listener, list(conversations), server))
        thread.start()
        try:
            yield server
        finally:
            # Connections are accepted in their order, so whoever came before this one is served.
            with socket.socket() as last:
                last.bind(("127.0.0.1", 0))
                server.last = last.getsockname()
                last.connect(("127.0.0.1", server.port))
                thread.join()


def over_tls(context: ssl.SSLContext, conversation: Conversation) -> Conversation:
    """The same conversation behind TLS."""

    def converse(line: Line) -> None:
        with context.wrap_socket(line.socket, server_side=True) as line.socket:
            conversation(line)

    return converse


def _accept(listener: socket.socket, conversations: list[Conversation], server: Server) -> None:
    while True:
        connection, address = listener.accept()
        with connection:
            if address == server.last:
                return
            line = Line(connection)
            server.lines.append(line)
            conversation = conversations.pop(0) if len(conversations) > 1 else conversations[0]
            with suppress(OSError):  # the client does not always stay to the end
                conversation(line)


def _length(request: bytes) -> int:
    head, _, _body = request.partition(b"\r\n\r\n")
    for header in head.split(b"\r\n"):
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            return len(head) + 4 + int(value)
    return len(head) + 4
