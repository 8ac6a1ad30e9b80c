# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a token is, for both kinds of token, and what a service that keeps tokens can do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Callable, Protocol, TypeVar

from ansible_collections.influxdb3.management.plugins.module_utils._errors import ManagementError
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import PREFIX
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_rfc3339

Item = TypeVar("Item")

LIVE = "live"
EXPIRED = "expired"
REVOKED = "revoked"
STATUSES = (LIVE, EXPIRED, REVOKED)
# The resource of a permission for every database.
ANY_DATABASE = "*"

# A management token begins with this and four more characters that influxctl shows as its token_prefix.
# The published schema says UUID. Other shapes are let pass, but no token string is one of them, no step up in a path
# and no flag of a command.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


class Secret:
    """A token string that shows itself only where it is asked to, so that no log or traceback holds it by accident."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The token string itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(hidden)"


# What stands in a diff for something that only a creation tells.
TO_COME = "(known after creation)"


@dataclass(frozen=True, order=True)
class Permission:
    """What a database token allows: an ``action`` (read, write) on a ``resource`` (a database name, or ``*``)."""

    action: str
    resource: str


@dataclass(frozen=True)
class Token:
    """A token's metadata as the service lists it; instants are UTC.

    Only database tokens have ``permissions``, only management tokens ``prefix`` and ``created_by``. A management token
    that no list has shown yet is named by its prefix, in the place of an ``id``, and known as it was asked for.
    """

    id: str
    description: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    permissions: frozenset[Permission] | None = None
    prefix: str | None = None
    created_by: str | None = None

    def status(self, now: datetime) -> str:
        """``live``, ``expired`` or ``revoked`` at this instant; a token both revoked and expired is revoked."""
        if self.revoked_at is not None:
            return REVOKED
        if self.expires_at is not None and self.expires_at <= now:
            return EXPIRED
        return LIVE

    def as_revoked(self, now: datetime) -> Token:
        """It as it is once it was revoked, at about this time; one just made may seem to come from the future."""
        return replace(self, revoked_at=max(now, self.created_at))

    @property
    def is_unlisted(self) -> bool:
        """Whether no list has shown it yet, so that nobody knows its id."""
        return self.id == self.prefix

    def is_of(self, new: NewToken) -> bool:
        """Whether this may be what came of a creation, of which nobody has the secret yet."""
        return same_text(self.description, new.description) and self.revoked_at is None

    def is_surely_of(self, new: NewToken) -> bool:
        """Whether it is what came of that creation, and not what somebody else has made with the same description."""
        return self.is_of(new) and new.is_marked and self.expires_at == new.expires_at

    def metadata(self, kind: Kind, now: datetime) -> dict[str, Any]:
        """The token as tasks return it: snake_case, RFC 3339, never a secret."""
        details = {
            "permissions": permissions_as_list(self.permissions or frozenset()),
            "prefix": self.prefix,
            "created_by": self.created_by,
        }
        return {
            "id": None if self.is_unlisted else self.id,
            "description": self.description,
            "status": self.status(now),
            "created_at": format_rfc3339(self.created_at),
            "expires_at": format_rfc3339(self.expires_at),
            "revoked_at": format_rfc3339(self.revoked_at),
            **{name: details[name] for name in kind.details},
        }


@dataclass(frozen=True)
class NewToken:
    """A token to create. ``permissions`` is None for management tokens, ``expires_at`` None for no expiry.

    ``is_marked`` says that the expiry was chosen at random: no other token of this description will have it.
    """

    description: str
    permissions: frozenset[Permission] | None = None
    expires_at: datetime | None = None
    is_marked: bool = False

    def unlisted(self, prefix: str, now: datetime) -> Token:
        """The management token that came of this at this time, as long as no list shows it."""
        return Token(prefix, self.description, now, self.expires_at, prefix=prefix)

    def metadata(self, kind: Kind) -> dict[str, Any]:
        """What is known of the token before it exists, in the shape of ``Token.metadata``."""
        details = {
            "permissions": permissions_as_list(self.permissions or frozenset()),
            "prefix": None,
            "created_by": None,
        }
        return {
            "id": None,
            "description": self.description,
            "status": LIVE,
            "created_at": None,
            "expires_at": format_rfc3339(self.expires_at),
            "revoked_at": None,
            **{name: details[name] for name in kind.details},
        }


@dataclass(frozen=True)
class CreatedToken:
    """The one answer that holds a secret."""

    token: Token
    secret: Secret


class SecretMissingError(ManagementError):
    """A token was created, but the answer holds no usable secret."""


class AmbiguousCreationError(ManagementError):
    """A creation ended so that there may be a token whose secret nobody has.

    ``cause`` is what happened. ``token`` is the token just made, where the answer tells it. ``candidates`` are the
    texts one of which is its secret, where nothing is missing but the list that tells which token was made.
    """

    def __init__(self, cause: ManagementError, token: Token | None = None, candidates: Sequence[str] = ()) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.token = token
        self.candidates = tuple(candidates)


class StoreError(ManagementError):
    """A store cannot be read or written; nothing was written."""


class StoreChangedError(StoreError):
    """A store has changed since it was read, so nothing was written."""


class UnverifiedError(ManagementError):
    """A secret is in its store, and has been neither accepted nor refused yet."""


class DeliveryUnknownError(ManagementError):
    """Whether a secret has reached its store is not known."""


@dataclass(frozen=True)
class Unreadable:
    """What the last list has and could not be read: its ``id``, where at least that could, and why.

    What has no id, such as a database, has its name there.
    """

    id: str | None
    why: str


class TokenService(Protocol):
    """What the life cycle needs of a service that keeps tokens of one kind."""

    @property
    def unreadable(self) -> list[Unreadable]:
        """Those of the last list that could not be read. They may be live, and nothing more is known of them."""

    def list_tokens(self, again: bool = True) -> list[Token]:
        """Every token the service keeps, live or not, that can be read.

        ``again``: ask again after a passing failure.
        """

    def server_time(self) -> datetime | None:
        """The service's own time, or None where it cannot be had."""

    def create_token(self, new: NewToken) -> CreatedToken:
        """Create a token, in one attempt; its secret is in this answer and nowhere else.

        Raises ``AmbiguousCreationError`` when there may be a token whose secret nobody has.
        """

    def get_token(self, token_id: str) -> Token | None:
        """A token by its id, for one that the list lacks. None where there is none, or where only the list tells."""

    def revoke_token(self, token_id: str) -> None:
        """Revoke a token; one that is already revoked or gone is no error."""


