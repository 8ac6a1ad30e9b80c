# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.influxdb3.management.tests.adhoc.adhoc import Adhoc

ROOMS = [{"name": "kitchen", "retention_period": "30d"}, {"name": "cellar"}]


def test_success(adhoc: Adhoc) -> None:
    made = adhoc.call(databases=ROOMS)
    assert made["changed"]
    assert [(one["outcome"], one["database"]["name"]) for one in made["results"]] == [
        ("ok", "kitchen"),
        ("ok", "cellar"),
    ]
    assert not adhoc.call(databases=ROOMS)["changed"]


def test_failure(adhoc: Adhoc) -> None:
    message = adhoc.failure(databases=[*ROOMS, {"name": "_hall"}])
    assert message.startswith("databases (entry 3): ")
    assert adhoc.simulator.requests() == []


def test_command(adhoc: Adhoc) -> None:
    run = adhoc.command(databases=ROOMS)
    assert run.status == 0, run.output
    assert "localhost | CHANGED => {" in run.output
