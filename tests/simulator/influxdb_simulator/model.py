# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The things the service keeps."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

Permission = dict[str, str]
PartitionTemplate = list[dict[str, Any]]


@dataclasses.dataclass
class Token:
    """What database tokens and management tokens have in common. Every time is in UTC."""

    id: str
    description: str
    created_at: datetime
    expires_at: datetime | None
    secret: str
    revoked_at: datetime | None = dataclasses.field(default=None, kw_only=True)

    def status(self, now: datetime) -> str:
        """Return ``live``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "live"


@dataclasses.dataclass
class DatabaseToken(Token):
    """A token for reading and writing data; it belongs to the cluster."""

    permissions: list[Permission]


@dataclasses.dataclass
class ManagementToken(Token):
    """A token for administration; it belongs to the account."""

    created_by: str

    @property
    def prefix(self) -> str:
        """The public first characters of the secret."""
        return self.secret[:9]


@dataclasses.dataclass
class Table:
    """A table; a deleted one is kept, so that it can be brought back."""

    id: int
    name: str
    partition_template: PartitionTemplate | None
    deleted_at: datetime | None = None
    has_data: bool = False

    @property
    def deleted(self) -> bool:
        """Whether it is out of sight."""
        return self.deleted_at is not None


@dataclasses.dataclass
class Database:
    """A database; a deleted one is kept, so that it can be brought back."""

    id: int
    name: str
    max_tables: int
    max_columns_per_table: int
    retention_period: int
    partition_template: PartitionTemplate | None
    deleted_at: datetime | None = None
    tables: dict[int, Table] = dataclasses.field(default_factory=dict)

    @property
    def deleted(self) -> bool:
        """Whether it is out of sight."""
        return self.deleted_at is not None
