# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of the modules that ask the service: what the engine is given, what is refused, what is hidden."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.action import ActionBase
from ansible.plugins.connection.local import Connection as LocalConnection
from ansible.template import Templar, trust_as_template
from ansible.utils.display import Display
from ansible_collections.influxdb3.management.plugins.action import database_token, database_token_info
from ansible_collections.influxdb3.management.plugins.module_utils import _redaction
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Run
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret, SecretStore
from ansible_collections.influxdb3.management.plugins.plugin_utils._action import (
    ServiceAction,
    TokenAction,
    hide_arguments,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._validation import plain_arguments

DATABASE_TOKEN = database_token.ActionModule.definition
DATABASE_TOKEN_INFO = database_token_info.ActionModule.definition
SECRET = "apiv1_" + "5" * 64
MANAGEMENT = "M.V1.+5JkBzdQ3Yw8hXoT5Yk9w2m1"
TELEGRAF = {"description": "telegraf"}


class FakeConnection:
    """As much of a connection as an action looks at."""

    def __init__(self, transport: str = "local", shell_family: str = "sh", remote_is_local: bool = False) -> None:
        self.transport = transport
        self._remote_is_local = remote_is_local
        self._play_context = SimpleNamespace(no_log=False)
        self._shell = SimpleNamespace(tmpdir=None, SHELL_FAMILY=shell_family, env_prefix=lambda **_variables: "")


def test_the_connection_of_these_tests_is_like_a_real_one() -> None:
    context = PlayContext()
    context.executable = "/bin/sh"
    real, fake = LocalConnection(context), FakeConnection()
    assert (real.transport, real._shell.tmpdir) == (fake.transport, fake._shell.tmpdir)
    assert real._shell.SHELL_FAMILY == fake._shell.SHELL_FAMILY
    assert real._shell.env_prefix() == fake._shell.env_prefix() == ""


class Engine:
    """In place of the engine: what it was given, and what it answers. ``calls`` are those of the host."""

    def __init__(self) -> None:
        self.tasks: list[Run] = []
        self.stores: list[SecretStore | None] = []
        self.calls: list[dict[str, Any]] = []
        self.result: dict[str, Any] = {"changed": True, "diff": {"before": "", "after": ""}}
        self.error: Exception | None = None
        self.warnings: list[str] = []
        self.uses_store = False
        self.host_error: Exception | None = None

    def run(self, task: Run, store: SecretStore | None = None) -> dict[str, Any]:
        self.tasks.append(task)
        self.stores.append(store)
        task.warnings.extend(self.warnings)
        task.result_holds_secret = "token" in self.result
        if self.uses_store:
            assert store is not None
            store.evidence()
        if self.error is not None:
            raise self.error
        return dict(self.result)

    def execute_module(self, action: ActionBase, **keywords: Any) -> dict[str, Any]:
        self.calls.append(keywords)
        if self.host_error is not None:
            raise self.host_error
        path = keywords["module_args"]["path"]
        return {"changed": False, "path": path, "held": None, "replaced": [], "warnings": ["of the host"]}


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    engine = Engine()
    monkeypatch.setattr(
        ActionBase, "_execute_module", lambda action, **keywords: engine.execute_module(action, **keywords)
    )
    return engine


def make_action(
    engine: Engine,
    arguments: dict[str, Any],
    definition: Definition = DATABASE_TOKEN,
    connection: FakeConnection | None = None,
    variables: dict[str, Any] | None = None,
    basedir: str = "/playbooks",
    base: type[ServiceAction] = TokenAction,
    **fields: Any,
) -> ServiceAction:
    """An action for a task with these arguments; other fields are those of the task."""
    task = Task()
    task.action = "influxdb3.management.database_token"
    task.args = arguments
    for name, value in {"register": "result", **fields}.items():
        setattr(task, name, value)
    loader = DataLoader()
    loader.set_basedir(basedir)
    kind = type("ActionModule", (base,), {"definition": replace(definition, run=engine.run)})
    action: ServiceAction = kind(
        task=task,
        connection=connection or FakeConnection(),
        play_context=None,
        loader=loader,
        templar=Templar(loader=loader, variables=variables or {}),
        shared_loader_obj=None,
    )
    return action


def run(
    engine: Engine, arguments: dict[str, Any], task_vars: dict[str, Any] | None = None, **rest: Any
) -> dict[str, Any]:
    return make_action(engine, arguments, **rest).run(task_vars=task_vars)


# One way


@pytest.mark.parametrize(
    "situation",
    [
        {},
        {"connection": FakeConnection("ssh")},
        {"connection": FakeConnection("community.docker.docker")},
        {"connection": FakeConnection("network_cli", remote_is_local=True)},
        {"connection": FakeConnection("winrm", shell_family="powershell")},
        {"become": True, "become_user": "telegraf"},
        {"environment": [{"HTTPS_PROXY": "x"}]},
        {"check_mode": True},
        {"delegate_to": "bastion"},
        {"task_vars": {"ansible_python_interpreter": "/nonexistent/bin/python3"}},
    ],
)
def test_the_service_is_asked_from_here_whatever_the_task_is_for(engine: Engine, situation: dict[str, Any]) -> None:
    assert run(engine, TELEGRAF, **situation)["changed"]
    assert len(engine.tasks) == 1
    assert engine.calls == []


def test_the_environment_of_the_task_lies_over_that_of_the_worker(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INFLUXDB3_URL", "https://worker.example")
    monkeypatch.setenv("INFLUXDB3_ACCOUNT_ID", "of the worker")
    environment = [{"INFLUXDB3_URL": "https://play.example", "NUMBER": 7}, {}, trust_as_template("{{ own }}")]
    variables = {"own": {"INFLUXDB3_URL": "https://task.example"}}
    run(engine, TELEGRAF, environment=environment, variables=variables)
    given = engine.tasks[0].environment
    assert given["INFLUXDB3_URL"] == "https://task.example"
    assert (given["INFLUXDB3_ACCOUNT_ID"], given["NUMBER"]) == ("of the worker", "7")
    assert os.environ["INFLUXDB3_URL"] == "https://worker.example"


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
    engine: Engine, arguments: dict[str, Any], fields: dict[str, Any], refusal: str | None
) -> None:
    named = {} if arguments.get("id") else TELEGRAF
    result = run(engine, {**named, **arguments}, **fields)
    assert result.get("msg") == refusal
    assert bool(result.get("failed")) is (refusal is not None)
    assert len(engine.tasks) == (1 if refusal is None else 0)


def test_a_module_that_creates_nothing_needs_no_receiver(engine: Engine) -> None:
    listing: dict[str, Any] = {"definition": DATABASE_TOKEN_INFO, "base": ServiceAction}
    run(engine, {}, register=None, **listing)
    assert len(engine.tasks) == 1
    assert run(engine, {}, async_val=60, **listing)["msg"] == BACKGROUND


def test_wrong_arguments_reach_nobody(engine: Engine) -> None:
    for arguments, message in (
        ({**TELEGRAF, "unknown": 1}, "Unsupported option unknown. Known are account_id, "),
        ({**TELEGRAF, "state": "gone"}, "value of state must be one of: present, absent, got: gone"),
        ({**TELEGRAF, "lifetime": "1d", "expires_at": "x"}, "parameters are mutually exclusive: expires_at|lifetime"),
    ):
        result = run(engine, arguments)
        assert result["failed"]
        assert result["msg"].startswith(message)
    assert engine.tasks == []


# What goes through


def test_the_engine_gets_validated_parameters(engine: Engine) -> None:
    arguments = {
        **TELEGRAF,
        "timeout": "7",
        "validate_certs": "no",
        "permissions": [{"action": "read", "resource": "*"}],
    }
    run(engine, arguments, check_mode=True)
    task = engine.tasks[0]
    assert task.check_mode
    assert {name: task.parameters[name] for name in arguments} == {**arguments, "timeout": 7.0, "validate_certs": False}
    assert (task.parameters["state"], task.parameters["retries"], task.parameters["id"]) == ("present", 3, None)


PATHS = [
    ("secrets/a", "local", "/playbooks/secrets/a"),
    ("./a", "local", "/playbooks/a"),
    ("../a", "local", "/a"),
    ("/absolute/a", "local", "/absolute/a"),
    # The host knows whose they are.
    ("~/a", "local", "~/a"),
    ("$HOME/a", "local", "$HOME/a"),
    ("~/a", "ssh", "~/a"),
    ("/absolute/a", "ssh", "/absolute/a"),
]


@pytest.mark.parametrize(("path", "transport", "expected"), PATHS)
def test_a_relative_secret_file_starts_at_the_playbook(
    engine: Engine, path: str, transport: str, expected: str
) -> None:
    engine.uses_store = True
    run(engine, {**TELEGRAF, "secret_file": path, "owner": "telegraf"}, connection=FakeConnection(transport))
    (call,) = engine.calls
    assert call["module_name"] == "influxdb3.management.secret_file"
    assert call["module_args"] == {
        "operation": "read",
        "path": expected,
        "owner": "telegraf",
        "group": None,
        "mode": "0600",
        "secret_format": "{token}",
        "take_over": False,
        "follow": True,
    }


@pytest.mark.parametrize(
    ("path", "connection", "message"),
    [
        (
            "secrets/a",
            FakeConnection("ssh"),
            "secret_file secrets/a is a relative path, and",
        ),
        (
            "/a",
            FakeConnection("network_cli", remote_is_local=True),
            "With the connection network_cli, there",
        ),
        ("/a", FakeConnection("winrm", shell_family="powershell"), "secret_file cannot be on a Windows host."),
    ],
)
def test_a_secret_file_that_can_be_nowhere_is_refused(
    engine: Engine, path: str, connection: FakeConnection, message: str
) -> None:
    result = run(engine, {**TELEGRAF, "secret_file": path}, connection=connection, register=None)
    assert result["failed"]
    assert result["msg"].startswith(message)
    assert engine.tasks == []


def test_an_empty_secret_file_is_refused(engine: Engine) -> None:
    for path in ("", " "):
        result = run(engine, {**TELEGRAF, "secret_file": path})
        assert result["msg"] == "secret_file is empty. Give a value, or leave the option out."
    assert engine.tasks == []


def test_without_a_secret_file_there_is_no_store(engine: Engine) -> None:
    run(engine, {**TELEGRAF, "secret_file": None})
    assert engine.stores == [None]


# What comes back


@pytest.mark.parametrize("diff", [True, False])
def test_a_result_of_the_engine(engine: Engine, diff: bool) -> None:
    engine.warnings = ["careful"]
    result = run(engine, TELEGRAF, diff=diff)
    expected: dict[str, Any] = {"changed": True, "warnings": ["careful"]}
    if diff:
        expected["diff"] = {"before": "", "after": ""}
    assert result == expected


def test_a_failure_of_the_engine(engine: Engine) -> None:
    engine.warnings = ["careful"]
    engine.error = InputError("do this")
    assert run(engine, TELEGRAF) == {"failed": True, "msg": "do this", "warnings": ["careful"]}


def test_a_defect_of_the_engine_shows_no_text(engine: Engine) -> None:
    engine.error = KeyError(SECRET)
    result = run(engine, TELEGRAF)
    assert result["failed"]
    assert result["msg"].startswith("Internal error: KeyError at test_action.py:")
    assert SECRET not in repr(result)


def test_a_result_with_a_token_and_no_other_is_hidden(engine: Engine) -> None:
    assert "_ansible_no_log" not in run(engine, TELEGRAF)
    engine.result = {"changed": True, "token": SECRET}
    hidden = run(engine, TELEGRAF)
    assert hidden["_ansible_no_log"] is True
    assert hidden["token"] == SECRET
    engine.error = InputError("no")
    assert "_ansible_no_log" not in run(engine, TELEGRAF)


def test_what_the_host_says_to_ansible_is_passed_on(engine: Engine) -> None:
    engine.uses_store = True
    engine.warnings = ["of the engine"]
    assert run(engine, {**TELEGRAF, **FILE})["warnings"] == ["of the host", "of the engine"]


def test_a_host_that_cannot_be_reached_counts_as_unreachable(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _display, text: shown.append(text))
    engine.uses_store = True
    engine.warnings = ["careful"]
    engine.host_error = AnsibleConnectionFailure("no route")
    with pytest.raises(AnsibleConnectionFailure, match=r"^The host could not be reached: no route$"):
        run(engine, {**TELEGRAF, **FILE})
    assert shown == ["careful"]


def test_the_engine_learns_when_the_controller_is_gone(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    run(engine, TELEGRAF)
    assert engine.tasks[0].has_receiver()
    monkeypatch.setattr(os, "getppid", lambda: 1)
    assert not engine.tasks[0].has_receiver()


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


def test_an_unquoted_instant_reaches_the_engine_as_one(engine: Engine) -> None:
    loaded = DataLoader().load("expires_at: 2027-01-31T00:00:00Z", file_name="/play.yml")
    run(engine, {**TELEGRAF, **loaded})
    assert engine.tasks[0].parameters["expires_at"] == "2027-01-31T00:00:00+00:00"


def test_a_value_of_any_type_becomes_text() -> None:
    assert plain_arguments({"path": Path("/a"), "template": trust_as_template("x")}) == {"path": "/a", "template": "x"}


@pytest.mark.parametrize(
    "arguments",
    [
        {"retries": "M.V1.+5JkBzdQ3Yw8hXoT"},
        {"validate_certs": "hunter2", "management_token": "hunter2"},
        {"hunter2": 1, "management_token": "hunter2"},
    ],
)
def test_a_secret_in_the_wrong_place_is_not_shown(engine: Engine, arguments: dict[str, Any]) -> None:
    result = run(engine, {**TELEGRAF, **arguments})
    assert result["failed"]
    assert [text for text in ("hunter2", SECRET, "BzdQ") if text in result["msg"]] == []
    assert engine.tasks == []


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"description": f"the token {SECRET}"}, "description"),
        ({"secret_file": "M.V1.+5JkBzdQ3Yw8hXoT5Yk9w2m1"}, "secret_file"),
        ({"state": SECRET}, "state"),
        (
            {"permissions": [{"action": "read", "resource": "*"}, {"action": SECRET, "resource": "*"}]},
            "permissions (entry 2).action",
        ),
        ({"unknown": SECRET}, "unknown"),
    ],
)
def test_a_token_where_none_belongs_is_refused(engine: Engine, arguments: dict[str, Any], name: str) -> None:
    result = run(engine, {**TELEGRAF, **arguments})
    assert result == {
        "failed": True,
        "msg": f"{name} holds what looks like a token, and {name.rpartition('.')[2]} is shown in the clear. Nothing "
        "was sent. Give the token to the option that takes one, and replace it if the playbook was ever shared.",
    }
    assert engine.tasks == []


