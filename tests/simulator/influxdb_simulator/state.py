# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything the service knows, and the changes that can be made to it.

All requests are served by one event loop and no method here waits for anything, so each change is atomic.
"""

from __future__ import annotations

import dataclasses
import random
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from . import secret_text, variations
from .behaviour import Behaviour
from .clock import SimulatedClock
from .databases import Databases
from .model import DatabaseToken, ManagementToken, Permission, Token
from .refusal import Refusal

# Clients of Clustered send this in the place of the identifiers that only Dedicated has.
DUMMY_IDENTIFIER = "11111111-1111-1111-1111-111111111111"

AnyToken = TypeVar("AnyToken", bound=Token)


@dataclasses.dataclass(frozen=True)
class Settings:
    """What was chosen on the command line."""

    product: str
    seed: int | None = None
    dialect: str | None = None
    standing_at: datetime | None = None


class State:
    """The memory of one simulated account with one cluster."""

    def __init__(self, settings: Settings, clock: SimulatedClock) -> None:
        self._started_with = settings
        self.clock = clock
        clustered = settings.product == "clustered"
        self.account_id = DUMMY_IDENTIFIER if clustered else str(uuid.uuid4())
        self.cluster_id = DUMMY_IDENTIFIER if clustered else str(uuid.uuid4())
        self.administrator_id = str(uuid.uuid4())
        self.login = secret_text.login()
        self._first_token = ManagementToken(
            id=str(uuid.uuid4()),
            description="the management token of the ready file",
            created_at=clock.now(),
            expires_at=None,
            secret=secret_text.management_token(),
            created_by=self.administrator_id,
        )
        self.created_at = self._first_token.created_at
        self.reset()

    @property
    def management_token(self) -> str:
        """The secret that was handed out at the start. It never expires, and a reset brings it back."""
        return self._first_token.secret

    def reset(self, **chosen: Any) -> None:
        """Forget everything but the first management token, the identifiers and the login.

        ``chosen`` are the settings, ``seed`` and ``dialect``, that are to differ from those of the start.
        """
        self.settings = dataclasses.replace(self._started_with, **chosen)
        self.variations = variations.chosen(self.settings.seed, self.settings.dialect)
        self.behaviour = Behaviour()
        self.refuse_changes = False
        self.clock.reset()
        self.databases = Databases(self.clock, self.settings.product)
        self.database_tokens: dict[str, DatabaseToken] = {}
        self.management_tokens = {self._first_token.id: dataclasses.replace(self._first_token, revoked_at=None)}
        self.influxctl_calls: list[dict[str, Any]] = []
        self._shuffle = random.Random(self.settings.seed)

    def authenticate(self, secret: str | None) -> None:
        """Let a live management token pass; anything else is a Refusal with 401."""
        now = self.clock.now()
        if not any(t.secret == secret and t.status(now) == "live" for t in self.management_tokens.values()):
            raise Refusal(401, "unauthorized")

    def create_database_token(
        self, description: str, permissions: list[Permission], expires_at: datetime | None
    ) -> DatabaseToken:
        """Make a database token; several may have the same description."""
        token = DatabaseToken(
            id=str(uuid.uuid4()),
            description=self.behaviour.keep_description(description),
            created_at=self.clock.now(),
            expires_at=self._expiry(expires_at),
            secret=secret_text.database_token(),
            permissions=self.behaviour.keep_permissions(permissions),
        )
        self.database_tokens[token.id] = token
        return token

    def create_management_token(self, description: str, expires_at: datetime | None) -> ManagementToken:
        """Make a management token; several may have the same description."""
        if not description:
            raise Refusal(400, "description must not be empty")
        token = ManagementToken(
            id=str(uuid.uuid4()),
            description=self.behaviour.keep_description(description),
            created_at=self.clock.now(),
            expires_at=self._expiry(expires_at),
            secret=secret_text.management_token(),
            created_by=self.administrator_id,
        )
        self.management_tokens[token.id] = token
        return token

    def find_database_token(self, token_id: str) -> DatabaseToken:
        """Return the token; a revoked one may be out of sight."""
        token = self.database_tokens.get(token_id)
        if token is None or (token.revoked_at is not None and not self.variations.revoked_token_found):
            raise Refusal(404, "token not found")
        return token

    def update_database_token(
        self, token_id: str, description: str | None, permissions: list[Permission] | None
    ) -> DatabaseToken:
        """Change what is given; the list of permissions is replaced as a whole."""
        token = self.find_database_token(token_id)
        if token.revoked_at is not None:
            raise Refusal(409, "the token is revoked")
        if description is not None:
            token.description = self.behaviour.keep_description(description)
        if permissions is not None:
            token.permissions = self.behaviour.keep_permissions(permissions)
        return token

    def revoke_database_token(self, token_id: str) -> None:
        """Revoke at once; whether a second time succeeds is not documented."""
        self._revoke(self.database_tokens.get(token_id))

    def revoke_management_token(self, token_id: str) -> None:
        """Revoke at once; whether a second time succeeds is not documented."""
        # As for REST, an id in capitals is the same one.
        self._revoke(self.management_tokens.get(token_id.lower()))

    def in_order(self, tokens: dict[str, Any], key: Callable[[Any], Any] | None = None) -> list[Any]:
        """Return the tokens in the order the server happens to list them, or by a key."""
        ordered = list(tokens.values())
        if key is not None:
            return sorted(ordered, key=key)
        if self.variations.list_order == "reversed":
            ordered.reverse()
        elif self.variations.list_order == "shuffled":
            self._shuffle.shuffle(ordered)
        return ordered

    def listed(self, tokens: Mapping[str, AnyToken], key: Callable[[AnyToken], Any] | None = None) -> list[AnyToken]:
        """Return the tokens that a list has by now, in its order."""
        now, first = self.clock.now(), self._first_token.id
        # The first token was there before any client, whatever the time of the start.
        there = {name: one for name, one in tokens.items() if name == first or self.behaviour.lists(one, now)}
        return self.in_order(there, key)

    def _revoke(self, token: Token | None) -> None:
        if token is None or (token.revoked_at is not None and not self.variations.second_revoke_found):
            raise Refusal(404, "token not found")
        if token.revoked_at is None and self.behaviour.revocations == "done":
            token.revoked_at = self.clock.now()

    def _expiry(self, expires_at: datetime | None) -> datetime | None:
        if expires_at is not None and expires_at <= self.clock.now():
            raise Refusal(400, "the expiration lies in the past")
        return self.behaviour.grant_expiry(expires_at, self.clock.now())
