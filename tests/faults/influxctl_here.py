# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in influxctl without a process of its own, for tests that run it by the thousand."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils import _influxctl_process
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.stand_in import main as stand_in


def run_in_this_process(
    _executable: str, arguments: Sequence[str], given: Connection, token: Secret | None, _cached_login: bool
) -> _influxctl_process.Completed:
    """In place of the function that runs influxctl."""
    installed = {"address": given.url, "ca_path": given.ca_path, "version": "2.12.1\n", "create_knows_format": True}
    with _influxctl_process._private_configuration(given, token) as path, _captured() as (stdout, stderr):
        status = stand_in.main(["--config", path, "--profile", "default", *arguments], installed)
        texts = [stream.buffer.getvalue().decode() for stream in (stdout, stderr) if not stream.flush()]
    return _influxctl_process.Completed(status, *texts)


class _PerThread:
    """In the place of a stream of this process, which threads share: each has what it prints for itself."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._usual = getattr(sys, name)
        self._mine = threading.local()
        self._threads = 0

    @contextlib.contextmanager
    def captured(self) -> Iterator[Any]:
        """The stream of this thread. The usual one is back once no thread has one any more."""
        self._mine.stream = io.TextIOWrapper(io.BytesIO())
        with _LOCK:
            if not self._threads:
                self._usual = getattr(sys, self._name)
                setattr(sys, self._name, self)
            self._threads += 1
        try:
            yield self._mine.stream
        finally:
            del self._mine.stream
            with _LOCK:
                self._threads -= 1
                if not self._threads:
                    setattr(sys, self._name, self._usual)

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(self._mine, "stream", self._usual), name)


_LOCK = threading.Lock()
_STREAMS = _PerThread("stdout"), _PerThread("stderr")


@contextlib.contextmanager
def _captured() -> Iterator[tuple[Any, Any]]:
    with _STREAMS[0].captured() as stdout, _STREAMS[1].captured() as stderr:
        yield stdout, stderr
