# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time that the engine waits: between attempts it passes at once, in the look for a lost token as a test says."""

from __future__ import annotations

import time

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _creation, _retrying, _signals


class Clock:
    """Stands for the module ``time`` in a part of the engine. ``waits`` are the pauses between attempts, in seconds."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._speed = 1.0
        self._slept: float | None = None

    def replace(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the place of the time."""
        for module in (_retrying, _signals):
            monkeypatch.setattr(module, "time", _Pauses(self.waits))
        monkeypatch.setattr(_creation, "time", self)

    def hurry(self, speed: float) -> None:
        """From now on the time of a look passes so much faster."""
        self._speed = speed

    def skip(self) -> None:
        """From now on nothing but sleep makes it later, and sleep is over at once."""
        self._slept = 0.0

    def monotonic(self) -> float:
        """As the original."""
        if self._slept is not None:
            return self._slept
        return time.monotonic() * self._speed

    def sleep(self, seconds: float) -> None:
        """As the original."""
        if self._slept is not None:
            self._slept += seconds
        else:
            time.sleep(seconds / self._speed)


class _Pauses:
    def __init__(self, waits: list[float]) -> None:
        self.sleep = waits.append
