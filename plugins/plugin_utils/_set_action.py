# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of a task about many tokens: what is refused before anything is sent, entry by entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._arguments import SECRET_FILE_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.plugin_utils._action import TokenAction
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import Host
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_files import SecretFiles
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_store import StoreOnHost


class TokenSetAction(TokenAction):
    """Base of the action plugins whose option ``tokens`` is a list of the options of another one."""

    def refuse(self, arguments: Mapping[str, Any]) -> None:
        """Raise ``InputError`` where nobody would receive a token that the task may create."""
        tokens = arguments.get("tokens")
        # What is no list of dictionaries is refused where types are looked at.
        for number, options in enumerate(tokens if isinstance(tokens, list) else [], start=1):
            if isinstance(options, dict) and _may_create(options) and not self._task.register:
                raise InputError(
                    f"Nobody would receive the token that tokens (entry {number}) may create. Add register to the "
                    "task, or set its secret_file to have the token written to a file."
                )

    def open_store(self, host: Host, parameters: Mapping[str, Any]) -> StoreOnHost | None:
        """The files of all entries that have one."""
        files = SecretFiles(host, self._task.check_mode)
        for number, options in enumerate(parameters["tokens"], start=1):
            try:
                path = self._secret_path(options)
            except InputError as error:
                raise InputError(f"tokens (entry {number}): {error}") from None
            files.add(path, {name: options[name] for name in SECRET_FILE_OPTIONS if name != "secret_file"})
        return files if any(file is not None for file in files.files) else None


def _may_create(options: Mapping[str, Any]) -> bool:
    # A state of null counts as not given.
    is_wanted = (options.get("state") or "present") == "present" and not options.get("id")
    return is_wanted and not options.get("secret_file")
