# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token that is written and tried in one call, or tried where it is; the module is run as the other tests do."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager

import pytest
from ansible_collections.influxdb3.management.tests.unit.plugins.local_server import (
    EMPTY_LIST,
    Line,
    Server,
    error_answer,
    listening,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.modules.config_file_host import (
    DELIVERED,
    FIRST,
    LATIN,
    MINTED,
    MODULE,
    NEW,
    OLD,
    REFUSAL,
    SECOND,
    SECRET,
    SIDE,
    TROUBLE,
    Host,
    mode,
)


class TestDelivery:
    """A token that is written and tried in one call, and what becomes of the one that was there before."""

    @staticmethod
    def answering(answer: bytes) -> AbstractContextManager[Server]:
        return listening(lambda line: line.answer(answer))

    @staticmethod
    def port_of_nobody() -> int:
        with listening(Line.answer) as server:
            return server.port

    def test_accepted(self, host: Host) -> None:
        host.have(OLD, 0o644)
        host.remember()
        with listening(Line.answer) as server:
            result = host.deliver(server.port)
        assert (result["outcome"], result["changed"], "msg" in result) == ("accepted", True, False)
        (request,) = server.requests
        assert f"\r\nAuthorization: Bearer {MINTED}\r\n".encode() in request
        assert host.file.read_bytes() == DELIVERED
        assert host.remembered() == {**SECOND, "accepted": True, "before": FIRST}
        assert host.names() == [SIDE, "config.toml"]
        assert (mode(host.file), mode(host.folder / SIDE)) == (0o600, 0o600)
        assert SECRET not in host.folder.joinpath(SIDE).read_text("ascii")

    def test_a_live_token_without_the_right_to_list_is_accepted(self, host: Host) -> None:
        host.have(OLD)
        with self.answering(error_answer(403)) as server:
            assert host.deliver(server.port)["outcome"] == "accepted"

    def test_refused(self, host: Host) -> None:
        host.have(OLD)
        host.remember()
        before = host.both()
        with self.answering(REFUSAL) as server:
            result = host.deliver(server.port, backup=True)
        assert (result["outcome"], "failed" in result) == ("refused", False)
        assert result["msg"].startswith("127.0.0.1 does not accept the token (401) after 0 s.")
        assert host.both() == before
        assert mode(host.file) == 0o600
        # Neither does a copy of the file stay that the task does not name.
        assert ("backup_file" in result, host.names()) == (False, [SIDE, "config.toml"])

    def test_refused_to_the_deadline_only(self, host: Host) -> None:
        host.have(OLD)
        with listening(lambda line: line.answer(REFUSAL), Line.answer) as server:
            assert host.deliver(server.port, wait=60)["outcome"] == "accepted"

    def test_refused_on_a_first_delivery(self, host: Host) -> None:
        with self.answering(REFUSAL) as server:
            assert host.deliver(server.port, None, expected=None)["outcome"] == "refused"
        assert (host.both(), host.names()) == ((None, None), [])

    def test_refused_where_there_was_no_profile(self, host: Host) -> None:
        host.have(b"# mine\n")
        with self.answering(REFUSAL) as server:
            result = host.deliver(server.port, None, content=b"# mine\n" + DELIVERED, expected=b"# mine\n")
        assert (result["outcome"], host.both()) == ("refused", (b"# mine\n", None))

    @pytest.mark.parametrize("answer", [TROUBLE, EMPTY_LIST.replace(b"200 OK", b"404 Not Found"), b""])
    def test_unverified(self, host: Host, answer: bytes) -> None:
        host.have(OLD)
        host.remember()
        with self.answering(answer) as server:
            result = host.deliver(server.port)
        assert (result["outcome"], "failed" in result) == ("unverified", False)
        assert result["msg"]
        assert host.file.read_bytes() == DELIVERED
        assert host.remembered() == {**SECOND, "before": FIRST}

    def test_out_of_reach(self, host: Host) -> None:
        host.have(OLD)
        result = host.deliver(self.port_of_nobody())
        assert result["outcome"] == "unverified"
        assert result["msg"].startswith("This host cannot connect to 127.0.0.1.")
        assert host.file.read_bytes() == DELIVERED

    def test_changed_before_it_was_written(self, host: Host) -> None:
        host.have(NEW)
        host.remember()
        before = host.both()
        with listening(Line.answer) as server:
            result = host.deliver(server.port, backup=True)
        assert (result["outcome"], result["changed"], server.requests) == ("changed", False, [])
        assert (host.both(), host.names()) == (before, [SIDE, "config.toml"])

    @pytest.mark.parametrize("answer", [REFUSAL, EMPTY_LIST])
    def test_a_token_that_was_replaced_during_verification_is_nowhere(self, host: Host, answer: bytes) -> None:
        """It is not taken for accepted, and what somebody else has written since stays."""
        host.have(OLD)
        host.remember()

        def meanwhile(line: Line) -> None:
            host.file.write_bytes(NEW)
            line.answer(answer)

        with listening(meanwhile) as server:
            result = host.deliver(server.port)
        assert (result["outcome"], result["changed"]) == ("changed", True)
        assert host.file.read_bytes() == NEW
        assert host.remembered()["accepted"] is False

    @pytest.mark.parametrize(("answer", "outcome"), [(REFUSAL, "unverified"), (EMPTY_LIST, "accepted")])
    def test_another_part_of_the_file_that_changed_during_verification_stays(
        self, host: Host, answer: bytes, outcome: str
    ) -> None:
        """Put back, the file would lose it; so the token stays too, and is not to be revoked."""
        host.have(OLD)
        host.remember()

        def meanwhile(line: Line) -> None:
            host.file.write_bytes(b"# theirs\n" + DELIVERED)
            line.answer(answer)

        with listening(meanwhile) as server:
            assert host.deliver(server.port)["outcome"] == outcome
        assert host.file.read_bytes() == b"# theirs\n" + DELIVERED
        assert host.remembered()["id"] == "second"

    def test_a_write_that_is_sent_twice_succeeds_twice(self, host: Host) -> None:
        """As Ansible does after a connection has broken, with ansible_ssh_retries."""
        host.have(OLD)
        host.remember()
        with listening(Line.answer) as server:
            for changed in (True, False):
                result = host.deliver(server.port, backup=True)
                assert (result["outcome"], result["changed"]) == ("accepted", changed)
                assert host.file.read_bytes() == DELIVERED
                assert host.remembered() == {**SECOND, "accepted": True, "before": FIRST}
        assert len([name for name in host.names() if name.endswith("~")]) == 1

    def test_sent_again_after_an_end_in_the_trial_it_does_not_know_what_was_there(self, host: Host) -> None:
        """Refused then, the token stays, named, instead of being revoked where it lies."""
        host.have(DELIVERED)
        host.remember(SECOND, FIRST)
        before = host.both()
        with self.answering(REFUSAL) as server:
            assert host.deliver(server.port)["outcome"] == "unverified"
        assert host.both() == before

    def test_sent_again_after_it_was_put_back(self, host: Host) -> None:
        host.have(OLD)
        host.remember()
        before = host.both()
        with self.answering(REFUSAL) as server:
            for _time in range(2):
                assert host.deliver(server.port)["outcome"] == "refused"
                assert host.both() == before

    def test_a_refused_token_that_cannot_be_put_back_is_not_said_to_be_gone(self, host: Host) -> None:
        host.have(OLD)
        host.remember()
        program = f"""
import os, {MODULE} as module
replace, calls = os.replace, []
def fail(*arguments):
    calls.append(arguments)
    if len(calls) > 3:
        raise OSError(28, "No space left on device")
    replace(*arguments)
os.replace = fail
module.main()
"""
        with self.answering(REFUSAL) as server:
            process = host.start_writing(program, content=DELIVERED, **host.delivery(server.port))
            result = json.loads(process.communicate()[0])
        assert (result["outcome"], "failed" in result) == ("unverified", False)
        assert result["msg"] == f"Cannot use {host.file}: No space left on device. Make room there."
        assert host.file.read_bytes() == DELIVERED
        assert host.held() == SECOND

    def test_a_side_file_that_cannot_be_written_any_more_makes_no_token_unwritten(self, host: Host) -> None:
        host.have(OLD)

        def meanwhile(line: Line) -> None:
            (host.folder / SIDE).write_text("theirs", encoding="ascii")
            line.answer()

        with listening(meanwhile) as server:
            result = host.deliver(server.port)
        assert result["outcome"] == "unverified"
        assert "holds something else" in result["msg"]
        assert host.both() == (DELIVERED, b"theirs")

    def test_check_mode_writes_and_asks_nothing(self, host: Host) -> None:
        host.have(OLD, 0o644)
        host.remember()
        before = host.both()
        with listening(Line.answer) as server:
            assert host.deliver(server.port, _ansible_check_mode=True)["changed"]
        assert (server.requests, host.both(), mode(host.file)) == ([], before, 0o644)
        assert host.names() == [SIDE, "config.toml"]

    def test_each_profile_has_its_own_side_file(self, host: Host) -> None:
        host.have(OLD)
        with listening(Line.answer) as server:
            host.deliver(server.port)
            host.deliver(server.port, profile="other", content=DELIVERED + b"#\n", expected=DELIVERED)
        assert host.names() == [SIDE, ".config.toml.other.json", "config.toml"]
        assert host.read(profile="third")["side"] == []

    @pytest.mark.parametrize(
        "profile",
        ["/etc/passwd", "..", "../../x", ".", "a b", "~", "%2F", "a\\b", "caf\u00e9", "*", "a" * 300, "\u00e9" * 100],
    )
    def test_whatever_the_profile_is_called(self, host: Host, profile: str) -> None:
        host.have(OLD)
        outside = sorted(host.home.rglob("*"))
        with listening(Line.answer) as server:
            host.deliver(server.port, profile=profile)
        (name,) = set(host.names()) - {"config.toml"}
        assert (name.startswith(".config.toml."), name.endswith(".json")) == (True, True)
        assert sorted(host.home.rglob("*")) == sorted([*outside, host.folder / name])
        assert host.read(profile=profile)["side"][0]["id"] == "second"
        assert host.read(profile=profile + "x")["side"] == []

    def test_beside_the_file_that_a_link_leads_to(self, host: Host) -> None:
        host.have(OLD)
        link = host.home / "link.toml"
        link.symlink_to(host.file)
        with listening(Line.answer) as server:
            assert host.deliver(server.port, path=str(link))["outcome"] == "accepted"
        assert link.is_symlink()
        assert host.names() == [SIDE, "config.toml"]
        assert host.read(profile="default", path=str(link))["side"][0]["id"] == "second"

    @pytest.mark.parametrize("missing", ["token_sha256", "url"])
    def test_what_it_needs(self, host: Host, missing: str) -> None:
        host.have(OLD)
        arguments = host.delivery(1)
        del arguments[missing]
        assert missing in host.write(DELIVERED, OLD, **arguments)["msg"]
        assert host.both() == (OLD, None)


SEVERAL = f"""\
# Once it was M.V1.of-the-past, mgmt_token="{SECRET}x".
[[profile]]
name = "other"
mgmt_token = 'M.V1.+/another~one_=='
[[profile]]
name = "default"
mgmt_token="{SECRET}" # {SECRET}.
token = \"\"\"
apiv1_multi\"\"\"
""".encode()


class TestVerify:
    """Whether the service accepts the token is the business of the tests of _acceptance; here it is the file's."""

    @pytest.mark.parametrize("token", [SECRET, "M.V1.+/another~one_==", "M.V1.of-the-past", "apiv1_multi"])
    def test_the_token_is_found_whatever_stands_around_it(self, host: Host, token: str) -> None:
        host.have(SEVERAL)
        with listening(Line.answer) as server:
            result = host.verify(token, server.port)
        assert (result["outcome"], result["changed"], result["path"]) == ("accepted", False, str(host.file))
        (request,) = server.requests
        assert request.startswith(b"GET /tokens HTTP/1.1\r\n")
        assert f"\r\nAuthorization: Bearer {token}\r\n".encode() in request

    @pytest.mark.parametrize("content", [None, NEW, LATIN, OLD.replace(b"hush-hush-hush", b"hush-hush")])
    def test_a_token_that_is_not_in_the_file(self, host: Host, content: bytes | None) -> None:
        if content is not None:
            host.have(content)
        with listening(Line.answer) as server:
            result = host.verify(SECRET, server.port)
        assert (result["outcome"], result["msg"]) == ("unverified", f"{host.file} was changed meanwhile.")
        assert server.requests == []

    def test_it_is_remembered_that_it_was_accepted(self, host: Host) -> None:
        host.have(DELIVERED)
        host.remember(SECOND, FIRST)
        with listening(Line.answer) as server:
            for _time in range(2):
                assert host.verify(MINTED, server.port)["outcome"] == "accepted"
                assert host.remembered() == {**SECOND, "accepted": True, "before": FIRST}
        assert host.file.read_bytes() == DELIVERED
        assert host.names() == [SIDE, "config.toml"]

    @pytest.mark.parametrize("answer", [REFUSAL, TROUBLE])
    def test_one_that_is_not_accepted_stays(self, host: Host, answer: bytes) -> None:
        """Even one that is refused: it has been in its place since another run, and what was there before is gone."""
        host.have(DELIVERED)
        host.remember(SECOND, FIRST)
        before = host.both()
        with listening(lambda line: line.answer(answer)) as server:
            result = host.verify(MINTED, server.port)
        assert (result["outcome"], "failed" in result) == ("unverified", False)
        assert "(401)" in result["msg"] or "answered 503" in result["msg"]
        assert host.both() == before

    def test_trying_again(self, host: Host) -> None:
        host.have(OLD)
        with listening(lambda line: line.answer(REFUSAL), Line.answer) as server:
            assert host.verify(SECRET, server.port, wait=60)["outcome"] == "accepted"
        assert len(server.requests) == 2

    def test_a_token_replaced_meanwhile_has_not_been_tried(self, host: Host) -> None:
        host.have(OLD)
        host.remember({**FIRST, "accepted": False})

        def meanwhile(line: Line) -> None:
            host.file.write_bytes(NEW)
            line.answer()

        with listening(meanwhile) as server:
            result = host.verify(SECRET, server.port)
        assert (result["outcome"], result["msg"]) == ("unverified", f"{host.file} was changed meanwhile.")
        assert host.remembered()["accepted"] is False

    def test_a_token_that_is_not_the_remembered_one_is_remembered_by_nobody(self, host: Host) -> None:
        host.have(OLD)
        host.remember(SECOND)
        with listening(Line.answer) as server:
            assert host.verify(SECRET, server.port)["outcome"] == "accepted"
        assert host.remembered()["accepted"] is False

    def test_check_mode_asks_but_keeps(self, host: Host) -> None:
        host.have(DELIVERED)
        host.remember(SECOND, FIRST)
        before = host.both()
        with listening(Line.answer) as server:
            assert host.verify(MINTED, server.port, _ansible_check_mode=True)["outcome"] == "accepted"
        assert len(server.requests) == 1
        assert host.both() == before

    @pytest.mark.parametrize("missing", ["token_sha256", "url"])
    def test_what_it_needs(self, host: Host, missing: str) -> None:
        arguments = {"token_sha256": "0", "url": "http://127.0.0.1:1/"}
        del arguments[missing]
        assert missing in host.run(operation="verify", **arguments)["msg"]
