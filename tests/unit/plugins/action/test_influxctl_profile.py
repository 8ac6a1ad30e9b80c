# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the actions talk to the host. Real runs of them are in tests/integration."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action import influxctl_profile, influxctl_profile_info
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_host import PATH, SECRET, TEXT, Host

ARGUMENTS = {"name": "d", "product": "dedicated", "account_id": "a", "cluster_id": "c", "mgmt_token": SECRET}


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
        "written": True,
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
        "unverified": False,
    }
    assert Host().run(influxctl_profile_info, {})["exists"] is False
    assert Host().run(influxctl_profile_info, {})["profiles"] == []
    assert Host(text.encode()).run(influxctl_profile_info, {"name": "f"})["profiles"] == []
    names = [profile["name"] for profile in Host(text.encode()).run(influxctl_profile_info, {})["profiles"]]
    assert names == ["d", "e"]


def test_info_says_of_one_profile_whether_it_is_unverified() -> None:
    host = Host(TEXT.encode())
    host.previous["d"] = b""
    assert host.run(influxctl_profile_info, {"name": "d"})["unverified"] is True
    assert host.run(influxctl_profile_info, {"name": "e"})["unverified"] is False
    assert "unverified" not in host.run(influxctl_profile_info, {})


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


OTHER = '[[profile]]\nname = "e"\n'
CHANGED = TEXT.replace(SECRET, "M.V1.+new-and-not-tried").replace('"c"', '"c2"')


@pytest.mark.parametrize(
    ("options", "previous"),
    [
        ({}, "leave"),
        ({"keep_previous": False}, "leave"),
        ({"keep_previous": True}, "keep"),
        ({"state": "absent"}, "remove"),
        ({"state": "absent", "keep_previous": True}, "remove"),
        ({"state": "previous"}, "remove"),
        ({"state": "previous", "keep_previous": True}, "remove"),
    ],
)
def test_what_becomes_of_the_previous_file(options: dict[str, Any], previous: str) -> None:
    host = Host(TEXT.encode())
    host.previous["d"] = b""
    host.run(influxctl_profile, {"name": "d", "database": "b", **options})
    read, write = host.asked
    assert (read["profile"], write["profile"], write["previous"]) == ("d", "d", previous)


def test_back_to_the_previous_profile_with_its_credentials() -> None:
    host = Host(TEXT.encode())
    new = {"name": "d", "mgmt_token": "M.V1.+new-and-not-tried", "cluster_id": "c2", "database": "b"}
    assert host.run(influxctl_profile, {**new, "keep_previous": True})["changed"]
    result = host.run(influxctl_profile, {"name": "d", "state": "previous"}, diff=True)
    assert (result["changed"], result["mgmt_token_prefix"]) == (True, "M.V1.+5Jk")
    assert result["profile"]["cluster_id"] == "c"
    assert host.content == TEXT.encode()
    assert host.previous == {}
    assert result["diff"]["before"].startswith("# with a previous file, as changes are not verified\n[[profile]]\n")
    assert result["diff"]["after"].startswith("[[profile]]\n")
    assert 'mgmt_token = "M.V1.+5Jk... (changed)"' in result["diff"]["after"]
    assert not host.run(influxctl_profile, {"name": "d", "state": "previous"})["changed"]


def test_the_last_that_worked_is_what_several_changes_go_back_to() -> None:
    host = Host(TEXT.encode())
    for cluster in ("c2", "c3"):
        host.run(influxctl_profile, {"name": "d", "cluster_id": cluster, "keep_previous": True})
    host.run(influxctl_profile, {"name": "d", "state": "previous"})
    assert host.content == TEXT.encode()


def test_nothing_to_go_back_to() -> None:
    host = Host(TEXT.encode())
    result = host.run(influxctl_profile, {"name": "d", "state": "previous"})
    assert (result["changed"], result["mgmt_token_prefix"]) == (False, "M.V1.+5Jk")
    assert [asked["operation"] for asked in host.asked] == ["read"]
    assert not host.run(influxctl_profile, {"name": "none", "state": "previous"})["changed"]
    assert not Host().run(influxctl_profile, {"name": "d", "state": "previous"})["changed"]


def test_what_others_changed_meanwhile_stays() -> None:
    host = Host(("# now\n" + OTHER + CHANGED).encode())
    host.previous["d"] = ("# then\n" + TEXT + OTHER.replace('"e"', '"gone"')).encode()
    assert host.run(influxctl_profile, {"name": "d", "state": "previous"})["changed"]
    assert host.content == ("# now\n" + OTHER + TEXT).encode()


