# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole sets at a service over real sockets: round trips, partial failures, and what a signal leaves behind."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action import database_tokens, management_tokens
from ansible_collections.influxdb3.management.plugins.module_utils import _influxctl_program
from ansible_collections.influxdb3.management.plugins.module_utils._arguments import SECRET_FILE_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_process import run_influxctl
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Outcome, execute
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import Host
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_files import SecretFiles
from ansible_collections.influxdb3.management.plugins.plugin_utils._validation import validate_arguments
from ansible_collections.influxdb3.management.tests.faults.consumer import connection, hide_environment
from ansible_collections.influxdb3.management.tests.faults.influxctl_here import run_in_this_process
from ansible_collections.influxdb3.management.tests.integration.variants import MANY
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.variations import of_seed
from ansible_collections.influxdb3.management.tests.unit.plugins.forked_worker import Worker
from ansible_collections.influxdb3.management.tests.unit.plugins.host_here import DIED, LOST, ActionHere
from ansible_collections.influxdb3.management.tests.waiting import wait_until

SETS: dict[str, Definition] = {
    "database": database_tokens.ActionModule.definition,
    "management": management_tokens.ActionModule.definition,
}
CREATIONS = {"database": "/tokens$", "management": "management/create"}
KINDS = pytest.mark.parametrize("kind", list(SETS))
# What is delayed goes on when a test says so.
UNTIL_TOLD = 86400
DAY = 86400


@pytest.fixture(scope="module")
def running_simulator() -> Iterator[Simulator]:
    """One simulator that each test resets."""
    with Simulator.start(http=True) as simulator:
        yield simulator


