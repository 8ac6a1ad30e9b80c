# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``database_token`` alone does: permissions and changes in place, and every request of it and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.action.database_token import ActionModule
from ansible_collections.influxdb3.management.plugins.module_utils import _token_task
from ansible_collections.influxdb3.management.tests.unit.plugins.modules.token_modules import (
    AS_WANTED,
    HOLDS_DEAD,
    HOLDS_NONE,
    NO_LIVE,
    NOT_KNOWN,
    READ,
    TELEGRAF,
    WRITE,
    DatabaseTokenModule,
    Kept,
    Scenario,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    CONNECTION,
    DATABASES,
    MANAGEMENT_TOKEN,
    NOW,
    TOKENS,
    ScriptedService,
    database_json,
    token_id,
    token_json,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.whole_module import run_here

GONE, LOOK, SECRET = DatabaseTokenModule.gone, DatabaseTokenModule.look, DatabaseTokenModule.secret
metadata, made, leftover = DatabaseTokenModule.metadata, DatabaseTokenModule.made, DatabaseTokenModule.leftover
state, coming = DatabaseTokenModule.state, DatabaseTokenModule.coming
create, delete = DatabaseTokenModule.create, DatabaseTokenModule.revoke


@pytest.fixture
def module(service: ScriptedService, tmp_path: Path) -> DatabaseTokenModule:
    return DatabaseTokenModule(service, tmp_path)


def patch(number: int, **body: Any) -> tuple[Any, ...]:
    return ("PATCH", f"{TOKENS}/{token_id(number)}", body)


SCENARIOS = [
    Scenario(
        "create with permissions and lifetime",
        {**TELEGRAF, "permissions": [WRITE, READ, WRITE], "lifetime": "90d"},
        [],
        NO_LIVE,
        create("telegraf", "2026-05-31T04:20:19Z", [READ, WRITE]),
        metadata=made(permissions=[READ, WRITE], expires_at="2026-05-31T04:20:19Z"),
        after=[coming(permissions=[READ, WRITE], expires_at="2026-05-31T04:20:19Z")],
    ),
    Scenario(
        "create a token of an odd name",
        {"description": 'Ünï/%2F "x"\n'},
        [],
        "no live {noun} has the description 'Ünï/%2F \"x\"\\n'",
        create('Ünï/%2F "x"\n'),
        metadata=made(description='Ünï/%2F "x"\n'),
        after=[coming(description='Ünï/%2F "x"\n')],
    ),
    Scenario(
        "unchanged with permissions in another order",
        {**TELEGRAF, "permissions": [READ, WRITE]},
        [token_json(1, permissions=[WRITE, READ])],
        AS_WANTED + NOT_KNOWN,
        metadata=metadata(1, permissions=[READ, WRITE]),
        before=[state(1, permissions=[READ, WRITE])],
        after=[state(1, permissions=[READ, WRITE])],
    ),
    Scenario(
        "unchanged where permissions are not given and times are odd",
        {**TELEGRAF, "lifetime": "28d"},
        [token_json(1, createdAt="2026-02-01T01:00:00.000000001+01:00", expiresAt="2026-03-30T00:00:00.25Z")],
        AS_WANTED + NOT_KNOWN,
        metadata=metadata(1, expires_at="2026-03-30T00:00:00.25Z"),
        before=[state(1, expires_at="2026-03-30T00:00:00.25Z")],
        after=[state(1, expires_at="2026-03-30T00:00:00.25Z")],
        warnings=[
            f"The database token {token_id(1)} ('telegraf') expires at 2026-03-30T00:00:00.25Z, 57 d after its "
            "creation, but lifetime is 28 d. An expiry cannot be changed: revoke the token (state: absent) and run "
            "the task again to have one with the wanted expiry, or set force_renew "
            "once for a successor that has it."
        ],
    ),
    Scenario(
        "other permissions",
        {**TELEGRAF, "permissions": [READ]},
        [token_json(1)],
        "permissions of 1 live {noun} to change" + NOT_KNOWN,
        [patch(1, permissions=[READ])],
        metadata=metadata(1, permissions=[READ]),
        before=[state(1)],
        after=[state(1, permissions=[READ])],
    ),
    Scenario(
        "no permissions any more",
        {**TELEGRAF, "permissions": []},
        [token_json(1)],
        "permissions of 1 live {noun} to change" + NOT_KNOWN,
        [patch(1, permissions=[])],
        metadata=metadata(1, permissions=[]),
        before=[state(1)],
        after=[state(1, permissions=[])],
    ),
    Scenario(
        "other permissions for what its file holds and held",
        {**TELEGRAF, "permissions": [READ]},
        [token_json(3), token_json(2, permissions=[READ]), token_json(1), token_json(4, **GONE), token_json(5)],
        "permissions of 2 live {noun}s to change",
        [patch(1, permissions=[READ]), patch(3, permissions=[READ])],
        metadata=metadata(3, permissions=[READ]),
        predecessors=[leftover(1, permissions=[READ]), leftover(2, permissions=[READ])],
        others=[leftover(5)],
        before=[state(1), state(2, permissions=[READ]), state(3), state(5)],
        after=[*(state(number, permissions=[READ]) for number in (1, 2, 3)), state(5)],
        warnings=[DatabaseTokenModule.others_warning(5)],
        file=Kept(3, (1, 2, 4)),
    ),
    Scenario(
        "other permissions for one more, and not for others",
        {**TELEGRAF, "permissions": [READ], "held_id": token_id(9)},
        [token_json(1)],
        HOLDS_DEAD,
        create(permissions=[READ]),
        metadata=made(permissions=[READ]),
        others=[leftover(1)],
        before=[state(1)],
        after=[state(1), coming(permissions=[READ])],
        warnings=[DatabaseTokenModule.others_warning(1)],
        lacked=9,
    ),
    Scenario(
        "permissions of a held one of another description that are as wanted",
        {**TELEGRAF, "permissions": [WRITE], "held_id": token_id(1), "force_renew": True, "lifetime": "90d"},
        [token_json(1, "another", expiresAt="2026-03-13T00:00:00Z")],
        "force_renew is set",
        create(expires_at="2026-05-31T04:20:19Z", permissions=[WRITE]),
        metadata=made(permissions=[WRITE], expires_at="2026-05-31T04:20:19Z"),
        predecessors=[leftover(1, description="another", expires_at="2026-03-13T00:00:00Z")],
        before=[state(1, description="another", expires_at="2026-03-13T00:00:00Z")],
        after=[
            state(1, description="another", expires_at="2026-03-13T00:00:00Z"),
            coming(permissions=[WRITE], expires_at="2026-05-31T04:20:19Z"),
        ],
    ),
    Scenario(
        "rename by id",
        {"id": token_id(1), "description": "new"},
        [token_json(1), token_json(2)],
        "description of 1 live {noun} to change",
        [patch(1, description="new")],
        metadata=metadata(1, "new"),
        before=[state(1)],
        after=[state(1, description="new")],
    ),
    Scenario(
        "rename by id with other permissions",
        {"id": token_id(1), "description": "new", "permissions": []},
        [token_json(1)],
        "description and permissions of 1 live {noun} to change",
        [patch(1, description="new", permissions=[])],
        metadata=metadata(1, "new", permissions=[]),
        before=[state(1)],
        after=[state(1, description="new", permissions=[])],
    ),
]


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario(module: DatabaseTokenModule, scenario: Scenario, check_mode: bool) -> None:
    scenario.require(module, check_mode)


@pytest.mark.parametrize("damage", ["secret missing", "secret empty", "secret altered", "side file missing"])
def test_a_secret_file_that_is_damaged_is_mended(module: DatabaseTokenModule, tmp_path: Path, damage: str) -> None:
    """Where the secret is gone, unasked; where something is there that no side file fits, by take_over."""
    path = tmp_path / "telegraf.token"
    module.keep([], create())
    module.run(**TELEGRAF, secret_file=str(path))
    is_gone = damage in ("secret missing", "secret empty")
    if damage == "secret missing":
        path.unlink()
    elif damage == "secret empty":
        path.write_text("", encoding="ascii")
    elif damage == "secret altered":
        path.write_text(SECRET + "x", encoding="ascii")
    else:
        path.with_name("telegraf.token.json").unlink()
    if not is_gone:
        module.service.sent.clear()
        assert "was left alone" in module.refusal(**TELEGRAF, secret_file=str(path))
    module.keep([token_json(28)])
    module.service.answer(body=token_json(2, createdAt=NOW, accessToken=SECRET + "new"))
    again = module.run(**TELEGRAF, secret_file=str(path), take_over=not is_gone)
    assert (again.result["changed"], again.result["reason"]) == (True, HOLDS_NONE.format(noun="database token"))
    assert path.read_text("ascii") == SECRET + "new"
    assert [one["id"] for one in again.result["predecessors" if is_gone else "others"]] == [token_id(28)]
    assert again.warnings == ([] if is_gone else [module.others_warning(28)])


# What the service says of a token that it has no more.
GONE = {"code": 404, "message": "no such token"}


def test_an_answer_without_a_secret_is_followed_by_a_revocation(module: DatabaseTokenModule) -> None:
    module.service.answer(body=[])
    module.service.answer(body=token_json(28, createdAt=NOW))
    module.service.answer(204)
    module.service.answer(body=[])
    module.service.answer(404, body=GONE)
    outcome = module.run(**TELEGRAF)
    assert outcome.error == (
        "The answer to creating the database token 'telegraf' holds no accessToken. "
        f"The database token just made, {token_id(28)}, was revoked."
    )
    assert module.calls == [*LOOK, *create(), delete(28), *LOOK, *module.look_up(28)]


def test_a_creation_whose_answer_is_lost_is_cleaned_up_and_tried_again(
    module: DatabaseTokenModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its expiry, which is a little earlier than the lifetime says, as chance will have it."""
    monkeypatch.setattr(_token_task, "random_number", lambda most: most - 1)
    asked = "2026-05-30T17:32:20Z"  # 90 days later, less half of one percent, and a second
    expiries = (asked, asked.replace("20Z", "20.000Z"), asked.replace("20Z", "21Z"))
    lost, others = (
        token_json(26 + place, createdAt=NOW, expiresAt=expiry) for place, expiry in enumerate(expiries[1:])
    )
    module.service.answer(body=[token_json(1, "another")])
    module.service.fail(httpx.ReadTimeout("hush"))
    module.service.answer(body=[token_json(1, "another"), others, lost])
    module.service.answer(204)
    module.service.answer(body=[token_json(1, "another"), others])
    module.service.answer(404, body=GONE)
    module.service.answer(body=token_json(28, createdAt=NOW, expiresAt=asked, accessToken=SECRET))
    outcome = module.run(**TELEGRAF, lifetime="90d")
    assert outcome.error is None
    assert (outcome.result["token"], outcome.result["metadata"]["id"]) == (SECRET, token_id(28))
    assert [one["id"] for one in outcome.result["cleaned_up"]] == [token_id(26)]
    assert outcome.warnings == [
        "A creation of the database token 'telegraf' did not deliver its secret. "
        f"The database token just made, {token_id(26)}, was revoked."
    ]
    cleaned_up = [delete(26), *LOOK, *module.look_up(26)]
    assert module.calls == [*LOOK, *create(expires_at=asked), *LOOK, *cleaned_up, *create(expires_at=asked)]


@pytest.mark.parametrize("expiry", [None, "2026-05-31T04:20:19Z"])
def test_without_a_lifetime_what_came_of_a_creation_whose_answer_is_lost_is_named(
    module: DatabaseTokenModule, expiry: str | None, waits: list[float]
) -> None:
    options = {**TELEGRAF, "timeout": 0.2, **({"expires_at": expiry} if expiry else {})}
    module.service.answer(body=[])
    module.service.fail(httpx.ReadTimeout("hush"))
    for _look in range(2):
        module.service.answer(body=[token_json(27, createdAt=NOW, expiresAt=expiry)])
    outcome = module.run(**options)
    assert "cleaned_up" not in outcome.result
    assert (outcome.error or "").endswith(
        "Since then there are new database tokens of this description, and whether the one just made is among them "
        f"cannot be told: {token_id(27)}. None was revoked, and no other was made. Revoke by id those that nobody "
        "uses, then run the task again. With a lifetime, its expiry would tell."
    )
    assert module.calls == [*LOOK, *create(expires_at=expiry), *LOOK, *LOOK]


def test_a_creation_that_was_never_sent_is_tried_again_without_a_look(module: DatabaseTokenModule) -> None:
    module.service.answer(body=[])
    module.service.fail(httpx.ConnectError("hush"))
    module.service.answer(body=token_json(28, createdAt=NOW, accessToken=SECRET))
    outcome = module.run(**TELEGRAF)
    assert outcome.result["token"] == SECRET
    assert "cleaned_up" not in outcome.result
    assert module.calls == [*LOOK, *create(), *create()]


# Bad input


def test_an_unknown_action(module: DatabaseTokenModule) -> None:
    permissions = [{"action": "delete", "resource": "metrics"}]
    assert module.refusal(**TELEGRAF, permissions=permissions) == (
        "permissions (entry 1): value of action must be one of: read, write, got: delete"
    )


@pytest.mark.parametrize("missing", ["action", "resource"])
def test_half_a_permission(module: DatabaseTokenModule, missing: str) -> None:
    permissions = [{name: value for name, value in WRITE.items() if name != missing}]
    assert module.refusal(**TELEGRAF, permissions=permissions) == (
        f"permissions (entry 1): missing required arguments: {missing}"
    )


@pytest.mark.parametrize("resource", ["", " "])
def test_an_empty_resource(module: DatabaseTokenModule, resource: str) -> None:
    permissions = [WRITE, {"action": "read", "resource": resource}]
    assert module.refusal(**TELEGRAF, permissions=permissions) == (
        "permissions entry 2 has an empty resource. Name a database, or '*' for all."
    )


def test_permissions_of_a_held_one_of_another_description_are_not_changed(module: DatabaseTokenModule) -> None:
    module.keep([token_json(1, "another")])
    assert module.refusal(calls=LOOK, **TELEGRAF, held_id=token_id(1), permissions=[READ]) == (
        f"The consumer holds the database token {token_id(1)}, which is called 'another' and not 'telegraf', and has "
        "other permissions than are wanted. A token of another description is not changed. Give its description, or "
        "set force_renew once for a successor."
    )


def test_an_expiry_that_differs_is_refused_before_anything_is_changed(module: DatabaseTokenModule) -> None:
    module.keep([token_json(1)])
    options = {**TELEGRAF, "lifetime": "90d", "permissions": [], "on_expiry_mismatch": "fail"}
    assert module.refusal(calls=LOOK, **options).startswith(f"The database token {token_id(1)} ('telegraf') never")


@pytest.mark.parametrize(
    ("status", "beginning"),
    [
        (401, "The management token was not accepted (401) when listing the database tokens: "),
        (403, "The management token is valid but not allowed to do this (403) when listing the database tokens: "),
        (404, "Not found (404) when listing the database tokens in account "),
    ],
)
def test_an_answer_that_refuses(module: DatabaseTokenModule, status: int, beginning: str) -> None:
    module.service.answer(status, {"code": status, "message": f"no: {MANAGEMENT_TOKEN}"})
    assert module.refusal(calls=LOOK, **TELEGRAF).startswith(beginning)


def test_a_host_that_cannot_be_reached(module: DatabaseTokenModule) -> None:
    module.service.fail(httpx.ConnectError(f"hush {MANAGEMENT_TOKEN}"))
    assert module.refusal(calls=LOOK, **TELEGRAF, retries=0) == (
        "Could not connect to service.test when listing the database tokens. "
        "Check url, the port, the network and the proxy settings."
    )


def test_an_authority_file_that_is_none(module: DatabaseTokenModule, tmp_path: Path) -> None:
    path = tmp_path / "none"
    path.write_text("hush", encoding="ascii")
    assert module.refusal(**TELEGRAF, ca_path=str(path)).startswith(f"ca_path {path} ")


@pytest.mark.parametrize(
    ("content", "kind"), [(b"<html>hush</html>", "an HTML page"), (b"", "empty"), (b"hush", "text")]
)
def test_an_answer_that_is_not_json(module: DatabaseTokenModule, content: bytes, kind: str) -> None:
    module.service.answer(content=content)
    assert module.refusal(calls=LOOK, **TELEGRAF) == (
        f"The answer to listing the database tokens is {kind}, not JSON. "
        "Check url, and that no proxy answers in place of the service."
    )


# Databases that the permissions name


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
def test_databases_that_do_not_exist_are_warned_of(service: ScriptedService, check_mode: bool) -> None:
    permissions = [{"action": "read", "resource": name} for name in ("Metrics", "metrics", "odd", "gone", "*")]
    service.answer(body=[database_json("metrics"), database_json("odd", maxTables="many")])
    service.answer(body=[])
    if not check_mode:
        made = token_json(28, createdAt=NOW, accessToken="apiv1_" + "5" * 64, permissions=permissions)
        service.answer(body=made)
    options = {**CONNECTION, "description": "telegraf", "permissions": permissions, "check_databases": True}
    outcome = run_here(ActionModule.definition, options, check_mode)
    assert outcome.error is None
    assert outcome.result["changed"]
    assert outcome.warnings == [
        "Permissions name 2 database(s) that do not exist: 'Metrics', 'gone'. Capitals count. A token may use what is "
        "created by that name later."
    ]
    assert service.requests[:2] == [("GET", DATABASES), ("GET", TOKENS)]


def test_permissions_that_are_kept_are_looked_at_too(service: ScriptedService) -> None:
    service.answer(body=[database_json("other")])
    service.answer(body=[token_json(1)])
    outcome = run_here(ActionModule.definition, {**CONNECTION, "description": "telegraf", "check_databases": True})
    assert "that do not exist: 'metrics'." in outcome.warnings[0]


def test_nothing_is_made_where_databases_cannot_be_listed(service: ScriptedService) -> None:
    service.answer(500)
    options = {**CONNECTION, "description": "telegraf", "permissions": [], "check_databases": True}
    outcome = run_here(ActionModule.definition, options)
    assert "when listing the databases" in (outcome.error or "")
    assert service.requests == [("GET", DATABASES)]


def test_a_token_that_goes_needs_no_look_at_databases(service: ScriptedService) -> None:
    service.answer(body=[])
    options = {**CONNECTION, "description": "telegraf", "state": "absent", "check_databases": True}
    assert run_here(ActionModule.definition, options).error is None
    assert service.requests == [("GET", TOKENS)]
