# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Option specifications shared by the modules, and their values turned into what the engine works with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._expiry import Desired
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import PREFIX_LENGTH
from ansible_collections.influxdb3.management.plugins.module_utils._time import parse_duration, parse_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    LIVE,
    STATUSES,
    Evidence,
    Kind,
    Permission,
    is_token_id,
)

TOKEN_OPTIONS: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "description": {"type": "str"},
    "id": {"type": "str"},
    "expires_at": {"type": "str"},
    "lifetime": {"type": "str"},
    "renew_before": {"type": "str"},
    "overlap": {"type": "str"},
    "force_renew": {"type": "bool", "default": False},
    "others": {"type": "str", "choices": ["keep", "revoke"], "default": "keep"},
    "on_expiry_mismatch": {"type": "str", "choices": ["warn", "fail"], "default": "warn"},
    "on_other_description": {"type": "str", "choices": ["warn", "fail"], "default": "warn"},
}

# How its secret is kept on the host of the task.
SECRET_FILE_OPTIONS: dict[str, Any] = {
    # Paths of the host, which expands them.
    "secret_file": {"type": "str", "no_log": False},
    "secret_format": {"type": "str", "default": "{token}", "no_log": False},
    "take_over": {"type": "bool", "default": False},
    "follow": {"type": "bool", "default": True},
    "owner": {"type": "str"},
    "group": {"type": "str"},
    "mode": {"type": "raw", "default": "0600"},
}

# How a database token is tried from the host that keeps it.
VERIFY_OPTIONS: dict[str, Any] = {
    "verify": {"type": "bool", "default": False},
    "verify_database": {"type": "str"},
    "verify_wait": {"type": "str", "default": "2m"},
    "data_url": {"type": "str"},
}

PERMISSION_OPTIONS: dict[str, Any] = {
    "action": {"type": "str", "required": True, "choices": ["read", "write"]},
    "resource": {"type": "str", "required": True},
}

TOKEN_INFO_OPTIONS: dict[str, Any] = {
    "id": {"type": "str"},
    "description": {"type": "str"},
    "statuses": {"type": "list", "elements": "str", "choices": list(STATUSES), "default": [LIVE]},
    "expires_within": {"type": "str"},
}

# A database name has at most 64 characters: schema ClusterDatabaseName of the published API.
_LONGEST_RESOURCE = 64
_LIKE_AN_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[0-9TtZz:.+ -]{0,40}", re.ASCII)
_PERCENTAGE = re.compile(r"(\d{1,3})\s*%", re.ASCII)


def token_constraints(kind: Kind) -> dict[str, Any]:
    """Which options of a token module exclude or require each other, as AnsibleModule takes them."""
    return {
        "required_one_of": [("description", "id")],
        "mutually_exclusive": [
            ("expires_at", "lifetime"),
            (kind.held_option, "secret_file"),
            ("id", kind.held_option),
            ("id", "secret_file"),
            ("id", "renew_before"),
            ("id", "overlap"),
            ("expires_at", "renew_before"),
        ],
        "required_by": {"renew_before": "lifetime"},
    }


def read_desired(parameters: Mapping[str, Any]) -> Desired:
    """What the options want of a token. Raises ``InputError`` naming the option that cannot be read."""
    description, token_id = _not_blank(parameters, "description"), _not_blank(parameters, "id")
    if description is None and token_id is None:
        # Ansible's own check lets a null pass for a value.
        raise InputError("Neither description nor id is given. Name the token by one of them.")
    if token_id is not None and parameters.get("force_renew"):
        raise InputError("force_renew makes a new token, and id names an existing one. Name the token by description.")
    lifetime = read_duration(parameters, "lifetime")
    return Desired(
        description=description,
        id=_check_id("id", token_id),
        permissions=_permissions(parameters.get("permissions")),
        expires_at=_expires_at(parameters),
        lifetime=lifetime,
        renew_before=_renew_before(parameters, lifetime),
        overlap=read_duration(parameters, "overlap", zero=True),
        force_renew=bool(parameters.get("force_renew")),
        revoke_others=parameters.get("others") == "revoke",
    )


