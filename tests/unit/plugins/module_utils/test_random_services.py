# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Services that grant less, spell otherwise, cut, lag, reorder and renumber, and runs at any time: what holds of all.

As long as a store keeps what was written to it, and the list shows a new token within an hour, no sequence of runs
leaves more than one new live token a period, and none that nobody holds. Of management tokens, only the list tells the
ids, and runs are not as patient as it may be slow.
"""

from __future__ import annotations

import contextlib
import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

pytest.importorskip("ansible.errors", reason="what a store remembers is written by the part of Ansible on a controller")

from ansible_collections.influxdb3.management.plugins.module_utils import _observation, _revocation
from ansible_collections.influxdb3.management.plugins.module_utils._errors import ManagementError
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_output import match_secret
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._token_task import TokenItem
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DATABASE,
    LIVE,
    MANAGEMENT,
    AmbiguousCreationError,
    CreatedToken,
    Evidence,
    Kind,
    NewToken,
    Permission,
    SecretMissingError,
    Token,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_store import (
    entry_of,
    evidence_of,
    known_of,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.clock import Clock
from ansible_collections.influxdb3.management.tests.unit.plugins.token_service import MemoryService
from hypothesis import given, settings
from hypothesis import strategies as st

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
LIFETIME, RENEW_BEFORE = 30 * DAY, 6 * DAY
WANTED: dict[str, Any] = {
    "state": "present",
    "description": "caf\u00e9 on web1",
    "permissions": [{"action": "read", "resource": "*"}, {"action": "write", "resource": "metrics"}],
    "lifetime": "30d",
    "renew_before": "20%",
    "others": "keep",
    "on_expiry_mismatch": "warn",
    "on_other_description": "warn",
    "timeout": 30.0,
    "retries": 0,
}


@dataclass(frozen=True)
class Habits:
    """What a service does to what it is asked."""

    grants: timedelta | None = None
    forgets_the_end: bool = False
    spelling: str = "as asked"
    actions: str = "as asked"
    every: str = "as asked"
    lag: timedelta = timedelta()
    order: str = "as made"
    ids: str = "as made"
    loses: bool = False
    # Whether a database token that is not listed is there by its id.
    gets: bool = False
    # What tells a creation time long past: nothing, lists, or the answer to a creation too.
    dates_back: str = "nothing"

    @property
    def is_slow(self) -> bool:
        """Whether no run is patient enough to see in the list what it has made."""
        return self.loses or self.lag > timedelta()

    @property
    def contradicts(self) -> bool:
        """Whether what it makes is not what was asked for."""
        is_wrong = self.spelling == "cut" or self.every == "dropped" or self.dates_back == "everything"
        return self.forgets_the_end or is_wrong


class HabitualService(MemoryService):
    """Keeps tokens in its own way. What it has lost it does not list, though it is live."""

    def __init__(self, habits: Habits, seed: int) -> None:
        super().__init__()
        self.habits = habits
        self._chance = random.Random(seed)

    def create_token(self, new: NewToken) -> CreatedToken:
        created = super().create_token(new)
        token = self._kept(created.token)
        self.tokens[token.id] = token
        if token.prefix is None:
            return replace(created, token=self._dated(token) if self.habits.dates_back == "everything" else token)
        # As influxctl does: what it prints is a secret, and the list has the rest.
        secret = created.secret.reveal()
        matched = match_secret(self.list_tokens(), [secret])
        if matched is None:
            raise AmbiguousCreationError(SecretMissingError("Not listed."), candidates=[secret])
        return replace(created, token=matched[0])

    def get_token(self, token_id: str) -> Token | None:
        found = super().get_token(token_id.lower()) if self.habits.gets else None
        return found and self._dated(found)

    def list_tokens(self, again: bool = True) -> list[Token]:
        listed = [
            replace(self._dated(token), id=token.id.upper() if self.habits.ids == "in capitals" else token.id)
            for token in super().list_tokens()
            if self.now - token.created_at >= self.habits.lag and not self.habits.loses
        ]
        if self.habits.order == "shuffled":
            self._chance.shuffle(listed)
        return listed

    def revoke_token(self, token_id: str) -> None:
        super().revoke_token(token_id.lower())

    def _dated(self, token: Token) -> Token:
        return token if self.habits.dates_back == "nothing" else replace(token, created_at=token.created_at - 400 * DAY)

    def _kept(self, token: Token) -> Token:
        habits, description, expires_at = self.habits, token.description, token.expires_at
        if habits.spelling == "decomposed":
            description = unicodedata.normalize("NFD", description)
        elif habits.spelling == "spaced":
            description = f" {description} "
        elif habits.spelling == "cut":
            description = description[:4]
        if habits.forgets_the_end:
            expires_at = None
        elif habits.grants is not None and expires_at is not None:
            expires_at = min(expires_at, self.now + habits.grants)
        permissions = None if token.permissions is None else frozenset(self._allowed(token))
        return replace(token, description=description, expires_at=expires_at, permissions=permissions)

    def _allowed(self, token: Token) -> list[Permission]:
        granted: list[Permission] = []
        for one in token.permissions or ():
            action = one.action.upper() if self.habits.actions == "in capitals" else one.action
            every = {"as asked": ["*"], "spelt out": ["metrics", "logs"], "dropped": []}[self.habits.every]
            resources = every if one.resource == "*" else [one.resource]
            granted += [Permission(action, resource) for resource in resources]
        return granted


@dataclass
class Store:
    """A secret file that keeps what was written to it."""

    noun: str = "secret file"
    path: str = "/etc/token"
    patience: float = 0.0
    held: Evidence = field(default_factory=lambda: Evidence(given=True, path="/etc/token"))

    def evidence(self) -> Evidence:
        return self.held

    def write(self, created: CreatedToken, replaced: Sequence[str] = ()) -> None:
        self._keep({**entry_of(created.token, replaced)})

    def learn(self, token: Token) -> None:
        # Once: what it awaits has no id.
        assert self.held.token_id is None
        assert self.held.prefix == token.prefix
        self._keep({**known_of(token), "accepted": True, "replaced": list(self.held.replaced)})

    def _keep(self, entry: dict[str, Any]) -> None:
        self.held = evidence_of({"held": entry}, self.path)

    def differences(self) -> None:
        return None

    def nothing(self) -> None:
        """Always possible."""

    check_writable = try_to_write = verify = mend = check_removable = remove = nothing


habits = st.builds(
    Habits,
    grants=st.none() | st.sampled_from([MINUTE, timedelta(hours=5), 7 * DAY, 20 * DAY, 60 * DAY]),
    forgets_the_end=st.sampled_from([False] * 9 + [True]),
    spelling=st.sampled_from(["as asked", "decomposed", "spaced", "cut"]),
    actions=st.sampled_from(["as asked", "in capitals"]),
    every=st.sampled_from(["as asked", "as asked", "spelt out", "dropped"]),
    lag=st.sampled_from([timedelta(), MINUTE, 59 * MINUTE]),
    order=st.sampled_from(["as made", "shuffled"]),
    ids=st.sampled_from(["as made", "in capitals"]),
    loses=st.sampled_from([False, False, True]),
    gets=st.booleans(),
    dates_back=st.sampled_from(["nothing"] * 4 + ["lists", "everything"]),
)
gaps = st.sampled_from([timedelta(), timedelta(seconds=1), MINUTE, timedelta(hours=2), DAY, DAY, DAY, 5 * DAY])


@pytest.mark.parametrize("kind", [DATABASE, MANAGEMENT], ids=["database", "management"])
@settings(deadline=None)
@given(habits=habits, schedule=st.lists(gaps, min_size=1, max_size=40) | st.just([DAY] * 60), seed=st.integers(0, 99))
def test_no_service_makes_runs_lose_tokens_or_multiply_them(
    kind: Kind, habits: Habits, schedule: list[timedelta], seed: int
) -> None:
    if kind is MANAGEMENT:
        # There is no other way to one than the list, and it allows everything.
        habits = replace(habits, gets=False, every="as asked")
        if habits.dates_back == "lists":
            habits = replace(habits, dates_back="everything")
    service, store = HabitualService(habits, seed), Store()
    began = service.now
    periods: list[datetime] = []
    for gap in schedule:
        service.now += gap
        before = {token.id for token in service.tokens.values()}
        patched = run(kind, service, store)
        made = [
            token for token in service.tokens.values() if token.id not in before and token.status(service.now) == LIVE
        ]
        assert len(made) <= 1
        periods += [token.created_at for token in made]
        assert not patched or service.now == began, "what the service spells otherwise is changed again and again"
        # Whatever is live was held by this store, and by nobody else.
        held = {name.lower() for name in (store.held.name or "", *store.held.replaced)}
        assert all({token.id, (token.prefix or "").lower()} & held for token in made)
        if habits.contradicts and not (kind is MANAGEMENT and habits.is_slow):
            assert made == []
        all_listed = all(service.now - token.created_at >= habits.lag for token in service.tokens.values())
        if made == [] and all_listed and not habits.loses and not habits.contradicts:
            assert store.held.token_id is not None, "what the list tells is not learned"
    for one, next_one in zip(periods, periods[1:]):
        assert next_one - one >= shortest_period(habits), "another token before its time"
    if not habits.contradicts:
        assert periods, "nothing is made for a service that only spells otherwise"
    if habits.loses and not habits.gets:
        # One for the one that was lost, and no third before that should have expired.
        lives = 1 + (service.now - began) // (min(LIFETIME, habits.grants or LIFETIME) * 0.98)
        assert len(periods) <= 2 * lives


def run(kind: Kind, service: HabitualService, store: Store) -> bool:
    """One run, whatever comes of it; returns whether a token was changed in place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_observation, "local_time", lambda: service.now)
        Clock(patch, _revocation)
        service.calls.clear()
        wanted = {**WANTED, "permissions": WANTED["permissions"] if kind.has_permissions else None}
        item = TokenItem(Run(wanted), kind, service, wanted, store, update_token=service.update_token)
        # What cannot be done is said in one line; anything else is a defect.
        with contextlib.suppress(ManagementError):
            item.ensure()
    return any(name == "update" for name, _argument in service.calls)


def shortest_period(habits: Habits) -> timedelta:
    """How long what was granted is good before it is due; where the list loses it, as long as a list may lag."""
    # A little less, as the expiry that is asked for is earlier by chance.
    life = LIFETIME if habits.grants is None else min(LIFETIME, habits.grants)
    period = life * (1 - RENEW_BEFORE / LIFETIME) * 0.98
    return min(period, timedelta(hours=1)) if habits.loses and not habits.gets else period
