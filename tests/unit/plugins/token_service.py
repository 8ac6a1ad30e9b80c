# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that keeps tokens of either kind in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    LIVE,
    CreatedToken,
    NewToken,
    Secret,
    Token,
    Unreadable,
    Update,
)

NOW = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)


class MemoryService:
    """Does what a ``TokenService`` does, at the time that a test sets, and keeps every call.

    ``granted`` is the life of every token, whatever is asked for. ``names`` are the ids of those it creates, by their
    number; ``secret`` is that of each, where it matters. ``script`` has for a call (list, create, update, revoke) what
    comes of the next ones: an exception is raised, what can be called is called, and a value is the answer; where there
    is none, the service does what it is asked.
    """

    def __init__(
        self,
        *tokens: Token,
        now: datetime = NOW,
        tells_time: bool = True,
        granted: timedelta | None = None,
        names: str = "t{}",
        secret: str | None = None,
    ) -> None:
        self.now = now
        self.tokens = {token.id: token for token in tokens}
        # The ids of those created here, by their secrets.
        self.secrets: dict[str, str] = {}
        self.calls: list[Any] = []
        self.unreadable: list[Unreadable] = []
        self.script: dict[str, list[Any]] = {}
        # Whether it says that it revokes, and does not.
        self.only_says_so = False
        self._tells_time = tells_time
        self._granted = granted
        self._names = names
        self._secret = secret

    def list_tokens(self, again: bool = True) -> list[Token]:
        listed = self._scripted("list")
        return list(self.tokens.values() if listed is None else listed)

    def get_token(self, token_id: str) -> Token | None:
        return self.tokens.get(token_id)

    def server_time(self) -> datetime | None:
        return self.now if self._tells_time else None

    def create_token(self, new: NewToken) -> CreatedToken:
        scripted: CreatedToken | None = self._scripted("create", new)
        if scripted is not None:
            return scripted
        number = len(self.tokens) + 1
        prefix = None if new.permissions is not None else f"M.V1.{number:04}"
        expires_at = new.expires_at if self._granted is None else self.now + self._granted
        name = self._names.format(number)
        token = Token(name, new.description, self.now, expires_at, None, new.permissions, prefix)
        secret = self._secret or f"{prefix or 'apiv1_'}{number:04}"
        self.tokens[token.id], self.secrets[secret] = token, token.id
        return CreatedToken(token, Secret(secret))

    def update_token(self, update: Update) -> Token:
        self._scripted("update", update)
        assert self.tokens[update.token.id] == update.token
        self.tokens[update.token.id] = update.applied()
        return self.tokens[update.token.id]

    def revoke_token(self, token_id: str) -> None:
        self._scripted("revoke", token_id)
        # Scripts speak of tokens that are not kept here.
        if not self.only_says_so and (token_id in self.tokens or not self.script):
            assert self.tokens[token_id].status(self.now) == LIVE
            self.tokens[token_id] = replace(self.tokens[token_id], revoked_at=self.now)

    def live(self) -> list[str]:
        """The ids of the tokens that are live."""
        return [token.id for token in self.tokens.values() if token.status(self.now) == LIVE]

    def note(self, name: str, argument: Any) -> None:
        """Keep a call."""
        self.calls.append((name, argument))

    def _scripted(self, name: str, argument: Any = None) -> Any:
        self.note(name, argument)
        steps = self.script.get(name)
        step = steps.pop(0) if steps else None
        if isinstance(step, Exception):
            raise step
        return step() if callable(step) else step
