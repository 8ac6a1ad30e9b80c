# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A controller under watch."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.influxdb3.management.tests.integration.controller import Controller, Run
from ansible_collections.influxdb3.management.tests.leaks.versions import OWN, Core
from ansible_collections.influxdb3.management.tests.leaks.watch import (
    EVENTS,
    JUNIT,
    LOG,
    PRINTED,
    TREE,
    Watch,
    new_secret,
)

HOST = "web1"
NO_WAITING = Path(__file__).parents[1] / "integration" / "callbacks"
# What a run has to end with; see Watch.
CANARY: dict[str, Any] = {
    "name": "Show the canary",
    "hosts": "localhost",
    "gather_facts": False,
    "tasks": [{"ansible.builtin.debug": {"msg": "{{ lookup('ansible.builtin.env', 'LEAKS_CANARY') }}"}}],
}


@dataclass
class WatchedController(Controller):
    """A controller that prints and keeps all it can, with a host that is a folder, on one version of ansible-core."""

    core: Core = OWN

    def __post_init__(self) -> None:
        super().__post_init__()
        self.programs = self.core.programs
        self.watch = Watch(self.folder, self.simulator)
        self.environment |= self.watch.environment
        self.inventory(
            "[automation]",
            f"{HOST} influxctl_profile_path='{self.configuration}'",
            "[automation:vars]",
            "ansible_connection=local",
            f"ansible_python_interpreter='{self.host_python}'",
        )

    @property
    def configuration(self) -> Path:
        """Where the host has its profiles."""
        return self.folder / "hosts" / HOST / ".config" / "influxctl" / "config.toml"

    def give(self, *variables: str) -> None:
        """Have secrets in the environment that the service does not know, but that begin as its token does."""
        for variable in variables:
            self.environment[variable] = f"{self.simulator.management_token[:9]}{new_secret()}"
            self.watch.given.append(self.environment[variable])

    def skip_waiting(self) -> None:
        """Have the time for which the engine would sleep pass at once."""
        enabled = f"{self.environment['ANSIBLE_CALLBACKS_ENABLED']},no_waiting"
        folders = [self.environment["ANSIBLE_CALLBACK_PLUGINS"], str(NO_WAITING)]
        self.environment |= {
            "ANSIBLE_CALLBACKS_ENABLED": enabled,
            "ANSIBLE_CALLBACK_PLUGINS": os.pathsep.join(folders),
            "LEAKS_NO_WAITING": "1",
        }

    def play(self, plays: list[dict[str, Any]]) -> Run:
        """Run these plays, and the canary after them."""
        path = self.folder / "plays.json"
        path.write_text(json.dumps([*plays, CANARY]), encoding="utf-8")
        return self.playbook(path)

    def require_secrecy(self) -> None:
        """Fail when a secret is anywhere but in its place, or when the canary has not been seen in every channel."""
        canary = self.watch.find([self.watch.canary], self.environment)
        shown = {finding.channel for finding in canary}
        channels = (PRINTED, LOG, EVENTS, JUNIT, TREE)
        blind = [channel for channel in channels if not any(name.startswith(channel) for name in shown)]
        findings = self.watch.find(self.watch.secrets(), self.environment)
        assert findings == [], "\n".join(["Secrets were found:", *map(str, findings)])
        assert blind == [], "The canary was not found in every channel"

    def _run(self, program: str, *arguments: str) -> Run:
        run = super()._run(program, *arguments)
        self.watch.printed.append(run.output)
        return run
