# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens and their life cycle, for both kinds of token: a pure function from what is wanted and seen to what to do.

Nothing here talks to a service, reads a file or looks at a clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Dict, FrozenSet, List, Optional, Protocol, Sequence, Tuple

from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_duration, format_rfc3339

LIVE = "live"
EXPIRED = "expired"
REVOKED = "revoked"
STATUSES = (LIVE, EXPIRED, REVOKED)

# A management token begins with "M.V1." and four more characters that influxctl shows as its token_prefix.
PREFIX_LENGTH = 9

# Services cut an expiry to whole seconds, and time passes between planning and creating.
_EXPIRES_AT_TOLERANCE = timedelta(seconds=1)
_LIFETIME_TOLERANCE = timedelta(minutes=5)
_LIFETIME_TOLERANCE_SHARE = 0.01


class Secret:
    """A token string that shows itself only where it is asked to, so that no log or traceback holds it by accident."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The token string itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(hidden)"


@dataclass(frozen=True, order=True)
class Permission:
    """What a database token allows: an ``action`` (read, write) on a ``resource`` (a database name, or ``*``)."""

    action: str
    resource: str


@dataclass(frozen=True)
class Token:
    """A token's metadata as the service lists it; instants are UTC.

    ``permissions`` is None for management tokens; ``prefix`` and ``created_by`` are None for database tokens.
    """

    id: str
    description: str
    created_at: datetime
    expires_at: Optional[datetime] = None
    revoked_at: Optional[datetime] = None
    permissions: Optional[FrozenSet[Permission]] = None
    prefix: Optional[str] = None
    created_by: Optional[str] = None

    def status(self, now: datetime) -> str:
        """``live``, ``expired`` or ``revoked`` at this instant; a token both revoked and expired is revoked."""
        if self.revoked_at is not None:
            return REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return EXPIRED
        return LIVE

    def metadata(self, now: datetime) -> Dict[str, Any]:
        """The token as tasks return it: snake_case, RFC 3339, never a secret."""
        metadata: Dict[str, Any] = {
            "id": self.id,
            "description": self.description,
            "status": self.status(now),
            "created_at": format_rfc3339(self.created_at),
            "expires_at": format_rfc3339(self.expires_at),
            "revoked_at": format_rfc3339(self.revoked_at),
        }
        if self.permissions is None:
            metadata["prefix"] = self.prefix
            metadata["created_by"] = self.created_by
        else:
            metadata["permissions"] = permissions_as_list(self.permissions)
        return metadata


@dataclass(frozen=True)
class NewToken:
    """A token to create. ``permissions`` is None for management tokens, ``expires_at`` None for no expiry."""

    description: str
    permissions: Optional[FrozenSet[Permission]] = None
    expires_at: Optional[datetime] = None

    def metadata(self) -> Dict[str, Any]:
        """What is known of the token before it exists, in the shape of ``Token.metadata``."""
        return {
            "id": None,
            "description": self.description,
            "status": LIVE,
            "created_at": None,
            "expires_at": format_rfc3339(self.expires_at),
            "revoked_at": None,
            **(
                {"prefix": None, "created_by": None}
                if self.permissions is None
                else {"permissions": permissions_as_list(self.permissions)}
            ),
        }


@dataclass(frozen=True)
class CreatedToken:
    """The one answer that holds a secret."""

    token: Token
    secret: Secret


class TokenService(Protocol):
    """What the life cycle needs of a service that keeps tokens of one kind."""

    def list_tokens(self) -> List[Token]:
        """Every token the service keeps, live or not."""

    def server_time(self) -> Optional[datetime]:
        """The service's own time, or None where it cannot be had."""

    def create_token(self, new: NewToken) -> CreatedToken:
        """Create a token; its secret is in this answer and nowhere else."""

    def update_token(self, update: Update) -> Token:
        """Change the description or the permissions of a token."""

    def revoke_token(self, token_id: str) -> None:
        """Revoke a token; one that is already revoked or gone is no error."""


