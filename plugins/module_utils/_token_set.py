# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A set of tokens in one task: one list, one plan, then all of it at once, and a report in the order of the options."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Callable, Protocol

from ansible_collections.influxdb3.management.plugins.module_utils._concurrency import Pool, Progress, run_each
from ansible_collections.influxdb3.management.plugins.module_utils._creation import longest_creation
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    InputError,
    InterruptedTaskError,
    ManagementError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._item_set import (
    CONCURRENCY_OPTIONS,
    FAILED,
    NOT_STARTED,
    OK,
    TAKEN_BACK,
    Entry,
    ItemSet,
    first_errors,
)
from ansible_collections.influxdb3.management.plugins.module_utils._observation import observe
from ansible_collections.influxdb3.management.plugins.module_utils._pruning import Scope, read_scope
from ansible_collections.influxdb3.management.plugins.module_utils._revocation import (
    Confirmation,
    longest_revocation,
    revoke_again,
)
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._signals import Hold, held_signals
from ansible_collections.influxdb3.management.plugins.module_utils._token_task import TokenItem
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    LIVE,
    CreatedToken,
    Kind,
    NewToken,
    Token,
    TokenService,
    Unreadable,
    Update,
    normal_text,
)

# While one batch of secrets is written, so many more may be made for the next.
_WAITING_FOR_HOST = 64

SET_OPTIONS: dict[str, Any] = {
    **CONCURRENCY_OPTIONS,
    "prune": {
        "type": "dict",
        "options": {
            "match": {"type": "str", "required": True},
            "use_regex": {"type": "bool", "default": False},
            "max": {"type": "int", "required": True},
        },
    },
}


class SharedService:
    """A service of tokens that several threads may ask at once: each request takes one of a pool of them."""

    def __init__(self, pool: Pool[Any]) -> None:
        self._pool = pool
        self.unreadable: list[Unreadable] = []

    def list_tokens(self, again: bool = True) -> list[Token]:
        """As the service does."""
        with self._pool.one() as service:
            tokens: list[Token] = service.list_tokens(again)
            self.unreadable = service.unreadable
        return tokens

    def server_time(self) -> datetime | None:
        """As one of them was told it."""
        with self._pool.one() as service:
            instant: datetime | None = service.server_time()
        return instant

    def create_token(self, new: NewToken) -> CreatedToken:
        """As the service does."""
        with self._pool.one() as service:
            created: CreatedToken = service.create_token(new)
        return created

    def get_token(self, token_id: str) -> Token | None:
        """As the service does."""
        with self._pool.one() as service:
            token: Token | None = service.get_token(token_id)
        return token

    def update_token(self, update: Update) -> Token:
        """As the service does, where its tokens can be changed."""
        with self._pool.one() as service:
            token: Token = service.update_token(update)
        return token

    def revoke_token(self, token_id: str) -> None:
        """As the service does."""
        with self._pool.one() as service:
            service.revoke_token(token_id)


class Stores(Protocol):
    """Where consumers keep what a set makes for them, all on one host, which only the main thread calls."""

    # Rung where something waits to be done.
    bell: threading.Event

    @property
    def files(self) -> Sequence[Any]:
        """That of each entry, or None where it has none."""

    def prepare(self, operation: str, files: Sequence[Any]) -> None:
        """Ask about all of these at once what each of them will ask for soon."""

    def attend(self) -> None:
        """Do what threads wait for."""

    def give_up(self) -> None:
        """Free the threads that wait, now and from now on."""


