# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Command-line flags as Go programs read them: flags end at the first argument that is none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .errors import UsageError

TEXT, SWITCH, DURATION = "text", "switch", "duration"

_DURATION_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_UNIT_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}

Flags = dict[str, str]


def parse(arguments: Sequence[str], kinds: Mapping[str, str]) -> tuple[Flags, list[str]]:
    """Return the values of the flags, switches as ``true`` or ``false``, and the remaining arguments."""
    values: Flags = {}
    remaining = list(arguments)
    while remaining and remaining[0].startswith("-") and remaining[0] != "-":
        argument = remaining.pop(0)
        if argument == "--":
            break
        name, given, value = argument.removeprefix("-").removeprefix("-").partition("=")
        if name not in kinds:
            raise UsageError(f"flag provided but not defined: -{name}")
        if not given and kinds[name] == SWITCH:
            value = "true"
        elif not given:
            if not remaining:
                raise UsageError(f"flag needs an argument: -{name}")
            value = remaining.pop(0)
        _check(name, value, kinds[name])
        values[name] = value
    return values, remaining


def seconds(duration: str) -> float:
    """Return a Go duration such as ``1m30s`` in seconds; raise ValueError for anything else."""
    if duration == "0":
        return 0.0
    if not re.fullmatch(f"({_DURATION_PART.pattern})+", duration):
        raise ValueError("not a duration")
    return sum(float(number) * _UNIT_SECONDS[unit] for number, unit in _DURATION_PART.findall(duration))


def _check(name: str, value: str, kind: str) -> None:
    if kind == SWITCH and value not in ("true", "false"):
        raise UsageError(f'invalid boolean value "{value}" for -{name}: parse error')
    if kind == DURATION:
        try:
            seconds(value)
        except ValueError:
            raise UsageError(f'invalid value "{value}" for flag -{name}: parse error') from None
