# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a database token is tried on the data host: what is asked, and which answers count."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _acceptance
from ansible_collections.influxdb3.management.plugins.module_utils._acceptance import (
    NotAcceptedError,
    Service,
    check_reachable,
    require_acceptance,
)
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.plugin_utils._data_host import read_trial
from ansible_collections.influxdb3.management.tests.unit.plugins.clock import Clock
from ansible_collections.influxdb3.management.tests.unit.plugins.local_server import Conversation, Server, listening
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

TOKEN = "apiv1_" + "hush" * 16
CONNECTION = Connection("account", "c1u5ter", None)
OPTIONS: dict[str, Any] = {
    "state": "present",
    "verify": True,
    "verify_database": None,
    "verify_wait": "2m",
    "data_url": None,
    "secret_file": "/etc/telegraf/token",
    "permissions": [{"action": "write", "resource": "metrics"}],
}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, _acceptance)


# What is asked


def permit(*permissions: tuple[str, str]) -> list[dict[str, str]]:
    return [{"action": action, "resource": resource} for action, resource in permissions]


@pytest.mark.parametrize(
    ("permissions", "database", "method", "path"),
    [
        (permit(("write", "metrics")), None, "POST", "/api/v2/write?bucket=metrics"),
        (permit(("read", "metrics")), None, "GET", "/query?db=metrics&q=SHOW%20MEASUREMENTS"),
        # Reading changes nothing.
        (permit(("write", "a"), ("read", "b")), None, "GET", "/query?db=b&q=SHOW%20MEASUREMENTS"),
        (permit(("write", "team/a b&c")), None, "POST", "/api/v2/write?bucket=team%2Fa%20b%26c"),
        (permit(("read", "*")), "metrics", "GET", "/query?db=metrics&q=SHOW%20MEASUREMENTS"),
        (permit(("read", "*"), ("write", "metrics")), None, "POST", "/api/v2/write?bucket=metrics"),
        (permit(("read", "a"), ("write", "b")), "b", "POST", "/api/v2/write?bucket=b"),
    ],
)
def test_what_is_asked(permissions: list[dict[str, str]], database: str | None, method: str, path: str) -> None:
    trial = read_trial({**OPTIONS, "permissions": permissions, "verify_database": database}, CONNECTION)
    assert trial is not None
    assert (trial.method, trial.url) == (method, f"https://c1u5ter.a.influxdb.io{path}")
    assert (trial.wait, trial.is_data_host, trial.validate_certs) == (120.0, True, True)


def test_a_cluster_of_ones_own_has_one_address_for_everything() -> None:
    own = Connection("a", "c", None, product="clustered", url="https://influxdb.example:8443")
    trial = read_trial(OPTIONS, own)
    assert trial is not None
    assert trial.url == "https://influxdb.example:8443/api/v2/write?bucket=metrics"
    trial = read_trial({**OPTIONS, "data_url": "https://data.example"}, own)
    assert trial is not None
    assert trial.url.startswith("https://data.example/")


@pytest.mark.parametrize("changes", [{"verify": False}, {"state": "absent"}, {"id": "4711"}])
def test_nothing_is_asked_where_nothing_is_written(changes: dict[str, Any]) -> None:
    assert read_trial({**OPTIONS, "data_url": "nonsense", **changes}, CONNECTION) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"secret_file": None}, "verify tries the token from the host that keeps it. Set secret_file, or leave"),
        ({"permissions": []}, "verify cannot try a token that may neither read nor write any database"),
        ({"permissions": None}, "verify cannot try a token that may neither read nor write any database"),
        ({"permissions": permit(("read", "*"))}, "verify needs a database to try the token with. Name one"),
        ({"verify_database": "other"}, "verify cannot try a token that may neither read nor write 'other'"),
        ({"verify_wait": "30"}, "verify_wait is "),
        ({"data_url": "example.a.influxdb.io"}, "data_url is not an address such as"),
        ({"data_url": "https://me:hush@example.com"}, "data_url is not an address such as"),
        ({"data_url": "https://example.com/?token=hush"}, "data_url is not an address such as"),
        ({"data_url": "https://example.com:port"}, "data_url is not an address such as"),
    ],
)
def test_what_cannot_be_tried_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_trial({**OPTIONS, **changes}, CONNECTION)
    assert str(caught.value).startswith(message)
    assert "hush" not in str(caught.value)


