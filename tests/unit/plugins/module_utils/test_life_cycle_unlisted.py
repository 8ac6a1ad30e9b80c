# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Management tokens that a store knows by their prefix alone, until a list has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._expiry import Desired
from ansible_collections.influxdb3.management.plugins.module_utils._life_cycle import Plan, Situation
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DATABASE,
    MANAGEMENT,
    Evidence,
    Token,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.planning import plan_absent, plan_present

NOW = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PREFIX, OLDER = "M.V1.made", "M.V1.oldr"
END = NOW + 90 * DAY
HELD = Evidence(True, None, PREFIX, "/etc/token", "job", NOW - MINUTE, END)
JOB = Desired("job", lifetime=90 * DAY, renew_before=9 * DAY)
FORCED = replace(JOB, force_renew=True)
LOST = (
    "The service does not list the management token M.V1.made, which /etc/token holds and which expires at "
    "2026-05-31T04:20:19Z, so it was not revoked. Revoke it by id, should it be listed later."
)


def listed(token_id: str, prefix: str = PREFIX, description: str = "job", age: timedelta = MINUTE) -> Token:
    return Token(token_id, description, NOW - age, END, prefix=prefix)


STRANGER = listed("stranger", description="another job", age=9 * DAY)
DEAD_STRANGER = replace(STRANGER, revoked_at=NOW - DAY)
OTHER = listed("other", OLDER)


def present(evidence: Evidence, observed: Sequence[Token], desired: Desired = JOB) -> Plan:
    return plan_present(MANAGEMENT, desired, evidence, observed, NOW)


def situation(evidence: Evidence, observed: Sequence[Token]) -> Situation:
    return Situation(MANAGEMENT, JOB, evidence, observed, NOW)


# Within the hour


@pytest.mark.parametrize("observed", [[], [OTHER], [DEAD_STRANGER]], ids=["none", "others", "a dead stranger"])
@pytest.mark.parametrize("age", [MINUTE, HOUR - timedelta(seconds=1)])
def test_what_was_just_made_counts_as_live(observed: list[Token], age: timedelta) -> None:
    plan = present(replace(HELD, created_at=NOW - age), observed)
    assert plan.reason == "the management token M.V1.made was just made; it is not listed yet"
    assert not plan.changes
    assert plan.current == Token(PREFIX, "job", NOW - age, END, prefix=PREFIX)
    assert plan.current.metadata(MANAGEMENT, NOW)["id"] is None
    assert not plan.verify


def test_what_was_never_accepted_is_tried_again_before_it_is_listed() -> None:
    assert present(replace(HELD, accepted=False), []).verify
    assert present(replace(HELD, accepted=False), [], FORCED).verify


def test_a_successor_is_made_by_force_and_remembers_what_nobody_lists() -> None:
    before = replace(HELD, replaced=(OLDER, "id-of-another"))
    plan = present(before, [listed("id-of-another", "M.V1.anot", age=DAY)], replace(FORCED, overlap=timedelta()))
    assert plan.reason == "force_renew is set"
    assert plan.create is not None
    assert plan.replaced == (OLDER, "id-of-another", PREFIX)
    assert [token.id for token in plan.revocations] == ["id-of-another"]
    assert plan.warnings == (LOST,)


def test_where_a_secret_is_gone_what_nobody_lists_is_remembered() -> None:
    gone = Evidence(True, path="/etc/token", replaced=("id-of-another", PREFIX))
    assert present(gone, []).replaced == (PREFIX,)


def test_nothing_is_revoked_that_nobody_lists() -> None:
    with pytest.raises(InputError, match=r"token M\.V1\.made was just made, and the service does not list it yet"):
        plan_absent(MANAGEMENT, JOB, HELD, [], NOW)


# Once it is listed


def test_once_it_is_listed_it_is_current_and_its_id_is_learned() -> None:
    token = listed("made")
    assert present(HELD, [DEAD_STRANGER, token]).current == token
    assert situation(HELD, [token, OTHER]).learned() == token


@pytest.mark.parametrize(
    "observed",
    [
        [],
        [OTHER],
        [STRANGER],
        [listed("made"), DEAD_STRANGER],
        [listed("made"), listed("too")],
        [replace(listed("made"), revoked_at=NOW)],
    ],
    ids=["none", "others", "a stranger", "a dead stranger too", "two", "a dead one"],
)
def test_a_prefix_alone_teaches_nothing(observed: list[Token]) -> None:
    assert situation(HELD, observed).learned() is None


