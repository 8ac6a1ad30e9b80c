# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role on real home folders: provision, converge, mend, refuse, take back."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.integration.controller import Controller, Run
from ansible_collections.influxdb3.management.tests.integration.ssh_server import SshServer
from ansible_collections.influxdb3.management.tests.integration.variants import variants
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY
from ansible_collections.influxdb3.management.tests.simulator.fixture import REFUSES, Simulator
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

CHECKOUT = Path(__file__).resolve().parents[2]
MGMT_TOKEN = re.compile(r'mgmt_token = "([^"]+)"')

# What is remembered of the profile's token, beside config.toml.
SIDE_FILE = ".config.toml.default.json"
# Everything that may happen to what the role wrote, and that a next run must mend.
DAMAGE: dict[str, Callable[[str], str]] = {
    "emptied": lambda text: "",
    "profile-removed": lambda text: '[[profile]]\nname = "other"\nproduct = "dedicated"\n',
    "token-removed": lambda text: re.sub(r"mgmt_token = .*\n", "", text),
    "token-altered": lambda text: MGMT_TOKEN.sub('mgmt_token = "M.V1.altered-by-hand"', text),
    "token-emptied": lambda text: MGMT_TOKEN.sub('mgmt_token = ""', text),
}


ROLE_OVER_SSH = "{influxctl_profile_mint: true}"
# As long for each request as the slowest machine may need; a connection that breaks is noticed at once.
PATIENT = f"  module_defaults: {{group/influxdb3.management.all: {{timeout: {PATIENCE:g}}}}}\n"


def write_play(controller: Controller, variables: str, extra: str = "", defaults: str | None = None) -> Path:
    """A play that includes the role with these variables, given as YAML flow style."""
    path = controller.folder / "play.yml"
    if defaults is None:
        login = "" if "INFLUXDB3_MANAGEMENT_TOKEN" in controller.environment else ", allow_cached_login: true"
        defaults = PATIENT.replace("}}", f"{login}}}}}")
    path.write_text(
        f"- hosts: automation\n  gather_facts: false\n{defaults}{extra}"
        "  tasks:\n"
        "    - ansible.builtin.include_role:\n        name: influxdb3.management.influxctl_profile\n"
        f"      vars: {variables}\n",
        encoding="utf-8",
    )
    return path


def use_hosts(controller: Controller, *names: str, connection: str = "local") -> list[Path]:
    """An inventory of hosts on this machine, each with a home folder of its own; returns their configuration files."""
    files = [controller.folder / "homes" / name / ".config" / "influxctl" / "config.toml" for name in names]
    controller.inventory(
        "[automation]",
        *(
            f"{name} ansible_connection={connection} influxctl_profile_path='{file}'"
            for name, file in zip(names, files, strict=True)
        ),
        "[automation:vars]",
        f"ansible_python_interpreter='{controller.host_python}'",
    )
    return files


def held_token(file: Path) -> str:
    match = MGMT_TOKEN.search(file.read_text(encoding="utf-8"))
    assert match is not None
    return match.group(1)


def live_tokens(simulator: Simulator) -> dict[str, str]:
    """Secret to description of every live management token but the one the simulator began with."""
    return {
        token["secret"]: token["description"]
        for token in simulator.state()["management_tokens"]
        if token["status"] == "live" and token["secret"] != simulator.management_token
    }


def minting(controller: Controller) -> str:
    """The variables that mint a token; where a token may not make another, with the login of an Admin."""
    # Some services let a token become active only after a minute.
    variables = (
        "influxctl_profile_mint: true, influxctl_profile_mint_lifetime: 90d, influxctl_profile_mint_verify_wait: 10m"
    )
    if not controller.may_mint:
        del controller.environment["INFLUXDB3_MANAGEMENT_TOKEN"]
    return f"{{{variables}}}"


def fatal(run: Run, host: str) -> str:
    """What is shown of the task that ended the run for a host."""
    *_rescued, last = re.findall(rf"^fatal: \[{host}[] ].*$", run.output, re.MULTILINE)
    return str(last)


def succeeds(run: Run) -> Run:
    assert run.status == 0, run.output
    return run


