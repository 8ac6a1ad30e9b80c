# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of a task about many tokens: what is refused entry by entry, and whether a failure is seen by anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.playbook.task import Task
from ansible.template import Templar
from ansible_collections.influxdb3.management.plugins.action import database_tokens
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.plugin_utils._action import failure_is_received
from ansible_collections.influxdb3.management.plugins.plugin_utils._set_action import TokenSetAction
from ansible_collections.influxdb3.management.tests.unit.plugins.plugin_utils.test_action import FakeConnection

SECRET = "apiv1_" + "5" * 64
JOB = {"description": "job"}


def act(tokens: Any, perform: Any = None, **fields: Any) -> dict[str, Any]:
    """The result of a task with these tokens; other fields are those of the task."""
    task = Task()
    task.action = "influxdb3.management.database_tokens"
    task.args = {"tokens": tokens}
    for name, value in {"register": "result", **fields}.items():
        setattr(task, name, value)

    def run(_run: Run) -> dict[str, Any]:
        raise AssertionError("nothing is to be done")

    definition = replace(database_tokens.ActionModule.definition, run=perform or run)
    loader = DataLoader()
    action = type("ActionModule", (TokenSetAction,), {"definition": definition})(
        task=task,
        connection=FakeConnection(),
        play_context=None,
        loader=loader,
        templar=Templar(loader=loader, variables={}),
        shared_loader_obj=None,
    )
    result: dict[str, Any] = action.run(task_vars={})
    return result


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        ([JOB, {**JOB, "stat": "absent"}], "Unsupported option tokens (entry 2).stat. Did you mean state?"),
        (
            [JOB, {**JOB, "state": "gone"}],
            "tokens (entry 2): value of state must be one of: present, absent, got: gone",
        ),
        ([JOB, {"state": "present"}], "tokens (entry 2): one of the following is required: description, id"),
        (
            [JOB, {**JOB, "lifetime": "1d", "expires_at": "x"}],
            "tokens (entry 2): parameters are mutually exclusive: expires_at|lifetime",
        ),
        (
            [JOB, {**JOB, "permissions": [{"action": "read", "resource": "a"}, {"action": "read"}]}],
            "tokens (entry 2): permissions (entry 2): missing required arguments: resource",
        ),
        ([JOB, {**JOB, "force_renew": "maybe"}], "tokens (entry 2).force_renew must be true or false, not a text."),
        ([JOB, "x"], "tokens (entry 2) must be a dictionary, not a text."),
        ([JOB, {"description": 17}], "tokens (entry 2).description must be a string, not a number. Quote it, and in a"),
        ([JOB, {"description": "x "}], "tokens (entry 2).description begins or ends with a space."),
        ([JOB, {"description": SECRET}], "tokens (entry 2).description holds what looks like a token, and description"),
        ({"description": "job"}, "tokens must be a list, not a dictionary."),
    ],
)
def test_a_bad_entry_is_refused_by_its_number(tokens: Any, said: str) -> None:
    result = act(tokens)
    assert result["failed"]
    assert result["msg"].startswith(said)
    assert SECRET not in result["msg"]


def test_what_nobody_would_receive_is_refused() -> None:
    absent = {**JOB, "state": "absent"}
    assert act([absent, JOB], register=None)["msg"] == (
        "Nobody would receive the token that tokens (entry 2) may create. Add register to the task, or set its "
        "secret_file to have the token written to a file."
    )
    assert act([absent, {"id": "a"}], lambda _run: {"changed": False}, register=None) == {"changed": False}
    assert "async is not supported" in act([JOB], async_val=1)["msg"]


def test_a_failure_that_holds_a_token_is_hidden() -> None:
    def perform(run: Run) -> dict[str, Any]:
        run.additions["results"] = [{"token": SECRET}]
        run.failure_holds_secret = True
        raise AssertionError

    result = act([JOB], perform)
    assert result["_ansible_no_log"] is True
    assert result["results"] == [{"token": SECRET, "_ansible_no_log": True}]
    assert SECRET not in result["msg"]


def test_the_engine_knows_whether_its_failure_is_seen_and_whom_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[Run] = []

    def perform(run: Run) -> dict[str, Any]:
        run.tell("1 of 2")
        runs.append(run)
        return {"changed": False}

    lines: list[str] = []
    monkeypatch.setattr("ansible.utils.display.Display.v", lambda _display, line: lines.append(line))
    act([JOB], perform)
    act([JOB], perform, ignore_errors=True)
    assert [run.failure_is_received for run in runs] == [False, True]
    assert lines == ["database_tokens: 1 of 2"] * 2


def tasks_of(*tasks: dict[str, Any]) -> dict[str, Task]:
    """The tasks of a play, by name, as Ansible has them when they run."""
    play = Play.load({"hosts": "all", "gather_facts": False, "tasks": list(tasks)}, loader=DataLoader())
    found: dict[str, Task] = {}

    def walk(blocks: list[Any]) -> None:
        for one in blocks:
            if isinstance(one, Task):
                found[one.name] = one
            else:
                for part in (one.block, one.rescue, one.always):
                    walk(part)

    walk(play.tasks)
    return found


def named(name: str, **keywords: Any) -> dict[str, Any]:
    return {"name": name, "add_host": {"name": "x"}, "register": "made", **keywords}


def test_a_failure_is_seen_where_something_comes_after_it() -> None:
    tasks = tasks_of(
        named("alone"),
        named("ignored", ignore_errors=True),
        named("ignored and not registered", ignore_errors=True, register=None),
        named("tried again", ignore_errors=True, until="made is success"),
        named("tried often", ignore_errors=True, retries=3),
        {"block": [named("in a block")]},
        {"block": [named("rescued"), {"block": [named("rescued further out")]}], "rescue": [named("rescuing")]},
        {
            "block": [named("before always")],
            "rescue": [named("rescuing before always")],
            "always": [named("in always"), {"block": [named("in a block of always")]}],
        },
    )
    seen = {name for name, task in tasks.items() if failure_is_received(task)}
    assert seen == {"ignored", "rescued", "rescued further out", "before always", "rescuing before always"}
    # As the executor has the task of a loop.
    task = tasks["rescued"]
    copied = task.copy(exclude_parent=True, exclude_tasks=True)
    copied._parent = task._parent
    assert failure_is_received(copied)
