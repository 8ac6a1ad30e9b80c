# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads one profile of an influxctl configuration file, to take connection options from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._products import CLUSTERED, DUMMY_ID, PRODUCTS

try:
    import tomlkit
    import tomlkit.exceptions
except ImportError:  # reported by the frame of the task, which names the library
    pass


@dataclass(frozen=True)
class NamedProfile:
    """What a profile says of a connection: ``options`` by their names, ``auth`` how people log in to the cluster."""

    options: Mapping[str, str]
    auth: Mapping[str, Any] = field(default_factory=dict)


def read_profile(name: str, path: str) -> NamedProfile:
    """Take the connection options that the named profile holds.

    ``options`` has any of ``product``, ``account_id``, ``cluster_id``, ``management_token``, ``ca_path``,
    ``client_cert``, ``client_key``; for Clustered, which has no common address and no ids, also ``url`` and what stands
    in for the ids. Raises ``InputError`` when the file cannot be read, is not TOML, holds no such profile exactly once,
    or one of a product that influxctl does not know.
    """
    matching = [profile for profile in _profiles(path) if profile.get("name") == name]
    if len(matching) != 1:
        count = "no profile" if not matching else f"{len(matching)} profiles"
        raise InputError(f"{path} has {count} named {name!r}. Name one of its profiles with connection_profile.")
    profile = matching[0]
    product = _text(profile.get("product"))
    if product is not None and product not in PRODUCTS:
        raise InputError(
            f"The profile {name!r} in {path} is for a product that influxctl does not know. Its product must be "
            "dedicated or clustered."
        )
    tls = profile.get("tls")
    tls = tls if isinstance(tls, Mapping) else {}
    found = {
        "product": product,
        "account_id": profile.get("account_id"),
        "cluster_id": profile.get("cluster_id"),
        "management_token": profile.get("mgmt_token"),
        "ca_path": tls.get("ca"),
        "client_cert": tls.get("cert"),
        "client_key": tls.get("key"),
    }
    options = {key: text for key, value in found.items() if (text := _text(value)) is not None}
    if product != CLUSTERED:
        return NamedProfile(options)
    address = _address(profile, is_encrypted=tls.get("disable") is not True)
    auth = profile.get("auth")
    return NamedProfile(
        {"account_id": DUMMY_ID, "cluster_id": DUMMY_ID, **({"url": address} if address else {}), **options},
        auth if isinstance(auth, Mapping) else {},
    )


def _address(profile: Mapping[str, Any], is_encrypted: bool) -> str | None:
    host, port = _text(profile.get("host")), _text(profile.get("port"))
    return None if host is None else address_of(host, port, is_encrypted)


def address_of(host: str, port: str | None, is_encrypted: bool) -> str:
    """The address that the keys ``host``, ``port`` and ``tls.disable`` of a profile say."""
    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{'https' if is_encrypted else 'http'}://{name}{f':{port}' if port else ''}"


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _profiles(path: str) -> Any:
    try:
        with open(path, encoding="utf-8-sig") as file:
            document = tomlkit.parse(file.read())
    except OSError as error:
        raise InputError(f"Cannot read the influxctl configuration {path}: {error.strerror}.") from None
    except (tomlkit.exceptions.TOMLKitError, UnicodeDecodeError):
        # The parser's own message may quote a line, and a line may hold a token.
        raise InputError(f"The influxctl configuration {path} is not valid TOML. Correct the file.") from None
    profiles = document.unwrap().get("profile", [])
    if not isinstance(profiles, list) or not all(isinstance(profile, dict) for profile in profiles):
        raise InputError(f"The influxctl configuration {path} has no [[profile]] tables. Correct the file.")
    return profiles
