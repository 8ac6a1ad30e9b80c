# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A worker that fails or dies does not pass."""

from __future__ import annotations

import os
import signal

import pytest
from ansible_collections.influxdb3.management.tests.unit.plugins.forked_worker import Ended, Worker, in_worker


def test_what_fails_in_a_worker_fails_the_test() -> None:
    @in_worker
    def test() -> None:
        assert os.getsid(0) == 0

    with pytest.raises(AssertionError, match=r"os\.getsid\(0\) == 0"):
        test()


def test_what_dies_in_a_worker_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="ended with the status -9"):
        in_worker(lambda: os.kill(os.getpid(), signal.SIGKILL))()


def test_a_worker_is_none_of_the_tests_own_processes() -> None:
    worker = Worker(lambda say: say([os.getpid(), os.getsid(0), os.getppid()]))
    assert worker.end() == Ended([[worker.pid, worker.pid, os.getpid()]], 0)
