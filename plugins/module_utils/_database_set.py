# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A set of databases in one task: one list of databases and at most one of tokens, one plan, then all of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any, Callable

from ansible_collections.influxdb3.management.plugins.module_utils._concurrency import Pool
from ansible_collections.influxdb3.management.plugins.module_utils._database_plan import WantedDatabase, read_wanted
from ansible_collections.influxdb3.management.plugins.module_utils._database_task import DatabaseItem, DeletedDatabases
from ansible_collections.influxdb3.management.plugins.module_utils._databases import Database
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    InputError,
    InterruptedTaskError,
    ManagementError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._item_set import (
    FAILED,
    NOT_STARTED,
    OK,
    Entry,
    ItemSet,
    first_errors,
)
from ansible_collections.influxdb3.management.plugins.module_utils._revocation import longest_revocation
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._signals import held_signals
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Token, Unreadable, Update

# The most requests that one database takes, beside those about its tokens.
_REQUESTS = 5


class SharedDatabases:
    """The databases of a cluster, which several threads may ask at once: each request takes one of a pool."""

    def __init__(self, pool: Pool[Any]) -> None:
        self._pool = pool
        self.unreadable: list[Unreadable] = []

    def list_databases(self) -> list[Database]:
        """As the service does."""
        with self._pool.one() as service:
            databases: list[Database] = service.list_databases()
            self.unreadable = service.unreadable
        return databases

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(*arguments: Any) -> Any:
            with self._pool.one() as service:
                return getattr(service, name)(*arguments)

        return ask


class TokensListedOnce:
    """The database tokens of a cluster as one list has them, by the databases that they name."""

    def __init__(self, service: Any) -> None:
        self._service = service
        self._by_name: dict[str, list[Token]] | None = None
        self.now: datetime | None = None
        self.unreadable: list[Unreadable] = []

    def naming(self, names: set[str]) -> list[Token]:
        """Those whose permissions name one of these databases, each once, in the order of the list."""
        if self._by_name is None:
            self._by_name = {}
            for token in self._service.list_tokens():
                for name in {one.resource for one in token.permissions or ()}:
                    self._by_name.setdefault(name, []).append(token)
            self.unreadable = self._service.unreadable
            self.now = self._service.server_time()
        return list({token.id: token for name in sorted(names) for token in self._by_name.get(name, [])}.values())

    def update_token(self, update: Update) -> Token:
        """As the service does."""
        token: Token = self._service.update_token(update)
        return token


class _TokensOf:
    """Of all database tokens, those that name the databases of one entry."""

    def __init__(self, tokens: TokensListedOnce, wanted: WantedDatabase) -> None:
        self._tokens = tokens
        self._names = {name for name in (wanted.name, wanted.rename_from) if name is not None}
        self.update_token = tokens.update_token

    @property
    def unreadable(self) -> list[Unreadable]:
        return self._tokens.unreadable

    def list_tokens(self) -> list[Token]:
        return self._tokens.naming(self._names)

    def server_time(self) -> datetime | None:
        return self._tokens.now


class _DeletedListedOnce:
    """The deleted databases as one list has them."""

    def __init__(self, open_deleted: Callable[[], DeletedDatabases]) -> None:
        self._open_deleted = open_deleted

    def __call__(self) -> _DeletedListedOnce:
        return self

    @cached_property
    def _opened(self) -> DeletedDatabases:
        return self._open_deleted()

    @cached_property
    def _names(self) -> list[str]:
        return self._opened.deleted_names()

    def deleted_names(self) -> list[str]:
        return self._names

    def undelete(self, name: str) -> None:
        self._opened.undelete(name)


