# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._arguments import read_duration
from ansible_collections.influxdb3.management.plugins.module_utils._connection import (
    check_token,
    resolve_connection,
)
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import HostError, task_environment
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_action import (
    HostFile,
    ProfileAction,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import PROFILE_VERIFY_OPTIONS
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_view import management_token_prefix


class ActionModule(ProfileAction):
    """All there is to ``influxctl_profile_verify``."""

    options = PROFILE_VERIFY_OPTIONS

    def perform(self, parameters: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Have the host try the token in its file; where to is settled here, on the controller."""
        name = parameters["name"]
        wait = read_duration(parameters, "wait", zero=True)
        connection = resolve_connection(parameters, task_environment(self), token_required=False)
        authorities = _read_authorities(connection.ca_path)
        file = self.read_file(parameters["path"], name)
        token = _token(file, name)
        answer = self.ask_host(
            {
                "operation": "verify",
                "path": file.path,
                "profile": name,
                # The token itself does not travel: the host finds it in its file.
                "token_sha256": hashlib.sha256(token.encode("utf-8")).hexdigest(),
                "url": f"{connection.cluster_url}/tokens",
                "ca": authorities,
                "validate_certs": connection.validate_certs,
                "timeout": connection.timeout,
                "wait": 0.0 if wait is None else wait.total_seconds(),
            }
        )
        result = {
            "changed": answer["changed"],
            "path": file.path,
            "mgmt_token_prefix": management_token_prefix(file.profile(name)),
            "status": answer["status"],
        }
        if connection.sends_in_the_clear:
            warning = f"{connection.url} is not HTTPS: the token crosses the network in the clear."
            result["warnings"] = [*self._host.for_ansible.get("warnings", []), warning]
        return result


def _read_authorities(ca_path: str | None) -> str | None:
    if ca_path is None:
        return None
    try:
        # Certificates are ASCII; what is written around them may be anything.
        with open(ca_path, encoding="ascii", errors="ignore") as file:
            return file.read()
    except OSError as error:
        raise InputError(f"ca_path {ca_path} cannot be read: {error.strerror}.") from None


def _token(file: HostFile, name: str) -> str:
    profile = file.profile(name)
    if profile is None:
        raise HostError(f"{file.path} has no profile named {name!r}. Write it with influxctl_profile.")
    token = profile.get("mgmt_token")
    if not isinstance(token, str) or not token:
        raise HostError(f"The profile {name!r} in {file.path} holds no management token. Give it one in mgmt_token.")
    return check_token("mgmt_token", token).reveal()
