# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instants and durations."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._time import (
    format_duration,
    format_rfc3339,
    parse_duration,
    parse_rfc3339,
    parse_timestamp,
)
from hypothesis import given
from hypothesis import strategies as st

INSTANTS = st.datetimes(timezones=st.just(timezone.utc))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)  # type: ignore[arg-type,misc]


# --- RFC 3339


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2027-01-31T00:00:00Z", utc(2027, 1, 31)),
        ("2027-01-31t00:00:00z", utc(2027, 1, 31)),
        (" 2027-01-31 00:00:00Z\n", utc(2027, 1, 31)),
        ("2027-01-31T00:00:00.5Z", utc(2027, 1, 31, 0, 0, 0, 500000)),
        ("2027-01-31T00:00:00.123456789Z", utc(2027, 1, 31, 0, 0, 0, 123456)),
        ("2027-01-31T05:30:00+05:30", utc(2027, 1, 31)),
        ("2027-01-30T16:00:00-08:00", utc(2027, 1, 31)),
        ("2016-12-31T23:59:60Z", utc(2016, 12, 31, 23, 59, 59)),
        ("0001-01-01T00:00:00Z", utc(1, 1, 1)),
        ("2027-01-31T00:00:00.12Z", utc(2027, 1, 31, 0, 0, 0, 120000)),
    ],
)
def test_rfc3339(text: str, instant: datetime) -> None:
    assert parse_rfc3339(text) == instant
    assert parse_rfc3339(text).utcoffset() == timedelta()


@pytest.mark.parametrize(
    "text",
    [
        *("", "tomorrow", "2027-01-31", "2027-01-31T00:00:00", "2027-01-31T00:00Z", "20270131T000000Z", "1798675200"),
        *("2027-02-30T00:00:00Z", "2027-13-01T00:00:00Z", "2027-01-31T25:00:00Z", "2027-01-31T00:00:61Z"),
        *("2027-01-31T00:00:00.Z", "2027-01-31T00:00:00+0530", "2027-01-31T00:00:00ZZ", "x2027-01-31T00:00:00Z"),
        *("2027-01-31T00:00:00+25:00", "2027-01-31T00:00:00-02:75", "0000-01-31T00:00:00Z"),
        # What Python itself takes for an instant.
        *("2027-W04-7T00:00:00Z", "2027-01-31T000000.0Z", "2027-01-31T24:00:00Z", "2027-01-31T00:00:00,5Z"),
        *("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "٢٠٢٧-01-31T00:00:00Z"),
    ],
)
def test_what_is_no_rfc3339(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_rfc3339(text)


@given(
    st.from_regex(
        r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d:[0-6]\d(\.\d{1,12})?Z", fullmatch=True, alphabet="0123456789-T:.Z"
    )
)
def test_the_usual_spelling_is_read_as_any_other(text: str) -> None:
    """It has a way of its own, as it is by far the most frequent."""
    read: list[datetime | None] = []
    for spelling in (text, text.replace("Z", "+00:00")):
        try:
            read.append(parse_rfc3339(spelling))
        except ValueError:
            read.append(None)
    assert read[0] == read[1]


@given(INSTANTS)
def test_rfc3339_survives_a_round_trip(instant: datetime) -> None:
    text = format_rfc3339(instant)
    assert text is not None
    assert text.endswith("Z")
    assert parse_rfc3339(text) == instant


@given(INSTANTS, st.integers(min_value=-1439, max_value=1439))
def test_the_offset_does_not_matter(instant: datetime, minutes: int) -> None:
    try:
        elsewhere = instant.astimezone(timezone(timedelta(minutes=minutes)))
    except OverflowError:
        return
    assert parse_rfc3339(elsewhere.isoformat()) == instant
    assert format_rfc3339(elsewhere) == format_rfc3339(instant)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (utc(2027, 1, 31), "2027-01-31T00:00:00Z"),
        (utc(2027, 1, 31, 0, 0, 0, 500000), "2027-01-31T00:00:00.5Z"),
        (utc(2027, 1, 31, 0, 0, 10), "2027-01-31T00:00:10Z"),
        (datetime(2027, 1, 31, 5, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))), "2027-01-31T00:00:00Z"),
        (None, None),
    ],
)
def test_format_rfc3339(instant: datetime | None, text: str | None) -> None:
    assert format_rfc3339(instant) == text


