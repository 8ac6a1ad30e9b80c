# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWX runs playbooks by ansible-runner, in a folder that is thrown away after each job: nothing is lost by that.

What the runner keeps of a job holds no token that was given as a variable.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.influxdb3.management.tests.integration.controller import PROGRAMS, Controller, run_program
from ansible_collections.influxdb3.management.tests.integration.test_role import held_token, use_hosts

PLAYBOOK = Path(__file__).resolve().parents[2] / "playbooks" / "automation_host.yml"
BY_VARIABLE = {"group/influxdb3.management.all": {"management_token": "{{ influxdb3_management_token }}"}}


def run_job(controller: Controller, by_variable: bool, name: str) -> tuple[int, dict[str, Any], list[Path]]:
    """One job in a folder of its own; returns its status, its recap, and the files in what the runner keeps."""
    folder = controller.folder / name
    (folder / "project").mkdir(parents=True)
    (folder / "env").mkdir()
    (play,) = yaml.safe_load(PLAYBOOK.read_text(encoding="utf-8"))
    given = dict(controller.environment)
    token = given.pop("INFLUXDB3_MANAGEMENT_TOKEN")
    if by_variable:
        play["module_defaults"] = BY_VARIABLE
        variables = {"influxdb3_management_token": token}
    else:
        given["INFLUXDB3_MANAGEMENT_TOKEN"] = token
        variables = {}
    (folder / "project" / "site.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    variables["ansible_python_interpreter"] = controller.host_python
    (folder / "env" / "extravars").write_text(json.dumps(variables), encoding="utf-8")
    shutil.copy(given["ANSIBLE_INVENTORY"], folder / "inventory")
    words = ["run", str(folder), "-p", "site.yml", "--ident", "job", "--inventory", given["ANSIBLE_INVENTORY"]]
    given["PATH"] = os.pathsep.join([str(PROGRAMS), given["PATH"]])
    run = run_program(PROGRAMS / "ansible-runner", words, controller.folder, given)
    assert run.status == 0, run.output
    kept = [path for path in (folder / "artifacts").rglob("*") if path.is_file()]
    (stats,) = [
        event["event_data"]
        for path in kept
        if path.parent.name == "job_events" and path.suffix == ".json"
        for event in [json.loads(path.read_text(encoding="utf-8"))]
        if event["event"] == "playbook_on_stats"
    ]
    return run.status, stats, kept


@pytest.mark.parametrize("by_variable", [True, False])
def test_a_job_in_a_folder_that_is_thrown_away(documented_controller: Controller, by_variable: bool) -> None:
    controller = documented_controller
    (file,) = use_hosts(controller, "web1")
    token = controller.environment["INFLUXDB3_MANAGEMENT_TOKEN"]
    for number, changed in enumerate((3, 0)):
        name = f"job{number}"
        status, stats, kept = run_job(controller, by_variable, name)
        assert status == 0
        assert stats["changed"].get("web1", 0) == changed
        with_token = {path.name for path in kept if token.encode() in path.read_bytes()}
        # The environment of a job is kept as a whole; the guide says so, and shows the other way.
        assert with_token == (set() if by_variable else {"command"})
        state = controller.simulator.state()
        made = [one["secret"] for one in state["database_tokens"]] + [held_token(file)]
        assert len(made) == 2
        assert not [path for path in kept for secret in made if secret.encode() in path.read_bytes()]
        shutil.rmtree(controller.folder / name)
