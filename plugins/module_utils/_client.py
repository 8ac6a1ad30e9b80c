# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests about one cluster to the management service: authentication, retries, TLS, proxies, errors typed.

It knows no resource: what is asked for, and what an answer means, stands with each service.
"""

from __future__ import annotations

import math
import os
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.influxdb3.management.plugins.module_utils._answers import (
    error_message,
    is_error,
)
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
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
    TlsError,
    UnauthorizedError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._products import foreign_server, speaks_another_api
from ansible_collections.influxdb3.management.plugins.module_utils._proxies import find_proxy
from ansible_collections.influxdb3.management.plugins.module_utils._releases import (
    REMARK_ON_403,
    REMARK_ON_503,
    missing_before,
)
from ansible_collections.influxdb3.management.plugins.module_utils._retrying import is_passing, retrying

with suppress(ImportError):  # reported by the frame of the task, which names the library
    # httpx would read it for its first client, that is in every worker again.
    import httpcore  # noqa: F401 pylint: disable=unused-import
    import httpx

_USER_AGENT = "influxdb3.management"
_CLOCK_TIMEOUT = 10.0
# Of what a list of hundreds of thousands of tokens takes, and of what an error is worth reading.
_LARGEST = 128 * 1024 * 1024
_LARGEST_ERROR = 64 * 1024


# When httpcore has a new stream to read from: of a connection, of TLS over it, or of TLS through a proxy.
_STREAM_BEGINS = (".connect_tcp.complete", ".start_tls.complete")
_ANSWER_BEGINS = ".receive_response_headers.started"

WRONG_SERVICE = "Check that url is the address of the management service and that no proxy answers in its place."


@dataclass(frozen=True)
class Answer:
    """A whole answer, that of an error at most in its beginning."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class _Deadline:
    """The end of what a service may take to begin its answer, and then to end it.

    httpx bounds each read by itself, so that one byte a second would never be too slow. Here each read is given what is
    left of the time at most.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._end = math.inf

    def begin(self) -> None:
        """Have the time begin again."""
        self._end = time.monotonic() + self._timeout

    def left(self) -> float:
        """Seconds, or less than nothing."""
        return self._end - time.monotonic()

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        """What httpx is given as the extension "trace" of each request: it is told what goes on below."""
        if event.endswith(_ANSWER_BEGINS):
            self.begin()
        elif event.endswith(_STREAM_BEGINS):
            # A proxy may have its say before any answer.
            self.begin()
            self._bound(info["return_value"])

    def _bound(self, stream: Any) -> None:
        read = stream.read

        def read_in_time(max_bytes: int, timeout: float | None = None) -> Any:
            left = self.left()
            if left <= 0:
                raise httpx.ReadTimeout("too slow")
            return read(max_bytes, left if timeout is None else min(left, timeout))

        stream.read = read_in_time


class Client:
    """Requests about one cluster, over one HTTP connection; close it in the end."""

    def __init__(self, connection: Connection, base: str | None = None) -> None:
        """Prepare the client; nothing is sent yet. Raises ``InputError`` for an unusable ca_path.

        ``base`` is the address that paths are below, where it is not that of the cluster.
        """
        self._connection = connection
        self._base = base or connection.cluster_url
        self._server_time: datetime | None = None
        self._http = _http_client(connection)
        self._deadline = _Deadline(connection.timeout)
        if connection.management_token is not None:
            self._http.headers["Authorization"] = f"Bearer {connection.management_token.reveal()}"

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def server_time(self) -> datetime | None:
        """The Date header of the last answer, or None when no answer has come yet or it had none."""
        return self._server_time

    def send(
        self,
        method: str,
        path: str,
        what: str,
        expected: int,
        body: dict[str, Any] | None = None,
        again: bool = True,
        also: Collection[int] = (),
    ) -> Answer:
        """Send one request, ``again`` after a passing failure, and return the answer if it has the expected status.

        ``path`` is below that of the cluster. ``what`` says in errors what was being done. ``also`` are statuses that
        are not published and mean the same. Raises ``ManagementError``.
        """
        attempts = retrying(self._connection.retries if again else 0, is_passing)
        answer: Answer = attempts(self._send_once, method, path, what, body)
        if answer.status_code != expected and answer.status_code not in also:
            raise UnexpectedAnswerError(
                f"The service answered {answer.status_code} instead of {expected} when {what}. {WRONG_SERVICE}"
            )
        return answer

    def _send_once(self, method: str, path: str, what: str, body: dict[str, Any] | None) -> Answer:
        try:
            url, extensions = f"{self._base}/{path}", {"trace": self._deadline.watch}
            with self._http.stream(method, url, json=body, extensions=extensions) as begun:
                answer = _read(begun, self._deadline, self._connection, what)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
            raise _transport_error(error, self._connection, what) from None
        self._server_time = _date(answer.headers) or self._server_time
        if answer.status_code >= 400:
            self._refuse_foreign_server(answer, what)
            raise _status_error(answer, self._connection, what, missing_before(method, path))
        return answer

    def _refuse_foreign_server(self, answer: Answer, what: str) -> None:
        """Where something refuses as other products do, name it if it is certain which of them it is."""
        if not speaks_another_api(answer.status_code, answer.content):
            return
        name = _ask_for_name(self._connection)
        if name is not None:
            kind, _words = _STATUSES[answer.status_code]
            raise kind(
                f"{name} answers at {self._connection.url} ({answer.status_code} when {what}), and it has another API. "
                "This collection manages InfluxDB Cloud Dedicated and InfluxDB Clustered: check url and product.",
                answer.status_code,
            )


def fetch_server_time(connection: Connection) -> datetime | None:
    """Ask the service for its time, without credentials; the refusal carries the Date header that is wanted.

    Returns None when the service does not say, and raises ``ManagementError`` when it cannot be asked.
    """
    connection = replace(connection, timeout=min(connection.timeout, _CLOCK_TIMEOUT))
    try:
        url, extensions = f"{connection.cluster_url}/tokens", {"trace": _Deadline(connection.timeout).watch}
        with _http_client(connection) as http, http.stream("GET", url, extensions=extensions) as answer:
            return _date(answer.headers)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise _transport_error(error, connection, "asking for the time") from None


def _ask_for_name(connection: Connection) -> str | None:
    """Ask what is there for its name, without credentials. None where it is no other product, or does not tell."""
    connection = replace(connection, timeout=min(connection.timeout, _CLOCK_TIMEOUT))
    deadline = _Deadline(connection.timeout)
    parts = urlsplit(connection.url)
    try:
        url, extensions = f"{parts.scheme}://{parts.netloc}/ping", {"trace": deadline.watch}
        with _http_client(connection) as http, http.stream("GET", url, extensions=extensions) as begun:
            answer = _read(begun, deadline, connection, "asking what answers there")
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, ManagementError):
        return None
    return foreign_server(answer.status_code, answer.headers, answer.content)


def _http_client(connection: Connection) -> httpx.Client:
    given = (connection.environment.get(name) or None for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    certificate = (connection.client_cert, connection.client_key)
    tls_context = _tls_context(connection.ca_path, connection.validate_certs, *given, *certificate)
    try:
        return httpx.Client(
            verify=tls_context,
            # Otherwise httpx would ask the system, and the environment of this process.
            trust_env=False,
            proxy=find_proxy(connection.url, connection.environment),
            timeout=connection.timeout,
            # Compressed, a small answer could become one of any size.
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": _USER_AGENT},
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        # A proxy may hold a password, so its address is not shown.
        raise InputError(
            "A proxy that the environment names cannot be used. Give HTTPS_PROXY or ALL_PROXY as http://host:port; "
            "a SOCKS proxy needs the Python library socksio."
        ) from None


@lru_cache(maxsize=8)
def _tls_context(
    ca_path: str | None,
    validate_certs: bool,
    cert_file: str | None = None,
    cert_dir: str | None = None,
    client_cert: str | None = None,
    client_key: str | None = None,
) -> ssl.SSLContext:
    context = _trusting_context(ca_path, validate_certs, cert_file, cert_dir)
    if client_cert is not None:
        try:
            # Without an answer here, OpenSSL would ask the terminal for the password of a key.
            context.load_cert_chain(client_cert, client_key, password="")
        except (OSError, ssl.SSLError):
            raise InputError(
                f"client_cert {client_cert} cannot be used with its key. Give a certificate and its key in PEM form, "
                "the key without a password."
            ) from None
    return context


def _trusting_context(
    ca_path: str | None, validate_certs: bool, cert_file: str | None, cert_dir: str | None
) -> ssl.SSLContext:
    """Trust the given authorities, else those that OpenSSL's variables name, else those of the system.

    The same as influxctl and Python on the hosts do, so that an authority that is trusted by one is trusted by all. The
    list that comes with httpx would not know those of a company.
    """
    if not validate_certs:
        return httpx.create_ssl_context(verify=False)
    if ca_path is None:
        return ssl.create_default_context(cafile=_existing(cert_file), capath=_existing(cert_dir))
    try:
        return ssl.create_default_context(cafile=ca_path)
    except (OSError, ssl.SSLError):
        raise InputError(
            f"ca_path {ca_path} holds no certificates in PEM form. Give the file of the certificate authority."
        ) from None


def _existing(path: str | None) -> str | None:
    """A path that is there, as OpenSSL passes over others."""
    return path if path is not None and any(map(os.path.exists, path.split(os.pathsep))) else None


def _advice_on_authorities() -> str:
    """What to do about a certificate that is not accepted; it may be that no authority is trusted at all."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile is None and (paths.capath is None or not os.listdir(paths.capath)):
        return (
            f"This Python finds no authorities of the system at {paths.openssl_cafile}. Install them "
            "(ca-certificates), or give a file of them with ca_path."
        )
    return "If a private authority signed it, give its certificate with ca_path."


