# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renewal, overlap and retirement: every row of the table with renewal options, at the edges of its times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._life_cycle import (
    Desired,
    plan_absent,
    plan_present,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DATABASE,
    MANAGEMENT,
    Evidence,
    Kind,
    NewToken,
    Permission,
    Token,
)

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


def holding(kind: Kind, name: str | None) -> Evidence:
    """The evidence for a held token of this name; ``unknown`` is none, and None says that nothing is held."""
    if name == "unknown":
        return Evidence()
    if name is None:
        return Evidence(given=True)
    return Evidence(True, token_id=name) if kind is DATABASE else Evidence(True, prefix=prefix_of(name))


@dataclass(frozen=True)
class Row:
    """Ages of live tokens by name, what is held, the renewal options, and what comes of it."""

    name: str
    held: str | None
    live: dict[str, timedelta]
    creates: bool = False
    reason: str | None = None
    revokes: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()
    unheld: tuple[str, ...] = ()
    renew_before: timedelta | None = 14 * DAY
    overlap: timedelta | None = DAY
    force_renew: bool = False


DUE = LIFETIME - 14 * DAY
ROWS = [
    Row("not due", "old", {"old": DUE - SECOND}, reason="a live {noun} exists as wanted"),
    Row("due", "old", {"old": DUE}, True, "expires in 14 d, renew_before is 14 d", predecessors=("old",)),
    Row(
        "due long since",
        "old",
        {"old": LIFETIME - 6 * DAY},
        True,
        "expires in 6 d, renew_before is 14 d",
        predecessors=("old",),
    ),
    Row("due without evidence", "unknown", {"old": DUE}, True, predecessors=("old",)),
    Row("forced", "old", {"old": DAY}, True, "force_renew is set", predecessors=("old",), force_renew=True),
    Row("due, with an older one", "b", {"a": DUE + DAY, "b": DUE}, True, predecessors=("a", "b")),
    Row("due, with a newer one not held", "a", {"a": DUE, "b": 5 * DAY}, True, predecessors=("a",), unheld=("b",)),
    Row("nothing held, both stay", None, {"a": DUE, "b": 5 * DAY}, True, unheld=("a", "b")),
    Row("a dead one held, both stay", "gone", {"a": DUE, "b": 5 * DAY}, True, unheld=("a", "b")),
    Row("overlap not over", "b", {"a": DUE, "b": DAY - SECOND}, predecessors=("a",)),
    Row(
        "overlap over",
        "b",
        {"a": DUE, "b": DAY},
        revokes=("a",),
        reason="1 live {noun} to revoke, the overlap of 1 d is over",
    ),
    Row("overlap over for two", "c", {"a": DUE, "b": 30 * DAY, "c": 2 * DAY}, revokes=("a", "b")),
    Row("no overlap, nothing revoked", "b", {"a": DUE, "b": 9 * DAY}, predecessors=("a",), overlap=None),
    Row("no overlap at all", "b", {"a": DUE, "b": SECOND}, revokes=("a",), overlap=timedelta(0)),
    Row("no overlap, made in this second", "b", {"a": DUE, "b": -SECOND / 2}, revokes=("a",), overlap=timedelta(0)),
    Row("overlap not over, made in this second", "b", {"a": DUE, "b": -SECOND / 2}, predecessors=("a",)),
    Row("by age alone", "unknown", {"a": DUE, "b": DAY}, revokes=("a",)),
    Row("too young for age alone", "unknown", {"a": DUE, "b": HOUR}, predecessors=("a",)),
    Row("newest is current without evidence", "unknown", {"a": LIFETIME - DAY, "b": HOUR}, predecessors=("a",)),
    Row("unheld and a day old", "a", {"a": 5 * DAY, "b": DAY}, revokes=("b",), overlap=HOUR),
    Row("unheld and not a day old", "a", {"a": 5 * DAY, "b": DAY - SECOND}, unheld=("b",), overlap=HOUR),
    Row("unheld, overlap longer than a day", "a", {"a": 9 * DAY, "b": 2 * DAY}, unheld=("b",), overlap=3 * DAY),
    Row("unheld of the same instant", "a", {"a": HOUR, "b": HOUR}, unheld=("b",), overlap=timedelta(0)),
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
    )

    plan = plan_present(kind, desired, holding(kind, row.held), live, NOW)

    assert (plan.create is not None) is row.creates
    assert tuple(token.id for token in plan.revocations) == row.revokes
    assert tuple(token.id for token in plan.predecessors) == row.predecessors
    assert tuple(token.id for token in plan.unheld) == row.unheld
    if row.reason is not None:
        assert plan.reason == row.reason.format(noun=kind.noun)
    if row.overlap is None:
        assert plan.revoke_at == {}
    else:
        assert plan.revoke_at.keys() == {*row.predecessors, *row.unheld}


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
    plan = plan_present(DATABASE, desired, holding(DATABASE, "b"), live, NOW)
    assert [update.token.id for update in plan.updates] == ["b"]
    assert plan.reason.startswith("1 live database token to revoke, the overlap of 1 d is over; permissions of")


