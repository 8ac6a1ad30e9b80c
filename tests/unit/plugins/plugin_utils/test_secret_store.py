# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret in a file of its own: who can read it, what it proves, and what is left when something goes wrong."""

from __future__ import annotations

import builtins
import grp
import hashlib
import json
import os
import pwd
import re
import signal
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._signals import HELD_SIGNALS
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    CreatedToken,
    DeliveryUnknownError,
    Evidence,
    Secret,
    StoreChangedError,
    StoreError,
    Token,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_store import SecretFileOnHost
from ansible_collections.influxdb3.management.tests.unit.plugins.host_here import (
    DIED,
    LOST,
    ActionHere,
    Failing,
    keep_secret,
    secret_file_here,
)

FULL = "No space left on device"
CREATED_AT = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)
SIDE: dict[str, Any] = {
    "id": "first",
    "created_at": "2026-03-02T04:20:19Z",
    "expires_at": None,
    "description": "job",
    "format": "{token}",
    "sha256": hashlib.sha256(b"apiv1_hush").hexdigest(),
    "accepted": True,
    "replaced": [],
    "before": None,
}


def created(name: str = "first", secret: str = "apiv1_hush") -> CreatedToken:
    token = Token(id=name, description="job, ünïcödé", created_at=CREATED_AT)
    return CreatedToken(token, Secret(secret))


def held(secret_file: SecretFileOnHost) -> str | None:
    """The id of the token that the file holds."""
    evidence = secret_file.evidence()
    assert (evidence.given, evidence.prefix, evidence.path) == (True, None, secret_file.path)
    return evidence.token_id


def write(secret_file: SecretFileOnHost, one: CreatedToken, replaced: Sequence[str] = ()) -> None:
    """As a task does: look, then write."""
    secret_file.evidence()
    secret_file.write(one, replaced)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "job.token"


@pytest.fixture
def side_path(tmp_path: Path) -> Path:
    return tmp_path / "job.token.json"


@pytest.fixture
def secret_file(path: Path) -> SecretFileOnHost:
    return secret_file_here(path)


