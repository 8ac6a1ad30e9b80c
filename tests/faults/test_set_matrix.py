# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every writing request of a set with everything that may go wrong with it, in the middle of the set.

However it ends, each live token is in the file or the result of its entry, no file holds a dead one, and the same task
once more sets the rest right. A set that stops has started nothing more, and one that goes on has done all else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._run import Outcome
from ansible_collections.influxdb3.management.tests.faults.consumer import RETRIES
from ansible_collections.influxdb3.management.tests.faults.door import Door
from ansible_collections.influxdb3.management.tests.faults.trouble import FAULTS, Request, Trouble
from ansible_collections.influxdb3.management.tests.integration.test_sets import by_secret, held, live, received, run
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

pytestmark = pytest.mark.usefixtures("clock", "_influxctl_here")

NAMES = ["job one", "job three", "job two"]
CREATE = {"database": Request("POST", "/tokens$"), "management": Request("POST", "/management/create$", "create")}
REVOKE = {
    "database": Request("DELETE", "/tokens/[^/]+$"),
    "management": Request("POST", "/management/revoke$", "revoke"),
}
CHANGE = Request("PATCH", "/tokens/[^/]+$")
READ = [{"action": "read", "resource": "metrics"}]
TIMES = {"once": 1, "always": None}
# As often as one entry asks, so that it fails and the others do not.
FOR_ONE_ENTRY = RETRIES + 1
HOLDERS = ("file", "result", "nobody")


def marks(*proof_only: bool) -> Any:
    """Before a commit, one of each kind; all of them before a release."""
    return PROOF_ONLY if any(proof_only) else ()


def faults_of(request: Request) -> list[str]:
    """Those that mean something: only a creation has a secret, and 204 has no body to be wrong.

    influxctl in this process cannot be ended when it waits for too long; test_matrix.py has that.
    """
    left_out = {
        "no secret": request not in CREATE.values(),
        "wrong content type": request is REVOKE["database"],
        "delayed, then changed": request.command is not None,
        "changed, then delayed": request.command is not None,
    }
    return [fault for fault in FAULTS if not left_out.get(fault, False)]


class Faulty:
    """A set with trouble for one kind of its requests."""

    def __init__(self, simulator: Simulator, door: Door, kind: str, folder: Path | None) -> None:
        self._simulator = simulator
        self._door = door
        self._kind = kind
        self._folder = folder

    def run(self, names: list[str], **options: Any) -> Outcome:
        """A run with whatever goes wrong now."""
        return run(self._simulator, self._kind, names, folder=self._folder, url=self._door.url, **options)

    def troubled(
        self, patch: pytest.MonkeyPatch, request: Request, fault: str, times: int | None, **options: Any
    ) -> Outcome:
        """A run with trouble for such requests, which must meet it; what is delayed has been done by then."""
        trouble = Trouble(self._simulator, self._door, request, fault, times)
        with patch.context() as context:
            trouble.install(context)
            # One after the other, so that what is delayed is told from what is not.
            outcome = self.run(NAMES, concurrency=1, **options)
        trouble.end()
        assert trouble.hits() > 0
        self._simulator.clear_faults()
        return outcome

    def holders(self, outcome: Outcome) -> dict[str, str]:
        """The strings that somebody has after a run, by description."""
        return received(outcome) if self._folder is None else held(self._folder)

    def assert_held(self, outcome: Outcome) -> None:
        """Every live token is where its consumer looks for it, and nothing else is there."""
        holders, tokens = self.holders(outcome), by_secret(self._simulator, self._kind)
        assert {
            name: (tokens[secret]["description"], tokens[secret]["status"]) for name, secret in holders.items()
        } == {name: (name, "live") for name in holders}
        assert live(self._simulator, self._kind) == sorted(holders)


CREATIONS = [
    pytest.param(
        kind,
        holder,
        on_error,
        fault,
        times,
        id=f"{kind}-{holder}-{on_error}-{fault}-{often}",
        marks=marks(
            holder == "result",
            on_error == "stop",
            often != "for one entry",
        ),
    )
    for kind, request in CREATE.items()
    for holder in HOLDERS
    for on_error in ("stop", "continue")
    for fault in faults_of(request)
    for often, times in {**TIMES, "for one entry": FOR_ONE_ENTRY}.items()
    # influxctl in this process and the companion of a file would share its streams.
    if (kind, holder) != ("management", "file")
]


