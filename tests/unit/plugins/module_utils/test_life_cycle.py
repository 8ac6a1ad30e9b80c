# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life-cycle plan of both kinds of token: every row of its decision table, and what holds for every plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._expiry import Desired, longest_mark
from ansible_collections.influxdb3.management.plugins.module_utils._life_cycle import Plan
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DATABASE,
    EXPIRED,
    LIVE,
    MANAGEMENT,
    REVOKED,
    CreatedToken,
    Evidence,
    Kind,
    NewToken,
    Permission,
    Secret,
    Token,
    Update,
    permissions_as_list,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.planning import plan_absent, plan_present
from ansible_collections.influxdb3.management.tests.unit.plugins.token_service import MemoryService
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
READ = Permission("read", "metrics")
WRITE = Permission("write", "metrics")

both_kinds = pytest.mark.parametrize("kind", [DATABASE, MANAGEMENT], ids=["database", "management"])


def make(kind: Kind, name: str, age: timedelta = DAY, description: str = "job", **fields: Any) -> Token:
    """A token with this id that was created so long ago; live unless the fields say otherwise."""
    if kind is DATABASE:
        fields.setdefault("permissions", frozenset({WRITE}))
    else:
        fields.setdefault("prefix", prefix_of(name))
    return Token(id=name, description=description, created_at=NOW - age, **fields)


def prefix_of(name: str) -> str:
    return f"M.V1.{name:.<4.4}"


def holding(kind: Kind, name: str) -> Evidence:
    """Evidence that the consumer holds the token of this name, in the way the held_* option of the kind says it."""
    if kind is DATABASE:
        return Evidence(given=True, token_id=name)
    return Evidence(given=True, prefix=prefix_of(name))


UNKNOWN = Evidence()
NONE = Evidence(given=True)


# The decision table, row by row


@dataclass(frozen=True)
class Row:
    """What is held and live, and what state present makes of it. Tokens are ``(name, days since creation)``."""

    name: str
    held: str
    live: tuple[tuple[str, int], ...]
    creates: bool
    reason: str
    current: str | None = None
    others: tuple[str, ...] = ()


NO_LIVE = "no live {noun} has the description 'job'"
AS_WANTED = "a live {noun} exists as wanted"
NOT_KNOWN = "a live {noun} exists as wanted; its secret is not known here"
HOLDS_NONE = "its consumer holds no {noun} with the description 'job'"
HOLDS_DEAD = "the {noun} its consumer holds is not a live one with the description 'job'"
OLD_NEW = (("old", 9), ("new", 1))
THREE = (("old", 9), ("mid", 5), ("new", 1))

ROWS = [
    Row("unknown, none live", "unknown", (), True, NO_LIVE),
    Row("unknown, one live", "unknown", (("old", 9),), False, NOT_KNOWN, current="old"),
    Row("none held, none live", "none", (), True, NO_LIVE),
    Row("none held, one live", "none", (("old", 9),), True, HOLDS_NONE, others=("old",)),
    Row("none held, two live", "none", OLD_NEW, True, HOLDS_NONE, others=("old", "new")),
    Row("dead held, none live", "gone", (), True, NO_LIVE),
    Row("dead held, one live", "gone", (("old", 9),), True, HOLDS_DEAD, others=("old",)),
    Row("dead held, two live", "gone", OLD_NEW, True, HOLDS_DEAD, others=("old", "new")),
    Row("live held, just it", "old", (("old", 9),), False, AS_WANTED, current="old"),
    Row("live held, it and older", "new", OLD_NEW, False, AS_WANTED, current="new", others=("old",)),
    Row("live held, two older", "new", THREE, False, AS_WANTED, current="new", others=("old", "mid")),
    Row("live held, it and newer", "old", OLD_NEW, False, AS_WANTED, current="old", others=("new",)),
    Row("live held, older and newer", "mid", THREE, False, AS_WANTED, current="mid", others=("old", "new")),
]


@both_kinds
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_decision_table(kind: Kind, row: Row) -> None:
    live = [make(kind, name, age * DAY) for name, age in row.live]
    bystanders = [
        make(kind, "revoked", 3 * DAY, revoked_at=NOW - DAY),
        make(kind, "expired", 3 * DAY, expires_at=NOW),
        make(kind, "gone", 4 * DAY, revoked_at=NOW - DAY),
        make(kind, "other", 3 * DAY, description="another job"),
    ]
    evidence = {"unknown": UNKNOWN, "none": NONE}.get(row.held, holding(kind, row.held))

    plan = plan_present(kind, Desired(description="job"), evidence, [*bystanders, *reversed(live)], NOW)

    assert replace(plan, warnings=()) == Plan(
        reason=row.reason.format(noun=kind.noun),
        current=next((token for token in live if token.id == row.current), None),
        create=NewToken("job", frozenset() if kind is DATABASE else None) if row.creates else None,
        others=tuple(token for token in live if token.id in row.others),
    )
    assert plan.before == tuple(live)
    # What is not held here is named, and nothing is done to it.
    assert [[name for name in row.others if name in warning] for warning in plan.warnings] == (
        [list(row.others)] if row.others else []
    )
    assert plan.changes is row.creates


@both_kinds
def test_several_live_without_evidence_are_an_error_that_lists_them(kind: Kind) -> None:
    observed = [make(kind, name, age * DAY) for name, age in OLD_NEW]
    with pytest.raises(InputError) as caught:
        plan_present(kind, Desired(description="job"), UNKNOWN, observed, NOW)
    assert str(caught.value) == (
        f"2 live {kind.noun}s have the description 'job': old (created 2026-02-21T04:20:19Z), "
        f"new (created 2026-03-01T04:20:19Z). Say which one its consumer holds with {kind.held_option} "
        "or secret_file, or name one token by id."
    )


