# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every request of the client is valid by the published specification, and every answer it shows is understood."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._client import ManagementClient, fetch_server_time
from ansible_collections.influxdb3.management.plugins.module_utils._connection import DEFAULT_URL, Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    AmbiguousCreationError,
    StatusError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    NewToken,
    Permission,
    Secret,
    Token,
    Update,
)
from ansible_collections.influxdb3.management.tests.contract import specification
from hypothesis import given
from hypothesis import strategies as st

ACCOUNT_ID = "11111111-1111-4111-8111-111111111111"
CLUSTER_ID = "33333333-3333-4333-8333-333333333333"
TOKENS = f"/api/v0/accounts/{ACCOUNT_ID}/clusters/{CLUSTER_ID}/tokens"
TEMPLATE = "/accounts/{accountId}/clusters/{clusterId}/tokens"
CREATED_AT = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)

ANSWER = {
    "accountId": ACCOUNT_ID,
    "clusterId": CLUSTER_ID,
    "id": "55555555-5555-4555-8555-555555555555",
    "description": "any",
    "permissions": [],
    "createdAt": "2026-03-02T04:20:19.000Z",
}
ANSWERS = {
    "GET": httpx.Response(200, json=[ANSWER]),
    "POST": httpx.Response(200, json={**ANSWER, "accessToken": "apiv1_" + "5" * 64}),
    "PATCH": httpx.Response(200, json=ANSWER),
    "DELETE": httpx.Response(204),
}

odd_texts = st.text(min_size=1) | st.sampled_from(["a/b", "100%", "%2F", "ünïcödé 漢字", "\n\t", '"\\', "?#&=+"])
resources = st.just("*") | st.text(min_size=1, max_size=64) | st.sampled_from(["a/b", "%2F", "Ü", "_", "x" * 64])
permissions = st.frozensets(st.builds(Permission, action=st.sampled_from(["read", "write"]), resource=resources))
instants = st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(timezone.utc)).map(
    lambda instant: instant.replace(microsecond=0)
)
ids = st.uuids(version=4).map(str)


@pytest.fixture(scope="module")
def published() -> specification.Specification:
    return specification.load("dedicated")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def connection() -> Connection:
    return Connection(ACCOUNT_ID, CLUSTER_ID, Secret("M.V1.any"), retries=0)


def requests_of(call: Callable[[ManagementClient], Any], answer: httpx.Response | None = None) -> list[httpx.Request]:
    """What a call sends, with every answer as hoped for but, where it is given, the first one."""
    sent: list[httpx.Request] = []

    def handle(_transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        request.read()
        sent.append(request)
        return ANSWERS[request.method] if answer is None or sent[1:] else answer

    # Not a fixture, which would last for all examples of hypothesis together.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.HTTPTransport, "handle_request", handle)
        with ManagementClient(connection()) as client:
            call(client)
    return sent


def check(
    published: specification.Specification, call: Callable[[ManagementClient], Any], method: str, path: str
) -> Any:
    """Have the one request of a call judged; returns its body."""
    (request,) = requests_of(call)
    assert (request.method, str(request.url)) == (method, DEFAULT_URL + path)
    assert request.headers["Authorization"] == "Bearer M.V1.any"
    assert request.headers.get("Content-Type") == ("application/json" if request.content else None)
    assert published.request_error(method, path, request.content or None, "M.V1.any") is None
    if not request.content:
        return None
    body = json.loads(request.content)
    # The schemas let unknown fields pass; a client has no reason to send one.
    assert set(body) <= described_fields(published, method)
    return body


def described_fields(published: specification.Specification, method: str) -> set[str]:
    operation = published.document["paths"][TEMPLATE if method == "POST" else f"{TEMPLATE}/{{tokenId}}"][method.lower()]
    return set(operation["requestBody"]["content"]["application/json"]["schema"]["properties"])


def test_list(published: specification.Specification) -> None:
    assert check(published, lambda client: client.list_tokens(), "GET", TOKENS) is None


@given(description=odd_texts, permissions=permissions)
def test_create(published: specification.Specification, description: str, permissions: frozenset[Permission]) -> None:
    body = check(published, lambda client: client.create_token(NewToken(description, permissions)), "POST", TOKENS)
    assert body["description"] == description
    assert {(one["action"], one["resource"]) for one in body["permissions"]} == {
        (one.action, one.resource) for one in permissions
    }
    assert "expiresAt" not in body


@given(description=odd_texts, expires_at=instants)
def test_create_with_an_expiry(published: specification.Specification, description: str, expires_at: datetime) -> None:
    new = NewToken(description, frozenset(), expires_at)
    body = check(published, lambda client: client.create_token(new), "POST", TOKENS)
    assert datetime.fromisoformat(body["expiresAt"]) == expires_at
    assert body["expiresAt"].endswith("Z")


@given(token_id=ids, description=st.none() | odd_texts, permissions=st.none() | permissions)
def test_update(
    published: specification.Specification,
    token_id: str,
    description: str | None,
    permissions: frozenset[Permission] | None,
) -> None:
    if description is None and permissions is None:
        permissions = frozenset()
    update = Update(Token(token_id, "old", CREATED_AT), description, permissions)
    body = check(published, lambda client: client.update_token(update), "PATCH", f"{TOKENS}/{token_id}")
    assert set(body) == ({"description"} if description is not None else set()) | (
        {"permissions"} if permissions is not None else set()
    )


@given(token_id=ids)
def test_revoke(published: specification.Specification, token_id: str) -> None:
    check(published, lambda client: client.revoke_token(token_id), "DELETE", f"{TOKENS}/{token_id}")


@given(token_id=st.text(max_size=40) | st.sampled_from([".", "..", "../databases/x", "%2e%2e", "x?y", "x\n", "-"]))
def test_an_odd_id_reaches_no_other_operation(token_id: str) -> None:
    token = Token(token_id, "old", CREATED_AT)
    changes = [
        lambda client: client.revoke_token(token_id),
        lambda client: client.update_token(Update(token, "new", None)),
    ]
    for change in changes:
        sent: list[httpx.Request] = []
        with suppress(UnexpectedAnswerError):
            sent = requests_of(change)
        assert [str(request.url) for request in sent] in ([], [f"{DEFAULT_URL}{TOKENS}/{token_id}"])
        assert not sent or re.fullmatch("[A-Za-z0-9-]+", token_id)


def test_the_question_for_the_time_is_a_list_without_credentials(published: specification.Specification) -> None:
    """It must name an operation that exists; that it is refused is known."""
    sent = requests_of(lambda _client: fetch_server_time(connection()))
    assert [(request.method, str(request.url)) for request in sent] == [("GET", DEFAULT_URL + TOKENS)]
    assert "Authorization" not in sent[0].headers
    assert published.request_error("GET", TOKENS, None, "any") is None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", TOKENS + "x", None),
        ("PUT", TOKENS, None),
        ("GET", TOKENS.replace(ACCOUNT_ID, "account"), None),
        ("POST", TOKENS, {}),
        ("POST", TOKENS, {"description": "x", "expiresAt": None}),
        ("POST", TOKENS, {"description": "x", "expiresAt": "2026-03-02"}),
        ("POST", TOKENS, {"description": "x", "permissions": [{"action": "read", "resource": "x" * 65}]}),
        ("PATCH", f"{TOKENS}/{uuid.UUID(int=4)}", {}),
    ],
)
def test_the_judge_finds_what_is_wrong(
    published: specification.Specification, method: str, path: str, body: dict[str, Any] | None
) -> None:
    content = None if body is None else json.dumps(body).encode()
    assert published.request_error(method, path, content, "any") is not None


