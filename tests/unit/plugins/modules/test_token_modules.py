# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules ``database_token`` and ``management_token`` have in common: the whole result, and check mode."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.unit.plugins.modules.token_modules import (
    ABSENT,
    AS_WANTED,
    HOLDS_DEAD,
    HOLDS_NONE,
    NO_LIVE,
    NOT_KNOWN,
    TELEGRAF,
    DatabaseTokenModule,
    Kept,
    ManagementTokenModule,
    Scenario,
    TokenModule,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    MANAGEMENT_TOKEN,
    NOW,
    ScriptedService,
)

MODULES: dict[str, type[TokenModule]] = {"database": DatabaseTokenModule, "management": ManagementTokenModule}
# 40 days after the first token was made, and after the newest is.
END, SUCCESSORS_END = "2026-03-13T00:00:00Z", "2026-04-11T04:20:19Z"
# So lately before the time of the service that a list may lag.
LATELY = datetime(2026, 3, 2, 3, 20, 20, tzinfo=timezone.utc)
FORCED = "force_renew is set"
SECRETS = [module.secret for module in MODULES.values()]

both_modes = pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])


@pytest.fixture(params=list(MODULES))
def module(request: pytest.FixtureRequest, service: ScriptedService, tmp_path: Path) -> TokenModule:
    """Each of the two."""
    return MODULES[request.param](service, tmp_path / "influxctl")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a secret may be put; its folder is not there yet."""
    return tmp_path / "host" / "telegraf.token"


def other_description(module: type[TokenModule]) -> str:
    """What is said where a token of another description is held."""
    return (
        f" holds the live {module.kind.noun} {module.id(1)}, which is called 'another' and not 'telegraf'. It stays; "
        "its successor gets the new description, when it is due or with force_renew, set once."
    )


def common_scenarios(module: type[TokenModule]) -> list[Scenario]:
    """What both modules are able to, in the terms of one of them."""
    listed, metadata, made, state, coming = module.listed, module.metadata, module.made, module.state, module.coming
    return [
        # create
        *(
            Scenario(
                name,
                {**TELEGRAF, **options},
                tokens,
                NO_LIVE,
                module.create(),
                metadata=made(),
                after=[coming()],
            )
            for name, options, tokens in (
                ("create", {}, [listed(1, "another")]),
                ("the only ones are dead", {}, [listed(1, **module.gone), listed(2, **module.over)]),
                ("the held one is expired", module.held(1), [listed(1, **module.over)]),
            )
        ),
        *(
            Scenario(
                f"create with {' and '.join(options)}",
                {**TELEGRAF, **options},
                [],
                NO_LIVE,
                module.create(expires_at=expires_at),
                metadata=made(expires_at=expires_at),
                after=[coming(expires_at=expires_at)],
            )
            for options, expires_at in (
                ({"lifetime": "90d"}, "2026-05-31T04:20:19Z"),
                ({"expires_at": "2026-04-01T02:00:00.5+02:00"}, "2026-04-01T00:00:00Z"),
            )
        ),
        Scenario(
            "the held one is revoked",
            {**TELEGRAF, **module.held(1)},
            [listed(1, **module.gone), listed(2)],
            HOLDS_DEAD,
            module.create(),
            metadata=made(),
            others=[module.leftover(2)],
            before=[state(2)],
            after=[state(2), coming()],
            warnings=[module.others_warning(2)],
        ),
        Scenario(
            "none is held",
            {**TELEGRAF, **module.held(None)},
            [listed(2), listed(1)],
            HOLDS_NONE,
            module.create(),
            metadata=made(),
            others=[module.leftover(1), module.leftover(2)],
            before=[state(1), state(2)],
            after=[state(1), state(2), coming()],
            warnings=[module.others_warning(1, 2)],
        ),
        # unchanged
        Scenario(
            "unchanged",
            TELEGRAF,
            [listed(1), listed(2, "another"), listed(3, **module.gone)],
            AS_WANTED + NOT_KNOWN,
            metadata=metadata(1),
            before=[state(1)],
            after=[state(1)],
        ),
        Scenario(
            "the held one among others",
            {**TELEGRAF, **module.held(2)},
            [listed(number) for number in (3, 2, 1)],
            AS_WANTED,
            metadata=metadata(2),
            others=[module.leftover(1), module.leftover(3)],
            before=[state(number) for number in (1, 2, 3)],
            after=[state(number) for number in (1, 2, 3)],
            warnings=[module.others_warning(1, 3)],
        ),
        Scenario(
            "the held one has another description",
            {**TELEGRAF, **module.held(1)},
            [listed(1, "another")],
            AS_WANTED,
            metadata=metadata(1, "another"),
            before=[state(1, description="another")],
            after=[state(1, description="another")],
            warnings=["The consumer" + other_description(module)],
        ),
        Scenario(
            "unchanged by id",
            {**TELEGRAF, "id": module.id(2)},
            [listed(1), listed(2)],
            AS_WANTED,
            metadata=metadata(2),
            before=[state(2)],
            after=[state(2)],
        ),
        Scenario(
            "unchanged with another expiry",
            {**TELEGRAF, "lifetime": "90d"},
            [listed(1)],
            AS_WANTED + NOT_KNOWN,
            metadata=metadata(1),
            before=[state(1)],
            after=[state(1)],
            warnings=[
                f"The {module.kind.noun} {module.id(1)} ('telegraf') never expires, but lifetime is 90 d. An expiry "
                "cannot be changed: revoke the token (state: absent) and run the task again to have one with the "
                "wanted expiry, or set force_renew once for a successor that has it."
            ],
        ),
        # renewed
        Scenario(
            "renewed in time",
            {**TELEGRAF, "lifetime": "40d", "renew_before": "14d"},
            [listed(1, **module.ends(END))],
            "expires in 10 d 19 h, renew_before is 14 d",
            module.succeed(SUCCESSORS_END),
            metadata=made(expires_at=SUCCESSORS_END, **module.inherited),
            predecessors=[module.leftover(1, expires_at=END)],
            before=[state(1, expires_at=END)],
            after=[state(1, expires_at=END), coming(expires_at=SUCCESSORS_END, **module.inherited)],
        ),
        Scenario(
            "not renewed yet, of several the newest",
            {**TELEGRAF, "lifetime": "40d", "renew_before": "10d"},
            [listed(1, **module.ends(END)), listed(2, **module.ends("2026-03-14T00:00:00Z"))],
            AS_WANTED + NOT_KNOWN,
            metadata=metadata(2, expires_at="2026-03-14T00:00:00Z"),
            others=[module.leftover(1, expires_at=END)],
            before=[state(1, expires_at=END), state(2, expires_at="2026-03-14T00:00:00Z")],
            after=[state(1, expires_at=END), state(2, expires_at="2026-03-14T00:00:00Z")],
            warnings=[module.others_warning(1)],
        ),
        Scenario(
            "a successor of another description",
            {**TELEGRAF, "force_renew": True, **module.held(1)},
            [listed(1, "another", **module.ends(END))],
            FORCED,
            module.succeed(),
            metadata=made(**module.inherited),
            predecessors=[module.leftover(1, description="another", expires_at=END)],
            before=[state(1, description="another", expires_at=END)],
            after=[state(1, description="another", expires_at=END), coming(**module.inherited)],
        ),
        Scenario(
            "a successor in its file, and all before it remembered",
            {**TELEGRAF, "force_renew": True, "overlap": "30d"},
            [listed(3), listed(2), listed(1)],
            FORCED,
            module.succeed(),
            metadata=made(**module.inherited),
            predecessors=[module.leftover(number, "2026-04-01T04:20:19Z") for number in (1, 2)],
            others=[module.leftover(3)],
            before=[state(number) for number in (1, 2, 3)],
            after=[*(state(number) for number in (1, 2, 3)), coming(**module.inherited)],
            warnings=[module.others_warning(3)],
            file=Kept(2, (1,)),
            remembers=(1, 2),
        ),
        Scenario(
            "a successor in its file, and all before it revoked at once",
            {**TELEGRAF, "force_renew": True, "overlap": "0s"},
            [listed(3), listed(2), listed(1)],
            FORCED,
            [*module.succeed(), module.revoke(1), module.revoke(2)],
            metadata=made(**module.inherited),
            others=[module.leftover(3)],
            revoked=[metadata(1), metadata(2)],
            before=[state(number) for number in (1, 2, 3)],
            after=[state(3), coming(**module.inherited)],
            warnings=[module.others_warning(3)],
            file=Kept(2, (1,)),
            remembers=(1, 2),
        ),
        # overlap
        Scenario(
            "overlap is over",
            {**TELEGRAF, "overlap": "2d"},
            [listed(1), listed(2), listed(27)],
            "1 live {noun} to revoke, the overlap of 2 d is over",
            [module.revoke(1)],
            metadata=metadata(27),
            others=[module.leftover(2)],
            revoked=[metadata(1)],
            before=[state(1), state(2), state(27)],
            after=[state(2), state(27)],
            warnings=[module.others_warning(2)],
            file=Kept(27, (1,)),
        ),
        Scenario(
            "overlap is not over",
            {**TELEGRAF, "overlap": "10d"},
            [listed(1), listed(27)],
            AS_WANTED,
            metadata=metadata(27),
            predecessors=[module.leftover(1, "2026-03-09T00:00:00Z")],
            before=[state(1), state(27)],
            after=[state(1), state(27)],
            file=Kept(27, (1,)),
        ),
        # others
        Scenario(
            "others to revoke",
            {**TELEGRAF, **module.held(27), "others": "revoke"},
            [listed(1), listed(26, "another"), listed(27)],
            "1 live {noun} to revoke, as others is revoke",
            [module.revoke(1)],
            metadata=metadata(27),
            revoked=[metadata(1)],
            before=[state(1), state(27)],
            after=[state(27)],
        ),
        Scenario(
            "others to revoke, after the overlap",
            {**TELEGRAF, **module.held(1), "others": "revoke", "overlap": "5d"},
            [listed(1), listed(2), listed(27)],
            "1 live {noun} to revoke, the overlap of 5 d is over",
            [module.revoke(2)],
            metadata=metadata(1),
            others=[module.leftover(27, "2026-03-04T00:00:00Z")],
            revoked=[metadata(2)],
            before=[state(1), state(2), state(27)],
            after=[state(1), state(27)],
        ),
        # with a file
        Scenario(
            "the held one in its file has another description",
            TELEGRAF,
            [listed(1, "another")],
            AS_WANTED,
            metadata=metadata(1, "another"),
            before=[state(1, description="another")],
            after=[state(1, description="another")],
            warnings=["{path}" + other_description(module)],
            file=Kept(1, description="another"),
        ),
        Scenario(
            "the secret is gone",
            TELEGRAF,
            [listed(2), listed(1), listed(3)],
            HOLDS_NONE,
            module.create(),
            metadata=made(),
            predecessors=[module.leftover(1), module.leftover(2)],
            others=[module.leftover(3)],
            before=[state(number) for number in (1, 2, 3)],
            after=[*(state(number) for number in (1, 2, 3)), coming()],
            warnings=[module.others_warning(3)],
            file=Kept(2, (1,), is_lost=True),
            remembers=(1, 2),
        ),
        Scenario(
            "just made, and not listed yet",
            TELEGRAF,
            [listed(1)],
            f"the {{noun}} {module.id(2)} was just made; it is not listed yet",
            file=Kept(2, created_at=LATELY),
            lacked=2,
        ),
        Scenario(
            "just made, and revoked already",
            TELEGRAF,
            [listed(2, **module.gone)],
            NO_LIVE,
            module.create(),
            metadata=made(),
            after=[coming()],
            file=Kept(2, created_at=LATELY),
        ),
        Scenario(
            "not listed for long",
            TELEGRAF,
            [listed(3)],
            HOLDS_DEAD,
            module.create(),
            metadata=made(),
            others=[module.leftover(3)],
            before=[state(3)],
            after=[state(3), coming()],
            warnings=[
                module.others_warning(3),
                f"The service does not list the {module.kind.noun} {module.id(2)}, which {{path}} holds and which "
                "never expires, so it was not revoked. Revoke it by id, should it be listed later.",
            ],
            file=Kept(2),
            remembers=(2,),
            lacked=2,
        ),
        # absent
        Scenario(
            "absent",
            {**TELEGRAF, **ABSENT},
            [listed(1, "another"), listed(2), listed(3, **module.gone)],
            "state is absent, 1 live {noun} with description 'telegraf' to revoke",
            [module.revoke(2)],
            revoked=[metadata(2)],
            before=[state(2)],
        ),
        Scenario(
            "absent by id",
            {"id": module.id(1), **ABSENT},
            [listed(1), listed(2)],
            f"state is absent, 1 live {{noun}} with id {module.id(1)} to revoke",
            [module.revoke(1)],
            revoked=[metadata(1)],
            before=[state(1)],
        ),
        Scenario(
            "absent with all others",
            {**TELEGRAF, **ABSENT, "others": "revoke"},
            [listed(2), listed(1)],
            "state is absent, 2 live {noun}s with description 'telegraf' to revoke",
            [module.revoke(1), module.revoke(2)],
            revoked=[metadata(1), metadata(2)],
            before=[state(1), state(2)],
        ),
        Scenario(
            "absent where none is held",
            {**TELEGRAF, **module.held(None), **ABSENT},
            [listed(2), listed(1)],
            "no live {noun} with description 'telegraf' is held here",
            others=[module.leftover(1), module.leftover(2)],
            before=[state(1), state(2)],
            after=[state(1), state(2)],
            warnings=[module.others_warning(1, 2)],
        ),
        Scenario(
            "absent, the held one among others",
            {**TELEGRAF, **module.held(2), **ABSENT},
            [listed(3), listed(2), listed(1)],
            "state is absent, 1 live {noun} with description 'telegraf' to revoke",
            [module.revoke(2)],
            others=[module.leftover(1), module.leftover(3)],
            revoked=[metadata(2)],
            before=[state(number) for number in (1, 2, 3)],
            after=[state(1), state(3)],
            warnings=[module.others_warning(1, 3)],
        ),
        Scenario(
            "absent, what its file holds and held",
            {**TELEGRAF, **ABSENT},
            [listed(3), listed(2), listed(1)],
            "state is absent, 2 live {noun}s with description 'telegraf' to revoke; the secret file to remove",
            [module.revoke(1), module.revoke(2)],
            others=[module.leftover(3)],
            revoked=[metadata(1), metadata(2)],
            before=[state(number) for number in (1, 2, 3)],
            after=[state(3)],
            warnings=[module.others_warning(3)],
            file=Kept(2, (1,)),
            removes=True,
        ),
        Scenario(
            "absent, what its file held, and all others",
            {**TELEGRAF, **ABSENT, "others": "revoke"},
            [listed(3), listed(2), listed(1)],
            "state is absent, 3 live {noun}s with description 'telegraf' to revoke; the secret file to remove",
            [module.revoke(number) for number in (1, 2, 3)],
            revoked=[metadata(number) for number in (1, 2, 3)],
            before=[state(number) for number in (1, 2, 3)],
            file=Kept(2, (1,)),
            removes=True,
        ),
        Scenario(
            "absent, its file holds a dead one",
            {**TELEGRAF, **ABSENT},
            [listed(2), listed(1, **module.gone)],
            "no live {noun} with description 'telegraf' is held here; the secret file to remove",
            others=[module.leftover(2)],
            before=[state(2)],
            after=[state(2)],
            warnings=[module.others_warning(2)],
            file=Kept(1),
            removes=True,
        ),
        Scenario(
            "absent, missing, revoked and expired",
            {**TELEGRAF, **ABSENT},
            [listed(1, **module.gone), listed(2, **module.over), listed(3, "another")],
            "no live {noun} with description 'telegraf'",
        ),
        *(
            Scenario(
                f"absent by id and {status}",
                {"id": module.id(1), **ABSENT},
                tokens,
                f"the {{noun}} with id {module.id(1)} is {status}, nothing to revoke",
                lacked=1 if status == "unknown" else None,
            )
            for status, tokens in (
                ("unknown", [listed(2)]),
                ("revoked", [listed(1, **module.gone)]),
                ("expired", [listed(1, **module.over)]),
            )
        ),
    ]


@both_modes
@pytest.mark.parametrize(
    ("kind", "scenario"),
    [
        pytest.param(kind, scenario, id=f"{name}-{scenario.name}")
        for name, kind in MODULES.items()
        for scenario in common_scenarios(kind)
    ],
)
def test_scenario(
    service: ScriptedService, tmp_path: Path, kind: type[TokenModule], scenario: Scenario, check_mode: bool
) -> None:
    scenario.require(kind(service, tmp_path / "a folder"), check_mode)


# With a secret file


def create_into(module: TokenModule, path: Path) -> dict[str, Any]:
    """Have the secret of a new token in a file."""
    module.keep([], module.create())
    outcome = module.run(**TELEGRAF, secret_file=str(path))
    assert outcome.error is None
    assert path.read_text("ascii") == module.secret
    return outcome.result


def test_a_secret_file_is_written_and_believed(module: TokenModule, path: Path) -> None:
    newest = module.id(module.newest)
    assert create_into(module, path) == {
        "changed": True,
        "reason": NO_LIVE.format(noun=module.kind.noun),
        "metadata": module.made(),
        "predecessors": [],
        "others": [],
        "revoked": [],
        "diff": {
            "before": {"tokens": []},
            "after": {"tokens": [module.coming(id=newest)], "secret_file": str(path)},
        },
    }
    assert module.calls == [*module.look, *module.create()]
    assert json.loads(path.with_name("telegraf.token.json").read_text("utf-8")) == {
        "id": newest,
        "created_at": NOW,
        "expires_at": None,
        "description": "telegraf",
        "format": "{token}",
        "sha256": hashlib.sha256(module.secret.encode()).hexdigest(),
        "accepted": True,
        "replaced": [],
        "before": None,
    }

    module.keep([module.listed(module.newest, **module.as_made), module.listed(1)])
    again = module.run(**TELEGRAF, secret_file=str(path)).result
    assert (again["changed"], again["reason"]) == (False, AS_WANTED.format(noun=module.kind.noun))
    assert (again["metadata"], again["others"]) == (module.made(), [module.leftover(1)])
    assert again["predecessors"] == []
    assert module.calls == module.look


def test_check_mode_writes_no_secret_file(module: TokenModule, path: Path) -> None:
    module.keep([])
    result = module.run(check_mode=True, **TELEGRAF, secret_file=str(path)).result
    assert result["changed"]
    assert result["diff"]["after"] == {"tokens": [module.coming()], "secret_file": str(path)}
    assert module.calls == module.look
    assert not path.parent.exists()


@both_modes
def test_absent_removes_the_secret_file(module: TokenModule, path: Path, check_mode: bool) -> None:
    create_into(module, path)
    changes = [] if check_mode else [module.revoke(module.newest)]
    module.keep([module.listed(module.newest, **module.as_made)], changes)
    assert module.run(check_mode, **TELEGRAF, **ABSENT, secret_file=str(path)).result == {
        "changed": True,
        "reason": f"state is absent, 1 live {module.kind.noun} with description 'telegraf' to revoke; "
        "the secret file to remove",
        "metadata": None,
        "predecessors": [],
        "others": [],
        "revoked": [module.made(status="revoked", revoked_at=NOW)],
        "diff": {
            "before": {"tokens": [module.coming(id=module.id(module.newest))], "secret_file": str(path)},
            "after": {"tokens": []},
        },
    }
    assert module.calls == [*module.look, *changes, *([module.confirmation] if changes else [])]
    assert sorted(os.listdir(path.parent)) == (["telegraf.token", "telegraf.token.json"] if check_mode else [])


def test_a_file_of_somebody_elses_is_refused(module: TokenModule, path: Path) -> None:
    path.parent.mkdir()
    path.write_text("somebody's", encoding="ascii")
    for options in ({}, ABSENT):
        assert module.refusal(**TELEGRAF, **options, secret_file=str(path)) == (
            f"{path} holds something that this collection has not written, and was left alone. Give another "
            "secret_file, move that file away, or set take_over to true to have it replaced."
        )
    assert path.read_text("ascii") == "somebody's"


@both_modes
def test_a_file_of_somebody_elses_may_be_taken_over(module: TokenModule, path: Path, check_mode: bool) -> None:
    path.parent.mkdir()
    path.write_text("somebody's", encoding="ascii")
    module.keep([], [] if check_mode else module.create())
    outcome = module.run(check_mode, **TELEGRAF, secret_file=str(path), take_over=True)
    assert (outcome.error, outcome.result["changed"]) == (None, True)
    assert path.read_text("ascii") == ("somebody's" if check_mode else module.secret)


@both_modes
def test_another_format_is_a_change_of_the_file_with_the_same_token(
    module: TokenModule, path: Path, check_mode: bool
) -> None:
    create_into(module, path)
    module.keep([module.listed(module.newest, **module.as_made)])
    options = {**TELEGRAF, "secret_file": str(path), "secret_format": "INFLUX_TOKEN={token}"}
    result = module.run(check_mode, **options).result
    assert (result["changed"], result["reason"]) == (
        True,
        AS_WANTED.format(noun=module.kind.noun) + "; format of the secret file",
    )
    assert result["diff"]["before"]["secret_file"] == {"path": str(path), "format": "{token}"}
    assert result["diff"]["after"]["secret_file"] == {"path": str(path), "format": "INFLUX_TOKEN={token}"}
    assert path.read_text("ascii") == (module.secret if check_mode else f"INFLUX_TOKEN={module.secret}\n")
    assert module.calls == module.look


@pytest.mark.parametrize("follow", [True, False], ids=["followed", "replaced"])
def test_a_link_is_followed_or_replaced(module: TokenModule, path: Path, follow: bool) -> None:
    real = path.with_name("real.token")
    path.parent.mkdir()
    path.symlink_to(real)
    module.keep([], module.create())
    assert module.run(**TELEGRAF, secret_file=str(path), follow=follow).error is None
    assert path.read_text("ascii") == module.secret
    assert (path.is_symlink(), real.exists()) == (follow, follow)


# Bad input: one line that says what to do, no secret, and nothing asked that was not due


@pytest.mark.parametrize(
    ("option", "noun", "variable"),
    [("account_id", "account", "INFLUXDB3_ACCOUNT_ID"), ("cluster_id", "cluster", "INFLUXDB3_CLUSTER_ID")],
)
@pytest.mark.parametrize("value", [None, "", " "])
def test_a_missing_id_of_account_or_cluster(
    module: TokenModule, option: str, noun: str, variable: str, value: Any
) -> None:
    assert module.refusal(**TELEGRAF, **{option: value}) == (
        f"No {noun} id is given. Set {option}, the environment variable {variable}, or connection_profile. "
        "influxctl cluster list shows the ids."
    )


@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_management_token(module: TokenModule, value: Any) -> None:
    assert module.refusal(**TELEGRAF, management_token=value) == (
        "No management token is given. Set management_token, the environment variable INFLUXDB3_MANAGEMENT_TOKEN, "
        "or connection_profile with a profile that has an mgmt_token."
    )


@pytest.mark.parametrize("value", [{"token": MANAGEMENT_TOKEN}, [MANAGEMENT_TOKEN], {"changed": True}])
def test_a_dictionary_where_a_secret_belongs(module: TokenModule, value: Any) -> None:
    assert module.refusal(**TELEGRAF, management_token=value) == (
        "management_token is not a token: it holds characters that no token has. Give the token string itself, such "
        "as the value 'token' of a registered result, not the whole result."
    )


def test_neither_description_nor_id(module: TokenModule) -> None:
    assert module.refusal() == "one of the following is required: description, id"
    for options in ({}, ABSENT):
        assert module.refusal(description=None, **options) == (
            "Neither description nor id is given. Name the token by one of them."
        )


@pytest.mark.parametrize("option", ["description", "id", "lifetime", "expires_at"])
@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_option(module: TokenModule, option: str, value: str) -> None:
    options = {**({} if option == "id" else TELEGRAF), option: value}
    assert module.refusal(**options) == f"{option} is empty. Give a value, or leave the option out."


@pytest.mark.parametrize(
    ("text", "shown"),
    [("soon", ""), ("2027-01-31", " 2027-01-31"), ("2027-01-31 00:00", " 2027-01-31 00:00")]
    + [(secret, "") for secret in SECRETS],
)
def test_an_unparsable_expiry(module: TokenModule, text: str, shown: str) -> None:
    assert module.refusal(**TELEGRAF, expires_at=text) == (
        f"expires_at{shown} is not an RFC 3339 instant such as 2027-01-31T00:00:00Z."
    )


@pytest.mark.parametrize("text", ["soon", "90", "3 months", *SECRETS])
def test_an_unparsable_lifetime(module: TokenModule, text: str) -> None:
    assert module.refusal(**TELEGRAF, lifetime=text) == (
        "lifetime is not a duration such as 90d, 12h or 2w3d12h. "
        "Use whole numbers with w, d, h, m or s, such as 90d or 2w3d12h."
    )


@pytest.mark.parametrize(
    "pair", [("expires_at", "lifetime"), ("held", "secret_file"), ("id", "held"), ("id", "secret_file")], ids="|".join
)
def test_options_that_exclude_each_other(module: TokenModule, pair: tuple[str, str]) -> None:
    values = {"expires_at": "2027-01-31T00:00:00Z", "lifetime": "90d", "id": "a", "secret_file": "/a"}
    given: dict[str, Any] = {}
    for name in pair:
        given |= module.held(1) if name == "held" else {name: values[name]}
    options = {**given, **({} if "id" in pair else TELEGRAF)}
    assert module.refusal(**options) == f"parameters are mutually exclusive: {'|'.join(given)}"


@pytest.mark.parametrize(
    ("option", "value", "error"),
    [
        ("timeout", 0, "timeout must be more than 0 and at most 3600 seconds."),
        ("retries", -1, "retries must be from 0 to 20."),
        ("url", "service.test", "url is not an address such as https://console.influxdata.com: it needs https:// or "),
        ("account_id", "a/b", "account_id is not an id: it holds a space or a slash."),
        ("ca_path", "/nonexistent/ca.pem", "ca_path /nonexistent/ca.pem is not a readable file. Give a file of PEM"),
    ],
)
def test_a_setting_out_of_bounds(module: TokenModule, option: str, value: Any, error: str) -> None:
    assert module.refusal(**TELEGRAF, **{option: value}).startswith(error)


def test_a_secret_file_that_is_a_folder(module: TokenModule, tmp_path: Path) -> None:
    assert module.refusal(**TELEGRAF, secret_file=str(tmp_path)) == (
        f"{tmp_path} exists and is not a file. Give another path."
    )


@both_modes
def test_an_expiry_in_the_past(module: TokenModule, check_mode: bool) -> None:
    """The service's time decides what is past, so it is asked for first."""
    module.keep([])
    assert module.refusal(check_mode, module.look, **TELEGRAF, expires_at="2026-03-02T04:20:19Z") == (
        "expires_at 2026-03-02T04:20:19Z is not in the future (the service's time is 2026-03-02T04:20:19Z). "
        "Give a later instant, or a lifetime."
    )


