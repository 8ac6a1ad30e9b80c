# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of a file that influxctl would refuse is what the stand-in for influxctl refuses, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.influxdb3.management.plugins.plugin_utils._config_toml import read_document
from ansible_collections.influxdb3.management.plugins.plugin_utils._influxctl_rules import complaints
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.stand_in import configuration
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.stand_in.errors import CommandError

GOOD = """
[[profile]]
name = "default"
product = "dedicated"
account_id = "a"
cluster_id = "c"
mgmt_token = "M.V1.hush"
[profile.tls]
insecure = true
[profile.auth.oauth2]
scopes = ["openid"]
[profile.auth.oauth2.parameters]
anything = "hush"
"""


def profile(lines: str) -> str:
    return f'{GOOD}\n[[profile]]\nname = "other"\nproduct = "clustered"\nhost = "h"\nport = "443"\n{lines}\n'


BAD = {
    "a numeric port": (GOOD + "[[profile]]\nname = 'x'\nport = 443\n", "a port that is not a string, in quotes"),
    "client_secret": (
        profile('[profile.auth.oauth2]\nclient_secret = "hush"'),
        "the profile 'other' has the key auth.oauth2.client_secret, which influxctl does not know (influxctl 2.9.8 has",
    ),
    "an unknown key": (profile('more = "hush"'), "the key more, which influxctl does not know; remove it"),
    "an unknown key of TLS": (profile("[profile.tls]\nverify = true"), "the key tls.verify, which influxctl does"),
    "a table of version 1": ('[profile]\n[profile.default]\nname = "hush"\n', None),
    "a key beside": ('more = "hush"\n' + GOOD, "it has 'more' beside the profiles"),
    "no name": (GOOD + '[[profile]]\nproduct = "dedicated"\n', "profile number 2 has no name"),
    "an empty name": (GOOD + '[[profile]]\nname = ""\n', "profile number 2 has no name"),
    "twice": (GOOD + GOOD, "the profile 'default' is there 2 times"),
    "a text for a switch": (profile('[profile.tls]\ninsecure = "true"'), "a tls.insecure that is not true or false"),
    "a text for a list": (profile('[profile.auth.oauth2]\nscopes = "openid"'), "a auth.oauth2.scopes that is not a"),
    "a text for a table": (profile('tls = "hush"'), "a tls that is not a table"),
}


def is_refused(path: Path) -> bool:
    try:
        configuration.choose(configuration.read(str(path)), "default")
    except CommandError:
        return True
    return False


def test_a_good_file_is_not_complained_of(tmp_path: Path) -> None:
    for text in ("", "# nothing\n", GOOD, profile("")):
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        assert complaints(read_document(text)) == []
    assert not is_refused(path)


@pytest.mark.parametrize("case", BAD)
def test_what_influxctl_refuses_is_said_by_key_and_cure(tmp_path: Path, case: str) -> None:
    text, said = BAD[case]
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    assert is_refused(path)
    if said is None:
        return
    (complaint,) = complaints(read_document(text))
    assert said in complaint
    assert "hush" not in complaint
