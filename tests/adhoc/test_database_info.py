# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.influxdb3.management.tests.adhoc.adhoc import Adhoc


def create(adhoc: Adhoc, *names: str) -> None:
    """Create databases by hand."""
    for name in names:
        path = f"{adhoc.simulator.api_path}/databases"
        assert adhoc.simulator.ask("POST", path, {"name": name}, adhoc.simulator.management_token).status == 200


def test_success(adhoc: Adhoc) -> None:
    create(adhoc, "b", "a")
    result = adhoc.call()
    assert not result["changed"]
    assert [database["name"] for database in result["databases"]] == ["a", "b"]
    assert [database["name"] for database in adhoc.call(name="b")["databases"]] == ["b"]


def test_failure(adhoc: Adhoc) -> None:
    message = adhoc.failure(management_token="M.V1.+5Jk" + "x" * 40)
    assert "was not accepted (401) when listing the databases" in message
    assert "x" * 40 not in message


def test_command(adhoc: Adhoc) -> None:
    create(adhoc, "one", "two")
    run = adhoc.command(name="two")
    assert run.status == 0, run.output
    assert "localhost | SUCCESS => {" in run.output
    assert '"name": "two"' in run.output
    assert '"one"' not in run.output