def examples(method: str) -> Iterator[Any]:
    """Every answer that the specification shows for an operation on tokens."""
    paths = specification.load("dedicated").document["paths"]
    operation = paths[f"{TEMPLATE}/{{tokenId}}" if method == "PATCH" else TEMPLATE][method.lower()]
    content = operation["responses"]["200"]["content"]["application/json"]
    if "example" in content:
        yield content["example"]
    for example in content.get("examples", {}).values():
        yield example["value"]


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_every_published_example_is_understood(method: str) -> None:
    found = list(examples(method))
    assert found
    calls: dict[str, Callable[[ManagementClient], Any]] = {
        "GET": lambda client: understood.extend(client.list_tokens()),
        "POST": lambda client: understood.append(client.create_token(NewToken("any")).token),
        "PATCH": lambda client: understood.append(
            client.update_token(Update(Token("any", "any", CREATED_AT), description="any"))
        ),
    }
    for example in found:
        understood: list[Token] = []
        requests_of(calls[method], httpx.Response(200, json=example))
        shown = example if isinstance(example, list) else [example]
        assert [(token.id, token.description) for token in understood] == [
            (one["id"], one["description"]) for one in shown
        ]
        assert [len(token.permissions or ()) for token in understood] == [len(one["permissions"]) for one in shown]


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_every_described_error_has_an_error_of_its_own(method: str) -> None:
    paths = specification.load("dedicated").document["paths"]
    operation = paths[TEMPLATE if method in ("GET", "POST") else f"{TEMPLATE}/{{tokenId}}"][method.lower()]
    statuses = sorted(int(status) for status in operation["responses"] if int(status) >= 400)
    assert {400, 401, 403, 500} <= set(statuses)
    calls: dict[str, Callable[[ManagementClient], Any]] = {
        "GET": lambda client: client.list_tokens(),
        "POST": lambda client: client.create_token(NewToken("any")),
        "PATCH": lambda client: client.update_token(Update(Token("any", "any", CREATED_AT), description="any")),
        "DELETE": lambda client: client.revoke_token("any"),
    }
    for status in statuses:
        answer = httpx.Response(status, json={"code": status, "message": "as described"})
        if (method, status) == ("DELETE", 404):
            # What is not there need not be revoked, and whether it is there the list tells.
            assert [request.method for request in requests_of(calls[method], answer)] == ["DELETE", "GET"]
            continue
        with pytest.raises((StatusError, AmbiguousCreationError), match=rf"\({status}\).*: as described\.") as caught:
            requests_of(calls[method], answer)
        assert type(getattr(caught.value, "cause", caught.value)) is not StatusError
