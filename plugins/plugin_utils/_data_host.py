# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a database token is tried on the cluster's data host, from the host that keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ansible_collections.influxdb3.management.plugins.module_utils._acceptance import Service
from ansible_collections.influxdb3.management.plugins.module_utils._arguments import check_data_url, read_duration
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_store import read_authorities

_EVERY_DATABASE = "*"


def read_trial(parameters: Mapping[str, Any], connection: Connection) -> Service | None:
    """What the options ``verify``, ``data_url``, ``verify_database`` and ``verify_wait`` ask for, or None.

    A token that may read a database is tried with a list of its measurements, one that may write with nothing to write.
    Source: the HTTP API of InfluxDB 3 Cloud Dedicated, ``/query`` and ``/api/v2/write``.
    Raises ``InputError`` where nothing can be tried.
    """
    if not parameters["verify"] or parameters["state"] == "absent" or parameters.get("id"):
        return None
    if not parameters.get("secret_file"):
        raise InputError("verify tries the token from the host that keeps it. Set secret_file, or leave verify out.")
    wait = read_duration(parameters, "verify_wait", zero=True)
    action, database = _permitted(parameters)
    # A cluster of Clustered has one address for everything.
    own = connection.url if connection.is_clustered else f"https://{connection.cluster_id}.a.influxdb.io"
    base = check_data_url(parameters["data_url"] or own)
    name = quote(database, safe="")
    paths = {"read": f"/query?db={name}&q=SHOW%20MEASUREMENTS", "write": f"/api/v2/write?bucket={name}"}
    return Service(
        url=base + paths[action],
        ca=read_authorities(connection.ca_path),
        validate_certs=connection.validate_certs,
        timeout=connection.timeout,
        wait=0.0 if wait is None else wait.total_seconds(),
        method="GET" if action == "read" else "POST",
        is_data_host=True,
    )


def _permitted(parameters: Mapping[str, Any]) -> tuple[str, str]:
    """An action and a database with which the token can be tried; reading changes nothing, and so is tried first."""
    permissions = parameters.get("permissions") or []
    wanted = parameters["verify_database"]
    for action in ("read", "write"):
        for permission in permissions:
            resource = permission["resource"]
            if permission["action"] != action:
                continue
            if wanted is not None and resource in (wanted, _EVERY_DATABASE):
                return action, wanted
            if wanted is None and resource != _EVERY_DATABASE:
                return action, resource
    if wanted is None and permissions:
        raise InputError("verify needs a database to try the token with. Name one in verify_database.")
    what = f"{wanted!r}" if wanted is not None else "any database"
    raise InputError(
        f"verify cannot try a token that may neither read nor write {what}. Change permissions, or leave verify out."
    )
