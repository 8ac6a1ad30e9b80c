# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole module ``management_token``: every run of influxctl and no other, the whole result, and check mode.

The service's time comes by one REST request without credentials.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action.management_token import ActionModule
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_influxctl import (
    LIST,
    SECRET,
    VERSION,
    FakeInfluxctl,
    management_prefix,
    management_token_id,
    management_token_json,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    CONNECTION,
    MANAGEMENT_TOKEN,
    NOW,
    TOKENS,
    ScriptedService,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.whole_module import run_here

DEFINITION = ActionModule.definition

NOW_SECONDS = 1772425219
GONE: dict[str, Any] = {"revoked_at": {"seconds": NOW_SECONDS - 86400, "nanos": 5}}
OVER: dict[str, Any] = {"expires_at": {"seconds": NOW_SECONDS}}
TO_COME = "(known after creation)"
USER = "66666666-6666-4666-8666-666666666666"


def create(description: str = "telegraf", *more: str) -> list[str]:
    return ["management", "create", f"--description={description}", *more, "--format=json"]


def revoke(number: int) -> list[str]:
    return ["management", "revoke", "--force", management_token_id(number)]


CREATION = [VERSION, create(), LIST]


def metadata(number: int, description: str = "telegraf", **fields: Any) -> dict[str, Any]:
    """What a task returns of a token."""
    return {
        "id": management_token_id(number),
        "description": description,
        "status": "live",
        "created_at": f"2026-02-{number:02d}T00:00:00Z",
        "expires_at": None,
        "revoked_at": None,
        "prefix": management_prefix(number),
        "created_by": USER,
        **fields,
    }


def made(**fields: Any) -> dict[str, Any]:
    """What a task returns of the token it created."""
    return metadata(99, **{"created_at": NOW, "prefix": SECRET[:9], **fields})


def state(number: int, **fields: Any) -> dict[str, Any]:
    """What a diff says of a token."""
    return {"id": management_token_id(number), "description": "telegraf", "expires_at": None, **fields}


@dataclass
class Scenario:
    """Options and tokens of a task; the runs of influxctl after the list; its result."""

    name: str
    options: dict[str, Any]
    tokens: list[dict[str, Any]]
    reason: str
    changes: list[list[str]] = field(default_factory=list)
    metadata: Any = None
    predecessors: list[dict[str, Any]] = field(default_factory=list)
    unheld: list[dict[str, Any]] = field(default_factory=list)
    revoked: list[dict[str, Any]] = field(default_factory=list)
    before: list[dict[str, Any]] = field(default_factory=list)
    after: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def result(self, check_mode: bool) -> dict[str, Any]:
        expected: dict[str, Any] = {
            "changed": bool(self.changes),
            "reason": self.reason,
            "metadata": self.metadata,
            "predecessors": self.predecessors,
            "unheld": self.unheld,
            "revoked": self.revoked,
            "diff": {"before": {"tokens": self.before}, "after": {"tokens": self.after}},
        }
        if VERSION in self.changes:
            if check_mode:
                unknown = dict.fromkeys(("id", "created_at", "prefix", "created_by"))
                expected["metadata"] = {**self.metadata, **unknown}
            else:
                expected["token"] = SECRET
                expected["diff"]["after"]["tokens"] = [
                    {**one, "id": management_token_id(99)} if one["id"] == TO_COME else one for one in self.after
                ]
        return expected


NO_LIVE = "no live management token has the description 'telegraf'"
AS_WANTED = "a live management token exists as wanted"
NOT_KNOWN = "; its secret is not known here"
HOLDS_NONE = "its consumer holds no management token with the description 'telegraf'"
HOLDS_DEAD = "the management token its consumer holds is not a live one with the description 'telegraf'"


def leftover(number: int, **fields: Any) -> dict[str, Any]:
    """A live token beside the current one, in a task that says nothing of an overlap."""
    return {**metadata(number, **fields), "revoke_at": None}


def unheld_warning(*numbers: int) -> str:
    ids = ", ".join(management_token_id(number) for number in numbers)
    return (
        f"Live management tokens with the description 'telegraf' that this consumer does not hold: {ids}. "
        "Revoke by id those that nobody else uses."
    )


TELEGRAF: dict[str, Any] = {"description": "telegraf"}
ABSENT: dict[str, Any] = {"state": "absent"}

SCENARIOS = [
    # create
    Scenario(
        "create",
        TELEGRAF,
        [management_token_json(1, "another")],
        NO_LIVE,
        CREATION,
        metadata=made(),
        after=[state(99, id=TO_COME)],
    ),
    Scenario(
        "create with a lifetime",
        {**TELEGRAF, "lifetime": "90d"},
        [],
        NO_LIVE,
        [VERSION, create("telegraf", "--expires-at=2026-05-31T04:20:19Z"), LIST],
        metadata=made(expires_at="2026-05-31T04:20:19Z"),
        after=[state(99, id=TO_COME, expires_at="2026-05-31T04:20:19Z")],
    ),
    Scenario(
        "create a token of an odd name",
        {"description": "--help 'Ünï' $(x) \"y\""},
        [],
        "no live management token has the description '--help \\'Ünï\\' $(x) \"y\"'",
        [VERSION, create("--help 'Ünï' $(x) \"y\""), LIST],
        metadata=made(description="--help 'Ünï' $(x) \"y\""),
        after=[state(99, id=TO_COME, description="--help 'Ünï' $(x) \"y\"")],
    ),
    Scenario(
        "the held one is revoked",
        {**TELEGRAF, "held_prefix": management_prefix(1)},
        [management_token_json(1, **GONE), management_token_json(2)],
        HOLDS_DEAD,
        CREATION,
        metadata=made(),
        unheld=[leftover(2)],
        before=[state(2)],
        after=[state(2), state(99, id=TO_COME)],
        warnings=[unheld_warning(2)],
    ),
    Scenario(
        "the held one is expired",
        {**TELEGRAF, "held_prefix": management_prefix(1)},
        [management_token_json(1, **OVER)],
        NO_LIVE,
        CREATION,
        metadata=made(),
        after=[state(99, id=TO_COME)],
    ),
    Scenario(
        "none is held",
        {**TELEGRAF, "held_prefix": ""},
        [management_token_json(2), management_token_json(1)],
        HOLDS_NONE,
        CREATION,
        metadata=made(),
        unheld=[leftover(1), leftover(2)],
        before=[state(1), state(2)],
        after=[state(1), state(2), state(99, id=TO_COME)],
        warnings=[unheld_warning(1, 2)],
    ),
    # unchanged
    Scenario(
        "unchanged",
        TELEGRAF,
        [
            management_token_json(1, created_by=None),
            management_token_json(2, "another"),
            management_token_json(3, **GONE),
        ],
        AS_WANTED + NOT_KNOWN,
        metadata=metadata(1, created_by=None),
        before=[state(1)],
        after=[state(1)],
    ),
    Scenario(
        "the held one among others",
        {**TELEGRAF, "held_prefix": management_prefix(2)},
        [management_token_json(number) for number in (3, 2, 1)],
        AS_WANTED,
        metadata=metadata(2),
        predecessors=[leftover(1)],
        unheld=[leftover(3)],
        before=[state(1), state(2), state(3)],
        after=[state(1), state(2), state(3)],
    ),
    Scenario(
        "unchanged by id",
        {"id": management_token_id(2), "description": "telegraf"},
        [management_token_json(1), management_token_json(2)],
        AS_WANTED,
        metadata=metadata(2),
        before=[state(2)],
        after=[state(2)],
    ),
    Scenario(
        "unchanged with another expiry",
        {**TELEGRAF, "lifetime": "90d"},
        [management_token_json(1)],
        AS_WANTED + NOT_KNOWN,
        metadata=metadata(1),
        before=[state(1)],
        after=[state(1)],
        warnings=[
            f"The management token {management_token_id(1)} ('telegraf') never expires, but lifetime is 90 d. An "
            "expiry cannot be changed: revoke the token (state: absent) and run the task again to have one with the "
            "wanted expiry, or set force_renew "
            "once for a successor that has it."
        ],
    ),
    # absent
    Scenario(
        "absent",
        {**TELEGRAF, **ABSENT},
        [management_token_json(1, "another"), management_token_json(2), management_token_json(3, **GONE)],
        "state is absent, 1 live management token with description 'telegraf' to revoke",
        [revoke(2)],
        revoked=[metadata(2)],
        before=[state(2)],
    ),
    Scenario(
        "absent by id",
        {"id": management_token_id(1), **ABSENT},
        [management_token_json(1), management_token_json(2)],
        f"state is absent, 1 live management token with id {management_token_id(1)} to revoke",
        [revoke(1)],
        revoked=[metadata(1)],
        before=[state(1)],
    ),
    Scenario(
        "absent with every generation",
        {**TELEGRAF, "held_prefix": "", **ABSENT},
        [management_token_json(2), management_token_json(1)],
        "state is absent, 2 live management tokens with description 'telegraf' to revoke",
        [revoke(1), revoke(2)],
        revoked=[metadata(1), metadata(2)],
        before=[state(1), state(2)],
    ),
    Scenario(
        "absent, missing, revoked and expired",
        {**TELEGRAF, **ABSENT},
        [management_token_json(1, **GONE), management_token_json(2, **OVER), management_token_json(3, "another")],
        "no live management token with description 'telegraf'",
    ),
    *(
        Scenario(
            f"absent by id and {status}",
            {"id": management_token_id(1), **ABSENT},
            tokens,
            f"the management token with id {management_token_id(1)} is {status}, nothing to revoke",
        )
        for status, tokens in (
            ("unknown", []),
            ("revoked", [management_token_json(1, **GONE)]),
            ("expired", [management_token_json(1, **OVER)]),
        )
    ),
]


@pytest.fixture
def influxctl(tmp_path: Path) -> FakeInfluxctl:
    return FakeInfluxctl(tmp_path / "a folder")


def options_for(influxctl: FakeInfluxctl, **options: Any) -> dict[str, Any]:
    return {**CONNECTION, "influxctl_path": influxctl.path, **options}


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario(service: ScriptedService, influxctl: FakeInfluxctl, scenario: Scenario, check_mode: bool) -> None:
    influxctl.keep(scenario.tokens)
    service.answer(401)

    outcome = run_here(DEFINITION, options_for(influxctl, **scenario.options), check_mode)

    assert outcome.error is None
    assert outcome.result == scenario.result(check_mode)
    assert outcome.warnings == scenario.warnings
    assert influxctl.runs == [LIST, *([] if check_mode else scenario.changes)]
    assert service.requests == [("GET", TOKENS)]
    assert "authorization" not in service.sent[0].headers


def test_the_token_reaches_influxctl_by_its_configuration_alone(
    service: ScriptedService, influxctl: FakeInfluxctl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUXDB3_MANAGEMENT_TOKEN", MANAGEMENT_TOKEN)
    service.answer(401)
    run_here(DEFINITION, options_for(influxctl, **TELEGRAF))
    assert [MANAGEMENT_TOKEN in record["configuration"] for record in influxctl.records] == [True, False, True, True]
    for record in influxctl.records:
        assert MANAGEMENT_TOKEN not in " ".join(record["arguments"])
        assert not [name for name in record["environment"] if name.startswith("INFLUX")]


def test_without_the_services_time_the_clock_of_this_machine_decides(
    service: ScriptedService, influxctl: FakeInfluxctl
) -> None:
    service.answer(401, headers={"Date": ""})
    outcome = run_here(DEFINITION, options_for(influxctl, **TELEGRAF, **ABSENT))
    assert outcome.warnings == ["The service does not tell its time, so this machine's clock decides what has expired."]


def test_a_secret_file_is_written_and_believed(
    service: ScriptedService, influxctl: FakeInfluxctl, tmp_path: Path
) -> None:
    path = tmp_path / "new" / "telegraf.token"
    options = options_for(influxctl, **TELEGRAF, secret_file=str(path))
    service.answer(401)
    assert run_here(DEFINITION, options, check_mode=True).result["changed"]
    assert not path.parent.exists()
    service.answer(401)
    first = run_here(DEFINITION, options)
    assert "token" not in first.result
    assert first.result["metadata"] == made()
    assert path.read_text("ascii") == SECRET
    service.answer(401)
    second = run_here(DEFINITION, options)
    assert (second.result["changed"], second.result["reason"]) == (False, AS_WANTED)
    assert influxctl.runs == [LIST, LIST, *CREATION, LIST]
    service.answer(401)
    gone = run_here(DEFINITION, {**options, **ABSENT})
    assert [one["id"] for one in gone.result["revoked"]] == [management_token_id(99)]
    assert os.listdir(path.parent) == []


# Bad input


def refused(influxctl: FakeInfluxctl, commands: list[list[str]], check_mode: bool = False, **options: Any) -> str:
    """The error of a task with these options, which must have run these commands."""
    outcome = run_here(DEFINITION, options_for(influxctl, **options), check_mode)
    error = outcome.error
    assert error is not None
    assert outcome.result == {}
    assert error.isprintable()
    assert len(error) < 500
    assert MANAGEMENT_TOKEN not in error
    assert SECRET not in error
    assert influxctl.runs == commands
    return error


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"account_id": None}, "No account id is given. Set account_id, the environment variable INFLUXDB3_ACCOUNT_ID"),
        ({"cluster_id": ""}, "No cluster id is given. Set cluster_id, the environment variable INFLUXDB3_CLUSTER_ID"),
        ({"management_token": None}, "No management token is given. Set management_token, the environment variable"),
        ({"management_token": {"token": MANAGEMENT_TOKEN}}, "management_token is not a token: it holds characters"),
        ({"description": ""}, "description is empty. Give a value, or leave the option out."),
        ({"description": None}, "Neither description nor id is given. Name the token by one of them."),
        ({"expires_at": "soon"}, "expires_at is not an RFC 3339 instant such as 2027-01-31T00:00:00Z."),
        ({"lifetime": "90"}, "lifetime is not a duration such as 90d, 12h or 2w3d12h. Use whole numbers"),
        (
            {"lifetime": "90d", "expires_at": "2027-01-31T00:00:00Z"},
            "parameters are mutually exclusive: expires_at|lifetime",
        ),
        ({"held_prefix": "M.V1.+5JkBzd"}, "held_prefix must have exactly 9 characters, the beginning of the token"),
        ({"held_prefix": "", "secret_file": "/a"}, "parameters are mutually exclusive: held_prefix|secret_file"),
        ({"influxctl_path": "/nonexistent/influxctl"}, "influxctl_path /nonexistent/influxctl is not a program that"),
        ({"ca_path": "/nonexistent/ca.pem"}, "ca_path /nonexistent/ca.pem is not a readable file. Give a file of PEM"),
        ({"permissions": []}, "Unsupported option permissions. "),
    ],
)
def test_bad_input(service: ScriptedService, influxctl: FakeInfluxctl, options: dict[str, Any], error: str) -> None:
    assert refused(influxctl, [], **{**TELEGRAF, **options}).startswith(error)
    assert service.requests == []


