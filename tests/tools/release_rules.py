# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a version can be released: a decision on what was seen, and on nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


@dataclass(frozen=True)
class State:
    """What there is before a release: versions, names of files, and the addresses that release.yml lacks."""

    released: Sequence[str]
    tags: Sequence[str]
    changed: Sequence[str]
    stray: Sequence[str]
    fragments: Sequence[str]
    lacking: Sequence[str]


def refusal(version: str, state: State) -> str:
    """Why this version cannot be released, in one line; nothing where it can."""
    if not VERSION.fullmatch(version):
        return f"VERSION is to be three numbers such as 0.2.0, and is {version!r}."
    if version in state.tags or version in state.released:
        return f"{version} is released already."
    newest = max([*state.released, *(tag for tag in state.tags if VERSION.fullmatch(tag))], key=number, default="0.0.0")
    if number(version) < number(newest):
        return f"{version} goes back: {newest} is released already."
    if state.changed:
        return f"these changes are not committed: {', '.join(state.changed)}."
    if state.stray:
        return f"git does not know {', '.join(state.stray)}. Add what belongs to the collection, remove the rest."
    if not state.fragments:
        return "there is no fragment in changelogs/fragments, so there is nothing to say of this version."
    return ""


def number(version: str) -> tuple[int, ...]:
    """A version as what it is compared by."""
    return tuple(map(int, version.split(".")))
