# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._connection import CONNECTION_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_lists import list_users
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_program import open_program
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Run
from ansible_collections.influxdb3.management.plugins.plugin_utils._action import ServiceAction


def perform(run: Run) -> dict[str, Any]:
    """List the users that influxctl tells of."""
    return {"changed": False, "users": list_users(open_program(run))}


class ActionModule(ServiceAction):
    """All there is to ``user_info``."""

    definition = Definition(argument_spec=CONNECTION_OPTIONS, run=perform)
