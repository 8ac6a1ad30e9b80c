# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listening on a loopback socket, from the ready file to a clean end."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from . import data_plane, influxctl_output, installation
from .application import build
from .clock import SimulatedClock
from .faults import Faults
from .state import Settings, State

HOST = "127.0.0.1"


@dataclasses.dataclass(frozen=True)
class Listening:
    """Where to listen, and where to say so."""

    ready_file: Path
    port: int
    plain_http: bool
    stop_with_parent: bool


class _Protocol(H11Protocol):
    """Lets the application reach the transport, which a cut connection needs."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}

    def shutdown(self) -> None:
        """End with the server, unless a request is being answered: a client that is silent is not waited for."""
        if self.cycle is None or self.cycle.response_complete or self.cycle.more_body:
            self.transport.abort()
        else:
            super().shutdown()


class _Server(uvicorn.Server):
    """A server that leaves signals to this module: the original kills itself with the signal once it has stopped."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclasses.dataclass(frozen=True)
class _Ending:
    """What can end the server: a signal, or the end of the parent if that was asked for."""

    signalled: asyncio.Event
    parent: int | None

    async def wait(self, serving: asyncio.Task[None]) -> None:
        """Return when it is time to stop."""
        while not self.signalled.is_set() and not serving.done() and self.parent in (None, os.getppid()):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.signalled.wait(), 0.25)


async def serve(settings: Settings, listening: Listening) -> None:
    """Serve until a signal says stop; raise OSError when the port or the ready file cannot be had."""
    parent = os.getppid() if listening.stop_with_parent else None
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    # The protocol is named because asyncio switches Nagle's delay (40 ms an answer) off only where it is.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with listener, tempfile.TemporaryDirectory(prefix="influxdb-simulator-") as folder:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, listening.port))
        await _serve(settings, listening, Path(folder), listener, _Ending(stop, parent))


async def _serve(
    settings: Settings, listening: Listening, folder: Path, listener: socket.socket, ending: _Ending
) -> None:
    state, faults = State(settings, SimulatedClock(settings.standing_at)), Faults()
    authority, tls = _tls(listening, folder)
    server = _Server(
        uvicorn.Config(
            build(state, faults),
            http=_Protocol,
            ws="none",
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            date_header=False,
            log_config=None,
            access_log=False,
            timeout_keep_alive=60,
            # What is being answered ends by itself; only a fault of the simulator takes so long.
            timeout_graceful_shutdown=60,
            **tls,
        )
    )
    serving = asyncio.create_task(server.serve([listener]))
    try:
        while not server.started and not serving.done():
            await asyncio.sleep(0.005)
        address = f"{'http' if listening.plain_http else 'https'}://{HOST}:{listener.getsockname()[1]}"
        with _announced(listening.ready_file, _ready(state, address, authority, folder)):
            print(f"The simulator listens on {address}; {listening.ready_file} says the rest.", flush=True)
            await ending.wait(serving)
    finally:
        faults.end()
        server.should_exit = True
        await serving


def _tls(listening: Listening, folder: Path) -> tuple[str | None, dict[str, Any]]:
    """Return the path of the authority's certificate and the server's options."""
    if listening.plain_http:
        return None, {}
    from . import certificates  # its libraries take long to load

    issued = certificates.issue(folder)
    return str(issued.authority), {"ssl_certfile": str(issued.server)}


def _ready(state: State, address: str, authority: str | None, folder: Path) -> dict[str, Any]:
    """Return the contents of the ready file."""
    influxctl = installation.install_influxctl(
        folder, {"address": address, "ca_path": authority, **influxctl_output.program(state.variations)}
    )
    return {
        "url": address,
        "ca_path": authority,
        "account_id": state.account_id,
        "cluster_id": state.cluster_id,
        "management_token": state.management_token,
        "influxctl_path": str(influxctl),
        "data_url": address + data_plane.PREFIX,
        "login_home": str(installation.install_login(folder, state.login)),
    }


@contextlib.contextmanager
def _announced(path: Path, contents: dict[str, Any]) -> Iterator[None]:
    """Keep the ready file in place, readable by its owner alone and never half-written."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(contents, file, indent=2)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    try:
        yield
    finally:
        # Only what is still our own announcement.
        with contextlib.suppress(OSError, ValueError):
            if json.loads(path.read_text(encoding="utf-8")) == contents:
                path.unlink()
