# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A way to the simulator that can be shut: connections are refused then, or cut before TLS has come about."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

_HOST = "127.0.0.1"
# Closing sends a reset then, and no farewell.
_RESET = struct.pack("ii", 1, 0)


class Door:
    """Hands bytes on to the simulator and back, at an address of its own."""

    def __init__(self, url: str) -> None:
        """Open it in front of the service at this URL."""
        parts = urlsplit(url)
        self._target = (parts.hostname or "", parts.port or 0)
        # Nobody listens here. It keeps the port while the door is shut, which others could be given otherwise.
        self._place = _bound(0)
        self._port = self._place.getsockname()[1]
        self._cutting = False
        self._lock = threading.Lock()
        self._lines: set[socket.socket] = set()
        self._open()
        self.url = f"{parts.scheme}://{_HOST}:{self._port}"

    def close(self) -> None:
        """Shut it for good."""
        self._stop_listening()
        self._place.close()

    def _stop_listening(self) -> None:
        """Refuse connections, and cut those there are."""
        # Closing alone would leave the thread waiting, and the port listening.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        self._cut_all()

    @contextlib.contextmanager
    def refusing(self) -> Iterator[None]:
        """Nobody listens as long as this lasts."""
        self._stop_listening()
        try:
            yield
        finally:
            self._open()

    @contextlib.contextmanager
    def cutting(self) -> Iterator[None]:
        """Whoever connects is cut off after the first words, as long as this lasts."""
        self._cutting = True
        self._cut_all()
        try:
            yield
        finally:
            self._cutting = False

    def _open(self) -> None:
        self._listener = _bound(self._port)
        self._listener.listen()
        self._accepting = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        self._accepting.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                line, _address = listener.accept()
            except OSError:
                return
            if self._cutting:
                line.recv(1)
                _reset(line)
                continue
            threading.Thread(target=self._carry, args=(line,), daemon=True).start()

    def _carry(self, line: socket.socket) -> None:
        """Hand on in both directions until either end is closed or cut."""
        with line, socket.create_connection(self._target) as onward:
            with self._lock:
                self._lines |= {line, onward}
            back = threading.Thread(target=_pump, args=(onward, line), daemon=True)
            back.start()
            _pump(line, onward)
            back.join()
            with self._lock:
                self._lines -= {line, onward}

    def _cut_all(self) -> None:
        with self._lock:
            for line in self._lines:
                _shut(line)


def _bound(port: int) -> socket.socket:
    """A socket at this port, or at any that is free, which others of this process may have too."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((_HOST, port))
    return bound


def _reset(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    line.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    # What one end cuts is cut at the other too.
    _shut(source)
    _shut(sink)


def _shut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
