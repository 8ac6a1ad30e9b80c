# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller-side half of the token modules: which door a task takes, what is refused, what is hidden."""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.action import ActionBase
from ansible.plugins.connection.local import Connection as LocalConnection
from ansible.template import Templar, trust_as_template
from ansible_collections.influxdb3.management.plugins.module_utils import _hiding, _token_modules
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._task import Definition
from ansible_collections.influxdb3.management.plugins.module_utils._task import Task as EngineTask
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret
from ansible_collections.influxdb3.management.plugins.plugin_utils import _action
from ansible_collections.influxdb3.management.plugins.plugin_utils._action import (
    TokenAction,
    hide_arguments,
    plain_arguments,
    unprinted_results,
)
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE, wait_until

SECRET = "apiv1_" + "5" * 64
MANAGEMENT = "M.V1.+5JkBzdQ3Yw8hXoT5Yk9w2m1"
TELEGRAF = {"description": "telegraf"}


class FakeConnection:
    """As much of a connection as an action looks at."""

    def __init__(self, transport: str = "local", become: object | None = None) -> None:
        self.transport = transport
        self.become = become
        self._play_context = SimpleNamespace(no_log=False)
        self._shell = SimpleNamespace(tmpdir=None)


def test_the_connection_of_these_tests_is_like_a_real_one() -> None:
    context = PlayContext()
    context.executable = "/bin/sh"
    real, fake = LocalConnection(context), FakeConnection()
    assert (real.transport, real.become, real._shell.tmpdir) == (fake.transport, fake.become, fake._shell.tmpdir)
    with unprinted_results(real):
        assert context.no_log is True
    assert context.no_log is not True


class Doors:
    """Both doors, ajar: what went through each of them."""

    def __init__(self) -> None:
        self.here: list[EngineTask] = []
        self.module: list[dict[str, Any]] = []
        self.result: dict[str, Any] = {"changed": True, "diff": {"before": "", "after": ""}}
        self.error: Exception | None = None
        self.warnings: list[str] = []
        self.unprinted: list[bool] = []

    @property
    def taken(self) -> list[str]:
        return ["here"] * len(self.here) + ["module"] * len(self.module)

    def run_engine(self, task: EngineTask) -> dict[str, Any]:
        self.here.append(task)
        task.warnings.extend(self.warnings)
        if self.error is not None:
            raise self.error
        return dict(self.result)

    def execute_module(self, action: ActionBase, **keywords: Any) -> dict[str, Any]:
        self.module.append(keywords)
        self.unprinted.append(action._connection._play_context.no_log)
        if self.error is not None:
            raise self.error
        return dict(self.result)


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Doors:
    ajar = Doors()
    monkeypatch.delenv("ANSIBLE_PYTHON_INTERPRETER", raising=False)
    monkeypatch.setattr(
        ActionBase, "_execute_module", lambda action, **keywords: ajar.execute_module(action, **keywords)
    )
    return ajar


def make_action(
    doors: Doors,
    arguments: dict[str, Any],
    definition: Definition = _token_modules.DATABASE_TOKEN,
    connection: FakeConnection | None = None,
    variables: dict[str, Any] | None = None,
    basedir: str = "/playbooks",
    **fields: Any,
) -> TokenAction:
    """An action for a task with these arguments; other fields are those of the task."""
    task = Task()
    task.action = "influxdb3.management.database_token"
    task.args = arguments
    for name, value in {"register": "result", **fields}.items():
        setattr(task, name, value)
    loader = DataLoader()
    loader.set_basedir(basedir)
    kind = type("ActionModule", (TokenAction,), {"definition": replace(definition, run=doors.run_engine)})
    action: TokenAction = kind(
        task=task,
        connection=connection or FakeConnection(),
        play_context=None,
        loader=loader,
        templar=Templar(loader=loader, variables=variables or {}),
        shared_loader_obj=None,
    )
    return action


def run(
    doors: Doors, arguments: dict[str, Any], task_vars: dict[str, Any] | None = None, **rest: Any
) -> dict[str, Any]:
    return make_action(doors, arguments, **rest).run(task_vars=task_vars)


