# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every writing request about tables, and both that restore something, with everything that may go wrong with it.

No list tells what came of a lost answer, so that a run that fails may have done it. What is said to be done is done,
and another run sets the rest right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action import database, table
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Outcome
from ansible_collections.influxdb3.management.tests.faults.door import Door
from ansible_collections.influxdb3.management.tests.faults.runs import ask, run
from ansible_collections.influxdb3.management.tests.faults.trouble import FAULTS, Request, Trouble
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

pytestmark = pytest.mark.usefixtures("clock", "_influxctl_here")

TIMES = {"once": 1, "always": None}


def cases() -> list[Any]:
    """Each fault, once before a commit, and always before a release. No answer here has a secret to lack."""
    return [
        pytest.param(fault, times, id=f"{fault}-{often}", marks=PROOF_ONLY if often == "always" else ())
        for fault in FAULTS
        for often, times in TIMES.items()
        if fault != "no secret"
    ]


@dataclass(frozen=True)
class Operation:
    """A run that sends one kind of request; the tables before it, what it asks for, and the tables there must be."""

    request: Request
    before: tuple[str, ...]
    wants: dict[str, Any]
    after: tuple[str, ...]


TABLES = {
    "create": Operation(Request("POST", "/tables$"), ("other",), {"name": "new"}, ("new", "other")),
    "rename": Operation(
        Request("PUT", "/tables/old/rename$"), ("old",), {"name": "new", "rename_from": "old"}, ("new",)
    ),
    "delete": Operation(
        Request("DELETE", "/tables/old$"),
        ("old", "other"),
        {"name": "old", "state": "absent", "allow_data_loss": True},
        ("other",),
    ),
}


def run_in_trouble(
    simulator: Simulator,
    door: Door,
    monkeypatch: pytest.MonkeyPatch,
    request: Request,
    fault: str,
    times: int | None,
    definition: Definition,
    **options: Any,
) -> Outcome:
    trouble = Trouble(simulator, door, request, fault, times)
    with monkeypatch.context() as patch:
        trouble.install(patch)
        outcome = run(simulator, door, definition, **options)
    trouble.end()
    assert trouble.hits() > 0
    simulator.clear_faults()
    return outcome


def tables(simulator: Simulator) -> list[str]:
    """The names of the tables that are there; never is one there twice."""
    (room,) = simulator.state()["databases"]
    names = sorted(one["name"] for one in room["tables"] if not one["deleted"])
    assert len(set(names)) == len(names)
    return names


@pytest.mark.parametrize(
    "list_by",
    [pytest.param(None, id="unlisted"), pytest.param("influxctl", id="listed", marks=PROOF_ONLY)],
)
@pytest.mark.parametrize(("fault", "times"), cases())
@pytest.mark.parametrize("operation", [pytest.param(operation, id=name) for name, operation in TABLES.items()])
def test_a_fault_of_a_request_about_tables(
    simulator: Simulator,
    door: Door,
    monkeypatch: pytest.MonkeyPatch,
    operation: Operation,
    fault: str,
    times: int | None,
    list_by: str | None,
) -> None:
    ask(simulator, "POST", "databases", {"name": "room"})
    for name in operation.before:
        ask(simulator, "POST", "databases/room/tables", {"name": name})
    definition = table.ActionModule.definition
    wants = {"database": "room", **operation.wants, **({} if list_by is None else {"list_by": list_by})}
    outcome = run_in_trouble(simulator, door, monkeypatch, operation.request, fault, times, definition, **wants)
    done = tables(simulator) == list(operation.after)
    if outcome.error is None:
        assert done, "what is said to be done is not"
        assert outcome.result["changed"]
    else:
        assert done or tables(simulator) == list(operation.before)
    again = run(simulator, door, definition, **wants)
    assert again.error is None
    assert again.result["changed"] is not done
    assert tables(simulator) == list(operation.after)


@pytest.mark.parametrize("what", ["database", "table"])
@pytest.mark.parametrize(("fault", "times"), cases())
def test_a_fault_when_something_is_restored(
    simulator: Simulator, door: Door, monkeypatch: pytest.MonkeyPatch, what: str, fault: str, times: int | None
) -> None:
    ask(simulator, "POST", "databases", {"name": "room"})
    ask(simulator, "POST", "databases/room/tables", {"name": "old"})
    path = "databases/room" if what == "database" else "databases/room/tables/old"
    ask(simulator, "DELETE", path)

    def place() -> dict[str, Any]:
        (room,) = simulator.state()["databases"]
        found: dict[str, Any] = room if what == "database" else room["tables"][0]
        return found

    module: Any = {"database": database, "table": table}[what]
    wants = {"name": place()["name"], "restore": True, "id": place()["id"]}
    if what == "table":
        wants["database"] = "room"
    request, definition = Request("PUT", "/undelete$"), module.ActionModule.definition
    outcome = run_in_trouble(simulator, door, monkeypatch, request, fault, times, definition, **wants)
    done = not place()["deleted"]
    if outcome.error is None:
        assert done, "what is said to be done is not"
        assert outcome.result["changed"]
    again = run(simulator, door, definition, **wants)
    # What is back cannot be restored once more, and that is said.
    assert (again.error is None) is not done
    assert not place()["deleted"]
