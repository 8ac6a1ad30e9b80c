# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The question whether a token is accepted, over real sockets; only the clock is not real."""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible_collections.influxdb3.management.plugins.module_utils import _acceptance
from ansible_collections.influxdb3.management.plugins.module_utils._acceptance import (
    NotAcceptedError,
    Service,
    check_reachable,
    require_acceptance,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.clock import Clock
from ansible_collections.influxdb3.management.tests.unit.plugins.local_server import (
    Conversation,
    Line,
    Server,
    listening,
    over_tls,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import MANAGEMENT_TOKEN, TOKENS
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

TOKEN = MANAGEMENT_TOKEN
# Seconds that silence is waited for, which lasts however long the machine takes for the rest.
SILENCE = 0.1
CHECK_URL = "Check url and the proxy settings of the host."


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch, _acceptance)


def at(server: Server, scheme: str = "http", **fields: Any) -> Service:
    defaults = {"ca": None, "validate_certs": True, "timeout": PATIENCE, "wait": 0.0}
    return Service(url=f"{scheme}://127.0.0.1:{server.port}{TOKENS}", **{**defaults, **fields})


def answer(status: int, content_type: str = "application/json", body: str | None = None, header: str = "") -> bytes:
    """One of the service, unless it is said otherwise."""
    if body is None:
        body = "[]" if status == 200 else json.dumps({"code": status, "message": "hush"})
    head = f"HTTP/1.1 {status} Reason\r\nContent-Type: {content_type}\r\n{header}Content-Length: {len(body)}\r\n\r\n"
    return (head + body).encode("ascii")


def says(text: bytes) -> Conversation:
    return lambda line: line.answer(text)


def refused(service: Service) -> str:
    """The message; it names no secret, neither that of the host nor what the other side said of it.

    Only where the service itself has answered 401 is the token refused, and is to be taken back.
    """
    with pytest.raises(NotAcceptedError) as caught:
        require_acceptance(service, TOKEN)
    message = str(caught.value)
    assert caught.value.refused is ("does not accept the token (401)" in message)
    assert TOKEN not in message
    assert TOKEN[9:] not in message
    assert "hush" not in message
    assert "\n" not in message
    return message


# What is asked, and the answers that count


@pytest.mark.parametrize("status", [200, 403])
def test_accepted(status: int, clock: Clock) -> None:
    with listening(says(answer(status))) as server:
        assert require_acceptance(at(server, wait=60.0), TOKEN) == status
    (request,) = server.requests
    assert request.startswith(f"GET {TOKENS} HTTP/1.1\r\n".encode())
    assert f"\r\nAuthorization: Bearer {TOKEN}\r\n".encode() in request
    assert b"\r\nAccept: application/json\r\n" in request
    assert clock.pauses == []


def test_a_token_that_takes_a_while_to_become_active(clock: Clock) -> None:
    with listening(says(answer(401)), says(answer(401)), Line.answer) as server:
        assert require_acceptance(at(server, wait=60.0), TOKEN) == 200
    assert clock.pauses == [0.5, 1.0]
    assert len(server.requests) == 3


def test_a_token_that_does_not_become_active(clock: Clock) -> None:
    with listening(says(answer(401))) as server:
        assert refused(at(server, wait=30.0)) == (
            "127.0.0.1 does not accept the token (401) after 30 s. "
            "It is wrong, expired or revoked, or takes longer to become active: raise verify_wait then."
        )
    # The last attempt is at the very end, however long the next pause would have been.
    assert clock.pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 6.5]
    assert len(server.requests) == 8


def test_without_a_wait_it_is_tried_once(clock: Clock) -> None:
    with listening(says(answer(401))) as server:
        assert "(401) after 0 s" in refused(at(server))
    assert (len(server.requests), clock.pauses) == (1, [])


@pytest.mark.parametrize("content_type", ["application/json", "text/html"])
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_trouble_that_may_pass(status: int, content_type: str) -> None:
    with listening(says(answer(status, content_type)), Line.answer) as server:
        assert require_acceptance(at(server, wait=1.0), TOKEN) == 200
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [429, 503])
def test_a_trouble_that_does_not_pass(status: int) -> None:
    with listening(says(answer(status, body="hush"))) as server:
        assert refused(at(server, wait=1.0)) == (
            f"127.0.0.1 answered {status} instead of accepting the token. Run the task again later."
        )
    assert len(server.requests) == 3


