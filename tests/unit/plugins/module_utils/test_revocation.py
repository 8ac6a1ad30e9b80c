# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a list says of tokens that the service said it revoked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _revocation
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ServerFailureError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._revocation import (
    Confirmation,
    longest_revocation,
    revoke_surely,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import MANAGEMENT, Token, Unreadable
from ansible_collections.influxdb3.management.tests.unit.plugins.clock import Clock
from ansible_collections.influxdb3.management.tests.unit.plugins.token_service import NOW, MemoryService

LIVE_ONE, OTHER = Token("one", "job", NOW), Token("two", "job", NOW)
GONE = replace(LIVE_ONE, revoked_at=NOW)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, _revocation)


def confirm(service: MemoryService, *token_ids: str, unlisted: tuple[str, ...] = ()) -> Confirmation:
    return Confirmation.by_list(service, MANAGEMENT, token_ids, 30.0, unlisted)


@pytest.mark.parametrize("listed", [[], [OTHER], [GONE, OTHER]], ids=["none", "another", "as revoked"])
def test_what_one_list_has_not_or_as_revoked_is_revoked(listed: list[Token]) -> None:
    service = MemoryService(*listed)
    assert confirm(service, "one").doubtful(["one"]) == []
    assert service.calls == [("list", None)]


def test_nothing_to_confirm_is_no_reason_to_ask() -> None:
    service = MemoryService(LIVE_ONE)
    assert confirm(service).doubtful([]) == []
    assert service.calls == []


def test_what_lists_go_on_to_show_is_not_revoked_whatever_the_service_said(clock: Clock) -> None:
    service = MemoryService(replace(LIVE_ONE, id="ONE"), OTHER)
    # A task may write an id in another way than the list.
    assert confirm(service, "One").doubtful(["One"]) == ["One"]
    clock.pauses.clear()
    service.calls.clear()
    confirmation = confirm(service, "three", "one")
    assert confirmation.doubtful(["three", "one", "two"]) == ["one"]
    assert confirmation.doubt(["one"]) == (
        "The service said that it revoked the management token one, and still lists it as not revoked after 30 s. See "
        "whether it is the service that answers, then run the task again, or revoke it by id."
    )
    assert sum(clock.pauses) == 30
    assert len(service.calls) == len(clock.pauses) + 1


def test_a_list_that_lags_behind_is_waited_for(clock: Clock) -> None:
    service = MemoryService()
    service.script["list"] = [[LIVE_ONE], [LIVE_ONE], [GONE]]
    assert confirm(service, "one").doubtful(["one"]) == []
    assert clock.pauses == [0.25, 0.5]


def test_what_cannot_be_read_counts_as_live() -> None:
    service = MemoryService()
    service.unreadable = [Unreadable("One", "odd"), Unreadable(None, "odd")]
    assert confirm(service, "one").doubtful(["one"]) == ["one"]


def test_what_no_list_had_shown_is_asked_for_by_its_id() -> None:
    service = MemoryService(LIVE_ONE)
    service.script["list"] = [[]] * 100
    assert confirm(service, "one").doubtful(["one"]) == []
    assert confirm(service, "one", unlisted=("one",)).doubtful(["one"]) == ["one"]
    service.tokens["one"] = GONE
    assert confirm(service, "one", unlisted=("one",)).doubtful(["one"]) == []


def test_without_a_list_nothing_is_known() -> None:
    service = MemoryService(GONE)
    service.script["list"] = [ServerFailureError("The answer was lost.", 500)]
    confirmation = confirm(service, "one", "two")
    assert confirmation.doubtful(["one", "two"]) == ["one", "two"]
    assert confirmation.doubt(["one", "two"]) == (
        "The service said that it revoked the management token one, two, and whether it did could not be looked up: "
        "The answer was lost. Then run the task again."
    )


def test_a_revocation_that_is_only_said_is_no_success() -> None:
    service = MemoryService(LIVE_ONE)
    service.only_says_so = True
    with pytest.raises(UnexpectedAnswerError, match="still lists it as not revoked after 30 s"):
        revoke_surely(service, MANAGEMENT, "one", 0, 30.0)


def test_the_longest_revocation_has_time_for_its_confirmation() -> None:
    assert longest_revocation(30.0, 0) >= 4 * 5 * 30 + 30 + 5 * 30
