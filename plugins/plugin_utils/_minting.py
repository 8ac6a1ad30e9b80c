# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A profile whose management token is made for it: minted, written, verified on its host and renewed in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._acceptance import Service
from ansible_collections.influxdb3.management.plugins.module_utils._arguments import read_duration
from ansible_collections.influxdb3.management.plugins.module_utils._connection import ENVIRONMENT, Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl import open_influxctl
from ansible_collections.influxdb3.management.plugins.module_utils._products import CLUSTERED, DEDICATED
from ansible_collections.influxdb3.management.plugins.module_utils._profile import address_of
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Run
from ansible_collections.influxdb3.management.plugins.module_utils._token_task import TokenItem
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import MANAGEMENT, TO_COME
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import Host
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import (
    PROFILE_OPTIONS,
    edited_profile,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_store import ProfileOnHost
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_view import (
    describe,
    management_token_prefix,
    profile_diff,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_store import read_authorities

_NEVER = "never"
_RENEW_BEFORE = "20%"


class Minting:
    """What a task with ``mint`` does. ``settings`` are the keys of the profile that are given."""

    def __init__(
        self, host: Host, parameters: Mapping[str, Any], settings: Mapping[str, Any], inventory_name: str
    ) -> None:
        self._name: str = parameters["name"]
        self._state: str = parameters["state"]
        self._mint: Mapping[str, Any] = parameters["mint"]
        self._settings = dict(settings)
        self._inventory_name = inventory_name
        self._product: str | None = parameters.get("product")
        if self._settings.get("mgmt_token"):
            raise InputError(
                "settings.mgmt_token gives the profile a management token, and mint makes one for it. Give one of them."
            )
        self._settings.pop("mgmt_token", None)
        if self._mint["lifetime"] == _NEVER and self._mint["renew_before"] is not None:
            raise InputError("mint.renew_before makes no sense with a mint.lifetime of never. Leave one of them out.")
        wait = read_duration(self._mint, "verify_wait", zero=True)
        self._wait = 0.0 if wait is None else wait.total_seconds()
        self.store = ProfileOnHost(host, parameters["path"], self._name, self._edit, parameters["backup"])
        self.definition = Definition(PROFILE_OPTIONS, run=self._run)

    def environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The task's environment, with the profile's own product and cluster where that names none."""
        settings = self._settings
        own = {key: settings[key] for key in ("product", "account_id", "cluster_id") if settings.get(key)}
        of_environment = environment.get(ENVIRONMENT["product"], "").strip()
        if (self._product or of_environment or own.get("product")) == CLUSTERED:
            if not of_environment:
                # Its ids are those of Dedicated.
                ids = (ENVIRONMENT["account_id"], ENVIRONMENT["cluster_id"])
                environment = {name: value for name, value in environment.items() if name not in ids}
            if settings.get("host"):
                own["url"] = address_of(settings["host"], settings.get("port"), not _tls_of(settings).get("disable"))
        fallback = {ENVIRONMENT[key]: str(value) for key, value in own.items()}
        return {**fallback, **{name: value for name, value in environment.items() if value or name not in fallback}}

    def _run(self, run: Run, store: ProfileOnHost) -> dict[str, Any]:
        influxctl = open_influxctl(run)
        connection = influxctl.connection
        self._settle_place(connection)
        store.trial = Service(
            url=f"{connection.cluster_url}/tokens",
            ca=read_authorities(connection.ca_path),
            validate_certs=connection.validate_certs,
            timeout=connection.timeout,
            wait=self._wait,
            is_clustered=connection.is_clustered,
        )
        file = store.read()
        before = store.current
        if self._state == "absent" and (before is not None or file.side):
            store.check_removable()
        parameters = self._token_parameters(run.parameters, file.user, connection.cluster)
        item = TokenItem(run, MANAGEMENT, influxctl, parameters, store, connection.management_token_prefix)
        result = item.ensure()
        # What holds no token that could be told, and what is remembered of a profile that is gone.
        is_left = "profile" not in result["diff"]["before"] and (before is not None or bool(file.side))
        if self._state == "absent" and is_left:
            result = self._remove(run, result)
        refusal = store.refusal()
        if refusal is not None:
            run.warnings.append(refusal)
        return self._report(result, before)

    def _settle_place(self, connection: Connection) -> None:
        """The profile is for the cluster that its token is for."""
        place = _place(connection)
        for key, wanted in place.items():
            given = self._settings.get(key)
            if given is not None and _plain(key, given) != _plain(key, wanted):
                raise InputError(
                    f"settings.{key} is {given}, and the token is made for {wanted}, the {key} of the connection. "
                    "Give one of them, or both alike."
                )
        # In the order that a new profile is to have.
        self._settings = {**place, **self._settings}
        if connection.is_clustered:
            self._settle_encryption(connection)

    def _settle_encryption(self, connection: Connection) -> None:
        given = _tls_of(self._settings).get("disable")
        if given is not None and given == connection.is_encrypted:
            raise InputError(
                f"settings.tls.disable is {str(given).lower()}, and the token is made at {connection.url}. Give an "
                "address and settings that agree on TLS."
            )
        if not connection.is_encrypted:
            self._settings["tls"] = {**_tls_of(self._settings), "disable": True}

    def _edit(self, current: dict[str, Any] | None) -> dict[str, Any] | None:
        return edited_profile(self._name, self._state, current, self._settings, will_mint=True)

    def _token_parameters(self, parameters: Mapping[str, Any], user: str, cluster: str) -> dict[str, Any]:
        mint = self._mint
        is_endless = mint["lifetime"] == _NEVER
        renew_before = _RENEW_BEFORE if mint["renew_before"] is None else mint["renew_before"]
        default = f"influxctl on {self._inventory_name} for {user}, profile {self._name}, cluster {cluster}"
        return {
            **{name: parameters[name] for name in ("state", "timeout", "retries")},
            **{name: mint[name] for name in ("overlap", "force_renew", "others")},
            **{name: mint[name] for name in ("on_other_description", "on_expiry_mismatch")},
            "description": default if mint["description"] is None else mint["description"],
            "lifetime": None if is_endless else mint["lifetime"],
            "renew_before": None if is_endless else renew_before,
        }

    def _remove(self, run: Run, result: dict[str, Any]) -> dict[str, Any]:
        """Remove a profile of which the token's task knows nothing."""
        if not run.check_mode:
            self.store.remove()
        return {**result, "changed": True}

    def _report(self, result: dict[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
        store = self.store
        wanted = store.wanted
        is_new = result["metadata"] is not None and result["metadata"]["prefix"] is None
        token = TO_COME if is_new else store.token
        if wanted is not None and token is not None:
            wanted = {**wanted, "mgmt_token": token}
        modes = store.file.loose_modes if self._state == "present" else []
        tokens = result.pop("diff")
        for side in tokens.values():
            side.pop("profile", None)
        return {
            **result,
            "diff": [profile_diff(store.path, self._name, before, wanted, modes), tokens],
            "path": store.path,
            "profile": describe(wanted),
            "mgmt_token_prefix": management_token_prefix(wanted),
            **({"backup_file": store.backup_file} if store.backup_file is not None else {}),
        }


def _place(connection: Connection) -> dict[str, str]:
    """What leads influxctl to the cluster of the connection, by the keys of a profile."""
    if connection.is_clustered:
        return {"product": CLUSTERED, "host": connection.host, "port": str(connection.port)}
    return {"product": DEDICATED, "account_id": connection.account_id, "cluster_id": connection.cluster_id}


def _plain(key: str, value: Any) -> str:
    """A host may be written in capitals, a port with zeros before it."""
    text = str(value)
    return {"host": text.lower(), "port": text.lstrip("0")}.get(key, text)


def _tls_of(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    return settings.get("tls") or {}


def hint(name: str, prefix: str) -> str:
    """A word on a token that outlives its profile."""
    return (
        f"The management token {prefix}... that the profile {name!r} held lives on. Remove a profile with mint to have "
        "its token revoked too, or revoke it with management_token by its id."
    )
