# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole tasks that mint the management token of a profile: a service in memory, and the companion in this process."""

from __future__ import annotations

import getpass
import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _observation, _revocation
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._products import DUMMY_ID
from ansible_collections.influxdb3.management.plugins.module_utils._run import Outcome, Run, execute
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    AmbiguousCreationError,
    CreatedToken,
    NewToken,
    Secret,
    SecretMissingError,
    Token,
)
from ansible_collections.influxdb3.management.plugins.modules import influxctl_config_file
from ansible_collections.influxdb3.management.plugins.plugin_utils import _minting
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import Host
from ansible_collections.influxdb3.management.plugins.plugin_utils._minting import Minting
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_action import read_options
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import PROFILE_OPTIONS, read_keys
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_store import ProfileOnHost
from ansible_collections.influxdb3.management.tests.unit.plugins.clock import Clock
from ansible_collections.influxdb3.management.tests.unit.plugins.host_here import (
    DIED,
    LOST,
    NO_ANSWER,
    REFUSED,
    ActionHere,
    Failing,
    TrialHere,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.token_service import NOW, MemoryService

DAY = timedelta(days=1)
ADMIN = "M.V1.rootadmin-hush-hush"
ENVIRONMENT = {
    "INFLUXDB3_ACCOUNT_ID": "a",
    "INFLUXDB3_CLUSTER_ID": "c",
    "INFLUXDB3_MANAGEMENT_TOKEN": ADMIN,
}
DESCRIPTION = f"influxctl on web1 for {getpass.getuser()}, profile default, cluster c"
OTHER = '# mine\n[[profile]]\nname = "other"\n'
HAND_MADE = "M.V1.handmade-hush-hush"
SIDE_NAME = ".config.toml.default.json"


class ManagementService(MemoryService):
    """Management tokens, whose secrets are as long as real ones are at least, and the connection that is asked for.

    ``hidden`` are the ids of those that no list shows yet, where ``is_late``.
    """

    connection: Connection
    is_late = False
    hidden: tuple[str, ...] = ()

    def create_token(self, new: NewToken) -> CreatedToken:
        created = super().create_token(new)
        secret = f"{created.secret.reveal()}-hush-hush"
        self.secrets[secret] = created.token.id
        if self.is_late:
            self.hidden = (*self.hidden, created.token.id)
            raise AmbiguousCreationError(SecretMissingError("Not listed."), candidates=[secret])
        return CreatedToken(created.token, Secret(secret))

    def list_tokens(self, again: bool = True) -> list[Token]:
        return [token for token in super().list_tokens() if token.id not in self.hidden]

    def did(self) -> list[str]:
        """What was changed, in order."""
        return [f"{name} {getattr(argument, 'description', argument)}" for name, argument in self.calls if argument]


class World:
    """A host with its file, and the service."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.service = ManagementService()
        self.trial = TrialHere()
        self.action = ActionHere()
        self.store: ProfileOnHost

    def run(
        self,
        mint: dict[str, Any] | None = None,
        check_mode: bool = False,
        action: ActionHere | None = None,
        environment: dict[str, str] | None = None,
        **arguments: Any,
    ) -> Outcome:
        """A task. What it changed is in ``service.did()`` and ``action.calls``, from its beginning on."""
        self.service.calls.clear()
        self.action = action or ActionHere(check_mode)
        arguments = {"name": "default", "path": str(self.path), "mint": mint or {}, **arguments}
        parameters = read_options(PROFILE_OPTIONS, arguments)
        variables = ENVIRONMENT if environment is None else environment
        minting = Minting(Host(self.action, {}), parameters, read_keys(parameters, arguments), "web1")
        self.store = minting.store
        outcome = execute(
            minting.definition,
            parameters,
            check_mode,
            environment=minting.environment(variables),
            store=minting.store,
        )
        assert "hush" not in json.dumps([outcome.result, outcome.warnings, outcome.error])
        assert not outcome.holds_secret
        return outcome

    def result(self, *arguments: Any, **keywords: Any) -> dict[str, Any]:
        """The result of a task that does not fail."""
        outcome = self.run(*arguments, **keywords)
        assert outcome.error is None
        return outcome.result

    def fails(self, *arguments: Any, **keywords: Any) -> str:
        """Why a task fails."""
        try:
            error = self.run(*arguments, **keywords).error
        except InputError as refusal:
            error = str(refusal)
        assert error is not None
        assert "hush" not in error
        return error

    def put(self, text: str) -> None:
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        self.path.write_text(text, encoding="utf-8")
        self.path.chmod(0o600)

    def put_by_hand(self, secret: str = HAND_MADE) -> None:
        """Have a profile with a token that this collection has not made, though the service knows it."""
        self.put(
            f'{OTHER}\n[[profile]]\nname = "default"\nproduct = "dedicated"\naccount_id = "a"\ncluster_id = "c"\n'
            f'mgmt_token = "{secret}"\n'
        )
        token = Token("by hand", "of Ann", NOW - DAY, NOW + 365 * DAY, None, None, secret[:9])
        self.service.tokens[token.id] = token

    def held(self) -> str | None:
        """The id of the token that lies in the profile."""
        text = self.path.read_text("utf-8") if self.path.exists() else ""
        return next((name for secret, name in self.service.secrets.items() if f'"{secret}"' in text), None)

    def side(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.path.with_name(SIDE_NAME).read_bytes())
        return content

    def files(self) -> dict[str, bytes]:
        """Every file there is."""
        folder = self.path.parent
        return {one.name: one.read_bytes() for one in folder.iterdir()} if folder.exists() else {}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(tmp_path / "influxctl" / "config.toml")

    def open_influxctl(run: Run) -> ManagementService:
        world.service.connection = run.connection()
        return world.service

    monkeypatch.setattr(_minting, "open_influxctl", open_influxctl)
    monkeypatch.setattr(influxctl_config_file, "require_acceptance", world.trial)
    monkeypatch.setattr(_observation, "local_time", lambda: world.service.now)
    Clock(monkeypatch, _revocation)
    return world


def in_days(days: int) -> str | None:
    """An instant, as results have it."""
    return format_rfc3339(NOW + days * DAY)


# The course of things


def test_the_first_delivery(world: World) -> None:
    world.put(OTHER)
    result = world.result()
    assert (result["changed"], result["metadata"]["id"], result["metadata"]["expires_at"]) == (True, "t1", in_days(90))
    assert result["metadata"]["description"] == DESCRIPTION
    assert world.service.did() == [f"create {DESCRIPTION}"]
    assert world.action.calls == ["read", "check", "write"]
    assert world.path.read_text("utf-8") == (
        f'{OTHER}\n[[profile]]\nname = "default"\nproduct = "dedicated"\naccount_id = "a"\ncluster_id = "c"\n'
        'mgmt_token = "M.V1.00010001-hush-hush"\n'
    )
    assert (world.held(), world.side()["id"], world.side()["accepted"]) == ("t1", "t1", True)
    assert world.trial.tried == ["M.V1.00010001-hush-hush"]
    (service,) = world.trial.services
    assert service.url == "https://console.influxdata.com/api/v0/accounts/a/clusters/c/tokens"
    assert (service.ca, service.validate_certs, service.timeout, service.wait) == (None, True, 30.0, 120.0)
    assert (result["path"], result["mgmt_token_prefix"]) == (str(world.path), "M.V1.0001")
    assert (result["profile"]["mgmt_token"], result["profile"]["mgmt_token_prefix"]) == (True, "M.V1.0001")
    assert (result["predecessors"], result["others"], result["revoked"]) == ([], [], [])
    profile, tokens = result["diff"]
    assert 'mgmt_token = "M.V1.0001..."' in profile["after"]
    assert tokens["after"]["tokens"][0]["description"] == DESCRIPTION


def test_the_second_run_changes_nothing(world: World) -> None:
    world.result()
    before = world.files()
    result = world.result()
    assert (result["changed"], result["metadata"]["id"]) == (False, "t1")
    assert (world.service.did(), world.action.calls, world.files()) == ([], ["read"], before)
    assert len(world.trial.tried) == 1
    assert result["mgmt_token_prefix"] == "M.V1.0001"


def test_renewal(world: World) -> None:
    """At 20 % of 90 days. The predecessor ends by its expiry."""
    world.result()
    world.service.now = NOW + 71 * DAY
    assert not world.result()["changed"]
    world.service.now = NOW + 72 * DAY
    result = world.result()
    assert (result["changed"], result["metadata"]["id"], world.held()) == (True, "t2", "t2")
    assert world.action.calls == ["read", "check", "write"]
    assert [(one["id"], one["revoke_at"]) for one in result["predecessors"]] == [("t1", None)]
    assert world.service.live() == ["t1", "t2"]
    assert (world.side()["replaced"], world.side()["before"]["id"]) == (["t1"], "t1")
    assert not world.result()["changed"]


def test_an_overlap_of_nothing_retires_in_the_same_task(world: World) -> None:
    world.result()
    result = world.result({"force_renew": True, "overlap": "0s"})
    assert [one["id"] for one in result["revoked"]] == ["t1"]
    # Only once the new one is in its place, and accepted.
    assert world.service.did() == [f"create {DESCRIPTION}", "revoke t1"]
    assert (world.service.live(), world.held()) == (["t2"], "t2")


def test_a_longer_overlap_retires_later(world: World) -> None:
    mint = {"overlap": "1d"}
    world.result(mint)
    result = world.result({**mint, "force_renew": True})
    assert [(one["id"], one["revoke_at"]) for one in result["predecessors"]] == [("t1", in_days(1))]
    assert not world.result(mint)["changed"]
    world.service.now = NOW + DAY
    result = world.result(mint)
    assert (result["changed"], [one["id"] for one in result["revoked"]]) == (True, ["t1"])
    assert (world.service.live(), world.held(), world.action.calls) == (["t2"], "t2", ["read"])


@pytest.mark.parametrize("operation", ["check", "write"])
def test_force_renew_twice_at_once_makes_one_successor(world: World, operation: str) -> None:
    world.result()
    action = ActionHere()

    def other_run(called: str) -> None:
        if called == operation:
            action.before_call = lambda _operation: None
            assert world.result({"force_renew": True})["changed"]

    action.before_call = other_run
    result = world.result({"force_renew": True}, action=action)
    # The other run's; this one's is revoked where it was made.
    (successor,) = [name for name in world.service.live() if name != "t1"]
    assert (world.held(), result["metadata"]["id"]) == (successor, successor)


def test_force_renew_while_another_run_tries_its_token_is_satisfied_by_that(world: World) -> None:
    world.result()
    others: list[dict[str, Any]] = []
    world.trial.answers = [lambda: others.append(world.result({"force_renew": True}))]
    result = world.result({"force_renew": True})
    assert (others[0]["changed"], others[0]["metadata"]["id"]) == (False, "t2")
    assert (result["metadata"]["id"], world.held(), world.service.live()) == ("t2", "t2", ["t1", "t2"])
    assert world.side()["accepted"] is True


# Refused, unverified, unknown


def test_a_refused_successor_is_revoked_and_all_is_as_it_was(world: World) -> None:
    world.put(OTHER)
    world.result()
    before = world.files()
    world.trial.answers = [REFUSED]
    error = world.fails({"force_renew": True, "overlap": "0s"})
    assert error == (
        f"{REFUSED} The profile 'default' in {world.path} is as it was. The management token just made, t2, was "
        "revoked."
    )
    assert world.files() == before
    assert world.service.did() == [f"create {DESCRIPTION}", "revoke t2"]
    assert world.service.live() == ["t1"]
    assert world.action.calls == ["read", "check", "write"]


def test_a_first_token_that_is_refused_leaves_no_file(world: World) -> None:
    world.trial.answers = [REFUSED]
    assert "t1, was revoked" in world.fails()
    assert (world.files(), world.service.live()) == ({}, [])


def test_an_unverified_token_stays_and_the_next_run_tries_it_first(world: World) -> None:
    world.result()
    world.trial.answers = [NO_ANSWER]
    mint = {"overlap": "0s"}
    error = world.fails({**mint, "force_renew": True})
    assert "t2, is in its place, and nothing was revoked" in error
    assert (world.service.did(), world.held()) == ([f"create {DESCRIPTION}"], "t2")
    assert world.service.live() == ["t1", "t2"]
    # Again without an answer: nothing is made, and nothing is retired.
    for answer in (NO_ANSWER, REFUSED):
        world.trial.answers = [answer]
        assert "was never accepted" in world.fails(mint)
        assert (world.service.did(), world.action.calls) == ([], ["read", "verify"])
    # Accepted at last, it is as if it had been at once.
    result = world.result(mint)
    assert (result["metadata"]["id"], world.service.did()) == ("t2", ["revoke t1"])
    assert world.side()["accepted"] is True
    world.result(mint)
    assert world.action.calls == ["read"]


def test_a_token_that_is_listed_late_is_told_by_its_prefix_until_then(world: World) -> None:
    world.service.is_late = True
    made = world.run()
    assert "with the prefix M.V1.0001 was made, and is not listed after 30 s" in " ".join(made.warnings)
    assert (made.result["metadata"]["id"], made.result["mgmt_token_prefix"]) == (None, "M.V1.0001")
    assert 'mgmt_token = "M.V1.0001..."' in made.result["diff"][0]["after"]
    assert (world.held(), world.side()["id"], world.side()["accepted"]) == ("t1", "M.V1.0001", True)
    for check_mode in (True, False):
        result = world.result(check_mode=check_mode)
        assert (result["changed"], result["metadata"]["id"], result["mgmt_token_prefix"]) == (False, None, "M.V1.0001")
    assert "was just made, and the service does not list it yet" in world.fails(state="absent")
    assert world.service.live() == ["t1"]
    world.service.hidden = ()
    for calls in (["read", "learn"], ["read"]):
        result = world.result()
        assert (result["changed"], result["metadata"]["id"], world.action.calls) == (False, "t1", calls)
    assert (world.side()["id"], world.side()["accepted"]) == ("t1", True)
    world.result(state="absent")
    assert (world.service.live(), world.files()) == ([], {"config.toml": b""})


def test_one_that_is_neither_listed_nor_accepted_yet_is_tried_first(world: World) -> None:
    world.service.is_late = True
    world.trial.answers = [NO_ANSWER, NO_ANSWER]
    assert "The management token just made, M.V1.0001, is in its place, and nothing was revoked." in world.fails()
    assert "holds a token that was never accepted" in world.fails()
    result = world.result()
    assert (result["metadata"]["id"], world.side()["id"], world.side()["accepted"]) == (None, "M.V1.0001", True)
    assert world.service.live() == ["t1"]


def test_one_that_is_not_listed_and_refused_is_named(world: World) -> None:
    world.result()
    before = world.files()
    world.service.is_late = True
    world.trial.answers = [REFUSED]
    error = world.fails({"force_renew": True, "overlap": "0s"})
    assert error == (
        f"{REFUSED} The profile 'default' in {world.path} is as it was. The management token just made, M.V1.0002, "
        "could not be revoked either (No list shows its id yet, only its prefix.) Revoke it by id."
    )
    assert world.files() == before
    assert world.service.live() == ["t1", "t2"]
    # The next run that is to revoke others of the description finds it.
    world.service.hidden = ()
    world.service.now = NOW + 2 * DAY
    assert [one["id"] for one in world.result({"others": "revoke"})["revoked"]] == ["t2"]


def test_force_renew_replaces_a_token_that_nobody_accepts(world: World) -> None:
    world.trial.answers = [NO_ANSWER, REFUSED]
    world.fails()
    result = world.result({"force_renew": True})
    assert (result["metadata"]["id"], world.held(), world.service.live()) == ("t2", "t2", ["t1", "t2"])
    assert world.action.calls == ["read", "verify", "check", "write"]


def test_force_renew_is_satisfied_by_an_unverified_token_that_is_accepted_now(world: World) -> None:
    world.trial.answers = [NO_ANSWER]
    world.fails()
    result = world.result({"force_renew": True})
    assert (result["changed"], result["metadata"]["id"], world.service.did()) == (False, "t1", [])


@pytest.mark.parametrize("failure", [DIED, LOST], ids=["died", "lost"])
def test_a_token_of_which_it_is_not_known_whether_it_arrived_is_kept_and_named(
    world: World, failure: dict[str, Any] | Exception
) -> None:
    error = world.fails(action=Failing("write", failure))
    assert "t1, has reached its place is not known, so nothing was revoked" in error
    assert world.service.live() == ["t1"]
    assert (world.store.unreachable is not None) is (failure is LOST)
    result = world.result()
    assert (result["changed"], result["metadata"]["id"], world.service.did()) == (False, "t1", [])


def test_nothing_is_made_where_the_file_could_not_be_written(world: World) -> None:
    world.put(OTHER)
    os.link(world.path, world.path.with_name("another name"))
    for check_mode in (True, False):
        assert "has 2 names (hard links)" in world.fails(check_mode=check_mode)
        assert (world.service.did(), world.action.calls) == ([], ["read"])


def test_a_host_that_cannot_be_read_gets_no_token(world: World) -> None:
    for operation in ("read", "check"):
        world.fails(action=Failing(operation, LOST))
        assert world.store.unreachable is not None
        assert world.service.did() == []


# Check mode


def test_check_mode_tells_the_truth(world: World) -> None:
    world.put(OTHER)

    def both(**arguments: Any) -> dict[str, Any]:
        """The result of a dry run, which is that of the real one but for what is not known yet."""
        before, tokens = world.files(), dict(world.service.tokens)
        dry = world.result(check_mode=True, **arguments)
        assert (world.files(), world.service.tokens, world.action.calls) == (before, tokens, ["read"])
        real = world.result(**arguments)
        for key in ("changed", "reason", "path", "predecessors", "others"):
            assert dry[key] == real[key], key
        assert [one["id"] for one in dry["revoked"]] == [one["id"] for one in real["revoked"]]
        return dry

    dry = both()
    assert (dry["changed"], dry["metadata"]["id"], dry["mgmt_token_prefix"]) == (True, None, None)
    assert dry["profile"]["mgmt_token"] is True
    assert 'mgmt_token = "(known after creation)"' in dry["diff"][0]["after"]
    assert dry["diff"][1]["after"]["tokens"][0]["id"] == "(known after creation)"
    assert not both()["changed"]
    assert both(settings={"database": "b"})["changed"]
    assert not both(settings={"database": "b"})["changed"]
    world.path.chmod(0o644)
    loose = both()
    assert (loose["changed"], f"# {world.path}: mode 0600" in loose["diff"][0]["after"]) == (True, True)
    assert "; mode of the profile" in loose["reason"]
    renewed = both(mint={"force_renew": True, "overlap": "0s"})
    assert ([one["id"] for one in renewed["revoked"]], renewed["metadata"]["id"]) == (["t1"], None)
    assert both(state="absent")["changed"]
    assert not both(state="absent")["changed"]


def test_check_mode_does_not_try_a_token(world: World) -> None:
    world.trial.answers = [NO_ANSWER]
    world.fails()
    assert not world.result(check_mode=True)["changed"]
    assert world.action.calls == ["read"]


# A token that was there before


def test_a_token_made_by_hand_is_current_and_named(world: World) -> None:
    world.put_by_hand()
    before = world.files()
    outcome = world.run()
    assert (outcome.result["changed"], outcome.result["metadata"]["id"]) == (False, "by hand")
    assert f"which is called 'of Ann' and not '{DESCRIPTION}'" in " ".join(outcome.warnings)
    assert (world.service.did(), world.files()) == ([], before)
    assert "is called 'of Ann'" in world.fails({"on_other_description": "fail"})


def test_its_successor_gets_the_description_of_the_task(world: World) -> None:
    world.put_by_hand()
    result = world.result({"force_renew": True, "overlap": "0s"})
    assert result["metadata"]["description"] == DESCRIPTION
    assert [one["id"] for one in result["revoked"]] == ["by hand"]
    assert (world.held(), world.service.live()) == ("t2", ["t2"])


def test_a_dead_token_is_replaced(world: World) -> None:
    world.put_by_hand()
    world.service.revoke_token("by hand")
    assert world.result()["changed"]
    assert world.held() == "t2"


def test_the_token_that_the_task_uses_renews_itself_and_is_not_revoked(world: World) -> None:
    world.put_by_hand(ADMIN)
    outcome = world.run({"force_renew": True, "overlap": "0s"})
    assert (outcome.result["metadata"]["id"], outcome.result["revoked"]) == ("t2", [])
    assert "is the one this task authenticates with" in " ".join(outcome.warnings)
    assert world.service.live() == ["by hand", "t2"]


def test_another_credential_is_not_silently_replaced(world: World) -> None:
    world.put('[[profile]]\nname = "default"\n[profile.auth.token]\ntoken_file = "/t"\n')
    assert "has auth.token and may have one management credential only" in world.fails()
    assert (world.service.did(), world.action.calls) == ([], ["read"])
    world.result(settings={"auth": {"token": {}}})
    assert world.held() == "t1"


def test_settings_beside_a_token_that_stays(world: World) -> None:
    world.result()
    result = world.result(settings={"database": "b"}, backup=True)
    assert (result["changed"], result["metadata"]["id"], result["profile"]["database"]) == (True, "t1", "b")
    assert "database of the profile" in result["reason"]
    assert (world.service.did(), world.action.calls) == ([], ["read", "write"])
    assert (world.held(), world.side()["id"], len(world.trial.tried)) == ("t1", "t1", 1)
    assert result["backup_file"].startswith(f"{world.path}.")
    assert not world.result(settings={"database": "b"})["changed"]
    # Together with a new token they are written at once.
    world.result({"force_renew": True}, settings={"database": "d"})
    assert world.action.calls == ["read", "check", "write"]
    assert 'database = "d"' in world.path.read_text("utf-8")


def test_profiles_of_one_file_have_tokens_of_their_own(world: World) -> None:
    world.result()
    assert world.result(name="second")["metadata"]["description"] == DESCRIPTION.replace("default", "second")
    assert world.service.live() == ["t1", "t2"]
    for name in ("default", "second"):
        assert not world.result(name=name)["changed"]


# Absent


def test_absent_revokes_what_is_and_was_held(world: World) -> None:
    world.put(OTHER)
    world.service.create_token(NewToken(DESCRIPTION))
    for _time in range(2):
        world.result({"force_renew": True})
    outcome = world.run(state="absent")
    assert (outcome.result["changed"], outcome.result["profile"]) == (True, None)
    assert (outcome.result["mgmt_token_prefix"], outcome.result["metadata"]) == (None, None)
    assert [one["id"] for one in outcome.result["revoked"]] == ["t2", "t3"]
    # What this host never held is not its to revoke.
    assert world.service.live() == ["t1"]
    assert "t1" in " ".join(outcome.warnings)
    assert world.files() == {"config.toml": OTHER.encode()}
    assert world.action.calls == ["read", "write"]
    assert not world.result(state="absent")["changed"]
    assert world.action.calls == ["read"]


def test_absent_where_nothing_is(world: World) -> None:
    result = world.result(state="absent")
    assert (result["changed"], world.files(), world.action.calls) == (False, {}, ["read"])


@pytest.mark.parametrize("token", ["", 'mgmt_token = ""\n', 'mgmt_token = "quux"\n', "mgmt_token = 4711\n"])
def test_absent_removes_a_profile_without_a_known_token(world: World, token: str) -> None:
    world.put(f'{OTHER}\n[[profile]]\nname = "default"\n{token}')
    for check_mode in (True, False):
        assert world.result(state="absent", check_mode=check_mode)["changed"]
        assert world.action.calls == (["read"] if check_mode else ["read", "write"])
    assert world.path.read_text("utf-8").rstrip("\n") == OTHER.rstrip("\n")
    assert not world.result(state="absent")["changed"]


def test_absent_ends_what_a_profile_that_is_gone_has_held(world: World) -> None:
    world.result()
    world.path.unlink()
    result = world.result(state="absent")
    assert (result["changed"], [one["id"] for one in result["revoked"]]) == (True, ["t1"])
    assert (world.service.live(), world.files()) == ([], {})
    assert not world.result(state="absent")["changed"]


def test_absent_refuses_a_token_of_another_description_by_name(world: World) -> None:
    world.put_by_hand()
    before = world.files()
    error = world.fails(state="absent")
    assert "by hand, which is called 'of Ann'" in error
    assert (world.files(), world.service.did()) == (before, [])
    result = world.result({"description": "of Ann"}, state="absent")
    assert [one["id"] for one in result["revoked"]] == ["by hand"]
    assert world.path.read_text("utf-8").rstrip("\n") == OTHER.rstrip("\n")


def test_absent_revokes_nothing_where_the_file_could_not_be_written(world: World) -> None:
    world.result()
    os.link(world.path, world.path.with_name("another name"))
    assert world.fails(state="absent").endswith("Nothing was revoked.")
    assert world.service.live() == ["t1"]
    # Nor what a profile that is gone has held, which only the side file tells.
    world.path.unlink()
    os.link(world.path.with_name(SIDE_NAME), world.path.with_name("a third name"))
    assert world.fails(state="absent").endswith("Nothing was revoked.")
    assert world.service.live() == ["t1"]


# Options


def test_without_any_option_everything_has_a_default(world: World) -> None:
    arguments = {"name": "default", "mint": {}}
    assert read_options(PROFILE_OPTIONS, arguments)["mint"] == {
        "description": None,
        "lifetime": "90d",
        "renew_before": None,
        "overlap": None,
        "force_renew": False,
        "verify_wait": "2m",
        "others": "keep",
        "on_other_description": "warn",
        "on_expiry_mismatch": "warn",
    }
    assert read_options(PROFILE_OPTIONS, {"name": "default"})["mint"] is None


def test_options_of_minting(world: World, tmp_path: Path) -> None:
    authorities = tmp_path / "ca.pem"
    authorities.write_text("Ours, since 2026 \u00fc\nPEM\n", encoding="utf-8")
    mint = {"description": "d", "lifetime": "30d", "renew_before": "10d", "verify_wait": "0s"}
    connection = {"ca_path": str(authorities), "timeout": 5, "url": "https://service.test", "validate_certs": False}
    result = world.result(mint, **connection)
    assert (result["metadata"]["description"], result["metadata"]["expires_at"]) == ("d", in_days(30))
    (service,) = world.trial.services
    assert service.url == "https://service.test/api/v0/accounts/a/clusters/c/tokens"
    assert (service.ca, service.validate_certs, service.timeout, service.wait) == (
        *("Ours, since 2026 \nPEM\n", False, 5.0, 0.0),
    )
    world.service.now = NOW + 19 * DAY
    assert not world.result(mint, **connection)["changed"]
    world.service.now = NOW + 20 * DAY
    assert world.result(mint, **connection)["changed"]


def test_a_lifetime_without_end_must_be_said(world: World) -> None:
    mint = {"lifetime": "never"}
    assert world.result(mint)["metadata"]["expires_at"] is None
    world.service.now = NOW + 9999 * DAY
    assert not world.result(mint)["changed"]
    assert "Set overlap to say when it is to be revoked" in world.fails({**mint, "force_renew": True})
    assert world.service.live() == ["t1"]
    result = world.result({**mint, "force_renew": True, "overlap": "0s"})
    assert [one["id"] for one in result["revoked"]] == ["t1"]
    assert "mint.renew_before makes no sense" in world.fails({**mint, "renew_before": "20%"})


@pytest.mark.parametrize(
    ("mint", "option"),
    [
        ({"lifetime": "90 days"}, "lifetime"),
        ({"lifetime": ""}, "lifetime"),
        ({"lifetime": "0s"}, "lifetime"),
        ({"renew_before": "90d"}, "renew_before"),
        ({"renew_before": "100%"}, "renew_before"),
        ({"renew_before": "soon"}, "renew_before"),
        ({"renew_before": ""}, "renew_before"),
        ({"overlap": "-1d"}, "overlap"),
        ({"overlap": "soon"}, "overlap"),
        ({"verify_wait": "120"}, "verify_wait"),
        ({"verify_wait": ""}, "verify_wait"),
        ({"description": " "}, "description"),
    ],
)
def test_what_cannot_be_read_is_refused_before_anything_is_made(
    world: World, mint: dict[str, Any], option: str
) -> None:
    assert world.fails(mint).startswith(option)
    assert (world.service.did(), world.files()) == ([], {})
    assert "write" not in world.action.calls


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mgmt_token": HAND_MADE}, "settings.mgmt_token gives the profile a management token, and mint makes one"),
        ({"product": "clustered"}, "No url is given, and InfluxDB Clustered has no common address."),
        ({"account_id": "b"}, "settings.account_id is b, and the token is made for a, the account_id of the"),
        ({"cluster_id": "d"}, "settings.cluster_id is d, and the token is made for c, the cluster_id of the"),
        ({"auth": {"token": {"token_file": "/t"}}}, "auth.token and mgmt_token are both given"),
    ],
)
def test_settings_that_contradict_minting_are_refused(world: World, settings: dict[str, Any], message: str) -> None:
    error = world.fails(settings=settings)
    assert message in error or message.replace("auth.token and mgmt_token", "mgmt_token and auth.token") in error
    assert (world.service.did(), world.files()) == ([], {})
    assert "write" not in world.action.calls


def test_settings_that_say_the_same_are_none(world: World) -> None:
    world.result(settings={"product": "dedicated", "account_id": "a", "cluster_id": "c", "mgmt_token": ""})
    assert world.held() == "t1"


def test_the_profile_names_the_place_where_the_environment_does_not(world: World) -> None:
    token = {"INFLUXDB3_MANAGEMENT_TOKEN": ADMIN, "INFLUXDB3_ACCOUNT_ID": ""}
    world.result(settings={"account_id": "x", "cluster_id": "y"}, environment=token)
    assert (world.service.connection.account_id, world.service.connection.cluster_id) == ("x", "y")
    assert 'account_id = "x"' in world.path.read_text("utf-8")
    assert "No account id is given." in world.fails(environment=token)


def test_a_token_of_a_shorter_life_than_asked_for_is_named_and_no_reason_for_another(world: World) -> None:
    world.service._granted = timedelta(days=10)
    outcome = world.run()
    assert "10 d after its creation, but lifetime is 90 d" in " ".join(outcome.warnings)
    assert not world.result()["changed"]
    assert "lifetime is 90 d" in world.fails({"on_expiry_mismatch": "fail"})


def test_other_tokens_of_the_description_go_where_that_is_asked_for(world: World) -> None:
    world.service.create_token(NewToken(DESCRIPTION))
    outcome = world.run()
    assert [one["id"] for one in outcome.result["others"]] == ["t1"]
    assert "t1" in " ".join(outcome.warnings)
    result = world.result({"others": "revoke", "overlap": "0s"})
    assert [one["id"] for one in result["revoked"]] == ["t1"]
    assert world.service.live() == ["t2"]


def test_nothing_accumulates(world: World) -> None:
    """A year of daily runs: a token each 72 days, and two of them live at most."""
    most = 0
    for _day in range(365):
        world.service.now += DAY
        world.result()
        assert world.held() in world.service.live()
        most = max(most, len(world.service.live()))
    made: list[datetime] = [token.created_at for token in world.service.tokens.values()]
    assert (len(made), most) == (6, 2)


# Clustered

OWN = {"product": "clustered", "url": "https://influxdb.example"}
OWN_PROFILE = '[[profile]]\nname = "default"\nproduct = "clustered"\nhost = "influxdb.example"\nport = "443"\n'


def test_a_profile_for_a_cluster_of_ones_own(world: World) -> None:
    result = world.result(**OWN)
    assert f"{OWN_PROFILE}mgmt_token = " in world.path.read_text("utf-8")
    assert result["profile"]["host"] == "influxdb.example"
    assert result["metadata"]["description"].endswith(", profile default, cluster influxdb.example")
    assert world.store.trial is not None
    assert world.store.trial.is_clustered
    assert not world.result(**OWN)["changed"]


def test_the_profile_says_where_the_cluster_is_where_the_connection_does_not(world: World) -> None:
    settings = {"product": "clustered", "host": "influxdb.example", "port": "8443", "tls": {"ca": "/ca.pem"}}
    world.result(settings=settings)
    assert world.service.connection.url == "https://influxdb.example:8443"
    assert world.service.connection.is_clustered
    # The environment is that of Dedicated.
    assert world.service.connection.account_id == DUMMY_ID
    world.result(
        settings={**settings, "host": "INFLUXDB.example", "port": "08443"}, url="https://influxdb.example:8443"
    )
    world.result(product="clustered", settings={"host": "h", "port": "80", "tls": {"disable": True}})
    assert world.service.connection.url == "http://h:80"


def test_a_cluster_without_tls_has_a_profile_without_it(world: World) -> None:
    world.result(product="clustered", url="http://influxdb.example:8080")
    assert "[profile.tls]\ndisable = true\n" in world.path.read_text("utf-8")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"product": "dedicated"},
            "settings.product is dedicated, and the token is made for clustered, the",
        ),
        ({"host": "other.example"}, "settings.host is other.example, and the token is made for influxdb.example, the"),
        ({"port": "8443"}, "settings.port is 8443, and the token is made for 443, the port of the connection."),
        (
            {"tls": {"disable": True}},
            "settings.tls.disable is true, and the token is made at https://influxdb.example.",
        ),
    ],
)
def test_another_cluster_than_that_of_the_connection_is_refused(
    world: World, settings: dict[str, Any], message: str
) -> None:
    assert world.fails(settings=settings, **OWN).startswith(message)
    assert (world.service.did(), world.files()) == ([], {})


def test_the_host_shows_the_certificate_of_its_profile(world: World) -> None:
    world.result(settings={"tls": {"cert": "/cert.pem", "key": "/key.pem"}}, **OWN)
    tried = world.trial.services[-1]
    assert (tried.client_cert, tried.client_key, tried.is_clustered) == ("/cert.pem", "/key.pem", True)
