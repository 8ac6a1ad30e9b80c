# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signals that end a program are held back for a while; the tests send real ones, to a process of their own."""

from __future__ import annotations

import signal
import threading
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _signals
from ansible_collections.influxdb3.management.plugins.module_utils._signals import HELD_SIGNALS, held_signals
from ansible_collections.influxdb3.management.tests.unit.plugins.forked_worker import Ended, Say, Worker, in_worker

every_signal = pytest.mark.parametrize("number", HELD_SIGNALS, ids=lambda number: number.name)


class RaisedError(BaseException):
    """What the task timeout of Ansible raises is no ordinary exception either."""


def handle_all() -> list[int]:
    """The signals that reach the handler of this test from now on, which raises for an alarm."""
    numbers: list[int] = []

    def handle(number: int, _frame: Any) -> None:
        numbers.append(number)
        if number == signal.SIGALRM:
            raise RaisedError

    for number in HELD_SIGNALS:
        signal.signal(number, handle)
    return numbers


@every_signal
@in_worker
def test_a_signal_waits_for_the_end_of_the_block(number: signal.Signals) -> None:
    handled = handle_all()
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


@in_worker
def test_one_that_raises_does_not_keep_the_next_from_its_turn() -> None:
    handled = handle_all()

    def interrupted() -> None:
        with held_signals(60):
            signal.raise_signal(signal.SIGALRM)
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(RaisedError):
        interrupted()
    assert handled == [signal.SIGALRM, signal.SIGTERM]
    with held_signals(60) as hold:
        assert not hold.interrupted


@in_worker
def test_a_failure_comes_out_after_the_signals() -> None:
    handled = handle_all()

    def failing() -> None:
        with held_signals(60):
            signal.raise_signal(signal.SIGTERM)
            raise KeyError

    with pytest.raises(KeyError):
        failing()
    assert handled == [signal.SIGTERM]


@in_worker
def test_an_inner_block_leaves_signals_to_the_outer_one() -> None:
    handled = handle_all()
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


@in_worker
def test_a_pause_ends_when_a_signal_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    handle_all()
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


@in_worker
def test_a_pause_is_as_long_as_asked(waits: list[float]) -> None:
    with held_signals(60) as hold:
        hold.pause(7)
    assert sum(waits) == pytest.approx(7)


# With the handlers of a worker of Ansible, and those of a module


@every_signal
def test_a_worker_ends_as_ansible_has_it_after_the_block(number: signal.Signals) -> None:
    def work(say: Say) -> None:
        with held_signals(60):
            signal.raise_signal(number)
            say("done")
        say("survived")

    ended = Worker(work).end()
    assert ended == Ended(["done"], 1 if number is signal.SIGALRM else -number)
    assert ("TaskTimeout" in (ended.exception or "")) is (number is signal.SIGALRM)


def handle_as_a_module() -> None:
    """As a program has them that no nohup and no shell in the background has started."""
    for number in HELD_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT", "SIGALRM"])
def test_a_module_dies_of_the_signal_after_the_block(name: str) -> None:
    number = signal.Signals[name]

    def work(say: Say) -> None:
        handle_as_a_module()
        with held_signals(60):
            signal.raise_signal(number)
            say("done")
        say("survived")

    assert Worker(work).end() == Ended(["done"], -number)


def test_a_module_gets_its_keyboard_interrupt_after_the_block() -> None:
    def work(say: Say) -> None:
        handle_as_a_module()
        try:
            with held_signals(60):
                signal.raise_signal(signal.SIGINT)
                say("done")
        except KeyboardInterrupt:
            say("interrupted")

    assert Worker(work).end() == Ended(["done", "interrupted"], 0)


@in_worker
def test_what_was_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with held_signals(60) as hold:
        signal.raise_signal(signal.SIGHUP)
        assert not hold.interrupted


def test_a_hold_is_over_at_its_limit_whatever_is_going_on(monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()

    class Timer(threading.Timer):
        """Its time begins to count once the program has said that it holds."""

        def run(self) -> None:
            held.wait()
            super().run()

    def work(say: Say) -> None:
        handle_as_a_module()
        with held_signals(0.01):
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGHUP)
            say("held")
            held.set()
            while True:
                signal.pause()

    with monkeypatch.context() as patch:
        patch.setattr(threading, "Timer", Timer)
        ended = Worker(work).end()
    assert ended.said == ["held"]
    assert ended.status in (-signal.SIGTERM, -signal.SIGHUP)