@both_kinds
@pytest.mark.parametrize("dead", [{"revoked_at": NOW - DAY}, {"expires_at": NOW}], ids=["revoked", "expired"])
def test_a_held_token_that_is_not_live_is_dead(kind: Kind, dead: dict[str, Any]) -> None:
    held, live = make(kind, "held", **dead), make(kind, "live")
    plan = plan_present(kind, Desired(description="job"), holding(kind, "held"), [held, live], NOW)
    assert plan.create == NewToken("job", frozenset() if kind is DATABASE else None)
    assert plan.reason == HOLDS_DEAD.format(noun=kind.noun)
    assert plan.others == (live,)


@both_kinds
def test_a_held_live_token_of_another_description_is_current_and_named(kind: Kind) -> None:
    held, live = make(kind, "held", description="another job"), make(kind, "live")
    plan = plan_present(kind, Desired(description="job"), holding(kind, "held"), [held, live], NOW)
    assert (plan.create, plan.current, plan.others, plan.changes) == (None, held, (live,), False)
    assert plan.other_description == (
        f"The consumer holds the live {kind.noun} held, which is called 'another job' and not 'job'. It stays; its "
        "successor gets the new description, when it is due or with force_renew, set once."
    )
    forced = Desired(description="job", lifetime=DAY, overlap=DAY, force_renew=True, revoke_others=True)
    successor = plan_present(kind, forced, holding(kind, "held"), [held, live], NOW)
    assert successor.create is not None
    assert (successor.create.description, successor.predecessors) == ("job", (held,))
    assert successor.create.permissions == held.permissions


def test_permissions_of_a_held_token_of_another_description_are_not_changed() -> None:
    held = make(DATABASE, "held", description="another job")
    evidence = Evidence(given=True, token_id="held", path="/etc/token")
    desired = Desired(description="job", permissions=frozenset({READ}))
    with pytest.raises(InputError, match=r"^/etc/token holds the database token held, .* has other permissions than"):
        plan_present(DATABASE, desired, evidence, [held], NOW)
    as_it_is = Desired(description="job", permissions=held.permissions)
    assert not plan_present(DATABASE, as_it_is, evidence, [held], NOW).changes


@both_kinds
def test_a_token_that_was_just_made_may_not_be_listed_yet(kind: Kind) -> None:
    def plan(age: timedelta, observed: Sequence[Token] = (), expires_at: datetime | None = None) -> Plan:
        evidence = Evidence(True, "new", path="/etc/token", created_at=NOW - age, expires_at=expires_at)
        return plan_present(kind, Desired(description="job"), evidence, observed, NOW)

    early = plan(timedelta(minutes=59))
    assert not early.changes
    assert early.reason == f"the {kind.noun} new was just made; it is not listed yet"
    assert plan(timedelta(minutes=61)).create is not None
    assert plan(SECOND, expires_at=NOW).create is not None
    # Listed as dead, it is dead at once.
    assert plan(SECOND, [make(kind, "new", revoked_at=NOW)]).create is not None
    evidence = Evidence(True, "new", path="/etc/token", created_at=NOW)
    with pytest.raises(InputError, match=r"does not list it yet\. Nothing was revoked"):
        plan_absent(kind, Desired(description="job"), evidence, [], NOW)


@both_kinds
def test_a_token_that_the_list_lacks_is_replaced_once(kind: Kind) -> None:
    """A list that loses tokens would have every run make another one."""

    def plan(evidence: Evidence, *observed: Token, **more: Any) -> Plan:
        return plan_present(kind, Desired(description="job", **more), evidence, observed, NOW)

    held = Evidence(True, "a", path="/etc/token", created_at=NOW - DAY)
    first = plan(held)
    assert first.create is not None
    assert first.replaced == ("a",)
    # Its successor is listed: all is well.
    successor = replace(held, token_id="b", replaced=first.replaced)
    assert not plan(successor, make(kind, "b")).changes
    with pytest.raises(InputError) as caught:
        plan(successor)
    assert str(caught.value) == (
        f"The service lists neither the {kind.noun} b, which /etc/token holds, nor a, which it held before. Another "
        "one would be lost in the same way, so none was made. Check account_id, cluster_id and url, or set force_renew "
        "once for another one."
    )
    assert plan(successor, force_renew=True).create is not None
    # What has expired may be forgotten, and what is listed as dead is not lost.
    assert plan(replace(successor, expires_at=NOW)).create is not None
    assert plan(successor, make(kind, "b", revoked_at=NOW)).create is not None
    assert plan(replace(successor, replaced=())).create is not None


def test_a_secret_file_names_a_management_token_by_its_id() -> None:
    live = [make(MANAGEMENT, "old", 9 * DAY), make(MANAGEMENT, "new")]
    evidence = Evidence(given=True, token_id="old")
    plan = plan_present(MANAGEMENT, Desired(description="job"), evidence, live, NOW)
    assert (plan.current, plan.others, plan.create) == (live[0], (live[1],), None)


def test_a_prefix_that_several_tokens_share_says_only_what_the_description_tells() -> None:
    evidence = Evidence(given=True, prefix="M.V1.same")
    mine, other = (make(MANAGEMENT, name, prefix="M.V1.same", description=name) for name in ("job", "another job"))
    plan = plan_present(MANAGEMENT, Desired(description="job"), evidence, [other, mine], NOW)
    assert (plan.current, plan.create) == (mine, None)
    twins = [make(MANAGEMENT, name, prefix="M.V1.same") for name in ("a", "b")]
    plan = plan_present(MANAGEMENT, Desired(description="job"), evidence, twins, NOW)
    assert plan.create is not None
    assert (plan.others, plan.revocations) == (tuple(twins), ())


