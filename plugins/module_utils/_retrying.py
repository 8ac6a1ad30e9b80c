# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When something that failed is worth another attempt, and after which time; the same for REST and influxctl."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any, Callable

from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ConnectionFailedError,
    RateLimitedError,
    ServerFailureError,
)

with suppress(ImportError):  # reported by the frame of the task, which names the library
    import tenacity

# A service that asks to wait longer than this is not waited for: the task fails and says how long it asked.
LONGEST_WAIT = 60.0


def sleep(seconds: float) -> None:
    """Wait between two attempts."""
    time.sleep(seconds)


def retrying(
    retries: int, again: Callable[[BaseException], bool], pause: Callable[[float], None] = sleep
) -> tenacity.Retrying:
    """Up to ``retries`` more attempts as long as ``again`` says so of the failure; the last failure is raised."""
    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(retries + 1),
        wait=_wait,
        retry=tenacity.retry_if_exception(again),
        sleep=pause,
        reraise=True,
    )


def asks_for_too_much(error: BaseException) -> bool:
    """Whether the service asked for a longer wait than anybody should have to sit through."""
    return (asked_wait(error) or 0.0) > LONGEST_WAIT


def asked_wait(error: Any) -> Any:
    """The seconds the service asked to wait (Retry-After), or None."""
    return getattr(error, "retry_after", None)


def is_passing(error: BaseException) -> bool:
    """Whether a request that failed so may succeed a moment later."""
    if asks_for_too_much(error):
        return False
    if isinstance(error, ServerFailureError):
        return error.status in (502, 503, 504)
    return isinstance(error, (ConnectionFailedError, RateLimitedError))


def _wait(state: tenacity.RetryCallState) -> float:
    asked = asked_wait(state.outcome.exception() if state.outcome else None)
    if asked is not None:
        return float(asked)
    # Not wait_exponential_jitter: tenacity 9.2 renamed one of its parameters and warns of the old name.
    backoff: float = (tenacity.wait_exponential(multiplier=0.25, max=8.0) + tenacity.wait_random(0, 0.25))(state)
    return backoff
