# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long a database keeps its data, in whole nanoseconds. No fraction is ever computed with.

Units are those of influxctl: https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/database/create/
"""

from __future__ import annotations

import re
from typing import Any

INFINITE = 0
_INFINITE = "infinite"
_SECOND = 1_000_000_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_UNITS = {"y": 365 * _DAY, "mo": 30 * _DAY, "w": 7 * _DAY, "d": _DAY, "h": _HOUR, "m": _MINUTE}
_PART = re.compile(r"(\d{1,19})(mo|m|h|d|w|y)", re.ASCII)
_DURATION = re.compile(f"(?:{_PART.pattern})+", re.ASCII)
_DIGITS = re.compile(r"\d{1,19}", re.ASCII)
_LONGEST = 2**63 - 1
# In which units a period is written, where they fit without a rest. A month of 30 days would be a riddle.
_WRITTEN = ("d", "h", "m")

_NEITHER = (
    "neither infinite nor a duration such as 30d, 1y or 1h30m, in whole numbers of y, mo, w, d, h and m, nor a whole "
    "number of nanoseconds"
)


def parse_retention(value: Any) -> int:
    """The nanoseconds of ``30d``, ``1h30m``, ``infinite``, or of a whole number of them, as a number or a text.

    0 is for ever, as it is to the service. Raises ``ValueError`` saying what the value is instead, without showing it.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return _check(value, "A number without a unit counts nanoseconds.")
    text = value.strip() if isinstance(value, str) else ""
    if text == _INFINITE:
        return INFINITE
    if _DIGITS.fullmatch(text):
        return _check(int(text), "A number without a unit counts nanoseconds.")
    if not _DURATION.fullmatch(text):
        raise ValueError(_NEITHER)
    # Nothing that is short of an hour is taken for infinite by mistake.
    length = sum(int(amount) * _UNITS[unit] for amount, unit in _PART.findall(text))
    return _check(length or 1, "What has no end is infinite.")


def format_retention(nanoseconds: int) -> str:
    """Write a period exactly, so that ``parse_retention`` reads the same: ``30d``, ``1y``, ``1h30m``, ``infinite``."""
    if nanoseconds == INFINITE:
        return _INFINITE
    if nanoseconds < 0 or nanoseconds % _MINUTE:
        return str(nanoseconds)
    if nanoseconds % _UNITS["y"] == 0:
        return f"{nanoseconds // _UNITS['y']}y"
    text = ""
    for unit in _WRITTEN:
        amount, nanoseconds = divmod(nanoseconds, _UNITS[unit])
        text += f"{amount}{unit}" if amount else ""
    return text


def is_shorter(wanted: int, present: int) -> bool:
    """Whether data that is kept now would not be kept any more."""
    return wanted != INFINITE and (present == INFINITE or wanted < present)


def _check(nanoseconds: int, hint: str) -> int:
    if nanoseconds > _LONGEST:
        raise ValueError("longer than 292 years, more than the service can count. Write infinite")
    if nanoseconds != INFINITE and nanoseconds < _HOUR:
        raise ValueError(f"shorter than an hour, the least that the service keeps. {hint.rstrip('.')}")
    return nanoseconds
