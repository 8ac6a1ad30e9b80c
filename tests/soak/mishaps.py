# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What befalls hosts between two runs: they are wiped, restored from a snapshot, or replaced by a copy of another."""

from __future__ import annotations

import random
import shutil
from pathlib import Path


class Mishaps:
    """The folders of influxctl on hosts, by name, with the snapshots that were taken of them."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self._folders = folders
        self._snapshots: dict[str, dict[str, bytes]] = {}

    def befall(self, chance: random.Random) -> tuple[str, str, str] | None:
        """Have something happen to one host. Returns what, to which, and whose all that it holds now was.

        What has happened is ``wiped``, ``restored`` or ``copied``: it got all that another host holds. None where it
        has nothing to lose yet.
        """
        name, kind = chance.choice(sorted(self._folders)), chance.choice(["wiped", "restored", "copied"])
        other = chance.choice(sorted(self._folders.keys() - {name}))
        snapshot = {"wiped": {}, "restored": self._snapshots.get(name), "copied": self._take(other)}[kind]
        if not self._take(name) or snapshot is None or (kind == "copied" and not snapshot):
            return None
        folder = self._folders[name]
        shutil.rmtree(folder)
        if snapshot:
            folder.mkdir(mode=0o700)
        for file, content in snapshot.items():
            (folder / file).touch(mode=0o600)
            (folder / file).write_bytes(content)
        return kind, name, other if kind == "copied" else name

    def take_snapshot(self, chance: random.Random) -> None:
        """Keep what one host holds, in place of an earlier snapshot."""
        name = chance.choice(sorted(self._folders))
        if taken := self._take(name):
            self._snapshots[name] = taken

    def _take(self, name: str) -> dict[str, bytes]:
        folder = self._folders[name]
        return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}
