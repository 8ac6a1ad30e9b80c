# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role over time: renewal, verification on the host, retirement, and runs that end in the middle."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from ansible_collections.influxdb3.management.tests.integration.controller import Controller, Run
from ansible_collections.influxdb3.management.tests.integration.test_role import (
    fatal,
    held_token,
    live_tokens,
    succeeds,
    use_hosts,
    write_play,
)
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY

DAY = 86400
ROTATING = (
    "{influxctl_profile_mint: true, influxctl_profile_mint_lifetime: 30d, influxctl_profile_mint_renew_before: 10d, "
    "influxctl_profile_mint_overlap: 2d, influxctl_profile_mint_verify_wait: 0s}"
)
REMEMBERED = "config.toml.default.previous~"


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


def test_a_share_of_the_lifetime_is_enough(documented_controller: Controller) -> None:
    use_hosts(documented_controller, "web1")
    play = write_play(documented_controller, "{influxctl_profile_mint: true, influxctl_profile_mint_lifetime: 100d}")
    succeeds(documented_controller.playbook(play))
    documented_controller.simulator.advance_clock(79 * DAY)
    assert not only(documented_controller.playbook(play))
    documented_controller.simulator.advance_clock(1 * DAY)
    assert only(documented_controller.playbook(play))
    assert len(live_tokens(documented_controller.simulator)) == 2


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
    documented_controller.simulator.add_fault("status", path="/tokens$", method="GET", status=401, times=3)
    assert only(documented_controller.playbook(play))
    assert list(live_tokens(documented_controller.simulator)) == [held_token(file)]
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_a_token_that_does_not_work_is_given_up(documented_controller: Controller) -> None:
    """On three hosts of four: their profiles are as they were, their new tokens are revoked, and the last goes on."""
    simulator = documented_controller.simulator
    *failing, fine = use_hosts(documented_controller, "token", "other", "nothing", "fine")
    token, other, _nothing = failing
    play = write_play(documented_controller, ROTATING)
    # One after the other: all ask for the time, then they verify in their order.
    documented_controller.environment["ANSIBLE_FORKS"] = "1"
    succeeds(documented_controller.playbook(play, "--limit", "token"))
    simulator.advance_clock(21 * DAY)
    other.parent.mkdir(parents=True)
    other.write_text('# mine\n[[profile]]\nname = "other"\nproduct = "dedicated"\n', encoding="utf-8")
    held = [file.read_bytes() if file.exists() else b"" for file in failing]
    live = set(live_tokens(simulator))
    assert live == {held_token(token)}
    asked = len(simulator.requests())
    simulator.add_fault("delay_before", path="/tokens$", method="GET", seconds=0, times=4)
    simulator.add_fault("status", path="/tokens$", method="GET", status=401, times=3)
    run = documented_controller.playbook(play)
    assert run.failed == {"token", "other", "nothing"}
    assert [request["fault"] for request in simulator.requests()[asked:]].count("status") == 3
    for name in run.failed:
        said = fatal(run, name)
        assert "could not be written or verified, and is as it was; the new token was revoked." in said
        assert "does not accept the token (401)" in said
    assert [file.read_bytes() for file in failing] == held
    for file in failing:
        assert [path.name for path in file.parent.iterdir()] == ["config.toml"]
    simulator.clear_faults()
    run = succeeds(documented_controller.playbook(play, "--limit", "fine"))
    assert run.changed == {"fine": 0}
    assert live_tokens(simulator).keys() == live | {held_token(fine)}


def test_a_change_that_cannot_be_verified_costs_no_token(documented_controller: Controller) -> None:
    """Another database in the profile, and no way to the service: the profile is put back, and its token lives on."""
    simulator = documented_controller.simulator
    (file,) = use_hosts(documented_controller, "web1")
    succeeds(documented_controller.playbook(write_play(documented_controller, ROTATING)))
    held = file.read_bytes()
    play = write_play(documented_controller, ROTATING.replace("}", ", influxctl_profile_database: metrics}"))
    simulator.add_fault("drop_before", path="/tokens$", method="GET", times=None)
    run = documented_controller.playbook(play)
    assert run.failed == {"web1"}
    assert "could not be written or verified, and is as it was. This host cannot" in " ".join(run.output.split())
    assert file.read_bytes() == held
    assert list(live_tokens(simulator)) == [held_token(file)]


