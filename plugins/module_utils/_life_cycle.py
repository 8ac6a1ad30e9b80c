# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life cycle of a token as a pure function: from what is wanted, held and observed to what to do, and why.

Nothing here talks to a service, reads a file or looks at a clock. Both kinds of token share it. Tokens end by their
expiry: what is revoked is what the user asks for by ``overlap``, ``others``, ``state`` or ``id``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._expiry import (
    Desired,
    check_expiry,
    expiry_mismatch,
    new_expiry,
    renewal_due,
)
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_duration, format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    LIVE,
    Evidence,
    Kind,
    NewToken,
    Permission,
    Token,
    Update,
    is_prefix,
    same_id,
    same_permissions,
    same_text,
)

# A list may lag: so long a token counts as live that was just made and is not listed at all.
_LISTED_WITHIN = timedelta(hours=1)
# Others may be in the hands of a run that is still at work.
_GRACE_OF_OTHERS = timedelta(days=1)


@dataclass(frozen=True)
class Situation:
    """All that a decision is made of.

    ``observed`` are the tokens that the service lists, ``now`` is its time. ``own_prefix`` is the prefix of the
    management token the task itself authenticates with, which is never revoked.
    """

    kind: Kind
    desired: Desired
    evidence: Evidence
    observed: Sequence[Token]
    now: datetime
    own_prefix: str | None = None

    def live(self, description: str) -> tuple[Token, ...]:
        """The live tokens of a description, oldest first."""
        return _in_order(one for one in self.observed if same_text(one.description, description) and self.is_live(one))

    def is_live(self, token: Token) -> bool:
        """Whether it can still be used."""
        return token.status(self.now) == LIVE

    def is_own(self, token: Token) -> bool:
        """Whether the task authenticates with it."""
        return self.own_prefix is not None and token.prefix == self.own_prefix

    def held(self) -> Token | None:
        """The live token that its consumer holds, whatever its description.

        A prefix is short: where it fits several, the description tells; where that does not, nothing is known.
        """
        fitting = [token for token in self.observed if self.evidence.matches(token) and self.is_live(token)]
        if len(fitting) > 1:
            fitting = [token for token in fitting if same_text(token.description, self.desired.description)]
        return fitting[0] if len(fitting) == 1 else None

    def made_at(self, held: Token) -> datetime:
        """When the held token was made: no earlier than its store remembers, whatever a list says later."""
        created_at = self.evidence.created_at
        return held.created_at if created_at is None else max(held.created_at, created_at)

    def is_unlisted_yet(self) -> bool:
        """Whether the held token was made so recently that the list may lack it."""
        return self.is_lacked() and self.is_fresh()

    def is_fresh(self) -> bool:
        """Whether the store remembers that the held token was made less than an hour ago."""
        created_at = self.evidence.created_at
        return created_at is not None and self.now - created_at < _LISTED_WITHIN

    def is_listed(self, name: str) -> bool:
        """Whether the service lists it at all, live or not."""
        return bool(self._named(name))

    def is_lacked(self) -> bool:
        """Whether the list lacks the held token altogether, though the store says that it has not expired."""
        evidence = self.evidence
        if evidence.name is None or evidence.path is None or (evidence.token_id is None and not evidence.awaits_id):
            return False
        if any(self._is_held(token) for token in self.observed):
            return False
        return evidence.expires_at is None or evidence.expires_at > self.now

    def _is_held(self, token: Token) -> bool:
        """Whether a listed token, live or not, is the held one. A prefix is short: a dead one may be a stranger's."""
        evidence = self.evidence
        is_sure = not evidence.awaits_id or same_text(token.description, evidence.description)
        return evidence.matches(token) and (is_sure or self.is_live(token))

    def unlisted(self) -> Token | None:
        """The held management token, as its store remembers it, for as long as the list lacks it."""
        evidence = self.evidence
        if not evidence.awaits_id or evidence.prefix is None or evidence.created_at is None:
            return None
        description = evidence.description or ""
        return Token(evidence.prefix, description, evidence.created_at, evidence.expires_at, prefix=evidence.prefix)

    def learned(self) -> Token | None:
        """The held token, where its store awaits what only a list tells and now does. A prefix alone is no proof."""
        held = self.held()
        if held is None or not self.evidence.awaits_id or not same_text(held.description, self.evidence.description):
            return None
        return held if sum(token.prefix == held.prefix for token in self.observed) == 1 else None

    def predecessors(self, current: Token | None) -> tuple[Token, ...]:
        """The live tokens that the store of this consumer held before, oldest first."""
        named = {token.id: token for name in self.evidence.replaced for token in self._named(name)}
        return _in_order(token for token in named.values() if token != current and self.is_live(token))

    def _named(self, name: str) -> list[Token]:
        """What the list has of a token that a store remembers. A prefix is short: it has to be the only one."""
        if not is_prefix(name):
            return [token for token in self.observed if same_id(token.id, name)]
        fitting = [token for token in self.observed if token.prefix == name]
        is_sure = len(fitting) == 1 and same_text(fitting[0].description, self.desired.description)
        return fitting if is_sure else []


