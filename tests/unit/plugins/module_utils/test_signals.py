# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signals that end a program are held back for a while; most tests send real ones to a process of their own."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _signals
from ansible_collections.influxdb3.management.plugins.module_utils._signals import HELD_SIGNALS, held_signals
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

every_signal = pytest.mark.parametrize("number", HELD_SIGNALS, ids=lambda number: number.name)

PROGRAM = """\
import os, signal, sys, time
from ansible_collections.influxdb3.management.plugins.module_utils._signals import held_signals
def send(*numbers):
    for number in numbers:
        os.kill(os.getpid(), number)
def say(*words):
    print(*words, flush=True)
# As a program has them that no nohup and no shell in the background has started.
signal.signal(signal.SIGINT, signal.default_int_handler)
for name in ("SIGHUP", "SIGQUIT"):
    signal.signal(getattr(signal, name), signal.SIG_DFL)
{}
"""


def run(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(text)], capture_output=True, text=True, timeout=PATIENCE, check=False
    )


class RaisedError(BaseException):
    """What the task timeout of Ansible raises is no ordinary exception either."""


@pytest.fixture
def handled() -> Iterator[list[int]]:
    """The signals that reached the handler of this test, which raises for an alarm."""
    numbers: list[int] = []

    def handle(number: int, _frame: Any) -> None:
        numbers.append(number)
        if number == signal.SIGALRM:
            raise RaisedError

    before = {number: signal.signal(number, handle) for number in HELD_SIGNALS}
    yield numbers
    for number, previous in before.items():
        signal.signal(number, previous)


@every_signal
def test_a_signal_waits_for_the_end_of_the_block(number: signal.Signals, handled: list[int]) -> None:
    before = signal.getsignal(number)
    with pytest.raises(RaisedError) if number is signal.SIGALRM else nullcontext():
        with held_signals(60) as hold:
            assert not hold.interrupted
            signal.raise_signal(number)
            signal.raise_signal(number)
            assert hold.interrupted
            assert handled == []
    assert handled == [number]
    assert [signal.getsignal(one) for one in HELD_SIGNALS] == [before] * len(HELD_SIGNALS)
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    assert all(timer.finished.is_set() for timer in timers)


def test_one_that_raises_does_not_keep_the_next_from_its_turn(handled: list[int]) -> None:
    def interrupted() -> None:
        with held_signals(60):
            signal.raise_signal(signal.SIGALRM)
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(RaisedError):
        interrupted()
    assert handled == [signal.SIGALRM, signal.SIGTERM]
    with held_signals(60) as hold:
        assert not hold.interrupted


def test_a_failure_comes_out_after_the_signals(handled: list[int]) -> None:
    def failing() -> None:
        with held_signals(60):
            signal.raise_signal(signal.SIGTERM)
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    assert handled == [signal.SIGTERM]


def test_an_inner_block_leaves_signals_to_the_outer_one(handled: list[int]) -> None:
    with held_signals(60) as outer:
        with held_signals(60) as inner:
            signal.raise_signal(signal.SIGTERM)
        assert (outer.interrupted, inner.interrupted, handled) == (True, False, [])
    assert handled == [signal.SIGTERM]


def test_a_thread_can_hold_nothing_and_does_not_fail() -> None:
    seen: list[bool] = []

    def work() -> None:
        with held_signals(60) as hold:
            seen.append(hold.interrupted)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]


def test_a_pause_ends_when_a_signal_arrives(handled: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(_signals, "time", SimpleNamespace(sleep=sleep))
    with held_signals(60) as hold:
        hold.pause(60)
    assert len(slept) == 3
    assert sum(slept) < 1


def test_a_pause_is_as_long_as_asked(waits: list[float]) -> None:
    with held_signals(60) as hold:
        hold.pause(7)
    assert sum(waits) == pytest.approx(7)


# In a process of its own, with the handlers a module has


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGALRM"])
def test_a_module_dies_of_the_signal_after_the_block(name: str) -> None:
    ended = run(f"with held_signals(60):\n    send(signal.{name})\n    say('done')\nsay('survived')")
    assert (ended.stdout, ended.returncode) == ("done\n", -getattr(signal, name))


def test_a_module_gets_its_keyboard_interrupt_after_the_block() -> None:
    ended = run(
        "try:\n    with held_signals(60):\n        send(signal.SIGINT)\n        say('done')\n"
        "except KeyboardInterrupt:\n    say('interrupted')"
    )
    assert ended.stdout == "done\ninterrupted\n"


def test_what_was_ignored_stays_ignored() -> None:
    ended = run(
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "with held_signals(60) as hold:\n    send(signal.SIGHUP)\n    say(hold.interrupted)\nsay('survived')"
    )
    assert ended.stdout == "False\nsurvived\n"


# The time of a hold begins to count once the program has said that it holds.
TIMER = """\
import threading
held = threading.Event()
class Timer(threading.Timer):
    def run(self):
        held.wait()
        super().run()
threading.Timer = Timer
"""


def test_a_hold_is_over_at_its_limit_whatever_is_going_on() -> None:
    ended = run(
        TIMER + "with held_signals(0.01):\n    send(signal.SIGTERM, signal.SIGHUP)\n    say('held')\n    held.set()\n"
        "    time.sleep(600)\n    say('never')"
    )
    assert ended.stdout == "held\n"
    assert ended.returncode in (-signal.SIGTERM, -signal.SIGHUP)
