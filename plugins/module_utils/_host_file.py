# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files: what stands in the way of replacing one, and doing it. Runs on hosts: standard library only, Python 3.9."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import pwd
import re
import stat
import tempfile
from collections.abc import Iterator
from typing import Callable

# As much as a secret and its side file take, with room for how file systems count.
_SPACE = 32 * 1024
_OCTAL = re.compile(r"\\([0-7]{3})")
_AS_ROOT = "Have the task become a user who may."


class FileError(Exception):
    """A file cannot be used; one line for the reader, without any of its content."""


def check_replaceable(path: str) -> None:
    """Raise ``FileError`` where a file at this absolute path could not be written or replaced.

    Nothing is written, so a quota, or a network file system that refuses only the write, is not found.
    """
    folder = _existing_folder(path)
    _check_place(folder)
    if folder != os.path.dirname(path):
        return
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise FileError(explain(path, error)) from None
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISLNK(status.st_mode):
        raise FileError(f"{path} exists and is not a file. Give another path.")
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
        raise FileError(
            f"{path} has {status.st_nlink} names (hard links). Replaced, the other names would keep what is there now. "
            "Give it one name, or give another path."
        )
    if is_mount_point(path):
        raise FileError(
            f"{path} is mounted by itself, so it cannot be replaced. Mount its folder, or give another path."
        )
    user = os.geteuid()
    if user and status.st_uid != user:
        raise FileError(f"{path} belongs to {_name(status.st_uid)}. Have the task become that user.")


def follow_link(path: str) -> str:
    """The file that a link leads to, whether it is there or not, or the path itself where it is no link.

    Raises ``FileError`` where the link leads into the folder of somebody who is neither root nor the owner of what it
    leads to, and could so have others write where he likes.
    """
    if not os.path.islink(path):
        return path
    real = os.path.realpath(path)
    try:
        folder_owner = os.stat(os.path.dirname(real)).st_uid
        owner = os.stat(real).st_uid if os.path.exists(real) else os.geteuid()
    except OSError as error:
        raise FileError(explain(path, error)) from None
    if folder_owner not in (0, owner):
        raise FileError(
            f"{path} is a link to {real}, whose folder belongs to {_name(folder_owner)}. Give the path of the file "
            "itself, or set follow to false to have the link replaced."
        )
    return real


def read_file(path: str, largest: int) -> bytes | None:
    """The content of a regular file, None where there is none. Raises ``FileError``, for larger ones too."""
    try:
        # Not to wait for a writer, should it be a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError(explain(path, error)) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileError(f"{path} exists and is not a file. Give another path.")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise FileError(explain(path, error)) from None
    finally:
        os.close(descriptor)
    if len(content) > largest:
        raise FileError(f"{path} is larger than {largest // 1024} KiB, and was left alone. Give another path.")
    return content


def sha256_of(content: bytes | None) -> str:
    """The SHA-256 of a content, and of a file that is not there a word."""
    return "absent" if content is None else hashlib.sha256(content).hexdigest()


@contextlib.contextmanager
def turn(folder: str) -> Iterator[None]:
    """Keep out other tasks between the look at a file and its replacement, and make the replacement last."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        # Some network file systems have no locks; what is left there is the comparison just before.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_aside(path: str, content: bytes, finish: Callable[[str], None] = lambda _path: None) -> str:
    """Write a file that is private from its first byte, beside the one it is to replace, and return its path.

    It gets the owner and group of that one. ``finish`` gets its path before it is used.
    """
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".influxdb3-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            # The umask may have taken rights away from the owner too.
            os.fchmod(descriptor, 0o600)
            _keep_owner(descriptor, path)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        finish(temporary)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def move(temporary: str, path: str) -> None:
    """Have a file that was written aside take its place. Where it cannot, it is removed, as it may hold a secret."""
    try:
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def _keep_owner(descriptor: int, path: str) -> None:
    """Give a file that is new the owner and group of the one that it is to replace."""
    try:
        present = os.stat(path)
    except FileNotFoundError:
        return
    if present.st_uid != os.geteuid():
        os.fchown(descriptor, present.st_uid, -1)
    # The group has no rights before it is given any, and may be one that this user cannot give away.
    with contextlib.suppress(PermissionError):
        os.fchown(descriptor, -1, present.st_gid)


def is_mount_point(path: str) -> bool:
    """Whether something is mounted at this very path, as containers do with single files."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
            points = {_unescape(line.split(" ", 5)[4]) for line in table}
    except (OSError, IndexError):
        return os.path.ismount(path)
    return os.path.realpath(path) in points


def _existing_folder(path: str) -> str:
    """The nearest folder above this path that is there. Raises ``FileError`` for a file in the place of a folder."""
    folder = os.path.dirname(path)
    while True:
        try:
            status = os.stat(folder)
        except (FileNotFoundError, NotADirectoryError):
            folder = os.path.dirname(folder)
            continue
        except OSError as error:
            raise FileError(explain(path, error)) from None
        if not stat.S_ISDIR(status.st_mode):
            raise FileError(f"{folder} is not a folder, so {path} cannot be in it. Give another path.")
        return folder


def _check_place(folder: str) -> None:
    try:
        system = os.statvfs(folder)
    except OSError as error:
        raise FileError(explain(folder, error)) from None
    if system.f_flag & os.ST_RDONLY:
        raise FileError(f"{folder} is on a file system that is read-only. Give a path on another one.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise FileError(f"{_name(os.geteuid())} may not write into {folder}. {_AS_ROOT}")
    free = system.f_bavail if os.geteuid() else system.f_bfree
    # Some file systems do not count at all.
    if (system.f_blocks and free * system.f_frsize < _SPACE) or (system.f_files and not system.f_ffree):
        raise FileError(f"The file system of {folder} is full. Make room there.")


def explain(path: str, error: OSError) -> str:
    """One sentence on an operation that failed, with what to do where that is known."""
    advice = {
        errno.EACCES: f" {_AS_ROOT}",
        errno.EPERM: f" {_AS_ROOT}",
        errno.ENOSPC: " Make room there.",
        errno.EDQUOT: " Make room there.",
        errno.ENAMETOOLONG: " Give another path.",
        errno.ELOOP: " Give another path.",
    }.get(error.errno or 0, "")
    return f"Cannot use {path}: {error.strerror}.{advice}"


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def _unescape(text: str) -> str:
    """A path as /proc/self/mountinfo has it (proc(5)): blanks and the like in octal."""
    return _OCTAL.sub(lambda match: chr(int(match.group(1), 8)), text)
