# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The management REST API of one cluster: paths, authentication, retries, answers checked, errors typed.

Source of paths and shapes: the Management API v0 as published by InfluxData,
https://docs.influxdata.com/influxdb3/cloud-dedicated/api/management/
"""

from __future__ import annotations

import os
import socket
import ssl
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.influxdb3.management.plugins.module_utils._answers import (
    Fields,
    error_message,
    parse_json,
    require_token_id,
)
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    AmbiguousCreationError,
    BadRequestError,
    ConflictError,
    ConnectionFailedError,
    ForbiddenError,
    InputError,
    ManagementError,
    NotFoundError,
    RateLimitedError,
    SecretMissingError,
    ServerFailureError,
    StatusError,
    TimedOutError,
    TlsError,
    UnauthorizedError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._proxies import find_proxy
from ansible_collections.influxdb3.management.plugins.module_utils._retrying import is_passing, retrying
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    CreatedToken,
    NewToken,
    Permission,
    Secret,
    Token,
    Update,
    permissions_as_list,
)

with suppress(ImportError):  # reported by the frame of the task, which names the library
    import httpx

_USER_AGENT = "influxdb3.management"
_CLOCK_TIMEOUT = 10.0
# What the service is published to answer where it creates nothing, but for 404: it has just listed what is there.
_REFUSALS = (BadRequestError, UnauthorizedError, ForbiddenError, ConflictError, RateLimitedError, TlsError)


class ManagementClient:
    """Database tokens of one cluster, over one HTTP connection; use it as a context manager."""

    def __init__(self, connection: Connection) -> None:
        """Prepare the client; nothing is sent yet. Raises ``InputError`` for an unusable ca_path."""
        self._connection = connection
        self._server_time: datetime | None = None
        self._http = _http_client(connection)
        if connection.management_token is not None:
            self._http.headers["Authorization"] = f"Bearer {connection.management_token.reveal()}"

    def __enter__(self) -> ManagementClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def server_time(self) -> datetime | None:
        """The Date header of the last answer, or None when no answer has come yet or it had none."""
        return self._server_time

    def list_tokens(self, again: bool = True) -> list[Token]:
        """Every database token of the cluster: live, expired and revoked. ``again``: after a passing failure too."""
        what = "listing the database tokens"
        answer = parse_json(self._send("GET", "tokens", what, expected=200, again=again).content, what)
        if not isinstance(answer, list):
            raise UnexpectedAnswerError(f"The answer to {what} is not a list. {_WRONG_SERVICE}")
        return [_read_token(Fields(item, what)) for item in answer]

    def create_token(self, new: NewToken) -> CreatedToken:
        """Create a database token, in one attempt: another one after an answer that was lost would make another token.

        Raises ``AmbiguousCreationError`` when a token may have been made whose secret is lost: after every failure but
        those that say it was refused.
        """
        what = f"creating the database token {new.description!r}"
        body: dict[str, Any] = {
            "description": new.description,
            "permissions": permissions_as_list(new.permissions or frozenset()),
        }
        if new.expires_at is not None:
            body["expiresAt"] = format_rfc3339(new.expires_at)
        try:
            response = self._send("POST", "tokens", what, expected=200, body=body, again=False)
            answer = Fields(parse_json(response.content, what), what)
            token = _read_token(answer)
            secret = answer.optional_text("accessToken")
        except ManagementError as error:
            if isinstance(error, _REFUSALS) or (isinstance(error, ConnectionFailedError) and not error.sent):
                raise
            raise AmbiguousCreationError(error) from None
        if not secret or not (secret.isascii() and secret.isprintable()):
            raise AmbiguousCreationError(SecretMissingError(f"The answer to {what} holds no accessToken."), token)
        return CreatedToken(token=token, secret=Secret(secret))

    def update_token(self, update: Update) -> Token:
        """Change description or permissions; the list of permissions is replaced as a whole."""
        token = update.token
        what = f"updating the database token {token.id} ({token.description!r})"
        body: dict[str, Any] = {}
        if update.description is not None:
            body["description"] = update.description
        if update.permissions is not None:
            body["permissions"] = permissions_as_list(update.permissions)
        path = f"tokens/{require_token_id(token.id)}"
        return _read_token(Fields(parse_json(self._send("PATCH", path, what, 200, body).content, what), what))

    def revoke_token(self, token_id: str) -> None:
        """Revoke a database token; one that is gone or revoked already is no error.

        The service answers 404 then, but so does a proxy that does not know the way: after a 404, the list decides.
        Raises ``UnexpectedAnswerError`` where it shows the token as not revoked, or cannot be had.
        """
        what = f"revoking the database token {token_id}"
        try:
            self._send("DELETE", f"tokens/{require_token_id(token_id)}", what, expected=204)
        except NotFoundError:
            self._require_revoked(token_id, f"The service answered 404 when {what}")

    def _require_revoked(self, token_id: str, doubt: str) -> None:
        try:
            listed = self.list_tokens()
        except ManagementError as error:
            raise UnexpectedAnswerError(
                f"{doubt}, and whether it is revoked could not be looked up: {error} Then run the task again."
            ) from None
        if any(token.id == token_id and token.revoked_at is None for token in listed):
            raise UnexpectedAnswerError(
                f"{doubt}, but still lists it as not revoked. {_WRONG_SERVICE} Then run the task again."
            )

    def _send(
        self,
        method: str,
        path: str,
        what: str,
        expected: int,
        body: dict[str, Any] | None = None,
        again: bool = True,
    ) -> httpx.Response:
        """Send one request, ``again`` after a passing failure, and return the answer if it has the expected status."""
        attempts = retrying(self._connection.retries if again else 0, is_passing)
        answer: httpx.Response = attempts(self._send_once, method, path, what, body)
        if answer.status_code != expected:
            raise UnexpectedAnswerError(
                f"The service answered {answer.status_code} instead of {expected} when {what}. {_WRONG_SERVICE}"
            )
        return answer

    def _send_once(self, method: str, path: str, what: str, body: dict[str, Any] | None) -> httpx.Response:
        try:
            answer = self._http.request(method, f"{self._connection.cluster_url}/{path}", json=body)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
            raise _transport_error(error, self._connection, what) from None
        self._server_time = _date(answer) or self._server_time
        if answer.status_code >= 400:
            raise _status_error(answer, self._connection, what)
        return answer


def fetch_server_time(connection: Connection) -> datetime | None:
    """Ask the service for its time, without credentials; the refusal carries the Date header that is wanted.

    Returns None when the service does not say, and raises ``ManagementError`` when it cannot be asked.
    """
    connection = replace(connection, timeout=min(connection.timeout, _CLOCK_TIMEOUT))
    try:
        with _http_client(connection) as http:
            return _date(http.get(f"{connection.cluster_url}/tokens"))
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise _transport_error(error, connection, "asking for the time") from None


_WRONG_SERVICE = "Check that url is the address of the management service and that no proxy answers in its place."


def _http_client(connection: Connection) -> httpx.Client:
    given = (connection.environment.get(name) or None for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"))
    tls_context = _tls_context(connection.ca_path, connection.validate_certs, *given)
    try:
        return httpx.Client(
            verify=tls_context,
            # Otherwise httpx would ask the system, and the environment of this process.
            trust_env=False,
            proxy=find_proxy(connection.url, connection.environment),
            timeout=connection.timeout,
            headers={"Accept": "application/json", "User-Agent": _USER_AGENT},
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        # A proxy may hold a password, so its address is not shown.
        raise InputError(
            "A proxy that the environment names cannot be used. Give HTTPS_PROXY or ALL_PROXY as http://host:port; "
            "a SOCKS proxy needs the Python library socksio."
        ) from None


@lru_cache(maxsize=8)
def _tls_context(
    ca_path: str | None, validate_certs: bool, cert_file: str | None = None, cert_dir: str | None = None
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


def _date(answer: httpx.Response) -> datetime | None:
    return _http_date(answer.headers.get("Date"))


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


def _status_error(answer: httpx.Response, connection: Connection, what: str) -> StatusError:
    status = answer.status_code
    said = _message(answer, connection)
    wait = _retry_after(answer)
    asked = "" if wait is None else f" and asks to wait {wait:g} s"
    if status == 400:
        return BadRequestError(f"The service refused the request as malformed (400) when {what}{said}.", status)
    if status == 401:
        return UnauthorizedError(
            f"The management token was not accepted (401) when {what}{said}. It is wrong, expired or revoked: give a "
            "live one in management_token or INFLUXDB3_MANAGEMENT_TOKEN.",
            status,
        )
    if status == 403:
        return ForbiddenError(
            f"The management token is valid but not allowed to do this (403) when {what}{said}. "
            "Use a token whose owner has the right, such as an Admin.",
            status,
        )
    if status == 404:
        return NotFoundError(
            f"Not found (404) when {what} in account {connection.account_id}, cluster {connection.cluster_id}{said}. "
            "Check account_id, cluster_id and url.",
            status,
        )
    if status == 409:
        return ConflictError(
            f"The service reports a conflict (409) when {what}{said}. Look at the live tokens and run the task again.",
            status,
        )
    if status == 429:
        return RateLimitedError(
            f"The service is limiting requests (429){asked} when {what}{said}. Run the task again later.", status, wait
        )
    if status >= 500:
        return ServerFailureError(
            f"The service or a proxy before it failed ({status}){asked} when {what}{said}. Run the task again.",
            status,
            wait,
        )
    return StatusError(f"The service answered {status} when {what}{said}. {_WRONG_SERVICE}", status)


def _message(answer: httpx.Response, connection: Connection) -> str:
    """The message of an error answer, as ``: text``, or what came in its place."""
    token = connection.management_token
    text = error_message(answer.content, hidden=[] if token is None else [token.reveal()])
    return f": {text}" if text else ""


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds to wait by the Retry-After header, which holds seconds or a date (RFC 9110 section 10.2.3)."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    instant = _http_date(text)
    if instant is None:
        return None
    now = _date(answer) or datetime.now(timezone.utc)
    return max(0.0, (instant - now).total_seconds())


def _read_token(answer: Fields) -> Token:
    return Token(
        id=answer.text("id"),
        description=answer.text("description"),
        created_at=answer.instant("createdAt"),
        expires_at=answer.optional_instant("expiresAt"),
        revoked_at=answer.optional_instant("revokedAt"),
        permissions=_read_permissions(answer),
    )


def _read_permissions(answer: Fields) -> frozenset[Permission]:
    return frozenset(
        Permission(action=item.text("action"), resource=item.text("resource")) for item in answer.items("permissions")
    )
