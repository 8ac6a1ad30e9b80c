# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of a task: how results, warnings, errors and defects come out of it, without a secret."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from importlib.util import find_spec
from typing import Any

import pytest

pytest.importorskip(
    "ansible.module_utils.basic", reason="the frame of a task needs the part of Ansible that modules get"
)

from ansible_collections.influxdb3.management.plugins.module_utils import _redaction, _run
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    InputError,
    UnauthorizedError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._run import (
    Definition,
    Outcome,
    Run,
    execute,
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
    def run(task: Run) -> dict[str, Any]:
        before(task)
        raise error

    return define(run)


MADE = Token("made", "job", datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc))


# execute


def test_what_was_cleaned_up_comes_out_of_successes_and_failures() -> None:
    def run(task: Run) -> dict[str, Any]:
        task.additions.update(cleaned_up=[MADE])
        return {"changed": True}

    cleaned_up = [MADE]
    assert execute(define(run), {}, False).result == {"changed": True, "cleaned_up": cleaned_up}
    for error in (InputError("do this"), KeyError("hush")):
        assert execute(raising(error, lambda task: task.additions.update(cleaned_up=[MADE])), {}, False).result == {
            "cleaned_up": cleaned_up
        }


def test_every_secret_is_told_to_ansible_where_it_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(_redaction, "register_secret", told.append)
    task = Run(CONNECTION, register_secret=_redaction.hide)
    task.connection()
    task.hide(Secret("apiv1_hush"))
    task.hide(Secret("x"))
    assert told == [MANAGEMENT_TOKEN, "apiv1_hush"]
    assert [secret.reveal() for secret in task.secrets] == [MANAGEMENT_TOKEN, "apiv1_hush", "x"]


def test_ansible_listens_since_it_has_a_list_of_secrets() -> None:
    register_secret = getattr(_redaction, "register_secret")  # noqa: B009 - it is imported there from Ansible
    assert (register_secret is not None) == (find_spec("ansible.module_utils.secrets") is not None)


def test_a_result_comes_out_with_its_warnings() -> None:
    def run(task: Run) -> dict[str, Any]:
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
    assert outcome.error == (f"Internal error: KeyError at test_run.py:{line} in run. Please report it with this line.")


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
    def learn(task: Run) -> None:
        task.secrets.extend([Secret("odd.one"), Secret("another")])
        task.warnings.extend(["first odd.one, second another!", "nothing\nsecret"])

    outcome = execute(raising(InputError("what odd.one\nsays"), learn), {}, False)
    assert outcome == Outcome({}, ["first ***, second ***!", "nothing\nsecret"], "what *** says")


def test_secrets_are_hidden_in_the_warnings_of_a_success() -> None:
    def run(task: Run) -> dict[str, Any]:
        task.secrets.append(Secret("odd.one"))
        task.warnings.append("not odd.one")
        return {"token": "odd.one"}

    assert execute(define(run), {}, False) == Outcome({"token": "odd.one"}, ["not ***"])


def test_the_token_of_the_connection_is_a_secret() -> None:
    def run(task: Run) -> dict[str, Any]:
        task.connection()
        raise InputError(f"what about {MANAGEMENT_TOKEN}?")

    assert execute(define(run), CONNECTION, False).error == "what about ***?"


def test_an_error_that_hides_nothing_keeps_what_is_public() -> None:
    assert execute(raising(InputError("prefix M.V1.+5Jk")), {}, False).error == "prefix M.V1.+5Jk"


@pytest.mark.parametrize("library", ["httpx", "tenacity", "tomlkit"])
def test_a_missing_library_is_named_and_nothing_runs(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    monkeypatch.setattr(_run, "find_spec", lambda name: None if name == library else find_spec(name))
    outcome = execute(raising(AssertionError("must not run")), {}, False)
    assert outcome.result == {}
    assert outcome.error is not None
    assert outcome.error.startswith(f"The Python library {library} is missing on the controller")


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
    task = Run({**CONNECTION, "url": url})
    task.connection()
    expected = [f"{url} is not HTTPS: the management token crosses the network in the clear."]
    assert task.warnings == (expected if warned else [])


def test_without_a_token_nothing_crosses_the_network_in_the_clear() -> None:
    task = Run({**CONNECTION, "management_token": None, "url": "http://service.test"})
    assert task.connection(token_required=False).management_token is None
    assert (task.warnings, task.secrets) == ([], [])
    with pytest.raises(InputError, match=r"^No management token is given\. Set management_token"):
        task.connection()


def test_the_connection_is_settled_from_the_environment_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFLUXDB3_ACCOUNT_ID", ACCOUNT_ID)
    monkeypatch.setenv("INFLUXDB3_CLUSTER_ID", CLUSTER_ID)
    monkeypatch.setenv("INFLUXDB3_MANAGEMENT_TOKEN", MANAGEMENT_TOKEN)
    task = Run({"url": URL})
    connection = task.connection()
    assert (connection.account_id, connection.cluster_id, connection.url) == (ACCOUNT_ID, CLUSTER_ID, URL)
    assert [secret.reveal() for secret in task.secrets] == [MANAGEMENT_TOKEN]
