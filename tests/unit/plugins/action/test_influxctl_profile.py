# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the actions talk to the host. Real runs of them are in tests/integration."""

from __future__ import annotations

import base64
import hashlib
import json
from types import SimpleNamespace
from typing import Any, Callable

import pytest
from ansible_collections.influxdb3.management.plugins.action import influxctl_profile, influxctl_profile_info

PATH = "/home/u/.config/influxctl/config.toml"
SECRET = "M.V1.+5Jkhush-hush-hush"
ARGUMENTS = {"name": "d", "product": "dedicated", "account_id": "a", "cluster_id": "c", "mgmt_token": SECRET}
TEXT = (
    '# mine\n[[profile]]\nname = "d"\nproduct = "dedicated"\naccount_id = "a"\ncluster_id = "c"\n'
    f'mgmt_token = "{SECRET}"\n'
)


class Host:
    """Stands for the host: answers what the companion module would, and writes down what it was asked."""

    def __init__(self, content: bytes | None = None) -> None:
        self.content = content
        self.asked: list[dict[str, Any]] = []
        self.printed: list[bool] = []
        self.play_context = SimpleNamespace(no_log="as before")
        self.extra: dict[str, Any] = {}
        self.answer: dict[str, Any] | BaseException | None = None
        self.loose_modes: list[dict[str, str]] = []
        self.before_writing: Callable[[], None] = lambda: None

    def run(self, action: Any, arguments: dict[str, Any], check_mode: bool = False, diff: bool = False) -> Any:
        task = SimpleNamespace(
            args=arguments, check_mode=check_mode, diff=diff, async_val=0, no_log=False, action="x", delegate_to=None
        )
        connection = SimpleNamespace(_play_context=self.play_context, _shell=SimpleNamespace(tmpdir=None))
        module = action.ActionModule(task, connection, self.play_context, None, None, None)
        module._execute_module = self.execute
        result = module.run(None, {"ansible_facts": {}})
        assert json.loads(json.dumps(result)) == result
        assert SECRET not in json.dumps(result)
        assert "content_base64" not in json.dumps(result)
        return result

    def execute(self, module_name: str, module_args: dict[str, Any], task_vars: Any) -> dict[str, Any]:
        assert module_name == "influxdb3.management.influxctl_config_file"
        self.asked.append(module_args)
        self.printed.append(self.play_context.no_log is not True)
        if isinstance(self.answer, BaseException):
            raise self.answer
        if self.answer is not None:
            return self.answer
        answer = self.read() if module_args["operation"] == "read" else self.write(module_args)
        return {**answer, **self.extra, "path": PATH, "user": "u", "invocation": {"module_args": module_args}}

    def sha256(self) -> str:
        return "absent" if self.content is None else hashlib.sha256(self.content).hexdigest()

    def read(self) -> dict[str, Any]:
        return {
            "exists": self.content is not None,
            "content_base64": None if self.content is None else base64.b64encode(self.content).decode(),
            "sha256": self.sha256(),
            "loose_modes": self.loose_modes,
        }

    def write(self, arguments: dict[str, Any]) -> dict[str, Any]:
        self.before_writing()
        if arguments["expected_sha256"] != self.sha256():
            return {"changed": False, "conflict": True}
        self.content = base64.b64decode(arguments["content_base64"])
        return (
            {"changed": True, "conflict": False, "backup_file": f"{PATH}~"}
            if arguments["backup"]
            else {
                "changed": True,
                "conflict": False,
            }
        )


def test_two_round_trips_when_something_changes_and_one_when_nothing_does() -> None:
    host = Host(b"# mine\n")
    assert host.run(influxctl_profile, ARGUMENTS)["changed"]
    assert [asked["operation"] for asked in host.asked] == ["read", "write"]
    assert host.content == TEXT.replace("# mine\n", "# mine\n\n").encode()
    assert not host.run(influxctl_profile, ARGUMENTS)["changed"]
    assert [asked["operation"] for asked in host.asked] == ["read", "write", "read"]
    assert host.run(influxctl_profile_info, {})["profiles"][0]["mgmt_token_prefix"] == "M.V1.+5Jk"
    assert len(host.asked) == 4