@dataclass(frozen=True)
class Plan:
    """What to do, and why. Steps are done in this order: updates, create, revocations.

    Updates come before the creation because nothing may fail between a secret's birth and its delivery; revocations
    after it, once the new secret is where its consumer reads it. ``predecessors`` are what the store held before,
    ``others`` all other live tokens of the description. ``revoke_at`` says, by id, when a later run will revoke one of
    them. ``replaced`` are the names that a store which gets the new secret is to remember, oldest first. ``verify``:
    the secret in place is to be accepted before anything else. ``expiry_mismatch`` and ``other_description`` are what
    cannot be changed in place, in words.
    """

    reason: str
    current: Token | None = None
    updates: tuple[Update, ...] = ()
    create: NewToken | None = None
    revocations: tuple[Token, ...] = ()
    predecessors: tuple[Token, ...] = ()
    others: tuple[Token, ...] = ()
    revoke_at: Mapping[str, datetime] = field(default_factory=dict)
    replaced: tuple[str, ...] = ()
    verify: bool = False
    warnings: tuple[str, ...] = ()
    expiry_mismatch: str | None = None
    other_description: str | None = None

    @property
    def changes(self) -> bool:
        """Whether a real run changes anything."""
        return bool(self.updates or self.create or self.revocations)

    @property
    def before(self) -> tuple[Token, ...]:
        """The live tokens that the plan is about, oldest first."""
        current = () if self.current is None else (self.current,)
        return _in_order({token.id: token for token in (*self.predecessors, *self.others, *current)}.values())


def plan_present(situation: Situation, mark: timedelta = timedelta()) -> Plan:
    """Decide what makes the wanted token exist and be held by its consumer.

    ``mark`` is a random number of seconds up to ``longest_mark``, by which a token of a ``lifetime`` expires earlier,
    so that it can be told from others.
    Raises ``InputError`` where nothing can be decided: an ambiguous description, an id that is not live, a rename
    of what cannot be renamed, an expiry that is not in the future, an overlap that nothing remembers.
    """
    desired = situation.desired
    check_expiry(desired, situation.now)
    if desired.id is not None:
        return _plan_by_id(situation, desired.id)
    _check_overlap(situation)
    live = situation.live(desired.description or "")
    if situation.is_unlisted_yet():
        return _plan_unlisted(situation, live, mark)
    unknown = _unknown_prefix(situation)
    if unknown is not None and not desired.force_renew:
        raise InputError(
            f"{unknown} None was made. For another one all the same, set force_renew, once, or give "
            f"{situation.kind.held_option} as an empty string."
        )
    current = situation.held()
    if not situation.evidence.given and live:
        if len(live) > 1 and not desired.renews:
            raise InputError(_several(situation, live))
        current = live[-1]
    if current is None:
        _refuse_another_loss(situation)
        return _plan_creation(situation, live, mark)
    due = renewal_due(desired, replace(current, created_at=situation.made_at(current)), situation.now)
    # One that nobody has accepted yet may be what another run has just made: it is tried first.
    if due is not None and situation.evidence.accepted:
        return _plan_renewal(situation, live, current, due, mark)
    return _plan_current(situation, live, current)


