# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The companion that keeps a secret on a host, in the Python of that host. What it is for: test_secret_store.py."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.unit.plugins.companions import run_companion

SECRET = "apiv1_hush"
ENTRY = {
    "id": "1",
    "created_at": "2026-03-02T04:20:19Z",
    "expires_at": None,
    "description": "job",
    "accepted": True,
    "replaced": ["0"],
}


def ask(operation: str, path: Path, check_mode: bool = False, **arguments: Any) -> dict[str, Any]:
    given = {"operation": operation, "path": str(path), "mode": "0600", **arguments}
    answer = run_companion("secret_file", given, check_mode)
    assert SECRET not in json.dumps(answer)
    return answer


def write(path: Path, expected: str = "absent") -> dict[str, Any]:
    return ask("write", path, secret=SECRET, entry=json.dumps(ENTRY), expected=expected)


def test_the_life_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "job.token"
    nothing: dict[str, Any] = {"path": str(path), "sha256": "absent", "held": None, "replaced": [], "differences": None}
    assert ask("read", path) == {**nothing, "changed": False, "write_problem": None, "remove_problem": None}
    assert ask("check", path) == {"changed": False, "path": str(path)}
    answer = write(path)
    assert (answer["changed"], answer["outcome"]) == (True, "written")
    assert path.read_text("ascii") == SECRET
    found = ask("read", path)
    sha256 = hashlib.sha256(SECRET.encode()).hexdigest()
    assert found["held"] == {**ENTRY, "format": "{token}", "sha256": sha256}
    assert (found["replaced"], found["sha256"], found["differences"]) == (["0"], sha256, None)

    path.chmod(0o644)
    assert ask("read", path)["differences"] == {"before": {"mode": "0644"}, "after": {"mode": "0600"}}
    assert ask("mend", path)["changed"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ask("read", path, secret_format="a={token}")["differences"]["after"] == {"format": "a={token}"}
    assert ask("mend", path, secret_format="a={token}")["changed"]
    assert path.read_text("ascii") == f"a={SECRET}\n"
    assert ask("remove", path, expected=ask("read", path)["sha256"])["changed"]
    assert os.listdir(path.parent) == []


def test_what_has_changed_since_it_was_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "job.token"
    write(path)
    path.write_text("somebody's", encoding="ascii")
    assert write(path, hashlib.sha256(SECRET.encode()).hexdigest())["outcome"] == "changed"
    assert ask("remove", path, expected="absent")["explained"] is True
    assert path.read_text("ascii") == "somebody's"


def test_a_failure_is_for_the_reader(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("buy milk", encoding="ascii")
    answer = ask("read", tmp_path / "notes")
    assert (answer["failed"], answer["explained"]) == (True, True)
    assert answer["msg"].startswith(f"{tmp_path / 'notes'} holds something that this collection has not written")
    assert "failed" not in ask("read", tmp_path / "notes", take_over=True)
    write(tmp_path / "job.token")
    wrong = ask("read", tmp_path / "job.token", mode="u=quux")
    assert (wrong["failed"], wrong["explained"]) == (True, True)


def test_check_mode_only_checks(tmp_path: Path) -> None:
    assert ask("check", tmp_path / "new" / "job.token", check_mode=True)["changed"] is False
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("operation", ["mend", "remove"])
def test_check_mode_changes_nothing(tmp_path: Path, operation: str) -> None:
    path = tmp_path / "job.token"
    write(path)
    assert ask(operation, path, check_mode=True, expected="absent")["msg"] == "Nothing is written in check mode."
    assert path.read_text("ascii") == SECRET


def test_a_relative_path_is_refused(tmp_path: Path) -> None:
    assert ask("read", Path("job.token"))["msg"] == "job.token is not an absolute path. Give secret_file one."