class TokenSet(ItemSet):
    """All tokens of a task, at a ``service`` that may be asked in several threads at once.

    What else is given is as ``TokenItem`` has it. No token is left that nobody has: one that was made for the result is
    revoked again where nobody gets to see that.
    """

    def __init__(
        self,
        run: Run,
        kind: Kind,
        service: TokenService,
        own_prefix: str | None = None,
        update_token: Callable[[Update], Token] | None = None,
        stores: Stores | None = None,
    ) -> None:
        """Read all options. Raises ``InputError``, which says which entry it is about."""
        super().__init__(run, f"{kind.noun}s")
        self._kind = kind
        self._service = service
        self._own_prefix = own_prefix
        self._stores = stores
        self._scope = read_scope(run.parameters["prune"])
        # Of what the scope is for: what is to go, what has gone, and what kept the rest from going.
        self._doomed: list[Token] = []
        self._pruned: list[Token] = []
        self._prune_failures: list[str] = []
        self._made: dict[str, Entry] = {}
        self._has_taken_back = False
        for number, options in enumerate(run.parameters["tokens"], start=1):
            place = f"tokens (entry {number})"
            parameters = {**options, **{name: run.parameters[name] for name in ("timeout", "retries")}}
            mine = replace(run, parameters=parameters, warnings=[], additions={}, secrets=list(run.secrets))
            store = None if stores is None else stores.files[number - 1]
            try:
                item = TokenItem(mine, kind, service, parameters, store, own_prefix, update_token)
            except InputError as error:
                raise InputError(f"{place}: {error}") from None
            self._entries.append(Entry(place, options, mine, item, store))
        self._refuse_duplicates()

    def ensure(self) -> dict[str, Any]:
        """Make all tokens as they are wanted, and return the result of the task.

        Where something failed, the additions of the run have what was done all the same, and what was not.
        """
        self._read_evidence()
        self._plan()
        self._prepare()
        if self._run.check_mode:
            for entry in self._with(NOT_STARTED):
                self._apply_one(entry)
            self._pruned = self._doomed
            result = self._report()
        else:
            result = self._apply()
        problem = self._problem()
        if problem is not None:
            del result["diff"]
            self._run.additions.update(result)
            self._run.failure_holds_secret = self._run.result_holds_secret
            raise ManagementError(problem)
        return result

    def _read_evidence(self) -> None:
        if self._stores is not None:
            self._stores.prepare("read", [entry.store for entry in self._entries if entry.store is not None])
        seen: dict[str, Entry] = {}
        for entry in self._entries:
            try:
                entry.item.read_evidence()
            except ManagementError as error:
                if self._stops or isinstance(error, InputError):
                    raise type(error)(f"{entry.place}: {error}") from None
                entry.fail(error)
            # As the host understands it.
            first = entry if entry.store is None else seen.setdefault(entry.store.path, entry)
            if entry.store is not None and first is not entry:
                raise InputError(
                    f"{first.place} and {entry.place} have the same secret_file {entry.store.path}. Give each its own."
                )

    def _refuse_duplicates(self) -> None:
        seen: dict[tuple[str, str], Entry] = {}
        for entry in self._entries:
            for option, normal in (("description", normal_text), ("id", str.casefold)):
                value = entry.options.get(option)
                if value is None:
                    continue
                first = seen.setdefault((option, normal(value)), entry)
                if first is not entry:
                    raise InputError(
                        f"{first.place} and {entry.place} have the same {option} {value!r}. Name each token once."
                    )

    def _plan(self) -> None:
        """Decide about each entry, and about what is not listed. Nothing has been changed when this fails."""
        observation = observe(self._run, self._kind, self._service, self._own_prefix, indexed=True)
        self._now = observation.now
        for entry in self._with(NOT_STARTED):
            try:
                entry.item.look_at(observation)
                entry.item.decide()
            except ManagementError as error:
                entry.fail(error)
        failed = self._with(FAILED)
        if failed and self._stops:
            raise InputError(f"{first_errors(failed)} Nothing was changed.")
        self._refuse_shared()
        # Where something fails, nothing is revoked that nobody has named.
        if self._scope is not None and not failed:
            self._doomed = self._unlisted(self._scope, observation.tokens)

    def _refuse_shared(self) -> None:
        """Two entries about one token would undo each other's work, run after run."""
        seen: dict[str, Entry] = {}
        for entry in self._with(NOT_STARTED):
            for token_id in sorted(entry.item.decided_about):
                first = seen.setdefault(token_id, entry)
                if first is not entry:
                    raise InputError(
                        f"{first.place} and {entry.place} are about the same {self._kind.noun} {token_id}. "
                        "Name each token once. Nothing was changed."
                    )

    def _unlisted(self, scope: Scope, tokens: Sequence[Token]) -> list[Token]:
        """The live tokens within the scope that no entry is about, oldest first."""
        descriptions = (entry.options.get("description") for entry in self._entries)
        listed = {normal_text(description) for description in descriptions if description is not None}
        known = {token_id.casefold() for entry in self._entries for token_id in entry.item.knows}
        live = [token for token in tokens if token.status(self._now) == LIVE]
        fitting = scope.fitting([token.description for token in live])
        found = [
            token
            for number, token in enumerate(live)
            if number in fitting
            and normal_text(token.description) not in listed
            and token.id.casefold() not in known
            and not self._is_own(token)
        ]
        if len(found) > scope.most:
            names = ", ".join(f"{token.id} ({token.description!r})" for token in found[:3])
            raise InputError(
                f"{len(found)} live {self._kind.noun}(s) fit prune.match and are not listed, and prune.max is "
                f"{scope.most}: {names}{', ...' if len(found) > 3 else ''}. Nothing was changed."
            )
        return sorted(found, key=lambda token: (token.created_at, token.id))

    def _is_own(self, token: Token) -> bool:
        """Whether the task authenticates with it: that one is never revoked unasked."""
        return self._own_prefix is not None and token.prefix == self._own_prefix

    def _prepare(self) -> None:
        """Have the host try at once whether what is to be made could be written there."""
        if self._stores is not None and not self._run.check_mode:
            making = [entry.store for entry in self._with(NOT_STARTED) if entry.item.makes_one]
            self._stores.prepare("check", [store for store in making if store is not None])

    def _apply(self) -> dict[str, Any]:
        """Do what is planned, and return the result. Signals wait until all that is under way has come to its end."""
        work = self._with_work()
        with held_signals(self._longest_hold(len(work))) as hold:
            self._apply_all(work, hold)
            if not self._with(FAILED, NOT_STARTED):
                self._prune(hold)
            self._finish(work)
            if not self._is_over(hold) and (self._problem() is None or self._run.failure_is_received):
                result = self._report()
                # Whoever is interrupted by now throws it away.
                if not self._is_over(hold):
                    return result
            self._take_back(work)
            if self._is_over(hold):
                raise InterruptedTaskError(f"The task was interrupted. {self._problem() or ''}".rstrip())
            return self._report()

    def _longest_hold(self, pieces: int) -> float:
        """What is under way comes to its end, and all that was made and reaches nobody is revoked."""
        timeout, retries = self._run.parameters["timeout"], self._run.parameters["retries"]
        rounds = -(-pieces // self._concurrency)
        return longest_creation(timeout, retries) + rounds * longest_revocation(timeout, retries)

    def _at_once(self, noun: str, work: Sequence[Callable[[], None]], goes_on: Callable[[], bool]) -> None:
        if self._stores is None:
            super()._at_once(noun, work, goes_on)
            return
        stores, progress = self._stores, Progress(noun, len(work), self._run.tell)

        def attend(ended: int, under_way: int) -> None:
            stores.attend()
            progress.attend(ended, under_way)

        # The service is asked by no more at once; the others wait for the host.
        run_each(work, self._concurrency + _WAITING_FOR_HOST, goes_on, attend, stores.bell, stores.give_up)

    def apply_item(self, entry: Entry) -> None:
        """Make, change or revoke what one entry is about. Runs in a thread."""
        entry.item.apply_again_if_changed()
        self._refuse_crossed(entry)

    def _finish(self, work: Sequence[Entry]) -> None:
        """Have one list confirm all that was revoked, and do what waits for that."""
        revoked = [token_id for entry in work for token_id in entry.item.said_revoked]
        unlisted = [token_id for entry in work for token_id in entry.item.said_unlisted]
        confirmation = self._confirmation([*revoked, *(token.id for token in self._pruned)], unlisted)

        def finish(entry: Entry) -> None:
            try:
                entry.item.finish_again_if_changed(confirmation)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - its text could hold a secret
                entry.fail(error)

        for entry in work:
            if entry.outcome == FAILED:
                entry.item.learn_of(confirmation)
        applied = [entry for entry in work if entry.outcome == OK]
        self._at_once(f"{self._noun} to finish", [partial(finish, entry) for entry in applied], lambda: True)
        doubtful = confirmation.doubtful(token.id for token in self._pruned)
        if doubtful:
            self._pruned = [token for token in self._pruned if token.id not in doubtful]
            self._prune_failures.append(self._run.clean(confirmation.doubt(doubtful)))

    def _confirmation(self, token_ids: Sequence[str], unlisted: Sequence[str] = ()) -> Confirmation:
        return Confirmation.by_list(self._service, self._kind, token_ids, self._run.parameters["timeout"], unlisted)

    def _refuse_crossed(self, entry: Entry) -> None:
        """Two creations answered with one id: which of them the secrets belong to, nobody can tell."""
        created = entry.item.created
        first = entry if created is None else self._made.setdefault(created.token.id, entry)
        if created is not None and first is not entry:
            raise UnexpectedAnswerError(
                f"The service answered with the id of the {self._kind.noun} that it had just made for {first.place}, "
                f"{created.token.id}. See who answers at url."
            )

    def _prune(self, hold: Hold) -> None:
        def revoke(token: Token) -> None:
            try:
                self._service.revoke_token(token.id)
            except ManagementError as error:
                self._prune_failures.append(self._run.clean(str(error)))
            else:
                self._pruned.append(token)

        self._at_once(
            f"unlisted {self._kind.noun}s to revoke",
            [partial(revoke, token) for token in self._doomed],
            lambda: not self._is_over(hold) and not (self._stops and self._prune_failures),
        )

    def _take_back(self, work: Sequence[Entry]) -> None:
        """Revoke what was made for a result that nobody gets to see."""

        failures: dict[str, str] = {}

        def revoke(token: Token) -> None:
            try:
                revoke_again(self._service, token.id, self._run.parameters["retries"])
            except ManagementError as error:
                failures[token.id] = str(error)

        made = [(entry, created.token) for entry in work if (created := entry.item.undelivered) is not None]
        self._at_once(
            f"{self._kind.noun}s that nobody receives to revoke",
            [partial(revoke, token) for _entry, token in made],
            lambda: True,
        )
        confirmation = self._confirmation([token.id for _entry, token in made if token.id not in failures])
        for entry, token in made:
            if confirmation.doubtful([token.id]):
                failures.setdefault(token.id, confirmation.doubt([token.id]))
            self._note_taken_back(entry, token, failures.get(token.id))
        self._has_taken_back = True

    def _note_taken_back(self, entry: Entry, token: Token, failure: str | None) -> None:
        if failure is not None:
            entry.fail(
                ManagementError(
                    f"Nobody receives the {self._kind.noun} just made, {token.id}, and it could not be revoked "
                    f"({failure}) Revoke it by id."
                )
            )
            return
        if entry.outcome == OK:
            entry.outcome = TAKEN_BACK
            entry.reason = f"the {self._kind.noun} just made, {token.id}, was revoked, as nobody would receive it"
        entry.item.done.append(f"revoked {token.id}")
        gone = token.as_revoked(self._now).metadata(self._kind, self._now)
        entry.run.additions.setdefault("cleaned_up", []).append(gone)

    def _problem(self) -> str | None:
        """What went wrong, in one line, or None."""
        said = [super()._problem()]
        if self._prune_failures:
            kept = len(self._doomed) - len(self._pruned)
            said.append(f"{kept} of {len(self._doomed)} unlisted ones were not revoked. {self._prune_failures[0]}")
        taken = self._with(TAKEN_BACK)
        if taken:
            said.append(
                f"{len(taken)} just made were revoked, as nobody would receive their strings: without ignore_errors or "
                "a rescue, nobody sees the result of a task that fails or is interrupted. Run the task again."
            )
        return " ".join(filter(None, said)) or None

    def _report(self) -> dict[str, Any]:
        """The result. Warnings of the entries go where those of the task are."""
        results, diffs = [], []
        for entry in self._entries:
            result, diff = self._result(entry)
            results.append(result)
            if result["changed"] and diff is not None:
                diffs.append({"before_header": entry.place, "after_header": entry.place, **diff})
            self._run.warnings.extend(f"{entry.place}: {entry.run.clean(warning)}" for warning in entry.run.warnings)
            entry.run.warnings.clear()
        report: dict[str, Any] = {"changed": any(one["changed"] for one in results), "results": results}
        if self._scope is not None:
            gone = [token.as_revoked(self._now) for token in self._pruned]
            report["changed"] = report["changed"] or bool(gone)
            report["pruned"] = [token.metadata(self._kind, self._now) for token in gone]
            if gone:
                before = {"tokens": [token.metadata(self._kind, self._now) for token in self._pruned]}
                diffs.append(
                    {"before_header": "prune", "after_header": "prune", "before": before, "after": {"tokens": []}}
                )
        return {**report, "diff": diffs}

    def _result(self, entry: Entry) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """What became of one entry, and its diff where it went well."""
        named = {name: entry.options[name] for name in ("description", "id") if entry.options.get(name) is not None}
        result: dict[str, Any] = {**named, "outcome": entry.outcome}
        if entry.outcome == OK:
            report = entry.item.report()
            diff = report.pop("diff")
            self._run.result_holds_secret = self._run.result_holds_secret or entry.run.result_holds_secret
            return {**result, **report, **entry.run.additions}, diff
        done = entry.item.done
        made = entry.item.undelivered
        result.update(changed=bool(done), reason=entry.reason, done=done, **entry.run.additions)
        if made is not None and not self._has_taken_back:
            # Of an entry that failed after all, and still somebody may need it.
            result["token"] = made.secret.reveal()
            self._run.result_holds_secret = True
        return result, None
