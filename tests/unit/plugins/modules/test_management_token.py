# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``management_token`` alone does: every run of influxctl and no other, and tokens that cannot be changed.

The service's time comes by one REST request without credentials.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_influxctl import LIST
from ansible_collections.influxdb3.management.tests.unit.plugins.modules.token_modules import (
    ABSENT,
    AS_WANTED,
    NOT_KNOWN,
    TELEGRAF,
    Kept,
    ManagementTokenModule,
    Scenario,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    MANAGEMENT_TOKEN,
    ScriptedService,
)

LOOK = ManagementTokenModule.look
create, revoke, listed = ManagementTokenModule.create, ManagementTokenModule.revoke, ManagementTokenModule.listed
metadata, made, leftover = ManagementTokenModule.metadata, ManagementTokenModule.made, ManagementTokenModule.leftover
state, coming = ManagementTokenModule.state, ManagementTokenModule.coming
OWN = MANAGEMENT_TOKEN[:9]

SCENARIOS = [
    Scenario(
        "create a token of an odd name",
        {"description": "--help 'Ünï' $(x) \"y\""},
        [],
        "no live {noun} has the description '--help \\'Ünï\\' $(x) \"y\"'",
        create("--help 'Ünï' $(x) \"y\""),
        metadata=made(description="--help 'Ünï' $(x) \"y\""),
        after=[coming(description="--help 'Ünï' $(x) \"y\"")],
    ),
    Scenario(
        "nobody knows who made it",
        TELEGRAF,
        [listed(1, created_by=None)],
        AS_WANTED + NOT_KNOWN,
        metadata=metadata(1, created_by=None),
        before=[state(1)],
        after=[state(1)],
    ),
    Scenario(
        "the own token gets a successor",
        {**TELEGRAF, "force_renew": True, "held_prefix": OWN},
        [listed(1, token_prefix=OWN, expires_at={"seconds": 1773360000})],
        "force_renew is set",
        create(),
        metadata=made(),
        predecessors=[leftover(1, prefix=OWN, expires_at="2026-03-13T00:00:00Z")],
        before=[state(1, expires_at="2026-03-13T00:00:00Z")],
        after=[state(1, expires_at="2026-03-13T00:00:00Z"), coming()],
        warnings=[
            f"The management token {OWN}... this task authenticates with ends in 10 d 19 h, at 2026-03-13T00:00:00Z. "
            "Have a successor made, and authenticate with that.",
            f"The management token {ManagementTokenModule.id(1)} that gets a successor is the one this task "
            "authenticates with. Authenticate with the successor from now on.",
        ],
    ),
    Scenario(
        "the own token stays though its overlap is over",
        {**TELEGRAF, "overlap": "2d"},
        [listed(1, token_prefix=OWN), listed(2), listed(27)],
        "1 live {noun} to revoke, the overlap of 2 d is over",
        [revoke(2)],
        metadata=metadata(27),
        predecessors=[leftover(1, "2026-03-01T00:00:00Z", prefix=OWN)],
        revoked=[metadata(2)],
        before=[state(1), state(2), state(27)],
        after=[state(1), state(27)],
        warnings=[
            f"The management token {ManagementTokenModule.id(1)} would be revoked, but is the one this task "
            "authenticates with. Authenticate with its successor."
        ],
        file=Kept(27, (1, 2)),
    ),
]


@pytest.fixture
def module(service: ScriptedService, tmp_path: Path) -> ManagementTokenModule:
    return ManagementTokenModule(service, tmp_path / "a folder")


both_modes = pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])


@both_modes
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario(module: ManagementTokenModule, scenario: Scenario, check_mode: bool) -> None:
    scenario.require(module, check_mode)