@pytest.fixture(params=[0o000, 0o022, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def fail_at(monkeypatch: pytest.MonkeyPatch, name: str, number: int, error: BaseException) -> list[Any]:
    """Let the call of this number of a function of ``os`` fail; returns the calls."""
    calls: list[Any] = []
    real = getattr(os, name)

    def call(*arguments: Any, **keywords: Any) -> Any:
        calls.append(arguments)
        if len(calls) == number:
            raise error
        return real(*arguments, **keywords)

    monkeypatch.setattr(os, name, call)
    return calls


# Writing


def test_what_is_written(secret_file: SecretFileOnHost, path: Path, side_path: Path) -> None:
    write(secret_file, created())
    assert path.read_bytes() == b"apiv1_hush"
    assert json.loads(side_path.read_bytes()) == {**SIDE, "description": "job, ünïcödé"}
    assert secret_file.evidence() == Evidence(
        True, "first", path=str(path), description="job, ünïcödé", created_at=CREATED_AT
    )
    assert sorted(os.listdir(path.parent)) == ["job.token", "job.token.json"]
    write(secret_file, created("second", "apiv1_other"), ["first"])
    side = json.loads(side_path.read_bytes())
    # Whichever secret lies there after a death in between, one of the two fits.
    assert side.pop("before") == {
        name: value for name, value in {**SIDE, "description": "job, ünïcödé"}.items() if name != "before"
    }
    assert (side["id"], side["replaced"]) == ("second", ["first"])


@pytest.mark.parametrize(
    ("text_format", "content"),
    [
        ("INFLUX_TOKEN={token}", b"INFLUX_TOKEN=apiv1_hush\n"),
        ("INFLUX_TOKEN={token}\n", b"INFLUX_TOKEN=apiv1_hush\n"),
        ('{"token": "{token}", "place": "{}"}', b'{"token": "apiv1_hush", "place": "{}"}\n'),
        ("  token = '{token}' # of the job\nmore = 1", b"  token = 'apiv1_hush' # of the job\nmore = 1\n"),
        ("{token}", b"apiv1_hush"),
    ],
)
def test_a_secret_may_stand_in_a_line_of_any_form(
    path: Path, side_path: Path, text_format: str, content: bytes
) -> None:
    secret_file = secret_file_here(path, secret_format=text_format)
    write(secret_file, created())
    assert path.read_bytes() == content
    assert held(secret_file) == "first"
    assert secret_file.differences() is None
    # Another format is a change of the file, with the same token.
    other = secret_file_here(path, secret_format="export TOKEN='{token}'")
    assert held(other) == "first"
    assert other.differences() == ({"format": text_format}, {"format": "export TOKEN='{token}'"})
    other.mend()
    assert path.read_bytes() == b"export TOKEN='apiv1_hush'\n"
    assert held(other) == "first"
    assert other.differences() is None
    assert "hush" not in side_path.read_text("utf-8")


def test_what_has_changed_since_it_was_read_is_left_alone(path: Path) -> None:
    for before, after in ((None, b"apiv1_other"), (b"", b"apiv1_other"), (b"apiv1_other", b""), (b"apiv1_other", None)):
        put(path, before)
        secret_file = secret_file_here(path, take_over=True)
        secret_file.evidence()
        put(path, after)
        with pytest.raises(StoreChangedError, match="was changed by another run or program meanwhile"):
            secret_file.write(created())
        assert (path.read_bytes() if path.exists() else None) == after


def put(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
    elif path.exists():
        path.unlink()


def test_a_write_that_is_sent_twice_succeeds_twice(secret_file: SecretFileOnHost, path: Path, side_path: Path) -> None:
    """As Ansible does after a connection has broken, with ansible_ssh_retries."""
    write(secret_file, created("old", "apiv1_old"))
    secret_file.evidence()
    for _time in range(2):
        secret_file.write(created(), ["old"])
        before = (path.read_bytes(), side_path.read_bytes())
    assert (path.read_bytes(), side_path.read_bytes()) == before
    assert held(secret_file) == "first"


def test_files_and_folders_are_their_owners_alone_under_any_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "a" / "b" / "c" / "job.token"
    secret_file = secret_file_here(path)
    secret_file.evidence()
    secret_file.try_to_write()
    assert [mode(folder) for folder in (tmp_path / "a", tmp_path / "a" / "b", path.parent)] == [0o700] * 3
    assert os.listdir(path.parent) == []
    write(secret_file, created())
    assert (mode(path), mode(path.with_name("job.token.json"))) == (0o600, 0o600)


def test_files_that_were_open_to_others_are_closed(path: Path, side_path: Path) -> None:
    for old in (path, side_path):
        old.write_text(" ", encoding="ascii")
        old.chmod(0o666)
    write(secret_file_here(path), created())
    assert (mode(path), mode(side_path)) == (0o600, 0o600)


def test_folders_that_exist_keep_their_mode(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    try_to_write(secret_file_here(folder / "new" / "job.token"))
    assert (mode(folder), mode(folder / "new")) == (0o755, 0o700)


def test_the_secret_is_private_from_its_first_byte(
    secret_file: SecretFileOnHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    modes: list[int] = []
    before = os.umask(0)
    fsync = os.fsync

    def look(descriptor: int) -> None:
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            modes.extend(mode(path) for path in tmp_path.iterdir())
        else:
            modes.pop()
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    try:
        write(secret_file, created())
    finally:
        os.umask(before)
    assert modes
    assert set(modes) == {0o600}


def test_a_folder_is_private_from_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.umask(0)
    monkeypatch.setattr(os, "chmod", lambda *_: None)
    try:
        try_to_write(secret_file_here(tmp_path / "a" / "b" / "job.token"))
    finally:
        os.umask(before)
    assert (mode(tmp_path / "a"), mode(tmp_path / "a" / "b")) == (0o700, 0o700)


@pytest.mark.parametrize("content", ["", None], ids=["empty", "missing"])
def test_the_file_that_a_link_leads_to_is_written(tmp_path: Path, content: str | None) -> None:
    link, real = tmp_path / "job.token", tmp_path / "elsewhere" / "real.token"
    real.parent.mkdir()
    if content is not None:
        real.write_text(content, encoding="ascii")
    link.symlink_to(real)
    secret_file = secret_file_here(link)
    write(secret_file, created())
    assert link.is_symlink()
    assert real.read_text("ascii") == "apiv1_hush"
    assert sorted(os.listdir(real.parent)) == ["real.token", "real.token.json"]
    assert held(secret_file) == "first"
    assert sorted(os.listdir(tmp_path)) == ["elsewhere", "job.token"]
    secret_file.remove()
    assert os.listdir(real.parent) == []


def test_a_link_that_is_not_to_be_followed_is_replaced(tmp_path: Path) -> None:
    link, real = tmp_path / "job.token", tmp_path / "precious"
    real.write_text("precious", encoding="ascii")
    link.symlink_to(real)
    secret_file = secret_file_here(link, follow=False, take_over=True)
    write(secret_file, created())
    assert not link.is_symlink()
    assert (link.read_text("ascii"), real.read_text("ascii")) == ("apiv1_hush", "precious")


def test_a_link_into_the_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link, real = tmp_path / "job.token", tmp_path / "theirs" / "real.token"
    real.parent.mkdir()
    real.write_text("", encoding="ascii")
    link.symlink_to(real)
    look = os.stat

    def play(path: Any, *arguments: Any, **keywords: Any) -> Any:
        status = look(path, *arguments, **keywords)
        if str(path) != str(real.parent):
            return status
        return SimpleNamespace(st_uid=4711, st_mode=status.st_mode)

    monkeypatch.setattr(os, "stat", play)
    with pytest.raises(StoreError) as caught:
        secret_file_here(link).evidence()
    assert str(caught.value) == (
        f"{link} is a link to {real}, whose folder belongs to user 4711. Give the path of the file itself, or set "
        "follow to false to have the link replaced."
    )


def test_a_file_with_several_names_is_refused(secret_file: SecretFileOnHost, path: Path, tmp_path: Path) -> None:
    """Replaced under one name, it would keep the old secret under the other."""
    write(secret_file, created())
    os.link(path, tmp_path / "other name")
    with pytest.raises(StoreError, match=re.escape(f"{path} has 2 names (hard links)")):
        check_writable(secret_file)


@pytest.mark.parametrize(
    ("function", "number"),
    [
        ("fsync", 1),  # the side file is not complete
        ("fsync", 2),  # the secret is not
        ("replace", 1),  # the side file is not in place
        ("replace", 2),  # the side file is in place, and the secret is still the old one
    ],
)
@pytest.mark.parametrize("error", [OSError(28, FULL), KeyboardInterrupt()], ids=["full", "killed"])
def test_a_failure_on_the_way_leaves_the_old_secret_and_what_fits_it(
    secret_file: SecretFileOnHost,
    monkeypatch: pytest.MonkeyPatch,
    path: Path,
    side_path: Path,
    function: str,
    number: int,
    error: BaseException,
) -> None:
    write(secret_file, created("old", "apiv1_old"), ["older"])
    before = side_path.read_bytes()
    with monkeypatch.context() as patch:
        fail_at(patch, function, number, error)
        with pytest.raises((StoreError, KeyboardInterrupt)) as caught:
            write(secret_file, created("new", "apiv1_new"), ["older", "old"])
    if isinstance(error, OSError):
        assert str(caught.value) == f"Cannot use {path}: No space left on device. Make room there."
        assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
        # Both go back as one.
        assert side_path.read_bytes() == before
    evidence = secret_file.evidence()
    assert (evidence.token_id, evidence.replaced) == ("old", ("older",))
    assert path.read_text("ascii") == "apiv1_old"
    assert sorted(os.listdir(path.parent)) == ["job.token", "job.token.json"]
    # The next run mends it.
    write(secret_file, created("newer", "apiv1_newer"))
    assert held(secret_file) == "newer"


def test_a_first_write_that_fails_leaves_nothing_behind(
    secret_file: SecretFileOnHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fail_at(monkeypatch, "replace", 1, OSError(5, "Input/output error"))
    with pytest.raises(StoreError):
        write(secret_file, created())
    assert os.listdir(tmp_path) == []


# Evidence


def test_a_trailing_newline_does_not_matter(secret_file: SecretFileOnHost, path: Path) -> None:
    write(secret_file, created())
    path.write_bytes(b" apiv1_hush\r\n")
    assert held(secret_file) == "first"


@pytest.mark.parametrize("content", [b"", b"\n", b" \r\n\t", None])
def test_where_the_secret_is_gone_its_token_counts_as_one_that_was_held(
    secret_file: SecretFileOnHost, path: Path, content: bytes | None
) -> None:
    write(secret_file, created("third"), ["first", "second"])
    assert secret_file.evidence().replaced == ("first", "second")
    put(path, content)
    assert secret_file.evidence() == Evidence(True, path=str(path), replaced=("first", "second", "third"))


def test_missing_files_count_as_none(secret_file: SecretFileOnHost) -> None:
    assert secret_file.evidence() == Evidence(True, path=secret_file.path)


@pytest.mark.parametrize(
    "content", [b"apiv1_other", b"apiv1_hus", b"\n apiv1_other=\r\n", b"M.V1.+5JkBzdQ3Yw8hXoT-_a0.k"]
)
def test_another_secret_than_the_one_that_was_written_is_not_ours(
    secret_file: SecretFileOnHost, path: Path, content: bytes
) -> None:
    write(secret_file, created())
    path.write_bytes(content)
    with pytest.raises(StoreError, match="holds something that this collection has not written, and was left alone"):
        secret_file.evidence()
    # Taken over, it is replaced, and nothing is known of what was there before.
    willing = secret_file_here(path, take_over=True)
    assert willing.evidence() == Evidence(True, path=str(path))
    willing.write(created("new"))
    assert held(secret_file) == "new"


def test_a_pair_counts_whatever_a_token_looks_like(secret_file: SecretFileOnHost) -> None:
    write(secret_file, created(secret="another shape, some day"))
    assert held(secret_file) == "first"


def test_what_is_known_by_its_prefix_gets_its_id_once(path: Path, side_path: Path) -> None:
    asked, said = CREATED_AT.replace(year=2030), CREATED_AT.replace(year=2029)
    unlisted = Token("M.V1.hush", "job", CREATED_AT, asked, prefix="M.V1.hush")
    keep_secret(path, CreatedToken(unlisted, Secret("M.V1.hush-hush")), ["older"])
    action = ActionHere()
    store = secret_file_here(path, action)
    evidence = Evidence(True, None, "M.V1.hush", str(path), "job", CREATED_AT, asked, True, ("older",))
    assert store.evidence() == evidence
    listed = Token("its-id", "job ", CREATED_AT, said, prefix="M.V1.hush")
    store.learn(listed)
    known = Evidence(True, "its-id", None, str(path), "job ", CREATED_AT, said, True, ("older",))
    assert store.evidence() == known
    assert action.calls == ["read", "learn", "read"]
    assert json.loads(side_path.read_bytes())["before"] is None
    # Sent twice, or too late.
    store.learn(replace(listed, id="another"))
    assert store.evidence() == known
    path.write_bytes(b"M.V1.hush-else")
    store.learn(replace(listed, prefix="its-id"))
    assert json.loads(side_path.read_bytes())["id"] == "its-id"
    assert path.read_bytes() == b"M.V1.hush-else"


def side_content(**changes: Any) -> bytes:
    return json.dumps({**SIDE, **changes}).encode()


@pytest.mark.parametrize("content", [b"", b" \n"], ids=["empty", "blank"])
def test_a_side_file_that_says_nothing_counts_as_none(
    secret_file: SecretFileOnHost, path: Path, side_path: Path, content: bytes
) -> None:
    side_path.write_bytes(content)
    assert held(secret_file) is None
    path.write_bytes(b"apiv1_hush")
    with pytest.raises(StoreError, match="was left alone"):
        secret_file.evidence()


def test_instants_that_somebody_has_edited_count_as_not_known(
    secret_file: SecretFileOnHost, path: Path, side_path: Path
) -> None:
    path.write_bytes(b"apiv1_hush")
    side_path.write_bytes(side_content(created_at="yesterday", expires_at="soon"))
    assert secret_file.evidence() == Evidence(True, "first", path=str(path), description="job")


# Things that are not ours


NOTES = [
    b"buy milk",
    b"hunter2",
    b"token: apiv1_hush\n",
    b"apiv1_hush apiv1_other",
    b"apiv1_hush\napiv1_hush\n",
    b"INFLUX_TOKEN=apiv1_other",
    b"apiv1_\xc3\xbc",
    b"apiv1_",
    b"\xef\xbb\xbfapiv1_hush",
    b"\xff\xfe",
    b"\0" * 100,
    b'[[profile]]\nname = "default"\n',
    b'{"id": "first"}',
]
SIDES = [
    b"not json",
    b"\xff",
    b"[]",
    b'"text"',
    b"7",
    b"null",
    b"{}",
    b"[" * 60_000,
    side_content(before={}),
    side_content(before={"id": "first"}),
    side_content(accepted="yes"),
    side_content(expires_at=7),
    side_content()[:-1],
    side_content(more="of it"),
    side_content(id=None),
    side_content(id=""),
    side_content(id=7),
    side_content(id={"id": "first"}),
    side_content(created_at=None),
    side_content(description=["job"]),
    side_content(sha256=None),
    side_content(replaced=None),
    side_content(replaced="first"),
    side_content(replaced=["first", 7]),
    side_content(sha256=[hashlib.sha256(b"apiv1_hush").hexdigest()]),
    json.dumps({"id": "first", "description": "of something else"}).encode(),
]


@pytest.mark.parametrize("content", NOTES, ids=lambda content: repr(content[:20]))
@pytest.mark.parametrize("has_side", [True, False])
def test_something_else_in_the_place_of_a_secret_is_refused_by_name(
    secret_file: SecretFileOnHost, path: Path, side_path: Path, content: bytes, has_side: bool
) -> None:
    write(secret_file, created())
    path.write_bytes(content)
    if not has_side:
        side_path.unlink()
    with pytest.raises(StoreError) as caught:
        secret_file.evidence()
    assert str(caught.value) == (
        f"{path} holds something that this collection has not written, and was left alone. Give another secret_file, "
        "move that file away, or set take_over to true to have it replaced."
    )
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", ["job.token", "job.token.json"])
def test_a_large_file_is_refused_by_name(secret_file: SecretFileOnHost, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b" " * 512 * 1024 + b"apiv1_hush")
    with pytest.raises(StoreError, match=rf"{name} is larger than \d+ KiB, and was left alone"):
        secret_file.evidence()


@pytest.mark.parametrize("content", SIDES, ids=lambda content: repr(content[:20]))
@pytest.mark.parametrize("secret", [b"apiv1_hush", b"", None])
def test_something_else_in_the_place_of_the_side_file_is_refused_by_name(
    secret_file: SecretFileOnHost, path: Path, side_path: Path, content: bytes, secret: bytes | None
) -> None:
    if secret is not None:
        path.write_bytes(secret)
    side_path.write_bytes(content)
    with pytest.raises(StoreError, match=f"^{re.escape(str(side_path))} holds something else than .* left alone"):
        secret_file.evidence()
    assert side_path.read_bytes() == content


def test_what_a_link_leads_to_is_looked_at(secret_file: SecretFileOnHost, path: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").write_bytes(b"buy milk")
    path.symlink_to(tmp_path / "notes")
    with pytest.raises(StoreError, match="holds something that this collection has not written"):
        secret_file.evidence()


@pytest.mark.parametrize("name", ["job.token", "job.token.json"])
def test_what_is_there_and_cannot_be_read_is_an_error(
    secret_file: SecretFileOnHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As root may read everything, the system's refusal is played."""
    write(secret_file, created())
    real = os.open

    def refuse(path: Any, *arguments: Any, **keywords: Any) -> Any:
        if str(path).endswith(name):
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **keywords)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StoreError) as caught:
        secret_file.evidence()
    assert str(caught.value) == (
        f"Cannot use {tmp_path / name}: Permission denied. Have the task become a user who may."
    )


@pytest.mark.parametrize("name", ["job.token", "job.token.json"])
def test_a_folder_in_the_place_of_a_file_is_an_error(secret_file: SecretFileOnHost, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(StoreError) as caught:
        secret_file.evidence()
    assert str(caught.value) == f"{tmp_path / name} exists and is not a file. Give another path."


def test_a_secret_file_below_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    path = tmp_path / "file" / "job.token"
    with pytest.raises(StoreError) as caught:
        secret_file_here(path).evidence()
    assert str(caught.value) == f"Cannot use {path}: Not a directory."


# Asking beforehand


def check_writable(secret_file: SecretFileOnHost) -> None:
    """As in check mode."""
    secret_file.evidence()
    secret_file.check_writable()


def try_to_write(secret_file: SecretFileOnHost) -> None:
    """As in a real run, before a token is made."""
    secret_file.evidence()
    secret_file.try_to_write()


BOTH = (check_writable, try_to_write)


def test_asking_in_check_mode_makes_nothing(tmp_path: Path) -> None:
    check_writable(secret_file_here(tmp_path / "a" / "b" / "job.token"))
    assert os.listdir(tmp_path) == []


def test_asking_leaves_existing_files_alone(secret_file: SecretFileOnHost, tmp_path: Path) -> None:
    write(secret_file, created())
    for ask in BOTH:
        ask(secret_file)
    assert held(secret_file) == "first"
    assert sorted(os.listdir(tmp_path)) == ["job.token", "job.token.json"]


@pytest.mark.parametrize("name", ["job.token", "job.token.json"])
def test_a_folder_in_place_of_a_file_is_refused_beforehand(
    secret_file: SecretFileOnHost, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).mkdir()
    for ask in BOTH:
        with pytest.raises(StoreError) as caught:
            ask(secret_file)
        assert str(caught.value) == f"{tmp_path / name} exists and is not a file. Give another path."


def test_a_file_in_place_of_a_folder_is_refused_beforehand(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    secret_file = secret_file_here(str(tmp_path / "file" / "folder" / "job.token"))
    for ask in BOTH:
        with pytest.raises(StoreError, match="Not a directory"):
            ask(secret_file)
    assert os.listdir(tmp_path) == ["file"]


def test_a_folder_that_nobody_may_write_to_is_refused_beforehand(
    secret_file: SecretFileOnHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As root may write everywhere, the system's refusal is played."""
    monkeypatch.setattr(os, "access", lambda path, rights: path != str(tmp_path))
    user = pwd.getpwuid(os.geteuid()).pw_name
    for ask in BOTH:
        with pytest.raises(StoreError) as caught:
            ask(secret_file)
        assert str(caught.value) == (
            f"{user} may not write into {tmp_path}. Have the task become a user who may. No token was created."
        )


def test_a_full_disk_is_noticed_beforehand(
    secret_file: SecretFileOnHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret_file.evidence()
    fail_at(monkeypatch, "fsync", 1, OSError(28, "No space left on device"))
    with pytest.raises(StoreError) as caught:
        secret_file.try_to_write()
    assert str(caught.value) == (
        f"Cannot use {tmp_path}: No space left on device. Make room there. No token was created."
    )
    assert os.listdir(tmp_path) == []


def test_a_name_that_only_the_side_file_makes_too_long_is_refused_beforehand(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 253)
    secret_file = secret_file_here(path)
    for ask in BOTH:
        with pytest.raises(StoreError) as caught:
            ask(secret_file)
        assert str(caught.value) == f"Cannot use {path}.json: File name too long. Give another path."


def test_a_folder_that_another_task_makes_at_the_same_time_is_as_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mkdir = os.mkdir

    def overtaken(path: str, mode: int) -> None:
        mkdir(path, mode)
        raise FileExistsError(17, "File exists", path)

    monkeypatch.setattr(os, "mkdir", overtaken)
    try_to_write(secret_file_here(tmp_path / "a" / "b" / "job.token"))
    assert (tmp_path / "a" / "b").is_dir()


# Removing


def test_remove(secret_file: SecretFileOnHost, tmp_path: Path) -> None:
    write(secret_file, created())
    secret_file.evidence()
    secret_file.check_removable()
    assert held(secret_file) == "first"
    secret_file.remove()
    assert os.listdir(tmp_path) == []


def test_a_removal_that_nobody_may_do_is_refused_beforehand(
    secret_file: SecretFileOnHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As root may write everywhere, the system's refusal is played."""
    write(secret_file, created())
    monkeypatch.setattr(os, "access", lambda path, rights: path != str(tmp_path))
    secret_file.evidence()
    with pytest.raises(StoreError, match=rf"may not write into {tmp_path}\. .* Nothing was revoked\.$"):
        secret_file.check_removable()


def test_a_removal_that_fails_names_the_file(
    secret_file: SecretFileOnHost, monkeypatch: pytest.MonkeyPatch, side_path: Path
) -> None:
    write(secret_file, created())
    error = PermissionError(1, "Operation not permitted", str(side_path))
    secret_file.evidence()
    fail_at(monkeypatch, "unlink", 2, error)
    with pytest.raises(StoreError) as caught:
        secret_file.remove()
    assert str(caught.value) == f"Cannot remove {side_path}: Operation not permitted. Remove it by hand."


def test_no_error_shows_the_secret(secret_file: SecretFileOnHost, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_at(monkeypatch, "replace", 1, OSError(5, "Input/output error", "apiv1_hush"))
    with pytest.raises(StoreError) as caught:
        write(secret_file, created())
    assert "hush" not in repr(caught.value)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "job.token"
    os.mkfifo(path)
    with pytest.raises(StoreError, match="exists and is not a file"):
        secret_file_here(path).evidence()


# Owner, group and mode


def test_a_mode_that_was_loosened_is_seen_and_mended(
    secret_file: SecretFileOnHost, path: Path, side_path: Path
) -> None:
    write(secret_file, created())
    secret_file.evidence()
    assert secret_file.differences() is None
    for file in (path, side_path):
        file.chmod(0o644)
        secret_file.evidence()
        assert secret_file.differences() == ({"mode": "0644"}, {"mode": "0600"})
        secret_file.mend()
        assert (mode(path), mode(side_path)) == (0o600, 0o600)
    secret_file.evidence()
    assert secret_file.differences() is None


def test_a_mode_of_choice_is_there_from_the_beginning(path: Path, side_path: Path) -> None:
    write(secret_file_here(path, mode="0640"), created())
    assert (mode(path), mode(side_path)) == (0o640, 0o640)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to others")
def test_owner_and_group_are_given_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "new" / "job.token"
    wanted = secret_file_here(path, owner="nobody", group="daemon")
    try_to_write(wanted)
    write(wanted, created())
    nobody, daemon = pwd.getpwnam("nobody").pw_uid, grp.getgrnam("daemon").gr_gid
    for file in (path.parent, path, path.with_name("job.token.json")):
        assert (file.stat().st_uid, file.stat().st_gid) == (nobody, daemon)
    # A successor leaves them as they are where the task does not say.
    later = secret_file_here(path)
    later.evidence()
    assert later.differences() is None
    write(later, created("second"))
    assert (path.stat().st_uid, path.stat().st_gid) == (nobody, daemon)


@pytest.mark.parametrize("ask", BOTH)
@pytest.mark.parametrize(("option", "what"), [("owner", "user"), ("group", "group")])
def test_a_name_that_the_host_does_not_know_is_refused_beforehand(
    path: Path, ask: Callable[[SecretFileOnHost], None], option: str, what: str
) -> None:
    with pytest.raises(StoreError) as caught:
        ask(secret_file_here(path, None, **{option: "no-such-name"}))
    assert str(caught.value) == (
        f"There is no {what} 'no-such-name' on the host. Create it first, or correct the name. No token was created."
    )
    assert os.listdir(path.parent) == []


def test_only_root_gives_files_away(secret_file: SecretFileOnHost, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    monkeypatch.setattr(os, "access", lambda *_: True)
    with pytest.raises(StoreError, match=r"^Only root can give a file to 'nobody'\. Add become to the task\."):
        check_writable(secret_file_here(path, owner="nobody"))
    write(secret_file, created())
    with pytest.raises(StoreError, match=rf"^{path} belongs to .*\. Have the task become that user\."):
        check_writable(secret_file)


# What can be told of a place without writing


def test_a_file_system_that_is_read_only_or_full_is_told(
    secret_file: SecretFileOnHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.statvfs(tmp_path)
    as_it_is = dict(zip(FIELDS, real, strict=False))
    for changes, message in (
        ({"f_flag": os.ST_RDONLY}, "is on a file system that is read-only. Give a path on another one."),
        ({"f_bfree": 0, "f_bavail": 0}, "is full. Make room there."),
        ({"f_files": 10, "f_ffree": 0}, "is full. Make room there."),
        ({"f_blocks": 0, "f_bfree": 0, "f_bavail": 0, "f_files": 0, "f_ffree": 0}, None),
    ):
        values = {"f_flag": 0, **as_it_is, **changes}
        monkeypatch.setattr(os, "statvfs", lambda _path, values=values: SimpleNamespace(**values))
        if message is None:
            check_writable(secret_file)
        else:
            with pytest.raises(StoreError, match=re.escape(message)):
                check_writable(secret_file)


FIELDS = [
    "f_bsize",
    "f_frsize",
    "f_blocks",
    "f_bfree",
    "f_bavail",
    "f_files",
    "f_ffree",
    "f_favail",
    "f_flag",
    "f_namemax",
]


def test_a_file_that_is_mounted_by_itself_is_told(
    secret_file: SecretFileOnHost, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As containers do it; a mount needs root and a name space of its own, so the system's table is played."""
    write(secret_file, created())
    table = tmp_path / "mountinfo"
    real = builtins.open
    monkeypatch.setattr(
        builtins, "open", lambda name, *rest, **more: real(table if name == TABLE else name, *rest, **more)
    )
    for mounted, is_told in ((str(path), True), (str(path.parent), False)):
        place = mounted.replace(" ", "\\040")
        table.write_text(f"36 35 98:0 /mnt1 {place} rw,noatime master:1 - ext3 /dev/root rw\n", encoding="utf-8")
        if is_told:
            with pytest.raises(StoreError, match=rf"^{path} is mounted by itself, so it cannot be replaced\."):
                check_writable(secret_file)
        else:
            check_writable(secret_file)


TABLE = "/proc/self/mountinfo"


# What is not known


@pytest.mark.parametrize("failure", [DIED, LOST], ids=["died", "lost"])
def test_a_write_without_an_answer_may_have_been_one(path: Path, failure: dict[str, Any] | Exception) -> None:
    secret_file = secret_file_here(path, Failing("write", failure))
    try_to_write(secret_file)
    with pytest.raises(DeliveryUnknownError):
        secret_file.write(created())
    assert (secret_file.unreachable is not None) is (failure is LOST)


@pytest.mark.parametrize("failure", [DIED, LOST], ids=["died", "lost"])
@pytest.mark.parametrize("operation", ["read", "check"])
def test_before_a_token_is_made_no_answer_is_a_failure(
    path: Path, operation: str, failure: dict[str, Any] | Exception
) -> None:
    secret_file = secret_file_here(path, Failing(operation, failure))
    with pytest.raises(StoreError):
        try_to_write(secret_file)
    assert (secret_file.unreachable is not None) is (failure is LOST)


def test_a_host_is_called_three_times_at_most(path: Path) -> None:
    action = ActionHere()
    secret_file = secret_file_here(path, action)
    try_to_write(secret_file)
    secret_file.write(created())
    assert action.calls == ["read", "check", "write"]


def test_check_mode_writes_nothing(path: Path) -> None:
    secret_file = secret_file_here(path, ActionHere(check_mode=True))
    check_writable(secret_file)
    secret_file.try_to_write()
    changes: tuple[Callable[[], None], ...] = (
        lambda: secret_file.write(created()),
        secret_file.mend,
        secret_file.remove,
    )
    for change in changes:
        with pytest.raises(StoreError, match=r"^Nothing is written in check mode\."):
            change()
    assert os.listdir(path.parent) == []


def test_a_write_is_not_interrupted(path: Path) -> None:
    blocked: dict[str, bool] = {}
    action = ActionHere()

    def look(operation: str) -> None:
        blocked[operation] = set(HELD_SIGNALS) <= set(signal.pthread_sigmask(signal.SIG_BLOCK, ()))

    action.before_call = look
    secret_file = secret_file_here(path, action)
    try_to_write(secret_file)
    secret_file.write(created())
    assert blocked == {"read": False, "check": False, "write": True}
