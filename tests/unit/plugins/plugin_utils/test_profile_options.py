# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_action import read_options
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import (
    PROFILE_OPTIONS,
    check_complete,
    check_credentials,
    merge,
    read_keys,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_host import in_settings

DEDICATED = {"name": "d", "product": "dedicated", "account_id": "a", "cluster_id": "c"}


def keys_of(**arguments: Any) -> dict[str, Any]:
    arguments = in_settings({"name": "d", **arguments})
    return read_keys(read_options(PROFILE_OPTIONS, arguments), arguments)


class TestReading:
    def test_what_is_not_given_is_not_there(self) -> None:
        assert keys_of() == {}
        assert keys_of(host=None, tls=None, auth={"oauth2": None}) == {}
        assert keys_of(tls={"ca": None}) == {}

    def test_what_is_empty_is_there(self) -> None:
        assert keys_of(host="", mgmt_token="", tls={}) == {"host": "", "mgmt_token": "", "tls": {}}
        assert keys_of(auth={}) == {"auth": {}}
        assert keys_of(auth={"oauth2": {}, "token": {"token_file": ""}}) == {
            "auth": {"oauth2": {}, "token": {"token_file": ""}}
        }
        assert keys_of(auth={"oauth2": {"scopes": [], "parameters": {}}}) == {
            "auth": {"oauth2": {"scopes": [], "parameters": {}}}
        }

    def test_types(self) -> None:
        given = keys_of(port=8086, account_id="17", tls={"insecure": "no"}, auth={"oauth2": {"scopes": "a,b"}})
        assert given == {
            "account_id": "17",
            "port": "8086",
            "tls": {"insecure": False},
            "auth": {"oauth2": {"scopes": ["a", "b"]}},
        }

    def test_an_ad_hoc_command_gives_json(self) -> None:
        assert keys_of(tls="{}", auth='{"token": {"token_file": "f"}}') == {
            "tls": {},
            "auth": {"token": {"token_file": "f"}},
        }

    def test_parameters_are_strings_and_the_empty_ones_left_out(self) -> None:
        parameters = {"a": "b", "n": 1, "t": True, "e": "", "z": None}
        given = keys_of(auth={"oauth2": {"parameters": parameters}})
        assert given["auth"]["oauth2"]["parameters"] == {"a": "b", "n": "1", "t": "true"}

    def test_the_order_is_that_of_the_documentation_of_influxctl(self) -> None:
        given = keys_of(mgmt_token="t", cluster_id="c", product="dedicated", account_id="a")
        assert list(given) == ["product", "account_id", "cluster_id", "mgmt_token"]


class TestRefusing:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"mgmt_token": {"token": "hush-hush"}}, "mgmt_token must be a string, not a dictionary."),
            ({"token": ["hush-hush"]}, "token must be a string, not a list."),
            ({"mgmt_token": True}, "mgmt_token must be a string, not a boolean."),
            ({"port": 1.5}, "port must be a string, not a fraction."),
            ({"tls": {"key": ["hush-hush"]}}, "tls.key must be a string, not a list."),
            ({"tls": '{"key": ["hush-hush"]}'}, "tls.key must be a string, not a list."),
            ({"auth": {"token": {"token_file": {"x": "hush-hush"}}}}, "auth.token.token_file must be a string"),
            (
                {"auth": {"oauth2": {"scopes": [{"x": "hush-hush"}]}}},
                "each of settings.auth.oauth2.scopes must be a string",
            ),
            ({"auth": {"oauth2": {"parameters": {"a": ["hush-hush"]}}}}, "auth.oauth2.parameters.a must be a string"),
            ({"auth": {"oauth2": {"parameters": {"a": "hush\nhush"}}}}, "auth.oauth2.parameters.a holds a line break"),
            ({"mgmt_token": "hush hush"}, "mgmt_token is not a token"),
            ({"mgmt_token": "hush'hush"}, "mgmt_token is not a token"),
            ({"mgmt_token": "hush-hush\n"}, "mgmt_token begins or ends with a space"),
            ({"account_id": 17}, "settings.account_id must be a string, not a number."),
            ({"host": "hush-hush "}, "host begins or ends with a space"),
            ({"token": " hush-hush"}, "token begins or ends with a space"),
            ({"host": "hush\nhush"}, "host holds a line break"),
            ({"host": "hush\udcffhush"}, "host holds a line break or another character"),
            ({"port": "hush-hush"}, "port must be a number from 1 to 65535."),
            ({"port": 0}, "port must be a number from 1 to 65535."),
            ({"port": "99999"}, "port must be a number from 1 to 65535."),
            ({"name": ""}, "name is empty"),
            ({"name": "  "}, "name is empty"),
        ],
    )
    def test_by_name_and_without_the_value(self, arguments: dict[str, Any], message: str) -> None:
        with pytest.raises(InputError) as raised:
            keys_of(**arguments)
        assert message in str(raised.value)
        assert "hush" not in str(raised.value)
        assert "\n" not in str(raised.value)

    @pytest.mark.parametrize(
        "arguments",
        [
            {"product": "cloud"},
            {"unknown": "x"},
            {"tls": "x"},
            {"tls": {"insecure": "x"}},
            {"auth": {"oauth2": {"x": 1}}},
        ],
    )
    def test_what_ansible_refuses(self, arguments: dict[str, Any]) -> None:
        with pytest.raises(InputError):
            keys_of(**arguments)

    def test_name_is_required(self) -> None:
        with pytest.raises(InputError, match="name"):
            read_options(PROFILE_OPTIONS, {})


