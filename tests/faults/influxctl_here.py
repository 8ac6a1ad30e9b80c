# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in influxctl without a process of its own, for tests that run it by the thousand."""

from __future__ import annotations

import contextlib
import io
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


@contextlib.contextmanager
def _captured() -> Iterator[tuple[Any, Any]]:
    streams = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        yield streams
