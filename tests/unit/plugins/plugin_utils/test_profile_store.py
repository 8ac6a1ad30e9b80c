# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A profile as a store of its management token: what it holds, how it is written, and what others do to the file."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._acceptance import Service
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    CreatedToken,
    DeliveryUnknownError,
    Evidence,
    Secret,
    StoreChangedError,
    StoreError,
    Token,
    UnverifiedError,
)
from ansible_collections.influxdb3.management.plugins.modules import influxctl_config_file
from ansible_collections.influxdb3.management.plugins.plugin_utils import _profile_store
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import Host
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_store import ProfileOnHost
from ansible_collections.influxdb3.management.tests.unit.plugins.host_here import (
    DIED,
    LOST,
    NO_ANSWER,
    REFUSED,
    ActionHere,
    Failing,
    TrialHere,
)

CREATED_AT = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)
WANTED = {"name": "default", "product": "dedicated", "account_id": "a", "cluster_id": "c"}
TRIAL = Service("https://service.test/tokens", ca="PEM", validate_certs=True, timeout=30.0, wait=120.0)
OTHER = '# mine\n[[profile]]\nname = "other"\nmgmt_token = "M.V1.otherhush-hush-hush"\n'
HAND_MADE = "M.V1.handhush-hush-hush"
MADE_BY_HAND = OTHER + f'\n[[profile]]\nname = "default"\nmgmt_token = "{HAND_MADE}"\n'
SIDE_NAME = ".config.toml.default.json"


def created(name: str) -> CreatedToken:
    """The token of this id; its secret begins with the same."""
    secret = f"M.V1.{name[:4]:-<4}{name}-hush-hush"
    return CreatedToken(Token(name, "influxctl on h", CREATED_AT, None, None, None, secret[:9]), Secret(secret))


def wanted(current: dict[str, Any] | None) -> dict[str, Any]:
    return {**(current or {}), **WANTED}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "influxctl" / "config.toml"


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> TrialHere:
    trial = TrialHere()
    monkeypatch.setattr(influxctl_config_file, "require_acceptance", trial)
    return trial


@pytest.fixture
def store(path: Path, trial: TrialHere) -> ProfileOnHost:
    return store_of(path)


def store_of(
    path: Path,
    action: ActionHere | None = None,
    edit: Callable[[dict[str, Any] | None], dict[str, Any] | None] = wanted,
    backup: bool = False,
) -> ProfileOnHost:
    """The profile ``default`` of this host, as a task that mints has it."""
    store = ProfileOnHost(Host(action or ActionHere(), {}), str(path), "default", edit, backup)
    store.trial = TRIAL
    return store