@dataclass(frozen=True)
class Kind:
    """What differs between database tokens and management tokens, in words and in ability."""

    noun: str
    held_option: str
    can_change: bool


DATABASE = Kind(noun="database token", held_option="held_id", can_change=True)
MANAGEMENT = Kind(noun="management token", held_option="held_prefix", can_change=False)


@dataclass(frozen=True)
class Evidence:
    """What is known of the token its consumer holds.

    ``given`` is false when the task says nothing about it. Where it is given, ``token_id`` or ``prefix`` name the held
    token, and neither of them means that nothing usable is held.
    """

    given: bool = False
    token_id: Optional[str] = None
    prefix: Optional[str] = None

    def find(self, tokens: Sequence[Token]) -> Optional[Token]:
        """The held token among these, the newest where a prefix matches several."""
        matches = [
            token
            for token in tokens
            if (self.token_id is not None and token.id == self.token_id)
            or (self.prefix is not None and token.prefix == self.prefix)
        ]
        return matches[-1] if matches else None


@dataclass(frozen=True)
class Desired:
    """What a task wants of one token. None means that the task says nothing about it."""

    description: Optional[str] = None
    id: Optional[str] = None
    permissions: Optional[FrozenSet[Permission]] = None
    expires_at: Optional[datetime] = None
    lifetime: Optional[timedelta] = None


@dataclass(frozen=True)
class Update:
    """A change of a token in place; None leaves that part alone."""

    token: Token
    description: Optional[str] = None
    permissions: Optional[FrozenSet[Permission]] = None

    def applied(self) -> Token:
        """The token as it will be after this change."""
        return replace(
            self.token,
            description=self.token.description if self.description is None else self.description,
            permissions=self.token.permissions if self.permissions is None else self.permissions,
        )


@dataclass(frozen=True)
class Plan:
    """What to do, and why. Steps are done in this order: updates, create, revocations.

    ``generations`` are the live tokens the plan is about, oldest first. Updates come before the creation because
    nothing may fail between a secret's birth and its delivery.
    """

    reason: str
    generations: Tuple[Token, ...] = ()
    current: Optional[Token] = None
    updates: Tuple[Update, ...] = ()
    create: Optional[NewToken] = None
    revocations: Tuple[Token, ...] = ()
    predecessors: Tuple[Token, ...] = ()
    unheld: Tuple[Token, ...] = ()
    warnings: Tuple[str, ...] = field(default=())
    expiry_mismatch: Optional[str] = None

    @property
    def changes(self) -> bool:
        """Whether a real run changes anything."""
        return bool(self.updates or self.create or self.revocations)


def permissions_as_list(permissions: FrozenSet[Permission]) -> List[Dict[str, str]]:
    """Permissions as the API and tasks write them, in a fixed order."""
    return [{"action": one.action, "resource": one.resource} for one in sorted(permissions)]


def plan_present(kind: Kind, desired: Desired, evidence: Evidence, observed: Sequence[Token], now: datetime) -> Plan:
    """Decide what makes the wanted token exist and be held by its consumer.

    Raises ``InputError`` where that cannot be decided: an ambiguous description, an id that is not live, a rename
    of what cannot be renamed, an expiry that is not in the future.
    """
    _check_expiry(desired, now)
    if desired.id is not None:
        return _plan_by_id(kind, desired, _live_by_id(kind, desired.id, observed, now), now)
    description = desired.description or ""
    generations = _generations(description, observed, now)
    current = evidence.find(generations)
    if not evidence.given and generations:
        current = _only_one(kind, description, generations)
    if current is None:
        return _plan_creation(kind, desired, evidence, generations, now)
    return _plan_current(kind, desired, evidence, generations, current, now)


