# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random histories of a token: renewals, lost deliveries, revocations by others, clock jumps, two controllers at once.

The model keeps what the service has and what the consumer holds. A run is split into looking (evidence and list) and
acting (plan and apply), so that another run may come in between, and each delivery may be lost.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

from ansible_collections.influxdb3.management.plugins.module_utils._expiry import Desired
from ansible_collections.influxdb3.management.plugins.module_utils._life_cycle import Plan
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import LIVE, MANAGEMENT, Evidence, Token
from ansible_collections.influxdb3.management.tests.unit.plugins.planning import plan_present
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

DAY = timedelta(days=1)
DESCRIPTION = "job"


@dataclass(frozen=True)
class Look:
    """What one run has seen before it acts."""

    evidence: Evidence
    tokens: tuple[Token, ...]
    now: datetime


class Histories(RuleBasedStateMachine):
    """One consumer, two controllers, and a service."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 1, 1, tzinfo=timezone.utc)
        self.tokens: dict[str, Token] = {}
        self.held: str | None = None
        self.replaced: tuple[str, ...] = ()
        self.ever_held: set[str] = set()
        self.looks: dict[int, Look] = {}
        self.ids = itertools.count(1)
        self.desired = Desired()

    @initialize(
        lifetime=st.sampled_from([30, 90]),
        renew_before=st.sampled_from([1, 14, 29]),
        overlap=st.sampled_from([timedelta(0), timedelta(hours=1), DAY, 20 * DAY]),
    )
    def choose(self, lifetime: int, renew_before: int, overlap: timedelta) -> None:
        """Settle the options of the task for this history."""
        self.desired = Desired(
            description=DESCRIPTION, lifetime=lifetime * DAY, renew_before=renew_before * DAY, overlap=overlap
        )

    @rule(
        hours_between=st.sampled_from([6, 24]),
        runs=st.integers(1, 60),
        lost=st.sets(st.integers(1, 60), max_size=2),
        forced=st.sets(st.integers(1, 60), max_size=2),
    )
    def regular_runs(self, hours_between: int, runs: int, lost: set[int], forced: set[int]) -> None:
        """Runs on schedule, undisturbed but for some that force a renewal, and some whose delivery is lost."""
        self.looks.clear()
        for number in range(1, runs + 1):
            self.now += timedelta(hours=hours_between)
            self._act(self._look(), delivered=number not in lost, force=number in forced | lost)

    @rule(controller=st.sampled_from([1, 2]))
    def look(self, controller: int) -> None:
        """A run reads what the consumer holds, and lists the tokens."""
        self.looks[controller] = self._look()

    @precondition(lambda self: self.looks)
    @rule(delivered=st.booleans(), force=st.booleans(), data=st.data())
    def act(self, delivered: bool, force: bool, data: st.DataObject) -> None:
        """A run that has looked plans and applies; another may have acted since."""
        self._act(self.looks.pop(data.draw(st.sampled_from(sorted(self.looks)))), delivered, force)

    @rule(hours=st.sampled_from([1, 6, 24, 24 * 40]))
    def wait(self, hours: int) -> None:
        """Time passes without a run; one that looked long ago never comes to act."""
        self.now += timedelta(hours=hours)
        self.looks.clear()

    @rule(seconds=st.integers(-90, 90))
    def jump(self, seconds: int) -> None:
        """The service's clock is corrected, back or forth."""
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self._live())
    @rule(data=st.data())
    def revoked_by_others(self, data: st.DataObject) -> None:
        """Somebody revokes a token by hand."""
        name = data.draw(st.sampled_from([token.id for token in self._live()]))
        self.tokens[name] = replace(self.tokens[name], revoked_at=self.now)

    @rule()
    def consumer_loses_its_token(self) -> None:
        """The file of the consumer is deleted; what lies beside it remembers what it held."""
        if self.held is not None:
            self.replaced = (*self.replaced, self.held)
            self.held = None

    @invariant()
    def settles(self) -> None:
        """From any state, one undisturbed run leaves the consumer with a live token."""
        if not self.desired.description:
            return
        look = self._look()
        plan = plan_present(MANAGEMENT, self.desired, look.evidence, look.tokens, look.now)
        if plan.create is None:
            assert plan.current is not None
            assert plan.current.id == self.held
            assert plan.current not in plan.revocations
            assert plan.current.expires_at is not None
            assert self.desired.renew_before is not None
            assert self.desired.lifetime is not None
            # A run that looks and acts at different times asks for a little more or less than it is granted.
            life = min(plan.current.expires_at - plan.current.created_at, self.desired.lifetime)
            left = plan.current.created_at + life - self.now
            share = self.desired.renew_before / self.desired.lifetime
            assert left / life > share - 1e-9, "a token that is due is not renewed"

    def _look(self) -> Look:
        evidence = Evidence(True, self.held, path="/etc/token", replaced=self.replaced)
        return Look(evidence, tuple(self.tokens.values()), self.now)

    def _act(self, look: Look, delivered: bool, force: bool) -> None:
        desired = replace(self.desired, force_renew=force)
        plan = plan_present(MANAGEMENT, desired, look.evidence, look.tokens, look.now)
        # A store replaces exactly what was read, so that a run that looked before another wrote begins anew.
        if plan.create is not None and look.evidence.token_id != self.held:
            return
        self._check(plan, look)
        if plan.create is not None:
            name = f"{next(self.ids):09}"
            self.tokens[name] = Token(
                name, DESCRIPTION, created_at=self.now, expires_at=plan.create.expires_at, prefix=name
            )
            if not delivered:
                return
            self.held, self.replaced = name, plan.replaced
            self.ever_held.add(name)
        for token in plan.revocations:
            self.tokens[token.id] = replace(self.tokens[token.id], revoked_at=self.now)

    def _live(self) -> list[Token]:
        return [token for token in self.tokens.values() if token.status(self.now) == LIVE]

    def _check(self, plan: Plan, look: Look) -> None:
        """What no plan may ever do, at the moment it is carried out."""
        for token in plan.revocations:
            assert token.id in self.ever_held, "a token is revoked that this store never held"
            assert plan.create or token.id != self.held, "the token the consumer holds is revoked"
            assert self.desired.overlap is not None
            if plan.create is None:
                assert plan.current is not None
                assert look.now - plan.current.created_at >= self.desired.overlap, "a predecessor is revoked too early"
            else:
                assert self.desired.overlap == timedelta(0), "a predecessor is revoked too early"


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=100, stateful_step_count=15, deadline=None)
