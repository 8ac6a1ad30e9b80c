# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every writing request with everything that may go wrong with it: once, twice, always.

However it ends, the consumer holds the one live token there is, or there is none; and another run sets right the rest.
Where a creation is lost whose token has no expiry to tell it from others, the error names what may be that token.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import (
    _influxctl_process,
    _influxctl_program,
    _token_task,
)
from ansible_collections.influxdb3.management.tests.faults.consumer import RETRIES, Consumer, connection
from ansible_collections.influxdb3.management.tests.faults.door import Door
from ansible_collections.influxdb3.management.tests.faults.influxctl_here import run_in_this_process
from ansible_collections.influxdb3.management.tests.faults.trouble import (
    AT_THE_DOOR,
    FAULTS,
    LOST,
    RETRY_AFTER,
    Request,
    Trouble,
)
from ansible_collections.influxdb3.management.tests.integration.fast_python import FastPython
from ansible_collections.influxdb3.management.tests.integration.no_waiting import Clock
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY, by_level
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

DAY = 86400
ROTATION: dict[str, Any] = {"lifetime": "30d", "renew_before": "10d"}
# What a file held before is retired, and so are all others where a result remembers nothing.
RETIRING: dict[str, Any] = {**ROTATION, "overlap": "2d"}
REVOKING: dict[str, Any] = {**RETIRING, "others": "revoke"}
AT_ONCE: dict[str, Any] = {**ROTATION, "overlap": "0s"}
ENDLESS: dict[str, Any] = {}
OWN_EXPIRY: dict[str, Any] = {"expires_at": "2099-01-31T00:00:00Z"}
CHANGED = [{"action": "read", "resource": "metrics"}]

CREATE_BY_REST = Request("POST", "/tokens$")
UPDATE_BY_REST = Request("PATCH", "/tokens/[^/]+$")
REVOKE_BY_REST = Request("DELETE", "/tokens/[^/]+$")
CREATE_BY_INFLUXCTL = Request("POST", "^/_influxctl/management/create$", "create")
REVOKE_BY_INFLUXCTL = Request("POST", "^/_influxctl/management/revoke$", "revoke")
CREATIONS = (CREATE_BY_REST, CREATE_BY_INFLUXCTL)
REVOCATIONS = (REVOKE_BY_REST, REVOKE_BY_INFLUXCTL)
NOT_FOUND = ("404 with HTML", "404 with HTML after")

# What is tried again after such a failure, and what is not; creations are after all of them but one.
FINAL_FOR_CREATION = ("no secret",)
FINAL_FOR_REST = (*NOT_FOUND, "500", "500 after", "half of the JSON", "a page instead", "a page after")
# A success that cannot be read as the published one: the list tells what came of it.
CONFIRMED_BY_LIST = ("half of the JSON", "a page after")
FINAL_FOR_INFLUXCTL = (*FINAL_FOR_REST, "TLS cut", "dropped before", "dropped after", "cut in the body")


def nothing(consumer: Consumer) -> None:
    """No token yet."""


def provisioned(consumer: Consumer) -> None:
    """A live token that the consumer holds."""
    assert consumer.run(**ROTATION).error is None


def due(consumer: Consumer) -> None:
    """One that is to be renewed."""
    provisioned(consumer)
    consumer.simulator.advance_clock(21 * DAY)


def renewed(consumer: Consumer) -> None:
    """One that has a predecessor whose time is over."""
    due(consumer)
    provisioned(consumer)
    consumer.simulator.advance_clock(2 * DAY + 1)


@dataclass(frozen=True)
class Operation:
    """A run that sends one writing request: what there is before it, what it asks for, and what must be live then.

    ``once`` is what the first run asks for besides. With ``delivers`` the consumer holds a new token before that.
    """

    kind: str
    request: Request
    before: Callable[[Consumer], None]
    wants: dict[str, Any]
    live_after: int
    in_file: bool = False
    once: dict[str, Any] = field(default_factory=dict)
    delivers: bool = False


OPERATIONS = {
    "create database token": Operation("database", CREATE_BY_REST, nothing, ROTATION, 1),
    "create database token into file": Operation("database", CREATE_BY_REST, nothing, ROTATION, 1, in_file=True),
    "create database token without end": Operation("database", CREATE_BY_REST, nothing, ENDLESS, 1),
    "create database token of own expiry": Operation("database", CREATE_BY_REST, nothing, OWN_EXPIRY, 1, in_file=True),
    "renew database token": Operation("database", CREATE_BY_REST, due, RETIRING, 2, in_file=True),
    "update database token": Operation(
        "database", UPDATE_BY_REST, provisioned, {**ROTATION, "permissions": CHANGED}, 1
    ),
    "retire database token": Operation("database", REVOKE_BY_REST, renewed, RETIRING, 1, in_file=True),
    "retire database token at once": Operation(
        "database", REVOKE_BY_REST, provisioned, AT_ONCE, 1, in_file=True, once={"force_renew": True}, delivers=True
    ),
    "revoke other database token": Operation("database", REVOKE_BY_REST, renewed, REVOKING, 1),
    "revoke database token": Operation("database", REVOKE_BY_REST, provisioned, {"state": "absent"}, 0, in_file=True),
    "create management token": Operation("management", CREATE_BY_INFLUXCTL, nothing, ROTATION, 1),
    "create management token without end": Operation("management", CREATE_BY_INFLUXCTL, nothing, ENDLESS, 1),
    "renew management token": Operation("management", CREATE_BY_INFLUXCTL, due, ROTATION, 2),
    "revoke management token": Operation("management", REVOKE_BY_INFLUXCTL, provisioned, {"state": "absent"}, 0),
}
TIMES = {"once": 1, "twice": 2, "always": None}
# Before a commit, what can leave something behind is tried in full: a creation, where one failure after another has to
# be told apart. Of all else, a fault that goes on is an error as that is which strikes once and is final.
TWICE = ("create database token", "create management token")


