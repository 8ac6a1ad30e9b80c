# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notice processes that the tests start and do not end, even those that left their process group.

Linux hands orphans to an ancestor that asks for them; elsewhere nothing is noticed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Collection
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # from <linux/prctl.h>
SECONDS_TO_END = 5


def adopt() -> None:
    """From now on become the parent of every descendant whose own parent ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap(own: Collection[int]) -> None:
    """Do for adopted processes that have ended what their parent would have done; leaves one's own children alone.

    A test that waits for a process to vanish would otherwise see it for ever.
    """
    while True:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is None or ended.si_pid in own:
            return
        os.waitpid(ended.si_pid, 0)


def end() -> list[str]:
    """Kill what is still running after a moment of grace; returns the command lines."""
    deadline = time.monotonic() + SECONDS_TO_END
    while (left := _living_children()) and time.monotonic() < deadline:
        time.sleep(0.1)
    commands = [f"{process}: {_command(process)}" for process in left]
    for process in left:
        os.kill(process, signal.SIGKILL)
    return commands


def _living_children() -> list[int]:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return []
    children = Path("/proc/self/task") / str(os.getpid()) / "children"
    return [int(process) for process in children.read_text(encoding="ascii").split()] if children.exists() else []


def _command(process: int) -> str:
    return Path("/proc", str(process), "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