@pytest.mark.parametrize(
    ("options", "tokens", "error"),
    [
        (
            {**TELEGRAF, "expires_at": "2026-03-02T04:20:19Z"},
            [],
            "expires_at 2026-03-02T04:20:19Z is not in the future (the service's time is 2026-03-02T04:20:19Z).",
        ),
        (
            {"id": management_token_id(1)},
            [management_token_json(2)],
            f"There is no management token with the id {management_token_id(1)}. List the live ones with "
            "management_token_info, or name the token by description.",
        ),
        (
            {"id": management_token_id(1)},
            [management_token_json(1, **GONE)],
            f"The management token with the id {management_token_id(1)} is revoked, and a token that is not live",
        ),
        (
            {"id": management_token_id(1), "description": "new"},
            [management_token_json(1)],
            f"The management token with the id {management_token_id(1)} has the description 'telegraf', and a "
            "management token cannot be renamed. Create one with the new description, then revoke this one.",
        ),
        (
            TELEGRAF,
            [management_token_json(1), management_token_json(2)],
            f"2 live management tokens have the description 'telegraf': {management_token_id(1)} (created 2026-02-01T",
        ),
        (
            {**TELEGRAF, **ABSENT},
            [management_token_json(1), management_token_json(2)],
            f"2 live management tokens have the description 'telegraf': {management_token_id(1)} (created 2026-02-01T",
        ),
        (
            {**TELEGRAF, **ABSENT},
            [management_token_json(1, token_prefix=MANAGEMENT_TOKEN[:9])],
            "The management token with description 'telegraf' is the one this task authenticates with, and is not "
            "revoked. Authenticate with another management token to revoke it.",
        ),
        (
            {**TELEGRAF, "lifetime": "90d", "on_expiry_mismatch": "fail"},
            [management_token_json(1)],
            f"The management token {management_token_id(1)} ('telegraf') never expires, but lifetime is 90 d.",
        ),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
def test_what_only_the_list_shows(
    service: ScriptedService,
    influxctl: FakeInfluxctl,
    options: dict[str, Any],
    tokens: list[dict[str, Any]],
    error: str,
    check_mode: bool,
) -> None:
    influxctl.keep(tokens)
    service.answer(401)
    assert refused(influxctl, [LIST], check_mode, **options).startswith(error)


@pytest.mark.parametrize(
    ("stderr", "expected"),
    [
        ("Error: rpc error: code = Unauthenticated desc = 401 Unauthorized", "It is wrong, expired or revoked: give a"),
        ("Error: 403 Forbidden", "this is not allowed"),
        (f"Error: {MANAGEMENT_TOKEN} is odd\nindeed", "list the management tokens"),
    ],
)
def test_a_failure_of_influxctl(service: ScriptedService, influxctl: FakeInfluxctl, stderr: str, expected: str) -> None:
    influxctl.answer("list", {"status": 1, "stderr": stderr})
    assert expected in refused(influxctl, [LIST], **TELEGRAF)


def test_a_creation_that_is_not_allowed(service: ScriptedService, influxctl: FakeInfluxctl) -> None:
    refusal = "Error: rpc error: code = PermissionDenied desc = permission denied"
    influxctl.answer("create", {"status": 1, "stderr": refusal})
    service.answer(401)
    error = refused(influxctl, [LIST, VERSION, create()], **TELEGRAF)
    assert "A management token may not be allowed to create another one: use a token made by an Admin" in error


def test_a_creation_whose_secret_cannot_be_told_is_taken_back(
    service: ScriptedService, influxctl: FakeInfluxctl
) -> None:
    """influxctl prints the id of the token."""
    influxctl.keep([], secret="nothing-like-a-secret")
    service.answer(401)
    outcome = run_here(DEFINITION, options_for(influxctl, **TELEGRAF))
    assert (outcome.error or "").endswith(f" The management token just made, {management_token_id(99)}, was revoked.")
    assert [token["id"] for token in outcome.result["cleaned_up"]] == [management_token_id(99)]
    assert influxctl.runs == [LIST, *CREATION, revoke(99)]
