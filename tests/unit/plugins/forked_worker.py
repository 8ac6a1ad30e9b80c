# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for a worker of Ansible, for tests that send signals: none of them meets the process of pytest.

It is forked as a worker is, with a session and handlers as a worker has them, and its only thread is the main one.
Runs on Python 3.9 too.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import traceback
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Callable, NoReturn, TypeVar

from ansible_collections.influxdb3.management.tests.waiting import wait_until

Say = Callable[[Any], None]
Test = TypeVar("Test", bound=Callable[..., None])


class TaskTimeout(BaseException):
    """What the handler of the alarm raises, by which Ansible notices that the time of a task is over."""


@dataclass(frozen=True)
class Ended:
    """What a worker has said, its status as subprocess has it, and how an exception ended it, if one did."""

    said: list[Any]
    status: int
    exception: str | None = field(default=None, compare=False)


class Worker:
    """Runs ``work`` in a process of its own, and is told what that says by the function it is called with."""

    def __init__(self, work: Callable[[Say], object]) -> None:
        self._said: list[Any] = []
        self._exception: str | None = None
        self._reader, writer = multiprocessing.Pipe(duplex=False)
        with warnings.catch_warnings():
            # Of threads, such as pytest-xdist has them. Those of ansible-playbook do not keep it from forking either.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            _live(work, writer)
        writer.close()

    def send(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def end(self) -> Ended:
        """Wait for its end."""
        status: list[int] = []

        def is_over() -> bool:
            self._listen()
            process, code = os.waitpid(self.pid, os.WNOHANG)
            status.append(code)
            return process != 0

        try:
            wait_until(is_over, "the worker ends")
        except BaseException:
            self.send(signal.SIGKILL)
            os.waitpid(self.pid, 0)
            raise
        self._listen()
        self._reader.close()
        code = status[-1]
        how = -os.WTERMSIG(code) if os.WIFSIGNALED(code) else os.WEXITSTATUS(code)
        return Ended(self._said, how, self._exception)

    def _listen(self) -> None:
        with suppress(EOFError):
            while self._reader.poll():
                kind, what = self._reader.recv()
                if kind == "said":
                    self._said.append(what)
                else:
                    self._exception = what


def in_worker(test: Test) -> Test:
    """Have a test run in such a worker, with the fixtures it asks for; it fails where it does so there."""

    @functools.wraps(test)
    def run(*arguments: Any, **keywords: Any) -> None:
        ended = Worker(lambda _say: test(*arguments, **keywords)).end()
        assert ended.status == 0, ended.exception or f"ended with the status {ended.status}"

    return run  # type: ignore[return-value]


def _live(work: Callable[[Say], object], writer: Connection) -> NoReturn:
    """What never returns into the code of pytest."""
    status = 1
    try:
        os.setsid()
        _handle_signals()
        work(lambda what: writer.send(("said", what)))
        status = 0
    except BaseException:  # noqa: BLE001 - as a worker does
        writer.send(("exception", traceback.format_exc()))
    finally:
        os._exit(status)


def _handle_signals() -> None:
    """As ansible.executor.process.worker and task_executor do. Others are as nobody has chosen to ignore them."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end_group)
    signal.signal(signal.SIGALRM, _raise)
    for number in (signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


def _end_group(number: int, _frame: object) -> None:
    signal.signal(number, signal.SIG_DFL)
    os.killpg(os.getpid(), number)


def _raise(_number: int, _frame: object) -> None:
    raise TaskTimeout
