# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of a task: validated options in; result, warnings and a one-line error out."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Callable

from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection, resolve_connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import ManagementError
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import clean_text
from ansible_collections.influxdb3.management.plugins.module_utils._signals import Hold
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret

LIBRARIES = ("httpx", "tenacity", "tomlkit")


@dataclass
class Run:
    """One task as the engine sees it. ``warnings`` and ``secrets`` are collected while it runs.

    ``has_receiver`` tells whether there is still somebody to take its result. ``register_secret`` tells Ansible what it
    must never print. ``environment`` is that of the task. ``additions`` come to the result, that of a failure too.
    ``result_holds_secret`` is set by whoever puts one there, ``failure_holds_secret`` by whoever puts one into the
    additions. ``hold`` is what has the signals while this runs in a
    thread, where they do not arrive. ``tell`` shows a line to whoever asked for more of them, and is for the main
    thread alone. ``failure_is_received`` tells whether anybody gets to see the result of the task if it fails.
    """

    parameters: Mapping[str, Any]
    check_mode: bool = False
    warnings: list[str] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)
    additions: dict[str, Any] = field(default_factory=dict)
    result_holds_secret: bool = False
    failure_holds_secret: bool = False
    hold: Hold | None = None
    has_receiver: Callable[[], bool] = lambda: True
    register_secret: Callable[[str], None] = lambda _secret: None
    tell: Callable[[str], None] = lambda _line: None
    failure_is_received: bool = False
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def hide(self, secret: Secret) -> None:
        """Keep a secret out of everything that is shown from now on."""
        self.secrets.append(secret)
        self.register_secret(secret.reveal())

    def clean(self, text: str) -> str:
        """A text without the secrets of this run."""
        return _hide([text], self.secrets)[0]

    def warn(self, text: str) -> None:
        """Add a warning, once: a second look finds most things as the first did."""
        if text not in self.warnings:
            self.warnings.append(text)

    def connection(self, token_required: bool = True) -> Connection:
        """Settle the connection from options, profile and environment; its token is hidden from then on."""
        connection = resolve_connection(self.parameters, self.environment, token_required)
        if connection.management_token is not None:
            self.hide(connection.management_token)
        warning = f"{connection.url} is not HTTPS: the management token crosses the network in the clear."
        if connection.sends_in_the_clear and connection.management_token is not None and warning not in self.warnings:
            self.warnings.append(warning)
        return connection


@dataclass(frozen=True)
class Definition:
    """A module: its options, their constraints (keywords of AnsibleModule), and what it does with them.

    ``run`` gets the run, and by name what its action brings along, such as a store.
    """

    argument_spec: Mapping[str, Any]
    run: Callable[..., dict[str, Any]]
    constraints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a task ended: ``error`` is None, or the one line that says what went wrong."""

    result: dict[str, Any]
    warnings: list[str]
    error: str | None = None
    holds_secret: bool = False


def execute(
    definition: Definition,
    parameters: Mapping[str, Any],
    check_mode: bool,
    has_receiver: Callable[[], bool] = lambda: True,
    register_secret: Callable[[str], None] = lambda _secret: None,
    environment: Mapping[str, str] | None = None,
    tell: Callable[[str], None] = lambda _line: None,
    failure_is_received: bool = False,
    **brought: Any,
) -> Outcome:
    """Run a definition with validated parameters. Failures come back as text that holds no secret.

    What is ``brought`` along goes to the definition as it is.
    """
    run = Run(
        parameters,
        check_mode,
        has_receiver=has_receiver,
        register_secret=register_secret,
        tell=tell,
        failure_is_received=failure_is_received,
        environment=os.environ if environment is None else environment,
    )
    missing = _missing_library()
    if missing is not None:
        return Outcome({}, [], missing)
    error = None
    result: dict[str, Any] = {}
    try:
        result = definition.run(run, **brought)
    except ManagementError as failure:
        error = _hide([str(failure)], run.secrets)[0]
    except Exception as failure:  # noqa: BLE001 - its text could hold a secret, so no other handler may see it
        error = describe_defect(failure)
    return Outcome(
        {**result, **run.additions},
        _hide(run.warnings, run.secrets),
        error,
        run.result_holds_secret if error is None else run.failure_holds_secret,
    )


def _missing_library() -> str | None:
    for name in LIBRARIES:
        if find_spec(name) is None:
            return (
                f"The Python library {name} is missing on the controller. Install it for {sys.executable}, which runs "
                f"Ansible: pip install {name}"
            )
    return None


def _hide(texts: list[str], secrets: list[Secret]) -> list[str]:
    values = [secret.reveal() for secret in secrets]
    return [
        text if not any(value in text for value in values) else clean_text(text, values, longest=2000) for text in texts
    ]


def describe_defect(error: BaseException) -> str:
    """Name an unexpected exception by type and place only: its text may hold anything."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}:{frame.lineno}"
    return f"Internal error: {type(error).__name__} at {place} in {frame.name}. Please report it with this line."
