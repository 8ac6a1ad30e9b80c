# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from ansible_collections.influxdb3.management.plugins.plugin_utils._config_toml import replace_profile
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_action import (
    HostError,
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

    def perform(self, parameters: Mapping[str, Any], arguments: Mapping[str, Any]) -> Dict[str, Any]:
        """Have the profile as wanted: read, edit, and write where there is something to change."""
        name = parameters["name"]
        given = read_keys(parameters, arguments)
        for _attempt in range(_ATTEMPTS):
            file = self.read_file(parameters["path"])
            current = file.profile(name)
            wanted = _wanted(name, current, given) if parameters["state"] == "present" else None
            text = replace_profile(file.text, name, wanted)
            modes = file.loose_modes if parameters["state"] == "present" else []
            result = {
                "changed": text != file.text or bool(modes),
                "path": file.path,
                "profile": describe(wanted),
                "mgmt_token_prefix": management_token_prefix(wanted),
            }
            if self._task.diff:
                result["diff"] = _diff(file, name, current, wanted, modes)
            if not result["changed"]:
                return result
            written = self.write_file(file, text, parameters["backup"])
            if written is not None:
                return {**result, **{key: written[key] for key in ("backup_file",) if key in written}}
        raise HostError(f"{file.path} was changed by another program each time it was edited. Run the task again.")


def _wanted(name: str, current: Optional[Mapping[str, Any]], given: Mapping[str, Any]) -> Dict[str, Any]:
    wanted = merge(current if current is not None else {"name": name}, given)
    check_complete(name, current, wanted)
    check_credentials(name, given, wanted)
    return wanted


def _diff(
    file: HostFile,
    name: str,
    current: Optional[Mapping[str, Any]],
    wanted: Optional[Mapping[str, Any]],
    modes: List[Dict[str, str]],
) -> Dict[str, str]:
    """The profile before and after, and the modes to be mended as comments above it."""
    header = f"{file.path} (profile {name})"
    return {
        "before_header": header,
        "after_header": header,
        "before": "".join(f"# {loose['path']}: mode {loose['mode']}\n" for loose in modes) + render(current),
        "after": "".join(f"# {loose['path']}: mode {loose['wanted']}\n" for loose in modes) + render(wanted, current),
    }
