# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A set of tokens: one list, one plan, all at once; and what becomes of the rest when a part of it fails."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

import pytest

pytest.importorskip("ansible.module_utils.basic", reason="a task needs the part of Ansible that modules get")

from ansible_collections.influxdb3.management.plugins.module_utils import (
    _concurrency,
    _life_cycle,
    _observation,
    _revocation,
)
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ForbiddenError,
    InputError,
    InterruptedTaskError,
    ManagementError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._signals import Hold
from ansible_collections.influxdb3.management.plugins.module_utils._token_set import TokenSet
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DATABASE,
    MANAGEMENT,
    CreatedToken,
    NewToken,
    Permission,
    Secret,
    Token,
    Unreadable,
    normal_text,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.clock import Clock
from ansible_collections.influxdb3.management.tests.unit.plugins.forked_worker import Worker
from ansible_collections.influxdb3.management.tests.unit.plugins.token_service import MemoryService
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

NOW = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)
WRITE = Permission("write", "metrics")
ENTRY: dict[str, Any] = {
    "state": "present",
    "description": None,
    "id": None,
    "permissions": [{"action": "write", "resource": "metrics"}],
    "expires_at": None,
    "lifetime": None,
    "renew_before": None,
    "overlap": None,
    "force_renew": False,
    "on_expiry_mismatch": "warn",
    "on_other_description": "warn",
    "others": "keep",
    "held_id": None,
    "held_prefix": None,
}
COMMON: dict[str, Any] = {"timeout": 30.0, "retries": 0, "concurrency": 1, "on_error": "stop", "prune": None}


class Service(MemoryService):
    """One that several threads may ask at once, and that fails for the descriptions that a test names."""

    def __init__(self, *tokens: Token, **keywords: Any) -> None:
        super().__init__(*tokens, **keywords)
        self.failing: dict[str, BaseException] = {}
        # What happens to a creation before it is made.
        self.before: Callable[[str], None] = lambda _description: None
        self._lock = threading.Lock()

    def create_token(self, new: NewToken) -> CreatedToken:
        self.before(new.description)
        with self._lock:
            if new.description in self.failing:
                self.note("create", new.description)
                raise self.failing[new.description]
            return super().create_token(new)

    def revoke_token(self, token_id: str) -> None:
        with self._lock:
            super().revoke_token(token_id)

    def created(self) -> list[str]:
        """The descriptions of what was made, in order."""
        return [call[1].description for call in self.calls if call[0] == "create" and isinstance(call[1], NewToken)]

    def revoked(self) -> list[str]:
        return [call[1] for call in self.calls if call[0] == "revoke"]


def token(name: str, description: str = "job", **fields: Any) -> Token:
    return replace(Token(name, description, NOW - timedelta(days=3), permissions=frozenset({WRITE})), **fields)


def entries(*descriptions: str, **options: Any) -> list[dict[str, Any]]:
    return [{"description": one, **options} for one in descriptions]


def run(service: Service, *tokens: dict[str, Any], task: Run | None = None, **options: Any) -> dict[str, Any]:
    task = task or Run({})
    task.parameters = {**COMMON, "tokens": [{**ENTRY, **one} for one in tokens], **options}
    return TokenSet(task, DATABASE, service, update_token=service.update_token).ensure()


def refusal(service: Service, *tokens: dict[str, Any], **options: Any) -> str:
    """What is said of a task that changes nothing."""
    before = dict(service.tokens)
    with pytest.raises(ManagementError) as caught:
        run(service, *tokens, **options)
    assert service.tokens == before
    assert [call for call in service.calls if call[0] != "list"] == []
    return str(caught.value)


def failure(service: Service, *tokens: dict[str, Any], task: Run | None = None, **options: Any) -> tuple[str, Run]:
    """What is said of a task that fails on its way, and the task, of which the additions come to the result."""
    task = task or Run({})
    with pytest.raises(ManagementError) as caught:
        run(service, *tokens, task=task, **options)
    return str(caught.value), task


