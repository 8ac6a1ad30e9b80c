# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An influxctl configuration file on a host: read, replaced atomically, its previous state kept until it is verified.

Runs on hosts, so it needs nothing but the standard library.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.influxdb3.management.plugins.module_utils._config_path import default_config_path

ABSENT = "absent"
KEEP, REMOVE, LEAVE = "keep", "remove", "leave"
FILE_MODE = 0o600
FOLDER_MODE = 0o700
# Of a profile in the name of a file, which may have 255 characters in all.
_LONGEST_NAME = 150

# What a token can consist of (RFC 6750 section 2.1), so that one is found whole in whatever stands around it.
_TOKEN = re.compile(rb"[A-Za-z0-9._~+/=-]+")


class FileError(Exception):
    """The file cannot be used; one line for the reader, without any of its content."""


@dataclass
class Found:
    """A file that is there."""

    content: bytes
    mode: int
    uid: int
    gid: int


class ConfigFile:
    """A configuration file at an absolute path. A link is followed: it stays, and the file it leads to is replaced.

    ``profile`` names the profile that a task is about. The file as it was before unverified changes of that profile
    is kept beside it, as the previous file of the profile.
    """

    def __init__(self, path: str, profile: str, module: AnsibleModule) -> None:
        if not os.path.isabs(path):
            raise FileError(f"{path} is not an absolute path. Give one that begins with / or ~.")
        self.path = path
        self._real = os.path.realpath(path)
        self._folder = os.path.dirname(self._real)
        self._previous = f"{self._real}.{_file_name(profile)}.previous~"
        self._module = module
        self._found = self._read(self._real)

    @property
    def _content(self) -> bytes:
        return b"" if self._found is None else self._found.content

    @property
    def sha256(self) -> str:
        """Of the content, or ``absent``."""
        return ABSENT if self._found is None else hashlib.sha256(self._found.content).hexdigest()

    def facts(self) -> dict[str, Any]:
        """What ``operation: read`` returns."""
        return {
            "changed": False,
            "exists": self._found is not None,
            "content_base64": _base64(self._found),
            "previous_base64": _base64(self._read(self._previous)),
            "sha256": self.sha256,
            "loose_modes": self._loose_modes(),
        }

    def warning(self) -> str | None:
        """A word on a folder that is not influxctl's own, and therefore left as it is, but not safe either."""
        mode = self._folder_mode()
        if mode is None or self._is_own_folder() or not mode & 0o022 or mode & stat.S_ISVTX:
            return None
        return (
            f"Other users may write into {self._folder}, and so replace {self.path} and read what a task writes next. "
            "Take that right away, or choose another path."
        )

    def write(self, content: bytes, expected: str, backup: bool, previous: str) -> dict[str, Any]:
        """Give the file this content and mode 0600. Nothing is written where the file is not the expected one.

        ``previous`` is ``keep`` to keep the file as it was, unless an older previous file is there, ``remove`` to
        remove the previous file, or ``leave``.
        """
        self._check_usable()
        if self._module.check_mode:
            return self._outcome(content, expected, previous)
        self._make_folders()
        with self._turn():
            self._found = self._read(self._real)
            outcome = self._outcome(content, expected, previous)
            if outcome["conflict"]:
                return outcome
            if self._differs(content):
                kept = previous == KEEP and self._keep_previous()
                outcome.update(self._write(content, backup, kept))
            self._tighten()
            if previous == REMOVE:
                self._remove_previous()
        return outcome

    def find_token(self, sha256: str) -> str:
        """The token in the file that has this SHA-256."""
        for candidate in _TOKEN.findall(self._content):
            if hashlib.sha256(candidate).hexdigest() == sha256:
                token: str = candidate.decode("ascii")
                return token
        raise FileError(f"The token in {self.path} is no longer the one that was to be verified. Run the task again.")

    def accept(self, sha256: str) -> bool:
        """Forget how the file was before, as the token of this SHA-256 works; returns whether there was anything.

        Raises ``FileError`` where the file holds another token by now, which nobody has tried yet.
        """
        if not os.path.lexists(self._previous):
            return False
        self._check_usable()
        if not self._module.check_mode:
            with self._turn():
                self._found = self._read(self._real)
                self.find_token(sha256)
                self._remove_previous()
        return True

    def _outcome(self, content: bytes, expected: str, previous: str) -> dict[str, Any]:
        if self.sha256 != expected:
            return {"changed": False, "conflict": True}
        removes = previous == REMOVE and os.path.lexists(self._previous)
        return {"changed": self._differs(content) or removes or bool(self._loose_modes()), "conflict": False}

    def _differs(self, content: bytes) -> bool:
        return self._content != content

    def _read(self, path: str) -> Found | None:
        try:
            # Not to wait for a writer, should it be a pipe.
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            advice = "Give the path of an influxctl configuration file." if path == self._real else "Remove it."
            raise FileError(f"{self.path if path == self._real else path} is not a regular file. {advice}")
        with os.fdopen(descriptor, "rb") as file:
            return Found(file.read(), stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)

    def _folder_mode(self) -> int | None:
        try:
            return stat.S_IMODE(os.stat(self._folder).st_mode)
        except FileNotFoundError:
            return None

    def _is_own_folder(self) -> bool:
        return self._folder == os.path.realpath(os.path.dirname(default_config_path(os.environ)))

    def _loose_modes(self) -> list[dict[str, str]]:
        modes = []
        folder_mode = self._folder_mode()
        if folder_mode is not None and folder_mode & 0o077 and self._is_own_folder():
            modes.append({"path": self._folder, "mode": f"{folder_mode:04o}", "wanted": f"{FOLDER_MODE:04o}"})
        if self._found is not None and self._found.mode != FILE_MODE:
            modes.append({"path": self._real, "mode": f"{self._found.mode:04o}", "wanted": f"{FILE_MODE:04o}"})
        return modes

    def _check_usable(self) -> None:
        """Find out before anything is changed, and in check mode too, what could not be changed."""
        user = os.geteuid()
        if user and self._found is not None and self._found.uid != user:
            raise FileError(f"{self.path} belongs to another user. Run the task as its owner, with become_user.")
        folder = self._folder
        while not os.path.lexists(folder):
            folder = os.path.dirname(folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise FileError(f"Cannot write into {folder}. Run the task as its owner, with become_user.")

    def _make_folders(self) -> None:
        missing = []
        folder = self._folder
        while not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for folder in reversed(missing):
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder, FOLDER_MODE)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Keep out other tasks between the look at the file and its replacement; and make the replacement last."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            # Some network file systems have no locks; what is left there is the comparison just before.
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
            with contextlib.suppress(OSError):
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _write(self, content: bytes, backup: bool, kept: bool) -> dict[str, str]:
        try:
            return self._write_beside_backup(content, backup)
        except OSError:
            # Only then is it certain that the file is as it was.
            if kept:
                self._remove_previous()
            raise

    def _write_beside_backup(self, content: bytes, backup: bool) -> dict[str, str]:
        backup_file = self._keep(self._content) if backup and self._found is not None else None
        try:
            self._replace(self._real, content)
        except BaseException:
            if backup_file is not None:
                os.unlink(backup_file)
            raise
        return {} if backup_file is None else {"backup_file": backup_file}

    def _keep_previous(self) -> bool:
        if os.path.lexists(self._previous):
            return False
        self._replace(self._previous, self._content)
        return True

    def _replace(self, path: str, content: bytes) -> None:
        descriptor, temporary = tempfile.mkstemp(dir=self._folder, prefix=".config.toml.")
        try:
            self._fill(descriptor, content)
            if self._found is not None:
                self._module.set_context_if_different(temporary, self._module.selinux_context(self._real), False)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise

    def _remove_previous(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._previous)

    def _keep(self, content: bytes) -> str:
        moment = time.strftime("%Y-%m-%d@%H:%M:%S")
        path = f"{self._real}.{os.getpid()}.{moment}~"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        try:
            self._fill(descriptor, content)
        except BaseException:
            os.unlink(path)
            raise
        return path

    def _fill(self, descriptor: int, content: bytes) -> None:
        """Write a new file that belongs to whom the present one belongs to."""
        with os.fdopen(descriptor, "wb") as file:
            if self._found is not None:
                if self._found.uid != os.geteuid():
                    os.fchown(descriptor, self._found.uid, -1)
                # Its group has no rights anyway, and may be one that this user cannot give away.
                with contextlib.suppress(PermissionError):
                    os.fchown(descriptor, -1, self._found.gid)
            file.write(content)
            file.flush()
            os.fsync(descriptor)

    def _tighten(self) -> None:
        self._found = self._read(self._real)
        for loose in self._loose_modes():
            os.chmod(loose["path"], int(loose["wanted"], 8))


def _file_name(profile: str) -> str:
    """The profile as a part of a file's name, whatever it is called."""
    name = quote(profile, safe="")
    return name if len(name) <= _LONGEST_NAME else hashlib.sha256(profile.encode("utf-8")).hexdigest()


def _base64(found: Found | None) -> str | None:
    return None if found is None else base64.b64encode(found.content).decode("ascii")
