# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._connection import given_values
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import PREFIX_LENGTH
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import task_environment
from ansible_collections.influxdb3.management.plugins.plugin_utils._minting import Minting, hint
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_action import ProfileAction
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import (
    PROFILE_OPTIONS,
    edited_profile,
    read_keys,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_store import ProfileOnHost
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_view import (
    describe,
    management_token_prefix,
    profile_diff,
)


class ActionModule(ProfileAction):
    """All there is to ``influxctl_profile``."""

    options = PROFILE_OPTIONS

    def perform(self, parameters: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Have the profile as wanted, with a management token that is given, minted or left as it is."""
        given = read_keys(parameters, arguments)
        environment = task_environment(self)
        self._refuse_own_token(given.get("mgmt_token"), given_values(parameters, environment))
        if parameters["mint"] is not None:
            minting = Minting(self._host, parameters, given, self._variables.get("inventory_hostname", "localhost"))
            self._store = minting.store
            outcome = self.run_engine(minting.definition, parameters, minting.environment(environment), minting.store)
            return self.as_result(outcome, self._host)
        return self._without_minting(parameters, given)

    def _without_minting(self, parameters: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """Read, edit, and write where there is something to change."""
        name, state = parameters["name"], parameters["state"]
        self._store = store = ProfileOnHost(
            self._host,
            parameters["path"],
            name,
            lambda current: edited_profile(name, state, current, given),
            parameters["backup"],
        )
        file = store.read()
        modes = file.loose_modes if state == "present" else []
        changed = store.text() != file.text or bool(modes)
        if changed:
            store.check_writable()
        result: dict[str, Any] = {
            "changed": changed,
            "path": file.path,
            "profile": describe(store.wanted),
            "mgmt_token_prefix": management_token_prefix(store.wanted),
        }
        if self._task.diff:
            result["diff"] = profile_diff(file.path, name, store.current, store.wanted, modes)
        prefix = management_token_prefix(store.current)
        outlives = hint(name, prefix) if changed and state == "absent" and prefix is not None else None
        warnings = [warning for warning in (outlives, store.refusal()) if warning is not None]
        if warnings:
            result["warnings"] = [*self._host.for_ansible.get("warnings", []), *warnings]
        if changed and not self._task.check_mode:
            if state == "absent":
                store.remove()
            else:
                store.mend()
        return {**result, **({"backup_file": store.backup_file} if store.backup_file is not None else {})}

    def _refuse_own_token(self, token: str | None, connection: Mapping[str, str]) -> None:
        """Keep the administrator's token, with which the controller makes others, from spreading to hosts."""
        own = connection.get("management_token", "")
        if token and own and token[:PREFIX_LENGTH] == own[:PREFIX_LENGTH] and self._connection.transport != "local":
            raise InputError(
                "settings.mgmt_token is the controller's own token, with which it makes others. Set mint in its place, "
                "and the host gets one of its own."
            )