# Which answers count


def says(status: int, content_type: str = "application/json") -> Conversation:
    head = f"HTTP/1.1 {status} Reason\r\nContent-Type: {content_type}\r\nContent-Length: 4\r\n\r\n"
    return lambda line: line.answer(head.encode() + b"hush")


def at(server: Server, method: str = "POST", wait: float = 0.0) -> Service:
    url = f"http://127.0.0.1:{server.port}/api/v2/write?bucket=metrics"
    return Service(url, None, True, PATIENCE, wait, method, is_data_host=True)


@pytest.mark.parametrize("status", [200, 204, 400, 422])
def test_a_token_is_accepted_when_it_was_twice_in_a_row(status: int) -> None:
    with listening(says(status)) as server:
        assert require_acceptance(at(server), TOKEN) == status
    assert len(server.requests) == 2
    for request in server.requests:
        assert request.startswith(b"POST /api/v2/write?bucket=metrics HTTP/1.1\r\n")
        assert f"\r\nAuthorization: Bearer {TOKEN}\r\n".encode() in request
        assert request.endswith(b"\r\n\r\n"), "something is written"


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_one_router_that_knows_the_token_is_not_enough(status: int, clock: Clock) -> None:
    with listening(says(204), says(status), says(204), says(status), says(204), says(204)) as server:
        assert require_acceptance(at(server, wait=60.0), TOKEN) == 204
    assert len(server.requests) == 6
    assert clock.pauses == [0.5, 1.0]


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_accepted_is_not_refused_either(status: int) -> None:
    with listening(says(status)) as server, pytest.raises(NotAcceptedError) as caught:
        require_acceptance(at(server, "GET", wait=30.0), TOKEN)
    assert str(caught.value) == (
        f"127.0.0.1 does not accept the token yet ({status}) after 30 s, or not for this database. "
        "Run the task again: it tries again."
    )
    assert not caught.value.refused


@pytest.mark.parametrize(
    ("conversation", "message"),
    [
        (says(404), "127.0.0.1 answered 404 instead of accepting the token. Check data_url, and whether the database"),
        (says(302), "127.0.0.1 answered 302 instead of accepting the token. Check data_url"),
        (says(503), "127.0.0.1 answered 503 instead of accepting the token. Run the task again later."),
        (says(200, "text/html"), "A web page came in place of the answer of 127.0.0.1 (200). Check data_url"),
    ],
)
def test_other_answers_name_the_option(conversation: Conversation, message: str) -> None:
    with listening(conversation) as server, pytest.raises(NotAcceptedError) as caught:
        require_acceptance(at(server), TOKEN)
    assert str(caught.value).startswith(message)
    assert "hush" not in str(caught.value)


# Before a token is made


@pytest.mark.parametrize("status", [204, 400, 401, 403, 429, 503])
def test_a_data_host_that_answers_is_there(status: int) -> None:
    with listening(says(status)) as server:
        check_reachable(at(server))
    (request,) = server.requests
    assert b"Authorization" not in request


def test_what_is_no_data_host_is_said_beforehand() -> None:
    with listening(says(200, "text/html")) as server, pytest.raises(NotAcceptedError, match="A web page came"):
        check_reachable(at(server))
    with listening(says(404)) as server, pytest.raises(NotAcceptedError, match=r"answered 404 .* Check data_url"):
        check_reachable(at(server))
    with pytest.raises(NotAcceptedError, match=r"cannot connect to 127\.0\.0\.1\. .* and data_url\."):
        check_reachable(at(server))
