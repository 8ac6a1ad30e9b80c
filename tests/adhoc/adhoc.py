# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One module on a controller before the simulator, called by pytest-ansible and by the command ``ansible``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from ansible_collections.influxdb3.management.tests.integration.controller import Controller, Run
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator


@dataclass
class Adhoc:
    """The module that the test file is named after; ``controller`` has what surrounds each call."""

    module: str
    controller: Controller
    ansible_adhoc: Callable[..., Any]

    @property
    def simulator(self) -> Simulator:
        """The service."""
        return self.controller.simulator

    def call(self, **options: Any) -> dict[str, Any]:
        """Have pytest-ansible call the module, and return its result, in which no token may stand."""
        # The form in which pytest-ansible hands tasks over is deprecated, and the message would show their arguments.
        environment = {**self.controller.environment, "ANSIBLE_DEPRECATION_WARNINGS": "0"}
        # Ansible runs inside this process.
        with mock.patch.dict(os.environ, environment, clear=True):
            hosts = self.ansible_adhoc(inventory=environment["ANSIBLE_INVENTORY"], host_pattern="localhost")
            contacted = getattr(hosts["localhost"], f"influxdb3.management.{self.module}")(**options)
        result = dict(contacted["localhost"])
        for secret in self.secrets():
            assert secret not in str(result)
        return result

    def failure(self, **options: Any) -> str:
        """Have pytest-ansible call the module, see it fail as it should, and return its message."""
        result = self.call(**options)
        assert result.get("failed"), result
        assert not result["changed"], result
        assert "Traceback" not in str(result), result
        message: str = result["msg"]
        assert "\n" not in message, message
        return message

    def command(self, **options: Any) -> Run:
        """Call the module with the command ``ansible``, and see that it shows no token."""
        # Without options, none are given: braces with nothing between them count as a free form.
        arguments = ["-a", json.dumps(options)] if options else []
        run = self.controller.adhoc(self.module, *arguments)
        for secret in self.secrets():
            assert secret not in run.output
        assert "Traceback" not in run.output, run.output
        return run

    def make(self, kind: str, description: str) -> None:
        """Have a token of this kind and description, by the module for one."""
        options = {"description": description, "secret_file": str(self.controller.folder / f"{description}.token")}
        more: dict[str, Any] = {"permissions": []} if kind == "database" else {}
        run = self.controller.adhoc(f"{kind}_token", "-a", json.dumps({**options, **more}))
        assert run.status == 0, run.output

    def token(self, kind: str, description: str) -> dict[str, Any]:
        """The one token of this kind and description, as the service knows it."""
        (token,) = [each for each in self.simulator.state()[f"{kind}_tokens"] if each["description"] == description]
        return dict(token)

    def secrets(self) -> list[str]:
        """Every token there is."""
        state = self.simulator.state()
        return [token["secret"] for kind in ("management_tokens", "database_tokens") for token in state[kind]]


@pytest.fixture(scope="session")
def running_simulator() -> Iterator[Simulator]:
    """The simulator that answers everything as documented."""
    with Simulator.start() as simulator:
        yield simulator


@pytest.fixture
def adhoc(
    request: pytest.FixtureRequest, ansible_adhoc: Callable[..., Any], running_simulator: Simulator, tmp_path: Path
) -> Adhoc:
    """The module of the test file, on a controller with nothing left of the test before."""
    running_simulator.reset()
    controller = Controller(tmp_path, running_simulator)
    python = "{{ ansible_playbook_python }}"
    controller.inventory(f"localhost ansible_connection=local ansible_python_interpreter='{python}'")
    return Adhoc(request.path.stem.removeprefix("test_"), controller, ansible_adhoc)
