# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running simulators, each kind started once, and a way to call the stand-in influxctl."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.unit.simulator.instants import NOW
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def simulators() -> Iterator[Callable[..., Simulator]]:
    """A function that takes the arguments of Simulator.start and returns such a simulator, as if just started.

    Its clock stands still unless another is asked for.
    """
    running: dict[str, Simulator] = {}

    def get(**choice: Any) -> Simulator:
        # A start takes far longer than most tests. One that makes no other choice serves all seeds and dialects.
        chosen = {name: choice.pop(name) for name in ("seed", "dialect") if name in choice}
        choice = {"standing_clock": NOW, **choice}
        key = repr(sorted(choice.items()))
        if key not in running:
            running[key] = Simulator.start(**choice)
        running[key].reset(**chosen)
        return running[key]

    yield get
    # First all of them, so that they end side by side.
    for simulator in running.values():
        simulator.process.terminate()
    for simulator in running.values():
        simulator.stop()


@pytest.fixture
def simulator(simulators: Callable[..., Simulator]) -> Simulator:
    """A simulator without seed, as if just started."""
    return simulators()


def write_profile(path: Path, values: dict[str, str]) -> Path:
    """Write a configuration with one profile, readable by its owner alone."""
    path.write_text("[[profile]]\n" + "".join(f"{name} = {value!r}\n" for name, value in values.items()))
    path.chmod(0o600)
    return path


@pytest.fixture
def influxctl(tmp_path: Path) -> Run:
    """A function that runs influxctl with a profile; its keyword ``profile`` adds and, with None, removes keys."""

    def run(
        simulator: Simulator,
        *arguments: str,
        profile: dict[str, str | None] | None = None,
        environment: dict[str, str] | None = None,
        before: tuple[str, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        values: dict[str, str | None] = {
            "name": "default",
            "product": "dedicated",
            "account_id": simulator.account_id,
            "cluster_id": simulator.cluster_id,
            "mgmt_token": simulator.management_token,
            **(profile or {}),
        }
        path = write_profile(tmp_path / "config.toml", {k: v for k, v in values.items() if v is not None})
        return subprocess.run(
            [simulator.influxctl_path, "--config", str(path), *before, *arguments],
            capture_output=True,
            check=False,
            env={"HOME": str(tmp_path), **(environment or {})},
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=PATIENCE,
        )

    return run
