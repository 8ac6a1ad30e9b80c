# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How option, profile, environment and default make one connection, and what is refused."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._connection import (
    DEFAULT_URL,
    ENVIRONMENT,
    Connection,
    check_token,
    resolve_connection,
)
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret

TOKEN = "M.V1.+5Jk" + "s3cr3t/+" * 6 + "="
GIVEN: dict[str, Any] = {"account_id": "option-a", "cluster_id": "option-c", "management_token": TOKEN}
VARIABLES = {
    "INFLUXDB3_ACCOUNT_ID": "variable-a",
    "INFLUXDB3_CLUSTER_ID": "variable-c",
    "INFLUXDB3_MANAGEMENT_TOKEN": "M.V1.variable",
    "INFLUXDB3_URL": "https://variable.example",
}


def resolve(environment: Mapping[str, str] = {}, **parameters: Any) -> Connection:
    return resolve_connection({**GIVEN, **parameters}, environment)


@pytest.fixture
def profile(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "config.toml"
    path.write_text(
        '[[profile]]\nname = "p"\naccount_id = "profile-a"\nmgmt_token = "M.V1.profile"\n', encoding="utf-8"
    )
    return {"connection_profile": "p", "connection_config_path": str(path)}


# --- precedence


def test_defaults() -> None:
    connection = resolve()
    assert connection == Connection(
        account_id="option-a",
        cluster_id="option-c",
        management_token=connection.management_token,
        url="https://console.influxdata.com",
        ca_path=None,
        validate_certs=True,
        timeout=30.0,
        retries=3,
    )
    assert connection.management_token is not None
    assert connection.management_token.reveal() == TOKEN


def test_option_before_profile_before_environment(profile: dict[str, str]) -> None:
    connection = resolve_connection({"account_id": "option-a", **profile}, VARIABLES)
    assert connection.account_id == "option-a"
    assert connection.cluster_id == "variable-c"
    assert connection.management_token_prefix == "M.V1.prof"
    assert connection.url == "https://variable.example"
    assert resolve_connection(profile, VARIABLES).account_id == "profile-a"
    assert resolve_connection({}, VARIABLES).account_id == "variable-a"
    assert resolve_connection(GIVEN, VARIABLES).management_token_prefix == TOKEN[:9]


def test_every_variable_is_read(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    connection = resolve_connection({}, {**VARIABLES, "INFLUXDB3_CA_PATH": str(authority)})
    assert connection.ca_path == str(authority)
    assert set(ENVIRONMENT.values()) == {*VARIABLES, "INFLUXDB3_CA_PATH", "INFLUXDB3_PRODUCT"}


@pytest.mark.parametrize("empty", [None, "", "   "])
def test_empty_is_not_given(empty: Any) -> None:
    connection = resolve(VARIABLES, account_id=empty, url=empty, connection_profile=empty, ca_path=empty)
    assert connection.account_id == "variable-a"
    assert connection.url == "https://variable.example"
    assert resolve({"INFLUXDB3_URL": empty or ""}).url == DEFAULT_URL


def test_spaces_around_values_do_not_count() -> None:
    connection = resolve({"INFLUXDB3_URL": " https://x.example \n"}, account_id=" a ", management_token=f"\n{TOKEN}\n")
    assert (connection.account_id, connection.url) == ("a", "https://x.example")
    assert connection.management_token is not None
    assert connection.management_token.reveal() == TOKEN


def test_a_profile_is_read_only_when_named(profile: dict[str, str]) -> None:
    assert resolve(connection_config_path="/does/not/exist").account_id == "option-a"
    with pytest.raises(InputError, match="no profile named 'q'"):
        resolve_connection({**profile, "connection_profile": "q"}, {})


def test_config_path_may_begin_with_the_home_folder(profile: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", os.path.dirname(profile["connection_config_path"]))
    assert (
        resolve_connection({"connection_profile": "p", "connection_config_path": "~/config.toml"}, VARIABLES).account_id
        == "profile-a"
    )


# --- what is missing


@pytest.mark.parametrize(
    ("name", "variable"), [("account_id", "INFLUXDB3_ACCOUNT_ID"), ("cluster_id", "INFLUXDB3_CLUSTER_ID")]
)
def test_a_missing_id_is_named(name: str, variable: str) -> None:
    with pytest.raises(InputError, match=rf"Set {name}, the environment variable {variable}.*influxctl cluster list"):
        resolve_connection({**GIVEN, name: None}, {})


def test_a_missing_token_is_named() -> None:
    with pytest.raises(InputError, match=r"management_token.*INFLUXDB3_MANAGEMENT_TOKEN.*profile"):
        resolve(management_token=None)


def test_a_token_is_not_always_required() -> None:
    connection = resolve_connection({**GIVEN, "management_token": None}, {}, token_required=False)
    assert connection.management_token is None
    assert connection.management_token_prefix is None


# --- what is malformed


@pytest.mark.parametrize("value", ["a b", "a/b", "a?b", "a#b", "a\\b", "a\nb", ".", ".."])
@pytest.mark.parametrize("name", ["account_id", "cluster_id"])
def test_what_cannot_be_an_id(name: str, value: str) -> None:
    with pytest.raises(InputError, match=f"^{name} is not an id"):
        resolve_connection({**GIVEN, name: value}, {})


@pytest.mark.parametrize(
    "value",
    ["{'token': 's3cr3t'}", '{"token": "s3cr3t"}', "s3cr3t s3cr3t", "s3cr3t\ns3cr3t", "=s3cr3t", "s3cr3t:ü", ""],
)
def test_what_cannot_be_a_token_is_not_shown(value: str) -> None:
    with pytest.raises(InputError, match=r"^management_token is not a token") as caught:
        check_token("management_token", value)
    assert "s3cr3t" not in str(caught.value)


def test_a_malformed_token_stops_the_task() -> None:
    with pytest.raises(InputError, match="management_token is not a token"):
        resolve({"INFLUXDB3_MANAGEMENT_TOKEN": "{'changed': true}"}, management_token=None)


@pytest.mark.parametrize(
    "url",
    [
        *("console.influxdata.com", "ftp://x.example", "https://", "https:///path", "https://x.example:port"),
        *("https://x.example:99999", "https://x.example:0", "https://[::1", "file:///etc/passwd", "//x.example"),
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(InputError, match=r"^url is not an address"):
        resolve(url=url)


@pytest.mark.parametrize(
    "url", ["https://user@x.example", "https://user:s3cr3t@x.example", "https://x.example/?a=s3cr3t", "https://x/#a"]
)
def test_an_address_is_only_an_address(url: str) -> None:
    with pytest.raises(InputError, match=r"^url must not hold") as caught:
        resolve(url=url)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/", "https://x.example"),
        ("https://x.example:8443/base//", "https://x.example:8443/base"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("https://[::1]:1", "https://[::1]:1"),
    ],
)
def test_addresses(url: str, expected: str) -> None:
    assert resolve(url=url).url == expected


def test_the_address_of_the_cluster() -> None:
    assert resolve(url="https://x.example:8443/base/").cluster_url == (
        "https://x.example:8443/base/api/v0/accounts/option-a/clusters/option-c"
    )


@pytest.mark.parametrize(
    ("identifier", "encoded"),
    [
        ("a+b", "a%2Bb"),
        ("a%2Fb", "a%252Fb"),
        ("a:b@c", "a%3Ab%40c"),
        ("caf\u00e9", "caf%C3%A9"),
        ("a;b=c", "a%3Bb%3Dc"),
    ],
)
def test_an_id_is_one_part_of_the_address_whatever_it_holds(identifier: str, encoded: str) -> None:
    cluster_url = resolve(account_id=identifier, cluster_id=identifier).cluster_url
    assert cluster_url == f"{DEFAULT_URL}/api/v0/accounts/{encoded}/clusters/{encoded}"


def test_no_id_leads_out_of_its_part_of_the_address() -> None:
    cluster_url = Connection("../a", "b/../c", management_token=None).cluster_url
    assert cluster_url == f"{DEFAULT_URL}/api/v0/accounts/..%2Fa/clusters/b%2F..%2Fc"


@pytest.mark.parametrize(
    ("url", "clear"),
    [
        ("https://x.example", False),
        ("http://x.example", True),
        ("HTTP://X.example", True),
        ("http://localhost:80", False),
        ("http://127.0.0.1:80", False),
        ("http://[::1]:80", False),
        ("http://127.0.0.1.x.example", True),
    ],
)
def test_sending_in_the_clear(url: str, clear: bool) -> None:
    assert resolve(url=url).sends_in_the_clear is clear


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_a_certificate_file_that_is_none(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "ca.pem"
    if kind == "folder":
        path.mkdir()
    with pytest.raises(InputError, match=r"^ca_path .*ca\.pem is not a readable file"):
        resolve(ca_path=str(path))


def test_the_certificate_file_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ca.pem").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve(ca_path="ca.pem").ca_path == str(tmp_path / "ca.pem")
    assert resolve(ca_path="~/ca.pem").ca_path == str(tmp_path / "ca.pem")


@pytest.mark.parametrize("timeout", [0, -1, 3600.1, float("nan"), float("inf")])
def test_timeouts_out_of_range(timeout: float) -> None:
    with pytest.raises(InputError, match=r"^timeout must be"):
        resolve(timeout=timeout)


@pytest.mark.parametrize("retries", [-1, 21])
def test_retries_out_of_range(retries: int) -> None:
    with pytest.raises(InputError, match=r"^retries must be"):
        resolve(retries=retries)


def test_numbers_at_their_limits() -> None:
    connection = resolve(timeout=3600, retries=20, validate_certs=False)
    assert (connection.timeout, connection.retries, connection.validate_certs) == (3600.0, 20, False)
    assert resolve(timeout=0.1, retries=0).retries == 0


def test_the_token_does_not_show_itself() -> None:
    connection = resolve()
    assert "s3cr3t" not in repr(connection) + str(connection) + repr(Secret(TOKEN))
    assert connection.management_token_prefix == "M.V1.+5Jk"
