# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import json
import math

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import TO_COME
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_view import (
    describe,
    describe_with_token,
    management_token_prefix,
    render,
    secrets_of,
)

TOKEN = "M.V1.+5Jkhush-hush-hush"
PROFILE = {
    "name": "default",
    "product": "dedicated",
    "token": "apiv1_hush-hush",
    "mgmt_token": TOKEN,
    "tls": {"key": "/etc/key.pem", "insecure": True},
    "auth": {
        "oauth2": {
            "token_url": "https://example.com/token",
            "client_secret": "hush-hush",
            "parameters": {"audience": "a", "Client_Secret": "hush-hush", "password": "hush-hush"},
        },
        "token": {"token_file": "/f"},
    },
    "some_credentials": {"a": "hush-hush"},
    "api_key": 4711,
    "notes": ["see M.V1.hush-hush", {"x": "apiv1_hush-hush"}],
    "when": datetime.date(2026, 1, 2),
    "odd": math.nan,
}


class TestPrefix:
    @pytest.mark.parametrize(
        ("token", "prefix"),
        [
            (TOKEN, "M.V1.+5Jk"),
            ("apiv1_hush-hush-hush", None),
            ("M.V2.+5Jkhush-hush-hush", None),
            ("M.V1.+5Jk", None),
            ("M.V1.+5Jkhush", None),
            ("", None),
            (17, None),
            (None, None),
        ],
    )
    def test_only_of_a_management_token(self, token: object, prefix: str | None) -> None:
        assert management_token_prefix({"mgmt_token": token}) == prefix

    def test_of_no_profile(self) -> None:
        assert management_token_prefix(None) is None
        assert management_token_prefix({}) is None


class TestDescribe:
    def test_everything_but_secrets(self) -> None:
        shown = describe(PROFILE)
        assert shown == {
            "name": "default",
            "product": "dedicated",
            "token": True,
            "mgmt_token": True,
            "mgmt_token_prefix": "M.V1.+5Jk",
            "tls": {"key": "/etc/key.pem", "insecure": True},
            "auth": {
                "oauth2": {
                    "token_url": "https://example.com/token",
                    "client_secret": True,
                    "parameters": {"audience": "a", "Client_Secret": True, "password": True},
                },
                "token": {"token_file": "/f"},
            },
            "some_credentials": True,
            "api_key": True,
            "notes": ["********", {"x": "********"}],
            "when": "2026-01-02",
            "odd": "nan",
        }
        assert "hush" not in json.dumps(shown, allow_nan=False)

    def test_whether_there_is_a_secret_is_always_said(self) -> None:
        assert describe({"name": "d", "token": ""}) == {
            "name": "d",
            "token": False,
            "mgmt_token": False,
            "mgmt_token_prefix": None,
        }

    def test_no_profile(self) -> None:
        assert describe(None) is None


class TestRender:
    def test_secrets_are_masked(self) -> None:
        text = render(PROFILE)
        assert "hush" not in text
        assert 'mgmt_token = "M.V1.+5Jk..."' in text
        assert 'token = "********"' in text
        assert 'key = "/etc/key.pem"' in text
        assert "4711" not in text
        assert "changed" not in text

    def test_a_changed_secret_says_so(self) -> None:
        def profile(mark: str) -> dict[str, object]:
            parameters = {"password": f"one{mark}"}
            return {"mgmt_token": TOKEN + mark, "token": f"t{mark}", "auth": {"oauth2": {"parameters": parameters}}}

        before, after = profile("1"), profile("2")
        assert render(before, before) == render(before) == render(after)
        assert render(after, before).replace(" (changed)", "") == render(after)
        assert render(after, before).count("(changed)") == 3

    def test_a_new_secret_is_just_there(self) -> None:
        assert "changed" not in render(PROFILE, {"name": "default"})
        assert "changed" not in render(PROFILE, None)

    def test_a_token_that_is_to_come(self) -> None:
        for before in (None, PROFILE):
            assert 'mgmt_token = "(known after creation)"\n' in render({"mgmt_token": TO_COME}, before)

    def test_no_profile(self) -> None:
        assert render(None, PROFILE) == ""


def test_secrets_of_options() -> None:
    arguments = {
        "name": "keys",
        "backup": True,
        "token": "one",
        "mgmt_token": 17,
        "auth": {"oauth2": {"parameters": {"client_secret": "two", "audience": "a"}}},
        "tls": {"key": "/k"},
    }
    assert set(secrets_of(arguments)) == {"one", "17", "two"}


def test_a_minted_token_that_no_list_has_shown_is_told_without_an_id() -> None:
    remembered = {"id": "M.V1.abcd", "description": "for the host", "accepted": True, "replaced": []}
    told = describe_with_token({"name": "default"}, remembered)["mgmt_token_metadata"]
    assert (told["id"], told["description"]) == (None, "for the host")