# How a process shows that SIGKILL was its end, and how a program does that has handed the run to a server.
KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)
# Where a run may end: before which task, and what was done by then.
ENDS = {
    "nothing made": "Have the management token as wanted",
    "made, not written": "Write the profile",
    "written, not verified": "Verify on the host that the service accepts the token in its file",
    "verified": "Retire the predecessors that are over their time",
}


def stop_before(controller: Controller, play: Path, end: str, *arguments: str) -> None:
    """A run that is killed where ``end`` says."""
    name = ENDS[end]
    whole = dict(controller.environment)
    controller.environment |= {
        "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callbacks"),
        "ANSIBLE_CALLBACKS_ENABLED": "stop_before",
        "STOP_BEFORE": name,
    }
    assert controller.playbook(play, *arguments).status in KILLED
    controller.environment = whole


def test_runs_that_end_in_the_middle_are_finished_by_the_next(documented_controller: Controller) -> None:
    """Each on a host of its own, half of them in a first run and half in a renewal; one run finishes them all."""
    simulator = documented_controller.simulator
    ends = {f"{kind}{number}": end for kind in ("first", "renewal") for number, end in enumerate(ENDS)}
    files = dict(zip(ends, use_hosts(documented_controller, *ends), strict=True))
    renewing = {name: file for name, file in files.items() if name.startswith("renewal")}
    play = write_play(documented_controller, ROTATING)
    succeeds(documented_controller.playbook(play, "--limit", ",".join(renewing)))
    simulator.advance_clock(21 * DAY)
    before = {name: held_token(file) for name, file in renewing.items()}
    for name, end in ends.items():
        stop_before(documented_controller, play, end, "--limit", name)
        assert name not in renewing or held_token(files[name]) in live_tokens(simulator), name
        assert (files[name].parent / REMEMBERED).exists() is (end == "written, not verified"), name

    succeeds(documented_controller.playbook(play))
    for name, file in files.items():
        assert held_token(file) in live_tokens(simulator), name
        assert [path.name for path in file.parent.iterdir()] == ["config.toml"], name
    assert set(before.values()) <= live_tokens(simulator).keys(), "the overlap is not over"

    simulator.advance_clock(2 * DAY + 1)
    succeeds(documented_controller.playbook(play))
    assert live_tokens(simulator).keys() == {held_token(file) for file in files.values()}


def test_an_unverified_token_that_does_not_work_is_given_up_by_the_next_run(documented_controller: Controller) -> None:
    simulator = documented_controller.simulator
    (file,) = use_hosts(documented_controller, "web1")
    play = write_play(documented_controller, ROTATING)
    succeeds(documented_controller.playbook(play))
    held = file.read_bytes()
    simulator.advance_clock(21 * DAY)
    stop_before(documented_controller, play, "written, not verified")
    unverified = held_token(file)
    # By age alone its predecessor could go now.
    simulator.advance_clock(2 * DAY + 1)
    simulator.add_fault("status", path="/tokens$", method="GET", status=401, times=2)
    run = documented_controller.playbook(play)
    assert run.failed == {"web1"}
    assert file.read_bytes() == held
    assert unverified not in live_tokens(simulator)
    assert held_token(file) in live_tokens(simulator)


def test_a_host_that_was_away_for_long_gets_a_new_token(documented_controller: Controller) -> None:
    """Its token expired unverified, after a run that ended in the middle."""
    simulator = documented_controller.simulator
    (file,) = use_hosts(documented_controller, "web1")
    play = write_play(documented_controller, ROTATING)
    stop_before(documented_controller, play, "written, not verified")
    simulator.advance_clock(31 * DAY)
    assert only(documented_controller.playbook(play))
    assert list(live_tokens(simulator)) == [held_token(file)]
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_absent_takes_the_previous_file_along(documented_controller: Controller) -> None:
    (file,) = use_hosts(documented_controller, "web1")
    play = write_play(documented_controller, ROTATING)
    succeeds(documented_controller.playbook(play))
    (file.parent / REMEMBERED).write_bytes(file.read_bytes())
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
