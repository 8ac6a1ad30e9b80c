# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulators of these tests, and a clock with which waiting takes no time.

What belongs to the collection is imported inside the fixtures: pytest may load this file before it can be found.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ansible_collections.influxdb3.management.tests.faults.clock import Clock
    from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[Simulator]:
    """The simulator that answers everything as documented, over TLS."""
    from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

    with Simulator.start() as simulator:
        yield simulator


@pytest.fixture
def simulator(running_simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """The same as if just started, and nothing in the environment that leads elsewhere."""
    for name in list(os.environ):
        if name.startswith("INFLUX") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    running_simulator.reset()
    return running_simulator


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Takes the place of the time that the engine waits."""
    from ansible_collections.influxdb3.management.tests.faults.clock import Clock

    clock = Clock()
    clock.replace(monkeypatch)
    return clock
