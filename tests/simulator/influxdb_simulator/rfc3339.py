# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times as RFC 3339 text, in the notations a server may choose."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_RFC_3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})",
    re.ASCII,
)


def parse(text: str) -> datetime:
    """Read an RFC 3339 time; raise ValueError for anything else, a time without offset included."""
    match = _RFC_3339.fullmatch(text)
    if match is None:
        raise ValueError("not an RFC 3339 time")
    date, time, fraction, offset = match.groups()
    microseconds = ((fraction or "") + "000000")[:6]
    offset = "+00:00" if offset in "Zz" else offset
    return datetime.fromisoformat(f"{date}T{time}.{microseconds}{offset}").astimezone(timezone.utc)


def seconds(moment: datetime) -> str:
    """``2026-01-31T12:00:00Z``"""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(moment: datetime) -> str:
    """``2026-01-31T12:00:00.123Z``"""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def nanoseconds(moment: datetime) -> str:
    """``2026-01-31T12:00:00.123456000Z``"""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"


def with_offset(moment: datetime) -> str:
    """``2026-01-31T14:00:00.123456+02:00``"""
    return moment.astimezone(timezone(timedelta(hours=2))).isoformat(timespec="microseconds")
