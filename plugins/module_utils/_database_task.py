# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of a database task: observe, plan, apply unless in check mode, report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, Callable, Protocol

from ansible_collections.influxdb3.management.plugins.module_utils._database_plan import (
    TokenEffects,
    WantedDatabase,
    differences,
    needs_tokens,
    plan_database,
    plan_tokens,
)
from ansible_collections.influxdb3.management.plugins.module_utils._database_tokens import DatabaseTokens
from ansible_collections.influxdb3.management.plugins.module_utils._databases import Database, Databases
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    BadRequestError,
    ConflictError,
    ConnectionFailedError,
    ForbiddenError,
    InfluxctlError,
    ManagementError,
    NotFoundError,
    RateLimitedError,
    TlsError,
    UnauthorizedError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._observation import warn_of_unreadable
from ansible_collections.influxdb3.management.plugins.module_utils._partition_template import (
    template_as_options,
    template_warnings,
)
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    ANY_DATABASE,
    DATABASE,
    Token,
    Unreadable,
    Update,
    permissions_as_list,
    same_permissions,
)

_RUN_AGAIN = "Run the task again, which goes on from there."
_REFUSALS = (UnauthorizedError, ForbiddenError, TlsError)
# After these it was not restored, and a database of that name is somebody else's. There is one attempt only.
_REFUSED_RESTORES = (BadRequestError, NotFoundError, ConflictError, RateLimitedError, InfluxctlError)


class DeletedDatabases(Protocol):
    """What influxctl can do about deleted databases; the REST interface knows them by their ids alone."""

    def deleted_names(self) -> list[str]:
        """The name of every deleted database that is kept still; a name may stand there more than once."""

    def undelete(self, name: str) -> None:
        """Bring one back by its name."""


