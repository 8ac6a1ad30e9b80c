# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ansible_collections.influxdb3.management.tests.adhoc.adhoc import Adhoc


def create_database(adhoc: Adhoc) -> None:
    """Create one by hand."""
    ask(adhoc, "databases", {"name": "climate"})


def ask(adhoc: Adhoc, path: str, body: Any) -> Any:
    reply = adhoc.simulator.ask("POST", f"{adhoc.simulator.api_path}/{path}", body, adhoc.simulator.management_token)
    assert reply.status == 200, reply
    return reply.value


def tables(adhoc: Adhoc) -> list[str]:
    """The names of those that are not deleted."""
    (database,) = adhoc.simulator.state()["databases"]
    return [table["name"] for table in database["tables"] if not table["deleted"]]


def test_success(adhoc: Adhoc) -> None:
    create_database(adhoc)
    assert adhoc.call(database="climate", name="rooms")["changed"]
    assert not adhoc.call(database="climate", name="rooms")["changed"]
    assert adhoc.call(database="climate", name="halls", rename_from="rooms")["changed"]
    assert tables(adhoc) == ["halls"]
    assert adhoc.call(database="climate", name="halls", state="absent", allow_data_loss=True)["changed"]
    assert tables(adhoc) == []


def test_list_by_data(adhoc: Adhoc) -> None:
    create_database(adhoc)
    permissions = [{"action": action, "resource": "climate"} for action in ("read", "write")]
    secret = ask(adhoc, "tokens", {"description": "reader", "permissions": permissions})["accessToken"]
    path = urlsplit(adhoc.simulator.data_url).path + "/api/v2/write?bucket=climate"
    assert adhoc.simulator.ask("POST", path, b"rooms value=1\n", secret).status == 204
    options = {"list_by": "data", "data_token": secret, "data_url": adhoc.simulator.data_url}
    before = len(adhoc.simulator.requests())
    assert not adhoc.call(database="climate", name="rooms", **options)["changed"]
    assert [request["method"] for request in adhoc.simulator.requests()[before:]] == ["GET", "GET"]


def test_failure(adhoc: Adhoc) -> None:
    create_database(adhoc)
    message = adhoc.failure(database="climate", name="rooms", state="absent")
    assert message.startswith("The table 'rooms' would be deleted with all its data, if it is there.")


def test_command(adhoc: Adhoc) -> None:
    create_database(adhoc)
    run = adhoc.command(database="climate", name="a/b c")
    assert run.status == 0, run.output
    assert "localhost | CHANGED => {" in run.output
    assert tables(adhoc) == ["a/b c"]
