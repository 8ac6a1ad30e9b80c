# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instants and durations: RFC 3339, ``{seconds, nanos}`` and ``2w3d12h``.

All instants inside the engine are aware ``datetime`` objects in UTC, compared as instants and never as strings.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

_RFC3339 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:([Zz])|([+-])(\d{2}):(\d{2}))?",
    re.ASCII,
)
# As services write nearly all of them: in UTC, of an hour that exists.
_USUAL_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d+)?Z", re.ASCII)
_NOT_RFC3339 = "not an RFC 3339 instant such as 2027-01-31T00:00:00Z"
_UNITS = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_DURATION = re.compile(r"(?:\d+[wdhms])+", re.ASCII)
_DURATION_PART = re.compile(r"(\d+)([wdhms])", re.ASCII)


def parse_rfc3339(text: str) -> datetime:
    """Read an RFC 3339 instant, with any fraction (cut to microseconds) and any offset, as UTC.

    Raises ``ValueError`` for anything else, dates and offsets that do not exist included. Its text says what is wrong,
    and holds nothing of what was given.
    """
    if not _USUAL_RFC3339.fullmatch(text):
        return _parse_any_rfc3339(text)
    try:
        # Several times as fast. It takes much else too, such as weeks, and 24 o'clock.
        return datetime.fromisoformat(text)
    except ValueError:
        return _parse_any_rfc3339(text)


def _parse_any_rfc3339(text: str) -> datetime:
    match = _RFC3339.fullmatch(text.strip())
    if not match:
        raise ValueError(_NOT_RFC3339)
    year, month, day, hour, minute, second, fraction, zulu, sign, offset_hours, offset_minutes = match.groups()
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    offset = timedelta()
    if sign:
        # timedelta would take any numbers, and move the instant by days.
        if int(offset_hours) > 23 or int(offset_minutes) > 59:
            raise ValueError(f"{_NOT_RFC3339}: no offset from UTC is that large")
        offset = timedelta(hours=int(offset_hours), minutes=int(offset_minutes))
        if sign == "-":
            offset = -offset
    elif not zulu:
        raise ValueError(f"{_NOT_RFC3339}: it ends without Z or an offset from UTC such as +02:00")
    # A leap second has no datetime of its own; the second before it is the nearest instant.
    second_of_minute = min(int(second), 59) if second == "60" else int(second)
    try:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), second_of_minute, microsecond)
    except ValueError:
        raise ValueError(f"{_NOT_RFC3339}: there is no such date, or no such time of a day") from None
    try:
        return (local - offset).replace(tzinfo=timezone.utc)
    except OverflowError:
        raise ValueError("an instant outside the years 1 to 9999") from None


def format_rfc3339(instant: datetime | None) -> str | None:
    """Write an instant in UTC with ``Z``, with a fraction only where it is not zero; None stays None."""
    if instant is None:
        return None
    text = instant.astimezone(timezone.utc).replace(tzinfo=None).isoformat()
    if "." in text:
        text = text.rstrip("0")
    return text + "Z"


def parse_timestamp(value: Any) -> datetime | None:
    """Read a timestamp in any shape influxctl is known to print, or None for "never".

    Shapes: ``{"seconds": 1710273527, "nanos": 622095000}`` with either part missing, null or a numeric string;
    a bare number of seconds; an RFC 3339 string. Seconds of zero or less (1970 and before) mean "never".
    Source: output of ``influxctl management list --format json``.
    Raises ``ValueError`` for anything else.
    """
    if value is None or value == "" or value == {}:
        return None
    if isinstance(value, dict):
        if not value.keys() & {"seconds", "nanos"}:
            raise ValueError("not a timestamp")
        seconds = _whole_number(value.get("seconds"))
        nanos = _whole_number(value.get("nanos"))
        return _from_seconds(seconds, nanos // 1000)
    if isinstance(value, str) and not value.strip().lstrip("-").isdigit():
        instant = parse_rfc3339(value)
        return instant if instant.timestamp() > 0 else None
    return _from_seconds(_whole_number(value), 0)


def _whole_number(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("not a number of seconds")
    try:
        return int(value)
    except OverflowError:  # infinity, which Python's JSON reader lets pass
        raise ValueError("not a number of seconds") from None


def _from_seconds(seconds: int, microseconds: int) -> datetime | None:
    if seconds <= 0:
        return None
    if not 0 <= microseconds < 1_000_000:
        raise ValueError("nanos outside of one second")
    try:
        return datetime.fromtimestamp(seconds, timezone.utc) + timedelta(microseconds=microseconds)
    except (OverflowError, OSError):
        raise ValueError("an instant outside the years 1 to 9999") from None


def parse_duration(text: str, zero: bool = False) -> timedelta:
    """Read a duration such as ``90d`` or ``2w3d12h`` (w, d, h, m, s; whole numbers; longer than zero unless allowed).

    Raises ``ValueError`` for anything else.
    """
    cleaned = text.strip()
    if not _DURATION.fullmatch(cleaned):
        raise ValueError("not a duration such as 90d, 12h or 2w3d12h")
    total = timedelta()
    try:
        for amount, unit in _DURATION_PART.findall(cleaned):
            total += int(amount) * _UNITS[unit]
    except OverflowError:
        raise ValueError("a duration longer than any calendar") from None
    if not total and not zero:
        raise ValueError("a duration of zero")
    return total


def format_duration(duration: timedelta) -> str:
    """Write a duration for a reader, in its two largest units: ``6 d 4 h``, ``12 min``, ``0 s``."""
    remaining = int(abs(duration).total_seconds())
    parts = []
    for name, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        amount, remaining = divmod(remaining, length)
        if amount:
            parts.append(f"{amount} {name}")
    return " ".join(parts[:2]) or "0 s"
