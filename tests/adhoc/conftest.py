# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loads pytest-ansible, and with it Ansible, which reads its settings and makes its folder at that moment.

So first the environment is made that ``make`` gives to all tests: nothing is read of the person who runs them, and
Ansible writes nothing outside the checkout. What belongs to the collection stands in adhoc.py, as it can be
imported only after pytest-ansible has put its finder of collections in place.
"""

from __future__ import annotations

import os
from unittest import mock

import pytest

from environment import child_environment

_ENVIRONMENT = mock.patch.dict(os.environ, child_environment(), clear=True)
_ENVIRONMENT.start()

pytest_plugins = ["pytest_ansible.plugin"]


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Load the fixtures, now that collections can be found."""
    config.pluginmanager.import_plugin("ansible_collections.influxdb3.management.tests.adhoc.adhoc")


def pytest_unconfigure() -> None:
    """Leave the environment as it was."""
    _ENVIRONMENT.stop()
