# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks the management service, from a host, whether it accepts a management token.

Runs on hosts, so it needs nothing but the standard library.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import traceback
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlsplit

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 8.0


class NotAcceptedError(Exception):
    """The service did not accept the token; one line for the reader, without the token or the answer's text.

    ``passing`` is true where the reason may pass: a token that is still being activated, a service out of reach.
    ``refused`` is true where the service itself has said that it does not accept this token.
    """

    def __init__(self, message: str, passing: bool = False, refused: bool = False) -> None:
        super().__init__(message)
        self.passing = passing
        self.refused = refused


@dataclass(frozen=True)
class Service:
    """What to ask. ``url`` is that of a GET which every live management token may try, such as the list of tokens.

    ``ca`` are the certificates of the authorities to trust, as PEM text; without it those of the host count.
    ``timeout`` and ``wait`` are seconds: for one request, and for trying again while the reason may pass.
    """

    url: str
    ca: str | None
    validate_certs: bool
    timeout: float
    wait: float

    @property
    def host(self) -> str:
        """Its name, for messages."""
        return urlsplit(self.url).hostname or self.url


def require_acceptance(service: Service, token: str) -> int:
    """Return the status of the service's answer: 200, or 403 for a live token that lacks the right to list tokens.

    Source: a revoked, expired or wrong management token answers 401, responses of the published Management API.
    Raises ``NotAcceptedError`` when the last attempt in ``wait`` seconds failed too.
    """
    opener = _opener(service)
    deadline = time.monotonic() + service.wait
    pause = _FIRST_PAUSE
    while True:
        try:
            return _ask(opener, service, token)
        except NotAcceptedError as error:
            remaining = deadline - time.monotonic()
            if not error.passing or remaining <= 0:
                raise
        time.sleep(min(pause, remaining))
        pause = min(2 * pause, _LONGEST_PAUSE)


def _opener(service: Service) -> urllib.request.OpenerDirector:
    """All that a GET needs, but nothing that follows a redirect, as that would carry the token to another place."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=_tls_context(service)),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _tls_context(service: Service) -> ssl.SSLContext:
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


def _ask(opener: urllib.request.OpenerDirector, service: Service, token: str) -> int:
    request = urllib.request.Request(
        service.url, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"}
    )
    try:
        with opener.open(request, timeout=service.timeout) as answer:
            return _judge(service, answer.status, answer.headers.get_content_type())
    except urllib.error.HTTPError as answer:
        with answer:
            return _judge(service, answer.code, answer.headers.get_content_type())
    except (OSError, http.client.HTTPException, ValueError) as error:
        _let_go(error)
        raise _unreachable(service, error) from None


def _let_go(error: BaseException | None) -> None:
    """Close what the frames of a failure hold open: before 3.11.4, Python leaves what a proxy said there, and with it
    the line to the proxy.
    """
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


def _judge(service: Service, status: int, content_type: str) -> int:
    passing = status >= 500 or status == 429
    if content_type == "text/html":
        raise NotAcceptedError(
            f"A web page came in place of the answer of {service.host} ({status}). "
            "Check url and the proxy settings of the host.",
            passing,
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
    if status == 404:
        raise NotAcceptedError(
            f"{service.host} knows no such account or cluster (404). Check account_id, cluster_id and url."
        )
    advice = "Run the task again later." if passing else "Check url and the proxy settings of the host."
    raise NotAcceptedError(f"{service.host} answered {status} instead of accepting the token. {advice}", passing)


def _unreachable(service: Service, error: Exception) -> NotAcceptedError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return NotAcceptedError(
            f"The certificate of {service.host} was not accepted on this host ({reason.verify_message.rstrip('.')}). "
            "If a private authority signed it, give its certificate with ca_path."
        )
    # Names that no host can have end in an error of their encoding.
    if isinstance(reason, (socket.gaierror, UnicodeError)):
        what = f"This host does not find the name {service.host}. Check url and the host's name service."
    elif isinstance(reason, (socket.timeout, TimeoutError)):
        what = (
            f"{service.host} did not answer this host within {service.timeout:g} s. "
            "Check the host's network and proxy settings, or raise timeout."
        )
    else:
        what = f"This host cannot connect to {service.host}. Check the host's network and proxy settings, and url."
    return NotAcceptedError(what, passing=True)
