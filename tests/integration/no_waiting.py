# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time for the engine in which waiting takes none: whatever it would sleep for has passed at once.

So a request may be given as long as the slowest machine needs, and what the engine waits for in vain costs nothing.
"""

from __future__ import annotations

from types import ModuleType

from ansible_collections.influxdb3.management.plugins.module_utils import _retrying, _revocation, _signals

# The parts that pause between attempts, and the one that looks for a lost token.
PAUSING: tuple[ModuleType, ...] = (_retrying, _signals)
LOOKING: ModuleType = _revocation


class Clock:
    """Stands for the module ``time`` in some of these parts. ``waits`` are the pauses that were made, in seconds.

    A pause makes it later by ``pace`` times as much, so that a look that may last for minutes has few of them.
    """

    def __init__(self, pace: float = 20.0) -> None:
        self.waits: list[float] = []
        self._pace = pace
        self._now = 0.0

    def monotonic(self) -> float:
        """As the original."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """As the original, and over at once."""
        self.waits.append(seconds)
        self._now += seconds * self._pace
