# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options turned into what the engine works with."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any, Callable

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._arguments import (
    TOKEN_OPTIONS,
    read_desired,
    read_duration,
    read_evidence,
    read_secret_path,
    token_constraints,
)
from ansible_collections.influxdb3.management.plugins.module_utils._connection import CONNECTION_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._expiry import Desired
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DATABASE,
    MANAGEMENT,
    Evidence,
    Kind,
    Permission,
)

SECRET = "apiv1_" + "5" * 64


def desired(**parameters: Any) -> Desired:
    return read_desired({"description": "job", **parameters})


def test_nothing_given_is_nothing_wanted() -> None:
    nothing = dict.fromkeys([*TOKEN_OPTIONS, "permissions"])
    assert read_desired({"id": "a"}) == read_desired({**nothing, "id": "a"}) == Desired(id="a")
    assert desired() == desired(**{**nothing, "description": "job"}) == Desired("job")


@pytest.mark.parametrize("parameters", [{}, {"description": None}, {"description": None, "id": None}])
def test_a_token_must_be_named(parameters: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        read_desired(parameters)
    assert str(caught.value) == "Neither description nor id is given. Name the token by one of them."


def test_everything_given() -> None:
    parameters = {
        "description": " job ",
        "id": "a",
        "permissions": [
            {"action": "read", "resource": "*"},
            {"action": "write", "resource": "metrics"},
            {"action": "read", "resource": "*"},
        ],
        "lifetime": "2w3d12h",
    }
    assert read_desired(parameters) == Desired(
        description=" job ",
        id="a",
        permissions=frozenset({Permission("read", "*"), Permission("write", "metrics")}),
        lifetime=timedelta(days=17, hours=12),
    )


def test_empty_permissions_are_not_the_same_as_none() -> None:
    assert desired(permissions=[]).permissions == frozenset()
    assert desired(permissions=None).permissions is None


@pytest.mark.parametrize(
    "text",
    ["2027-01-31T00:00:00Z", "2027-01-31T01:00:00.999+01:00", "2027-01-31t00:00:00.5z", " 2027-01-31T00:00:00Z "],
)
def test_an_expiry_is_cut_to_whole_seconds_of_utc(text: str) -> None:
    assert desired(expires_at=text).expires_at == datetime(2027, 1, 31, tzinfo=timezone.utc)


@pytest.mark.parametrize("option", ["description", "id", "expires_at", "lifetime"])
@pytest.mark.parametrize("value", ["", " ", "\t\n"])
def test_an_option_that_is_given_must_not_be_blank(option: str, value: str) -> None:
    with pytest.raises(InputError) as caught:
        desired(**{option: value})
    assert str(caught.value) == f"{option} is empty. Give a value, or leave the option out."


NO_ZONE = ": it ends without Z or an offset from UTC such as +02:00"
NO_OFFSET = ": no offset from UTC is that large"
NO_DATE = ": there is no such date, or no such time of a day"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2027-01-31", ""),
        ("2027-01-31T00:00:00", NO_ZONE),
        ("2027-01-31 00:00:00.5", NO_ZONE),
        ("2027-01-31T00:00:00+25:00", NO_OFFSET),
        ("2027-01-31T00:00:00-24:00", NO_OFFSET),
        ("2027-01-31T00:00:00+02:75", NO_OFFSET),
        ("2027-02-30T00:00:00Z", NO_DATE),
        ("0000-01-31T00:00:00Z", NO_DATE),
        ("2027-01-31T24:00:00Z", NO_DATE),
        ("2027-01-31T00:00:61Z", NO_DATE),
    ],
)
def test_an_expiry_that_cannot_be_read(text: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        desired(expires_at=f" {text} ")
    assert str(caught.value) == f"expires_at {text} is not an RFC 3339 instant such as 2027-01-31T00:00:00Z{why}."


def test_an_expiry_that_no_calendar_holds() -> None:
    with pytest.raises(InputError) as caught:
        desired(expires_at="9999-12-31T23:59:59-01:00")
    assert str(caught.value) == "expires_at 9999-12-31T23:59:59-01:00 is an instant outside the years 1 to 9999."


@pytest.mark.parametrize(
    "text", ["tomorrow", SECRET, f"2027-01-31{SECRET}", "2027-01-31\n00:00", "2027-01-31" + "0" * 41]
)
def test_an_expiry_that_looks_like_none_is_not_shown(text: str) -> None:
    with pytest.raises(InputError) as caught:
        desired(expires_at=text)
    assert str(caught.value) == "expires_at is not an RFC 3339 instant such as 2027-01-31T00:00:00Z."


def test_a_leap_second_is_the_second_before_it() -> None:
    assert desired(expires_at="2027-06-30T23:59:60Z") == desired(expires_at="2027-06-30T23:59:59Z")


@pytest.mark.parametrize("offset", ["+23:59", "-23:59"])
def test_the_largest_offsets(offset: str) -> None:
    assert desired(expires_at=f"2027-01-31T12:00:00{offset}").expires_at is not None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("90", "not a duration such as 90d, 12h or 2w3d12h"),
        ("-1d", "not a duration such as 90d, 12h or 2w3d12h"),
        ("1.5d", "not a duration such as 90d, 12h or 2w3d12h"),
        ("P90D", "not a duration such as 90d, 12h or 2w3d12h"),
        (SECRET, "not a duration such as 90d, 12h or 2w3d12h"),
        ("0d", "a duration of zero"),
        ("9999999999w", "a duration longer than any calendar"),
    ],
)
@pytest.mark.parametrize("option", ["lifetime", "expires_within"])
def test_a_duration_that_cannot_be_read(option: str, text: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        read_duration({option: text}, option)
    assert str(caught.value) == (
        f"{option} is {problem}. Use whole numbers with w, d, h, m or s, such as 90d or 2w3d12h."
    )


@pytest.mark.parametrize("resource", ["", "  "])
def test_a_permission_needs_a_resource(resource: str) -> None:
    entries = [{"action": "read", "resource": "a"}, {"action": "read", "resource": resource}]
    with pytest.raises(InputError) as caught:
        desired(permissions=entries)
    assert str(caught.value) == "permissions entry 2 has an empty resource. Name a database, or '*' for all."


def test_a_resource_is_no_longer_than_a_database_name() -> None:
    longest = "x" * 64
    assert desired(permissions=[{"action": "read", "resource": longest}]).permissions
    with pytest.raises(InputError) as caught:
        desired(permissions=[{"action": "read", "resource": longest + "x"}])
    assert str(caught.value) == (
        "permissions entry 1 has a resource of more than 64 characters, which no database name has."
    )


@pytest.mark.parametrize(
    ("kind", "parameters", "evidence"),
    [
        (DATABASE, {}, Evidence()),
        (DATABASE, {"held_id": None}, Evidence()),
        (DATABASE, {"held_id": ""}, Evidence(given=True)),
        (DATABASE, {"held_id": "  "}, Evidence(given=True)),
        (DATABASE, {"held_id": " a "}, Evidence(given=True, token_id="a")),
        (DATABASE, {"held_prefix": "M.V1.+5Jk"}, Evidence()),
        (MANAGEMENT, {}, Evidence()),
        (MANAGEMENT, {"held_prefix": None}, Evidence()),
        (MANAGEMENT, {"held_prefix": ""}, Evidence(given=True)),
        (MANAGEMENT, {"held_prefix": "\n"}, Evidence(given=True)),
        (MANAGEMENT, {"held_prefix": " M.V1.+5Jk\n"}, Evidence(given=True, prefix="M.V1.+5Jk")),
        (MANAGEMENT, {"held_id": "a"}, Evidence()),
    ],
)
def test_evidence(kind: Kind, parameters: dict[str, Any], evidence: Evidence) -> None:
    assert read_evidence(kind, parameters) == evidence


@pytest.mark.parametrize("value", ["M.V1.+5J", "M.V1.+5Jkx", "M.V1.+5JkHushHushHush"])
def test_a_held_prefix_has_nine_characters_and_is_not_shown(value: str) -> None:
    with pytest.raises(InputError) as caught:
        read_evidence(MANAGEMENT, {"held_prefix": value})
    assert str(caught.value) == (
        "held_prefix must have exactly 9 characters, the beginning of the token that is held, "
        "or be empty where none is held."
    )


def test_the_path_of_a_secret_file() -> None:
    assert read_secret_path({}) is None
    assert read_secret_path({"secret_file": None}) is None
    assert read_secret_path({"secret_file": "/a/b", "secret_format": "x={token}"}) == "/a/b"
    for text, count in (("", 0), ("TOKEN", 0), ("{token} {token}", 2), ("{ token }", 0)):
        with pytest.raises(InputError, match=rf"^secret_format has {{token}} {count} times\. Give it exactly once"):
            read_secret_path({"secret_file": "/a/b", "secret_format": text})
        assert read_secret_path({"secret_format": text}) is None
    with pytest.raises(InputError, match=r"^secret_file /a/b/ ends in a slash\. Give the path of a file\.$"):
        read_secret_path({"secret_file": "/a/b/", "secret_format": "{token}"})
    with pytest.raises(InputError, match=r"^secret_file is empty\. Give a value, or leave the option out\.$"):
        read_secret_path({"secret_file": " "})


@pytest.mark.parametrize("kind", [DATABASE, MANAGEMENT])
def test_constraints_name_the_way_to_hold_of_their_kind(kind: Kind) -> None:
    constraints = token_constraints(kind)
    assert constraints["required_one_of"] == [("description", "id")]
    assert set(constraints["mutually_exclusive"]) == {
        ("expires_at", "lifetime"),
        (kind.held_option, "secret_file"),
        ("id", kind.held_option),
        ("id", "secret_file"),
        ("id", "renew_before"),
        ("id", "overlap"),
        ("expires_at", "renew_before"),
    }
    assert constraints["required_by"] == {"renew_before": "lifetime"}


def test_the_only_secret_among_the_options_is_marked() -> None:
    options = {**CONNECTION_OPTIONS, **TOKEN_OPTIONS}
    assert [name for name, option in options.items() if option.get("no_log")] == ["management_token"]


@pytest.mark.parametrize(
    ("lifetime", "renew_before", "expected"),
    [
        ("90d", "14d", timedelta(days=14)),
        ("90d", "20%", timedelta(days=18)),
        ("10d", " 1 %", timedelta(days=10) / 100),
        ("1w", "6d23h59m59s", timedelta(days=7) - timedelta(seconds=1)),
        ("1w", None, None),
    ],
)
def test_renew_before_is_a_duration_or_a_share_of_the_lifetime(
    lifetime: str, renew_before: str | None, expected: timedelta | None
) -> None:
    desired = read_desired({"description": "job", "lifetime": lifetime, "renew_before": renew_before})
    assert desired.renew_before == expected


@pytest.mark.parametrize("renew_before", ["90d", "91d", "100%", "0%", "999%", "soon", "20 percent", "-1d", "0s", " "])
def test_renew_before_must_be_shorter_than_the_lifetime(renew_before: str) -> None:
    with pytest.raises(InputError, match="renew_before"):
        read_desired({"description": "job", "lifetime": "90d", "renew_before": renew_before})


def test_overlap_may_be_nothing() -> None:
    assert read_desired({"description": "job", "overlap": "0s"}).overlap == timedelta(0)
    with pytest.raises(InputError, match="overlap is not a duration"):
        read_desired({"description": "job", "overlap": "0"})


def test_what_is_named_by_id_cannot_be_renewed() -> None:
    with pytest.raises(InputError, match="force_renew makes a new token"):
        read_desired({"id": "1", "force_renew": True})
    assert not read_desired({"id": "1", "force_renew": False}).force_renew


@pytest.mark.parametrize(
    "value", ["M.V1.+5Jk4711", "apiv1_0123456789", "{'id': '1'}", "1\n2", "1" * 65, "é", "-1", ".."]
)
@pytest.mark.parametrize(
    ("option", "read"), [("id", read_desired), ("held_id", partial(read_evidence, DATABASE))], ids=["id", "held_id"]
)
def test_what_is_no_id_is_refused_without_showing_it(
    option: str, read: Callable[[dict[str, Any]], Any], value: str
) -> None:
    with pytest.raises(InputError, match=f"^{option} is not the id of a token") as caught:
        read({option: value})
    assert value not in str(caught.value)