def test_the_result() -> None:
    result = Host(TEXT.encode()).run(influxctl_profile, {"name": "d", "database": "b", "backup": True})
    assert result == {
        "changed": True,
        "path": PATH,
        "profile": {
            "name": "d",
            "product": "dedicated",
            "account_id": "a",
            "cluster_id": "c",
            "database": "b",
            "token": False,
            "mgmt_token": True,
            "mgmt_token_prefix": "M.V1.+5Jk",
        },
        "mgmt_token_prefix": "M.V1.+5Jk",
        "backup_file": f"{PATH}~",
    }


def test_the_result_of_info() -> None:
    text = TEXT + '[[profile]]\nname = "e"\n'
    assert Host(text.encode()).run(influxctl_profile_info, {"name": "e"}) == {
        "changed": False,
        "path": PATH,
        "user": "u",
        "exists": True,
        "profiles": [{"name": "e", "token": False, "mgmt_token": False, "mgmt_token_prefix": None}],
    }
    assert Host().run(influxctl_profile_info, {})["exists"] is False
    assert Host().run(influxctl_profile_info, {})["profiles"] == []
    assert Host(text.encode()).run(influxctl_profile_info, {"name": "f"})["profiles"] == []
    names = [profile["name"] for profile in Host(text.encode()).run(influxctl_profile_info, {})["profiles"]]
    assert names == ["d", "e"]


def test_absent() -> None:
    host = Host(TEXT.encode())
    result = host.run(influxctl_profile, {"name": "d", "state": "absent"}, diff=True)
    assert result["changed"]
    assert (result["profile"], result["mgmt_token_prefix"]) == (None, None)
    assert result["diff"]["after"] == ""
    assert 'mgmt_token = "M.V1.+5Jk..."' in result["diff"]["before"]
    assert host.content == b"# mine\n"
    assert not host.run(influxctl_profile, {"name": "d", "state": "absent"})["changed"]
    assert not Host().run(influxctl_profile, {"name": "d", "state": "absent"})["changed"]


def test_nothing_is_printed_on_the_way_and_the_setting_comes_back() -> None:
    host = Host()
    host.run(influxctl_profile, ARGUMENTS)
    assert host.printed == [False, False]
    assert host.play_context.no_log == "as before"
    host.answer = RuntimeError("the connection broke")
    with pytest.raises(RuntimeError):
        host.run(influxctl_profile, ARGUMENTS)
    assert host.printed == [False] * 3
    assert host.play_context.no_log == "as before"


def test_a_file_changed_meanwhile_is_read_and_edited_anew() -> None:
    host = Host()
    meanwhile = [b"# one\n", b"# two\n"]

    def change() -> None:
        if meanwhile:
            host.content = meanwhile.pop(0)

    host.before_writing = change
    assert host.run(influxctl_profile, ARGUMENTS)["changed"]
    assert host.content is not None
    assert host.content.startswith(b"# two\n\n[[profile]]\n")
    assert len(host.asked) == 6


def test_a_file_that_keeps_changing_is_an_error() -> None:
    host = Host(b"")

    def change() -> None:
        assert host.content is not None
        host.content += b"#\n"

    host.before_writing = change
    result = host.run(influxctl_profile, ARGUMENTS)
    assert result == {
        "failed": True,
        "msg": f"{PATH} was changed by another program each time it was edited. Run the task again.",
    }
    assert host.content == b"#\n" * influxctl_profile._ATTEMPTS