@pytest.fixture
def simulator(running_simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """One that answers as documented, and an Admin who has logged in."""
    running_simulator.reset(seed=None)
    hide_environment(monkeypatch)
    monkeypatch.setenv("HOME", running_simulator.login_home)
    monkeypatch.setattr(_influxctl_program, "run_influxctl", run_in_this_process)
    return running_simulator


def run(
    simulator: Simulator,
    kind: str,
    names: list[str],
    check_mode: bool = False,
    folder: Path | None = None,
    host: ActionHere | None = None,
    **options: Any,
) -> Outcome:
    """A set of tokens with these descriptions. Options of one entry are under ``entry``, of the run under ``run``.

    ``url`` is another way to the simulator.

    With a ``folder``, each has a file in it, on this ``host``.
    """
    entry, more = options.pop("entry", {}), options.pop("run", {})
    given = connection(simulator, options.pop("url", simulator.url), simulator.influxctl_path)
    permissions = {"permissions": [{"action": "write", "resource": "metrics"}]} if kind == "database" else {}
    arguments = {
        **given,
        "tokens": [{"description": name, "lifetime": "30d", **permissions, **entry} for name in names],
        **options,
    }
    if folder is not None:
        arguments["tokens"] = [{**one, "secret_file": str(folder / one["description"])} for one in arguments["tokens"]]
    definition = SETS[kind]
    parameters = validate_arguments(definition.argument_spec, arguments, **definition.constraints)
    if folder is not None:
        files = SecretFiles(Host(host or ActionHere(check_mode), {}), check_mode)
        for one in parameters["tokens"]:
            files.add(one["secret_file"], {name: one[name] for name in SECRET_FILE_OPTIONS if name != "secret_file"})
        more["store"] = files
    outcome = execute(definition, parameters, check_mode, **more)
    words = repr(
        [outcome.error, outcome.warnings, [{**one, "token": None} for one in outcome.result.get("results", [])]]
    )
    assert [secret for secret in by_secret(simulator, kind) if secret in words] == []
    assert outcome.error is None or "\n" not in outcome.error
    return outcome


def by_secret(simulator: Simulator, kind: str) -> dict[str, dict[str, Any]]:
    """Every token but the task's own, by its string."""
    tokens = simulator.state()[f"{kind}_tokens"]
    return {one["secret"]: one for one in tokens if one["secret"] != simulator.management_token}


def live(simulator: Simulator, kind: str) -> list[str]:
    """The descriptions of the live tokens, in order."""
    return sorted(one["description"] for one in by_secret(simulator, kind).values() if one["status"] == "live")


def received(outcome: Outcome) -> dict[str, str]:
    """The strings that a result holds, by description."""
    return {one["description"]: one["token"] for one in outcome.result["results"] if "token" in one}


def names(number: int) -> list[str]:
    return [f"job {one:02}" for one in range(number)]


@KINDS
@pytest.mark.parametrize("seed", MANY)
def test_the_life_of_a_set(simulator: Simulator, kind: str, seed: int) -> None:
    simulator.reset(seed=seed)
    # Where a token may make no other, it takes the login of an Admin.
    may_mint = kind == "database" or of_seed(seed).token_may_mint
    login: dict[str, Any] = {} if may_mint else {"allow_cached_login": True, "management_token": None}
    wanted = names(9)
    rotation: dict[str, Any] = {"entry": {"renew_before": "10d"}, **login}
    simulator.refuse_changes(True)
    dry = run(simulator, kind, wanted, check_mode=True, **rotation)
    simulator.refuse_changes(False)
    made = run(simulator, kind, wanted, **rotation)
    assert (dry.error, made.error) == (None, None)
    assert [one["description"] for one in made.result["results"]] == wanted
    assert dry.result["changed"]
    assert made.result["changed"]
    assert {name: by_secret(simulator, kind)[secret]["description"] for name, secret in received(made).items()} == {
        name: name for name in wanted
    }
    again = run(simulator, kind, wanted, **rotation)
    assert (again.error, again.result["changed"]) == (None, False)
    simulator.advance_clock(21 * DAY)
    renewed = run(simulator, kind, wanted, **rotation)
    assert (renewed.error, len(received(renewed))) == (None, 9)
    assert all(len(one["predecessors"]) == 1 for one in renewed.result["results"])
    simulator.advance_clock(10 * DAY)
    pruned = run(simulator, kind, wanted[:7], prune={"match": "job *", "max": 2}, **rotation)
    assert pruned.error is None
    assert live(simulator, kind) == wanted[:7]
    gone = run(simulator, kind, wanted, entry={"state": "absent"}, **login)
    assert (gone.error, gone.result["changed"], live(simulator, kind)) == (None, True, [])


@pytest.mark.parametrize("concurrency", [1, 4])
def test_round_trips(simulator: Simulator, concurrency: int) -> None:
    run(simulator, "database", names(20), concurrency=concurrency)
    asked = [(one["method"], one["status"]) for one in simulator.requests()]
    assert asked == [("GET", 200)] + [("POST", 200)] * 20
    simulator.forget_requests()
    run(simulator, "database", names(20), concurrency=concurrency)
    assert [one["method"] for one in simulator.requests()] == ["GET"]


@KINDS
def test_tokens_are_made_at_once(simulator: Simulator, kind: str) -> None:
    """All four are under way before any of them is answered."""
    simulator.add_fault("delay_after", CREATIONS[kind], "POST", seconds=UNTIL_TOLD, times=None)

    def work(say: Callable[[Any], None]) -> None:
        say(run(simulator, kind, names(4), concurrency=4).error)

    worker = Worker(work)
    wait_until(lambda: under_way(simulator) == 4, "four creations are under way")
    simulator.clear_faults()
    simulator.end_delays()
    assert worker.end().said == [None]
    assert live(simulator, kind) == names(4)


def under_way(simulator: Simulator) -> int:
    """How many requests are delayed."""
    return len([one for one in simulator.requests() if one["fault"] is not None and one["status"] is None])


@KINDS
@pytest.mark.parametrize("on_error", ["stop", "continue"])
@pytest.mark.parametrize("is_received", [False, True], ids=["lost", "seen"])
def test_a_failure_in_the_middle(simulator: Simulator, kind: str, on_error: str, is_received: bool) -> None:
    run(simulator, kind, ["job 03"])
    calls = 0

    def has_receiver() -> bool:
        nonlocal calls
        if len(live(simulator, kind)) == 3 and not calls:
            calls = 1
            simulator.add_fault("status", CREATIONS[kind], "POST", status=403)
        return True

    outcome = run(
        simulator,
        kind,
        names(5),
        on_error=on_error,
        concurrency=1,
        run={"failure_is_received": is_received, "has_receiver": has_receiver},
    )
    assert "tokens (entry 3): " in (outcome.error or "")
    made = {"stop": names(2), "continue": [*names(2), "job 04"]}[on_error]
    assert live(simulator, kind) == (sorted([*made, "job 03"]) if is_received else ["job 03"])
    assert sorted(received(outcome)) == (made if is_received else [])
    assert outcome.holds_secret is is_received
    secrets = by_secret(simulator, kind)
    assert {name: secrets[secret]["description"] for name, secret in received(outcome).items()} == {
        name: name for name in received(outcome)
    }
    # Whoever runs it again has all of them.
    again = run(simulator, kind, names(5))
    assert again.error is None
    assert live(simulator, kind) == names(5)


@KINDS
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGALRM], ids=lambda number: number.name)
def test_a_signal_leaves_nothing_behind(simulator: Simulator, kind: str, number: int) -> None:
    simulator.add_fault("delay_after", CREATIONS[kind], "POST", seconds=UNTIL_TOLD, times=None)
    worker = Worker(lambda _say: run(simulator, kind, names(9), concurrency=3))
    wait_until(lambda: under_way(simulator) == 3, "three creations are under way")
    worker.send(number)
    # The signal is there before the answers, so that nothing more is handed out.
    simulator.clear_faults()
    simulator.end_delays()
    ended = worker.end()
    assert ended.status != 0
    assert live(simulator, kind) == []
    assert len(by_secret(simulator, kind)) <= 3
    assert {one["status"] for one in by_secret(simulator, kind).values()} == {"revoked"}