class DatabaseSet(ItemSet):
    """All databases of a task. ``service`` and ``tokens`` may be asked in several threads at once."""

    def __init__(
        self, run: Run, service: SharedDatabases, tokens: Any, open_deleted: Callable[[], DeletedDatabases]
    ) -> None:
        """Read all options. Raises ``InputError``, which says which entry it is about."""
        super().__init__(run, "databases")
        self._service = service
        once, deleted = TokensListedOnce(tokens), _DeletedListedOnce(open_deleted)
        names: dict[str, Entry] = {}
        for number, options in enumerate(run.parameters["databases"], start=1):
            place = f"databases (entry {number})"
            mine = replace(run, parameters=options, warnings=[], additions={}, secrets=list(run.secrets))
            try:
                wanted = read_wanted(options)
            except InputError as error:
                raise InputError(f"{place}: {error}") from None
            item: Any = DatabaseItem(mine, service, _TokensOf(once, wanted), wanted, deleted)  # type: ignore[arg-type]
            entry = Entry(place, options, mine, item)
            self._refuse_duplicates(entry, wanted, names)
            self._entries.append(entry)

    def _refuse_duplicates(self, entry: Entry, wanted: WantedDatabase, names: dict[str, Entry]) -> None:
        """What one entry does to a name, no other may be about: which of them came first would decide."""
        for name in (wanted.name, wanted.rename_from):
            first = entry if name is None else names.setdefault(name, entry)
            if first is not entry:
                raise InputError(
                    f"{first.place} and {entry.place} are both about the database {name!r}. Name each once."
                )

    def ensure(self) -> dict[str, Any]:
        """Have all databases as they are wanted, and return the result of the task.

        Where something failed, the additions of the run have what was done all the same, and what was not.
        """
        self._plan()
        if self._run.check_mode:
            for entry in self._with(NOT_STARTED):
                entry.outcome = OK
        else:
            self._apply()
        result = self._report()
        problem = self._problem()
        if problem is not None:
            del result["diff"]
            self._run.additions.update(result)
            raise ManagementError(problem)
        return result

    def _plan(self) -> None:
        listed = {one.name: one for one in self._service.list_databases()} if self._entries else {}
        for entry in self._entries:
            about = [listed[name] for name in self._names(entry.options) if name in listed]
            try:
                entry.item.observe(about)
            except ManagementError as error:
                entry.fail(error)
        failed = self._with(FAILED)
        if failed and self._stops:
            raise InputError(f"{first_errors(failed)} Nothing was changed.")
        self._refuse_shared_tokens()

    def _refuse_shared_tokens(self) -> None:
        """The permissions of a token change as a whole, so that the second of two renamings would undo the first."""
        seen: dict[str, Entry] = {}
        for entry in self._with(NOT_STARTED):
            for token_id in entry.item.updated_ids:
                first = seen.setdefault(token_id, entry)
                if first is not entry:
                    raise InputError(
                        f"{first.place} and {entry.place} both change the permissions of the database token "
                        f"{token_id}. Rename one of them in a task of its own. Nothing was changed."
                    )

    def _names(self, options: Mapping[str, Any]) -> list[str]:
        return [options[option] for option in ("name", "rename_from") if options.get(option) is not None]

    def _apply(self) -> None:
        work = self._with_work()
        timeout, retries = self._run.parameters["timeout"], self._run.parameters["retries"]
        with held_signals(_REQUESTS * longest_revocation(timeout, retries)) as hold:
            self._apply_all(work, hold)
            if self._is_over(hold):
                raise InterruptedTaskError(f"The task was interrupted. {self._problem() or ''}".rstrip())

    def apply_item(self, entry: Entry) -> None:
        """Change one database. Runs in a thread."""
        entry.item.apply()

    def _report(self) -> dict[str, Any]:
        results, diffs = [], []
        for entry in self._entries:
            result: dict[str, Any] = {"name": entry.options["name"], "outcome": entry.outcome}
            if entry.outcome == OK:
                report = entry.item.report()
                diff = report.pop("diff")
                result.update(report)
                if report["changed"]:
                    diffs.append({"before_header": entry.place, "after_header": entry.place, **diff})
            else:
                result.update(changed=bool(entry.item.done), reason=entry.reason, done=entry.item.done)
            results.append(result)
            self._run.warnings.extend(f"{entry.place}: {entry.run.clean(warning)}" for warning in entry.run.warnings)
        return {"changed": any(one["changed"] for one in results), "results": results, "diff": diffs}