@dataclass(frozen=True)
class Evidence:
    """What is known of the token its consumer holds.

    ``given`` is false when nothing is said about it. Where it is given, ``token_id`` or ``prefix`` name the held token,
    and neither of them means that nothing usable is held. Where a store holds it, ``path`` is where, and the rest is
    what that store remembers: the token's description and instants, whether it was accepted where it is used, and
    ``replaced``, the names of the tokens that were there before, oldest first. A name is an id, or the prefix of a
    management token that no list had shown by then.
    """

    given: bool = False
    token_id: str | None = None
    prefix: str | None = None
    path: str | None = None
    description: str | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    accepted: bool = True
    replaced: tuple[str, ...] = ()

    @property
    def name(self) -> str | None:
        """What the held token is called in messages, and remembered by."""
        return self.token_id if self.token_id is not None else self.prefix

    @property
    def awaits_id(self) -> bool:
        """Whether a store remembers a token that no list had shown when that was written."""
        return self.token_id is None and self.prefix is not None and self.created_at is not None

    def matches(self, token: Token) -> bool:
        """Whether this may be the token that is held; a prefix is short enough to match another one."""
        if self.token_id is not None:
            return same_id(token.id, self.token_id)
        return self.prefix is not None and token.prefix == self.prefix


class SecretStore(Protocol):
    """Where the consumer of one token keeps its secret. What cannot be done raises ``StoreError``."""

    # What it is, for the reader.
    noun: str
    path: str

    @property
    def patience(self) -> float:
        """The seconds for which a write may wait until the secret is accepted."""

    def evidence(self) -> Evidence:
        """Which token is held, as it is now. Asked before anything else."""

    def differences(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """What beside the secret is not as wanted: as it is, and as it should be."""

    def check_writable(self) -> None:
        """Whether a secret could be written, as far as that can be told without writing."""

    def try_to_write(self) -> None:
        """Whether it can be, for certain; just before a token is made."""

    def write(self, created: CreatedToken, replaced: Sequence[str] = ()) -> None:
        """Put a secret in the place of what was read, and have it tried where that is wanted.

        ``replaced`` are the names that are to be remembered. Raises ``StoreChangedError`` where something else is there
        by now, ``UnverifiedError`` where the secret is in place but nobody has accepted it, and
        ``DeliveryUnknownError`` where it is not known whether it is.
        """

    def verify(self) -> None:
        """Have the secret that is there accepted. Raises ``UnverifiedError`` where it is not."""

    def learn(self, token: Token) -> None:
        """Remember of the token that is there what the list says of it, now that it does."""

    def mend(self) -> None:
        """Have what is there beside the secret as wanted."""

    def check_removable(self) -> None:
        """Whether what is there could be removed."""

    def remove(self) -> None:
        """Remove what is there."""


@dataclass(frozen=True)
class Kind:
    """What differs between database tokens and management tokens, in words and in ability.

    ``module`` manages one, ``list_module`` lists them, under ``list_key`` in its result. ``held_option`` is how a task
    says what its consumer holds: the prefix of a token where ``held_by_prefix``, else its id. ``can_change``: its
    description, and its permissions where it ``has_permissions``. ``details`` are what metadata says of it alone.
    """

    noun: str
    held_option: str
    held_by_prefix: bool
    can_change: bool
    has_permissions: bool
    module: str
    list_module: str
    list_key: str
    details: tuple[str, ...]


DATABASE = Kind(
    noun="database token",
    held_option="held_id",
    held_by_prefix=False,
    can_change=True,
    has_permissions=True,
    module="database_token",
    list_module="database_token_info",
    list_key="database_tokens",
    details=("permissions",),
)
MANAGEMENT = Kind(
    noun="management token",
    held_option="held_prefix",
    held_by_prefix=True,
    can_change=False,
    has_permissions=False,
    module="management_token",
    list_module="management_token_info",
    list_key="management_tokens",
    details=("prefix", "created_by"),
)


@dataclass(frozen=True)
class Update:
    """A change of a token in place; None leaves that part alone."""

    token: Token
    description: str | None = None
    permissions: frozenset[Permission] | None = None

    def applied(self) -> Token:
        """The token as it will be after this change."""
        return replace(
            self.token,
            description=self.token.description if self.description is None else self.description,
            permissions=self.token.permissions if self.permissions is None else self.permissions,
        )


def same_text(one: str | None, other: str | None) -> bool:
    """Whether two descriptions are the same, however a service spells them: without outer blanks, in a normal form."""
    return one is not None and other is not None and normal_text(one) == normal_text(other)


def normal_text(text: str) -> str:
    """A description as it is compared."""
    return unicodedata.normalize("NFC", text).strip()


def same_id(one: str, other: str) -> bool:
    """Whether two ids are the same; a UUID is, in capitals too (RFC 9562 section 4)."""
    return one.casefold() == other.casefold()


def same_permissions(wanted: frozenset[Permission], granted: frozenset[Permission]) -> bool:
    """Whether a token allows what is wanted and nothing else, however a service spells that.

    It may write actions in its own way, and spell out that ``*`` means every database.
    """
    every = {one.action.casefold() for one in wanted if one.resource == ANY_DATABASE}
    granted_every = {one.action.casefold() for one in granted}
    named = {(one.action.casefold(), one.resource) for one in wanted} - {(action, ANY_DATABASE) for action in every}
    rest = {(one.action.casefold(), one.resource) for one in granted if one.action.casefold() not in every}
    return every <= granted_every and rest == {one for one in named if one[0] not in every}


def listed_id(item: dict[str, Any]) -> str | None:
    """The id of a listed token that may be odd otherwise."""
    found = item.get("id")
    return found if isinstance(found, str) and is_token_id(found) else None


def read_each(
    items: Sequence[Any],
    read: Callable[[Any], Item],
    failure: type[Exception],
    known_by: Callable[[dict[str, Any]], str | None] = listed_id,
) -> tuple[list[Item], list[Unreadable]]:
    """Read a list; one odd neighbour does not keep the others from being read, and is named as it is ``known_by``.

    Where none of them can be read, this is no such list, and the first ``failure`` is raised.
    """
    readable: list[Item] = []
    unreadable: list[Unreadable] = []
    first: Exception | None = None
    for item in items:
        try:
            readable.append(read(item))
        except failure as error:
            first = first or error
            unreadable.append(Unreadable(known_by(item) if isinstance(item, dict) else None, str(error)))
    if first is not None and not readable:
        raise first
    return readable, unreadable


def is_prefix(name: str) -> bool:
    """Whether a remembered token is named by its prefix, which no id begins like."""
    return name.startswith(PREFIX)


def is_token_id(text: str) -> bool:
    """Whether a token may have this id."""
    return _ID.fullmatch(text) is not None


def permissions_as_list(permissions: frozenset[Permission]) -> list[dict[str, str]]:
    """Permissions as the API and tasks write them, in a fixed order."""
    return [{"action": one.action, "resource": one.resource} for one in sorted(permissions)]
