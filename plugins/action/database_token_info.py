# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._arguments import TOKEN_INFO_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._connection import CONNECTION_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._database_tokens import DatabaseTokens
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Run
from ansible_collections.influxdb3.management.plugins.module_utils._token_task import list_tokens
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import DATABASE
from ansible_collections.influxdb3.management.plugins.plugin_utils._action import ServiceAction


def perform(run: Run) -> dict[str, Any]:
    """List the database tokens that pass the filters."""
    with DatabaseTokens(run.connection()) as service:
        return list_tokens(run, DATABASE, service)


class ActionModule(ServiceAction):
    """All there is to ``database_token_info``."""

    definition = Definition(argument_spec={**CONNECTION_OPTIONS, **TOKEN_INFO_OPTIONS}, run=perform)
