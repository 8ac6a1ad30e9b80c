# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks, from a host, whether the management service accepts a management token, or a data host a database token.

Runs on hosts, so it needs nothing but the standard library.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import socket
import ssl
import time
import traceback
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.influxdb3.management.plugins.module_utils._proxies import find_proxy

_FIRST_PAUSE = 0.5
_ENOUGH = 4096
_LONGEST_PAUSE = 8.0


class NotAcceptedError(Exception):
    """The service did not accept the token; one line for the reader, without the token or the answer's text.

    ``passing`` is true where the reason may pass: a token that is still being activated, a service out of reach.
    ``refused`` is true where the service itself has said that it does not accept this token, ``answered`` where it was
    the service that answered.
    """

    def __init__(self, message: str, passing: bool = False, refused: bool = False, answered: bool = False) -> None:
        super().__init__(message)
        self.passing = passing
        self.refused = refused
        self.answered = answered


@dataclass(frozen=True)
class Service:
    """What to ask. ``url`` is that of a request which the token may try, such as the list of tokens for every live
    management token. ``is_data_host``: it is one of the cluster's own, which holds the data, asked for a database.

    ``is_clustered``: the service is that of InfluxDB Clustered, which answers otherwise in its older releases.

    ``ca`` are the certificates of the authorities to trust, as PEM text; without it those of the host count.
    ``client_cert`` and ``client_key`` are files of the host, for a service that asks for a certificate.
    ``timeout`` and ``wait`` are seconds: for one request, and for trying again while the reason may pass. A request
    may take that long from its beginning to the end of what is read of its answer, and as long to connect to each
    address of its host; how long the look-up of a name takes is the host's affair.
    """

    url: str
    ca: str | None
    validate_certs: bool
    timeout: float
    wait: float
    method: str = "GET"
    is_data_host: bool = False
    is_clustered: bool = False
    client_cert: str | None = None
    client_key: str | None = None

    @property
    def host(self) -> str:
        """Its name, for messages."""
        return urlsplit(self.url).hostname or self.url

    @property
    def option(self) -> str:
        """What its address is given with."""
        return "data_url" if self.is_data_host else "url"


def check_reachable(service: Service) -> None:
    """Raise ``NotAcceptedError`` where no answer comes from there, or one that is not that of a service.

    No token is sent, so that whether one is asked for does not matter.
    """
    try:
        _ask(_opener(service), service, None)
    except NotAcceptedError as error:
        if not error.answered:
            raise


def require_acceptance(service: Service, token: str) -> int:
    """Return the status of the service's answer: 200, or 403 for a live token that lacks the right to list tokens; of
    Clustered, 200 only.

    Source: a revoked, expired or wrong management token answers 401, responses of the published Management API. Of a
    database token, a data host tells by 401 or 403 no more than that it is not accepted yet, or not for this. Each of
    its routers keeps tokens for a while, so it is asked until it has accepted one twice in a row.
    Raises ``NotAcceptedError`` when the last attempt in ``wait`` seconds failed too.
    """
    opener = _opener(service)
    deadline = time.monotonic() + service.wait
    pause = _FIRST_PAUSE
    accepted = 0
    while True:
        try:
            status = _ask(opener, service, token)
            accepted += 1
            if not service.is_data_host or accepted == 2:
                return status
            continue
        except NotAcceptedError as error:
            accepted = 0
            remaining = deadline - time.monotonic()
            if not error.passing or remaining <= 0:
                raise
        time.sleep(min(pause, remaining))
        pause = min(2 * pause, _LONGEST_PAUSE)


