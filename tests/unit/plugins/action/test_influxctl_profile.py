# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the actions talk to the host. Real runs of them are in tests/integration."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible_collections.influxdb3.management.plugins.action import influxctl_profile, influxctl_profile_info
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.plugin_utils import _minting, _profile_store
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_host import PATH, SECRET, TEXT, Host
from ansible_collections.influxdb3.management.tests.unit.plugins.token_service import MemoryService

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
        "profiles": [
            {
                "name": "e",
                "token": False,
                "mgmt_token": False,
                "mgmt_token_prefix": None,
                "mgmt_token_metadata": None,
            }
        ],
    }
    assert Host().run(influxctl_profile_info, {})["exists"] is False
    assert Host().run(influxctl_profile_info, {})["profiles"] == []
    assert Host(text.encode()).run(influxctl_profile_info, {"name": "f"})["profiles"] == []
    names = [profile["name"] for profile in Host(text.encode()).run(influxctl_profile_info, {})["profiles"]]
    assert names == ["d", "e"]


def test_info_tells_what_is_remembered_of_a_minted_token() -> None:
    """In one call of the host, whether one profile is asked for or all, and without what looks like a secret."""
    remembered = {
        "id": "first",
        "description": f"not {SECRET}",
        "created_at": "2026-03-02T04:20:19Z",
        "expires_at": None,
        "format": "{token}",
        "sha256": hashlib.sha256(SECRET.encode()).hexdigest(),
        "accepted": False,
        "replaced": ["before"],
    }
    host = Host(f'{TEXT}[[profile]]\nname = "e"\nmgmt_token = "M.V1.otherhush-hush-hush"\n'.encode())
    host.side = [{**remembered, "sha256": "of another"}, remembered]
    told = {
        "id": "first",
        "description": "********",
        "created_at": "2026-03-02T04:20:19Z",
        "expires_at": None,
        "accepted": False,
        "replaced": ["before"],
    }
    for arguments, expected in (({}, [told, None]), ({"name": "d"}, [told]), ({"name": "e"}, [None])):
        profiles = host.run(influxctl_profile_info, arguments)["profiles"]
        assert [profile["mgmt_token_metadata"] for profile in profiles] == expected
    assert [(asked["operation"], asked["profile"]) for asked in host.asked] == [("read", "")] * 3
    # The service has not listed it yet.
    remembered["id"] = None
    assert host.run(influxctl_profile_info, {"name": "d"})["profiles"][0]["mgmt_token_metadata"]["id"] is None


def test_info_of_a_name_that_several_profiles_have() -> None:
    result = Host((TEXT + TEXT).encode()).run(influxctl_profile_info, {"name": "d"})
    assert (result["failed"], result["msg"]) == (
        True,
        f"{PATH} has 2 profiles named 'd'. Remove all but one by hand.",
    )


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


def test_absent_forgets_what_the_profile_held_and_says_that_its_token_lives() -> None:
    host = Host(TEXT.encode())
    host.side = [{"id": "first"}]
    result = host.run(influxctl_profile, {"name": "d", "state": "absent"})
    assert result["warnings"] == [
        "The management token M.V1.+5Jk... that the profile 'd' held lives on. Remove a profile with mint to have its "
        "token revoked too, or revoke it with management_token by its id."
    ]
    assert host.asked[1]["forget"] is True
    assert host.side == []
    # What was not changed, or held none, needs no word.
    assert "warnings" not in host.run(influxctl_profile, {"name": "d", "state": "absent"})
    host = Host(TEXT.replace(SECRET, "").encode())
    assert "warnings" not in host.run(influxctl_profile, {"name": "d", "state": "absent"})


def test_what_influxctl_would_refuse_of_the_file_is_said() -> None:
    host = Host(f'{TEXT}[[profile]]\nname = "e"\nport = 443\n'.encode())
    for check_mode in (True, False):
        (warning,) = host.run(influxctl_profile, {"name": "d", "database": "b"}, check_mode)["warnings"]
        assert warning == (
            f"influxctl would refuse {PATH} as a whole: the profile 'e' has a port that is not a string, in quotes; "
            "write it so."
        )
    # What the task itself mends is not complained of.
    assert "warnings" not in host.run(
        influxctl_profile, {"name": "e", "port": 443, "product": "clustered", "host": "h"}
    )


def test_a_file_that_could_not_be_written_is_told_in_check_mode_too() -> None:
    host = Host(TEXT.encode())
    host.write_problem = "The disk is full."
    for arguments in ({**ARGUMENTS, "database": "b"}, {"name": "d", "state": "absent"}):
        for check_mode in (True, False):
            result = host.run(influxctl_profile, arguments, check_mode)
            assert (result["failed"], result["msg"]) == (True, "The disk is full. Nothing was changed.")
    assert not host.run(influxctl_profile, ARGUMENTS)["changed"]
    assert [asked["operation"] for asked in host.asked] == ["read"] * 5


