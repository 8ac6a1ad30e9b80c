# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sets that succeed, fail in part, are received by nobody or kept in files: nothing gives a secret away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

if TYPE_CHECKING:
    from ansible_collections.influxdb3.management.tests.leaks.conftest import MakeController

SCENARIO = Path(__file__).parent / "scenarios" / "sets.yml"


@pytest.mark.parametrize("product", ["dedicated", "clustered"])
def test_no_set_shows_a_secret(make_controller: MakeController, product: str) -> None:
    with Simulator.start(product=product) as simulator:
        controller = make_controller(simulator=simulator)
        run = controller.play(yaml.safe_load(SCENARIO.read_text(encoding="utf-8")))
        assert run.status == 0, run.output
        # Those of results and of files, whether they are live by now or not.
        assert len(controller.watch.secrets()) > 10
        controller.require_secrecy()