class _Timely(io.RawIOBase):
    """What a connection receives, each read of which is given no more than what is left of the time for all of them."""

    def __init__(self, connection: socket.socket, end: float) -> None:
        super().__init__()
        self._connection = connection
        self._received = connection.makefile("rb", buffering=0)
        self._end = end

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> Any:
        """As many bytes as there are. Raises ``socket.timeout`` where the time is over."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise socket.timeout("too slow")
        self._connection.settimeout(left)
        return self._received.readinto(buffer)

    def close(self) -> None:
        """Let go of the connection."""
        self._received.close()
        super().close()


class _Connection(http.client.HTTPConnection):
    """One whose answers, those of a proxy included, come in time as a whole.

    Python bounds each read by itself, so that one byte a second would never be too slow.
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        end = time.monotonic() + keywords["timeout"]

        def answer(connection: socket.socket, *more: Any, **others: Any) -> http.client.HTTPResponse:
            response = http.client.HTTPResponse(connection, *more, **others)
            response.fp.close()
            response.fp = io.BufferedReader(_Timely(connection, end))
            return response

        self.response_class = answer  # type: ignore[assignment]


class _TlsConnection(_Connection, http.client.HTTPSConnection):
    """The same over TLS."""


class _HttpHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(_Connection, req)


class _HttpsHandler(urllib.request.HTTPSHandler):
    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._tls = context

    def https_open(self, req: urllib.request.Request) -> Any:
        return self.do_open(_TlsConnection, req, context=self._tls)


