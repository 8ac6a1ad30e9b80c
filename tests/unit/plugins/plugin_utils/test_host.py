# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way to a host: what a call brings there, what it never does, and how its failures are told apart."""

from __future__ import annotations

import signal
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.task import Task
from ansible.plugins.action import ActionBase
from ansible.template import Templar, trust_as_template
from ansible_collections.influxdb3.management.plugins.module_utils._signals import HELD_SIGNALS
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import (
    Host,
    HostError,
    HostUnclearError,
    HostUnreachableError,
    task_environment,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.forked_worker import in_worker


class Action(ActionBase):
    """Writes down how it is called for a module, and answers as a test says."""

    answer: Any

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        """Not used here."""
        raise NotImplementedError

    def _execute_module(self, **keywords: Any) -> dict[str, Any]:
        self.seen = keywords
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        self.environment = environment
        self.printed = self._connection._play_context.no_log is not True
        self.blocked = set(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
        # What a program that is started now would ignore.
        self.ignored = {number for number in HELD_SIGNALS if signal.getsignal(number) is signal.SIG_IGN}
        if isinstance(self.answer, BaseException):
            raise self.answer
        result: dict[str, Any] = self.answer
        return result


def make_action(environment: Any = None, answer: Any = None, **variables: Any) -> Action:
    task = Task()
    task.environment = environment
    connection = SimpleNamespace(
        transport="ssh",
        _play_context=SimpleNamespace(no_log="as before"),
        _shell=SimpleNamespace(tmpdir=None, env_prefix=lambda **_variables: ""),
    )
    loader = DataLoader()
    action = Action(task, connection, None, loader, Templar(loader=loader, variables=variables), None)
    action.answer = {"changed": True} if answer is None else answer
    return action


def call(action: Action, **keywords: Any) -> dict[str, Any]:
    return Host(action, {"fact": 1}).call("secret_file", {"operation": "read"}, **keywords)


def test_a_companion_of_this_collection_is_run() -> None:
    action = make_action()
    assert call(action) == {"changed": True}
    assert action.seen == {
        "module_name": "influxdb3.management.secret_file",
        "module_args": {"operation": "read"},
        "task_vars": {"fact": 1},
    }


OWN = {"INFLUXDB3_MANAGEMENT_TOKEN": "hush", "INFLUXDB3_URL": "https://x"}


@pytest.mark.parametrize(
    "environment",
    [
        [OWN, {"HTTPS_PROXY": "http://proxy"}],
        [{"HTTPS_PROXY": "http://of-the-play"}, {**OWN, "HTTPS_PROXY": "http://proxy"}],
        [trust_as_template("{{ own }}"), {"HTTPS_PROXY": trust_as_template("{{ proxy }}")}],
    ],
)
def test_the_variables_of_the_controller_stay_there(environment: Any) -> None:
    action = make_action(environment, own=OWN, proxy="http://proxy")
    call(action)
    assert action.environment == {"HTTPS_PROXY": "http://proxy"}
    # For the controller's own requests they still count.
    assert action._task.environment == environment
    assert task_environment(action).items() >= {**OWN, "HTTPS_PROXY": "http://proxy"}.items()


@pytest.mark.parametrize("answer", [{"changed": True}, RuntimeError("lost"), KeyboardInterrupt()])
def test_what_comes_back_is_not_printed_and_everything_is_as_before_afterwards(answer: Any) -> None:
    action = make_action([OWN], answer)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    if isinstance(answer, BaseException):
        with pytest.raises(type(answer)):
            call(action, uninterrupted=True)
    else:
        call(action, uninterrupted=True)
    assert not action.printed
    assert action._connection._play_context.no_log == "as before"
    assert action._task.environment == [OWN]
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == mask


@pytest.mark.parametrize("uninterrupted", [True, False])
@in_worker
def test_signals_end_no_half_of_a_delivery(uninterrupted: bool) -> None:
    action = make_action()
    handlers = [signal.getsignal(number) for number in HELD_SIGNALS]
    call(action, uninterrupted=uninterrupted)
    assert (set(HELD_SIGNALS) <= action.blocked) is uninterrupted
    assert (set(HELD_SIGNALS) <= action.ignored) is uninterrupted
    assert [signal.getsignal(number) for number in HELD_SIGNALS] == handlers


def test_a_connection_that_fails_is_ansibles_own_matter() -> None:
    error = AnsibleConnectionFailure("no route")
    with pytest.raises(HostUnreachableError, match=r"^The host could not be reached: no route$") as caught:
        call(make_action(answer=error))
    assert caught.value.cause is error


def test_what_ansible_itself_cannot_do_is_said_in_one_line() -> None:
    error = AnsibleError("Failed to set permissions on the temporary files\n  Ansible needs to create")
    with pytest.raises(HostUnclearError) as caught:
        call(make_action(answer=error))
    assert type(caught.value) is HostUnclearError
    assert str(caught.value) == (
        "Nothing could be run on the host: Failed to set permissions on the temporary files Ansible needs to create. "
        "Try whether ansible.builtin.ping works there as the same user; --ask-become-pass asks for a password."
    )


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        ({"failed": True, "msg": "No place.", "explained": True}, HostError, "No place."),
        (
            {"failed": True, "msg": "No start of json char found", "rc": 137},
            HostUnclearError,
            "Python could not be run on the host: No start of json char found. Try whether ansible.builtin.ping works "
            "there.",
        ),
        (
            {"failed": True},
            HostUnclearError,
            "Python could not be run on the host: no reason was given. Try whether ansible.builtin.ping works there.",
        ),
    ],
)
def test_only_the_words_of_the_companion_say_what_was_not_done(
    answer: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as caught:
        call(make_action(answer=answer))
    assert type(caught.value) is kind
    assert str(caught.value) == message


def test_what_is_meant_for_ansible_is_kept() -> None:
    facts = {"discovered_interpreter_python": "/usr/bin/python3"}
    host = Host(make_action(answer={"ansible_facts": facts, "warnings": ["careful"], "secret": "hush"}), {})
    host.call("secret_file", {})
    assert host.for_ansible == {"ansible_facts": facts, "warnings": ["careful"]}


@pytest.mark.parametrize(("of_the_worker", "of_the_task"), [("https_proxy", "HTTPS_PROXY"), ("NO_PROXY", "no_proxy")])
def test_a_proxy_of_the_task_wins_however_it_is_spelled(
    monkeypatch: pytest.MonkeyPatch, of_the_worker: str, of_the_task: str
) -> None:
    monkeypatch.setenv(of_the_worker, "worker")
    monkeypatch.setenv("ALL_PROXY", "all")
    environment = task_environment(make_action([{of_the_task: "task"}]))
    assert {name: value for name, value in environment.items() if name.lower().endswith("_proxy")} == {
        of_the_task: "task",
        "ALL_PROXY": "all",
    }
