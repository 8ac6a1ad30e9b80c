# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole module ``database_token``: every request and no other, the whole result, and the same in check mode."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.action.database_token import ActionModule
from ansible_collections.influxdb3.management.plugins.module_utils import _token_task
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

DATABASE_TOKEN = ActionModule.definition

SECRET = "apiv1_" + "5" * 64
WRITE = {"action": "write", "resource": "metrics"}
READ = {"action": "read", "resource": "*"}
LIST = ("GET", TOKENS)
GONE: dict[str, Any] = {"revokedAt": "2026-02-20T00:00:00Z"}
OVER: dict[str, Any] = {"expiresAt": NOW}
TO_COME = "(known after creation)"


def metadata(number: int, description: str = "telegraf", **fields: Any) -> dict[str, Any]:
    """What a task returns of a token."""
    return {
        "id": token_id(number),
        "description": description,
        "status": "live",
        "created_at": f"2026-02-{number:02d}T00:00:00Z",
        "expires_at": None,
        "revoked_at": None,
        "permissions": [WRITE],
        **fields,
    }


def made(**fields: Any) -> dict[str, Any]:
    """What a task returns of the token it created."""
    return metadata(28, **{"created_at": NOW, **fields})


def state(number: int, **fields: Any) -> dict[str, Any]:
    """What a diff says of a token."""
    return {
        "id": token_id(number),
        "description": "telegraf",
        "permissions": [WRITE],
        "expires_at": None,
        **fields,
    }


def patch(number: int, **body: Any) -> tuple[Any, ...]:
    return ("PATCH", f"{TOKENS}/{token_id(number)}", body)


def delete(number: int) -> tuple[Any, ...]:
    return ("DELETE", f"{TOKENS}/{token_id(number)}")


def post(description: str = "telegraf", permissions: Any = (), **body: Any) -> tuple[Any, ...]:
    return ("POST", TOKENS, {"description": description, "permissions": list(permissions), **body})


@dataclass
class Scenario:
    """Options and tokens of a task; the requests of a real run after the list; its result.

    ``before`` and ``after`` are the tokens of the diff.
    """

    name: str
    options: dict[str, Any]
    tokens: list[dict[str, Any]]
    reason: str
    changes: list[tuple[Any, ...]] = field(default_factory=list)
    metadata: Any = None
    predecessors: list[dict[str, Any]] = field(default_factory=list)
    unheld: list[dict[str, Any]] = field(default_factory=list)
    revoked: list[dict[str, Any]] = field(default_factory=list)
    before: list[dict[str, Any]] = field(default_factory=list)
    after: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def creates(self) -> bool:
        return any(request[0] == "POST" for request in self.changes)

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
        if self.creates:
            # The diff of a real run knows the id.
            if check_mode:
                expected["metadata"] = {**self.metadata, "id": None, "created_at": None}
            else:
                expected["token"] = SECRET
                expected["diff"]["after"]["tokens"] = [
                    {**one, "id": token_id(28)} if one["id"] == TO_COME else one for one in self.after
                ]
        return expected


NO_LIVE = "no live database token has the description 'telegraf'"
AS_WANTED = "a live database token exists as wanted"
NOT_KNOWN = "; its secret is not known here"
HOLDS_NONE = "its consumer holds no database token with the description 'telegraf'"
HOLDS_DEAD = "the database token its consumer holds is not a live one with the description 'telegraf'"


def leftover(number: int, **fields: Any) -> dict[str, Any]:
    """A live token beside the current one, in a task that says nothing of an overlap."""
    return {**metadata(number, **fields), "revoke_at": None}


def unheld_warning(*numbers: int) -> str:
    ids = ", ".join(token_id(number) for number in numbers)
    return (
        f"Live database tokens with the description 'telegraf' that this consumer does not hold: {ids}. "
        "Revoke by id those that nobody else uses."
    )


TELEGRAF: dict[str, Any] = {"description": "telegraf"}
ABSENT: dict[str, Any] = {"state": "absent"}

