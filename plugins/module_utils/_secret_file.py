# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret in a file of its own, with a side file that says which token it is.

The side file ``<file>.json`` holds ``id``, ``created_at``, ``description`` and ``sha256`` of the secret, so that a
later run can tell, without the secret leaving the file, which token its consumer holds; and ``replaced``, the ids of
the tokens that it held before, oldest first, which an earlier version did not write. A file that holds something else
than a token, and anything else in the place of the side file, is never touched.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._answers import is_token
from ansible_collections.influxdb3.management.plugins.module_utils._errors import SecretFileError
from ansible_collections.influxdb3.management.plugins.module_utils._life_cycle import Evidence
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import CreatedToken

# Far more than either file has.
_LARGEST = 64 * 1024
# Secret and side file together, with room for a long description.
_SPACE = 16 * 1024


class SecretFile:
    """The secret at an absolute path, and its side file beside it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.side_path = path + ".json"

    def evidence(self) -> Evidence:
        """Which token the file holds. A secret and a side file that do not belong together count as holding none.

        Raises ``SecretFileError`` when either is something else, or is there and cannot be read.
        """
        secret = self._read_secret()
        side = self._read_side()
        replaced = tuple(side.get("replaced", ())) if side is not None else ()
        if secret and side is not None and side["sha256"] == _sha256(secret):
            return Evidence(True, side["id"], path=self.path, description=side["description"], replaced=replaced)
        if secret and not is_token(secret):
            raise _something_else(self.path)
        # Of a token whose secret is gone, the file has held the id.
        return Evidence(given=True, path=self.path, replaced=(*replaced, side["id"]) if side is not None else ())

    def check_writable(self) -> None:
        """Try, before a token is made, whether its secret could be stored. Creates missing folders, as 0700."""
        self._check_kind()
        folder = os.path.dirname(self.path)
        try:
            _make_private_folders(folder)
            # As much as both files take, so that a full disk shows now.
            os.unlink(_write_aside(self.path, "\0" * _SPACE))
        except OSError as error:
            raise SecretFileError(f"Cannot write into {folder}: {error.strerror}. No token was created.") from None

    def would_be_writable(self) -> None:
        """The same question without creating anything, for check mode."""
        self._check_kind()
        folder = os.path.dirname(self.path)
        while not os.path.exists(folder):
            folder = os.path.dirname(folder)
        if not _may_write(folder):
            raise SecretFileError(f"Cannot write into {folder}, so {self.path} could not be stored.")

    def write(self, created: CreatedToken, replaced: Sequence[str] = ()) -> None:
        """Store secret and side file, each atomically and readable by its owner alone.

        ``replaced`` are the ids of what the file held before and is still live, oldest first.

        Both are complete before either is put in its place, so that a full disk leaves the old pair. The secret comes
        first: a run that dies in between leaves a pair that does not match, which counts as none.
        """
        secret = created.secret.reveal()
        side = {
            "id": created.token.id,
            "created_at": format_rfc3339(created.token.created_at),
            "description": created.token.description,
            "sha256": _sha256(secret),
            "replaced": list(replaced),
        }
        try:
            _replace({self.path: secret, self.side_path: json.dumps(side, indent=2, sort_keys=True) + "\n"})
        except OSError as error:
            raise SecretFileError(f"Cannot write {self.path}: {error.strerror}.") from None

    def check_removable(self) -> None:
        """Ask, before a token is revoked, whether its file could be removed. Changes nothing."""
        folder = os.path.dirname(self.path)
        if not _may_write(folder):
            raise SecretFileError(f"Cannot write into {folder}, so {self.path} could not be removed.")

    def remove(self) -> None:
        """Remove secret and side file."""
        try:
            os.unlink(self.path)
            os.unlink(self.side_path)
        except OSError as error:
            raise SecretFileError(f"Cannot remove {error.filename}: {error.strerror}. Remove it by hand.") from None

    def _check_kind(self) -> None:
        for path in (self.path, self.side_path):
            _check_kind(path)

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
        return dict(side)


def _is_side(value: Any) -> bool:
    """Whether this was written by ``SecretFile.write``, of this or an earlier version."""
    if not isinstance(value, dict) or value.keys() - {"replaced"} != {"id", "created_at", "description", "sha256"}:
        return False
    texts = dict(value)
    replaced = texts.pop("replaced", [])
    if not isinstance(replaced, list) or not all(isinstance(text, str) for text in [*texts.values(), *replaced]):
        return False
    return bool(value["id"])


def _read(path: str) -> bytes:
    """The content of a file, and nothing where there is none."""
    _check_kind(path)
    try:
        with open(path, "rb") as file:
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise SecretFileError(
            f"Cannot read {path}: {error.strerror}. Give a secret_file this user can read and write."
        ) from None
    if len(content) > _LARGEST:
        raise _something_else(path)
    return content


def _something_else(path: str) -> SecretFileError:
    return SecretFileError(
        f"{path} holds something else than a token or what belongs beside one, and was left alone. "
        "Give another secret_file, or move that file away."
    )


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()


def _make_private_folders(folder: str) -> None:
    """Make what is missing of a path; os.makedirs gives its mode to the last folder only."""
    if os.path.isdir(folder):
        return
    _make_private_folders(os.path.dirname(folder))
    try:
        os.mkdir(folder, mode=0o700)
    except FileExistsError:
        # Another task may have made it a moment ago.
        if not os.path.isdir(folder):
            raise
    else:
        # The umask may have taken rights away from the owner too.
        os.chmod(folder, 0o700)


def _check_kind(path: str) -> None:
    """Refuse what is no file, as reading a pipe would wait for its writer, and a name that the file system refuses.

    The side file has the longer name, so it may be that only this one is too long.
    """
    try:
        os.lstat(path)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise SecretFileError(f"{path} is too long for a name. Give another secret_file.") from None
    if os.path.exists(path) and not os.path.isfile(path):
        raise SecretFileError(f"{path} exists and is not a file. Give another secret_file.")


def _may_write(folder: str) -> bool:
    return os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)


def _replace(texts: Mapping[str, str]) -> None:
    """Replace files, each atomically, in this order, and none before all that is to come has been written."""
    written: list[tuple[str, str]] = []
    try:
        for path, text in texts.items():
            written.append((_write_aside(path, text), path))
        while written:
            os.replace(*written[0])
            del written[0]
    finally:
        for temporary, _target in written:
            os.unlink(temporary)


def _write_aside(path: str, text: str) -> str:
    """Write a file that is private from its first byte, beside the one it is to replace, and return its path."""
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".secret-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            # The umask may have taken rights away from the owner too.
            os.fchmod(descriptor, 0o600)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary
