# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWX runs playbooks by ansible-runner, in a folder that is thrown away after each job: nothing is lost by that.

What the runner keeps of a job holds no token that was given as a variable.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.influxdb3.management.tests.integration.controller import PROGRAMS, Controller, run_program
from ansible_collections.influxdb3.management.tests.integration.test_role import held_token, use_hosts
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

CHECKOUT = Path(__file__).resolve().parents[2]
PLAYBOOK = CHECKOUT / "playbooks" / "automation_host.yml"
BY_VARIABLE = {"group/influxdb3.management.all": {"management_token": "{{ influxdb3_management_token }}"}}


def inject(controller: Controller, folder: Path) -> tuple[dict[str, str], list[str]]:
    """What a credential of the documented type adds to a job: variables of the environment, and words for
    ansible-playbook. AWX writes extra variables into a private file of the job's folder, and names that.
    """
    inputs, injectors = (
        yaml.safe_load((CHECKOUT / "docs" / "awx" / f"credential-type-{name}.yml").read_text(encoding="utf-8"))
        for name in ("inputs", "injectors")
    )
    fields = {each["id"]: controller.environment[f"INFLUXDB3_{each['id'].upper()}"] for each in inputs["fields"]}
    assert sorted(inputs["required"]) == sorted(fields)
    # A field that is secret is one that may be in a variable only.
    secret = [each["id"] for each in inputs["fields"] if each.get("secret")]
    assert secret == ["management_token"]
    assert not any(name in text for text in injectors["env"].values() for name in secret)
    render = SandboxedEnvironment(undefined=StrictUndefined).from_string
    environment = {name: render(text).render(fields) for name, text in injectors["env"].items()}
    variables = {name: render(text).render(fields) for name, text in injectors["extra_vars"].items()}
    file = folder / "env" / "credential"
    file.touch(0o600)
    file.write_text(yaml.safe_dump(variables), encoding="utf-8")
    return environment, ["-e", f"@{file}"]


def run_job(controller: Controller, by_variable: bool, name: str) -> tuple[int, dict[str, Any], list[Path]]:
    """One job in a folder of its own; returns its status, its recap, and the files in what the runner keeps."""
    folder = controller.folder / name
    (folder / "project").mkdir(parents=True)
    (folder / "env").mkdir()
    (play,) = yaml.safe_load(PLAYBOOK.read_text(encoding="utf-8"))
    given = dict(controller.environment)
    options: list[str] = []
    if by_variable:
        for name_of_credential in ("ACCOUNT_ID", "CLUSTER_ID", "MANAGEMENT_TOKEN"):
            del given[f"INFLUXDB3_{name_of_credential}"]
        play["module_defaults"] = BY_VARIABLE
        injected, options = inject(controller, folder)
        given |= injected
    (folder / "project" / "site.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
    variables = {"ansible_python_interpreter": controller.host_python}
    (folder / "env" / "extravars").write_text(json.dumps(variables), encoding="utf-8")
    shutil.copy(given["ANSIBLE_INVENTORY"], folder / "inventory")
    words = ["run", str(folder), "-p", "site.yml", "--ident", "job", "--inventory", given["ANSIBLE_INVENTORY"]]
    if options:
        words += ["--cmdline", shlex.join(options)]
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
