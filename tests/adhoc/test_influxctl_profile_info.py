# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

from ansible_collections.influxdb3.management.tests.adhoc.adhoc import Adhoc


def write_file(adhoc: Adhoc, folder: Path) -> str:
    """Write two profiles by hand, one of them with a token, and return the path of the file."""
    file = folder / "config.toml"
    text = f'[[profile]]\nname = "default"\nmgmt_token = "{adhoc.simulator.management_token}"\n\n'
    file.write_text(text + '[[profile]]\nname = "other"\ndatabase = "metrics"\n', encoding="utf-8")
    file.chmod(0o600)
    return str(file)


def test_success(adhoc: Adhoc, tmp_path: Path) -> None:
    file = write_file(adhoc, tmp_path)
    result = adhoc.call(path=file)
    assert not result["changed"]
    assert result["path"] == file
    default, other = result["profiles"]
    assert default["mgmt_token_prefix"] == adhoc.simulator.management_token[:9]
    assert other["database"] == "metrics"


def test_failure(adhoc: Adhoc, tmp_path: Path) -> None:
    message = adhoc.failure(path=str(tmp_path))
    assert message.startswith(f"{tmp_path} exists and is not a file.")


def test_command(adhoc: Adhoc, tmp_path: Path) -> None:
    run = adhoc.command(path=write_file(adhoc, tmp_path), name="other")
    assert run.status == 0, run.output
    assert "localhost | SUCCESS => {" in run.output
    assert '"database": "metrics"' in run.output
    assert '"default"' not in run.output
