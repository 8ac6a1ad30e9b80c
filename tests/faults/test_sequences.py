# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Histories of one token, with faults at every turn: runs, renewals, losses, revocations by others, time that passes.

There are a few before a commit and many before a release, the same ones every time.
"""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _influxctl_program
from ansible_collections.influxdb3.management.plugins.module_utils._host_file import FileError
from ansible_collections.influxdb3.management.plugins.module_utils._run import Outcome
from ansible_collections.influxdb3.management.plugins.module_utils._secret_file import SecretFile
from ansible_collections.influxdb3.management.tests.faults.consumer import Consumer, connection
from ansible_collections.influxdb3.management.tests.faults.influxctl_here import run_in_this_process
from ansible_collections.influxdb3.management.tests.faults.trouble import ORDERS
from ansible_collections.influxdb3.management.tests.level import by_level
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

HOUR = 3600
OVERLAP = timedelta(days=2)
ROTATION = {"lifetime": "30d", "renew_before": "10d"}
# Nothing tells a lost token of these from those of others.
ENDLESS: dict[str, str] = {}
RETIRING = {"overlap": "2d"}
REVOKING = {"overlap": "2d", "others": "revoke"}
# A result remembers nothing, so that without others it retires nothing.
IN_FILE = [{**ROTATION, **RETIRING}, {**ENDLESS, **RETIRING}, {**ROTATION, **REVOKING}]
IN_RESULT = [{**ROTATION, **REVOKING}, {**ENDLESS, **REVOKING}, ROTATION]
SOMETHING_ELSE = "somebody's own"
REQUESTS = {
    "database": {
        "create": ("POST", "/tokens$"),
        "list": ("GET", "/tokens$"),
        "revoke": ("DELETE", "/tokens/[^/]+$"),
    },
    "management": {
        "create": ("POST", "management/create$"),
        "list": ("GET", "management/list$"),
        "revoke": ("POST", "management/revoke$"),
    },
}
# All that take no time.
FAULTS = sorted(name for name, order in ORDERS.items() if "seconds" not in order)
# One order for each kind of request, so that no more go wrong than the engine tries again.
TROUBLE = st.dictionaries(
    st.sampled_from(("create", "create", "list", "revoke")),
    st.tuples(st.sampled_from(FAULTS), st.integers(1, 2)),
    min_size=1,
    max_size=3,
)
Trouble = dict[str, tuple[str, int]]


class World:
    """Where the histories take place; ``undeliverable`` makes the next write of a secret file fail."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self.simulator = simulator
        self.folder = folder
        self.undeliverable = False
        self.steps = 0
        self.struck = 0
        self.named = 0

    def replace(self, file: SecretFile, content: bytes, side: bytes) -> None:
        """In place of the method that writes secret files."""
        if self.undeliverable:
            raise FileError("No space left on device. Make room there.")
        _REPLACE(file, content, side)


_REPLACE = SecretFile._replace


