# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret in a file of its own, with a side file that says which token it is. Runs on hosts: standard library only,
Python 3.9.

The side file ``<file>.json`` holds ``id``, ``created_at``, ``description`` and ``sha256`` of the secret, so that a
later run can tell, without the secret leaving the host, which token its consumer holds; and ``replaced``, the ids of
the tokens that it held before, oldest first. A file that holds something else than a token, and anything else in the
place of the side file, is never touched.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from typing import Any, Protocol

from ansible_collections.influxdb3.management.plugins.module_utils._host_file import (
    FileError,
    check_replaceable,
    explain,
)
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import is_token

_LARGEST = 64 * 1024
_SPACE = 16 * 1024
_TEXTS = {"id", "created_at", "description", "sha256"}


class Attributes(Protocol):
    """Owner, group and mode that a file is to have; each may be left open."""

    def check(self) -> None:
        """Raise ``FileError`` where they cannot be given to any file here."""

    def differences(self, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a file has and should have otherwise, by name; both empty where it is as wanted."""

    def give(self, path: str) -> None:
        """Give them to a file. Raises ``FileError``."""

    def give_folder(self, path: str) -> None:
        """Give a folder its owner and group, but not a mode. Raises ``FileError``."""


class SecretFile:
    """The secret at an absolute path, and its side file beside it."""

    def __init__(self, path: str, attributes: Attributes) -> None:
        if not os.path.isabs(path):
            raise FileError(f"{path} is not an absolute path. Give secret_file one.")
        self.path = path
        self.side_path = path + ".json"
        self._attributes = attributes

    def read(self) -> dict[str, Any]:
        """What is there, without the secret.

        ``side`` is the side file, or None; ``holds`` whether the secret is the one that it describes. ``attributes``
        has what of the files' owner, group and mode is not as wanted, ``before`` and ``after``, or is None.
        Raises ``FileError`` when either is something else, or is there and cannot be read.
        """
        secret = self._read_secret()
        side = self._read_side()
        holds = bool(secret) and side is not None and side["sha256"] == _sha256(secret)
        if secret and not holds and not is_token(secret):
            raise _something_else(self.path)
        return {"path": self.path, "side": side, "holds": holds, "attributes": self._differences() if holds else None}

    def check_writable(self) -> None:
        """Find out, without writing, what would keep a secret from being stored. Raises ``FileError``."""
        for path in (self.path, self.side_path):
            check_replaceable(path)
        self._attributes.check()

    def try_to_write(self) -> None:
        """Find out what shows only by writing, before a token is made. Creates missing folders, as 0700."""
        self.check_writable()
        folder = os.path.dirname(self.path)
        try:
            self._make_private_folders(folder)
            # As much as both files take, so that a full disk shows now.
            os.unlink(self._write_aside(self.path, "\0" * _SPACE))
        except OSError as error:
            raise FileError(explain(folder, error)) from None

    def write(self, secret: str, side: Mapping[str, Any]) -> None:
        """Store secret and side file, each atomically, with the attributes from their first byte.

        Both are complete before either is put in its place, so that a full disk leaves the old pair. The secret comes
        first: a run that dies in between leaves a pair that does not match, which counts as none.
        """
        described = {**side, "sha256": _sha256(secret)}
        try:
            self._replace({self.path: secret, self.side_path: json.dumps(described, indent=2, sort_keys=True) + "\n"})
        except OSError as error:
            raise FileError(explain(self.path, error)) from None

    def mend(self) -> None:
        """Give both files their attributes."""
        for path in (self.path, self.side_path):
            self._attributes.give(path)

    def check_removable(self) -> None:
        """Ask, before a token is revoked, whether its file could be removed. Changes nothing."""
        for path in (self.path, self.side_path):
            check_replaceable(path)

    def remove(self) -> None:
        """Remove secret and side file."""
        try:
            os.unlink(self.path)
            os.unlink(self.side_path)
        except OSError as error:
            raise FileError(f"Cannot remove {error.filename}: {error.strerror}. Remove it by hand.") from None

    def _differences(self) -> dict[str, dict[str, Any]] | None:
        """Those of the secret itself come last, and so count, where both files differ."""
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for path in (self.side_path, self.path):
            is_so, should_be = self._attributes.differences(path)
            before.update(is_so)
            after.update(should_be)
        return {"before": before, "after": after} if before != after else None

    def _read_secret(self) -> str:
        """The secret, or an empty text where there is none."""
        return _read(self.path).decode("utf-8", "replace").strip()

    def _read_side(self) -> dict[str, Any] | None:
        content = _read(self.side_path)
        if not content.strip():
            return None
        try:
            side = json.loads(content)
        except (ValueError, RecursionError):
            side = None
        if not _is_side(side):
            raise _something_else(self.side_path)
        return {"replaced": [], **side}

    def _make_private_folders(self, folder: str) -> None:
        """Make what is missing of a path; os.makedirs gives its mode to the last folder only."""
        if os.path.isdir(folder):
            return
        self._make_private_folders(os.path.dirname(folder))
        try:
            os.mkdir(folder, mode=0o700)
        except FileExistsError:
            # Another task may have made it a moment ago.
            if not os.path.isdir(folder):
                raise
        else:
            # The umask may have taken rights away from the owner too.
            os.chmod(folder, 0o700)
            self._attributes.give_folder(folder)

    def _replace(self, texts: Mapping[str, str]) -> None:
        """Replace files, each atomically, in this order, and none before all that is to come has been written."""
        written: list[tuple[str, str]] = []
        try:
            for path, text in texts.items():
                written.append((self._write_aside(path, text), path))
            while written:
                os.replace(*written[0])
                del written[0]
        finally:
            for temporary, _target in written:
                os.unlink(temporary)

    def _write_aside(self, path: str, text: str) -> str:
        """Write a file that is private from its first byte, beside the one it is to replace, and return its path."""
        descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".secret-")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                # The umask may have taken rights away from the owner too.
                os.fchmod(descriptor, 0o600)
                _keep_owner(descriptor, path)
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            self._attributes.give(temporary)
        except BaseException:
            os.unlink(temporary)
            raise
        return temporary


def _keep_owner(descriptor: int, path: str) -> None:
    """Give a file that is new the owner and group of the one that it is to replace."""
    try:
        present = os.stat(path)
    except FileNotFoundError:
        return
    new = os.fstat(descriptor)
    if (new.st_uid, new.st_gid) != (present.st_uid, present.st_gid):
        os.fchown(descriptor, present.st_uid, present.st_gid)


def _is_side(value: Any) -> bool:
    """Whether this was written by ``SecretFile.write``."""
    if not isinstance(value, dict) or value.keys() - {"replaced"} != _TEXTS:
        return False
    replaced = value.get("replaced", [])
    texts = [value[name] for name in _TEXTS]
    if not isinstance(replaced, list) or not all(isinstance(text, str) for text in [*texts, *replaced]):
        return False
    return bool(value["id"])


def _read(path: str) -> bytes:
    """The content of a file, and nothing where there is none."""
    try:
        # Not to wait for a writer, should it be a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise FileError(explain(path, error)) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileError(f"{path} exists and is not a file. Give another path.")
        content = os.read(descriptor, _LARGEST + 1)
    except OSError as error:
        raise FileError(explain(path, error)) from None
    finally:
        os.close(descriptor)
    if len(content) > _LARGEST:
        raise _something_else(path)
    return content


def _something_else(path: str) -> FileError:
    return FileError(
        f"{path} holds something else than a token or what belongs beside one, and was left alone. "
        "Give another secret_file, or move that file away."
    )


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()
