# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A controller's working folder, and real runs of ansible-playbook and ansible in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.influxdb3.management.tests.integration.stand_ins import host_programs
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

# Those of the environment that the tests run in.
PROGRAMS = Path(sys.executable).parent
# What runs modules where nobody says so.
AS_FOR_USERS = "{{ ansible_playbook_python }}"

_RECAP = re.compile(r"^(\S+)\s+: (ok=\d.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """A finished command with everything it printed."""

    status: int
    output: str

    @property
    def recap(self) -> dict[str, dict[str, int]]:
        """The last recap of ansible-playbook: counts (ok, changed, ...) by host."""
        return {
            host: {name: int(count) for name, count in (pair.split("=") for pair in counts.split())}
            for host, counts in _RECAP.findall(self.output)
        }

    @property
    def changed(self) -> dict[str, int]:
        """How many tasks changed something, by host."""
        return {host: counts["changed"] for host, counts in self.recap.items()}

    @property
    def failed(self) -> set[str]:
        """The hosts on which a task failed."""
        return {host for host, counts in self.recap.items() if counts["failed"]}


@dataclass
class Controller:
    """A controller's working folder, with influxctl in its path and its ids and management token in its environment."""

    folder: Path
    simulator: Simulator
    # What runs the modules on the hosts of its inventory, and on itself.
    host_python: str = AS_FOR_USERS
    # The folder with its ansible and ansible-playbook.
    programs: Path = PROGRAMS
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        simulator = self.simulator
        home = self.folder / "home"
        # The home folder of somebody who has logged in; influxctl uses that only where it is allowed to.
        shutil.copytree(simulator.login_home, home)
        self.environment = {
            "PATH": os.pathsep.join(
                [os.path.dirname(simulator.influxctl_path), str(host_programs()), os.environ["PATH"]]
            ),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
            # Where lines are counted, those of Ansible's workers too.
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
            "ANSIBLE_HOME": str(self.folder / ".ansible"),
            # Otherwise modules are unpacked in the home folder that the password file names, whatever HOME says.
            "ANSIBLE_REMOTE_TEMP": str(self.folder / ".ansible" / "tmp"),
            "ANSIBLE_NOCOLOR": "1",
            # Only for speed; the demo and the tests of the documentation do without.
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
            **(
                {"INFLUXDB3_PRODUCT": "clustered"}
                if simulator.product == "clustered"
                else {"INFLUXDB3_ACCOUNT_ID": simulator.account_id, "INFLUXDB3_CLUSTER_ID": simulator.cluster_id}
            ),
            "INFLUXDB3_MANAGEMENT_TOKEN": simulator.management_token,
            "INFLUXDB3_URL": simulator.url,
            "INFLUXDB3_CA_PATH": simulator.ca_path or "",
        }

    @property
    def may_mint(self) -> bool:
        """Whether this simulator lets a management token make another; otherwise that takes the login of an Admin."""
        may_mint: bool = self.simulator.state()["variations"]["token_may_mint"]
        return may_mint

    def playbook(self, path: Path, *arguments: str, **variables: Any) -> Run:
        """Run a playbook; ``host_python`` is a variable in it."""
        variables = {"host_python": self.host_python, **variables}
        return self._run("ansible-playbook", str(path), *self._interpreter(), *_as_arguments(variables), *arguments)

    def adhoc(self, module: str, *arguments: str) -> Run:
        """Run one module of the collection on localhost."""
        return self._run(
            "ansible", "localhost", "-m", f"influxdb3.management.{module}", *self._interpreter(), *arguments
        )

    def inventory(self, *lines: str) -> None:
        """Use this inventory from now on."""
        path = self.folder / "inventory.ini"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.environment["ANSIBLE_INVENTORY"] = str(path)

    def use_host(self, variables: Mapping[str, str], pipelining: bool = True) -> None:
        """Have one host, web1, with these variables."""
        self.inventory("web1")
        # In a file of its own, as an inventory has no way to write quotes within quotes.
        folder = self.folder / "host_vars"
        folder.mkdir()
        (folder / "web1.json").write_text(json.dumps(dict(variables)), encoding="utf-8")
        self.environment["ANSIBLE_PIPELINING"] = str(pipelining)

    def _interpreter(self) -> list[str]:
        return _as_arguments({"ansible_python_interpreter": self.host_python})

    def _run(self, program: str, *arguments: str) -> Run:
        return run_program(self.programs / program, arguments, self.folder, self.environment)


def run_program(program: Path, arguments: Sequence[str], folder: Path, environment: dict[str, str]) -> Run:
    """Run a program to its end, with these variables and no others."""
    completed = subprocess.run(
        [program, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # A test may end the whole group, and must not end itself.
        start_new_session=True,
        text=True,
        check=False,
    )
    return Run(completed.returncode, completed.stdout)


def _as_arguments(variables: dict[str, Any]) -> list[str]:
    """Variables as texts, as -e has them; in JSON, as a path may have a space in it."""
    return ["-e", json.dumps({name: str(value) for name, value in variables.items()})] if variables else []
