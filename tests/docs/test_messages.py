# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The messages that "Your first token" explains are those that appear."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible_collections.influxdb3.management.tests.docs.documents import CHECKOUT, NAME, codes, table_rows
from ansible_collections.influxdb3.management.tests.docs.reader import Reader
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

GUIDE = CHECKOUT / "docs" / "first-token.md"


def test_messages_are_those_of_the_guide(simulator: Simulator, reader: Reader) -> None:
    explained = [codes(row[0])[0] for row in table_rows(GUIDE, "The message says")]
    ids = {"account_id": simulator.account_id, "cluster_id": simulator.cluster_id}
    token = {"management_token": simulator.management_token}
    program = {"influxctl_path": simulator.influxctl_path}
    simulator.add_fault("status", path="management/create", status=403)
    messages = provoke(
        reader,
        {**ids, **program},
        {**ids, **program, "management_token": "M.V1.mistyped-by-somebody"},
        {**ids, **program, **token, "description": "refused", "secret_file": "refused.token"},
        {**ids, **token},
        {**token, **program},
    )
    assert len(messages) == len(explained)
    for phrase, message in zip(explained, messages, strict=True):
        assert phrase in message


def provoke(reader: Reader, *arguments: dict[str, Any]) -> list[str]:
    """The messages of one failing task for each of these arguments; nothing comes from the environment or the path."""
    for name in ("INFLUXDB3_ACCOUNT_ID", "INFLUXDB3_CLUSTER_ID", "INFLUXDB3_MANAGEMENT_TOKEN"):
        del reader.environment[name]
    folders = reader.environment["PATH"].split(os.pathsep)
    kept = [folder for folder in folders if not os.path.exists(os.path.join(folder, "influxctl"))]
    reader.environment |= {"PATH": os.pathsep.join(kept), "ANSIBLE_VERBOSITY": "0"}
    tasks = [
        {f"{NAME}.management_token{'' if 'description' in one else '_info'}": one, "ignore_errors": True}
        for one in arguments
    ]
    reader.write("play.json", json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    run = reader.run("ansible-playbook play.json")
    assert run.recap["localhost"]["ignored"] == len(tasks), run.output
    shown = [line.partition("=> ")[2] for line in run.output.splitlines() if line.startswith("fatal: ")]
    return [json.loads(result)["msg"] for result in shown]
