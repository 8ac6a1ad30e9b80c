# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the companion influxctl_config_file share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from ansible_collections.influxdb3.management.tests.level import level
from ansible_collections.influxdb3.management.tests.unit.plugins.modules.config_file_host import LAUNCHER, Host


@pytest.fixture(scope="module")
def python(request: pytest.FixtureRequest) -> str:
    """What runs the module: the fast one reads libraries that older ones do not have."""
    if level() == "proof" or sys.version_info < (3, 11):
        return sys.executable
    return str(request.getfixturevalue("fast_python").interpreter)


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("launcher") / "launcher.py"
    path.write_text(LAUNCHER, encoding="ascii")
    return str(path)


@pytest.fixture
def host(tmp_path: Path, python: str, launcher: str) -> Host:
    return Host(tmp_path, python, launcher)
