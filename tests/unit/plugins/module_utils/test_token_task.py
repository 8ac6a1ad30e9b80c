# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of a token task: observe, plan, apply unless in check mode, report; and what is done when a step fails.

Whole results and requests are the subject of the tests of each module.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible.module_utils.basic", reason="a task needs the part of Ansible that modules get")

from ansible_collections.influxdb3.management.plugins.module_utils import _observation, _revocation, _token_task
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ForbiddenError,
    InputError,
    ManagementError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._token_task import (
    TokenItem,
    list_tokens,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DATABASE,
    MANAGEMENT,
    AmbiguousCreationError,
    CreatedToken,
    Kind,
    NewToken,
    Permission,
    Secret,
    SecretMissingError,
    StoreChangedError,
    StoreError,
    Token,
    Unreadable,
    Update,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_store import SecretFileOnHost
from ansible_collections.influxdb3.management.tests.unit.plugins.clock import Clock
from ansible_collections.influxdb3.management.tests.unit.plugins.host_here import (
    ActionHere,
    keep_secret,
    secret_file_here,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.token_service import MemoryService

# Every test gets another one in its place.
RANDOM_NUMBER = _token_task.random_number
NOW = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)
DAY = timedelta(days=1)
WRITE = Permission("write", "metrics")
SECRET = "apiv1_hush"
OPTIONS: dict[str, Any] = {
    "state": "present",
    "description": "job",
    "id": None,
    "permissions": [{"action": "write", "resource": "metrics"}],
    "expires_at": None,
    "lifetime": None,
    "on_expiry_mismatch": "warn",
    "on_other_description": "warn",
    "others": "keep",
    "secret_file": None,
    "held_id": None,
    "held_prefix": None,
    "timeout": 30.0,
    "retries": 3,
}
INFO_OPTIONS: dict[str, Any] = {"id": None, "description": None, "statuses": ["live"], "expires_within": None}


RecordingService = partial(MemoryService, names="made", secret=SECRET)


def token(name: str, age: int = 1, **fields: Any) -> Token:
    return replace(Token(name, "job", NOW - age * DAY, permissions=frozenset({WRITE})), **fields)


def run(
    service: MemoryService,
    check_mode: bool = False,
    task: Run | None = None,
    kind: Kind = DATABASE,
    action: ActionHere | None = None,
    **options: Any,
) -> dict[str, Any]:
    task = task or Run({}, check_mode=check_mode)
    task.parameters = {**OPTIONS, **options}
    if kind is MANAGEMENT:
        task.parameters.pop("permissions")
    store = None
    if "secret_file" in options:
        more = {name: options[name] for name in ("secret_format", "take_over") if name in options}
        store = secret_file_here(options["secret_file"], action or ActionHere(task.check_mode), **more)
    return TokenItem(task, kind, service, task.parameters, store, update_token=service.update_token).ensure()


NEW = NewToken("job", frozenset({WRITE}))


# Order


def test_what_was_held_is_changed_before_anything_is_created_and_others_are_not(tmp_path: Path) -> None:
    path = tmp_path / "job.token"
    store(path, token("old", 9), "older")
    path.unlink()
    service = RecordingService(token("other"), token("old", 9), token("older", 12))
    result = run(service, secret_file=str(path), permissions=[])
    assert service.calls == [
        ("list", None),
        ("update", Update(token("older", 12), permissions=frozenset())),
        ("update", Update(token("old", 9), permissions=frozenset())),
        ("create", NewToken("job", frozenset())),
    ]
    assert [(one["id"], one["permissions"]) for one in result["predecessors"]] == [("older", []), ("old", [])]
    assert [one["id"] for one in result["others"]] == ["other"]


def test_an_update_that_fails_ends_the_task_before_the_creation(tmp_path: Path) -> None:
    path = tmp_path / "job.token"
    store(path, token("old"))
    service = RecordingService(token("old"))
    service.script["update"] = [ForbiddenError("no", 403)]
    with pytest.raises(ForbiddenError):
        run(service, secret_file=str(path), permissions=[], lifetime="90d", overlap="1d", force_renew=True)
    assert [name for name, _ in service.calls] == ["list", "update"]


@pytest.mark.parametrize(
    "answered", [{"permissions": frozenset({WRITE})}, {"permissions": frozenset(), "description": "jo"}]
)
def test_a_change_that_was_answered_otherwise_is_not_made_again_and_again(answered: dict[str, Any]) -> None:
    service = RecordingService(token("old"))
    service.update_token = lambda update: replace(update.applied(), **answered)  # type: ignore[method-assign]
    with pytest.raises(UnexpectedAnswerError, match="changed the database token old otherwise than was asked for") as e:
        run(service, permissions=[])
    assert "'job'" in str(e.value)


@pytest.mark.parametrize("options", [{"expires_at": "x"}, {"description": " "}])
def test_bad_input_is_found_before_anything_is_asked(options: dict[str, Any]) -> None:
    service = RecordingService()
    with pytest.raises(InputError):
        run(service, **options)
    assert service.calls == []


@pytest.mark.parametrize("state", ["present", "absent"])
def test_check_mode_only_looks(state: str) -> None:
    service = RecordingService(token("old"))
    result = run(service, check_mode=True, state=state, held_id="old", permissions=[])
    assert result["changed"]
    assert "token" not in result
    assert service.calls == [("list", None)]


# Delivery


def test_a_secret_goes_into_the_result_and_becomes_one_to_hide() -> None:
    task = Run({})
    result = run(RecordingService(), task=task)
    assert result["token"] == SECRET
    assert [secret.reveal() for secret in task.secrets] == [SECRET]


def test_a_secret_goes_into_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "job.token"
    service = RecordingService()
    result = run(service, secret_file=str(path))
    assert path.read_text("ascii") == SECRET
    assert SECRET not in repr(result)
    assert result["diff"]["after"]["secret_file"] == str(path)
    again = run(service, secret_file=str(path))
    assert (again["changed"], again["reason"]) == (False, "a live database token exists as wanted")


@pytest.mark.parametrize("check_mode", [True, False])
def test_nothing_is_created_where_the_secret_could_not_be_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check_mode: bool
) -> None:
    """As root may write everywhere, the system's refusal is played."""

    def refuse(**_: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "access", lambda *_: False)
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    service = RecordingService(token("old"))
    with pytest.raises(StoreError, match=r"No token was created\.$"):
        run(service, check_mode, secret_file=str(tmp_path / "job.token"), permissions=[])
    assert service.calls == [("list", None)]


