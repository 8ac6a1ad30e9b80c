# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""With which seeds of the simulator a test runs on each level."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY

# They meet every possible answer.
MANY = range(10)


def variants(*before_a_commit: int) -> list[Any]:
    """All seeds as parameters of the fixture ``controller``, those not named for a release only."""
    return [pytest.param(seed, id=f"seed{seed}", marks=() if seed in before_a_commit else PROOF_ONLY) for seed in MANY]
