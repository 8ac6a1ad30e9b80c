# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real playbooks and ad-hoc commands against the simulator over real sockets, under ten seeds, through both doors.

What belongs to the collection is imported inside the fixtures: pytest may load this file before pytest-ansible has put
its finder of collections in place, and what was imported before that would keep others from being found.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ansible_collections.influxdb3.management.tests.integration.controller import Controller
    from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

SEEDS = range(10)
# The worker process of Ansible, and a module in a Python of its own.
DOORS = ("worker", "module")


@pytest.fixture(scope="session", params=SEEDS, ids=lambda seed: f"seed{seed}")
def seeded_simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """One simulator for each seed."""
    from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

    with Simulator.start(seed=request.param) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def documented_simulator() -> Iterator[Simulator]:
    """The simulator that answers everything as documented."""
    from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

    with Simulator.start() as simulator:
        yield simulator


@pytest.fixture(params=DOORS)
def controller(request: pytest.FixtureRequest, seeded_simulator: Simulator, tmp_path: Path) -> Controller:
    """A controller for each seed and door, with nothing left of the test before."""
    from ansible_collections.influxdb3.management.tests.integration.controller import Controller

    seeded_simulator.reset()
    return Controller(tmp_path, seeded_simulator, door=request.param)


@pytest.fixture(params=DOORS)
def documented_controller(
    request: pytest.FixtureRequest, documented_simulator: Simulator, tmp_path: Path
) -> Controller:
    """A controller for each door, and a service that answers everything as documented."""
    from ansible_collections.influxdb3.management.tests.integration.controller import Controller

    documented_simulator.reset()
    return Controller(tmp_path, documented_simulator, door=request.param)


@pytest.fixture
def documented_worker(documented_simulator: Simulator, tmp_path: Path) -> Controller:
    """A controller for what does not depend on the door."""
    from ansible_collections.influxdb3.management.tests.integration.controller import Controller

    documented_simulator.reset()
    return Controller(tmp_path, documented_simulator)
