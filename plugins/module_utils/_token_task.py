# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of a token task, for both kinds of token: observe, plan, apply unless in check mode, report."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Callable

from ansible_collections.influxdb3.management.plugins.module_utils._arguments import (
    read_desired,
    read_duration,
    read_evidence,
)
from ansible_collections.influxdb3.management.plugins.module_utils._creation import Creation
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    InputError,
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
from ansible_collections.influxdb3.management.plugins.module_utils._observation import Observation, observe
from ansible_collections.influxdb3.management.plugins.module_utils._revocation import Confirmation
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    TO_COME,
    CreatedToken,
    DeliveryUnknownError,
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


class TokenItem:
    """One token of a task: observed, planned, applied and reported. A set of tokens is a loop over such items.

    A task of one token has it all done by ``ensure``. A set takes the steps of all its items one by one, with one list:
    ``read_evidence``, ``look_at``, ``decide``, then ``apply`` in threads, and ``report``.

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
        # As it was when the service was looked at before.
        self._seen = Evidence()
        self.created: CreatedToken | None = None
        # What was done to which token, in words.
        self.done: list[str] = []
        # Those that the service said it revoked; a list has yet to say so.
        self.said_revoked: list[str] = []

    def ensure(self) -> dict[str, Any]:
        """Make the token as it is wanted, and return the result of the task."""
        self._observe_and_decide()
        self.apply_again_if_changed()
        self.finish_again_if_changed(self._confirmation())
        return self.report()

    def _observe_and_decide(self) -> None:
        self.read_evidence()
        self.look_at(observe(self._run, self._kind, self._service, self._own_prefix))
        self.decide()

    def apply_again_if_changed(self) -> None:
        """Apply; where another run, or another program, was faster, go on from what is there now, once."""
        try:
            self.apply()
        except StoreChangedError:
            self._observe_and_decide()
            self.apply()

    def read_evidence(self) -> Evidence:
        """Find out what the consumer holds. Raises ``InputError`` and ``StoreError``."""
        store = self._store
        self._evidence = store.evidence() if store is not None else read_evidence(self._kind, self._parameters)
        return self._evidence

    def look_at(self, observation: Observation) -> None:
        """Take what the service lists, as far as this is about it."""
        self._pass_over_odd_ones(observation)
        evidence, now = self._evidence, observation.now
        listed = observation.about(self._desired, evidence)
        unlisted = self._unlisted(evidence, listed)
        self._unlisted_ids = {token.id for token in unlisted}
        self._known_ids: Set[str] = observation.ids | self._unlisted_ids if unlisted else observation.ids
        before, self._seen = self._seen, evidence
        self._situation = Situation(self._kind, self._desired, evidence, [*listed, *unlisted], now, self._own_prefix)
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

    def _pass_over_odd_ones(self, observation: Observation) -> None:
        """Where an odd one is what this is about, nothing can be decided."""
        for wanted in (self._evidence.token_id, self._desired.id):
            odd = None if wanted is None else observation.unreadable(wanted)
            if odd is not None:
                raise UnexpectedAnswerError(
                    f"The {self._kind.noun} {wanted} this task is about is listed in a way that cannot be read. "
                    f"Nothing was changed. {odd.why}"
                )

    def decide(self) -> None:
        """Plan, and refuse what is not to be done. Nothing has been changed by then."""
        if self._is_removal:
            self._decide_removal()
            return
        self._plan()
        if self._planned.verify and not self._run.check_mode:
            self._verify()
        self._judge()

    @property
    def has_work(self) -> bool:
        """Whether there is anything to apply."""
        beside = self._stale if self._is_removal else self._mended()
        return self._planned.changes or beside is not None

    @property
    def makes_one(self) -> bool:
        """Whether a token is to be made."""
        return self._planned.create is not None

    @property
    def decided_about(self) -> set[str]:
        """The ids of the tokens that this keeps, changes or revokes."""
        plan = self._planned
        tokens = (*plan.revocations, *(update.token for update in plan.updates))
        return {token.id for token in (tokens if plan.current is None else (*tokens, plan.current))}

    @property
    def knows(self) -> set[str]:
        """The ids of the tokens that this is about in any way."""
        held = {self._evidence.token_id} if self._evidence.token_id is not None else set()
        return {*self.decided_about, *(token.id for token in self._planned.before), *held, *self._evidence.replaced}

    @property
    def undelivered(self) -> CreatedToken | None:
        """What was made and goes into the result, which somebody has to receive."""
        return self.created if self._store is None else None

    @property
    def _is_removal(self) -> bool:
        return bool(self._parameters["state"] == "absent")

    def _plan(self) -> None:
        self._planned = plan_present(self._situation, _mark(self._desired))
        is_new = self._planned.create is not None and self._planned.current is None
        if is_new and self._kind.has_permissions and self._desired.permissions is None:
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
                self._run.warn(text)
        for warning in plan.warnings:
            self._run.warn(warning)

    def apply(self) -> None:
        """Do what is planned; in check mode, see whether it could be."""
        if self._is_removal:
            self._remove()
            return
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
            self.done.append(f"changed {update.token.id}")
        if plan.create is not None:
            self._create(plan.create)
        self._revoke(plan)

    def _revoke(self, plan: Plan) -> None:
        for token in plan.revocations:
            self._service.revoke_token(token.id)
            self.said_revoked.append(token.id)

    def _confirmation(self) -> Confirmation:
        timeout: float = self._run.parameters["timeout"]
        return Confirmation.by_list(self._service, self._kind, self.said_revoked, timeout, self.said_unlisted)

    @property
    def said_unlisted(self) -> list[str]:
        """Those of them that no list had shown."""
        return [token_id for token_id in self.said_revoked if token_id in self._unlisted_ids]

    def learn_of(self, confirmation: Confirmation) -> list[str]:
        """Take what a list confirms of what was revoked for done, and return the ids of the rest."""
        doubtful = confirmation.doubtful(self.said_revoked)
        self.done += [f"revoked {token_id}" for token_id in self.said_revoked if token_id not in doubtful]
        self.said_revoked = []
        return doubtful

    def finish_again_if_changed(self, confirmation: Confirmation) -> None:
        """Finish; where another run has put another token there meanwhile, go on from that, once."""
        try:
            self.finish(confirmation)
        except StoreChangedError:
            self._observe_and_decide()
            self.apply()
            self.finish(self._confirmation())

    def finish(self, confirmation: Confirmation) -> None:
        """Do what waits until a list has confirmed what was revoked: a store goes only after its token.

        Raises ``UnexpectedAnswerError`` where a list denies it, or cannot be had. With a successor just delivered that
        is a warning, as a task that fails notifies no handler, and the next run revokes what this store still names.
        """
        if self._run.check_mode:
            return
        doubtful = self.learn_of(confirmation)
        if doubtful:
            if self.created is None:
                raise UnexpectedAnswerError(confirmation.doubt(doubtful))
            self._run.warn(confirmation.doubt(doubtful))
            gone = tuple(token for token in self._planned.revocations if token.id not in doubtful)
            self._planned = replace(self._planned, revocations=gone)
        if self._is_removal and self._stale is not None:
            self._stale.remove()

    def _create(self, new: NewToken) -> None:
        run, now = self._run, self._situation.now
        wanted = replace(self._desired, force_renew=False)

        def is_due(token: Token) -> bool:
            return renewal_due(wanted, token, now) is not None

        creation = Creation(run, self._kind, self._service, new, self._known_ids, now, is_due)
        try:
            self.created = creation.create(self._store, self._planned.replaced)
        except (DeliveryUnknownError, UnverifiedError):
            self.done.append(f"created {creation.made}")
            raise
        token = self.created.token
        self.done.append(f"created {token.id}")
        if token.is_unlisted:
            self._run.warn(_not_listed(token, run.parameters["timeout"]))
        otherwise = granted_otherwise(self._kind, self._desired, token)
        if otherwise is not None:
            # Not a failure, whatever on_expiry_mismatch says, as a secret that goes into the result would be lost.
            self._run.warn(otherwise)

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

    def _decide_removal(self) -> None:
        self._planned = plan_absent(self._situation)
        for warning in self._planned.warnings:
            self._run.warn(warning)
        if self._stale is not None:
            self._stale.check_removable()

    @property
    def _stale(self) -> SecretStore | None:
        """The store that is to go with its token; one that holds nothing known stays."""
        return self._store if self._evidence.name is not None else None

    def _remove(self) -> None:
        if not self._run.check_mode:
            self._revoke(self._planned)

    def report(self) -> dict[str, Any]:
        """The result, after the plan was applied, or of a dry run."""
        return self._report_removal() if self._is_removal else self._report()

    def _report_removal(self) -> dict[str, Any]:
        plan, stale = self._planned, self._stale
        reason = plan.reason + (f"; the {stale.noun} to remove" if stale else "")
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
        plan, store, created = self._planned, self._store, self.created
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

        The list that confirms it may not have it any more, and so not tell the second.
        """
        now = self._situation.now
        gone = [token.as_revoked(now) for token in plan.revocations]
        return _metadata(self._kind, gone, now)

    def _states(self, tokens: Sequence[Token]) -> list[dict[str, Any]]:
        return [_state(token.metadata(self._kind, token.created_at)) for token in tokens]


def list_tokens(run: Run, kind: Kind, service: TokenService, own_prefix: str | None = None) -> dict[str, Any]:
    """The result of an info task: the tokens that pass every filter, oldest first.

    ``own_prefix`` is the prefix of the management token the service is asked with.
    """
    parameters = run.parameters
    within = read_duration(parameters, "expires_within")
    observation = observe(run, kind, service, own_prefix)
    now = observation.now

    def wanted(token: Token) -> bool:
        return (
            token.status(now) in parameters["statuses"]
            and (parameters["id"] is None or same_id(token.id, parameters["id"]))
            and (parameters["description"] is None or same_text(token.description, parameters["description"]))
            and (within is None or (token.expires_at is not None and token.expires_at - now <= within))
        )

    tokens = sorted(filter(wanted, observation.tokens), key=lambda token: (token.created_at, token.id))
    return {"changed": False, kind.list_key: _metadata(kind, tokens, now)}


def _not_listed(token: Token, timeout: float) -> str:
    return (
        f"The management token with the prefix {token.id} was made, and is not listed after {timeout:g} s. Its id is "
        "not known before it is; the next run looks for it."
    )


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
