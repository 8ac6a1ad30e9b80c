# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module as Ansible runs it, a program of its own, on real folders.

Before a commit it runs in forks of a Python that has started already; before a release, and on the oldest Python, each
run has a Python of its own.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.level import level
from ansible_collections.influxdb3.management.tests.unit.plugins.local_server import (
    EMPTY_LIST,
    Line,
    Server,
    error_answer,
    listening,
)
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

MODULE = "ansible_collections.influxdb3.management.plugins.modules.influxctl_config_file"
SECRET = "M.V1.hush-hush-hush"
OLD = f'[[profile]]\nname = "default"\nmgmt_token = "{SECRET}"\n'.encode()
NEW = b'[[profile]]\nname = "default"\n'
# What is minted, and the file with it.
MINTED = "M.V1.new-hush-hush"
DELIVERED = OLD.replace(SECRET.encode(), MINTED.encode())
SIDE = ".config.toml.default.json"
REFUSAL = error_answer(401)
TROUBLE = error_answer(503)
LATIN = "caf\u00e9".encode("latin-1")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def entry(token_id: str, secret: str, accepted: bool = False, replaced: Sequence[str] = ()) -> dict[str, Any]:
    """What a side file says of a token."""
    return {
        "id": token_id,
        "description": "host",
        "created_at": "2026-03-02T04:20:19Z",
        "expires_at": None,
        "format": "{token}",
        "sha256": sha256(secret.encode()),
        "accepted": accepted,
        "replaced": list(replaced),
    }


FIRST, SECOND = entry("first", SECRET, accepted=True), entry("second", MINTED, replaced=["first"])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def traces(path: Path) -> tuple[int, ...]:
    """What a change would leave in the file system."""
    status = path.stat()
    return status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


# The text of the program is its last argument: its input is the module's.
LAUNCHER = """\
import os, sys
os.umask(0o022)
exec(sys.argv.pop())
"""


@pytest.fixture(scope="module")
def python(request: pytest.FixtureRequest) -> str:
    """What runs the module: the fast one reads libraries that older ones do not have."""
    if level() == "proof" or sys.version_info < (3, 11):
        return sys.executable
    return str(request.getfixturevalue("fast_python").interpreter)


@pytest.fixture(scope="module")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("launcher") / "launcher.py"
    path.write_text(LAUNCHER, encoding="ascii")
    return str(path)


class Host:
    """A home folder, and the module run for its user."""

    def __init__(self, home: Path, python: str, launcher: str) -> None:
        self.home = home
        self._launch = [python, launcher]
        self.variables = {"HOME": str(home)}
        self.folder = home / ".config" / "influxctl"
        self.file = self.folder / "config.toml"

    def have(self, content: bytes, file_mode: int = 0o600, folder_mode: int = 0o700) -> None:
        self.folder.mkdir(parents=True)
        self.file.write_bytes(content)
        self.file.chmod(file_mode)
        self.folder.chmod(folder_mode)

    def names(self) -> list[str]:
        return sorted(os.listdir(self.folder))

    def start(self, program: str = f"from {MODULE} import main; main()", **arguments: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*self._launch, program],
            env={**self.variables, "PATH": os.environ["PATH"]},
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}))
        process.stdin.close()
        process.stdin = None
        return process

    def run(self, **arguments: Any) -> dict[str, Any]:
        process = self.start(**arguments)
        output, errors = process.communicate()
        assert not errors
        assert output.strip().count("\n") == 0
        result: dict[str, Any] = json.loads(output)
        # ansible-core 2.22 and later tells the controller what to hide, and keeps that part to itself.
        result.pop("_ansible_new_secrets", None)
        assert "hush" not in json.dumps({**result, "content_base64": None})
        assert process.returncode == (1 if result.get("failed") else 0)
        return result

    def read(self, **arguments: Any) -> dict[str, Any]:
        return self.run(operation="read", **arguments)

    def write(self, content: bytes, expected: bytes | None, **arguments: Any) -> dict[str, Any]:
        return self.run(
            operation="write",
            content_base64=base64.b64encode(content).decode(),
            expected_sha256="absent" if expected is None else sha256(expected),
            **arguments,
        )

    def deliver(self, port: int, before: dict[str, Any] | None = FIRST, **arguments: Any) -> dict[str, Any]:
        """Write the minted token and have it tried, in place of the one that is held."""
        content, expected = arguments.pop("content", DELIVERED), arguments.pop("expected", OLD)
        return self.write(content, expected, **{**self.delivery(port, before), **arguments})

    @staticmethod
    def delivery(port: int, before: dict[str, Any] | None = FIRST) -> dict[str, Any]:
        """The arguments that a write of the minted token has beside the content."""
        return {
            "profile": "default",
            "entry": json.dumps(SECOND),
            "entry_before": None if before is None else json.dumps(before),
            "token_sha256": SECOND["sha256"],
            "url": f"http://127.0.0.1:{port}/tokens",
            "timeout": PATIENCE,
        }

    def remember(self, current: dict[str, Any] = FIRST, before: dict[str, Any] | None = None) -> None:
        """Have the side file say this."""
        self.folder.joinpath(SIDE).write_text(json.dumps({**current, "before": before}), encoding="ascii")

    def remembered(self) -> dict[str, Any]:
        """The side file."""
        content: dict[str, Any] = json.loads(self.folder.joinpath(SIDE).read_bytes())
        return content

    def held(self) -> dict[str, Any] | None:
        """What is remembered of the token that the file holds."""
        found = self.read(profile="default")
        content = base64.b64decode(found["content_base64"] or "")
        tokens = {sha256(token.encode()) for token in (SECRET, MINTED) if token.encode() in content}
        return next((one for one in found["side"] if one["sha256"] in tokens), None)

    def both(self) -> tuple[bytes | None, bytes | None]:
        """Both files as they are."""
        file, side = (path.read_bytes() if path.exists() else None for path in (self.file, self.folder / SIDE))
        return file, side

    def verify(self, token: str, port: int, **arguments: Any) -> dict[str, Any]:
        return self.run(
            operation="verify",
            token_sha256=sha256(token.encode()),
            url=f"http://127.0.0.1:{port}/tokens",
            **{"profile": "default", "timeout": PATIENCE, **arguments},
        )


