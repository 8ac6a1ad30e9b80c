# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection to InfluxDB Clustered, and to what the management API does not serve."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._connection import (
    DEFAULT_URL,
    Connection,
    check_token,
    resolve_connection,
)
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._products import DUMMY_ID

TOKEN = "M.V1.+5Jk" + "s3cr3t/+" * 6
OWN: dict[str, Any] = {"product": "clustered", "url": "https://influxdb.example:8443", "management_token": TOKEN}
IDS = {"INFLUXDB3_ACCOUNT_ID": "variable-a", "INFLUXDB3_CLUSTER_ID": "variable-c"}
PROFILE = f"""\
[[profile]]
name = "own"
product = "clustered"
host = "influxdb.example"
port = "8443"
mgmt_token = "{TOKEN}"
[profile.tls]
ca = "FOLDER/ca.pem"
cert = "FOLDER/cert.pem"
key = "FOLDER/key.pem"
[profile.auth.oauth2]
client_id = "influxctl"

[[profile]]
name = "clear"
product = "clustered"
host = "::1"
port = "80"
tls = {{ disable = true }}

[[profile]]
name = "no-port"
product = "clustered"
host = "influxdb.example"

[[profile]]
name = "nowhere"
product = "clustered"

[[profile]]
name = "cloud"
product = "dedicated"
account_id = "profile-a"
cluster_id = "profile-c"
host = "elsewhere.example"

[[profile]]
name = "unknown"
product = "serverless"
"""


@pytest.fixture
def profiles(tmp_path: Path) -> dict[str, str]:
    for name in ("ca", "cert", "key"):
        (tmp_path / f"{name}.pem").touch()
    (tmp_path / "config.toml").write_text(PROFILE.replace("FOLDER", str(tmp_path)), encoding="utf-8")
    return {"connection_config_path": str(tmp_path / "config.toml")}


def resolve(environment: Mapping[str, str] | None = None, **options: Any) -> Connection:
    return resolve_connection({**OWN, **options}, environment or {})


def test_dedicated_is_what_nobody_has_to_say() -> None:
    connection = resolve_connection({"account_id": "a", "cluster_id": "c", "management_token": TOKEN}, {})
    assert (connection.product, connection.is_clustered, connection.url) == ("dedicated", False, DEFAULT_URL)
    assert (connection.cluster, connection.owner) == ("c", "account a")


def test_an_address_is_all_that_clustered_needs() -> None:
    connection = resolve()
    assert connection.is_clustered
    assert (connection.account_id, connection.cluster_id) == (DUMMY_ID, DUMMY_ID)
    assert connection.cluster_url == f"https://influxdb.example:8443/api/v0/accounts/{DUMMY_ID}/clusters/{DUMMY_ID}"
    assert (connection.host, connection.port, connection.is_encrypted) == ("influxdb.example", 8443, True)
    assert (connection.cluster, connection.owner) == ("influxdb.example", "the cluster at influxdb.example")


def test_ids_that_are_given_are_sent() -> None:
    of_clustered = {**IDS, "INFLUXDB3_PRODUCT": "clustered"}
    assert resolve(of_clustered).account_id == resolve(of_clustered, product=None).account_id == "variable-a"
    assert resolve(account_id="a", cluster_id="c").cluster_url.endswith("/accounts/a/clusters/c")


@pytest.mark.parametrize(
    ("url", "port"), [("https://x.example", 443), ("http://x.example", 80), ("https://x.example:1", 1)]
)
def test_every_address_has_a_port(url: str, port: int) -> None:
    assert resolve(url=url).port == port


def test_ids_of_the_environment_of_dedicated_do_not_lead_astray() -> None:
    for environment in (IDS, {**IDS, "INFLUXDB3_PRODUCT": "dedicated"}):
        assert (resolve(environment).account_id, resolve(environment).cluster_id) == (DUMMY_ID, DUMMY_ID)


def test_the_product_is_an_option_before_a_profile_before_the_environment(profiles: dict[str, str]) -> None:
    clustered, dedicated = {"INFLUXDB3_PRODUCT": " clustered "}, {"INFLUXDB3_PRODUCT": "dedicated"}
    assert resolve(clustered, product=None).is_clustered
    assert resolve(dedicated).is_clustered
    own = {**profiles, "connection_profile": "own"}
    assert resolve_connection(own, dedicated).is_clustered
    cloud = {**profiles, "connection_profile": "cloud", "management_token": TOKEN}
    assert resolve_connection(cloud, clustered).url == DEFAULT_URL


def test_a_variable_that_is_no_product_is_not_shown() -> None:
    with pytest.raises(InputError, match=r"^INFLUXDB3_PRODUCT must be dedicated or clustered") as caught:
        resolve({"INFLUXDB3_PRODUCT": "s3cr3t"}, product=None)
    assert "s3cr3t" not in str(caught.value)


def test_clustered_has_no_common_address() -> None:
    with pytest.raises(InputError, match=r"^No url is given.*INFLUXDB3_URL.*host and port\.$"):
        resolve(url=None)
    assert resolve({"INFLUXDB3_URL": "https://variable.example"}, url=None).host == "variable.example"


