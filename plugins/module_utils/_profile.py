# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads one profile of an influxctl configuration file, to take connection options from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError

try:
    import tomlkit
    import tomlkit.exceptions
except ImportError:  # reported by the frame of the task, which names the library
    pass


def read_profile(name: str, path: str) -> dict[str, str]:
    """Take the connection options that the named profile holds.

    Returns any of ``account_id``, ``cluster_id``, ``management_token``, ``ca_path``.
    Raises ``InputError`` when the file cannot be read, is not TOML, or holds no such profile exactly once.
    """
    matching = [profile for profile in _profiles(path) if profile.get("name") == name]
    if len(matching) != 1:
        count = "no profile" if not matching else f"{len(matching)} profiles"
        raise InputError(f"{path} has {count} named {name!r}. Name one of its profiles with connection_profile.")
    profile = matching[0]
    tls = profile.get("tls")
    found = {
        "account_id": profile.get("account_id"),
        "cluster_id": profile.get("cluster_id"),
        "management_token": profile.get("mgmt_token"),
        "ca_path": tls.get("ca") if isinstance(tls, Mapping) else None,
    }
    return {key: str(value).strip() for key, value in found.items() if isinstance(value, str) and value.strip()}


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