def read_evidence(kind: Kind, parameters: Mapping[str, Any]) -> Evidence:
    """What ``held_id`` or ``held_prefix`` says the consumer holds; an empty value says that it holds nothing."""
    value = parameters.get(kind.held_option)
    if value is None:
        return Evidence()
    value = value.strip()
    if not kind.held_by_prefix:
        return Evidence(given=True, token_id=_check_id(kind.held_option, value or None))
    if value and len(value) != PREFIX_LENGTH:
        # Not shown: somebody may have given the token itself.
        raise InputError(
            f"{kind.held_option} must have exactly {PREFIX_LENGTH} characters, the beginning of the token that is "
            "held, or be empty where none is held."
        )
    return Evidence(given=True, prefix=value or None)


def read_secret_path(parameters: Mapping[str, Any]) -> str | None:
    """The path in ``secret_file``, as the host is to understand it, or None where it is not given.

    Raises ``InputError`` for one that names a folder, and for a ``secret_format`` without exactly one ``{token}``.
    """
    path = _not_blank(parameters, "secret_file")
    if path is not None and path.rstrip().endswith("/"):
        raise InputError(f"secret_file {path} ends in a slash. Give the path of a file.")
    places = (parameters.get("secret_format") or "").count("{token}")
    if path is not None and places != 1:
        raise InputError(
            f"secret_format has {{token}} {places} times. Give it exactly once, where the token is to stand."
        )
    return path


def read_duration(parameters: Mapping[str, Any], option: str, zero: bool = False) -> timedelta | None:
    """The duration in an option, or None where it is not given. Raises ``InputError``."""
    text = _not_blank(parameters, option)
    if text is None:
        return None
    try:
        return parse_duration(text, zero)
    except ValueError as error:
        raise InputError(
            f"{option} is {error}. Use whole numbers with w, d, h, m or s, such as 90d or 2w3d12h."
        ) from None


def check_data_url(url: str) -> str:
    """Accept the address of a data host, without a slash at its end. Raises ``InputError``."""
    try:
        parts = urlsplit(url.strip())
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid or parts.username or parts.password or parts.query or parts.fragment:
        raise InputError(
            "data_url is not an address such as https://example.a.influxdb.io: it needs https:// or http:// and a "
            "host, and no user, password, query or fragment."
        )
    return url.strip().rstrip("/")


def _check_id(option: str, value: str | None) -> str | None:
    """Accept an id. What is none is not shown: somebody may have given the token itself, or a whole result."""
    if value is not None and not is_token_id(value):
        raise InputError(f"{option} is not the id of a token: an id has letters, digits and hyphens only.")
    return value


def _renew_before(parameters: Mapping[str, Any], lifetime: timedelta | None) -> timedelta | None:
    """How long before its expiry a token is due: a duration, or a share of the lifetime such as ``20%``."""
    text = _not_blank(parameters, "renew_before")
    if text is None or lifetime is None:
        return None
    percentage = _PERCENTAGE.fullmatch(text.strip())
    if percentage:
        duration = lifetime * int(percentage[1]) / 100
    else:
        duration = read_duration(parameters, "renew_before") or timedelta()
    if not timedelta() < duration < lifetime:
        raise InputError(
            f"renew_before {text} must be longer than nothing and shorter than the lifetime {parameters['lifetime']}."
        )
    return duration


def _not_blank(parameters: Mapping[str, Any], option: str) -> str | None:
    value: str | None = parameters.get(option)
    if value is not None and not value.strip():
        raise InputError(f"{option} is empty. Give a value, or leave the option out.")
    return value


def _expires_at(parameters: Mapping[str, Any]) -> datetime | None:
    text = _not_blank(parameters, "expires_at")
    if text is None:
        return None
    try:
        # The service keeps whole seconds.
        return parse_rfc3339(text).replace(microsecond=0)
    except ValueError as error:
        # Anything else is not shown: somebody may have given the token itself.
        shown = f" {text.strip()}" if _LIKE_AN_INSTANT.fullmatch(text.strip()) else ""
        raise InputError(f"expires_at{shown} is {error}.") from None


def _permissions(entries: list[Mapping[str, str]] | None) -> frozenset[Permission] | None:
    if entries is None:
        return None
    for number, entry in enumerate(entries, start=1):
        if not entry["resource"].strip():
            raise InputError(f"permissions entry {number} has an empty resource. Name a database, or '*' for all.")
        if len(entry["resource"]) > _LONGEST_RESOURCE:
            raise InputError(
                f"permissions entry {number} has a resource of more than {_LONGEST_RESOURCE} characters, "
                "which no database name has."
            )
    return frozenset(Permission(action=entry["action"], resource=entry["resource"]) for entry in entries)
