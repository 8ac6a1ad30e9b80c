# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.influxdb3.management.tests.adhoc.adhoc import Adhoc


def test_tokens_that_go(adhoc: Adhoc) -> None:
    adhoc.make("database", "team red")
    adhoc.make("database", "team blue")
    tokens = [{"description": "team red", "state": "absent"}, {"description": "team green", "state": "absent"}]
    gone = adhoc.call(tokens=tokens, prune={"match": "team *", "max": 1})
    assert gone["changed"]
    assert [(one["outcome"], one["changed"]) for one in gone["results"]] == [("ok", True), ("ok", False)]
    assert [one["description"] for one in gone["pruned"]] == ["team blue"]
    assert {adhoc.token("database", f"team {color}")["status"] for color in ("red", "blue")} == {"revoked"}
    assert not adhoc.call(tokens=tokens, prune={"match": "team *", "max": 1})["changed"]


def test_failure(adhoc: Adhoc) -> None:
    # There is no register in an ad-hoc call.
    message = adhoc.failure(tokens=[{"description": "team red", "permissions": []}])
    assert message.startswith("Nobody would receive the token that tokens (entry 1) may create.")
    assert adhoc.simulator.requests() == []


def test_command(adhoc: Adhoc) -> None:
    adhoc.make("database", "team red")
    run = adhoc.command(tokens=[{"description": "team red", "state": "absent"}])
    assert run.status == 0, run.output
    assert "localhost | CHANGED => {" in run.output
    assert adhoc.token("database", "team red")["id"] in run.output
