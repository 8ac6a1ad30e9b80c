# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Partition templates: every rule is checked before a creation that could not be repaired."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._answers import Fields
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError, UnexpectedAnswerError
from ansible_collections.influxdb3.management.plugins.module_utils._partition_template import (
    DEFAULT_TEMPLATE,
    Part,
    read_answered_template,
    read_template,
    template_as_body,
    template_as_options,
    template_warnings,
)

MONTH = {"type": "time", "value": "%Y-%m"}
ROOM = {"type": "tag", "value": "room"}


NO_BUCKETS: list[Any] = ["room", None, [], {}, {"tag_name": "a"}, {"tagName": "a", "numberOfBuckets": 1}]


def tag(value: Any) -> dict[str, Any]:
    return {"type": "tag", "value": value}


def bucket(tag_name: Any = "sensor", number_of_buckets: Any = 50, **rest: Any) -> dict[str, Any]:
    return {"type": "bucket", "value": {"tag_name": tag_name, "number_of_buckets": number_of_buckets, **rest}}


def test_what_is_read_is_sent_and_shown() -> None:
    entries = [MONTH, ROOM, bucket()]
    template = read_template(entries)
    assert template == (Part("time", "%Y-%m"), Part("tag", "room"), Part("bucket", "sensor", 50))
    assert template_as_options(template) == entries
    assert template_as_body(template) == [
        MONTH,
        ROOM,
        {"type": "bucket", "value": {"tagName": "sensor", "numberOfBuckets": 50}},
    ]
    assert read_answered_template(Fields({"partitionTemplate": template_as_body(template)}, "a test")) == template
    assert template_warnings(template) == []


def test_none_is_not_the_default_until_it_is_compared() -> None:
    assert read_template(None) is None
    assert read_answered_template(Fields({}, "a test")) is None
    assert read_answered_template(Fields({"partitionTemplate": None}, "a test")) is None
    assert template_as_options(DEFAULT_TEMPLATE) == [{"type": "time", "value": "%Y-%m-%d"}]


@pytest.mark.parametrize("value", ["%Y-%m-%d", "%Y-%m", "%Y"])
def test_every_format_of_time(value: str) -> None:
    assert read_template([{"type": "time", "value": value}]) == (Part("time", value),)


def test_the_order_counts() -> None:
    assert read_template([ROOM, MONTH]) != read_template([MONTH, ROOM])


@pytest.mark.parametrize("name", ["a b", "pl%C3%A1tanos", "%23", "Time", "a/b", "x" * 300])
def test_names_of_tags(name: str) -> None:
    assert read_template([MONTH, tag(name)]) == (Part("time", "%Y-%m"), Part("tag", name))


def test_seven_tags_and_buckets_are_the_most() -> None:
    tags = [tag(str(number)) for number in range(6)]
    assert len(read_template([*tags, bucket(), MONTH]) or ()) == 8
    with pytest.raises(InputError, match=r"^partition_template has 8 parts of the types tag and bucket\. 7 are the"):
        read_template([*tags, tag("6"), bucket(), MONTH])


@pytest.mark.parametrize(
    ("entries", "error"),
    [
        ([], "partition_template has 0 parts of the type time. Give exactly one."),
        ([ROOM], "partition_template has 0 parts of the type time. Give exactly one."),
        ([MONTH, MONTH], "partition_template has 2 parts of the type time. Give exactly one."),
        ([MONTH, ROOM, ROOM], "partition_template names the tag 'room' twice."),
        ([MONTH, ROOM, bucket("room")], "partition_template names the tag 'room' twice."),
        ([MONTH, bucket(), bucket(number_of_buckets=7)], "partition_template names the tag 'sensor' twice."),
        *[
            (
                [{"type": "time", "value": value}],
                "partition_template (entry 1) is of the type time: its value is one of",
            )
            for value in ("%Y-%d", "%H", "", "Y", None, 2026, ["%Y"], {"a": 1})
        ],
        *[
            ([MONTH, tag(value)], "partition_template (entry 2) needs the name of a tag: a text that is not empty.")
            for value in ("", " ", None, 5, ["a"], {"tag_name": "a"})
        ],
        ([MONTH, bucket("")], "partition_template (entry 2) needs the name of a tag"),
        ([MONTH, tag("time")], "partition_template (entry 2) names the tag time, which is no tag."),
        ([MONTH, bucket("time")], "partition_template (entry 2) names the tag time, which is no tag."),
        *[
            (
                [MONTH, entry(value)],
                "partition_template (entry 2) names a tag with one of | ! ^ # % or a character beyond ASCII, which "
                f"must be percent-encoded: {encoded}.",
            )
            for entry in (tag, bucket)
            for value, encoded in (
                ("a|b", "a%7Cb"),
                ("a!", "a%21"),
                ("^", "%5E"),
                ("#1", "%231"),
                ("50%", "50%25"),
                ("50%of%41", "50%25of%41"),
                ("plátanos", "pl%C3%A1tanos"),
                ("a\x7f", "a%7F"),
            )
        ],
        *[
            ([MONTH, {"type": "bucket", "value": value}], "partition_template (entry 2) is a bucket: its value has")
            for value in NO_BUCKETS
        ],
        ([MONTH, bucket(other=1)], "partition_template (entry 2) is a bucket: its value has"),
        *[
            ([MONTH, bucket(number_of_buckets=value)], "partition_template (entry 2) needs a whole number_of_buckets")
            for value in (0, -1, 100_001, 1.0, True, None, "", "1.5", "٣", [1], "9" * 5000)
        ],
    ],
)
def test_each_broken_rule_is_told(entries: list[dict[str, Any]], error: str) -> None:
    with pytest.raises(InputError) as caught:
        read_template(entries)
    assert str(caught.value).startswith(error)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("number", [1, "1", 1000, 1001, "100000"])
def test_many_buckets_are_warned_of(number: Any) -> None:
    template = read_template([MONTH, bucket(number_of_buckets=number)])
    assert len(template_warnings(template)) == (1 if int(number) > 1000 else 0)


@pytest.mark.parametrize(
    "answered",
    [
        {},
        "x",
        ["x"],
        [{"value": "x"}],
        [{"type": "time"}],
        [{"type": "tag", "value": 1}],
        [{"type": "bucket", "value": "x"}],
        [{"type": "bucket", "value": {"tagName": "x"}}],
        [{"type": "bucket", "value": {"tagName": "x", "numberOfBuckets": 1.5}}],
    ],
)
def test_an_odd_answer_is_named(answered: Any) -> None:
    with pytest.raises(UnexpectedAnswerError, match=r"^The answer to a test "):
        read_answered_template(Fields({"partitionTemplate": answered}, "a test"))


def test_what_the_service_has_is_not_judged() -> None:
    odd = [{"type": "tag", "value": "plátanos"}, {"type": "new", "value": "x"}]
    assert read_answered_template(Fields({"partitionTemplate": odd}, "a test")) == (
        Part("tag", "plátanos"),
        Part("new", "x"),
    )
