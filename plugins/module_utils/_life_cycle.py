# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life cycle of a token as a pure function: from what is wanted, held and observed to what to do, and why.

Nothing here talks to a service, reads a file or looks at a clock. Both kinds of token share it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_duration, format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    LIVE,
    Evidence,
    Kind,
    NewToken,
    Permission,
    Token,
    Update,
)

# Services cut an expiry to whole seconds, and time passes between planning and creating.
_EXPIRES_AT_TOLERANCE = timedelta(seconds=1)
_LIFETIME_TOLERANCE = timedelta(minutes=5)
_LIFETIME_TOLERANCE_SHARE = 0.01
_UNHELD_GRACE = timedelta(days=1)
# Of a lifetime so short that the tolerance is most of it.
_LARGEST_SHARE_TO_MARK = 0.1


@dataclass(frozen=True)
class Desired:
    """What a task wants of one token. None means that the task says nothing about it.

    ``renew_before`` and ``overlap`` are how long before its expiry a token gets a successor, and how long both live.
    """

    description: str | None = None
    id: str | None = None
    permissions: frozenset[Permission] | None = None
    expires_at: datetime | None = None
    lifetime: timedelta | None = None
    renew_before: timedelta | None = None
    overlap: timedelta | None = None
    force_renew: bool = False

    @property
    def has_generations(self) -> bool:
        """Whether several live tokens of one description are generations of one token, and no accident."""
        return self.renew_before is not None or self.overlap is not None or self.force_renew


@dataclass(frozen=True)
class Plan:
    """What to do, and why. Steps are done in this order: updates, create, revocations.

    ``generations`` are the live tokens the plan is about, oldest first. Updates come before the creation because
    nothing may fail between a secret's birth and its delivery. A plan that creates revokes nothing.
    ``revoke_at`` says, by id, when a run with ``overlap`` will revoke a predecessor or an unheld token. ``replaced``
    are the ids that a file which gets the new secret is to remember, oldest first.
    """

    reason: str
    generations: tuple[Token, ...] = ()
    current: Token | None = None
    updates: tuple[Update, ...] = ()
    create: NewToken | None = None
    revocations: tuple[Token, ...] = ()
    predecessors: tuple[Token, ...] = ()
    unheld: tuple[Token, ...] = ()
    revoke_at: Mapping[str, datetime] = field(default_factory=dict)
    replaced: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    expiry_mismatch: str | None = None

    @property
    def changes(self) -> bool:
        """Whether a real run changes anything."""
        return bool(self.updates or self.create or self.revocations)


def plan_present(
    kind: Kind,
    desired: Desired,
    evidence: Evidence,
    observed: Sequence[Token],
    now: datetime,
    own_prefix: str | None = None,
    mark: timedelta = timedelta(),
) -> Plan:
    """Decide what makes the wanted token exist and be held by its consumer, and its predecessors go in time.

    ``own_prefix`` is the prefix of the management token the task itself authenticates with, which is never revoked.
    ``mark`` is a random number of seconds up to ``longest_mark``, by which a token of a ``lifetime`` expires earlier,
    so that it can be told from others.
    Raises ``InputError`` where nothing can be decided: an ambiguous description, an id that is not live, a rename
    of what cannot be renamed, an expiry that is not in the future, a file that holds the live token of another.
    """
    _check_expiry(desired, now)
    if desired.id is not None:
        return _plan_by_id(kind, desired, _live_by_id(kind, desired.id, observed, now))
    description = desired.description or ""
    generations = _generations(description, observed, now)
    current = evidence.find(generations)
    if not evidence.given and generations:
        if not desired.has_generations:
            _require_one(kind, description, generations)
        current = generations[-1]
    if current is None:
        _require_replaceable(kind, description, evidence, observed, now)
        return _plan_creation(kind, desired, evidence, generations, now, mark)
    due = _renewal_due(desired, current, now)
    if due is not None:
        return _plan_renewal(kind, desired, evidence, generations, current, due, now, own_prefix, mark)
    return _plan_current(kind, desired, evidence, generations, current, now, own_prefix)