def outcomes(result: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(one["outcome"], one["changed"]) for one in result["results"]]


# All of it


def test_each_is_made_with_one_list_and_the_results_are_in_order() -> None:
    service = Service(token("b", "two"))
    task = Run({})
    result = run(service, *entries("one", "two", "three"), task=task)
    assert [call[0] for call in service.calls] == ["list", "create", "create"]
    assert [one["description"] for one in result["results"]] == ["one", "two", "three"]
    assert outcomes(result) == [("ok", True), ("ok", False), ("ok", True)]
    secrets = {secret: service.tokens[name].description for secret, name in service.secrets.items()}
    assert {one["token"]: one["description"] for one in result["results"] if "token" in one} == secrets
    assert result["changed"]
    assert task.result_holds_secret
    assert result["results"][1]["metadata"]["id"] == "b"


def test_a_second_run_only_looks() -> None:
    service = Service()
    run(service, *entries("one", "two"))
    service.calls.clear()
    task = Run({})
    result = run(service, *entries("one", "two"), task=task)
    assert service.calls == [("list", None)]
    assert not result["changed"]
    assert result["diff"] == []
    assert not task.result_holds_secret


def test_an_empty_set_is_as_wanted() -> None:
    assert run(Service()) == {"changed": False, "results": [], "diff": []}


def test_the_first_may_end_last() -> None:
    service = Service()
    ended = threading.Event()

    def wait(description: str) -> None:
        if description == "one":
            assert ended.wait(PATIENCE)
        else:
            ended.set()

    service.before = wait
    result = run(service, *entries("one", "two"), concurrency=2)
    assert service.created() == ["two", "one"]
    assert [one["metadata"]["description"] for one in result["results"]] == ["one", "two"]


def test_no_more_than_asked_for_are_under_way_at_once() -> None:
    service = Service()
    under_way = most = 0
    lock, meeting = threading.Lock(), threading.Barrier(3)

    def meet(_description: str) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        # Three come together again and again, or this never ends.
        meeting.wait(PATIENCE)
        with lock:
            under_way -= 1

    service.before = meet
    run(service, *entries(*(str(number) for number in range(9))), concurrency=3)
    assert most == 3
    assert len(service.created()) == 9


def test_permissions_change_and_tokens_go_in_the_same_task() -> None:
    service = Service(token("a", "one"), token("b", "two"), token("c", "three"))
    result = run(
        service,
        {"description": "one", "permissions": []},
        {"description": "two", "state": "absent"},
        {"id": "c", "description": "third"},
    )
    assert outcomes(result) == [("ok", True)] * 3
    assert service.tokens["a"].permissions == frozenset()
    assert service.live() == ["a", "c"]
    assert service.tokens["c"].description == "third"
    assert [one["id"] for one in result["results"][1]["revoked"]] == ["b"]
    assert [(one["before_header"], one["after"]["tokens"]) for one in result["diff"]][1] == ("tokens (entry 2)", [])


def test_check_mode_only_looks() -> None:
    service = Service(token("a", "one"), token("c", "gone"))
    task = Run({}, check_mode=True)
    prune = {"match": "g*", "use_regex": False, "max": 1}
    result = run(service, {"description": "one", "permissions": []}, *entries("two"), task=task, prune=prune)
    assert service.calls == [("list", None)]
    assert outcomes(result) == [("ok", True)] * 2
    assert "token" not in result["results"][1]
    assert [one["id"] for one in result["pruned"]] == ["c"]
    assert not task.result_holds_secret


def test_warnings_say_which_entry_they_are_about() -> None:
    service = Service(token("a", "two"), token("b", "two", created_at=NOW - timedelta(days=1)))
    task = Run({})
    run(service, *entries("one"), {"description": "two", "held_id": "b"}, task=task)
    (warning,) = task.warnings
    assert warning.startswith("tokens (entry 2): 1 live database token with the description 'two' that this consumer")