class DatabaseItem:
    """One database of a task: observed, planned, applied and reported. A set of databases is a loop over such items.

    ``open_deleted`` is called where deleted databases have to be known by their names.
    """

    def __init__(
        self,
        run: Run,
        service: Databases,
        tokens: DatabaseTokens,
        wanted: WantedDatabase,
        open_deleted: Callable[[], DeletedDatabases],
    ) -> None:
        self._run = run
        self._service = service
        self._tokens = tokens
        self._wanted = wanted
        self._open_deleted = open_deleted
        self._deleted: DeletedDatabases | None = None
        # What has been done, for the error of what fails after it.
        self.done: list[str] = []

    def ensure(self, listed: Sequence[Database] | None = None) -> dict[str, Any]:
        """Have the database as it is wanted, and return the result of the task.

        ``listed`` are the databases as somebody else has just listed them.
        """
        self.observe(self._service.list_databases() if listed is None else listed)
        if not self._run.check_mode:
            self.apply()
        return self.report()

    def observe(self, listed: Sequence[Database]) -> None:
        """Look at what a decision needs, and decide. Raises ``InputError`` where it must not be done."""
        wanted = self._wanted
        self._pass_over_odd_ones(self._service.unreadable)
        deleted = None
        if wanted.restore and wanted.number is None:
            self._deleted = self._open_deleted()
            deleted = self._deleted.deleted_names()
        self._plan = plan_database(wanted, listed, deleted)
        self._effects = self._look_at_tokens()
        self._state = self._plan.after
        for warning in (*template_warnings(wanted.partition_template), *self._plan.warnings, *self._told()):
            self._run.warn(warning)

    @property
    def has_work(self) -> bool:
        """Whether there is anything to apply."""
        return self._plan.changes or bool(self._effects.updates)

    @property
    def updated_ids(self) -> list[str]:
        """The ids of the tokens whose permissions are to follow."""
        return [update.token.id for update in self._effects.updates]

    def apply(self) -> None:
        """Do what is planned. An error of a later step says what the earlier ones have done."""
        try:
            self._change_database()
            self._change_tokens()
        except ManagementError as error:
            if not self.done:
                raise
            raise ManagementError(f"{error} Done before that: {'; '.join(self.done)}. {_RUN_AGAIN}") from None

    def report(self) -> dict[str, Any]:
        """The result of the task."""
        plan, effects = self._plan, self._effects
        reason = plan.reason
        if effects.updates:
            reason += f"; permissions of {_number(effects.updates)} to change"
        before: dict[str, Any] = {"database": None if plan.before is None else plan.before.metadata()}
        after: dict[str, Any] = {"database": None if self._state is None else self._state.metadata()}
        if plan.create is not None:
            after["database"] = _asked(plan.create)
        elif plan.restore:
            after["database"] = {"name": self._wanted.name}
        if effects.updates:
            before["tokens"] = [_permissions(update.token) for update in effects.updates]
            after["tokens"] = [_permissions(update.applied()) for update in effects.updates]
        return {
            "changed": self.has_work,
            "reason": reason,
            "database": None if self._state is None else self._state.metadata(),
            "tokens_losing_access": self._metadata(effects.losing),
            "tokens_gaining_access": self._metadata(effects.gaining),
            "tokens_updated": self._metadata([update.applied() for update in effects.updates]),
            "diff": {"before": before, "after": after},
        }

    def _pass_over_odd_ones(self, unreadable: Sequence[Unreadable]) -> None:
        """Say which databases could not be read; where this is about one of them, nothing can be decided."""
        for odd in unreadable:
            if odd.id is not None and odd.id in (self._wanted.name, self._wanted.rename_from):
                raise UnexpectedAnswerError(
                    f"The database {odd.id!r} this task is about is listed in a way that cannot be read. Nothing was "
                    f"changed. {odd.why}"
                )
        warn_of_unreadable(self._run, "database", "a name", unreadable)

    def _look_at_tokens(self) -> TokenEffects:
        self._now = datetime.now(timezone.utc)
        if not needs_tokens(self._wanted, self._plan):
            return TokenEffects()
        listed = self._tokens.list_tokens()
        self._now = self._tokens.server_time() or self._now
        if self._tokens.unreadable:
            self._run.warn(
                f"{len(self._tokens.unreadable)} listed database token(s) could not be read, so whether they name the "
                f"database {self._wanted.name!r} is not known. {self._tokens.unreadable[0].why}"
            )
        return plan_tokens(self._wanted, self._plan, listed, self._now)

    def _told(self) -> list[str]:
        """What is to be said about tokens."""
        name, old, effects = self._wanted.name, self._plan.rename_from, self._effects
        told = []
        if effects.losing:
            advice = " update_tokens: true has their permissions follow." if old else " Revoke those of no other use."
            told.append(
                f"{_number(effects.losing)} may use the database {old or name!r} by its name, and lose access to it: "
                f"{_ids(effects.losing)}.{advice}"
            )
        if effects.gaining:
            told.append(
                f"{_number(effects.gaining)} may use any database of the name {name!r}, and get access to this one: "
                f"{_ids(effects.gaining)}. Revoke those that are not to have it."
            )
        return told

    def _change_database(self) -> None:
        plan, service, name = self._plan, self._service, self._wanted.name
        if plan.delete:
            self._delete(name)
        elif plan.restore:
            self._restore()
        elif plan.create is not None:
            new = plan.create
            self._state = self._settle(lambda: service.create_database(new), new)
        elif plan.rename_from is not None and plan.before is not None:
            old = plan.rename_from
            renamed = replace(plan.before, name=name)
            self._settle(lambda: service.rename_database(old, name), replace(renamed, partition_template=None), old)
            self._state = renamed
            self.done.append(f"the database {old!r} was renamed to {name!r}")
        if plan.update.given() and plan.after is not None:
            wanted = Database(name, plan.update)
            answered = self._settle(lambda: service.update_database(name, plan.update), wanted)
            # That answer shows no template.
            self._state = replace(answered, partition_template=plan.after.partition_template)
            self.done.append(f"{' and '.join(plan.update.given())} of the database {name!r} changed")

    def _settle(self, send: Callable[[], Database], wanted: Database, gone: str | None = None) -> Database:
        """Send a change, and return the database as the service says it is now.

        After a failure that leaves room for doubt, a lost answer or a race with another run, the list decides: where it
        has the database as wanted, and none of the name that is to be ``gone``, the change is made.
        """
        try:
            answered = send()
        except ManagementError as error:
            found = {one.name: one for one in self._look_again(error)}
            if wanted.name not in found or gone in found:
                raise
            answered = found[wanted.name]
            if not differences(wanted, answered):
                return answered
            if self._plan.before is not None and gone is None:
                raise
            raise UnexpectedAnswerError(
                f"{error} There is a database of the name {wanted.name!r} now, and not as wanted: "
                f"{_listed(differences(wanted, answered))}. Run the task again."
            ) from None
        told = differences(wanted, answered)
        if told:
            # Otherwise every run would change it again.
            raise UnexpectedAnswerError(
                f"The service changed the database {wanted.name!r} otherwise than was asked for: {_listed(told)}. Ask "
                "for what it grants, or see who answers at url."
            )
        return answered

    def _delete(self, name: str) -> None:
        try:
            self._service.delete_database(name)
        except ManagementError as error:
            if any(one.name == name for one in self._look_again(error)):
                raise

    def _restore(self) -> None:
        """Bring the deleted database back. It is confirmed by the list, as the answer may lack its retention."""
        name, number = self._wanted.name, self._wanted.number
        doubt: ManagementError | None = None
        called = name
        try:
            if number is not None:
                called = self._service.undelete_database(number).name
            elif self._deleted is not None:
                self._deleted.undelete(name)
        except (*_REFUSALS, *_REFUSED_RESTORES) as error:
            if not _is_foreign(error):
                raise
            doubt = error
        except ManagementError as error:
            doubt = error
        if called != name:
            raise UnexpectedAnswerError(
                f"The database with the id {number} was restored, and it is called {called!r}, not {name!r}."
            )
        listed = self._service.list_databases() if doubt is None else self._look_again(doubt)
        self._state = next((one for one in listed if one.name == name), None)
        if self._state is None:
            raise doubt or UnexpectedAnswerError(
                f"The service answered that the database {name!r} was restored, and does not list it. Look at the "
                "databases, and run the task again."
            )

    def _look_again(self, error: ManagementError) -> list[Database]:
        """The databases after a change that failed; raises the failure where it leaves no doubt."""
        if isinstance(error, _REFUSALS) or (isinstance(error, ConnectionFailedError) and not error.sent):
            raise error
        try:
            return self._service.list_databases()
        except ManagementError as failure:
            raise UnexpectedAnswerError(
                f"{error} Whether it was done all the same could not be looked up: {failure} Then run the task again."
            ) from None

    def _change_tokens(self) -> None:
        updates = self._effects.updates
        for number, update in enumerate(updates):
            try:
                self._change_token(update)
            except ManagementError as error:
                left = ", ".join(one.token.id for one in updates[number:])
                raise ManagementError(f"{error} Permissions that do not follow yet, or not surely: {left}.") from None
            self.done.append(f"the permissions of {update.token.id} follow")

    def _change_token(self, update: Update) -> None:
        wanted = update.permissions or frozenset()
        answered = self._tokens.update_token(update)
        if not same_permissions(wanted, answered.permissions or frozenset()):
            raise UnexpectedAnswerError(
                f"The service changed the permissions of the database token {update.token.id} otherwise than was asked "
                "for."
            )

    def _metadata(self, tokens: Sequence[Token]) -> list[dict[str, Any]]:
        return [token.metadata(DATABASE, self._now) for token in tokens]


