# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a token and delivers its secret, or sees to it that no token is left whose secret nobody has.

The same for both kinds of token. Signals are held back from just before the creation until its secret is delivered or
the token revoked.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Callable

from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    InterruptedTaskError,
    ManagementError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_output import (
    match_secret,
    the_secret,
)
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import PREFIX_LENGTH
from ansible_collections.influxdb3.management.plugins.module_utils._retrying import (
    asked_wait,
    asks_for_too_much,
    is_passing,
    retrying,
)
from ansible_collections.influxdb3.management.plugins.module_utils._revocation import (
    Look,
    longest_request,
    longest_revocation,
    revoke_surely,
)
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._signals import Hold, held_signals
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    AmbiguousCreationError,
    CreatedToken,
    DeliveryUnknownError,
    Kind,
    NewToken,
    Permission,
    Secret,
    SecretMissingError,
    SecretStore,
    StoreError,
    Token,
    TokenService,
    UnverifiedError,
    same_permissions,
    same_text,
)


class _SettledError(ManagementError):
    """A creation failed, and nothing is left of it as far as can be seen: another attempt may be made."""

    def __init__(self, message: str, cause: ManagementError) -> None:
        super().__init__(message)
        self.retry_after: float | None = asked_wait(cause)
        # What prints no secret once will not the next time.
        self.lasts = isinstance(cause, SecretMissingError) or asks_for_too_much(cause)


