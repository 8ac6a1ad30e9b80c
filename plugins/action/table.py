# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._arguments import check_data_url
from ansible_collections.influxdb3.management.plugins.module_utils._connection import (
    CONNECTION_OPTIONS,
    Connection,
    check_token,
)
from ansible_collections.influxdb3.management.plugins.module_utils._databases import Databases
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl import open_influxctl
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_databases import InfluxctlDatabases
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Run
from ansible_collections.influxdb3.management.plugins.module_utils._table_task import (
    TABLE_OPTIONS,
    Known,
    TableItem,
    WantedTable,
    read_wanted_table,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tables import Tables, tables_with_data
from ansible_collections.influxdb3.management.plugins.plugin_utils._action import ServiceAction


def perform(run: Run) -> dict[str, Any]:
    """Have one table as the options say."""
    wanted = read_wanted_table(run.parameters)
    connection = run.connection()
    with Databases(connection) as databases, Tables(connection) as tables:
        item = TableItem(run, tables, wanted, connection.retries, lambda: known_tables(run, connection, wanted))
        return item.ensure(databases)


def known_tables(run: Run, connection: Connection, wanted: WantedTable) -> Known:
    """The tables that ``list_by`` tells of."""
    if run.parameters["list_by"] == "influxctl":
        return Known(frozenset(InfluxctlDatabases(open_influxctl(run)).table_names(wanted.database)), complete=True)
    if run.parameters["list_by"] is None:
        return Known()
    token = check_token("data_token", run.parameters["data_token"])
    run.hide(token)
    url = check_data_url(run.parameters["data_url"] or f"https://{connection.cluster_id}.a.influxdb.io")
    # A table without data is not among them.
    return Known(frozenset(tables_with_data(connection, url, token, wanted.database)))


class ActionModule(ServiceAction):
    """All there is to ``table``."""

    definition = Definition(argument_spec={**CONNECTION_OPTIONS, **TABLE_OPTIONS}, run=perform)