# Bad input


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"description": "x", "expires_at": "y"}, "tokens (entry 100): expires_at is not an RFC 3339 instant"),
        ({"description": " "}, "tokens (entry 100): description is empty."),
        ({"description": "x", "held_id": "a b"}, "tokens (entry 100): held_id is not the id of a token"),
        ({}, "tokens (entry 100): Neither description nor id is given."),
        ({"description": "the 7\u0301th"}, "tokens (entry 42) and tokens (entry 100) have the same description"),
        ({"id": "ABC"}, "tokens (entry 43) and tokens (entry 100) have the same id 'ABC'."),
    ],
)
def test_one_bad_entry_among_a_hundred_has_nothing_sent(bad: dict[str, Any], said: str) -> None:
    service = Service()
    good = [*entries(*(f"job {number}" for number in range(41)), "the 7\u0301th "), {"id": "abc"}]
    good += entries(*(f"more {number}" for number in range(56)))
    for check_mode in (False, True):
        assert refusal(service, *good, bad, task=Run({}, check_mode=check_mode)).startswith(said)
    assert service.calls == []


@pytest.mark.parametrize("number", [0, -1, 33])
def test_concurrency_has_bounds(number: int) -> None:
    assert refusal(Service(), *entries("one"), concurrency=number) == "concurrency must be from 1 to 32."


def test_what_cannot_be_planned_has_nothing_changed() -> None:
    service = Service(token("a", "two"), token("b", "two"))
    said = refusal(service, *entries("one", "two", "three"))
    assert said.startswith("tokens (entry 2): 2 live database tokens have the description 'two'")
    assert said.endswith("Nothing was changed.")


def test_two_entries_about_one_token_are_refused() -> None:
    service = Service(token("a", "two"))
    assert refusal(service, *entries("one", "two"), {"id": "A"}) == (
        "tokens (entry 2) and tokens (entry 3) are about the same database token a. Name each token once. Nothing was "
        "changed."
    )


def test_an_entry_about_a_token_that_cannot_be_read_is_refused() -> None:
    service = Service()
    service.unreadable = [Unreadable("odd", "It is odd.")]
    assert "tokens (entry 2): The database token odd this task is about" in refusal(
        service, *entries("one"), {"description": "two", "held_id": "odd"}
    )


# Partial failure


NO = ForbiddenError("It is not allowed.", 403)


def test_after_a_failure_nothing_more_is_started_and_nothing_is_left_that_nobody_has() -> None:
    service = Service(token("d", "four"))
    service.failing = {"two": NO}
    said, task = failure(service, *entries("one", "two", "three", "four"))
    assert said == (
        "1 of 4 database tokens failed. tokens (entry 2): It is not allowed. 1 of 4 were not started. "
        "1 just made were revoked, as nobody would receive their strings: without ignore_errors or a rescue, nobody "
        "sees the result of a task that fails or is interrupted. Run the task again."
    )
    assert outcomes(task.additions) == [("taken_back", True), ("failed", False), ("not_started", False), ("ok", False)]
    made = task.additions["results"][0]
    assert made["done"] == ["created t2", "revoked t2"]
    assert [one["id"] for one in made["cleaned_up"]] == ["t2"]
    assert service.live() == ["d"]
    assert not [one for one in task.additions["results"] if "token" in one]
    assert not task.failure_holds_secret


def test_what_was_made_is_in_the_result_of_a_failure_that_somebody_sees() -> None:
    service = Service()
    service.failing = {"two": NO}
    said, task = failure(service, *entries("one", "two", "three"), task=Run({}, failure_is_received=True))
    assert said == "1 of 3 database tokens failed. tokens (entry 2): It is not allowed. 1 of 3 were not started."
    first = task.additions["results"][0]
    assert service.secrets == {first["token"]: first["metadata"]["id"]}
    assert service.live() == [first["metadata"]["id"]]
    assert task.failure_holds_secret
    assert task.additions["changed"]
    assert "diff" not in task.additions


