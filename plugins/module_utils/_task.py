# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of a task: validated options in; result, warnings and a one-line error out. The same for both doors.

A module runs its definition in a process of its own (``run_module``); an action plugin may run the same definition in
the worker process (``execute``).
"""

from __future__ import annotations

import os
import select
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Callable

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.influxdb3.management.plugins.module_utils._answers import clean_text
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection, resolve_connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import ManagementError
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret, Token

LIBRARIES = ("httpx", "tenacity", "tomlkit")


@dataclass
class Task:
    """One task as the engine sees it. ``warnings``, ``secrets`` and ``cleaned_up`` are collected while it runs.

    ``has_receiver`` tells whether there is still somebody to take its result. ``register_secret`` tells Ansible what it
    must never print.
    """

    parameters: Mapping[str, Any]
    check_mode: bool = False
    warnings: list[str] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)
    cleaned_up: list[Token] = field(default_factory=list)
    has_receiver: Callable[[], bool] = lambda: True
    register_secret: Callable[[Secret], None] = lambda _secret: None

    def hide(self, secret: Secret) -> None:
        """Keep a secret out of everything that is shown from now on."""
        self.secrets.append(secret)
        self.register_secret(secret)

    def connection(self, token_required: bool = True) -> Connection:
        """Settle the connection from options, profile and environment; its token is hidden from then on."""
        connection = resolve_connection(self.parameters, os.environ, token_required)
        if connection.management_token is not None:
            self.hide(connection.management_token)
        if connection.sends_in_the_clear and connection.management_token is not None:
            self.warnings.append(
                f"{connection.url} is not HTTPS: the management token crosses the network in the clear."
            )
        return connection


@dataclass(frozen=True)
class Definition:
    """A module: its options, their constraints (keywords of AnsibleModule), and what it does with them."""

    argument_spec: Mapping[str, Any]
    run: Callable[[Task], dict[str, Any]]
    constraints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a task ended: ``error`` is None, or the one line that says what went wrong."""

    result: dict[str, Any]
    warnings: list[str]
    error: str | None = None


def execute(
    definition: Definition,
    parameters: Mapping[str, Any],
    check_mode: bool,
    has_receiver: Callable[[], bool] = lambda: True,
    register_secret: Callable[[Secret], None] = lambda _secret: None,
) -> Outcome:
    """Run a definition with validated parameters. Failures come back as text that holds no secret."""
    task = Task(parameters, check_mode, has_receiver=has_receiver, register_secret=register_secret)
    missing = _missing_library()
    if missing is not None:
        return Outcome({}, [], missing)
    try:
        result = definition.run(task)
    except ManagementError as error:
        return Outcome(_cleaned_up(task), _hide(task.warnings, task.secrets), _hide([str(error)], task.secrets)[0])
    except Exception as error:  # noqa: BLE001 - its text could hold a secret, so no other handler may see it
        return Outcome(_cleaned_up(task), _hide(task.warnings, task.secrets), _describe_defect(error))
    return Outcome({**result, **_cleaned_up(task)}, _hide(task.warnings, task.secrets))


def run_module(definition: Definition) -> None:
    """The whole ``main`` of a module.

    It does not tell Ansible of secrets: that would add them to its result, which a background task leaves in a file on
    the host. The action plugin tells of them where it receives the result.
    """
    module = AnsibleModule(
        argument_spec=dict(definition.argument_spec), supports_check_mode=True, **definition.constraints
    )
    outcome = execute(definition, module.params, module.check_mode, has_receiver=_output_is_read)
    for warning in outcome.warnings:
        module.warn(warning)
    if outcome.error is not None:
        module.fail_json(msg=outcome.error, **outcome.result)
    if not module._diff:
        outcome.result.pop("diff", None)
    module.exit_json(**outcome.result)


def _cleaned_up(task: Task) -> dict[str, Any]:
    tokens = [token.metadata(token.created_at) for token in task.cleaned_up]
    return {"cleaned_up": tokens} if tokens else {}


def _output_is_read() -> bool:
    """Whether somebody still reads what this module will print: a controller that gives up on it just goes away."""
    poll = select.poll()
    try:
        poll.register(sys.stdout.fileno(), 0)
    except (OSError, ValueError):
        return True
    return not any(event & (select.POLLERR | select.POLLHUP) for _descriptor, event in poll.poll(0))


def _missing_library() -> str | None:
    for name in LIBRARIES:
        if find_spec(name) is None:
            message: str = missing_required_lib(name)
            return message
    return None


def _hide(texts: list[str], secrets: list[Secret]) -> list[str]:
    values = [secret.reveal() for secret in secrets]
    return [
        text if not any(value in text for value in values) else clean_text(text, values, longest=2000) for text in texts
    ]


def _describe_defect(error: Exception) -> str:
    """Name an unexpected exception by type and place only: its text may hold anything."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}:{frame.lineno}"
    return f"Internal error: {type(error).__name__} at {place} in {frame.name}. Please report it with this line."
