# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The moment at which the clock of the simulators stands in these tests, and others counted from there."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

NOW = datetime(2026, 3, 2, 4, 20, 19, 123456, tzinfo=timezone.utc)


def later(seconds: float) -> datetime:
    """A moment so many seconds after the start."""
    return NOW + timedelta(seconds=seconds)


def rfc3339(moment: datetime) -> str:
    """As requests have it, to the microsecond."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def date_header(moment: datetime) -> str:
    """As answers have it, in whole seconds."""
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
