# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Talking to the simulator."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from .errors import CommandError

# Only a fault of the simulator takes so long.
_NOTE_TIMEOUT = 60.0
_REASONS = {401: "unauthorized", 403: "permission denied", 404: "not found"}


class Service:
    """One connection; ``timeout`` is in seconds, None means for ever."""

    def __init__(self, address: str, ca_path: str | None, timeout: float | None) -> None:
        self._timeout = timeout
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.scheme == "http":
            self._connection = http.client.HTTPConnection(host, parts.port, timeout=_NOTE_TIMEOUT)
        else:
            import ssl  # takes long to load

            context = ssl.create_default_context(cafile=ca_path)
            self._connection = http.client.HTTPSConnection(host, parts.port, timeout=_NOTE_TIMEOUT, context=context)

    def note_call(self, call: dict[str, Any]) -> dict[str, Any]:
        """Tell the simulator how this command was called, and return what this program is by now.

        Whether that works is not the command's business; where it does not, nothing is returned.
        """
        program = {}
        try:
            program = json.loads(self._exchange("POST", "/_simulator/influxctl_calls", call)[1])
        except (OSError, http.client.HTTPException, ValueError):
            self._connection.close()
        self._connection.timeout = self._timeout
        if self._connection.sock is not None:
            self._connection.sock.settimeout(self._timeout)
        return program

    def run(self, method: str, command: str, task: str, request: dict[str, Any]) -> Any:
        """Have a command executed and return what it prints; ``task`` says in an error what failed."""
        try:
            status, body = self._exchange(method, f"/_influxctl/{command}", request)
        except TimeoutError:
            raise CommandError(f"failed to {task}: context deadline exceeded") from None
        except ConnectionRefusedError:
            raise CommandError(f"failed to {task}: connection error: dial tcp: connect: connection refused") from None
        except (OSError, http.client.HTTPException):
            raise CommandError(f"failed to {task}: connection error: unexpected EOF") from None
        if status != 200:
            raise CommandError(f"failed to {task}: {_reason(status, body)}")
        try:
            return json.loads(body)
        except ValueError:
            raise CommandError(f"failed to {task}: unexpected answer") from None

    def _exchange(self, method: str, path: str, value: Any) -> tuple[int, bytes]:
        self._connection.request(method, path, json.dumps(value).encode(), {"Content-Type": "application/json"})
        with self._connection.getresponse() as answer:
            return answer.status, answer.read()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _reason(status: int, body: bytes) -> str:
    try:
        message = json.loads(body)["message"]
    except (ValueError, KeyError, TypeError):
        message = None
    if isinstance(message, str):
        return message
    return _REASONS.get(status, f"unexpected status {status}")
