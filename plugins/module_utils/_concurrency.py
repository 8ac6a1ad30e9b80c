# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several pieces of work at once, in threads, while the main thread keeps the signals and tells how far it is."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Callable, Generic, TypeVar

from ansible_collections.influxdb3.management.plugins.module_utils._signals import HELD_SIGNALS

Opened = TypeVar("Opened")

# A signal is noticed by the main thread alone, which so looks up again that often.
_SLICE = 0.1
_TOLD_EVERY = 5.0


def run_each(
    work: Sequence[Callable[[], None]],
    threads: int,
    goes_on: Callable[[], bool],
    attend: Callable[[int, int], None],
    bell: threading.Event | None = None,
    give_up: Callable[[], None] = lambda: None,
) -> None:
    """Run each in a thread, in order, at most ``threads`` at once.

    Before each is handed out, ``goes_on`` is asked; once it says no, nothing more is, and what is under way comes to
    its end. ``attend`` is told, again and again, how many have ended and how many are under way; it is called at once
    where somebody rings the ``bell``. Both are called in this thread. What a piece raises is its own affair: each
    catches what it can raise. ``give_up`` is called where this thread is ended from outside, and has to free those that
    wait for it.
    """
    bell = bell or threading.Event()
    waiting = iter(work)
    ended = 0
    pending: set[Future[None]] = set()
    with ThreadPoolExecutor(threads, initializer=_leave_signals_alone) as pool:
        try:
            while True:
                while len(pending) < threads and goes_on():
                    piece = next(waiting, None)
                    if piece is None:
                        break
                    submitted = pool.submit(piece)
                    submitted.add_done_callback(lambda _ended: bell.set())
                    pending.add(submitted)
                if not pending:
                    return
                bell.wait(_SLICE)
                bell.clear()
                done = {one for one in pending if one.done()}
                pending -= done
                ended += len(done)
                for one in done:
                    # A defect of the piece, which is not to be passed over.
                    one.result()
                attend(ended, len(pending))
        except BaseException:
            give_up()
            raise


def _leave_signals_alone() -> None:
    """All signals are for the main thread: while that has some of them blocked, none may get lost in another."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD_SIGNALS)


class Pool(Generic[Opened]):
    """At most ``size`` of what only one thread may use at a time, opened when they are needed; a context manager."""

    def __init__(self, open_one: Callable[[], AbstractContextManager[Opened]], size: int) -> None:
        self._open_one = open_one
        self._places = threading.BoundedSemaphore(size)
        self._free: list[Opened] = []
        self._stack = ExitStack()
        self._lock = threading.Lock()

    def __enter__(self) -> Pool[Opened]:
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    @contextmanager
    def one(self) -> Iterator[Opened]:
        """One for this block; where all are in use, the next that is not any more."""
        with self._places:
            with self._lock:
                mine = self._free.pop() if self._free else self._stack.enter_context(self._open_one())
            try:
                yield mine
            finally:
                with self._lock:
                    self._free.append(mine)


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
