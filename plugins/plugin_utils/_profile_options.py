# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the profile modules, and what they make of a profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible.module_utils.common.validation import check_type_dict
from ansible_collections.influxdb3.management.plugins.module_utils._connection import CONNECTION_OPTIONS, check_token
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError

TLS_OPTIONS: dict[str, Any] = {
    "insecure": {"type": "bool"},
    "disable": {"type": "bool"},
    "cert": {"type": "str"},
    "key": {"type": "str", "no_log": False},
    "ca": {"type": "str"},
}
OAUTH2_OPTIONS: dict[str, Any] = {
    "client_id": {"type": "str"},
    "scopes": {"type": "list", "elements": "str"},
    "parameters": {"type": "dict"},
    "token_url": {"type": "str", "no_log": False},
    "device_url": {"type": "str"},
}
AUTH_OPTIONS: dict[str, Any] = {
    "oauth2": {"type": "dict", "options": OAUTH2_OPTIONS},
    "token": {"type": "dict", "no_log": False, "options": {"token_file": {"type": "str", "no_log": False}}},
}
# Named, nested and ordered as the keys of a profile, except for the name, which comes first.
KEYS: dict[str, Any] = {
    "product": {"type": "str", "choices": ["dedicated", "clustered"]},
    "account_id": {"type": "str"},
    "cluster_id": {"type": "str"},
    "host": {"type": "str"},
    "port": {"type": "str"},
    "database": {"type": "str"},
    "token": {"type": "str", "no_log": True},
    "mgmt_token": {"type": "str", "no_log": True},
    "tls": {"type": "dict", "options": TLS_OPTIONS},
    "auth": {"type": "dict", "options": AUTH_OPTIONS},
}
MINT_OPTIONS: dict[str, Any] = {
    "description": {"type": "str"},
    "lifetime": {"type": "str", "default": "90d"},
    "renew_before": {"type": "str"},
    "overlap": {"type": "str"},
    "force_renew": {"type": "bool", "default": False},
    "verify_wait": {"type": "str", "default": "2m"},
    "others": {"type": "str", "choices": ["keep", "revoke"], "default": "keep"},
    "on_other_description": {"type": "str", "choices": ["warn", "fail"], "default": "warn"},
    "on_expiry_mismatch": {"type": "str", "choices": ["warn", "fail"], "default": "warn"},
}
PROFILE_OPTIONS: dict[str, Any] = {
    **CONNECTION_OPTIONS,
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    # Not of the type path, which would fill in the home folder of the controller's user.
    "path": {"type": "str"},
    "backup": {"type": "bool", "default": False},
    # Apart from the rest, so that no default of the group of modules ever writes into a file.
    "settings": {"type": "dict", "options": KEYS},
    "mint": {"type": "dict", "options": MINT_OPTIONS},
}
PROFILE_INFO_OPTIONS: dict[str, Any] = {"name": {"type": "str"}, "path": {"type": "str"}}

# Source: https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/ (configuration file).
_REQUIRED = {"dedicated": ("account_id", "cluster_id"), "clustered": ("host", "port")}
_HOW_TO_EMPTY = {
    "mgmt_token": "mgmt_token: ''",
    "auth.oauth2": "auth: {oauth2: {}}",
    "auth.token": "auth: {token: {}}",
}