def _is_foreign(error: ManagementError) -> bool:
    """Whether a proxy may have answered, perhaps about a request that it sent twice."""
    return isinstance(error, (NotFoundError, ConflictError)) and not error.is_of_service


def list_databases(run: Run, service: Databases) -> dict[str, Any]:
    """The result of an info task: the databases by name, or the one that is asked for."""
    name = run.parameters["name"]
    listed = service.list_databases()
    warn_of_unreadable(run, "database", "a name", service.unreadable)
    chosen = sorted((one for one in listed if name in (None, one.name)), key=lambda one: one.name)
    return {"changed": False, "databases": [one.metadata() for one in chosen]}


def names_of_databases(service: Databases) -> frozenset[str]:
    """The name of every database that is not deleted, odd ones included."""
    listed = service.list_databases()
    return frozenset([*(one.name for one in listed), *(odd.id for odd in service.unreadable if odd.id is not None)])


def warn_of_missing(run: Run, permissions: Iterable[Mapping[str, str]], names: frozenset[str]) -> None:
    """Say which databases permissions name that are not among those that are there."""
    missing = sorted({one["resource"] for one in permissions} - names - {ANY_DATABASE})
    if missing:
        shown = ", ".join(map(repr, missing[:3])) + (", ..." if missing[3:] else "")
        run.warnings.append(
            f"Permissions name {len(missing)} database(s) that do not exist: {shown}. Capitals count. A token may use "
            "what is created by that name later."
        )


def _asked(new: Database) -> dict[str, Any]:
    """What is asked for of a new database; the rest is the service's to say."""
    given = {name: value for name, value in new.settings.metadata().items() if value is not None}
    template = (
        {} if new.partition_template is None else {"partition_template": template_as_options(new.partition_template)}
    )
    return {"name": new.name, **given, **template}


def _permissions(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "description": token.description,
        "permissions": permissions_as_list(token.permissions or frozenset()),
    }


def _number(tokens: Sequence[Any]) -> str:
    return f"{len(tokens)} live database token{'s' if len(tokens) > 1 else ''}"


def _ids(tokens: Sequence[Token]) -> str:
    return ", ".join(token.id for token in tokens[:3]) + (", ..." if len(tokens) > 3 else "")


def _listed(told: Sequence[str]) -> str:
    return "; ".join(told)
