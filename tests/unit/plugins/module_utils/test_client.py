# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST client: what it sends, what it makes of every answer and failure, and when it sends a request again."""

from __future__ import annotations

import errno
import gzip
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any, Callable

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _client
from ansible_collections.influxdb3.management.plugins.module_utils._client import fetch_server_time
from ansible_collections.influxdb3.management.plugins.module_utils._database_tokens import DatabaseTokens
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    BadRequestError,
    ConflictError,
    ConnectionFailedError,
    ForbiddenError,
    InputError,
    ManagementError,
    NotFoundError,
    RateLimitedError,
    ServerFailureError,
    StatusError,
    TimedOutError,
    UnauthorizedError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret
from ansible_collections.influxdb3.management.tests.unit.plugins.module_utils.database_token_calls import (
    CALLS,
    CONNECTION,
    LIST,
    SECRET,
    WRONG_SERVICE,
    answer_well,
    ask,
    every_call,
    failure_of,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    ACCOUNT_ID,
    CLUSTER_ID,
    DATE,
    MANAGEMENT_TOKEN,
    TOKENS,
    URL,
    ScriptedService,
)
from hypothesis import given
from hypothesis import strategies as st

# What is sent


@every_call
def test_headers(service: ScriptedService, method: str) -> None:
    answer_well(service, method)
    ask(CALLS[method][0])
    headers = service.sent[0].headers
    assert headers["authorization"] == f"Bearer {MANAGEMENT_TOKEN}"
    assert headers["accept"] == "application/json"
    assert headers["user-agent"] == "influxdb3.management"
    assert headers.get("content-type") == ("application/json" if method in ("POST", "PATCH") else None)


def test_without_a_token_none_is_sent(service: ScriptedService) -> None:
    service.answer(401)
    with pytest.raises(UnauthorizedError):
        ask(LIST, replace(CONNECTION, management_token=None))
    assert "authorization" not in service.sent[0].headers


def test_segments_of_the_path_are_percent_encoded(service: ScriptedService) -> None:
    connection = replace(CONNECTION, account_id="a/b?c", cluster_id="ü#%2F", url=URL + "/proxy/influx")
    service.answer(204)
    ask(lambda client: client.revoke_token("x-1"), connection)
    path = "/proxy/influx/api/v0/accounts/a%2Fb%3Fc/clusters/%C3%BC%23%252F/tokens/x-1"
    assert service.requests == [("DELETE", path)]
    assert service.sent[0].host == "service.test"


# The service's time


@every_call
def test_server_time_is_the_date_of_the_last_answer(service: ScriptedService, method: str) -> None:
    service.answer(body=[], headers={"Date": "Sun, 01 Mar 2026 23:59:59 GMT"})
    answer_well(service, method)
    with DatabaseTokens(CONNECTION) as client:
        client.list_tokens()
        assert client.server_time() == datetime(2026, 3, 1, 23, 59, 59, tzinfo=timezone.utc)
        CALLS[method][0](client)
        assert client.server_time() == datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)


def test_an_answer_without_a_date_leaves_the_time_that_was_known(service: ScriptedService) -> None:
    service.answer(body=[])
    service.answer(body=[], headers={"Date": "soon"})
    with DatabaseTokens(CONNECTION) as client:
        client.list_tokens()
        client.list_tokens()
        assert client.server_time() == datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)


def test_a_refusal_tells_the_time_too(service: ScriptedService) -> None:
    service.answer(401)
    with DatabaseTokens(CONNECTION) as client:
        with pytest.raises(UnauthorizedError):
            client.list_tokens()
        assert client.server_time() == datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)


BAD_DATES = ["", "soon", "Fri, 31 Dec 9999 23:59:59 -2300", "Wed, 21 Oct 99999999999 07:28:00 GMT"]


@pytest.mark.parametrize("date", BAD_DATES)
def test_a_date_that_makes_no_sense_is_none(service: ScriptedService, date: str) -> None:
    service.answer(body=[], headers={"Date": date})
    with DatabaseTokens(CONNECTION) as client:
        client.list_tokens()
        assert client.server_time() is None


