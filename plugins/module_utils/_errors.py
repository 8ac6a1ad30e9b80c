# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every failure the collection reports to its user, as one small hierarchy.

The text of each error is one line that says what happened, to which object, and what to do next.
It never holds a secret and never quotes the raw body of an answer.
"""

from __future__ import annotations


class ManagementError(Exception):
    """Base of every expected failure; its text is meant for the reader of a playbook run."""


class InputError(ManagementError):
    """What the task asks for is wrong or incomplete; nothing was sent."""


class ConnectionFailedError(ManagementError):
    """No connection came about, or it broke before an answer arrived.

    ``sent`` is false only when the request cannot have reached the service (name not found, connection refused).
    """

    def __init__(self, message: str, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class TimedOutError(ConnectionFailedError):
    """The service did not answer, or could not be connected to, within ``timeout`` seconds."""


class TlsError(ManagementError):
    """The certificate of the service was not accepted, or TLS could not be negotiated."""


class UnexpectedAnswerError(ManagementError):
    """An answer that is not what the published API promises: not JSON, a field missing or of the wrong type."""


class StatusError(ManagementError):
    """The service answered with an error status."""

    def __init__(self, message: str, status: int, retry_after: float | None = None, of_service: bool = True) -> None:
        """Keep the HTTP ``status`` and, in seconds, how long the service asked to wait (Retry-After).

        ``of_service`` is false where the answer has not the form in which the service tells of an error.
        """
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.of_service = of_service


class BadRequestError(StatusError):
    """400: the service does not accept the request as it is."""


class UnauthorizedError(StatusError):
    """401: the management token is wrong, expired or revoked."""


class ForbiddenError(StatusError):
    """403: the management token is valid but lacks the right."""


class NotFoundError(StatusError):
    """404: no such account, cluster or object."""


class ConflictError(StatusError):
    """409: the object exists already or was changed by another."""


class RateLimitedError(StatusError):
    """429: too many requests."""


class ServerFailureError(StatusError):
    """5xx: the service or a proxy before it failed."""


class InterruptedTaskError(ManagementError):
    """A signal asked the task to end, and it was still there to say so."""


class InfluxctlError(ManagementError):
    """influxctl could not be run, or ended with an error."""
