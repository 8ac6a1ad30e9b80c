# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renewal, overlap and retirement: every row of the table with renewal options, at the edges of its times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._expiry import Desired
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DATABASE,
    MANAGEMENT,
    Evidence,
    Kind,
    NewToken,
    Permission,
    Token,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.planning import plan_present

NOW = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
LIFETIME = 90 * DAY
WRITE = frozenset({Permission("write", "metrics")})

both_kinds = pytest.mark.parametrize("kind", [DATABASE, MANAGEMENT], ids=["database", "management"])


def make(kind: Kind, name: str, age: timedelta, **fields: Any) -> Token:
    """A token of the wanted lifetime that was created so long ago."""
    fields.setdefault("expires_at", NOW - age + LIFETIME)
    own = {"permissions": WRITE} if kind is DATABASE else {"prefix": prefix_of(name)}
    return Token(id=name, description="job", created_at=NOW - age, **own, **fields)


def prefix_of(name: str) -> str:
    return f"M.V1.{name:.<4.4}"


def holding(kind: Kind, name: str | None, replaced: tuple[str, ...] = (), path: str | None = "/etc/token") -> Evidence:
    """The evidence of a store that holds a token of this name; ``unknown`` is none, None says that nothing is held."""
    if name == "unknown":
        return Evidence()
    if name is None:
        return Evidence(given=True, path=path, replaced=replaced)
    if path is None and kind is MANAGEMENT:
        return Evidence(True, prefix=prefix_of(name))
    return Evidence(True, token_id=name, path=path, replaced=replaced)


@dataclass(frozen=True)
class Row:
    """Ages of live tokens by name, what is held and was held before, the renewal options, and what comes of it."""

    name: str
    held: str | None
    live: dict[str, timedelta]
    replaced: tuple[str, ...] = ()
    creates: bool = False
    reason: str | None = None
    revokes: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    renew_before: timedelta | None = 14 * DAY
    overlap: timedelta | None = DAY
    force_renew: bool = False
    revoke_others: bool = False


