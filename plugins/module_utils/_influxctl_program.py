# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""influxctl as a program that is run: found, kept from waiting for a browser, tried again, its failures put in words.

It knows no command: what is run, and what comes of it, stands with each service. ``--timeout`` is left alone because it
came with 2.9.7 only; the process has a limit instead.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._connection import ENVIRONMENT, Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    InfluxctlError,
    InputError,
    ManagementError,
    TimedOutError,
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
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_output import Version, read_version
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_process import (
    DOWNLOAD_PAGE,
    Completed,
    find_executable,
    run_influxctl,
)
from ansible_collections.influxdb3.management.plugins.module_utils._retrying import is_passing, retrying
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run

NEWER = f"Install 2.10.0 or later from {DOWNLOAD_PAGE} or name it with influxctl_path."


class InfluxctlProgram:
    """influxctl with one connection. ``connection.timeout`` is how many seconds each run may take."""

    def __init__(self, connection: Connection, executable: str | None, allow_cached_login: bool) -> None:
        """Find influxctl; nothing is started yet. ``executable`` is a path or a name on PATH, None for ``influxctl``.

        Raises ``InputError`` when influxctl would have to ask for a login in a browser, or would not know where, and
        ``InfluxctlError``.
        """
        if connection.management_token is None:
            _check_login(connection, allow_cached_login)
        self.connection = connection
        self._executable = find_executable(executable, connection.environment)
        self._allow_cached_login = allow_cached_login

    @cached_property
    def version(self) -> Version | None:
        completed = self.execute(Attempt(Operation.VERSION, "tell its version"), "version")
        return read_version(completed.stdout) if completed.status == 0 else None

    def run(self, attempt: Attempt, *arguments: str, again: bool = True) -> str:
        """What a command prints. ``again``: run it again after a passing failure. Raises ``ManagementError``."""
        return self.complete(attempt, again, *arguments).stdout

    def complete(self, attempt: Attempt, again: bool, *arguments: str) -> Completed:
        """A run that ends well, with all that it prints. Raises ``ManagementError``."""
        attempts = retrying(self.connection.retries if again else 0, self._is_passing)
        completed: Completed = attempts(lambda: self.checked(attempt, self.execute(attempt, *arguments)))
        return completed

    def _is_passing(self, error: BaseException) -> bool:
        # Without a token it was probably waiting for a login, and would be again.
        is_waiting = isinstance(error, TimedOutError) and self.connection.management_token is None
        return is_passing(error) and not is_waiting

    def checked(self, attempt: Attempt, completed: Completed) -> Completed:
        if completed.status != 0:
            raise self._failure(attempt, completed)
        return completed

    def _failure(self, attempt: Attempt, completed: Completed) -> ManagementError:
        if classify(completed.stderr) is not Cause.TOO_OLD:
            return failure(attempt, completed.stderr, completed.status, self.connection)
        try:
            version = "of unknown version" if self.version is None else dotted(self.version)
        except ManagementError:
            version = "of unknown version"
        said = excerpt(completed.stderr, self.connection.management_token)
        return InfluxctlError(
            f"influxctl {version} could not {attempt.what}: it does not know what that takes ({said}). {NEWER}"
        )

    def execute(self, attempt: Attempt, *arguments: str) -> Completed:
        """Run influxctl once, whatever its exit status. Raises ``TimedOutError`` and ``InfluxctlError``."""
        # The version is asked of programs that may be too old to know the key for the token.
        token = None if attempt.operation is Operation.VERSION else self.connection.management_token
        completed = run_influxctl(self._executable, arguments, self.connection, token, self._allow_cached_login)
        if completed is None:
            raise timed_out(attempt, self.connection, self._allow_cached_login)
        return completed


def open_program(run: Run) -> InfluxctlProgram:
    """influxctl as the options of a task say."""
    return InfluxctlProgram(**given_program(run))


def given_program(run: Run) -> dict[str, Any]:
    """What the options of a task say of influxctl: ``connection``, ``executable`` and ``allow_cached_login``."""
    allow_cached_login = run.parameters["allow_cached_login"]
    return {
        "connection": run.connection(token_required=not allow_cached_login),
        "executable": run.parameters["influxctl_path"],
        "allow_cached_login": allow_cached_login,
    }


def dotted(version: Version) -> str:
    """A version as it is written."""
    return ".".join(str(number) for number in version)


def _check_login(connection: Connection, allow_cached_login: bool) -> None:
    if not allow_cached_login:
        raise InputError(
            "No management token is given, and influxctl would wait for a login in a browser. Set management_token "
            f"or {ENVIRONMENT['management_token']}, or allow_cached_login to use the login influxctl has cached."
        )
    if connection.is_clustered and not connection.auth:
        raise InputError(
            "allow_cached_login with InfluxDB Clustered needs to know who logs people in there. Name a profile that "
            "has auth with connection_profile, or set management_token."
        )
