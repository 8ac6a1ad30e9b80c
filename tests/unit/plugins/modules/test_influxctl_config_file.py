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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.level import level
from ansible_collections.influxdb3.management.tests.unit.plugins.local_server import EMPTY_LIST, Line, listening
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

MODULE = "ansible_collections.influxdb3.management.plugins.modules.influxctl_config_file"
SECRET = "M.V1.hush-hush-hush"
OLD = f'[[profile]]\nname = "default"\nmgmt_token = "{SECRET}"\n'.encode()
NEW = b'[[profile]]\nname = "default"\n'
PREVIOUS = "config.toml.default.previous~"
REFUSAL = EMPTY_LIST.replace(b"200 OK", b"401 Unauthorized")
LATIN = "caf\u00e9".encode("latin-1")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


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
        assert SECRET not in json.dumps(result)
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

    def change(self, content: bytes, expected: bytes | None, previous: str = "keep", **arguments: Any) -> Any:
        """Write, as a task about the profile ``default`` would."""
        return self.write(content, expected, **{"profile": "default", "previous": previous, **arguments})

    def previous(self, profile: str = "default") -> bytes | None:
        """The previous file of the profile, as the module reads it."""
        content_base64 = self.read(profile=profile)["previous_base64"]
        return None if content_base64 is None else base64.b64decode(content_base64)

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
        assert not host.write(NEW, None, path=f"{folder}/c.toml")["conflict"]
        assert mode(folder) == folder_mode & 0o1777

    def test_a_folder_in_place_of_the_file(self, host: Host) -> None:
        host.file.mkdir(parents=True)
        assert host.read()["msg"] == (
            f"{host.file} is not a regular file. Give the path of an influxctl configuration file."
        )

    def test_a_pipe_in_place_of_the_file(self, host: Host) -> None:
        host.folder.mkdir(parents=True)
        os.mkfifo(host.file)
        assert "is not a regular file" in host.read()["msg"]

    def test_a_file_in_place_of_the_folder(self, host: Host) -> None:
        host.folder.parent.write_bytes(b"")
        assert host.read()["msg"] == f"Cannot use {host.file}: Not a directory."

    def test_links_in_a_circle(self, host: Host) -> None:
        host.folder.mkdir(parents=True)
        host.file.symlink_to(host.file)
        assert "Cannot use" in host.read()["msg"]

    def test_a_relative_path(self, host: Host) -> None:
        assert host.read(path="config.toml")["msg"].startswith("config.toml is not an absolute path.")


class TestWrite:
    def test_a_new_file_is_private_and_so_is_every_new_folder(self, host: Host) -> None:
        host.home.chmod(0o755)
        result = host.write(NEW, None)
        assert (result["changed"], result["conflict"], result.get("backup_file")) == (True, False, None)
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
        assert (result["changed"], result["conflict"]) == (False, True)
        assert host.file.read_bytes() == OLD
        assert mode(host.file) == 0o644
        assert host.names() == ["config.toml"]

    def test_a_file_removed_meanwhile_does_not_come_back(self, host: Host) -> None:
        assert host.write(NEW, OLD)["conflict"]
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
        result = host.run(operation="write", content_base64="M.V1.hush-hush-hush", expected_sha256="absent")
        assert result["msg"] == "content_base64 is not Base64."
        assert not host.folder.exists()

    # Each is called once for the previous file, once for the file itself, and some once for the backup between them.
    @pytest.mark.parametrize(
        ("failing", "call"),
        [
            *(("os.fsync", 1), ("os.fsync", 2), ("os.fsync", 3)),
            *(("os.replace", 1), ("os.replace", 2)),
            *(("tempfile.mkstemp", 1), ("tempfile.mkstemp", 2)),
            *(("os.fchown", 1), ("os.fchown", 2), ("os.fchown", 3)),
        ],
    )
    def test_a_failure_leaves_nothing_behind(self, host: Host, failing: str, call: int) -> None:
        host.have(OLD)
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
        process = self.start_writing(host, program, profile="default", previous="keep")
        output, _errors = process.communicate()
        assert json.loads(output)["msg"] == f"Cannot use {host.file}: No space left on device."
        assert host.file.read_bytes() == OLD
        assert host.names() == ["config.toml"]

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

    def test_two_at_a_time_take_turns(self, host: Host) -> None:
        host.have(OLD)
        contents = [f"# {number}\n".encode() * 1000 for number in range(8)]
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda content: host.write(content, OLD), contents))
        winners = [content for content, result in zip(contents, results) if not result["conflict"]]
        assert winners == [host.file.read_bytes()]
        assert host.names() == ["config.toml"]

    @staticmethod
    def start_writing(host: Host, program: str, **arguments: Any) -> subprocess.Popen[str]:
        return host.start(
            program,
            operation="write",
            content_base64=base64.b64encode(NEW).decode(),
            expected_sha256=sha256(OLD),
            backup=True,
            **arguments,
        )