SCENARIOS = [
    # create
    Scenario(
        "create",
        TELEGRAF,
        [token_json(1, "another")],
        NO_LIVE,
        [post()],
        metadata=made(permissions=[]),
        after=[state(28, id=TO_COME, permissions=[])],
    ),
    Scenario(
        "create with permissions and lifetime",
        {**TELEGRAF, "permissions": [WRITE, READ, WRITE], "lifetime": "90d"},
        [],
        NO_LIVE,
        [post(permissions=[READ, WRITE], expiresAt="2026-05-31T04:20:19Z")],
        metadata=made(permissions=[READ, WRITE], expires_at="2026-05-31T04:20:19Z"),
        after=[state(28, id=TO_COME, permissions=[READ, WRITE], expires_at="2026-05-31T04:20:19Z")],
    ),
    Scenario(
        "create with an expiry in another zone",
        {**TELEGRAF, "expires_at": "2026-04-01T02:00:00.5+02:00"},
        [],
        NO_LIVE,
        [post(expiresAt="2026-04-01T00:00:00Z")],
        metadata=made(permissions=[], expires_at="2026-04-01T00:00:00Z"),
        after=[state(28, id=TO_COME, permissions=[], expires_at="2026-04-01T00:00:00Z")],
    ),
    Scenario(
        "create a token of an odd name",
        {"description": 'Ünï/%2F "x"\n'},
        [],
        "no live database token has the description 'Ünï/%2F \"x\"\\n'",
        [post('Ünï/%2F "x"\n')],
        metadata=made(description='Ünï/%2F "x"\n', permissions=[]),
        after=[state(28, id=TO_COME, description='Ünï/%2F "x"\n', permissions=[])],
    ),
    Scenario(
        "the only ones are revoked and expired",
        TELEGRAF,
        [token_json(1, **GONE), token_json(2, **OVER)],
        NO_LIVE,
        [post()],
        metadata=made(permissions=[]),
        after=[state(28, id=TO_COME, permissions=[])],
    ),
    Scenario(
        "the held one is revoked",
        {**TELEGRAF, "held_id": token_id(1), "permissions": [WRITE]},
        [token_json(1, **GONE), token_json(2)],
        HOLDS_DEAD,
        [post(permissions=[WRITE])],
        metadata=made(),
        unheld=[leftover(2)],
        before=[state(2)],
        after=[state(2), state(28, id=TO_COME)],
        warnings=[unheld_warning(2)],
    ),
    Scenario(
        "the held one is expired",
        {**TELEGRAF, "held_id": token_id(1)},
        [token_json(1, **OVER)],
        NO_LIVE,
        [post()],
        metadata=made(permissions=[]),
        after=[state(28, id=TO_COME, permissions=[])],
    ),
    Scenario(
        "none is held",
        {**TELEGRAF, "held_id": ""},
        [token_json(2), token_json(1)],
        HOLDS_NONE,
        [post()],
        metadata=made(permissions=[]),
        unheld=[leftover(1), leftover(2)],
        before=[state(1), state(2)],
        after=[state(1), state(2), state(28, id=TO_COME, permissions=[])],
        warnings=[unheld_warning(1, 2)],
    ),
    # unchanged
    Scenario(
        "unchanged",
        {**TELEGRAF, "permissions": [WRITE]},
        [token_json(1), token_json(2, "another"), token_json(3, **GONE)],
        AS_WANTED + NOT_KNOWN,
        metadata=metadata(1),
        before=[state(1)],
        after=[state(1)],
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
        "the held one among others",
        {**TELEGRAF, "held_id": token_id(2), "permissions": [READ, WRITE]},
        [token_json(number, permissions=[WRITE, READ]) for number in (3, 2, 1)],
        AS_WANTED,
        metadata=metadata(2, permissions=[READ, WRITE]),
        predecessors=[leftover(1, permissions=[READ, WRITE])],
        unheld=[leftover(3, permissions=[READ, WRITE])],
        before=[state(number, permissions=[READ, WRITE]) for number in (1, 2, 3)],
        after=[state(number, permissions=[READ, WRITE]) for number in (1, 2, 3)],
    ),
    Scenario(
        "unchanged by id",
        {"id": token_id(2), "description": "telegraf"},
        [token_json(1), token_json(2)],
        AS_WANTED,
        metadata=metadata(2),
        before=[state(2)],
        after=[state(2)],
    ),
    # update
    Scenario(
        "other permissions",
        {**TELEGRAF, "permissions": [READ]},
        [token_json(1)],
        "permissions of 1 live database token to change" + NOT_KNOWN,
        [patch(1, permissions=[READ])],
        metadata=metadata(1, permissions=[READ]),
        before=[state(1)],
        after=[state(1, permissions=[READ])],
    ),
    Scenario(
        "no permissions any more",
        {**TELEGRAF, "permissions": []},
        [token_json(1)],
        "permissions of 1 live database token to change" + NOT_KNOWN,
        [patch(1, permissions=[])],
        metadata=metadata(1, permissions=[]),
        before=[state(1)],
        after=[state(1, permissions=[])],
    ),
    Scenario(
        "other permissions for every generation",
        {**TELEGRAF, "permissions": [READ], "held_id": token_id(3)},
        [token_json(3), token_json(2, permissions=[READ]), token_json(1), token_json(4, **GONE)],
        "permissions of 2 live database tokens to change",
        [patch(1, permissions=[READ]), patch(3, permissions=[READ])],
        metadata=metadata(3, permissions=[READ]),
        predecessors=[leftover(1, permissions=[READ]), leftover(2, permissions=[READ])],
        before=[state(1), state(2, permissions=[READ]), state(3)],
        after=[state(number, permissions=[READ]) for number in (1, 2, 3)],
    ),
    Scenario(
        "other permissions for what is live, and one more",
        {**TELEGRAF, "permissions": [READ], "held_id": token_id(9)},
        [token_json(1)],
        HOLDS_DEAD,
        [patch(1, permissions=[READ]), post(permissions=[READ])],
        metadata=made(permissions=[READ]),
        unheld=[leftover(1, permissions=[READ])],
        before=[state(1)],
        after=[state(1, permissions=[READ]), state(28, id=TO_COME, permissions=[READ])],
        warnings=[unheld_warning(1)],
    ),
    Scenario(
        "rename by id",
        {"id": token_id(1), "description": "new"},
        [token_json(1), token_json(2)],
        "description of 1 live database token to change",
        [patch(1, description="new")],
        metadata=metadata(1, "new"),
        before=[state(1)],
        after=[state(1, description="new")],
    ),
    Scenario(
        "rename by id with other permissions",
        {"id": token_id(1), "description": "new", "permissions": []},
        [token_json(1)],
        "description and permissions of 1 live database token to change",
        [patch(1, description="new", permissions=[])],
        metadata=metadata(1, "new", permissions=[]),
        before=[state(1)],
        after=[state(1, description="new", permissions=[])],
    ),
    # absent
    Scenario(
        "absent",
        {**TELEGRAF, **ABSENT},
        [token_json(1, "another"), token_json(2), token_json(3, **GONE)],
        "state is absent, 1 live database token with description 'telegraf' to revoke",
        [delete(2)],
        revoked=[metadata(2)],
        before=[state(2)],
    ),
    Scenario(
        "absent by id",
        {"id": token_id(1), **ABSENT},
        [token_json(1), token_json(2)],
        f"state is absent, 1 live database token with id {token_id(1)} to revoke",
        [delete(1)],
        revoked=[metadata(1)],
        before=[state(1)],
    ),
    Scenario(
        "absent with every generation",
        {**TELEGRAF, "held_id": "", **ABSENT},
        [token_json(2), token_json(1)],
        "state is absent, 2 live database tokens with description 'telegraf' to revoke",
        [delete(1), delete(2)],
        revoked=[metadata(1), metadata(2)],
        before=[state(1), state(2)],
    ),
    Scenario(
        "absent and missing",
        {**TELEGRAF, **ABSENT},
        [token_json(1, "another")],
        "no live database token with description 'telegraf'",
    ),
    Scenario(
        "absent, revoked and expired",
        {**TELEGRAF, **ABSENT},
        [token_json(1, **GONE), token_json(2, **OVER)],
        "no live database token with description 'telegraf'",
    ),
    *(
        Scenario(
            f"absent by id and {status}",
            {"id": token_id(1), **ABSENT},
            tokens,
            f"the database token with id {token_id(1)} is {status}, nothing to revoke",
        )
        for status, tokens in (
            ("unknown", [token_json(2)]),
            ("revoked", [token_json(1, **GONE)]),
            ("expired", [token_json(1, **OVER)]),
        )
    ),
]


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_scenario(service: ScriptedService, scenario: Scenario, check_mode: bool) -> None:
    service.answer(body=scenario.tokens)
    for method, path, *body in [] if check_mode else scenario.changes:
        if method == "POST":
            answer = token_json(28, createdAt=NOW, accessToken=SECRET, **body[0])
            service.answer(body=answer)
        elif method == "PATCH":
            token = next(one for one in scenario.tokens if path.endswith(one["id"]))
            service.answer(body={**token, **body[0]})
        else:
            service.answer(204)

    outcome = run_here(DATABASE_TOKEN, {**CONNECTION, **scenario.options}, check_mode)

    assert outcome.error is None
    assert outcome.result == scenario.result(check_mode)
    assert outcome.warnings == scenario.warnings
    assert service.requests == [LIST, *([] if check_mode else scenario.changes)]