both_modes = pytest.mark.parametrize("check_mode", [True, False], ids=["check", "real"])


def store(path: Path, one: Token, *replaced: str) -> dict[str, bytes]:
    """Put the secret of a token into a file, and return what lies there then."""
    keep_secret(path, CreatedToken(one, Secret(SECRET)), replaced)
    return contents(path)


def contents(path: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in path.parent.iterdir()}


@both_modes
@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("name", ["job.token", "job.token.json"])
def test_what_is_not_ours_is_refused_before_anything_is_asked(
    tmp_path: Path, name: str, state: str, check_mode: bool
) -> None:
    (tmp_path / name).write_text("somebody's", encoding="ascii")
    service = RecordingService(token("old"))
    with pytest.raises(StoreError, match=f"{name} holds something .* and was left alone"):
        run(service, check_mode, state=state, secret_file=str(tmp_path / "job.token"))
    assert service.calls == []
    assert contents(tmp_path / name) == {name: b"somebody's"}


@both_modes
@pytest.mark.parametrize("content", ["somebody's notes", "apiv1_a_token_that_nobody_knows_of"])
def test_what_is_not_ours_may_be_taken_over(tmp_path: Path, content: str, check_mode: bool) -> None:
    path = tmp_path / "job.token"
    path.write_text(content, encoding="ascii")
    result = run(RecordingService(), check_mode, secret_file=str(path), take_over=True)
    assert result["changed"]
    assert path.read_text("ascii") == (content if check_mode else SECRET)
    (tmp_path / "other.token.json").write_text("{}", encoding="ascii")
    with pytest.raises(StoreError, match="holds something else than what belongs beside a token"):
        run(RecordingService(), check_mode, secret_file=str(tmp_path / "other.token"), take_over=True)


@both_modes
@pytest.mark.parametrize("on_other_description", ["warn", "fail"])
def test_the_only_copy_of_a_live_secret_is_not_overwritten(
    tmp_path: Path, check_mode: bool, on_other_description: str
) -> None:
    path = tmp_path / "job.token"
    other = token("other", description="another job")
    before = store(path, other)
    service = RecordingService(other, token("old"))
    task = Run({}, check_mode=check_mode)
    text = (
        f"{path} holds the live database token other, which is called 'another job' and not 'job'. It stays; its "
        "successor gets the new description, when it is due or with force_renew, set once."
    )
    options: dict[str, Any] = {"secret_file": str(path), "on_other_description": on_other_description}
    if on_other_description == "fail":
        with pytest.raises(InputError, match=re.escape(text)):
            run(service, task=task, **options)
    else:
        assert not run(service, task=task, **options)["changed"]
        assert text in task.warnings
    assert service.calls == [("list", None)]
    assert contents(path) == before


@pytest.mark.parametrize("dead", [{"revoked_at": NOW - DAY}, {"expires_at": NOW}], ids=["revoked", "expired"])
def test_the_secret_of_a_dead_token_of_another_description_may_be_overwritten(
    tmp_path: Path, dead: dict[str, Any]
) -> None:
    path = tmp_path / "job.token"
    other = token("other", description="another job")
    before = store(path, other)
    service = RecordingService(replace(other, **dead))
    assert run(service, secret_file=str(path))["metadata"]["id"] == "made"
    assert contents(path) != before


