# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret in a file of its own, with a side file that says which token it is. Runs on hosts: standard library only,
Python 3.9.

The side file is ``<file>.json`` (see ``_side_file``). A file that holds something else, and anything else in the place
of the side file, is never touched unless the task takes the file over.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any, Callable, Protocol

from ansible_collections.influxdb3.management.plugins.module_utils._acceptance import NotAcceptedError
from ansible_collections.influxdb3.management.plugins.module_utils._host_file import (
    FileError,
    check_replaceable,
    explain,
    follow_link,
    read_file,
    sha256_of,
    turn,
    write_aside,
)
from ansible_collections.influxdb3.management.plugins.module_utils._side_file import (
    ACCEPTED,
    CHANGED,
    UNVERIFIED,
    SideFile,
)

PLACE = "{token}"

_LARGEST = 64 * 1024
_SPACE = 16 * 1024


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
    """The secret at an absolute path, and its side file beside it.

    ``text_format`` is what the file holds, with the token in the place of ``{token}``. With ``take_over`` something
    else that lies there may be replaced. With ``follow`` a link stays, and the file that it leads to is written.
    """

    def __init__(
        self, path: str, attributes: Attributes, text_format: str = PLACE, take_over: bool = False, follow: bool = True
    ) -> None:
        if not os.path.isabs(path):
            raise FileError(f"{path} is not an absolute path. Give secret_file one.")
        self.path = path
        self._real = follow_link(path) if follow else path
        self._side = SideFile(self._real + ".json")
        self._attributes = attributes
        self._format = text_format
        self._take_over = take_over

    def read(self) -> dict[str, Any]:
        """What is there, without the secret.

        ``held`` is what is remembered of the secret that is there, or None; ``replaced`` the ids of what was there
        before; ``sha256`` that of the file, for ``write``. ``differences`` has what of the files' owner, group and mode
        and of the format is not as wanted, ``before`` and ``after``, or is None.
        Raises ``FileError`` when either is something else, or is there and cannot be read.
        """
        content, held = self._look()
        if held is None and content and not self._take_over:
            raise FileError(
                f"{self.path} holds something that this collection has not written, and was left alone. Give another "
                "secret_file, move that file away, or set take_over to true to have it replaced."
            )
        gone = [] if held is not None or content else self._side.held_before()
        return {
            "path": self.path,
            "sha256": sha256_of(content),
            "held": held,
            "replaced": gone if held is None else held["replaced"],
            "differences": None if held is None else self._differences(held),
        }

    def check_writable(self) -> None:
        """Find out, without writing, what would keep a secret from being stored. Raises ``FileError``."""
        for path in (self._real, self._side.path):
            check_replaceable(path)
        self._attributes.check()

    def try_to_write(self) -> None:
        """Find out what shows only by writing, before a token is made. Creates missing folders, as 0700."""
        self.check_writable()
        folder = os.path.dirname(self._real)
        try:
            self._make_private_folders(folder)
            # As much as both files take, so that a full disk shows now.
            os.unlink(write_aside(self._real, b"\0" * _SPACE, self._attributes.give))
        except OSError as error:
            raise FileError(explain(folder, error)) from None

    def write(self, secret: str, entry: Mapping[str, Any], expected: str) -> bool:
        """Store secret and side file with their attributes, and return True; or False where the file has changed.

        ``expected`` is the SHA-256 of what is to be replaced. Both files are complete before either is put in its
        place, so that a full disk leaves the old pair. A file that holds this very secret by now has been written by
        this very call: Ansible may send it twice.
        """
        content = self._content(secret)
        described = {**entry, "format": self._format, "sha256": _sha256_of_text(content)}
        with self._turn():
            found, held = self._look()
            if found == content and held is not None and held["id"] == entry["id"]:
                return True
            if sha256_of(found) != expected:
                return False
            self._replace(content, self._side.text(described, held))
        return True

    def verify(self, attempt: Callable[[str], object]) -> dict[str, Any]:
        """Have the token that is there tried, and remember that it was accepted; where it was not, say so.

        It stays, as nothing that a data host answers proves that it will not be accepted.
        """
        found, held = self._look()
        if found is None or held is None:
            return {"outcome": CHANGED}
        try:
            attempt(_extract(found, held["format"]))
        except NotAcceptedError as error:
            return {"outcome": UNVERIFIED, "msg": str(error)}
        with self._turn():
            again, held = self._look()
            if held is None or again != found:
                return {"outcome": CHANGED}
            self._replace(found, self._side.text({**held, "accepted": True}, None))
        return {"outcome": ACCEPTED}

    def learn(self, awaited: str, known: Mapping[str, Any]) -> None:
        """Remember more of the token that is there, as long as it is the one that is named ``awaited`` so far."""
        with self._turn():
            found, held = self._look()
            if found is not None and held is not None and held["id"] == awaited:
                self._replace(found, self._side.text({**held, **known}, None))

    def mend(self) -> None:
        """Have what holds the secret as wanted: format, owner, group and mode. The token stays the same."""
        with self._turn():
            found, held = self._look()
            if held is None or found is None:
                raise FileError(f"{self.path} was changed by another program meanwhile. Run the task again.")
            if held["format"] != self._format:
                content = self._content(_extract(found, held["format"]))
                described = {**held, "format": self._format, "sha256": _sha256_of_text(content)}
                self._replace(content, self._side.text(described, held))
            for path in (self._real, self._side.path):
                self._attributes.give(path)

    def check_removable(self) -> None:
        """Ask, before a token is revoked, whether its file could be removed. Changes nothing."""
        for path in (self._real, self._side.path):
            check_replaceable(path)

    def remove(self, expected: str) -> None:
        """Remove secret and side file, as long as they are what was read."""
        with self._turn():
            if sha256_of(self._look()[0]) != expected:
                raise FileError(f"{self.path} was changed by another program meanwhile, and was left alone.")
            try:
                os.unlink(self._real)
                self._side.remove()
            except OSError as error:
                raise FileError(f"Cannot remove {error.filename}: {error.strerror}. Remove it by hand.") from None

    def _look(self) -> tuple[bytes | None, dict[str, Any] | None]:
        """The content of the file, and what is remembered of it. Nothing but space counts as nothing."""
        content = read_file(self._real, _LARGEST)
        self._side.read()
        if content is None or not content.strip():
            return content and b"", None
        return content, self._side.fitting(_sha256_of_text(content))

    def _content(self, secret: str) -> bytes:
        """What the file is to hold: the bare token, or a line with it, which ends as lines do."""
        text = self._format.replace(PLACE, secret)
        return (text if self._format == PLACE or text.endswith("\n") else text + "\n").encode()

    def _differences(self, held: Mapping[str, Any]) -> dict[str, dict[str, Any]] | None:
        """Those of the secret itself come last, and so count, where both files differ."""
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for path in (self._side.path, self._real):
            is_so, should_be = self._attributes.differences(path)
            before.update(is_so)
            after.update(should_be)
        if held["format"] != self._format:
            before["format"], after["format"] = held["format"], self._format
        return {"before": before, "after": after} if before != after else None

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(turn(os.path.dirname(self._real)))
            except OSError as error:
                raise FileError(explain(self.path, error)) from None
            yield

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

    def _replace(self, content: bytes, side: bytes) -> None:
        """Replace both files as one: the side file first, and put back where the secret cannot follow it."""
        written: list[str] = []
        try:
            for path, text in ((self._side.path, side), (self._real, content)):
                written.append(write_aside(path, text, self._attributes.give))
            os.replace(written[0], self._side.path)
            try:
                os.replace(written[1], self._real)
            except OSError:
                self._put_side_back()
                raise
            written.clear()
        except OSError as error:
            raise FileError(explain(self.path, error)) from None
        finally:
            for temporary in written:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary)

    def _put_side_back(self) -> None:
        # Where even this fails, what is written there says of the old secret what it did before.
        with contextlib.suppress(OSError):
            self._side.put_back(self._attributes.give)


def _sha256_of_text(content: bytes) -> str:
    """That of what counts: an editor may have put a newline at the end."""
    return sha256_of(content.strip())


def _extract(content: bytes, text_format: str) -> str:
    """The token out of a file of that format."""
    before, _place, after = text_format.partition(PLACE)
    return content.decode()[len(before) :].strip()[: -len(after.strip()) or None].strip()
