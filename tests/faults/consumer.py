# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A consumer of one token: it asks for it run after run, with the real engine, and keeps what it is given."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action import database_token, management_token
from ansible_collections.influxdb3.management.plugins.module_utils._arguments import SECRET_FILE_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._connection import CONNECTION_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._run import Outcome, execute
from ansible_collections.influxdb3.management.plugins.plugin_utils._validation import validate_arguments
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.unit.plugins.host_here import ActionHere, secret_file_here
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

DEFINITIONS = {
    "database": database_token.ActionModule.definition,
    "management": management_token.ActionModule.definition,
}
DESCRIPTION = "job"
# In every body that no user should have to read.
BODY = "raw-body-of-an-answer"
RETRIES = 2
_ERROR = re.compile(r"[^\n]{20,1500}[.)]")
_DEFECT = re.compile(r"Internal error|Traceback|Error\(|0x[0-9a-f]{6}")


@dataclass
class Consumer:
    """Holds the token in ``secret_file``, or else in ``held`` as a registered result would be."""

    simulator: Simulator
    kind: str
    connection: dict[str, Any]
    secret_file: Path | None = None
    held: str | None = None

    def run(self, has_receiver: Callable[[], bool] = lambda: True, check_mode: bool = False, **options: Any) -> Outcome:
        """One run; returns how it ended. Whatever it says must be fit for a reader."""
        definition = DEFINITIONS[self.kind]
        arguments = {**self.connection, "description": DESCRIPTION, **self._evidence(), **options}
        if "id" in options:
            arguments = {**self.connection, **options}
        if self.kind == "database" and options.get("state") != "absent":
            arguments.setdefault("permissions", [{"action": "write", "resource": "metrics"}])
        parameters = validate_arguments(definition.argument_spec, arguments, **definition.constraints)
        store = None
        if parameters["secret_file"] is not None:
            more = {name: parameters[name] for name in SECRET_FILE_OPTIONS if name != "secret_file"}
            store = secret_file_here(parameters["secret_file"], ActionHere(check_mode), **more)
        outcome = execute(definition, parameters, check_mode, has_receiver, store=store)
        self._check_words(outcome)
        if outcome.error is None and self.secret_file is None and not check_mode:
            self.held = None if options.get("state") == "absent" else outcome.result.get("token", self.held)
        return outcome

    def holds(self) -> str | None:
        """The token string that this consumer holds, live or not."""
        if self.secret_file is None:
            return self.held
        return self.secret_file.read_text(encoding="utf-8") if self.secret_file.exists() else None

    def live(self) -> dict[str, dict[str, Any]]:
        """Every live token of this description, by its string, the oldest first."""
        return {
            token["secret"]: token
            for token in self.simulator.state()[f"{self.kind}_tokens"]
            if token["status"] == "live" and token["secret"] != self.simulator.management_token
        }

    def _evidence(self) -> dict[str, str]:
        if self.secret_file is not None:
            return {"secret_file": str(self.secret_file)}
        if self.kind == "management":
            return {"held_prefix": (self.held or "")[:9]}
        tokens = self.simulator.state()["database_tokens"]
        return {"held_id": next((token["id"] for token in tokens if token["secret"] == self.held), "")}

    def _check_words(self, outcome: Outcome) -> None:
        """No secret, no raw answer, no traceback, and one line for an error."""
        result = {name: value for name, value in outcome.result.items() if name != "token"}
        words = json.dumps([result, outcome.warnings, outcome.error])
        state = self.simulator.state()
        secrets = [token["secret"] for token in [*state["database_tokens"], *state["management_tokens"]]]
        assert not [secret for secret in secrets if secret in words], "a secret is told"
        assert BODY not in words, "a raw answer is told"
        if outcome.error is not None:
            assert _ERROR.fullmatch(outcome.error), outcome.error
            assert not _DEFECT.search(outcome.error), outcome.error


def connection(simulator: Simulator, url: str, influxctl_path: str) -> dict[str, Any]:
    """The connection options of every run. No request meets its timeout; tests end in their own way what is to end."""
    values = {name: simulator.ready[name] for name in ("management_token", "ca_path")}
    if simulator.product == "dedicated":
        values |= {"account_id": simulator.account_id, "cluster_id": simulator.cluster_id}
    values["product"] = simulator.product
    given = {**values, "url": url, "influxctl_path": influxctl_path, "timeout": PATIENCE, "retries": RETRIES}
    return {name: value for name, value in given.items() if value is not None and name in CONNECTION_OPTIONS}


def hide_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide what leads elsewhere: the engine of a consumer sees the variables of this process."""
    for name in list(os.environ):
        if name.startswith("INFLUX") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