def plan_absent(situation: Situation) -> Plan:
    """Decide what to revoke. Tokens that are missing, expired or revoked need nothing.

    Raises ``InputError`` when that would be the token the task authenticates with, or cannot be decided, and when the
    consumer holds a token of another description.
    """
    kind, desired = situation.kind, situation.desired
    others: tuple[Token, ...] = ()
    if situation.is_unlisted_yet():
        raise InputError(
            f"The {kind.noun} {situation.evidence.name} was just made, and the service does not list it yet. "
            "Nothing was revoked. Run the task again later."
        )
    if desired.id is not None:
        chosen = [token for token in situation.observed if same_id(token.id, desired.id)]
        doomed = tuple(token for token in chosen if situation.is_live(token))
        named = f"id {desired.id}"
        state = chosen[0].status(situation.now) if chosen else "unknown"
        nothing = f"the {kind.noun} with {named} is {state}, nothing to revoke"
    else:
        description = desired.description or ""
        live = situation.live(description)
        named = f"description {description!r}"
        nothing = f"no live {kind.noun} with {named}"
        doomed = _doomed(situation, live)
        others = _without(live, doomed)
        if others:
            nothing += " is held here"
    if any(situation.is_own(token) for token in doomed):
        raise InputError(
            f"The {kind.noun} with {named} is the one this task authenticates with, and is not revoked. "
            "Authenticate with another management token to revoke it."
        )
    unknown = _unknown_prefix(situation)
    warnings = (
        *((_kept(situation, others),) if others else ()),
        *_lost(situation),
        *(() if unknown is None else (unknown,)),
    )
    if not doomed:
        return Plan(reason=nothing, others=others, warnings=warnings)
    return Plan(
        reason=f"state is absent, {_count(doomed, kind)} with {named} to revoke",
        predecessors=doomed,
        others=others,
        revocations=doomed,
        warnings=warnings,
    )


def _doomed(situation: Situation, live: tuple[Token, ...]) -> tuple[Token, ...]:
    """What ``state: absent`` revokes of a description: what is held, or the only one where nothing is said of that."""
    desired, evidence = situation.desired, situation.evidence
    if not evidence.given:
        if len(live) > 1 and not desired.revoke_others:
            raise InputError(_several(situation, live))
        return live
    held = situation.held()
    _refuse_other_description(situation, held)
    mine = (*situation.predecessors(held), *((held,) if held is not None else ()))
    return _in_order({*mine, *live}) if desired.revoke_others else _in_order(mine)


def _refuse_other_description(situation: Situation, held: Token | None) -> None:
    """A store goes with the token that it holds, or after one of this description that is dead."""
    evidence, wanted = situation.evidence, situation.desired.description
    known = [token.description for token in situation.observed if evidence.matches(token)]
    names = [held.description] if held is not None else [*known, evidence.description]
    if names[0] is None or any(same_text(name, wanted) for name in names):
        return
    what = held.id if held is not None else evidence.name
    raise InputError(
        f"{_holder(situation)} holds the {situation.kind.noun} {what}, which is called {names[0]!r} and not "
        f"{wanted!r}. Nothing was revoked. Give that description, or revoke the token by id."
    )


def _plan_by_id(situation: Situation, token_id: str) -> Plan:
    kind, desired = situation.kind, situation.desired
    token = next((token for token in situation.observed if same_id(token.id, token_id)), None)
    if token is None:
        raise InputError(
            f"There is no {kind.noun} with the id {token_id}. "
            f"List the live ones with {kind.list_module}, or name the token by description."
        )
    if not situation.is_live(token):
        raise InputError(
            f"The {kind.noun} with the id {token_id} is {token.status(situation.now)}, and a token that is not live "
            "cannot be changed. Name the token by description to have a live one created."
        )
    is_renamed = desired.description is not None and not same_text(desired.description, token.description)
    if is_renamed and not kind.can_change:
        raise InputError(
            f"The {kind.noun} with the id {token.id} has the description {token.description!r}, and a {kind.noun} "
            "cannot be renamed. Create one with the new description, then revoke this one."
        )
    updates = _updates((token,), desired.permissions, desired.description)
    return Plan(
        reason=_reason_for_updates(kind, updates),
        current=token,
        updates=updates,
        expiry_mismatch=expiry_mismatch(kind, desired, token),
    )


def _plan_creation(situation: Situation, live: tuple[Token, ...], mark: timedelta) -> Plan:
    kind, desired, evidence = situation.kind, situation.desired, situation.evidence
    description = desired.description or ""
    predecessors = situation.predecessors(None)
    if not live:
        reason = f"no live {kind.noun} has the description {description!r}"
    elif evidence.name is None:
        reason = f"its consumer holds no {kind.noun} with the description {description!r}"
    else:
        reason = f"the {kind.noun} its consumer holds is not a live one with the description {description!r}"
    return _plan_new(
        situation, reason, None, predecessors, _without(live, predecessors), desired.permissions or frozenset(), mark
    )


