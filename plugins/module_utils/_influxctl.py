# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Management tokens through influxctl, the only public interface to them.

Source of commands, flags and versions: https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/
and its release notes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from datetime import datetime
from functools import partial
from typing import Callable

from ansible_collections.influxdb3.management.plugins.module_utils._answers import require_token_id
from ansible_collections.influxdb3.management.plugins.module_utils._client import fetch_server_time
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    InfluxctlError,
    InputError,
    ManagementError,
    NotFoundError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_failures import (
    Attempt,
    Operation,
    excerpt,
)
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_output import (
    Version,
    match_secret,
    read_tokens,
    secret_candidates,
)
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_process import (
    Completed,
)
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_program import (
    NEWER,
    InfluxctlProgram,
    dotted,
    given_program,
)
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import PREFIX
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    AmbiguousCreationError,
    CreatedToken,
    NewToken,
    Secret,
    SecretMissingError,
    Token,
    Unreadable,
    same_id,
)

# 2.6.0 brought the management commands and the key mgmt_token; 2.10.0 repaired creation without an expiry.
FIRST_VERSION: Version = (2, 6, 0)
FIRST_VERSION_WITHOUT_EXPIRY: Version = (2, 10, 0)

_UNDEFINED_FORMAT_FLAG = re.compile(r"(?:not defined|unknown flag|unknown option)[: ]+-{1,2}format\b", re.IGNORECASE)
# What may be the id of a token, among them.
_WORDS = re.compile(r"[A-Za-z0-9-]+")
_NOT_ONE_LINE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class Influxctl(InfluxctlProgram):
    """The management tokens of one account, or of one cluster of Clustered, listed, created and revoked."""

    def __init__(
        self,
        connection: Connection,
        executable: str | None,
        allow_cached_login: bool,
        clock: Callable[[], datetime | None],
    ) -> None:
        """Find influxctl; nothing is started yet. ``clock`` tells the service's time, which influxctl does not.

        Raises what ``InfluxctlProgram`` does.
        """
        super().__init__(connection, executable, allow_cached_login)
        self._clock = clock
        self._known_ids: frozenset[str] | None = None
        self.unreadable: list[Unreadable] = []

    def another(self) -> Influxctl:
        """One for another thread, which knows the tokens that this one has listed."""
        return copy(self)

    def server_time(self) -> datetime | None:
        """The service's own time, as the clock given to the constructor tells it."""
        return self._clock()

    def list_tokens(self, again: bool = True) -> list[Token]:
        """Every management token of the account: live, expired and revoked. ``again``: after a passing failure too."""
        attempt = Attempt(Operation.LIST, f"list the management tokens of {self.connection.owner}")
        completed = self.complete(attempt, again, "management", "list", "--format", "json")
        tokens, self.unreadable = read_tokens(completed.stdout)
        self._known_ids = frozenset(token.id for token in tokens)
        return tokens

    def create_token(self, new: NewToken) -> CreatedToken:
        """Create a management token, in one attempt; ``new.permissions`` is of no meaning.

        What influxctl prints is confirmed by a following list: the secret belongs to the one token that was not in
        the last list and has this description and the secret's beginning for its prefix. Raises
        ``AmbiguousCreationError`` when a token may have been created and its secret cannot be told, or not yet.
        """
        if not new.description.strip() or _NOT_ONE_LINE.search(new.description):
            raise InputError("The description of a management token must be one line of text and not empty.")
        self._check_version(new)
        if self._known_ids is None:
            self.list_tokens()
        known_ids = self._known_ids or frozenset()
        printed = self._run_creation(new).stdout
        candidates = secret_candidates(printed)
        try:
            listed = self.list_tokens(again=False)
        except ManagementError as error:
            raise AmbiguousCreationError(_unlisted(new, error), candidates=_promising(candidates)) from None
        return _confirm(new, [token for token in listed if token.id not in known_ids], printed, candidates)

    def get_token(self, token_id: str) -> Token | None:
        """None: only the list tells of management tokens."""

    def revoke_token(self, token_id: str) -> None:
        """Revoke a management token; one that is revoked already or gone is no error.

        Since 2.9.8 influxctl goes on after an error when it revokes, so that its exit status alone proves nothing:
        where it complains, a list decides.
        """
        require_token_id(token_id)
        attempt = Attempt(Operation.REVOKE, f"revoke the management token {token_id}")
        complaint: ManagementError | None = None
        try:
            completed = self.complete(attempt, True, "management", "revoke", "--force", token_id)
            if excerpt(completed.stderr):
                complaint = self._failure(attempt, completed)
        except NotFoundError as error:
            complaint = error
        if complaint is not None:
            self._require_revoked(token_id, complaint)

    def _require_revoked(self, token_id: str, complaint: ManagementError) -> None:
        try:
            listed = self.list_tokens()
        except ManagementError as error:
            raise UnexpectedAnswerError(
                f"{complaint} Whether it is revoked all the same could not be looked up: {error} "
                "Then run the task again."
            ) from None
        still = [token.id for token in listed if token.revoked_at is None]
        if any(same_id(one or "", token_id) for one in (*still, *(odd.id for odd in self.unreadable))):
            if isinstance(complaint, NotFoundError):
                # No refusal, so that it is worth another attempt.
                raise UnexpectedAnswerError(
                    f"{complaint} The list still has it as not revoked. Then run the task again."
                ) from None
            raise complaint

    def _run_creation(self, new: NewToken) -> Completed:
        """Run the creation, which counts as one attempt even where it takes a second run to find the right flags."""
        attempt = Attempt(Operation.CREATE, f"create the management token {new.description!r}")
        # In one word with its flag, so that a description that begins with a hyphen is not taken for a flag.
        arguments = ["management", "create", f"--description={new.description}"]
        if new.expires_at is not None:
            arguments.append(f"--expires-at={format_rfc3339(new.expires_at.replace(microsecond=0))}")
        completed = self.execute(attempt, *arguments, "--format=json")
        if completed.status != 0 and _UNDEFINED_FORMAT_FLAG.search(completed.stderr + completed.stdout):
            # Refused while reading the arguments, so nothing was created.
            completed = self.execute(attempt, *arguments)
        return self.checked(attempt, completed)

    def _check_version(self, new: NewToken) -> None:
        version = self.version
        needed = FIRST_VERSION if new.expires_at is not None else FIRST_VERSION_WITHOUT_EXPIRY
        if version is None or version >= needed:
            return
        kind = "a management token" if new.expires_at is not None else "a management token without expiry"
        raise InfluxctlError(
            f"influxctl {dotted(version)} is too old to create {kind}, which needs {dotted(needed)}. {NEWER}"
        )