# What the dialects of influxctl say is read in the same way for every task, and test_engine meets them all.
@pytest.mark.parametrize("controller", variants(0, 1), indirect=True)
def test_provision_converge_and_mend(controller: Controller) -> None:
    (file,) = use_hosts(controller, "web1")
    play = write_play(controller, minting(controller))
    run = succeeds(controller.playbook(play))
    assert run.changed["web1"] > 0
    token = held_token(file)
    assert list(live_tokens(controller.simulator)) == [token]
    assert token not in run.output
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700

    before = file.read_bytes()
    assert succeeds(controller.playbook(play)).changed == {"web1": 0}
    assert file.read_bytes() == before

    assert [path.name for path in sorted(file.parent.iterdir())] == [SIDE_FILE, file.name]

    # What is lost with all that was remembered of it is named, and kept: nobody knows who uses it.
    shutil.rmtree(file.parent)
    run = succeeds(controller.playbook(play))
    assert run.changed["web1"] > 0
    assert live_tokens(controller.simulator).keys() == {token, held_token(file)}
    assert held_token(file) != token
    (lost,) = [one["id"] for one in controller.simulator.state()["management_tokens"] if one["secret"] == token]
    assert f"that this consumer does not hold: {lost}. Nothing was done to it." in " ".join(run.output.split())


def test_damage_is_mended(documented_controller: Controller) -> None:
    controller = documented_controller
    untouched, *files = use_hosts(controller, "untouched", *DAMAGE)
    play = write_play(controller, minting(controller), extra="  throttle: 1\n")
    succeeds(controller.playbook(play))
    tokens = {held_token(file) for file in (untouched, *files)}
    assert live_tokens(controller.simulator).keys() == tokens
    assert len(tokens) == len(DAMAGE) + 1
    before = untouched.read_bytes()
    for file, damage in zip(files, DAMAGE.values(), strict=True):
        file.write_text(damage(file.read_text(encoding="utf-8")), encoding="utf-8")
    changed = succeeds(controller.playbook(play)).changed
    assert {name for name, count in changed.items() if count > 0} == set(DAMAGE)
    # Whether the old one leaked nobody has said, and it ends by its expiry.
    held = {held_token(file) for file in files}
    assert not held & tokens
    assert live_tokens(controller.simulator).keys() == held | tokens
    assert untouched.read_bytes() == before
    assert set(succeeds(controller.playbook(play)).changed.values()) == {0}


def test_requests_of_a_run(documented_controller: Controller) -> None:
    """The service is asked for the list and the time; to make a token, thrice more: create, confirm, verify."""
    controller = documented_controller
    use_hosts(controller, "web1")
    play = write_play(controller, minting(controller))
    succeeds(controller.playbook(play))
    making = [request["path"].rsplit("/", 2)[-2:] for request in controller.simulator.requests()]
    succeeds(controller.playbook(play))
    nothing = [request["path"].rsplit("/", 2)[-2:] for request in controller.simulator.requests()][len(making) :]
    assert making == [
        ["management", "list"],
        [controller.simulator.cluster_id, "tokens"],
        ["management", "create"],
        ["management", "list"],
        [controller.simulator.cluster_id, "tokens"],
    ]
    assert nothing == [["management", "list"], [controller.simulator.cluster_id, "tokens"]]


def write_loop(controller: Controller, variables: str, *items: str) -> Path:
    """A play that includes the role once for each item."""
    play = controller.folder / "play.yml"
    play.write_text(
        f"- hosts: automation\n  gather_facts: false\n{PATIENT}  tasks:\n"
        "    - ansible.builtin.include_role:\n        name: influxdb3.management.influxctl_profile\n"
        f"      vars: {variables}\n"
        f"      loop: [{', '.join(items)}]\n",
        encoding="utf-8",
    )
    return play


def test_several_profiles_on_a_host(documented_controller: Controller) -> None:
    controller = documented_controller
    (file,) = use_hosts(controller, "web1")
    variables = "{influxctl_profile_mint: true, influxctl_profile_name: '{{ item }}'}"
    play = write_loop(controller, variables, "default", "staging")
    succeeds(controller.playbook(play))
    tokens = MGMT_TOKEN.findall(file.read_text(encoding="utf-8"))
    assert len(set(tokens)) == 2
    assert live_tokens(controller.simulator).keys() == set(tokens)
    assert succeeds(controller.playbook(play)).changed == {"web1": 0}

    gone = write_loop(controller, variables.replace("}}'}", "}}', influxctl_profile_state: absent}"), "staging")
    assert succeeds(controller.playbook(gone)).changed["web1"] > 0
    assert list(live_tokens(controller.simulator)) == [held_token(file)] == tokens[:1]