def test_loose_modes_are_a_change_that_the_diff_shows() -> None:
    host = Host(TEXT.encode())
    host.loose_modes = [{"path": PATH, "mode": "0644", "wanted": "0600"}]
    result = host.run(influxctl_profile, ARGUMENTS, diff=True)
    assert result["changed"]
    assert result["diff"]["before"].startswith(f"# {PATH}: mode 0644\n[[profile]]")
    assert result["diff"]["after"].startswith(f"# {PATH}: mode 0600\n[[profile]]")
    assert [asked["operation"] for asked in host.asked] == ["read", "write"]
    assert not host.run(influxctl_profile, {"name": "none", "state": "absent"})["changed"]


def test_a_diff_only_where_one_is_asked_for() -> None:
    assert "diff" not in Host().run(influxctl_profile, ARGUMENTS)
    diff = Host(TEXT.encode()).run(influxctl_profile, {**ARGUMENTS, "mgmt_token": SECRET + "2"}, diff=True)["diff"]
    assert diff["before_header"] == diff["after_header"] == f"{PATH} (profile d)"
    assert diff["after"] == diff["before"].replace("M.V1.+5Jk...", "M.V1.+5Jk... (changed)")


def test_what_is_meant_for_ansible_is_passed_on() -> None:
    host = Host()
    host.extra = {"ansible_facts": {"discovered_interpreter_python": "/p"}, "warnings": ["w"], "deprecations": []}
    result = host.run(influxctl_profile, ARGUMENTS)
    assert {key: result[key] for key in host.extra} == host.extra


@pytest.mark.parametrize("action", [influxctl_profile, influxctl_profile_info])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'[[profile]]\nname = "d"\nmgmt_token = ' + SECRET.encode(), "is not valid TOML at line 3, column 14."),
        (b"\xff" + SECRET.encode(), "is not a text in UTF-8."),
        (b'[[profile]]\nname = "d"\n' * 2, "has 2 profiles named 'd'."),
        (b"profile = 1", "has a 'profile' that is no array of tables, [[profile]]."),
    ],
)
def test_a_bad_file_is_named_and_not_touched(action: Any, content: bytes, message: str) -> None:
    host = Host(content)
    result = host.run(action, ARGUMENTS if action is influxctl_profile else {"name": "d"})
    assert result["failed"]
    assert result["msg"].startswith(f"{PATH} {message}")
    assert host.content == content
    assert len(host.asked) == 1


def test_a_failure_on_the_host_is_one_line_without_secrets() -> None:
    host = Host()
    host.answer = {
        "failed": True,
        "msg": f"no\nstart of {SECRET}",
        "module_stdout": SECRET,
        "exception": SECRET,
        "rc": 1,
        "warnings": ["w"],
    }
    result = host.run(influxctl_profile, ARGUMENTS)
    assert result == {
        "failed": True,
        "msg": "Python could not be run on the host: no start of ***. Try whether ansible.builtin.ping works there.",
        "warnings": ["w"],
    }
    host.answer = {"failed": True, "msg": "The companion says what to do.", "explained": True}
    assert host.run(influxctl_profile, ARGUMENTS)["msg"] == "The companion says what to do."


@pytest.mark.parametrize(
    "wrong",
    [
        {"mgmt_token": {"token": SECRET}},
        {"mgmt_token": f"{SECRET} {SECRET}"},
        {"tls": {"insecure": SECRET}},
        {"product": SECRET},
        {"tls": [SECRET]},
        {"unknown": SECRET},
        {"auth": {"oauth2": {"client_id": "i"}}},
        {"account_id": ""},
    ],
)
def test_wrong_options_are_refused_without_secrets(wrong: dict[str, Any]) -> None:
    host = Host()
    result = host.run(influxctl_profile, {**ARGUMENTS, **wrong})
    assert result["failed"]
    assert "\n" not in result["msg"]
    assert "hush" not in result["msg"]
    assert [asked for asked in host.asked if asked["operation"] != "read"] == []


def test_without_tomlkit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tomlkit", None)
    host = Host()
    for action in (influxctl_profile, influxctl_profile_info):
        result = host.run(action, {"name": "d"})
        assert result["failed"]
        assert "pip install tomlkit" in result["msg"]
    assert host.asked == []