def test_what_another_run_has_written_meanwhile_is_kept(tmp_path: Path) -> None:
    """Both are forced; the one that is slower finds a token that was made since it began, which is what it wants."""
    path = tmp_path / "job.token"
    store(path, token("old"))
    service = RecordingService(token("old"))
    faster = CreatedToken(token("faster", 0), Secret("apiv1_faster"))

    def overtake() -> None:
        store_here = secret_file_here(path)
        store_here.evidence()
        store_here.write(faster, ["old"])
        service.tokens["faster"] = faster.token

    service.script["create"] = [overtake]
    task = Run({})
    result = run(
        service, task=task, secret_file=str(path), lifetime="90d", renew_before="20%", overlap="0s", force_renew=True
    )
    assert path.read_text("ascii") == "apiv1_faster"
    assert service.calls == [
        ("list", None),
        ("create", service.calls[1][1]),
        ("revoke", "made"),
        ("list", None),
        ("list", None),
        ("revoke", "old"),
        ("list", None),
    ]
    assert result["metadata"]["id"] == "faster"
    assert [one["id"] for one in task.additions["cleaned_up"]] == ["made"]


# What no list shows


HUSH = "M.V1.hush-hush-hush"
LATE = Token("made", "job", NOW, NOW + 90 * DAY, prefix=HUSH[:9])
NOT_LISTED = (
    "The management token with the prefix M.V1.hush was made, and is not listed after 30 s. Its id is not known before "
    "it is; the next run looks for it."
)


def unlisted_yet(*tokens: Token) -> MemoryService:
    """One that makes a token and does not list it."""
    service = MemoryService(*tokens)
    service.script["create"] = [AmbiguousCreationError(SecretMissingError("Not listed."), candidates=[HUSH])]
    return service


def side_of(path: Path) -> dict[str, Any]:
    side: dict[str, Any] = json.loads(path.with_name(path.name + ".json").read_bytes())
    return side


def test_a_management_token_that_is_listed_late(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch, _revocation)
    path, task = tmp_path / "job.token", Run({})
    kept: dict[str, Any] = {"kind": MANAGEMENT, "secret_file": str(path), "lifetime": "90d"}
    service = unlisted_yet()
    made = run(service, task=task, **kept)
    assert task.warnings == [NOT_LISTED]
    metadata = {**LATE.metadata(MANAGEMENT, NOW), "id": None}
    assert made["metadata"] == {**metadata, "expires_at": made["metadata"]["expires_at"]}
    assert path.read_text("ascii") == HUSH

    before = contents(path)
    for check_mode in (True, False):
        unchanged = run(service, check_mode, **kept)
        assert not unchanged["changed"]
        assert unchanged["metadata"] == made["metadata"]
        assert unchanged["diff"]["before"] == unchanged["diff"]["after"]
    assert contents(path) == before

    service.tokens["made"] = replace(LATE, created_at=NOW + timedelta(seconds=1))
    assert run(service, check_mode=True, **kept)["metadata"]["id"] == "made"
    assert contents(path) == before
    calls: list[list[str]] = []
    for _run in range(2):
        action = ActionHere()
        assert not run(service, action=action, **kept)["changed"]
        calls.append(action.calls)
    assert calls == [["read", "learn"], ["read"]]
    side = side_of(path)
    assert (side["id"], side["created_at"]) == ("made", "2026-03-02T04:20:20Z")
    assert path.read_text("ascii") == HUSH


def test_an_unlisted_one_that_another_run_has_made_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is the loser's, which nobody lists either, lost without a word."""
    Clock(monkeypatch, _revocation)
    path, task = tmp_path / "job.token", Run({})
    old = replace(LATE, id="old", prefix="M.V1.oldx", created_at=NOW - DAY)
    keep_secret(path, CreatedToken(old, Secret("M.V1.oldx-hush")))
    faster = replace(LATE, id="M.V1.fast", prefix="M.V1.fast")
    service = unlisted_yet(old)
    lost = service.script["create"][0]

    def overtake() -> None:
        keep_secret(path, CreatedToken(faster, Secret("M.V1.fast-hush")), ["old"])
        raise lost

    service.script["create"] = [overtake]
    options: dict[str, Any] = {"kind": MANAGEMENT, "secret_file": str(path), "lifetime": "90d", "force_renew": True}
    with pytest.raises(ManagementError) as caught:
        run(service, task=task, **options)
    assert str(caught.value) == (
        f"{path} was changed by another run or program meanwhile. The management token just made, M.V1.hush, could not "
        "be revoked either (No list shows its id yet, only its prefix.) Revoke it by id."
    )
    # Listed by then, it is revoked, and the other one is what force_renew asks for.
    service.script["create"] = [overtake]
    keep_secret(path, CreatedToken(old, Secret("M.V1.oldx-hush")))
    service.script["list"] = [None] * 20
    looks = service.script["list"]

    def appear() -> None:
        service.tokens["made"] = LATE

    looks.append(appear)
    result = run(service, task=task, **options)
    assert result["reason"] == "the management token M.V1.fast was just made; it is not listed yet"
    assert [one["id"] for one in task.additions["cleaned_up"]] == ["made"]
    assert path.read_text("ascii") == "M.V1.fast-hush"


