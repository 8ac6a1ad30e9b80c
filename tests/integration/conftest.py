# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real playbooks and ad-hoc commands against the simulator over real sockets, under several seeds."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.influxdb3.management.tests.integration.controller import AS_FOR_USERS, PROGRAMS, Controller
from ansible_collections.influxdb3.management.tests.integration.fast_python import FastPython
from ansible_collections.influxdb3.management.tests.integration.ssh_server import SshServer
from ansible_collections.influxdb3.management.tests.level import chosen_core
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator


@pytest.fixture(scope="session")
def running_simulator(fast_python: FastPython) -> Iterator[Simulator]:
    """The simulator that answers everything as documented; its influxctl starts in no time."""
    with Simulator.start() as simulator:
        fast_python.replace_program(Path(simulator.influxctl_path))
        yield simulator


@pytest.fixture
def documented_controller(
    simulator: Simulator, fast_python: FastPython, ansible_programs: Path, tmp_path: Path
) -> Controller:
    """A controller, and a service that answers everything as documented."""
    # What starts in no time has read the ansible-core of .venv.
    python = AS_FOR_USERS if chosen_core() else str(fast_python.interpreter)
    return Controller(tmp_path, simulator, host_python=python, programs=ansible_programs)


@pytest.fixture
def controller(request: pytest.FixtureRequest, documented_controller: Controller, ansible_programs: Path) -> Controller:
    """That controller, and a service that answers as the seed has it that a test names."""
    controller = documented_controller
    controller.simulator.reset(seed=request.param)
    # How a module is started is the same in every test, so under one seed it starts as it does for users.
    if request.param == 1:
        controller.host_python = AS_FOR_USERS
        controller.programs = ansible_programs if chosen_core() else PROGRAMS
    return controller


@pytest.fixture
def ssh_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """A host that is reached by ssh, outside of the controller's folder."""
    if shutil.which("ssh") is None:
        pytest.skip("there is no ssh here: apt-get install openssh-client")
    server = SshServer(tmp_path_factory.mktemp("ssh"))
    yield server
    server.stop()
