# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several pieces of work at once: in order, not too many, none once that is over; and one client for each thread."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _concurrency
from ansible_collections.influxdb3.management.plugins.module_utils._concurrency import Pool, run_each
from ansible_collections.influxdb3.management.plugins.module_utils._signals import HELD_SIGNALS
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE


def nothing(_ended: int, _under_way: int) -> None:
    """What attends to nothing."""


def test_all_is_done_in_threads_and_attended_to_in_this_one() -> None:
    threads: set[int] = set()
    told: list[int] = []
    here = threading.get_ident()

    def attend(ended: int, _under_way: int) -> None:
        assert threading.get_ident() == here
        told.append(ended)

    run_each([lambda: threads.add(threading.get_ident())] * 20, 4, lambda: True, attend)
    assert here not in threads
    assert len(threads) <= 4
    assert told[-1] == 20
    assert told == sorted(told)


def test_nothing_is_handed_out_once_it_is_over() -> None:
    done: list[int] = []
    run_each([partial(done.append, number) for number in range(9)], 1, lambda: len(done) < 3, nothing)
    assert done == [0, 1, 2]


def test_what_is_under_way_comes_to_its_end() -> None:
    over, done = threading.Event(), []

    def slow() -> None:
        over.set()
        done.append("slow")

    run_each([slow, partial(done.append, "late")], 1, lambda: not over.is_set(), nothing)
    assert done == ["slow"]


def test_a_defect_is_not_passed_over() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_each([fail], 1, lambda: True, nothing)


def test_a_pool_opens_what_is_needed_and_no_more_and_closes_all() -> None:
    opened: list[str] = []
    closed: list[str] = []
    under_way = 0
    lock, meeting = threading.Lock(), threading.Barrier(2)

    @contextmanager
    def open_one() -> Iterator[str]:
        name = f"{len(opened)}"
        opened.append(name)
        yield name
        closed.append(name)

    with Pool(open_one, 2) as pool:
        used: list[str] = []

        def use() -> None:
            nonlocal under_way
            with pool.one() as mine:
                with lock:
                    under_way += 1
                    assert under_way <= 2
                used.append(mine)
                meeting.wait(PATIENCE)
                with lock:
                    under_way -= 1

        run_each([use] * 6, 6, lambda: True, nothing)
        assert sorted(used) == ["0", "0", "0", "1", "1", "1"]
        assert closed == []
    assert sorted(closed) == ["0", "1"]


def test_who_rings_is_attended_to_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the main thread would sleep otherwise."""
    monkeypatch.setattr(_concurrency, "_SLICE", PATIENCE)
    bell, attended = threading.Event(), threading.Event()

    def ring() -> None:
        bell.set()
        assert attended.wait(PATIENCE)

    run_each([ring], 1, lambda: True, lambda _ended, _under_way: attended.set(), bell)


def test_no_signal_gets_to_a_thread() -> None:
    blocked: list[set[int]] = []
    run_each([lambda: blocked.append({*signal.pthread_sigmask(signal.SIG_BLOCK, [])})], 1, lambda: True, nothing)
    assert blocked[0] >= set(HELD_SIGNALS)
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, []) & set(HELD_SIGNALS)
