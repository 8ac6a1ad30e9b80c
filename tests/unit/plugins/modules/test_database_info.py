# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole module ``database_info``: one request, the same with and without check mode."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action.database_info import ActionModule
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    CONNECTION,
    DATABASES,
    MANAGEMENT_TOKEN,
    ScriptedService,
    database_json,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.whole_module import run_here

DATABASE_INFO = ActionModule.definition
TEMPLATE = [{"type": "bucket", "value": {"tagName": "a", "numberOfBuckets": 3}}, {"type": "time", "value": "%Y"}]
LISTED = [database_json("b", partitionTemplate=TEMPLATE), database_json("B"), database_json("a", retentionPeriod=3)]
B = {
    "name": "b",
    "retention_period": 0,
    "retention": "infinite",
    "max_tables": 500,
    "max_columns_per_table": 200,
    "partition_template": [
        {"type": "bucket", "value": {"tag_name": "a", "number_of_buckets": 3}},
        {"type": "time", "value": "%Y"},
    ],
}
CAPITAL = {**B, "name": "B", "partition_template": [{"type": "time", "value": "%Y-%m-%d"}]}
A = {**CAPITAL, "name": "a", "retention_period": 3, "retention": "3"}


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
@pytest.mark.parametrize(
    ("options", "databases"),
    [({}, [CAPITAL, A, B]), ({"name": "b"}, [B]), ({"name": "c"}, []), ({"name": None}, [CAPITAL, A, B])],
)
def test_list(service: ScriptedService, options: dict[str, Any], databases: list[Any], check_mode: bool) -> None:
    service.answer(body=LISTED)
    outcome = run_here(DATABASE_INFO, {**CONNECTION, **options}, check_mode)
    assert (outcome.error, outcome.warnings) == (None, [])
    assert outcome.result == {"changed": False, "databases": databases}
    assert service.requests == [("GET", DATABASES)]


def test_odd_ones_are_told_of(service: ScriptedService) -> None:
    odd = [database_json(name, maxTables=None) for name in "cdef"]
    service.answer(body=[*LISTED, *odd, {}])
    outcome = run_here(DATABASE_INFO, CONNECTION)
    (warning,) = outcome.warnings
    assert warning.startswith("5 listed database(s) could not be read and were passed over: c, d, e, .... The answer ")
    assert len(outcome.result["databases"]) == 3


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_refusal(service: ScriptedService, status: int) -> None:
    service.answer(status, {"message": MANAGEMENT_TOKEN})
    outcome = run_here(DATABASE_INFO, CONNECTION)
    assert outcome.error is not None
    assert f"({status})" in outcome.error
    assert MANAGEMENT_TOKEN not in outcome.error
