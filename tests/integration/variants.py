# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""With which seeds of the simulator a test runs on each level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.variations import Variations, of_seed

# Ten seeds meet every possible answer; these three and the service as documented every dialect, and a token that may
# make others and one that may not.
MANY = range(10)
FEW = (0, 1, 3)


def variants(*before_a_commit: int, only: Callable[[Variations], bool] = lambda _seed: True) -> list[Any]:
    """All seeds as parameters of the fixture ``controller``, those not named for a release only.

    ``only`` says of a seed whether it has any part in a test.
    """
    return [
        pytest.param(seed, id=f"seed{seed}", marks=() if seed in before_a_commit else PROOF_ONLY)
        for seed in MANY
        if only(of_seed(seed))
    ]
