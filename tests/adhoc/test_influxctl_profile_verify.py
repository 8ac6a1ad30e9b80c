# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from ansible_collections.influxdb3.management.tests.adhoc.adhoc import Adhoc


def write_profile(folder: Path, token: str) -> str:
    """Write a profile with this token by hand, and return the path of the file."""
    file = folder / "config.toml"
    file.write_text(f'[[profile]]\nname = "default"\nmgmt_token = "{token}"\n', encoding="utf-8")
    file.chmod(0o600)
    return str(file)


def test_success(adhoc: Adhoc, tmp_path: Path) -> None:
    token = adhoc.simulator.management_token
    result = adhoc.call(name="default", path=write_profile(tmp_path, token))
    assert not result["changed"]
    assert result["status"] == 200
    assert result["mgmt_token_prefix"] == token[:9]


def test_failure(adhoc: Adhoc, tmp_path: Path) -> None:
    path = write_profile(tmp_path, "M.V1.+5Jk" + "x" * 40)
    message = adhoc.failure(name="default", path=path, wait="0s")
    assert message.startswith("127.0.0.1 does not accept the token (401)")
    assert "x" * 40 not in message


def test_command(adhoc: Adhoc, tmp_path: Path) -> None:
    run = adhoc.command(name="default", path=write_profile(tmp_path, adhoc.simulator.management_token))
    assert run.status == 0, run.output
    assert "localhost | SUCCESS => {" in run.output
    assert '"status": 200' in run.output
