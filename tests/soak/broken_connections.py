# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections that break during a run: to the service while it lists, makes or revokes tokens, and to a host."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

# By what is under way: what the path of the request ends with.
REQUESTS = {
    "listing": "/management/list",
    "creating": "/management/create",
    "revoking": "/management/revoke",
}
# Before the service has done it, after that, and in the middle of its answer.
BREAKS = ("drop_before", "drop_after", "truncate")
# The third call of a host writes the new token; where none is due, there is one only.
MOMENTS = {
    "reading": "1 before",
    "about to write": "3 before",
    "just after a write": "3 after",
}


class BrokenConnections:
    """Orders for one run at a time, and what became of them."""

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        self._folder = folder / "breaking"
        self._folder.mkdir()
        self._simulator = simulator
        # For the connection plugin of the hosts.
        self.environment = {
            "ANSIBLE_CONNECTION_PLUGINS": str(Path(__file__).parent / "connections"),
            "BREAKING_CONNECTIONS": str(self._folder),
        }

    def order(self, chance: random.Random, share: float, hosts: Collection[str], due: Collection[str]) -> None:
        """Maybe have connections break in the next run. Due are the hosts that get a new token."""
        for path in REQUESTS.values():
            if chance.random() < share:
                self._simulator.add_fault(chance.choice(BREAKS), path=f"{path}$")
        if chance.random() < share:
            name = chance.choice(sorted(due or hosts))
            moments = [moment for moment in MOMENTS if moment != "reading"] if due else ["reading"]
            (self._folder / name).write_text(MOMENTS[chance.choice(moments)], encoding="ascii")

    def broken_to_hosts(self) -> Counter[str]:
        """How often a connection to a host broke since the last time, by what was under way. Ends the orders."""
        names = {text: name for name, text in MOMENTS.items()}
        found: Counter[str] = Counter()
        for path in self._folder.iterdir():
            if path.suffix == ".broken":
                found[names[path.read_text(encoding="ascii")]] += 1
            path.unlink()
        return found


def broken_to_service(requests: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """How many of these requests had their connection broken, by what was under way."""
    return Counter(
        name
        for request in requests
        for name, path in REQUESTS.items()
        if request["fault"] in BREAKS and request["path"].endswith(path)
    )
