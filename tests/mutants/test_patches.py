# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of the code takes the mutants along: whether they are caught takes minutes, whether they fit no time."""

from __future__ import annotations

import pytest
from ansible_collections.influxdb3.management.tests.mutants.mutants import fits
from ansible_collections.influxdb3.management.tests.mutants.patches import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.guarantee)
def test_the_text_to_replace_is_there_once(mutant: Mutant) -> None:
    assert fits(mutant), mutant.file
