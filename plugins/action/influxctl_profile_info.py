# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_action import ProfileAction
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import PROFILE_INFO_OPTIONS
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_store import ProfileOnHost
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_view import describe_with_token


class ActionModule(ProfileAction):
    """All there is to ``influxctl_profile_info``."""

    options = PROFILE_INFO_OPTIONS

    def perform(self, parameters: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """List the profiles on the host."""
        name = parameters["name"]
        self._store = store = ProfileOnHost(self._host, parameters["path"], "")
        file = store.read()
        profiles = store.profiles if name is None else filter(None, [store.profile(name)])
        return {
            "changed": False,
            "path": file.path,
            "user": file.user,
            "exists": file.exists,
            "profiles": [describe_with_token(profile, store.remembered(profile)) for profile in profiles],
        }
