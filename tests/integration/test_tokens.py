# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of tokens and databases as playbooks see it; the assertions stand in the targets themselves.

What the service may answer in other ways is for test_engine.py.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from ansible_collections.influxdb3.management.tests.integration.controller import AS_FOR_USERS, Controller, Run
from ansible_collections.influxdb3.management.tests.integration.fast_python import FastPython
from ansible_collections.influxdb3.management.tests.integration.variants import MANY
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY, chosen_core
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.variations import of_seed

FOLDER = Path(__file__).parent


def play_target(controller: Controller, target: str) -> Run:
    """Play a target of ansible-test from the folder of this controller, where a relative secret_file is written."""
    controller.environment["ANSIBLE_ROLES_PATH"] = str(FOLDER / "targets")
    return controller.playbook(
        Path(shutil.copy(FOLDER / "run_target.yml", controller.folder)),
        target=target,
        output_dir=str(controller.folder),
        simulator_control=f"{controller.simulator.url}/_simulator",
    )


@pytest.mark.parametrize("kind", ["database_token", "management_token"])
def test_target(documented_controller: Controller, kind: str) -> None:
    require_target(documented_controller, kind)


# What the engine makes of either product is for test_engine.py, and playbooks of both are searched for secrets.
@PROOF_ONLY
@pytest.mark.parametrize("kind", ["management_token", "database_token"])
def test_target_of_clustered(kind: str, fast_python: FastPython, ansible_programs: Path, tmp_path: Path) -> None:
    with Simulator.start(product="clustered") as simulator:
        python = AS_FOR_USERS if chosen_core() else str(fast_python.interpreter)
        require_target(Controller(tmp_path, simulator, host_python=python, programs=ansible_programs), kind)


def require_target(controller: Controller, kind: str) -> None:
    """Play a target, and look at what is left of it."""
    run = play_target(controller, kind)
    assert run.status == 0, run.output
    refused = [request for request in controller.simulator.requests() if request["fault"] == "refused"]
    assert refused == [], "a dry run asked for a change"
    secret = (controller.folder / "renewed.token").read_text(encoding="utf-8")
    renewed = [
        token for token in controller.simulator.state()[f"{kind}s"] if token["description"] == "ansible-test renewed"
    ]
    assert [token["secret"] for token in renewed if token["status"] == "live"] == [secret]
    assert len(renewed) == 2


@pytest.mark.parametrize("target", ["database", "table"])
def test_target_of_databases(documented_controller: Controller, target: str) -> None:
    run = play_target(documented_controller, target)
    assert run.status == 0, run.output
    refused = [request for request in documented_controller.simulator.requests() if request["fault"] == "refused"]
    assert refused == [], "a dry run asked for a change"
    assert all(database["deleted"] for database in documented_controller.simulator.state()["databases"])


@pytest.mark.parametrize("kind", ["database_token", "management_token"])
def test_target_of_a_set(documented_controller: Controller, kind: str) -> None:
    run = play_target(documented_controller, f"{kind}s")
    assert run.status == 0, run.output
    secrets = [token["secret"] for token in documented_controller.simulator.state()[f"{kind}s"]]
    assert [secret for secret in secrets if secret in run.output] == []


@pytest.mark.parametrize("is_tried_again", [False, True])
def test_a_set_that_fails_unseen_leaves_nothing_behind(documented_controller: Controller, is_tried_again: bool) -> None:
    controller = documented_controller
    controller.simulator.add_fault("status", "/tokens$", "POST", status=403)
    entries = [{"description": f"job {number}", "permissions": []} for number in range(3)]
    task = {"influxdb3.management.database_tokens": {"tokens": entries, "on_error": "continue"}, "register": "made"}
    # The result of the attempt that failed is seen by nobody, though the task goes on.
    again = {"until": "made is success", "retries": 1, "delay": 0, "ignore_errors": True} if is_tried_again else {}
    playbook = controller.folder / "failing.json"
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [{**task, **again}]}
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    run = controller.playbook(playbook)
    assert (run.status == 0) is is_tried_again, run.output
    tokens = controller.simulator.state()["database_tokens"]
    statuses = Counter(token["status"] for token in tokens if token["description"].startswith("job "))
    assert statuses == ({"revoked": 2, "live": 3} if is_tried_again else {"revoked": 2})
    assert is_tried_again or "2 just made were revoked, as nobody would receive their strings" in run.output


def test_target_of_the_profile(documented_controller: Controller) -> None:
    run = play_target(documented_controller, "influxctl_profile")
    assert run.status == 0, run.output


def test_refused_minting_says_what_is_needed(documented_controller: Controller) -> None:
    controller = documented_controller
    controller.simulator.reset(seed=next(seed for seed in MANY if not of_seed(seed).token_may_mint))
    arguments = "description=another secret_file=another.token timeout=120"
    run = controller.adhoc("management_token", "-a", arguments)
    assert run.status != 0
    assert "Admin" in run.output
    assert "Traceback" not in run.output
    assert not (controller.folder / "another.token").exists()


def test_own_token_is_not_revoked(documented_controller: Controller) -> None:
    controller = documented_controller
    own = next(token for token in controller.simulator.state()["management_tokens"])
    run = controller.adhoc("management_token", "-a", f"id={own['id']} state=absent timeout=120")
    assert run.status != 0
    assert "the one this task authenticates with" in run.output
    assert controller.simulator.state()["management_tokens"][0]["status"] == "live"