def _plan_renewal(situation: Situation, live: tuple[Token, ...], current: Token, due: str, mark: timedelta) -> Plan:
    desired = situation.desired
    if current.expires_at is None and desired.overlap is None:
        raise InputError(
            f"The {situation.kind.noun} {current.id} never expires, so it would live on beside its successor. Set "
            "overlap to say when it is to be revoked; 0s is at once."
        )
    predecessors = (*situation.predecessors(current), current)
    permissions = desired.permissions if desired.permissions is not None else current.permissions
    return _plan_new(
        situation, due, current, predecessors, _without(live, predecessors), permissions or frozenset(), mark
    )


def _plan_new(
    situation: Situation,
    reason: str,
    current: Token | None,
    predecessors: tuple[Token, ...],
    others: tuple[Token, ...],
    permissions: frozenset[Permission],
    mark: timedelta,
) -> Plan:
    desired, now = situation.desired, situation.now
    revoke_at = _revoke_at(situation, predecessors, others, now)
    # What goes into the result of a task is not delivered before the task has ended.
    over = _over(situation, (*predecessors, *others), revoke_at, now) if situation.evidence.path is not None else ()
    return Plan(
        reason=reason,
        current=current,
        updates=_updates(_without(predecessors, over), desired.permissions),
        create=NewToken(
            description=desired.description or "",
            permissions=permissions if situation.kind.has_permissions else None,
            expires_at=new_expiry(desired, now, mark),
            is_marked=desired.lifetime is not None,
        ),
        revocations=over,
        predecessors=predecessors,
        others=others,
        revoke_at=_still_to_come(revoke_at, over),
        replaced=_remembered(situation, predecessors),
        warnings=_warnings(situation, predecessors, others, over, current),
    )


def _remembered(situation: Situation, predecessors: Sequence[Token]) -> tuple[str, ...]:
    """The names that a store is to remember: what it held and is still live, and what it held and nobody lists.

    What it held before is older than what it holds: where that is no more than an hour old, it may be unlisted yet, as
    may be what only a prefix names.
    """
    evidence = situation.evidence
    if evidence.path is None:
        return ()
    unlisted = [name for name in evidence.replaced if not situation.is_listed(name)]
    before = [name for name in unlisted if situation.is_fresh() or is_prefix(name)]
    lacked = [evidence.name] if evidence.name is not None and situation.is_lacked() else []
    return (*before, *(token.id for token in predecessors), *lacked)


def _plan_unlisted(situation: Situation, live: tuple[Token, ...], mark: timedelta) -> Plan:
    """The held token was just made. Nothing is known of it but what its store remembers, and nothing is to be done."""
    desired = situation.desired
    # One that nobody has accepted yet may be what another run has just made: it is tried first.
    if desired.force_renew and situation.evidence.accepted:
        predecessors = situation.predecessors(None)
        others = _without(live, predecessors)
        permissions = desired.permissions or frozenset()
        return _plan_new(situation, "force_renew is set", None, predecessors, others, permissions, mark)
    noun, name = situation.kind.noun, situation.evidence.name
    return Plan(
        reason=f"the {noun} {name} was just made; it is not listed yet",
        current=situation.unlisted(),
        verify=not situation.evidence.accepted,
    )


def _unknown_prefix(situation: Situation) -> str | None:
    """What influxctl has ever listed stays in its list: a prefix that is not there is no token that is dead.

    Where no store remembers when it was made, every run would make another one.
    """
    evidence, kind = situation.evidence, situation.kind
    is_known = evidence.path is not None or any(evidence.matches(token) for token in situation.observed)
    if evidence.prefix is None or is_known:
        return None
    return (
        f"No {kind.noun} with the prefix {evidence.prefix} is listed, neither live nor revoked. One that was just made "
        f"may be listed later: run the task again then. Otherwise check {kind.held_option} and account_id."
    )