def test_tokens_of_one_description_are_each_their_holders(documented_controller: Controller) -> None:
    """Two hosts with two profiles each, all called the same: every other token is named, and none is revoked."""
    controller = documented_controller
    files = use_hosts(controller, "web1", "web2")
    variables = (
        "{influxctl_profile_mint: true, influxctl_profile_mint_description: the same, "
        "influxctl_profile_mint_overlap: 0s, influxctl_profile_name: '{{ item }}'}"
    )
    play = write_loop(controller, variables, "default", "staging")
    succeeds(controller.playbook(play))
    tokens = {token for file in files for token in MGMT_TOKEN.findall(file.read_text(encoding="utf-8"))}
    assert live_tokens(controller.simulator) == dict.fromkeys(tokens, "the same")
    assert len(tokens) == 4
    again = succeeds(controller.playbook(play))
    assert again.changed == {"web1": 0, "web2": 0}
    said = " ".join(again.output.split())
    assert "3 live management tokens with the description 'the same' that this consumer does not hold: " in said
    # Renewed at once, each takes its own predecessor along and nobody else's.
    renewed = succeeds(controller.playbook(play, "--limit", "web1", influxctl_profile_mint_force_renew="true"))
    assert renewed.changed["web1"] > 0
    live = live_tokens(controller.simulator).keys()
    assert live == {token for file in files for token in MGMT_TOKEN.findall(file.read_text(encoding="utf-8"))}
    assert len(live & tokens) == 2


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """One that another user can get to."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user without a password")
def test_two_users_on_a_host(documented_controller: Controller, public_folder: Path) -> None:
    """Each has a file and a token of its own, whatever the other's is; the service is asked by neither."""
    controller = documented_controller
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin:/bin")
    if python is None:
        pytest.skip("there is no Python that another user can run")
    controller.host_python = python
    users = ("nobody", "daemon")
    for user in users:
        (public_folder / user).mkdir()
        os.chown(public_folder / user, pwd.getpwnam(user).pw_uid, -1)
    controller.inventory(
        "[automation]",
        f"web1 ansible_connection=local ansible_remote_tmp='{public_folder}/remote'",
        "[automation:vars]",
        "ansible_become_method=su",
        "ansible_become_flags='-s /bin/sh'",
        f"influxctl_profile_path='{public_folder}/{{{{ influxctl_profile_user }}}}/config.toml'",
    )
    play = write_loop(controller, "{influxctl_profile_mint: true, influxctl_profile_user: '{{ item }}'}", *users)
    succeeds(controller.playbook(play))
    files = [public_folder / user / "config.toml" for user in users]
    cluster = controller.simulator.cluster_id
    assert live_tokens(controller.simulator) == {
        held_token(file): f"influxctl on web1 for {user}, profile default, cluster {cluster}"
        for user, file in zip(users, files, strict=True)
    }
    for user, file in zip(users, files, strict=True):
        for path in (file, file.with_name(SIDE_FILE)):
            status = path.stat()
            assert (status.st_uid, status.st_mode & 0o777) == (pwd.getpwnam(user).pw_uid, 0o600)
    assert succeeds(controller.playbook(play)).changed == {"web1": 0}


# The variables of a host each, and what is said of them.
BAD_VARIABLES: list[tuple[dict[str, Any], str]] = [
    ({}, "The profile default has no credential."),
    # As of a variable of the environment that is not set.
    ({"mgmt_token": "", "auth": {}}, "The profile default has no credential."),
    ({"mint": True, "mgmt_token": "M.V1.given-by-hand"}, "and mint makes one for it. Give one of them."),
    ({"mgmt_token": "M.V1.given-by-hand", "auth": {"token": {"token_file": "f"}}}, "one management credential only"),
    (
        {"mint": True, "product": "clustered", "host": "other.example", "port": "443"},
        "settings.host is other.example, and the token is made for ",
    ),
    ({"mint": True, "cluster_id": "of-another"}, "settings.cluster_id is of-another, and the token is made for "),
    ({"mgmt_token": "M.V1.given-by-hand", "cluster_id": ""}, "New profile 'default' would lack cluster_id."),
    ({"mint": True, "mint_lifetime": "soon"}, "lifetime is not a duration"),
    (
        {"mint": True, "mint_lifetime": "never", "mint_renew_before": "1d"},
        "makes no sense with a mint.lifetime of never",
    ),
    ({"mint": True, "lifetime": "90d"}, "Did you mean influxctl_profile_mint_lifetime?"),
    ({"mint": True, "result": "of a task"}, "The prefix influxctl_profile_ is the role's"),
]