def plan_absent(
    kind: Kind,
    desired: Desired,
    evidence: Evidence,
    observed: Sequence[Token],
    now: datetime,
    own_prefix: Optional[str] = None,
) -> Plan:
    """Decide what to revoke. Tokens that are missing, expired or revoked need nothing.

    ``own_prefix`` is the prefix of the management token the task itself authenticates with: revoking that is refused.
    """
    if desired.id is not None:
        chosen = tuple(token for token in observed if token.id == desired.id)
        live = tuple(token for token in chosen if token.status(now) == LIVE)
        named = f"id {desired.id}"
        state = chosen[0].status(now) if chosen else "unknown"
        nothing = f"the {kind.noun} with {named} is {state}, nothing to revoke"
    else:
        description = desired.description or ""
        live = _generations(description, observed, now)
        named = f"description {description!r}"
        nothing = f"no live {kind.noun} with {named}"
        if len(live) > 1 and not evidence.given:
            _only_one(kind, description, live)
    if own_prefix is not None and any(token.prefix == own_prefix for token in live):
        raise InputError(
            f"The {kind.noun} with {named} is the one this task authenticates with, and is not revoked. "
            "Authenticate with another management token to revoke it."
        )
    if not live:
        return Plan(reason=nothing)
    return Plan(
        reason=f"state is absent, {_count(len(live), 'live ' + kind.noun)} with {named} to revoke",
        generations=live,
        revocations=live,
    )


def _check_expiry(desired: Desired, now: datetime) -> None:
    if desired.expires_at is not None and desired.expires_at <= now:
        raise InputError(
            f"expires_at {format_rfc3339(desired.expires_at)} is not in the future "
            f"(the service's time is {format_rfc3339(now)}). Give a later instant, or a lifetime."
        )
    if desired.lifetime is not None and desired.lifetime > datetime.max.replace(tzinfo=now.tzinfo) - now:
        raise InputError("lifetime reaches past the year 9999. Give a shorter one, or none for a token without expiry.")


def _generations(description: str, observed: Sequence[Token], now: datetime) -> Tuple[Token, ...]:
    live = [token for token in observed if token.description == description and token.status(now) == LIVE]
    return tuple(sorted(live, key=lambda token: (token.created_at, token.id)))


def _only_one(kind: Kind, description: str, generations: Sequence[Token]) -> Token:
    if len(generations) > 1:
        raise InputError(
            f"{len(generations)} live {kind.noun}s have the description {description!r}: {_ids(generations)}. "
            f"Say which one its consumer holds with {kind.held_option} or secret_file, or name one token by id."
        )
    return generations[0]


def _live_by_id(kind: Kind, token_id: str, observed: Sequence[Token], now: datetime) -> Token:
    found = next((token for token in observed if token.id == token_id), None)
    if found is None:
        raise InputError(
            f"There is no {kind.noun} with the id {token_id}. "
            f"List the live ones with {kind.noun.replace(' ', '_')}_info, or name the token by description."
        )
    status = found.status(now)
    if status != LIVE:
        raise InputError(
            f"The {kind.noun} with the id {token_id} is {status}, and a token that is not live cannot be changed. "
            "Name the token by description to have a live one created."
        )
    return found


def _plan_by_id(kind: Kind, desired: Desired, token: Token, now: datetime) -> Plan:
    if desired.description is not None and desired.description != token.description and not kind.can_change:
        raise InputError(
            f"The {kind.noun} with the id {token.id} has the description {token.description!r}, and a {kind.noun} "
            "cannot be renamed. Create one with the new description, then revoke this one."
        )
    update = _update(desired, token)
    return Plan(
        reason=_reason_for_updates(kind, (update,) if update else ()),
        generations=(token,),
        current=token,
        updates=(update,) if update else (),
        expiry_mismatch=_expiry_mismatch(kind, desired, token),
    )