@pytest.mark.parametrize("status", [200, 401, 503])
def test_fetch_server_time_sends_no_credentials(service: ScriptedService, status: int) -> None:
    service.answer(status, content=b"whatever")
    assert fetch_server_time(CONNECTION) == datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)
    assert service.requests == [("GET", TOKENS)]
    assert "authorization" not in service.sent[0].headers
    assert MANAGEMENT_TOKEN not in repr(service.sent)


@pytest.mark.parametrize("timeout", [1.0, 3600.0])
def test_fetch_server_time_waits_for_ten_seconds_at_most(
    service: ScriptedService, monkeypatch: pytest.MonkeyPatch, timeout: float
) -> None:
    timeouts: list[Any] = []
    service.answer()
    handle = service.handle

    def note(request: httpx.Request) -> httpx.Response:
        timeouts.append(request.extensions["timeout"])
        return handle(request)

    monkeypatch.setattr(service, "handle", note)
    fetch_server_time(replace(CONNECTION, timeout=timeout))
    assert set(timeouts[0].values()) == {min(timeout, 10.0)}


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.InvalidURL("odd"),
        UnicodeError("label too long"),
    ],
)
def test_a_time_that_cannot_be_asked_for_says_why(service: ScriptedService, failure: Exception) -> None:
    service.fail(failure)
    with pytest.raises(ManagementError, match=r" when asking for the time\. "):
        fetch_server_time(CONNECTION)


def test_fetch_server_time_is_none_where_no_date_is_told(service: ScriptedService) -> None:
    service.answer(401, headers={"Date": ""})
    assert fetch_server_time(CONNECTION) is None


# Error statuses

UNAUTHORIZED = " It is wrong, expired or revoked: give a live one in management_token or INFLUXDB3_MANAGEMENT_TOKEN."
AGAIN = " Run the task again."

STATUSES = [
    (400, BadRequestError, "The service refused the request as malformed (400) when {what}{said}."),
    (401, UnauthorizedError, "The management token was not accepted (401) when {what}{said}." + UNAUTHORIZED),
    (
        403,
        ForbiddenError,
        "The management token is valid but not allowed to do this (403) when {what}{said}."
        " Use a token whose owner has the right, such as an Admin.",
    ),
    (
        404,
        NotFoundError,
        f"Not found (404) when {{what}} in account {ACCOUNT_ID}, cluster {CLUSTER_ID}{{said}}."
        " Check account_id, cluster_id and url.",
    ),
    (
        409,
        ConflictError,
        "The service reports a conflict (409) when {what}{said}. Look at what is there by now, and run the task again.",
    ),
    (418, StatusError, "The service answered 418 when {what}{said}." + WRONG_SERVICE),
    (429, RateLimitedError, "The service is limiting requests (429) when {what}{said}. Run the task again later."),
    (500, ServerFailureError, "The service or a proxy before it failed (500) when {what}{said}." + AGAIN),
    (502, ServerFailureError, "The service or a proxy before it failed (502) when {what}{said}." + AGAIN),
    (503, ServerFailureError, "The service or a proxy before it failed (503) when {what}{said}." + AGAIN),
    (599, ServerFailureError, "The service or a proxy before it failed (599) when {what}{said}." + AGAIN),
]

# What says for certain that nothing was created; the account and cluster of a 404 have just been listed.
REFUSALS = (400, 401, 403, 409, 429)