@both_kinds
@pytest.mark.parametrize(("expires_in", "creates"), [(SECOND, False), (timedelta(0), True), (-SECOND, True)])
def test_a_token_is_live_until_the_instant_of_its_expiry(kind: Kind, expires_in: timedelta, creates: bool) -> None:
    plan = plan_present(kind, Desired(description="job"), UNKNOWN, [make(kind, "a", expires_at=NOW + expires_in)], NOW)
    assert (plan.create is not None) is creates


def test_a_description_must_match_to_the_letter_however_it_is_spelt() -> None:
    observed = [make(DATABASE, name, description=name) for name in ("Job", "jo b", "jo")]
    plan = plan_present(DATABASE, Desired(description="job"), UNKNOWN, observed, NOW)
    assert (plan.before, plan.create) == ((), NewToken("job", frozenset()))


# What is created


def test_a_creation_has_the_wanted_permissions_and_expiry() -> None:
    desired = Desired(description="job", permissions=frozenset({READ, WRITE}), expires_at=NOW + DAY)
    plan = plan_present(DATABASE, desired, UNKNOWN, [], NOW)
    assert plan.create == NewToken("job", frozenset({READ, WRITE}), NOW + DAY)


def test_a_lifetime_counts_from_now_in_whole_seconds() -> None:
    now = NOW + timedelta(microseconds=999_999)
    plan = plan_present(MANAGEMENT, Desired(description="job", lifetime=90 * DAY), UNKNOWN, [], now)
    assert plan.create == NewToken("job", None, NOW + 90 * DAY, is_marked=True)


@pytest.mark.parametrize(
    ("lifetime", "seconds"),
    [
        # Half of 1 % or of five minutes, the larger; of what is shorter than that, a tenth.
        (90 * DAY, 38880),
        (timedelta(hours=9), 162),
        (timedelta(hours=1), 150),
        (timedelta(minutes=10), 60),
        (9 * SECOND, 0),
    ],
)
def test_a_token_of_a_lifetime_expires_so_much_earlier_that_it_can_be_told_from_others(
    lifetime: timedelta, seconds: int
) -> None:
    assert longest_mark(lifetime) == seconds
    desired = Desired(description="job", lifetime=lifetime, renew_before=lifetime / 5)
    plan = plan_present(DATABASE, desired, UNKNOWN, [], NOW, mark=seconds * SECOND)
    assert plan.create == NewToken("job", frozenset(), NOW + lifetime - seconds * SECOND, is_marked=True)
    # Nobody is told that it is another lifetime than the wanted one, and it is not due.
    made = make(DATABASE, "a", 30 * SECOND, expires_at=plan.create.expires_at)
    if lifetime > 60 * SECOND:
        again = plan_present(DATABASE, desired, UNKNOWN, [made], NOW)
        assert (again.create, again.expiry_mismatch) == (None, None)
    # So has a successor, which is the same decision.
    forced = plan_present(DATABASE, replace(desired, force_renew=True), UNKNOWN, [made], NOW, mark=seconds * SECOND)
    assert forced.create is not None
    assert (forced.create.expires_at, forced.create.is_marked) == (plan.create.expires_at, True)


@pytest.mark.parametrize("expires_at", [NOW + DAY, None])
def test_an_expiry_of_the_users_is_asked_for_as_it_is(expires_at: datetime | None) -> None:
    desired = Desired(description="job", expires_at=expires_at)
    plan = plan_present(DATABASE, desired, UNKNOWN, [], NOW, mark=7 * SECOND)
    assert plan.create == NewToken("job", frozenset(), expires_at)


@pytest.mark.parametrize("expires_at", [NOW, NOW - SECOND], ids=["now", "past"])
@pytest.mark.parametrize("observed", [[], [make(DATABASE, "a")]], ids=["to create", "to keep"])
def test_an_expiry_must_lie_in_the_future(expires_at: datetime, observed: list[Token]) -> None:
    with pytest.raises(
        InputError, match=r"^expires_at 2026-03-02T04:20:1[89]Z is not in the future \(the service's ti"
    ):
        plan_present(DATABASE, Desired(description="job", expires_at=expires_at), UNKNOWN, observed, NOW)


def test_an_expiry_may_lie_one_second_ahead() -> None:
    plan = plan_present(DATABASE, Desired(description="job", expires_at=NOW + SECOND), UNKNOWN, [], NOW)
    assert plan.create is not None


def test_a_lifetime_must_end_before_the_calendar_does() -> None:
    longest = datetime.max.replace(tzinfo=timezone.utc) - NOW
    plan = plan_present(DATABASE, Desired(description="job", lifetime=longest), UNKNOWN, [], NOW)
    assert plan.create is not None
    assert plan.create.expires_at == datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)
    for lifetime in (longest + timedelta(microseconds=1), timedelta.max):
        with pytest.raises(InputError, match=r"^lifetime reaches past the year 9999\. Give a shorter one"):
            plan_present(DATABASE, Desired(description="job", lifetime=lifetime), UNKNOWN, [], NOW)


def test_revoking_asks_for_no_expiry() -> None:
    desired = Desired(description="job", expires_at=NOW - DAY)
    assert plan_absent(DATABASE, desired, UNKNOWN, [make(DATABASE, "a")], NOW).changes


# Permissions


def test_permissions_are_a_set() -> None:
    desired = Desired(description="job", permissions=frozenset([READ, WRITE, READ]))
    plan = plan_present(DATABASE, desired, UNKNOWN, [make(DATABASE, "a", permissions=frozenset([WRITE, READ]))], NOW)
    assert not plan.changes