class History(RuleBasedStateMachine):
    """One consumer, by one kind of token and one way of holding it."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self._simulator = self.world.simulator
        self._delivered: set[str] = set()
        self._named: set[str] = set()
        # Those of others, and those that a file held before it was taken over.
        self._strangers: set[str] = set()

    @initialize(
        kind=st.sampled_from(("database", "management")),
        in_file=st.booleans(),
        wants=st.integers(0, 2),
    )
    def begin(self, kind: str, in_file: bool, wants: int) -> None:
        """Nothing is there yet."""
        self._wants: dict[str, Any] = (IN_FILE if in_file else IN_RESULT)[wants]
        self._revokes_others = "others" in self._wants
        self._simulator.reset()
        self.world.undeliverable = False
        shutil.rmtree(self.world.folder, ignore_errors=True)
        self.world.folder.mkdir()
        given = connection(self._simulator, self._simulator.url, self._simulator.influxctl_path)
        secret_file = self.world.folder / "job.token" if in_file else None
        self._consumer = Consumer(self._simulator, kind, given, secret_file)
        self._somebody = Consumer(self._simulator, kind, given)

    @rule(trouble=TROUBLE, force=st.sampled_from((False, False, True)))
    def converge(self, trouble: Trouble, force: bool) -> None:
        """A daily run, or one that must renew."""
        before, begun = self._consumer.holds(), self._now()
        outcome = self._run(trouble, **self._wants, force_renew=force)
        if outcome.error is None:
            assert self._consumer.holds() in self._consumer.live(), (
                "a run succeeded, and its consumer holds no live token"
            )
            assert not force or self._consumer.holds() != before
            if self._consumer.holds() == before and "overlap" in self._wants:
                self._check_grace(begun)

    @rule(trouble=TROUBLE)
    def lose_the_delivery(self, trouble: Trouble) -> None:
        """The token is made, and cannot be handed over."""
        before = self._consumer.holds()
        if self._consumer.secret_file is None:
            # Where the answer is lost besides, the token is left to the next run, which may have made it.
            trouble = {where: what for where, what in trouble.items() if where != "create"}
        self.world.undeliverable = True
        outcome = self._run(trouble, **self._wants, force_renew=True)
        self.world.undeliverable = False
        assert outcome.error is not None
        assert self._consumer.holds() == before

    @precondition(lambda self: self._consumer.secret_file is not None)
    @rule(trouble=TROUBLE)
    def answer_a_leak(self, trouble: Trouble) -> None:
        """What the file holds and held is not good any more, at once."""
        before = self._consumer.holds()
        if self._run(trouble, **{**self._wants, "overlap": "0s"}, force_renew=True).error is None:
            live = set(self._consumer.live())
            assert self._consumer.holds() in live
            assert before not in live
            assert live - self._kept() == {self._consumer.holds()}

    @rule(trouble=TROUBLE)
    def remove(self, trouble: Trouble) -> None:
        """The token is not wanted any more."""
        held = self._consumer.holds()
        others = {"others": "revoke"} if self._revokes_others else {}
        if self._run(trouble, state="absent", **others).error is None:
            live = set(self._consumer.live())
            assert held not in live
            assert live <= self._kept()

    @rule()
    def be_joined(self) -> None:
        """Another host has a token of the same description."""
        self._somebody.held = None
        assert self._somebody.run().error is None
        self._strangers.add(self._somebody.holds() or "")

    @precondition(lambda self: self._consumer.secret_file is not None)
    @rule(trouble=TROUBLE)
    def be_overwritten(self, trouble: Trouble) -> None:
        """The file is somebody's own. It is left alone until it is taken over; what it held is nobody's then."""
        file = self._consumer.secret_file
        assert file is not None
        file.write_text(SOMETHING_ELSE, encoding="utf-8")
        self._strangers |= set(self._consumer.live())
        requests = len(self._simulator.requests())
        for state in ("present", "absent"):
            assert "set take_over" in (self._run({}, **{**self._wants, "state": state}).error or "")
        assert len(self._simulator.requests()) == requests
        assert file.read_text(encoding="utf-8") == SOMETHING_ELSE
        if self._run(trouble, **self._wants, take_over=True).error is not None:
            assert self._run({}, **self._wants, take_over=True).error is None
        assert self._consumer.holds() in self._consumer.live()

    @rule(hours=st.sampled_from((1, 12, 25, 49, 12 * 24, 21 * 24, 31 * 24)))
    def pass_time(self, hours: int) -> None:
        """Until a token is over its time, or due, or expired."""
        self._simulator.advance_clock(hours * HOUR)

    @precondition(lambda self: self._consumer.holds() is not None)
    @rule(is_missing=st.booleans())
    def lose_what_is_held(self, is_missing: bool) -> None:
        """The file is emptied or removed, or the variable forgotten."""
        self._consumer.held = None
        if self._consumer.secret_file is None:
            return
        if is_missing:
            self._consumer.secret_file.unlink()
        else:
            self._consumer.secret_file.write_text("", encoding="utf-8")

    @precondition(lambda self: self._consumer.holds() in self._consumer.live())
    @rule()
    def be_revoked_by_others(self) -> None:
        """An administrator revokes what is held."""
        held = self._consumer.live()[self._consumer.holds() or ""]
        assert self._somebody.run(id=held["id"], state="absent").error is None

    def teardown(self) -> None:
        """Without faults everything comes right: runs with the time between them that the rule of grace asks for."""
        if not hasattr(self, "_consumer"):
            return
        for _run in range(4):
            assert self._run({}, **self._wants).error is None
            self._simulator.advance_clock((OVERLAP + timedelta(minutes=1)).total_seconds())
        self.world.named += len(self._named)
        live = list(self._consumer.live())
        assert self._consumer.holds() in live
        if "overlap" in self._wants:
            assert [secret for secret in live if secret not in self._kept()] == [self._consumer.holds()]

    def _run(self, trouble: Trouble, **options: Any) -> Outcome:
        """A run with faults. No token is live then that was never handed over, and none is lost that was in use."""
        requests = len(self._simulator.requests())
        for where, (fault, times) in trouble.items():
            method, path = REQUESTS[self._consumer.kind][where]
            self._simulator.add_fault(path=path, method=method, times=times, **ORDERS[fault])
        before, held_before = set(self._consumer.live()), self._consumer.holds()
        in_use = {held_before} & before
        # What nobody asks to be revoked: without overlap, state or others, nothing.
        untouchable = before & self._kept() if options.keys() & {"overlap", "state"} else before
        tokens = self._count_tokens()
        by_result = self._consumer.secret_file is None

        def has_receiver() -> bool:
            return not (self.world.undeliverable and by_result and self._count_tokens() > tokens)

        outcome = self._consumer.run(has_receiver=has_receiver, **options)
        self._simulator.clear_faults()
        self.world.steps += 1
        self.world.struck += sum(one["fault"] is not None for one in self._simulator.requests()[requests:])
        if (held := self._consumer.holds()) is not None:
            self._delivered.add(held)
        live = set(self._consumer.live())
        if "lifetime" not in self._wants and outcome.error is not None:
            self._named |= {
                secret for secret, token in self._consumer.live().items() if token["id"] in outcome.error
            } - self._delivered
        assert live <= self._delivered | self._named | self._strangers, "a token is live that nobody ever held or knows"
        assert in_use <= live or options.get("state") == "absent" or options.get("overlap") == "0s", (
            "a token in use was revoked"
        )
        assert held in {*live, held_before, None}, "what is in place was revoked"
        assert untouchable <= live, "a token was revoked that may be another's"
        return outcome

    def _kept(self) -> set[str]:
        """What may be another's, and so stays: all that a file never held, and all that a result has forgotten."""
        if self._revokes_others:
            return set()
        if self._consumer.secret_file is not None:
            return self._named | self._strangers
        return set(self._consumer.live()) - {self._consumer.holds() or ""}

    def _count_tokens(self) -> int:
        return len(self._simulator.state()[f"{self._consumer.kind}_tokens"])

    def _now(self) -> datetime:
        return datetime.fromisoformat(self._simulator.state()["time"])

    def _check_grace(self, begun: datetime) -> None:
        """Beside the held token, only those live whose time after it, or after their own creation, was not over yet."""
        live = self._consumer.live()
        held = live.pop(self._consumer.holds() or "")
        for secret, token in live.items():
            if secret in self._kept():
                continue
            newer = max(datetime.fromisoformat(one["created_at"]) for one in (held, token))
            # The service tells the time in whole seconds.
            assert begun - newer < OVERLAP + timedelta(seconds=1), "a token outlives its time"


@pytest.mark.usefixtures("clock")
def test_histories(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_influxctl_program, "run_influxctl", run_in_this_process)
    examples = by_level(40, 1000)
    with Simulator.start(http=True) as simulator:
        world = World(simulator, tmp_path / "held")
        monkeypatch.setattr(History, "world", world, raising=False)
        monkeypatch.setattr(SecretFile, "_replace", lambda file, *texts: world.replace(file, *texts))
        run_state_machine_as_test(
            History,
            settings=settings(
                max_examples=examples,
                stateful_step_count=12,
                derandomize=True,
                # A history is short, and to look for a shorter one takes minutes.
                phases=(Phase.generate,),
                report_multiple_bugs=False,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    print(f"{examples} histories, {world.steps} runs, {world.struck} failing requests, {world.named} tokens named")
    assert world.struck > examples
    assert world.named > examples / 20
