# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What influxctl prints, read in every shape it is known or likely to have."""

from __future__ import annotations

import gc
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _influxctl_output, _tokens
from ansible_collections.influxdb3.management.plugins.module_utils._errors import UnexpectedAnswerError
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_output import (
    match_secret,
    read_tokens,
    read_version,
    secret_candidates,
)
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Token
from hypothesis import given
from hypothesis import strategies as st

SECRET = "M.V1.+5Jk" + "aB3_-/+x" * 7 + "q0Z="
PREFIX = SECRET[:9]
CREATED = datetime(2024, 3, 12, 19, 58, 47, tzinfo=timezone.utc)
DOCUMENTED: dict[str, Any] = {
    "id": "018e3516-e5b0-79d4-9d73-90d9b6ed7fbc",
    "account_id": "60371bd2-7bf8-4aef-a33b-b6c4f2b4c2b5",
    "token_prefix": PREFIX,
    "created_at": {"seconds": 1710273527, "nanos": 622095000},
    "expires_at": {"seconds": 1712951927},
    "revoked_at": {"seconds": 1710273600, "nanos": 1},
    "description": "example token",
    "created_by": "auth0|65f0b2",
}


def read(output: str) -> list[Token]:
    """What is read of a list where nothing is odd."""
    tokens, odd = read_tokens(output)
    assert odd == []
    return tokens


def token(token_id: str = "a", prefix: Any = PREFIX) -> Token:
    return Token(id=token_id, description="d", created_at=CREATED, prefix=prefix)


def read_one(**changes: Any) -> Token:
    (token,) = read(json.dumps([{**DOCUMENTED, **changes}]))
    return token


# --- lists


def test_the_documented_list() -> None:
    assert read(json.dumps([DOCUMENTED])) == [
        Token(
            id="018e3516-e5b0-79d4-9d73-90d9b6ed7fbc",
            description="example token",
            created_at=datetime(2024, 3, 12, 19, 58, 47, 622095, tzinfo=timezone.utc),
            expires_at=datetime(2024, 4, 12, 19, 58, 47, tzinfo=timezone.utc),
            revoked_at=datetime(2024, 3, 12, 20, 0, 0, tzinfo=timezone.utc),
            prefix=PREFIX,
            created_by="auth0|65f0b2",
        )
    ]