def test_bad_variables_change_nothing(documented_controller: Controller) -> None:
    controller = documented_controller
    names = [f"web{number}" for number in range(len(BAD_VARIABLES))]
    files = use_hosts(controller, *names)
    variables = controller.folder / "host_vars"
    variables.mkdir()
    for name, (given, _message) in zip(names, BAD_VARIABLES, strict=True):
        own = {f"influxctl_profile_{variable}": value for variable, value in given.items()}
        (variables / f"{name}.json").write_text(json.dumps(own), encoding="utf-8")
    run = controller.playbook(write_play(controller, "{}"))
    assert run.failed == set(names)
    for name, (_given, message) in zip(names, BAD_VARIABLES, strict=True):
        assert message in fatal(run, name)
    assert "Traceback" not in run.output
    assert "given-by-hand" not in run.output
    assert not any(file.exists() for file in files)
    assert live_tokens(controller.simulator) == {}


def test_given_token_is_written(documented_controller: Controller) -> None:
    controller = documented_controller
    (file,) = use_hosts(controller, "web1")
    controller.environment["AUTOMATION_TOKEN"] = "M.V1.given-by-hand"
    variables = "{influxctl_profile_mgmt_token: \"{{ lookup('ansible.builtin.env', 'AUTOMATION_TOKEN') }}\"}"
    play = write_play(controller, variables)
    run = succeeds(controller.playbook(play, "-vvvv", "--diff"))
    assert held_token(file) == "M.V1.given-by-hand"
    assert "given-by-hand" not in run.output
    assert succeeds(controller.playbook(play)).changed == {"web1": 0}
    assert controller.simulator.requests() == []


def test_a_profile_that_cannot_have_a_token_costs_none(documented_controller: Controller) -> None:
    """Of four hosts, three hold something that stands in the way, each as it was found by the controller or a host."""
    controller = documented_controller
    login, broken, taken, plain = use_hosts(controller, "login", "broken", "taken", "plain")
    for file in (login, broken):
        file.parent.mkdir(parents=True)
    login.write_text(
        '[[profile]]\nname = "default"\nproduct = "dedicated"\n[profile.auth.oauth2]\nclient_id = "x"\n',
        encoding="utf-8",
    )
    broken.write_text("[[profile]\n", encoding="utf-8")
    # A file where its folder should be.
    taken.parent.parent.mkdir(parents=True)
    taken.parent.write_text("", encoding="utf-8")
    texts = [file.read_text(encoding="utf-8") for file in (login, broken)]
    run = controller.playbook(write_play(controller, minting(controller)))
    assert run.failed == {"login", "broken", "taken"}
    assert "The profile 'default' has auth.oauth2 and may have one management credential only." in fatal(run, "login")
    assert "is not valid TOML" in fatal(run, "broken")
    assert f"Cannot use {taken}: Not a directory." in fatal(run, "taken")
    assert [file.read_text(encoding="utf-8") for file in (login, broken)] == texts
    assert list(live_tokens(controller.simulator)) == [held_token(plain)]
    assert [one["path"] for one in controller.simulator.requests()].count("/_influxctl/management/create") == 1


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param("  any_errors_fatal: true\n", id="any_errors_fatal"),
        pytest.param("  max_fail_percentage: 0\n", id="max_fail_percentage", marks=PROOF_ONLY),
    ],
)
@pytest.mark.parametrize("forks", [pytest.param(1, marks=PROOF_ONLY), 5])
def test_a_host_that_fails_leaves_no_other_hosts_token_outside_its_file(
    documented_controller: Controller, extra: str, forks: int
) -> None:
    """The play ends for all of them, with one refused by the service and one whose file cannot be read."""
    controller = documented_controller
    files = use_hosts(controller, "web1", "web2", "web3", "web4")
    files[1].parent.mkdir(parents=True)
    files[1].write_text("[[profile]\n", encoding="utf-8")
    controller.environment["ANSIBLE_FORKS"] = str(forks)
    variables = "{influxctl_profile_mint: true, influxctl_profile_mint_verify_wait: 0s}"
    play = write_play(controller, variables, extra=extra)
    if forks == 1:
        # What web1 asks is the time, then whether its token is accepted.
        controller.simulator.add_fault("delay_before", path="/tokens$", method="GET", seconds=0)
        controller.simulator.add_fault("status", path="/tokens$", method="GET", **REFUSES)
    run = controller.playbook(play)
    assert run.failed >= {"web2"}
    held = {held_token(file) for file in files if file.exists() and file != files[1]}
    assert live_tokens(controller.simulator).keys() == held
    if forks == 1:
        assert "web1" in run.failed
        assert not files[0].exists()
    # What was made is not made again.
    files[1].unlink()
    controller.simulator.clear_faults()
    succeeds(controller.playbook(play))
    assert live_tokens(controller.simulator).keys() == {held_token(file) for file in files} >= held


