# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of a task: how results, warnings, errors and defects come out of it, without a secret."""

from __future__ import annotations

import io
import json
import os
from datetime import datetime, timezone
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip(
    "ansible.module_utils.basic", reason="the frame of a task needs the part of Ansible that modules get"
)

from ansible.module_utils import basic
from ansible.module_utils.testing import patch_module_args
from ansible_collections.influxdb3.management.plugins.module_utils import _hiding, _task
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    InputError,
    UnauthorizedError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._task import (
    Definition,
    Outcome,
    Task,
    execute,
    run_module,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret, Token
from ansible_collections.influxdb3.management.tests.unit.plugins.scripted_service import (
    ACCOUNT_ID,
    CLUSTER_ID,
    CONNECTION,
    MANAGEMENT_TOKEN,
    URL,
)

OPTIONS = {"management_token": {"type": "str", "no_log": True}, "text": {"type": "str"}}


def define(run: Any) -> Definition:
    return Definition(argument_spec=OPTIONS, run=run)


def raising(error: Exception, before: Any = lambda task: None) -> Definition:
    def run(task: Task) -> dict[str, Any]:
        before(task)
        raise error

    return define(run)


MADE = Token("made", "job", datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc))


# execute


def test_what_was_cleaned_up_comes_out_of_successes_and_failures() -> None:
    def run(task: Task) -> dict[str, Any]:
        task.cleaned_up.append(MADE)
        return {"changed": True}

    cleaned_up = [MADE.metadata(MADE.created_at)]
    assert execute(define(run), {}, False).result == {"changed": True, "cleaned_up": cleaned_up}
    for error in (InputError("do this"), KeyError("hush")):
        assert execute(raising(error, lambda task: task.cleaned_up.append(MADE)), {}, False).result == {
            "cleaned_up": cleaned_up
        }


def test_every_secret_is_told_to_ansible_where_it_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(_hiding, "register_secret", told.append)
    task = Task(CONNECTION, register_secret=_hiding.hide)
    task.connection()
    task.hide(Secret("apiv1_hush"))
    task.hide(Secret("x"))
    assert told == [MANAGEMENT_TOKEN, "apiv1_hush"]
    assert [secret.reveal() for secret in task.secrets] == [MANAGEMENT_TOKEN, "apiv1_hush", "x"]


def test_ansible_listens_since_it_has_a_list_of_secrets() -> None:
    register_secret = getattr(_hiding, "register_secret")  # noqa: B009 - it is imported there from Ansible
    assert (register_secret is not None) == (find_spec("ansible.module_utils.secrets") is not None)


def test_a_result_comes_out_with_its_warnings() -> None:
    def run(task: Task) -> dict[str, Any]:
        task.warnings.append("careful")
        return {"changed": task.check_mode, "text": task.parameters["text"]}

    assert execute(define(run), {"text": "a"}, check_mode=True) == Outcome({"changed": True, "text": "a"}, ["careful"])
    assert execute(define(run), {"text": "b"}, check_mode=False) == Outcome(
        {"changed": False, "text": "b"}, ["careful"]
    )


@pytest.mark.parametrize("error", [InputError("do this"), UnauthorizedError("do this", 401)])
def test_an_expected_failure_comes_out_as_its_text(error: Exception) -> None:
    outcome = execute(raising(error, lambda task: task.warnings.append("careful")), {}, False)
    assert outcome == Outcome({}, ["careful"], "do this")


def test_a_defect_comes_out_without_its_text() -> None:
    outcome = execute(raising(KeyError("hush"), lambda task: task.warnings.append("careful")), {}, False)
    assert outcome.result == {}
    assert outcome.warnings == ["careful"]
    line = raising.__code__.co_firstlineno + 3
    assert outcome.error == (
        f"Internal error: KeyError at test_task.py:{line} in run. Please report it with this line."
    )


def test_a_defect_deep_below_names_its_own_place() -> None:
    outcome = execute(define(lambda task: json.loads("hush")), {}, False)
    assert outcome.error is not None
    assert outcome.error.startswith("Internal error: JSONDecodeError at decoder.py:")
    assert "hush" not in outcome.error


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_what_ends_a_process_is_not_held_up(interrupt: Any) -> None:
    with pytest.raises(interrupt):
        execute(raising(interrupt()), {}, False)


def test_secrets_are_hidden_in_errors_and_warnings() -> None:
    def learn(task: Task) -> None:
        task.secrets.extend([Secret("odd.one"), Secret("another")])
        task.warnings.extend(["first odd.one, second another!", "nothing\nsecret"])

    outcome = execute(raising(InputError("what odd.one\nsays"), learn), {}, False)
    assert outcome == Outcome({}, ["first ***, second ***!", "nothing\nsecret"], "what *** says")


def test_secrets_are_hidden_in_the_warnings_of_a_success() -> None:
    def run(task: Task) -> dict[str, Any]:
        task.secrets.append(Secret("odd.one"))
        task.warnings.append("not odd.one")
        return {"token": "odd.one"}

    assert execute(define(run), {}, False) == Outcome({"token": "odd.one"}, ["not ***"])


def test_the_token_of_the_connection_is_a_secret() -> None:
    def run(task: Task) -> dict[str, Any]:
        task.connection()
        raise InputError(f"what about {MANAGEMENT_TOKEN}?")

    assert execute(define(run), CONNECTION, False).error == "what about ***?"


