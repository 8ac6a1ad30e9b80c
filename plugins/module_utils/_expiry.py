# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a token ends: what is asked for, what was granted, and whether it is due for a successor. All of it pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_duration, format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    Kind,
    Permission,
    Token,
)

# Services cut an expiry to whole seconds, and time passes between planning and creating.
_EXPIRES_AT_TOLERANCE = timedelta(seconds=1)
_LIFETIME_TOLERANCE = timedelta(minutes=5)
_LIFETIME_TOLERANCE_SHARE = 0.01
# Of a lifetime so short that the tolerance is most of it.
_LARGEST_SHARE_TO_MARK = 0.1


@dataclass(frozen=True)
class Desired:
    """What a task wants of one token. None means that the task says nothing about it.

    ``renew_before`` is how long before its expiry a token gets a successor, ``overlap`` how long a predecessor may live
    beside its successor; without it, until it expires. ``revoke_others`` is about all other live tokens of the
    description.
    """

    description: str | None = None
    id: str | None = None
    permissions: frozenset[Permission] | None = None
    expires_at: datetime | None = None
    lifetime: timedelta | None = None
    renew_before: timedelta | None = None
    overlap: timedelta | None = None
    force_renew: bool = False
    revoke_others: bool = False

    @property
    def renews(self) -> bool:
        """Whether several live tokens of one description are to be expected, and are no accident."""
        return self.renew_before is not None or self.overlap is not None or self.force_renew


def check_expiry(desired: Desired, now: datetime) -> None:
    """Refuse an expiry that no new token can have. Raises ``InputError``."""
    if desired.expires_at is not None and desired.expires_at <= now:
        raise InputError(
            f"expires_at {format_rfc3339(desired.expires_at)} is not in the future "
            f"(the service's time is {format_rfc3339(now)}). Give a later instant, or a lifetime."
        )
    if desired.lifetime is not None and desired.lifetime > datetime.max.replace(tzinfo=now.tzinfo) - now:
        raise InputError("lifetime reaches past the year 9999. Give a shorter one, or none for a token without expiry.")


def new_expiry(desired: Desired, now: datetime, mark: timedelta) -> datetime | None:
    """When a token made now is to expire. ``mark`` makes that of a lifetime earlier."""
    if desired.lifetime is None:
        return desired.expires_at
    return (now + desired.lifetime - mark).replace(microsecond=0)


def longest_mark(lifetime: timedelta) -> int:
    """By how many seconds a token may expire earlier than its lifetime says, without anybody calling it another."""
    return int(min(_tolerance(lifetime) / 2, lifetime * _LARGEST_SHARE_TO_MARK).total_seconds())


def renewal_due(desired: Desired, current: Token, now: datetime) -> str | None:
    """Why the current token is to get a successor now, or None.

    The life that was granted counts, as a service may grant less than asked: ``renew_before`` shrinks in proportion.
    Of a longer one only as much counts as is asked for.
    """
    if desired.force_renew:
        return "force_renew is set"
    if desired.renew_before is None or desired.lifetime is None or current.expires_at is None:
        return None
    granted = current.expires_at - current.created_at
    life = min(granted, desired.lifetime)
    renew_before = desired.renew_before * (life / desired.lifetime)
    left = current.created_at + life - now
    if left > renew_before:
        return None
    if abs(granted - desired.lifetime) <= _tolerance(desired.lifetime):
        return (
            f"expires in {format_duration(current.expires_at - now)}, "
            f"renew_before is {format_duration(desired.renew_before)}"
        )
    figures = f"{format_duration(granted)} granted, {format_duration(desired.lifetime)} asked for"
    return (
        f"{format_duration(max(left, timedelta()))} left of {format_duration(life)} ({figures}), "
        f"of which renew_before is {format_duration(renew_before)}"
    )


def granted_otherwise(kind: Kind, desired: Desired, created: Token) -> str | None:
    """Say how the expiry of a token that was just made differs from the one that was asked for, or None."""
    difference = _difference(kind, desired, created)
    if difference is None:
        return None
    return f"{difference}. It was just made, so this is what the service grants. Ask for that."


def expiry_mismatch(kind: Kind, desired: Desired, token: Token) -> str | None:
    """Say how the expiry differs from the wanted one, or None; it is immutable, so this is all there is to do."""
    difference = _difference(kind, desired, token)
    if difference is None:
        return None
    return (
        f"{difference}. An expiry cannot be changed: "
        "revoke the token (state: absent) and run the task again to have one with the wanted expiry, "
        "or set force_renew once for a successor that has it."
    )


def _difference(kind: Kind, desired: Desired, token: Token) -> str | None:
    if desired.expires_at is not None:
        wanted = f"expires_at is {format_rfc3339(desired.expires_at)}"
        matches = token.expires_at is not None and abs(token.expires_at - desired.expires_at) <= _EXPIRES_AT_TOLERANCE
    elif desired.lifetime is not None:
        wanted = f"lifetime is {format_duration(desired.lifetime)}"
        difference = None if token.expires_at is None else token.expires_at - token.created_at - desired.lifetime
        matches = difference is not None and abs(difference) <= _tolerance(desired.lifetime)
    else:
        return None
    if matches:
        return None
    actual = "never expires" if token.expires_at is None else f"expires at {format_rfc3339(token.expires_at)}"
    if token.expires_at is not None and desired.lifetime is not None:
        actual += f", {format_duration(token.expires_at - token.created_at)} after its creation"
    return f"The {kind.noun} {token.id} ({token.description!r}) {actual}, but {wanted}"


def _tolerance(lifetime: timedelta) -> timedelta:
    """By how much a life may differ from the wanted one and still count as the same."""
    return max(_LIFETIME_TOLERANCE, lifetime * _LIFETIME_TOLERANCE_SHARE)
