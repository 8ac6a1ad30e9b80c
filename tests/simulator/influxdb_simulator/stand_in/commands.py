# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands: their flags, and what each asks the service for."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping
from typing import Any

from .errors import CommandError
from .flags import SWITCH, TEXT, Flags

_LIST = {"format": TEXT}


@dataclasses.dataclass(frozen=True)
class Command:
    """How a command is called, and how its arguments become options of the service."""

    words: tuple[str, ...]
    method: str
    task: str
    flags: Mapping[str, str]
    options: Callable[[Flags, list[str]], dict[str, Any]]


def every(create_knows_format: bool) -> list[Command]:
    """Return all commands that need the service."""
    create = {"description": TEXT, "expires-at": TEXT}
    if create_knows_format:
        create["format"] = TEXT
    return [
        Command(("management", "create"), "POST", "create management token", create, _create),
        Command(("management", "list"), "GET", "list management tokens", {**_LIST, "sort": TEXT}, _list),
        Command(("management", "revoke"), "POST", "revoke management token", {"force": SWITCH}, _revoke),
        Command(("cluster", "list"), "GET", "list clusters", _LIST, _list),
        Command(("user", "list"), "GET", "list users", _LIST, _list),
        Command(("token", "list"), "GET", "list tokens", _LIST, _list),
        Command(("database", "list"), "GET", "list databases", {**_LIST, "filter-status": TEXT}, _list_databases),
        Command(("database", "undelete"), "POST", "undelete database", {}, _name),
        Command(("table", "list"), "GET", "list tables", _LIST, _list_tables),
    ]


def _list(flags: Flags, arguments: list[str]) -> dict[str, Any]:
    _require_none(arguments)
    return {"format": _format(flags), "sort": flags.get("sort")}


def _list_databases(flags: Flags, arguments: list[str]) -> dict[str, Any]:
    status = flags.get("filter-status", "active")
    if status not in ("active", "deleted"):
        raise CommandError(f'unknown status "{status}"; use active or deleted')
    return {**_list(flags, arguments), "status": status}


def _name(flags: Flags, arguments: list[str]) -> dict[str, Any]:
    if len(arguments) != 1:
        raise CommandError("exactly one database name is required")
    return {"name": arguments[0]}


def _list_tables(flags: Flags, arguments: list[str]) -> dict[str, Any]:
    return {**_name(flags, arguments), "format": _format(flags)}


def _create(flags: Flags, arguments: list[str]) -> dict[str, Any]:
    _require_none(arguments)
    if not flags.get("description"):
        raise CommandError("description is required")
    return {
        "format": _format(flags),
        "description": flags["description"],
        "expires_at": flags.get("expires-at"),
    }


def _revoke(flags: Flags, arguments: list[str]) -> dict[str, Any]:
    if not arguments:
        raise CommandError("at least one token ID is required")
    if flags.get("force") != "true":
        _confirm(len(arguments))
    return {"ids": arguments}


def _confirm(count: int) -> None:
    if not sys.stdin or not sys.stdin.isatty():
        raise CommandError("revoking asks for confirmation and there is no terminal; use --force")
    answer = input(f"Revoke {count} management token(s)? [y/N] ")
    if answer.strip().lower() not in ("y", "yes"):
        raise CommandError("cancelled")


def _format(flags: Flags) -> str:
    value = flags.get("format", "table")
    if value not in ("table", "json"):
        raise CommandError(f'unknown format "{value}"; use table or json')
    return value


def _require_none(arguments: list[str]) -> None:
    if arguments:
        raise CommandError("unexpected arguments")
