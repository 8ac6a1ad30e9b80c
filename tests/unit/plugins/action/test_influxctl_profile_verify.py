# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the controller settles, and what it asks the host to do. Real runs are in tests/integration."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action import influxctl_profile_verify
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_host import PATH, SECRET, TEXT, Host

ARGUMENTS = {"name": "d", "account_id": "a+1", "cluster_id": "c-1", "url": "https://service.test/x/"}
CONTROLLERS_TOKEN = "M.V1.controllers-own-hush"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def verify(host: Host, **options: Any) -> dict[str, Any]:
    result: dict[str, Any] = host.run(influxctl_profile_verify, {**ARGUMENTS, **options})
    # Whatever the task is given, no secret goes to the host, nor any that is not there comes from it.
    assert SECRET not in json.dumps(host.asked)
    assert "controllers-own" not in json.dumps([host.asked, result])
    return result


def question(host: Host, **options: Any) -> dict[str, Any]:
    """What the host is asked about the service."""
    assert not verify(host, **options).get("failed")
    assert [asked["operation"] for asked in host.asked] == ["read", "verify"]
    return host.asked[1]


def test_what_the_host_is_asked() -> None:
    host = Host(TEXT.encode())
    assert question(host, path="~/c.toml", management_token=CONTROLLERS_TOKEN) == {
        "operation": "verify",
        "path": PATH,
        "profile": "d",
        "token_sha256": hashlib.sha256(SECRET.encode()).hexdigest(),
        "url": "https://service.test/x/api/v0/accounts/a%2B1/clusters/c-1/tokens",
        "ca": None,
        "validate_certs": True,
        "timeout": 30.0,
        "wait": 120.0,
    }
    assert host.asked[0] == {"operation": "read", "path": "~/c.toml", "profile": "d"}


def test_the_result() -> None:
    host = Host(TEXT.encode())
    host.previous["d"] = b""
    expected = {"changed": True, "path": PATH, "mgmt_token_prefix": "M.V1.+5Jk", "status": 200}
    assert verify(host) == expected
    assert verify(host) == {**expected, "changed": False}


def test_a_token_of_another_form_has_no_prefix_to_show() -> None:
    host = Host(TEXT.replace(SECRET, "hush-hush-hush").encode())
    assert verify(host)["mgmt_token_prefix"] is None


def test_the_connection_is_the_controllers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authorities = tmp_path / "ca.pem"
    authorities.write_bytes(b"# caf\xc3\xa9 \xff\n" + PEM.encode())
    monkeypatch.setenv("INFLUXDB3_ACCOUNT_ID", "of-the-environment")
    monkeypatch.setenv("INFLUXDB3_CA_PATH", str(authorities))
    monkeypatch.setenv("INFLUXDB3_MANAGEMENT_TOKEN", CONTROLLERS_TOKEN)
    config = tmp_path / "config.toml"
    config.write_text(
        f'[[profile]]\nname = "p"\ncluster_id = "of-the-profile"\nmgmt_token = "{CONTROLLERS_TOKEN}"\n',
        encoding="utf-8",
    )
    asked = question(
        Host(TEXT.encode()),
        account_id=None,
        cluster_id=None,
        url="",
        connection_profile="p",
        connection_config_path=str(config),
        validate_certs=False,
        timeout=1.5,
        wait="1m30s",
    )
    base = "https://console.influxdata.com/api/v0/accounts/of-the-environment/clusters/of-the-profile"
    assert asked["url"] == f"{base}/tokens"
    assert asked["ca"] == f"# caf \n{PEM}"
    assert (asked["validate_certs"], asked["timeout"], asked["wait"]) == (False, 1.5, 90.0)


@pytest.mark.parametrize(("wait", "seconds"), [("0s", 0.0), ("1h", 3600.0)])
def test_wait(wait: str, seconds: float) -> None:
    assert question(Host(TEXT.encode()), wait=wait)["wait"] == seconds


def test_a_warning_where_the_token_crosses_a_network_in_the_clear() -> None:
    host = Host(TEXT.encode())
    host.extra = {"warnings": ["of the host"]}
    assert verify(host, url="http://service.test")["warnings"] == [
        "of the host",
        "http://service.test is not HTTPS: the token crosses the network in the clear.",
    ]
    assert verify(host, url="http://127.0.0.1:1")["warnings"] == ["of the host"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, f"{PATH} has no profile named 'd'. Write it with influxctl_profile."),
        (b'[[profile]]\nname = "e"\n', f"{PATH} has no profile named 'd'. Write it with influxctl_profile."),
        *(
            (
                TEXT.replace(f'"{SECRET}"', value).encode(),
                f"The profile 'd' in {PATH} holds no management token. Give it one in mgmt_token.",
            )
            for value in ('""', "1", "[]")
        ),
        (
            TEXT.replace(SECRET, f"{{'token': '{SECRET}'}}").encode(),
            "mgmt_token is not a token: it holds characters that no token has. Give the token string itself, such as "
            "the value 'token' of a registered result, not the whole result.",
        ),
        (
            f"mgmt_token = {SECRET}".encode(),
            f"{PATH} is not valid TOML at line 1, column 14. Correct the file by hand.",
        ),
    ],
)
def test_a_file_without_a_token_to_try(content: bytes | None, message: str) -> None:
    host = Host(content)
    assert verify(host) == {"failed": True, "msg": message}
    assert [asked["operation"] for asked in host.asked] == ["read"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"wait": "soon"}, "wait is not a duration"),
        ({"wait": "-1s"}, "wait is not a duration"),
        ({"ca_path": "/no/such/ca.pem"}, "ca_path /no/such/ca.pem is not a readable file."),
        ({"account_id": ""}, "No account id is given."),
        ({"url": "service.test"}, "url is not an address"),
        ({"timeout": 0}, "timeout must be"),
        ({"name": ""}, "name is empty."),
        ({"wait": ""}, "wait is empty."),
        ({"state": "present"}, "Unsupported option state. "),
        ({"management_token": {"token": CONTROLLERS_TOKEN}}, "management_token must be a string, not a dictionary."),
    ],
)
def test_wrong_options_are_refused_before_the_host_is_asked(wrong: dict[str, Any], message: str) -> None:
    host = Host(TEXT.encode())
    result = verify(host, **wrong)
    assert result["failed"]
    assert message in result["msg"]
    assert host.asked == []


def test_the_answer_of_the_host_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host(TEXT.encode())
    message = "service.test does not accept the token (401) after 0 s."
    monkeypatch.setattr(host, "verify", lambda _arguments: {"failed": True, "msg": message, "explained": True})
    assert verify(host) == {"failed": True, "msg": message}


def test_nothing_is_printed_on_the_way() -> None:
    host = Host(TEXT.encode())
    verify(host)
    assert host.printed == [False, False]
