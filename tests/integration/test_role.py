# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role on real home folders: provision, converge, mend, refuse, take back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.integration.controller import Controller, Run
from ansible_collections.influxdb3.management.tests.integration.variants import variants
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

CHECKOUT = Path(__file__).resolve().parents[2]
MGMT_TOKEN = re.compile(r'mgmt_token = "([^"]+)"')

# Everything that may happen to what the role wrote, and that a next run must mend.
DAMAGE: dict[str, Callable[[str], str]] = {
    "emptied": lambda text: "",
    "profile-removed": lambda text: '[[profile]]\nname = "other"\nproduct = "dedicated"\n',
    "token-removed": lambda text: re.sub(r"mgmt_token = .*\n", "", text),
    "token-altered": lambda text: MGMT_TOKEN.sub('mgmt_token = "M.V1.altered-by-hand"', text),
    "token-emptied": lambda text: MGMT_TOKEN.sub('mgmt_token = ""', text),
}


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


def use_hosts(controller: Controller, *names: str) -> list[Path]:
    """An inventory of local hosts, each with a home folder of its own; returns their configuration files."""
    files = [controller.folder / "homes" / name / ".config" / "influxctl" / "config.toml" for name in names]
    controller.inventory(
        "[automation]",
        *(
            f"{name} ansible_connection=local influxctl_profile_path='{file}'"
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

    file.unlink()
    assert succeeds(controller.playbook(play)).changed["web1"] > 0
    assert held_token(file) in live_tokens(controller.simulator)
    assert held_token(file) != token


def test_each_host_has_its_own_token(documented_controller: Controller) -> None:
    controller = documented_controller
    first, second = use_hosts(controller, "web1", "web2")
    play = write_play(controller, minting(controller), extra="  throttle: 1\n")
    succeeds(controller.playbook(play))
    assert held_token(first) != held_token(second)
    assert live_tokens(controller.simulator).keys() == {held_token(first), held_token(second)}
    first.unlink()
    run = succeeds(controller.playbook(play))
    assert run.changed["web1"] > 0
    assert run.changed["web2"] == 0


def test_damage_is_mended(documented_controller: Controller) -> None:
    controller = documented_controller
    files = use_hosts(controller, *DAMAGE)
    play = write_play(controller, minting(controller))
    succeeds(controller.playbook(play))
    for file, damage in zip(files, DAMAGE.values(), strict=True):
        file.write_text(damage(file.read_text(encoding="utf-8")), encoding="utf-8")
    changed = succeeds(controller.playbook(play)).changed
    assert {name for name, count in changed.items() if count > 0} == set(DAMAGE)
    assert {held_token(file) for file in files} <= live_tokens(controller.simulator).keys()
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


def test_several_profiles_on_a_host(documented_controller: Controller) -> None:
    controller = documented_controller
    (file,) = use_hosts(controller, "web1")
    play = controller.folder / "play.yml"
    play.write_text(
        f"- hosts: automation\n  gather_facts: false\n{PATIENT}  tasks:\n"
        "    - ansible.builtin.include_role:\n        name: influxdb3.management.influxctl_profile\n"
        "      vars: {influxctl_profile_mint: true, influxctl_profile_name: '{{ item }}'}\n"
        "      loop: [default, staging]\n",
        encoding="utf-8",
    )
    succeeds(controller.playbook(play))
    tokens = MGMT_TOKEN.findall(file.read_text(encoding="utf-8"))
    assert len(set(tokens)) == 2
    assert live_tokens(controller.simulator).keys() == set(tokens)
    assert succeeds(controller.playbook(play)).changed == {"web1": 0}


def test_equal_descriptions_are_refused(documented_controller: Controller) -> None:
    controller = documented_controller
    use_hosts(controller, "web1", "web2")
    play = write_play(controller, "{influxctl_profile_mint: true, influxctl_profile_mint_description: the same}")
    run = controller.playbook(play)
    assert run.failed == {"web1", "web2"}
    assert "Another host of the play has a token with the description 'the same'" in run.output
    assert live_tokens(controller.simulator) == {}


def test_equal_descriptions_on_one_host_are_refused(documented_controller: Controller) -> None:
    controller = documented_controller
    use_hosts(controller, "web1")
    play = controller.folder / "play.yml"
    play.write_text(
        f"- hosts: automation\n  gather_facts: false\n{PATIENT}  tasks:\n"
        "    - ansible.builtin.include_role:\n        name: influxdb3.management.influxctl_profile\n"
        "      vars:\n        influxctl_profile_mint: true\n        influxctl_profile_name: '{{ item }}'\n"
        "        influxctl_profile_mint_description: on {{ inventory_hostname }}\n"
        "      loop: [default, staging]\n",
        encoding="utf-8",
    )
    run = controller.playbook(play)
    assert run.failed == {"web1"}
    assert "Another profile of web1 has a token with the description 'on web1' too" in run.output
    assert len(live_tokens(controller.simulator)) == 1


# The variables of a host each, and what is said of them.
BAD_VARIABLES: list[tuple[dict[str, Any], str]] = [
    ({}, "given are 0"),
    ({"mint": True, "mgmt_token": "M.V1.given-by-hand"}, "given are 2"),
    ({"mint": True, "product": "clustered"}, "for the product dedicated only"),
    ({"mint": True, "cluster_id": ""}, "Set influxctl_profile_account_id"),
    ({"mint": True, "mint_lifetime": "soon"}, "lifetime is not a duration"),
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


def test_failed_write_leaves_no_token_behind(documented_controller: Controller) -> None:
    controller = documented_controller
    login, plain = use_hosts(controller, "web1", "web2")
    login.parent.mkdir(parents=True)
    # A profile that has a credential already: minting succeeds, and then writing is refused.
    text = '[[profile]]\nname = "default"\nproduct = "dedicated"\n[profile.auth.oauth2]\nclient_id = "x"\n'
    login.write_text(text, encoding="utf-8")
    run = controller.playbook(write_play(controller, minting(controller)))
    assert run.failed == {"web1"}
    assert "could not be written or verified, and is as it was; the new token was revoked." in " ".join(
        run.output.split()
    )
    assert login.read_text(encoding="utf-8") == text
    assert list(live_tokens(controller.simulator)) == [held_token(plain)]


def test_absent_removes_and_revokes(documented_controller: Controller) -> None:
    controller = documented_controller
    first, second = use_hosts(controller, "web1", "web2")
    succeeds(controller.playbook(write_play(controller, minting(controller))))
    gone = write_play(controller, "{influxctl_profile_mint: true, influxctl_profile_state: absent}")
    run = succeeds(controller.playbook(gone, "--limit", "web1"))
    assert run.changed["web1"] > 0
    assert "mgmt_token" not in first.read_text(encoding="utf-8")
    assert list(live_tokens(controller.simulator)) == [held_token(second)]
    assert succeeds(controller.playbook(gone, "--limit", "web1")).changed == {"web1": 0}


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
    assert '+mgmt_token = "M.V1."' in diff_of_profile(dry)
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
    diff = run.output.split("+++ after: /", 1)[1].split("TASK [", 1)[0]
    return [re.sub(r"M\.V1\.[^\"]*", "M.V1.", line) for line in diff.splitlines() if line.startswith("+")]


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
