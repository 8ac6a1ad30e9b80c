# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Loops, retries, dry runs, failures, files, profiles and the role: nothing gives a secret away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from ansible_collections.influxdb3.management.tests.leaks.versions import OWN, Core, others
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY

if TYPE_CHECKING:
    from ansible_collections.influxdb3.management.tests.leaks.conftest import MakeController

SCENARIO = Path(__file__).parent / "scenarios" / "ways.yml"


@pytest.mark.parametrize("core", [OWN, *(pytest.param(core, marks=PROOF_ONLY) for core in others())], ids=str)
def test_no_way_of_running_a_task_shows_a_secret(make_controller: MakeController, core: Core) -> None:
    if not core.installed:
        pytest.skip(f"not run: {core} is not installed; tests/tools/cores.py does that")
    controller = make_controller(core=core)
    if core is OWN:
        # As users have it who set nothing; then modules are unpacked on the host, arguments included.
        del controller.environment["ANSIBLE_PIPELINING"]
    controller.give("AUTOMATION_TOKEN", "AUTOMATION_PASSWORD")
    run = controller.play(yaml.safe_load(SCENARIO.read_text(encoding="utf-8")))
    assert run.status == 0, run.output
    assert len(controller.watch.secrets()) > 15
    controller.require_secrecy()
