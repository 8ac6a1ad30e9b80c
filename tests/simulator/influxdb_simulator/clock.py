# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated time: the real clock, or one that stands still, plus whatever it was advanced by."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from .refusal import Refusal


class SimulatedClock:
    """Every time that the simulator compares or shows comes from here."""

    def __init__(self, standing_at: datetime | None = None) -> None:
        """Follow the real clock, or stand at a moment until something advances it."""
        self._standing_at = standing_at
        self._advance = timedelta()

    def now(self) -> datetime:
        """Return the simulated moment, in UTC."""
        return self._unmoved() + self._advance

    def advance(self, seconds: float) -> None:
        """Move the clock, back with a negative number; a time outside the calendar is a Refusal."""
        try:
            advance = self._advance + timedelta(seconds=seconds)
            self._unmoved() + advance
        except (OverflowError, ValueError):
            raise Refusal(400, "advance_seconds leads outside the calendar") from None
        self._advance = advance

    def reset(self) -> None:
        """Return to the real time, or to the moment at which the clock stands."""
        self._advance = timedelta()

    def _unmoved(self) -> datetime:
        return self._standing_at or datetime.now(timezone.utc)
