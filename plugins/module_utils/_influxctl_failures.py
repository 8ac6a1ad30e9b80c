# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turns what influxctl writes to stderr when it fails into the collection's own errors.

influxctl (Go: urfave/cli, go-toml, gRPC) has no published error format, so the words of those libraries decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ConnectionFailedError,
    ForbiddenError,
    InfluxctlError,
    ManagementError,
    NotFoundError,
    RateLimitedError,
    ServerFailureError,
    TimedOutError,
    TlsError,
    UnauthorizedError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import PREFIX_LENGTH, clean_text
from ansible_collections.influxdb3.management.plugins.module_utils._releases import FIRST_RELEASE, REMARK_ON_403
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    AmbiguousCreationError,
    Secret,
)


class Operation(Enum):
    """What influxctl is asked to do; some failures mean something else for one than for another."""

    LIST = "list"
    CREATE = "create"
    REVOKE = "revoke"
    RESTORE = "restore"
    VERSION = "version"


@dataclass(frozen=True)
class Attempt:
    """One run of influxctl; ``what`` completes the sentence "influxctl could not ..."."""

    operation: Operation
    what: str


class Cause(Enum):
    """Why influxctl failed, as far as its words tell."""

    TOO_OLD = "too old"
    LOCAL = "local"
    TLS = "tls"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed out"
    RATE_LIMITED = "rate limited"
    UNAVAILABLE = "unavailable"
    NOT_FOUND = "not found"
    UNSUPPORTED = "unsupported"
    OTHER = "other"


# The first that matches decides: a gRPC status such as "code = Unavailable" may wrap a more telling text.
_CAUSES = tuple(
    (cause, re.compile(pattern, re.IGNORECASE | re.ASCII))
    for cause, pattern in (
        (
            Cause.TOO_OLD,
            r"unknown command|no help topic for|flag provided but not defined|unknown flag|strict mode|"
            r"(?:unknown|unrecognized|undecoded|unexpected) (?:toml |config(?:uration)? )?(?:key|field|option)",
        ),
        (Cause.LOCAL, r"\b(?:open|mkdir|l?stat|read|write|unlink|rename|chmod|exec) \S+: permission denied"),
        # What a service of an older release answers to a call that it does not have.
        (Cause.UNSUPPORTED, r"\bunimplemented\b|unknown (?:service|method)\b"),
        # Not any "tls:", as a line that breaks under TLS may break after the request.
        (Cause.TLS, r"x509|certificate|\btls: .*(?:handshake|protocol version)"),
        (Cause.UNAUTHORIZED, r"unauthori[sz]ed|unauthenticated|\b401\b"),
        (Cause.FORBIDDEN, r"forbidden|permission ?denied|not (?:authorized|allowed|permitted)|\b403\b"),
        (Cause.UNREACHABLE, r"connection refused|no such host|connect: (?:network is unreachable|no route to host)"),
        (Cause.TIMED_OUT, r"timed out|time-?out|deadline ?exceeded"),
        (Cause.RATE_LIMITED, r"too many requests|resource ?exhausted|\b429\b"),
        (Cause.UNAVAILABLE, r"bad gateway|unavailable|connection reset|\b50[234]\b"),
        (Cause.NOT_FOUND, r"not ?found|already (?:been )?revoked|\b404\b"),
    )
)

_NOISE = re.compile(
    r"\b(?:Gtk|Gdk|GLib|dconf|libcanberra)|atk-bridge|please copy the token|this is the \W*only time", re.IGNORECASE
)
_ESCAPE_SEQUENCES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
_SHORTEST_REST = 8
_URL_CREDENTIALS = re.compile(r"://[^/\s@]+@")
_BEARER = re.compile(r"(Bearer)\s+\S+", re.IGNORECASE)


def classify(stderr: str) -> Cause:
    """Name the cause of a failure by the words influxctl uses for it."""
    text = "\n".join(_telling_lines(stderr))
    return next((cause for cause, pattern in _CAUSES if pattern.search(text)), Cause.OTHER)


def excerpt(stderr: str, own_token: Secret | None = None) -> str:
    """One line of at most 200 characters for a reader, or nothing: no noise, no control characters, no secret."""
    text = "\n".join(_telling_lines(stderr))
    text = _BEARER.sub(r"\1 ***", _URL_CREDENTIALS.sub("://***@", text))
    secret = own_token.reveal() if own_token is not None else ""
    rest = secret[PREFIX_LENGTH:]
    # What is left of a mistyped token may be as short as one letter, and would blank that letter everywhere.
    return clean_text(text, hidden=(secret, rest if len(rest) >= _SHORTEST_REST else "")).rstrip(". ")


