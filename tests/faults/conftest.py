# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator of these tests, and a clock with which waiting takes no time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _client, _influxctl_program
from ansible_collections.influxdb3.management.tests.faults.consumer import hide_environment
from ansible_collections.influxdb3.management.tests.faults.door import Door
from ansible_collections.influxdb3.management.tests.faults.influxctl_here import run_in_this_process
from ansible_collections.influxdb3.management.tests.integration.no_waiting import LOOKING, PAUSING, Clock
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE


@pytest.fixture
def simulator(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """That of all tests, and nothing in the environment that leads elsewhere."""
    hide_environment(monkeypatch)
    return simulator


@pytest.fixture(scope="module")
def door(running_simulator: Simulator) -> Iterator[Door]:
    """The way to the simulator that can be shut."""
    door = Door(running_simulator.url)
    yield door
    door.close()


@pytest.fixture
def _influxctl_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """influxctl without a process of its own."""
    monkeypatch.setattr(_influxctl_program, "run_influxctl", run_in_this_process)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the pauses between attempts. They take no time, and neither does a look for a lost token."""
    # The service is asked for the time with less patience than for anything else, and then the local one counts.
    monkeypatch.setattr(_client, "_CLOCK_TIMEOUT", PATIENCE)
    clock = Clock()
    for module in PAUSING:
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(LOOKING, "time", Clock())
    return clock
