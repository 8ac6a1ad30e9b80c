# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The processes of a run, as the system lists them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROCESSES = Path("/proc")


def command_line(process: int) -> str:
    """Its words; none where it has ended, be it that nobody has taken note of that."""
    try:
        words = (_PROCESSES / str(process) / "cmdline").read_bytes()
    except OSError:
        return ""
    return words.replace(b"\0", b" ").decode("utf-8", "replace")


def started_below(folder: Path) -> list[str]:
    """The command lines of those that have this folder in it, or in a variable of their environment."""
    processes = [int(process.name) for process in _PROCESSES.glob("[0-9]*")]
    return [
        command_line(process)
        for process in processes
        if str(folder) in command_line(process) or str(folder) in _environment(process)
    ]


def _environment(process: int) -> str:
    try:
        return (_PROCESSES / str(process) / "environ").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def children(parent: int) -> Iterator[int]:
    """What a process has started itself."""
    for task in (_PROCESSES / str(parent) / "task").glob("*"):
        with suppress(OSError):
            yield from map(int, (task / "children").read_text(encoding="ascii").split())


def descendants(parent: int) -> Iterator[int]:
    """All that a process has started, however far down."""
    for child in children(parent):
        yield child
        yield from descendants(child)
