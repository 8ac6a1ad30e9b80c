# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading config.toml as strictly as influxctl does: one unknown key and no command works."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from typing import Any

from .errors import CommandError

Profile = dict[str, Any]

_TEXT, _SWITCH, _LIST, _ANY_TABLE = "string", "boolean", "array", "table"

# https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/ lists the keys.
_PROFILE_KEYS: dict[str, Any] = {
    "name": _TEXT,
    "product": _TEXT,
    "account_id": _TEXT,
    "cluster_id": _TEXT,
    "host": _TEXT,
    "port": _TEXT,
    "database": _TEXT,
    "token": _TEXT,
    "mgmt_token": _TEXT,
    "tls": {"insecure": _SWITCH, "disable": _SWITCH, "cert": _TEXT, "key": _TEXT, "ca": _TEXT},
    "auth": {
        "oauth2": {
            "client_id": _TEXT,
            "scopes": _LIST,
            "parameters": _ANY_TABLE,
            "token_url": _TEXT,
            "device_url": _TEXT,
        },
        "token": {"token_file": _TEXT},
    },
}
_REQUIRED = {"dedicated": ("account_id", "cluster_id"), "clustered": ("host", "port")}
_TYPES: dict[str, type[Any]] = {_TEXT: str, _SWITCH: bool, _LIST: list, _ANY_TABLE: dict}


def path_of(given: str | None, home: str) -> str:
    """Return the path of the configuration file."""
    if given is not None:
        return given
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Application Support", "influxctl", "config.toml")
    return os.path.join(home, ".config", "influxctl", "config.toml")


def read(path: str) -> list[Profile]:
    """Return the profiles, the keys and types of all of them checked."""
    try:
        with open(path, "rb") as file:
            document = tomllib.load(file)
    except OSError as error:
        raise CommandError(f"failed to read configuration file {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise CommandError(f"failed to parse configuration file {path}: invalid TOML") from None
    unknown = _unknown_keys(document)
    if unknown:
        raise CommandError(f"unknown configuration keys: {', '.join(unknown)}")
    profiles = document.get("profile", [])
    if not isinstance(profiles, list) or not all(isinstance(profile, dict) for profile in profiles):
        raise CommandError("invalid configuration: profile must be an array of tables")
    for profile in profiles:
        _check_types(profile, _PROFILE_KEYS, "")
    return profiles


def choose(profiles: list[Profile], name: str) -> Profile:
    """Return the profile of this name, complete for its product."""
    if not all(profile.get("name") for profile in profiles):
        raise CommandError("invalid configuration: a profile has no name")
    names = [profile["name"] for profile in profiles]
    for repeated in sorted({entry for entry in names if names.count(entry) > 1}):
        raise CommandError(f'invalid configuration: duplicate profile name "{repeated}"')
    if name not in names:
        raise CommandError(f'profile "{name}" not found in configuration file')
    profile = profiles[names.index(name)]
    product = profile.get("product")
    if product not in _REQUIRED:
        raise CommandError(f'profile "{name}": product must be "dedicated" or "clustered"')
    for key in _REQUIRED[product]:
        if not profile.get(key):
            raise CommandError(f'profile "{name}": {key} is required')
    return profile


def keys(table: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Return the keys of a profile, those of sub-tables with dots; never a value."""
    found: list[str] = []
    for name, value in table.items():
        found += keys(value, f"{prefix}{name}.") if isinstance(value, dict) else [prefix + name]
    return sorted(found)


def _unknown_keys(document: Mapping[str, Any]) -> list[str]:
    unknown = [name for name in document if name != "profile"]
    profiles = document.get("profile", [])
    for profile in profiles if isinstance(profiles, list) else []:
        if isinstance(profile, dict):
            unknown += _unknown_in(profile, _PROFILE_KEYS, "profile.")
    return sorted(set(unknown))


def _unknown_in(table: Mapping[str, Any], known: Mapping[str, Any], prefix: str) -> list[str]:
    unknown: list[str] = []
    for name, value in table.items():
        if name not in known:
            unknown.append(prefix + name)
        elif isinstance(known[name], dict) and isinstance(value, dict):
            unknown += _unknown_in(value, known[name], f"{prefix}{name}.")
    return unknown


def _check_types(table: Mapping[str, Any], known: Mapping[str, Any], prefix: str) -> None:
    for name, value in table.items():
        expected = known[name]
        kind = _ANY_TABLE if isinstance(expected, dict) else expected
        if not isinstance(value, _TYPES[kind]):
            raise CommandError(f"invalid configuration: {prefix}{name} must be a {kind}")
        if isinstance(expected, dict) and isinstance(value, dict):
            _check_types(value, expected, f"{prefix}{name}.")
