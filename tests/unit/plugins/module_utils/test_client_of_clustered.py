# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of a release of Clustered that is too old, and of products without this API."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._client import Client
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ForbiddenError,
    ManagementError,
    NotFoundError,
    ServerFailureError,
    StatusError,
    UnauthorizedError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._products import DUMMY_ID, foreign_server
from ansible_collections.influxdb3.management.tests.unit.plugins.module_utils.database_token_calls import (
    CONNECTION,
    LIST,
    ask,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    MANAGEMENT_TOKEN,
    TOKENS,
    ScriptedService,
)

OWN = replace(CONNECTION, account_id=DUMMY_ID, cluster_id=DUMMY_ID, product="clustered")
SINCE = "InfluxDB Clustered has this API since release 20250508: an older one answers so too."
# What InfluxDB 3 Core answers to a path and to a token that it does not know, and to GET /ping.
NOT_FOUND, UNKNOWN = b"not found", b'{"error": "the request was not authenticated"}'
PING = {"version": "3.8.0", "revision": "83b589b883", "process_id": "b756d9e0-cecd-4f72-b6d0-19e2d4f8cbb7"}


def fails(service: ScriptedService, status: int, method: str = "GET", path: str = "tokens", **answer: Any) -> Any:
    """The error of a request to Clustered."""
    service.answer(status, **answer)
    client = Client(OWN)
    with pytest.raises(ManagementError) as caught:
        client.send(method, path, "asking", 200)
    client.close()
    return caught.value


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("GET", "tokens", SINCE),
        ("DELETE", "tokens/1", SINCE),
        ("PATCH", "databases/a", SINCE),
        ("POST", "databases", SINCE),
        ("POST", "databases/a/tables", "knows creating tables since release 20250925"),
        ("DELETE", "databases/a/tables/b", "knows deleting tables since release 20251218"),
        ("PUT", "databases/a%2Fb/rename", "knows renaming databases since release 20251218"),
        ("PUT", "databases/17/undelete", "knows restoring databases since release 20251218"),
        ("PUT", "databases/a/tables/b/rename", "knows renaming tables since release 20251218"),
        ("PUT", "databases/a/tables/5/undelete", "knows restoring tables since release 20251218"),
    ],
)
@pytest.mark.parametrize("status", [404, 405])
def test_what_a_release_does_not_have_is_named(
    service: ScriptedService, method: str, path: str, words: str, status: int
) -> None:
    error = fails(service, status, method, path)
    assert isinstance(error, StatusError)
    assert words in str(error)
    assert isinstance(error, NotFoundError) is (status == 404)


def test_where_it_was_looked_for(service: ScriptedService) -> None:
    assert str(fails(service, 404)) == (f"Not found (404) when asking at service.test. Check url and api_path. {SINCE}")


def test_what_its_service_for_tokens_answers_when_it_fails(service: ScriptedService) -> None:
    forbidden = fails(service, 403)
    assert isinstance(forbidden, ForbiddenError)
    assert str(forbidden).endswith(
        "Before release 20260421, InfluxDB Clustered may answer so too where its service for tokens fails."
    )
    failed = fails(service, 503)
    assert isinstance(failed, ServerFailureError)
    assert "Since release 20260421, InfluxDB Clustered answers so too" in str(failed)
    assert "release" not in str(fails(service, 502)) + str(fails(service, 401))


@pytest.mark.parametrize("status", [403, 404, 405, 503])
def test_dedicated_has_no_releases(service: ScriptedService, status: int) -> None:
    service.answer(status)
    with pytest.raises(StatusError) as caught:
        ask(LIST)
    assert "release" not in str(caught.value)


def test_paths_without_ids(service: ScriptedService) -> None:
    service.answer(body=[])
    ask(LIST, replace(OWN, flat=True))
    assert service.requests == [("GET", "/api/v0/tokens")]


# Products without this API


@pytest.mark.parametrize(
    ("status", "content", "kind"), [(404, NOT_FOUND, NotFoundError), (401, UNKNOWN, UnauthorizedError)]
)
@pytest.mark.parametrize(
    ("build", "name"),
    [
        ("Core", "InfluxDB 3 Core"),
        ("Enterprise", "InfluxDB 3 Enterprise"),
        ("Cloud", "InfluxDB 3 Cloud"),
        ("", "InfluxDB 3 Core, Enterprise or Cloud"),
    ],
)
def test_what_answers_in_its_place_is_named(
    service: ScriptedService, status: int, content: bytes, kind: type[StatusError], build: str, name: str
) -> None:
    service.answer(status, content=content)
    service.answer(200, PING, headers={"x-influxdb-build": build, "x-influxdb-version": "3.8.0"})
    with pytest.raises(kind) as caught:
        ask(LIST)
    assert str(caught.value) == (
        f"{name} answers at https://service.test ({status} when listing the database tokens), and it has another API. "
        "This collection manages InfluxDB Cloud Dedicated and InfluxDB Clustered: check url and product."
    )
    assert service.requests == [("GET", TOKENS), ("GET", "/ping")]
    assert "authorization" not in service.sent[1].headers
    assert MANAGEMENT_TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 204, "headers": {"x-influxdb-build": "Core", "x-influxdb-version": "3.0"}},
        {"status": 401},
        {"status": 404},
        {"status": 200, "content": b"<html></html>"},
        {"status": 404, "body": PING},
        {"status": 200, "body": {"version": "3.8.0"}},
        {"status": 200, "body": ["version", "process_id"]},
    ],
)
def test_what_is_not_certain_is_not_refused_by_name(service: ScriptedService, answer: dict[str, Any]) -> None:
    service.answer(404, content=NOT_FOUND)
    service.answer(**answer)
    with pytest.raises(NotFoundError, match=r"^Not found \(404\) when listing"):
        ask(LIST)


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (404, b""),
        (404, b'{"code": 404, "message": "not found"}'),
        (404, b"<html>not found</html>"),
        (401, b'{"code": 401, "message": "unauthorized"}'),
        (401, b'{"error": "no", "message": "unauthorized"}'),
        (401, b'["error"]'),
        (401, b"not found"),
        (403, UNKNOWN),
        (500, NOT_FOUND),
    ],
)
def test_nothing_more_is_asked_of_who_speaks_otherwise(service: ScriptedService, status: int, content: bytes) -> None:
    service.answer(status, content=content)
    with pytest.raises(StatusError):
        ask(LIST)
    assert len(service.requests) == 1


def test_a_service_that_is_gone_by_then(service: ScriptedService) -> None:
    service.answer(404, content=NOT_FOUND)
    service.fail(httpx.ConnectError("refused"))
    with pytest.raises(NotFoundError, match=r"^Not found \(404\) when listing"):
        ask(LIST)


def test_the_answer_of_a_cluster_is_none() -> None:
    assert foreign_server(204, {"x-influxdb-build": "Core"}, b"") is None