def plan_absent(
    kind: Kind,
    desired: Desired,
    evidence: Evidence,
    observed: Sequence[Token],
    now: datetime,
    own_prefix: str | None = None,
) -> Plan:
    """Decide what to revoke. Tokens that are missing, expired or revoked need nothing.

    Raises ``InputError`` when that would be the token the task authenticates with, or cannot be decided, and when a
    file that holds another token would be removed.
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
        if not evidence.given and not desired.has_generations:
            _require_one(kind, description, live)
        _require_removable(kind, description, evidence, observed, live, now)
    if _contains_own(live, own_prefix):
        raise InputError(
            f"The {kind.noun} with {named} is the one this task authenticates with, and is not revoked. "
            "Authenticate with another management token to revoke it."
        )
    if not live:
        return Plan(reason=nothing)
    return Plan(
        reason=f"state is absent, {_count(live, kind)} with {named} to revoke", generations=live, revocations=live
    )


def _check_expiry(desired: Desired, now: datetime) -> None:
    if desired.expires_at is not None and desired.expires_at <= now:
        raise InputError(
            f"expires_at {format_rfc3339(desired.expires_at)} is not in the future "
            f"(the service's time is {format_rfc3339(now)}). Give a later instant, or a lifetime."
        )
    if desired.lifetime is not None and desired.lifetime > datetime.max.replace(tzinfo=now.tzinfo) - now:
        raise InputError("lifetime reaches past the year 9999. Give a shorter one, or none for a token without expiry.")


def _generations(description: str, observed: Sequence[Token], now: datetime) -> tuple[Token, ...]:
    live = [token for token in observed if token.description == description and token.status(now) == LIVE]
    return tuple(sorted(live, key=lambda token: (token.created_at, token.id)))


def _require_one(kind: Kind, description: str, generations: Sequence[Token]) -> None:
    if len(generations) > 1:
        ids = ", ".join(f"{token.id} (created {format_rfc3339(token.created_at)})" for token in generations)
        raise InputError(
            f"{len(generations)} live {kind.noun}s have the description {description!r}: {ids}. "
            f"Say which one its consumer holds with {kind.held_option} or secret_file, or name one token by id."
        )


def _require_replaceable(
    kind: Kind, description: str, evidence: Evidence, observed: Sequence[Token], now: datetime
) -> None:
    """The secret of a token exists once: a file that has it gets no other one as long as the token is live."""
    held = _held_in_file(evidence, observed)
    if held is not None and held.status(now) == LIVE:
        raise InputError(
            f"{evidence.path} holds the {kind.noun} {held.id} ({evidence.description!r}), which is live and is not one "
            f"of {description!r}; its secret would be lost. Give another secret_file, or revoke that token by id."
        )


def _require_removable(
    kind: Kind,
    description: str,
    evidence: Evidence,
    observed: Sequence[Token],
    revoked: Sequence[Token],
    now: datetime,
) -> None:
    """A file goes with the token that it holds, or after a token of this description that is dead."""
    held = _held_in_file(evidence, observed)
    if evidence.path is None or evidence.token_id is None or held in revoked:
        return
    is_live = held is not None and held.status(now) == LIVE
    if not is_live and description in (evidence.description, held.description if held is not None else None):
        return
    what = "is live, and which this task does not revoke" if is_live else f"is not one of {description!r}"
    raise InputError(
        f"{evidence.path} holds the {kind.noun} {evidence.token_id} ({evidence.description!r}), which {what}. The file "
        f"was left alone, and nothing was revoked. Give the secret_file of {description!r}, or none."
    )


def _held_in_file(evidence: Evidence, observed: Sequence[Token]) -> Token | None:
    return evidence.find(observed) if evidence.path is not None else None


def _live_by_id(kind: Kind, token_id: str, observed: Sequence[Token], now: datetime) -> Token:
    found = next((token for token in observed if token.id == token_id), None)
    if found is None:
        raise InputError(
            f"There is no {kind.noun} with the id {token_id}. "
            f"List the live ones with {kind.list_module}, or name the token by description."
        )
    status = found.status(now)
    if status != LIVE:
        raise InputError(
            f"The {kind.noun} with the id {token_id} is {status}, and a token that is not live cannot be changed. "
            "Name the token by description to have a live one created."
        )
    return found


def _plan_by_id(kind: Kind, desired: Desired, token: Token) -> Plan:
    if desired.description is not None and desired.description != token.description and not kind.can_change:
        raise InputError(
            f"The {kind.noun} with the id {token.id} has the description {token.description!r}, and a {kind.noun} "
            "cannot be renamed. Create one with the new description, then revoke this one."
        )
    updates = _updates(desired, (token,))
    return Plan(
        reason=_reason_for_updates(kind, updates),
        generations=(token,),
        current=token,
        updates=updates,
        expiry_mismatch=_expiry_mismatch(kind, desired, token),
    )


def _plan_creation(
    kind: Kind, desired: Desired, evidence: Evidence, generations: tuple[Token, ...], now: datetime, mark: timedelta
) -> Plan:
    description = desired.description or ""
    if not generations:
        reason = f"no live {kind.noun} has the description {description!r}"
    elif evidence.token_id is None and evidence.prefix is None:
        reason = f"its consumer holds no {kind.noun} with the description {description!r}"
    else:
        reason = f"the {kind.noun} its consumer holds is not a live one with the description {description!r}"
    # A run that finds the token to be made held counts them as predecessors: all of them, being older, or those that
    # its file held before.
    to_retire = [token for token in generations if evidence.path is None or token.id in evidence.replaced]
    return Plan(
        reason=reason,
        generations=generations,
        updates=_updates(desired, generations),
        create=_new_token(kind, desired, desired.permissions or frozenset(), now, mark),
        unheld=generations,
        revoke_at=_revoke_at(to_retire, _after(now, desired.overlap)),
        replaced=_replaced(evidence, generations),
    )


def _renewal_due(desired: Desired, current: Token, now: datetime) -> str | None:
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


def _plan_renewal(
    kind: Kind,
    desired: Desired,
    evidence: Evidence,
    generations: tuple[Token, ...],
    current: Token,
    due: str,
    now: datetime,
    own_prefix: str | None,
    mark: timedelta,
) -> Plan:
    predecessors = (*_predecessors(evidence, generations, current), current)
    unheld = _without(generations, predecessors)
    permissions = desired.permissions if desired.permissions is not None else current.permissions
    warnings = []
    if _contains_own((current,), own_prefix):
        warnings.append(
            f"The {kind.noun} {current.id} that got a successor is the one this task authenticates with. Authenticate "
            "with the successor from now on: a later run with overlap revokes this one."
        )
    return Plan(
        reason=due,
        generations=generations,
        current=current,
        updates=_updates(desired, generations),
        create=_new_token(kind, desired, permissions or frozenset(), now, mark),
        predecessors=predecessors,
        unheld=unheld,
        revoke_at={
            **_revoke_at(predecessors, _after(now, desired.overlap)),
            **_revoke_unheld_at(desired, evidence, unheld),
        },
        replaced=_replaced(evidence, generations),
        warnings=tuple(warnings),
    )


def _plan_current(
    kind: Kind,
    desired: Desired,
    evidence: Evidence,
    generations: tuple[Token, ...],
    current: Token,
    now: datetime,
    own_prefix: str | None,
) -> Plan:
    predecessors = _predecessors(evidence, generations, current)
    unheld = _without(generations, (*predecessors, current))
    revoke_at = {
        **_revoke_at(predecessors, _after(current.created_at, desired.overlap)),
        **_revoke_unheld_at(desired, evidence, unheld),
    }
    # The service tells its time in whole seconds, so a token just made may seem to come from the future.
    latest = max(now, current.created_at)
    over = [token for token in generations if token.id in revoke_at and revoke_at[token.id] <= latest]
    revocations = tuple(
        token for token in over if not _contains_own((token,), own_prefix) and not evidence.matches(token)
    )
    kept = tuple(token for token in generations if token not in revocations)
    updates = _updates(desired, kept)
    reason = _reason(kind, desired, updates, revocations)
    if not evidence.given:
        reason += "; its secret is not known here"
    return Plan(
        reason=reason,
        generations=generations,
        current=current,
        updates=updates,
        revocations=revocations,
        predecessors=tuple(token for token in predecessors if token in kept),
        unheld=tuple(token for token in unheld if token in kept),
        revoke_at={token.id: revoke_at[token.id] for token in kept if token.id in revoke_at and token not in over},
        warnings=_warnings_of_revocations(
            kind, evidence, revocations, [token for token in over if _contains_own((token,), own_prefix)]
        ),
        expiry_mismatch=_expiry_mismatch(kind, desired, current),
    )


def _new_token(
    kind: Kind, desired: Desired, permissions: frozenset[Permission], now: datetime, mark: timedelta
) -> NewToken:
    expires_at = desired.expires_at
    if desired.lifetime is not None:
        expires_at = (now + desired.lifetime - mark).replace(microsecond=0)
    return NewToken(
        description=desired.description or "",
        permissions=permissions if kind.can_change else None,
        expires_at=expires_at,
        is_marked=desired.lifetime is not None,
    )


def _predecessors(evidence: Evidence, generations: Sequence[Token], current: Token) -> tuple[Token, ...]:
    """What came before the current token, oldest first.

    A file remembers what it held: whatever else has this description may be another's, made at any time. Without one
    age alone tells, and one of the same instant may be newer and counts so.
    """
    if evidence.path is not None:
        return tuple(token for token in generations if token.id in evidence.replaced and token != current)
    return tuple(token for token in generations if token.created_at < current.created_at)


def _without(tokens: Sequence[Token], others: Sequence[Token]) -> tuple[Token, ...]:
    return tuple(token for token in tokens if token not in others)


def _replaced(evidence: Evidence, generations: Sequence[Token]) -> tuple[str, ...]:
    """What a file is to remember once it holds another token: all that it has held and that is still live."""
    if evidence.path is None:
        return ()
    return tuple(token.id for token in generations if token.id in (*evidence.replaced, evidence.token_id))


def _revoke_at(tokens: Sequence[Token], instant: datetime | None) -> dict[str, datetime]:
    return {} if instant is None else {token.id: instant for token in tokens}


def _revoke_unheld_at(desired: Desired, evidence: Evidence, tokens: Sequence[Token]) -> dict[str, datetime]:
    """One that was made and not delivered may be in the hands of a run still at work, so its own age counts.

    Where a file is held, they may be those of other files, and are never revoked.
    """
    if evidence.path is not None:
        return {}
    grace = None if desired.overlap is None else max(desired.overlap, _UNHELD_GRACE)
    instants = {token.id: _after(token.created_at, grace) for token in tokens}
    return {token_id: instant for token_id, instant in instants.items() if instant is not None}


def _after(instant: datetime, duration: timedelta | None) -> datetime | None:
    """None when there is no duration, or its end lies past all calendars."""
    if duration is None or duration > datetime.max.replace(tzinfo=instant.tzinfo) - instant:
        return None
    return instant + duration


def _contains_own(tokens: Sequence[Token], own_prefix: str | None) -> bool:
    return own_prefix is not None and any(token.prefix == own_prefix for token in tokens)


def _warnings_of_revocations(
    kind: Kind, evidence: Evidence, revocations: Sequence[Token], own: Sequence[Token]
) -> tuple[str, ...]:
    warnings: list[str] = []
    if revocations and not evidence.given:
        warnings.append(
            f"{_count(revocations, kind)} revoked by age alone, without knowing what the consumer holds. "
            f"Say so with {kind.held_option} or secret_file."
        )
    if own:
        warnings.append(
            f"The {kind.noun} {own[0].id} would be revoked, but is the one this task authenticates with. "
            "Authenticate with its successor."
        )
    return tuple(warnings)


def _updates(desired: Desired, generations: Sequence[Token]) -> tuple[Update, ...]:
    updates = (_update(desired, token) for token in generations)
    return tuple(update for update in updates if update is not None)


def _update(desired: Desired, token: Token) -> Update | None:
    description = desired.description if desired.description != token.description else None
    permissions = desired.permissions if desired.permissions != token.permissions else None
    if description is None and permissions is None:
        return None
    return Update(token=token, description=description, permissions=permissions)


def _reason(kind: Kind, desired: Desired, updates: Sequence[Update], revocations: Sequence[Token]) -> str:
    if not revocations:
        return _reason_for_updates(kind, updates)
    overlap = format_duration(desired.overlap or timedelta())
    over = f"{_count(revocations, kind)} to revoke, the overlap of {overlap} is over"
    return f"{over}; {_reason_for_updates(kind, updates)}" if updates else over


def _reason_for_updates(kind: Kind, updates: Sequence[Update]) -> str:
    if not updates:
        return f"a live {kind.noun} exists as wanted"
    changed = []
    if any(update.description is not None for update in updates):
        changed.append("description")
    if any(update.permissions is not None for update in updates):
        changed.append("permissions")
    return f"{' and '.join(changed)} of {_count(updates, kind)} to change"


def granted_otherwise(kind: Kind, desired: Desired, created: Token) -> str | None:
    """Say how the expiry of a token that was just made differs from the one that was asked for, or None."""
    difference = _expiry_difference(kind, desired, created)
    if difference is None:
        return None
    return f"{difference}. It was just made, so this is what the service grants. Ask for that."


def _expiry_mismatch(kind: Kind, desired: Desired, token: Token) -> str | None:
    """Say how the expiry differs from the wanted one, or None; it is immutable, so this is all there is to do."""
    difference = _expiry_difference(kind, desired, token)
    if difference is None:
        return None
    return (
        f"{difference}. An expiry cannot be changed: "
        "revoke the token (state: absent) and run the task again to have one with the wanted expiry, "
        "or set force_renew once for a successor that has it."
    )


def _expiry_difference(kind: Kind, desired: Desired, token: Token) -> str | None:
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


def longest_mark(lifetime: timedelta) -> int:
    """By how many seconds a token may expire earlier than its lifetime says, without anybody calling it another."""
    return int(min(_tolerance(lifetime) / 2, lifetime * _LARGEST_SHARE_TO_MARK).total_seconds())


def _tolerance(lifetime: timedelta) -> timedelta:
    """By how much a life may differ from the wanted one and still count as the same."""
    return max(_LIFETIME_TOLERANCE, lifetime * _LIFETIME_TOLERANCE_SHARE)


def _count(live: Sequence[object], kind: Kind) -> str:
    return f"{len(live)} live {kind.noun}" + ("" if len(live) == 1 else "s")
