# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is made to be run is run: no stage is left out of all plans."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"
LEFT_OUT = """
import stages
kept = [value for value in vars(stages).values() if isinstance(value, tuple)]
named = {one.name for value in kept for one in value if isinstance(one, stages.Stage)}
run = {one.name for word in ("test", "gate", "proof") for lanes in stages.PLANS[word] for lane in lanes for one in lane}
print(sorted(named - run))
"""


def test_every_stage_is_in_a_plan() -> None:
    completed = subprocess.run(
        [sys.executable, "-c", LEFT_OUT], cwd=TOOLS, stdout=subprocess.PIPE, encoding="utf-8", check=True
    )
    assert completed.stdout == "[]\n"
