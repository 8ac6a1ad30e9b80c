# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.influxdb3.management.tests.adhoc.adhoc import Adhoc


def test_success(adhoc: Adhoc) -> None:
    result = adhoc.call()
    assert not result["changed"]
    (cluster,) = result["clusters"]
    assert (cluster["account_id"], cluster["cluster_id"]) == (adhoc.simulator.account_id, adhoc.simulator.cluster_id)
    assert cluster["created_at"].endswith("Z")


def test_failure(adhoc: Adhoc) -> None:
    # Not asked, as it has no such list.
    message = adhoc.failure(product="clustered")
    assert "InfluxDB Clustered is one cluster and has no list of clusters" in message
    assert adhoc.simulator.requests() == []


def test_command(adhoc: Adhoc) -> None:
    run = adhoc.command()
    assert run.status == 0, run.output
    assert adhoc.simulator.cluster_id in run.output
