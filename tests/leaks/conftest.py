# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Watched controllers, and a count of what was searched."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.integration.fast_python import FastPython
from ansible_collections.influxdb3.management.tests.leaks.controller import WatchedController
from ansible_collections.influxdb3.management.tests.leaks.starts import RECORDER
from ansible_collections.influxdb3.management.tests.leaks.watch import Watch
from ansible_collections.influxdb3.management.tests.level import level
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

MakeController = Callable[..., WatchedController]


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Iterator[list[Watch]]:
    """Put a watch in here to have what it has searched counted."""
    watches: list[Watch] = []
    yield watches
    for watch in watches:
        watch.close()
        for name, number in dataclasses.asdict(watch.searched).items():
            record_property(f"searched {name}", number)


@pytest.fixture(scope="session")
def recording_python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What runs modules on hosts: before a commit, a Python that starts in no time, and records as a real one does."""
    if level() == "proof":
        yield "{{ ansible_playbook_python }}"
        return
    python = FastPython(tmp_path_factory.mktemp("recording"), library_folders=[RECORDER])
    yield str(python.interpreter)
    python.stop()


@pytest.fixture
def make_controller(simulator: Simulator, recording_python: str, tmp_path: Path, count: list[Watch]) -> MakeController:
    """Makes the controller of a test; give the ansible-core or the simulator if it is another than the usual one."""

    def make(**choices: Any) -> WatchedController:
        chosen = {"simulator": simulator, "host_python": recording_python, **choices}
        controller = WatchedController(tmp_path, **chosen)
        count.append(controller.watch)
        return controller

    return make


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how much was searched, so that nobody takes a suite that looked at nothing for one that found nothing."""
    reports = [report for group in terminalreporter.stats.values() for report in group]
    searched: Counter[str] = Counter()
    for report in reports:
        if getattr(report, "when", None) == "teardown":
            searched.update({name: count for name, count in report.user_properties if name.startswith("searched ")})
    if searched:
        runs, outputs, size, secrets = (searched[f"searched {name}"] for name in ("runs", "outputs", "size", "secrets"))
        terminalreporter.write_sep("-", "leaks")
        terminalreporter.write_line(
            f"{runs} runs left {outputs} outputs with {size / 1e6:.1f} MB, searched for {secrets} secrets."
        )
        for report in terminalreporter.stats.get("skipped", ()):
            terminalreporter.write_line(str(report.longrepr[2]).removeprefix("Skipped: "))
