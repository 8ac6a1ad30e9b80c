# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that grants another life than was asked for: the granted one counts, and no run makes a token too many."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Callable

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._expiry import Desired, granted_otherwise
from ansible_collections.influxdb3.management.plugins.module_utils._life_cycle import Plan
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DATABASE,
    LIVE,
    MANAGEMENT,
    Evidence,
    Token,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.planning import plan_present
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def wanted(lifetime: timedelta, renew_before: timedelta) -> Desired:
    return Desired(description="job", lifetime=lifetime, renew_before=renew_before)


def make(age: timedelta, granted: timedelta | None) -> Token:
    created_at = NOW - age
    return Token("made", "job", created_at, None if granted is None else created_at + granted)


def plan_for(desired: Desired, token: Token) -> Plan:
    return plan_present(DATABASE, desired, Evidence(given=True, token_id=token.id), [token], NOW)


# When a token is due. Of 80 days asked for, with 16 before the end, a fifth is the time to renew.


@pytest.mark.parametrize(
    ("granted", "due_at"),
    [
        (20 * DAY, 16 * DAY),
        (79 * DAY, 63.2 * DAY),
        (80 * DAY, 64 * DAY),
        (81 * DAY, 64 * DAY),
        (365 * DAY, 64 * DAY),
        (10 * SECOND, 8 * SECOND),
    ],
    ids=lambda duration: str(duration),
)
def test_a_token_is_due_by_the_shorter_of_the_granted_and_the_wanted_life(
    granted: timedelta, due_at: timedelta
) -> None:
    desired = wanted(80 * DAY, 16 * DAY)
    assert plan_for(desired, make(due_at - SECOND, granted)).create is None
    assert plan_for(desired, make(due_at + SECOND, granted)).create is not None


def test_a_token_without_an_end_is_never_due() -> None:
    plan = plan_for(wanted(80 * DAY, 16 * DAY), make(1000 * DAY, None))
    assert plan.create is None
    assert "never expires, but lifetime is 80 d" in (plan.expiry_mismatch or "")


@pytest.mark.parametrize(
    ("age", "granted", "reason"),
    [
        (66 * DAY, 80 * DAY, "expires in 14 d, renew_before is 16 d"),
        (66 * DAY, 79.5 * DAY, "expires in 13 d 12 h, renew_before is 16 d"),
        (
            16 * DAY + HOUR,
            20 * DAY,
            "3 d 23 h left of 20 d (20 d granted, 80 d asked for), of which renew_before is 4 d",
        ),
        (70 * DAY, 90 * DAY, "10 d left of 80 d (90 d granted, 80 d asked for), of which renew_before is 16 d"),
        (85 * DAY, 90 * DAY, "0 s left of 80 d (90 d granted, 80 d asked for), of which renew_before is 16 d"),
    ],
)
def test_why_it_is_due(age: timedelta, granted: timedelta, reason: str) -> None:
    assert plan_for(wanted(80 * DAY, 16 * DAY), make(age, granted)).reason == reason


def test_both_figures_are_told_of_a_token_that_was_just_made() -> None:
    desired = wanted(80 * DAY, 16 * DAY)
    assert granted_otherwise(MANAGEMENT, desired, make(timedelta(), 20 * DAY)) == (
        "The management token made ('job') expires at 2026-03-22T04:20:19Z, 20 d after its creation, but lifetime is "
        "80 d. It was just made, so this is what the service grants. Ask for that."
    )
    assert "never expires, but lifetime is 80 d" in (granted_otherwise(DATABASE, desired, make(DAY, None)) or "")


@pytest.mark.parametrize("granted", [79.2 * DAY, 80 * DAY, 80.8 * DAY])
def test_a_life_within_the_tolerance_is_not_worth_a_word(granted: timedelta) -> None:
    assert granted_otherwise(DATABASE, wanted(80 * DAY, 16 * DAY), make(timedelta(), granted)) is None


# Histories of runs


@dataclass
class History:
    """A consumer that keeps what it is given, of a service that grants what it likes."""

    desired: Desired
    grant: Callable[[], timedelta]
    made: list[Token] = field(default_factory=list)

    def run(self, now: datetime) -> Plan:
        evidence = Evidence(given=True, token_id=self.made[-1].id if self.made else None)
        plan = plan_present(DATABASE, self.desired, evidence, self.made, now)
        if plan.create is not None:
            self.made.append(Token(str(len(self.made)), "job", now, now + self.grant()))
        return plan


lives = st.integers(1, 200 * 24 * 3600).map(lambda seconds: seconds * SECOND)
gaps = st.just(DAY) | st.integers(1, 30 * 24 * 3600).map(lambda seconds: seconds * SECOND)


@st.composite
def wishes(draw: st.DrawFn) -> tuple[timedelta, timedelta]:
    """A lifetime, and how long before its end, of all that is let pass."""
    lifetime = draw(lives.filter(lambda life: life > SECOND))
    return lifetime, draw(st.integers(1, int(lifetime.total_seconds()) - 1)) * SECOND


@given(
    wish=wishes(),
    granted=st.lists(lives, min_size=1, max_size=8),
    schedule=st.lists(gaps, max_size=60) | st.just([DAY] * 60),
)
def test_no_runs_make_more_than_one_token_a_period(
    wish: tuple[timedelta, timedelta], granted: list[timedelta], schedule: list[timedelta]
) -> None:
    lifetime, renew_before = wish
    answers = [*granted]
    history = History(wanted(lifetime, renew_before), lambda: answers.pop(0) if answers[1:] else answers[0])
    now = NOW
    for gap in (timedelta(), *schedule):
        before = len(history.made)
        history.run(now)
        assert len(history.made) <= before + 1
        assert history.made[-1].status(now) == LIVE
        assert not history.run(now).changes, "the run after one that made a token makes another"
        now += gap
    for token, successor in zip(history.made, history.made[1:]):
        assert token.expires_at is not None
        life = min(token.expires_at - token.created_at, lifetime)
        period = life * (1 - renew_before / lifetime)
        assert successor.created_at - token.created_at >= period - timedelta(milliseconds=1)


def test_sixty_daily_runs_of_a_service_that_grants_a_quarter() -> None:
    history = History(wanted(80 * DAY, 16 * DAY), lambda: 20 * DAY)
    plans = [history.run(NOW + day * DAY) for day in range(60)]
    assert len(history.made) == 4  # on the days 0, 16, 32 and 48
    for day, plan in enumerate(plans):
        figures = plan.reason if plan.create is not None else plan.expiry_mismatch
        assert day == 0 or ("20 d" in (figures or "") and "80 d" in (figures or ""))
