# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Revokes tokens, and has a list say that they are revoked: a status alone is no proof."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ManagementError,
    StatusError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._retrying import (
    LONGEST_WAIT,
    asked_wait,
    asks_for_too_much,
    is_passing,
    retrying,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Kind, TokenService

_SHORTEST_PAUSE = 0.25
_LONGEST_PAUSE = 2.0


class Look:
    """Looks at a list again and again, until ``timeout`` seconds have passed."""

    def __init__(self, timeout: float) -> None:
        self._deadline = time.monotonic() + timeout
        self._pause = _SHORTEST_PAUSE

    def wait(self, failure: ManagementError | None = None) -> bool:
        """Wait before the next look, as long as the service asked for in a ``failure``. False: time is up."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(left, max(self._pause, asked_wait(failure) or 0.0)))
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        return True


def still_live(
    service: TokenService, token_ids: Sequence[str], timeout: float, unlisted: Iterable[str] = ()
) -> frozenset[str]:
    """Those of the ids that lists show as not revoked until ``timeout`` seconds have passed; lists may lag behind.

    ``unlisted`` are those of them that no list had shown: that a list lacks them says nothing, so that they are asked
    for by their ids, where that can be done. What is listed and cannot be read counts as not revoked. Raises
    ``ManagementError`` where no answer can be had.
    """
    wanted = {token_id.casefold(): token_id for token_id in token_ids}
    look = Look(timeout)
    while wanted:
        found = [*service.list_tokens(), *filter(None, map(service.get_token, unlisted))]
        names = [*(token.id for token in found if token.revoked_at is None), *(odd.id for odd in service.unreadable)]
        still = frozenset(wanted[name.casefold()] for name in names if name is not None and name.casefold() in wanted)
        if not still or not look.wait():
            return still
    return frozenset()


@dataclass(frozen=True)
class Confirmation:
    """What a list says of tokens that the service said it revoked: ``still`` are listed as not revoked.

    ``failure`` says why no list could be had.
    """

    kind: Kind
    timeout: float
    still: frozenset[str] = frozenset()
    failure: ManagementError | None = None

    @classmethod
    def by_list(
        cls,
        service: TokenService,
        kind: Kind,
        token_ids: Sequence[str],
        timeout: float,
        unlisted: Iterable[str] = (),
    ) -> Confirmation:
        """Ask for a list, and for more where it lags behind; for none where there is nothing to confirm."""
        try:
            return cls(kind, timeout, still_live(service, token_ids, timeout, unlisted))
        except ManagementError as error:
            return cls(kind, timeout, failure=error)

    def doubtful(self, token_ids: Iterable[str]) -> list[str]:
        """Those of these ids that may not be revoked."""
        return [token_id for token_id in token_ids if self.failure is not None or token_id in self.still]

    def doubt(self, token_ids: Iterable[str]) -> str:
        """What to say of these."""
        said = f"The service said that it revoked the {self.kind.noun} {', '.join(token_ids)}, and"
        if self.failure is not None:
            return f"{said} whether it did could not be looked up: {self.failure} Then run the task again."
        return (
            f"{said} still lists it as not revoked after {self.timeout:g} s. See whether it is the service that "
            "answers, then run the task again, or revoke it by id."
        )


def revoke_again(service: TokenService, token_id: str, retries: int) -> None:
    """Revoke a token that nobody holds, and try harder than services do by themselves. Raises ``ManagementError``."""
    retrying(retries, _may_revoke_again)(service.revoke_token, token_id)


def revoke_surely(service: TokenService, kind: Kind, token_id: str, retries: int, timeout: float) -> None:
    """The same for one just made, which lists may lack yet, confirmed."""
    revoke_again(service, token_id, retries)
    confirmation = Confirmation.by_list(service, kind, [token_id], timeout, [token_id])
    if confirmation.doubtful([token_id]):
        raise UnexpectedAnswerError(confirmation.doubt([token_id]))


def longest_revocation(timeout: float, retries: int) -> float:
    """The seconds that ``revoke_surely`` may take."""
    # Twice, as what the service does not try again is tried again here; and after an odd answer a list decides.
    revoking = 2 * 2 * ((retries + 1) * longest_request(timeout) + retries * LONGEST_WAIT)
    # The last list may begin just before time is up.
    return revoking + timeout + (retries + 1) * longest_request(timeout) + retries * LONGEST_WAIT


def longest_request(timeout: float) -> float:
    """The seconds that one request may take."""
    # Connecting, TLS, sending, the beginning of an answer and the rest of it have that time each.
    return 5 * timeout


def _may_revoke_again(error: BaseException) -> bool:
    """Beyond what services try again: revoking twice does no harm, and giving up too early leaves a token behind."""
    refused = isinstance(error, StatusError) and error.status < 500
    final = refused or is_passing(error) or asks_for_too_much(error)
    return isinstance(error, ManagementError) and not final
