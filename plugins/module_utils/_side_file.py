# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host remembers of a secret that it holds. Runs on hosts: standard library only, Python 3.9.

A side file is JSON: ``id``, ``description``, ``created_at``, ``expires_at`` (null without an end), ``format`` and
``sha256`` of the secret as it was written, whether it was ``accepted`` where it is used, and ``replaced``, the ids of
the tokens that were there before, oldest first. ``before`` has the same of what it is to replace, or null. The side
file is written first: whichever secret lies there after a death in between, one of the two fits.

As long as no list has shown a management token, its public prefix stands in the place of its id, and the rest is what
was asked for, and when.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.influxdb3.management.plugins.module_utils._host_file import (
    FileError,
    move,
    read_file,
    write_aside,
)

# How a write of a secret has ended.
WRITTEN, CHANGED, ACCEPTED, REFUSED, UNVERIFIED = "written", "changed", "accepted", "refused", "unverified"

_LARGEST = 256 * 1024
_SHAPE: dict[str, tuple[type, ...]] = {
    "id": (str,),
    "description": (str,),
    "created_at": (str,),
    "expires_at": (str, type(None)),
    "format": (str,),
    "sha256": (str,),
    "accepted": (bool,),
    "replaced": (list,),
}


class SideFile:
    """The side file at an absolute path. ``raw`` is its content as it was read, None where there is none."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.raw: bytes | None = None
        self._content: dict[str, Any] | None = None

    def read(self) -> None:
        """Read it. Raises ``FileError`` where something else is in its place."""
        self.raw = read_file(self.path, _LARGEST)
        self._content = None
        if self.raw is None or not self.raw.strip():
            return
        try:
            content = json.loads(self.raw)
        except (ValueError, RecursionError):
            content = None
        if not _is_side(content):
            raise FileError(
                f"{self.path} holds something else than what belongs beside a token, and was left alone. "
                "Give another path, or move that file away."
            )
        self._content = content

    def entries(self) -> list[dict[str, Any]]:
        """What is remembered of each secret that may lie there: the one to be, and the one that it is to replace."""
        if self._content is None:
            return []
        before = self._content["before"]
        return [_entry(self._content), *([] if before is None else [before])]

    def fitting(self, sha256: str) -> dict[str, Any] | None:
        """What is remembered of the secret with this SHA-256, or None where it is of another."""
        return next((entry for entry in self.entries() if entry["sha256"] == sha256), None)

    def held_before(self) -> list[str]:
        """The ids of all that was ever there, where the secret itself is gone."""
        return [] if self._content is None else [*self._content["replaced"], self._content["id"]]

    def text(self, entry: Mapping[str, Any], before: Mapping[str, Any] | None) -> bytes:
        """Its content to be, for a secret and for what that replaces."""
        content = {**entry, "before": None if before is None else dict(before)}
        return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()

    def put_back(self, finish: Callable[[str], None] = lambda _path: None) -> None:
        """Have it as it was read."""
        if self.raw is None:
            self.remove()
        else:
            move(write_aside(self.path, self.raw, finish), self.path)

    def remove(self) -> bool:
        """Remove it, where it is there; returns whether it was."""
        is_there = os.path.lexists(self.path)
        if is_there:
            os.unlink(self.path)
        return is_there


def _entry(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: content[name] for name in _SHAPE}


def _is_side(content: Any) -> bool:
    """Whether this was written by ``SideFile.text``."""
    if not isinstance(content, dict) or content.keys() != _SHAPE.keys() | {"before"}:
        return False
    before = content["before"]
    if before is not None and not (isinstance(before, dict) and before.keys() == _SHAPE.keys() and _has_shape(before)):
        return False
    return _has_shape(content)


def _has_shape(entry: Mapping[str, Any]) -> bool:
    shapely = all(isinstance(entry[name], types) for name, types in _SHAPE.items())
    return shapely and bool(entry["id"]) and all(isinstance(one, str) for one in entry["replaced"])