# Which door


OTHER_PYTHON = "/nonexistent/bin/python3"


@pytest.mark.parametrize(
    ("situation", "door"),
    [
        ({}, "here"),
        ({"connection": FakeConnection("ssh")}, "module"),
        ({"connection": FakeConnection("community.docker.docker")}, "module"),
        ({"become": True}, "module"),
        ({"connection": FakeConnection(become=object())}, "module"),
        ({"poll": 0}, "here"),
        ({"environment": None}, "here"),
        ({"environment": []}, "here"),
        ({"environment": [{}]}, "here"),
        ({"environment": [{}, {}]}, "here"),
        ({"environment": [{"HTTPS_PROXY": "x"}]}, "module"),
        ({"environment": [{"HTTPS_PROXY": "x"}, {}]}, "module"),
        ({"environment": ["{{ proxies }}"]}, "module"),
        ({"check_mode": True}, "here"),
        # an interpreter that somebody chose by name
        ({"task_vars": {"ansible_python_interpreter": OTHER_PYTHON}}, "module"),
        ({"task_vars": {"ansible_python_interpreter": sys.executable}}, "here"),
        ({"task_vars": {"ansible_python_interpreter": sys.executable.replace("/bin/", "/bin/../bin/./")}}, "here"),
        # links are not resolved: two virtual environments may share a base
        (
            {"task_vars": {"ansible_python_interpreter": os.path.realpath(sys.executable)}},
            "here" if os.path.realpath(sys.executable) == sys.executable else "module",
        ),
        ({"task_vars": {"ansible_python_interpreter": ""}}, "here"),
        ({"task_vars": {"ansible_python_interpreter": "auto"}}, "here"),
        ({"task_vars": {"ansible_python_interpreter": "auto_silent"}}, "here"),
        (
            {
                "task_vars": {"ansible_python_interpreter": trust_as_template("{{ own }}")},
                "variables": {"own": sys.executable},
            },
            "here",
        ),
        (
            {
                "task_vars": {"ansible_python_interpreter": trust_as_template("{{ own }}")},
                "variables": {"own": OTHER_PYTHON},
            },
            "module",
        ),
        # delegated: that host's interpreter counts, and not the one of the host in the play
        ({"delegate_to": "localhost", "task_vars": {"ansible_python_interpreter": OTHER_PYTHON}}, "here"),
        (
            {
                "delegate_to": "localhost",
                "task_vars": {
                    "ansible_python_interpreter": OTHER_PYTHON,
                    "ansible_delegated_vars": {"localhost": {"ansible_python_interpreter": sys.executable}},
                },
            },
            "here",
        ),
        (
            {
                "delegate_to": "localhost",
                "task_vars": {"ansible_delegated_vars": {"localhost": {"ansible_python_interpreter": OTHER_PYTHON}}},
            },
            "module",
        ),
        # switched off and on
        ({"task_vars": {"influxdb3_management_in_process": False}}, "module"),
        ({"task_vars": {"influxdb3_management_in_process": "no"}}, "module"),
        ({"task_vars": {"influxdb3_management_in_process": True}}, "here"),
        (
            {
                "task_vars": {"influxdb3_management_in_process": trust_as_template("{{ on }}")},
                "variables": {"on": False},
            },
            "module",
        ),
        ({"task_vars": {"influxdb3_management_in_process": True}, "become": True}, "module"),
    ],
)
def test_which_door(doors: Doors, situation: dict[str, Any], door: str) -> None:
    result = run(doors, TELEGRAF, **situation)
    assert doors.taken == [door]
    assert result["changed"]


@pytest.mark.parametrize(("variable", "door"), [(None, "module"), (True, "here")])
def test_macos_takes_the_door_of_the_module_unless_told_otherwise(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, variable: bool | None, door: str
) -> None:
    monkeypatch.setattr(_action, "sys", SimpleNamespace(platform="darwin", executable=sys.executable))
    task_vars = {} if variable is None else {"influxdb3_management_in_process": variable}
    run(doors, TELEGRAF, task_vars=task_vars)
    assert doors.taken == [door]


