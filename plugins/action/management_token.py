# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._arguments import (
    SECRET_FILE_OPTIONS,
    TOKEN_OPTIONS,
    token_constraints,
)
from ansible_collections.influxdb3.management.plugins.module_utils._connection import CONNECTION_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl import open_influxctl
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Run
from ansible_collections.influxdb3.management.plugins.module_utils._token_task import TokenItem
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import MANAGEMENT, SecretStore
from ansible_collections.influxdb3.management.plugins.plugin_utils._action import TokenAction


def perform(run: Run, store: SecretStore | None = None) -> dict[str, Any]:
    """Have one management token as the options say. Management tokens are influxctl's alone."""
    influxctl = open_influxctl(run)
    own_prefix = influxctl.connection.management_token_prefix
    return TokenItem(run, MANAGEMENT, influxctl, run.parameters, store, own_prefix).ensure()


class ActionModule(TokenAction):
    """All there is to ``management_token``."""

    definition = Definition(
        argument_spec={**CONNECTION_OPTIONS, **TOKEN_OPTIONS, **SECRET_FILE_OPTIONS, "held_prefix": {"type": "str"}},
        constraints=token_constraints(MANAGEMENT),
        run=perform,
    )
