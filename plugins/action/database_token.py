# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._arguments import (
    PERMISSION_OPTIONS,
    SECRET_FILE_OPTIONS,
    TOKEN_OPTIONS,
    VERIFY_OPTIONS,
    token_constraints,
)
from ansible_collections.influxdb3.management.plugins.module_utils._connection import CONNECTION_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._database_task import (
    names_of_databases,
    warn_of_missing,
)
from ansible_collections.influxdb3.management.plugins.module_utils._database_tokens import DatabaseTokens
from ansible_collections.influxdb3.management.plugins.module_utils._databases import Databases
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Run
from ansible_collections.influxdb3.management.plugins.module_utils._token_task import TokenItem
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import DATABASE
from ansible_collections.influxdb3.management.plugins.plugin_utils._action import TokenAction
from ansible_collections.influxdb3.management.plugins.plugin_utils._data_host import read_trial
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_store import SecretFileOnHost


def perform(run: Run, store: SecretFileOnHost | None = None) -> dict[str, Any]:
    """Have one database token as the options say."""
    connection = run.connection()
    trial = read_trial(run.parameters, connection)
    if store is not None:
        store.trial = trial
    names = None
    if run.parameters["check_databases"] and run.parameters["state"] == "present":
        # Before anything is made: a failure of this must not lose a secret.
        with Databases(connection) as databases:
            names = names_of_databases(databases)
    with DatabaseTokens(connection) as service:
        item = TokenItem(run, DATABASE, service, run.parameters, store, update_token=service.update_token)
        result = item.ensure()
    if names is not None:
        warn_of_missing(run, result["metadata"]["permissions"], names)
    return result


class ActionModule(TokenAction):
    """All there is to ``database_token``."""

    definition = Definition(
        argument_spec={
            **CONNECTION_OPTIONS,
            **TOKEN_OPTIONS,
            **SECRET_FILE_OPTIONS,
            **VERIFY_OPTIONS,
            "permissions": {"type": "list", "elements": "dict", "options": PERMISSION_OPTIONS},
            "held_id": {"type": "str"},
            "check_databases": {"type": "bool", "default": False},
        },
        constraints=token_constraints(DATABASE),
        run=perform,
    )