# What is refused


NOBODY = (
    "Nobody would receive the token this task may create. Add register to the task, or set secret_file to have the "
    "token written to a file."
)
BACKGROUND = (
    "async is not supported: the controller asks the service itself, and Ansible would keep the result in a file. "
    "Leave async out."
)
FILE = {"secret_file": "/secrets/telegraf"}


@pytest.mark.parametrize("connection", ["local", "ssh"])
@pytest.mark.parametrize(
    ("arguments", "fields", "refusal"),
    [
        ({}, {"register": None}, NOBODY),
        ({}, {"register": ""}, NOBODY),
        ({"state": "present"}, {"register": None}, NOBODY),
        ({"state": None}, {"register": None}, NOBODY),
        ({"state": ""}, {"register": None}, NOBODY),
        ({"id": None}, {"register": None}, NOBODY),
        ({"id": ""}, {"register": None}, NOBODY),
        ({"held_id": "a"}, {"register": None}, NOBODY),
        ({"secret_file": ""}, {"register": None}, NOBODY),
        ({"secret_file": None}, {"register": None}, NOBODY),
        ({}, {"register": None, "check_mode": True}, NOBODY),
        ({}, {"async_val": 60}, BACKGROUND),
        ({}, {"async_val": 60, "register": None}, BACKGROUND),
        ({}, {}, None),
        (FILE, {"register": None}, None),
        (FILE, {"register": None, "async_val": 60}, BACKGROUND),
        ({"id": "a"}, {"register": None}, None),
        ({"id": "a"}, {"register": None, "async_val": 60, "poll": 0}, BACKGROUND),
        ({"state": "absent"}, {"register": None}, None),
        ({"state": "absent"}, {"register": None, "async_val": 60}, BACKGROUND),
    ],
)
def test_what_nobody_would_receive_is_refused(
    doors: Doors, connection: str, arguments: dict[str, Any], fields: dict[str, Any], refusal: str | None
) -> None:
    named = {} if arguments.get("id") else TELEGRAF
    result = run(doors, {**named, **arguments}, connection=FakeConnection(connection), **fields)
    assert result.get("msg") == refusal
    assert bool(result.get("failed")) is (refusal is not None)
    assert len(doors.taken) == (1 if refusal is None else 0)


def test_a_module_that_creates_nothing_needs_no_receiver(doors: Doors) -> None:
    run(doors, {}, definition=_token_modules.DATABASE_TOKEN_INFO, register=None)
    assert len(doors.taken) == 1
    assert run(doors, {}, definition=_token_modules.DATABASE_TOKEN_INFO, async_val=60)["msg"] == BACKGROUND


def test_wrong_arguments_open_no_door(doors: Doors) -> None:
    for arguments, message in (
        ({**TELEGRAF, "unknown": 1}, "unknown. Supported parameters include: "),
        ({**TELEGRAF, "state": "gone"}, "value of state must be one of: present, absent, got: gone"),
        ({**TELEGRAF, "lifetime": "1d", "expires_at": "x"}, "parameters are mutually exclusive: expires_at|lifetime"),
    ):
        for connection in (FakeConnection(), FakeConnection("ssh")):
            result = run(doors, arguments, connection=connection)
            assert result["failed"]
            assert result["msg"].startswith(message)
    assert doors.taken == []


# What goes through


def test_the_engine_gets_validated_parameters(doors: Doors) -> None:
    arguments = {
        **TELEGRAF,
        "timeout": "7",
        "validate_certs": "no",
        "permissions": [{"action": "read", "resource": "*"}],
    }
    run(doors, arguments, check_mode=True)
    task = doors.here[0]
    assert task.check_mode
    assert {name: task.parameters[name] for name in arguments} == {**arguments, "timeout": 7.0, "validate_certs": False}
    assert (task.parameters["state"], task.parameters["retries"], task.parameters["id"]) == ("present", 3, None)