@pytest.mark.parametrize(
    ("wanted", "granted", "same"),
    [
        ([("read", "a")], [("READ", "a")], True),
        ([("read", "*")], [("read", "a"), ("read", "b")], True),
        ([("read", "*"), ("write", "a")], [("read", "a"), ("write", "a")], True),
        ([("read", "*"), ("read", "a")], [("read", "*")], True),
        ([("read", "*")], [("read", "*"), ("write", "a")], False),
        ([("read", "*")], [], False),
        ([("read", "a")], [("read", "*")], False),
        ([("read", "a")], [("read", "A")], False),
        ([("read", "a"), ("write", "a")], [("read", "a")], False),
        ([], [], True),
    ],
)
def test_permissions_that_are_only_spelt_otherwise_are_as_wanted(
    wanted: list[tuple[str, str]], granted: list[tuple[str, str]], same: bool
) -> None:
    token = make(DATABASE, "a", permissions=frozenset(Permission(*one) for one in granted))
    desired = Desired(description="job", permissions=frozenset(Permission(*one) for one in wanted))
    assert plan_present(DATABASE, desired, UNKNOWN, [token], NOW).changes is not same


def test_permissions_that_are_not_given_are_left_alone() -> None:
    token = make(DATABASE, "a", permissions=frozenset({READ}))
    assert not plan_present(DATABASE, Desired(description="job"), UNKNOWN, [token], NOW).changes


def test_empty_permissions_take_all_away() -> None:
    token = make(DATABASE, "a", permissions=frozenset({READ}))
    plan = plan_present(DATABASE, Desired(description="job", permissions=frozenset()), UNKNOWN, [token], NOW)
    assert plan.updates == (Update(token, permissions=frozenset()),)
    assert plan.updates[0].applied() == replace(token, permissions=frozenset())
    assert plan.reason == "permissions of 1 live database token to change; its secret is not known here"


@pytest.mark.parametrize("held", ["old", "mid", "new", "gone"])
def test_changed_permissions_go_to_what_this_store_holds_and_held(held: str) -> None:
    old, mid, new = (make(DATABASE, name, age * DAY) for name, age in THREE)
    stranger = make(DATABASE, "stranger")
    mid = replace(mid, permissions=frozenset({READ}))
    desired = Desired(description="job", permissions=frozenset({READ}))
    evidence = Evidence(True, held, path="/etc/token", replaced=("old", "mid", "new"))
    plan = plan_present(DATABASE, desired, evidence, [stranger, new, mid, old], NOW)
    assert {update.token.id for update in plan.updates} == {"old", "new"}
    assert all(update.permissions == frozenset({READ}) for update in plan.updates)
    assert (plan.create is not None) is (held == "gone")
    assert plan.others == (stranger,)
    if held != "gone":
        assert plan.reason == "permissions of 2 live database tokens to change"


# By id


@both_kinds
def test_a_token_named_by_id_stays_as_it_is(kind: Kind) -> None:
    token = make(kind, "a")
    for desired in (Desired(id="a"), Desired(id="a", description="job")):
        plan = plan_present(kind, desired, UNKNOWN, [make(kind, "b"), token], NOW)
        assert plan == Plan(reason=f"a live {kind.noun} exists as wanted", current=token)


@both_kinds
def test_an_unknown_id_is_an_error(kind: Kind) -> None:
    with pytest.raises(InputError) as caught:
        plan_present(kind, Desired(id="x"), UNKNOWN, [make(kind, "a")], NOW)
    assert str(caught.value) == (
        f"There is no {kind.noun} with the id x. List the live ones with {kind.noun.replace(' ', '_')}_info, "
        "or name the token by description."
    )


@both_kinds
@pytest.mark.parametrize(
    ("fields", "status"), [({"expires_at": NOW}, "expired"), ({"revoked_at": NOW - DAY}, "revoked")]
)
def test_an_id_that_is_not_live_is_an_error(kind: Kind, fields: dict[str, Any], status: str) -> None:
    with pytest.raises(InputError) as caught:
        plan_present(kind, Desired(id="a"), UNKNOWN, [make(kind, "a", **fields)], NOW)
    assert str(caught.value) == (
        f"The {kind.noun} with the id a is {status}, and a token that is not live cannot be changed. "
        "Name the token by description to have a live one created."
    )


def test_an_id_with_another_description_renames_a_database_token() -> None:
    token, twin = make(DATABASE, "a"), make(DATABASE, "b")
    desired = Desired(id="a", description="new", permissions=frozenset({READ}))
    plan = plan_present(DATABASE, desired, UNKNOWN, [twin, token], NOW)
    assert plan.updates == (Update(token, description="new", permissions=frozenset({READ})),)
    assert plan.updates[0].applied() == replace(token, description="new", permissions=frozenset({READ}))
    assert (plan.current, plan.before) == (token, (token,))
    assert plan.reason == "description and permissions of 1 live database token to change"


def test_a_management_token_cannot_be_renamed() -> None:
    with pytest.raises(InputError) as caught:
        plan_present(MANAGEMENT, Desired(id="a", description="new"), UNKNOWN, [make(MANAGEMENT, "a")], NOW)
    assert str(caught.value) == (
        "The management token with the id a has the description 'job', and a management token cannot be renamed. "
        "Create one with the new description, then revoke this one."
    )


# Expiry of a token that exists


def mismatch(desired: Desired, token: Token) -> str | None:
    plan = plan_present(DATABASE, replace(desired, description="job"), UNKNOWN, [token], NOW)
    assert not plan.changes
    return plan.expiry_mismatch


@pytest.mark.parametrize(
    ("difference", "matches"),
    [(timedelta(0), True), (SECOND, True), (-SECOND, True), (1.001 * SECOND, False), (-1.001 * SECOND, False)],
)
def test_an_expiry_may_differ_by_a_second(difference: timedelta, matches: bool) -> None:
    token = make(DATABASE, "a", expires_at=NOW + DAY + difference)
    assert (mismatch(Desired(expires_at=NOW + DAY), token) is None) is matches


