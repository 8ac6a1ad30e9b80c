# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for what comes by itself, however slow the machine is. Runs on Python 3.9 too."""

from __future__ import annotations

import time
from typing import Callable

# Seconds. Nothing that a test waits for takes so long on the busiest machine: only a fault reaches this.
PATIENCE = 120.0


def wait_until(event: Callable[[], object], what: str) -> None:
    """Return once ``event`` says true; where it never does, fail with ``what`` should have happened."""
    deadline = time.monotonic() + PATIENCE
    while not event():
        assert time.monotonic() < deadline, f"{what}: not in {PATIENCE:g} s"
        time.sleep(0.01)