def read_keys(parameters: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of the profile that the task gives, nested as in the file; empty values are kept, as they remove a key.

    ``parameters`` are the validated options, ``arguments`` the same as given: only these tell an empty table from one
    without a single option given. Raises ``InputError`` for values that no profile can hold.
    """
    keys = _given(KEYS, parameters.get("settings") or {}, check_type_dict(arguments.get("settings") or {}))
    for option in ("token", "mgmt_token"):
        if keys.get(option):
            if keys[option] != keys[option].strip():
                raise InputError(f"settings.{option} begins or ends with a space. Give the token string alone.")
            check_token(f"settings.{option}", keys[option])
    port = keys.get("port")
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise InputError("settings.port must be a number from 1 to 65535.")
    oauth2 = (keys.get("auth") or {}).get("oauth2") or {}
    if oauth2.get("parameters"):
        oauth2["parameters"] = dict(_parameters(oauth2["parameters"]))
    return keys


def merge(current: Mapping[str, Any], given: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """The profile with the given keys set, and without those given empty, nor tables that thereby become empty."""
    merged = dict(current)
    for key, value in given.items():
        if isinstance(value, Mapping) and value and key != "parameters":
            table = current.get(key, {})
            if not isinstance(table, Mapping):
                raise InputError(
                    f"{above}{key} is not a table in the file. Remove it by hand, or with an empty one in settings."
                )
            value = merge(table, value, f"{above}{key}.")
        if value in ("", [], {}):
            merged.pop(key, None)
        else:
            merged[key] = value
    return merged


def edited_profile(
    name: str,
    state: str,
    current: dict[str, Any] | None,
    given: Mapping[str, Any],
    will_mint: bool = False,
) -> dict[str, Any] | None:
    """What a profile should be, for the keys that are given; None where there should be none.

    Raises ``InputError`` where influxctl could not use it. ``will_mint``: it gets a management token beside them.
    """
    if state == "absent":
        return None
    wanted = merge(current if current is not None else {"name": name}, given)
    check_complete(name, current, wanted)
    # What is going to stand there is a credential too.
    minted = {"mgmt_token": "minted"} if will_mint else {}
    check_credentials(name, {**given, **minted}, {**wanted, **minted})
    return wanted


def check_complete(name: str, current: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> None:
    """Refuse to create a profile that influxctl could not use, or to take from one what it needs."""
    lacking_before = () if current is None else _lacking(current)
    lacking = [key for key in _lacking(wanted) if key not in lacking_before]
    if lacking:
        task = "New" if current is None else "Changed as asked,"
        raise InputError(
            f"{task} profile {name!r} would lack {_and(lacking)}. A profile needs product, and account_id and "
            "cluster_id (dedicated) or host and port (clustered)."
        )


def check_credentials(name: str, given: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse to set a management credential beside another one: which of them influxctl uses is documented nowhere."""
    setting = list(_credentials(given))
    others = [credential for credential in _credentials(wanted) if credential not in setting]
    if len(setting) > 1:
        raise InputError(
            f"{_and(setting)} are both given for the profile {name!r}, which may have one management credential only. "
            "Give one of them."
        )
    if setting and others:
        raise InputError(
            f"The profile {name!r} has {_and(others)} and may have one management credential only. To set {setting[0]} "
            f"in its place, add to settings: {_and([_HOW_TO_EMPTY[other] for other in others])}."
        )


def _given(options: Mapping[str, Any], parameters: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, option in options.items():
        value = parameters.get(name)
        if value is not None and "options" in option:
            inner = check_type_dict(arguments[name])
            value = _given(option["options"], value, inner)
            if inner and not value:
                continue
        if value is not None:
            given[name] = value
    return given


def _parameters(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in parameters.items():
        if isinstance(value, (dict, list)):
            raise InputError(f"settings.auth.oauth2.parameters.{name} must be a string, not a dictionary or a list.")
        text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
        if not text.isprintable():
            raise InputError(f"settings.auth.oauth2.parameters.{name} holds a line break or the like. Remove it.")
        if text:
            yield name, text


def _lacking(profile: Mapping[str, Any]) -> list[str]:
    required = _REQUIRED.get(str(profile.get("product")))
    if required is None:
        return ["product"]
    return [key for key in required if not profile.get(key)]


def _credentials(profile: Mapping[str, Any]) -> Iterator[str]:
    if profile.get("mgmt_token"):
        yield "mgmt_token"
    auth = profile.get("auth")
    for kind in ("oauth2", "token"):
        table = auth.get(kind) if isinstance(auth, Mapping) else None
        if isinstance(table, Mapping) and any(value not in ("", [], {}) for value in table.values()):
            yield f"auth.{kind}"


def _and(names: list[str]) -> str:
    return " and ".join(names)
