# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated time, which goes on or stands still."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.simulator.fixture import RUN, Simulator
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator import clock
from ansible_collections.influxdb3.management.tests.unit.simulator.instants import NOW, date_header, later, rfc3339
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE, wait_until

Influxctl = Callable[..., "subprocess.CompletedProcess[str]"]
Simulators = Callable[..., Simulator]


def date(simulator: Simulator) -> str:
    return simulator.ask("GET", f"{simulator.api_path}/tokens").headers["date"]


@pytest.fixture
def real_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[datetime]]:
    """What the real clock shows, look after look; every look must have been taken."""
    moments: list[datetime] = []

    class RealTime(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return moments.pop(0).astimezone(tz)

    monkeypatch.setattr(clock, "datetime", RealTime)
    yield moments
    assert moments == []


def test_it_goes_on_with_the_real_time_and_keeps_its_distance(real_time: list[datetime]) -> None:
    simulated = clock.SimulatedClock()
    real_time.extend(later(seconds) for seconds in (0, 5, 6, 7, 8))
    assert [simulated.now(), simulated.now()] == [NOW, later(5)]
    simulated.advance(100)
    assert simulated.now() == later(107)
    simulated.reset()
    assert simulated.now() == later(8)


def test_it_stands_still_until_it_is_moved(real_time: list[datetime]) -> None:
    simulated = clock.SimulatedClock(standing_at=NOW)
    assert [simulated.now(), simulated.now()] == [NOW, NOW]
    simulated.advance(100)
    simulated.advance(-0.5)
    assert [simulated.now(), simulated.now()] == [later(99.5), later(99.5)]
    simulated.reset()
    assert simulated.now() == NOW


def test_everything_that_is_told_has_the_time_at_which_the_clock_stands(
    simulator: Simulator, influxctl: Influxctl
) -> None:
    simulator.advance_clock(100)
    token = simulator.management_token
    created = simulator.ask("POST", f"{simulator.api_path}/tokens", {"description": "one"}, token).value
    influxctl(simulator, "management", "create", "--description", "one")
    simulator.advance_clock(100)
    simulator.ask("DELETE", f"{simulator.api_path}/tokens/{created['id']}", token=token)
    state = simulator.state()
    first, second = state["management_tokens"]
    (database_token,) = state["database_tokens"]
    assert [one["created_at"] for one in (first, second, database_token)] == [
        rfc3339(moment).replace("Z", "000Z") for moment in (NOW, later(100), later(100))
    ]
    assert database_token["revoked_at"] == rfc3339(later(200)).replace("Z", "000Z")
    assert created["createdAt"] == "2026-03-02T04:21:59.123Z"
    assert state["time"] == "2026-03-02T04:23:39.123Z"
    assert [request["time"] for request in simulator.requests()] == [
        "2026-03-02T04:21:59.123Z",
        "2026-03-02T04:21:59.123Z",
        "2026-03-02T04:23:39.123Z",
    ]
    assert date(simulator) == date_header(later(200))


def test_the_clock_moves_the_date_header(simulator: Simulator) -> None:
    assert date(simulator) == "Mon, 02 Mar 2026 04:20:19 GMT"
    simulator.advance_clock(86_400 * 400)
    simulator.advance_clock(-86_400 * 800 + 0.9)
    assert date(simulator) == date_header(later(-86_400 * 400 + 0.9)) == "Sun, 26 Jan 2025 04:20:20 GMT"
    simulator.reset()
    assert date(simulator) == date_header(NOW)


@pytest.mark.parametrize("body", [{}, {"advance_seconds": "1"}, {"advance_seconds": 1e15}, {"advance_seconds": True}])
def test_the_clock_stays_in_the_calendar(simulator: Simulator, body: Any) -> None:
    assert simulator.ask("POST", "/_simulator/clock", body).status == 400
    assert date(simulator) == date_header(NOW)


def test_the_clock_ends_management_tokens_but_not_the_first(simulator: Simulator, influxctl: Influxctl) -> None:
    path = f"{simulator.api_path}/tokens"
    influxctl(simulator, "management", "create", "--description", "short", "--expires-at", rfc3339(later(3600)))
    secret = simulator.state()["management_tokens"][1]["secret"]
    simulator.advance_clock(3599.999999)
    assert simulator.ask("GET", path, token=secret).status == 200
    simulator.advance_clock(0.000001)
    assert simulator.ask("GET", path, token=secret).status == 401
    assert influxctl(simulator, "management", "list", profile={"mgmt_token": secret}).returncode == 1
    assert simulator.ask("GET", path, token=simulator.management_token).status == 200
    assert simulator.state()["management_tokens"][1]["status"] == "expired"


def test_it_can_stand_at_the_moment_of_the_start_or_go_on(simulators: Simulators) -> None:
    standing, going = simulators(http=True, standing_clock=True), simulators(http=True, standing_clock=False)
    before = going.state()["time"]
    stands_at = standing.state()["time"]
    wait_until(lambda: going.state()["time"] != before, "the clock goes on")
    assert standing.state()["time"] == stands_at == standing.state()["management_tokens"][0]["created_at"][:-7] + "Z"


def test_a_moment_to_stand_at_must_be_one(tmp_path: Path) -> None:
    command = [str(RUN), "--ready-file", str(tmp_path / "ready.json"), "--standing-clock", "2026-03-02"]
    finished = subprocess.run(command, capture_output=True, check=False, text=True, timeout=PATIENCE)
    assert finished.returncode == 2
    assert finished.stderr.endswith("error: argument --standing-clock: 2026-03-02 is no RFC 3339 time\n")
    assert list(tmp_path.iterdir()) == []
