# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every writing request about databases with everything that may go wrong with it: once, twice, always.

A run that succeeds has done what it says, and one that fails has not, unless the answer came too late for anybody to
know. However it ends, another run sets the rest right, and nothing is there twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action import database
from ansible_collections.influxdb3.management.tests.faults.door import Door
from ansible_collections.influxdb3.management.tests.faults.runs import ask, run
from ansible_collections.influxdb3.management.tests.faults.trouble import FAULTS, Request, Trouble
from ansible_collections.influxdb3.management.tests.integration.no_waiting import Clock
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

DEFINITION = database.ActionModule.definition
DAY = 86400 * 10**9
READ_OLD = [{"action": "read", "resource": "old"}]
READ_NEW = [{"action": "read", "resource": "new"}]
TIMES = {"once": 1, "twice": 2, "always": None}


@dataclass(frozen=True)
class Operation:
    """A run that sends one kind of request; what there is before it, what it asks for, and what there must be then.

    ``looks`` says that the list is looked at again after a failure, so that a failure is none where it was done.
    """

    request: Request
    before: tuple[str, ...]
    wants: dict[str, Any]
    after: dict[str, dict[str, Any]]
    looks: bool = True


OPERATIONS = {
    "create": Operation(
        Request("POST", "/databases$"),
        (),
        {"name": "new", "retention_period": "1d", "max_tables": 7},
        {"new": {"retention_period": DAY, "max_tables": 7}},
    ),
    "update": Operation(
        Request("PATCH", "/databases/old$"), ("old",), {"name": "old", "max_tables": 7}, {"old": {"max_tables": 7}}
    ),
    "rename": Operation(
        Request("PUT", "/databases/old/rename$"), ("old",), {"name": "new", "rename_from": "old"}, {"new": {}}
    ),
    "delete": Operation(
        Request("DELETE", "/databases/old$"),
        ("old", "other"),
        {"name": "old", "state": "absent", "allow_data_loss": True},
        {"other": {}},
    ),
    "follow": Operation(
        Request("PATCH", "/tokens/[^/]+$"),
        ("old",),
        {"name": "new", "rename_from": "old", "update_tokens": True},
        {"new": {}},
        looks=False,
    ),
}
CASES = [
    pytest.param(operation, fault, times, id=f"{name}-{fault}-{often}", marks=PROOF_ONLY if often != "once" else ())
    for name, operation in OPERATIONS.items()
    for fault in FAULTS
    for often, times in TIMES.items()
    if fault != "no secret"
]


def is_done(simulator: Simulator, operation: Operation) -> bool:
    """Whether there is what was asked for and nothing else; never is anything there twice."""
    state = simulator.state()
    present = [one for one in state["databases"] if not one["deleted"]]
    names = [one["name"] for one in present]
    assert len(set(names)) == len(names)
    assert len(state["databases"]) <= max(len(operation.before), len(operation.after)), "another one was made"
    if operation.request.path.startswith("/tokens") and state["database_tokens"][0]["permissions"] != READ_NEW:
        return False
    kept = {one["name"]: one for one in present}
    return sorted(names) == sorted(operation.after) and all(
        kept[name][field] == value for name, fields in operation.after.items() for field, value in fields.items()
    )


@pytest.mark.parametrize(("operation", "fault", "times"), CASES)
def test_a_fault_of_a_request_about_databases(
    simulator: Simulator,
    door: Door,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    operation: Operation,
    fault: str,
    times: int | None,
) -> None:
    for name in operation.before:
        ask(simulator, "POST", "databases", {"name": name})
    ask(simulator, "POST", "tokens", {"description": "reader", "permissions": READ_OLD})
    trouble = Trouble(simulator, door, operation.request, fault, times)
    with monkeypatch.context() as patch:
        trouble.install(patch)
        outcome = run(simulator, door, DEFINITION, **operation.wants)
    trouble.end()
    done = is_done(simulator, operation)
    assert trouble.hits() > 0
    if outcome.error is None:
        assert done, "what is said to be done is not"
        assert outcome.result["changed"]
    elif operation.looks and "delayed" not in fault:
        assert not done, "what is said to have failed is done"
    simulator.clear_faults()
    again = run(simulator, door, DEFINITION, **operation.wants)
    assert again.error is None
    assert again.result["changed"] is not done
    assert is_done(simulator, operation)