@pytest.mark.parametrize(
    ("method", "status", "error", "text"),
    # What the list says about a token to revoke that is not found is another matter.
    [(method, *row) for method in CALLS for row in STATUSES if (method, row[0]) != ("DELETE", 404)],
)
def test_every_error_status_has_its_error(
    service: ScriptedService, method: str, status: int, error: type[StatusError], text: str
) -> None:
    service.answer(status, {"code": status, "message": "because of\nthis"})
    failure = failure_of(method, may_have_acted=status not in REFUSALS)
    assert type(failure) is error
    assert failure.status == status
    assert str(failure) == text.format(what=CALLS[method][1], said=": because of this")
    assert len(service.sent) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ""),
        (b"   ", ""),
        (b"<html><body>hush</body></html>", ": the answer is an HTML page, so a proxy may have sent it"),
        (b"hush", ": the answer is text, so a proxy may have sent it"),
        (b"\xff\xfehush", ": the answer is text, so a proxy may have sent it"),
        (b'{"message": "hush', ": the answer is text, so a proxy may have sent it"),
        (b'"hush"', ""),
        (b'["hush"]', ""),
        (b'{"error": "hush"}', ""),
        (b'{"message": {"hush": "hush"}}', ""),
        (b'{"message": null}', ""),
        (b"[" * 100_000, ": the answer is text, so a proxy may have sent it"),
        (b'{"message": ""}', ""),
        (b'{"message": "said", "detail": "hush"}', ": said"),
    ],
)
def test_the_body_of_an_error_is_never_shown(service: ScriptedService, content: bytes, said: str) -> None:
    service.answer(502, content=content)
    with pytest.raises(ServerFailureError) as caught:
        ask(LIST)
    assert str(caught.value) == (
        f"The service or a proxy before it failed (502) when listing the database tokens{said}. Run the task again."
    )


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (f"no {MANAGEMENT_TOKEN}!", "no ***!"),
        (f"{MANAGEMENT_TOKEN}{MANAGEMENT_TOKEN}", "***"),
        (f"token {SECRET}.", "token ***"),
        ("M.V1.Another-Token_x/y+z=", "***"),
        ("tab\tand\x00zero\x1b[31m and\u2028line", "tab andzero[31m and line"),
        ("\ud800 half", "half"),
        ("x" * 201, "x" * 197 + "..."),
        ("x" * 195 + MANAGEMENT_TOKEN, "x" * 195 + "***"),
    ],
)
def test_the_message_of_an_error_is_cleaned(service: ScriptedService, message: str, said: str) -> None:
    service.answer(400, content=json.dumps({"code": 400, "message": message}).encode())
    with pytest.raises(BadRequestError) as caught:
        ask(LIST)
    text = str(caught.value)
    assert text.startswith(
        f"The service refused the request as malformed (400) when listing the database tokens: {said}"
    )
    assert "M.V1." not in text
    assert "apiv1_" not in text


def test_a_token_of_any_shape_is_hidden(service: ScriptedService) -> None:
    service.answer(400, {"message": "what is odd-token?"})
    with pytest.raises(BadRequestError, match=r": what is \*\*\*\?\.$"):
        ask(LIST, replace(CONNECTION, management_token=Secret("odd-token")))


statuses = st.sampled_from([400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 504])
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
# Where each of these shows up in an error, some foreign text got through.
MARK = "zq9mark"
foreign_json = st.recursive(
    st.none() | st.booleans() | st.just(MARK) | st.just(MANAGEMENT_TOKEN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["error", "detail", MARK]), inner),
    max_leaves=5,
)
bodies = (
    st.binary(max_size=60).map(lambda noise: noise + MARK.encode() + noise)
    | foreign_json.map(lambda value: json.dumps(value).encode())
    | foreign_json.map(lambda value: json.dumps({"code": 1, "message": "fine", "more": value}).encode())
)


@given(statuses, bodies, header_values)
def test_whatever_an_error_holds_only_its_message_is_shown(status: int, body: bytes, header: str) -> None:
    headers = dict.fromkeys(("Server", "Retry-After", "Content-Type", "WWW-Authenticate", "Date"), f"{header}{MARK}")
    answer = httpx.Response(status, content=body, headers=headers)
    # Not the fixture, which would last for all examples together.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.HTTPTransport, "handle_request", lambda *_: answer)
        with pytest.raises(StatusError) as caught:
            ask(LIST)
    text = str(caught.value)
    assert MARK not in text
    assert MANAGEMENT_TOKEN not in text
    assert text.isprintable()
    assert len(text) < 500


@given(st.text(max_size=300))
def test_whatever_a_message_holds_it_stays_one_short_line(message: str) -> None:
    answer = httpx.Response(400, content=json.dumps({"message": message + MANAGEMENT_TOKEN}).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.HTTPTransport, "handle_request", lambda *_: answer)
        with pytest.raises(BadRequestError) as caught:
            ask(LIST)
    text = str(caught.value)
    assert MANAGEMENT_TOKEN not in text
    assert text.isprintable()
    assert len(text) < 300


