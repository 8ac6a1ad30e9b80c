# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Databases and tables. Deleting only hides them; each has a number of its own, by which it can be brought back.

That is possible for a while; from then on it is gone for good.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from .clock import SimulatedClock
from .model import Database, PartitionTemplate, Table
from .refusal import Refusal

# Cloud Dedicated says about seven days; Clustered has fourteen by default.
WINDOWS = {"dedicated": timedelta(days=7), "clustered": timedelta(days=14)}


class _Named(Protocol):
    id: int
    name: str
    deleted_at: datetime | None


Item = TypeVar("Item", bound=_Named)


class Databases:
    """The databases of the cluster."""

    def __init__(self, clock: SimulatedClock, product: str) -> None:
        self._clock = clock
        self._window = WINDOWS[product]
        self._numbers = itertools.count(1)
        self.every: dict[int, Database] = {}

    def present(self) -> list[Database]:
        """Return what is not deleted."""
        return [database for database in self.every.values() if not database.deleted]

    def restorable(self) -> list[Database]:
        """Return what is deleted and can be brought back still."""
        return [database for database in self.every.values() if self._is_restorable(database)]

    def find(self, name: str) -> Database:
        """Return the present database of this name."""
        return _find(self.every.values(), name, "database")

    def create(
        self,
        name: str,
        max_tables: int = 500,
        max_columns_per_table: int = 200,
        retention_period: int = 0,
        partition_template: PartitionTemplate | None = None,
    ) -> Database:
        """Make a database; its name must be free."""
        _require_free(self.every.values(), name, "database", status=409)
        database = Database(
            next(self._numbers), name, max_tables, max_columns_per_table, retention_period, partition_template
        )
        self.every[database.id] = database
        return database

    def rename(self, name: str, new_name: str) -> Database:
        """Give a database another name, which must be free."""
        database = self.find(name)
        _require_free(self.every.values(), new_name, "database", status=409)
        database.name = new_name
        return database

    def delete(self, item: Database | Table) -> None:
        """Hide a database or a table."""
        item.deleted_at = self._clock.now()

    def undelete(self, number: int) -> Database:
        """Bring a deleted database back, unless its name is in use again."""
        return self._undelete(self.every, number, "database")

    def undelete_by_name(self, name: str) -> Database:
        """The same by its name, of which there must be one."""
        numbers = [database.id for database in self.restorable() if database.name == name]
        if len(numbers) != 1:
            raise Refusal(
                404, "deleted database not found" if not numbers else "several deleted databases of this name"
            )
        return self.undelete(numbers[0])

    def create_table(self, database: Database, name: str, partition_template: PartitionTemplate | None) -> Table:
        """Make a table; its name must be free in the database."""
        _require_free(database.tables.values(), name, "table", status=409)
        table = Table(next(self._numbers), name, partition_template)
        database.tables[table.id] = table
        return table

    def find_table(self, database: Database, name: str) -> Table:
        """Return the present table of this name."""
        return _find(database.tables.values(), name, "table")

    def rename_table(self, database: Database, name: str, new_name: str) -> Table:
        """Give a table another name, which must be free in the database."""
        table = self.find_table(database, name)
        _require_free(database.tables.values(), new_name, "table", status=409)
        table.name = new_name
        return table

    def undelete_table(self, database: Database, number: int) -> Table:
        """Bring a deleted table back, unless its name is in use again."""
        return self._undelete(database.tables, number, "table")

    def keep_data(self, name: str, tables: Iterable[str]) -> None:
        """Note that there is data in these tables, which are made where they are not there; a database is not."""
        for database in self.present():
            for table in tables if database.name == name else ():
                found = [one for one in database.tables.values() if one.name == table and not one.deleted]
                (found[0] if found else self.create_table(database, table, None)).has_data = True

    def names_with_data(self, name: str) -> list[str]:
        """Return the tables of a database that have data; none where there is no such database."""
        return sorted(
            table.name
            for database in self.present()
            for table in database.tables.values()
            if database.name == name and table.has_data and not table.deleted
        )

    def _undelete(self, items: dict[int, Item], number: int, kind: str) -> Item:
        item = items.get(number)
        if item is None or not self._is_restorable(item):
            raise Refusal(404, f"deleted {kind} not found")
        # The specification has no 409 for this operation.
        _require_free(items.values(), item.name, kind, status=400)
        item.deleted_at = None
        return item

    def _is_restorable(self, item: _Named) -> bool:
        return item.deleted_at is not None and self._clock.now() < item.deleted_at + self._window


def _find(items: Iterable[Item], name: str, kind: str) -> Item:
    for item in items:
        if item.name == name and item.deleted_at is None:
            return item
    raise Refusal(404, f"{kind} not found")


def _require_free(items: Iterable[Item], name: str, kind: str, status: int) -> None:
    if any(item.name == name and item.deleted_at is None for item in items):
        raise Refusal(status, f"a {kind} of this name exists")
