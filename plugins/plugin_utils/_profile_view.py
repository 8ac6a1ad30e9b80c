# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be shown of a profile: everything but its secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable

from ansible_collections.influxdb3.management.plugins.module_utils._redaction import PREFIX_LENGTH
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import TO_COME, is_prefix
from ansible_collections.influxdb3.management.plugins.plugin_utils._config_toml import dump_profile
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import KEYS

Path = tuple[str, ...]

_MARKER = "********"
# What is told of what a side file says of a token.
_METADATA = ("id", "description", "created_at", "expires_at", "accepted", "replaced")
# In the place of a token that a dry run does not make.
_MANAGEMENT_TOKEN = "M.V1."
_TOKEN_SHAPE = re.compile(r"M\.V1\.|apiv1_")
# Keys of oauth2's parameters, and keys that are not known here, are judged by their name.
_SECRET_NAME = re.compile(r"secret|password|passphrase|token|key|credential|assertion", re.IGNORECASE)


def _known_keys(options: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, bool]]:
    for name, option in options.items():
        yield (*above, name), bool(option.get("no_log"))
        yield from _known_keys(option.get("options", {}), (*above, name))


_KNOWN = {("name",): False, **dict(_known_keys(KEYS))}


def management_token_prefix(profile: Mapping[str, Any] | None) -> str | None:
    """The public beginning of a profile's management token, or None where it is none of the kind that has one."""
    token = None if profile is None else profile.get("mgmt_token")
    # Of a string that is hardly longer, the beginning would tell nearly everything.
    if not isinstance(token, str) or not token.startswith(_MANAGEMENT_TOKEN) or len(token) < 2 * PREFIX_LENGTH:
        return None
    return token[:PREFIX_LENGTH]


def describe(profile: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A profile as tasks return it: of a secret only whether it is there, and of ``mgmt_token`` the prefix."""
    if profile is None:
        return None
    shown = _replaced(profile, lambda path, value: bool(value) if _is_secret(path) else _MARKER)
    return {"token": False, "mgmt_token": False, **shown, "mgmt_token_prefix": management_token_prefix(profile)}


def describe_with_token(profile: Mapping[str, Any], remembered: Mapping[str, Any] | None) -> dict[str, Any]:
    """A profile with what is ``remembered`` of its management token: a text that looks like a secret is replaced."""
    metadata = None
    if remembered is not None:
        told = {name: remembered.get(name) for name in _METADATA}
        if isinstance(told["id"], str) and is_prefix(told["id"]):
            # No list had shown the token by then.
            told["id"] = None
        metadata = _replaced(told, lambda _path, _value: _MARKER)
    return {**(describe(profile) or {}), "mgmt_token_metadata": metadata}


def render(profile: Mapping[str, Any] | None, previous: Mapping[str, Any] | None = None) -> str:
    """A profile as TOML for a diff, secrets replaced by their prefix or a marker.

    A secret that differs from the one in ``previous`` says so, as it may look the same.
    """
    if profile is None:
        return ""

    def replacement(path: Path, value: Any) -> str:
        if value == TO_COME:
            return TO_COME
        prefix = management_token_prefix(profile) if path == ("mgmt_token",) else None
        shown = f"{prefix}..." if prefix else _MARKER
        before = _lookup(previous, path)
        return shown if before is None or before == value else f"{shown} (changed)"

    return dump_profile(_replaced(profile, replacement))


def profile_diff(
    path: str,
    name: str,
    current: Mapping[str, Any] | None,
    wanted: Mapping[str, Any] | None,
    modes: Sequence[Mapping[str, str]],
) -> dict[str, str]:
    """The profile before and after, as Ansible takes a diff; as comments above it the modes that change."""
    header = f"{path} (profile {name})"
    before = "".join(f"# {loose['path']}: mode {loose['mode']}\n" for loose in modes)
    after = "".join(f"# {loose['path']}: mode {loose['wanted']}\n" for loose in modes)
    return {
        "before_header": header,
        "after_header": header,
        "before": before + render(current),
        "after": after + render(wanted, current),
    }


def secrets_of(profile: Mapping[str, Any]) -> Iterator[str]:
    """Everything in a profile, or in the options for one, that must not be shown."""
    found: list[Any] = []
    _replaced(profile, lambda _path, value: found.append(value))
    return (str(value) for value in found if value and isinstance(value, (str, int)))


def _replaced(value: Any, replacement: Callable[[Path, Any], Any], path: Path = ()) -> Any:
    """A copy of the data, as JSON knows it, with every secret replaced."""
    if _is_secret(path) or (isinstance(value, str) and _TOKEN_SHAPE.search(value)):
        return replacement(path, value)
    if isinstance(value, Mapping):
        return {key: _replaced(inner, replacement, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, replacement, path) for inner in value]
    return value if value is None or isinstance(value, (str, bool, int)) else str(value)


def _is_secret(path: Path) -> bool:
    if path in _KNOWN:
        return _KNOWN[path]
    return bool(path) and bool(_SECRET_NAME.search(path[-1]))


def _lookup(data: Mapping[str, Any] | None, path: Path) -> Any:
    value: Any = data
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
