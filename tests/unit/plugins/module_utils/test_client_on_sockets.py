# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST client over real sockets: certificates, cut lines, silence, proxies."""

from __future__ import annotations

import math
import select
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable

import pytest
import trustme
from ansible_collections.influxdb3.management.plugins.module_utils._client import _Deadline, fetch_server_time
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._database_tokens import DatabaseTokens
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ConnectionFailedError,
    InputError,
    TimedOutError,
    TlsError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    AmbiguousCreationError,
    NewToken,
    Secret,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.local_server import (
    EMPTY_LIST,
    Conversation,
    Line,
    Server,
    listening,
    over_tls,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    ACCOUNT_ID,
    CLUSTER_ID,
    MANAGEMENT_TOKEN,
    TOKENS,
)
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

TOKEN = MANAGEMENT_TOKEN.encode()
# Seconds that silence is waited for, which lasts however long the machine takes for the rest.
SILENCE = 0.1


def connection_to(server: Server, scheme: str = "http", **fields: Any) -> Connection:
    url = f"{scheme}://127.0.0.1:{server.port}"
    return Connection(
        ACCOUNT_ID, CLUSTER_ID, Secret(MANAGEMENT_TOKEN), url=url, **{"retries": 0, "timeout": PATIENCE, **fields}
    )


def list_tokens(connection: Connection) -> Any:
    with DatabaseTokens(connection) as client:
        return client.list_tokens()


def create_token(connection: Connection) -> Any:
    with DatabaseTokens(connection) as client:
        return client.create_token(NewToken("telegraf", frozenset()))


# Plain connections


def test_one_connection_serves_every_call() -> None:
    with listening(Line.serve) as server:
        with DatabaseTokens(connection_to(server)) as client:
            assert [client.list_tokens(), client.list_tokens()] == [[], []]
        assert len(server.lines) == 1
    assert [request.split(b"\r\n")[0] for request in server.requests] == [f"GET {TOKENS} HTTP/1.1".encode()] * 2


@pytest.mark.parametrize(("call", "again"), [(list_tokens, 2), (create_token, 0)])
def test_a_refused_connection(call: Callable[..., Any], again: int, waits: list[float]) -> None:
    with listening(Line.serve) as server:
        pass
    with pytest.raises(
        ConnectionFailedError, match=r"^Could not connect to 127\.0\.0\.1 when .* Check url, the port"
    ) as caught:
        call(connection_to(server, retries=2))
    assert not caught.value.sent
    assert len(waits) == again


def test_a_name_that_is_not_found(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    connection = Connection(ACCOUNT_ID, CLUSTER_ID, Secret(MANAGEMENT_TOKEN), url="https://service.test", retries=1)
    with pytest.raises(ConnectionFailedError) as caught:
        list_tokens(connection)
    assert str(caught.value) == (
        "The name service.test was not found when listing the database tokens. Check url and the name service."
    )
    assert len(waits) == 1
    with pytest.raises(ConnectionFailedError, match=r"^The name service.test was not found when asking for the time\."):
        fetch_server_time(connection)


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".test", "xn--"])
def test_a_name_that_no_host_can_have(host: str) -> None:
    connection = Connection(ACCOUNT_ID, CLUSTER_ID, Secret(MANAGEMENT_TOKEN), url=f"https://{host}", retries=0)
    with pytest.raises(ConnectionFailedError, match=rf"^The name {host} was not found when listing"):
        list_tokens(connection)
    with pytest.raises(ConnectionFailedError, match=rf"^The name {host} was not found when asking for the time\."):
        fetch_server_time(connection)


@pytest.mark.usefixtures("connecting_has_no_limit")
def test_silence_after_the_request() -> None:
    with listening(Line.wait_for_the_end) as server:
        with pytest.raises(TimedOutError) as caught:
            list_tokens(connection_to(server, timeout=SILENCE))
        assert str(caught.value) == (
            "Could not get an answer from 127.0.0.1 within 0.1 s when listing the database tokens. "
            "Check the network and the proxy settings, or raise timeout."
        )
        assert caught.value.sent
        with pytest.raises(TimedOutError, match=r"within 0\.1 s when asking for the time\."):
            fetch_server_time(connection_to(server, timeout=SILENCE))


def test_a_line_cut_after_the_request_is_followed_by_another_for_a_list() -> None:
    with listening(Line.read_request, Line.answer) as server:
        assert list_tokens(connection_to(server, retries=1)) == []
    assert len(server.requests) == 2