def test_a_profile_says_everything(profiles: dict[str, str], tmp_path: Path) -> None:
    elsewhere = {**IDS, "INFLUXDB3_URL": "https://variable.example"}
    connection = resolve_connection({**profiles, "connection_profile": "own"}, elsewhere)
    assert connection.url == "https://influxdb.example:8443"
    # Variables that are meant for Dedicated do not lead astray.
    assert (connection.account_id, connection.cluster_id) == (DUMMY_ID, DUMMY_ID)
    assert connection.management_token_prefix == TOKEN[:9]
    assert [connection.ca_path, connection.client_cert, connection.client_key] == [
        str(tmp_path / f"{name}.pem") for name in ("ca", "cert", "key")
    ]
    assert connection.auth == {"oauth2": {"client_id": "influxctl"}}
    assert TOKEN not in repr(connection)
    assert resolve_connection({**profiles, "connection_profile": "own", "url": "https://o.example"}, {}).port == 443


@pytest.mark.parametrize(("name", "url"), [("clear", "http://[::1]:80"), ("no-port", "https://influxdb.example")])
def test_the_address_of_a_profile(profiles: dict[str, str], name: str, url: str) -> None:
    assert resolve_connection({**profiles, "connection_profile": name, "management_token": TOKEN}, {}).url == url


def test_a_profile_without_a_host_has_no_address(profiles: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"^No url is given"):
        resolve_connection({**profiles, "connection_profile": "nowhere", "management_token": TOKEN}, {})


def test_the_host_of_a_dedicated_profile_is_not_that_of_the_api(profiles: dict[str, str]) -> None:
    given = {**profiles, "connection_profile": "cloud", "management_token": TOKEN}
    assert resolve_connection(given, {}).url == DEFAULT_URL


@pytest.mark.parametrize(("product", "name"), [("dedicated", "own"), ("clustered", "cloud")])
def test_no_token_goes_to_the_other_product(profiles: dict[str, str], product: str, name: str) -> None:
    with pytest.raises(InputError, match=f"^product is {product}, and connection_profile names"):
        resolve_connection({**OWN, **profiles, "product": product, "connection_profile": name}, {})


def test_a_profile_of_another_product(profiles: dict[str, str]) -> None:
    with pytest.raises(InputError, match="product that influxctl does not know"):
        resolve_connection({**profiles, "connection_profile": "unknown"}, {})


def test_flat_paths_are_for_clustered() -> None:
    assert resolve(api_path="flat").cluster_url == "https://influxdb.example:8443/api/v0"
    with pytest.raises(InputError, match=r"^api_path: flat is for InfluxDB Clustered"):
        resolve_connection({"account_id": "a", "cluster_id": "c", "management_token": TOKEN, "api_path": "flat"}, {})


@pytest.mark.parametrize("option", ["client_cert", "client_key"])
def test_a_certificate_of_ones_own_that_is_not_there(tmp_path: Path, option: str) -> None:
    with pytest.raises(InputError, match=rf"^{option} .*gone\.pem is not a readable file"):
        resolve_connection({**OWN, option: str(tmp_path / "gone.pem")}, {})


def test_a_key_belongs_to_a_certificate(tmp_path: Path) -> None:
    (tmp_path / "key.pem").touch()
    with pytest.raises(InputError, match=r"^client_key is given without client_cert"):
        resolve(client_key=str(tmp_path / "key.pem"))


@pytest.mark.parametrize(
    ("url", "product", "words"),
    [
        ("https://console.influxdata.com", "clustered", "which is InfluxDB Cloud Dedicated, and product is clustered"),
        ("https://cluster-id.a.influxdb.io", "dedicated", "InfluxDB 3 Cloud, which has another API"),
        ("https://CLUSTER-ID.a.influxdb.io:443/x", "clustered", "serves its data"),
        ("https://us-east-1-1.aws.cloud2.influxdata.com", "dedicated", "InfluxDB Cloud Serverless"),
        ("https://cloud2.influxdata.com", "dedicated", "InfluxDB Cloud Serverless"),
        ("https://name.influxcloud.net", "dedicated", "InfluxDB Cloud 1"),
    ],
)
def test_hosts_without_this_api_are_refused_by_name(url: str, product: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        resolve_connection({**OWN, "account_id": "a", "cluster_id": "c", "url": url, "product": product}, {})


@pytest.mark.parametrize(
    "host", ["influxdb.io.example", "notinfluxdb.io", "influxdb.example", "cloud2.example", "influxdata.com.example"]
)
def test_other_hosts_may_be_anything(host: str) -> None:
    assert resolve(url=f"https://{host}").host == host


def test_tokens_of_other_products_are_refused_by_name() -> None:
    token = "apiv3_" + "s3cr3t" * 8
    for option in ("management_token", "settings.token"):
        with pytest.raises(InputError, match=f"^{option} is a token of InfluxDB 3 Core, Enterprise or Cloud") as caught:
            check_token(option, token)
        assert "s3cr3t" not in str(caught.value)
    with pytest.raises(InputError, match="InfluxDB 3 Core, Enterprise or Cloud"):
        resolve(management_token=token)
    assert check_token("settings.token", "apiv1_x").reveal() == "apiv1_x"
