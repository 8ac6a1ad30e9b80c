# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task sees of a service that keeps tokens: its list and its time, asked for once, and what is odd there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property

from ansible_collections.influxdb3.management.plugins.module_utils._errors import ManagementError
from ansible_collections.influxdb3.management.plugins.module_utils._expiry import Desired
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_duration, format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    LIVE,
    Evidence,
    Kind,
    Token,
    TokenService,
    Unreadable,
    normal_text,
)

_TOLERATED_SKEW = timedelta(minutes=1)
# Time enough to replace the token that a task authenticates with by hand.
_SHORT_LIFE = timedelta(days=14)


@dataclass(frozen=True)
class Observation:
    """The tokens that a service lists, those that could not be read, and its time."""

    tokens: Sequence[Token]
    now: datetime
    odd: Sequence[Unreadable] = ()

    @cached_property
    def ids(self) -> frozenset[str]:
        """Those of all tokens that are listed."""
        return frozenset(token.id for token in self.tokens)

    def about(self, desired: Desired, evidence: Evidence) -> Sequence[Token]:
        """All tokens that a decision about one of them may have to know."""
        return self.tokens

    def unreadable(self, token_id: str) -> Unreadable | None:
        """The token of this id, where it is listed but could not be read."""
        return self._odd_by_id.get(token_id.casefold())

    @cached_property
    def _odd_by_id(self) -> dict[str, Unreadable]:
        return {one.id.casefold(): one for one in self.odd if one.id is not None}


class IndexedObservation(Observation):
    """One in which what is about one of many tokens is found without a look at all of them."""

    @cached_property
    def _index(self) -> dict[tuple[str, str], list[int]]:
        index: dict[tuple[str, str], list[int]] = {}
        for number, token in enumerate(self.tokens):
            names = [("description", normal_text(token.description)), ("id", token.id.casefold())]
            if token.prefix is not None:
                names.append(("prefix", token.prefix))
            for name in names:
                index.setdefault(name, []).append(number)
        return index

    def about(self, desired: Desired, evidence: Evidence) -> Sequence[Token]:
        """Those of the description, and those that ids or a prefix name, in the order of the list."""
        names = [("description", normal_text(desired.description or "")), ("prefix", evidence.prefix or "")]
        for one in filter(None, (desired.id, evidence.token_id, *evidence.replaced)):
            # What no list had shown is remembered by its prefix.
            names += [("id", one.casefold()), ("prefix", one)]
        numbers = {number for name in names for number in self._index.get(name, ())}
        return [self.tokens[number] for number in sorted(numbers)]


def observe(
    run: Run, kind: Kind, service: TokenService, own_prefix: str | None = None, indexed: bool = False
) -> Observation:
    """Ask a service for its tokens and its time, and say what of them is to be known.

    ``own_prefix`` is the prefix of the management token the service is asked with. ``indexed``: many will ask about it.
    """
    tokens = service.list_tokens()
    now = _now(run, service)
    _warn_of_own_end(run, tokens, own_prefix, now)
    warn_of_unreadable(run, kind.noun, "an id", service.unreadable)
    kept = IndexedObservation if indexed else Observation
    return kept(tokens, now, tuple(service.unreadable))


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
    run.warn(warning)


def warn_of_unreadable(run: Run, noun: str, name: str, odd: Sequence[Unreadable]) -> None:
    """Say which listed things of this ``noun`` were passed over; ``name`` is what each should be known by."""
    if not odd:
        return
    names = ", ".join(one.id or f"one without {name}" for one in odd[:3]) + (", ..." if len(odd) > 3 else "")
    run.warn(f"{len(odd)} listed {noun}(s) could not be read and were passed over: {names}. {odd[0].why}")


def local_time() -> datetime:
    """This machine's clock."""
    return datetime.now(timezone.utc)