def test_all_others_are_gone_on_with_where_that_is_wanted() -> None:
    service = Service(token("a", "one"), token("b", "one"))
    service.failing = {"three": NO}
    task = Run({}, failure_is_received=True)
    said, _ = failure(service, *entries("one", "two", "three", "four"), task=task, on_error="continue")
    assert said.startswith(
        "2 of 4 database tokens failed. tokens (entry 1): 2 live database tokens have the description 'one'"
    )
    assert "tokens (entry 3): It is not allowed." in said
    assert [one for one, _ in outcomes(task.additions)] == ["failed", "ok", "failed", "ok"]
    assert service.created() == ["two", "four"]


def test_of_many_failures_the_first_are_said() -> None:
    service = Service()
    service.failing = dict.fromkeys("abcde", NO)
    said, _ = failure(service, *entries(*"abcde"), on_error="continue")
    assert said.count("It is not allowed.") == 3
    assert said.endswith("Results name 2 more.")


@pytest.mark.parametrize("error", [ZeroDivisionError("apiv1_hush"), SystemExit("apiv1_hush")])
def test_a_defect_in_one_entry_is_its_own(error: BaseException) -> None:
    service = Service()
    service.failing = {"one": error}
    task = Run({}, failure_is_received=True)
    said, _ = failure(service, *entries("one", "two"), task=task, on_error="continue")
    assert f"tokens (entry 1): Internal error: {type(error).__name__} at " in said
    assert "hush" not in said
    assert [one for one, _ in outcomes(task.additions)] == ["failed", "ok"]


def test_what_a_failed_entry_has_done_is_said() -> None:
    service = Service(token("a", "one"), token("b", "one", created_at=NOW - timedelta(days=9)))
    service.script["revoke"] = [NO]
    task = Run({})
    entry = {"description": "one", "held_id": "a", "others": "revoke", "permissions": []}
    failure(service, entry, task=task)
    (result,) = task.additions["results"]
    assert (result["outcome"], result["changed"], result["done"]) == ("failed", True, ["changed a"])
    assert result["reason"] == "It is not allowed."


def test_what_cannot_be_revoked_again_is_named() -> None:
    service = Service()
    service.failing = {"two": NO}
    service.script["revoke"] = [NO]
    said, task = failure(service, *entries("one", "two"))
    assert "tokens (entry 1): Nobody receives the database token just made, t1, and it could not be revoked" in said
    assert "Revoke it by id." in said
    assert "token" not in task.additions["results"][0]


def test_one_id_for_two_tokens_is_no_answer() -> None:
    service = Service()
    made = CreatedToken(token("t1", "one", created_at=NOW), Secret("apiv1_1"))
    again = CreatedToken(token("t1", "two", created_at=NOW), Secret("apiv1_2"))
    service.script["create"] = [made, again]
    said, _ = failure(service, *entries("one", "two"), task=Run({}, failure_is_received=True))
    assert "tokens (entry 2): The service answered with the id of the database token that it had just made for" in said


def test_secrets_stay_out_of_what_is_said() -> None:
    service = Service()
    service.script["create"] = [CreatedToken(token("t1", "apiv1_hush", created_at=NOW), Secret("apiv1_hush"))]
    said, task = failure(service, *entries("one"))
    assert "it is called '***' and not 'one'" in said
    assert task.additions["results"][0]["reason"] in said
    assert "hush" not in repr(task.warnings)


# Ends


def test_nothing_is_left_where_nobody_takes_the_result_any_more() -> None:
    service = Service()
    listeners = iter([True, True, True])
    task = Run({}, has_receiver=lambda: next(listeners, False), failure_is_received=True)
    with pytest.raises(InterruptedTaskError, match="The task was interrupted"):
        run(service, *entries("one", "two", "three"), task=task)
    assert len(service.created()) < 3
    assert service.live() == []


def test_who_is_gone_at_the_last_moment_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service()
    is_there = True
    report = TokenSet._report

    def leave(one: TokenSet) -> dict[str, Any]:
        nonlocal is_there
        is_there = False
        return report(one)

    monkeypatch.setattr(TokenSet, "_report", leave)
    with pytest.raises(InterruptedTaskError):
        run(service, *entries("one"), task=Run({}, has_receiver=lambda: is_there))
    assert service.live() == []