DUE = LIFETIME - 14 * DAY
AT_ONCE = timedelta(0)
FORCED: dict[str, Any] = {"force_renew": True, "creates": True}
ROWS = [
    Row("not due", "old", {"old": DUE - SECOND}, reason="a live {noun} exists as wanted"),
    Row(
        "due",
        "old",
        {"old": DUE},
        creates=True,
        reason="expires in 14 d, renew_before is 14 d",
        predecessors=("old",),
    ),
    Row(
        "due long since",
        "old",
        {"old": LIFETIME - 6 * DAY},
        creates=True,
        reason="expires in 6 d, renew_before is 14 d",
        predecessors=("old",),
    ),
    Row("forced", "old", {"old": DAY}, reason="force_renew is set", predecessors=("old",), **FORCED),
    Row(
        "forced, the predecessor goes at once",
        "old",
        {"old": DAY},
        revokes=("old",),
        predecessors=("old",),
        overlap=AT_ONCE,
        **FORCED,
    ),
    Row(
        "forced, all it held before goes at once, others stay",
        "b",
        {"a": 9 * DAY, "b": 5 * DAY, "c": DAY},
        ("a", "gone"),
        revokes=("a", "b"),
        predecessors=("a", "b"),
        others=("c",),
        overlap=AT_ONCE,
        **FORCED,
    ),
    Row(
        "forced, everything goes at once",
        "b",
        {"b": 5 * DAY, "c": DAY},
        revokes=("b", "c"),
        predecessors=("b",),
        others=("c",),
        overlap=AT_ONCE,
        revoke_others=True,
        **FORCED,
    ),
    Row(
        "due, with one that was held before",
        "b",
        {"a": DUE + DAY, "b": DUE},
        ("a",),
        creates=True,
        predecessors=("a", "b"),
    ),
    Row(
        "due, with others older and newer",
        "b",
        {"a": DUE + DAY, "b": DUE, "c": 5 * DAY},
        creates=True,
        predecessors=("b",),
        others=("a", "c"),
    ),
    Row("nothing held, others stay", None, {"a": DUE, "b": 5 * DAY}, creates=True, others=("a", "b")),
    Row("the secret is gone", None, {"a": DUE}, ("a",), creates=True, predecessors=("a",)),
    Row(
        "the secret is gone, what was held goes at once",
        None,
        {"a": DUE},
        ("a",),
        creates=True,
        revokes=("a",),
        predecessors=("a",),
        overlap=AT_ONCE,
    ),
    Row("a dead one held, others stay", "gone", {"a": DUE, "b": 5 * DAY}, creates=True, others=("a", "b")),
    Row("overlap not over", "b", {"a": DUE, "b": DAY - SECOND}, ("a",), predecessors=("a",)),
    Row(
        "overlap over",
        "b",
        {"a": DUE, "b": DAY},
        ("a",),
        revokes=("a",),
        predecessors=("a",),
        reason="1 live {noun} to revoke, the overlap of 1 d is over",
    ),
    Row(
        "overlap over for two",
        "c",
        {"a": DUE, "b": 30 * DAY, "c": 2 * DAY},
        ("a", "b"),
        revokes=("a", "b"),
        predecessors=("a", "b"),
    ),
    Row("overlap over, but it was never held here", "b", {"a": DUE, "b": 9 * DAY}, others=("a",)),
    Row("no overlap, until it expires", "b", {"a": DUE, "b": 9 * DAY}, ("a",), predecessors=("a",), overlap=None),
    Row("over at once", "b", {"a": DUE, "b": SECOND}, ("a",), revokes=("a",), predecessors=("a",), overlap=AT_ONCE),
    Row(
        "over at once, made in this second",
        "b",
        {"a": DUE, "b": -SECOND / 2},
        ("a",),
        revokes=("a",),
        predecessors=("a",),
        overlap=AT_ONCE,
    ),
    Row("overlap not over, made in this second", "b", {"a": DUE, "b": -SECOND / 2}, ("a",), predecessors=("a",)),
    Row(
        "an older one was put back: it is current, and what came after it is not touched",
        "a",
        {"a": 9 * DAY, "b": 5 * DAY},
        others=("b",),
        overlap=AT_ONCE,
    ),
    Row(
        "what is in place is not retired, though the file has held it before",
        "a",
        {"a": 2 * DAY, "b": 9 * DAY},
        replaced=("a", "b"),
        revokes=("b",),
        predecessors=("b",),
    ),
    Row("others to go, a day old", "a", {"a": 5 * DAY, "b": DAY}, revokes=("b",), others=("b",), revoke_others=True),
    Row("others to go, not a day old", "a", {"a": 5 * DAY, "b": DAY - SECOND}, others=("b",), revoke_others=True),
    Row(
        "others to go, current not a day old",
        "a",
        {"a": HOUR, "b": 9 * DAY},
        others=("b",),
        overlap=None,
        revoke_others=True,
    ),
    Row(
        "others to go, overlap longer than a day",
        "a",
        {"a": 9 * DAY, "b": 2 * DAY},
        others=("b",),
        overlap=3 * DAY,
        revoke_others=True,
    ),
    Row(
        "others to go at once",
        "a",
        {"a": HOUR, "b": HOUR},
        revokes=("b",),
        others=("b",),
        overlap=AT_ONCE,
        revoke_others=True,
    ),
    Row(
        "others to go at once, one of them made within this second",
        "a",
        {"a": HOUR, "b": -SECOND / 2},
        revokes=("a", "b"),
        predecessors=("a",),
        others=("b",),
        overlap=AT_ONCE,
        revoke_others=True,
        **FORCED,
    ),
]


