# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the management service is and how to reach it: option, then named profile, then environment, then default."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from ansible_collections.influxdb3.management.plugins.module_utils._config_path import default_config_path
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._profile import read_profile
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import PREFIX_LENGTH
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    Secret,
)

DEFAULT_URL = "https://console.influxdata.com"

ENVIRONMENT = {
    "account_id": "INFLUXDB3_ACCOUNT_ID",
    "cluster_id": "INFLUXDB3_CLUSTER_ID",
    "management_token": "INFLUXDB3_MANAGEMENT_TOKEN",
    "url": "INFLUXDB3_URL",
    "ca_path": "INFLUXDB3_CA_PATH",
}

# As AnsibleModule takes options; every module that talks to the service has these.
CONNECTION_OPTIONS: dict[str, Any] = {
    "account_id": {"type": "str"},
    "cluster_id": {"type": "str"},
    "management_token": {"type": "str", "no_log": True},
    "url": {"type": "str"},
    "ca_path": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
    "timeout": {"type": "float", "default": 30.0},
    "retries": {"type": "int", "default": 3},
    "connection_profile": {"type": "str"},
    "connection_config_path": {"type": "path"},
    "influxctl_path": {"type": "path"},
    "allow_cached_login": {"type": "bool", "default": False},
}

# The syntax of a bearer token, RFC 6750 section 2.1. Its use here is to catch a whole result given for its token.
_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Connection:
    """Everything a client needs to reach one cluster's management service; ``timeout`` is in seconds.

    ``environment`` has the variables that name proxies and certificates, and what influxctl is started with.
    """

    account_id: str
    cluster_id: str
    management_token: Secret | None
    url: str = DEFAULT_URL
    ca_path: str | None = None
    validate_certs: bool = True
    timeout: float = 30.0
    retries: int = 3
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False, compare=False)

    @property
    def management_token_prefix(self) -> str | None:
        """The public beginning of the management token."""
        return None if self.management_token is None else self.management_token.reveal()[:PREFIX_LENGTH]

    @property
    def cluster_url(self) -> str:
        """The address below which the published API has everything about the cluster."""
        account, cluster = quote(self.account_id, safe=""), quote(self.cluster_id, safe="")
        return f"{self.url}/api/v0/accounts/{account}/clusters/{cluster}"

    @property
    def sends_in_the_clear(self) -> bool:
        """Whether a management token would cross a network without TLS."""
        parts = urlsplit(self.url)
        return parts.scheme == "http" and parts.hostname not in _LOOPBACK


def resolve_connection(
    parameters: Mapping[str, Any], environment: Mapping[str, str], token_required: bool = True
) -> Connection:
    """Settle the connection of one task.

    ``parameters`` are the validated options of a module, ``environment`` the variables of the process. Empty values
    count as not given. Raises ``InputError``, naming the option and the variable, for what is missing or malformed.
    """
    values = given_values(parameters, environment)
    token = values.get("management_token")
    if token is None and token_required:
        raise InputError(
            "No management token is given. Set management_token, the environment variable "
            f"{ENVIRONMENT['management_token']}, or connection_profile with a profile that has an mgmt_token."
        )
    return Connection(
        account_id=_identifier(values, "account_id", "account"),
        cluster_id=_identifier(values, "cluster_id", "cluster"),
        management_token=None if token is None else check_token("management_token", token),
        url=_check_url(values.get("url", DEFAULT_URL)),
        ca_path=_check_ca_path(values.get("ca_path")),
        validate_certs=bool(parameters.get("validate_certs", True)),
        timeout=_check_timeout(float(parameters.get("timeout", 30.0))),
        retries=_check_retries(int(parameters.get("retries", 3))),
        environment=environment,
    )


def given_values(parameters: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """What is given of a connection, by option: by the options themselves, else a named profile, else the environment.

    Raises ``InputError`` where that profile cannot be read.
    """
    values = _from_parameters(parameters)
    name = (parameters.get("connection_profile") or "").strip()
    if name:
        path = parameters.get("connection_config_path")
        profile = read_profile(name, os.path.expanduser(path) if path else default_config_path(environment))
        values = {**profile, **values}
    for option, variable in ENVIRONMENT.items():
        if option not in values and environment.get(variable, "").strip():
            values[option] = environment[variable].strip()
    return values


def check_token(option: str, value: str) -> Secret:
    """Accept a token string, and refuse what cannot be one without showing it."""
    if not _BEARER_TOKEN.fullmatch(value.strip()):
        raise InputError(
            f"{option} is not a token: it holds characters that no token has. Give the token string itself, such as "
            "the value 'token' of a registered result, not the whole result."
        )
    return Secret(value.strip())


def _from_parameters(parameters: Mapping[str, Any]) -> dict[str, str]:
    values = {name: parameters.get(name) for name in ENVIRONMENT}
    return {name: value.strip() for name, value in values.items() if isinstance(value, str) and value.strip()}


def _identifier(values: Mapping[str, str], name: str, noun: str) -> str:
    value = values.get(name)
    if value is None:
        raise InputError(
            f"No {noun} id is given. Set {name}, the environment variable {ENVIRONMENT[name]}, or connection_profile. "
            "influxctl cluster list shows the ids."
        )
    if re.search(r"[\s/?#\\]", value) or value in (".", ".."):
        raise InputError(f"{name} is not an id: it holds a space or a slash. influxctl cluster list shows the ids.")
    return value


def _check_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise InputError(f"url is not an address such as {DEFAULT_URL}: it needs https:// or http:// and a host.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InputError(
            "url must not hold a user, a password, a query or a fragment. Give only scheme, host and path."
        )
    return url.rstrip("/")


def _check_ca_path(path: str | None) -> str | None:
    if path is None:
        return None
    expanded = os.path.abspath(os.path.expanduser(path))
    if not os.path.isfile(expanded) or not os.access(expanded, os.R_OK):
        raise InputError(f"ca_path {expanded} is not a readable file. Give a file of PEM certificates.")
    return expanded


def _check_timeout(timeout: float) -> float:
    if not 0 < timeout <= 3600:
        raise InputError("timeout must be more than 0 and at most 3600 seconds.")
    return timeout


def _check_retries(retries: int) -> int:
    if not 0 <= retries <= 20:
        raise InputError("retries must be from 0 to 20.")
    return retries