@both_modes
def test_a_lifetime_past_the_calendar(module: TokenModule, check_mode: bool) -> None:
    module.keep([])
    assert module.refusal(check_mode, module.look, **TELEGRAF, lifetime="500000w") == (
        "lifetime reaches past the year 9999. Give a shorter one, or none for a token without expiry."
    )


@both_modes
@pytest.mark.parametrize("options", [{}, ABSENT], ids=["present", "absent"])
def test_several_live_tokens(module: TokenModule, options: dict[str, Any], check_mode: bool) -> None:
    module.keep([module.listed(1), module.listed(2)])
    assert module.refusal(check_mode, module.look, **TELEGRAF, **options) == (
        f"2 live {module.kind.noun}s have the description 'telegraf': {module.id(1)} (created 2026-02-01T00:00:00Z), "
        f"{module.id(2)} (created 2026-02-02T00:00:00Z). Say which one its consumer holds with "
        f"{module.kind.held_option} or secret_file, or name one token by id."
    )


@both_modes
def test_an_unknown_id(module: TokenModule, check_mode: bool) -> None:
    module.keep([module.listed(2)], (), 1)
    assert module.refusal(check_mode, [*module.look, *module.look_up(1)], id=module.id(1), description="new") == (
        f"There is no {module.kind.noun} with the id {module.id(1)}. List the live ones with "
        f"{module.kind.list_module}, or name the token by description."
    )