def test_a_signal_has_no_further_entry_started_and_all_that_was_made_revoked() -> None:
    """In a worker of its own, which ends as the signal wants it once all is settled."""

    def work(say: Callable[[Any], None]) -> None:
        service = Service(token("x", "three"))

        def note(name: str, argument: Any) -> None:
            say((name, argument if name == "revoke" else None))

        service.note = note  # type: ignore[method-assign]
        is_noticed = threading.Event()

        def send(description: str) -> None:
            if description == "two":
                os.kill(os.getpid(), signal.SIGTERM)
                # What is under way comes to its end after the main thread has noticed.
                assert is_noticed.wait(PATIENCE)

        service.before = send
        noted = Hold._note

        def notice(hold: Hold, number: int, _frame: Any) -> None:
            noted(hold, number, _frame)
            is_noticed.set()

        Hold._note = notice  # type: ignore[method-assign, assignment]
        run(service, *entries("one", "two"), {"description": "three", "state": "absent"}, on_error="continue")

    ended = Worker(work).end()
    assert ended.status == -signal.SIGTERM, ended.exception
    look, create = ("list", None), ("create", None)
    assert ended.said == [look, create, create, ("revoke", "t3"), look, ("revoke", "t2"), look]


# Progress


def test_long_work_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    service = Service()

    def pass_time(_description: str) -> None:
        nonlocal now
        now += 3.0

    service.before = pass_time
    monkeypatch.setattr(_concurrency, "clock", lambda: now)
    lines: list[str] = []
    run(service, *entries("one", "two", "three", "four"), task=Run({}, tell=lines.append))
    assert lines == ["2 of 4 database tokens done, 0 under way", "4 of 4 database tokens done, 0 under way"]


def test_short_work_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_concurrency, "clock", lambda: 0.0)
    lines: list[str] = []
    run(Service(), *entries("one", "two"), task=Run({}, tell=lines.append))
    assert lines == []


# Size