def _read(answer: httpx.Response, deadline: _Deadline, connection: Connection, what: str) -> Answer:
    """Read an answer to its end, within ``timeout`` from its beginning, and no more than any true one has."""
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnexpectedAnswerError(f"The answer is compressed, which nobody asked for, when {what}. {WRONG_SERVICE}")
    deadline.begin()
    content = bytearray()
    try:
        for part in answer.iter_bytes():
            content += part
            if answer.status_code >= 400 and len(content) > _LARGEST_ERROR:
                break
            if len(content) > _LARGEST:
                raise UnexpectedAnswerError(
                    f"The answer is larger than {_LARGEST // 1024**2} MiB when {what}. {WRONG_SERVICE}"
                )
            if deadline.left() < 0:
                raise httpx.ReadTimeout("too slow")
    except httpx.ReadTimeout:
        raise TimedOutError(
            f"{urlsplit(connection.url).hostname} did not come to the end of its answer within "
            f"{connection.timeout:g} s when {what}. Check the network and the proxy settings, or raise timeout.",
            sent=True,
        ) from None
    return Answer(answer.status_code, answer.headers, bytes(content))


def _date(headers: Mapping[str, str]) -> datetime | None:
    return _http_date(headers.get("Date"))


def _http_date(text: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(text or "").astimezone(timezone.utc)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _transport_error(error: Exception, connection: Connection, what: str) -> ManagementError:
    """Say which part of reaching the service failed; the library's own text is never passed on."""
    cause = _root_cause(error)
    host = urlsplit(connection.url).hostname
    if isinstance(cause, ssl.SSLCertVerificationError):
        return TlsError(
            f"The certificate of {host} was not accepted ({cause.verify_message.rstrip('.')}) when {what}. "
            + _advice_on_authorities()
        )
    # Which of the two tells of a cut line differs between Pythons.
    cut = isinstance(cause, (ssl.SSLEOFError, ssl.SSLZeroReturnError))
    if isinstance(cause, ssl.SSLError) and not cut and _is_connecting(error):
        return TlsError(
            f"No TLS connection to {host} came about ({cause.reason or 'no common protocol'}) when {what}. "
            "Check the scheme and the port of url."
        )
    if isinstance(error, httpx.TimeoutException):
        phase = "connect to" if _is_connecting(error) else "get an answer from"
        return TimedOutError(
            f"Could not {phase} {host} within {connection.timeout:g} s when {what}. "
            "Check the network and the proxy settings, or raise timeout.",
            sent=not _is_connecting(error),
        )
    if isinstance(cause, (socket.gaierror, UnicodeError)):
        return ConnectionFailedError(
            f"The name {host} was not found when {what}. Check url and the name service.", sent=False
        )
    if _is_connecting(error):
        return ConnectionFailedError(
            f"Could not connect to {host} when {what}. Check url, the port, the network and the proxy settings.",
            sent=False,
        )
    return ConnectionFailedError(f"The connection to {host} broke when {what}. Run the task again.")


def _is_connecting(error: Exception) -> bool:
    return isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError, httpx.UnsupportedProtocol))


