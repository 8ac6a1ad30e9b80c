# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The processes of a run, as the system lists them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

from ansible_collections.influxdb3.management.tests.waiting import wait_until

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


def kill_whole(process: int) -> None:
    """Kill a process and all that it has started, those in sessions of their own included, as a power cut would."""
    stopped: set[int] = set()
    # None may start another between the look at its children and its end, nor lose its parent before it was looked at.
    while found := {process, *descendants(process)} - stopped:
        for number in found:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGSTOP)
        wait_until(partial(_all_stand_still, found), "the processes have stopped")
        stopped |= found
    for number in stopped:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


def _all_stand_still(processes: Iterable[int]) -> bool:
    return all(map(_stands_still, processes))


def _stands_still(process: int) -> bool:
    try:
        status = (_PROCESSES / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True
    # Stopped, or ended and not yet taken note of; or in a call of the system that cannot be interrupted, such as the
    # wait for a child that was stopped before it became another program. With a signal pending, it starts nothing more.
    return status.rpartition(")")[2].split()[0] in "TtZXD"