@pytest.fixture
def host(tmp_path: Path, python: str, launcher: str) -> Host:
    return Host(tmp_path, python, launcher)


class TestRead:
    def test_a_file(self, host: Host) -> None:
        host.have(LATIN)
        found = host.read()
        assert base64.b64decode(found["content_base64"]) == LATIN
        assert found["sha256"] == sha256(LATIN)
        assert found["path"] == str(host.file)
        assert (found["exists"], found["loose_modes"], found["changed"]) == (True, [], False)

    def test_no_file(self, host: Host) -> None:
        found = host.read()
        assert (found["exists"], found["content_base64"], found["sha256"]) == (False, None, "absent")
        assert os.listdir(host.home) == []

    def test_loose_modes(self, host: Host) -> None:
        host.have(OLD, 0o640, 0o770)
        assert host.read()["loose_modes"] == [
            {"path": str(host.folder), "mode": "0770", "wanted": "0700"},
            {"path": str(host.file), "mode": "0640", "wanted": "0600"},
        ]
        assert "warnings" not in host.read()
        host.file.chmod(0o400)
        assert host.read()["loose_modes"][1]["mode"] == "0400"

    def test_another_path_may_begin_with_the_home_folder(self, host: Host) -> None:
        (host.home / "my.toml").write_bytes(NEW)
        found = host.read(path="~/my.toml")
        assert found["path"] == str(host.home / "my.toml")
        assert found["exists"]

    def test_without_a_home_the_password_file_says_where_it_is(self, host: Host) -> None:
        host.variables["HOME"] = ""
        assert host.read()["path"].startswith(pwd.getpwuid(os.geteuid()).pw_dir + "/")

    @pytest.mark.parametrize(("folder_mode", "warned"), [(0o755, False), (0o775, True), (0o777, True), (0o1777, False)])
    def test_a_folder_of_others_is_left_alone_with_a_warning(self, host: Host, folder_mode: int, warned: bool) -> None:
        folder = host.home / "shared"
        folder.mkdir()
        folder.chmod(folder_mode)
        found = host.read(path=f"{folder}/c.toml")
        assert found["loose_modes"] == []
        assert bool(found.get("warnings")) is warned
        assert host.write(NEW, None, path=f"{folder}/c.toml")["outcome"] == "written"
        assert mode(folder) == folder_mode & 0o1777

    def test_a_folder_in_place_of_the_file(self, host: Host) -> None:
        host.file.mkdir(parents=True)
        assert host.read()["msg"] == f"{host.file} exists and is not a file. Give another path."

    def test_a_pipe_in_place_of_the_file(self, host: Host) -> None:
        host.folder.mkdir(parents=True)
        os.mkfifo(host.file)
        assert "exists and is not a file" in host.read()["msg"]

    def test_a_file_in_place_of_the_folder(self, host: Host) -> None:
        host.folder.parent.write_bytes(b"")
        assert host.read()["msg"] == f"Cannot use {host.file}: Not a directory."

    def test_links_in_a_circle(self, host: Host) -> None:
        host.folder.mkdir(parents=True)
        host.file.symlink_to(host.file)
        assert "Cannot use" in host.read()["msg"]

    def test_a_file_that_is_too_large_to_be_one(self, host: Host) -> None:
        host.have(b"#" * (1024 * 1024 + 1))
        assert "is larger than 1024 KiB, and was left alone" in host.read()["msg"]

    def test_what_is_remembered(self, host: Host) -> None:
        host.have(DELIVERED)
        nothing = host.read(profile="default")
        assert (nothing["side"], nothing["held_before"], nothing["write_problem"]) == ([], [], None)
        host.remember(SECOND, FIRST)
        found = host.read(profile="default")
        assert (found["side"], found["held_before"]) == ([SECOND, FIRST], ["first", "second"])
        assert host.read(profile="other")["side"] == []

    def test_what_is_remembered_of_all_profiles(self, host: Host) -> None:
        """Whatever else lies there is passed over, as nothing is written."""
        host.have(DELIVERED)
        assert host.read()["side"] == []
        host.remember(SECOND, FIRST)
        for name, content in ((".config.toml.other.json", b"buy milk"), (".other.toml.d.json", b"{}"), ("notes", b"")):
            (host.folder / name).write_bytes(content)
        (host.folder / ".config.toml.folder.json").mkdir()
        (host.folder / ".config.toml.another%20one.json").write_text(json.dumps({**FIRST, "before": None}))
        assert host.read()["side"] == [FIRST, SECOND, FIRST]

    @pytest.mark.parametrize(
        "content",
        [b"buy milk", b"[]", b"{}", b'{"a": 1}', b"\xff", b"[" * 100000],
        ids=["text", "list", "empty", "other", "bytes", "deep"],
    )
    def test_a_foreign_side_file_is_refused(self, host: Host, content: bytes) -> None:
        host.have(OLD)
        (host.folder / SIDE).write_bytes(content)
        for result in (host.read(profile="default"), host.deliver(1)):
            assert result["explained"]
            assert result["msg"].startswith(f"{host.folder / SIDE} holds something else than what belongs beside a")
        assert host.both() == (OLD, content)
        assert host.read(profile="other")["exists"]

    @pytest.mark.parametrize("name", ["config.toml", SIDE])
    def test_what_could_not_be_written_is_told(self, host: Host, name: str) -> None:
        host.have(OLD)
        host.remember()
        os.link(host.folder / name, host.home / "other name")
        problem = host.read(profile="default")["write_problem"]
        assert problem.startswith(f"{host.folder / name} has 2 names (hard links).")

    def test_a_relative_path(self, host: Host) -> None:
        assert host.read(path="config.toml")["msg"].startswith("config.toml is not an absolute path.")