class TestPrevious:
    """The file as it was before changes of a profile that nobody has tried yet."""

    def test_keeping(self, host: Host) -> None:
        host.have(OLD, 0o644)
        assert host.previous() is None
        assert host.change(NEW, OLD)["changed"]
        assert host.file.read_bytes() == NEW
        assert host.names() == ["config.toml", PREVIOUS]
        assert mode(host.folder / PREVIOUS) == 0o600
        assert host.previous() == OLD

    def test_where_there_was_no_file_it_is_empty(self, host: Host) -> None:
        assert host.change(NEW, None)["changed"]
        assert host.previous() == b""
        assert mode(host.folder / PREVIOUS) == 0o600

    def test_an_older_one_stays(self, host: Host) -> None:
        host.have(OLD)
        host.change(NEW, OLD)
        host.change(NEW + b"# 2\n", NEW)
        assert (host.previous(), host.file.read_bytes()) == (OLD, NEW + b"# 2\n")

    def test_none_is_kept_where_nothing_changes_but_modes(self, host: Host) -> None:
        host.have(OLD, 0o644)
        assert host.change(OLD, OLD)["changed"]
        assert host.names() == ["config.toml"]

    def test_removing(self, host: Host) -> None:
        host.have(OLD)
        host.change(NEW, OLD)
        assert host.change(OLD, NEW, "remove")["changed"]
        assert (host.names(), host.file.read_bytes()) == (["config.toml"], OLD)
        assert not host.change(OLD, OLD, "remove")["changed"]

    def test_removing_alone(self, host: Host) -> None:
        host.have(OLD)
        host.change(NEW, OLD)
        before = host.file.stat().st_ino
        assert host.change(NEW, NEW, "remove")["changed"]
        assert (host.names(), host.file.stat().st_ino) == (["config.toml"], before)

    def test_removing_makes_no_file_where_there_is_none(self, host: Host) -> None:
        host.change(NEW, None)
        host.file.unlink()
        assert host.change(b"", None, "remove")["changed"]
        assert host.names() == []

    @pytest.mark.parametrize("arguments", [{"previous": "leave"}, {}])
    def test_leaving(self, host: Host, arguments: dict[str, Any]) -> None:
        host.have(OLD)
        host.write(NEW, OLD, profile="default", **arguments)
        assert host.names() == ["config.toml"]
        host.change(OLD, NEW)
        host.write(NEW + b"# 2\n", OLD, profile="default", **arguments)
        assert host.previous() == NEW

    def test_each_profile_has_its_own(self, host: Host) -> None:
        host.have(OLD)
        host.change(NEW, OLD)
        host.change(b"", NEW, profile="other")
        assert (host.previous(), host.previous("other"), host.previous("third")) == (OLD, NEW, None)
        host.change(b"", b"", "remove")
        assert (host.previous(), host.previous("other")) == (None, NEW)

    @pytest.mark.parametrize("previous", ["keep", "remove"])
    def test_nothing_is_done_about_a_file_changed_meanwhile(self, host: Host, previous: str) -> None:
        host.have(OLD)
        if previous == "remove":
            host.change(NEW, OLD)
        names = host.names()
        assert host.change(b"", b"another", previous)["conflict"]
        assert host.names() == names

    def test_check_mode(self, host: Host) -> None:
        host.have(OLD)
        assert host.change(NEW, OLD, _ansible_check_mode=True)["changed"]
        assert host.names() == ["config.toml"]
        host.change(NEW, OLD)
        before = traces(host.file), traces(host.folder)
        assert host.change(NEW, NEW, "remove", _ansible_check_mode=True)["changed"]
        assert (traces(host.file), traces(host.folder)) == before
        assert host.previous() == OLD

    def test_it_is_there_before_the_file_changes(self, host: Host) -> None:
        """An end in between leaves both, and what is kept is what the file holds."""
        host.have(OLD)
        program = f"""
import os, {MODULE} as module
replace = os.replace
def die_before_the_last(source, target):
    if target.endswith("config.toml"):
        os._exit(9)
    replace(source, target)
os.replace = die_before_the_last
module.main()
"""
        process = TestWrite.start_writing(host, program, profile="default", previous="keep")
        assert process.communicate() == ("", "")
        assert (host.file.read_bytes(), host.previous()) == (OLD, OLD)

    @pytest.mark.parametrize(
        "profile",
        ["/etc/passwd", "..", "../../x", ".", "a b", "~", "%2F", "a\\b", "caf\u00e9", "*", "a" * 300, "\u00e9" * 100],
    )
    def test_whatever_the_profile_is_called(self, host: Host, profile: str) -> None:
        host.have(OLD)
        outside = sorted(host.home.rglob("*"))
        host.change(NEW, OLD, profile=profile)
        (name,) = set(host.names()) - {"config.toml"}
        assert (name.startswith("config.toml."), name.endswith(".previous~")) == (True, True)
        assert sorted(host.home.rglob("*")) == sorted([*outside, host.folder / name])
        assert host.previous(profile) == OLD
        assert host.previous(profile + "x") is None

    def test_an_unusable_one_is_named(self, host: Host) -> None:
        host.have(OLD)
        (host.folder / PREVIOUS).mkdir()
        result = host.run(operation="read", profile="default")
        assert result["msg"] == f"{host.folder / PREVIOUS} is not a regular file. Remove it."
        assert "previous_base64" in host.read(profile="other")

    def test_beside_the_file_that_a_link_leads_to(self, host: Host) -> None:
        host.have(OLD)
        link = host.home / "link.toml"
        link.symlink_to(host.file)
        host.change(NEW, OLD, path=str(link))
        assert host.names() == ["config.toml", PREVIOUS]
        assert base64.b64decode(host.read(profile="default", path=str(link))["previous_base64"]) == OLD

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
    def test_root_keeps_the_owner(self, host: Host) -> None:
        host.have(OLD)
        os.chown(host.file, 65534, 65533)
        host.change(NEW, OLD)
        status = (host.folder / PREVIOUS).stat()
        assert (status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)) == (65534, 65533, 0o600)


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
        assert (result["status"], result["changed"], result["path"]) == (200, False, str(host.file))
        (request,) = server.requests
        assert request.startswith(b"GET /tokens HTTP/1.1\r\n")
        assert f"\r\nAuthorization: Bearer {token}\r\n".encode() in request

    @pytest.mark.parametrize("content", [None, NEW, LATIN, OLD.replace(b"hush-hush-hush", b"hush-hush")])
    def test_a_token_that_is_not_in_the_file(self, host: Host, content: bytes | None) -> None:
        if content is not None:
            host.have(content)
        with listening(Line.answer) as server:
            result = host.verify(SECRET, server.port)
        assert result["msg"] == (
            f"The token in {host.file} is no longer the one that was to be verified. Run the task again."
        )
        assert result["explained"]
        assert server.requests == []

    def test_success_removes_the_previous_file_of_this_profile(self, host: Host) -> None:
        host.change(OLD, None)
        host.change(SEVERAL, OLD, profile="other")
        with listening(Line.answer) as server:
            assert host.verify(SECRET, server.port)["changed"]
            assert (host.previous(), host.previous("other")) == (None, OLD)
            assert not host.verify(SECRET, server.port)["changed"]
        assert host.file.read_bytes() == SEVERAL

    def test_failure_leaves_everything(self, host: Host) -> None:
        host.change(OLD, None)
        with listening(lambda line: line.answer(REFUSAL)) as server:
            result = host.verify(SECRET, server.port)
        assert (result["failed"], result["explained"]) == (True, True)
        assert "(401)" in result["msg"]
        assert (host.previous(), host.file.read_bytes()) == (b"", OLD)

    def test_trying_again(self, host: Host) -> None:
        host.have(OLD)
        with listening(lambda line: line.answer(REFUSAL), Line.answer) as server:
            assert host.verify(SECRET, server.port, wait=60)["status"] == 200
        assert len(server.requests) == 2

    def test_a_token_replaced_meanwhile_has_not_been_tried(self, host: Host) -> None:
        host.change(OLD, None)

        def meanwhile(line: Line) -> None:
            host.file.write_bytes(NEW)
            line.answer()

        with listening(meanwhile) as server:
            result = host.verify(SECRET, server.port)
        assert "is no longer the one that was to be verified" in result["msg"]
        assert host.previous() == b""

    def test_check_mode_asks_but_keeps(self, host: Host) -> None:
        host.change(OLD, None)
        with listening(Line.answer) as server:
            assert host.verify(SECRET, server.port, _ansible_check_mode=True)["changed"]
        assert len(server.requests) == 1
        assert host.previous() == b""

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
        assert result["msg"] == (
            f"Cannot use {stranger.file}: Permission denied. Run the task as the owner of the file, with become_user."
        )

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
        assert result["msg"] == f"Cannot write into {stranger.home}. Run the task as its owner, with become_user."

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
    def test_a_file_of_another_user(self, stranger: Host) -> None:
        stranger.have(OLD, 0o644, 0o777)
        stranger.folder.parent.chmod(0o777)
        result = self.run(stranger, operation="write", content_base64="", expected_sha256=sha256(OLD))
        assert result["msg"] == (
            f"{stranger.file} belongs to another user. Run the task as its owner, with become_user."
        )
        assert stranger.file.read_bytes() == OLD

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
    def test_root_keeps_the_owner(self, host: Host) -> None:
        host.have(OLD)
        os.chown(host.file, 65534, 65533)
        backup = Path(host.write(NEW, OLD, backup=True)["backup_file"])
        for path in (host.file, backup):
            assert (path.stat().st_uid, path.stat().st_gid, mode(path)) == (65534, 65533, 0o600)