@pytest.mark.parametrize(
    ("lifetime", "difference", "matches"),
    [
        (timedelta(hours=1), timedelta(minutes=5), True),
        (timedelta(hours=1), timedelta(minutes=-5), True),
        (timedelta(hours=1), timedelta(minutes=5, microseconds=1), False),
        (timedelta(hours=1), timedelta(minutes=-5, microseconds=-1), False),
        (timedelta(minutes=500), timedelta(minutes=5), True),
        (timedelta(minutes=600), timedelta(minutes=6), True),
        (timedelta(minutes=600), timedelta(minutes=6, seconds=1), False),
        (timedelta(days=100), timedelta(days=-1), True),
        (timedelta(days=100), timedelta(days=-1, seconds=-1), False),
    ],
)
def test_a_lifetime_may_differ_by_five_minutes_or_one_percent(
    lifetime: timedelta, difference: timedelta, matches: bool
) -> None:
    created_at = NOW - timedelta(minutes=20)
    token = replace(make(DATABASE, "a"), created_at=created_at, expires_at=created_at + lifetime + difference)
    assert (mismatch(Desired(lifetime=lifetime), token) is None) is matches


def test_a_mismatch_says_what_is_and_what_was_wanted_and_what_to_do() -> None:
    token = make(DATABASE, "a", expires_at=NOW + 6 * DAY)
    to_do = (
        " An expiry cannot be changed: revoke the token (state: absent) and run the task again "
        "to have one with the wanted expiry, or set force_renew "
        "once for a successor that has it."
    )
    assert mismatch(Desired(expires_at=NOW + DAY), token) == (
        "The database token a ('job') expires at 2026-03-08T04:20:19Z, but expires_at is 2026-03-03T04:20:19Z." + to_do
    )
    assert mismatch(Desired(lifetime=90 * DAY), token) == (
        "The database token a ('job') expires at 2026-03-08T04:20:19Z, 7 d after its creation, but lifetime is 90 d."
        + to_do
    )
    never = make(DATABASE, "a")
    for desired, wanted in (
        (Desired(expires_at=NOW + DAY), "expires_at is 2026-03-03T04:20:19Z"),
        (Desired(lifetime=DAY), "lifetime is 1 d"),
    ):
        assert mismatch(desired, never) == f"The database token a ('job') never expires, but {wanted}." + to_do


def test_an_expiry_that_is_not_given_cannot_differ() -> None:
    assert mismatch(Desired(), make(DATABASE, "a", expires_at=NOW + DAY)) is None


def test_the_expiry_of_the_current_token_counts_and_not_that_of_others() -> None:
    old, new = make(DATABASE, "old", 9 * DAY, expires_at=NOW + DAY), make(DATABASE, "new")
    desired = Desired(description="job", expires_at=NOW + DAY)
    held_old = plan_present(DATABASE, desired, holding(DATABASE, "old"), [old, new], NOW)
    held_new = plan_present(DATABASE, desired, holding(DATABASE, "new"), [old, new], NOW)
    held_none = plan_present(DATABASE, desired, NONE, [old, new], NOW)
    by_id = plan_present(DATABASE, Desired(id="new", expires_at=NOW + DAY), UNKNOWN, [old, new], NOW)
    assert held_old.expiry_mismatch is None
    assert held_none.expiry_mismatch is None
    assert "never expires" in (held_new.expiry_mismatch or "")
    assert "never expires" in (by_id.expiry_mismatch or "")


# Absent


@both_kinds
@pytest.mark.parametrize(
    "observed", [[], [{"revoked_at": NOW - DAY}], [{"expires_at": NOW}]], ids=["missing", "revoked", "expired"]
)
@pytest.mark.parametrize("held", ["unknown", "none", "a"])
def test_absent_finds_nothing_to_do(kind: Kind, observed: list[dict[str, Any]], held: str) -> None:
    evidence = {"unknown": UNKNOWN, "none": NONE}.get(held, holding(kind, held))
    tokens = [make(kind, "a", **fields) for fields in observed]
    plan = plan_absent(kind, Desired(description="job"), evidence, tokens, NOW)
    # A prefix that no list has is no proof of anything, which is said.
    is_unknown = kind is MANAGEMENT and held == "a" and not observed
    assert replace(plan, warnings=()) == Plan(reason=f"no live {kind.noun} with description 'job'")
    assert ["neither live nor revoked" in warning for warning in plan.warnings] == [True] * is_unknown
    assert not plan.changes


@both_kinds
@pytest.mark.parametrize("evidence", [UNKNOWN, NONE])
def test_absent_leaves_another_description_alone(kind: Kind, evidence: Evidence) -> None:
    plan = plan_absent(kind, Desired(description="job"), evidence, [make(kind, "a", description="another job")], NOW)
    assert plan == Plan(reason=f"no live {kind.noun} with description 'job'")


@both_kinds
@pytest.mark.parametrize(
    ("observed", "status"),
    [
        ([], "unknown"),
        ([{"revoked_at": NOW - DAY}], "revoked"),
        ([{"expires_at": NOW}], "expired"),
    ],
)
def test_absent_by_id_finds_nothing_to_do(kind: Kind, observed: list[dict[str, Any]], status: str) -> None:
    tokens = [make(kind, "live"), *(make(kind, "a", **fields) for fields in observed)]
    plan = plan_absent(kind, Desired(id="a"), UNKNOWN, tokens, NOW)
    assert plan == Plan(reason=f"the {kind.noun} with id a is {status}, nothing to revoke")


@both_kinds
@pytest.mark.parametrize("desired", [Desired(id="a"), Desired(description="job"), Desired(id="a", description="x")])
def test_absent_revokes_a_live_token(kind: Kind, desired: Desired) -> None:
    token = make(kind, "a")
    dead = make(kind, "dead", revoked_at=NOW - DAY)
    plan = plan_absent(kind, desired, UNKNOWN, [make(kind, "b", description="other"), dead, token], NOW)
    named = "description 'job'" if desired.id is None else "id a"
    assert plan == Plan(
        reason=f"state is absent, 1 live {kind.noun} with {named} to revoke",
        predecessors=(token,),
        revocations=(token,),
    )