@both_kinds
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_table_of_renewal(kind: Kind, row: Row) -> None:
    live = [make(kind, name, age) for name, age in row.live.items()]
    desired = Desired(
        description="job",
        lifetime=LIFETIME,
        renew_before=row.renew_before,
        overlap=row.overlap,
        force_renew=row.force_renew,
        revoke_others=row.revoke_others,
    )

    plan = plan_present(kind, desired, holding(kind, row.held, row.replaced), live, NOW)

    assert (plan.create is not None) is row.creates
    assert tuple(token.id for token in plan.revocations) == row.revokes
    assert tuple(token.id for token in plan.predecessors) == row.predecessors
    assert tuple(token.id for token in plan.others) == row.others
    if row.reason is not None:
        assert plan.reason == row.reason.format(noun=kind.noun)
    if plan.create is not None:
        # And what nobody lists: a second one that is lost is one too many.
        assert plan.replaced == (*row.predecessors, *(["gone"] if row.held == "gone" else []))
    # What goes later is told with its time; what is kept is named in a warning.
    to_go = {*(row.predecessors if row.overlap is not None else ()), *(row.others if row.revoke_others else ())}
    assert plan.revoke_at.keys() == to_go - {*row.revokes}
    assert bool(plan.warnings) is bool(row.others and not row.revoke_others)


@both_kinds
@pytest.mark.parametrize("held", ["old", "unknown"])
def test_without_a_store_the_predecessor_stays_until_it_expires(kind: Kind, held: str) -> None:
    desired = Desired(description="job", lifetime=LIFETIME, renew_before=14 * DAY)
    old = make(kind, "old", DUE)
    plan = plan_present(kind, desired, holding(kind, held, path=None), [old], NOW)
    assert plan.create is not None
    assert (plan.predecessors, plan.revocations, plan.revoke_at, plan.replaced) == ((old,), (), {}, ())


@both_kinds
def test_without_a_store_overlap_is_refused_unless_others_are_to_go(kind: Kind) -> None:
    tokens = [make(kind, "a", 9 * DAY), make(kind, "b", 2 * DAY)]
    evidence = holding(kind, "b", path=None)
    with pytest.raises(InputError, match=r"^overlap retires what a secret_file held before, and a registered result"):
        plan_present(kind, Desired(description="job", overlap=DAY), evidence, tokens, NOW)
    plan = plan_present(kind, Desired(description="job", overlap=DAY, revoke_others=True), evidence, tokens, NOW)
    assert plan.revocations == (tokens[0],)
    # What goes into a result has not been delivered before the task has ended.
    forced = Desired(description="job", overlap=AT_ONCE, revoke_others=True, force_renew=True)
    successor = plan_present(kind, forced, evidence, tokens, NOW)
    assert (successor.revocations, successor.revoke_at) == ((), {"a": NOW, "b": NOW})


@both_kinds
def test_a_token_without_end_gets_a_successor_only_with_an_overlap(kind: Kind) -> None:
    endless = make(kind, "a", DAY, expires_at=None)
    with pytest.raises(InputError, match=r"^The \w+ token a never expires, so it would live on beside its successor\."):
        plan_present(kind, Desired(description="job", force_renew=True), holding(kind, "a"), [endless], NOW)
    desired = Desired(description="job", force_renew=True, overlap=AT_ONCE)
    assert plan_present(kind, desired, holding(kind, "a"), [endless], NOW).revocations == (endless,)


@both_kinds
def test_what_nobody_has_accepted_yet_is_tried_first_and_nothing_goes_in_its_favour(kind: Kind) -> None:
    tokens = [make(kind, "a", DUE), make(kind, "b", DUE)]
    evidence = replace(holding(kind, "b", ("a",)), accepted=False)
    for force in (False, True):
        desired = Desired(
            description="job", lifetime=LIFETIME, renew_before=14 * DAY, overlap=AT_ONCE, force_renew=force
        )
        plan = plan_present(kind, desired, evidence, tokens, NOW)
        assert plan.verify
        assert (plan.create, plan.revocations, plan.predecessors) == (None, (), (tokens[0],))
    assert plan_present(kind, desired, replace(evidence, accepted=True), tokens, NOW).create is not None


@both_kinds
def test_a_successor_has_the_permissions_of_the_current_token(kind: Kind) -> None:
    desired = Desired(description="job", lifetime=LIFETIME, renew_before=14 * DAY)
    plan = plan_present(kind, desired, holding(kind, "old"), [make(kind, "old", DUE)], NOW)
    permissions = WRITE if kind is DATABASE else None
    assert plan.create == NewToken("job", permissions, NOW + LIFETIME, is_marked=True)