def means_something(operation: Operation, fault: str) -> bool:
    """Whether there is such a fault here: only a creation has a secret, and 204 has no body to be wrong."""
    if fault == "no secret":
        return operation.request in CREATIONS
    return fault != "wrong content type" or operation.request is not REVOKE_BY_REST


def is_for_a_release(name: str, operation: Operation, often: str) -> bool:
    """Whether a case is one of many like it."""
    return name not in TWICE if often == "twice" else often == "always" and operation.request not in CREATIONS


CASES = [
    pytest.param(
        operation,
        fault,
        times,
        id=f"{name}-{fault}-{often}",
        marks=PROOF_ONLY if is_for_a_release(name, operation, often) else (),
    )
    for name, operation in OPERATIONS.items()
    for fault in FAULTS
    for often, times in TIMES.items()
    if means_something(operation, fault)
]


def is_answered(fault: str) -> bool:
    """Whether what influxctl does has no part in it: it prints what comes, and need not be ended."""
    return "delayed" not in fault


def is_final(request: Request, fault: str) -> bool:
    """Whether the engine must not try again by itself."""
    if request in CREATIONS:
        return fault in FINAL_FOR_CREATION
    return fault in (FINAL_FOR_REST if request.command is None else FINAL_FOR_INFLUXCTL)


def is_left(operation: Operation, fault: str) -> bool:
    """Whether a token was made of which nothing tells that it is ours: it is named, and left alone."""
    return operation.request in CREATIONS and "lifetime" not in operation.wants and fault in LOST


def expected(operation: Operation, fault: str, times: int | None) -> tuple[int, bool]:
    """How often the fault strikes, and whether the run succeeds."""
    request = operation.request
    if is_left(operation, fault):
        return 1, False
    if fault == "wrong content type" or (fault == "404 with HTML after" and request in REVOCATIONS):
        # The list tells that what is not found is revoked.
        return 1, True
    if fault in CONFIRMED_BY_LIST and request in (UPDATE_BY_REST, REVOKE_BY_REST):
        return 1, True
    if is_final(request, fault):
        return 1, False
    attempts = RETRIES + 1
    if fault.endswith(("after", "then delayed", "in the body")) and request is REVOKE_BY_REST:
        # The second attempt finds that it is done, and is hit all the same.
        return min(times or attempts, attempts), times is not None
    return min(times or attempts, attempts), times is not None and times < attempts


@pytest.fixture
def influxctl_path(simulator: Simulator, door: Door, fast_python: FastPython, tmp_path: Path) -> str:
    """An influxctl that goes through the door."""
    path = tmp_path / "influxctl"
    original = Path(simulator.influxctl_path).read_text(encoding="utf-8")
    path.write_text(original.replace(simulator.url, door.url), encoding="utf-8")
    fast_python.replace_program(path)
    return str(path)