# Files


class Batches(ActionHere):
    """A host that remembers what it was called for; ``fail`` is what comes of a batch with writes, once it is done."""

    def __init__(self, fail: Any = None) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self._fail = fail

    def _execute_module(self, module_name: str, module_args: dict[str, Any], task_vars: Any) -> dict[str, Any]:
        operations = [call["operation"] for call in json.loads(module_args["calls"])]
        self.batches.append(operations)
        result = super()._execute_module(module_name, module_args, task_vars)
        if "write" not in operations or self._fail is None:
            return result
        if isinstance(self._fail, Exception):
            raise self._fail
        answer: dict[str, Any] = self._fail
        return answer


def held(folder: Path) -> dict[str, str]:
    """What lies in the files, by their names."""
    return {file.name: file.read_text() for file in folder.iterdir() if file.suffix != ".json"}


def descriptions(simulator: Simulator, kind: str, folder: Path) -> dict[str, tuple[str, str]]:
    """Whose tokens lie in the files, and whether they are live."""
    tokens = by_secret(simulator, kind)
    return {name: (tokens[secret]["description"], tokens[secret]["status"]) for name, secret in held(folder).items()}


@pytest.fixture
def real_influxctl(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own, as it shares this one's streams with the companion otherwise."""
    del simulator
    monkeypatch.setattr(_influxctl_program, "run_influxctl", run_influxctl)


@KINDS
@pytest.mark.usefixtures("real_influxctl")
def test_files_are_read_tried_and_written_in_batches(simulator: Simulator, kind: str, tmp_path: Path) -> None:
    host = Batches()
    wanted = names(30 if kind == "database" else 4)
    made = run(simulator, kind, wanted, folder=tmp_path / "new", host=host)
    assert made.error is None
    assert not made.holds_secret
    assert descriptions(simulator, kind, tmp_path / "new") == {name: (name, "live") for name in wanted}
    assert host.batches[:2] == [["read"] * len(wanted), ["check"] * len(wanted)]
    assert [one for batch in host.batches[2:] for one in batch] == ["write"] * len(wanted)
    host = Batches()
    again = run(simulator, kind, wanted, folder=tmp_path / "new", host=host)
    assert (again.error, again.result["changed"]) == (None, False)
    assert host.batches == [["read"] * len(wanted)]
    (tmp_path / "new" / wanted[3]).write_text("")
    mended = run(simulator, kind, wanted, folder=tmp_path / "new")
    assert [one["changed"] for one in mended.result["results"]] == [number == 3 for number in range(len(wanted))]
    gone = run(simulator, kind, wanted, folder=tmp_path / "new", entry={"state": "absent"})
    assert gone.error is None
    assert held(tmp_path / "new") == {}
    assert live(simulator, kind) == []


def test_what_is_made_while_a_batch_is_written_is_the_next(simulator: Simulator, tmp_path: Path) -> None:
    host = Batches()

    def until_all_are_made(operation: str) -> None:
        if host.batches[-1][0] == "write" and len(host.batches) == 3:
            wait_until(lambda: len(live(simulator, "database")) == 20, "the others are made meanwhile")

    host.before_call = until_all_are_made
    assert run(simulator, "database", names(20), folder=tmp_path, host=host, concurrency=2).error is None
    assert len(host.batches) <= 5


def test_nothing_is_made_for_a_file_that_cannot_be_written(simulator: Simulator, tmp_path: Path) -> None:
    (tmp_path / "job 01.json").mkdir()
    outcome = run(simulator, "database", names(3), folder=tmp_path)
    assert outcome.error is not None
    assert outcome.error.startswith("tokens (entry 2): ")
    assert live(simulator, "database") == []
    outcome = run(simulator, "database", names(3), folder=tmp_path, on_error="continue")
    assert "1 of 3 database tokens failed. tokens (entry 2): " in (outcome.error or "")
    assert live(simulator, "database") == ["job 00", "job 02"]
    assert sorted(held(tmp_path)) == ["job 00", "job 02"]


@pytest.mark.parametrize("fail", [DIED, LOST], ids=["died", "lost"])
def test_a_token_that_may_have_arrived_is_named_and_kept(simulator: Simulator, tmp_path: Path, fail: Any) -> None:
    outcome = run(simulator, "database", names(3), folder=tmp_path, host=Batches(fail), on_error="continue")
    assert "3 of 3 database tokens failed." in (outcome.error or "")
    assert (outcome.error or "").count("has reached its place is not known, so nothing was revoked") == 3
    assert [one["changed"] for one in outcome.result["results"]] == [True] * 3
    assert live(simulator, "database") == names(3)
    again = run(simulator, "database", names(3), folder=tmp_path)
    assert (again.error, again.result["changed"]) == (None, False)


def test_a_file_that_changes_meanwhile_gets_another_token(simulator: Simulator, tmp_path: Path) -> None:
    host = Batches()

    def change(operation: str) -> None:
        if host.batches[-1][0] == "write" and not (tmp_path / "job 01").exists():
            (tmp_path / "job 01").write_text(" ")

    host.before_call = change
    outcome = run(simulator, "database", names(3), folder=tmp_path, host=host)
    assert outcome.error is None
    assert descriptions(simulator, "database", tmp_path) == {name: (name, "live") for name in names(3)}
    assert live(simulator, "database") == names(3)
    assert len(outcome.result["results"][1]["cleaned_up"]) == 1


def test_a_token_in_its_file_outlives_the_failure_of_another(simulator: Simulator, tmp_path: Path) -> None:
    def fail(operation: str) -> None:
        if host.batches[-1][0] == "write":
            simulator.add_fault("status", "/tokens$", "POST", status=403, times=None)

    host = Batches()
    host.before_call = fail
    outcome = run(simulator, "database", [*names(1), "job 77"], folder=tmp_path, host=host, concurrency=1)
    simulator.clear_faults()
    assert descriptions(simulator, "database", tmp_path)["job 00"] == ("job 00", "live")
    assert outcome.error is None or "tokens (entry 2): " in outcome.error


@KINDS
@pytest.mark.usefixtures("real_influxctl")
def test_a_signal_has_all_delivered_that_is_under_way(simulator: Simulator, kind: str, tmp_path: Path) -> None:
    simulator.add_fault("delay_after", CREATIONS[kind], "POST", seconds=UNTIL_TOLD, times=None)
    worker = Worker(lambda _say: run(simulator, kind, names(99), folder=tmp_path, concurrency=3))
    wait_until(lambda: under_way(simulator) == 3, "three creations are under way")
    worker.send(signal.SIGTERM)
    simulator.clear_faults()
    simulator.end_delays()
    assert worker.end().status == -signal.SIGTERM
    # Whatever was made is where its consumer reads it.
    assert sorted(held(tmp_path)) == live(simulator, kind)
    assert len(live(simulator, kind)) < 99


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("batch", [1, 2])
def test_a_set_that_is_killed_is_finished_by_the_next(
    simulator: Simulator, tmp_path: Path, moment: str, batch: int
) -> None:
    """Just before a batch of secrets is written, or just after, so that nobody is told of it."""
    wanted = names(12)

    class Killed(Batches):
        def _execute_module(self, module_name: str, module_args: dict[str, Any], task_vars: Any) -> dict[str, Any]:
            operations = [call["operation"] for call in json.loads(module_args["calls"])]
            last = "write" in operations and sum("write" in one for one in self.batches) == batch - 1
            if last and moment == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = super()._execute_module(module_name, module_args, task_vars)
            if last:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

    worker = Worker(lambda _say: run(simulator, "database", wanted, folder=tmp_path, host=Killed(), concurrency=3))
    assert worker.end().status == -signal.SIGKILL
    before = held(tmp_path)
    made = by_secret(simulator, "database")
    again = run(simulator, "database", wanted, folder=tmp_path)
    assert again.error is None
    assert descriptions(simulator, "database", tmp_path) == {name: (name, "live") for name in wanted}
    # What had arrived stays, and what had not is named: it has a secret that nobody knows, and ends by its expiry.
    assert before.items() <= held(tmp_path).items()
    lost = [token for secret, token in made.items() if secret not in before.values()]
    assert all(token["id"] in " ".join(again.warnings) for token in lost)
    assert len(live(simulator, "database")) == len(wanted) + len(lost)
    assert lost or moment == "after"
    assert not run(simulator, "database", wanted, folder=tmp_path).result["changed"]
