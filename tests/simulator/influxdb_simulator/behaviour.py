# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service may do that nobody can rule out, and that a client has to live with."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from . import validation
from .model import Permission, Token

# In place of a time that does not apply: the zero of Go's clock.
ZERO_TIME = "0001-01-01T00:00:00Z"
LONGEST_DESCRIPTION = 32
# Tokens that only lists show: without a description, without a creation time, and with null for what is left.
NEIGHBOURS = tuple(f"aaaaaaaa-0000-4000-8000-00000000000{number}" for number in range(1, 4))

_DESCRIPTIONS: dict[str, Callable[[str], str]] = {
    "as_sent": str,
    "trimmed": str.strip,
    "cut": lambda text: text[:LONGEST_DESCRIPTION],
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
}
_PERMISSIONS: dict[str, Callable[[list[Permission]], list[Permission]]] = {
    "as_sent": list,
    "sorted": lambda given: sorted(given, key=lambda one: (one["resource"], one["action"])),
    "upper_case": lambda given: [{**one, "action": one["action"].upper()} for one in given],
}


@dataclasses.dataclass(frozen=True)
class Behaviour:
    """One way to behave. The defaults are what is documented; README.md says what the others mean."""

    expiry_limit_seconds: int | None = None
    descriptions: str = "as_sent"
    ids: str = "as_made"
    never: str = "absent"
    list_lag_seconds: int = 0
    permissions: str = "as_sent"
    creation_status: int = 200
    neighbours: str = "as_made"
    revocations: str = "done"

    def grant_expiry(self, asked: datetime | None, now: datetime) -> datetime | None:
        """When a token made now expires: no token outlives the limit, one without an expiry included."""
        if self.expiry_limit_seconds is None:
            return asked
        latest = now + timedelta(seconds=self.expiry_limit_seconds)
        return latest if asked is None else min(asked, latest)

    def keep_description(self, sent: str) -> str:
        """What is kept of a description."""
        return _DESCRIPTIONS[self.descriptions](sent)

    def keep_permissions(self, sent: list[Permission]) -> list[Permission]:
        """What is kept of permissions."""
        return _PERMISSIONS[self.permissions](sent)

    def show_id(self, token_id: str) -> str:
        """An id as everything but the answer to its creation shows it."""
        return token_id.upper() if self.ids == "capitals" else token_id

    def lists(self, token: Token, now: datetime) -> bool:
        """Whether a list has the token by now."""
        # A clock that was moved back does not hide what was made before.
        return not self.list_lag_seconds or token.created_at + timedelta(seconds=self.list_lag_seconds) <= now


def read(order: Mapping[str, Any]) -> Behaviour:
    """Return the behaviour that was ordered; what it does not name is as documented. A mistake is a Refusal."""
    chosen = validation.fields(
        order,
        optional={
            "expiry_limit_seconds": _limit,
            "descriptions": validation.one_of(*_DESCRIPTIONS),
            "ids": validation.one_of("as_made", "capitals"),
            "never": validation.one_of("absent", "zero_time"),
            "list_lag_seconds": validation.integer(0, 10**9),
            "permissions": validation.one_of(*_PERMISSIONS),
            "creation_status": validation.one_of(200, 201, 202),
            "neighbours": validation.one_of("as_made", "odd"),
            "revocations": validation.one_of("done", "said"),
        },
    )
    return Behaviour(**chosen)


def _limit(name: str, value: Any) -> int | None:
    return None if value is None else int(validation.integer(1, 10**9)(name, value))
