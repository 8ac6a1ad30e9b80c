# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Strict reading of request bodies: unknown fields, nulls and wrong types are refused.

The rules are those of the published schemas; unknown fields and half permissions, which the schemas let pass,
are refused as well, because sending them would be a mistake of the client.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from . import rfc3339
from .model import PartitionTemplate, Permission
from .refusal import Refusal

Check = Callable[[str, Any], Any]

_DATABASE_NAME = re.compile(r"[A-Za-z0-9/-][A-Za-z0-9_/-]{0,63}", re.ASCII)
_INT32_MAXIMUM = 2**31 - 1
_INT64_MAXIMUM = 2**63 - 1


def json_object(content_type: str, body: bytes) -> dict[str, Any]:
    """Decode a JSON body that must be an object."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refusal(400, "the body must be application/json")
    try:
        value = json.loads(body)
    except ValueError:
        raise Refusal(400, "the body is not valid JSON") from None
    if not isinstance(value, dict):
        raise Refusal(400, "the body must be a JSON object")
    return value


def fields(
    value: Mapping[str, Any],
    required: Mapping[str, Check] | None = None,
    optional: Mapping[str, Check] | None = None,
) -> dict[str, Any]:
    """Return the checked fields that are present; a missing required or an unknown one is refused."""
    required = required or {}
    checks = {**required, **(optional or {})}
    for name in required:
        if name not in value:
            raise Refusal(400, f"{name} is required")
    if any(name not in checks for name in value):
        raise Refusal(400, f"unknown field; known are {', '.join(sorted(checks))}")
    return {name: checks[name](name, item) for name, item in value.items()}


def at_least_one(values: dict[str, Any]) -> dict[str, Any]:
    """Refuse an update of nothing."""
    if not values:
        raise Refusal(400, "at least one field is required")
    return values


def text(name: str, value: Any) -> str:
    """Any string that can be written in UTF-8."""
    if not isinstance(value, str) or any("\ud800" <= character <= "\udfff" for character in value):
        raise Refusal(400, f"{name} must be a string")
    return value


def non_empty_text(name: str, value: Any) -> str:
    """A string of at least one character."""
    if not text(name, value):
        raise Refusal(400, f"{name} must not be empty")
    return str(value)


def integer(minimum: int, maximum: int) -> Check:
    """Return the check for a whole number within bounds."""

    def check(name: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refusal(400, f"{name} must be an integer")
        if not minimum <= value <= maximum:
            raise Refusal(400, f"{name} must be between {minimum} and {maximum}")
        return value

    return check


def one_of(*options: Any) -> Check:
    """Return the check for one of these values."""

    def check(name: str, value: Any) -> Any:
        if value not in options:
            raise Refusal(400, f"{name} must be one of {', '.join(map(str, options))}")
        # As it stands in the list: 200.0 is equal to 200, and true to 1.
        return options[options.index(value)]

    return check


count = integer(1, _INT32_MAXIMUM)
retention_period = integer(0, _INT64_MAXIMUM)


def database_name(name: str, value: Any) -> str:
    """1 to 64 letters, digits, ``_``, ``-`` or ``/``; a leading ``_`` is reserved."""
    if not _DATABASE_NAME.fullmatch(text(name, value)):
        raise Refusal(400, f"{name} is not a valid database name")
    return str(value)


def moment(name: str, value: Any) -> datetime:
    """An RFC 3339 time."""
    try:
        return rfc3339.parse(text(name, value))
    except ValueError:
        raise Refusal(400, f"{name} must be an RFC 3339 time") from None


def identifier(name: str, value: str) -> str:
    """A UUID; returned in lower case."""
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise Refusal(400, f"{name} must be a UUID") from None


def number(name: str, value: str, minimum: int) -> int:
    """A whole number in a path."""
    if not re.fullmatch(r"-?[0-9]{1,19}", value, re.ASCII):
        raise Refusal(400, f"{name} must be an integer")
    return int(integer(minimum, _INT64_MAXIMUM)(name, int(value)))


def permissions(name: str, value: Any) -> list[Permission]:
    """A list of ``{action, resource}``; the resource is a database name or ``*``."""
    if not isinstance(value, list):
        raise Refusal(400, f"{name} must be a list")
    return [_permission(name, item) for item in value]


def _permission(name: str, value: Any) -> Permission:
    if not isinstance(value, dict):
        raise Refusal(400, f"{name} must hold objects")
    permission = fields(value, required={"action": non_empty_text, "resource": non_empty_text})
    if len(permission["resource"]) > 64:
        raise Refusal(400, "resource is not a valid database name")
    return permission


def partition_template(name: str, value: Any) -> PartitionTemplate:
    """1 to 8 different parts of the types ``tag``, ``time`` and ``bucket``."""
    if not isinstance(value, list) or not 1 <= len(value) <= 8:
        raise Refusal(400, f"{name} must be a list of 1 to 8 parts")
    parts = [_partition_part(name, part) for part in value]
    if any(part in parts[:position] for position, part in enumerate(parts)):
        raise Refusal(400, f"{name} must not hold a part twice")
    return parts


def _partition_part(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refusal(400, f"{name} must hold objects")
    kind = value.get("type")
    if kind in ("tag", "time"):
        return fields(value, required={"type": text, "value": non_empty_text})
    if kind == "bucket":
        return fields(value, required={"type": text, "value": _bucket})
    raise Refusal(400, f"{name} must hold parts of type tag, time or bucket")


def _bucket(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refusal(400, f"{name} must be an object")
    return fields(value, required={"tagName": non_empty_text, "numberOfBuckets": integer(1, 100_000)})