def put(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


def write(store: ProfileOnHost, one: CreatedToken, replaced: Sequence[str] = ()) -> None:
    """As a task does: look, then write."""
    store.evidence()
    store.try_to_write()
    store.write(one, replaced)


def held(path: Path) -> str | None:
    """The management token that the profile in the file has."""
    store = store_of(path)
    store.read()
    return store.token


def side(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.with_name(SIDE_NAME).read_bytes())
    return content


# Evidence


@pytest.mark.parametrize("accepted", [True, False])
def test_one_that_is_known_by_its_prefix_gets_its_id(
    store: ProfileOnHost, path: Path, trial: TrialHere, accepted: bool
) -> None:
    put(path, OTHER)
    write(store, created("first"))
    listed = created("second")
    unlisted = replace(listed, token=replace(listed.token, id="M.V1.seco"))
    if not accepted:
        trial.answers = [NO_ANSWER]
    with nullcontext() if accepted else pytest.raises(UnverifiedError):
        write(store, unlisted, ["first"])
    text = path.read_text("utf-8")
    evidence = Evidence(
        True, None, "M.V1.seco", str(path), "influxctl on h", CREATED_AT, accepted=accepted, replaced=("first",)
    )
    assert store.evidence() == evidence
    store.learn(listed.token)
    known = replace(evidence, token_id="second", prefix=None)
    assert store_of(path).evidence() == known
    # Sent twice, or too late.
    store.learn(replace(listed.token, id="another"))
    assert store_of(path).evidence() == known
    assert path.read_text("utf-8") == text
    # Of what it is to replace nothing is forgotten.
    assert side(path)["before"]["id"] == "first"


def test_none(store: ProfileOnHost, path: Path) -> None:
    assert store.evidence() == Evidence(True, path=str(path))
    put(path, OTHER)
    assert store_of(path).evidence() == Evidence(True, path=str(path))
    put(path, MADE_BY_HAND.replace(HAND_MADE, ""))
    assert store_of(path).evidence() == Evidence(True, path=str(path))


def test_ours(store: ProfileOnHost, path: Path) -> None:
    put(path, OTHER)
    write(store, created("first"))
    assert store_of(path).evidence() == Evidence(
        True, "first", path=str(path), description="influxctl on h", created_at=CREATED_AT
    )
    write(store, created("second"), ["first"])
    evidence = store.evidence()
    assert (evidence.token_id, evidence.replaced, evidence.accepted) == ("second", ("first",), True)


def test_one_that_nobody_has_accepted(store: ProfileOnHost, trial: TrialHere) -> None:
    trial.answers = [NO_ANSWER]
    with pytest.raises(UnverifiedError):
        write(store, created("first"))
    evidence = store.evidence()
    assert (evidence.token_id, evidence.accepted) == ("first", False)


def test_a_token_made_by_hand(store: ProfileOnHost, path: Path) -> None:
    put(path, MADE_BY_HAND)
    assert store.evidence() == Evidence(True, prefix="M.V1.hand", path=str(path))
    write(store, created("first"))
    # And one that somebody has put in the place of ours.
    put(path, MADE_BY_HAND)
    assert store.evidence() == Evidence(True, prefix="M.V1.hand", path=str(path))


@pytest.mark.parametrize("token", ["quux", "M.V1.short", "apiv1_hush-hush-hush-hush"])
def test_what_is_no_management_token_tells_nothing(store: ProfileOnHost, path: Path, token: str) -> None:
    put(path, MADE_BY_HAND.replace(HAND_MADE, token))
    assert store.evidence() == Evidence(True, path=str(path))


def test_a_token_that_another_program_has_put_back(store: ProfileOnHost, path: Path) -> None:
    write(store, created("first"))
    before = path.read_text("utf-8")
    write(store, created("second"), ["first"])
    put(path, before)
    evidence = store.evidence()
    assert (evidence.token_id, evidence.replaced, evidence.accepted) == ("first", (), True)


@pytest.mark.parametrize("rest", [None, "", OTHER, '[[profile]]\nname = "default"\n'])
def test_where_the_token_is_gone_all_that_were_held_count_as_replaced(
    store: ProfileOnHost, path: Path, rest: str | None
) -> None:
    write(store, created("first"))
    write(store, created("second"), ["first"])
    path.unlink()
    if rest is not None:
        put(path, rest)
    assert store.evidence() == Evidence(True, path=str(path), replaced=("first", "second"))


def test_what_is_read(store: ProfileOnHost, path: Path) -> None:
    put(path, MADE_BY_HAND)
    file = store.read()
    assert (file.path, file.exists, file.text) == (str(path), True, MADE_BY_HAND)
    assert [profile["name"] for profile in store.profiles] == ["other", "default"]
    assert store.current == {"name": "default", "mgmt_token": HAND_MADE}
    assert store.wanted == {**WANTED, "mgmt_token": HAND_MADE}
    assert store.token == HAND_MADE


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff M.V1.hush", "is not a text in UTF-8."),
        (b"mgmt_token = M.V1.hush-hush", "is not valid TOML at line 1, column 14."),
        (b'[[profile]]\nname = "default"\n' * 2, "has 2 profiles named 'default'."),
    ],
)
def test_a_file_that_cannot_be_read_is_named(store: ProfileOnHost, path: Path, content: bytes, problem: str) -> None:
    put(path, "")
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        store.evidence()
    assert str(caught.value).startswith(f"{path} {problem}")
    assert "hush" not in repr(caught.value)
    assert path.read_bytes() == content


# Differences


def test_no_differences(store: ProfileOnHost) -> None:
    write(store, created("first"))
    store.evidence()
    assert store.differences() is None


