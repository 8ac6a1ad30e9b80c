# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The EXAMPLES of every module work when they are pasted into a play, in their order."""

from __future__ import annotations

import textwrap

import pytest
from ansible_collections.influxdb3.management.tests.docs.documents import (
    INTERNAL,
    NAME,
    Examples,
    blocks,
    examples,
    manuals,
    roles,
)
from ansible_collections.influxdb3.management.tests.docs.reader import Reader, shown_secrets
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

PLAY = "- name: Examples\n  hosts: localhost\n  gather_facts: false\n  tasks:\n"


@pytest.mark.parametrize("module", examples(), ids=lambda one: one.module)
def test_examples_work_as_written(module: Examples, reader: Reader, simulator: Simulator) -> None:
    reader.write("examples.yml", PLAY + textwrap.indent(module.text, "    "))
    run = reader.run("ansible-playbook examples.yml")
    assert run.status == 0, run.output
    counts = run.recap["localhost"]
    assert counts["ok"] == len(module.tasks), run.output
    assert counts["skipped"] == counts["ignored"] == counts["rescued"] == 0, run.output
    assert "[DEPRECATION WARNING]" not in run.output
    state = simulator.state()
    secrets = [token["secret"] for token in state["management_tokens"] + state["database_tokens"]]
    assert shown_secrets(run.output, secrets) == []
    assert reader.exposed_files(secrets) == []


@pytest.mark.parametrize("module", examples(), ids=lambda one: one.module)
def test_every_module_has_an_example(module: Examples) -> None:
    used = any(f"{NAME}.{module.module}" in task for task in module.tasks)
    assert used is not (module.module in INTERNAL)
    assert module.tasks


@pytest.mark.parametrize("role", roles())
def test_every_role_has_an_example(role: str) -> None:
    playbooks = [block for document in manuals() for block in blocks(document) if block.language == "yaml"]
    assert any(f"name: {role}\n" in playbook.text for playbook in playbooks)
