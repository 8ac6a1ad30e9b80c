# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.influxdb3.management.tests.adhoc.adhoc import Adhoc


def create_token(adhoc: Adhoc, description: str) -> str:
    """Create a token by hand and return its id."""
    simulator = adhoc.simulator
    body = {"description": description, "permissions": []}
    reply = simulator.ask("POST", f"{simulator.api_path}/tokens", body, simulator.management_token)
    assert reply.status == 200, reply
    return str(reply.value["id"])


def test_success(adhoc: Adhoc) -> None:
    create_token(adhoc, "dashboard")
    token_id = create_token(adhoc, "telegraf")
    result = adhoc.call(description="telegraf")
    assert not result["changed"]
    assert [(token["id"], token["status"]) for token in result["database_tokens"]] == [(token_id, "live")]


def test_failure(adhoc: Adhoc) -> None:
    message = adhoc.failure(management_token="M.V1.+5Jk" + "x" * 40)
    assert "was not accepted (401)" in message
    assert "x" * 40 not in message


def test_command(adhoc: Adhoc) -> None:
    create_token(adhoc, "dashboard")
    token_id = create_token(adhoc, "telegraf")
    run = adhoc.command(id=token_id)
    assert run.status == 0, run.output
    assert "localhost | SUCCESS => {" in run.output
    assert '"description": "telegraf"' in run.output
    assert "dashboard" not in run.output