class Creation:
    """The making of one token. ``known_ids`` are those of all tokens that were there before, ``now`` is the service's
    time of that.

    ``is_due`` says whether the next run would replace what was made.
    """

    def __init__(
        self,
        run: Run,
        kind: Kind,
        service: TokenService,
        new: NewToken,
        known_ids: Set[str],
        now: datetime,
        is_due: Callable[[Token], bool] = lambda _token: False,
    ) -> None:
        self._run = run
        self._kind = kind
        self._service = service
        self._new = new
        self._now = now
        self._is_due = is_due
        self._known_ids = known_ids
        # Those of earlier attempts, as a list may lag behind and show them live for a while.
        self._accounted_for: set[str] = set()
        self._unsettled = 0
        # The id of what was made last, whatever became of it.
        self.made: str | None = None
        self._timeout: float = run.parameters["timeout"]
        self._retries: int = run.parameters["retries"]

    def create(self, store: SecretStore | None, replaced: Sequence[str] = ()) -> CreatedToken:
        """Create the token and deliver its secret into the store, or let it pass on to the result of the task.

        ``replaced`` are the ids that the store is to remember. What cannot be delivered is revoked, and nothing else.
        """
        with self._hold(0.0 if store is None else store.patience) as hold:
            attempts = retrying(self._retries, lambda error: not hold.interrupted and _may_try_again(error), hold.pause)
            created: CreatedToken = attempts(self._attempt, hold)
            self.made = created.token.id
            self._run.hide(created.secret)
            self._compare(created.token)
            self._deliver(created, store, replaced, hold)
        return created

    def _hold(self, patience: float) -> AbstractContextManager[Hold]:
        """That of the whole run, where it has one: signals do not arrive in threads."""
        if self._run.hold is not None:
            return nullcontext(self._run.hold)
        return held_signals(longest_creation(self._timeout, self._retries) + patience)

    def _attempt(self, hold: Hold) -> CreatedToken:
        if self._is_over(hold):
            raise InterruptedTaskError("The task was interrupted before another attempt to create the token.")
        try:
            created = self._service.create_token(self._new)
        except AmbiguousCreationError as error:
            ambiguity = error
        else:
            if not self._is_accounted_for(created.token):
                return created
            # Revoked by that id, it would be somebody else's.
            answer = f"The service answered with the id of a {self._kind.noun} that was there before"
            ambiguity = AmbiguousCreationError(UnexpectedAnswerError(f"{answer}, {created.token.id}."))
        return self._settle(ambiguity)

    def _compare(self, token: Token) -> None:
        """Revoke what was made and contradicts what was asked for, and say both; the next run would stumble over it."""
        contradiction = self._contradiction(token)
        if contradiction is None:
            return
        error = UnexpectedAnswerError(
            f"The service made another {self._kind.noun} than was asked for: {contradiction}. Ask for what it grants, "
            "or see who answers at url."
        )
        self._clean_up([token], error)
        raise UnexpectedAnswerError(f"{error} {self._cleaned([token])}")

    def _contradiction(self, token: Token) -> str | None:
        new = self._new
        if not same_text(token.description, new.description):
            return f"it is called {token.description!r} and not {new.description!r}"
        if token.expires_at is not None and token.expires_at <= token.created_at:
            return f"it expires at {format_rfc3339(token.expires_at)}, before it was made"
        if new.expires_at is not None and token.expires_at is None:
            return f"it never expires, and was to expire at {format_rfc3339(new.expires_at)}"
        if self._is_due(token):
            made, now = format_rfc3339(token.created_at), format_rfc3339(self._now)
            return f"it is said to have been made at {made}, and it is {now}, so that it would be due for a successor"
        wanted, granted = (one.permissions or frozenset() for one in (new, token))
        if self._kind.has_permissions and not same_permissions(wanted, granted):
            return f"it allows {_allowed(granted)}, and was to allow {_allowed(wanted)}"
        return None

    def _deliver(self, created: CreatedToken, store: SecretStore | None, replaced: Sequence[str], hold: Hold) -> None:
        try:
            if store is not None:
                store.write(created, replaced)
            elif self._is_over(hold):
                # The result of an interrupted task is thrown away.
                raise InterruptedTaskError("The task was interrupted, so that nobody would receive its token.")
        except (StoreError, InterruptedTaskError) as error:
            self._clean_up([created.token], error)
            raise type(error)(f"{error} {self._cleaned([created.token])}") from None
        except UnverifiedError as error:
            raise UnverifiedError(f"{error} {self._unverified(created.token)}") from None
        except DeliveryUnknownError as error:
            raise DeliveryUnknownError(f"{error} {self._in_doubt(created.token)}") from None
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not take the name of the token along
            # Its text could hold a secret.
            raise DeliveryUnknownError(
                f"The delivery ended in a way that nobody has thought of ({type(error).__name__}). "
                f"{self._in_doubt(created.token)}"
            ) from None

    def _in_doubt(self, token: Token) -> str:
        """Revoked, it would leave the consumer with a dead token if it has arrived after all."""
        return (
            f"Whether the {self._kind.noun} just made, {token.id}, has reached its place is not known, so nothing was "
            "revoked. Run the task again: it looks there, and names this token if it has not."
        )

    def _unverified(self, token: Token) -> str:
        return (
            f"The {self._kind.noun} just made, {token.id}, is in its place, and nothing was revoked. Run the task "
            "again: it tries that one first, and makes no other."
        )

    def _is_over(self, hold: Hold) -> bool:
        return hold.interrupted or not self._run.has_receiver()

    def _settle(self, ambiguity: AmbiguousCreationError) -> CreatedToken:
        """Find out what came of a creation: rescue its token where the secret is known, else revoke it.

        What is not proved to be ours may be that of another host, which has just made one of the same description.
        """
        cause = ambiguity.cause
        self._unsettled += 1
        if ambiguity.token is not None and not self._is_accounted_for(ambiguity.token):
            found = ours = [ambiguity.token]
        else:
            found = self._look(ambiguity)
            ours = self._ours(found)
        matched = match_secret(found, ambiguity.candidates) or match_secret(ours, ambiguity.candidates)
        if matched is not None:
            return CreatedToken(token=matched[0], secret=Secret(matched[1]))
        secret = the_secret(ambiguity.candidates)
        if secret is not None and not ours and not any(secret.startswith(token.prefix or secret) for token in found):
            # By its prefix, it can be delivered and told again when a list has it.
            return CreatedToken(self._new.unlisted(secret[:PREFIX_LENGTH], self._now), Secret(secret))
        if not found:
            raise _SettledError(
                f"{cause} No new {self._kind.noun} of this description appeared within {self._timeout:g} s; "
                "the next run names one that appears later among others.",
                cause,
            )
        # As many as were asked for are ours. Where there are more, somebody else has hit on the same second.
        if not ours or len(ours) > self._unsettled:
            raise ManagementError(f"{cause} {self._undecided(ours or found)}")
        self._clean_up(ours, cause)
        self._unsettled -= len(ours)
        raise _SettledError(f"{cause} {self._cleaned(ours)}", cause)

    def _undecided(self, found: Sequence[Token]) -> str:
        advice = "" if self._new.is_marked else " With a lifetime, its expiry would tell."
        return (
            f"Since then there are new {self._kind.noun}s of this description, and whether the one just made is among "
            f"them cannot be told: {_ids(found)}. None was revoked, and no other was made. Revoke by id those that "
            f"nobody uses, then run the task again.{advice}"
        )

    def _look(self, ambiguity: AmbiguousCreationError) -> list[Token]:
        """The new tokens of this description, looked for until ours is certain or the timeout has passed once more."""
        look = Look(self._timeout)
        while True:
            failure: ManagementError | None = None
            try:
                found = self._new_tokens(ambiguity.candidates)
            except ManagementError as error:
                failure = error
            else:
                if self._is_certain(found, ambiguity):
                    return found
            # Whoever holds signals back waits for the service, not for them: the look is not cut short.
            if not look.wait(failure):
                break
        if failure is not None:
            raise ManagementError(
                f"{ambiguity.cause} Whether a token was created all the same could not be looked up: {failure} "
                f"Look for a new {self._kind.noun} with the description {self._new.description!r}, and revoke it by id."
            )
        return found

    def _new_tokens(self, candidates: Sequence[str] = ()) -> list[Token]:
        """Those of this description, and what is called otherwise if a candidate is its secret: that is ours too."""
        listed = self._service.list_tokens(again=False)
        new = [token for token in listed if token.revoked_at is None and not self._is_accounted_for(token)]
        return [token for token in new if token.is_of(self._new) or match_secret([token], candidates) is not None]

    def _is_accounted_for(self, token: Token) -> bool:
        return token.id in self._known_ids or token.id in self._accounted_for

    def _ours(self, found: Sequence[Token]) -> list[Token]:
        return [token for token in found if token.is_surely_of(self._new)]

    def _is_certain(self, found: Sequence[Token], ambiguity: AmbiguousCreationError) -> bool:
        """Whether there is nothing to wait for.

        One attempt makes one token at most. Where an earlier attempt has left no trace yet, its token may come late,
        and one is not enough. Where nothing proves that a token is ours, all that may be are to be named.
        """
        if ambiguity.candidates:
            return match_secret(found, ambiguity.candidates) is not None
        return len(self._ours(found)) >= self._unsettled

    def _clean_up(self, tokens: Sequence[Token], error: ManagementError) -> None:
        """Revoke tokens that nobody holds. The result of a task with a secret is hidden, so a warning says so too."""
        left: list[Token] = []
        reason: ManagementError | None = None
        for one in tokens:
            self._accounted_for.add(one.id)
            try:
                token = self._listed_by_now(one)
                revoke_surely(self._service, self._kind, token.id, self._retries, self._timeout)
            except ManagementError as failure:
                left.append(one)
                reason = failure
                continue
            cleaned_up = self._run.additions.setdefault("cleaned_up", [])
            # The list that confirmed it may not show it any more, and so not tell the second.
            cleaned_up.append(token.as_revoked(self._now).metadata(self._kind, self._now))
            self._run.warnings.append(
                f"A creation of the {self._kind.noun} {self._new.description!r} did not deliver its secret. "
                + self._cleaned([token])
            )
        if left:
            raise ManagementError(
                f"{error} The {self._kind.noun} just made, {_ids(left)}, could not be revoked either ({reason}) "
                "Revoke it by id."
            ) from None

    def _listed_by_now(self, token: Token) -> Token:
        """It as a list has it, whose id alone can be revoked."""
        if not token.is_unlisted:
            return token
        found = [one for one in self._new_tokens() if one.prefix == token.prefix]
        if len(found) != 1:
            raise UnexpectedAnswerError("No list shows its id yet, only its prefix.")
        return found[0]

    def _cleaned(self, tokens: Sequence[Token]) -> str:
        return f"The {self._kind.noun} just made, {_ids(tokens)}, was revoked."


def longest_creation(timeout: float, retries: int) -> float:
    """The seconds that may pass once a signal is held: the rest of a creation, a look around, a revocation."""
    request = longest_request(timeout)
    return 2 * request + timeout + request + longest_revocation(timeout, retries)


def _allowed(permissions: frozenset[Permission]) -> str:
    return ", ".join(f"{one.action} {one.resource}" for one in sorted(permissions)) or "nothing"


def _ids(tokens: Sequence[Token]) -> str:
    return ", ".join(token.id for token in tokens)


def _may_try_again(error: BaseException) -> bool:
    return not error.lasts if isinstance(error, _SettledError) else is_passing(error)