@pytest.mark.parametrize(("operation", "fault", "times"), CASES)
def test_a_fault_of_a_writing_request(
    simulator: Simulator,
    door: Door,
    influxctl_path: str,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    operation: Operation,
    fault: str,
    times: int | None,
) -> None:
    secret_file = tmp_path / "job.token" if operation.in_file else None
    consumer = Consumer(simulator, operation.kind, connection(simulator, door.url, influxctl_path), secret_file)
    operation.before(consumer)
    before = consumer.live()
    held = consumer.holds()
    if by_level(is_answered(fault), False):
        monkeypatch.setattr(_influxctl_program, "run_influxctl", run_in_this_process)
    trouble = Trouble(simulator, door, operation.request, fault, times)
    with monkeypatch.context() as patch:
        trouble.install(patch)
        outcome = consumer.run(**operation.wants, **operation.once)
    trouble.end()
    strikes, succeeds = expected(operation, fault, times)
    assert trouble.hits() == strikes
    if fault in AT_THE_DOOR:
        assert trouble.arrived() == (1 if succeeds else 0)
    assert (outcome.error is None) is succeeds, outcome.error
    if fault == "429 with Retry-After" and operation.request.command is None:
        # Once for each attempt that follows.
        assert sum(clock.waits) == pytest.approx(RETRY_AFTER * min(strikes, RETRIES))
    live = consumer.live()
    left = {secret: token for secret, token in live.items() if is_left(operation, fault)}
    assert len(left) == is_left(operation, fault)
    if outcome.error is None:
        assert_done(operation, consumer, live)
    else:
        now_held = consumer.holds()
        assert (now_held == held) is not operation.delivers
        assert set(live) - set(left) <= {*before, now_held}, "a token is live that nobody holds"
        assert all(token["id"] in outcome.error for token in left.values()), "a token is live that nobody knows of"
        assert now_held is None or now_held in live or "state" in operation.wants, "a token in use was revoked"
    # What is left over is for the next run.
    simulator.clear_faults()
    again = consumer.run(**operation.wants)
    assert again.error is None
    assert outcome.error is not None or not again.result["changed"]
    live = consumer.live()
    assert set(left) <= set(live), "a token was revoked that may be another's"
    named = {name: [one["id"] for one in again.result[name]] for name in ("predecessors", "others")}
    if operation.in_file:
        assert named["others"] == [token["id"] for token in left.values()], "a file takes others for its own"
    beside = {token["id"] for secret, token in live.items() if secret != consumer.holds()}
    assert {*named["predecessors"], *named["others"]} == beside, "a token is live that nobody knows of"
    assert_done(operation, consumer, {secret: token for secret, token in live.items() if secret not in left})


@pytest.mark.parametrize("wants", [ROTATION, ENDLESS, OWN_EXPIRY], ids=["lifetime", "endless", "own expiry"])
@pytest.mark.parametrize("first", ["ours", "theirs"])
@pytest.mark.parametrize("kind", ["database", "management"])
def test_what_another_host_makes_at_the_same_moment_survives(
    simulator: Simulator,
    influxctl_path: str,
    door: Door,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    first: str,
    wants: dict[str, Any],
) -> None:
    """One of the same description, made just when the answer to our creation is lost."""
    # However long it takes until the other one asks, it asks for another expiry.
    numbers = itertools.count(0, 4000)
    monkeypatch.setattr(_token_task, "random_number", lambda _most: next(numbers))
    given = connection(simulator, door.url, influxctl_path)
    ours, theirs = Consumer(simulator, kind, given), Consumer(simulator, kind, given)
    request = CREATE_BY_REST if kind == "database" else CREATE_BY_INFLUXCTL
    with monkeypatch.context() as patch:
        at_creation(
            patch,
            request,
            before=lambda: theirs.run(**wants) if first == "theirs" else None,
            send=lambda: simulator.add_fault("drop_after", request.path, request.method),
            after=lambda: theirs.run(**wants) if first == "ours" else None,
        )
        outcome = ours.run(**wants)
    live = ours.live()
    assert theirs.holds() in live, "a token in use was revoked"
    made = simulator.state()[f"{kind}_tokens"][-3 if wants is ROTATION else -2 :]
    if wants is ROTATION:
        assert outcome.error is None
        assert list(live) == [secret for secret in live if secret in (ours.holds(), theirs.holds())]
        assert [token["status"] for token in made].count("revoked") == 1
        assert [token["id"] for token in outcome.result["cleaned_up"]] == [
            token["id"] for token in made if token["status"] == "revoked"
        ]
    else:
        assert "None was revoked, and no other was made" in (outcome.error or "")
        assert len(live) == len(made) == 2
        assert all(token["id"] in (outcome.error or "") for token in made)


def at_creation(
    patch: pytest.MonkeyPatch,
    request: Request,
    before: Callable[[], object],
    send: Callable[[], object],
    after: Callable[[], object],
) -> None:
    """Do something around the first creation that is sent, and no other."""
    pending = [True]
    handle, run = httpx.HTTPTransport.handle_request, _influxctl_process.run_influxctl

    @contextlib.contextmanager
    def moment(is_creation: bool) -> Iterator[None]:
        if not is_creation or not pending:
            yield
            return
        pending.clear()
        before()
        send()
        try:
            yield
        finally:
            after()

    def handle_request(transport: httpx.HTTPTransport, sent: httpx.Request) -> httpx.Response:
        with moment(request.command is None and sent.method == request.method):
            return handle(transport, sent)

    def start(executable: str, arguments: Any, *rest: Any) -> Any:
        with moment(request.command in arguments[1:2]):
            return run(executable, arguments, *rest)

    patch.setattr(httpx.HTTPTransport, "handle_request", handle_request)
    patch.setattr(_influxctl_program, "run_influxctl", start)


def assert_done(operation: Operation, consumer: Consumer, live: dict[str, dict[str, Any]]) -> None:
    """There are as many live tokens as there should be, and the newest is the one that the consumer holds."""
    assert len(live) == operation.live_after
    assert consumer.holds() == (list(live)[-1] if live else None)
    for token in live.values():
        if "permissions" in token and "permissions" in operation.wants:
            assert token["permissions"] == operation.wants["permissions"]