# With a secret file


def create_into(service: ScriptedService, path: Path, **options: Any) -> Any:
    service.answer(body=[])
    service.answer(body=token_json(28, createdAt=NOW, permissions=[], accessToken=SECRET))
    return run_here(DATABASE_TOKEN, {**CONNECTION, **TELEGRAF, "secret_file": str(path), **options})


def test_a_secret_file_is_written_and_believed(service: ScriptedService, tmp_path: Path) -> None:
    path = tmp_path / "new" / "telegraf.token"
    outcome = create_into(service, path)
    assert outcome.error is None
    assert outcome.result == {
        "changed": True,
        "reason": NO_LIVE,
        "metadata": made(permissions=[]),
        "predecessors": [],
        "unheld": [],
        "revoked": [],
        "diff": {
            "before": {"tokens": []},
            "after": {"tokens": [state(28, permissions=[])], "secret_file": str(path)},
        },
    }
    assert path.read_text("ascii") == SECRET
    assert json.loads(path.with_name("telegraf.token.json").read_text("utf-8")) == {
        "id": token_id(28),
        "created_at": NOW,
        "description": "telegraf",
        "sha256": hashlib.sha256(SECRET.encode()).hexdigest(),
        "replaced": [],
    }

    service.answer(body=[token_json(28), token_json(1)])
    again = run_here(DATABASE_TOKEN, {**CONNECTION, **TELEGRAF, "secret_file": str(path)})
    assert (again.result["changed"], again.result["reason"]) == (False, AS_WANTED)
    assert (again.result["metadata"], again.result["unheld"]) == (metadata(28), [leftover(1)])
    assert again.result["predecessors"] == []
    assert service.requests == [LIST, post(), LIST]


