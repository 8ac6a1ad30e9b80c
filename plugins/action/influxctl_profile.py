# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._config_file import KEEP, LEAVE, REMOVE
from ansible_collections.influxdb3.management.plugins.module_utils._connection import ENVIRONMENT
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import PREFIX_LENGTH
from ansible_collections.influxdb3.management.plugins.plugin_utils._config_toml import (
    ConfigurationError,
    replace_profile,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import HostError, task_environment
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_action import (
    HostFile,
    ProfileAction,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import (
    PROFILE_OPTIONS,
    check_complete,
    check_credentials,
    merge,
    read_keys,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_view import (
    describe,
    management_token_prefix,
    render,
)

# How often a file that another task changes at the same time is read and edited anew.
_ATTEMPTS = 20


class ActionModule(ProfileAction):
    """All there is to ``influxctl_profile``."""

    options = PROFILE_OPTIONS

    def perform(self, parameters: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Have the profile as wanted: read, edit, and write where there is something to change."""
        name, state = parameters["name"], parameters["state"]
        given = read_keys(parameters, arguments)
        self._refuse_own_token(given.get("mgmt_token"))
        previous = LEAVE if state == "present" else REMOVE
        if state == "present" and parameters["keep_previous"]:
            previous = KEEP
        for _attempt in range(_ATTEMPTS):
            file = self.read_file(parameters["path"], name)
            current = file.profile(name)
            wanted = _wanted(name, state, file, current, given)
            text = replace_profile(file.text, name, wanted)
            modes = file.loose_modes if state == "present" else []
            removed = previous == REMOVE and file.previous is not None
            changed = text != file.text or bool(modes) or removed
            result = {
                "changed": changed,
                "written": changed and not self._task.check_mode,
                "path": file.path,
                "profile": describe(wanted),
                "mgmt_token_prefix": management_token_prefix(wanted),
            }
            if self._task.diff:
                result["diff"] = _diff(file, name, current, wanted, modes, removed)
            if not changed:
                return result
            written = self.write_file(file, text, name, parameters["backup"], previous)
            if written is not None:
                return {**result, **{key: written[key] for key in ("backup_file",) if key in written}}
        raise HostError(f"{file.path} was changed by another program each time it was edited. Run the task again.")

    def _refuse_own_token(self, token: str | None) -> None:
        """Keep the administrator's token, with which the controller makes others, from spreading to hosts."""
        own = task_environment(self).get(ENVIRONMENT["management_token"], "").strip()
        if token and own and token[:PREFIX_LENGTH] == own[:PREFIX_LENGTH] and self._connection.transport != "local":
            raise InputError(
                f"settings.mgmt_token is the controller's own token, that of {ENVIRONMENT['management_token']}. Make "
                "one for the host with management_token, or have the role influxctl_profile do it."
            )


def _wanted(
    name: str, state: str, file: HostFile, current: dict[str, Any] | None, given: Mapping[str, Any]
) -> dict[str, Any] | None:
    if state == "absent":
        return None
    if state == "previous":
        return current if file.previous is None else _previous_profile(name, file)
    wanted = merge(current if current is not None else {"name": name}, given)
    check_complete(name, current, wanted)
    check_credentials(name, given, wanted)
    return wanted


def _previous_profile(name: str, file: HostFile) -> dict[str, Any] | None:
    try:
        return file.previous_profile(name)
    except ConfigurationError as error:
        raise HostError(f"The previous file of the profile {name!r}, beside {file.path}, {error}") from None


def _diff(
    file: HostFile,
    name: str,
    current: Mapping[str, Any] | None,
    wanted: Mapping[str, Any] | None,
    modes: list[dict[str, str]],
    removed: bool,
) -> dict[str, str]:
    """The profile before and after; as comments above it the modes that change, and a previous file that goes."""
    header = f"{file.path} (profile {name})"
    before = [f"# {loose['path']}: mode {loose['mode']}\n" for loose in modes]
    after = [f"# {loose['path']}: mode {loose['wanted']}\n" for loose in modes]
    if removed:
        before.append("# with a previous file, as changes are not verified\n")
    return {
        "before_header": header,
        "after_header": header,
        "before": "".join(before) + render(current),
        "after": "".join(after) + render(wanted, current),
    }