def test_check_mode_reads_and_no_more() -> None:
    host = Host(TEXT.encode())
    for arguments in ({**ARGUMENTS, "database": "b"}, {"name": "d", "state": "absent"}):
        assert host.run(influxctl_profile, arguments, check_mode=True)["changed"]
    assert [asked["operation"] for asked in host.asked] == ["read", "read"]
    assert host.content == TEXT.encode()


@pytest.mark.parametrize("mint", [None, {}])
@pytest.mark.parametrize("action", [influxctl_profile, influxctl_profile_info])
def test_a_host_that_cannot_be_reached_is_unreachable(
    service: MemoryService, action: Any, mint: dict[str, Any] | None
) -> None:
    host = Host(TEXT.encode())
    host.answer = AnsibleConnectionFailure("no route")
    arguments = {"name": "d"} if action is influxctl_profile_info else {**PLACE, "mint": mint}
    with pytest.raises(AnsibleConnectionFailure, match="The host could not be reached: no route"):
        host.run(action, arguments)
    assert service.live() == []


# What mint does is told by the tests of _minting; here it is how its outcome becomes a result.

PLACE = {"name": "d", "product": "dedicated", "account_id": "a", "cluster_id": "c"}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> MemoryService:
    service = MemoryService(secret="M.V1.0001minted-hush-hush")

    def open_influxctl(run: Run) -> MemoryService:
        service.connection = run.connection()  # type: ignore[attr-defined]
        return service

    monkeypatch.setattr(_minting, "open_influxctl", open_influxctl)
    monkeypatch.setenv("INFLUXDB3_ACCOUNT_ID", "a")
    monkeypatch.setenv("INFLUXDB3_CLUSTER_ID", "c")
    monkeypatch.setenv("INFLUXDB3_MANAGEMENT_TOKEN", "M.V1.rootadmin-hush-hush")
    return service


def test_minting(service: MemoryService) -> None:
    host = Host(b"# mine\n")
    host.extra = {"warnings": ["w"]}
    result = host.run(influxctl_profile, {"name": "d", "mint": {}, "backup": True})
    assert "hush" not in json.dumps(result)
    assert (result["changed"], result["mgmt_token_prefix"], result["metadata"]["id"]) == (True, "M.V1.0001", "t1")
    assert result["metadata"]["description"] == "influxctl on web1 for u, profile d, cluster c"
    assert (result["backup_file"], result["warnings"], "diff" in result) == (f"{PATH}~", ["w"], False)
    # Nothing in it is a secret, so nothing is hidden.
    assert "_ansible_no_log" not in result
    assert host.content is not None
    assert host.content.endswith(b'mgmt_token = "M.V1.0001minted-hush-hush"\n')
    assert [asked["operation"] for asked in host.asked] == ["read", "check", "write"]
    diff = host.run(influxctl_profile, {"name": "d", "mint": {"force_renew": True}}, diff=True)["diff"]
    assert [list(part) for part in diff][1] == ["before", "after"]
    assert "hush" not in json.dumps(diff)


def test_minting_that_fails_says_why_in_one_line(service: MemoryService) -> None:
    host = Host(TEXT.encode())
    host.outcome = {"outcome": "refused", "msg": "No."}
    result = host.run(influxctl_profile, {"name": "d", "mint": {}})
    assert (result["failed"], result["msg"]) == (
        True,
        f"No. The profile 'd' in {PATH} is as it was. The management token just made, t1, was revoked.",
    )
    assert [one["id"] for one in result["cleaned_up"]] == ["t1"]
    assert host.content == TEXT.encode()
    result = host.run(influxctl_profile, {"name": "d", "mint": {"verify_wait": "soon"}})
    assert (result["failed"], result["msg"].startswith("verify_wait is")) == (True, True)
    result = host.run(influxctl_profile, {**ARGUMENTS, "mint": {}})
    assert result["msg"].startswith("settings.mgmt_token gives the profile a management token, and mint makes one")


def test_a_token_that_may_have_arrived_is_named_where_the_host_is_unreachable(service: MemoryService) -> None:
    host = Host()

    def lose() -> None:
        raise AnsibleConnectionFailure("no route")

    host.before_writing = lose
    with pytest.raises(AnsibleConnectionFailure, match="t1, has reached its place is not known"):
        host.run(influxctl_profile, {"name": "d", "mint": {}})
    assert service.live() == ["t1"]


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
        "msg": f"{PATH} was changed by another run or program meanwhile.",
    }
    assert host.content == b"#\n" * _profile_store._ATTEMPTS


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
        "settings.mgmt_token is the controller's own token, with which it makes others. Set mint in its place, and the "
        "host gets one of its own."
    )
    assert host.asked == []
    # On the controller it may be, and another token may be anywhere.
    host.transport = "local"
    assert host.run(influxctl_profile, ARGUMENTS, check_mode)["changed"]
    monkeypatch.setenv("INFLUXDB3_MANAGEMENT_TOKEN", "M.V1.other-hush-hush-hush")
    host = Host()
    assert host.run(influxctl_profile, ARGUMENTS, check_mode)["changed"]
