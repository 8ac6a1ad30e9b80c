# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One profile of config.toml, read for the connection it describes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._config_path import default_config_path
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._profile import NamedProfile, read_profile

TOKEN = "M.V1.+5Jk" + "s3cr3t/+" * 6 + "="

# Sub-tables belong to the profile above them, as in the vendor's own example.
CONFIGURATION = f"""\
# a comment
[[profile]]
name = "default"
product = "dedicated"
account_id = "account-1"
cluster_id = "cluster-1"
mgmt_token = "{TOKEN}"

[profile.tls]
ca = "/etc/ssl/own.pem"

[[profile]]
name = "second"
product = "dedicated"
account_id = "  account-2  "
cluster_id = ""
port = 443
token = "apiv1_not-for-management"
unknown = {{ deep = [1, 2] }}

[profile.auth.oauth2]
client_id = "x"

[[profile]]
name = "twice"

[[profile]]
name = "twice"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIGURATION, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "default",
            {
                "product": "dedicated",
                "account_id": "account-1",
                "cluster_id": "cluster-1",
                "management_token": TOKEN,
                "ca_path": "/etc/ssl/own.pem",
            },
        ),
        ("second", {"product": "dedicated", "account_id": "account-2"}),
    ],
)
def test_a_profile(path: Path, name: str, expected: dict[str, str]) -> None:
    assert read_profile(name, str(path)) == NamedProfile(expected)


def test_values_are_plain_strings(path: Path) -> None:
    assert {type(value) for value in read_profile("default", str(path)).options.values()} == {str}


def test_a_byte_order_mark_and_other_line_ends_do_not_matter(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + CONFIGURATION.replace("\n", "\r\n").encode("utf-8"))
    assert read_profile("second", str(path)).options["account_id"] == "account-2"


@pytest.mark.parametrize(("name", "count"), [("missing", "no profile named"), ("twice", "2 profiles named 'twice'")])
def test_a_name_that_is_not_there_exactly_once(path: Path, name: str, count: str) -> None:
    with pytest.raises(InputError, match=count) as caught:
        read_profile(name, str(path))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        f'[[profile]]\nname = "default"\nmgmt_token = "{TOKEN}\n',
        f'[[profile]]\nmgmt_token = "{TOKEN}"\nmgmt_token = "{TOKEN}"\n',
        f"{TOKEN}\n",
        f'profile = "{TOKEN}"\n',
        f'[profile]\nname = "default"\nmgmt_token = "{TOKEN}"\n',
        f'profile = ["{TOKEN}"]\n',
        "profile = 5\n",
        "\xff\xfe",
    ],
)
def test_a_file_that_is_no_configuration_is_not_quoted(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(content, encoding="latin-1")
    with pytest.raises(InputError, match=r"Correct the file\.") as caught:
        read_profile("default", str(path))
    assert "s3cr3t" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_an_empty_file_has_no_profile(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.touch()
    with pytest.raises(InputError, match="no profile named"):
        read_profile("default", str(path))


@pytest.mark.parametrize(("kind", "reason"), [("missing", "No such file"), ("folder", "Is a directory")])
def test_a_file_that_cannot_be_read(tmp_path: Path, kind: str, reason: str) -> None:
    path = tmp_path / "config.toml"
    if kind == "folder":
        path.mkdir()
    with pytest.raises(InputError, match=f"Cannot read .*config.toml: {reason}"):
        read_profile("default", str(path))


def test_the_default_path_follows_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    path = Path(default_config_path(os.environ))
    assert path.is_relative_to(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text(CONFIGURATION, encoding="utf-8")
    assert read_profile("second", str(path)).options["account_id"] == "account-2"


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux", "/home/x/.config/influxctl/config.toml"),
        ("darwin", "/home/x/Library/Application Support/influxctl/config.toml"),
    ],
)
def test_default_paths(platform: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert default_config_path({"HOME": "/home/x"}) == expected


def test_without_home_the_user_database_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME", raising=False)
    expected = os.path.expanduser("~")
    assert os.path.isabs(expected)
    assert default_config_path({}).startswith(expected)