@both_modes
@pytest.mark.parametrize("status", ["revoked", "expired"])
def test_an_id_that_is_not_live(module: TokenModule, status: str, check_mode: bool) -> None:
    module.keep([module.listed(1, **(module.gone if status == "revoked" else module.over))])
    assert module.refusal(check_mode, module.look, id=module.id(1), description="new") == (
        f"The {module.kind.noun} with the id {module.id(1)} is {status}, and a token that is not live cannot be "
        "changed. Name the token by description to have a live one created."
    )


@both_modes
def test_an_expiry_that_differs_is_refused_on_request(module: TokenModule, check_mode: bool) -> None:
    module.keep([module.listed(1)])
    options = {**TELEGRAF, "lifetime": "90d", "on_expiry_mismatch": "fail"}
    assert module.refusal(check_mode, module.look, **options).startswith(
        f"The {module.kind.noun} {module.id(1)} ('telegraf') never expires, but lifetime is 90 d."
    )


def test_a_connection_in_the_clear_is_warned_of(module: TokenModule) -> None:
    module.keep([])
    outcome = module.run(**TELEGRAF, **ABSENT, url="http://service.test")
    assert outcome.warnings == [
        "http://service.test is not HTTPS: the management token crosses the network in the clear."
    ]


@both_modes
@pytest.mark.parametrize("options", [{}, {"lifetime": "90d", "renew_before": "20%"}], ids=["alone", "with lifetime"])
def test_an_overlap_that_nothing_remembers(module: TokenModule, options: dict[str, Any], check_mode: bool) -> None:
    module.keep([module.listed(1)])
    assert module.refusal(check_mode, module.look, **TELEGRAF, **options, overlap="1d") == (
        "overlap retires what a secret_file held before, and a registered result remembers nothing. Set secret_file, "
        "or others: revoke for all other live tokens of the description, or have a task of your own revoke the id of a "
        f"predecessor ({module.kind.module} with state: absent)."
    )