def test_a_large_list_is_gone_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not once for each entry: comparisons and looks grow with the sum of both, not with their product."""
    listed = [token(f"t{number}", f"job {number}") for number in range(1000)]
    service = Service(*listed)
    counted = 0

    def counting(function: Callable[..., Any]) -> Callable[..., Any]:
        def count(*arguments: Any) -> Any:
            nonlocal counted
            counted += 1
            return function(*arguments)

        return count

    monkeypatch.setattr(_observation, "normal_text", counting(normal_text))
    for name in ("same_text", "same_id"):
        monkeypatch.setattr(_life_cycle, name, counting(getattr(_life_cycle, name)))
    monkeypatch.setattr(Token, "status", counting(Token.status))
    wanted = [{"description": f"job {number}", "held_id": f"t{number}"} for number in range(200)]
    result = run(service, *wanted)
    assert not result["changed"]
    assert counted < 30 * (len(listed) + len(wanted))


# Prune


def prune(match: str, most: int = 9, use_regex: bool = False) -> dict[str, Any]:
    return {"match": match, "max": most, "use_regex": use_regex}


def test_live_tokens_in_the_scope_that_are_not_listed_go() -> None:
    service = Service(
        token("a", "job one"),
        token("b", "job two"),
        token("c", "another job"),
        token("d", "job three", revoked_at=NOW),
        token("e", "job four", expires_at=NOW),
        token("f", "job renamed"),
        token("g", "job of old", created_at=NOW - timedelta(days=9)),
    )
    result = run(service, *entries("job one", "job new"), {"id": "f", "description": "new name"}, prune=prune("job *"))
    assert service.revoked() == ["g", "b"]
    assert [one["id"] for one in result["pruned"]] == ["g", "b"]
    assert {one["status"] for one in result["pruned"]} == {"revoked"}
    assert result["changed"]
    assert run(service, *entries("job one", "job new"), prune=prune("job *"))["pruned"] == []


def test_what_an_entry_holds_is_listed_whatever_it_is_called() -> None:
    service = Service(token("a", "job old"))
    result = run(service, {"description": "job new", "held_id": "a"}, prune=prune("job *"))
    assert result["pruned"] == []
    assert service.live() == ["a"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_more_than_may_be_revoked_has_nothing_changed(check_mode: bool) -> None:
    service = Service(token("a", "job 1"), token("b", "job 2"))
    said = refusal(service, *entries("job 3"), prune=prune("job ?", 1), task=Run({}, check_mode=check_mode))
    assert said == (
        "2 live database token(s) fit prune.match and are not listed, and prune.max is 1: a ('job 1'), b ('job 2'). "
        "Nothing was changed."
    )


def test_nothing_is_pruned_where_something_failed() -> None:
    for on_error in ("stop", "continue"):
        service = Service(token("a", "job 1"))
        service.failing = {"job 2": NO}
        _, task = failure(service, *entries("job 2"), prune=prune("job ?"), on_error=on_error)
        assert service.live() == ["a"]
        assert task.additions["pruned"] == []


def test_what_could_not_be_pruned_fails_the_task() -> None:
    service = Service(token("a", "job 1"), token("b", "job 2"))
    service.script["revoke"] = [NO]
    said, task = failure(service, prune=prune("job ?"), on_error="continue")
    assert said == "1 of 2 unlisted ones were not revoked. It is not allowed."
    assert [one["id"] for one in task.additions["pruned"]] == ["b"]
    assert service.live() == ["a"]


def test_one_list_confirms_all_that_is_revoked() -> None:
    service = Service(*(token(f"t{number}", f"job {number}") for number in range(20)), token("x", "stray"))
    absent = [{"description": f"job {number}", "state": "absent"} for number in range(20)]
    result = run(service, *absent, concurrency=8, prune=prune("str*"))
    assert [call for call in service.calls if call[0] == "list"] == [("list", None)] * 2
    assert service.calls[-1] == ("list", None)
    assert [one["id"] for one in result["pruned"]] == ["x"]
    assert outcomes(result) == [("ok", True)] * 20


def test_what_is_only_said_to_be_revoked_fails_its_entry_and_the_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch, _revocation)
    service = Service(token("a", "one"), token("b", "two"), token("x", "stray"))
    service.only_says_so = True
    gone = {"description": "one", "state": "absent"}
    said, task = failure(service, *entries("two"), gone, prune=prune("str*"), on_error="continue")
    only_said = "The service said that it revoked the database token"
    assert f"1 of 2 database tokens failed. tokens (entry 2): {only_said} a" in said
    assert f"1 of 1 unlisted ones were not revoked. {only_said} x" in said
    assert task.additions["pruned"] == []
    assert [one.get("done") for one in task.additions["results"]][1:] == [[]]


def test_what_nobody_receives_and_is_only_said_to_be_revoked_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock(monkeypatch, _revocation)
    service = Service()
    service.only_says_so = True
    service.failing["two"] = NO
    said, _task = failure(service, *entries("one", "two"))
    assert "Nobody receives the database token just made, t1, and it could not be revoked (The service said" in said


def test_the_token_the_task_uses_is_never_pruned() -> None:
    own = token("a", "job 1", prefix="M.V1.mine", permissions=None)
    service = Service(own, token("b", "job 2", prefix="M.V1.else", permissions=None))
    task = Run({**COMMON, "tokens": [], "prune": prune("job ?")})
    result = TokenSet(task, MANAGEMENT, service, own_prefix="M.V1.mine").ensure()
    assert [one["id"] for one in result["pruned"]] == ["b"]
    assert service.live() == ["a"]


def test_a_scope_that_is_none_has_nothing_sent() -> None:
    service = Service(token("a", "job 1"))
    assert "fits any description" in refusal(service, *entries("job 2"), prune=prune("*"))
    assert service.calls == []


def test_inputs_are_no_failures_of_the_service() -> None:
    with pytest.raises(InputError):
        run(Service(), {"description": " "})