@both_kinds
def test_absent_by_id_leaves_other_generations_alone(kind: Kind) -> None:
    old, new = make(kind, "old", 9 * DAY), make(kind, "new")
    assert plan_absent(kind, Desired(id="old"), UNKNOWN, [old, new], NOW).revocations == (old,)


@both_kinds
def test_absent_with_several_live_fails_and_lists_them(kind: Kind) -> None:
    observed = [make(kind, name, age * DAY) for name, age in OLD_NEW]
    with pytest.raises(InputError, match=rf"^2 live {kind.noun}s have the description 'job': old \(.*\), new \("):
        plan_absent(kind, Desired(description="job"), UNKNOWN, observed, NOW)


@both_kinds
def test_absent_revokes_what_is_and_was_held_and_names_the_rest(kind: Kind) -> None:
    old, mid, new = (make(kind, name, age * DAY) for name, age in THREE)
    held = Evidence(True, "mid", path="/etc/token", replaced=("old", "gone"))
    plan = plan_absent(kind, Desired(description="job"), held, [new, mid, old], NOW)
    assert (plan.revocations, plan.others) == ((old, mid), (new,))
    assert plan.reason == f"state is absent, 2 live {kind.noun}s with description 'job' to revoke"
    (warning,) = plan.warnings
    assert warning == (
        f"1 live {kind.noun} with the description 'job' that this consumer does not hold: new. Nothing was done to it. "
        f"What nobody uses ends by {kind.module} with state: absent and its id, all of them by others: revoke."
    )
    everything = plan_absent(kind, Desired(description="job", revoke_others=True), held, [new, mid, old], NOW)
    assert (everything.revocations, everything.others, everything.warnings) == ((old, mid, new), (), ())


@both_kinds
@pytest.mark.parametrize("held", ["none", "gone"])
def test_absent_of_what_is_not_held_revokes_nothing_unless_others_are_to_go(kind: Kind, held: str) -> None:
    old, new = (make(kind, name, age * DAY) for name, age in OLD_NEW)
    evidence = NONE if held == "none" else holding(kind, held)
    plan = plan_absent(kind, Desired(description="job"), evidence, [new, old], NOW)
    assert (plan.revocations, plan.others) == ((), (old, new))
    assert plan.reason == f"no live {kind.noun} with description 'job' is held here"
    everything = plan_absent(kind, Desired(description="job", revoke_others=True), evidence, [new, old], NOW)
    assert everything.revocations == (old, new)


@both_kinds
def test_absent_without_evidence_takes_several_only_where_others_are_to_go(kind: Kind) -> None:
    live = [make(kind, name, age * DAY) for name, age in OLD_NEW]
    plan = plan_absent(kind, Desired(description="job", revoke_others=True), UNKNOWN, live, NOW)
    assert plan.revocations == tuple(live)


@both_kinds
def test_absent_refuses_a_held_token_of_another_description(kind: Kind) -> None:
    tokens = [make(kind, "a", description="another job"), make(kind, "b")]
    with pytest.raises(InputError) as caught:
        plan_absent(kind, Desired(description="job"), holding(kind, "a"), tokens, NOW)
    assert str(caught.value) == (
        f"The consumer holds the {kind.noun} a, which is called 'another job' and not 'job'. Nothing was revoked. Give "
        "that description, or revoke the token by id."
    )


@pytest.mark.parametrize("desired", [Desired(id="own"), Desired(description="job")])
def test_absent_refuses_the_token_the_task_authenticates_with(desired: Desired) -> None:
    observed = [make(MANAGEMENT, "own"), make(MANAGEMENT, "old", 9 * DAY)]
    desired = replace(desired, revoke_others=True)
    with pytest.raises(InputError) as caught:
        plan_absent(MANAGEMENT, desired, NONE, observed, NOW, own_prefix=prefix_of("own"))
    named = "description 'job'" if desired.id is None else "id own"
    assert str(caught.value) == (
        f"The management token with {named} is the one this task authenticates with, and is not revoked. "
        "Authenticate with another management token to revoke it."
    )


def test_absent_refuses_no_other_token() -> None:
    own, other = make(MANAGEMENT, "own", description="mine"), make(MANAGEMENT, "a")
    plan = plan_absent(MANAGEMENT, Desired(description="job"), UNKNOWN, [own, other], NOW, own_prefix=prefix_of("own"))
    assert plan.revocations == (other,)


def test_absent_of_a_token_that_is_no_longer_live_is_fine_even_if_it_has_our_prefix() -> None:
    dead = make(MANAGEMENT, "own", revoked_at=NOW - DAY)
    assert not plan_absent(MANAGEMENT, Desired(id="own"), NONE, [dead], NOW, own_prefix=prefix_of("own")).changes


# What tokens say of themselves


@pytest.mark.parametrize(
    ("expires_at", "revoked_at", "status"),
    [
        (None, None, LIVE),
        (NOW + SECOND, None, LIVE),
        (NOW, None, EXPIRED),
        (None, NOW, REVOKED),
        (NOW + DAY, NOW - DAY, REVOKED),
        (NOW - DAY, NOW - DAY, REVOKED),
    ],
)
def test_status(expires_at: datetime | None, revoked_at: datetime | None, status: str) -> None:
    assert make(DATABASE, "a", expires_at=expires_at, revoked_at=revoked_at).status(NOW) == status


