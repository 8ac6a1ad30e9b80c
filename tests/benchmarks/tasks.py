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
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from ansible_collections.influxdb3.management.tests.benchmarks import sets
from ansible_collections.influxdb3.management.tests.integration.controller import Controller
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

COUNT = 20
HOSTS = 30
EXISTING = 50_000
ROUNDS = 3
NAME = "influxdb3.management"
BARE = """
import json, os, ssl, sys, httpx
context = ssl.create_default_context(cafile=sys.argv[2])
headers = {"Authorization": "Bearer " + os.environ["INFLUXDB3_MANAGEMENT_TOKEN"]}
json.loads(httpx.get(sys.argv[1], headers=headers, verify=context, timeout=60).content)
"""


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


@contextmanager
def timed(case: Case) -> Iterator[None]:
    """Count what the processes started meanwhile take."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    yield
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    case.took.append((wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime))


def run(controller: Controller, case: Case, hosts: str = "localhost") -> None:
    playbook = controller.folder / "playbook.json"
    play = {"hosts": hosts, "gather_facts": False, "tasks": case.tasks}
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    with timed(case):
        finished = controller.playbook(playbook)
    assert finished.status == 0, finished.output[-3000:]


def role_on_hosts(controller: Controller, simulator: Simulator) -> None:
    """The role where nothing is to be done, beside one task of ansible.builtin.template for each host."""
    folders = {f"host{number}": controller.folder / "homes" / f"host{number}" for number in range(HOSTS)}
    controller.inventory(
        "[automation]",
        *(
            f"{name} ansible_connection=local influxctl_profile_path='{folder}/config.toml'"
            for name, folder in folders.items()
        ),
    )
    controller.environment["ANSIBLE_FORKS"] = "10"
    for folder in folders.values():
        folder.mkdir(parents=True)
    (controller.folder / "config.toml.j2").write_text("[[profile]]\n", encoding="utf-8")
    role = {"ansible.builtin.include_role": {"name": f"{NAME}.influxctl_profile"}}
    template = {"src": "config.toml.j2", "dest": "{{ influxctl_profile_path }}.too", "mode": "0600"}
    every = [
        Case(f"the role on {HOSTS} hosts", [{**role, "vars": {"influxctl_profile_mint": True}}]),
        Case(f"one template on {HOSTS} hosts", [{"ansible.builtin.template": template}]),
    ]
    for case in every:
        run(controller, case, hosts="automation")
        case.took.clear()
    simulator.forget_requests()
    run(controller, every[0], hosts="automation")
    requests, calls = len(simulator.requests()), len(simulator.state()["influxctl_calls"])
    measure(controller, every, hosts="automation")
    show(every, every[-1])
    print(f"Each host costs the service {requests / HOSTS:.1f} requests, {calls / HOSTS:.1f} of them by influxctl.\n")


def many_tokens(controller: Controller, simulator: Simulator) -> None:
    """A task that changes nothing among many tokens, beside a program that only gets the list and decodes it."""
    keeping = [{f"{NAME}.database_token": {"description": "job", "permissions": [], "secret_file": "tokens/job"}}]
    alone = Case("the same task where there are few", keeping)
    run(controller, alone)
    alone.took.clear()
    measure(controller, [alone])
    context = ssl.create_default_context(cafile=simulator.ca_path)
    headers = {"Authorization": f"Bearer {simulator.management_token}"}
    address = f"{simulator.url}{simulator.api_path}/tokens"
    with httpx.Client(verify=context, headers=headers) as client:
        for number in range(EXISTING):
            client.post(address, json={"description": f"one of many, {number}", "permissions": []}).raise_for_status()
    task = Case(f"one task among {EXISTING} tokens", keeping)
    nothing = Case("nothing at all", [{"ansible.builtin.debug": {"msg": "nothing"}}])
    measure(controller, [task, nothing])
    bare = Case("a bare GET and json.loads", [])
    for _round in range(ROUNDS):
        with timed(bare):
            subprocess.run(
                [sys.executable, "-c", BARE, address, simulator.ca_path or ""], env=controller.environment, check=True
            )
    show([task, alone, nothing, bare], bare)
    for what, least in (("beyond an empty play", nothing), ("for these tokens alone", alone)):
        wall, processor = (
            (most - less) / peer for most, less, peer in zip(task.best(), least.best(), bare.best(), strict=True)
        )
        print(f"What it takes {what} is {wall:.2f} (wall) and {processor:.2f} (processor) of that GET.")
    print(
        "The peak of memory of any of these processes, so far: "
        f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB\n"
    )


def measure(controller: Controller, every: Sequence[Case], hosts: str = "localhost") -> None:
    for _round in range(ROUNDS):
        for case in every:
            run(controller, case, hosts)


def show(every: Sequence[Case], peer: Case) -> None:
    """Print a row for each case, and how it compares."""
    asked = peer.best()
    print(f"{'':52}{'wall':>8}{'processor':>11}   as {peer.called}")
    for case in every:
        wall, processor = case.best()
        print(f"{case.called:52}{wall:6.2f} s{processor:9.2f} s{wall / asked[0]:9.2f}{processor / asked[1]:8.2f}")
    print()


def main() -> int:
    """Print a table for each part."""
    with tempfile.TemporaryDirectory() as folder, Simulator.start() as simulator:
        controller = Controller(Path(folder), simulator)
        every = cases(simulator)
        # Files and profiles are made first, so that what is measured changes nothing.
        for case in every[-2:]:
            run(controller, case)
            case.took.clear()
        measure(controller, every)
        show(every, every[2])
        role_on_hosts(controller, simulator)
        many_tokens(controller, simulator)
        sets.among_many(controller, simulator, EXISTING)
        sets.new_tokens(controller, simulator)
        sets.beside_a_loop(controller, simulator)
    return 0


if __name__ == "__main__":
    sys.exit(main())