@both_modes
def test_a_token_without_end_gets_no_successor_to_live_beside(module: TokenModule, check_mode: bool) -> None:
    module.keep([module.listed(1)])
    assert module.refusal(check_mode, module.look, **TELEGRAF, force_renew=True) == (
        f"The {module.kind.noun} {module.id(1)} never expires, so it would live on beside its successor. Set overlap "
        "to say when it is to be revoked; 0s is at once."
    )


@both_modes
@pytest.mark.parametrize("in_file", [True, False], ids=["in a file", "said"])
def test_another_description_is_refused_on_request(
    module: TokenModule, path: Path, in_file: bool, check_mode: bool
) -> None:
    options = hold_another(module, path, in_file)
    error = module.refusal(check_mode, module.look, **TELEGRAF, **options, on_other_description="fail")
    assert error == (str(path) if in_file else "The consumer") + other_description(type(module))


@both_modes
@pytest.mark.parametrize("others", ["keep", "revoke"])
@pytest.mark.parametrize("in_file", [True, False], ids=["in a file", "said"])
def test_a_held_token_of_another_description_is_not_revoked(
    module: TokenModule, path: Path, in_file: bool, others: str, check_mode: bool
) -> None:
    options = hold_another(module, path, in_file)
    assert module.refusal(check_mode, module.look, **TELEGRAF, **ABSENT, **options, others=others) == (
        f"{path if in_file else 'The consumer'} holds the {module.kind.noun} {module.id(1)}, which is called 'another' "
        "and not 'telegraf'. Nothing was revoked. Give that description, or revoke the token by id."
    )
    assert path.exists() is in_file


def hold_another(module: TokenModule, path: Path, in_file: bool) -> dict[str, Any]:
    """Have a token of another description held, one of this description live, and say so."""
    module.keep([module.listed(1, "another"), module.listed(2)])
    if not in_file:
        return module.held(1)
    path.parent.mkdir()
    Kept(1, description="another").lay(module, path)
    return {"secret_file": str(path)}
