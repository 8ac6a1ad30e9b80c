# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Readers of the documents, all of them before one simulator."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible_collections.influxdb3.management.tests.docs.reader import Reader
from ansible_collections.influxdb3.management.tests.integration.fast_python import FOR_HOSTS, FastPython
from ansible_collections.influxdb3.management.tests.level import level
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.tools.environment import copy_checkout


@pytest.fixture(scope="session")
def host_python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The Python of every host, without the libraries of the controller; before a commit one that starts in no time."""
    real = os.path.realpath(sys.executable)
    if level() == "proof":
        yield Path(real)
        return
    python = FastPython(tmp_path_factory.mktemp("host"), FOR_HOSTS, real)
    yield python.interpreter
    python.stop()


@pytest.fixture
def make_reader(
    simulator: Simulator, ansible_programs: Path, host_python: Path, tmp_path: Path
) -> Callable[..., Reader]:
    """Makes the reader of a test; give the folder it works in, if it is one that there is, and another simulator."""

    def make(working_folder: Path | None = None, other: Simulator | None = None) -> Reader:
        return Reader(tmp_path, other or simulator, ansible_programs, host_python, working_folder)

    return make


@pytest.fixture
def reader(make_reader: Callable[..., Reader], simulator: Simulator) -> Reader:
    """A reader on a controller that has its first token."""
    reader = make_reader()
    reader.take_controller_environment(simulator)
    return reader


@pytest.fixture(scope="session")
def built_checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh copy of the checkout after ``make build``."""
    folder = tmp_path_factory.mktemp("checkout") / "checkout"
    copy_checkout(folder)
    build = [Path(sys.executable).with_name("ansible-galaxy"), "collection", "build", folder, "--output-path", folder]
    subprocess.run([str(part) for part in build], stdout=subprocess.DEVNULL, check=True)
    return folder


@pytest.fixture
def fresh_checkout(built_checkout: Path, tmp_path: Path) -> Path:
    """A copy of that for one reader."""
    return Path(shutil.copytree(built_checkout, tmp_path / "work", symlinks=True))
