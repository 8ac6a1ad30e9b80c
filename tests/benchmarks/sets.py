# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a set of tokens costs, beside what a user would write instead.

What happens inside the task is compared with a bare program of asyncio and httpx, both in a process of their own,
without the start of Python. Whole playbooks are compared with a loop of ``ansible.builtin.uri``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ansible_collections.influxdb3.management.tests.integration.controller import Controller
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

NEW = 1000
IN_LOOP = 100
LISTED = 100
CONCURRENCY = 8
ROUNDS = 3

_MEASURE = """
import json, os, sys, time

def measured(work):
    wall, processor = time.perf_counter(), time.process_time()
    work()
    print(json.dumps([time.perf_counter() - wall, time.process_time() - processor]))

given = json.load(sys.stdin)
token = os.environ["INFLUXDB3_MANAGEMENT_TOKEN"]
"""
BARE = (
    _MEASURE
    + """
import asyncio, ssl, httpx

async def all_of_them():
    context = ssl.create_default_context(cafile=given["ca_path"])
    headers = {"Authorization": "Bearer " + token}
    limits = httpx.Limits(max_connections=given["concurrency"])
    async with httpx.AsyncClient(verify=context, headers=headers, limits=limits, timeout=60) as client:
        await client.get(given["address"])
        turns, made = asyncio.Semaphore(given["concurrency"]), {}
        async def make(description):
            async with turns:
                answer = await client.post(given["address"], json={"description": description, "permissions": []})
                made[description] = answer.json()["accessToken"]
        await asyncio.gather(*(make(one["description"]) for one in given["tokens"]))

measured(lambda: asyncio.run(all_of_them()))
"""
)
INSIDE = (
    _MEASURE
    + """
from ansible_collections.influxdb3.management.plugins.action.database_tokens import ActionModule
from ansible_collections.influxdb3.management.plugins.module_utils._run import execute
from ansible_collections.influxdb3.management.plugins.plugin_utils._validation import (
    check_texts, refuse_misplaced_tokens, validate_arguments,
)
definition = ActionModule.definition

def perform():
    arguments = {name: given[name] for name in ("ca_path", "concurrency", "tokens")}
    refuse_misplaced_tokens(definition.argument_spec, arguments)
    check_texts(definition.argument_spec, arguments)
    outcome = execute(definition, validate_arguments(definition.argument_spec, arguments), False)
    assert outcome.error is None, outcome.error

measured(perform)
"""
)


def entries(number: int) -> list[dict[str, Any]]:
    """The tokens that are listed."""
    return [{"description": f"job {one}", "permissions": []} for one in range(number)]


def inside(controller: Controller, simulator: Simulator, program: str, number: int) -> tuple[float, float]:
    """Wall and processor seconds of a program's own work."""
    address = f"{simulator.url}{simulator.api_path}/tokens"
    given = {"address": address, "ca_path": simulator.ca_path, "concurrency": CONCURRENCY, "tokens": entries(number)}
    completed = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(given),
        env=controller.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    wall, processor = json.loads(completed.stdout)
    return wall, processor


def best(times: list[tuple[float, float]]) -> tuple[float, float]:
    """The least of each."""
    return min(wall for wall, _ in times), min(processor for _, processor in times)


def new_tokens(controller: Controller, simulator: Simulator) -> None:
    """So many new tokens by one task, and by a bare program with as many requests at once."""
    rows: dict[str, list[tuple[float, float]]] = {
        "bare asyncio and httpx": [],
        "inside one task of database_tokens": [],
    }
    for _round in range(ROUNDS):
        for (_name, times), program in zip(rows.items(), (BARE, INSIDE), strict=True):
            simulator.reset()
            times.append(inside(controller, simulator, program, NEW))
    peer = best(rows["bare asyncio and httpx"])
    print(f"{f'{NEW} new tokens, {CONCURRENCY} at once':52}{'wall':>8}{'processor':>11}   as the bare one")
    for name, times in rows.items():
        wall, processor = best(times)
        print(f"{name:52}{wall:6.2f} s{processor:9.2f} s{wall / peer[0]:9.2f}{processor / peer[1]:8.2f}")
    print()


def beside_a_loop(controller: Controller, simulator: Simulator) -> None:
    """Whole playbooks: one task for all, and a loop of uri over some of them, each for one token."""
    address = f"{simulator.url}{simulator.api_path}/tokens"
    headers = {"Authorization": "Bearer {{ lookup('ansible.builtin.env', 'INFLUXDB3_MANAGEMENT_TOKEN') }}"}
    body = {"description": "job {{ item }}", "permissions": []}
    asking = {"url": address, "method": "POST", "body_format": "json", "body": body, "ca_path": simulator.ca_path}
    loop = {"ansible.builtin.uri": {**asking, "headers": headers}, "loop": list(range(IN_LOOP)), "no_log": True}
    task = {"influxdb3.management.database_tokens": {"tokens": entries(NEW)}, "register": "made"}
    cases: dict[str, dict[str, Any]] = {
        "nothing": {"ansible.builtin.debug": {"msg": "nothing"}},
        "loop": loop,
        "task": task,
    }
    walls: dict[str, list[float]] = {name: [] for name in cases}
    # In turn, so that a busy machine is so for all of them.
    for _round in range(ROUNDS):
        for name, one in cases.items():
            simulator.reset()
            walls[name].append(wall_of(controller, one))
    least = {name: min(times) for name, times in walls.items()}
    of_loop, of_task = (least["loop"] - least["nothing"]) / IN_LOOP, (least["task"] - least["nothing"]) / NEW
    print(f"For each token, a loop of uri over {IN_LOOP} takes {of_loop * 1000:.1f} ms of wall time, and one task for")
    print(
        f"{NEW} takes {of_task * 1000:.1f} ms: 1/{of_loop / of_task:.0f}. What an empty playbook takes is left out.\n"
    )


def wall_of(controller: Controller, task: dict[str, Any]) -> float:
    """The wall seconds of a playbook of this task."""
    playbook = Path(controller.folder / "set.json")
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    begun = time.monotonic()
    finished = controller.playbook(playbook)
    assert finished.status == 0, finished.output[-3000:]
    return time.monotonic() - begun


def among_many(controller: Controller, simulator: Simulator, existing: int) -> None:
    """Some listed among many tokens, where nothing is to be done but to look."""
    inside(controller, simulator, INSIDE, LISTED)
    one, some = ([inside(controller, simulator, INSIDE, number) for _ in range(ROUNDS)] for number in (1, LISTED))
    print(f"Among {existing} tokens, a set of one takes {best(one)[0]:.2f} s inside the task, and a set of {LISTED}")
    print(f"{best(some)[0]:.2f} s. The list itself is most of it.\n")
