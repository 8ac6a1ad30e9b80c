# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Retention periods: what users write, in whole nanoseconds."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._retention import (
    INFINITE,
    format_retention,
    is_shorter,
    parse_retention,
)
from hypothesis import given
from hypothesis import strategies as st

MINUTE = 60 * 10**9
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LONGEST = 2**63 - 1
ODD: list[Any] = [3.6e12, "3.6e12", True, False, [], {}, None, "9" * 20, "\u0663\u0660d"]


@pytest.mark.parametrize(
    ("value", "nanoseconds"),
    [
        ("infinite", 0),
        (0, 0),
        ("0", 0),
        ("1h", HOUR),
        ("60m", HOUR),
        ("1h30m", 90 * MINUTE),
        ("30d", 2_592_000_000_000_000),
        ("2w", 14 * DAY),
        ("2mo", 60 * DAY),
        ("1mo1m", 30 * DAY + MINUTE),
        ("1y", 365 * DAY),
        ("1y2mo3w4d5h6m", 365 * DAY + 60 * DAY + 21 * DAY + 4 * DAY + 5 * HOUR + 6 * MINUTE),
        (HOUR, HOUR),
        (str(HOUR + 1), HOUR + 1),
        (LONGEST, LONGEST),
        # A float would make 9007199254740992 of it.
        ("9007199254740993", 2**53 + 1),
        (" 30d ", 30 * DAY),
    ],
)
def test_what_can_be_read(value: Any, nanoseconds: int) -> None:
    assert parse_retention(value) == nanoseconds


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        *[(value, "neither infinite nor") for value in ("", "d", "1.5d", "-30d", "30 d", "90s", "30D", "1M", "d30")],
        *[(value, "neither infinite nor") for value in ODD],
        *[(value, "shorter than an hour") for value in (1, "30", HOUR - 1, "59m", "0d", "0h0m", -1, "3600")],
        *[(value, "longer than 292 years") for value in (LONGEST + 1, str(LONGEST + 1), "293y", "9" * 19 + "y", 2**64)],
    ],
)
def test_what_cannot(value: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{problem}") as caught:
        parse_retention(value)
    assert "\n" not in str(caught.value)


def test_the_advice_fits_the_form() -> None:
    with pytest.raises(ValueError, match=r"A number without a unit counts nanoseconds$"):
        parse_retention("30")
    with pytest.raises(ValueError, match=r"What has no end is infinite$"):
        parse_retention("0d")


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (INFINITE, "infinite"),
        (30 * DAY, "30d"),
        (365 * DAY, "1y"),
        (730 * DAY, "2y"),
        (366 * DAY, "366d"),
        (90 * MINUTE, "1h30m"),
        (DAY + MINUTE, "1d1m"),
        (5 * MINUTE, "5m"),
        (HOUR + 1, "3600000000001"),
        (3, "3"),
    ],
)
def test_format(nanoseconds: int, text: str) -> None:
    assert format_retention(nanoseconds) == text


@given(st.just(0) | st.integers(HOUR, LONGEST) | st.integers(60, 10**6).map(lambda minutes: minutes * MINUTE))
def test_what_is_written_is_read_as_the_same(nanoseconds: int) -> None:
    assert parse_retention(format_retention(nanoseconds)) == nanoseconds
    assert parse_retention(nanoseconds) == parse_retention(str(nanoseconds)) == nanoseconds


@pytest.mark.parametrize(
    ("wanted", "present", "shorter"),
    [(1, 2, True), (2, 1, False), (1, 1, False), (1, 0, True), (0, 1, False), (0, 0, False)],
)
def test_shorter(wanted: int, present: int, shorter: bool) -> None:
    assert is_shorter(wanted, present) is shorter
