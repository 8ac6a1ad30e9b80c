# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Database tokens over the REST client: what is sent, what an answer has to hold, and what is known of its loss."""

from __future__ import annotations

import gc
import json
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _database_tokens, _tokens
from ansible_collections.influxdb3.management.plugins.module_utils._database_tokens import DatabaseTokens
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ConflictError,
    ManagementError,
    ServerFailureError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    AmbiguousCreationError,
    NewToken,
    Permission,
    SecretMissingError,
    Token,
    Update,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.module_utils.database_token_calls import (
    CALLS,
    CONNECTION,
    CREATE,
    LIST,
    REVOKE,
    SECRET,
    TOKEN,
    UPDATE,
    WRITE,
    WRONG_SERVICE,
    Call,
    ask,
    failure_of,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    TOKENS,
    ScriptedService,
    token_id,
    token_json,
)

HINT = " Check url, and that no proxy answers in place of the service."

# What is sent


def test_list(service: ScriptedService) -> None:
    service.answer(
        body=[
            token_json(1),
            token_json(
                2, "gone", permissions=[], expiresAt="2026-03-01T00:00:00+01:00", revokedAt="2026-02-20T00:00:00Z"
            ),
        ]
    )
    assert ask(LIST) == [
        TOKEN,
        Token(
            id=token_id(2),
            description="gone",
            created_at=datetime(2026, 2, 2, tzinfo=timezone.utc),
            expires_at=datetime(2026, 2, 28, 23, tzinfo=timezone.utc),
            revoked_at=datetime(2026, 2, 20, tzinfo=timezone.utc),
            permissions=frozenset(),
        ),
    ]
    assert service.requests == [("GET", TOKENS)]