def _root_cause(error: BaseException) -> BaseException:
    while True:
        inner = error.__cause__ or error.__context__
        if inner is None:
            return error
        error = inner


# What each status means for the reader, and what to do.
_STATUSES: dict[int, tuple[type[StatusError], str]] = {
    400: (BadRequestError, "The service refused the request as malformed (400) when {what}{said}."),
    401: (
        UnauthorizedError,
        "The management token was not accepted (401) when {what}{said}. It is wrong, expired or revoked: give a live "
        "one in management_token or INFLUXDB3_MANAGEMENT_TOKEN.",
    ),
    403: (
        ForbiddenError,
        "The management token is valid but not allowed to do this (403) when {what}{said}. Use a token whose owner has "
        "the right, such as an Admin.",
    ),
    404: (
        NotFoundError,
        "Not found (404) when {what} {place}{said}. Check {options}.",
    ),
    409: (
        ConflictError,
        "The service reports a conflict (409) when {what}{said}. Look at what is there by now, and run the task again.",
    ),
    429: (
        RateLimitedError,
        "The service is limiting requests (429){asked} when {what}{said}. Run the task again later.",
    ),
}
_SERVER_FAILURE = (
    ServerFailureError,
    "The service or a proxy before it failed ({status}){asked} when {what}{said}. Run the task again.",
)
_OTHER_STATUS = (StatusError, f"The service answered {{status}} when {{what}}{{said}}. {WRONG_SERVICE}")
# What depends on the release of InfluxDB Clustered.
_OF_AN_OLD_RELEASE = (404, 405)
_OF_ITS_SERVICE_FOR_TOKENS = {403: REMARK_ON_403, 503: REMARK_ON_503}


