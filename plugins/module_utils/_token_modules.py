# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each token module is: its options, and the service it talks to."""

from __future__ import annotations

from functools import partial
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._arguments import (
    CONNECTION_OPTIONS,
    PERMISSION_OPTIONS,
    TOKEN_INFO_OPTIONS,
    TOKEN_OPTIONS,
    token_constraints,
)
from ansible_collections.influxdb3.management.plugins.module_utils._client import ManagementClient, fetch_server_time
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl import Influxctl
from ansible_collections.influxdb3.management.plugins.module_utils._task import Definition, Task
from ansible_collections.influxdb3.management.plugins.module_utils._token_task import ensure_token, list_tokens
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import DATABASE, MANAGEMENT


def _ensure_database_token(task: Task) -> dict[str, Any]:
    with ManagementClient(task.connection()) as service:
        return ensure_token(task, DATABASE, service)


def _list_database_tokens(task: Task) -> dict[str, Any]:
    with ManagementClient(task.connection()) as service:
        return list_tokens(task, DATABASE, service)


def _ensure_management_token(task: Task) -> dict[str, Any]:
    influxctl = _influxctl(task)
    return ensure_token(task, MANAGEMENT, influxctl, own_prefix=influxctl.connection.management_token_prefix)


def _list_management_tokens(task: Task) -> dict[str, Any]:
    return list_tokens(task, MANAGEMENT, _influxctl(task))


def _influxctl(task: Task) -> Influxctl:
    """Management tokens are influxctl's alone; the time comes from the REST service, which needs no credentials."""
    allow_cached_login = task.parameters["allow_cached_login"]
    connection = task.connection(token_required=not allow_cached_login)
    return Influxctl(
        connection,
        executable=task.parameters["influxctl_path"],
        allow_cached_login=allow_cached_login,
        clock=partial(fetch_server_time, connection),
    )


DATABASE_TOKEN = Definition(
    argument_spec={
        **CONNECTION_OPTIONS,
        **TOKEN_OPTIONS,
        "permissions": {"type": "list", "elements": "dict", "options": PERMISSION_OPTIONS},
        "held_id": {"type": "str"},
    },
    constraints=token_constraints(DATABASE),
    run=_ensure_database_token,
)

DATABASE_TOKEN_INFO = Definition(
    argument_spec={**CONNECTION_OPTIONS, **TOKEN_INFO_OPTIONS},
    run=_list_database_tokens,
)

MANAGEMENT_TOKEN = Definition(
    argument_spec={**CONNECTION_OPTIONS, **TOKEN_OPTIONS, "held_prefix": {"type": "str"}},
    constraints=token_constraints(MANAGEMENT),
    run=_ensure_management_token,
)

MANAGEMENT_TOKEN_INFO = Definition(
    argument_spec={**CONNECTION_OPTIONS, **TOKEN_INFO_OPTIONS},
    run=_list_management_tokens,
)