def test_metadata_of_a_database_token() -> None:
    token = make(DATABASE, "a", permissions=frozenset({WRITE, READ}), expires_at=NOW, revoked_at=NOW - DAY)
    assert token.metadata(DATABASE, NOW) == {
        "id": "a",
        "description": "job",
        "status": "revoked",
        "created_at": "2026-03-01T04:20:19Z",
        "expires_at": "2026-03-02T04:20:19Z",
        "revoked_at": "2026-03-01T04:20:19Z",
        "permissions": [{"action": "read", "resource": "metrics"}, {"action": "write", "resource": "metrics"}],
    }


def test_metadata_of_a_management_token() -> None:
    assert make(MANAGEMENT, "abcd", created_by="somebody").metadata(MANAGEMENT, NOW) == {
        "id": "abcd",
        "description": "job",
        "status": "live",
        "created_at": "2026-03-01T04:20:19Z",
        "expires_at": None,
        "revoked_at": None,
        "prefix": "M.V1.abcd",
        "created_by": "somebody",
    }


@both_kinds
def test_metadata_of_a_token_to_come_has_the_same_keys(kind: Kind) -> None:
    new = NewToken("job", frozenset({WRITE}) if kind is DATABASE else None, NOW + DAY)
    token = make(kind, "a", expires_at=NOW + DAY)
    expected = {**token.metadata(kind, NOW), "id": None, "created_at": None}
    if kind is MANAGEMENT:
        expected["prefix"] = None
    assert new.metadata(kind) == expected


def test_a_secret_shows_itself_only_when_asked() -> None:
    created = CreatedToken(make(DATABASE, "a"), Secret("apiv1_hush"))
    assert created.secret.reveal() == "apiv1_hush"
    for shown in (repr(created), str(created.secret), f"{created.secret}", f"{created} {[created]!r}"):
        assert "hush" not in shown
        assert "Secret(hidden)" in shown


# What holds for every plan. The service of these tests lives in memory.


def carry_out(plan: Plan, service: MemoryService) -> Token | None:
    """Apply a plan and return the token it created."""
    for update in plan.updates:
        service.update_token(update)
    created = None if plan.create is None else service.create_token(plan.create).token
    for token in plan.revocations:
        service.revoke_token(token.id)
    return created


IDS = ("a", "b", "c", "d", "e")
kinds = st.sampled_from([DATABASE, MANAGEMENT])
permission_sets = st.frozensets(st.sampled_from([READ, WRITE, Permission("read", "*")]))


# Mostly live and of the wanted description, as it takes several of those to be wrong.
lives: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        *[{}] * 5,
        {"expires_at": NOW + SECOND},
        {"expires_at": NOW + 90 * DAY},
        {"expires_at": NOW},
        {"expires_at": NOW - DAY},
        {"revoked_at": NOW - DAY},
        {"revoked_at": NOW - DAY, "expires_at": NOW - DAY},
        {"description": "other"},
    ]
)


@st.composite
def observations(draw: st.DrawFn, kind: Kind) -> list[Token]:
    """Tokens of two descriptions, live and not, often of the same instant, sometimes with the same prefix."""
    tokens = []
    for name in draw(st.lists(st.sampled_from(IDS), unique=True)):
        fields: dict[str, Any] = {"description": "job", **draw(lives)}
        if kind is DATABASE:
            fields["permissions"] = draw(permission_sets)
        else:
            fields["prefix"] = draw(st.sampled_from(["M.V1.aaaa", "M.V1.bbbb", "M.V1.cccc"]))
        tokens.append(Token(id=name, created_at=NOW - DAY * draw(st.integers(1, 2)), **fields))
    return tokens


@st.composite
def situations(draw: st.DrawFn) -> tuple[Kind, Desired, Evidence, list[Token]]:
    """Everything a plan starts from, with the description as identity."""
    kind = draw(kinds)
    expiry = draw(st.sampled_from(["none", "expires_at", "lifetime"]))
    desired = Desired(
        description="job",
        permissions=draw(st.none() | permission_sets) if kind is DATABASE else None,
        expires_at=NOW + DAY if expiry == "expires_at" else None,
        lifetime=90 * DAY if expiry == "lifetime" else None,
    )
    evidence = draw(
        st.just(UNKNOWN)
        | st.just(NONE)
        | st.builds(Evidence, given=st.just(True), token_id=st.sampled_from([*IDS, "gone"]))
        | st.builds(Evidence, given=st.just(True), prefix=st.sampled_from(["M.V1.aaaa", "M.V1.bbbb", "M.V1.gone"]))
        | st.builds(
            Evidence,
            given=st.just(True),
            token_id=st.none() | st.sampled_from([*IDS, "gone"]),
            path=st.just("/job.token"),
            description=st.sampled_from(["job", "other"]),
            replaced=st.lists(st.sampled_from([*IDS, "gone"]), max_size=3).map(tuple),
        )
    )
    return kind, desired, evidence, draw(observations(kind))


def planned(kind: Kind, desired: Desired, evidence: Evidence, observed: Sequence[Token]) -> Any:
    """The plan, or the text of the error."""
    try:
        return plan_present(kind, desired, evidence, observed, NOW)
    except InputError as error:
        return str(error)


def planned_absence(kind: Kind, desired: Desired, evidence: Evidence, observed: Sequence[Token]) -> Any:
    """The same for state absent, authenticated with a token of the first prefix."""
    try:
        return plan_absent(kind, desired, evidence, observed, NOW, own_prefix="M.V1.aaaa")
    except InputError as error:
        return str(error)