@pytest.mark.parametrize(("kind", "holder", "on_error", "fault", "times"), CREATIONS)
def test_a_fault_of_a_creation_in_a_set(
    simulator: Simulator,
    door: Door,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    kind: str,
    holder: str,
    on_error: str,
    fault: str,
    times: int | None,
) -> None:
    folder = tmp_path if holder == "file" else None
    faulty = Faulty(simulator, door, kind, folder)
    outcome = faulty.troubled(
        monkeypatch,
        CREATE[kind],
        fault,
        times,
        on_error=on_error,
        run={"failure_is_received": holder == "result"},
    )
    faulty.assert_held(outcome)
    made = sorted(faulty.holders(outcome))
    if outcome.error is None:
        assert made == NAMES
    elif holder == "nobody":
        assert made == []
    elif on_error == "continue":
        # What prints no secret is asked for once.
        failed = {None: 3, 1: 1, FOR_ONE_ENTRY: 3 if fault == "no secret" else 1}[times]
        assert len(made) == 3 - failed
    # Whoever holds nothing says so, and has another one made.
    if folder is None and made != NAMES:
        again = faulty.run([name for name in NAMES if name not in made], entry=holds_none(kind))
        assert again.error is None
        assert sorted([*made, *received(again)]) == live(simulator, kind) == NAMES
    else:
        again = faulty.run(NAMES)
        assert (again.error, again.result["changed"]) == (None, outcome.error is not None)
        assert live(simulator, kind) == NAMES
        assert folder is None or sorted(held(folder)) == NAMES


def holds_none(kind: str) -> dict[str, Any]:
    return {"held_id" if kind == "database" else "held_prefix": ""}


@pytest.mark.parametrize(
    ("on_error", "fault", "times"),
    [
        pytest.param(
            on_error, fault, times, id=f"{on_error}-{fault}-{often}", marks=marks(on_error == "stop", times is None)
        )
        for on_error in ("stop", "continue")
        for fault in faults_of(REVOKE["database"])
        for often, times in TIMES.items()
    ],
)
def test_a_fault_of_a_revocation_in_a_set(
    simulator: Simulator,
    door: Door,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    on_error: str,
    fault: str,
    times: int | None,
) -> None:
    faulty = Faulty(simulator, door, "database", tmp_path)
    assert faulty.run(NAMES).error is None
    absent = {"entry": {"state": "absent"}}
    outcome = faulty.troubled(monkeypatch, REVOKE["database"], fault, times, on_error=on_error, **absent)
    left = held(tmp_path)
    assert set(live(simulator, "database")) <= set(left), "the only copy of a live secret is gone"
    assert (outcome.error is None) is (left == {})
    if outcome.error is not None and on_error == "continue" and times == 1:
        assert len(left) == 1
    again = faulty.run(NAMES, **absent)
    assert (again.error, again.result["changed"]) == (None, outcome.error is not None)
    assert (live(simulator, "database"), list(tmp_path.iterdir())) == ([], [])


@pytest.mark.parametrize(
    ("kind", "fault", "times"),
    [
        pytest.param(kind, fault, times, id=f"{kind}-{fault}-{often}", marks=marks(kind == "management", times is None))
        for kind, request in REVOKE.items()
        for fault in faults_of(request)
        for often, times in TIMES.items()
    ],
)
def test_a_fault_when_a_set_is_pruned(
    simulator: Simulator, door: Door, monkeypatch: pytest.MonkeyPatch, kind: str, fault: str, times: int | None
) -> None:
    faulty = Faulty(simulator, door, kind, None)
    strays = ["stray one", "stray two"]
    assert faulty.run([*NAMES, *strays]).error is None
    prune: dict[str, Any] = {"prune": {"match": "stray *", "max": 2}}
    outcome = faulty.troubled(monkeypatch, REVOKE[kind], fault, times, **prune)
    left = [name for name in live(simulator, kind) if name in strays]
    pruned = [one["description"] for one in outcome.result["pruned"]]
    assert set(pruned) <= set(strays) - set(left), "what is said to be revoked is live"
    assert (outcome.error is None) is (sorted(pruned) == strays)
    again = faulty.run(NAMES, **prune)
    assert again.error is None
    assert live(simulator, kind) == NAMES


@pytest.mark.parametrize(
    ("fault", "times"),
    [
        pytest.param(fault, times, id=f"{fault}-{often}", marks=marks(times is None))
        for fault in faults_of(CHANGE)
        for often, times in TIMES.items()
    ],
)
def test_a_fault_of_a_change_in_a_set(
    simulator: Simulator, door: Door, monkeypatch: pytest.MonkeyPatch, fault: str, times: int | None
) -> None:
    faulty = Faulty(simulator, door, "database", None)
    assert faulty.run(NAMES).error is None
    wanted: dict[str, Any] = {"entry": {"permissions": READ}}
    outcome = faulty.troubled(monkeypatch, CHANGE, fault, times, on_error="continue", **wanted)
    done = {one["description"]: one["permissions"] == READ for one in by_secret(simulator, "database").values()}
    for one in outcome.result["results"]:
        assert one["outcome"] != "ok" or done[one["description"]], "what is said to be done is not"
    assert (outcome.error is None) is all(one["outcome"] == "ok" for one in outcome.result["results"])
    again = faulty.run(NAMES, **wanted)
    assert (again.error, again.result["changed"]) == (None, not all(done.values()))
    assert live(simulator, "database") == NAMES
