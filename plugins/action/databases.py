# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._concurrency import Pool
from ansible_collections.influxdb3.management.plugins.module_utils._connection import CONNECTION_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._database_plan import DATABASE_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._database_set import DatabaseSet, SharedDatabases
from ansible_collections.influxdb3.management.plugins.module_utils._database_tokens import DatabaseTokens
from ansible_collections.influxdb3.management.plugins.module_utils._databases import Databases
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl import open_influxctl
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_databases import InfluxctlDatabases
from ansible_collections.influxdb3.management.plugins.module_utils._item_set import (
    CONCURRENCY_OPTIONS,
    read_concurrency,
)
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Run
from ansible_collections.influxdb3.management.plugins.module_utils._token_set import SharedService
from ansible_collections.influxdb3.management.plugins.plugin_utils._action import ServiceAction


def perform(run: Run) -> dict[str, Any]:
    """Have all databases as the options say."""
    connection = run.connection()
    concurrency = read_concurrency(run.parameters)
    with (
        Pool(lambda: Databases(connection), concurrency) as databases,
        Pool(lambda: DatabaseTokens(connection), concurrency) as tokens,
    ):
        return DatabaseSet(
            run,
            SharedDatabases(databases),
            SharedService(tokens),
            lambda: InfluxctlDatabases(open_influxctl(run)),
        ).ensure()


class ActionModule(ServiceAction):
    """All there is to ``databases``."""

    definition = Definition(
        argument_spec={
            **CONNECTION_OPTIONS,
            **CONCURRENCY_OPTIONS,
            "databases": {"type": "list", "elements": "dict", "required": True, "options": DATABASE_OPTIONS},
        },
        run=perform,
    )
