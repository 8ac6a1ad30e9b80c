# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sets of databases at a service over real sockets: round trips, refusals by entry, partial failures, signals."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action import databases
from ansible_collections.influxdb3.management.plugins.module_utils._run import Outcome, execute
from ansible_collections.influxdb3.management.plugins.plugin_utils._validation import validate_arguments
from ansible_collections.influxdb3.management.tests.faults.consumer import connection, hide_environment
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.unit.plugins.forked_worker import Worker
from ansible_collections.influxdb3.management.tests.waiting import wait_until

UNTIL_TOLD = 86400


@pytest.fixture(scope="module")
def running_simulator() -> Iterator[Simulator]:
    """One simulator that each test resets."""
    with Simulator.start(http=True) as simulator:
        yield simulator


@pytest.fixture
def simulator(running_simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    running_simulator.reset()
    hide_environment(monkeypatch)
    return running_simulator


def run(simulator: Simulator, *wanted: dict[str, Any], check_mode: bool = False, **options: Any) -> Outcome:
    definition = databases.ActionModule.definition
    given = connection(simulator, simulator.url, simulator.influxctl_path)
    arguments = {**given, "databases": list(wanted), **options}
    parameters = validate_arguments(definition.argument_spec, arguments, **definition.constraints)
    return execute(definition, parameters, check_mode)


def rooms(number: int, **options: Any) -> list[dict[str, Any]]:
    return [{"name": f"room{one:02}", **options} for one in range(number)]


def there(simulator: Simulator) -> list[str]:
    """The names of the rooms, in order."""
    answer = simulator.ask("GET", f"{simulator.api_path}/databases", token=simulator.management_token)
    return sorted(one["name"] for one in answer.value if one["name"].startswith("room"))


def asked(simulator: Simulator) -> list[str]:
    return [f"{one['method']} {one['path'].rpartition('/')[2]}" for one in simulator.requests()]


def test_the_life_of_a_set(simulator: Simulator) -> None:
    simulator.forget_requests()
    made = run(simulator, *rooms(20, retention_period="30d"))
    assert made.error is None
    # Databases once, tokens once, and what is made.
    assert sorted(asked(simulator)) == ["GET databases", "GET tokens", *["POST databases"] * 20]
    assert [one["database"]["name"] for one in made.result["results"]] == [f"room{one:02}" for one in range(20)]
    simulator.forget_requests()
    again = run(simulator, *rooms(20, retention_period="30d"))
    assert (again.error, again.result["changed"], asked(simulator)) == (None, False, ["GET databases"])
    longer = run(simulator, *rooms(3, retention_period="60d"), {"name": "room99", "rename_from": "room19"})
    assert (longer.error, longer.result["changed"]) == (None, True)
    assert "room99" in there(simulator)
    dry = run(simulator, *rooms(3, state="absent", allow_data_loss=True), check_mode=True)
    assert (dry.error, dry.result["changed"], len(there(simulator))) == (None, True, 20)
    gone = run(simulator, *rooms(3, state="absent", allow_data_loss=True))
    assert (gone.error, len(there(simulator))) == (None, 17)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"name": "_hall"}, "databases (entry 6): "),
        ({"name": "hall", "retention_period": "30min"}, "databases (entry 6): "),
        ({"name": "room01"}, "databases (entry 2) and databases (entry 6) are both about the database 'room01'."),
        (
            {"name": "hall", "rename_from": "room01"},
            "databases (entry 2) and databases (entry 6) are both about the database 'room01'.",
        ),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_one_bad_entry_has_nothing_sent(simulator: Simulator, bad: dict[str, Any], said: str, check_mode: bool) -> None:
    simulator.forget_requests()
    outcome = run(simulator, *rooms(5), bad, check_mode=check_mode)
    assert (outcome.error or "").startswith(said)
    assert asked(simulator) == []


def test_what_must_not_be_done_has_nothing_changed_unless_all_others_are_to_go_on(simulator: Simulator) -> None:
    run(simulator, {"name": "room01"})
    forbidden = {"name": "room01", "state": "absent"}
    refused = run(simulator, {"name": "room02"}, forbidden)
    assert (refused.error or "").startswith("databases (entry 2): ")
    assert (refused.error or "").endswith("Nothing was changed.")
    assert there(simulator) == ["room01"]
    went_on = run(simulator, {"name": "room02"}, forbidden, on_error="continue")
    assert (went_on.error or "").startswith("1 of 2 databases failed. databases (entry 2): ")
    assert [one["outcome"] for one in went_on.result["results"]] == ["ok", "failed"]
    assert there(simulator) == ["room01", "room02"]


@pytest.mark.parametrize(("on_error", "made"), [("stop", 0), ("continue", 3)])
def test_a_failure_on_the_way(simulator: Simulator, on_error: str, made: int) -> None:
    simulator.add_fault("status", "/databases$", "POST", status=403)
    outcome = run(simulator, *rooms(4), on_error=on_error, concurrency=1)
    assert "1 of 4 databases failed. databases (entry 1): " in (outcome.error or "")
    assert len(there(simulator)) == made
    left = ["not_started"] * 3 if on_error == "stop" else ["ok"] * 3
    assert [one["outcome"] for one in outcome.result["results"]] == ["failed", *left]
    assert run(simulator, *rooms(4)).error is None


def test_a_signal_has_no_further_one_started(simulator: Simulator) -> None:
    simulator.add_fault("delay_after", "/databases$", "POST", seconds=UNTIL_TOLD, times=None)
    worker = Worker(lambda _say: run(simulator, *rooms(9), concurrency=2))

    def under_way() -> bool:
        return len([one for one in simulator.requests() if one["fault"] and one["status"] is None]) == 2

    wait_until(under_way, "two are under way")
    worker.send(signal.SIGTERM)
    simulator.clear_faults()
    simulator.end_delays()
    assert worker.end().status == -signal.SIGTERM
    assert there(simulator) == ["room00", "room01"]


def test_two_renamings_do_not_undo_each_other_at_one_token(simulator: Simulator) -> None:
    run(simulator, *rooms(2))
    permissions = [{"action": "read", "resource": name} for name in ("room00", "room01")]
    body = {"description": "both", "permissions": permissions}
    made = simulator.ask("POST", f"{simulator.api_path}/tokens", body, token=simulator.management_token).value
    renamed = [{"name": f"hall{one}", "rename_from": f"room0{one}", "update_tokens": True} for one in range(2)]
    refused = run(simulator, *renamed)
    assert refused.error == (
        f"databases (entry 1) and databases (entry 2) both change the permissions of the database token {made['id']}. "
        "Rename one of them in a task of its own. Nothing was changed."
    )
    assert there(simulator) == ["room00", "room01"]


def test_many_tokens_are_listed_once(simulator: Simulator) -> None:
    run(simulator, *rooms(3))
    path = f"{simulator.api_path}/tokens"
    for number in range(3):
        body = {"description": f"t{number}", "permissions": [{"action": "read", "resource": f"room{number:02}"}]}
        simulator.ask("POST", path, body, token=simulator.management_token)
    simulator.forget_requests()
    gone = run(simulator, *rooms(3, state="absent", allow_data_loss=True))
    losing = [[one["description"] for one in result["tokens_losing_access"]] for result in gone.result["results"]]
    assert losing == [["t0"], ["t1"], ["t2"]]
    assert asked(simulator).count("GET tokens") == 1
