# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read of a foreign answer, and what of it may reach a reader. The client's tests cover each field and body."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._answers import (
    Fields,
    error_message,
    parse_json,
    reading_many,
)
from ansible_collections.influxdb3.management.plugins.module_utils._errors import UnexpectedAnswerError
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import clean_text
from hypothesis import given
from hypothesis import strategies as st

FIELDS = Fields(
    {"name": "a", "none": None, "empty": "", "at": "2026-03-02T05:20:19.5+01:00", "list": [{"name": "b"}]}, "asking"
)


def test_fields_that_are_there() -> None:
    assert FIELDS.text("name") == FIELDS.optional_text("name") == "a"
    assert FIELDS.text("empty") == ""
    at = datetime(2026, 3, 2, 4, 20, 19, 500_000, tzinfo=timezone.utc)
    assert FIELDS.instant("at") == FIELDS.optional_instant("at") == at
    assert [item.text("name") for item in FIELDS.items("list")] == ["b"]


@pytest.mark.parametrize("name", ["none", "missing"])
def test_fields_that_are_not_there(name: str) -> None:
    assert FIELDS.optional_text(name) is None
    assert FIELDS.optional_instant(name) is None
    for read in (FIELDS.text, FIELDS.instant, FIELDS.items):
        if (name, read) == ("none", FIELDS.items):
            continue
        with pytest.raises(
            UnexpectedAnswerError, match=rf"^The answer to asking (lacks|has nothing in) the field {name}"
        ):
            read(name)
    assert FIELDS.items("none") == []


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000+00:00"])
def test_the_zero_of_a_clock_is_no_instant(text: str) -> None:
    """What a service written in Go says in place of never."""
    assert Fields({"at": text}, "asking").optional_instant("at") is None


def test_an_empty_instant_is_none() -> None:
    assert FIELDS.optional_instant("empty") is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(json_values)
def test_json_is_read(value: Any) -> None:
    assert parse_json(json.dumps(value).encode(), "asking") == value


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_survived(content: bytes) -> None:
    assert error_message(content, []).isprintable()
    with suppress(UnexpectedAnswerError):
        parse_json(content, "asking")


@given(json_values, st.sampled_from(["text", "optional_text", "instant", "optional_instant", "items"]))
def test_a_field_of_any_value_is_read_or_refused(value: Any, reader: str) -> None:
    with suppress(UnexpectedAnswerError):
        getattr(Fields({"field": value}, "asking"), reader)("field")


def test_a_whole_number_too_long_for_newer_pythons_is_survived() -> None:
    with suppress(UnexpectedAnswerError):
        parse_json(b"9" * 5000, "asking")


@given(st.lists(st.text(min_size=1), max_size=3), st.text(), st.integers(3, 50))
def test_cleaned_text_is_one_line_without_what_is_hidden(hidden: list[str], text: str, longest: int) -> None:
    cleaned = clean_text(text, hidden, longest=longest)
    assert cleaned.isprintable()
    assert len(cleaned) <= longest
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned


@given(st.text(), st.text(alphabet="abcXYZ019-_.~+/", min_size=4), st.text())
def test_cleaned_text_never_shows_what_is_hidden(before: str, secret: str, after: str) -> None:
    assert secret not in clean_text(f"{before}{secret}{after}", [secret], longest=10_000).replace("***", "\0")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("  two \r\n\t lines ", "two lines"),
        ("M.V1.+5JkQ/x=", "***"),
        ("(apiv1_55-5.a~b)", "(***)"),
        ("apiv1_half\u200band\x00half", "***"),
        ("M.V1 and apiv1 are no tokens", "M.V1 and apiv1 are no tokens"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 197 + "..."),
        ("bell\x07 right-to-left\u202e nbsp\u00a0end", "bell right-to-left nbsp end"),
        ("ünïcödé 漢字 stays", "ünïcödé 漢字 stays"),
    ],
)
def test_cleaned_text(text: str, cleaned: str) -> None:
    assert clean_text(text, []) == cleaned


def test_an_empty_secret_hides_nothing() -> None:
    assert clean_text("text", [""]) == "text"


@pytest.fixture(params=[True, False], ids=["looked for", "not looked for"])
def looks_for_garbage(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Whether Python looks for garbage before, and is to do so again."""
    was_enabled = gc.isenabled()
    wanted: bool = request.param
    (gc.enable if wanted else gc.disable)()
    yield wanted
    (gc.enable if was_enabled else gc.disable)()


def test_garbage_is_not_looked_for_while_many_are_read_and_again_after_that(looks_for_garbage: bool) -> None:
    with reading_many():
        assert not gc.isenabled()
    assert gc.isenabled() is looks_for_garbage
    with pytest.raises(UnexpectedAnswerError), reading_many():
        parse_json(b"no JSON", "asking")
    assert gc.isenabled() is looks_for_garbage
