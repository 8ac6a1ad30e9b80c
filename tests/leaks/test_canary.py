# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that a playbook gives away on purpose are found, each where it was left: no channel is blind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ansible_collections.influxdb3.management.tests.leaks.watch import (
    ARGUMENTS,
    ENVIRONMENTS,
    EVENTS,
    FACTS,
    JUNIT,
    LOG,
    PRINTED,
)

if TYPE_CHECKING:
    from ansible_collections.influxdb3.management.tests.leaks.conftest import MakeController

SCENARIO = Path(__file__).parent / "scenarios" / "canary.yml"
# Where the token of each task of the scenario has to be found, and in which form.
EXPECTED = {
    "shown": {(channel, "raw") for channel in (PRINTED, LOG, EVENTS, JUNIT)},
    "encoded": {(channel, "base64") for channel in (PRINTED, LOG, EVENTS, JUNIT)},
    "diff": {(channel, "raw") for channel in (PRINTED, LOG, EVENTS, JUNIT)},
    "file": {("tmp/left", "raw")},
    "fact": {(FACTS, "raw")},
    "argument": {(ARGUMENTS, "raw")},
    "environment": {(ENVIRONMENTS, "raw")},
}


def test_what_is_given_away_is_found(make_controller: MakeController) -> None:
    controller = make_controller()
    path = controller.folder / SCENARIO.name
    path.write_text(SCENARIO.read_text(encoding="utf-8"), encoding="utf-8")
    run = controller.playbook(path)
    assert run.status == 0, run.output
    tokens = {token["description"]: token["secret"] for token in controller.simulator.state()["database_tokens"]}
    assert tokens.keys() == EXPECTED.keys()
    for way, expected in EXPECTED.items():
        found = controller.watch.find([tokens[way]], controller.environment)
        places = {(finding.channel, finding.form) for finding in found}
        for channel, form in expected:
            assert any(place.startswith(channel) and form == kind for place, kind in places), (way, channel, places)


def test_run_without_canary_is_no_proof(make_controller: MakeController) -> None:
    """A run is not called secret when nothing shows that its output was searched."""
    controller = make_controller()
    controller.adhoc("database_token_info")
    with pytest.raises(AssertionError, match="canary"):
        controller.require_secrecy()