def _plan_creation(
    kind: Kind, desired: Desired, evidence: Evidence, generations: Tuple[Token, ...], now: datetime
) -> Plan:
    description = desired.description or ""
    if not generations:
        reason = f"no live {kind.noun} has the description {description!r}"
    elif evidence.token_id is None and evidence.prefix is None:
        reason = f"its consumer holds no {kind.noun} with the description {description!r}"
    else:
        reason = f"the {kind.noun} its consumer holds is not a live one with the description {description!r}"
    expires_at = desired.expires_at
    if desired.lifetime is not None:
        expires_at = (now + desired.lifetime).replace(microsecond=0)
    permissions = (desired.permissions or frozenset()) if kind.can_change else None
    return Plan(
        reason=reason,
        generations=generations,
        updates=_updates(desired, generations),
        create=NewToken(description=description, permissions=permissions, expires_at=expires_at),
        unheld=generations,
    )


def _plan_current(
    kind: Kind,
    desired: Desired,
    evidence: Evidence,
    generations: Tuple[Token, ...],
    current: Token,
    now: datetime,
) -> Plan:
    updates = _updates(desired, generations)
    reason = _reason_for_updates(kind, updates)
    if not evidence.given:
        reason += "; its secret is not known here"
    return Plan(
        reason=reason,
        generations=generations,
        current=current,
        updates=updates,
        predecessors=tuple(token for token in generations if token.created_at < current.created_at),
        unheld=tuple(
            token for token in generations if token.created_at >= current.created_at and token.id != current.id
        ),
        expiry_mismatch=_expiry_mismatch(kind, desired, current),
    )


def _updates(desired: Desired, generations: Sequence[Token]) -> Tuple[Update, ...]:
    updates = (_update(desired, token) for token in generations)
    return tuple(update for update in updates if update is not None)


def _update(desired: Desired, token: Token) -> Optional[Update]:
    description = desired.description if desired.description != token.description else None
    permissions = desired.permissions if desired.permissions != token.permissions else None
    if description is None and permissions is None:
        return None
    return Update(token=token, description=description, permissions=permissions)


def _reason_for_updates(kind: Kind, updates: Sequence[Update]) -> str:
    if not updates:
        return f"a live {kind.noun} exists as wanted"
    changed = []
    if any(update.description is not None for update in updates):
        changed.append("description")
    if any(update.permissions is not None for update in updates):
        changed.append("permissions")
    return f"{' and '.join(changed)} of {_count(len(updates), 'live ' + kind.noun)} to change"


def _expiry_mismatch(kind: Kind, desired: Desired, token: Token) -> Optional[str]:
    """Say how the expiry differs from the wanted one, or None; it is immutable, so this is all there is to do."""
    if desired.expires_at is not None:
        wanted = f"expires_at is {format_rfc3339(desired.expires_at)}"
        matches = token.expires_at is not None and abs(token.expires_at - desired.expires_at) <= _EXPIRES_AT_TOLERANCE
    elif desired.lifetime is not None:
        wanted = f"lifetime is {format_duration(desired.lifetime)}"
        tolerance = max(_LIFETIME_TOLERANCE, desired.lifetime * _LIFETIME_TOLERANCE_SHARE)
        matches = (
            token.expires_at is not None and abs((token.expires_at - token.created_at) - desired.lifetime) <= tolerance
        )
    else:
        return None
    if matches:
        return None
    actual = "never expires" if token.expires_at is None else f"expires at {format_rfc3339(token.expires_at)}"
    if token.expires_at is not None and desired.lifetime is not None:
        actual += f", {format_duration(token.expires_at - token.created_at)} after its creation"
    return (
        f"The {kind.noun} {token.id} ({token.description!r}) {actual}, but {wanted}. An expiry cannot be changed: "
        "revoke the token (state: absent) and run the task again to have one with the wanted expiry."
    )


def _ids(tokens: Sequence[Token]) -> str:
    return ", ".join(f"{token.id} (created {format_rfc3339(token.created_at)})" for token in tokens)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