def test_another_account(clock: Clock) -> None:
    with listening(says(answer(404))) as server:
        assert refused(at(server, wait=60.0)) == (
            "127.0.0.1 knows no such account or cluster (404). Check account_id, cluster_id and url."
        )
    assert clock.pauses == []


@pytest.mark.parametrize("status", [204, 206, 304, 400, 405, 407, 418])
def test_an_answer_that_the_service_does_not_give(status: int, clock: Clock) -> None:
    with listening(says(answer(status, body=""))) as server:
        assert refused(at(server, wait=60.0)) == (
            f"127.0.0.1 answered {status} instead of accepting the token. {CHECK_URL}"
        )
    assert clock.pauses == []


@pytest.mark.parametrize("status", [200, 403, 401, 404, 502])
def test_a_web_page(status: int) -> None:
    with listening(says(answer(status, "text/html; charset=utf-8", "<p>hush"))) as server:
        assert refused(at(server)) == (f"A web page came in place of the answer of 127.0.0.1 ({status}). {CHECK_URL}")


@pytest.mark.parametrize(
    ("status", "content_type", "body"),
    [
        (200, "text/plain", "[]"),
        (200, "application/json", '{"login": "hush"}'),
        (200, "application/json", '"hush"'),
        (200, "application/json", ""),
        (401, "application/json", "[]"),
        (401, "text/plain", "hush"),
        (401, "application/json", '{"message": ["hush"]}'),
        (403, "text/plain", '{"code": 403, "message": "hush"}'),
        (403, "application/json", '{"code": 403, "mess'),
        (403, "application/json", '{"error": "hush"}'),
    ],
)
def test_an_answer_of_somebody_else_neither_accepts_nor_refuses(
    status: int, content_type: str, body: str, clock: Clock
) -> None:
    with listening(says(answer(status, content_type, body))) as server:
        service = at(server, wait=60.0)
        assert refused(service) == (
            f"127.0.0.1 answered {status}, but not as the management service does. Check url and the proxy settings of "
            "the host."
        )
        with pytest.raises(NotAcceptedError) as caught:
            require_acceptance(service, TOKEN)
    assert not caught.value.refused
    assert clock.pauses == []


def test_an_answer_that_comes_in_parts_is_put_together() -> None:
    def in_parts(line: Line) -> None:
        head, _, body = answer(403).partition(b"\r\n\r\n")
        line.answer(head + b"\r\n\r\n" + body[:9])
        line.socket.sendall(body[9:])

    with listening(in_parts) as server:
        assert require_acceptance(at(server), TOKEN) == 403


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_token_does_not_follow_a_redirect(status: int, clock: Clock) -> None:
    with listening(Line.answer) as elsewhere:
        header = f"Location: http://localhost:{elsewhere.port}/hush\r\n"
        with listening(says(answer(status, header=header, body=""))) as server:
            assert refused(at(server, wait=60.0)) == (
                f"127.0.0.1 answered {status} instead of accepting the token. {CHECK_URL}"
            )
    assert (len(server.requests), elsewhere.requests, clock.pauses) == (1, [], [])


@pytest.mark.parametrize("target", ["file:///etc/passwd", "hush://x", "http://[", ""])
def test_a_redirect_to_nowhere(target: str) -> None:
    with listening(says(answer(302, header=f"Location: {target}\r\n"))) as server:
        assert "302" in refused(at(server))


# No answer


CANNOT_CONNECT = "This host cannot connect to 127.0.0.1. Check the host's network and proxy settings, and url."


def test_nobody_listens(clock: Clock) -> None:
    with listening(Line.answer) as server:
        pass
    assert refused(at(server, wait=1.0)) == CANNOT_CONNECT
    assert clock.pauses == [0.5, 0.5]


@pytest.mark.usefixtures("connecting_has_no_limit")
@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Type:"])
def test_silence_after_the_request(head: bytes) -> None:
    def fall_silent(line: Line) -> None:
        line.answer(head)
        line.wait_for_the_end()

    with listening(fall_silent) as server:
        assert refused(at(server, timeout=SILENCE, wait=0.5)) == (
            "127.0.0.1 did not answer this host within 0.1 s. "
            "Check the host's network and proxy settings, or raise timeout."
        )
    assert len(server.lines) == 2


def drip(clock: Clock, begun: bytes) -> Conversation:
    """Begin an answer and go on with a byte a second, for longer than anybody waits and any library takes in."""

    def converse(line: Line) -> None:
        line.answer(begun)
        while True:
            clock.now += 1
            line.socket.sendall(b"a")

    return converse


