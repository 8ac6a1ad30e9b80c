# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every unit test stands on: no settings of the person who runs it, no waiting, no network."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import (
    _observation,
    _retrying,
    _revocation,
    _signals,
)
from ansible_collections.influxdb3.management.plugins.module_utils._time import parse_rfc3339
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import NOW, ScriptedService

# So that what these require is told in full where it is not so.
for _helper in ("modules.token_modules", "module_utils.database_token_calls"):
    pytest.register_assert_rewrite(f"ansible_collections.influxdb3.management.tests.unit.plugins.{_helper}")

# Managed hosts, and so the oldest Python, have only what Ansible sends along with a module. What needs more of it is
# the controller's alone.
_OF_THE_CONTROLLER = (
    *("module_utils/test_creation.py", "module_utils/test_secret_file_hosts.py", "module_utils/test_token_task.py"),
    *("modules/test_database.py", "modules/test_database_info.py", "modules/test_table.py"),
    *(
        "module_utils/test_missing_libraries.py",
        "modules/test_database_token.py",
        "modules/test_database_token_info.py",
    ),
    *("modules/test_management_token.py", "modules/test_management_token_info.py", "modules/test_token_modules.py"),
)
collect_ignore = [] if find_spec("ansible.errors") else list(_OF_THE_CONTROLLER)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide what the environment says about clusters, proxies and authorities."""
    for name in list(os.environ):
        if name.startswith(("INFLUX", "SSL_CERT_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Replaces the waiting between two attempts and the time that passes; holds the seconds that would have passed."""
    seconds: list[float] = []
    clock = SimpleNamespace(sleep=seconds.append, monotonic=lambda: sum(seconds))
    for module in (_retrying, _revocation, _signals):
        monkeypatch.setattr(module, "time", clock)
    return seconds


@pytest.fixture
def connecting_has_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has a short timeout count for silence alone, which lasts, and not for the connection before it."""
    connect = socket.create_connection

    def create_connection(address: Any, timeout: Any = None, *more: Any, **options: Any) -> socket.socket:
        line = connect(address, None, *more, **options)
        line.settimeout(timeout)
        return line

    monkeypatch.setattr(socket, "create_connection", create_connection)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedService]:
    """A service that gives the answers it was told and writes down what it was asked.

    It takes the place of the network, so that everything above, httpx included, is the real thing.
    """
    scripted = ScriptedService()
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda _transport, request: scripted.handle(request))
    yield scripted
    assert not scripted.answers, f"{len(scripted.answers)} answers were never asked for"


@pytest.fixture(autouse=True)
def clock_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets this machine's clock, as the engine sees it, to the time that the scripted services tell."""
    monkeypatch.setattr(_observation, "local_time", lambda: parse_rfc3339(NOW))


@pytest.fixture(autouse=True)
def no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is chosen at random to tell one creation from others is 0."""
    from ansible_collections.influxdb3.management.plugins.module_utils import _token_task

    monkeypatch.setattr(_token_task, "random_number", lambda _most: 0)