def test_keys_and_modes_that_differ(store: ProfileOnHost, path: Path) -> None:
    write(store, created("first"))
    path.write_text(path.read_text("utf-8").replace('"c"', '"d"'), encoding="utf-8")
    path.chmod(0o644)
    store.evidence()
    assert store.differences() == (
        {"cluster_id": "d", "mode": {str(path): "0644"}},
        {"cluster_id": "c", "mode": {str(path): "0600"}},
    )
    store.mend()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    evidence = store.evidence()
    assert (store.differences(), evidence.token_id) == (None, "first")


def test_secrets_that_differ_are_told_without_being_shown(store: ProfileOnHost, path: Path) -> None:
    write(store, created("first"))
    text = path.read_text("utf-8") + 'token = "apiv1_hush-old"\n'
    put(path, text)
    other = store_of(path, edit=lambda current: {**wanted(current), "token": "apiv1_hush-new"})
    other.evidence()
    assert other.differences() == ({"secrets": None}, {"secrets": None})
    other.mend()
    assert path.read_text("utf-8") == text.replace("-old", "-new")
    assert held(path) == created("first").secret.reveal()


# Writing


def test_what_is_written(store: ProfileOnHost, path: Path, trial: TrialHere) -> None:
    put(path, OTHER)
    write(store, created("first"), ["older"])
    secret = created("first").secret.reveal()
    assert path.read_text("utf-8") == (
        f'{OTHER}\n[[profile]]\nname = "default"\nproduct = "dedicated"\naccount_id = "a"\ncluster_id = "c"\n'
        f'mgmt_token = "{secret}"\n'
    )
    assert (store.token, trial.tried) == (secret, [secret])
    (service,) = trial.services
    assert (service.url, service.ca, service.validate_certs, service.timeout, service.wait) == (
        *("https://service.test/tokens", "PEM", True, 30.0, 120.0),
    )
    assert store.patience == 120.0
    first = side(path)
    assert (first["id"], first["replaced"], first["accepted"], first["before"]) == ("first", ["older"], True, None)
    assert "hush" not in path.with_name(SIDE_NAME).read_text("utf-8")
    assert [stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()] == [0o600, 0o600]
    write(store, created("second"), ["first"])
    first.pop("before")
    assert side(path)["before"] == first


def test_a_token_that_is_refused_leaves_all_as_it_was(store: ProfileOnHost, path: Path, trial: TrialHere) -> None:
    put(path, OTHER)
    write(store, created("first"))
    before = path.read_bytes(), path.with_name(SIDE_NAME).read_bytes()
    trial.answers = [REFUSED]
    with pytest.raises(StoreError) as caught:
        write(store, created("second"), ["first"])
    assert str(caught.value) == f"{REFUSED} The profile 'default' in {path} is as it was."
    assert (path.read_bytes(), path.with_name(SIDE_NAME).read_bytes()) == before
    assert store.token == created("first").secret.reveal()


def test_a_token_that_is_not_verified_stays(store: ProfileOnHost, path: Path, trial: TrialHere) -> None:
    write(store, created("first"))
    trial.answers = [NO_ANSWER]
    with pytest.raises(UnverifiedError, match="cannot connect"):
        write(store, created("second"), ["first"])
    assert held(path) == created("second").secret.reveal()
    assert (side(path)["accepted"], side(path)["before"]["id"]) == (False, "first")


def test_verifying_what_is_there(store: ProfileOnHost, path: Path, trial: TrialHere) -> None:
    trial.answers = [NO_ANSWER, REFUSED]
    with pytest.raises(UnverifiedError):
        write(store, created("first"))
    store.evidence()
    with pytest.raises(UnverifiedError) as caught:
        store.verify()
    assert str(caught.value) == (
        f"{REFUSED} The profile 'default' in {path} holds a token that was never accepted. Run the task again, or set "
        "force_renew once for another one."
    )
    assert not store.evidence().accepted
    store.verify()
    assert store.evidence().accepted
    assert trial.tried == [created("first").secret.reveal()] * 3


def test_a_token_that_changes_while_it_is_verified_is_not_verified(
    store: ProfileOnHost, path: Path, trial: TrialHere
) -> None:
    trial.answers = [NO_ANSWER, lambda: put(path, MADE_BY_HAND)]
    with pytest.raises(UnverifiedError):
        write(store, created("first"))
    store.evidence()
    with pytest.raises(UnverifiedError, match="was changed meanwhile"):
        store.verify()
    assert not side(path)["accepted"]


