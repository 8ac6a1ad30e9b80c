# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module as Ansible runs it, a program of its own, on real folders.

Before a commit it runs in forks of a Python that has started already; before a release, and on the oldest Python, each
run has a Python of its own.
"""

from __future__ import annotations

import base64
import json
import os
import pwd
import signal
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.unit.plugins.local_server import (
    Line,
    listening,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.modules.config_file_host import (
    DELIVERED,
    FIRST,
    LATIN,
    MODULE,
    NEW,
    OLD,
    SECOND,
    SIDE,
    Host,
    mode,
    sha256,
    traces,
)


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
        output, _errors = host.start_writing(program).communicate()
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
        process = host.start_writing(program, **host.delivery(1, None if is_first else FIRST))
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
            process = host.start_writing(program, content=DELIVERED, **host.delivery(server.port))
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
import os, signal, {MODULE} as module
# Tests that run in the background, as by nohup, hand on that it is ignored.
signal.signal({int(number)}, signal.SIG_DFL)
os.replace = lambda *_arguments: os.kill(os.getpid(), {int(number)})
module.main()
"""
        process = host.start_writing(program)
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
        process = host.start_writing(program)
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
        process = host.start_writing(program)
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
