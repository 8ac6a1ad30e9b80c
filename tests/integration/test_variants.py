# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The seeds that are chosen meet what they are chosen for."""

from __future__ import annotations

import dataclasses

from ansible_collections.influxdb3.management.tests.integration.variants import MANY
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.variations import (
    POSSIBILITIES,
    documented,
    of_seed,
)

# Their scenarios have no cluster of this product.
OF_CLUSTERED = {"clustered_identifiers"}


def met(*seeds: int) -> dict[str, set[object]]:
    """What these seeds and the service as documented do, by what may vary."""
    behaviours = [dataclasses.asdict(one) for one in (documented(), *map(of_seed, seeds))]
    return {name: {behaviour[name] for behaviour in behaviours} for name in POSSIBILITIES}


def test_many_seeds_meet_every_possible_answer() -> None:
    of_many = met(*MANY)
    for name in POSSIBILITIES.keys() - OF_CLUSTERED:
        assert of_many[name] == set(POSSIBILITIES[name]), name