def test_ansible_is_told_of_the_secrets(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(_redaction, "register_secret", told.append)
    run(engine, TELEGRAF)
    engine.tasks[0].hide(Secret(MANAGEMENT))
    engine.tasks[0].hide(Secret(SECRET))
    assert told == [MANAGEMENT, SECRET]


@pytest.mark.parametrize("arguments", [{"management_token": SECRET}, {"description": "M.V1.+5Jk, apiv1_ and M.V1."}])
def test_a_token_in_its_place_and_its_public_beginning_are_taken(engine: Engine, arguments: dict[str, Any]) -> None:
    assert "failed" not in run(engine, {**TELEGRAF, **arguments})


@pytest.mark.parametrize("token", ["hunter2", SECRET])
def test_a_secret_given_for_a_number_is_not_shown(engine: Engine, token: str) -> None:
    """Whether Ansible quotes it differs between its versions."""
    for option in ("timeout", "retries"):
        result = run(engine, {**TELEGRAF, option: token, "management_token": token})
        assert result["failed"]
        assert option in result["msg"]
        assert token not in result["msg"]


def test_hidden_arguments() -> None:
    definition = DATABASE_TOKEN
    assert hide_arguments("a b c", definition, {"management_token": "b", "description": "c"}) == "a *** c"
    assert hide_arguments("a b c", definition, {"management_token": None}) == "a b c"
    assert hide_arguments("a {'b': 1} c", definition, {"management_token": {"b": 1}}) == "a *** c"
    assert hide_arguments("two\nlines", definition, {}) == "two lines"


# The plugins


@pytest.mark.parametrize("name", ["secret_file", "influxctl_config_file"])
def test_companions_are_refused_in_playbooks(engine: Engine, name: str) -> None:
    plugin = import_module(f"ansible_collections.influxdb3.management.plugins.action.{name}").ActionModule
    task = Task()
    task.action = f"influxdb3.management.{name}"
    task.args = {"path": "/a", "operation": "remove"}
    loader = DataLoader()
    action = plugin(task, FakeConnection(), None, loader, Templar(loader=loader, variables={}), None)
    result = action.run(task_vars={})
    assert result["failed"]
    assert result["msg"].startswith(f"{name} is internal to this collection. Use ")
    assert engine.calls == []
