# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Management tokens through influxctl, the only public interface to them.

Source of commands, flags and versions: https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/
and its release notes. ``--timeout`` is left alone because it came with 2.9.7 only; the process has a limit instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy
from datetime import datetime
from functools import cached_property, partial
from typing import Callable

from ansible_collections.influxdb3.management.plugins.module_utils._answers import require_token_id
from ansible_collections.influxdb3.management.plugins.module_utils._client import fetch_server_time
from ansible_collections.influxdb3.management.plugins.module_utils._connection import ENVIRONMENT, Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    InfluxctlError,
    InputError,
    ManagementError,
    NotFoundError,
    TimedOutError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_failures import (
    Attempt,
    Cause,
    Operation,
    classify,
    excerpt,
    failure,
    timed_out,
)
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_output import (
    Version,
    match_secret,
    read_tokens,
    read_version,
    secret_candidates,
)
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_process import (
    DOWNLOAD_PAGE,
    Completed,
    find_executable,
    run_influxctl,
)
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import PREFIX
from ansible_collections.influxdb3.management.plugins.module_utils._retrying import is_passing, retrying
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
_NEWER = f"Install 2.10.0 or later from {DOWNLOAD_PAGE} or name it with influxctl_path."

_UNDEFINED_FORMAT_FLAG = re.compile(r"(?:not defined|unknown flag|unknown option)[: ]+-{1,2}format\b", re.IGNORECASE)
# What may be the id of a token, among them.
_WORDS = re.compile(r"[A-Za-z0-9-]+")
_NOT_ONE_LINE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class Influxctl:
    """The management tokens of one account, listed, created and revoked by running influxctl.

    ``connection.timeout`` is how many seconds each run may take.
    """

    def __init__(
        self,
        connection: Connection,
        executable: str | None,
        allow_cached_login: bool,
        clock: Callable[[], datetime | None],
    ) -> None:
        """Find influxctl; nothing is started yet. ``executable`` is a path or a name on PATH, None for ``influxctl``.

        ``clock`` tells the service's time, which influxctl does not. Raises ``InputError`` when influxctl would have
        to ask for a login in a browser, and ``InfluxctlError``.
        """
        if connection.management_token is None and not allow_cached_login:
            raise InputError(
                "No management token is given, and influxctl would wait for a login in a browser. Set management_token "
                f"or {ENVIRONMENT['management_token']}, or allow_cached_login to use the login influxctl has cached."
            )
        self.connection = connection
        self._executable = find_executable(executable, connection.environment)
        self._allow_cached_login = allow_cached_login
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
        attempt = Attempt(Operation.LIST, f"list the management tokens of account {self.connection.account_id}")
        completed = self._run(attempt, again, "management", "list", "--format", "json")
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
            completed = self._run(attempt, True, "management", "revoke", "--force", token_id)
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
        completed = self._execute(attempt, *arguments, "--format=json")
        if completed.status != 0 and _UNDEFINED_FORMAT_FLAG.search(completed.stderr + completed.stdout):
            # Refused while reading the arguments, so nothing was created.
            completed = self._execute(attempt, *arguments)
        return self._checked(attempt, completed)

    def _check_version(self, new: NewToken) -> None:
        version = self._version
        needed = FIRST_VERSION if new.expires_at is not None else FIRST_VERSION_WITHOUT_EXPIRY
        if version is None or version >= needed:
            return
        kind = "a management token" if new.expires_at is not None else "a management token without expiry"
        raise InfluxctlError(
            f"influxctl {_dotted(version)} is too old to create {kind}, which needs {_dotted(needed)}. {_NEWER}"
        )

    @cached_property
    def _version(self) -> Version | None:
        completed = self._execute(Attempt(Operation.VERSION, "tell its version"), "version")
        return read_version(completed.stdout) if completed.status == 0 else None

    def run(self, attempt: Attempt, *arguments: str, again: bool = True) -> str:
        """What a command prints that is about something else than tokens. ``again``: after a passing failure too."""
        return self._run(attempt, again, *arguments).stdout

    def _run(self, attempt: Attempt, again: bool, *arguments: str) -> Completed:
        attempts = retrying(self.connection.retries if again else 0, self._is_passing)
        completed: Completed = attempts(lambda: self._checked(attempt, self._execute(attempt, *arguments)))
        return completed

    def _is_passing(self, error: BaseException) -> bool:
        # Without a token it was probably waiting for a login, and would be again.
        is_waiting = isinstance(error, TimedOutError) and self.connection.management_token is None
        return is_passing(error) and not is_waiting

    def _checked(self, attempt: Attempt, completed: Completed) -> Completed:
        if completed.status != 0:
            raise self._failure(attempt, completed)
        return completed

    def _failure(self, attempt: Attempt, completed: Completed) -> ManagementError:
        if classify(completed.stderr) is not Cause.TOO_OLD:
            return failure(attempt, completed.stderr, completed.status, self.connection)
        try:
            version = "of unknown version" if self._version is None else _dotted(self._version)
        except ManagementError:
            version = "of unknown version"
        said = excerpt(completed.stderr, self.connection.management_token)
        return InfluxctlError(
            f"influxctl {version} could not {attempt.what}: it does not know what that takes ({said}). {_NEWER}"
        )

    def _execute(self, attempt: Attempt, *arguments: str) -> Completed:
        """Run influxctl once, whatever its exit status. Raises ``TimedOutError`` and ``InfluxctlError``."""
        # The version is asked of programs that may be too old to know the key for the token.
        token = None if attempt.operation is Operation.VERSION else self.connection.management_token
        completed = run_influxctl(self._executable, arguments, self.connection, token, self._allow_cached_login)
        if completed is None:
            raise timed_out(attempt, self.connection, self._allow_cached_login)
        return completed


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


def _dotted(version: Version) -> str:
    return ".".join(str(number) for number in version)


def open_influxctl(run: Run) -> Influxctl:
    """influxctl as a task wants it. The time comes from the REST service, which needs no credentials for that."""
    allow_cached_login = run.parameters["allow_cached_login"]
    connection = run.connection(token_required=not allow_cached_login)
    return Influxctl(
        connection,
        executable=run.parameters["influxctl_path"],
        allow_cached_login=allow_cached_login,
        clock=partial(fetch_server_time, connection),
    )
