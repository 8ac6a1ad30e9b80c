# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""With which seeds of the simulator and by which doors a test runs on each level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.variations import Variations, of_seed

# The worker process of Ansible, and a module in a Python of its own. The same engine is behind both, so most of what
# is there to see is seen by the first.
WORKER, MODULE = "worker", "module"
DOORS = (WORKER, pytest.param(MODULE, marks=PROOF_ONLY))

# Ten seeds meet every possible answer. The module door takes longer, so there it is three: as many as influxctl has
# dialects, each of which they meet.
MANY = (*((seed, WORKER) for seed in range(10)), *((seed, MODULE) for seed in range(3)))
# What varies by seed is the engine's business, which has tests of its own. So before a commit three are enough: with
# them and the service as documented every dialect is met, a token that may make others and one that may not, each door.
FEW = ((0, WORKER), (3, WORKER), (1, MODULE))


def variants(*before_a_commit: tuple[int, str], only: Callable[[Variations], bool] = lambda _seed: True) -> list[Any]:
    """All seeds and doors as parameters of the fixture ``controller``, those not named for a release only.

    ``only`` says of a seed whether it has any part in a test.
    """
    return [
        pytest.param(
            variant, id=f"seed{variant[0]}-{variant[1]}", marks=() if variant in before_a_commit else PROOF_ONLY
        )
        for variant in MANY
        if only(of_seed(variant[0]))
    ]
