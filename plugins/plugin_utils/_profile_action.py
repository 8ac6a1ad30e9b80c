# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the actions of the influxctl_profile modules share: options in, errors out."""

from __future__ import annotations

import importlib
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from ansible.errors import AnsibleConnectionFailure
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError, ManagementError
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import clean_text
from ansible_collections.influxdb3.management.plugins.plugin_utils._action import EngineAction
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import Host
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_store import ProfileOnHost
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_view import secrets_of
from ansible_collections.influxdb3.management.plugins.plugin_utils._validation import (
    check_texts,
    plain_arguments,
    refuse_misplaced_tokens,
    validate_arguments,
)

_LONGEST_MESSAGE = 1000


class ProfileAction(EngineAction):
    """Base of the action plugins; a subclass has ``options`` and a method ``perform``."""

    options: ClassVar[Mapping[str, Any]]

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the task; every expected failure becomes one line without a secret."""
        super().run(tmp, task_vars)
        self._host = Host(self, task_vars or {})
        self._variables = task_vars or {}
        self._store: ProfileOnHost | None = None
        arguments = plain_arguments(self._task.args)
        try:
            _require_tomlkit()
            parameters = read_options(self.options, arguments)
            result = self.perform(parameters, arguments)
        except ManagementError as error:
            if self._store is not None and self._store.unreachable is not None:
                raise AnsibleConnectionFailure(str(error)) from None
            result = {"failed": True, "msg": clean_text(str(error), _secrets(arguments), _LONGEST_MESSAGE)}
        return {**self._host.for_ansible, **result}

    @abstractmethod
    def perform(self, parameters: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the task asks for, and return its result. ``arguments`` are the options as given."""


def read_options(options: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with defaults and types as the options say. Raises ``InputError``."""
    refuse_misplaced_tokens(options, arguments)
    check_texts(options, arguments)
    name = arguments.get("name")
    if isinstance(name, str) and not name.strip():
        raise InputError("name is empty. Give the name of a profile.")
    return validate_arguments(options, arguments)


def _secrets(arguments: Mapping[str, Any]) -> list[str]:
    settings = arguments.get("settings")
    # In an ad-hoc command it may be a string of JSON, which is hidden as a whole.
    inner = secrets_of(settings) if isinstance(settings, Mapping) else [str(settings)] if settings else []
    return [*secrets_of(arguments), *inner]


def _require_tomlkit() -> None:
    try:
        importlib.import_module("tomlkit")
    except ImportError:
        raise InputError(
            "The Python library tomlkit is missing on the controller. Install it there: pip install tomlkit"
        ) from None