def _status_error(answer: Answer, connection: Connection, what: str, on_old_releases: str) -> StatusError:
    status, wait = answer.status_code, _retry_after(answer)
    kind, words = _STATUSES.get(status, _SERVER_FAILURE if status >= 500 else _OTHER_STATUS)
    ids = f"in account {connection.account_id}, cluster {connection.cluster_id}"
    message = words.format(
        status=status,
        what=what,
        said=_message(answer, connection),
        asked="" if wait is None else f" and asks to wait {wait:g} s",
        place=f"at {connection.host}" if connection.is_clustered else ids,
        options="url and api_path" if connection.is_clustered else "account_id, cluster_id and url",
    )
    if connection.is_clustered:
        remark = on_old_releases if status in _OF_AN_OLD_RELEASE else _OF_ITS_SERVICE_FOR_TOKENS.get(status)
        message = message if remark is None else f"{message} {remark}"
    return kind(message, status, wait if "{asked}" in words else None, is_error(answer.content, status))


def _message(answer: Answer, connection: Connection) -> str:
    """The message of an error answer, as ``: text``, or what came in its place."""
    token = connection.management_token
    text = error_message(answer.content, hidden=[] if token is None else [token.reveal()])
    return f": {text}" if text else ""


def _retry_after(answer: Answer) -> float | None:
    """Seconds to wait by the Retry-After header, which holds seconds or a date (RFC 9110 section 10.2.3)."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    instant = _http_date(text)
    if instant is None:
        return None
    now = _date(answer.headers) or datetime.now(timezone.utc)
    return max(0.0, (instant - now).total_seconds())