@given(situations().flatmap(lambda situation: st.tuples(st.just(situation), st.permutations(situation[3]))))
def test_the_order_of_the_list_never_matters(
    case: tuple[tuple[Kind, Desired, Evidence, list[Token]], list[Token]],
) -> None:
    (kind, desired, evidence, observed), shuffled = case
    assert planned(kind, desired, evidence, shuffled) == planned(kind, desired, evidence, observed)
    assert planned_absence(kind, desired, evidence, shuffled) == planned_absence(kind, desired, evidence, observed)
    by_id = Desired(id="a", permissions=desired.permissions)
    assert planned(kind, by_id, UNKNOWN, shuffled) == planned(kind, by_id, UNKNOWN, observed)
    assert planned_absence(kind, by_id, UNKNOWN, shuffled) == planned_absence(kind, by_id, UNKNOWN, observed)


def is_told_by_prefix(held: Token, observed: Sequence[Token]) -> bool:
    live = [token for token in observed if token.status(NOW) == LIVE and token.prefix == held.prefix]
    return held.prefix is not None and sum(token.description == held.description for token in live) == 1


@given(situations())
def test_a_plan_that_was_carried_out_leaves_nothing_to_do(
    situation: tuple[Kind, Desired, Evidence, list[Token]],
) -> None:
    kind, desired, evidence, observed = situation
    plan = planned(kind, desired, evidence, observed)
    if isinstance(plan, str):
        return
    memory = MemoryService(*observed)
    created = carry_out(plan, memory)
    held = created or plan.current
    assert held is not None

    for true_evidence in (
        Evidence(given=True, token_id=held.id),
        Evidence(given=True, token_id=held.id, path="/job.token", replaced=plan.replaced),
        *([Evidence(given=True, prefix=held.prefix)] if is_told_by_prefix(held, memory.list_tokens()) else []),
        *([UNKNOWN] if not plan.before or not evidence.given else []),
    ):
        again = planned(kind, desired, true_evidence, memory.list_tokens())
        assert not isinstance(again, str), again
        assert not again.changes
        if true_evidence.token_id is not None:
            assert again.current == memory.tokens[held.id]
    if created is not None:
        assert again.expiry_mismatch is None


@given(situations())
def test_present_never_revokes_unasked_and_touches_no_stranger(
    situation: tuple[Kind, Desired, Evidence, list[Token]],
) -> None:
    kind, desired, evidence, observed = situation
    plan = planned(kind, desired, evidence, observed)
    if isinstance(plan, str):
        return
    live = frozenset(token for token in observed if token.status(NOW) == LIVE)
    ours = frozenset(token for token in live if token.description == "job")
    held = frozenset(token for token in live if evidence.matches(token) or token.id in evidence.replaced)
    assert plan.revocations == ()
    assert frozenset(plan.before) >= ours
    assert touched(plan) <= ours | held
    # Every live token of the description is told of exactly once, and none that is not listed here.
    told = [*plan.predecessors, *plan.others, *([plan.current] if plan.current else [])]
    assert len(told) == len(set(told))
    assert ours <= set(told) <= ours | held
    assert all(token.id in evidence.replaced for token in plan.predecessors)
    # What is not this consumer's is never changed.
    if evidence.given:
        assert not {update.token for update in plan.updates} & set(plan.others)
    # Either there is a current token or one is created.
    assert (plan.current is None) is (plan.create is not None)
    if kind is MANAGEMENT:
        assert plan.updates == ()


@given(situations(), st.booleans())
def test_absent_touches_no_stranger_and_leaves_nothing_to_do(
    situation: tuple[Kind, Desired, Evidence, list[Token]], revoke_others: bool
) -> None:
    kind, desired, evidence, observed = situation
    for wanted in (replace(desired, revoke_others=revoke_others), Desired(id="a")):
        plan = planned_absence(kind, wanted, evidence, observed)
        if isinstance(plan, str):
            continue
        live = frozenset(token for token in observed if token.status(NOW) == LIVE)
        ours = frozenset(token for token in live if (token.id == "a" if wanted.id else token.description == "job"))
        held = frozenset(token for token in live if evidence.matches(token) or token.id in evidence.replaced)
        if wanted.id is not None or not evidence.given:
            assert frozenset(plan.revocations) == ours
        elif revoke_others:
            assert ours <= frozenset(plan.revocations) <= ours | held
        else:
            assert frozenset(plan.revocations) <= held
        assert frozenset(plan.others) == (frozenset() if wanted.id else ours - frozenset(plan.revocations))
        assert plan.create is None
        assert "M.V1.aaaa" not in {token.prefix for token in plan.revocations}
        memory = MemoryService(*observed)
        carry_out(plan, memory)
        again = planned_absence(kind, wanted, evidence, memory.list_tokens())
        assert isinstance(again, str) or not again.changes


@given(kinds.flatmap(lambda kind: st.tuples(st.just(kind), observations(kind))), permission_sets)
def test_by_id_only_that_token_is_touched(case: tuple[Kind, list[Token]], permissions: frozenset[Permission]) -> None:
    kind, observed = case
    desired = Desired(
        id="a",
        description="new" if kind is DATABASE else None,
        permissions=permissions if kind is DATABASE else None,
    )
    plan = planned(kind, desired, UNKNOWN, observed)
    if isinstance(plan, str):
        return
    assert {token.id for token in touched(plan) | {plan.current}} == {"a"}
    assert (plan.create, plan.revocations) == (None, ())
    memory = MemoryService(*observed)
    carry_out(plan, memory)
    assert not planned(kind, desired, UNKNOWN, memory.list_tokens()).changes


def touched(plan: Plan) -> frozenset[Token]:
    """Every token the plan changes or speaks of."""
    return frozenset([*plan.revocations, *plan.predecessors, *plan.others, *(update.token for update in plan.updates)])


def test_permissions_are_written_in_a_fixed_order() -> None:
    permissions = frozenset({Permission("write", "a"), Permission("read", "b"), Permission("read", "*")})
    assert permissions_as_list(permissions) == [
        {"action": "read", "resource": "*"},
        {"action": "read", "resource": "b"},
        {"action": "write", "resource": "a"},
    ]