def test_a_host_that_cannot_be_reached(documented_controller: Controller, ssh_server: SshServer) -> None:
    """First at all: it costs no request; then while it writes: its token stays, and the next run goes on from there."""
    controller = documented_controller
    calls, lost = controller.folder / "calls", controller.folder / "lost"
    python = controller.folder / "python-of-the-host"
    python.write_text(
        f"#!/bin/sh\necho >> '{calls}'\n"
        # It is lost before the call of a module, and after the third one, which writes.
        f"[ -e '{lost}' ] && exit 255\n"
        f'if [ "$(wc -l < \'{calls}\')" -eq 4 ]; then "{sys.executable}" "$@"; exit 255; fi\n'
        f'exec "{sys.executable}" "$@"\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    lost.touch()
    (other,) = use_hosts(controller, "web2")
    with (controller.folder / "inventory.ini").open("a", encoding="utf-8") as inventory:
        inventory.write("[automation]\nweb1\n")
    (controller.folder / "host_vars").mkdir()
    own = {**ssh_server.variables, "python": str(python)}
    (controller.folder / "host_vars" / "web1.json").write_text(json.dumps(own), encoding="utf-8")
    controller.host_python = f"{{{{ python | default('{controller.host_python}') }}}}"
    play = write_play(controller, ROLE_OVER_SSH)
    run = controller.playbook(play)
    assert (run.recap["web1"]["unreachable"], run.recap["web1"]["failed"]) == (1, 0), run.output
    assert list(live_tokens(controller.simulator)) == [held_token(other)]
    lost.unlink()
    run = controller.playbook(play)
    assert (run.recap["web1"]["unreachable"], run.recap["web1"]["failed"]) == (1, 0), run.output
    file = ssh_server.home / ".config" / "influxctl" / "config.toml"
    (token,) = live_tokens(controller.simulator).keys() - {held_token(other)}
    assert held_token(file) == token
    (made,) = [one for one in controller.simulator.state()["management_tokens"] if one["secret"] == token]
    assert f"Whether the management token just made, {made['id']}, has reached its place" in " ".join(
        run.output.split()
    )
    assert succeeds(controller.playbook(play)).changed == {"web1": 0, "web2": 0}


def test_absent_removes_and_revokes(documented_controller: Controller) -> None:
    controller = documented_controller
    first, second = use_hosts(controller, "web1", "web2")
    succeeds(controller.playbook(write_play(controller, minting(controller))))
    gone = write_play(controller, "{influxctl_profile_mint: true, influxctl_profile_state: absent}")
    text = first.read_bytes()
    assert succeeds(controller.playbook(gone, "--limit", "web1", "--check")).changed["web1"] > 0
    assert first.read_bytes() == text
    assert len(live_tokens(controller.simulator)) == 2
    run = succeeds(controller.playbook(gone, "--limit", "web1"))
    assert run.changed["web1"] > 0
    assert "mgmt_token" not in first.read_text(encoding="utf-8")
    assert [path.name for path in first.parent.iterdir()] == [first.name]
    assert list(live_tokens(controller.simulator)) == [held_token(second)]
    assert succeeds(controller.playbook(gone, "--limit", "web1")).changed == {"web1": 0}

    # Without mint, nothing says that the token is this profile's own.
    token = held_token(second)
    unlinked = write_play(controller, "{influxctl_profile_state: absent}")
    run = succeeds(controller.playbook(unlinked, "--limit", "web2"))
    assert "mgmt_token" not in second.read_text(encoding="utf-8")
    assert list(live_tokens(controller.simulator)) == [token]
    assert f"The management token {token[:9]}... that the profile 'default' held lives on." in " ".join(
        run.output.split()
    )


def test_dry_run_changes_nothing_and_says_so(documented_controller: Controller) -> None:
    controller = documented_controller
    (file,) = use_hosts(controller, "web1")
    play = write_play(controller, minting(controller))
    controller.simulator.refuse_changes(True)
    dry = succeeds(controller.playbook(play, "--check", "--diff"))
    controller.simulator.refuse_changes(False)
    assert not file.exists()
    assert live_tokens(controller.simulator) == {}
    real = succeeds(controller.playbook(play, "--diff"))
    assert dry.changed == real.changed
    assert diff_of_profile(dry) == diff_of_profile(real)
    assert '+mgmt_token = "TOKEN"' in diff_of_profile(dry)
    assert succeeds(controller.playbook(play, "--check")).changed == {"web1": 0}


def test_dry_run_by_a_keyword(documented_controller: Controller) -> None:
    """What is not asked for on the command line does not show in ansible_check_mode."""
    controller = documented_controller
    (file,) = use_hosts(controller, "web1")
    play = write_play(controller, minting(controller))
    text = play.read_text(encoding="utf-8")
    dry = play.with_name("dry.yml")
    dry.write_text(text.replace("gather_facts: false", "gather_facts: false\n  check_mode: true"), encoding="utf-8")
    assert dry.read_text(encoding="utf-8") != text
    controller.simulator.refuse_changes(True)
    assert succeeds(controller.playbook(dry)).changed["web1"] > 0
    assert not file.exists()


def diff_of_profile(run: Run) -> list[str]:
    """The lines added to the profile; the beginning of a token that does not exist yet cannot be known."""
    diff = run.output.split("+++ after: /", 1)[1].split("--- before", 1)[0]
    return [
        re.sub(r"M\.V1\.[^\"]*|\(known after creation\)", "TOKEN", line)
        for line in diff.splitlines()
        if line.startswith("+")
    ]


def test_connection_by_module_defaults(documented_controller: Controller) -> None:
    """Nothing of the connection in the environment: module_defaults and variables suffice."""
    controller = documented_controller
    simulator = controller.simulator
    (file,) = use_hosts(controller, "web1")
    for name in ("ACCOUNT_ID", "CLUSTER_ID", "MANAGEMENT_TOKEN", "URL", "CA_PATH"):
        del controller.environment[f"INFLUXDB3_{name}"]
    controller.environment["SECRET"] = simulator.management_token
    defaults = (
        "  module_defaults:\n    group/influxdb3.management.all:\n"
        f"      url: {simulator.url}\n      ca_path: {simulator.ca_path}\n      timeout: {PATIENCE:g}\n"
        "      management_token: \"{{ lookup('ansible.builtin.env', 'SECRET') }}\"\n"
    )
    variables = (
        f"{{influxctl_profile_mint: true, influxctl_profile_account_id: {simulator.account_id}, "
        f"influxctl_profile_cluster_id: {simulator.cluster_id}}}"
    )
    succeeds(controller.playbook(write_play(controller, variables, defaults=defaults)))
    assert list(live_tokens(simulator)) == [held_token(file)]


def test_main_playbook(documented_controller: Controller) -> None:
    controller = documented_controller
    (file,) = use_hosts(controller, "web1")
    playbook = controller.folder / "automation_host.yml"
    playbook.write_text((CHECKOUT / "playbooks" / "automation_host.yml").read_text(encoding="utf-8"), encoding="utf-8")
    succeeds(controller.playbook(playbook))
    secret_file = Path(controller.environment["HOME"]) / ".config" / "telegraf" / "influxdb.token"
    database_token = secret_file.read_text(encoding="utf-8")
    (token,) = controller.simulator.state()["database_tokens"]
    assert token["secret"] == database_token
    assert list(live_tokens(controller.simulator)) == [held_token(file)]
    assert succeeds(controller.playbook(playbook)).changed == {"web1": 0}
