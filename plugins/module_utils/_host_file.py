# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in the way of replacing a file. Runs on hosts: standard library only, Python 3.9."""

from __future__ import annotations

import errno
import os
import pwd
import re
import stat

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
    if is_mount_point(path):
        raise FileError(
            f"{path} is mounted by itself, so it cannot be replaced. Mount its folder, or give another path."
        )
    user = os.geteuid()
    if user and status.st_uid != user:
        raise FileError(f"{path} belongs to {_name(status.st_uid)}. Have the task become that user.")


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
