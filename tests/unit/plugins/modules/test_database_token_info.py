# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole module ``database_token_info``: one request, the same with and without check mode."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action.database_token_info import ActionModule
from ansible_collections.influxdb3.management.tests.unit.plugins.modules.token_modules import (
    READ,
    WRITE,
    DatabaseTokenModule,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    CONNECTION,
    MANAGEMENT_TOKEN,
    NOW,
    TOKENS,
    ScriptedService,
    token_id,
    token_json,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.whole_module import run_here

DATABASE_TOKEN_INFO = ActionModule.definition
metadata = DatabaseTokenModule.metadata

LISTED = [
    token_json(4, "dashboard", permissions=[WRITE, READ]),
    token_json(3, expiresAt="2026-03-12T04:20:19Z"),
    token_json(2, expiresAt=NOW),
    token_json(1, revokedAt="2026-02-20T00:00:00Z", expiresAt="2026-03-01T00:00:00Z"),
]
ALL = {
    1: metadata(1, status="revoked", revoked_at="2026-02-20T00:00:00Z", expires_at="2026-03-01T00:00:00Z"),
    2: metadata(2, status="expired", expires_at=NOW),
    3: metadata(3, expires_at="2026-03-12T04:20:19Z"),
    4: metadata(4, description="dashboard", permissions=[READ, WRITE]),
}


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({}, [3, 4]),
        ({"statuses": ["live", "expired", "revoked"]}, [1, 2, 3, 4]),
        ({"statuses": "expired,revoked"}, [1, 2]),
        ({"description": "dashboard"}, [4]),
        ({"id": token_id(3)}, [3]),
        ({"id": token_id(1)}, []),
        ({"id": "unknown"}, []),
        ({"expires_within": "14d"}, [3]),
        ({"expires_within": "9d"}, []),
        ({"expires_within": "14d", "statuses": ["live", "expired"]}, [2, 3]),
    ],
)
def test_list(service: ScriptedService, options: dict[str, Any], numbers: list[int], check_mode: bool) -> None:
    service.answer(body=LISTED)
    outcome = run_here(DATABASE_TOKEN_INFO, {**CONNECTION, **options}, check_mode)
    assert outcome.error is None
    assert outcome.warnings == []
    assert outcome.result == {"changed": False, "database_tokens": [ALL[number] for number in numbers]}
    assert service.requests == [("GET", TOKENS)]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (
            {"statuses": ["dead"]},
            "value of statuses must be one or more of: live, expired, revoked. Got no match for: dead",
        ),
        ({"expires_within": "soon"}, "expires_within is not a duration such as 90d, 12h or 2w3d12h."),
        ({"expires_within": ""}, "expires_within is empty. Give a value, or leave the option out."),
        ({"account_id": ""}, "No account id is given."),
        ({"management_token": {"token": MANAGEMENT_TOKEN}}, "management_token is not a token:"),
    ],
)
def test_bad_input(service: ScriptedService, options: dict[str, Any], error: str) -> None:
    outcome = run_here(DATABASE_TOKEN_INFO, {**CONNECTION, **options})
    assert outcome.error is not None
    assert outcome.error.startswith(error)
    assert MANAGEMENT_TOKEN not in outcome.error
    assert service.requests == []


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_refusal(service: ScriptedService, status: int) -> None:
    service.answer(status, {"message": MANAGEMENT_TOKEN})
    outcome = run_here(DATABASE_TOKEN_INFO, CONNECTION)
    assert outcome.error is not None
    assert f"({status})" in outcome.error
    assert MANAGEMENT_TOKEN not in outcome.error
    assert service.requests == [("GET", TOKENS)]