def _plan_current(situation: Situation, live: tuple[Token, ...], current: Token) -> Plan:
    kind, desired, evidence = situation.kind, situation.desired, situation.evidence
    predecessors = situation.predecessors(current)
    others = _without(live, (*predecessors, current))
    # The service tells its time in whole seconds, so a token just made may seem to come from the future.
    made_at = situation.made_at(current)
    latest = max(situation.now, made_at)
    revoke_at = _revoke_at(situation, predecessors, others, made_at)
    over = _over(situation, (*predecessors, *others), revoke_at, latest)
    is_other = not same_text(current.description, desired.description)
    if is_other and _updates((current,), desired.permissions) and kind.has_permissions:
        raise InputError(
            f"{_holder(situation)} holds the {kind.noun} {current.id}, which is called {current.description!r} and not "
            f"{desired.description!r}, and has other permissions than are wanted. A token of another description is "
            "not changed. Give its description, or set force_renew once for a successor."
        )
    updates = () if is_other else _updates((*_without(predecessors, over), current), desired.permissions)
    reason = _reason(kind, desired, updates, over)
    if not evidence.given:
        reason += "; its secret is not known here"
    return Plan(
        reason=reason,
        current=current,
        updates=updates,
        revocations=over,
        predecessors=predecessors,
        others=others,
        revoke_at=_still_to_come(revoke_at, over),
        verify=not evidence.accepted,
        warnings=_warnings(situation, predecessors, others, over, current),
        expiry_mismatch=expiry_mismatch(kind, desired, current),
        other_description=_other_description(situation, current) if is_other else None,
    )


def _refuse_another_loss(situation: Situation) -> None:
    """Of a list that loses tokens, one is replaced; where its successor is lacked too, so would be the next."""
    evidence = situation.evidence
    before = [one for one in evidence.replaced if not situation.is_listed(one)]
    if not situation.is_lacked() or not before or situation.desired.force_renew:
        return
    noun = situation.kind.noun
    raise InputError(
        f"The service lists neither the {noun} {evidence.name}, which {evidence.path} holds, nor {before[-1]}, "
        "which it held before. Another one would be lost in the same way, so none was made. Check account_id, "
        "cluster_id and url, or set force_renew once for another one."
    )


def _check_overlap(situation: Situation) -> None:
    desired, kind = situation.desired, situation.kind
    if desired.overlap is not None and situation.evidence.path is None and not desired.revoke_others:
        raise InputError(
            "overlap retires what a secret_file held before, and a registered result remembers nothing. Set "
            "secret_file, or others: revoke for all other live tokens of the description, or have a task of your own "
            f"revoke the id of a predecessor ({kind.module} with state: absent)."
        )


def _several(situation: Situation, live: Sequence[Token]) -> str:
    kind, description = situation.kind, situation.desired.description
    ids = ", ".join(f"{token.id} (created {format_rfc3339(token.created_at)})" for token in live)
    return (
        f"{len(live)} live {kind.noun}s have the description {description!r}: {ids}. "
        f"Say which one its consumer holds with {kind.held_option} or secret_file, or name one token by id."
    )


def _revoke_at(
    situation: Situation, predecessors: Sequence[Token], others: Sequence[Token], since: datetime
) -> dict[str, datetime]:
    """When each is to go, where that is asked for. ``since`` is when the current token was made."""
    overlap = situation.desired.overlap
    instants = {token.id: _after(since, overlap) for token in predecessors}
    if situation.desired.revoke_others:
        grace = _GRACE_OF_OTHERS if overlap is None else overlap
        # The service tells its time in whole seconds, so one just made may seem to come from the future.
        made = {token.id: min(token.created_at, situation.now) for token in others}
        instants.update({token_id: _after(max(since, instant), grace) for token_id, instant in made.items()})
    return {token_id: instant for token_id, instant in instants.items() if instant is not None}


def _over(
    situation: Situation, tokens: Sequence[Token], revoke_at: Mapping[str, datetime], now: datetime
) -> tuple[Token, ...]:
    """Those whose time is over. The token in place is not among them, and the task's own takes the next run."""
    if situation.evidence.given and not situation.evidence.accepted:
        return ()
    return _in_order(
        token
        for token in tokens
        if token.id in revoke_at and revoke_at[token.id] <= now and not situation.is_own(token)
    )


def _still_to_come(revoke_at: Mapping[str, datetime], over: Sequence[Token]) -> dict[str, datetime]:
    gone = {token.id for token in over}
    return {token_id: instant for token_id, instant in revoke_at.items() if token_id not in gone}


def _after(instant: datetime, duration: timedelta | None) -> datetime | None:
    """None when there is no duration, or its end lies past all calendars."""
    if duration is None or duration > datetime.max.replace(tzinfo=instant.tzinfo) - instant:
        return None
    return instant + duration


