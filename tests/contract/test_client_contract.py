# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every request of the client is valid by the descriptions, and every answer they allow is understood."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._client import fetch_server_time
from ansible_collections.influxdb3.management.plugins.module_utils._connection import DEFAULT_URL, Connection
from ansible_collections.influxdb3.management.plugins.module_utils._database_tokens import DatabaseTokens
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    StatusError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    AmbiguousCreationError,
    NewToken,
    Permission,
    Token,
    Update,
)
from ansible_collections.influxdb3.management.tests.contract.client_calls import (
    ACCOUNT_ID,
    CALLS,
    CLUSTER_ID,
    CLUSTERED,
    CREATED_AT,
    connection,
    requests_of,
    understood,
)
from ansible_collections.influxdb3.management.tests.contract.specification import BASE, BY_ACCOUNT, load
from hypothesis import given, settings
from hypothesis import strategies as st

TOKENS = f"/api/v0/accounts/{ACCOUNT_ID}/clusters/{CLUSTER_ID}/tokens"
TEMPLATES = {"GET": "/tokens", "POST": "/tokens", "PATCH": "/tokens/{tokenId}", "DELETE": "/tokens/{tokenId}"}

# Texts pass through the client untouched, so a few of each kind tell as much as many.
few = settings(max_examples=25)
odd_texts = st.text(min_size=1) | st.sampled_from(["a/b", "100%", "%2F", "ünïcödé 漢字", "\n\t", '"\\', "?#&=+"])
resources = st.just("*") | st.text(min_size=1, max_size=64) | st.sampled_from(["a/b", "%2F", "Ü", "_", "x" * 64])
permissions = st.frozensets(st.builds(Permission, action=st.sampled_from(["read", "write"]), resource=resources))
instants = st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(timezone.utc)).map(
    lambda instant: instant.replace(microsecond=0)
)
ids = st.uuids(version=4).map(str)


def check(call: Callable[[DatabaseTokens], Any], method: str, path: str) -> Any:
    """Have the one request of a call judged; returns its body."""
    (request,) = requests_of(call)
    assert (request.method, str(request.url)) == (method, DEFAULT_URL + path)
    assert request.headers["Authorization"] == "Bearer M.V1.any"
    assert request.headers.get("Content-Type") == ("application/json" if request.content else None)
    assert load("dedicated").request_error(method, path, request.content or None, "M.V1.any") is None
    if not request.content:
        return None
    body = json.loads(request.content)
    # The schemas let unknown fields pass; a client has no reason to send one.
    assert set(body) <= load("dedicated").body_fields(method, BASE + BY_ACCOUNT + TEMPLATES[method])
    return body


def test_list() -> None:
    assert check(lambda client: client.list_tokens(), "GET", TOKENS) is None


@few
@given(token_id=ids)
def test_get(token_id: str) -> None:
    assert check(lambda client: client.get_token(token_id), "GET", f"{TOKENS}/{token_id}") is None


@few
@given(description=odd_texts, permissions=permissions)
def test_create(description: str, permissions: frozenset[Permission]) -> None:
    body = check(lambda client: client.create_token(NewToken(description, permissions)), "POST", TOKENS)
    assert body["description"] == description
    assert {(one["action"], one["resource"]) for one in body["permissions"]} == {
        (one.action, one.resource) for one in permissions
    }
    assert "expiresAt" not in body


@few
@given(description=odd_texts, expires_at=instants)
def test_create_with_an_expiry(description: str, expires_at: datetime) -> None:
    new = NewToken(description, frozenset(), expires_at)
    body = check(lambda client: client.create_token(new), "POST", TOKENS)
    assert datetime.fromisoformat(body["expiresAt"]) == expires_at
    assert body["expiresAt"].endswith("Z")


@few
@given(token_id=ids, description=st.none() | odd_texts, permissions=st.none() | permissions)
def test_update(token_id: str, description: str | None, permissions: frozenset[Permission] | None) -> None:
    if description is None and permissions is None:
        permissions = frozenset()
    update = Update(Token(token_id, "old", CREATED_AT), description, permissions)
    body = check(lambda client: client.update_token(update), "PATCH", f"{TOKENS}/{token_id}")
    assert set(body) == ({"description"} if description is not None else set()) | (
        {"permissions"} if permissions is not None else set()
    )


@few
@given(token_id=ids)
def test_revoke(token_id: str) -> None:
    check(lambda client: client.revoke_token(token_id), "DELETE", f"{TOKENS}/{token_id}")


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