def test_a_database_token_that_is_not_listed_is_asked_for_by_its_id(tmp_path: Path) -> None:
    made = token("made", 40, expires_at=NOW + 5 * DAY)
    service = MemoryService(made)
    service.script["list"] = [list] * 9
    assert run(service, held_id="made")["metadata"]["id"] == "made"
    renewed = run(service, held_id="made", lifetime="90d", renew_before="20%")
    assert [one["id"] for one in renewed["predecessors"]] == ["made"]
    assert run(service, held_id="made", state="absent")["revoked"][0]["id"] == "made"
    assert run(service, description=None, id="made", state="absent")["reason"].endswith("revoked, nothing to revoke")


def test_a_token_that_the_next_run_would_replace_is_revoked(tmp_path: Path) -> None:
    service = RecordingService()
    early = token("early", 999, expires_at=NOW + 90 * DAY)

    def make() -> CreatedToken:
        service.tokens["early"] = early
        return CreatedToken(early, Secret(SECRET))

    service.script["create"] = [make]
    with pytest.raises(UnexpectedAnswerError) as caught:
        run(service, secret_file=str(tmp_path / "job.token"), lifetime="90d", renew_before="20%", force_renew=True)
    assert str(caught.value) == (
        "The service made another database token than was asked for: it is said to have been made at "
        "2023-06-07T04:20:19Z, and it is 2026-03-02T04:20:19Z, so that it would be due for a successor. Ask for "
        "what it grants, or see who answers at url. The database token just made, early, was revoked."
    )
    assert service.live() == []


def test_a_file_that_changes_each_time_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "job.token"
    service = MemoryService(names="made{}", secret=SECRET)
    contents_by_others = iter(["apiv1_one", "apiv1_two"])
    service.script["create"] = [lambda: void(path.write_text(next(contents_by_others), encoding="ascii"))] * 2
    with pytest.raises(StoreError, match=r"changed by another run or program meanwhile\. .*made2, was revoked"):
        run(service, secret_file=str(path), take_over=True)
    assert [name for name, _ in service.calls] == ["list", "create", "revoke", "list"] * 2
    assert path.read_text("ascii") == "apiv1_two"


def void(_result: object) -> None:
    """For a callback that returns nothing."""


@pytest.mark.parametrize("overlap", ["0s", "1d"])
def test_a_predecessor_goes_after_its_successor_is_in_place(tmp_path: Path, overlap: str) -> None:
    path = tmp_path / "job.token"
    store(path, token("old", 9), "older")
    service = RecordingService(token("old", 9), token("older", 12), token("other", 3))
    result = run(service, secret_file=str(path), lifetime="90d", overlap=overlap, force_renew=True)
    assert path.read_text("ascii") == SECRET
    gone = ["older", "old"] if overlap == "0s" else []
    assert [name for name, _ in service.calls] == ["list", "create", *["revoke"] * len(gone), *["list"] * bool(gone)]
    assert [one["id"] for one in result["revoked"]] == gone
    assert [one["id"] for one in result["predecessors"]] == ([] if gone else ["older", "old"])
    assert [one["id"] for one in result["diff"]["after"]["tokens"]] == (
        ["other", "(known after creation)"] if gone else ["older", "old", "other", "(known after creation)"]
    ) or result["diff"]["after"]["tokens"][-1]["id"] == "made"


ONLY_SAID = "The service said that it revoked the database token {}, and still lists it as not revoked after 30 s."


def test_a_file_goes_only_after_a_list_has_its_token_as_revoked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch, _revocation)
    path = tmp_path / "job.token"
    store(path, token("old", 9))
    secret = path.read_text("ascii")
    service = RecordingService(token("old", 9))
    service.only_says_so = True
    with pytest.raises(UnexpectedAnswerError, match=re.escape(ONLY_SAID.format("old"))):
        run(service, secret_file=str(path), state="absent")
    assert path.read_text("ascii") == secret
    service.only_says_so = False
    assert [one["id"] for one in run(service, secret_file=str(path), state="absent")["revoked"]] == ["old"]
    assert not path.exists()


def test_what_another_run_puts_there_before_a_removal_goes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "job.token"
    store(path, token("old", 9))
    service = RecordingService(token("old", 9))
    remove = SecretFileOnHost.remove

    def overtaken(self: SecretFileOnHost) -> None:
        monkeypatch.setattr(SecretFileOnHost, "remove", remove)
        service.tokens["faster"] = token("faster", 0)
        store(path, token("faster", 0))
        raise StoreChangedError(f"{path} was changed by another run or program meanwhile.")

    monkeypatch.setattr(SecretFileOnHost, "remove", overtaken)
    run(service, secret_file=str(path), state="absent")
    assert service.live() == []
    assert not path.exists()


