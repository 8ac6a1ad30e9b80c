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
from ansible_collections.influxdb3.management.plugins.module_utils._products import (
    CLUSTERED,
    DEDICATED,
    DUMMY_ID,
    MANAGEMENT_HOST,
    PRODUCTS,
    foreign_host,
    is_foreign_token,
)
from ansible_collections.influxdb3.management.plugins.module_utils._profile import NamedProfile, read_profile
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import PREFIX_LENGTH
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    Secret,
)

DEFAULT_URL = f"https://{MANAGEMENT_HOST}"

ENVIRONMENT = {
    "product": "INFLUXDB3_PRODUCT",
    "account_id": "INFLUXDB3_ACCOUNT_ID",
    "cluster_id": "INFLUXDB3_CLUSTER_ID",
    "management_token": "INFLUXDB3_MANAGEMENT_TOKEN",
    "url": "INFLUXDB3_URL",
    "ca_path": "INFLUXDB3_CA_PATH",
}

# As AnsibleModule takes options; every module that talks to the service has these.
CONNECTION_OPTIONS: dict[str, Any] = {
    # Without a default here: one that is not given may be that of a profile or of the environment.
    "product": {"type": "str", "choices": list(PRODUCTS)},
    "account_id": {"type": "str"},
    "cluster_id": {"type": "str"},
    "management_token": {"type": "str", "no_log": True},
    "url": {"type": "str"},
    "api_path": {"type": "str", "choices": ["accounts", "flat"], "default": "accounts"},
    "ca_path": {"type": "path"},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path", "no_log": False},
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
# What a profile and options give as a text, but the environment does not.
_CERTIFICATES = ("client_cert", "client_key")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Connection:
    """Everything a client needs to reach one cluster's management service; ``timeout`` is in seconds.

    ``flat`` says that the paths of the API name no account and no cluster. ``auth`` is how people log in to a cluster
    of Clustered, as a profile has it. ``environment`` has the variables that name proxies and certificates, and what
    influxctl is started with.
    """

    account_id: str
    cluster_id: str
    management_token: Secret | None
    url: str = DEFAULT_URL
    product: str = DEDICATED
    flat: bool = False
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    validate_certs: bool = True
    timeout: float = 30.0
    retries: int = 3
    auth: Mapping[str, Any] = field(default_factory=dict, repr=False)
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False, compare=False)

    @property
    def management_token_prefix(self) -> str | None:
        """The public beginning of the management token."""
        return None if self.management_token is None else self.management_token.reveal()[:PREFIX_LENGTH]

    @property
    def cluster_url(self) -> str:
        """The address below which the published API has everything about the cluster."""
        if self.flat:
            return f"{self.url}/api/v0"
        account, cluster = quote(self.account_id, safe=""), quote(self.cluster_id, safe="")
        return f"{self.url}/api/v0/accounts/{account}/clusters/{cluster}"

    @property
    def is_clustered(self) -> bool:
        """Whether it leads to a cluster of InfluxDB Clustered, on a host of its operator."""
        return self.product == CLUSTERED

    @property
    def host(self) -> str:
        """The host of the management service."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port of the management service."""
        parts = urlsplit(self.url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def is_encrypted(self) -> bool:
        """Whether the service is reached with TLS."""
        return urlsplit(self.url).scheme == "https"

    @property
    def owner(self) -> str:
        """What management tokens and people belong to, in words."""
        return f"the cluster at {self.host}" if self.is_clustered else f"account {self.account_id}"

    @property
    def cluster(self) -> str:
        """What tells this cluster from others: its id, or the host of one of Clustered, which has none."""
        return self.host if self.is_clustered else self.cluster_id

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
    profile = _named_profile(parameters, environment)
    values = _values(parameters, environment, profile)
    product = _product(values)
    _refuse_two_products(parameters, profile)
    token = values.get("management_token")
    if token is None and token_required:
        raise InputError(
            "No management token is given. Set management_token, the environment variable "
            f"{ENVIRONMENT['management_token']}, or connection_profile with a profile that has an mgmt_token."
        )
    certificate = {name: _check_file(name, values.get(name), "Give a file in PEM form") for name in _CERTIFICATES}
    if certificate["client_key"] is not None and certificate["client_cert"] is None:
        raise InputError("client_key is given without client_cert. Give the certificate that the key belongs to too.")
    return Connection(
        account_id=_identifier(values, product, "account_id", "account"),
        cluster_id=_identifier(values, product, "cluster_id", "cluster"),
        management_token=None if token is None else check_token("management_token", token),
        url=_url(values, product),
        product=product,
        flat=_is_flat(parameters, product),
        ca_path=_check_file("ca_path", values.get("ca_path"), "Give a file of PEM certificates"),
        **certificate,
        validate_certs=bool(parameters.get("validate_certs", True)),
        timeout=_check_timeout(float(parameters.get("timeout", 30.0))),
        retries=_check_retries(int(parameters.get("retries", 3))),
        auth=profile.auth,
        environment=environment,
    )


def given_values(parameters: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """What is given of a connection, by option: by the options themselves, else a named profile, else the environment.

    Raises ``InputError`` where that profile cannot be read.
    """
    return _values(parameters, environment, _named_profile(parameters, environment))


def _values(parameters: Mapping[str, Any], environment: Mapping[str, str], profile: NamedProfile) -> dict[str, str]:
    values = {**profile.options, **_from_parameters(parameters)}
    given = {option: environment.get(variable, "").strip() for option, variable in ENVIRONMENT.items()}
    if values.get("product") == CLUSTERED and given["product"] != CLUSTERED:
        # Those of the account that everything else here is for.
        del given["account_id"], given["cluster_id"]
    return {**{option: value for option, value in given.items() if value}, **values}


def _named_profile(parameters: Mapping[str, Any], environment: Mapping[str, str]) -> NamedProfile:
    name = (parameters.get("connection_profile") or "").strip()
    if not name:
        return NamedProfile({})
    path = parameters.get("connection_config_path")
    return read_profile(name, os.path.expanduser(path) if path else default_config_path(environment))


def check_token(option: str, value: str) -> Secret:
    """Accept a token string, and refuse what cannot be one without showing it."""
    if not _BEARER_TOKEN.fullmatch(value.strip()):
        raise InputError(
            f"{option} is not a token: it holds characters that no token has. Give the token string itself, such as "
            "the value 'token' of a registered result, not the whole result."
        )
    if is_foreign_token(value.strip()):
        raise InputError(
            f"{option} is a token of InfluxDB 3 Core, Enterprise or Cloud (apiv3_...), which have another API. "
            "This collection manages InfluxDB Cloud Dedicated and InfluxDB Clustered."
        )
    return Secret(value.strip())


def _from_parameters(parameters: Mapping[str, Any]) -> dict[str, str]:
    values = {name: parameters.get(name) for name in (*ENVIRONMENT, *_CERTIFICATES)}
    return {name: value.strip() for name, value in values.items() if isinstance(value, str) and value.strip()}


def _product(values: Mapping[str, str]) -> str:
    product = values.get("product", DEDICATED)
    if product not in PRODUCTS:
        # Validated as an option, so that this comes from the environment; a secret might have slipped in there.
        raise InputError(f"{ENVIRONMENT['product']} must be dedicated or clustered, or be left out.")
    return product


def _refuse_two_products(parameters: Mapping[str, Any], profile: NamedProfile) -> None:
    """What is meant for a cluster of one product, a management token above all, must not reach the other."""
    given, named = parameters.get("product"), profile.options.get("product")
    if given and named and given != named:
        raise InputError(
            f"product is {given}, and connection_profile names a profile of the product {named}. Leave product out, or "
            "name another profile."
        )


def _identifier(values: Mapping[str, str], product: str, name: str, noun: str) -> str:
    value = values.get(name)
    if value is None:
        if product == CLUSTERED:
            return DUMMY_ID
        raise InputError(
            f"No {noun} id is given. Set {name}, the environment variable {ENVIRONMENT[name]}, or connection_profile. "
            "influxctl cluster list shows the ids."
        )
    if re.search(r"[\s/?#\\]", value) or value in (".", ".."):
        raise InputError(f"{name} is not an id: it holds a space or a slash. influxctl cluster list shows the ids.")
    return value


def _is_flat(parameters: Mapping[str, Any], product: str) -> bool:
    is_flat = parameters.get("api_path") == "flat"
    if is_flat and product != CLUSTERED:
        raise InputError(
            "api_path: flat is for InfluxDB Clustered, and this connection is for InfluxDB Cloud Dedicated. Leave "
            "api_path out, or set product to clustered."
        )
    return is_flat


def _url(values: Mapping[str, str], product: str) -> str:
    url = values.get("url")
    if url is None and product == CLUSTERED:
        raise InputError(
            "No url is given, and InfluxDB Clustered has no common address. Set url or the environment variable "
            f"{ENVIRONMENT['url']} to that of the cluster, or connection_profile with a profile that has host and port."
        )
    checked = _check_url(DEFAULT_URL if url is None else url)
    host = urlsplit(checked).hostname or ""
    if product == CLUSTERED and host == MANAGEMENT_HOST:
        raise InputError(
            f"url leads to {host}, which is InfluxDB Cloud Dedicated, and product is clustered. Set url to the address "
            "of the cluster, or product to dedicated."
        )
    foreign = foreign_host(host)
    if foreign is not None:
        raise InputError(
            f"url leads to {host}, {foreign}. The management service of InfluxDB Cloud Dedicated is {DEFAULT_URL}: "
            "leave url out. That of InfluxDB Clustered is on a host of its operator."
        )
    return checked


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


def _check_file(option: str, path: str | None, advice: str) -> str | None:
    if path is None:
        return None
    expanded = os.path.abspath(os.path.expanduser(path))
    if not os.path.isfile(expanded) or not os.access(expanded, os.R_OK):
        raise InputError(f"{option} {expanded} is not a readable file. {advice}.")
    return expanded


def _check_timeout(timeout: float) -> float:
    if not 0 < timeout <= 3600:
        raise InputError("timeout must be more than 0 and at most 3600 seconds.")
    return timeout


def _check_retries(retries: int) -> int:
    if not 0 <= retries <= 20:
        raise InputError("retries must be from 0 to 20.")
    return retries
