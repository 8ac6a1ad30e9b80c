# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task costs, beside what a user would write instead: whole runs of ansible-playbook against the simulator.

Each case is run in turn with the others, several times, and the cheapest run of each counts. Noise moves processor
seconds far less than the clock, so ratios of both are printed.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.influxdb3.management.tests.integration.controller import Controller
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

COUNT = 20
ROUNDS = 3
NAME = "influxdb3.management"


@dataclass
class Case:
    """Tasks of a play, and what its runs took: wall and processor seconds."""

    called: str
    tasks: list[dict[str, Any]]
    took: list[tuple[float, float]] = field(default_factory=list)

    def best(self) -> tuple[float, float]:
        """The least of each."""
        walls, processors = zip(*self.took, strict=True)
        return min(walls), min(processors)


def cases(simulator: Simulator) -> list[Case]:
    listing: dict[str, Any] = {f"{NAME}.database_token_info": {}}
    address = f"{simulator.url}{simulator.api_path}/tokens"
    headers = {"Authorization": "Bearer {{ lookup('ansible.builtin.env', 'INFLUXDB3_MANAGEMENT_TOKEN') }}"}
    asking = {"ansible.builtin.uri": {"url": address, "headers": headers, "ca_path": simulator.ca_path}}
    file = {"description": "job {{ item }}", "permissions": [], "secret_file": "tokens/{{ item }}"}
    keeping = {f"{NAME}.database_token": file, "loop": list(range(COUNT))}
    profile = {"name": "job {{ item }}", "path": "{{ playbook_dir }}/config.toml", "mint": {}}
    minting = {f"{NAME}.influxctl_profile": profile, "loop": list(range(COUNT))}
    nothing = {"ansible.builtin.debug": {"msg": "nothing"}}
    return [
        Case("nothing at all", [nothing]),
        Case(f"{COUNT} tasks that list", [listing] * COUNT),
        Case(f"{COUNT} tasks of uri that list", [asking] * COUNT),
        Case(f"a loop of {COUNT} that lists", [{**listing, "loop": list(range(COUNT))}]),
        Case(f"a loop of {COUNT} of uri", [{**asking, "loop": list(range(COUNT))}]),
        Case(f"a loop of {COUNT} that keeps a secret_file as it is", [keeping]),
        Case(f"a loop of {COUNT} that keeps a minted token as it is", [minting]),
    ]


def run(controller: Controller, case: Case) -> None:
    playbook = controller.folder / "playbook.json"
    play = {"hosts": "localhost", "gather_facts": False, "tasks": case.tasks}
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    finished = controller.playbook(playbook)
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert finished.status == 0, finished.output[-3000:]
    case.took.append((wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))


def main() -> int:
    """Print a row for each case."""
    with tempfile.TemporaryDirectory() as folder, Simulator.start() as simulator:
        controller = Controller(Path(folder), simulator)
        every = cases(simulator)
        # Files and profiles are made first, so that what is measured changes nothing.
        for case in every[-2:]:
            run(controller, case)
            case.took.clear()
        for _round in range(ROUNDS):
            for case in every:
                run(controller, case)
    asked = every[2].best()
    print(f"{'':52}{'wall':>8}{'processor':>11}   as tasks of uri")
    for case in every:
        wall, processor = case.best()
        print(f"{case.called:52}{wall:6.2f} s{processor:9.2f} s{wall / asked[0]:9.2f}{processor / asked[1]:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