def _opener(service: Service) -> urllib.request.OpenerDirector:
    """All that a request needs, but nothing that follows a redirect, as that would carry the token to another place."""
    opener = urllib.request.OpenerDirector()
    proxy = find_proxy(service.url, os.environ)
    if proxy is not None and proxy.partition("://")[0].lower() not in ("http", "https"):
        raise NotAcceptedError(
            "The proxy that the environment of this host names is none for HTTP, so that no token can be tried "
            f"through it. Give another with https_proxy, or except {service.host} with no_proxy."
        )
    for handler in (
        urllib.request.ProxyHandler({} if proxy is None else {urlsplit(service.url).scheme: proxy}),
        _HttpHandler(),
        _HttpsHandler(_tls_context(service)),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _tls_context(service: Service) -> ssl.SSLContext:
    context = _trusting_context(service)
    if service.client_cert is not None:
        try:
            # Without an answer here, OpenSSL would ask a terminal for the password of a key.
            context.load_cert_chain(service.client_cert, service.client_key, password="")
        except (OSError, ssl.SSLError):
            raise NotAcceptedError(
                f"This host cannot use the certificate {service.client_cert} of the profile with its key. Have both "
                "there in PEM form, readable for the user, the key without a password."
            ) from None
    return context


def _trusting_context(service: Service) -> ssl.SSLContext:
    if not service.validate_certs:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    try:
        # With the line feed, an empty text is not taken for none.
        return ssl.create_default_context(cadata=None if service.ca is None else service.ca + "\n")
    except (ssl.SSLError, ValueError):
        raise NotAcceptedError(
            "ca_path holds no certificates in PEM form. Give the file of the certificate authority."
        ) from None


def _ask(opener: urllib.request.OpenerDirector, service: Service, token: str | None) -> int:
    credential = {} if token is None else {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(
        service.url,
        # Nothing to write: a token that may write is told from others all the same.
        data=b"" if service.method == "POST" else None,
        headers={**credential, "Accept": "application/json"},
        method=service.method,
    )
    try:
        with opener.open(request, timeout=service.timeout) as answer:
            return _judge(service, answer.status, answer.headers.get_content_type(), _beginning(answer))
    except urllib.error.HTTPError as answer:
        with answer:
            return _judge(service, answer.code, answer.headers.get_content_type(), _beginning(answer))
    except (OSError, http.client.HTTPException, ValueError) as error:
        _let_go(error)
        raise _unreachable(service, error) from None


def _beginning(answer: Any) -> bytes:
    """So much of an answer as tells whose it is."""
    content = b""
    while len(content) < _ENOUGH:
        part = answer.read1(_ENOUGH)
        if not part:
            break
        content += part
    return content


def _is_of_the_service(status: int, content_type: str, content: bytes) -> bool:
    """Whether the management service has answered, and not a proxy or a login page in its place.

    Source: the published Management API. A list is an array, an error ``{"code": 401, "message": "..."}``.
    """
    if content_type != "application/json":
        return False
    if status == 200:
        return content.lstrip().startswith(b"[")
    try:
        said = json.loads(content)
    except ValueError:
        return False
    return isinstance(said, dict) and isinstance(said.get("message"), str)


def _let_go(error: BaseException | None) -> None:
    """Close what the frames of a failure hold open: before 3.11.4, Python leaves what a proxy said there, and with it
    the line to the proxy.
    """
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _judge(service: Service, status: int, content_type: str, content: bytes) -> int:
    passing = status >= 500 or status == 429
    if content_type == "text/html":
        raise NotAcceptedError(
            f"A web page came in place of the answer of {service.host} ({status}). "
            f"Check {service.option} and the proxy settings of the host.",
            passing,
        )
    if service.is_data_host:
        return _judge_data_host(service, status, passing)
    if status in (200, 401, 403) and not _is_of_the_service(status, content_type, content):
        raise NotAcceptedError(
            f"{service.host} answered {status}, but not as the management service does. Check url and the proxy "
            "settings of the host."
        )
    if status == 403 and service.is_clustered:
        raise NotAcceptedError(
            f"{service.host} answered 403 after {service.wait:g} s: the token lacks the right to list tokens, or the "
            "cluster's service for tokens fails, which releases of InfluxDB Clustered before 20260421 tell in the same "
            "way. Run the task again.",
            passing=True,
            answered=True,
        )
    if status in (200, 403):
        return status
    if status == 401:
        raise NotAcceptedError(
            f"{service.host} does not accept the token (401) after {service.wait:g} s. "
            "It is wrong, expired or revoked, or takes longer to become active: raise verify_wait then.",
            passing=True,
            refused=True,
        )
    if status == 404 and service.is_clustered:
        raise NotAcceptedError(
            f"{service.host} does not know the management API (404), which InfluxDB Clustered has since release "
            "20250508. Check url and api_path."
        )
    if status == 404:
        raise NotAcceptedError(
            f"{service.host} knows no such account or cluster (404). Check account_id, cluster_id and url."
        )
    advice = "Run the task again later." if passing else "Check url and the proxy settings of the host."
    raise NotAcceptedError(f"{service.host} answered {status} instead of accepting the token. {advice}", passing)


def _judge_data_host(service: Service, status: int, passing: bool) -> int:
    """What is said about the body of a request is said to a token that was accepted."""
    if 200 <= status < 300 or status in (400, 422):
        return status
    if status in (401, 403):
        raise NotAcceptedError(
            f"{service.host} does not accept the token yet ({status}) after {service.wait:g} s, or not for this "
            "database. Run the task again: it tries again.",
            passing=True,
            answered=True,
        )
    advice = "Run the task again later." if passing else "Check data_url, and whether the database exists."
    # Asked without a token, a data host answers one of the above, or nothing for now.
    raise NotAcceptedError(
        f"{service.host} answered {status} instead of accepting the token. {advice}", passing, answered=passing
    )


def _unreachable(service: Service, error: Exception) -> NotAcceptedError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return NotAcceptedError(
            f"The certificate of {service.host} was not accepted on this host ({reason.verify_message.rstrip('.')}). "
            "If a private authority signed it, give its certificate with ca_path."
        )
    # Names that no host can have end in an error of their encoding.
    if isinstance(reason, (socket.gaierror, UnicodeError)):
        what = f"This host does not find the name {service.host}. Check {service.option} and the host's name service."
    elif isinstance(reason, (socket.timeout, TimeoutError)):
        what = (
            f"{service.host} did not answer this host within {service.timeout:g} s. "
            "Check the host's network and proxy settings, or raise timeout."
        )
    else:
        what = (
            f"This host cannot connect to {service.host}. Check the host's network and proxy settings, and "
            f"{service.option}."
        )
    return NotAcceptedError(what, passing=True)
