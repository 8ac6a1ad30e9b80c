# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record of the requests that were received."""

from __future__ import annotations

import dataclasses
from typing import Any

from . import rfc3339
from .clock import SimulatedClock


@dataclasses.dataclass
class Entry:
    """One request; the status stays None until it is answered, and for good when the connection was cut."""

    method: str
    path: str
    time: str
    status: int | None = None
    fault: str | None = None


class Journal:
    """Requests in the order of their arrival."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._entries: list[Entry] = []

    def open(self, method: str, path: str) -> Entry:
        """Note an arriving request; the caller completes the entry."""
        entry = Entry(method, path, rfc3339.milliseconds(self._clock.now()))
        self._entries.append(entry)
        return entry

    def as_list(self) -> list[dict[str, Any]]:
        """Return all entries as plain values."""
        return [dataclasses.asdict(entry) for entry in self._entries]

    def clear(self) -> None:
        """Forget all entries."""
        self._entries.clear()
