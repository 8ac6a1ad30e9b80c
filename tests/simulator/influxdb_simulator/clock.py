# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated time: the real clock plus whatever it was advanced by."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from .refusal import Refusal


class SimulatedClock:
    """Every time that the simulator compares or shows comes from here."""

    def __init__(self) -> None:
        self._advance = timedelta()

    def now(self) -> datetime:
        """Return the simulated moment, in UTC."""
        return datetime.now(timezone.utc) + self._advance

    def advance(self, seconds: float) -> None:
        """Move the clock, back with a negative number; a time outside the calendar is a Refusal."""
        try:
            advance = self._advance + timedelta(seconds=seconds)
            datetime.now(timezone.utc) + advance
        except (OverflowError, ValueError):
            raise Refusal(400, "advance_seconds leads outside the calendar") from None
        self._advance = advance

    def reset(self) -> None:
        """Return to the real time."""
        self._advance = timedelta()