class TestWrite:
    def test_a_new_file_is_private_and_so_is_every_new_folder(self, host: Host) -> None:
        host.home.chmod(0o755)
        result = host.write(NEW, None)
        assert (result["changed"], result["outcome"], result.get("backup_file")) == (True, "written", None)
        assert host.file.read_bytes() == NEW
        assert mode(host.file) == 0o600
        assert mode(host.folder) == mode(host.folder.parent) == 0o700
        assert mode(host.home) == 0o755
        assert host.names() == ["config.toml"]

    def test_replacing(self, host: Host) -> None:
        host.have(OLD, 0o644, 0o755)
        before = host.file.stat().st_ino
        assert host.write(NEW, OLD)["changed"]
        assert host.file.read_bytes() == NEW
        assert host.file.stat().st_ino != before
        assert (mode(host.file), mode(host.folder)) == (0o600, 0o700)
        assert host.names() == ["config.toml"]

    def test_modes_alone(self, host: Host) -> None:
        host.have(OLD, 0o644, 0o755)
        before = host.file.stat().st_ino
        assert host.write(OLD, OLD, backup=True)["changed"]
        assert host.file.stat().st_ino == before
        assert (mode(host.file), mode(host.folder)) == (0o600, 0o700)
        assert host.names() == ["config.toml"]
        assert not host.write(OLD, OLD)["changed"]

    def test_backup(self, host: Host) -> None:
        host.have(OLD, 0o644)
        backup = Path(host.write(NEW, OLD, backup=True)["backup_file"])
        assert backup.read_bytes() == OLD
        assert mode(backup) == 0o600
        assert host.names() == ["config.toml", backup.name]
        assert backup.name.startswith("config.toml.")
        assert backup.name.endswith("~")

    def test_no_backup_of_nothing(self, host: Host) -> None:
        assert "backup_file" not in host.write(NEW, None, backup=True)
        assert host.names() == ["config.toml"]

    @pytest.mark.parametrize("check_mode", [False, True])
    @pytest.mark.parametrize("expected", [None, NEW])
    def test_a_file_changed_meanwhile_is_left_alone(self, host: Host, expected: bytes | None, check_mode: bool) -> None:
        host.have(OLD, 0o644)
        result = host.write(b"", expected, backup=True, _ansible_check_mode=check_mode)
        assert (result["changed"], result["outcome"]) == (False, "changed")
        assert host.file.read_bytes() == OLD
        assert mode(host.file) == 0o644
        assert host.names() == ["config.toml"]

    def test_a_file_removed_meanwhile_does_not_come_back(self, host: Host) -> None:
        assert host.write(NEW, OLD)["outcome"] == "changed"
        assert not host.file.exists()

    def test_check_mode_changes_nothing(self, host: Host) -> None:
        assert host.write(NEW, None, _ansible_check_mode=True)["changed"]
        assert os.listdir(host.home) == []
        host.have(OLD, 0o644, 0o755)
        before = traces(host.file), traces(host.folder)
        assert host.write(NEW, OLD, backup=True, _ansible_check_mode=True)["changed"]
        assert (traces(host.file), traces(host.folder)) == before
        assert host.names() == ["config.toml"]

    def test_a_link_stays_and_its_file_is_replaced(self, host: Host) -> None:
        real = host.home / "dotfiles" / "influxctl.toml"
        real.parent.mkdir()
        real.parent.chmod(0o755)
        real.write_bytes(OLD)
        host.folder.mkdir(parents=True)
        host.file.symlink_to(real)
        assert host.write(NEW, OLD)["path"] == str(host.file)
        assert host.file.is_symlink()
        assert real.read_bytes() == NEW
        assert (mode(real), mode(real.parent)) == (0o600, 0o755)

    def test_a_dangling_link_gets_its_file(self, host: Host) -> None:
        host.folder.mkdir(parents=True)
        host.file.symlink_to(host.home / "new" / "c.toml")
        assert host.write(NEW, None)["changed"]
        assert (host.home / "new" / "c.toml").read_bytes() == NEW
        assert mode(host.home / "new") == 0o700

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_a_file_in_place_of_a_folder(self, host: Host, check_mode: bool) -> None:
        (host.home / "file").write_bytes(b"")
        result = host.write(NEW, None, path="~/file/sub/c.toml", _ansible_check_mode=check_mode)
        assert "Not a directory" in result["msg"]

    def test_base64_only(self, host: Host) -> None:
        process = host.start(operation="write", content_base64="M.V1.hush-hush-hush", expected_sha256="absent")
        output, errors = process.communicate()
        assert process.returncode == 1
        assert "hush" not in output + errors
        assert not host.folder.exists()

    def test_a_file_with_several_names_is_refused(self, host: Host) -> None:
        """Replaced under one name, it would keep what it holds under the other."""
        host.have(OLD)
        os.link(host.file, host.home / "other name")
        assert host.write(NEW, OLD)["msg"].startswith(f"{host.file} has 2 names (hard links).")
        assert host.file.read_bytes() == OLD

    def test_forgetting(self, host: Host) -> None:
        host.have(OLD)
        host.remember()
        assert host.write(NEW, OLD, profile="other", forget=True)["changed"]
        assert host.both()[1] is not None
        assert host.write(b"", NEW, profile="default", forget=True)["changed"]
        assert host.both() == (b"", None)
        assert not host.write(b"", b"", profile="default", forget=True)["changed"]

    def test_forgetting_alone_makes_no_file_where_there_is_none(self, host: Host) -> None:
        host.folder.mkdir(parents=True)
        host.remember()
        assert host.write(b"", None, profile="default", forget=True)["changed"]
        assert host.names() == []

    def test_nothing_is_forgotten_of_a_file_changed_meanwhile(self, host: Host) -> None:
        host.have(OLD)
        host.remember()
        assert host.write(b"", NEW, profile="default", forget=True)["outcome"] == "changed"
        assert host.held() == FIRST

    def test_a_folder_that_cannot_be_tightened_keeps_all_as_it_was(self, host: Host) -> None:
        """The folder of somebody else. Once the file is replaced, nothing may fail that says it was not."""
        host.have(OLD, 0o600, 0o755)
        program = f"""
import os, {MODULE} as module
def refuse(path, mode):
    raise PermissionError(1, "Operation not permitted")
os.chmod = refuse
module.main()
"""
        output, _errors = self.start_writing(host, program).communicate()
        assert "Operation not permitted" in json.loads(output)["msg"]
        assert host.file.read_bytes() == OLD
        assert host.names() == ["config.toml"]

    def test_a_check(self, host: Host) -> None:
        for check_mode in (True, False):
            assert not host.run(operation="check", profile="default", _ansible_check_mode=check_mode)["changed"]
            assert host.folder.exists() is not check_mode
        assert (mode(host.folder), mode(host.folder.parent), host.names()) == (0o700, 0o700, [])

    def test_a_check_on_a_full_disk(self, host: Host) -> None:
        host.have(OLD)
        program = f"""
import os, {MODULE} as module
def fail(_descriptor):
    raise OSError(28, "No space left on device")
os.fsync = fail
module.main()
"""
        output, _errors = host.start(program, operation="check", profile="default").communicate()
        assert json.loads(output)["msg"] == (f"Cannot use {host.file}: No space left on device. Make room there.")
        assert host.names() == ["config.toml"]

    @pytest.mark.parametrize("name", ["config.toml", SIDE])
    @pytest.mark.parametrize("check_mode", [False, True])
    def test_a_check_finds_what_stands_in_the_way(self, host: Host, name: str, check_mode: bool) -> None:
        host.have(OLD)
        host.remember()
        os.link(host.folder / name, host.home / "other name")
        result = host.run(operation="check", profile="default", _ansible_check_mode=check_mode)
        assert result["msg"].startswith(f"{host.folder / name} has 2 names (hard links).")

    # Each is called for the side file, for the file itself, for the backup, and what replaces once more for each.
    @pytest.mark.parametrize(
        ("failing", "call"),
        [
            *(("os.fsync", 1), ("os.fsync", 2), ("os.fsync", 3)),
            *(("os.replace", 1), ("os.replace", 2), ("os.replace", 3)),
            *(("tempfile.mkstemp", 1), ("tempfile.mkstemp", 2)),
            *(("os.fchown", 1), ("os.fchown", 2), ("os.fchown", 3)),
        ],
    )
    @pytest.mark.parametrize("is_first", [False, True])
    def test_a_failure_leaves_all_as_it_was(self, host: Host, failing: str, call: int, is_first: bool) -> None:
        host.have(OLD)
        if not is_first:
            host.remember()
        before, names = host.both(), host.names()
        program = f"""
import os, tempfile, {MODULE} as module
function, calls = {failing}, []
def fail(*arguments, **keywords):
    calls.append(arguments)
    if len(calls) == {call}:
        raise OSError(28, "No space left on device")
    return function(*arguments, **keywords)
{failing} = fail
module.main()
"""
        process = self.start_writing(host, program, **host.delivery(1, None if is_first else FIRST))
        output, _errors = process.communicate()
        assert json.loads(output)["msg"] == f"Cannot use {host.file}: No space left on device. Make room there."
        assert (host.both(), host.names()) == (before, names)

    @pytest.mark.parametrize("call", range(1, 8))
    @pytest.mark.parametrize("failing", ["os.fsync", "os.replace"])
    def test_an_end_at_any_point_leaves_a_pair_that_fits(self, host: Host, failing: str, call: int) -> None:
        """Whichever secret lies there, the side file tells which it is. The next run goes on from it."""
        host.have(OLD)
        host.remember()
        program = f"""
import os, {MODULE} as module
function, calls = {failing}, []
def die(*arguments, **keywords):
    calls.append(arguments)
    if len(calls) == {call}:
        raise KeyboardInterrupt
    return function(*arguments, **keywords)
{failing} = die
module.main()
"""
        with listening(Line.answer) as server:
            process = self.start_writing(host, program, content=DELIVERED, **host.delivery(server.port))
            output, errors = process.communicate()
        assert "hush" not in output + errors
        held = host.held()
        assert held is not None
        if host.file.read_bytes() == OLD:
            assert (held["id"], held["replaced"]) == ("first", [])
        else:
            assert (held["id"], held["replaced"]) == ("second", ["first"])
        assert [name for name in host.names() if name not in ("config.toml", SIDE) and name[-1] != "~"] == []

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_an_interruption_leaves_nothing_behind(self, host: Host, number: signal.Signals) -> None:
        host.have(OLD)
        program = f"""
import os, {MODULE} as module
os.replace = lambda *_arguments: os.kill(os.getpid(), {int(number)})
module.main()
"""
        process = self.start_writing(host, program)
        output, _errors = process.communicate()
        assert process.returncode == 128 + number
        assert output == ""
        assert host.file.read_bytes() == OLD
        assert host.names() == ["config.toml"]

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_a_delivery_that_ignores_interruptions_goes_on(self, host: Host, number: signal.Signals) -> None:
        host.have(OLD)
        program = f"""
import os, signal, {MODULE} as module
signal.signal({int(number)}, signal.SIG_IGN)
replace = os.replace
def replace_interrupted(*arguments):
    os.kill(os.getpid(), {int(number)})
    replace(*arguments)
os.replace = replace_interrupted
module.main()
"""
        process = self.start_writing(host, program)
        output, _errors = process.communicate()
        assert json.loads(output)["outcome"] == "written"
        assert host.file.read_bytes() != OLD

    def test_the_new_file_is_never_open_to_others(self, host: Host) -> None:
        host.have(OLD, 0o666)
        program = f"""
import os, sys, stat, {MODULE} as module
os.umask(0)
write = os.fsync
def look(descriptor):
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode):
        print(oct(status.st_mode & 0o777), file=sys.stderr)
    write(descriptor)
os.fsync = look
module.main()
"""
        process = self.start_writing(host, program)
        _output, errors = process.communicate()
        assert errors.split() == ["0o600", "0o600"]

    def test_neither_is_the_side_file(self, host: Host) -> None:
        host.have(OLD)
        before = os.umask(0)
        try:
            with listening(Line.answer) as server:
                host.deliver(server.port)
        finally:
            os.umask(before)
        assert mode(host.folder / SIDE) == 0o600

    def test_two_at_a_time_take_turns(self, host: Host) -> None:
        host.have(OLD)
        contents = [f"# {number}\n".encode() * 1000 for number in range(8)]
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda content: host.write(content, OLD), contents))
        winners = [content for content, result in zip(contents, results) if result["outcome"] == "written"]
        assert winners == [host.file.read_bytes()]
        assert host.names() == ["config.toml"]

    @staticmethod
    def start_writing(host: Host, program: str, content: bytes = NEW, **arguments: Any) -> subprocess.Popen[str]:
        return host.start(
            program,
            operation="write",
            content_base64=base64.b64encode(content).decode(),
            expected_sha256=sha256(OLD),
            backup=True,
            **arguments,
        )