# Other statuses than the promised one


@pytest.mark.parametrize(
    ("method", "status"),
    [
        (method, status)
        for method in CALLS
        for status in (201, 202, 203, 301, 302, 307)
        # What a success means that is not published, each service decides.
        if status > 299 or method == "GET" or (method == "POST" and status > 202)
    ],
)
def test_a_status_that_was_not_promised_is_an_error(service: ScriptedService, method: str, status: int) -> None:
    service.answer(status, {"hush": 1}, headers={"Location": "https://elsewhere.test/hush"})
    expected = 204 if method == "DELETE" else 200
    failure = failure_of(method)
    assert type(failure) is UnexpectedAnswerError
    assert str(failure) == (
        f"The service answered {status} instead of {expected} when {CALLS[method][1]}.{WRONG_SERVICE}"
    )
    assert [one.host for one in service.sent] == ["service.test"]


# Failures of the transport


def refused() -> Exception:
    error = httpx.ConnectError("hush")
    error.__cause__ = ConnectionRefusedError(errno.ECONNREFUSED, "hush")
    return error


def name_not_found() -> Exception:
    error = httpx.ConnectError("hush")
    error.__cause__ = socket.gaierror(socket.EAI_NONAME, "hush")
    return error


NETWORK = " Check the network and the proxy settings, or raise timeout."
CONNECT = "Could not connect to service.test when {what}. Check url, the port, the network and the proxy settings."
BROKE = "The connection to service.test broke when {what}. Run the task again."
NO_ANSWER = "Could not get an answer from service.test within 30 s when {what}." + NETWORK
NO_CONNECTION = "Could not connect to service.test within 30 s when {what}." + NETWORK
NO_NAME = "The name service.test was not found when {what}. Check url and the name service."

# Each failure: how it is made, its error, its text, and whether the request may have reached the service.
FAILURES = {
    "refused": (refused, ConnectionFailedError, CONNECT, False),
    "name not found": (name_not_found, ConnectionFailedError, NO_NAME, False),
    "impossible name": (lambda: UnicodeError("hush"), ConnectionFailedError, NO_NAME, False),
    "connect timeout": (lambda: httpx.ConnectTimeout("hush"), TimedOutError, NO_CONNECTION, False),
    "proxy refuses": (lambda: httpx.ProxyError("hush"), ConnectionFailedError, CONNECT, False),
    "read timeout": (lambda: httpx.ReadTimeout("hush"), TimedOutError, NO_ANSWER, True),
    "write timeout": (lambda: httpx.WriteTimeout("hush"), TimedOutError, NO_ANSWER, True),
    "read error": (lambda: httpx.ReadError("hush"), ConnectionFailedError, BROKE, True),
    "write error": (lambda: httpx.WriteError("hush"), ConnectionFailedError, BROKE, True),
    "cut": (lambda: httpx.RemoteProtocolError("hush"), ConnectionFailedError, BROKE, True),
    "garbled": (lambda: httpx.DecodingError("hush"), ConnectionFailedError, BROKE, True),
    "invalid url": (lambda: httpx.InvalidURL("hush"), ConnectionFailedError, BROKE, True),
}


@every_call
@pytest.mark.parametrize("name", list(FAILURES))
def test_every_failure_of_the_transport_has_its_error(service: ScriptedService, method: str, name: str) -> None:
    make, error, text, sent = FAILURES[name]
    service.fail(make())
    failure = failure_of(method, may_have_acted=sent)
    assert type(failure) is error
    assert str(failure) == text.format(what=CALLS[method][1])
    assert failure.sent is sent
    assert len(service.sent) == 1


# Sending again

RETRYING = replace(CONNECTION, retries=2)
PASSING_STATUSES = [429, 502, 503, 504]
LASTING_STATUSES = [400, 401, 403, 409, 418, 500, 501]


