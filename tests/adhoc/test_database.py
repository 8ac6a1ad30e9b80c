# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.influxdb3.management.tests.adhoc.adhoc import Adhoc


def databases(adhoc: Adhoc) -> list[tuple[str, int]]:
    """The name and retention of every database that is not deleted."""
    kept: list[dict[str, Any]] = adhoc.simulator.state()["databases"]
    return [(one["name"], one["retention_period"]) for one in kept if not one["deleted"]]


def test_success(adhoc: Adhoc) -> None:
    created = adhoc.call(name="metrics", retention_period="1d")
    assert created["changed"]
    assert databases(adhoc) == [("metrics", 86400 * 10**9)]
    again = adhoc.call(name="metrics", retention_period="24h")
    assert not again["changed"]
    assert again["database"] == created["database"]
    renamed = adhoc.call(name="telemetry", rename_from="metrics")
    assert renamed["database"] == {**created["database"], "name": "telemetry"}
    assert adhoc.call(name="telemetry", state="absent", allow_data_loss=True)["changed"]
    assert databases(adhoc) == []
    influxctl = adhoc.simulator.influxctl_path
    assert adhoc.call(name="telemetry", restore=True, influxctl_path=influxctl)["database"] == renamed["database"]


def test_failure(adhoc: Adhoc) -> None:
    adhoc.call(name="metrics")
    message = adhoc.failure(name="metrics", state="absent")
    assert message.startswith("The database 'metrics' would be deleted with all its data. Set allow_data_loss: true")
    assert databases(adhoc) == [("metrics", 0)]


def test_command(adhoc: Adhoc) -> None:
    template = [{"type": "time", "value": "%Y"}, {"type": "tag", "value": "room"}]
    run = adhoc.command(name="a/b", partition_template=template, retention_period=3600 * 10**9)
    assert run.status == 0, run.output
    assert "localhost | CHANGED => {" in run.output
    assert '"retention": "1h"' in run.output
    assert adhoc.simulator.state()["databases"][0]["partition_template"] == template
    assert databases(adhoc) == [("a/b", 3600 * 10**9)]
