# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.influxdb3.management.tests.adhoc.adhoc import Adhoc


def test_success(adhoc: Adhoc) -> None:
    (own,) = adhoc.simulator.state()["management_tokens"]
    result = adhoc.call(statuses=["live", "expired"])
    assert not result["changed"]
    assert [(token["id"], token["prefix"]) for token in result["management_tokens"]] == [(own["id"], own["secret"][:9])]


def test_failure(adhoc: Adhoc) -> None:
    message = adhoc.failure(influxctl_path="/nowhere/influxctl")
    assert "/nowhere/influxctl is not a program that can be run" in message


def test_command(adhoc: Adhoc) -> None:
    (own,) = adhoc.simulator.state()["management_tokens"]
    run = adhoc.command()
    assert run.status == 0, run.output
    assert "localhost | SUCCESS => {" in run.output
    assert own["id"] in run.output
