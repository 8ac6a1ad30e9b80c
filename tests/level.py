# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The level of the tests, which the environment variable TEST_LEVEL names.

``test``, the default, is for every commit: each mistake is found once, at the least cost. ``proof`` is for a release:
every seed, version, fault and moment of a kill. What only the second level runs is marked ``PROOF_ONLY``, or has
its amount from ``by_level``.

``TEST_CORE`` names the ansible-core to run playbooks with, ``2.21`` for one, where it is another than that of .venv.
"""

from __future__ import annotations

import os
from typing import TypeVar

import pytest

LEVELS = ("test", "proof")
PROOF_ONLY = pytest.mark.proof

Choice = TypeVar("Choice")


def level() -> str:
    """The name of the level; a ``ValueError`` says which ones there are."""
    chosen = os.environ.get("TEST_LEVEL", LEVELS[0])
    if chosen not in LEVELS:
        raise ValueError(f"TEST_LEVEL is {chosen!r}. Set it to {' or '.join(LEVELS)}.")
    return chosen


def by_level(test: Choice, proof: Choice) -> Choice:
    """One of two values."""
    return proof if level() == "proof" else test


def chosen_core() -> str | None:
    """The version of ansible-core that playbooks are to run with, if it is not that of .venv."""
    return os.environ.get("TEST_CORE")