# --- timestamps of influxctl

MOMENT = utc(2024, 3, 12, 19, 58, 47)


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ({"seconds": 1710273527, "nanos": 622095000}, MOMENT.replace(microsecond=622095)),
        ({"seconds": 1710273527}, MOMENT),
        ({"seconds": 1710273527, "nanos": None}, MOMENT),
        ({"seconds": "1710273527", "nanos": "622095000", "zone": "?"}, MOMENT.replace(microsecond=622095)),
        (1710273527, MOMENT),
        (1710273527.9, MOMENT),
        ("1710273527", MOMENT),
        ("2024-03-12T19:58:47Z", MOMENT),
        ("2024-03-12T20:58:47.0+01:00", MOMENT),
    ],
)
def test_timestamps(value: Any, instant: datetime) -> None:
    assert parse_timestamp(value) == instant


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", {}, 0, -1, "0", "-62135596800", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        *({"seconds": 0}, {"seconds": None}, {"nanos": 5}, {"seconds": "-1", "nanos": 999}, {"seconds": -62135596800}),
    ],
)
def test_never(value: Any) -> None:
    assert parse_timestamp(value) is None


@pytest.mark.parametrize(
    "value",
    [
        *(True, False, [], [1710273527], "never", "2024-03-12", "17 10", {"time": 1710273527}, {"Seconds": 1}),
        *({"seconds": "soon"}, {"seconds": True}, {"seconds": []}, {"seconds": 1e300}, {"seconds": 10**30}),
        *({"seconds": 1, "nanos": 10**40}, float("inf"), float("nan"), {"seconds": float("-inf")}, "9" * 30),
    ],
)
def test_what_is_no_timestamp(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_timestamp(value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["seconds", "nanos", "x"]), inner, max_size=3)
        ),
        max_leaves=4,
    )
)
def test_any_value_is_an_instant_or_never_or_refused(value: Any) -> None:
    try:
        instant = parse_timestamp(json.loads(json.dumps(value)))
    except ValueError:
        return
    assert instant is None or (instant.utcoffset() == timedelta() and instant > utc(1970, 1, 1))


# --- durations


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("90d", timedelta(days=90)),
        ("2w3d12h", timedelta(days=17, hours=12)),
        ("1h1m1s", timedelta(seconds=3661)),
        (" 5m ", timedelta(minutes=5)),
        ("1d1d", timedelta(days=2)),
        ("0d1s", timedelta(seconds=1)),
    ],
)
def test_durations(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    ["", "90", "d", "90 d", "1.5d", "-1d", "1y", "1mo", "1D", "0d", "0h0s", "1d,", "٩d", "9" * 20 + "w", "999999999w"],
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_duration(text)


@given(st.dictionaries(st.sampled_from("wdhms"), st.integers(min_value=0, max_value=9999), min_size=1))
def test_a_duration_is_the_sum_of_its_parts(parts: Any) -> None:
    seconds = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
    total = sum(amount * seconds[unit] for unit, amount in parts.items())
    text = "".join(f"{amount}{unit}" for unit, amount in parts.items())
    if total:
        assert parse_duration(text) == timedelta(seconds=total)
    else:
        with pytest.raises(ValueError, match="zero"):
            parse_duration(text)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(days=6, hours=4, minutes=59), "6 d 4 h"),
        (timedelta(days=90), "90 d"),
        (timedelta(days=1, seconds=5), "1 d 5 s"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(seconds=-90), "1 min 30 s"),
        (timedelta(microseconds=5), "0 s"),
        (timedelta(), "0 s"),
    ],
)
def test_durations_for_a_reader(duration: timedelta, text: str) -> None:
    assert format_duration(duration) == text
