# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the archive is made of: the owner's addresses, links that work on Galaxy, and the same bytes for one commit."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml
from ansible_collections.influxdb3.management.tests.tools import addresses
from ansible_collections.influxdb3.management.tests.tools.archive import normalize
from ansible_collections.influxdb3.management.tests.tools.environment import CHECKOUT, copy_checkout

FILES = "https://example.com/{version}/{path}"
NOTHING = "".join(f"{name}:\n" for name in addresses.NAMES)


def write(folder: Path, text: str) -> Path:
    path = folder / "release.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_addresses_that_are_not_given_are_named(tmp_path: Path) -> None:
    assert addresses.missing(addresses.read(write(tmp_path, NOTHING))) == list(addresses.NAMES)
    given = addresses.read(write(tmp_path, NOTHING.replace("issues:", "issues: https://example.com/issues")))
    assert given == {"issues": "https://example.com/issues"}
    assert "issues" not in addresses.missing(given)


def test_the_file_of_the_checkout_can_be_read() -> None:
    addresses.read(CHECKOUT / "release.yml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (NOTHING.replace("issues:\n", ""), "is to have repository"),
        (NOTHING + "licence:\n", "is to have repository"),
        ("[]", "is to have repository"),
        (NOTHING.replace("issues:", "issues: example.com/issues"), "issues is not an address"),
        (NOTHING.replace("issues:", "issues: http://example.com/issues"), "issues is not an address"),
        (NOTHING.replace("issues:", "issues: 12"), "issues is not an address"),
        (NOTHING.replace("files:", "files: https://example.com/{path}"), "files is to have {version} and {path}"),
    ],
)
def test_a_wrong_address_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"^release\.yml") as error:
        addresses.read(write(tmp_path, text))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("../README.md", "https://example.com/1.2.3/README.md"),
        ("../README.md#install-it", "https://example.com/1.2.3/README.md#install-it"),
        ("other.md", "https://example.com/1.2.3/docs/other.md"),
        ("#below", "#below"),
        ("https://example.org/page#part", "https://example.org/page#part"),
    ],
)
def test_links_to_other_files_become_addresses(link: str, leads_to: str) -> None:
    text = f"See [this]({link}), and [that]({link}).\n\n```text\n[this]({link})\n```\n\nAnd [it]({link}).\n"
    fenced = f"```text\n[this]({link})\n```"
    expected = text.replace(f"({link})", f"({leads_to})").replace(fenced.replace(link, leads_to), fenced)
    assert addresses.absolute_links(text, "docs/guide.md", FILES, "1.2.3") == expected


def test_addresses_are_put_into_a_copy(tmp_path: Path) -> None:
    (tmp_path / "galaxy.yml").write_text("version: 1.2.3\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("[guide](docs/guide.md)", encoding="utf-8")
    addresses.fill_in(tmp_path, {"repository": "https://example.com/sources", "files": FILES})
    galaxy = yaml.safe_load((tmp_path / "galaxy.yml").read_text(encoding="utf-8"))
    assert galaxy == {"version": "1.2.3", "repository": "https://example.com/sources"}
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert readme == "[guide](https://example.com/1.2.3/docs/guide.md)"


def test_without_an_address_of_files_links_stay(tmp_path: Path) -> None:
    (tmp_path / "galaxy.yml").write_text("version: 1.2.3\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("[guide](docs/guide.md)", encoding="utf-8")
    addresses.fill_in(tmp_path, {})
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == "[guide](docs/guide.md)"


def make_archive(path: Path, names: list[str], time: int) -> Path:
    """An archive as ansible-galaxy writes it: in the order of the disk, with the times of the disk."""
    listing = json.dumps({"files": [{"name": name} for name in names]}, indent=True).encode()
    checksum = hashlib.sha256(listing).hexdigest()
    manifest = json.dumps({"file_manifest_file": {"chksum_sha256": checksum}}, indent=True).encode()
    with tarfile.open(path, "w:gz") as tar:
        for name, content in [("MANIFEST.json", manifest), ("FILES.json", listing), *((name, b"x") for name in names)]:
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), time
            tar.addfile(member, io.BytesIO(content))
    return path


def test_an_archive_is_the_same_whatever_the_disk_says(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    first = make_archive(tmp_path / "a.tar.gz", ["b", "a", "c"], time=10)
    second = make_archive(tmp_path / "other" / "b.tar.gz", ["c", "b", "a"], time=20)
    for archive in (first, second):
        normalize(archive, time=1234)
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as tar:
        assert {member.mtime for member in tar} == {1234}
        assert tar.getnames() == ["MANIFEST.json", "FILES.json", "a", "b", "c"]
        (listing, manifest) = (tar.extractfile(name) for name in ("FILES.json", "MANIFEST.json"))
        assert listing is not None
        assert manifest is not None
        told = json.loads(manifest.read())["file_manifest_file"]["chksum_sha256"]
        assert told == hashlib.sha256(listing.read()).hexdigest()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of this checkout that is a repository of its own, with one commit."""
    folder = tmp_path / "copy"
    copy_checkout(folder)
    for words in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "--quiet", "-m", "x"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


def test_a_stray_file_keeps_the_archive_from_being_built(repository: Path) -> None:
    (repository / "plugins" / "notes.txt").touch()
    (repository / "tests" / "notes.txt").touch()
    completed = subprocess.run(
        [sys.executable, "tests/tools/build.py"],
        cwd=repository,
        env={**os.environ, "HOME": str(repository)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.returncode == 1, completed.stderr
    assert completed.stdout == (
        "Not built: git does not know plugins/notes.txt. Add what belongs to it, remove the rest.\n"
    )
    assert not list(repository.glob("*.tar.gz"))