def _warnings(
    situation: Situation,
    predecessors: Sequence[Token],
    others: Sequence[Token],
    over: Sequence[Token],
    current: Token | None,
) -> tuple[str, ...]:
    kind = situation.kind
    warnings: list[str] = []
    # A leak must not end green and live: whoever sets overlap waits for the end of what he replaces.
    kept = [token for token in others if token not in over]
    if kept and not situation.desired.revoke_others:
        warnings.append(_kept(situation, kept))
    own = next((token for token in predecessors if situation.is_own(token)), None)
    if own is not None and own is current:
        warnings.append(
            f"The {kind.noun} {own.id} that gets a successor is the one this task authenticates with. Authenticate "
            "with the successor from now on."
        )
    elif own is not None and situation.desired.overlap is not None:
        warnings.append(
            f"The {kind.noun} {own.id} would be revoked, but is the one this task authenticates with. "
            "Authenticate with its successor."
        )
    return (*warnings, *_lost(situation))


def _lost(situation: Situation) -> tuple[str, ...]:
    """Name a held token that the list lacks: it may be live all the same, and nobody holds it from now on."""
    evidence, noun = situation.evidence, situation.kind.noun
    if not situation.is_lacked():
        return ()
    end = "never expires" if evidence.expires_at is None else f"expires at {format_rfc3339(evidence.expires_at)}"
    return (
        f"The service does not list the {noun} {evidence.name}, which {evidence.path} holds and which {end}, so it was "
        "not revoked. Revoke it by id, should it be listed later.",
    )


def _kept(situation: Situation, others: Sequence[Token]) -> str:
    """Name other live tokens of the description, by number and at most three ids, with what ends them."""
    kind = situation.kind
    ids = ", ".join(token.id for token in others[:3]) + (", ..." if len(others) > 3 else "")
    return (
        f"{_count(others, kind)} with the description {others[0].description!r} that this consumer does not hold: "
        f"{ids}. Nothing was done to {'it' if len(others) == 1 else 'them'}. What nobody uses ends by {kind.module} "
        "with state: absent and its id, all of them by others: revoke."
    )


def _holder(situation: Situation) -> str:
    return situation.evidence.path or "The consumer"


def _other_description(situation: Situation, current: Token) -> str:
    kind = situation.kind
    what = f"{_holder(situation)} holds the live {kind.noun} {current.id}, which is called {current.description!r}"
    return (
        f"{what} and not {situation.desired.description!r}. It stays; its successor gets the new description, when it "
        "is due or with force_renew, set once."
    )


def _updates(
    tokens: Sequence[Token], permissions: frozenset[Permission] | None, description: str | None = None
) -> tuple[Update, ...]:
    updates = []
    for token in tokens:
        is_renamed = description is not None and not same_text(description, token.description)
        new_description = description if is_renamed else None
        is_granted = permissions is None or same_permissions(permissions, token.permissions or frozenset())
        new_permissions = None if is_granted else permissions
        if new_description is not None or new_permissions is not None:
            updates.append(Update(token=token, description=new_description, permissions=new_permissions))
    return tuple(updates)


def _reason(kind: Kind, desired: Desired, updates: Sequence[Update], over: Sequence[Token]) -> str:
    if not over:
        return _reason_for_updates(kind, updates)
    if desired.overlap is None:
        why = f"{_count(over, kind)} to revoke, as others is revoke"
    else:
        why = f"{_count(over, kind)} to revoke, the overlap of {format_duration(desired.overlap)} is over"
    return f"{why}; {_reason_for_updates(kind, updates)}" if updates else why


def _reason_for_updates(kind: Kind, updates: Sequence[Update]) -> str:
    if not updates:
        return f"a live {kind.noun} exists as wanted"
    changed = []
    if any(update.description is not None for update in updates):
        changed.append("description")
    if any(update.permissions is not None for update in updates):
        changed.append("permissions")
    return f"{' and '.join(changed)} of {_count(updates, kind)} to change"


def _in_order(tokens: Iterable[Token]) -> tuple[Token, ...]:
    return tuple(sorted(tokens, key=lambda token: (token.created_at, token.id)))


def _without(tokens: Sequence[Token], others: Sequence[Token]) -> tuple[Token, ...]:
    return tuple(token for token in tokens if token not in others)


def _count(tokens: Sequence[object], kind: Kind) -> str:
    return f"{len(tokens)} live {kind.noun}" + ("" if len(tokens) == 1 else "s")