def test_a_copy_of_the_file_is_named(path: Path, trial: TrialHere) -> None:
    put(path, OTHER)
    store = store_of(path, backup=True)
    write(store, created("first"))
    assert store.backup_file is not None
    assert Path(store.backup_file).read_text("utf-8") == OTHER


def test_a_token_that_is_given_is_written_without_a_trial(path: Path, trial: TrialHere) -> None:
    """As where a task gives one in place of having one minted."""
    store = ProfileOnHost(Host(ActionHere(), {}), str(path), "default", lambda _: {**WANTED, "mgmt_token": HAND_MADE})
    put(path, MADE_BY_HAND.replace("handhush", "oldhush"))
    store.read()
    store.mend()
    assert (held(path), store.patience, trial.tried) == (HAND_MADE, 0.0, [])


# Others at the same file


class Edits:
    """Other programs, each of which edits the file just before it is written."""

    def __init__(self, *edits: Callable[[], object]) -> None:
        self.edits = list(edits)
        self.action = ActionHere()
        self.action.before_call = self.edit

    def edit(self, operation: str) -> None:
        if operation == "write" and self.edits:
            self.edits.pop(0)()


def test_an_edit_of_another_program_stays(path: Path, trial: TrialHere) -> None:
    put(path, OTHER)
    edits = Edits(
        lambda: put(path, OTHER.replace("mine", "theirs")), lambda: put(path, OTHER.replace("mine", "others"))
    )
    store = store_of(path, edits.action)
    write(store, created("first"))
    assert path.read_text("utf-8").startswith(OTHER.replace("mine", "others"))
    assert held(path) == created("first").secret.reveal()
    assert edits.action.calls == ["read", "check", "write", "read", "write", "read", "write"]
    assert len(trial.tried) == 1


@pytest.mark.parametrize("change", ["write", "mend", "remove"])
def test_another_token_of_the_profile_stays(path: Path, trial: TrialHere, change: str) -> None:
    put(path, MADE_BY_HAND)
    other = MADE_BY_HAND.replace("handhush", "yourhush")
    store = store_of(path, Edits(lambda: put(path, other)).action)
    store.evidence()
    changes = {"write": lambda: store.write(created("first")), "mend": store.mend, "remove": store.remove}
    with pytest.raises(StoreChangedError, match="was changed by another run or program meanwhile"):
        changes[change]()
    assert path.read_text("utf-8") == other
    assert trial.tried == []
    # What the task goes on from is what it has seen then.
    if change == "write":
        assert store.evidence().prefix == "M.V1.your"


def test_a_token_that_is_removed_meanwhile_does_not_come_back(path: Path, trial: TrialHere) -> None:
    put(path, MADE_BY_HAND)
    store = store_of(path, Edits(lambda: put(path, OTHER)).action)
    store.evidence()
    with pytest.raises(StoreChangedError):
        store.mend()
    assert path.read_text("utf-8") == OTHER


def test_a_file_that_keeps_changing_is_an_error(path: Path, trial: TrialHere) -> None:
    put(path, OTHER)
    edits = Edits(*[lambda: put(path, path.read_text("utf-8") + "#\n")] * 100)
    store = store_of(path, edits.action)
    with pytest.raises(StoreChangedError):
        write(store, created("first"))
    assert path.read_text("utf-8") == OTHER + "#\n" * _profile_store._ATTEMPTS


def test_a_token_replaced_while_it_is_tried_is_another_run_s(path: Path, trial: TrialHere) -> None:
    put(path, OTHER)
    # The file is read twice: what was seen the second time is not what is there in the end.
    store = store_of(path, Edits(lambda: put(path, OTHER + "#\n")).action)
    trial.answers = [lambda: put(path, MADE_BY_HAND)]
    with pytest.raises(StoreChangedError):
        write(store, created("first"))
    assert store.evidence().prefix == "M.V1.hand"
    assert path.read_text("utf-8") == MADE_BY_HAND


# Removing