class TestDelivery:
    """A token that is written and tried in one call, and what becomes of the one that was there before."""

    @staticmethod
    def answering(answer: bytes) -> AbstractContextManager[Server]:
        return listening(lambda line: line.answer(answer))

    @staticmethod
    def port_of_nobody() -> int:
        with listening(Line.answer) as server:
            return server.port

    def test_accepted(self, host: Host) -> None:
        host.have(OLD, 0o644)
        host.remember()
        with listening(Line.answer) as server:
            result = host.deliver(server.port)
        assert (result["outcome"], result["changed"], "msg" in result) == ("accepted", True, False)
        (request,) = server.requests
        assert f"\r\nAuthorization: Bearer {MINTED}\r\n".encode() in request
        assert host.file.read_bytes() == DELIVERED
        assert host.remembered() == {**SECOND, "accepted": True, "before": FIRST}
        assert host.names() == [SIDE, "config.toml"]
        assert (mode(host.file), mode(host.folder / SIDE)) == (0o600, 0o600)
        assert SECRET not in host.folder.joinpath(SIDE).read_text("ascii")

    def test_a_live_token_without_the_right_to_list_is_accepted(self, host: Host) -> None:
        host.have(OLD)
        with self.answering(error_answer(403)) as server:
            assert host.deliver(server.port)["outcome"] == "accepted"

    def test_refused(self, host: Host) -> None:
        host.have(OLD)
        host.remember()
        before = host.both()
        with self.answering(REFUSAL) as server:
            result = host.deliver(server.port, backup=True)
        assert (result["outcome"], "failed" in result) == ("refused", False)
        assert result["msg"].startswith("127.0.0.1 does not accept the token (401) after 0 s.")
        assert host.both() == before
        assert mode(host.file) == 0o600
        # Neither does a copy of the file stay that the task does not name.
        assert ("backup_file" in result, host.names()) == (False, [SIDE, "config.toml"])

    def test_refused_to_the_deadline_only(self, host: Host) -> None:
        host.have(OLD)
        with listening(lambda line: line.answer(REFUSAL), Line.answer) as server:
            assert host.deliver(server.port, wait=60)["outcome"] == "accepted"

    def test_refused_on_a_first_delivery(self, host: Host) -> None:
        with self.answering(REFUSAL) as server:
            assert host.deliver(server.port, None, expected=None)["outcome"] == "refused"
        assert (host.both(), host.names()) == ((None, None), [])

    def test_refused_where_there_was_no_profile(self, host: Host) -> None:
        host.have(b"# mine\n")
        with self.answering(REFUSAL) as server:
            result = host.deliver(server.port, None, content=b"# mine\n" + DELIVERED, expected=b"# mine\n")
        assert (result["outcome"], host.both()) == ("refused", (b"# mine\n", None))

    @pytest.mark.parametrize("answer", [TROUBLE, EMPTY_LIST.replace(b"200 OK", b"404 Not Found"), b""])
    def test_unverified(self, host: Host, answer: bytes) -> None:
        host.have(OLD)
        host.remember()
        with self.answering(answer) as server:
            result = host.deliver(server.port)
        assert (result["outcome"], "failed" in result) == ("unverified", False)
        assert result["msg"]
        assert host.file.read_bytes() == DELIVERED
        assert host.remembered() == {**SECOND, "before": FIRST}

    def test_out_of_reach(self, host: Host) -> None:
        host.have(OLD)
        result = host.deliver(self.port_of_nobody())
        assert result["outcome"] == "unverified"
        assert result["msg"].startswith("This host cannot connect to 127.0.0.1.")
        assert host.file.read_bytes() == DELIVERED

    def test_changed_before_it_was_written(self, host: Host) -> None:
        host.have(NEW)
        host.remember()
        before = host.both()
        with listening(Line.answer) as server:
            result = host.deliver(server.port, backup=True)
        assert (result["outcome"], result["changed"], server.requests) == ("changed", False, [])
        assert (host.both(), host.names()) == (before, [SIDE, "config.toml"])

    @pytest.mark.parametrize("answer", [REFUSAL, EMPTY_LIST])
    def test_a_token_that_was_replaced_during_verification_is_nowhere(self, host: Host, answer: bytes) -> None:
        """It is not taken for accepted, and what somebody else has written since stays."""
        host.have(OLD)
        host.remember()

        def meanwhile(line: Line) -> None:
            host.file.write_bytes(NEW)
            line.answer(answer)

        with listening(meanwhile) as server:
            result = host.deliver(server.port)
        assert (result["outcome"], result["changed"]) == ("changed", True)
        assert host.file.read_bytes() == NEW
        assert host.remembered()["accepted"] is False

    @pytest.mark.parametrize(("answer", "outcome"), [(REFUSAL, "unverified"), (EMPTY_LIST, "accepted")])
    def test_another_part_of_the_file_that_changed_during_verification_stays(
        self, host: Host, answer: bytes, outcome: str
    ) -> None:
        """Put back, the file would lose it; so the token stays too, and is not to be revoked."""
        host.have(OLD)
        host.remember()

        def meanwhile(line: Line) -> None:
            host.file.write_bytes(b"# theirs\n" + DELIVERED)
            line.answer(answer)

        with listening(meanwhile) as server:
            assert host.deliver(server.port)["outcome"] == outcome
        assert host.file.read_bytes() == b"# theirs\n" + DELIVERED
        assert host.remembered()["id"] == "second"

    def test_a_write_that_is_sent_twice_succeeds_twice(self, host: Host) -> None:
        """As Ansible does after a connection has broken, with ansible_ssh_retries."""
        host.have(OLD)
        host.remember()
        with listening(Line.answer) as server:
            for changed in (True, False):
                result = host.deliver(server.port, backup=True)
                assert (result["outcome"], result["changed"]) == ("accepted", changed)
                assert host.file.read_bytes() == DELIVERED
                assert host.remembered() == {**SECOND, "accepted": True, "before": FIRST}
        assert len([name for name in host.names() if name.endswith("~")]) == 1

    def test_sent_again_after_an_end_in_the_trial_it_does_not_know_what_was_there(self, host: Host) -> None:
        """Refused then, the token stays, named, instead of being revoked where it lies."""
        host.have(DELIVERED)
        host.remember(SECOND, FIRST)
        before = host.both()
        with self.answering(REFUSAL) as server:
            assert host.deliver(server.port)["outcome"] == "unverified"
        assert host.both() == before

    def test_sent_again_after_it_was_put_back(self, host: Host) -> None:
        host.have(OLD)
        host.remember()
        before = host.both()
        with self.answering(REFUSAL) as server:
            for _time in range(2):
                assert host.deliver(server.port)["outcome"] == "refused"
                assert host.both() == before

    def test_a_refused_token_that_cannot_be_put_back_is_not_said_to_be_gone(self, host: Host) -> None:
        host.have(OLD)
        host.remember()
        program = f"""
import os, {MODULE} as module
replace, calls = os.replace, []
def fail(*arguments):
    calls.append(arguments)
    if len(calls) > 3:
        raise OSError(28, "No space left on device")
    replace(*arguments)
os.replace = fail
module.main()
"""
        with self.answering(REFUSAL) as server:
            process = TestWrite.start_writing(host, program, content=DELIVERED, **host.delivery(server.port))
            result = json.loads(process.communicate()[0])
        assert (result["outcome"], "failed" in result) == ("unverified", False)
        assert result["msg"] == f"Cannot use {host.file}: No space left on device. Make room there."
        assert host.file.read_bytes() == DELIVERED
        assert host.held() == SECOND

    def test_a_side_file_that_cannot_be_written_any_more_makes_no_token_unwritten(self, host: Host) -> None:
        host.have(OLD)

        def meanwhile(line: Line) -> None:
            (host.folder / SIDE).write_text("theirs", encoding="ascii")
            line.answer()

        with listening(meanwhile) as server:
            result = host.deliver(server.port)
        assert result["outcome"] == "unverified"
        assert "holds something else" in result["msg"]
        assert host.both() == (DELIVERED, b"theirs")

    def test_check_mode_writes_and_asks_nothing(self, host: Host) -> None:
        host.have(OLD, 0o644)
        host.remember()
        before = host.both()
        with listening(Line.answer) as server:
            assert host.deliver(server.port, _ansible_check_mode=True)["changed"]
        assert (server.requests, host.both(), mode(host.file)) == ([], before, 0o644)
        assert host.names() == [SIDE, "config.toml"]

    def test_each_profile_has_its_own_side_file(self, host: Host) -> None:
        host.have(OLD)
        with listening(Line.answer) as server:
            host.deliver(server.port)
            host.deliver(server.port, profile="other", content=DELIVERED + b"#\n", expected=DELIVERED)
        assert host.names() == [SIDE, ".config.toml.other.json", "config.toml"]
        assert host.read(profile="third")["side"] == []

    @pytest.mark.parametrize(
        "profile",
        ["/etc/passwd", "..", "../../x", ".", "a b", "~", "%2F", "a\\b", "caf\u00e9", "*", "a" * 300, "\u00e9" * 100],
    )
    def test_whatever_the_profile_is_called(self, host: Host, profile: str) -> None:
        host.have(OLD)
        outside = sorted(host.home.rglob("*"))
        with listening(Line.answer) as server:
            host.deliver(server.port, profile=profile)
        (name,) = set(host.names()) - {"config.toml"}
        assert (name.startswith(".config.toml."), name.endswith(".json")) == (True, True)
        assert sorted(host.home.rglob("*")) == sorted([*outside, host.folder / name])
        assert host.read(profile=profile)["side"][0]["id"] == "second"
        assert host.read(profile=profile + "x")["side"] == []

    def test_beside_the_file_that_a_link_leads_to(self, host: Host) -> None:
        host.have(OLD)
        link = host.home / "link.toml"
        link.symlink_to(host.file)
        with listening(Line.answer) as server:
            assert host.deliver(server.port, path=str(link))["outcome"] == "accepted"
        assert link.is_symlink()
        assert host.names() == [SIDE, "config.toml"]
        assert host.read(profile="default", path=str(link))["side"][0]["id"] == "second"

    @pytest.mark.parametrize("missing", ["token_sha256", "url"])
    def test_what_it_needs(self, host: Host, missing: str) -> None:
        host.have(OLD)
        arguments = host.delivery(1)
        del arguments[missing]
        assert missing in host.write(DELIVERED, OLD, **arguments)["msg"]
        assert host.both() == (OLD, None)