@pytest.mark.parametrize("damage", ["secret missing", "secret empty", "secret altered", "side file missing"])
def test_a_secret_file_that_is_damaged_is_mended(service: ScriptedService, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "telegraf.token"
    create_into(service, path)
    if damage == "secret missing":
        path.unlink()
    elif damage == "secret empty":
        path.write_text("", encoding="ascii")
    elif damage == "secret altered":
        path.write_text(SECRET + "x", encoding="ascii")
    else:
        path.with_name("telegraf.token.json").unlink()
    service.answer(body=[token_json(28)])
    service.answer(body=token_json(2, createdAt=NOW, permissions=[], accessToken=SECRET + "new"))
    again = run_here(DATABASE_TOKEN, {**CONNECTION, **TELEGRAF, "secret_file": str(path)})
    assert (again.result["changed"], again.result["reason"]) == (True, HOLDS_NONE)
    assert path.read_text("ascii") == SECRET + "new"
    assert again.warnings == [unheld_warning(28)]


def test_check_mode_writes_no_secret_file(service: ScriptedService, tmp_path: Path) -> None:
    path = tmp_path / "new" / "telegraf.token"
    service.answer(body=[])
    outcome = run_here(DATABASE_TOKEN, {**CONNECTION, **TELEGRAF, "secret_file": str(path)}, check_mode=True)
    assert outcome.result["changed"]
    assert outcome.result["diff"]["after"] == {
        "tokens": [state(28, id=TO_COME, permissions=[])],
        "secret_file": str(path),
    }
    assert service.requests == [LIST]
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
def test_absent_removes_the_secret_file(service: ScriptedService, tmp_path: Path, check_mode: bool) -> None:
    path = tmp_path / "telegraf.token"
    create_into(service, path)
    service.sent.clear()
    service.answer(body=[token_json(28)])
    if not check_mode:
        service.answer(204)
    options = {**CONNECTION, **TELEGRAF, **ABSENT, "secret_file": str(path)}
    outcome = run_here(DATABASE_TOKEN, options, check_mode)
    assert outcome.result == {
        "changed": True,
        "reason": "state is absent, 1 live database token with description 'telegraf' to revoke; "
        "the secret file to remove",
        "metadata": None,
        "predecessors": [],
        "unheld": [],
        "revoked": [metadata(28)],
        "diff": {"before": {"tokens": [state(28)], "secret_file": str(path)}, "after": {"tokens": []}},
    }
    assert service.requests == ([LIST] if check_mode else [LIST, delete(28)])
    assert os.listdir(tmp_path) == (sorted(["telegraf.token", "telegraf.token.json"]) if check_mode else [])


def test_an_answer_without_a_secret_is_followed_by_a_revocation(service: ScriptedService) -> None:
    service.answer(body=[])
    service.answer(body=token_json(28, createdAt=NOW))
    service.answer(204)
    outcome = run_here(DATABASE_TOKEN, {**CONNECTION, **TELEGRAF})
    assert outcome.error == (
        "The answer to creating the database token 'telegraf' holds no accessToken. "
        f"The database token just made, {token_id(28)}, was revoked."
    )
    assert service.requests == [LIST, post(), delete(28)]


def test_a_creation_whose_answer_is_lost_is_cleaned_up_and_tried_again(
    service: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its expiry, which is a little earlier than the lifetime says, as chance will have it."""
    monkeypatch.setattr(_token_task, "random_number", lambda most: most - 1)
    asked = "2026-05-30T17:32:20Z"  # 90 days later, less half of one percent, and a second
    expiries = (asked, asked.replace("20Z", "20.000Z"), asked.replace("20Z", "21Z"))
    lost, others = (
        token_json(26 + place, createdAt=NOW, expiresAt=expiry) for place, expiry in enumerate(expiries[1:])
    )
    service.answer(body=[token_json(1, "another")])
    service.fail(httpx.ReadTimeout("hush"))
    service.answer(body=[token_json(1, "another"), others, lost])
    service.answer(204)
    service.answer(body=token_json(28, createdAt=NOW, expiresAt=asked, accessToken=SECRET))
    outcome = run_here(DATABASE_TOKEN, {**CONNECTION, **TELEGRAF, "lifetime": "90d"})
    assert outcome.error is None
    assert (outcome.result["token"], outcome.result["metadata"]["id"]) == (SECRET, token_id(28))
    assert [one["id"] for one in outcome.result["cleaned_up"]] == [token_id(26)]
    assert outcome.warnings == [
        "A creation of the database token 'telegraf' did not deliver its secret. "
        f"The database token just made, {token_id(26)}, was revoked."
    ]
    assert service.requests == [LIST, post(expiresAt=asked), LIST, delete(26), post(expiresAt=asked)]


@pytest.mark.parametrize("expiry", [None, "2026-05-31T04:20:19Z"])
def test_without_a_lifetime_what_came_of_a_creation_whose_answer_is_lost_is_named(
    service: ScriptedService, expiry: str | None, waits: list[float]
) -> None:
    options = {**TELEGRAF, "timeout": 0.2, **({"expires_at": expiry} if expiry else {})}
    service.answer(body=[])
    service.fail(httpx.ReadTimeout("hush"))
    for _look in range(2):
        service.answer(body=[token_json(27, createdAt=NOW, expiresAt=expiry)])
    outcome = run_here(DATABASE_TOKEN, {**CONNECTION, **options})
    assert "cleaned_up" not in outcome.result
    assert (outcome.error or "").endswith(
        "Since then there are new database tokens of this description, and whether the one just made is among them "
        f"cannot be told: {token_id(27)}. None was revoked, and no other was made. Revoke by id those that nobody "
        "uses, then run the task again. With a lifetime, its expiry would tell."
    )
    assert service.requests == [LIST, post(**({"expiresAt": expiry} if expiry else {})), LIST, LIST]


def test_a_creation_that_was_never_sent_is_tried_again_without_a_look(service: ScriptedService) -> None:
    service.answer(body=[])
    service.fail(httpx.ConnectError("hush"))
    service.answer(body=token_json(28, createdAt=NOW, accessToken=SECRET))
    outcome = run_here(DATABASE_TOKEN, {**CONNECTION, **TELEGRAF})
    assert outcome.result["token"] == SECRET
    assert "cleaned_up" not in outcome.result
    assert service.requests == [LIST, post(), post()]


# Bad input: one line that says what to do, no secret, and the requests that were due


def refused(service: ScriptedService, options: dict[str, Any], requests: int = 0) -> str:
    """The error of a task with these options, which must have sent nothing, or so many lists."""
    outcome = run_here(DATABASE_TOKEN, options)
    error = outcome.error
    assert error is not None
    assert outcome.result == {}
    assert error.isprintable()
    assert len(error) < 400
    assert MANAGEMENT_TOKEN not in error
    assert SECRET not in error
    assert service.requests == [LIST] * requests
    return error


@pytest.mark.parametrize(
    ("option", "noun", "variable"),
    [("account_id", "account", "INFLUXDB3_ACCOUNT_ID"), ("cluster_id", "cluster", "INFLUXDB3_CLUSTER_ID")],
)
@pytest.mark.parametrize("value", [None, "", " "])
def test_a_missing_id_of_account_or_cluster(
    service: ScriptedService, option: str, noun: str, variable: str, value: Any
) -> None:
    assert refused(service, {**CONNECTION, **TELEGRAF, option: value}) == (
        f"No {noun} id is given. Set {option}, the environment variable {variable}, or connection_profile. "
        "influxctl cluster list shows the ids."
    )


def test_a_missing_management_token(service: ScriptedService) -> None:
    assert refused(service, {**CONNECTION, **TELEGRAF, "management_token": ""}) == (
        "No management token is given. Set management_token, the environment variable INFLUXDB3_MANAGEMENT_TOKEN, "
        "or connection_profile with a profile that has an mgmt_token."
    )


@pytest.mark.parametrize("value", [{"token": MANAGEMENT_TOKEN}, [MANAGEMENT_TOKEN], {"changed": True}])
def test_a_dictionary_where_a_secret_belongs(service: ScriptedService, value: Any) -> None:
    assert refused(service, {**CONNECTION, **TELEGRAF, "management_token": value}) == (
        "management_token is not a token: it holds characters that no token has. Give the token string itself, such "
        "as the value 'token' of a registered result, not the whole result."
    )


def test_neither_description_nor_id(service: ScriptedService) -> None:
    assert refused(service, CONNECTION) == "one of the following is required: description, id"
    assert refused(service, {**CONNECTION, "description": None, "state": "absent"}) == (
        "Neither description nor id is given. Name the token by one of them."
    )


@pytest.mark.parametrize("option", ["description", "id", "lifetime", "expires_at"])
@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_option(service: ScriptedService, option: str, value: str) -> None:
    options = {**CONNECTION, **({} if option == "id" else TELEGRAF), option: value}
    assert refused(service, options) == f"{option} is empty. Give a value, or leave the option out."


def test_an_unknown_action(service: ScriptedService) -> None:
    permissions = [{"action": "delete", "resource": "metrics"}]
    assert refused(service, {**CONNECTION, **TELEGRAF, "permissions": permissions}) == (
        "value of action must be one of: read, write, got: delete found in permissions"
    )


@pytest.mark.parametrize("missing", ["action", "resource"])
def test_half_a_permission(service: ScriptedService, missing: str) -> None:
    permissions = [{name: value for name, value in WRITE.items() if name != missing}]
    assert refused(service, {**CONNECTION, **TELEGRAF, "permissions": permissions}) == (
        f"missing required arguments: {missing} found in permissions"
    )


@pytest.mark.parametrize("resource", ["", " "])
def test_an_empty_resource(service: ScriptedService, resource: str) -> None:
    permissions = [WRITE, {"action": "read", "resource": resource}]
    assert refused(service, {**CONNECTION, **TELEGRAF, "permissions": permissions}) == (
        "permissions entry 2 has an empty resource. Name a database, or '*' for all."
    )


def test_an_expiry_in_the_past(service: ScriptedService) -> None:
    """The service's time decides what is past, so it is asked for first."""
    service.answer(body=[])
    assert refused(service, {**CONNECTION, **TELEGRAF, "expires_at": "2026-03-02T04:20:19Z"}, requests=1) == (
        "expires_at 2026-03-02T04:20:19Z is not in the future (the service's time is 2026-03-02T04:20:19Z). "
        "Give a later instant, or a lifetime."
    )


@pytest.mark.parametrize("text", ["soon", "2027-01-31", "2027-01-31 00:00", SECRET])
def test_an_unparsable_expiry(service: ScriptedService, text: str) -> None:
    assert refused(service, {**CONNECTION, **TELEGRAF, "expires_at": text}) == (
        "expires_at is not an RFC 3339 instant such as 2027-01-31T00:00:00Z."
    )


@pytest.mark.parametrize("text", ["soon", "90", "3 months", SECRET])
def test_an_unparsable_lifetime(service: ScriptedService, text: str) -> None:
    assert refused(service, {**CONNECTION, **TELEGRAF, "lifetime": text}) == (
        "lifetime is not a duration such as 90d, 12h or 2w3d12h. "
        "Use whole numbers with w, d, h, m or s, such as 90d or 2w3d12h."
    )


def test_a_lifetime_past_the_calendar(service: ScriptedService) -> None:
    service.answer(body=[])
    assert refused(service, {**CONNECTION, **TELEGRAF, "lifetime": "500000w"}, requests=1) == (
        "lifetime reaches past the year 9999. Give a shorter one, or none for a token without expiry."
    )


@pytest.mark.parametrize(
    "pair",
    [
        {"expires_at": "2027-01-31T00:00:00Z", "lifetime": "90d", **TELEGRAF},
        {"held_id": "a", "secret_file": "/a", **TELEGRAF},
        {"id": "a", "held_id": "a"},
        {"id": "a", "secret_file": "/a"},
    ],
    ids=lambda pair: "|".join(list(pair)[:2]),
)
def test_options_that_exclude_each_other(service: ScriptedService, pair: dict[str, str]) -> None:
    names = "|".join(list(pair)[:2])
    assert refused(service, {**CONNECTION, **pair}) == f"parameters are mutually exclusive: {names}"


def test_several_live_tokens(service: ScriptedService) -> None:
    for options in ({}, ABSENT):
        service.sent.clear()
        service.answer(body=[token_json(1), token_json(2)])
        assert refused(service, {**CONNECTION, **TELEGRAF, **options}, requests=1) == (
            f"2 live database tokens have the description 'telegraf': {token_id(1)} (created 2026-02-01T00:00:00Z), "
            f"{token_id(2)} (created 2026-02-02T00:00:00Z). Say which one its consumer holds with held_id or "
            "secret_file, or name one token by id."
        )


@pytest.mark.parametrize(
    ("tokens", "error"),
    [
        (
            [token_json(2)],
            f"There is no database token with the id {token_id(1)}. List the live ones with database_token_info, or "
            "name the token by description.",
        ),
        (
            [token_json(1, **GONE)],
            f"The database token with the id {token_id(1)} is revoked, and a token that is not live cannot be "
            "changed. Name the token by description to have a live one created.",
        ),
        (
            [token_json(1, **OVER)],
            f"The database token with the id {token_id(1)} is expired, and a token that is not live cannot be "
            "changed. Name the token by description to have a live one created.",
        ),
    ],
    ids=["unknown", "revoked", "expired"],
)
def test_an_id_that_is_not_live(service: ScriptedService, tokens: list[dict[str, Any]], error: str) -> None:
    service.answer(body=tokens)
    assert refused(service, {**CONNECTION, "id": token_id(1), "description": "new"}, requests=1) == error


def test_an_expiry_that_differs_is_refused_on_request(service: ScriptedService) -> None:
    service.answer(body=[token_json(1)])
    options = {**CONNECTION, **TELEGRAF, "lifetime": "90d", "permissions": [], "on_expiry_mismatch": "fail"}
    assert refused(service, options, requests=1).startswith(
        f"The database token {token_id(1)} ('telegraf') never expires, but lifetime is 90 d."
    )


@pytest.mark.parametrize(
    ("status", "beginning"),
    [
        (401, "The management token was not accepted (401) when listing the database tokens: "),
        (403, "The management token is valid but not allowed to do this (403) when listing the database tokens: "),
        (404, "Not found (404) when listing the database tokens in account "),
    ],
)
def test_an_answer_that_refuses(service: ScriptedService, status: int, beginning: str) -> None:
    service.answer(status, {"code": status, "message": f"no: {MANAGEMENT_TOKEN}"})
    assert refused(service, {**CONNECTION, **TELEGRAF}, requests=1).startswith(beginning)


def test_a_host_that_cannot_be_reached(service: ScriptedService) -> None:
    service.fail(httpx.ConnectError(f"hush {MANAGEMENT_TOKEN}"))
    assert refused(service, {**CONNECTION, **TELEGRAF, "retries": 0}, requests=1) == (
        "Could not connect to service.test when listing the database tokens. "
        "Check url, the port, the network and the proxy settings."
    )


def test_an_authority_file_that_is_missing_or_none(service: ScriptedService, tmp_path: Path) -> None:
    for path, content in ((tmp_path / "missing", None), (tmp_path / "none", "hush")):
        if content is not None:
            path.write_text(content, encoding="ascii")
        assert refused(service, {**CONNECTION, **TELEGRAF, "ca_path": str(path)}).startswith(f"ca_path {path} ")


@pytest.mark.parametrize(
    ("content", "kind"), [(b"<html>hush</html>", "an HTML page"), (b"", "empty"), (b"hush", "text")]
)
def test_an_answer_that_is_not_json(service: ScriptedService, content: bytes, kind: str) -> None:
    service.answer(content=content)
    assert refused(service, {**CONNECTION, **TELEGRAF}, requests=1) == (
        f"The answer to listing the database tokens is {kind}, not JSON. "
        "Check url, and that no proxy answers in place of the service."
    )


def test_a_secret_file_that_is_a_folder(service: ScriptedService, tmp_path: Path) -> None:
    assert refused(service, {**CONNECTION, **TELEGRAF, "secret_file": str(tmp_path)}) == (
        f"{tmp_path} exists and is not a file. Give another path."
    )


@pytest.mark.parametrize(
    ("option", "value", "error"),
    [
        ("timeout", 0, "timeout must be more than 0 and at most 3600 seconds."),
        ("retries", -1, "retries must be from 0 to 20."),
        ("url", "service.test", "url is not an address such as https://console.influxdata.com: it needs https:// or "),
        ("account_id", "a/b", "account_id is not an id: it holds a space or a slash."),
    ],
)
def test_a_setting_out_of_bounds(service: ScriptedService, option: str, value: Any, error: str) -> None:
    assert refused(service, {**CONNECTION, **TELEGRAF, option: value}).startswith(error)


def test_a_connection_in_the_clear_is_warned_of(service: ScriptedService) -> None:
    service.answer(body=[])
    outcome = run_here(DATABASE_TOKEN, {**CONNECTION, **TELEGRAF, **ABSENT, "url": "http://service.test"})
    assert outcome.warnings == [
        "http://service.test is not HTTPS: the management token crosses the network in the clear."
    ]


def json_answer(body: Any) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 200 OK\r\nDate: Mon, 02 Mar 2026 04:20:19 GMT\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content