def test_the_token_reaches_influxctl_by_its_configuration_alone(
    module: ManagementTokenModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUXDB3_MANAGEMENT_TOKEN", MANAGEMENT_TOKEN)
    module.keep([])
    module.run(**TELEGRAF)
    records = module.influxctl.records
    assert [MANAGEMENT_TOKEN in record["configuration"] for record in records] == [True, False, True, True]
    for record in records:
        assert MANAGEMENT_TOKEN not in " ".join(record["arguments"])
        assert not [name for name in record["environment"] if name.startswith("INFLUX")]


def test_without_the_services_time_the_clock_of_this_machine_decides(module: ManagementTokenModule) -> None:
    module.service.answer(401, headers={"Date": ""})
    outcome = module.run(**TELEGRAF, **ABSENT)
    assert outcome.warnings == ["The service does not tell its time, so this machine's clock decides what has expired."]


def test_what_was_made_into_a_secret_file_is_found_and_revoked(module: ManagementTokenModule, tmp_path: Path) -> None:
    """By the list of influxctl, which has kept it."""
    options = {**TELEGRAF, "secret_file": str(tmp_path / "telegraf.token")}
    for _task in range(2):
        module.service.answer(401)
        assert module.run(**options).result["metadata"] == made()
    module.service.answer(401)
    assert [one["id"] for one in module.run(**options, **ABSENT).result["revoked"]] == [module.id(99)]
    assert module.influxctl.runs == [LIST, *create(), LIST, LIST, revoke(99), LIST]


# Bad input


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"held_prefix": "M.V1.+5JkBzd"}, "held_prefix must have exactly 9 characters, the beginning of the token"),
        ({"influxctl_path": "/nonexistent/influxctl"}, "influxctl_path /nonexistent/influxctl is not a program that"),
        ({"permissions": []}, "Unsupported option permissions. "),
    ],
)
def test_bad_input(module: ManagementTokenModule, options: dict[str, Any], error: str) -> None:
    assert module.refusal(**TELEGRAF, **options).startswith(error)


@both_modes
def test_a_description_cannot_be_changed(module: ManagementTokenModule, check_mode: bool) -> None:
    module.keep([listed(1)])
    assert module.refusal(check_mode, LOOK, id=module.id(1), description="new") == (
        f"The management token with the id {module.id(1)} has the description 'telegraf', and a management token "
        "cannot be renamed. Create one with the new description, then revoke this one."
    )


@both_modes
def test_the_token_that_a_task_uses_is_not_revoked(module: ManagementTokenModule, check_mode: bool) -> None:
    module.keep([listed(1, token_prefix=MANAGEMENT_TOKEN[:9])])
    assert module.refusal(check_mode, LOOK, **TELEGRAF, **ABSENT) == (
        "The management token with description 'telegraf' is the one this task authenticates with, and is not "
        "revoked. Authenticate with another management token to revoke it."
    )


@pytest.mark.parametrize(
    ("stderr", "expected"),
    [
        ("Error: rpc error: code = Unauthenticated desc = 401 Unauthorized", "It is wrong, expired or revoked: give a"),
        ("Error: 403 Forbidden", "this is not allowed"),
        (f"Error: {MANAGEMENT_TOKEN} is odd\nindeed", "list the management tokens"),
    ],
)
def test_a_failure_of_influxctl(module: ManagementTokenModule, stderr: str, expected: str) -> None:
    module.influxctl.answer("list", {"status": 1, "stderr": stderr})
    assert expected in module.refusal(calls=[LIST], **TELEGRAF)


def test_a_creation_that_is_not_allowed(module: ManagementTokenModule) -> None:
    module.keep([])
    refusal = "Error: rpc error: code = PermissionDenied desc = permission denied"
    module.influxctl.answer("create", {"status": 1, "stderr": refusal})
    error = module.refusal(calls=[*LOOK, *create()[:2]], **TELEGRAF)
    assert "A management token may not be allowed to create another one: use a token made by an Admin" in error


def test_a_creation_whose_secret_cannot_be_told_is_taken_back(module: ManagementTokenModule) -> None:
    """influxctl prints the id of the token."""
    module.keep([])
    module.influxctl.keep([], secret="nothing-like-a-secret")
    outcome = module.run(**TELEGRAF)
    assert (outcome.error or "").endswith(f" The management token just made, {module.id(99)}, was revoked.")
    assert [token["id"] for token in outcome.result["cleaned_up"]] == [module.id(99)]
    assert module.calls == [*LOOK, *create(), revoke(99), LIST]
