# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of modules that keep no secret, with the real engine, and requests that bypass it."""

from __future__ import annotations

from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Outcome, execute
from ansible_collections.influxdb3.management.plugins.plugin_utils._validation import validate_arguments
from ansible_collections.influxdb3.management.tests.faults.consumer import BODY, connection
from ansible_collections.influxdb3.management.tests.faults.door import Door
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator


def ask(simulator: Simulator, method: str, path: str, body: Any = None) -> None:
    """A request past the engine, which must succeed."""
    reply = simulator.ask(method, f"{simulator.api_path}/{path}", body, simulator.management_token)
    assert reply.status in (200, 204)


def run(simulator: Simulator, door: Door, definition: Definition, **options: Any) -> Outcome:
    """One run. Whatever it says is fit for a reader, and holds nothing of a raw answer."""
    given = {**connection(simulator, door.url, simulator.influxctl_path), **options}
    outcome = execute(definition, validate_arguments(definition.argument_spec, given), check_mode=False)
    words = str([outcome.result, outcome.warnings, outcome.error])
    assert BODY not in words
    assert simulator.management_token not in words
    assert outcome.error is None or (outcome.error.isprintable() and "Internal error" not in outcome.error)
    return outcome