def attempts(service: ScriptedService, method: str, fill: Callable[[], None]) -> int:
    """How often a request is sent that fails twice in this way, and would succeed then."""
    fill()
    fill()
    answer_well(service, method)
    try:
        ask(CALLS[method][0], RETRYING)
    except ManagementError:
        service.answers.clear()
    assert {one.method for one in service.sent} == {method}
    assert all(one == service.sent[0] for one in service.sent)
    return len(service.sent)


@every_call
@pytest.mark.parametrize("status", [*PASSING_STATUSES, *LASTING_STATUSES])
def test_what_is_sent_again_after_a_status(service: ScriptedService, method: str, status: int) -> None:
    again = status in PASSING_STATUSES and method != "POST"
    assert attempts(service, method, lambda: service.answer(status)) == (3 if again else 1)


@every_call
@pytest.mark.parametrize("name", list(FAILURES))
def test_what_is_sent_again_after_a_failure(service: ScriptedService, method: str, name: str) -> None:
    make = FAILURES[name][0]
    assert attempts(service, method, lambda: service.fail(make())) == (1 if method == "POST" else 3)


@pytest.mark.parametrize("status", [301, 404])
def test_an_answer_that_will_stay_is_not_asked_for_again(service: ScriptedService, status: int) -> None:
    service.answer(status)
    with pytest.raises(ManagementError):
        ask(LIST, RETRYING)
    assert len(service.sent) == 1


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_the_last_failure_is_reported_once_the_retries_are_used_up(service: ScriptedService, retries: int) -> None:
    for number in range(retries + 1):
        service.answer(503, {"message": f"attempt {number}"})
    with pytest.raises(ServerFailureError, match=f": attempt {retries}"):
        ask(LIST, replace(CONNECTION, retries=retries))
    assert len(service.sent) == retries + 1


def test_waits_grow_and_stay_bounded(service: ScriptedService, waits: list[float]) -> None:
    for _ in range(12):
        service.answer(503)
    service.answer(body=[])
    ask(LIST, replace(CONNECTION, retries=12))
    lowest = [0.25, 0.5, 1.0, 2.0, 4.0, *[8.0] * 7]
    assert len(waits) == 12
    assert all(low <= waited <= low + 0.25 for low, waited in zip(lowest, waits))


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("retry_after", ["7", "Mon, 02 Mar 2026 04:20:26 GMT"], ids=["seconds", "date"])
def test_retry_after_is_honoured(service: ScriptedService, waits: list[float], method: str, retry_after: str) -> None:
    service.answer(429, headers={"Retry-After": retry_after})
    answer_well(service, method)
    ask(CALLS[method][0], RETRYING)
    assert waits == [7.0]


def test_retry_after_of_a_503_is_honoured(service: ScriptedService, waits: list[float]) -> None:
    service.answer(503, headers={"Retry-After": "7"})
    service.answer(body=[])
    ask(LIST, RETRYING)
    assert waits == [7.0]


@pytest.mark.parametrize("retry_after", ["0", "Mon, 02 Mar 2026 04:20:00 GMT"])
def test_a_retry_after_that_is_over_means_at_once(
    service: ScriptedService, waits: list[float], retry_after: str
) -> None:
    service.answer(429, headers={"Retry-After": retry_after})
    service.answer(body=[])
    ask(LIST, RETRYING)
    assert waits == [0.0]


@pytest.mark.parametrize("retry_after", ["-5", "1.5", "\u0667", *BAD_DATES])
def test_a_retry_after_that_makes_no_sense_is_ignored(
    service: ScriptedService, waits: list[float], retry_after: str
) -> None:
    service.answer(429, headers={"Retry-After": retry_after.encode()})  # type: ignore[dict-item]
    service.answer(body=[])
    ask(LIST, RETRYING)
    assert [0.25 <= waited <= 0.5 for waited in waits] == [True]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("retry_after", "asked"),
    [("61", "61"), ("86400", "86400"), ("9" * 400, "inf"), ("Mon, 02 Mar 2026 04:21:20 GMT", "61")],
)
def test_a_service_that_asks_for_more_than_a_minute_is_not_waited_for(
    service: ScriptedService, waits: list[float], status: int, retry_after: str, asked: str
) -> None:
    service.answer(status, headers={"Retry-After": retry_after})
    with pytest.raises(StatusError, match=rf"\({status}\) and asks to wait {asked} s when listing") as caught:
        ask(LIST, RETRYING)
    assert caught.value.retry_after == float(asked)
    assert (len(service.sent), waits) == (1, [])


