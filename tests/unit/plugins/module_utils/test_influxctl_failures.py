# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What influxctl says when it fails, turned into errors a reader can act on."""

from __future__ import annotations

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ConnectionFailedError,
    ForbiddenError,
    InfluxctlError,
    ManagementError,
    NotFoundError,
    RateLimitedError,
    ServerFailureError,
    StatusError,
    TimedOutError,
    TlsError,
    UnauthorizedError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_failures import (
    Attempt,
    Cause,
    Operation,
    classify,
    excerpt,
    failure,
    timed_out,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import AmbiguousCreationError, Secret
from hypothesis import given
from hypothesis import strategies as st

OWN = "M.V1.Own0" + "s3cr3t+/-_" * 6 + "="
CONNECTION = Connection("account", "cluster", Secret(OWN), timeout=20.0)
CACHED_LOGIN = Connection("account", "cluster", None)
LIST = Attempt(Operation.LIST, "list the management tokens of account A")
CREATE = Attempt(Operation.CREATE, "create the management token 'host one'")
REVOKE = Attempt(Operation.REVOKE, "revoke the management token x")


@pytest.mark.parametrize(
    ("stderr", "cause"),
    [
        ('Error: unknown command "management" for "influxctl"', Cause.TOO_OLD),
        ("No help topic for 'management'", Cause.TOO_OLD),
        ("Incorrect Usage: flag provided but not defined: -expires-at", Cause.TOO_OLD),
        ("strict mode: fields in the document are missing in the target struct", Cause.TOO_OLD),
        ("error\tunknown configuration key: profile.mgmt_token", Cause.TOO_OLD),
        ("mkdir /root/.cache/influxctl: permission denied", Cause.LOCAL),
        ("tls: failed to verify certificate: x509: certificate signed by unknown authority", Cause.TLS),
        ('rpc error: code = Unavailable desc = connection error: "x509: certificate has expired"', Cause.TLS),
        ("rpc error: code = Unauthenticated desc = token revoked", Cause.UNAUTHORIZED),
        ("unexpected HTTP status code received from server: 401 (Unauthorized)", Cause.UNAUTHORIZED),
        ("UNAUTHORISED", Cause.UNAUTHORIZED),
        ("rpc error: code = PermissionDenied desc = no", Cause.FORBIDDEN),
        ("failed to create token: permission denied", Cause.FORBIDDEN),
        ("management tokens are not allowed to create management tokens", Cause.FORBIDDEN),
        ("403 Forbidden", Cause.FORBIDDEN),
        ("dial tcp 127.0.0.1:1: connect: connection refused", Cause.UNREACHABLE),
        ("dial tcp: lookup console.invalid: no such host", Cause.UNREACHABLE),
        ("dial tcp 10.0.0.1:443: i/o timeout", Cause.TIMED_OUT),
        ("rpc error: code = DeadlineExceeded desc = context deadline exceeded", Cause.TIMED_OUT),
        ("rpc error: code = ResourceExhausted desc = slow down", Cause.RATE_LIMITED),
        ("429 Too Many Requests", Cause.RATE_LIMITED),
        ("502 Bad Gateway", Cause.UNAVAILABLE),
        ("unexpected status 503", Cause.UNAVAILABLE),
        ("read tcp: connection reset by peer", Cause.UNAVAILABLE),
        ("rpc error: code = NotFound desc = token", Cause.NOT_FOUND),
        ("token already revoked", Cause.NOT_FOUND),
        ("rpc error: code = Unimplemented desc = unknown method Revoke", Cause.UNSUPPORTED),
        ("request 14013 failed", Cause.OTHER),
        ("", Cause.OTHER),
        ("(influxctl:7): Gtk-WARNING **: 401 unauthorized", Cause.OTHER),
    ],
)
def test_causes(stderr: str, cause: Cause) -> None:
    assert classify(stderr) is cause


@pytest.mark.parametrize(
    ("stderr", "kind", "status", "advice"),
    [
        ("401", UnauthorizedError, 401, "live one in management_token or INFLUXDB3_MANAGEMENT_TOKEN"),
        ("403", ForbiddenError, 403, "made by an Admin"),
        ("too many requests", RateLimitedError, 429, "Run the task again later"),
        ("bad gateway", ServerFailureError, 503, "Run the task again"),
        ("x509", TlsError, None, "ca_path"),
        ("connection refused", ConnectionFailedError, None, "proxy settings"),
        ("deadline exceeded", TimedOutError, None, "network"),
        ("mkdir /root/x: permission denied", InfluxctlError, None, "by hand"),
        ("broken", InfluxctlError, None, "by hand"),
        ("profile not found", InfluxctlError, None, "by hand"),
    ],
)
@pytest.mark.parametrize("attempt", [LIST, CREATE])
def test_errors(stderr: str, kind: type[ManagementError], status: int, advice: str, attempt: Attempt) -> None:
    error = failure(attempt, stderr, 1, CONNECTION)
    if isinstance(error, AmbiguousCreationError):
        error = error.cause
    assert type(error) is kind
    assert str(error).startswith(f"influxctl could not {attempt.what}")
    assert stderr in str(error)
    assert advice in str(error)
    assert "\n" not in str(error)
    if isinstance(error, StatusError):
        assert error.status == status


def test_a_refused_creation_says_who_may_create() -> None:
    text = str(failure(CREATE, "permission denied", 1, CONNECTION))
    assert "A management token may not be allowed to create another one" in text
    assert "Admin" in text
    assert "allow_cached_login" in text
    assert "create another one" not in str(failure(LIST, "permission denied", 1, CONNECTION))


def test_a_refused_credential_is_named_by_its_prefix_or_as_the_cached_login() -> None:
    assert "management token M.V1.Own0... was not accepted" in str(failure(LIST, "401", 1, CONNECTION))
    assert "cached login was not accepted" in str(failure(LIST, "401", 1, CACHED_LOGIN))


def test_not_found_is_an_answer_to_a_revocation_only() -> None:
    assert type(failure(REVOKE, "token not found", 1, CONNECTION)) is NotFoundError
    assert type(failure(LIST, "token not found", 1, CONNECTION)) is InfluxctlError


def test_a_failure_without_a_word_says_its_status() -> None:
    assert "exit status 7" in str(failure(LIST, "\n(x:1): Gtk-WARNING **: y\n", 7, CONNECTION))


@pytest.mark.parametrize(
    ("stderr", "status", "ambiguous"),
    [
        *((text, 1, True) for text in ("deadline exceeded", "bad gateway", "status 500", "unexpected EOF", "")),
        *(
            (text, 1, True)
            for text in ("tls: bad record MAC", "read tcp: no route to host", "connection reset by peer")
        ),
        *((text, 1, False) for text in ("401", "403", "connection refused", "no such host", "429", "x509")),
        *((text, 1, False) for text in ("tls: handshake failure", "dial tcp: connect: no route to host")),
        # What was killed may have been about to say anything.
        *((text, -9, True) for text in ("", "401", "connection refused", "429")),
    ],
)
def test_a_creation_that_may_have_happened_is_ambiguous(stderr: str, status: int, ambiguous: bool) -> None:
    assert isinstance(failure(CREATE, stderr, status, CONNECTION), AmbiguousCreationError) is ambiguous
    assert not isinstance(failure(LIST, stderr, status, CONNECTION), AmbiguousCreationError)


def test_what_was_killed_says_by_which_signal() -> None:
    assert "(ended by signal 9, without a reason)" in str(failure(LIST, "", -9, CONNECTION))


def test_a_process_that_did_not_end() -> None:
    error = timed_out(LIST, CONNECTION, allow_cached_login=False)
    assert type(error) is TimedOutError
    assert "list the management tokens of account A within 20 s" in str(error)
    assert "browser" not in str(error)
    assert "waiting for a login in a browser" in str(timed_out(LIST, CACHED_LOGIN, allow_cached_login=True))
    assert isinstance(timed_out(CREATE, CONNECTION, allow_cached_login=False), AmbiguousCreationError)


# --- excerpts


def test_noise_is_dropped_and_lines_are_joined() -> None:
    stderr = (
        "\n(influxctl:123): Gtk-WARNING **: 10:00: cannot open display\n"
        'Not loading module "atk-bridge": The functionality is provided by GTK natively.\n'
        "warn\tplease copy the token and store in a safe place\n"
        "warn\tthis is the *only time* you will see the token\n"
        "\x1b[31merror\x1b[0m\tfirst\r\n   second  \n"
    )
    assert excerpt(stderr) == "error first second"


@pytest.mark.parametrize(
    "stderr",
    [
        f"invalid token {OWN}",
        f"invalid token '{OWN[9:]}'",
        "created M.V1.abcd" + "s3cr3t" * 9,
        "created apiv1_" + "s3cr3t" * 9,
        "Authorization: Bearer s3cr3t",
        "proxyconnect http://user:s3cr3t@proxy:3128: bad",
        "split M.V1.\x1b[1mabcd\x1b[0ms3cr3t",
        "split M.V1.abcd\x00s3cr3t",
        "split M.V1.abcd\u200bs3cr3t",
        "split M.V1.abcd\u2028s3cr3t",
        "x" * 190 + " M.V1.abcds3cr3t" + "y" * 50,
    ],
)
def test_no_secret_is_shown(stderr: str) -> None:
    assert "s3cr3t" not in excerpt(stderr, Secret(OWN))
    assert "s3cr3t" not in str(failure(CREATE, stderr, 1, CONNECTION))


@given(before=st.text(max_size=300), after=st.text(max_size=300), token=st.sampled_from([OWN, OWN[9:]]))
def test_an_excerpt_is_one_short_line_without_the_token(before: str, after: str, token: str) -> None:
    shown = excerpt(f"{before}{token}{after}", Secret(OWN))
    assert token[9:] not in shown
    assert len(shown) <= 200
    assert not shown or shown.isprintable()


# Clustered

OWN_CLUSTER = Connection("account", "cluster", Secret(OWN), product="clustered", url="https://influxdb.example")


def test_what_a_release_of_clustered_does_not_have() -> None:
    error = failure(REVOKE, "Error: rpc error: code = Unimplemented desc = unknown method", 1, OWN_CLUSTER)
    assert isinstance(error, InfluxctlError)
    assert "the service does not have this" in str(error)
    assert str(error).endswith("InfluxDB Clustered can revoke tokens and have them expire since release 20250508.")
    # Refused as a whole: nothing was created.
    assert not isinstance(failure(CREATE, "code = Unimplemented", 1, OWN_CLUSTER), AmbiguousCreationError)
    assert "release" not in str(failure(REVOKE, "code = Unimplemented", 1, CONNECTION))


def test_a_refusal_of_clustered_may_be_a_failure_of_its_own() -> None:
    error = failure(CREATE, "rpc error: code = PermissionDenied", 1, OWN_CLUSTER)
    assert isinstance(error, ForbiddenError)
    assert "Before release 20260421, InfluxDB Clustered may answer so too" in str(error)
