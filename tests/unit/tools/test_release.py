# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A release is refused in one line, or leaves a changelog, a version, a commit and a tag that fit each other."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.influxdb3.management.tests.tools.environment import copy_checkout
from ansible_collections.influxdb3.management.tests.tools.release_rules import State, refusal

FINE = State(
    released=["0.1.0", "0.9.0"], tags=["v-other", "0.10.0"], changed=[], stray=[], fragments=["a.yml"], lacking=[]
)


@pytest.mark.parametrize("version", ["0.10.1", "0.11.0", "1.0.0"])
def test_a_later_version_is_fine(version: str) -> None:
    assert refusal(version, FINE) == ""


@pytest.mark.parametrize(
    ("version", "difference", "said"),
    [
        ("", {}, "VERSION is to be three numbers"),
        ("1.0", {}, "VERSION is to be three numbers"),
        ("v1.0.0", {}, "VERSION is to be three numbers"),
        ("1.0.0-rc1", {}, "VERSION is to be three numbers"),
        ("01.0.0", {}, "VERSION is to be three numbers"),
        ("0.9.0", {}, "0.9.0 is released already"),
        ("0.10.0", {}, "0.10.0 is released already"),
        ("0.9.5", {}, "0.9.5 goes back: 0.10.0 is released already"),
        ("1.0.0", {"changed": ["plugins/a.py", "b"]}, "these changes are not committed: plugins/a.py, b."),
        ("1.0.0", {"stray": ["notes.txt"]}, "git does not know notes.txt."),
        ("1.0.0", {"fragments": []}, "there is no fragment"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(version: str, difference: dict[str, list[str]], said: str) -> None:
    why = refusal(version, dataclasses.replace(FINE, **difference))
    assert why.startswith(said)
    assert "\n" not in why


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of this checkout that is a repository of its own, with one commit."""
    folder = tmp_path / "copy"
    copy_checkout(folder)
    (folder / "changelogs" / "fragments" / "of-this-test.yml").write_text("bugfixes:\n  - Mended.\n", encoding="utf-8")
    call(folder, "git", "init", "--quiet")
    call(folder, "git", "config", "user.name", "x")
    call(folder, "git", "config", "user.email", "x@example.com")
    call(folder, "git", "add", "--all")
    call(folder, "git", "commit", "--quiet", "--message", "x")
    return folder


def call(folder: Path, *command: str) -> str:
    completed = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "HOME": str(folder.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert completed.returncode == 0, completed.stdout
    return completed.stdout


def test_a_release_is_one_commit_and_one_tag(repository: Path) -> None:
    program = "import release; source, names = release.prepare('7.8.9'); {}print(release.chapter(source, '7.8.9'))"
    tools = repository / "tests" / "tools"
    said = call(tools, sys.executable, "-c", program.format(""))
    assert "Mended." in said
    # Companions are announced nowhere.
    assert "secret_file" not in said
    assert call(repository, "git", "status", "--porcelain") == ""
    assert call(repository, "git", "tag") == ""
    call(tools, sys.executable, "-c", program.format("release.keep(source, names, '7.8.9'); "))
    assert call(repository, "git", "status", "--porcelain") == ""
    assert call(repository, "git", "tag", "--points-at", "HEAD") == "7.8.9\n"
    assert yaml.safe_load((repository / "galaxy.yml").read_text(encoding="utf-8"))["version"] == "7.8.9"
    assert not list((repository / "changelogs" / "fragments").glob("*.y*ml"))
    for name in ("CHANGELOG.md", "CHANGELOG.rst", "changelogs/changelog.yaml"):
        assert "Mended" in (repository / name).read_text(encoding="utf-8")
    assert "influxdb3-management-7.8.9.tar.gz" in (repository / "README.md").read_text(encoding="utf-8")