def test_a_successor_has_the_wanted_permissions() -> None:
    reading = frozenset({Permission("read", "metrics")})
    desired = Desired(description="job", lifetime=LIFETIME, renew_before=14 * DAY, permissions=reading)
    plan = plan_present(DATABASE, desired, holding(DATABASE, "old"), [make(DATABASE, "old", DUE)], NOW)
    assert plan.create == NewToken("job", reading, NOW + LIFETIME, is_marked=True)
    assert [update.permissions for update in plan.updates] == [reading]


def test_permissions_of_what_is_revoked_stay_as_they_are() -> None:
    desired = Desired(description="job", overlap=DAY, permissions=frozenset())
    live = [make(DATABASE, "a", 9 * DAY), make(DATABASE, "b", 2 * DAY)]
    plan = plan_present(DATABASE, desired, holding(DATABASE, "b", ("a",)), live, NOW)
    assert [update.token.id for update in plan.updates] == ["b"]
    assert plan.reason.startswith("1 live database token to revoke, the overlap of 1 d is over; permissions of")


@both_kinds
def test_times_of_revocation(kind: Kind) -> None:
    live = [make(kind, "a", 9 * DAY), make(kind, "b", HOUR), make(kind, "c", HOUR / 2)]
    desired = Desired(description="job", overlap=2 * HOUR, revoke_others=True)
    plan = plan_present(kind, desired, holding(kind, "b", ("a",)), live, NOW)
    assert plan.revoke_at == {"a": NOW + HOUR, "c": NOW - HOUR / 2 + 2 * HOUR}


def test_several_without_evidence_or_renewal_options_are_ambiguous() -> None:
    live = [make(DATABASE, "a", 9 * DAY), make(DATABASE, "b", 2 * DAY)]
    with pytest.raises(InputError, match="2 live database tokens have the description 'job'"):
        plan_present(DATABASE, Desired(description="job", lifetime=LIFETIME), Evidence(), live, NOW)


def test_the_own_token_is_renewed_with_a_word_to_the_caller() -> None:
    desired = Desired(description="job", lifetime=LIFETIME, renew_before=14 * DAY, overlap=DAY)
    old = make(MANAGEMENT, "old", DUE)
    plan = plan_present(MANAGEMENT, desired, holding(MANAGEMENT, "old"), [old], NOW, own_prefix=prefix_of("old"))
    assert plan.create is not None
    assert "Authenticate with the successor from now on" in plan.warnings[0]


def test_the_own_token_is_never_revoked_by_age() -> None:
    live = [make(MANAGEMENT, "own", 9 * DAY), make(MANAGEMENT, "a", 8 * DAY), make(MANAGEMENT, "b", 2 * DAY)]
    desired = Desired(description="job", overlap=DAY)
    evidence = holding(MANAGEMENT, "b", ("own", "a"))
    plan = plan_present(MANAGEMENT, desired, evidence, live, NOW, own_prefix=prefix_of("own"))
    assert [token.id for token in plan.revocations] == ["a"]
    assert [token.id for token in plan.predecessors] == ["own", "a"]
    assert "is the one this task authenticates with" in plan.warnings[0]


def test_a_forced_renewal_cures_another_expiry() -> None:
    desired = Desired(description="job", lifetime=10 * DAY, force_renew=True)
    plan = plan_present(DATABASE, desired, holding(DATABASE, "old"), [make(DATABASE, "old", DAY)], NOW)
    assert plan.expiry_mismatch is None


def test_an_overlap_past_all_calendars_revokes_nothing() -> None:
    live = [make(DATABASE, "a", 9 * DAY), make(DATABASE, "b", 2 * DAY)]
    desired = Desired(description="job", overlap=timedelta(days=999999999))
    plan = plan_present(DATABASE, desired, holding(DATABASE, "b", ("a",)), live, NOW)
    assert plan.revocations == ()
    assert plan.revoke_at == {}