def test_the_module_gets_the_arguments_as_they_are(doors: Doors) -> None:
    task_vars = {"ansible_python_interpreter": OTHER_PYTHON}
    run(doors, {**TELEGRAF, "timeout": "7"}, task_vars=task_vars)
    assert doors.module == [{"module_args": {**TELEGRAF, "timeout": "7"}, "task_vars": task_vars}]


@pytest.mark.parametrize(
    ("path", "transport", "expected"),
    [
        ("secrets/a", "local", "/playbooks/secrets/a"),
        ("./a", "local", "/playbooks/a"),
        ("../a", "local", "/a"),
        ("/absolute/a", "local", "/absolute/a"),
        ("~/a", "local", "~/a"),
        ("$HOME/a", "local", "$HOME/a"),
        ("secrets/a", "ssh", "secrets/a"),
        ("/absolute/a", "ssh", "/absolute/a"),
    ],
)
def test_a_relative_secret_file_starts_at_the_playbook(doors: Doors, path: str, transport: str, expected: str) -> None:
    task_vars = {"influxdb3_management_in_process": False}
    run(doors, {**TELEGRAF, "secret_file": path}, task_vars=task_vars, connection=FakeConnection(transport))
    assert doors.module[0]["module_args"]["secret_file"] == expected


def test_a_relative_secret_file_is_absolute_in_the_engine_too(doors: Doors, tmp_path: Path) -> None:
    run(doors, {**TELEGRAF, "secret_file": "a"}, basedir=str(tmp_path))
    assert doors.here[0].parameters["secret_file"] == str(tmp_path / "a")


# What comes back


@pytest.mark.parametrize("diff", [True, False])
def test_a_result_of_the_engine(doors: Doors, diff: bool) -> None:
    doors.warnings = ["careful"]
    result = run(doors, TELEGRAF, diff=diff)
    expected: dict[str, Any] = {"changed": True, "warnings": ["careful"]}
    if diff:
        expected["diff"] = {"before": "", "after": ""}
    assert result == expected


def test_a_failure_of_the_engine(doors: Doors) -> None:
    doors.warnings = ["careful"]
    doors.error = InputError("do this")
    assert run(doors, TELEGRAF) == {"failed": True, "msg": "do this", "warnings": ["careful"]}


def test_a_defect_of_the_engine_shows_no_text(doors: Doors) -> None:
    doors.error = KeyError(SECRET)
    result = run(doors, TELEGRAF)
    assert result["failed"]
    assert result["msg"].startswith("Internal error: KeyError at test_action.py:")
    assert SECRET not in repr(result)


@pytest.mark.parametrize("task_vars", [{}, {"influxdb3_management_in_process": False}], ids=["here", "module"])
def test_a_result_with_a_token_and_no_other_is_hidden(doors: Doors, task_vars: dict[str, Any]) -> None:
    assert "_ansible_no_log" not in run(doors, TELEGRAF, task_vars=task_vars)
    doors.result = {"changed": True, "token": SECRET}
    hidden = run(doors, TELEGRAF, task_vars=task_vars)
    assert hidden["_ansible_no_log"] is True
    assert hidden["token"] == SECRET
    doors.result = {"failed": True, "msg": "no"}
    assert "_ansible_no_log" not in run(doors, TELEGRAF, task_vars=task_vars)


def test_the_engine_learns_when_the_controller_is_gone(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    run(doors, TELEGRAF)
    assert doors.here[0].has_receiver()
    monkeypatch.setattr(os, "getppid", lambda: 1)
    assert not doors.here[0].has_receiver()


@pytest.mark.parametrize("gone", [False, True])
def test_a_token_of_a_module_is_revoked_where_the_controller_is_gone(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    doors.result = {"changed": True, "token": SECRET, "metadata": {"id": "made"}}
    parents = [7, 1 if gone else 7]
    monkeypatch.setattr(os, "getppid", lambda: parents.pop(0))
    arguments = {**TELEGRAF, "account_id": "a", "retries": 2, "held_id": ""}
    result = run(doors, arguments, connection=FakeConnection("ssh"))
    revocation = {"account_id": "a", "retries": 2, "id": "made", "state": "absent"}
    assert [call["module_args"] for call in doors.module] == [arguments, *([revocation] if gone else [])]
    assert result["_ansible_no_log"] is True


def test_the_worker_is_ended_once_the_controller_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    masks: list[Any] = []

    def kill(process: int, number: int) -> None:
        assert (process, number) == (os.getpid(), signal.SIGTERM)
        ended.set()

    monkeypatch.setattr(_action, "_SECONDS_BETWEEN_LOOKS", 0.01)
    monkeypatch.setattr(os, "kill", kill)

    def has_receiver() -> bool:
        masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, []))
        return len(masks) < 3

    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    with _action.ended_with_controller(has_receiver):
        assert ended.wait(PATIENCE)
    # Signals are for the main thread.
    assert {signal.SIGINT, signal.SIGTERM, signal.SIGHUP} <= masks[0]
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before