def test_a_line_cut_after_the_request_ends_a_creation() -> None:
    with listening(Line.read_request) as server:
        with pytest.raises(AmbiguousCreationError, match=r"^The connection to 127\.0\.0\.1 broke when creating"):
            create_token(connection_to(server, retries=3))
    assert len(server.requests) == 1


def test_an_answer_cut_short() -> None:
    with listening(lambda line: line.answer(EMPTY_LIST.replace(b"Length: 2", b"Length: 200"))) as server:
        with pytest.raises(ConnectionFailedError, match=r"^The connection to 127\.0\.0\.1 broke when listing"):
            list_tokens(connection_to(server))


def test_something_that_is_not_http() -> None:
    with listening(lambda line: line.answer(b"220 mail.test ESMTP hush\r\n")) as server:
        with pytest.raises(
            ConnectionFailedError, match=r"^The connection to 127\.0\.0\.1 broke when listing"
        ) as caught:
            list_tokens(connection_to(server))
    assert "hush" not in str(caught.value)


# An answer without an end


def trickle(line: Line, answer: bytes) -> None:
    """Begin an answer, and go on byte by byte until the client has gone, or has had patience enough to be wrong."""
    if line.read_request():
        line.socket.sendall(answer)
    for _ in range(1000):
        if select.select([line.socket], [], [], SILENCE / 10)[0]:
            return
        line.socket.sendall(b"x")


class OfTheRest(_Deadline):
    """Leaves an answer all the time to begin."""

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        super().watch(event, info)
        if "response_body" not in event:
            self._end = math.inf