@pytest.mark.parametrize(
    "begun",
    [
        b"HTTP/1.1 200 O",
        b"HTTP/1.1 200 OK\r\nHush: ",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[",
    ],
    ids=["status", "header", "body"],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_answer_of_a_byte_a_second_is_too_slow(
    scheme: str, begun: bytes, clock: Clock, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However many bytes have come before the host looks again, there are too few.
    monkeypatch.setattr(_acceptance, "_ENOUGH", 2**30)
    talk = drip(clock, begun)
    encrypted = over_tls(context_for(authority, "127.0.0.1"), talk)
    with listening(encrypted if scheme == "https" else talk) as server:
        assert refused(at(server, scheme, ca=pem(authority))) == (
            f"127.0.0.1 did not answer this host within {PATIENCE:g} s. "
            "Check the host's network and proxy settings, or raise timeout."
        )
    assert len(server.requests) == 1


def test_a_proxy_that_speaks_a_byte_a_second_is_too_slow(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    with listening(drip(clock, b"HTTP/1.1 200 Connection est")) as server:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{server.port}")
        assert refused(replace(somewhere("service.test"), wait=0.0)).startswith(
            f"service.test did not answer this host within {PATIENCE:g} s."
        )


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"220 mail.test ESMTP hush\r\n",
        b"HTTP/1.1 999999 hush\r\n\r\n",
        b"HTTP/1.1 hush\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"Hush: hush\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 " + b"hush" * 20000,
        b"\xff\xfe\x00hush\r\n\r\n",
    ],
    ids=["nothing", "mail", "status", "no status", "many headers", "long line", "bytes"],
)
def test_what_is_no_answer(garbage: bytes) -> None:
    with listening(says(garbage), Line.answer) as server:
        assert refused(at(server)) == CANNOT_CONNECT
        assert require_acceptance(at(server), TOKEN) == 200
    with listening(says(garbage), Line.answer) as server:
        assert require_acceptance(at(server, wait=1.0), TOKEN) == 200


def test_an_answer_cut_short_has_its_status_all_the_same() -> None:
    for status in (200, 403):
        with listening(says(answer(status).replace(b"Length: 2", b"Length: 200"))) as server:
            assert require_acceptance(at(server), TOKEN) == status


def somewhere(host: str) -> Service:
    return Service(f"https://{host}{TOKENS}", ca=None, validate_certs=True, timeout=PATIENCE, wait=1.0)


def test_a_name_that_is_not_found(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert refused(somewhere("service.test:8443")) == (
        "This host does not find the name service.test. Check url and the host's name service."
    )
    assert clock.pauses == [0.5, 0.5]


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".test"])
def test_a_name_that_no_host_can_have(host: str) -> None:
    assert refused(somewhere(host)).startswith(f"This host does not find the name {host}.")


@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy", "https_proxy"])
def test_the_proxy_that_counts_on_the_controller_counts_on_the_host(
    monkeypatch: pytest.MonkeyPatch, encrypted: Conversation, authority: trustme.CA, name: str
) -> None:
    with listening(says(answer(403)), encrypted) as server:
        monkeypatch.setenv(name, f"http://127.0.0.1:{server.port}")
        assert refused(somewhere("service.test")) == CANNOT_CONNECT.replace("127.0.0.1", "service.test")
        assert server.requests[0].startswith(b"CONNECT service.test:443 ")
        # Ranges of addresses are understood too.
        monkeypatch.setenv("NO_PROXY", "127.0.0.0/8")
        assert require_acceptance(at(server, "https", ca=pem(authority)), TOKEN) == 200


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_of_another_kind(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://user:hush@127.0.0.1:1")
    service = replace(somewhere("service.invalid"), url=f"{scheme}://service.invalid{TOKENS}")
    for question in (require_acceptance, lambda service, _token: check_reachable(service)):
        with pytest.raises(NotAcceptedError) as caught:
            question(service, TOKEN)
        assert str(caught.value) == (
            "The proxy that the environment of this host names is none for HTTP, so that no token can be tried through "
            "it. Give another with https_proxy, or except service.invalid with no_proxy."
        )


@pytest.mark.parametrize("proxy", ["http:///hush", "http://127.0.0.1:hush"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_none(monkeypatch: pytest.MonkeyPatch, scheme: str, proxy: str) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", proxy)
    service = replace(somewhere("service.invalid"), url=f"{scheme}://service.invalid{TOKENS}")
    assert refused(service) == CANNOT_CONNECT.replace("127.0.0.1", "service.invalid")


@pytest.mark.parametrize(
    "said",
    [answer(407), answer(502, "text/html"), b"", b"hush\r\n\r\n", b"HTTP/1.1 200 " + b"hush" * 20000],
    ids=["407", "502", "nothing", "no status", "long line"],
)
def test_a_proxy_that_opens_no_tunnel(monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    with listening(says(said)) as server:
        monkeypatch.setenv("https_proxy", f"http://user:hush@127.0.0.1:{server.port}")
        assert refused(somewhere("service.test")) == CANNOT_CONNECT.replace("127.0.0.1", "service.test")
    assert server.requests[0].startswith(b"CONNECT service.test:443 ")
    assert not any(TOKEN.encode() in request for request in server.requests)


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def encrypted(authority: trustme.CA) -> Conversation:
    return over_tls(context_for(authority, "127.0.0.1"), Line.answer)


def context_for(authority: trustme.CA, name: str) -> ssl.SSLContext:
    """What a server needs to show a certificate for this name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def pem(authority: trustme.CA) -> str:
    return authority.cert_pem.bytes().decode("ascii")


def test_a_private_authority(authority: trustme.CA, encrypted: Conversation) -> None:
    ca = f"# Ours, since 2026\n{pem(trustme.CA())}{pem(authority)}"
    with listening(encrypted) as server:
        assert require_acceptance(at(server, "https", ca=ca), TOKEN) == 200


@pytest.mark.parametrize("others", [False, True])
def test_an_authority_that_the_host_does_not_trust(encrypted: Conversation, others: bool, clock: Clock) -> None:
    ca = pem(trustme.CA()) if others else None
    with listening(encrypted) as server:
        assert refused(at(server, "https", ca=ca, wait=60.0)) == (
            "The certificate of 127.0.0.1 was not accepted on this host (unable to get local issuer certificate). "
            "If a private authority signed it, give its certificate with ca_path."
        )
    assert (server.requests, clock.pauses) == ([], [])


def test_a_certificate_of_another_host(authority: trustme.CA) -> None:
    with listening(over_tls(context_for(authority, "other.test"), Line.answer)) as server:
        assert "(IP address mismatch" in refused(at(server, "https", ca=pem(authority)))
    assert server.requests == []


@pytest.mark.parametrize("ca", ["", "hush", "-----BEGIN CERTIFICATE-----\nhush\n-----END CERTIFICATE-----\n"])
def test_an_authority_that_is_none(encrypted: Conversation, ca: str, clock: Clock) -> None:
    with listening(encrypted) as server:
        assert refused(at(server, "https", ca=ca, wait=60.0)) == (
            "ca_path holds no certificates in PEM form. Give the file of the certificate authority."
        )
    assert (server.lines, clock.pauses) == ([], [])


@pytest.mark.parametrize("ca", [None, "hush"])
def test_any_certificate_will_do_where_none_is_checked(encrypted: Conversation, ca: str | None) -> None:
    with listening(encrypted) as server:
        assert require_acceptance(at(server, "https", ca=ca, validate_certs=False), TOKEN) == 200


def test_https_to_a_port_that_speaks_http() -> None:
    with listening(Line.answer_anything) as server:
        assert refused(at(server, "https")) == CANNOT_CONNECT


# Clustered


def test_a_refusal_of_clustered_may_be_a_failure_of_its_own(clock: Clock) -> None:
    with listening(says(answer(403)), says(answer(200))) as server:
        assert require_acceptance(at(server, wait=60.0, is_clustered=True), TOKEN) == 200
    with listening(says(answer(403))) as server:
        assert "which releases of InfluxDB Clustered before 20260421 tell in the same way" in refused(
            at(server, is_clustered=True)
        )


def test_a_release_of_clustered_without_this_api_is_named() -> None:
    with listening(says(answer(404))) as server:
        assert refused(at(server, is_clustered=True)) == (
            "127.0.0.1 does not know the management API (404), which InfluxDB Clustered has since release 20250508. "
            "Check url and api_path."
        )


def test_a_certificate_of_ones_own(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    own = authority.issue_cert("client.example")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    own.cert_chain_pems[0].write_to_path(str(certificate))
    own.private_key_pem.write_to_path(str(key))
    ca = authority.cert_pem.bytes().decode()
    with listening(over_tls(context, says(answer(200)))) as server:
        shown = {"client_cert": str(certificate), "client_key": str(key)}
        assert require_acceptance(at(server, "https", ca=ca, **shown), TOKEN) == 200
        assert "cannot connect to" in refused(at(server, "https", ca=ca))
        assert "cannot use the certificate" in refused(at(server, "https", ca=ca, client_cert=str(key)))
