# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of the code takes the mutants along: whether they are caught takes minutes, whether they fit no time."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from ansible_collections.influxdb3.management.tests.mutants.mutants import fits
from ansible_collections.influxdb3.management.tests.mutants.patches import MUTANTS, Mutant
from ansible_collections.influxdb3.management.tests.tools.environment import CHECKOUT


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.guarantee)
def test_the_text_to_replace_is_there_once(mutant: Mutant) -> None:
    assert fits(mutant), mutant.file


def test_the_tests_that_are_to_catch_them_are_there() -> None:
    named = dict.fromkeys(test for mutant in MUTANTS for test in mutant.tests)
    collected = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", *named],
        cwd=CHECKOUT,
        # Some of them are of a release only.
        env={**os.environ, "TEST_LEVEL": "proof"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert collected.returncode == 0, collected.stderr[-3000:]