HEAD = b"HTTP/1.1 200 OK\r\nX-Slow: "
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n["


@pytest.mark.parametrize("way", ["plain", "TLS", "TLS through a proxy"])
@pytest.mark.parametrize(
    ("answer", "deadline", "what"),
    [
        (HEAD, _Deadline(SILENCE), "Could not get an answer from 127.0.0.1"),
        (BODY, OfTheRest(SILENCE), "127.0.0.1 did not come to the end of its answer"),
    ],
    ids=["head", "body"],
)
def test_an_answer_that_comes_byte_by_byte(
    ours: Authority, answer: bytes, deadline: _Deadline, what: str, way: str
) -> None:
    """Each byte is in time for httpx, and the whole has no end."""
    behind_tls = over_tls(ours.context(), partial(trickle, answer=answer))

    def behind_proxy(line: Line) -> None:
        line.answer(b"HTTP/1.1 200 OK\r\n\r\n")
        behind_tls(line)

    conversations: dict[str, Conversation] = {"plain": partial(trickle, answer=answer), "TLS": behind_tls}
    with listening(conversations.get(way, behind_proxy)) as server:
        proxy = {"https_proxy": f"127.0.0.1:{server.port}"} if way == "TLS through a proxy" else {}
        scheme = "http" if way == "plain" else "https"
        with DatabaseTokens(connection_to(server, scheme, ca_path=ours.ca_path, environment=proxy)) as client:
            client._client._deadline = deadline
            with pytest.raises(TimedOutError) as caught:
                client.list_tokens()
    assert str(caught.value) == (
        f"{what} within {PATIENCE:g} s when listing the database tokens. "
        "Check the network and the proxy settings, or raise timeout."
    )
    assert caught.value.sent


def test_a_proxy_that_answers_byte_by_byte() -> None:
    with listening(partial(trickle, answer=HEAD)) as server:
        environment = {"https_proxy": f"127.0.0.1:{server.port}"}
        with DatabaseTokens(connection_to(server, "https", environment=environment)) as client:
            client._client._deadline = _Deadline(SILENCE)
            with pytest.raises(TimedOutError, match=r"^Could not get an answer from 127\.0\.0\.1 within"):
                client.list_tokens()


@pytest.mark.usefixtures("connecting_has_no_limit")
def test_a_clock_that_is_told_byte_by_byte() -> None:
    with listening(partial(trickle, answer=HEAD)) as server:
        with pytest.raises(TimedOutError, match=r"within 0\.1 s when asking for the time\."):
            fetch_server_time(connection_to(server, timeout=SILENCE))


def test_the_time_begins_again_with_each_answer() -> None:
    """Over one connection, of which the first request was in time."""
    with listening(Line.serve) as server, DatabaseTokens(connection_to(server)) as client:
        assert client.list_tokens() == []
        client._client._deadline._end = -math.inf
        assert client.list_tokens() == []
    assert len(server.lines) == 1


# TLS


@dataclass(frozen=True)
class Authority:
    """A certificate authority of these tests, and the file of its certificate."""

    authority: trustme.CA
    ca_path: str

    def context(self, *names: str, **fields: Any) -> ssl.SSLContext:
        """What a server needs to show a certificate for these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(*(names or ("127.0.0.1",)), **fields).configure_cert(context)
        return context


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("theirs"))


def make_authority(folder: Path) -> Authority:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    return Authority(authority, str(folder / "ca.pem"))


@pytest.mark.parametrize("validate", [True, False])
def test_a_private_authority_is_trusted_by_its_file(ours: Authority, validate: bool) -> None:
    with listening(over_tls(ours.context(), Line.serve)) as server:
        connection = connection_to(server, "https", ca_path=ours.ca_path, validate_certs=validate)
        assert list_tokens(connection) == []
    assert len(server.requests) == 1


def test_any_certificate_will_do_where_none_is_checked(theirs: Authority) -> None:
    expired = theirs.context("other.test", not_after=datetime(2020, 1, 1, tzinfo=timezone.utc))
    with listening(over_tls(expired, Line.serve)) as server:
        assert list_tokens(connection_to(server, "https", validate_certs=False)) == []


def rejected(context: ssl.SSLContext, **fields: Any) -> str:
    """The error that a server with this context leads to; nothing must have been sent, and only once been tried."""
    with listening(over_tls(context, Line.serve)) as server:
        connection = connection_to(server, "https", retries=2, **fields)
        with pytest.raises(TlsError) as caught:
            create_token(connection)
        assert (len(server.lines), server.requests) == (1, [])
        # The clock says why it cannot be read.
        with pytest.raises(TlsError, match=r"when asking for the time\."):
            fetch_server_time(connection)
        assert server.requests == []
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)
    return str(caught.value)


def refusal(reason: str) -> str:
    return (
        f"The certificate of 127.0.0.1 was not accepted ({reason}) when creating the database token 'telegraf'. "
        "If a private authority signed it, give its certificate with ca_path."
    )


def test_an_authority_that_nobody_knows(ours: Authority) -> None:
    assert rejected(ours.context()) == refusal("unable to get local issuer certificate")


def test_another_authority_than_the_given_one(ours: Authority, theirs: Authority) -> None:
    assert rejected(theirs.context(), ca_path=ours.ca_path) == refusal("unable to get local issuer certificate")


def test_a_certificate_that_has_expired(ours: Authority) -> None:
    expired = ours.context(not_after=datetime(2020, 1, 1, tzinfo=timezone.utc))
    assert rejected(expired, ca_path=ours.ca_path) == refusal("certificate has expired")


def test_a_certificate_of_another_host(ours: Authority) -> None:
    text = rejected(ours.context("other.test"), ca_path=ours.ca_path)
    assert text == refusal("IP address mismatch, certificate is not valid for '127.0.0.1'")


def test_https_to_a_port_that_speaks_http() -> None:
    with listening(Line.answer_anything) as server:
        with pytest.raises(TlsError) as caught:
            list_tokens(connection_to(server, "https"))
    assert str(caught.value).startswith("No TLS connection to 127.0.0.1 came about (")
    assert str(caught.value).endswith(") when listing the database tokens. Check the scheme and the port of url.")


def test_http_to_a_port_that_speaks_tls(ours: Authority) -> None:
    with listening(over_tls(ours.context(), Line.serve)) as server:
        with pytest.raises(ConnectionFailedError, match=r"^The connection to 127\.0\.0\.1 broke when listing"):
            list_tokens(connection_to(server))
    assert server.requests == []


@pytest.mark.parametrize("read", [1, 65536], ids=["reset", "closed"])
def test_a_line_cut_before_tls_came_about(ours: Authority, waits: list[float], read: int) -> None:
    with listening(lambda line: line.socket.recv(read)) as server:
        with pytest.raises(ConnectionFailedError, match=r"^Could not connect to 127\.0\.0\.1 when listing"):
            list_tokens(connection_to(server, "https", ca_path=ours.ca_path, retries=2))
        with pytest.raises(ConnectionFailedError, match=r"^Could not connect to 127\.0\.0\.1 when creating") as caught:
            create_token(connection_to(server, "https", ca_path=ours.ca_path, retries=2))
    assert not caught.value.sent
    assert (len(server.lines), len(waits)) == (4, 2)


@pytest.mark.usefixtures("connecting_has_no_limit")
def test_silence_before_tls_came_about(ours: Authority) -> None:
    with listening(Line.wait_for_the_end) as server:
        with pytest.raises(TimedOutError) as caught:
            create_token(connection_to(server, "https", ca_path=ours.ca_path, timeout=SILENCE))
    assert str(caught.value).startswith("Could not connect to 127.0.0.1 within 0.1 s when creating")
    assert not caught.value.sent


def test_a_line_cut_under_tls_ends_a_creation(ours: Authority) -> None:
    with listening(over_tls(ours.context(), Line.read_request)) as server:
        with pytest.raises(AmbiguousCreationError, match=r"^The connection to 127\.0\.0\.1 broke when creating"):
            create_token(connection_to(server, "https", ca_path=ours.ca_path, retries=2))
    assert len(server.requests) == 1


@pytest.mark.parametrize("content", ["", "hush", "-----BEGIN CERTIFICATE-----\nhush\n-----END CERTIFICATE-----\n"])
def test_an_authority_file_without_certificates(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(content, encoding="ascii")
    connection = Connection(ACCOUNT_ID, CLUSTER_ID, Secret(MANAGEMENT_TOKEN), ca_path=str(path))
    for act in (DatabaseTokens, fetch_server_time):
        with pytest.raises(InputError) as caught:
            act(connection)
        assert str(caught.value) == (
            f"ca_path {path} holds no certificates in PEM form. Give the file of the certificate authority."
        )


# Proxies


def test_a_proxy_is_asked_for_http(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(Line.serve) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        connection = replace(connection_to(proxy), url="http://service.test")
        assert list_tokens(connection) == []
        assert fetch_server_time(connection) is None
    assert [request.split(b"\r\n")[0] for request in proxy.requests] == [
        f"GET http://service.test{TOKENS} HTTP/1.1".encode()
    ] * 2


def test_a_proxy_of_https_never_sees_the_token(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    with listening(lambda line: line.answer(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        connection = replace(connection_to(proxy), url="https://service.test", retries=1)
        with pytest.raises(ConnectionFailedError) as caught:
            list_tokens(connection)
    assert str(caught.value) == (
        "Could not connect to service.test when listing the database tokens. "
        "Check url, the port, the network and the proxy settings."
    )
    assert len(waits) == 1
    assert len(proxy.requests) == 2
    assert all(request.startswith(b"CONNECT service.test:443 ") for request in proxy.requests)
    assert TOKEN not in b"".join(proxy.requests)


def test_what_needs_no_proxy_is_asked_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(Line.serve) as proxy, listening(Line.serve) as server:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert list_tokens(connection_to(server)) == []
    assert (len(server.requests), proxy.requests) == (1, [])


def test_the_environment_of_the_task_names_proxy_and_authorities(ours: Authority) -> None:
    """Whatever that of this process says."""
    with listening(Line.serve) as proxy:
        environment = {"http_proxy": f"127.0.0.1:{proxy.port}", "no_proxy": "[::1], fd00::/8"}
        connection = replace(connection_to(proxy), url="http://service.test", environment=environment)
        assert list_tokens(connection) == []
    assert len(proxy.requests) == 1
    with listening(over_tls(ours.context(), Line.serve)) as server:
        known = replace(connection_to(server, "https", retries=0), environment={"SSL_CERT_FILE": ours.ca_path})
        assert list_tokens(known) == []
        with pytest.raises(TlsError):
            list_tokens(replace(known, environment={}))


def test_a_proxy_of_this_process_does_not_count_where_the_task_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(Line.serve) as proxy, listening(Line.serve) as server:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert list_tokens(replace(connection_to(server), environment={})) == []
    assert (len(proxy.requests), len(server.requests)) == (0, 1)


def test_a_system_without_authorities_is_told(monkeypatch: pytest.MonkeyPatch, theirs: Authority) -> None:
    nothing = SimpleNamespace(cafile=None, capath=None, openssl_cafile="/usr/lib/ssl/cert.pem")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nothing)
    with listening(over_tls(theirs.context(), Line.serve)) as server:
        with pytest.raises(TlsError) as caught:
            list_tokens(connection_to(server, "https", retries=0))
    assert str(caught.value).endswith(
        "This Python finds no authorities of the system at /usr/lib/ssl/cert.pem. Install them (ca-certificates), or "
        "give a file of them with ca_path."
    )