@both_kinds
def test_times_of_revocation(kind: Kind) -> None:
    live = [make(kind, "a", 9 * DAY), make(kind, "b", HOUR), make(kind, "c", HOUR / 2)]
    desired = Desired(description="job", overlap=2 * HOUR)
    plan = plan_present(kind, desired, holding(kind, "b"), live, NOW)
    assert plan.revoke_at == {"a": NOW + HOUR, "c": NOW - HOUR / 2 + DAY}


def test_revoking_by_age_alone_is_a_warning() -> None:
    live = [make(DATABASE, "a", 9 * DAY), make(DATABASE, "b", 2 * DAY)]
    (warning,) = plan_present(DATABASE, Desired(description="job", overlap=DAY), Evidence(), live, NOW).warnings
    assert "by age alone" in warning
    assert "held_id or secret_file" in warning
    known = plan_present(DATABASE, Desired(description="job", overlap=DAY), holding(DATABASE, "b"), live, NOW)
    assert known.warnings == ()


def test_several_without_evidence_or_renewal_options_are_ambiguous() -> None:
    live = [make(DATABASE, "a", 9 * DAY), make(DATABASE, "b", 2 * DAY)]
    with pytest.raises(InputError, match="2 live database tokens have the description 'job'"):
        plan_present(DATABASE, Desired(description="job", lifetime=LIFETIME), Evidence(), live, NOW)


@pytest.mark.parametrize("option", ["renew_before", "overlap", "force_renew"])
def test_absent_with_renewal_options_revokes_every_generation(option: str) -> None:
    live = [make(MANAGEMENT, "a", 9 * DAY), make(MANAGEMENT, "b", 2 * DAY)]
    options: dict[str, Any] = {option: True if option == "force_renew" else DAY}
    plan = plan_absent(MANAGEMENT, Desired(description="job", **options), Evidence(), live, NOW)
    assert [token.id for token in plan.revocations] == ["a", "b"]


def test_the_own_token_is_renewed_with_a_word_to_the_caller() -> None:
    desired = Desired(description="job", lifetime=LIFETIME, renew_before=14 * DAY, overlap=DAY)
    old = make(MANAGEMENT, "old", DUE)
    plan = plan_present(MANAGEMENT, desired, holding(MANAGEMENT, "old"), [old], NOW, own_prefix=prefix_of("old"))
    assert plan.create is not None
    assert "Authenticate with the successor from now on" in plan.warnings[0]


def test_the_own_token_is_never_revoked_by_age() -> None:
    live = [make(MANAGEMENT, "own", 9 * DAY), make(MANAGEMENT, "a", 8 * DAY), make(MANAGEMENT, "b", 2 * DAY)]
    desired = Desired(description="job", overlap=DAY)
    plan = plan_present(MANAGEMENT, desired, holding(MANAGEMENT, "b"), live, NOW, own_prefix=prefix_of("own"))
    assert [token.id for token in plan.revocations] == ["a"]
    assert [token.id for token in plan.predecessors] == ["own"]
    assert "is the one this task authenticates with" in plan.warnings[0]


def test_a_prefix_that_several_generations_share_protects_them_all() -> None:
    twins = [make(MANAGEMENT, "same1", 9 * DAY), make(MANAGEMENT, "same2", 2 * DAY)]
    assert twins[0].prefix == twins[1].prefix
    desired = Desired(description="job", overlap=DAY)
    plan = plan_present(MANAGEMENT, desired, holding(MANAGEMENT, "same1"), twins, NOW)
    assert plan.revocations == ()


def test_a_forced_renewal_cures_another_expiry() -> None:
    desired = Desired(description="job", lifetime=10 * DAY, force_renew=True)
    plan = plan_present(DATABASE, desired, holding(DATABASE, "old"), [make(DATABASE, "old", DAY)], NOW)
    assert plan.expiry_mismatch is None


def test_an_overlap_past_all_calendars_revokes_nothing() -> None:
    live = [make(DATABASE, "a", 9 * DAY), make(DATABASE, "b", 2 * DAY)]
    desired = Desired(description="job", overlap=timedelta(days=999999999))
    plan = plan_present(DATABASE, desired, holding(DATABASE, "b"), live, NOW)
    assert plan.revocations == ()
    assert plan.revoke_at == {}
