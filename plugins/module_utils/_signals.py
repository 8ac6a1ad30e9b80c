# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signals that end a program, held back while something must not be left half done, then let take their usual course.

What the usual course is differs: a module dies or gets a KeyboardInterrupt, the handler of an Ansible worker ends its
whole process group at once without any clean-up, and the ``timeout`` of a task raises an exception out of SIGALRM.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

# What people, terminals, systems and Ansible's task timeout end a program with. The others report a defect or belong
# to debuggers, and SIGKILL cannot be held.
HELD_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGALRM)

_SLICE = 0.1

_holding = False


class Hold:
    """Notes which signals arrive while they are held back."""

    def __init__(self, limit: float) -> None:
        self.interrupted = False
        self._limit = limit
        self._expired = False
        self._arrived: list[int] = []
        self._handlers = ExitStack()

    def pause(self, seconds: float) -> None:
        """Sleep, but not on once a signal has arrived."""
        while seconds > 0 and not self.interrupted:
            time.sleep(min(seconds, _SLICE))
            seconds -= _SLICE

    def begin(self) -> None:
        """Take the place of the handlers. A signal that somebody has chosen to ignore stays ignored."""
        for number in HELD_SIGNALS:
            previous = signal.getsignal(number)
            if previous not in (signal.SIG_IGN, None):
                self._handlers.callback(signal.signal, number, previous)
                signal.signal(number, self._note)

    def end(self) -> None:
        """Put the handlers back, then pass on what has arrived. A handler that raises keeps no other from its turn."""
        with ExitStack() as course:
            course.callback(self._pass_on)
            # Last in, first out: this comes first, and a signal that arrives on the way is noted or takes its course.
            course.push(self._handlers.pop_all())

    def _pass_on(self) -> None:
        arrived, self._arrived = self._arrived, []
        with ExitStack() as course:
            for number in reversed(arrived):
                course.callback(signal.raise_signal, number)

    def _note(self, number: int, _frame: Any) -> None:
        if number not in self._arrived:
            self._arrived.append(number)
        if self._expired:
            self.end()
        elif not self.interrupted:
            self.interrupted = True
            self._end_in_time(number)

    def _end_in_time(self, number: int) -> None:
        """Have the main thread woken when it has held the signal for long enough. The alarm clock is Ansible's."""
        thread = threading.get_ident()

        def expire() -> None:
            self._expired = True
            signal.pthread_kill(thread, number)

        timer = threading.Timer(self._limit, expire)
        timer.daemon = True
        self._handlers.callback(timer.cancel)
        timer.start()


@contextmanager
def held_signals(limit: float) -> Iterator[Hold]:
    """Hold signals back in this block, each for at most ``limit`` seconds.

    Inside another such block, which then has them, and in a thread, where signals do not arrive, this does nothing.
    """
    global _holding
    hold = Hold(limit)
    if _holding or threading.current_thread() is not threading.main_thread():
        yield hold
        return
    try:
        _holding = True
        hold.begin()
        yield hold
    finally:
        _holding = False
        hold.end()
