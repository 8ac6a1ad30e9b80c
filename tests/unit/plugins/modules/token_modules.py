# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules ``database_token`` and ``management_token``, each before the service of its tokens.

Tokens have numbers: the higher it is, the later the creation, and ``newest`` is the one that a task makes.
"""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, ClassVar

from ansible_collections.influxdb3.management.plugins.action import database_token, management_token
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Outcome
from ansible_collections.influxdb3.management.plugins.module_utils._time import parse_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DATABASE,
    MANAGEMENT,
    CreatedToken,
    Kind,
    Secret,
    Token,
)
from ansible_collections.influxdb3.management.tests.unit.plugins import fake_influxctl
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_influxctl import (
    CREATED_AT,
    LIST,
    VERSION,
    FakeInfluxctl,
    management_prefix,
    management_token_id,
    management_token_json,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.host_here import keep_secret
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    CONNECTION,
    MANAGEMENT_TOKEN,
    NOW,
    TOKENS,
    ScriptedService,
    token_id,
    token_json,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.whole_module import run_here

WRITE = {"action": "write", "resource": "metrics"}
READ = {"action": "read", "resource": "*"}
TELEGRAF: dict[str, Any] = {"description": "telegraf"}
ABSENT: dict[str, Any] = {"state": "absent"}
TO_COME = "(known after creation)"

NO_LIVE = "no live {noun} has the description 'telegraf'"
AS_WANTED = "a live {noun} exists as wanted"
NOT_KNOWN = "; its secret is not known here"
HOLDS_NONE = "its consumer holds no {noun} with the description 'telegraf'"
HOLDS_DEAD = "the {noun} its consumer holds is not a live one with the description 'telegraf'"


class TokenModule(ABC):
    """One of the two modules, and its service; what the service is asked is a request or a command of influxctl."""

    definition: ClassVar[Definition]
    kind: ClassVar[Kind]
    newest: ClassVar[int]
    secret: ClassVar[str]
    # What the service is asked by every task that gets as far as looking.
    look: ClassVar[list[Any]]
    # The list that says, after all else, what is revoked.
    confirmation: ClassVar[Any]
    # What the service adds to a token that is revoked, or expired.
    gone: ClassVar[dict[str, Any]]
    over: ClassVar[dict[str, Any]]
    # What is not known of a token before it is made.
    unknown: ClassVar[tuple[str, ...]]
    # What the service lists, and tasks return, of the token that a task makes, where that is not as of any other.
    as_made: ClassVar[dict[str, Any]] = {}
    made_fields: ClassVar[dict[str, Any]] = {}
    # What diffs show of a token that not both kinds have, and of one that is made.
    shown: ClassVar[dict[str, Any]] = {}
    shown_as_made: ClassVar[dict[str, Any]] = {}
    # What a successor has of its predecessor.
    inherited: ClassVar[dict[str, Any]] = {}

    def __init__(self, service: ScriptedService, folder: Path) -> None:
        self.service = service
        self.folder = folder

    @abstractmethod
    def keep(self, tokens: Sequence[dict[str, Any]], changes: Sequence[Any] = (), lacked: int | None = None) -> None:
        """Have the service keep these tokens and do these changes, and forget what it was asked.

        ``lacked`` is one that it does not have, and is asked for.
        """

    @abstractmethod
    def run(self, check_mode: bool = False, **options: Any) -> Outcome:
        """Run a task with these options beside those of the connection."""

    @property
    @abstractmethod
    def calls(self) -> list[Any]:
        """Everything that the service was asked."""

    @staticmethod
    @abstractmethod
    def id(number: int) -> str:
        """The id of a token."""

    @staticmethod
    @abstractmethod
    def listed(number: int, description: str = "telegraf", **fields: Any) -> dict[str, Any]:
        """A token as the service lists it."""

    @staticmethod
    @abstractmethod
    def ends(instant: str) -> dict[str, Any]:
        """What the service lists of a token with this end."""

    @staticmethod
    @abstractmethod
    def create(description: str = "telegraf", expires_at: str | None = None) -> list[Any]:
        """What the service is asked to create a token."""

    @classmethod
    def succeed(cls, expires_at: str | None = None) -> list[Any]:
        """What it is asked to create a successor."""
        return cls.create(expires_at=expires_at, **cls.inherited)

    @staticmethod
    @abstractmethod
    def revoke(number: int) -> Any:
        """What it is asked to revoke one."""

    @staticmethod
    @abstractmethod
    def is_revocation(change: Any) -> bool:
        """Whether this is what it is asked to revoke one."""

    @staticmethod
    def look_up(_number: int) -> list[Any]:
        """What it is asked of one that the list lacks."""
        return []

    @staticmethod
    @abstractmethod
    def own_metadata(number: int) -> dict[str, Any]:
        """What a task returns of a token that not both kinds have."""

    @classmethod
    def metadata(cls, number: int, description: str = "telegraf", **fields: Any) -> dict[str, Any]:
        """What a task returns of a token."""
        return {
            "id": cls.id(number),
            "description": description,
            "status": "live",
            "created_at": f"2026-02-{number:02d}T00:00:00Z",
            "expires_at": None,
            "revoked_at": None,
            **cls.own_metadata(number),
            **fields,
        }

    @classmethod
    def state(cls, number: int, **fields: Any) -> dict[str, Any]:
        """What a diff says of a token."""
        return {**TELEGRAF, "id": cls.id(number), "expires_at": None, **cls.shown, **fields}

    @classmethod
    def held(cls, number: int | None) -> dict[str, Any]:
        """The option that says which token the consumer holds, or that it holds none."""
        name = management_prefix if cls.kind.held_by_prefix else cls.id
        return {cls.kind.held_option: "" if number is None else name(number)}

    @classmethod
    def made(cls, **fields: Any) -> dict[str, Any]:
        """What a task returns of the token it created."""
        return cls.metadata(cls.newest, **{"created_at": NOW, **cls.made_fields, **fields})

    @classmethod
    def coming(cls, **fields: Any) -> dict[str, Any]:
        """What a diff says of a token to create."""
        return cls.state(cls.newest, **{"id": TO_COME, **cls.shown_as_made, **fields})

    @classmethod
    def leftover(cls, number: int, revoke_at: str | None = None, **fields: Any) -> dict[str, Any]:
        """A live token beside the current one, and when a later run will revoke it."""
        return {**cls.metadata(number, **fields), "revoke_at": revoke_at}

    @classmethod
    def others_warning(cls, *numbers: int) -> str:
        """What is said of such tokens that the consumer has never held."""
        several = len(numbers) > 1
        ids = ", ".join(map(cls.id, numbers[:3])) + (", ..." if len(numbers) > 3 else "")
        return (
            f"{len(numbers)} live {cls.kind.noun}{'s' if several else ''} with the description 'telegraf' that this "
            f"consumer does not hold: {ids}. Nothing was done to {'them' if several else 'it'}. What nobody uses ends "
            f"by {cls.kind.module} with state: absent and its id, all of them by others: revoke."
        )

    def refusal(self, check_mode: bool = False, calls: Sequence[Any] = (), **options: Any) -> str:
        """The error of a task with these options, which must have asked for so much and holds no secret."""
        outcome = self.run(check_mode, **options)
        error = outcome.error
        assert error is not None
        assert outcome.result == {}
        assert error.isprintable()
        assert len(error) < 500
        assert MANAGEMENT_TOKEN not in error
        assert self.secret not in error
        assert self.calls == list(calls)
        return error


class DatabaseTokenModule(TokenModule):
    """``database_token``, before a service that gives the answers it was told."""

    definition = database_token.ActionModule.definition
    kind = DATABASE
    newest = 28
    secret = "apiv1_" + "5" * 64
    look: ClassVar[list[Any]] = [("GET", TOKENS)]
    confirmation: ClassVar[Any] = ("GET", TOKENS)
    gone: ClassVar[dict[str, Any]] = {"revokedAt": "2026-02-20T00:00:00Z"}
    over: ClassVar[dict[str, Any]] = {"expiresAt": NOW}
    unknown = ("id", "created_at")
    as_made: ClassVar[dict[str, Any]] = {"createdAt": NOW}
    shown: ClassVar[dict[str, Any]] = {"permissions": [WRITE]}
    inherited: ClassVar[dict[str, Any]] = {"permissions": [WRITE]}

    def keep(self, tokens: Sequence[dict[str, Any]], changes: Sequence[Any] = (), lacked: int | None = None) -> None:
        self.service.sent.clear()
        self.service.answer(body=list(tokens))
        if lacked is not None:
            self.service.answer(404, body={"code": 404, "message": "no such token"})
        for method, path, *body in changes:
            if method == "POST":
                self.service.answer(body=token_json(self.newest, createdAt=NOW, accessToken=self.secret, **body[0]))
            elif method == "PATCH":
                token = next(one for one in tokens if path.endswith(one["id"]))
                self.service.answer(body={**token, **body[0]})
            else:
                self.service.answer(204)
        gone = [path.rpartition("/")[2] for method, path, *_body in changes if method == "DELETE"]
        if gone:
            self.service.answer(body=[token for token in tokens if token["id"] not in gone])

    def run(self, check_mode: bool = False, **options: Any) -> Outcome:
        # A new token needs them; those of a token that is kept here are these, unless a test says otherwise.
        needed = {} if options.get("id") or options.get("state") == "absent" else {"permissions": [WRITE]}
        return run_here(self.definition, {**CONNECTION, **needed, **options}, check_mode)

    @property
    def calls(self) -> list[Any]:
        return self.service.requests

    @staticmethod
    def id(number: int) -> str:
        return token_id(number)

    @staticmethod
    def listed(number: int, description: str = "telegraf", **fields: Any) -> dict[str, Any]:
        return token_json(number, description, **fields)

    @staticmethod
    def ends(instant: str) -> dict[str, Any]:
        return {"expiresAt": instant}

    @staticmethod
    def create(description: str = "telegraf", expires_at: str | None = None, permissions: Any = (WRITE,)) -> list[Any]:
        expiry = {} if expires_at is None else {"expiresAt": expires_at}
        return [("POST", TOKENS, {"description": description, "permissions": list(permissions), **expiry})]

    @staticmethod
    def revoke(number: int) -> Any:
        return "DELETE", f"{TOKENS}/{token_id(number)}"

    @staticmethod
    def is_revocation(change: Any) -> bool:
        return bool(change[0] == "DELETE")

    @staticmethod
    def look_up(number: int) -> list[Any]:
        return [("GET", f"{TOKENS}/{token_id(number)}")]

    @staticmethod
    def own_metadata(number: int) -> dict[str, Any]:
        return {"permissions": [WRITE]}


class ManagementTokenModule(TokenModule):
    """``management_token``, before an influxctl, and a service that tells its time to whoever asks."""

    definition = management_token.ActionModule.definition
    kind = MANAGEMENT
    newest = 99
    secret = fake_influxctl.SECRET
    look: ClassVar[list[Any]] = [("GET", TOKENS), LIST]
    confirmation: ClassVar[Any] = LIST
    gone: ClassVar[dict[str, Any]] = {"revoked_at": {"seconds": CREATED_AT - 86400, "nanos": 5}}
    over: ClassVar[dict[str, Any]] = {"expires_at": {"seconds": CREATED_AT}}
    unknown = ("id", "created_at", "prefix", "created_by")
    made_fields: ClassVar[dict[str, Any]] = {"prefix": fake_influxctl.SECRET[:9]}

    def __init__(self, service: ScriptedService, folder: Path) -> None:
        super().__init__(service, folder)
        self.influxctl = FakeInfluxctl(folder)

    def keep(self, tokens: Sequence[dict[str, Any]], _changes: Sequence[Any] = (), _lacked: int | None = None) -> None:
        self.service.sent.clear()
        self.service.answer(401)
        self.influxctl.keep(list(tokens))

    def run(self, check_mode: bool = False, **options: Any) -> Outcome:
        outcome = run_here(
            self.definition, {**CONNECTION, "influxctl_path": self.influxctl.path, **options}, check_mode
        )
        assert not [one for one in self.service.sent if "authorization" in one.headers]
        return outcome

    @property
    def calls(self) -> list[Any]:
        return [*self.service.requests, *self.influxctl.runs]

    @staticmethod
    def id(number: int) -> str:
        return management_token_id(number)

    @staticmethod
    def listed(number: int, description: str = "telegraf", **fields: Any) -> dict[str, Any]:
        return management_token_json(number, description, **fields)

    @staticmethod
    def ends(instant: str) -> dict[str, Any]:
        return {"expires_at": {"seconds": int(parse_rfc3339(instant).timestamp())}}

    @staticmethod
    def create(description: str = "telegraf", expires_at: str | None = None) -> list[Any]:
        expiry = [] if expires_at is None else [f"--expires-at={expires_at}"]
        return [VERSION, ["management", "create", f"--description={description}", *expiry, "--format=json"], LIST]

    @staticmethod
    def revoke(number: int) -> Any:
        return ["management", "revoke", "--force", management_token_id(number)]

    @staticmethod
    def is_revocation(change: Any) -> bool:
        return "revoke" in change

    @staticmethod
    def own_metadata(number: int) -> dict[str, Any]:
        return {"prefix": management_prefix(number), "created_by": "66666666-6666-4666-8666-666666666666"}


@dataclass(frozen=True)
class Kept:
    """What a secret file holds before a task: a token, and those that it held before that one.

    With ``is_lost`` the secret is gone and the side file is left.
    """

    number: int
    replaced: tuple[int, ...] = ()
    description: str = "telegraf"
    created_at: datetime | None = None
    is_lost: bool = False

    def lay(self, module: TokenModule, path: Path) -> None:
        """Have it so at a path whose folder is there."""
        created_at = self.created_at or datetime(2026, 2, self.number, tzinfo=timezone.utc)
        token = Token(module.id(self.number), self.description, created_at)
        keep_secret(path, CreatedToken(token, Secret("apiv1_before")), [module.id(one) for one in self.replaced])
        if self.is_lost:
            path.unlink()


@dataclass
class Scenario:
    """Options and tokens of a task; what a real run asks of the service after it has looked; its result.

    ``before`` and ``after`` are the tokens of the diff. ``reason`` may have {noun} in it, and a warning {path}.
    ``file`` is what a secret file holds before the task, ``remembers`` what its side file lists as replaced after it,
    and ``removes`` says that the task removes it. ``lacked`` is a token that the task is about and the service has not.
    """

    name: str
    options: dict[str, Any]
    tokens: list[dict[str, Any]]
    reason: str
    changes: list[Any] = field(default_factory=list)
    metadata: Any = None
    predecessors: list[dict[str, Any]] = field(default_factory=list)
    others: list[dict[str, Any]] = field(default_factory=list)
    revoked: list[dict[str, Any]] = field(default_factory=list)
    before: list[dict[str, Any]] = field(default_factory=list)
    after: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    file: Kept | None = None
    remembers: tuple[int, ...] = ()
    removes: bool = False
    lacked: int | None = None

    def require(self, module: TokenModule, check_mode: bool) -> None:
        """Run the task, and require what is said here and nothing else."""
        changes = [] if check_mode else self.changes
        path, options = module.folder / "telegraf.token", dict(self.options)
        before = None
        if self.file is not None:
            module.folder.mkdir(exist_ok=True)
            self.file.lay(module, path)
            before = _content(path)
            options["secret_file"] = str(path)
        module.keep(self.tokens, changes, self.lacked)
        outcome = module.run(check_mode, **options)
        assert outcome.error is None
        assert outcome.result == self._result(module, check_mode)
        assert outcome.warnings == [one.format(path=path) for one in self.warnings]
        looked_up = [] if self.lacked is None else module.look_up(self.lacked)
        revoked = [module.confirmation] if any(map(module.is_revocation, changes)) else []
        assert module.calls == [*module.look, *looked_up, *changes, *revoked]
        if self.file is not None:
            self._require_file(module, path, before, check_mode)

    @property
    def _creates(self) -> bool:
        return any(one["id"] == TO_COME for one in self.after)

    def _require_file(self, module: TokenModule, path: Path, before: Any, check_mode: bool) -> None:
        if check_mode or not (self.removes or self._creates):
            assert _content(path) == before
        elif self.removes:
            assert [name for name in os.listdir(path.parent) if name.startswith(path.name)] == []
        else:
            secret, side = _content(path)
            assert secret == module.secret
            assert side is not None
            assert [json.loads(side)[name] for name in ("id", "replaced")] == [
                module.id(module.newest),
                [module.id(one) for one in self.remembers],
            ]

    def _result(self, module: TokenModule, check_mode: bool) -> dict[str, Any]:
        diff: dict[str, Any] = {"before": {"tokens": self.before}, "after": {"tokens": self.after}}
        expected: dict[str, Any] = {
            "changed": bool(self.changes) or self.removes,
            "reason": self.reason.format(noun=module.kind.noun),
            "metadata": self.metadata,
            "predecessors": self.predecessors,
            "others": self.others,
            "revoked": [{**one, "status": "revoked", "revoked_at": NOW} for one in self.revoked],
            "diff": diff,
        }
        path = str(module.folder / "telegraf.token")
        if self.removes:
            diff["before"]["secret_file"] = path
        if self._creates:
            # The diff of a real run knows the id.
            if check_mode:
                expected["metadata"] = {**self.metadata, **dict.fromkeys(module.unknown)}
            else:
                diff["after"]["tokens"] = [
                    {**one, "id": module.id(module.newest)} if one["id"] == TO_COME else one for one in self.after
                ]
            if self.file is not None:
                diff["after"]["secret_file"] = path
            elif not check_mode:
                expected["token"] = module.secret
        return expected


def _content(path: Path) -> tuple[str | None, str | None]:
    """Of a secret file, and of its side file."""
    secret, side = (
        one.read_text("utf-8") if one.exists() else None for one in (path, path.with_name(path.name + ".json"))
    )
    return secret, side
