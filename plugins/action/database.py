# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._connection import CONNECTION_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._database_plan import DATABASE_OPTIONS, read_wanted
from ansible_collections.influxdb3.management.plugins.module_utils._database_task import DatabaseItem
from ansible_collections.influxdb3.management.plugins.module_utils._database_tokens import DatabaseTokens
from ansible_collections.influxdb3.management.plugins.module_utils._databases import Databases
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl import open_influxctl
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_databases import InfluxctlDatabases
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Run
from ansible_collections.influxdb3.management.plugins.plugin_utils._action import ServiceAction


def perform(run: Run) -> dict[str, Any]:
    """Have one database as the options say."""
    wanted = read_wanted(run.parameters)
    connection = run.connection()
    with Databases(connection) as service, DatabaseTokens(connection) as tokens:
        return DatabaseItem(run, service, tokens, wanted, lambda: InfluxctlDatabases(open_influxctl(run))).ensure()


class ActionModule(ServiceAction):
    """All there is to ``database``."""

    definition = Definition(argument_spec={**CONNECTION_OPTIONS, **DATABASE_OPTIONS}, run=perform)
