# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the actions of the influxctl_profile modules share: options in, the file on the host, errors out.

The file is read and written on the host by the module influxctl_config_file, as the user the task runs as. Its results
hold the whole file, so they are kept from the connection's output and never passed on.
"""

from __future__ import annotations

import base64
import importlib
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ansible.plugins.action import ActionBase
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError, ManagementError
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import clean_text
from ansible_collections.influxdb3.management.plugins.plugin_utils._config_toml import (
    ConfigurationError,
    find_profile,
    read_profiles,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import Host, HostError, HostUnreachableError
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import check_texts
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_view import secrets_of
from ansible_collections.influxdb3.management.plugins.plugin_utils._validation import (
    plain_arguments,
    refuse_misplaced_tokens,
    validate_arguments,
)

_COMPANION = "influxctl_config_file"
_LONGEST_MESSAGE = 1000
# What of the companion's result is meant for Ansible itself, such as the Python it found on the host.


@dataclass(frozen=True)
class HostFile:
    """The configuration file as it was found: ``text`` is empty where there is none.

    ``loose_modes`` lists what others may use though they should not: dictionaries of ``path``, ``mode``, ``wanted``.
    ``previous`` is the file as it was before unverified changes of the profile the task is about, None without such.
    """

    path: str
    user: str
    exists: bool
    text: str
    previous: str | None
    sha256: str
    loose_modes: list[dict[str, str]]

    def profiles(self) -> list[dict[str, Any]]:
        """The profiles in the file. Raises ``ConfigurationError``."""
        return read_profiles(self.text)

    def profile(self, name: str) -> dict[str, Any] | None:
        """The profile of this name, or None. Raises ``ConfigurationError``."""
        return _find(self.text, name)

    def previous_profile(self, name: str) -> dict[str, Any] | None:
        """The profile of this name in the previous file, or None. Raises ``ConfigurationError``."""
        return _find(self.previous or "", name)


class ProfileAction(ActionBase):
    """Base of the action plugins; a subclass has ``options`` and a method ``perform``."""

    _supports_check_mode = True

    options: ClassVar[Mapping[str, Any]]

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the task; every expected failure becomes one line without a secret."""
        super().run(tmp, task_vars)
        self._host = Host(self, task_vars or {})
        self._path = ""
        arguments = plain_arguments(self._task.args)
        try:
            _require_tomlkit()
            parameters = read_options(self.options, arguments)
            result = self.perform(parameters, arguments)
        except HostUnreachableError as error:
            raise error.cause from None
        except ManagementError as error:
            message = f"{self._path} {error}" if isinstance(error, ConfigurationError) else str(error)
            result = {"failed": True, "msg": clean_text(message, _secrets(arguments), _LONGEST_MESSAGE)}
        return {**self._host.for_ansible, **result}

    @abstractmethod
    def perform(self, parameters: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the task asks for, and return its result. ``arguments`` are the options as given."""

    def read_file(self, path: str | None, name: str | None) -> HostFile:
        """Read the file on the host, for a task about the profile ``name``. Raises ``HostError``."""
        found = self.ask_host({"operation": "read", "path": path, "profile": name or ""})
        self._path = found["path"]
        previous = found["previous_base64"]
        try:
            text = _decode(found["content_base64"] or "")
        except UnicodeDecodeError:
            raise HostError(f"{found['path']} is not a text in UTF-8. Correct the file by hand.") from None
        return HostFile(
            path=found["path"],
            user=found["user"],
            exists=found["exists"],
            text=text,
            # Written from a text that could be read, or broken by somebody since.
            previous=None if previous is None else _decode(previous, errors="replace"),
            sha256=found["sha256"],
            loose_modes=found["loose_modes"],
        )

    def write_file(self, file: HostFile, text: str, name: str, backup: bool, previous: str) -> dict[str, Any] | None:
        """Replace the file on the host, or in check mode try whether that could be done. Raises ``HostError``.

        ``previous`` says what becomes of the previous file: ``keep``, ``remove`` or ``leave``.
        Returns None, having written nothing, where the file is no longer as it was read.
        """
        written = self.ask_host(
            {
                "operation": "write",
                "path": file.path,
                "profile": name,
                "previous": previous,
                "content_base64": base64.b64encode(text.encode("utf-8")).decode("ascii"),
                "expected_sha256": file.sha256,
                "backup": backup,
            }
        )
        return None if written["conflict"] else written

    def ask_host(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run the companion on the host and return its result. Raises ``ManagementError``."""
        return self._host.call(_COMPANION, arguments)


def read_options(options: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with defaults and types as the options say. Raises ``InputError``."""
    refuse_misplaced_tokens(options, arguments)
    check_texts(options, arguments)
    return validate_arguments(options, arguments)


def _secrets(arguments: Mapping[str, Any]) -> list[str]:
    settings = arguments.get("settings")
    # In an ad-hoc command it may be a string of JSON, which is hidden as a whole.
    inner = secrets_of(settings) if isinstance(settings, Mapping) else [str(settings)] if settings else []
    return [*secrets_of(arguments), *inner]


def _find(text: str, name: str) -> dict[str, Any] | None:
    profiles = read_profiles(text)
    index = find_profile(profiles, name)
    return None if index is None else profiles[index]


def _decode(content_base64: str, errors: str = "strict") -> str:
    return base64.b64decode(content_base64).decode("utf-8", errors)


def _require_tomlkit() -> None:
    try:
        importlib.import_module("tomlkit")
    except ImportError:
        raise InputError(
            "The Python library tomlkit is missing on the controller. Install it there: pip install tomlkit"
        ) from None