def _telling_lines(stderr: str) -> list[str]:
    """The lines without noise. What cannot be printed is taken out without a trace, lest it split a token in two."""
    text = _ESCAPE_SEQUENCES.sub("", stderr)
    text = "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
    return [line for line in text.split("\n") if line.strip() and not _NOISE.search(line)]


def failure(attempt: Attempt, stderr: str, status: int, connection: Connection) -> ManagementError:
    """Say in one line what influxctl could not do, why, and what to do about it. ``status`` is its exit status."""
    # Whatever it may have said before: what is stopped in the middle may have acted.
    cause = classify(stderr) if status >= 0 else Cause.OTHER
    said = excerpt(stderr, connection.management_token)
    beginning = f"influxctl could not {attempt.what}"
    remark = f" ({said})" if said else ""
    if cause is Cause.UNAUTHORIZED:
        return UnauthorizedError(f"{beginning}: {_not_accepted(connection)}{remark}. {_login_advice(connection)}", 401)
    if cause is Cause.FORBIDDEN:
        on_releases = f" {REMARK_ON_403}" if connection.is_clustered else ""
        return ForbiddenError(f"{beginning}: this is not allowed{remark}. {_right_advice(attempt)}{on_releases}", 403)
    if cause is Cause.UNSUPPORTED:
        return InfluxctlError(f"{beginning}: the service does not have this{remark}. {_newer_advice(connection)}")
    if cause is Cause.TLS:
        return TlsError(
            f"{beginning}: no TLS connection came about{remark}. "
            "If a private authority signed the certificate of the service or of a proxy, give it with ca_path."
        )
    if cause is Cause.UNREACHABLE:
        return ConnectionFailedError(
            f"{beginning}: the service cannot be reached{remark}. Check the network and the proxy settings.", sent=False
        )
    if cause is Cause.NOT_FOUND and attempt.operation is Operation.REVOKE:
        return NotFoundError(f"{beginning}: there is no such token{remark}. Look at the list of tokens.", 404)
    if cause is Cause.RATE_LIMITED:
        return RateLimitedError(
            f"{beginning}: the service is limiting requests{remark}. Run the task again later.", 429
        )
    ending = f"exit status {status}" if status >= 0 else f"ended by signal {-status}"
    return _ambiguous(attempt, _unclear_failure(cause, beginning, remark or f" ({ending}, without a reason)"))


def timed_out(attempt: Attempt, connection: Connection, allow_cached_login: bool) -> ManagementError:
    """Say that influxctl did not end in time and was stopped."""
    advice = "Check the network and the proxy settings, or raise timeout."
    if allow_cached_login:
        advice = f"It may have been waiting for a login in a browser: log in with influxctl as this user. {advice}"
    return _ambiguous(
        attempt, TimedOutError(f"influxctl could not {attempt.what} within {connection.timeout:g} s. {advice}")
    )


def _unclear_failure(cause: Cause, beginning: str, remark: str) -> ManagementError:
    """The failures after which the service may have acted all the same."""
    if cause is Cause.TIMED_OUT:
        return TimedOutError(
            f"{beginning}: the service did not answer in time{remark}. Check the network, or run the task again."
        )
    if cause is Cause.UNAVAILABLE:
        return ServerFailureError(
            f"{beginning}: the service or a proxy before it failed{remark}. Run the task again.", 503
        )
    return InfluxctlError(f"{beginning}{remark}. Try the same with influxctl by hand.")


def _ambiguous(attempt: Attempt, error: ManagementError) -> ManagementError:
    return AmbiguousCreationError(error) if attempt.operation is Operation.CREATE else error


def _not_accepted(connection: Connection) -> str:
    if connection.management_token is None:
        return "the cached login was not accepted"
    return f"the management token {connection.management_token_prefix}... was not accepted"


def _login_advice(connection: Connection) -> str:
    if connection.management_token is None:
        return "A login lasts an hour: log in again with influxctl as this user, or give a management_token."
    return "It is wrong, expired or revoked: give a live one in management_token or INFLUXDB3_MANAGEMENT_TOKEN."


def _newer_advice(connection: Connection) -> str:
    if connection.is_clustered:
        return f"InfluxDB Clustered can revoke tokens and have them expire since release {FIRST_RELEASE}."
    return "Check the version of influxctl, and that the profile leads to the right service."


def _right_advice(attempt: Attempt) -> str:
    if attempt.operation is not Operation.CREATE:
        return "Use a management token made by an Admin, or the cached login of one (allow_cached_login)."
    return (
        "A management token may not be allowed to create another one: use a token made by an Admin, or give no "
        "management_token and let influxctl use the cached login of an Admin (allow_cached_login: true)."
    )
