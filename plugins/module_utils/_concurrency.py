# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several pieces of work at once, in threads, while the main thread keeps the signals and tells how far it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack
from typing import Callable, Generic, TypeVar

Opened = TypeVar("Opened")

# A signal is noticed by the main thread alone, which so looks up again that often.
_SLICE = 0.1
_TOLD_EVERY = 5.0


def run_each(
    work: Sequence[Callable[[], None]],
    concurrency: int,
    goes_on: Callable[[], bool],
    attend: Callable[[int, int], None],
) -> None:
    """Run each in a thread, in order, at most ``concurrency`` at once.

    Before each is handed out, ``goes_on`` is asked; once it says no, nothing more is, and what is under way comes to
    its end. ``attend`` is told, again and again, how many have ended and how many are under way. Both are called in
    this thread. What a piece raises is its own affair: each catches what it can raise.
    """
    waiting = iter(work)
    ended = 0
    pending: set[Future[None]] = set()
    with ThreadPoolExecutor(concurrency) as pool:
        while True:
            while len(pending) < concurrency and goes_on():
                piece = next(waiting, None)
                if piece is None:
                    break
                pending.add(pool.submit(piece))
            if not pending:
                return
            done, pending = wait(pending, timeout=_SLICE, return_when=FIRST_COMPLETED)
            ended += len(done)
            for one in done:
                # A defect of the piece, which is not to be passed over.
                one.result()
            attend(ended, len(pending))


class PerThread(Generic[Opened]):
    """What each thread has one of its own of, opened when that thread first asks for it; use as a context manager."""

    def __init__(self, open_one: Callable[[], AbstractContextManager[Opened]]) -> None:
        self._open_one = open_one
        self._mine = threading.local()
        self._stack = ExitStack()
        self._lock = threading.Lock()

    def __enter__(self) -> PerThread[Opened]:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    @property
    def mine(self) -> Opened:
        """That of the thread that asks."""
        try:
            opened: Opened = self._mine.opened
        except AttributeError:
            with self._lock:
                opened = self._mine.opened = self._stack.enter_context(self._open_one())
        return opened


class Progress:
    """Tells every few seconds how far long work is. ``tell`` is called in the thread that the work is attended in."""

    def __init__(self, noun: str, total: int, tell: Callable[[str], None]) -> None:
        self._noun = noun
        self._total = total
        self._tell = tell
        self._told = clock()

    def attend(self, ended: int, under_way: int) -> None:
        """Say it, where the last time is long enough ago."""
        now = clock()
        if now - self._told >= _TOLD_EVERY:
            self._told = now
            self._tell(f"{ended} of {self._total} {self._noun} done, {under_way} under way")


def clock() -> float:
    """Seconds that only pass."""
    return time.monotonic()