def test_a_list_is_read_without_looking_for_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many tokens that would take as long as everything else."""
    looked: list[bool] = []

    def read_each(*arguments: Any) -> Any:
        looked.append(gc.isenabled())
        return _tokens.read_each(*arguments)

    monkeypatch.setattr(_influxctl_output, "read_each", read_each)
    assert read_one().prefix == PREFIX
    assert looked == [False]


@pytest.mark.parametrize("never", [None, {}, {"seconds": 0}, {"seconds": "-62135596800"}, "1970-01-01T00:00:00Z", ""])
@pytest.mark.parametrize("field", ["expires_at", "revoked_at"])
def test_never_has_many_shapes(field: str, never: Any) -> None:
    assert getattr(read_one(**{field: never}), field) is None


def test_optional_fields_may_be_missing_or_null_and_others_may_be_there() -> None:
    needed = {name: DOCUMENTED[name] for name in ("id", "created_at")}
    nulls = dict.fromkeys(("token_prefix", "expires_at", "revoked_at", "description", "created_by"))
    expected = Token(id=DOCUMENTED["id"], description="", created_at=read_one().created_at)
    assert read(json.dumps([needed, {**needed, **nulls, "new": {"deep": [1]}}])) == [expected, expected]
    assert read_one(created_by={"name": "x"}).created_by is None
    assert read_one(token_prefix="").prefix is None


@pytest.mark.parametrize("output", ["null", "[]", '{"tokens": []}', ' {"next": null, "management_tokens": [ ]}\n'])
def test_empty_lists(output: str) -> None:
    assert read(output) == []


def test_a_list_inside_an_object() -> None:
    assert len(read(json.dumps({"page": 1, "tokens": [DOCUMENTED, DOCUMENTED]}))) == 2


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"id": None}, "without id"),
        ({"id": ""}, "without id"),
        ({"id": 17}, "id is not a string"),
        ({"description": 17}, "description is not a string"),
        ({"token_prefix": ["x"]}, "token_prefix is not a string"),
        ({"created_at": None}, "without created_at"),
        ({"created_at": {"seconds": 0}}, "without created_at"),
        ({"created_at": "yesterday"}, "created_at is not a time"),
        ({"expires_at": {"seconds": "soon"}}, "expires_at is not a time"),
        ({"revoked_at": {"when": "2024-01-01T00:00:00Z"}}, "revoked_at is not a time"),
        ({"revoked_at": True}, "revoked_at is not a time"),
    ],
)
def test_what_cannot_be_understood_is_named_and_not_shown(change: dict[str, Any], named: str) -> None:
    with pytest.raises(UnexpectedAnswerError, match=named) as caught:
        read_one(**change)
    for value in (DOCUMENTED["description"], PREFIX, "yesterday", "soon", "17"):
        assert value not in str(caught.value).replace("2.12.1", "")


@pytest.mark.parametrize(
    "output",
    [
        *(
            "",
            " \n",
            "no tokens found",
            "[" * 100_000,
            "{}",
            "3",
            '"x"',
            '{"id": "x", "tags": []}',
            '{"a": [], "b": []}',
        ),
        *("[null]", '["x"]', '[{"id": "x"}', "+----+----+\n| id | description |"),
    ],
)
def test_no_list_is_an_error_and_never_an_empty_list(output: str) -> None:
    with pytest.raises(UnexpectedAnswerError, match="printed"):
        read(output)


def shapes_of(seconds: int, nanos: int) -> list[Any]:
    instant = datetime.fromtimestamp(seconds, timezone.utc) + timedelta(microseconds=nanos // 1000)
    offset = instant.astimezone(timezone(timedelta(hours=5, minutes=30)))
    return [
        {"seconds": seconds, "nanos": nanos},
        {"seconds": str(seconds), "nanos": str(nanos), "other": None},
        format_rfc3339(instant),
        offset.isoformat(),
        f"{instant:%Y-%m-%dT%H:%M:%S}.{nanos:09}Z",
    ]


@given(
    seconds=st.integers(min_value=1, max_value=4102444800),
    nanos=st.integers(min_value=0, max_value=999_999_999),
    shape=st.integers(min_value=0, max_value=4),
)
def test_every_shape_of_a_time_is_the_same_instant(seconds: int, nanos: int, shape: int) -> None:
    expected = datetime.fromtimestamp(seconds, timezone.utc) + timedelta(microseconds=nanos // 1000)
    assert read_one(created_at=shapes_of(seconds, nanos)[shape]).created_at == expected


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(answer=st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(DOCUMENTED, ANY_JSON)), max_size=3) | ANY_JSON)
def test_any_json_is_read_or_refused_in_words(answer: Any) -> None:
    try:
        tokens = read(json.dumps(answer))
    except UnexpectedAnswerError:
        return
    assert all(isinstance(one, Token) and one.id for one in tokens)


# --- secrets

TABLE = f"""\
+-------------+--------------------------------------+
|          id | 018e3516-e5b0-79d4-9d73-90d9b6ed7fbc |
| description | host one                             |
|  expires at | 2027-10-24T00:00:00Z                 |
|  revoked at |                                      |
+-------------+--------------------------------------+
{SECRET}
"""

OUTPUTS = {
    "plain, as 2.10 prints it": SECRET + "\n",
    "plain without a newline": SECRET,
    "plain with other line ends": f"\r\n{SECRET}\r\n",
    "table and secret, as 2.11 prints them": TABLE,
    "secret within the table": TABLE.replace("host one       ", SECRET).rsplit("\n", 2)[0],
    "json, flat": json.dumps({**DOCUMENTED, "token": SECRET}),
    "json, nested": json.dumps({"data": {"management_token": {"metadata": DOCUMENTED, "value": SECRET}}}),
    "json, list": json.dumps([{"id": "x", "accessToken": SECRET}]),
    "json, secret alone": json.dumps(SECRET),
    "json, escaped": json.dumps({"token": SECRET}).replace("+", "\\u002b").replace("/", "\\/"),
    "json with the shortened token beside it": json.dumps({"a": PREFIX + "...", "m": SECRET, "z": PREFIX + "a"}),
    "json after a line of text": "creating the token\n" + json.dumps({"token": SECRET}, indent=2),
    "json in a sentence": json.dumps({"message": f"Your token is {SECRET} and shown once."}),
    "a longer line that only begins like it": f"{PREFIX} is how it begins. {'Keep it in a safe place. ' * 4}\n{SECRET}",
    "a sentence that ends with it": f"Your token is {SECRET}.\n",
    "an assignment": f"export TOKEN='{SECRET}'\n",
}


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS.keys())
def test_the_secret_is_found(output: str) -> None:
    assert match_secret([token()], secret_candidates(output)) == (token(), SECRET)


def test_a_full_stop_is_no_part_of_a_secret() -> None:
    unpadded = SECRET.rstrip("=")
    assert match_secret([token()], secret_candidates(f"Your token is {unpadded}.\n")) == (token(), unpadded)


@pytest.mark.parametrize(
    "output",
    ["", "\n", "null", "done", PREFIX, json.dumps(DOCUMENTED), json.dumps({"token": None}), TABLE.replace(SECRET, "")],
)
def test_no_secret_is_made_up(output: str) -> None:
    assert match_secret([token()], secret_candidates(output)) is None


def test_a_secret_of_another_prefix_is_not_taken() -> None:
    assert match_secret([token(prefix="M.V1.abcd"), token("b", prefix=None)], secret_candidates(SECRET)) is None


def test_two_tokens_of_the_same_prefix_are_not_guessed_between() -> None:
    assert match_secret([token("a"), token("b")], secret_candidates(SECRET)) is None


def test_the_prefix_tells_which_token_and_which_string() -> None:
    other = "M.V1.zzzz" + "x" * 80
    tokens = [token("a", prefix="M.V1.mmmm"), token("b")]
    assert match_secret(tokens, secret_candidates(f"{other}\n{SECRET}\n")) == (tokens[1], SECRET)


@given(
    around=st.lists(ANY_JSON, max_size=4),
    keys=st.lists(st.text(max_size=8), max_size=5),
    body=st.text("abcXYZ019+/-_", min_size=10, max_size=80),
)
def test_the_secret_is_found_at_any_depth_under_any_key(around: list[Any], keys: list[str], body: str) -> None:
    secret = PREFIX + body
    answer: Any = secret
    for key in keys:
        answer = {**{f"other{number}": value for number, value in enumerate(around)}, key: answer}
    assert match_secret([token()], secret_candidates(json.dumps([*around, answer]))) == (token(), secret)


# --- versions


@pytest.mark.parametrize(
    ("output", "version"),
    [
        ("influxctl version 2.10.1\n", (2, 10, 1)),
        ("influxctl/v2.9.9 linux/amd64", (2, 9, 9)),
        ("v2.12.1", (2, 12, 1)),
        ("2.6.0", (2, 6, 0)),
        ("built with go1.23.5\nVersion: 2.11.0 (2025-10-24)", (2, 11, 0)),
        ('{"version": "2.11.0"}', (2, 11, 0)),
        ("influxctl dev, built with go1.23.5", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_versions(output: str, version: Any) -> None:
    assert read_version(output) == version


def test_a_token_that_cannot_be_read_does_not_keep_the_others_from_being_read() -> None:
    odd = {**DOCUMENTED, "created_at": None}
    tokens, unreadable = read_tokens(json.dumps([odd, DOCUMENTED, {"description": "x"}]))
    assert tokens == [read_one()]
    assert [one.id for one in unreadable] == [DOCUMENTED["id"], None]
    assert "without created_at" in unreadable[0].why