def test_a_service_that_asks_for_a_minute_is_waited_for(service: ScriptedService, waits: list[float]) -> None:
    service.answer(429, headers={"Retry-After": "60"})
    service.answer(body=[])
    ask(LIST, RETRYING)
    assert waits == [60.0]


# Settings


@pytest.mark.parametrize("proxy", ["ftp://user:hush@proxy.test", "socks5://user:hush@proxy.test"])
def test_a_proxy_that_cannot_be_used(proxy: str) -> None:
    with pytest.raises(InputError) as caught:
        DatabaseTokens(replace(CONNECTION, environment={"ALL_PROXY": proxy}))
    assert str(caught.value) == (
        "A proxy that the environment names cannot be used. Give HTTPS_PROXY or ALL_PROXY as http://host:port; "
        "a SOCKS proxy needs the Python library socksio."
    )


def test_the_timeout_reaches_the_transport(service: ScriptedService, monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts: list[Any] = []
    service.answer(body=[])
    handle = service.handle

    def note(request: httpx.Request) -> httpx.Response:
        timeouts.append(request.extensions["timeout"])
        return handle(request)

    monkeypatch.setattr(service, "handle", note)
    ask(LIST, replace(CONNECTION, timeout=12.5))
    assert timeouts == [{"connect": 12.5, "read": 12.5, "write": 12.5, "pool": 12.5}]


# Answers without an end


def test_an_answer_is_bounded_in_time(service: ScriptedService, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one byte a second would come; a body of which each part is in time."""
    now = iter(range(100))
    monkeypatch.setattr(_client, "time", SimpleNamespace(monotonic=lambda: float(next(now))))
    service.answers.append(httpx.Response(200, stream=Trickle(b"[", b" ", b" ", b" ", b"]"), headers={"Date": DATE}))
    with pytest.raises(TimedOutError, match=r"did not come to the end of its answer within 2 s when listing") as caught:
        ask(LIST, replace(CONNECTION, timeout=2.0))
    assert caught.value.sent


def test_an_answer_is_bounded_in_size(service: ScriptedService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_client, "_LARGEST", 1024**2)
    service.answer(content=b" " * (1024**2 + 1))
    with pytest.raises(UnexpectedAnswerError, match="The answer is larger than 1 MiB when listing the database tokens"):
        ask(LIST)


def test_of_an_error_the_beginning_is_enough(service: ScriptedService) -> None:
    service.answer(400, content=b"<html>" + b"hush" * 1024**2)
    with pytest.raises(BadRequestError) as caught:
        ask(LIST)
    assert "hush" not in str(caught.value)


def test_a_compressed_answer_is_refused_before_it_is_unpacked(service: ScriptedService) -> None:
    service.answer(content=gzip.compress(b"[" + b" " * 1024**2 + b"]"), headers={"Content-Encoding": "gzip"})
    with pytest.raises(UnexpectedAnswerError, match="The answer is compressed, which nobody asked for, when listing"):
        ask(LIST)
    assert service.sent[0].headers["accept-encoding"] == "identity"


class Trickle(httpx.SyncByteStream):
    """A body that comes in parts."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)


FIRST_CLIENT = """
import sys
from ansible_collections.influxdb3.management.tests.unit.plugins.module_utils.database_token_calls import CONNECTION
from ansible_collections.influxdb3.management.plugins.module_utils._client import Client
before = set(sys.modules)
Client(CONNECTION).close()
print(sorted(set(sys.modules) - before))
"""


def test_a_first_client_reads_no_library() -> None:
    """Ansible reads this module before it forks. What came later, each worker would have to read for itself."""
    completed = subprocess.run([sys.executable, "-c", FIRST_CLIENT], stdout=subprocess.PIPE, text=True, check=True)
    assert completed.stdout == "[]\n"