SEVERAL = f"""\
# Once it was M.V1.of-the-past, mgmt_token="{SECRET}x".
[[profile]]
name = "other"
mgmt_token = 'M.V1.+/another~one_=='
[[profile]]
name = "default"
mgmt_token="{SECRET}" # {SECRET}.
token = \"\"\"
apiv1_multi\"\"\"
""".encode()


class TestVerify:
    """Whether the service accepts the token is the business of the tests of _acceptance; here it is the file's."""

    @pytest.mark.parametrize("token", [SECRET, "M.V1.+/another~one_==", "M.V1.of-the-past", "apiv1_multi"])
    def test_the_token_is_found_whatever_stands_around_it(self, host: Host, token: str) -> None:
        host.have(SEVERAL)
        with listening(Line.answer) as server:
            result = host.verify(token, server.port)
        assert (result["outcome"], result["changed"], result["path"]) == ("accepted", False, str(host.file))
        (request,) = server.requests
        assert request.startswith(b"GET /tokens HTTP/1.1\r\n")
        assert f"\r\nAuthorization: Bearer {token}\r\n".encode() in request

    @pytest.mark.parametrize("content", [None, NEW, LATIN, OLD.replace(b"hush-hush-hush", b"hush-hush")])
    def test_a_token_that_is_not_in_the_file(self, host: Host, content: bytes | None) -> None:
        if content is not None:
            host.have(content)
        with listening(Line.answer) as server:
            result = host.verify(SECRET, server.port)
        assert (result["outcome"], result["msg"]) == ("unverified", f"{host.file} was changed meanwhile.")
        assert server.requests == []

    def test_it_is_remembered_that_it_was_accepted(self, host: Host) -> None:
        host.have(DELIVERED)
        host.remember(SECOND, FIRST)
        with listening(Line.answer) as server:
            for _time in range(2):
                assert host.verify(MINTED, server.port)["outcome"] == "accepted"
                assert host.remembered() == {**SECOND, "accepted": True, "before": FIRST}
        assert host.file.read_bytes() == DELIVERED
        assert host.names() == [SIDE, "config.toml"]

    @pytest.mark.parametrize("answer", [REFUSAL, TROUBLE])
    def test_one_that_is_not_accepted_stays(self, host: Host, answer: bytes) -> None:
        """Even one that is refused: it has been in its place since another run, and what was there before is gone."""
        host.have(DELIVERED)
        host.remember(SECOND, FIRST)
        before = host.both()
        with listening(lambda line: line.answer(answer)) as server:
            result = host.verify(MINTED, server.port)
        assert (result["outcome"], "failed" in result) == ("unverified", False)
        assert "(401)" in result["msg"] or "answered 503" in result["msg"]
        assert host.both() == before

    def test_trying_again(self, host: Host) -> None:
        host.have(OLD)
        with listening(lambda line: line.answer(REFUSAL), Line.answer) as server:
            assert host.verify(SECRET, server.port, wait=60)["outcome"] == "accepted"
        assert len(server.requests) == 2

    def test_a_token_replaced_meanwhile_has_not_been_tried(self, host: Host) -> None:
        host.have(OLD)
        host.remember({**FIRST, "accepted": False})

        def meanwhile(line: Line) -> None:
            host.file.write_bytes(NEW)
            line.answer()

        with listening(meanwhile) as server:
            result = host.verify(SECRET, server.port)
        assert (result["outcome"], result["msg"]) == ("unverified", f"{host.file} was changed meanwhile.")
        assert host.remembered()["accepted"] is False

    def test_a_token_that_is_not_the_remembered_one_is_remembered_by_nobody(self, host: Host) -> None:
        host.have(OLD)
        host.remember(SECOND)
        with listening(Line.answer) as server:
            assert host.verify(SECRET, server.port)["outcome"] == "accepted"
        assert host.remembered()["accepted"] is False

    def test_check_mode_asks_but_keeps(self, host: Host) -> None:
        host.have(DELIVERED)
        host.remember(SECOND, FIRST)
        before = host.both()
        with listening(Line.answer) as server:
            assert host.verify(MINTED, server.port, _ansible_check_mode=True)["outcome"] == "accepted"
        assert len(server.requests) == 1
        assert host.both() == before

    @pytest.mark.parametrize("missing", ["token_sha256", "url"])
    def test_what_it_needs(self, host: Host, missing: str) -> None:
        arguments = {"token_sha256": "0", "url": "http://127.0.0.1:1/"}
        del arguments[missing]
        assert missing in host.run(operation="verify", **arguments)["msg"]


