# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.influxdb3.management.tests.adhoc.adhoc import Adhoc


def test_success(adhoc: Adhoc) -> None:
    result = adhoc.call()
    assert not result["changed"]
    (user,) = result["users"]
    (own,) = adhoc.simulator.state()["management_tokens"]
    assert (user["id"], user["email"]) == (own["created_by"], "administrator@example.com")


def test_failure(adhoc: Adhoc) -> None:
    adhoc.simulator.add_fault("status", path="user/list", status=403)
    assert "influxctl could not list the users of account" in adhoc.failure()


def test_command(adhoc: Adhoc) -> None:
    run = adhoc.command()
    assert run.status == 0, run.output
    assert "administrator@example.com" in run.output
