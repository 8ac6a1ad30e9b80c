# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An influxctl configuration file on a host: read, replaced atomically, and put back where its token is refused.

Runs on hosts, so it needs nothing but the standard library.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import re
import stat
import time
from typing import Any, Callable
from urllib.parse import quote

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.influxdb3.management.plugins.module_utils._acceptance import NotAcceptedError
from ansible_collections.influxdb3.management.plugins.module_utils._config_path import default_config_path
from ansible_collections.influxdb3.management.plugins.module_utils._host_file import (
    FileError,
    check_replaceable,
    explain,
    move,
    read_file,
    sha256_of,
    turn,
    write_aside,
)
from ansible_collections.influxdb3.management.plugins.module_utils._side_file import (
    ACCEPTED,
    CHANGED,
    REFUSED,
    UNVERIFIED,
    WRITTEN,
    SideFile,
)

FILE_MODE = 0o600
FOLDER_MODE = 0o700
_LARGEST = 1024 * 1024
_SPACE = 64 * 1024
_LONGEST_NAME = 150
_SIDE_ENDS = ".json"
_TOKEN = re.compile(rb"[A-Za-z0-9._~+/=-]+")


class ConfigFile:
    """A configuration file at an absolute path. A link is followed: it stays, and the file it leads to is replaced.

    ``profile`` names the profile that a task is about, and is empty where it is about all. What is remembered of its
    management token is in a hidden side file of its own beside the file (see ``_side_file``).
    """

    def __init__(self, path: str, profile: str, module: AnsibleModule) -> None:
        if not os.path.isabs(path):
            raise FileError(f"{path} is not an absolute path. Give one that begins with / or ~.")
        self.path = path
        self._real = os.path.realpath(path)
        self._folder = os.path.dirname(self._real)
        self._profile = profile
        self._side = SideFile(f"{self._folder}/{self._side_begins()}{_file_name(profile)}{_SIDE_ENDS}")
        self._module = module
        self._content = read_file(self._real, _LARGEST)

    def facts(self) -> dict[str, Any]:
        """What ``operation: read`` returns. ``side`` is what is remembered of the tokens that the profile may hold."""
        if self._profile:
            self._side.read()
        return {
            "changed": False,
            "exists": self._content is not None,
            "content_base64": None if self._content is None else base64.b64encode(self._content).decode("ascii"),
            "sha256": sha256_of(self._content),
            "side": self._side.entries() if self._profile else self._all_remembered(),
            "held_before": self._side.held_before(),
            "loose_modes": self._loose_modes(),
            "write_problem": self._problem(),
        }

    def warning(self) -> str | None:
        """A word on a folder that is not influxctl's own, and therefore left as it is, but not safe either."""
        mode = self._mode(self._folder)
        if mode is None or self._is_own_folder() or not mode & 0o022 or mode & stat.S_ISVTX:
            return None
        return (
            f"Other users may write into {self._folder}, and so replace {self.path} and read what a task writes next. "
            "Take that right away, or choose another path."
        )

    def try_to_write(self) -> None:
        """Find out what shows only by writing, before a token is made. Creates missing folders."""
        check_replaceable(self._real)
        check_replaceable(self._side.path)
        if self._module.check_mode:
            return
        self._make_folders()
        # As much as both files take, so that a full disk shows now.
        os.unlink(write_aside(self._real, (self._content or b"") + b"\0" * _SPACE))

    def write(
        self, content: bytes, expected: str, backup: bool, side: bytes | None, remove_side: bool
    ) -> dict[str, Any]:
        """Give the file this content and mode 0600. Nothing is written where the file is not the expected one.

        ``expected`` is the SHA-256 of what is to be replaced. ``side`` is the side file to be; it is written first, and
        put back where the file cannot follow it. One that holds the content by now has been written by this very call:
        Ansible may send it twice.
        """
        check_replaceable(self._real)
        if self._module.check_mode:
            return self._outcome(content, expected, bool(self._loose_modes()))
        self._make_folders()
        with turn(self._folder):
            self._content = read_file(self._real, _LARGEST)
            self._side.read()
            result = self._outcome(content, expected, bool(self._loose_modes()))
            if result["outcome"] == CHANGED:
                return result
            # First, as a failure after the file is replaced would pass for one that has written nothing.
            self._tighten()
            if not self._is_in_place(content):
                result.update(self._replace(content, backup, side))
            if remove_side and self._side.remove():
                result["changed"] = True
        return result

    def write_and_verify(
        self, content: bytes, expected: str, backup: bool, side: bytes, sha256: str, verify: Callable[[str], object]
    ) -> dict[str, Any]:
        """Write it, then have the token of this SHA-256 tried; put the file back where the service refuses it."""
        result = self.write(content, expected, backup, side, remove_side=False)
        if result["outcome"] != WRITTEN or self._module.check_mode:
            return result
        # From here on the token is in its place, whatever happens.
        try:
            token = self._find_token(content, sha256)
            try:
                verify("" if token is None else token)
            except NotAcceptedError as error:
                outcome = self._put_back(content, sha256) if error.refused else UNVERIFIED
                if outcome == REFUSED and "backup_file" in result:
                    os.unlink(result.pop("backup_file"))
                return {**result, "outcome": outcome, "msg": str(error)}
            return {**result, "outcome": ACCEPTED if self._accept(sha256) else CHANGED}
        except OSError as error:
            return {**result, "outcome": UNVERIFIED, "msg": explain(self.path, error)}
        except FileError as error:
            return {**result, "outcome": UNVERIFIED, "msg": str(error)}

    def verify(self, sha256: str, verify: Callable[[str], object]) -> dict[str, Any]:
        """Have the token that is in the file tried, and remember that it was accepted."""
        try:
            token = self._find_token(self._content or b"", sha256)
            if token is not None:
                verify(token)
        except NotAcceptedError as error:
            return {"changed": False, "outcome": UNVERIFIED, "msg": str(error)}
        if token is None or not (self._module.check_mode or self._accept(sha256)):
            return {"changed": False, "outcome": UNVERIFIED, "msg": f"{self.path} was changed meanwhile."}
        return {"changed": False, "outcome": ACCEPTED}

    def learn(self, awaited: str, known: dict[str, Any]) -> dict[str, Any]:
        """Remember more of the token that is named ``awaited`` so far, as long as that is what is remembered."""
        if not self._module.check_mode:
            with turn(self._folder):
                self._side.read()
                entries = self._side.entries()
                learned = [{**entry, **known} if entry["id"] == awaited else entry for entry in entries]
                if learned != entries:
                    self._write_side(learned)
        return {"changed": False}

    def _write_side(self, entries: list[dict[str, Any]]) -> None:
        """What is remembered of the token to be, and of the one that it is to replace, where there is one."""
        before = entries[1] if len(entries) > 1 else None
        move(write_aside(self._side.path, self._side.text(entries[0], before)), self._side.path)

    def _side_begins(self) -> str:
        return f".{os.path.basename(self._real)}."

    def _all_remembered(self) -> list[dict[str, Any]]:
        """What is remembered of the tokens of all profiles. What is no side file, or cannot be read, is passed over."""
        entries = []
        names = os.listdir(self._folder) if os.path.isdir(self._folder) else []
        for name in sorted(names):
            if name.startswith(self._side_begins()) and name.endswith(_SIDE_ENDS):
                side = SideFile(f"{self._folder}/{name}")
                with contextlib.suppress(FileError, OSError):
                    side.read()
                    entries += side.entries()
        return entries

    def _is_in_place(self, content: bytes) -> bool:
        """Whether the file has this content; no file is as good as an empty one."""
        return (self._content or b"") == content

    def _outcome(self, content: bytes, expected: str, loose: bool) -> dict[str, Any]:
        """What comes of a write: whether it changes anything, unless somebody else has changed the file."""
        is_in_place = self._is_in_place(content)
        if not is_in_place and sha256_of(self._content) != expected:
            return {"changed": False, "outcome": CHANGED}
        return {"changed": loose or not is_in_place, "outcome": WRITTEN}

    def _find_token(self, content: bytes, sha256: str) -> str | None:
        for candidate in _TOKEN.findall(content):
            if hashlib.sha256(candidate).hexdigest() == sha256:
                token: str = candidate.decode("ascii")
                return token
        return None

    def _accept(self, sha256: str) -> bool:
        """Remember that the token of this SHA-256 was accepted; returns False where the file holds another by now."""
        with turn(self._folder):
            if self._find_token(read_file(self._real, _LARGEST) or b"", sha256) is None:
                return False
            self._side.read()
            entries = self._side.entries()
            if entries and entries[0]["sha256"] == sha256:
                self._write_side([{**entries[0], "accepted": True}, *entries[1:]])
        return True

    def _put_back(self, content: bytes, sha256: str) -> str:
        """Have both files as they were, where that is known."""
        with turn(self._folder):
            now, before = read_file(self._real, _LARGEST), self._content
            if self._find_token(now or b"", sha256) is None:
                return CHANGED
            # Somebody has changed another part of the file, or an earlier sending of this call has written it.
            if now != content or before == content:
                return UNVERIFIED
            if before is None:
                os.unlink(self._real)
            else:
                move(write_aside(self._real, before, self._keep_context), self._real)
            self._side.put_back()
        return REFUSED

    def _mode(self, path: str) -> int | None:
        try:
            return stat.S_IMODE(os.stat(path).st_mode)
        except FileNotFoundError:
            return None

    def _is_own_folder(self) -> bool:
        return self._folder == os.path.realpath(os.path.dirname(default_config_path(os.environ)))

    def _loose_modes(self) -> list[dict[str, str]]:
        modes = []
        folder_mode, mode = self._mode(self._folder), self._mode(self._real)
        if folder_mode is not None and folder_mode & 0o077 and self._is_own_folder():
            modes.append({"path": self._folder, "mode": f"{folder_mode:04o}", "wanted": f"{FOLDER_MODE:04o}"})
        if mode is not None and mode != FILE_MODE:
            modes.append({"path": self._real, "mode": f"{mode:04o}", "wanted": f"{FILE_MODE:04o}"})
        return modes

    def _problem(self) -> str | None:
        """What would keep the file from being written, as far as that can be told without writing."""
        try:
            check_replaceable(self._real)
            check_replaceable(self._side.path)
        except FileError as error:
            return str(error)
        return None

    def _make_folders(self) -> None:
        missing = []
        folder = self._folder
        while not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for folder in reversed(missing):
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder, FOLDER_MODE)

    def _replace(self, content: bytes, backup: bool, side: bytes | None) -> dict[str, str]:
        """Replace the file, and the side file where there is one to be, as one. Both are complete before."""
        written: list[str] = []
        backup_file = None
        try:
            if side is not None:
                # It belongs to the owner of the file.
                written.append(write_aside(self._real, side))
            written.append(write_aside(self._real, content, self._keep_context))
            if backup and self._content is not None:
                backup_file = self._keep(self._content)
            if side is not None:
                os.replace(written[0], self._side.path)
            try:
                os.replace(written[-1], self._real)
            except OSError:
                if side is not None:
                    with contextlib.suppress(OSError):
                        self._side.put_back()
                raise
        except BaseException:
            if backup_file is not None:
                os.unlink(backup_file)
            raise
        finally:
            for temporary in written:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary)
        return {} if backup_file is None else {"backup_file": backup_file}

    def _keep_context(self, temporary: str) -> None:
        if self._content is not None:
            self._module.set_context_if_different(temporary, self._module.selinux_context(self._real), False)

    def _keep(self, content: bytes) -> str:
        moment = time.strftime("%Y-%m-%d@%H:%M:%S")
        path = f"{self._real}.{os.getpid()}.{moment}~"
        move(write_aside(self._real, content), path)
        return path

    def _tighten(self) -> None:
        for one in self._loose_modes():
            os.chmod(one["path"], int(one["wanted"], 8))


def side_text(entry: str, before: str | None) -> bytes:
    """A side file out of what the controller says of the token to be, and of the one that it replaces, as JSON."""
    return SideFile("").text(json.loads(entry), None if before is None else json.loads(before))


def _file_name(profile: str) -> str:
    """The profile as a part of a file's name, whatever it is called."""
    name = quote(profile, safe="")
    return name if len(name) <= _LONGEST_NAME else hashlib.sha256(profile.encode("utf-8")).hexdigest()