def test_a_predecessor_that_a_list_still_has_is_named_and_goes_with_a_later_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task has delivered a successor, and whoever waits for its handler must not wait in vain."""
    Clock(monkeypatch, _revocation)
    path = tmp_path / "job.token"
    store(path, token("old", 9))
    service, task = RecordingService(token("old", 9)), Run({})
    service.only_says_so = True
    result = run(service, task=task, secret_file=str(path), lifetime="90d", overlap="0s", force_renew=True)
    assert path.read_text("ascii") == SECRET
    assert (result["changed"], result["revoked"]) == (True, [])
    assert [one["id"] for one in result["predecessors"]] == ["old"]
    assert [one["id"] for one in result["diff"]["after"]["tokens"]] == ["old", "made"]
    assert [warning for warning in task.warnings if ONLY_SAID.format("old") in warning]
    # Nothing was made in this one, so that it fails.
    with pytest.raises(UnexpectedAnswerError, match=re.escape(ONLY_SAID.format("old"))):
        run(service, secret_file=str(path), lifetime="90d", overlap="0s")
    service.only_says_so = False
    assert [one["id"] for one in run(service, secret_file=str(path), lifetime="90d", overlap="0s")["revoked"]] == [
        "old"
    ]


def test_what_no_list_had_is_not_revoked_because_none_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch, _revocation)
    service = RecordingService(token("old", 9))
    service.script["list"] = [[]] * 100
    service.only_says_so = True
    with pytest.raises(UnexpectedAnswerError, match=re.escape(ONLY_SAID.format("old"))):
        run(service, id="old", description=None, state="absent")


def test_a_revocation_that_fails_after_the_delivery_is_done_by_a_later_run(tmp_path: Path) -> None:
    path = tmp_path / "job.token"
    store(path, token("old", 9))
    service = RecordingService(token("old", 9))
    service.script["revoke"] = [ForbiddenError("no", 403)]
    options: dict[str, Any] = {"secret_file": str(path), "lifetime": "90d", "overlap": "0s"}
    with pytest.raises(ForbiddenError):
        run(service, force_renew=True, **options)
    assert path.read_text("ascii") == SECRET
    assert [one["id"] for one in run(service, **options)["revoked"]] == ["old"]


def test_a_file_is_only_asked_for_where_a_token_would_be_created(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    service = RecordingService(token("old"))
    run(service, state="absent", secret_file=str(folder / "job.token"))
    assert not folder.exists()


def test_a_token_whose_secret_cannot_be_stored_is_revoked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    service = RecordingService(token("old"))
    path = tmp_path / "job.token"
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ManagementError) as caught:
        run(service, secret_file=str(path))
    assert str(caught.value) == (
        f"Cannot use {path}: No space left on device. Make room there. The database token just made, made, was revoked."
    )
    assert service.calls == [("list", None), ("create", NEW), ("revoke", "made"), ("list", None)]
    assert os.listdir(tmp_path) == []
    assert (caught.value.__cause__, caught.value.__suppress_context__) == (None, True)


@both_modes
def test_a_new_database_token_needs_its_permissions(check_mode: bool) -> None:
    service = RecordingService()
    with pytest.raises(InputError, match="permissions are not given, and a new database token would allow nothing"):
        run(service, check_mode, permissions=None)
    assert service.calls == [("list", None)]
    assert run(service, check_mode, permissions=[])["changed"]
    # What is there keeps what it has, and hands it on.
    service = RecordingService(token("old"))
    run(
        service,
        check_mode,
        permissions=None,
        held_id="old",
        force_renew=True,
        lifetime="9d",
        overlap="1d",
        others="revoke",
    )
    assert not run(RecordingService(token("old")), check_mode, permissions=None)["changed"]


# Judgement


MISMATCH = (
    "The database token old ('job') never expires, but lifetime is 90 d. An expiry cannot be changed: revoke the "
    "token (state: absent) and run the task again to have one with the wanted expiry, or set force_renew "
    "once for a successor that has it."
)


def test_an_expiry_that_differs_is_warned_of() -> None:
    task = Run({})
    result = run(RecordingService(token("old")), task=task, lifetime="90d")
    assert not result["changed"]
    assert task.warnings == [MISMATCH]


@pytest.mark.parametrize("check_mode", [True, False])
def test_an_expiry_that_differs_is_an_error_on_request(check_mode: bool) -> None:
    service = RecordingService(token("old"))
    with pytest.raises(InputError) as caught:
        run(service, check_mode, lifetime="90d", on_expiry_mismatch="fail", permissions=[])
    assert str(caught.value) == MISMATCH
    assert service.calls == [("list", None)]


@pytest.mark.parametrize("on_expiry_mismatch", ["warn", "fail"])
def test_an_expiry_that_is_as_wanted_is_fine(on_expiry_mismatch: str) -> None:
    task = Run({})
    current = token("old", expires_at=NOW + 89 * DAY)
    run(RecordingService(current), task=task, lifetime="90d", on_expiry_mismatch=on_expiry_mismatch)
    assert task.warnings == []


def test_the_expiry_of_a_lifetime_is_earlier_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """By up to 0.5 % of 90 days, in whole seconds."""
    asked: list[int] = []

    def choose(most: int) -> int:
        asked.append(most)
        return 4711

    monkeypatch.setattr(_token_task, "random_number", choose)
    service = RecordingService()
    run(service, lifetime="90d")
    assert asked == [38880]
    expected = NOW + 90 * DAY - timedelta(seconds=4711)
    assert service.calls[-1] == ("create", NewToken("job", frozenset({WRITE}), expected, is_marked=True))


def test_a_number_by_chance_is_any_of_those_that_may_be() -> None:
    assert {RANDOM_NUMBER(2) for _each in range(200)} == {0, 1, 2}
    assert RANDOM_NUMBER(0) == 0


def test_an_expiry_of_the_users_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_token_task, "random_number", lambda most: 4711)
    service = RecordingService()
    run(service, expires_at="2027-01-31T00:00:00Z")
    expected = datetime(2027, 1, 31, tzinfo=timezone.utc)
    assert service.calls[-1] == ("create", NewToken("job", frozenset({WRITE}), expected))


# Grants 20 days, whatever is asked for.
GrantingService = partial(RecordingService, names="made{}", granted=20 * DAY)


@pytest.mark.parametrize("on_expiry_mismatch", ["warn", "fail"])
def test_a_token_that_was_just_made_is_delivered_whatever_life_it_was_granted(on_expiry_mismatch: str) -> None:
    task = Run({})
    result = run(GrantingService(), task=task, lifetime="80d", on_expiry_mismatch=on_expiry_mismatch)
    assert result["token"] == SECRET
    (warning,) = task.warnings
    assert "20 d after its creation, but lifetime is 80 d. It was just made" in warning


def test_a_service_that_grants_less_is_asked_again_in_time_and_every_run_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = GrantingService()
    options: dict[str, Any] = {"lifetime": "80d", "renew_before": "20%", "secret_file": str(tmp_path / "job.token")}
    for day in range(60):
        service.now = NOW + day * DAY
        monkeypatch.setattr(_observation, "local_time", lambda: service.now)
        task = Run({})
        result = run(service, task=task, **options)
        said = " ".join([result["reason"], *task.warnings])
        assert "20 d" in said, day
        assert re.search(r"lifetime is 80 d|80 d asked for", said), day
    # 60 / (20 * 0.8), begun.
    assert [name for name, _ in service.calls].count("create") == 4


@pytest.mark.parametrize(("held_id", "others"), [("", "old, new"), ("old", "new")])
def test_tokens_that_are_not_held_here_are_warned_of(held_id: str, others: str) -> None:
    task = Run({})
    result = run(RecordingService(token("new"), token("old", 9)), task=task, held_id=held_id)
    (warning,) = task.warnings
    assert f"that this consumer does not hold: {others}. Nothing was done to" in warning
    assert ", ".join(one["id"] for one in result["others"]) == others


def test_without_the_services_time_the_clock_of_this_machine_decides() -> None:
    live = token("live", expires_at=NOW + DAY)
    dead = token("dead", expires_at=NOW - DAY)
    task = Run({})
    result = run(RecordingService(live, dead, tells_time=False), task=task)
    assert (result["changed"], result["metadata"]["id"]) == (False, "live")
    assert task.warnings == ["The service does not tell its time, so this machine's clock decides what has expired."]


def test_the_services_time_decides_whatever_the_clock_of_this_machine_says() -> None:
    long_ago = datetime(2001, 1, 1, tzinfo=timezone.utc)
    task = Run({})
    result = run(RecordingService(token("a", expires_at=long_ago + DAY), now=long_ago), task=task)
    assert not result["changed"]
    assert task.warnings == [
        f"This machine's clock is {(NOW - long_ago).days} d 4 h ahead of the service's. "
        "The service's time decides what has expired. Set this machine's clock if it is the one that is wrong."
    ]


@pytest.mark.parametrize(("seconds", "warns"), [(60, False), (61, True), (-60, False), (-61, True)])
def test_a_clock_more_than_a_minute_off_is_warned_of(seconds: int, warns: bool) -> None:
    task = Run({})
    run(RecordingService(token("a"), now=NOW + timedelta(seconds=seconds)), task=task)
    assert bool(task.warnings) is warns
    if warns:
        assert ("behind" if seconds > 0 else "ahead of") in task.warnings[0]


@pytest.mark.parametrize(
    ("left", "prefix", "warns"),
    [
        (14 * DAY, "M.V1.own0", True),
        (timedelta(seconds=1), "M.V1.own0", True),
        (14 * DAY + timedelta(seconds=1), "M.V1.own0", False),
        (timedelta(0), "M.V1.own0", False),
        (DAY, "M.V1.else", False),
        (None, "M.V1.own0", False),
    ],
)
def test_the_end_of_the_own_token_is_told_in_time(left: timedelta | None, prefix: str, warns: bool) -> None:
    own = Token("own", "admin", NOW - DAY, None if left is None else NOW + left, prefix=prefix)
    for listing in (False, True):
        task = Run({**OPTIONS, "description": "job"})
        service = RecordingService(own)
        if listing:
            task.parameters = INFO_OPTIONS
            list_tokens(task, MANAGEMENT, service, "M.V1.own0")
        else:
            TokenItem(task, MANAGEMENT, service, task.parameters, own_prefix="M.V1.own0").ensure()
        said = [warning for warning in task.warnings if "this task authenticates with ends in" in warning]
        assert len(said) == warns
        assert SECRET not in " ".join(said)


@both_modes
@pytest.mark.parametrize("state", ["present", "absent"])
def test_odd_neighbours_are_passed_over_and_named(tmp_path: Path, check_mode: bool, state: str) -> None:
    path = tmp_path / "job.token"
    store(path, token("old"))
    service = RecordingService(token("old"))
    service.unreadable = [Unreadable("odd-one", "It lacks createdAt."), Unreadable(None, "It has no id.")]
    task = Run({}, check_mode=check_mode)
    run(service, task=task, state=state, secret_file=str(path))
    assert task.warnings == [
        "2 listed database token(s) could not be read and were passed over: odd-one, one without an id. "
        "It lacks createdAt."
    ]


@both_modes
@pytest.mark.parametrize("state", ["present", "absent"])
def test_where_the_held_token_cannot_be_read_nothing_is_decided(tmp_path: Path, check_mode: bool, state: str) -> None:
    path = tmp_path / "job.token"
    before = store(path, token("held"))
    service = RecordingService(token("other"))
    service.unreadable = [Unreadable("HELD", "It lacks createdAt.")]
    with pytest.raises(UnexpectedAnswerError, match="is listed in a way that cannot be read"):
        run(service, check_mode, state=state, secret_file=str(path))
    assert service.calls == [("list", None)]
    assert contents(path) == before


# Absent


def test_all_of_a_description_are_revoked_where_others_are_to_go_oldest_first() -> None:
    service = RecordingService(token("new"), token("old", 9), token("gone", 20, revoked_at=NOW))
    result = run(service, state="absent", others="revoke")
    assert service.calls == [("list", None), ("revoke", "old"), ("revoke", "new"), ("list", None)]
    assert [one["id"] for one in result["revoked"]] == ["old", "new"]


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "dry"])
def test_what_was_revoked_is_told_as_revoked(check_mode: bool) -> None:
    """At the time of the run; one that seems to come from the future was not revoked before it was made."""
    service = RecordingService(token("old", 9), token("next", 0, created_at=NOW + timedelta(seconds=0.5)))
    result = run(service, check_mode, state="absent", others="revoke")
    assert [(one["id"], one["status"], one["revoked_at"]) for one in result["revoked"]] == [
        ("old", "revoked", "2026-03-02T04:20:19Z"),
        ("next", "revoked", "2026-03-02T04:20:19.5Z"),
    ]
    assert [one["id"] for one in result["diff"]["before"]["tokens"]] == ["old", "next"]
    assert result["diff"]["after"]["tokens"] == []
    assert service.live() == (["old", "next"] if check_mode else [])


def test_the_own_token_is_not_revoked() -> None:
    service = RecordingService(replace(token("own"), permissions=None, prefix="M.V1.+5Jk"))
    task = Run({**OPTIONS, "state": "absent"})
    with pytest.raises(InputError, match="is the one this task authenticates with"):
        TokenItem(task, MANAGEMENT, service, task.parameters, own_prefix="M.V1.+5Jk").ensure()
    assert service.calls == [("list", None)]


@both_modes
def test_a_loosened_file_is_mended_and_that_is_a_change(tmp_path: Path, check_mode: bool) -> None:
    path = tmp_path / "job.token"
    store(path, token("old"))
    path.chmod(0o644)
    service = RecordingService(token("old"))
    result = run(service, check_mode, secret_file=str(path))
    assert result["changed"]
    assert result["reason"].endswith("; mode of the secret file")
    assert result["diff"]["before"]["secret_file"] == {"path": str(path), "mode": "0644"}
    assert result["diff"]["after"]["secret_file"] == {"path": str(path), "mode": "0600"}
    assert oct(path.stat().st_mode)[-3:] == ("644" if check_mode else "600")
    assert run(service, check_mode, secret_file=str(path))["changed"] is check_mode
    assert service.calls == [("list", None)] * 2


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("live", [True, False])
def test_a_secret_file_that_belongs_together_is_removed(tmp_path: Path, check_mode: bool, live: bool) -> None:
    path = tmp_path / "job.token"
    store(path, token("old"))
    service = RecordingService(*([token("old")] if live else []))
    result = run(service, check_mode, state="absent", secret_file=str(path))
    assert result["changed"]
    assert result["reason"].endswith("; the secret file to remove")
    assert result["diff"]["before"]["secret_file"] == str(path)
    assert "secret_file" not in result["diff"]["after"]
    assert sorted(os.listdir(tmp_path)) == (["job.token", "job.token.json"] if check_mode else [])
    assert ("revoke", "old") in service.calls or not live or check_mode


@both_modes
@pytest.mark.parametrize("recorded", ["another job", "job"], ids=["another's", "renamed since"])
def test_the_only_copy_of_a_live_secret_is_not_removed(tmp_path: Path, recorded: str, check_mode: bool) -> None:
    path = tmp_path / "job.token"
    before = store(path, token("other", description=recorded))
    service = RecordingService(token("other", description="another job"), token("old"))
    with pytest.raises(InputError) as caught:
        run(service, check_mode, state="absent", secret_file=str(path))
    assert str(caught.value) == (
        f"{path} holds the database token other, which is called 'another job' and not 'job'. Nothing was revoked. "
        "Give that description, or revoke the token by id."
    )
    assert service.calls == [("list", None)]
    assert contents(path) == before


@both_modes
def test_a_file_of_another_description_is_not_removed_though_its_token_is_dead(
    tmp_path: Path, check_mode: bool
) -> None:
    path = tmp_path / "job.token"
    other = token("other", description="another job", revoked_at=NOW)
    before = store(path, other)
    service = RecordingService(other, token("old"))
    with pytest.raises(InputError, match="holds the database token other, which is called 'another job' and not 'job'"):
        run(service, check_mode, state="absent", secret_file=str(path))
    assert service.calls == [("list", None)]
    assert contents(path) == before


@pytest.mark.parametrize("renamed", [True, False])
def test_a_file_of_a_renamed_token_goes_with_it(tmp_path: Path, renamed: bool) -> None:
    path = tmp_path / "job.token"
    store(path, token("old", description="before" if renamed else "job"))
    for revoked_at, revocations in (None, [("revoke", "old")]), (NOW, []):
        service = RecordingService(token("old", revoked_at=revoked_at))
        result = run(service, check_mode=True, state="absent", secret_file=str(path))
        assert result["reason"].endswith("; the secret file to remove")
        assert [("revoke", one["id"]) for one in result["revoked"]] == revocations


def test_a_file_that_fits_no_side_file_stays(tmp_path: Path) -> None:
    """Nobody knows whether the token in it is live."""
    path = tmp_path / "job.token"
    store(path, token("old"))
    path.write_text("apiv1_other", encoding="ascii")
    before = contents(path)
    service = RecordingService(token("old"))
    with pytest.raises(StoreError, match="was left alone"):
        run(service, state="absent", secret_file=str(path))
    assert service.calls == []
    assert contents(path) == before


@both_modes
def test_nothing_is_revoked_where_the_file_could_not_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check_mode: bool
) -> None:
    path = tmp_path / "job.token"
    store(path, token("old"))
    monkeypatch.setattr(os, "access", lambda *_: False)
    service = RecordingService(token("old"))
    with pytest.raises(StoreError, match=r"Nothing was revoked\.$"):
        run(service, check_mode, state="absent", secret_file=str(path))
    assert service.calls == [("list", None)]


def test_a_file_stays_where_its_token_could_not_be_revoked(tmp_path: Path) -> None:
    path = tmp_path / "job.token"
    store(path, token("old"))
    service = RecordingService(token("old"))
    service.script["revoke"] = [ForbiddenError("no", 403)]
    with pytest.raises(ForbiddenError):
        run(service, state="absent", secret_file=str(path))
    assert sorted(os.listdir(tmp_path)) == ["job.token", "job.token.json"]


# Lists

LISTED = (
    token("c", 1),
    token("b", 3, expires_at=NOW + 10 * DAY),
    token("a", 3, description="other", expires_at=NOW + 20 * DAY),
    token("expired", 9, expires_at=NOW),
    token("revoked", 8, revoked_at=NOW - DAY, expires_at=NOW + DAY),
)


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, ["a", "b", "c"]),
        ({"statuses": ["expired"]}, ["expired"]),
        ({"statuses": ["revoked"]}, ["revoked"]),
        ({"statuses": ["live", "expired", "revoked"]}, ["expired", "revoked", "a", "b", "c"]),
        ({"statuses": []}, []),
        ({"id": "b"}, ["b"]),
        ({"id": "expired"}, []),
        ({"id": "B"}, ["b"]),
        ({"description": "other"}, ["a"]),
        ({"description": " other "}, ["a"]),
        ({"description": "othe"}, []),
        ({"id": "b", "description": "other"}, []),
        ({"expires_within": "10d"}, ["b"]),
        ({"expires_within": "9d23h59m59s"}, []),
        ({"expires_within": "20d"}, ["a", "b"]),
        ({"expires_within": "1s", "statuses": ["live", "expired"]}, ["expired"]),
    ],
)
def test_a_list_holds_what_passes_every_filter_oldest_first(options: dict[str, Any], ids: list[str]) -> None:
    service = RecordingService(*LISTED)
    result = list_tokens(Run({**INFO_OPTIONS, **options}), DATABASE, service)
    assert [one["id"] for one in result.pop("database_tokens")] == ids
    assert result == {"changed": False}
    assert service.calls == [("list", None)]


def test_a_list_of_management_tokens_is_named_so() -> None:
    result = list_tokens(Run(INFO_OPTIONS), MANAGEMENT, RecordingService())
    assert result == {"changed": False, "management_tokens": []}


@pytest.mark.parametrize("text", ["soon", "0d", " "])
def test_a_list_that_cannot_be_filtered_is_not_asked_for(text: str) -> None:
    service = RecordingService()
    with pytest.raises(InputError, match=r"^expires_within is "):
        list_tokens(Run({**INFO_OPTIONS, "expires_within": text}), DATABASE, service)
    assert service.calls == []
