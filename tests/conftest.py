# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings and the simulator of all tests. Runs on Python 3.9 too, for the unit tests of the engine."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from ansible_collections.influxdb3.management.tests.integration.fast_python import FOR_ANSIBLE, FastPython
from ansible_collections.influxdb3.management.tests.level import chosen_core, level
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from hypothesis.configuration import set_hypothesis_home_dir

# Tests of another pytest, with settings of its own.
collect_ignore = ["adhoc"]

set_hypothesis_home_dir(Path(__file__).parents[1] / ".cache" / "hypothesis")
# Neither a deadline nor a limit for making examples: a busy machine must not fail a test. A failure prints what
# reproduces it.
hypothesis.settings.register_profile(
    "project",
    deadline=None,
    print_blob=True,
    # A commit is not stopped by what it has not done: the same examples each time, and new ones for a release.
    derandomize=level() != "proof",
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("project")


@pytest.fixture(scope="session")
def first_look_at_everything() -> Iterator[None]:
    """Lets the garbage collector see everything again at the end, when pytest has it look once more."""
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def nothing_is_left_behind(first_look_at_everything: None) -> Iterator[None]:
    """What a test leaves open for the garbage collector to find ends this test, and not whichever runs when it does."""
    # What is there already is not looked at again: that would take longer than most tests do.
    gc.freeze()
    yield
    gc.collect()


@pytest.fixture(scope="session")
def fast_python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastPython]:
    """What spares tests the start of a Python, where that start is not what they are about."""
    python = FastPython(tmp_path_factory.mktemp("python"))
    yield python
    python.stop()


@pytest.fixture(scope="session")
def ansible_programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the ansible and ansible-playbook to test with; before a commit their libraries are read once."""
    real = Path(sys.executable).parent
    if core := chosen_core():
        real = real.parents[1] / ".cache" / "cores" / core / "bin"
        if not (real.parent / "made-from").is_file():
            pytest.skip(f"ansible-core {core} is not installed; make one TEST='other ansible-cores' installs it")
    if core or level() == "proof":
        yield real
        return
    folder = tmp_path_factory.mktemp("programs")
    python = FastPython(folder, FOR_ANSIBLE)
    for name in ("ansible", "ansible-playbook"):
        python.stand_for(real / name, folder / name)
    yield folder
    python.stop()


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[Simulator]:
    """The simulator that answers everything as documented, over TLS."""
    with Simulator.start() as simulator:
        yield simulator


@pytest.fixture
def simulator(running_simulator: Simulator) -> Simulator:
    """That simulator, with nothing left of the test before."""
    running_simulator.reset()
    return running_simulator


def pytest_configure(config: pytest.Config) -> None:
    """Declare what tests may be marked with, and refuse a level that does not exist."""
    try:
        level()
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None
    config.addinivalue_line("markers", "proof: runs only where TEST_LEVEL is proof, see tests/level.py")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what another level runs; pytest counts it as deselected, as nothing is missing that belongs here."""
    if level() == "proof":
        return
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("proof")])
    items[:] = [item for item in items if not item.get_closest_marker("proof")]