def test_the_worker_is_not_ended_once_the_module_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_action, "_SECONDS_BETWEEN_LOOKS", 0.01)
    looks: list[bool] = []
    signals: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _process, number: signals.append(number))
    before = set(threading.enumerate())

    def has_receiver() -> bool:
        looks.append(True)
        return True

    with _action.ended_with_controller(has_receiver):
        wait_until(lambda: looks, "it looks for the controller")
        (watch,) = set(threading.enumerate()) - before
    watch.join(PATIENCE)
    assert (watch.is_alive(), signals) == (False, [])


@pytest.mark.parametrize("before", [False, True])
def test_the_result_of_a_module_is_not_printed_by_the_connection(doors: Doors, before: bool) -> None:
    connection = FakeConnection("ssh")
    connection._play_context.no_log = before
    run(doors, TELEGRAF, connection=connection)
    assert (doors.unprinted, connection._play_context.no_log) == ([True], before)

    doors.error = RuntimeError("lost")
    with pytest.raises(RuntimeError, match="lost"):
        run(doors, TELEGRAF, connection=connection)
    assert (doors.unprinted, connection._play_context.no_log) == ([True, True], before)


def test_printing_is_restored_whatever_happens() -> None:
    connection = FakeConnection()
    during: list[bool] = []

    def interrupted() -> None:
        with unprinted_results(connection):
            during.append(connection._play_context.no_log)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (during, connection._play_context.no_log) == ([True], False)


# Arguments


YAML = """
text: plain
number: 7
share: 0.5
switch: yes
nothing:
instant: 2027-01-31T00:00:00Z
offset: 2027-01-31T02:00:00+02:00
day: 2027-01-31
permissions: [{action: read, resource: "*"}]
"""


def test_arguments_from_yaml_become_plain() -> None:
    loaded = DataLoader().load(YAML, file_name="/play.yml")
    plain = plain_arguments(loaded)
    assert plain == {
        "text": "plain",
        "number": 7,
        "share": 0.5,
        "switch": True,
        "nothing": None,
        "instant": "2027-01-31T00:00:00+00:00",
        "offset": "2027-01-31T02:00:00+02:00",
        "day": "2027-01-31",
        "permissions": [{"action": "read", "resource": "*"}],
    }
    assert type(loaded["text"]) is not str  # a test of nothing if Ansible stopped tagging what it loads
    assert [type(value) for value in plain.values()] == [str, int, float, bool, type(None), str, str, str, list]
    assert type(plain["permissions"][0]["action"]) is str


def test_an_unquoted_instant_reaches_the_engine_as_one(doors: Doors) -> None:
    loaded = DataLoader().load("expires_at: 2027-01-31T00:00:00Z", file_name="/play.yml")
    run(doors, {**TELEGRAF, **loaded})
    assert doors.here[0].parameters["expires_at"] == "2027-01-31T00:00:00+00:00"


def test_a_value_of_any_type_becomes_text() -> None:
    assert plain_arguments({"path": Path("/a"), "template": trust_as_template("x")}) == {"path": "/a", "template": "x"}


