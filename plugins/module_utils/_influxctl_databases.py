# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What influxctl tells of databases and tables, and the REST interface does not.

Source: https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/database/ and .../table/. The JSON
is not documented; all that is read of it is the name of each entry.
"""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._errors import UnexpectedAnswerError
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl import Influxctl
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_failures import Attempt, Operation


class InfluxctlDatabases:
    """The deleted databases of the cluster, and the tables of a database."""

    def __init__(self, influxctl: Influxctl) -> None:
        self._influxctl = influxctl

    def deleted_names(self) -> list[str]:
        """The name of every deleted database that is kept still; a name may stand there more than once."""
        attempt = Attempt(Operation.LIST, "list the deleted databases")
        command = ("database", "list", "--filter-status", "deleted", "--format", "json")
        return _names(self._influxctl.run(attempt, *command), "influxctl database list")

    def undelete(self, name: str) -> None:
        """Bring a deleted database back by its name, in one attempt."""
        attempt = Attempt(Operation.RESTORE, f"restore the database {name!r}")
        self._influxctl.run(attempt, "database", "undelete", "--", name, again=False)

    def table_names(self, database: str) -> list[str]:
        """The name of every table of a database that is not deleted."""
        attempt = Attempt(Operation.LIST, f"list the tables of the database {database!r}")
        command = ("table", "list", "--format", "json", "--", database)
        return _names(self._influxctl.run(attempt, *command), "influxctl table list")


def _names(output: str, what: str) -> list[str]:
    """The names in a list, or in an object around one list. Raises ``UnexpectedAnswerError`` for anything else."""
    try:
        answer: Any = json.loads(output)
    except (ValueError, RecursionError):
        raise UnexpectedAnswerError(
            f"{what} printed what is not JSON. Name another version with influxctl_path."
        ) from None
    if isinstance(answer, dict):
        lists = [value for value in answer.values() if isinstance(value, list)]
        answer = lists[0] if len(lists) == 1 else answer
    entries = [] if answer is None else answer
    if not isinstance(entries, list) or not all(isinstance(one, dict) and _is_name(one.get("name")) for one in entries):
        raise UnexpectedAnswerError(
            f"{what} printed no list in which each entry has a name. Name another version with influxctl_path."
        )
    return [one["name"] for one in entries]


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""