class TestMerging:
    def test_left_alone_set_and_removed(self) -> None:
        current = {"name": "d", "host": "h", "x": 1, "tls": {"ca": "c", "insecure": True, "y": 2}}
        given = {"host": "", "port": "1", "tls": {"ca": "", "insecure": False, "key": "k"}}
        assert merge(current, given) == {
            "name": "d",
            "x": 1,
            "port": "1",
            "tls": {"insecure": False, "y": 2, "key": "k"},
        }
        assert current["tls"] == {"ca": "c", "insecure": True, "y": 2}

    def test_a_table_that_becomes_empty_goes(self) -> None:
        current = {"tls": {"ca": "c"}, "auth": {"oauth2": {"client_id": "i"}}}
        assert merge(current, {"tls": {"ca": ""}, "auth": {"oauth2": {"client_id": ""}}}) == {}
        assert merge({}, {"tls": {"ca": ""}, "auth": {}}) == {}
        assert merge({"tls": {}}, {"host": "h"}) == {"tls": {}, "host": "h"}

    def test_parameters_are_replaced_as_a_whole(self) -> None:
        current = {"auth": {"oauth2": {"parameters": {"a": "1", "b": "2"}}}}
        given = {"auth": {"oauth2": {"parameters": {"b": "3"}}}}
        assert merge(current, given) == given

    def test_a_value_in_the_place_of_a_table(self) -> None:
        with pytest.raises(InputError, match=r"tls is not a table") as raised:
            merge({"tls": "hush-hush"}, {"tls": {"ca": "c"}})
        assert "hush" not in str(raised.value)
        assert merge({"tls": "hush-hush"}, {"tls": {}}) == {}


class TestCompleteness:
    @pytest.mark.parametrize(
        ("wanted", "lacking"),
        [
            ({}, "product"),
            ({"product": "dedicated"}, "account_id and cluster_id"),
            ({"product": "dedicated", "account_id": "a", "host": "h", "port": "1"}, "cluster_id"),
            ({"product": "clustered", "account_id": "a", "cluster_id": "c"}, "host and port"),
            ({"product": "other"}, "product"),
        ],
    )
    def test_a_new_profile(self, wanted: dict[str, Any], lacking: str) -> None:
        with pytest.raises(InputError, match=f"New profile 'd' would lack {lacking}[.]"):
            check_complete("d", None, wanted)

    def test_complete_ones(self) -> None:
        check_complete("d", None, DEDICATED)
        check_complete("d", None, {"product": "clustered", "host": "h", "port": "1"})

    def test_nothing_needed_is_taken_away(self) -> None:
        with pytest.raises(InputError, match="Changed as asked, profile 'd' would lack account_id"):
            check_complete("d", DEDICATED, merge(DEDICATED, {"account_id": ""}))
        with pytest.raises(InputError, match="would lack host and port"):
            check_complete("d", DEDICATED, merge(DEDICATED, {"product": "clustered"}))

    def test_what_lacked_before_is_not_this_tasks_matter(self) -> None:
        current = {"name": "d", "product": "dedicated", "account_id": "a"}
        check_complete("d", current, {**current, "database": "b"})
        check_complete("d", {"name": "d"}, {"name": "d", "database": "b"})


class TestCredentials:
    TOKEN: ClassVar[dict[str, Any]] = {"mgmt_token": "t"}
    OAUTH2: ClassVar[dict[str, Any]] = {"auth": {"oauth2": {"client_id": "i"}}}
    FILE: ClassVar[dict[str, Any]] = {"auth": {"token": {"token_file": "f"}}}

    def check(self, current: dict[str, Any], given: dict[str, Any]) -> None:
        check_credentials("d", given, merge(current, given))

    def test_one_at_a_time(self) -> None:
        for credential in (self.TOKEN, self.OAUTH2, self.FILE):
            self.check({}, credential)
            self.check(credential, credential)
            self.check(credential, {"host": "h", "token": "a database token may stand beside it"})

    def test_another_in_the_file(self) -> None:
        with pytest.raises(InputError, match=r"To set mgmt_token in its place, add to settings: auth: {oauth2: {}}[.]"):
            self.check(self.OAUTH2, self.TOKEN)
        with pytest.raises(InputError, match=r"To set auth.oauth2 in its place, add to settings: mgmt_token: ''[.]"):
            self.check(self.TOKEN, self.OAUTH2)
        with pytest.raises(InputError, match=r"add to settings: auth: {token: {}}[.]"):
            self.check(self.FILE, self.OAUTH2)

    def test_the_way_out_that_the_error_names(self) -> None:
        self.check(self.OAUTH2, {**self.TOKEN, "auth": {"oauth2": {}}})
        self.check(self.TOKEN, {**self.FILE, "mgmt_token": ""})
        self.check(self.FILE, {"auth": {"token": {}, **self.OAUTH2["auth"]}})

    def test_two_in_the_task(self) -> None:
        with pytest.raises(InputError, match=r"mgmt_token and auth.oauth2 are both given"):
            self.check({}, {**self.TOKEN, **self.OAUTH2})

    def test_two_in_the_file_are_not_this_tasks_matter(self) -> None:
        self.check({**self.TOKEN, **self.OAUTH2}, {"host": "h"})