def test_removing(store: ProfileOnHost, path: Path) -> None:
    put(path, OTHER)
    write(store, created("first"))
    store.evidence()
    store.check_removable()
    store.remove()
    assert path.read_text("utf-8").rstrip("\n") == OTHER.rstrip("\n")
    assert os.listdir(path.parent) == ["config.toml"]
    assert (store.wanted, store.token) == (None, None)


def test_removing_again_after_an_edit_of_another_program(path: Path, trial: TrialHere) -> None:
    write(store_of(path), created("first"))
    store = store_of(path, Edits(lambda: put(path, OTHER + path.read_text("utf-8"))).action)
    store.evidence()
    store.remove()
    assert path.read_text("utf-8").rstrip("\n") == OTHER.rstrip("\n")
    assert os.listdir(path.parent) == ["config.toml"]


def test_what_is_remembered_of_a_profile_that_is_gone_is_removed(store: ProfileOnHost, path: Path) -> None:
    write(store, created("first"))
    path.unlink()
    store.evidence()
    store.remove()
    assert os.listdir(path.parent) == []


# What cannot be done, and what is not known


def test_what_stands_in_the_way_is_told_beforehand(path: Path, trial: TrialHere) -> None:
    put(path, OTHER)
    os.link(path, path.with_name("another name"))
    action = ActionHere()
    store = store_of(path, action)
    store.evidence()
    for ask, consequence in (
        (store.check_writable, "Nothing was changed."),
        (store.try_to_write, "Nothing was changed."),
        (store.check_removable, "Nothing was revoked."),
    ):
        with pytest.raises(StoreError, match=rf"^{path} has 2 names \(hard links\).* {consequence}$"):
            ask()
    assert action.calls == ["read"]


def test_what_shows_by_writing_only_is_told_beforehand(
    store: ProfileOnHost, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(path, OTHER)
    store.evidence()

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError) as caught:
        store.try_to_write()
    assert str(caught.value) == f"Cannot use {path}: No space left on device. Make room there. Nothing was changed."
    assert os.listdir(path.parent) == ["config.toml"]


@pytest.mark.parametrize("failure", [DIED, LOST], ids=["died", "lost"])
def test_a_write_without_an_answer_may_have_been_one(
    path: Path, trial: TrialHere, failure: dict[str, Any] | Exception
) -> None:
    store = store_of(path, Failing("write", failure))
    with pytest.raises(DeliveryUnknownError) as caught:
        write(store, created("first"))
    assert "hush" not in repr(caught.value)
    assert (store.unreachable is not None) is (failure is LOST)
    # The next run goes on from what is there.
    assert store_of(path).evidence().token_id == "first"


@pytest.mark.parametrize("failure", [DIED, LOST], ids=["died", "lost"])
@pytest.mark.parametrize("operation", ["read", "check"])
def test_before_a_token_is_made_no_answer_is_a_failure(
    path: Path, trial: TrialHere, operation: str, failure: dict[str, Any] | Exception
) -> None:
    store = store_of(path, Failing(operation, failure))
    with pytest.raises(StoreError):
        write(store, created("first"))
    assert (store.unreachable is not None) is (failure is LOST)
    assert not path.exists()


def test_a_host_is_called_once_where_nothing_changes_and_three_times_at_most(path: Path, trial: TrialHere) -> None:
    action = ActionHere()
    write(store_of(path, action), created("first"))
    assert action.calls == ["read", "check", "write"]
    action.calls.clear()
    store = store_of(path, action)
    store.read()
    store.evidence()
    store.differences()
    store.check_writable()
    store.check_removable()
    assert action.calls == ["read"]


def test_no_secret_in_what_the_store_returns(store: ProfileOnHost, path: Path, trial: TrialHere) -> None:
    put(path, MADE_BY_HAND + 'token = "apiv1_hush"\n')
    returned: list[object] = [store.evidence(), store.differences()]
    write(store, created("first"))
    returned += [store.evidence(), store.differences(), store.path, store.backup_file]
    trial.answers = [REFUSED, NO_ANSWER]
    for _answer in range(2):
        with pytest.raises((StoreError, UnverifiedError)) as caught:
            write(store, created("second"), ["first"])
        returned.append(caught.value)
    assert "hush" not in repr(returned)