def test_the_question_for_the_time_is_a_list_without_credentials() -> None:
    """It must name an operation that exists; that it is refused is known."""
    sent = requests_of(lambda _client: fetch_server_time(connection()))
    assert [(request.method, str(request.url)) for request in sent] == [("GET", DEFAULT_URL + TOKENS)]
    assert "Authorization" not in sent[0].headers
    assert load("dedicated").request_error("GET", TOKENS, None, "any") is None


@CLUSTERED
def test_clustered_understands_the_same_requests(to: Connection, wrong: bool) -> None:
    for call in (
        lambda client: client.list_tokens(),
        lambda client: client.create_token(NewToken("any", frozenset(), CREATED_AT)),
        lambda client: client.update_token(Update(Token(ACCOUNT_ID, "old", CREATED_AT), "new", frozenset())),
        lambda client: client.revoke_token(ACCOUNT_ID),
    ):
        (request,) = requests_of(call, to=to)
        assert request.url.host == "influxdb.example"
        path = request.url.path
        error = load("clustered").request_error(request.method, path, request.content or None, "any")
        assert (error is not None) is wrong, error


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
        ("PATCH", f"{TOKENS}/4", {"description": "x"}),
    ],
)
def test_the_judge_finds_what_is_wrong(method: str, path: str, body: dict[str, Any] | None) -> None:
    content = None if body is None else json.dumps(body).encode()
    assert load("dedicated").request_error(method, path, content, "any") is not None


times = st.builds(
    datetime.strftime,
    instants,
    st.sampled_from([f"%Y-%m-%dT%H:%M:%S{rest}" for rest in ("Z", ".000Z", ".123456789Z", "+02:00")]),
)
shown_permissions = st.lists(
    st.fixed_dictionaries({"action": st.text(min_size=1), "resource": resources}, optional={"aFutureField": st.none()}),
    max_size=3,
)
shown_tokens = st.fixed_dictionaries(
    {"id": ids, "description": st.text(), "permissions": shown_permissions, "createdAt": times},
    optional={"expiresAt": times, "revokedAt": times, "aFutureField": st.just([{}])},
)


@pytest.mark.parametrize(
    ("product", "path", "place"),
    [
        ("dedicated", TOKENS, {"accountId": ACCOUNT_ID, "clusterId": CLUSTER_ID}),
        ("clustered", "/api/v0/tokens", {}),
    ],
)
@few
@given(shown=st.lists(shown_tokens, min_size=1, max_size=2))
def test_every_answer_that_is_described_is_understood(
    product: str, path: str, place: dict[str, str], shown: list[dict[str, Any]]
) -> None:
    shown = [{**place, **token} for token in shown]
    one = shown[0]
    answers = [
        ("GET", path, shown, shown),
        ("POST", path, {**one, "accessToken": "apiv1_" + "a" * 64}, [one]),
        ("PATCH", f"{path}/{one['id']}", one, [one]),
    ]
    for method, address, answer, expected in answers:
        content = json.dumps(answer).encode()
        assert load(product).answer_error(method, address, 200, "application/json", content) is None
        for token, fields in zip(understood(method, answer), expected, strict=True):
            assert (token.id, token.description) == (fields["id"], fields["description"])
            assert (token.expires_at is None) == ("expiresAt" not in fields)
            assert (token.revoked_at is None) == ("revokedAt" not in fields)
            assert {(each.action, each.resource) for each in token.permissions or ()} == {
                (each["action"], each["resource"]) for each in fields["permissions"]
            }


@pytest.mark.parametrize("method", CALLS)
def test_every_described_error_has_an_error_of_its_own(method: str) -> None:
    operations = {(method, template): operation for method, template, operation in load("dedicated").operations()}
    described = operations[method, BASE + BY_ACCOUNT + TEMPLATES[method]]["responses"]
    statuses = sorted(int(status) for status in described if int(status) >= 400)
    assert {400, 401, 403, 500} <= set(statuses)
    for status in statuses:
        answer = httpx.Response(status, json={"code": status, "message": "as described"})
        if (method, status) == ("DELETE", 404):
            # What is not there need not be revoked, and whether it is there the list tells.
            assert [request.method for request in requests_of(CALLS[method], answer)] == ["DELETE", "GET"]
            continue
        with pytest.raises((StatusError, AmbiguousCreationError), match=rf"\({status}\).*: as described\.") as caught:
            requests_of(CALLS[method], answer)
        assert type(getattr(caught.value, "cause", caught.value)) is not StatusError
