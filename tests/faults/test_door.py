# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to the simulator, open and shut."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from ansible_collections.influxdb3.management.tests.faults.door import Door
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE


@pytest.fixture
def door(simulator: Simulator) -> Iterator[Door]:
    """A door of this test's own."""
    door = Door(simulator.url)
    yield door
    door.close()


def connect(door: Door, simulator: Simulator) -> http.client.HTTPSConnection:
    context = ssl.create_default_context(cafile=simulator.ca_path)
    parts = urlsplit(door.url)
    return http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=PATIENCE, context=context)


def status(connection: http.client.HTTPSConnection) -> int:
    connection.request("GET", "/_simulator/requests")
    with connection.getresponse() as answer:
        answer.read()
        return answer.status


def test_it_lets_through_refuses_and_cuts(door: Door, simulator: Simulator) -> None:
    connection = connect(door, simulator)
    assert status(connection) == 200
    with door.refusing():
        with pytest.raises((http.client.RemoteDisconnected, ssl.SSLEOFError)):
            status(connection)
        connection.close()
        with pytest.raises(ConnectionRefusedError):
            status(connection)
        connection.close()
    assert status(connection) == 200
    with door.cutting():
        connection.close()
        with pytest.raises((ConnectionResetError, ssl.SSLError)):
            status(connection)
        connection.close()
    assert status(connection) == 200
    connection.close()