def _confirm(new: NewToken, added: Sequence[Token], printed: str, candidates: Sequence[str]) -> CreatedToken:
    possible = [token for token in added if token.is_of(new)]
    # What is called otherwise is ours all the same where the secret is its own; whoever asked for it compares.
    live = [token for token in added if token.revoked_at is None]
    matched = match_secret(possible, candidates) or match_secret(live, candidates)
    if matched is not None:
        return CreatedToken(token=matched[0], secret=Secret(matched[1]))
    words = _WORDS.findall(printed)
    told = [token for token in possible if token.id in words]
    raise AmbiguousCreationError(
        SecretMissingError(
            f"influxctl reported that it created the management token {new.description!r}, but no new token of this "
            "description is listed whose secret is in what it printed. Name another version with influxctl_path."
        ),
        told[0] if len(told) == 1 else None,
        _promising(candidates),
    )


def _promising(candidates: Sequence[str]) -> list[str]:
    """Those for whose token it is worth waiting: another controller's of this description may be listed before ours."""
    return [text for text in candidates if text.startswith(PREFIX)]


def _unlisted(new: NewToken, error: ManagementError) -> SecretMissingError:
    return SecretMissingError(
        f"The management token {new.description!r} was created, but the list that tells its id failed: {error}"
    )


def open_influxctl(run: Run) -> Influxctl:
    """influxctl as a task wants it. The time comes from the REST service, which needs no credentials for that."""
    given = given_program(run)
    return Influxctl(**given, clock=partial(fetch_server_time, given["connection"]))