@pytest.mark.parametrize("evidence", [replace(HELD, created_at=None), replace(HELD, token_id="made", prefix=None)])
def test_what_no_side_file_awaits_teaches_nothing(evidence: Evidence) -> None:
    assert situation(evidence, [listed("made")]).learned() is None


def test_one_that_is_listed_as_revoked_is_dead_at_once() -> None:
    assert present(HELD, [replace(listed("made"), revoked_at=NOW)]).create is not None


def test_what_was_replaced_by_its_prefix_is_a_predecessor_once_it_is_listed() -> None:
    """Where that prefix is a stranger's too, or only a stranger's, it is none."""
    now = listed("now", "M.V1.nowx")
    evidence = Evidence(True, "now", path="/etc/token", created_at=now.created_at, replaced=(PREFIX,))
    wanted = replace(JOB, overlap=timedelta())
    for observed, expected in (
        ([now, listed("made", age=DAY)], ["made"]),
        ([now, listed("made", age=DAY), DEAD_STRANGER], []),
        ([now, STRANGER], []),
        ([now], []),
    ):
        plan = present(evidence, observed, wanted)
        assert [token.id for token in plan.revocations] == expected


# After the hour


AGED = replace(HELD, created_at=NOW - HOUR)


def test_after_the_hour_one_successor_is_made_that_remembers_it() -> None:
    plan = present(AGED, [OTHER])
    assert plan.create is not None
    assert plan.replaced == (PREFIX,)
    assert plan.warnings[1:] == (LOST,)


def test_if_that_is_lacked_too_no_other_is_made() -> None:
    again = replace(AGED, replaced=(OLDER,))
    with pytest.raises(InputError, match=r"lists neither the management token M\.V1\.made, .* nor M\.V1\.oldr"):
        present(again, [])
    assert present(again, [], FORCED).create is not None
    assert present(again, [OTHER]).create is not None
    expired = replace(again, expires_at=NOW)
    assert present(expired, []).create is not None


def test_a_token_that_was_put_into_a_profile_by_hand_is_dead_where_no_list_has_it() -> None:
    by_hand = Evidence(True, None, PREFIX, "/etc/config.toml")
    plan = present(by_hand, [])
    assert plan.create is not None
    assert (plan.replaced, plan.warnings) == ((), ())


def test_absent_names_what_may_be_live_though_no_list_has_it() -> None:
    plan = plan_absent(MANAGEMENT, JOB, AGED, [], NOW)
    assert (plan.revocations, plan.warnings) == ((), (LOST,))


# Without a store


REGISTERED = Evidence(True, prefix=PREFIX)


@pytest.mark.parametrize("observed", [[], [OTHER]], ids=["none", "others"])
def test_a_prefix_that_no_list_has_makes_no_token(observed: list[Token]) -> None:
    with pytest.raises(InputError) as caught:
        present(REGISTERED, observed)
    said = (
        "No management token with the prefix M.V1.made is listed, neither live nor revoked. One that was just made may "
        "be listed later: run the task again then. Otherwise check held_prefix and account_id."
    )
    assert str(caught.value) == (
        f"{said} None was made. For another one all the same, set force_renew, once, or give held_prefix as an empty "
        "string."
    )
    gone = plan_absent(MANAGEMENT, JOB, REGISTERED, observed, NOW)
    assert (gone.revocations, gone.warnings[-1]) == ((), said)
    assert present(REGISTERED, observed, FORCED).create is not None


def test_one_that_is_listed_as_dead_is_replaced() -> None:
    assert present(REGISTERED, [replace(listed("made"), revoked_at=NOW)]).create is not None


def test_an_id_that_neither_list_nor_service_has_is_dead() -> None:
    wanted = replace(JOB, permissions=frozenset())
    assert plan_present(DATABASE, wanted, Evidence(True, "made"), [], NOW).create is not None


# Lists that tell a creation time long past


def test_a_token_was_made_no_earlier_than_its_store_remembers() -> None:
    """Otherwise every run would make another one, and retire what it replaced at once."""
    said = listed("made", age=999 * DAY)
    evidence = Evidence(True, "made", path="/etc/token", created_at=NOW - MINUTE, replaced=("older",))
    older = listed("older", OLDER, age=DAY)
    plan = present(evidence, [said, older], replace(JOB, overlap=HOUR))
    assert (plan.create, plan.revocations) == (None, ())
    assert plan.revoke_at == {"older": NOW - MINUTE + HOUR}
    assert present(replace(evidence, created_at=None), [said, older]).create is not None
    assert situation(HELD, [said]).made_at(said) == NOW - MINUTE
