# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._arguments import (
    SECRET_FILE_OPTIONS,
    TOKEN_OPTIONS,
    token_constraints,
)
from ansible_collections.influxdb3.management.plugins.module_utils._concurrency import Pool
from ansible_collections.influxdb3.management.plugins.module_utils._connection import CONNECTION_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl import open_influxctl
from ansible_collections.influxdb3.management.plugins.module_utils._item_set import read_concurrency
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Run
from ansible_collections.influxdb3.management.plugins.module_utils._token_set import (
    SET_OPTIONS,
    SharedService,
    TokenSet,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import MANAGEMENT
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_files import SecretFiles
from ansible_collections.influxdb3.management.plugins.plugin_utils._set_action import TokenSetAction

TOKEN: dict[str, Any] = {**TOKEN_OPTIONS, **SECRET_FILE_OPTIONS, "held_prefix": {"type": "str"}}


def perform(run: Run, store: SecretFiles | None = None) -> dict[str, Any]:
    """Have all management tokens as the options say. Management tokens are influxctl's alone."""
    influxctl = open_influxctl(run)
    own_prefix = influxctl.connection.management_token_prefix
    concurrency = read_concurrency(run.parameters)
    first = iter((influxctl,))
    with Pool(lambda: nullcontext(next(first, None) or influxctl.another()), concurrency) as pool:
        return TokenSet(run, MANAGEMENT, SharedService(pool), own_prefix, stores=store).ensure()


class ActionModule(TokenSetAction):
    """All there is to ``management_tokens``."""

    definition = Definition(
        argument_spec={
            **CONNECTION_OPTIONS,
            **SET_OPTIONS,
            "tokens": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": TOKEN,
                **token_constraints(MANAGEMENT),
            },
        },
        run=perform,
    )