def test_an_error_that_hides_nothing_keeps_what_is_public() -> None:
    assert execute(raising(InputError("prefix M.V1.+5Jk")), {}, False).error == "prefix M.V1.+5Jk"


@pytest.mark.parametrize("library", ["httpx", "tenacity", "tomlkit"])
def test_a_missing_library_is_named_and_nothing_runs(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setattr(_task, "find_spec", lambda name: None if name == library else find_spec(name))
    outcome = execute(raising(AssertionError("must not run")), {}, False)
    assert outcome.result == {}
    assert outcome.error is not None
    assert outcome.error.startswith(f"Failed to import the required Python library ({library})")


# Task.connection


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://service.test", True),
        ("https://service.test", False),
        ("http://localhost:8080", False),
        ("http://127.0.0.1", False),
        ("http://[::1]:80", False),
    ],
)
def test_a_token_that_would_cross_the_network_in_the_clear_is_warned_of(url: str, warned: bool) -> None:
    task = Task({**CONNECTION, "url": url})
    task.connection()
    expected = [f"{url} is not HTTPS: the management token crosses the network in the clear."]
    assert task.warnings == (expected if warned else [])


def test_without_a_token_nothing_crosses_the_network_in_the_clear() -> None:
    task = Task({**CONNECTION, "management_token": None, "url": "http://service.test"})
    assert task.connection(token_required=False).management_token is None
    assert (task.warnings, task.secrets) == ([], [])
    with pytest.raises(InputError, match=r"^No management token is given\. Set management_token"):
        task.connection()


def test_the_connection_is_settled_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFLUXDB3_ACCOUNT_ID", ACCOUNT_ID)
    monkeypatch.setenv("INFLUXDB3_CLUSTER_ID", CLUSTER_ID)
    monkeypatch.setenv("INFLUXDB3_MANAGEMENT_TOKEN", MANAGEMENT_TOKEN)
    task = Task({"url": URL})
    connection = task.connection()
    assert (connection.account_id, connection.cluster_id, connection.url) == (ACCOUNT_ID, CLUSTER_ID, URL)
    assert [secret.reveal() for secret in task.secrets] == [MANAGEMENT_TOKEN]


# run_module, in this process; the tests of each module run it in one of its own


@pytest.fixture(autouse=True)
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a module warned of: where Ansible's controller is at hand, as here, a module does not print it."""
    texts: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, text: texts.append(text))
    return texts


def finish(definition: Definition, capsys: pytest.CaptureFixture[str], **arguments: Any) -> dict[str, Any]:
    """Run a module with what Ansible would hand to it, and return what it prints."""
    with patch_module_args(arguments), pytest.raises(SystemExit) as caught:
        run_module(definition)
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert caught.value.code == (1 if printed.get("failed") else 0)
    # With this, ansible-core 2.22 tells its controller what to hide everywhere.
    printed.pop("_ansible_new_secrets", None)
    return printed


def answer(task: Task) -> dict[str, Any]:
    task.warnings.append(f"careful with {task.parameters['text']}")
    return {"changed": True, "check": task.check_mode, "diff": {"before": "a", "after": "b"}}


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("diff", [True, False])
def test_a_module_prints_its_result(
    capsys: pytest.CaptureFixture[str],
    warned: list[str],
    check_mode: bool,
    diff: bool,
) -> None:
    printed = finish(define(answer), capsys, text="it", _ansible_check_mode=check_mode, _ansible_diff=diff)
    printed.pop("invocation", None)  # ansible-core 2.21 tells it on request only
    expected: dict[str, Any] = {"changed": True, "check": check_mode}
    if diff:
        expected["diff"] = {"before": "a", "after": "b"}
    assert printed == expected
    assert warned == ["careful with it"]


def test_a_module_prints_its_failure(capsys: pytest.CaptureFixture[str], warned: list[str]) -> None:
    definition = raising(InputError("do this"), lambda task: task.warnings.append("careful"))
    printed = finish(definition, capsys, management_token=MANAGEMENT_TOKEN)
    assert (printed["failed"], printed["msg"]) == (True, "do this")
    assert warned == ["careful"]
    assert MANAGEMENT_TOKEN not in json.dumps(printed)


def test_a_module_prints_what_it_cleaned_up_when_it_fails(
    capsys: pytest.CaptureFixture[str], warned: list[str]
) -> None:
    printed = finish(raising(InputError("do this"), lambda task: task.cleaned_up.append(MADE)), capsys)
    assert [one["id"] for one in printed["cleaned_up"]] == ["made"]


def test_a_module_notices_that_nobody_reads_what_it_will_print(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as output:
        monkeypatch.setattr(_task, "sys", SimpleNamespace(stdout=output))
        assert _task._output_is_read()
        os.close(reader)
        assert not _task._output_is_read()
    monkeypatch.setattr(_task, "sys", SimpleNamespace(stdout=io.StringIO()))
    assert _task._output_is_read()


def test_a_module_looks_whether_somebody_reads_what_it_will_print(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_task, "_output_is_read", lambda: False)
    assert finish(define(lambda task: {"read": task.has_receiver()}), capsys)["read"] is False


def test_a_module_checks_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    printed = finish(Definition(OPTIONS, answer), capsys, unknown="x")
    assert printed["failed"]
    assert printed["msg"].startswith("Unsupported parameters")

    printed = finish(Definition(OPTIONS, answer, {"required_one_of": [("text", "management_token")]}), capsys)
    assert printed["msg"] == "one of the following is required: text, management_token"
