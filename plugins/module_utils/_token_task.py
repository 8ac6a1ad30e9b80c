# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of a token task, for both kinds of token: observe, plan, apply unless in check mode, report."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

from ansible_collections.influxdb3.management.plugins.module_utils._arguments import (
    read_desired,
    read_duration,
    read_evidence,
)
from ansible_collections.influxdb3.management.plugins.module_utils._creation import Creation
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    InputError,
    ManagementError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._expiry import (
    Desired,
    granted_otherwise,
    longest_mark,
    renewal_due,
)
from ansible_collections.influxdb3.management.plugins.module_utils._life_cycle import (
    Plan,
    Situation,
    plan_absent,
    plan_present,
)
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_duration, format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    LIVE,
    TO_COME,
    CreatedToken,
    Evidence,
    Kind,
    NewToken,
    SecretStore,
    StoreChangedError,
    Token,
    TokenService,
    UnverifiedError,
    Update,
    same_id,
    same_permissions,
    same_text,
)

_TOLERATED_SKEW = timedelta(minutes=1)
# Time enough to replace the token that a task authenticates with by hand.
_SHORT_LIFE = timedelta(days=14)


class TokenItem:
    """One token of a task: observed, planned, applied and reported. A set of tokens is a loop over such items.

    ``parameters`` are the options of this token. ``store`` is where its consumer keeps the secret; without one it goes
    into the result. ``own_prefix`` is the prefix of the management token the service is asked with, which is never
    revoked. ``update_token`` changes a token in place, where tokens of this kind can be changed.
    """

    def __init__(
        self,
        run: Run,
        kind: Kind,
        service: TokenService,
        parameters: Mapping[str, Any],
        store: SecretStore | None = None,
        own_prefix: str | None = None,
        update_token: Callable[[Update], Token] | None = None,
    ) -> None:
        self._run = run
        self._kind = kind
        self._service = service
        self._parameters = parameters
        self._store = store
        self._own_prefix = own_prefix
        self._update_token = update_token
        self._desired = read_desired(parameters)
        self._began: datetime | None = None
        self._evidence = Evidence()
        self._created: CreatedToken | None = None

    def ensure(self) -> dict[str, Any]:
        """Make the token as it is wanted, and return the result of the task."""
        self._observe()
        if self._parameters["state"] == "absent":
            return self._remove()
        try:
            return self._make_present()
        except StoreChangedError:
            # Another run, or another program, was faster: go on from what is there now, once.
            self._observe()
            return self._make_present()

    def _observe(self) -> None:
        store, parameters = self._store, self._parameters
        evidence = store.evidence() if store is not None else read_evidence(self._kind, parameters)
        observed = self._service.list_tokens()
        now = _now(self._run, self._service)
        _warn_of_own_end(self._run, observed, self._own_prefix, now)
        self._pass_over_odd_ones(evidence)
        observed = [*observed, *self._unlisted(evidence, observed)]
        before, self._evidence = self._evidence, evidence
        self._situation = Situation(self._kind, self._desired, evidence, observed, now, self._own_prefix)
        held = self._situation.held()
        if self._began is None:
            self._began = now
            return
        is_new = held is not None and held.created_at >= self._began
        if is_new or (evidence.name != before.name and self._situation.is_unlisted_yet()):
            # Made by another run since this one began: that is what force_renew asks for.
            self._desired = replace(self._desired, force_renew=False)
            self._situation = replace(self._situation, desired=self._desired)

    def _unlisted(self, evidence: Evidence, observed: Sequence[Token]) -> list[Token]:
        """The token that this is about, where the list lacks it and the service has it by its id: no list is perfect.

        Where it has none, and says so itself, it is dead.
        """
        wanted = evidence.token_id or self._desired.id
        if wanted is None or any(same_id(token.id, wanted) for token in observed):
            return []
        found = self._service.get_token(wanted)
        return [] if found is None else [found]

    def _pass_over_odd_ones(self, evidence: Evidence) -> None:
        """Say which listed tokens could not be read; where this is about one of them, nothing can be decided."""
        _warn_of_unreadable(self._run, self._kind, self._service)
        for odd in self._service.unreadable:
            for wanted in (evidence.token_id, self._desired.id):
                if odd.id is not None and wanted is not None and same_id(odd.id, wanted):
                    raise UnexpectedAnswerError(
                        f"The {self._kind.noun} {wanted} this task is about is listed in a way that cannot be read. "
                        f"Nothing was changed. {odd.why}"
                    )

    def _make_present(self) -> dict[str, Any]:
        self._plan()
        if self._planned.verify and not self._run.check_mode:
            self._verify()
        self._judge()
        self._apply()
        return self._report()

    def _plan(self) -> None:
        self._planned = plan_present(self._situation, _mark(self._desired))
        is_new = self._planned.create is not None and self._planned.current is None
        if is_new and self._kind.can_change and self._desired.permissions is None:
            raise InputError(
                f"permissions are not given, and a new {self._kind.noun} would allow nothing. Give them, as an empty "
                "list for one that is to allow nothing."
            )

    def _verify(self) -> None:
        """Have the token in place accepted before anything else; one that is not can only be replaced by force."""
        if self._store is None:
            return
        try:
            self._store.verify()
        except UnverifiedError:
            if not self._desired.force_renew:
                raise
        else:
            self._desired = replace(self._desired, force_renew=False)
        evidence = replace(self._situation.evidence, accepted=True)
        self._situation = replace(self._situation, desired=self._desired, evidence=evidence)
        self._plan()

    def _judge(self) -> None:
        plan = self._planned
        for text, option in (
            (plan.expiry_mismatch, "on_expiry_mismatch"),
            (plan.other_description, "on_other_description"),
        ):
            if text is not None and self._parameters[option] == "fail":
                raise InputError(text)
            if text is not None:
                self._warn(text)
        for warning in plan.warnings:
            self._warn(warning)

    def _warn(self, text: str) -> None:
        # A second look finds most things as the first did.
        if text not in self._run.warnings:
            self._run.warnings.append(text)

    def _apply(self) -> None:
        run, plan, store = self._run, self._planned, self._store
        if plan.create is not None and store is not None:
            if run.check_mode:
                store.check_writable()
            else:
                store.try_to_write()
        if run.check_mode:
            return
        learned = self._situation.learned()
        if store is not None and learned is not None and plan.create is None:
            store.learn(replace(learned, created_at=self._situation.made_at(learned)))
        if store is not None and self._mended() is not None:
            store.mend()
        for update in plan.updates:
            self._change(update)
        if plan.create is not None:
            self._created = self._create(plan.create)
        for token in plan.revocations:
            self._service.revoke_token(token.id)

    def _create(self, new: NewToken) -> CreatedToken:
        run, situation = self._run, self._situation
        wanted = replace(self._desired, force_renew=False)
        creation = Creation(
            run,
            self._kind,
            self._service,
            new,
            situation.observed,
            situation.now,
            lambda token: renewal_due(wanted, token, situation.now) is not None,
        )
        created = creation.create(self._store, self._planned.replaced)
        if created.token.is_unlisted:
            self._warn(_not_listed(created.token, run.parameters["timeout"]))
        otherwise = granted_otherwise(self._kind, self._desired, created.token)
        if otherwise is not None:
            # Not a failure, whatever on_expiry_mismatch says, as a secret that goes into the result would be lost.
            self._warn(otherwise)
        return created

    def _change(self, update: Update) -> None:
        if self._update_token is None:
            noun = self._kind.noun
            raise InputError(f"The {noun} {update.token.id} cannot be changed; no {noun} can.")
        answered, wanted = self._update_token(update), update.applied()
        is_called = same_text(answered.description, wanted.description)
        if is_called and same_permissions(wanted.permissions or frozenset(), answered.permissions or frozenset()):
            return
        # Otherwise every run would change it again.
        raise UnexpectedAnswerError(
            f"The service changed the {self._kind.noun} {wanted.id} otherwise than was asked for: it is "
            f"{_state(answered.metadata(self._kind, answered.created_at))}, and was to be "
            f"{_state(wanted.metadata(self._kind, wanted.created_at))}. Ask for what it grants, or see who answers at "
            "url."
        )

    def _mended(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """What becomes of a store that keeps its secret; with a new one it is written as it should be."""
        if self._store is None or self._planned.create is not None:
            return None
        return self._store.differences()

    def _remove(self) -> dict[str, Any]:
        run, store = self._run, self._store
        plan = plan_absent(self._situation)
        for warning in plan.warnings:
            self._warn(warning)
        # One that holds nothing known stays.
        stale = store if self._situation.evidence.name is not None else None
        reason = plan.reason + (f"; the {stale.noun} to remove" if stale else "")
        if stale is not None:
            stale.check_removable()
        if not run.check_mode:
            for token in plan.revocations:
                self._service.revoke_token(token.id)
            if stale is not None:
                stale.remove()
        before: dict[str, Any] = {"tokens": self._states(plan.before)}
        if stale is not None:
            before[_key(stale)] = stale.path
        return {
            "changed": plan.changes or stale is not None,
            "reason": reason,
            "metadata": None,
            "predecessors": [],
            "others": self._leftovers(plan, plan.others),
            "revoked": self._revoked(plan),
            "diff": {"before": before, "after": {"tokens": self._states(_kept(plan))}},
        }

    def _report(self) -> dict[str, Any]:
        plan, store, created = self._planned, self._store, self._created
        kind, now = self._kind, self._situation.now
        updated = {update.token.id: update.applied() for update in plan.updates}
        before: dict[str, Any] = {"tokens": self._states(plan.before)}
        after: dict[str, Any] = {"tokens": self._states([updated.get(one.id, one) for one in _kept(plan)])}
        metadata: dict[str, Any] | None = None
        if created is not None:
            metadata = created.token.metadata(kind, now)
        elif plan.create is not None:
            metadata = plan.create.metadata(kind)
        elif plan.current is not None:
            metadata = updated.get(plan.current.id, plan.current).metadata(kind, now)
        if plan.create is not None and metadata is not None:
            after["tokens"].append(_state(metadata))
            if store is not None:
                after[_key(store)] = store.path
        mended = self._mended()
        if mended is not None and store is not None:
            before[_key(store)], after[_key(store)] = ({"path": store.path, **side} for side in mended)
        result: dict[str, Any] = {
            "changed": plan.changes or mended is not None,
            "reason": plan.reason + (f"; {_and(mended[1])} of the {store.noun}" if mended and store else ""),
            "metadata": metadata,
            "predecessors": self._leftovers(plan, plan.predecessors, updated),
            "others": self._leftovers(plan, plan.others, updated),
            "revoked": self._revoked(plan),
            "diff": {"before": before, "after": after},
        }
        if created is not None and store is None:
            result["token"] = created.secret.reveal()
            self._run.result_holds_secret = True
        return result

    def _leftovers(
        self, plan: Plan, tokens: Sequence[Token], updated: Mapping[str, Token] | None = None
    ) -> list[dict[str, Any]]:
        """Metadata of live tokens that are not the current one, with the time at which each will be revoked."""
        return [
            {
                **(updated or {}).get(token.id, token).metadata(self._kind, self._situation.now),
                "revoke_at": format_rfc3339(plan.revoke_at.get(token.id)),
            }
            for token in tokens
            if token not in plan.revocations
        ]

    def _revoked(self, plan: Plan) -> list[dict[str, Any]]:
        """Metadata of what the plan revokes, as it is after that, by the time at which the task looked.

        Nobody asks for a list once more to tell the second. One just made may seem to come from the future.
        """
        now = self._situation.now
        gone = [replace(token, revoked_at=max(now, token.created_at)) for token in plan.revocations]
        return _metadata(self._kind, gone, now)

    def _states(self, tokens: Sequence[Token]) -> list[dict[str, Any]]:
        return [_state(token.metadata(self._kind, token.created_at)) for token in tokens]


def list_tokens(run: Run, kind: Kind, service: TokenService, own_prefix: str | None = None) -> dict[str, Any]:
    """The result of an info task: the tokens that pass every filter, oldest first.

    ``own_prefix`` is the prefix of the management token the service is asked with.
    """
    parameters = run.parameters
    within = read_duration(parameters, "expires_within")
    observed = service.list_tokens()
    now = _now(run, service)
    _warn_of_own_end(run, observed, own_prefix, now)
    _warn_of_unreadable(run, kind, service)

    def wanted(token: Token) -> bool:
        return (
            token.status(now) in parameters["statuses"]
            and (parameters["id"] is None or same_id(token.id, parameters["id"]))
            and (parameters["description"] is None or same_text(token.description, parameters["description"]))
            and (within is None or (token.expires_at is not None and token.expires_at - now <= within))
        )

    tokens = sorted(filter(wanted, observed), key=lambda token: (token.created_at, token.id))
    return {"changed": False, kind.list_key: _metadata(kind, tokens, now)}


def _now(run: Run, service: TokenService) -> datetime:
    """The service's time decides what has expired and what is due; this machine's only where there is no other."""
    local = local_time()
    try:
        now = service.server_time()
    except ManagementError as error:
        # The rest of the task may go by another way, that of influxctl.
        run.warnings.append(f"{error} This machine's clock decides what has expired.")
        return local
    if now is None:
        run.warnings.append("The service does not tell its time, so this machine's clock decides what has expired.")
        return local
    if abs(now - local) > _TOLERATED_SKEW:
        direction = "behind" if local < now else "ahead of"
        run.warnings.append(
            f"This machine's clock is {format_duration(now - local)} {direction} the service's. "
            "The service's time decides what has expired. Set this machine's clock if it is the one that is wrong."
        )
    return now


def _warn_of_own_end(run: Run, observed: Sequence[Token], own_prefix: str | None, now: datetime) -> None:
    """Say in time that the token the task authenticates with ends: nobody else does."""
    own = [token for token in observed if own_prefix is not None and token.prefix == own_prefix]
    ends = [token.expires_at for token in own if token.status(now) == LIVE and token.expires_at is not None]
    if not ends or min(ends) - now > _SHORT_LIFE:
        return
    # A prefix is short, so that it may be another's.
    end = min(ends)
    warning = (
        f"The management token {own_prefix}... this task authenticates with ends in {format_duration(end - now)}, at "
        f"{format_rfc3339(end)}. Have a successor made, and authenticate with that."
    )
    if warning not in run.warnings:
        run.warnings.append(warning)


def _warn_of_unreadable(run: Run, kind: Kind, service: TokenService) -> None:
    odd = service.unreadable
    if not odd:
        return
    names = ", ".join(one.id or "one without an id" for one in odd[:3]) + (", ..." if len(odd) > 3 else "")
    warning = f"{len(odd)} listed {kind.noun}(s) could not be read and were passed over: {names}. {odd[0].why}"
    if warning not in run.warnings:
        run.warnings.append(warning)


def _not_listed(token: Token, timeout: float) -> str:
    return (
        f"The management token with the prefix {token.id} was made, and is not listed after {timeout:g} s. Its id is "
        "not known before it is; the next run looks for it."
    )


def local_time() -> datetime:
    """This machine's clock."""
    return datetime.now(timezone.utc)


def random_number(most: int) -> int:
    """A number from 0 on. From the system, as the workers of a play begin as copies of one process."""
    return secrets.randbelow(most + 1)


def _mark(desired: Desired) -> timedelta:
    """By how much the expiry of a token is earlier, so that hosts of one play ask for different ones."""
    return timedelta(seconds=random_number(longest_mark(desired.lifetime)) if desired.lifetime is not None else 0)


def _key(store: SecretStore) -> str:
    """What stands for a store in a diff."""
    return store.noun.replace(" ", "_")


def _kept(plan: Plan) -> list[Token]:
    return [token for token in plan.before if token not in plan.revocations]


def _metadata(kind: Kind, tokens: Sequence[Token], now: datetime) -> list[dict[str, Any]]:
    return [token.metadata(kind, now) for token in tokens]


def _state(metadata: dict[str, Any]) -> dict[str, Any]:
    """The part of a token's metadata that a diff is about; what only exists after the creation is said to be so."""
    keys = ("id", "description", "permissions", "expires_at")
    state = {key: metadata[key] for key in keys if key in metadata}
    return {**state, "id": state["id"] or TO_COME}


def _and(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
