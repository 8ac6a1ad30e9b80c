# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is about one of many tokens is found, and the rest is left alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._expiry import Desired
from ansible_collections.influxdb3.management.plugins.module_utils._observation import IndexedObservation
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Evidence, Token, Unreadable

NOW = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)
JOB = Token("aa", "job", NOW)
TOKENS = [
    JOB,
    replace(JOB, id="bb", description="other"),
    replace(JOB, id="cc", description="the jo\u0308b "),
    replace(JOB, id="dd", prefix="M.V1.abcd", description="third"),
    replace(JOB, id="ee", description="job"),
]


@pytest.mark.parametrize(
    ("desired", "evidence", "found"),
    [
        (Desired("job"), Evidence(), ["aa", "ee"]),
        (Desired(" the j\u00f6b"), Evidence(), ["cc"]),
        (Desired("job"), Evidence(True, "BB", replaced=("CC", "zz")), ["aa", "bb", "cc", "ee"]),
        (Desired("none"), Evidence(True, prefix="M.V1.abcd"), ["dd"]),
        (Desired(id="DD"), Evidence(), ["dd"]),
        (Desired("none"), Evidence(True), []),
    ],
)
def test_what_a_decision_may_have_to_know_is_found(desired: Desired, evidence: Evidence, found: list[str]) -> None:
    observation = IndexedObservation(TOKENS, NOW)
    assert [token.id for token in observation.about(desired, evidence)] == found


def test_odd_ones_are_found_by_their_id() -> None:
    odd = Unreadable("AbC", "odd")
    observation = IndexedObservation(TOKENS, NOW, [odd, Unreadable(None, "odder")])
    assert observation.unreadable("aBc") is odd
    assert observation.unreadable("aa") is None
    assert observation.ids == {"aa", "bb", "cc", "dd", "ee"}
