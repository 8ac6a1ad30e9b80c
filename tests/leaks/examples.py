# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays made of what the modules and the documents show, so that a new example is a new case."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.influxdb3.management.plugins.module_utils._connection import CONNECTION_OPTIONS
from ansible_collections.influxdb3.management.tests.docs.documents import (
    CHECKOUT,
    NAME,
    blocks,
    examples,
    manuals,
    roles,
)

PROFILE = f"{NAME}.influxctl_profile"

Task = dict[str, Any]


def plays_of_modules() -> list[dict[str, Any]]:
    """The examples of every module, each module in a play of its own, on localhost."""
    return [
        {"name": module.module, "hosts": "localhost", "gather_facts": False, "tasks": module.tasks}
        for module in examples()
    ]


def plays_of_documents() -> list[dict[str, Any]]:
    """Every play in a document for the hosts and the user that a test has, and without a vault."""
    texts = {block.text for document in manuals() for block in blocks(document) if block.language == "yaml"}
    # What a test of its own has: another user, a vault, a profile of the controller, the address of the data host.
    other = ("influxctl_profile_user", "vault", "connection_profile", "YOUR_DATA_URL")
    possible = [text for text in sorted(texts) if not any(word in text for word in other)]
    loaded = [yaml.safe_load(text) for text in possible]
    plays = [play for playbook in loaded if isinstance(playbook, list) for play in playbook if "hosts" in play]
    return [play for play in plays if play["hosts"] in ("automation", "localhost")]


def variables_of_documents() -> dict[str, str]:
    """The files of variables that plays of the documents read, by their names."""
    every = [block for document in manuals() for block in blocks(document) if block.language == "yaml"]
    return {
        block.file_name: block.text
        for block in every
        if block.file_name is not None and isinstance(yaml.safe_load(block.text), dict)
    }


def commands_of_documents() -> list[str]:
    """Every ad-hoc command in a document that does not depend on what stands before it."""
    scripts = [block.text for document in manuals() for block in blocks(document) if block.language == "sh"]
    lines = {line for script in scripts for line in script.splitlines()}
    return sorted(
        line
        for line in lines
        if line.startswith(f"ansible localhost -m {NAME}.") and line[-1] != "\\" and "-a" not in line
    )


def failing_tasks() -> list[Task]:
    """The examples of every module and role as tasks that may fail, and do not wait for things to mend."""
    tasks = [_impatient(task) for module in examples() for task in module.tasks]
    return [*({**task, "ignore_errors": True} for task in tasks), *map(_role_that_may_fail, roles())]


def options_of_modules(each_once: bool = False) -> list[tuple[str, str, Task]]:
    """Every option of every module that has an example, with the arguments of its first example to give beside it.

    With ``each_once``, what all modules share is there for one of them.
    """
    found: list[tuple[str, str, Task]] = []
    for module in examples():
        name = f"{NAME}.{module.module}"
        own = [task[name] or {} for task in module.tasks if name in task]
        if own:
            shared = CONNECTION_OPTIONS.keys() & {option for _module, option, _arguments in found} if each_once else ()
            found += [(name, option, own[0]) for option in sorted(_options(name)) if option not in shared]
    return found


def _impatient(task: Task) -> Task:
    changed = copy.deepcopy(task)
    if changed.get(PROFILE, {}).get("mint") is not None:
        changed[PROFILE]["mint"]["verify_wait"] = "0s"
    return changed


def _role_that_may_fail(role: str) -> Task:
    name = role.rpartition(".")[2]
    specification = yaml.safe_load((CHECKOUT / "roles" / name / "meta" / "argument_specs.yml").read_text("utf-8"))
    options = specification["argument_specs"]["main"]["options"]
    waits = {option: "0s" for option in options if option.endswith("_wait")}
    variables = {f"{name}_mint": True, **waits}
    included = {"ansible.builtin.include_role": {"name": role}, "vars": variables}
    return {"block": [included], "rescue": [{"ansible.builtin.debug": {"var": "ansible_failed_result"}}]}


def _options(module: str) -> list[str]:
    command = [str(Path(sys.executable).with_name("ansible-doc")), "--json", module]
    answer = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return list(json.loads(answer)[module]["doc"]["options"])
