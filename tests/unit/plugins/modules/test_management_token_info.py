# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole module ``management_token_info``: one run of influxctl, the same with and without check mode."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action.management_token_info import ActionModule
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_influxctl import (
    CREATED_AT,
    LIST,
    FakeInfluxctl,
    management_token_id,
    management_token_json,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.modules.token_modules import ManagementTokenModule
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    CONNECTION,
    TOKENS,
    ScriptedService,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.whole_module import run_here

MANAGEMENT_TOKEN_INFO = ActionModule.definition
metadata = ManagementTokenModule.metadata

DAY = 86400
LISTED = [
    management_token_json(4, "backup", expires_at={"seconds": 0, "nanos": 0}, created_by=None),
    management_token_json(3, expires_at={"seconds": CREATED_AT + 10 * DAY}),
    management_token_json(2, expires_at={"seconds": CREATED_AT}),
    management_token_json(1, revoked_at={"seconds": CREATED_AT - DAY}, expires_at={"seconds": CREATED_AT - DAY}),
]
ALL = {
    1: metadata(1, status="revoked", revoked_at="2026-03-01T04:20:19Z", expires_at="2026-03-01T04:20:19Z"),
    2: metadata(2, status="expired", expires_at="2026-03-02T04:20:19Z"),
    3: metadata(3, expires_at="2026-03-12T04:20:19Z"),
    4: metadata(4, description="backup", created_by=None),
}


@pytest.fixture
def influxctl(tmp_path: Path) -> FakeInfluxctl:
    program = FakeInfluxctl(tmp_path)
    program.keep(LISTED)
    return program


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({}, [3, 4]),
        ({"statuses": ["live", "expired", "revoked"]}, [1, 2, 3, 4]),
        ({"description": "backup"}, [4]),
        ({"id": management_token_id(3)}, [3]),
        ({"id": management_token_id(2)}, []),
        ({"expires_within": "10d"}, [3]),
        ({"expires_within": "10d", "statuses": ["expired"]}, [2]),
    ],
)
def test_list(
    service: ScriptedService, influxctl: FakeInfluxctl, options: dict[str, Any], numbers: list[int], check_mode: bool
) -> None:
    service.answer(401)
    outcome = run_here(MANAGEMENT_TOKEN_INFO, {**CONNECTION, "influxctl_path": influxctl.path, **options}, check_mode)
    assert outcome.error is None
    assert outcome.warnings == []
    assert outcome.result == {"changed": False, "management_tokens": [ALL[number] for number in numbers]}
    assert influxctl.runs == [LIST]
    assert service.requests == [("GET", TOKENS)]
    assert "authorization" not in service.sent[0].headers


@pytest.mark.parametrize("allowed", [True, False])
def test_a_cached_login_is_used_only_on_request(
    service: ScriptedService, influxctl: FakeInfluxctl, allowed: bool
) -> None:
    options = {
        **CONNECTION,
        "management_token": None,
        "influxctl_path": influxctl.path,
        "allow_cached_login": allowed,
    }
    if allowed:
        service.answer(401)
    outcome = run_here(MANAGEMENT_TOKEN_INFO, options)
    assert (outcome.error is None) is allowed
    assert influxctl.runs == ([LIST] if allowed else [])
    assert ["mgmt_token" in record["configuration"] for record in influxctl.records] == ([False] if allowed else [])


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"statuses": ["dead"]}, "value of statuses must be one or more of: live, expired, revoked."),
        ({"expires_within": "soon"}, "expires_within is not a duration such as 90d, 12h or 2w3d12h."),
        ({"cluster_id": ""}, "No cluster id is given."),
        ({"influxctl_path": "/nonexistent/influxctl"}, "influxctl_path /nonexistent/influxctl is not a program"),
    ],
)
def test_bad_input(service: ScriptedService, influxctl: FakeInfluxctl, options: dict[str, Any], error: str) -> None:
    outcome = run_here(MANAGEMENT_TOKEN_INFO, {**CONNECTION, "influxctl_path": influxctl.path, **options})
    assert outcome.error is not None
    assert outcome.error.startswith(error)
    assert influxctl.runs == []
    assert service.requests == []