@pytest.mark.parametrize("transport", ["local", "ssh"])
@pytest.mark.parametrize(
    "arguments",
    [
        {"retries": "M.V1.+5JkBzdQ3Yw8hXoT"},
        {"validate_certs": "hunter2", "management_token": "hunter2"},
        {"hunter2": 1, "management_token": "hunter2"},
    ],
)
def test_a_secret_in_the_wrong_place_is_not_shown(doors: Doors, transport: str, arguments: dict[str, Any]) -> None:
    result = run(doors, {**TELEGRAF, **arguments}, connection=FakeConnection(transport))
    assert result["failed"]
    assert "***" in result["msg"]
    assert [text for text in ("hunter2", SECRET, "BzdQ") if text in result["msg"]] == []
    assert doors.taken == []


@pytest.mark.parametrize("transport", ["local", "ssh"])
@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"description": f"the token {SECRET}"}, "description"),
        ({"secret_file": "M.V1.+5JkBzdQ3Yw8hXoT5Yk9w2m1"}, "secret_file"),
        ({"state": SECRET}, "state"),
        ({"permissions": [{"action": "read", "resource": "*"}, {"action": SECRET, "resource": "*"}]}, "action"),
        ({"unknown": SECRET}, "unknown"),
    ],
)
def test_a_token_where_none_belongs_is_refused(
    doors: Doors, transport: str, arguments: dict[str, Any], name: str
) -> None:
    result = run(doors, {**TELEGRAF, **arguments}, connection=FakeConnection(transport))
    assert result == {
        "failed": True,
        "msg": f"{name} holds what looks like a token, and {name} is shown in the clear. Nothing was sent. Give the "
        "token to the option that takes one, and replace it if the playbook was ever shared.",
    }
    assert doors.taken == []


@pytest.mark.parametrize("transport", ["local", "ssh"])
def test_ansible_is_told_of_the_secrets(doors: Doors, monkeypatch: pytest.MonkeyPatch, transport: str) -> None:
    """On the controller, as a module would tell of them in its result, which others may read."""
    told: list[str] = []
    monkeypatch.setattr(_hiding, "register_secret", told.append)
    doors.result = {"token": SECRET, "metadata": {"id": "1"}}
    run(doors, {**TELEGRAF, "management_token": MANAGEMENT}, connection=FakeConnection(transport))
    # What the engine meets in this process it tells of itself.
    if doors.here:
        doors.here[0].hide(Secret(MANAGEMENT))
        doors.here[0].hide(Secret(SECRET))
    assert told == [MANAGEMENT, SECRET]


@pytest.mark.parametrize("arguments", [{"management_token": SECRET}, {"description": "M.V1.+5Jk, apiv1_ and M.V1."}])
def test_a_token_in_its_place_and_its_public_beginning_are_taken(doors: Doors, arguments: dict[str, Any]) -> None:
    assert "failed" not in run(doors, {**TELEGRAF, **arguments})


@pytest.mark.parametrize("token", ["hunter2", SECRET])
def test_a_secret_given_for_a_number_is_not_shown(doors: Doors, token: str) -> None:
    """Whether Ansible quotes it differs between its versions."""
    for option in ("timeout", "retries"):
        result = run(doors, {**TELEGRAF, option: token, "management_token": token})
        assert result["failed"]
        assert option in result["msg"]
        assert token not in result["msg"]


def test_hidden_arguments() -> None:
    definition = _token_modules.DATABASE_TOKEN
    assert hide_arguments("a b c", definition, {"management_token": "b", "description": "c"}) == "a *** c"
    assert hide_arguments("a b c", definition, {"management_token": None}) == "a b c"
    assert hide_arguments("a {'b': 1} c", definition, {"management_token": {"b": 1}}) == "a *** c"
    assert hide_arguments("two\nlines", definition, {}) == "two lines"


# The plugins


@pytest.mark.parametrize("name", ["database_token", "database_token_info", "management_token", "management_token_info"])
def test_every_plugin_has_the_definition_of_its_module(name: str) -> None:
    plugin = import_module(f"ansible_collections.influxdb3.management.plugins.action.{name}").ActionModule
    assert issubclass(plugin, TokenAction)
    assert plugin.definition is getattr(_token_modules, name.upper())
