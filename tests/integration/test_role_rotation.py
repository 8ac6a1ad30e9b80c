# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role over time: renewal, verification on the host, retirement, and runs that end in the middle.

What is decided then is for test_minting.py, so that before a commit a few show that the role gets there.
"""

from __future__ import annotations

import json
import socket
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from ansible_collections.influxdb3.management.tests.integration.controller import PROGRAMS, Controller, Run
from ansible_collections.influxdb3.management.tests.integration.fast_python import FastPython
from ansible_collections.influxdb3.management.tests.integration.processes import kill_whole, started_below
from ansible_collections.influxdb3.management.tests.integration.test_role import (
    SIDE_FILE,
    fatal,
    held_token,
    live_tokens,
    succeeds,
    use_hosts,
    write_play,
)
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY
from ansible_collections.influxdb3.management.tests.simulator.fixture import REFUSES
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE, wait_until

DAY = 86400
ROTATING = (
    "{influxctl_profile_mint: true, influxctl_profile_mint_lifetime: 30d, influxctl_profile_mint_renew_before: 10d, "
    "influxctl_profile_mint_overlap: 2d, influxctl_profile_mint_verify_wait: 0s}"
)


def only(run: Run) -> bool:
    """Whether the run changed anything on its only host."""
    (count,) = succeeds(run).changed.values()
    return count > 0


def test_renewal_overlap_and_retirement(documented_controller: Controller) -> None:
    simulator = documented_controller.simulator
    (file,) = use_hosts(documented_controller, "web1")
    play = write_play(documented_controller, ROTATING)
    assert only(documented_controller.playbook(play))
    first = held_token(file)

    simulator.advance_clock(21 * DAY)
    dry = succeeds(documented_controller.playbook(play, "--check"))
    real = succeeds(documented_controller.playbook(play))
    assert dry.changed == real.changed
    second = held_token(file)
    assert live_tokens(simulator).keys() == {first, second}
    assert not only(documented_controller.playbook(play))

    simulator.advance_clock(2 * DAY + 1)
    dry = succeeds(documented_controller.playbook(play, "--check", "--diff"))
    assert live_tokens(simulator).keys() == {first, second}
    assert dry.changed == {"web1": 1}
    assert succeeds(documented_controller.playbook(play)).changed == {"web1": 1}
    assert live_tokens(simulator).keys() == {second}
    assert not only(documented_controller.playbook(play))


@PROOF_ONLY
def test_without_a_word_tokens_live_for_90_days_and_predecessors_until_they_expire(
    documented_controller: Controller,
) -> None:
    simulator = documented_controller.simulator
    (file,) = use_hosts(documented_controller, "web1")
    play = write_play(documented_controller, "{influxctl_profile_mint: true}")
    succeeds(documented_controller.playbook(play))
    first = held_token(file)
    assert timedelta(days=89) < lifetime(documented_controller, first) <= timedelta(days=90)
    simulator.advance_clock(71 * DAY)
    assert not only(documented_controller.playbook(play))
    simulator.advance_clock(1 * DAY)
    assert only(documented_controller.playbook(play))
    simulator.advance_clock(17 * DAY)
    assert not only(documented_controller.playbook(play))
    assert live_tokens(simulator).keys() == {first, held_token(file)}
    simulator.advance_clock(1 * DAY)
    assert not only(documented_controller.playbook(play))
    assert list(live_tokens(simulator)) == [held_token(file)]
    assert "revoked" not in {token["status"] for token in simulator.state()["management_tokens"]}


def lifetime(controller: Controller, secret: str) -> timedelta:
    """The life that a token was granted."""
    (token,) = [one for one in controller.simulator.state()["management_tokens"] if one["secret"] == secret]
    return datetime.fromisoformat(token["expires_at"]) - datetime.fromisoformat(token["created_at"])


@PROOF_ONLY
def test_a_leaked_token_is_replaced_and_revoked_in_one_run(documented_controller: Controller) -> None:
    (file,) = use_hosts(documented_controller, "web1")
    play = write_play(documented_controller, ROTATING.replace(", influxctl_profile_mint_overlap: 2d", ""))
    succeeds(documented_controller.playbook(play))
    leaked = held_token(file)
    # As written in the documents it is 0s; a dry run must read every other nought too.
    at_once = {"influxctl_profile_mint_force_renew": "true", "influxctl_profile_mint_overlap": "0d0s"}
    dry = succeeds(documented_controller.playbook(play, "--check", **at_once))
    assert list(live_tokens(documented_controller.simulator)) == [leaked]
    real = succeeds(documented_controller.playbook(play, **at_once))
    assert dry.changed == real.changed
    assert held_token(file) != leaked
    assert list(live_tokens(documented_controller.simulator)) == [held_token(file)]


def test_a_token_that_becomes_active_late_is_waited_for(documented_controller: Controller) -> None:
    (file,) = use_hosts(documented_controller, "web1")
    play = write_play(documented_controller, ROTATING.replace("verify_wait: 0s", "verify_wait: 10m"))
    # The first question is for the time.
    documented_controller.simulator.add_fault("delay_before", path="/tokens$", method="GET", seconds=0)
    documented_controller.simulator.add_fault("status", path="/tokens$", method="GET", **REFUSES, times=2)
    assert only(documented_controller.playbook(play))
    assert list(live_tokens(documented_controller.simulator)) == [held_token(file)]
    assert json.loads((file.parent / SIDE_FILE).read_text(encoding="utf-8"))["accepted"] is True


@PROOF_ONLY
def test_a_token_that_does_not_work_is_given_up(documented_controller: Controller) -> None:
    """On three hosts of four: their profiles are as they were, their new tokens are revoked, and the last goes on."""
    simulator = documented_controller.simulator
    *failing, fine = use_hosts(documented_controller, "token", "other", "nothing", "fine")
    token, other, _nothing = failing
    play = write_play(documented_controller, ROTATING)
    # One after the other: each asks for the time, then whether its token is accepted.
    documented_controller.environment["ANSIBLE_FORKS"] = "1"
    succeeds(documented_controller.playbook(play, "--limit", "token"))
    simulator.advance_clock(21 * DAY)
    other.parent.mkdir(parents=True)
    other.write_text('# mine\n[[profile]]\nname = "other"\nproduct = "dedicated"\n', encoding="utf-8")
    held = [contents(file.parent) for file in failing]
    live = set(live_tokens(simulator))
    assert live == {held_token(token)}
    for _host in failing:
        simulator.add_fault("delay_before", path="/tokens$", method="GET", seconds=0)
        simulator.add_fault("status", path="/tokens$", method="GET", **REFUSES)
    run = documented_controller.playbook(play)
    assert run.failed == {"token", "other", "nothing"}
    for name, file in zip(("token", "other", "nothing"), failing, strict=True):
        said = fatal(run, name)
        assert "does not accept the token (401)" in said
        assert f"The profile 'default' in {file} is as it was. The management token just made, " in said
        assert ", was revoked." in said
    assert [contents(file.parent) for file in failing] == held
    assert live_tokens(simulator).keys() == live | {held_token(fine)}
    run = succeeds(documented_controller.playbook(play, "--limit", "fine"))
    assert run.changed == {"fine": 0}


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


@PROOF_ONLY
def test_a_change_beside_the_token_costs_none(documented_controller: Controller) -> None:
    """Another database in the profile, and no way from the host to the service: the token in place lives on."""
    simulator = documented_controller.simulator
    (file,) = use_hosts(documented_controller, "web1")
    succeeds(documented_controller.playbook(write_play(documented_controller, ROTATING)))
    token = held_token(file)
    play = write_play(documented_controller, ROTATING.replace("}", ", influxctl_profile_database: metrics}"))
    simulator.add_fault("drop_before", path="/tokens$", method="GET", times=None)
    assert only(documented_controller.playbook(play))
    assert 'database = "metrics"' in file.read_text(encoding="utf-8")
    assert held_token(file) == token
    assert list(live_tokens(simulator)) == [token]


# Where a run may end, in calls of the host: it is asked what there is, then to try, then to write, which it does before
# it tries the token.
ENDS = {
    "nothing made": "before 2",
    "made, not written": "before 3",
    "written, not verified": "during 3",
    "verified": "after 3",
}


def write_python(controller: Controller, host: str, end: str, proxy: int) -> Path:
    """What stands for Python on a host: at the end that is wanted, it says so in a file and goes no further.

    Where that is during a call, the call goes through the proxy at this port, which never answers.
    """
    moment, number = ENDS[end].split()
    path = controller.folder / f"python-of-{host}"
    script = [
        "#!/bin/sh",
        f"calls='{path}.calls'; python='{controller.host_python}'",
        'echo >> "$calls"',
        f'if [ "$(wc -l < "$calls")" -eq {number} ]; then',
        'if [ "$moment" = during ]; then https_proxy="$proxy" exec "$python" "$@"; fi',
        'if [ "$moment" = after ]; then "$python" "$@"; fi',
        f"touch '{path}.reached'; exec sleep 86400",
        "fi",
        'exec "$python" "$@"',
    ]
    script.insert(1, f"moment={moment}; proxy=http://127.0.0.1:{proxy}")
    path.write_text("\n".join([*script, ""]), encoding="utf-8")
    path.chmod(0o755)
    return path


def kill_where_they_end(controller: Controller, play: Path, ends: dict[str, str]) -> None:
    """One run over these hosts, killed with all that it has started once each host is where it is to end."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(PATIENCE)
        pythons = {name: write_python(controller, name, end, proxy.getsockname()[1]) for name, end in ends.items()}
        interpreter = f"{{{{ {json.dumps({name: str(path) for name, path in pythons.items()})}[inventory_hostname] }}}}"
        words = [str(play), "--forks", str(len(ends)), "-e", json.dumps({"ansible_python_interpreter": interpreter})]
        with (controller.folder / "output").open("wb") as output:
            process = subprocess.Popen(
                # The real one: of a stand-in, what it has started would not be its own.
                [PROGRAMS / "ansible-playbook", *words],
                cwd=controller.folder,
                env=controller.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        lines = [proxy.accept()[0] for end in ends.values() if "during" in ENDS[end]]
        waiting = [path for name, path in pythons.items() if "during" not in ENDS[ends[name]]]
        wait_until(lambda: all(Path(f"{path}.reached").exists() for path in waiting), "each host is at its end")
        assert process.poll() is None, (controller.folder / "output").read_text(encoding="utf-8")
        kill_whole(process.pid)
        process.wait()
        wait_until(lambda: not started_below(controller.folder), "every process of the run has ended")
        for line in lines:
            line.close()


def test_runs_that_end_in_the_middle_are_finished_by_the_next(
    documented_controller: Controller, fast_python: FastPython
) -> None:
    """Each on a host of its own, half of them in a first run and half in a renewal; one run finishes them all."""
    controller, simulator = documented_controller, documented_controller.simulator
    ends = {f"{kind}{number}": end for kind in ("first", "renewal") for number, end in enumerate(ENDS)}
    files = dict(zip(ends, use_hosts(controller, *ends), strict=True))
    renewing = {name: file for name, file in files.items() if name.startswith("renewal")}
    play = write_play(controller, ROTATING)
    succeeds(controller.playbook(play, "--limit", ",".join(renewing)))
    simulator.advance_clock(21 * DAY)
    before = {name: held_token(file) for name, file in renewing.items()}
    kill_where_they_end(controller, play, ends)
    fast_python.settle()
    written = {}
    for name, file in files.items():
        if ends[name] in ("written, not verified", "verified"):
            written[name] = held_token(file)
            side = json.loads((file.parent / SIDE_FILE).read_text(encoding="utf-8"))
            assert side["accepted"] is (ends[name] == "verified"), name
            assert written[name] != before.get(name)
        else:
            assert name not in before or held_token(file) == before[name], name
    made = live_tokens(simulator).keys() - set(before.values())
    lost = made - set(written.values())
    assert (len(written), len(lost)) == (4, 2)

    run = succeeds(controller.playbook(play))
    held = {name: held_token(file) for name, file in files.items()}
    assert held.items() >= written.items()
    assert not lost & set(held.values())
    for name, file in files.items():
        assert sorted(path.name for path in file.parent.iterdir()) == [SIDE_FILE, "config.toml"], name
    assert live_tokens(simulator).keys() == {*before.values(), *held.values(), *lost}, "the overlap is not over"
    for token in simulator.state()["management_tokens"]:
        assert (token["id"] in run.output) is (token["secret"] in lost)

    # What nobody has is named until it expires, and what was replaced goes.
    simulator.advance_clock(2 * DAY + 1)
    succeeds(controller.playbook(play))
    assert live_tokens(simulator).keys() == {*held.values(), *lost}
    assert {name: held_token(file) for name, file in files.items()} == held


def leave_unverified(controller: Controller, play: Path) -> str:
    """A run whose new token is written and then neither accepted nor refused; returns the message of that."""
    controller.simulator.add_fault("delay_before", path="/tokens$", method="GET", seconds=0)
    controller.simulator.add_fault("status", path="/tokens$", method="GET", status=503)
    run = controller.playbook(play)
    assert run.failed == {"web1"}
    return fatal(run, "web1")


@PROOF_ONLY
def test_an_unverified_token_is_tried_first_by_the_next_run(documented_controller: Controller) -> None:
    """Until it is accepted, it stays where it is, nothing is made, and its predecessor lives."""
    simulator = documented_controller.simulator
    (file,) = use_hosts(documented_controller, "web1")
    play = write_play(documented_controller, ROTATING)
    succeeds(documented_controller.playbook(play))
    first = held_token(file)
    simulator.advance_clock(21 * DAY)
    said = leave_unverified(documented_controller, play)
    unverified = held_token(file)
    (token,) = [one for one in simulator.state()["management_tokens"] if one["secret"] == unverified]
    assert f"The management token just made, {token['id']}, is in its place, and nothing was revoked." in said
    held = contents(file.parent)
    # By age alone its predecessor could go now.
    simulator.advance_clock(2 * DAY + 1)
    simulator.add_fault("delay_before", path="/tokens$", method="GET", seconds=0)
    simulator.add_fault("status", path="/tokens$", method="GET", **REFUSES)
    run = documented_controller.playbook(play)
    assert run.failed == {"web1"}
    assert f"The profile 'default' in {file} holds a token that was never accepted." in fatal(run, "web1")
    assert contents(file.parent) == held
    assert live_tokens(simulator).keys() == {first, unverified}
    assert only(documented_controller.playbook(play))
    assert held_token(file) == unverified
    assert list(live_tokens(simulator)) == [unverified]


@PROOF_ONLY
def test_an_unverified_token_is_replaced_by_force(documented_controller: Controller) -> None:
    simulator = documented_controller.simulator
    (file,) = use_hosts(documented_controller, "web1")
    play = write_play(documented_controller, ROTATING)
    leave_unverified(documented_controller, play)
    unverified = held_token(file)
    simulator.add_fault("delay_before", path="/tokens$", method="GET", seconds=0)
    simulator.add_fault("status", path="/tokens$", method="GET", **REFUSES)
    assert only(documented_controller.playbook(play, influxctl_profile_mint_force_renew="true"))
    assert live_tokens(simulator).keys() == {unverified, held_token(file)}
    simulator.advance_clock(2 * DAY + 1)
    assert only(documented_controller.playbook(play))
    assert list(live_tokens(simulator)) == [held_token(file)]


@PROOF_ONLY
def test_a_host_that_was_away_for_long_gets_a_new_token(documented_controller: Controller) -> None:
    """Its token expired unverified."""
    simulator = documented_controller.simulator
    (file,) = use_hosts(documented_controller, "web1")
    play = write_play(documented_controller, ROTATING)
    leave_unverified(documented_controller, play)
    simulator.advance_clock(31 * DAY)
    assert only(documented_controller.playbook(play))
    assert list(live_tokens(simulator)) == [held_token(file)]
    assert sorted(path.name for path in file.parent.iterdir()) == [SIDE_FILE, "config.toml"]


@PROOF_ONLY
def test_a_lost_profile_whose_token_is_remembered(documented_controller: Controller) -> None:
    """What is remembered beside the lost file says that it held this token, so the overlap ends it."""
    simulator = documented_controller.simulator
    (file,) = use_hosts(documented_controller, "web1")
    play = write_play(documented_controller, ROTATING)
    succeeds(documented_controller.playbook(play))
    lost = held_token(file)
    file.unlink()
    assert only(documented_controller.playbook(play))
    assert live_tokens(simulator).keys() == {lost, held_token(file)}
    simulator.advance_clock(2 * DAY + 1)
    assert only(documented_controller.playbook(play))
    assert list(live_tokens(simulator)) == [held_token(file)]


@PROOF_ONLY
def test_absent_revokes_what_the_profile_held_before_too(documented_controller: Controller) -> None:
    (file,) = use_hosts(documented_controller, "web1")
    play = write_play(documented_controller, ROTATING)
    succeeds(documented_controller.playbook(play))
    documented_controller.simulator.advance_clock(21 * DAY)
    succeeds(documented_controller.playbook(play))
    assert len(live_tokens(documented_controller.simulator)) == 2
    gone = write_play(documented_controller, "{influxctl_profile_mint: true, influxctl_profile_state: absent}")
    assert only(documented_controller.playbook(gone))
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]
    assert live_tokens(documented_controller.simulator) == {}


@pytest.mark.parametrize(
    "extra",
    [pytest.param("  strategy: free\n", id="free"), pytest.param("  serial: 1\n", id="serial", marks=PROOF_ONLY)],
)
def test_renewal_on_several_hosts(documented_controller: Controller, extra: str) -> None:
    files = use_hosts(documented_controller, "web1", "web2")
    play = write_play(documented_controller, ROTATING, extra=extra)
    succeeds(documented_controller.playbook(play))
    documented_controller.simulator.advance_clock(21 * DAY)
    first = {held_token(file) for file in files}
    run = succeeds(documented_controller.playbook(play, "--limit", "web1"))
    assert set(run.changed) == {"web1"}
    assert [held_token(file) in first for file in files] == [False, True]
    succeeds(documented_controller.playbook(play))
    documented_controller.simulator.advance_clock(2 * DAY + 1)
    succeeds(documented_controller.playbook(play))
    assert live_tokens(documented_controller.simulator).keys() == {held_token(file) for file in files}
