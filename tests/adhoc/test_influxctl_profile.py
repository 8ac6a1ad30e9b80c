# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

from ansible_collections.influxdb3.management.tests.adhoc.adhoc import Adhoc

PROFILE = {"product": "dedicated", "account_id": "a-1", "cluster_id": "c-1"}


def test_success(adhoc: Adhoc, tmp_path: Path) -> None:
    file = tmp_path / "influxctl" / "config.toml"
    token = adhoc.simulator.management_token
    written = adhoc.call(name="default", settings={**PROFILE, "mgmt_token": token}, path=str(file))
    assert written["changed"]
    assert written["mgmt_token_prefix"] == token[:9]
    assert tomllib.loads(file.read_text(encoding="utf-8")) == {
        "profile": [{"name": "default", **PROFILE, "mgmt_token": token}]
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    again = adhoc.call(name="default", settings={**PROFILE, "mgmt_token": token}, path=str(file))
    assert not again["changed"]


def test_mint(adhoc: Adhoc, tmp_path: Path) -> None:
    file = tmp_path / "influxctl" / "config.toml"
    options = {"name": "default", "path": str(file), "mint": {"description": "job"}}
    made = adhoc.call(**options)
    token = adhoc.token("management", "job")
    assert made["changed"]
    assert made["metadata"]["id"] == token["id"]
    assert made["mgmt_token_prefix"] == token["secret"][:9]
    (profile,) = tomllib.loads(file.read_text(encoding="utf-8"))["profile"]
    assert profile == {
        "name": "default",
        "product": "dedicated",
        "account_id": adhoc.simulator.account_id,
        "cluster_id": adhoc.simulator.cluster_id,
        "mgmt_token": token["secret"],
    }
    assert not adhoc.call(**options)["changed"]

    removed = adhoc.call(**options, state="absent")
    assert [revoked["id"] for revoked in removed["revoked"]] == [token["id"]]
    assert adhoc.token("management", "job")["status"] == "revoked"
    assert list(file.parent.iterdir()) == [file]


def test_failure(adhoc: Adhoc, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[[profile]\n", encoding="utf-8")
    message = adhoc.failure(name="default", settings={"database": "metrics"}, path=str(file))
    assert message.startswith(f"{file} is not valid TOML")
    assert message.endswith("Correct the file by hand.")
    assert file.read_text(encoding="utf-8") == "[[profile]\n"


def test_command(adhoc: Adhoc, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    token = "{{ lookup('ansible.builtin.env', 'INFLUXDB3_MANAGEMENT_TOKEN') }}"
    run = adhoc.command(name="default", settings={**PROFILE, "mgmt_token": token}, path=str(file))
    assert run.status == 0, run.output
    assert "localhost | CHANGED => {" in run.output
    (profile,) = tomllib.loads(file.read_text(encoding="utf-8"))["profile"]
    assert profile["mgmt_token"] == adhoc.simulator.management_token