# Whatever it needs is imported while it may still read it.
AS_NOBODY = f"""
import os, sys, {MODULE} as module
os.setgroups([]), os.setgid(65534), os.setuid(65534)
sys.path.clear()
module.main()
"""


class TestRights:
    """What one user's rights do not allow; root, whom nothing stops, becomes another user for it."""

    @pytest.fixture
    def stranger(self, launcher: str) -> Iterator[Host]:
        # Not below a folder that other users cannot pass.
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            Path(folder).chmod(0o755)
            # A fork of another user could not write down for "make coverage" what it has reached.
            yield Host(Path(folder), sys.executable, launcher)

    @staticmethod
    def run(host: Host, **arguments: Any) -> dict[str, Any]:
        if os.geteuid() != 0:
            return host.run(**arguments)
        output, errors = host.start(AS_NOBODY, **arguments).communicate()
        assert not errors
        result: dict[str, Any] = json.loads(output)
        return result

    def test_unreadable(self, stranger: Host) -> None:
        stranger.have(OLD, 0o000)
        result = self.run(stranger, operation="read")
        assert result["msg"] == (f"Cannot use {stranger.file}: Permission denied. Have the task become a user who may.")

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_unwritable(self, stranger: Host, check_mode: bool) -> None:
        stranger.home.chmod(0o555)
        result = self.run(
            stranger,
            operation="write",
            content_base64="",
            expected_sha256="absent",
            _ansible_check_mode=check_mode,
        )
        stranger.home.chmod(0o755)
        user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        assert result["msg"] == f"{user} may not write into {stranger.home}. Have the task become a user who may."

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
    def test_a_file_of_another_user(self, stranger: Host) -> None:
        stranger.have(OLD, 0o644, 0o777)
        stranger.folder.parent.chmod(0o777)
        result = self.run(stranger, operation="write", content_base64="", expected_sha256=sha256(OLD))
        assert result["msg"] == f"{stranger.file} belongs to root. Have the task become that user."
        assert stranger.file.read_bytes() == OLD

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
    def test_root_keeps_the_owner(self, host: Host) -> None:
        host.have(OLD)
        os.chown(host.file, 65534, 65533)
        with listening(Line.answer) as server:
            backup = Path(host.deliver(server.port, backup=True)["backup_file"])
        for path in (host.file, backup, host.folder / SIDE):
            assert (path.stat().st_uid, path.stat().st_gid, mode(path)) == (65534, 65533, 0o600)
