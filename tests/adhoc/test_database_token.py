# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import stat
from pathlib import Path

from ansible_collections.influxdb3.management.tests.adhoc.adhoc import Adhoc

PERMISSIONS = [{"action": "write", "resource": "metrics"}]


def test_secret_file(adhoc: Adhoc, tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "telegraf.token"
    side_file = file.with_name("telegraf.token.json")
    created = adhoc.call(description="telegraf", permissions=PERMISSIONS, secret_file=str(file))
    token = adhoc.token("database", "telegraf")
    assert created["changed"]
    assert created["metadata"]["id"] == token["id"]
    assert created["metadata"]["permissions"] == PERMISSIONS
    assert "token" not in created
    assert sorted(file.parent.iterdir()) == [file, side_file]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, side_file)] == [0o600, 0o600]
    assert file.read_text(encoding="utf-8") == token["secret"]
    assert json.loads(side_file.read_text(encoding="utf-8"))["id"] == token["id"]

    again = adhoc.call(description="telegraf", permissions=PERMISSIONS, secret_file=str(file))
    assert not again["changed"]
    assert again["metadata"] == created["metadata"]
    assert file.read_text(encoding="utf-8") == token["secret"]

    removed = adhoc.call(description="telegraf", state="absent")
    assert removed["changed"]
    assert [revoked["id"] for revoked in removed["revoked"]] == [token["id"]]
    assert adhoc.token("database", "telegraf")["status"] == "revoked"


def test_failure(adhoc: Adhoc) -> None:
    # There is no register in an ad-hoc call.
    message = adhoc.failure(description="telegraf")
    assert message.startswith("Nobody would receive the token this task may create.")
    assert "set secret_file" in message
    assert adhoc.simulator.requests() == []


def test_command(adhoc: Adhoc, tmp_path: Path) -> None:
    file = tmp_path / "telegraf.token"
    run = adhoc.command(description="telegraf", permissions=[], secret_file=str(file))
    assert run.status == 0, run.output
    assert "localhost | CHANGED => {" in run.output
    token = adhoc.token("database", "telegraf")
    assert token["id"] in run.output
    assert file.read_text(encoding="utf-8") == token["secret"]