@pytest.mark.parametrize("previous", [b"", OTHER.encode()])
def test_a_profile_that_was_not_there_is_removed(previous: bytes) -> None:
    host = Host((OTHER + CHANGED).encode())
    host.previous["d"] = previous
    result = host.run(influxctl_profile, {"name": "d", "state": "previous"})
    assert (result["changed"], result["profile"], result["mgmt_token_prefix"]) == (True, None, None)
    assert host.content is not None
    assert (b'"d"' in host.content, OTHER.encode() in host.content) == (False, True)
    assert host.previous == {}


def test_a_profile_that_was_removed_by_hand_comes_back() -> None:
    host = Host()
    host.previous["d"] = TEXT.encode()
    assert host.run(influxctl_profile, {"name": "d", "state": "previous"})["changed"]
    assert TEXT.endswith((host.content or b"?").decode())


def test_an_unchanged_profile_loses_its_previous_file() -> None:
    """As after an end between keeping the one and writing the other."""
    host = Host(TEXT.encode())
    host.previous["d"] = TEXT.encode()
    assert host.run(influxctl_profile, {"name": "d", "state": "previous"}, diff=True)["changed"]
    assert (host.content, host.previous) == (TEXT.encode(), {})


@pytest.mark.parametrize("content", [None, b"# mine\n", TEXT.encode()])
def test_absent_takes_the_previous_file_along(content: bytes | None) -> None:
    host = Host(content)
    # Empty, as there was no file before.
    host.previous = {"d": b"", "e": TEXT.encode()}
    result = host.run(influxctl_profile, {"name": "d", "state": "absent"}, diff=True)
    assert result["changed"]
    assert result["diff"]["before"].startswith("# with a previous file, as changes are not verified\n")
    assert result["diff"]["after"] == ""
    assert host.previous == {"e": TEXT.encode()}
    assert not host.run(influxctl_profile, {"name": "d", "state": "absent"})["changed"]


def test_a_previous_file_that_stays_is_no_part_of_the_diff() -> None:
    host = Host(TEXT.encode())
    host.previous["d"] = b""
    for options in ({"keep_previous": True}, {}):
        diff = host.run(influxctl_profile, {"name": "d", "database": "b", **options}, diff=True)["diff"]
        assert "previous" not in diff["before"] + diff["after"]


@pytest.mark.parametrize("state", ["previous", "absent"])
def test_a_previous_file_that_cannot_be_read(state: str) -> None:
    for broken, fault in (
        (f"mgmt_token = {SECRET}".encode(), "is not valid TOML at line 1, column 14. Correct the file by hand."),
        (b'[[profile]]\nname = "d"\n' * 2, "has 2 profiles named 'd'. Remove all but one by hand."),
        (b"a = \xff" + SECRET.encode(), "is not valid TOML at line 1, column 5. Correct the file by hand."),
    ):
        host = Host(CHANGED.encode())
        host.previous["d"] = broken
        result = host.run(influxctl_profile, {"name": "d", "state": state})
        if state == "absent":
            assert result["changed"]
            continue
        assert result["msg"] == f"The previous file of the profile 'd', beside {PATH}, {fault}"
        assert (host.content, len(host.asked)) == (CHANGED.encode(), 1)


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


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_own_token_of_the_controller_stays_there(monkeypatch: pytest.MonkeyPatch, check_mode: bool) -> None:
    monkeypatch.setenv("INFLUXDB3_MANAGEMENT_TOKEN", SECRET)
    host = Host()
    result = host.run(influxctl_profile, ARGUMENTS, check_mode)
    assert result["msg"] == (
        "settings.mgmt_token is the controller's own token, that of INFLUXDB3_MANAGEMENT_TOKEN. Make one for the host "
        "with management_token, or have the role influxctl_profile do it."
    )
    assert host.asked == []
    # On the controller it may be, and another token may be anywhere.
    host.transport = "local"
    assert host.run(influxctl_profile, ARGUMENTS, check_mode)["changed"]
    monkeypatch.setenv("INFLUXDB3_MANAGEMENT_TOKEN", "M.V1.other-hush-hush-hush")
    host = Host()
    assert host.run(influxctl_profile, ARGUMENTS, check_mode)["changed"]