def test_a_list_is_read_without_looking_for_garbage(service: ScriptedService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many tokens that would take as long as everything else."""
    looked: list[bool] = []

    def read_each(*arguments: Any) -> Any:
        looked.append(gc.isenabled())
        return _tokens.read_each(*arguments)

    monkeypatch.setattr(_database_tokens, "read_each", read_each)
    service.answer(body=[token_json(1)])
    assert ask(LIST) == [TOKEN]
    assert looked == [False]


def test_create(service: ScriptedService) -> None:
    service.answer(body=token_json(1, accessToken=SECRET))
    created = ask(CREATE)
    assert created.token == TOKEN
    assert created.secret.reveal() == SECRET
    body = {"description": "telegraf", "permissions": [{"action": "write", "resource": "metrics"}]}
    assert service.requests == [("POST", TOKENS, body)]


@pytest.mark.parametrize("status", [201, 202])
def test_a_creation_is_one_under_every_status_that_may_say_so(service: ScriptedService, status: int) -> None:
    service.answer(status, token_json(1, accessToken=SECRET))
    assert ask(CREATE).secret.reveal() == SECRET


def test_create_with_an_expiry_and_without_permissions(service: ScriptedService) -> None:
    service.answer(body=token_json(1, permissions=[], expiresAt="2026-04-01T00:00:00Z", accessToken=SECRET))
    new = NewToken('Ülm\n"%/', frozenset(), datetime(2026, 4, 1, tzinfo=timezone.utc))
    ask(lambda client: client.create_token(new))
    body = {"description": 'Ülm\n"%/', "permissions": [], "expiresAt": "2026-04-01T00:00:00Z"}
    assert service.requests == [("POST", TOKENS, body)]


@pytest.mark.parametrize(
    ("update", "body"),
    [
        (Update(TOKEN, description="new"), {"description": "new"}),
        (Update(TOKEN, permissions=frozenset()), {"permissions": []}),
        (
            Update(TOKEN, "new", frozenset({WRITE, Permission("read", "*")})),
            {
                "description": "new",
                "permissions": [{"action": "read", "resource": "*"}, {"action": "write", "resource": "metrics"}],
            },
        ),
    ],
)
def test_update(service: ScriptedService, update: Update, body: dict[str, Any]) -> None:
    service.answer(body=token_json(1))
    assert ask(lambda client: client.update_token(update)) == TOKEN
    assert service.requests == [("PATCH", f"{TOKENS}/{TOKEN.id}", body)]


DELETED = ("DELETE", f"{TOKENS}/{TOKEN.id}")
LISTED = ("GET", TOKENS)
PAGE = b"<html><h1>Nothing here</h1></html>"


def test_revoke(service: ScriptedService) -> None:
    service.answer(204)
    assert ask(REVOKE) is None
    assert service.requests == [DELETED]


@pytest.mark.parametrize("content", [b"", PAGE, b'{"code": 404, "message": "token not found"}'])
@pytest.mark.parametrize(
    "listed",
    [[], [token_json(2)], [token_json(1, revokedAt="2026-02-20T00:00:00Z"), token_json(2)]],
    ids=["none", "another", "revoked"],
)
def test_a_token_to_revoke_that_is_not_found_may_be_gone(
    service: ScriptedService, content: bytes, listed: list[dict[str, Any]]
) -> None:
    service.answer(404, content=content)
    service.answer(body=listed)
    assert ask(REVOKE) is None
    assert service.requests == [DELETED, LISTED]


@pytest.mark.parametrize("content", [b"", PAGE, b'{"code": 404, "message": "token not found"}'])
def test_a_token_that_is_listed_unrevoked_was_not_revoked_whatever_said_404(
    service: ScriptedService, content: bytes
) -> None:
    service.answer(404, content=content)
    service.answer(body=[token_json(2), token_json(1)])
    with pytest.raises(UnexpectedAnswerError) as caught:
        ask(REVOKE)
    assert str(caught.value) == (
        f"The service answered 404 when revoking the database token {TOKEN.id}, but still lists it as not revoked. "
        "Check that url is the address of the management service and that no proxy answers in its place. "
        "Then run the task again."
    )


def test_whether_a_token_is_revoked_may_be_impossible_to_look_up(service: ScriptedService) -> None:
    for _both in range(2):
        service.answer(404, content=PAGE)
    with pytest.raises(UnexpectedAnswerError) as caught:
        ask(REVOKE)
    assert str(caught.value).startswith(
        f"The service answered 404 when revoking the database token {TOKEN.id}, and whether it is revoked could not be "
        "looked up: Not found (404) when listing the database tokens in account "
    )
    assert caught.value.__suppress_context__


SUCCESSES = pytest.mark.parametrize("status", [200, 201, 202, 206])
CONTENTS = pytest.mark.parametrize("content", [b"", PAGE, b"{}"])


@SUCCESSES
@CONTENTS
def test_of_another_success_than_204_the_list_says_whether_a_token_is_revoked(
    service: ScriptedService, status: int, content: bytes
) -> None:
    service.answer(status, content=content)
    service.answer(body=[token_json(1, revokedAt="2026-02-20T00:00:00Z")])
    assert ask(REVOKE) is None
    assert service.requests == [DELETED, LISTED]
    service.answer(status, content=content)
    service.answer(body=[token_json(1)])
    with pytest.raises(UnexpectedAnswerError, match=f"answered {status} when revoking .* still lists it as not revok"):
        ask(REVOKE)


@pytest.mark.parametrize("status", [302, 304])
@CONTENTS
def test_nothing_else_says_that_a_token_is_revoked(service: ScriptedService, status: int, content: bytes) -> None:
    service.answer(status, content=content)
    with pytest.raises(UnexpectedAnswerError, match=f"answered {status} instead of 204 when revoking the database tok"):
        ask(REVOKE)


PATCHED = ("PATCH", f"{TOKENS}/{TOKEN.id}", {"description": "new"})


@SUCCESSES
def test_a_change_is_one_under_every_success_that_has_the_token(service: ScriptedService, status: int) -> None:
    service.answer(status, token_json(1))
    assert ask(UPDATE) == TOKEN
    assert service.requests == [PATCHED]


@pytest.mark.parametrize("status", [200, 202, 204])
@pytest.mark.parametrize(
    "content", [b"", PAGE, b"{}", json.dumps(token_json(2)).encode()], ids=["empty", "page", "object", "another"]
)
def test_of_a_success_without_the_token_the_list_says_what_came_of_it(
    service: ScriptedService, status: int, content: bytes
) -> None:
    service.answer(status, content=content)
    service.answer(body=[token_json(2), token_json(1, "new", id=TOKEN.id.upper())])
    assert ask(UPDATE) == replace(TOKEN, id=TOKEN.id.upper(), description="new")
    assert service.requests == [PATCHED, LISTED]


def test_what_came_of_a_change_may_be_impossible_to_look_up(service: ScriptedService) -> None:
    service.answer(204)
    service.answer(404, content=PAGE)
    with pytest.raises(UnexpectedAnswerError) as caught:
        ask(UPDATE)
    assert str(caught.value).startswith(
        f"The answer to updating the database token {TOKEN.id} ('telegraf') is empty, not JSON.{HINT} What came of it "
        "could not be looked up: Not found (404) when listing the database tokens in account "
    )
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("token_id", ["", ".", "..", "../x", "%2e%2e", "x y", "x?y", "-x", "x\n", "ü", "x" * 65])
@pytest.mark.parametrize("change", ["revoke", "update"])
def test_an_id_that_is_none_is_not_sent(service: ScriptedService, change: str, token_id: str) -> None:
    token = replace(TOKEN, id=token_id)
    calls: dict[str, Call] = {
        "revoke": lambda client: client.revoke_token(token_id),
        "update": lambda client: client.update_token(Update(token, description="other")),
    }
    with pytest.raises(UnexpectedAnswerError, match=r"id that is none: .* neither changed nor revoked"):
        ask(calls[change])
    assert service.sent == []


def test_nothing_is_sent_before_the_first_call(service: ScriptedService) -> None:
    with DatabaseTokens(CONNECTION) as client:
        assert client.server_time() is None
    assert service.sent == []


def test_the_connection_is_closed_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(httpx.HTTPTransport, "close", lambda _transport: closed.append(True))
    with DatabaseTokens(CONNECTION):
        assert not closed
    assert closed


def test_a_list_is_asked_for_once_on_request(service: ScriptedService) -> None:
    service.answer(503)
    with pytest.raises(ServerFailureError):
        ask(lambda client: client.list_tokens(again=False), replace(CONNECTION, retries=2))
    assert len(service.sent) == 1


# One that the list lacks

GET: Call = lambda client: client.get_token(TOKEN.id)  # noqa: E731 - like the calls of every test
LOOKED_FOR = f"looking for the database token {TOKEN.id}, which is not listed"


def test_a_token_by_its_id(service: ScriptedService) -> None:
    service.answer(body=token_json(1, id=TOKEN.id.upper()))
    assert ask(GET) == replace(TOKEN, id=TOKEN.id.upper())
    assert service.requests == [("GET", f"{TOKENS}/{TOKEN.id}")]


def test_only_the_service_itself_says_that_there_is_none(service: ScriptedService) -> None:
    service.answer(404, body={"code": 404, "message": "no such token"})
    assert ask(GET) is None


@pytest.mark.parametrize(
    "content", [b"", PAGE, b"[]", b'{"message": "no route"}', b'{"code": 404}', b'{"code": 40, "message": "x"}']
)
def test_a_404_of_somebody_else_proves_nothing(service: ScriptedService, content: bytes) -> None:
    service.answer(404, content=content)
    with pytest.raises(UnexpectedAnswerError) as caught:
        ask(GET)
    assert str(caught.value).startswith(f"Not found (404) when {LOOKED_FOR} in account ")
    assert str(caught.value).endswith(" So whether it is live is not known.")
    assert caught.value.__suppress_context__


def test_another_token_is_no_answer(service: ScriptedService) -> None:
    service.answer(body=token_json(2))
    with pytest.raises(UnexpectedAnswerError) as caught:
        ask(GET)
    assert str(caught.value) == f"The answer to {LOOKED_FOR} is about another one.{WRONG_SERVICE}"


def test_other_failures_are_none_of_a_token_that_is_dead(service: ScriptedService) -> None:
    service.answer(503)
    with pytest.raises(ServerFailureError):
        ask(GET)


# Bodies of good answers


def leave_open(service: ScriptedService, method: str) -> str:
    """Have the list not tell what came of a change whose answer does not; returns what is said of that."""
    if method != "PATCH":
        return ""
    service.answer(body=[token_json(2)])
    return " The list does not tell what came of it. Then run the task again."


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"<!DOCTYPE html><p>hush", "an HTML page"),
        (b"\n  <HTML>hush", "an HTML page"),
        (b"hush", "text"),
        (b'[{"id": "hush"', "text"),
        (b"\xff\xfe", "text"),
        (b"[" * 100_000, "text"),
    ],
)
def test_an_answer_that_is_not_json(service: ScriptedService, method: str, content: bytes, kind: str) -> None:
    service.answer(content=content)
    more = leave_open(service, method)
    failure, what = failure_of(method), CALLS[method][1]
    assert type(failure) is UnexpectedAnswerError
    assert str(failure) == f"The answer to {what} is {kind}, not JSON.{HINT}{more}"
    assert len(service.sent) == 1 + bool(more)


@pytest.mark.parametrize("body", [{}, {"tokens": []}, "hush", 1, None, True], ids=repr)
def test_a_list_that_is_none(service: ScriptedService, body: Any) -> None:
    service.answer(content=json.dumps(body).encode())
    with pytest.raises(UnexpectedAnswerError) as caught:
        ask(LIST)
    assert str(caught.value) == f"The answer to listing the database tokens is not a list.{WRONG_SERVICE}"


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize(
    ("value", "name"),
    [([], "a list"), (None, "nothing"), ("hush", "a string"), (7, "a number"), (1.5, "a number"), (True, "a boolean")],
)
def test_an_object_that_is_none(service: ScriptedService, method: str, value: Any, name: str) -> None:
    service.answer(content=json.dumps([value] if method == "GET" else value).encode())
    more = leave_open(service, method)
    failure, what = failure_of(method), CALLS[method][1]
    assert type(failure) is UnexpectedAnswerError
    assert str(failure) == f"The answer to {what} holds {name} in place of an object.{HINT}{more}"


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("id", None, "lacks the field id"),
        ("description", None, "lacks the field description"),
        ("createdAt", None, "lacks the field createdAt"),
        ("permissions", None, "has nothing in the field permissions in place of a list"),
        ("id", 7, "has a number in the field id in place of a string"),
        ("description", ["hush"], "has a list in the field description in place of a string"),
        ("createdAt", {"seconds": 1}, "has an object in the field createdAt in place of a string"),
        ("createdAt", "hush", "has no RFC 3339 time in the field createdAt"),
        ("createdAt", "", "has no RFC 3339 time in the field createdAt"),
        ("createdAt", "0001-01-01T00:00:00Z", "has no time in the field createdAt"),
        ("expiresAt", "2026-02-30T00:00:00Z", "has no RFC 3339 time in the field expiresAt"),
        ("expiresAt", 7, "has a number in the field expiresAt in place of a string"),
        ("revokedAt", "2026-02-20", "has no RFC 3339 time in the field revokedAt"),
        ("revokedAt", False, "has a boolean in the field revokedAt in place of a string"),
        ("permissions", {"action": "read"}, "has an object in the field permissions in place of a list"),
        ("permissions", ["hush"], "holds a string in place of an object"),
        ("permissions", [{"resource": "hush"}], "lacks the field action"),
        ("permissions", [{"action": "read"}], "lacks the field resource"),
        ("permissions", [{"action": 7, "resource": "hush"}], "has a number in the field action in place of a string"),
        ("permissions", [{"action": "x", "resource": []}], "has a list in the field resource in place of a string"),
    ],
)
def test_a_field_that_is_missing_or_mistyped(
    service: ScriptedService, method: str, field: str, value: Any, complaint: str
) -> None:
    token = token_json(1, accessToken=SECRET, **{field: value})
    service.answer(body=[token] if method == "GET" else token)
    more = leave_open(service, method)
    failure, what = failure_of(method), CALLS[method][1]
    assert type(failure) is UnexpectedAnswerError
    assert str(failure) == f"The answer to {what} {complaint}.{HINT}{more}"


@pytest.mark.parametrize("field", ["expiresAt", "revokedAt"])
@pytest.mark.parametrize("value", [None, ""])
def test_an_instant_that_may_be_missing_may_be_null_or_empty(service: ScriptedService, field: str, value: Any) -> None:
    service.answer(body=[{**token_json(1), field: value}])
    assert ask(LIST) == [TOKEN]


def test_fields_that_are_not_known_are_ignored(service: ScriptedService) -> None:
    service.answer(body=[{**token_json(1), "new": {"hush": 1}, "permissions": [{**WRITE.__dict__, "scope": 1}]}])
    assert ask(LIST) == [TOKEN]


@pytest.mark.parametrize(("body", "is_certain"), [({"code": 409, "message": "conflict"}, True), ("<html>", False)])
def test_a_conflict_is_a_refusal_where_the_service_itself_says_so(
    service: ScriptedService, body: Any, is_certain: bool
) -> None:
    service.answer(409, body)
    with pytest.raises(ManagementError) as caught:
        ask(CREATE)
    assert isinstance(caught.value, ConflictError if is_certain else AmbiguousCreationError)


@pytest.mark.parametrize("secret", [None, "", "apiv1_\ud800", "apiv1_\n"])
def test_a_creation_whose_answer_holds_no_secret_names_the_token(service: ScriptedService, secret: str | None) -> None:
    service.answer(body={**token_json(1), "accessToken": secret})
    with pytest.raises(AmbiguousCreationError) as caught:
        ask(CREATE)
    assert caught.value.token == TOKEN
    assert type(caught.value.cause) is SecretMissingError
    assert str(caught.value) == "The answer to creating the database token 'telegraf' holds no accessToken."


# Odd neighbours


@pytest.mark.parametrize(
    ("change", "known_id"),
    [({"createdAt": None}, token_id(2)), ({"description": None}, token_id(2)), ({"id": 7}, None), ({"id": None}, None)],
)
def test_a_token_that_cannot_be_read_does_not_keep_the_others_from_being_read(
    service: ScriptedService, change: dict[str, Any], known_id: str | None
) -> None:
    service.answer(body=[token_json(1), {**token_json(2), **change}])
    with DatabaseTokens(CONNECTION) as client:
        listed = client.list_tokens()
        assert listed == [TOKEN]
        (odd,) = client.unreadable
    assert odd.id == known_id
    assert odd.why.startswith("The answer to listing the database tokens ")


def test_a_permission_list_of_null_allows_nothing(service: ScriptedService) -> None:
    service.answer(body=[{**token_json(1), "permissions": None}])
    (token,) = ask(LIST)
    assert token.permissions == frozenset()


def test_a_token_that_cannot_be_read_is_not_believed_to_be_revoked(service: ScriptedService) -> None:
    service.answer(404)
    service.answer(body=[token_json(2), {"id": TOKEN.id.upper()}])
    with pytest.raises(UnexpectedAnswerError, match="still lists it as not revoked"):
        ask(REVOKE)
