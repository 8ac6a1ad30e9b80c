# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What influxctl is asked about databases and tables, and what is read of what it prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    InfluxctlError,
    ServerFailureError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl import Influxctl
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_databases import InfluxctlDatabases
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_influxctl import FakeInfluxctl
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    ACCOUNT_ID,
    CLUSTER_ID,
    MANAGEMENT_TOKEN,
)
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

DELETED = ["database", "list", "--filter-status", "deleted", "--format", "json"]


@pytest.fixture
def program(tmp_path: Path) -> FakeInfluxctl:
    return FakeInfluxctl(tmp_path / "program")


@pytest.fixture
def databases(program: FakeInfluxctl) -> InfluxctlDatabases:
    connection = Connection(ACCOUNT_ID, CLUSTER_ID, Secret(MANAGEMENT_TOKEN), timeout=PATIENCE, retries=1)
    return InfluxctlDatabases(Influxctl(connection, program.path, False, lambda: None))


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ([], []),
        (None, []),
        ([{"name": "b", "id": 5}, {"name": "a"}, {"name": "b"}], ["b", "a", "b"]),
        ({"databases": [{"name": "a"}]}, ["a"]),
    ],
)
def test_names(program: FakeInfluxctl, databases: InfluxctlDatabases, printed: Any, names: list[str]) -> None:
    program.answer("database", {"stdout": json.dumps(printed), "stderr": "Gtk-Message: noise"})
    program.answer("table", {"stdout": json.dumps(printed)})
    assert databases.deleted_names() == databases.table_names("-x") == names
    assert program.runs == [DELETED, ["table", "list", "--format", "json", "--", "-x"]]


@pytest.mark.parametrize(
    "printed",
    ["", "| a |", "5", '"a"', "[5]", '["a"]', "[{}]", '[{"name": ""}]', '[{"name": 5}]', '{"a": [], "b": []}'],
)
def test_what_is_no_list_of_names(program: FakeInfluxctl, databases: InfluxctlDatabases, printed: str) -> None:
    program.answer("database", {"stdout": printed})
    with pytest.raises(UnexpectedAnswerError, match=r"^influxctl database list printed "):
        databases.deleted_names()


def test_a_restore_is_tried_once(program: FakeInfluxctl, databases: InfluxctlDatabases) -> None:
    program.answer("database", {"stderr": "Error: 503 unavailable", "status": 1})
    with pytest.raises(ServerFailureError, match=r"^influxctl could not restore the database '-x'"):
        databases.undelete("-x")
    assert program.runs == [["database", "undelete", "--", "-x"]]
    with pytest.raises(ServerFailureError):
        databases.deleted_names()
    assert len(program.runs) == 3


def test_an_influxctl_that_is_too_old(program: FakeInfluxctl, databases: InfluxctlDatabases) -> None:
    program.answer("database", {"stderr": "flag provided but not defined: -filter-status", "status": 1})
    with pytest.raises(InfluxctlError, match="could not list the deleted databases: it does not know what that takes"):
        databases.deleted_names()
