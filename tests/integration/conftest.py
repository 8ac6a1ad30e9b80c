# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real playbooks and ad-hoc commands against the simulator over real sockets, under several seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible_collections.influxdb3.management.tests.integration.controller import Controller
from ansible_collections.influxdb3.management.tests.integration.fast_python import FastPython
from ansible_collections.influxdb3.management.tests.integration.variants import FEW, variants
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator


@pytest.fixture(scope="session")
def running_simulator(fast_python: FastPython) -> Iterator[Simulator]:
    """The simulator that answers everything as documented; its influxctl starts in no time."""
    with Simulator.start() as simulator:
        fast_python.replace_program(Path(simulator.influxctl_path))
        yield simulator


@pytest.fixture(scope="session")
def simulators(fast_python: FastPython) -> Iterator[Callable[[int], Simulator]]:
    """Starts the simulator of a seed when it is first asked for, and stops them all at the end."""
    running: dict[int, Simulator] = {}

    def simulator(seed: int) -> Simulator:
        if seed not in running:
            running[seed] = Simulator.start(seed=seed)
            fast_python.replace_program(Path(running[seed].influxctl_path))
        return running[seed]

    yield simulator
    for each in running.values():
        each.stop()


@pytest.fixture(params=variants(*FEW))
def controller(
    request: pytest.FixtureRequest,
    simulators: Callable[[int], Simulator],
    fast_python: FastPython,
    ansible_programs: Path,
    tmp_path: Path,
) -> Controller:
    """A controller for each of these seeds, with nothing left of the test before."""
    simulator = simulators(request.param)
    simulator.reset()
    # How a module is started is the same in every test, so under one seed it starts as it does for users.
    if request.param == 1:
        return Controller(tmp_path, simulator)
    python = str(fast_python.interpreter)
    return Controller(tmp_path, simulator, host_python=python, programs=ansible_programs)


@pytest.fixture
def documented_controller(
    simulator: Simulator, fast_python: FastPython, ansible_programs: Path, tmp_path: Path
) -> Controller:
    """A controller, and a service that answers everything as documented."""
    return Controller(tmp_path, simulator, host_python=str(fast_python.interpreter), programs=ansible_programs)
