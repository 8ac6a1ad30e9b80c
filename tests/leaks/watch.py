# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A controller that shows and keeps all it can, and the search through everything that came of it."""

from __future__ import annotations

import json
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from ansible_collections.influxdb3.management.tests.leaks.search import Finding, Search
from ansible_collections.influxdb3.management.tests.leaks.starts import joined, recording, starts_in, variables
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

CALLBACKS = Path(__file__).parent / "callbacks"
# The channels: what they are called in findings, or where they are below the controller's folder.
PRINTED, CALLS = "what was printed", "calls of influxctl"
ARGUMENTS, ENVIRONMENTS = "arguments of processes", "environments of processes"
LOG, EVENTS, FACTS = "channels/ansible.log", "channels/events.jsonl", "channels/facts"
JUNIT, TREE = "channels/junit", "channels/tree"

# Where a secret belongs, below the controller's folder: these files and no others.
INTENDED = (
    # secret_file, under the names that examples and scenarios give it. Its side file holds no secret.
    "*.token",
    "*.env",
    "*/secrets/influxdb_token",
    # The configuration of a host, what it was before, and copies that were asked for.
    "*/influxctl/config.toml",
    "*/influxctl/config.toml.*",
    # The login of a person, which influxctl keeps.
    "*/.cache/influxctl-stand-in/login.json",
)


@dataclass
class Searched:
    """How much was looked at."""

    runs: int = 0
    outputs: int = 0
    size: int = 0
    secrets: int = 0


@dataclass
class Watch:
    """All that runs below a folder with ``environment``, which Ansible has to be given for it.

    ``given`` are secrets that the service does not know. ``canary`` is one that a run has to print, to show that what
    is printed can be found.
    """

    folder: Path
    simulator: Simulator
    given: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    searched: Searched = field(default_factory=Searched)

    def __post_init__(self) -> None:
        self.canary = new_secret()
        channels = self.folder / "channels"
        for folder in (channels / "junit", channels / "tree", self.folder / "tmp"):
            folder.mkdir(parents=True)
        # ansible-core 2.21 has a socket there, whose address has at most about 100 characters.
        self._short = Path(tempfile.mkdtemp(dir="/tmp"))
        temporary = self._short / "tmp"
        temporary.symlink_to(self.folder / "tmp")
        # Not below the folder, as all that is there gets searched.
        self._starts = self._short / "starts.jsonl"
        self.environment = {
            "TMPDIR": str(temporary),
            "ANSIBLE_VERBOSITY": "4",
            "ANSIBLE_DIFF_ALWAYS": "1",
            "ANSIBLE_LOG_PATH": str(self.folder / LOG),
            "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
            "ANSIBLE_CALLBACKS_ENABLED": "leaks_events,ansible.builtin.junit,ansible.builtin.tree",
            # For ad-hoc commands too.
            "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
            "LEAKS_EVENTS": str(self.folder / EVENTS),
            "JUNIT_OUTPUT_DIR": str(self.folder / JUNIT),
            "ANSIBLE_CALLBACK_TREE_DIR": str(self.folder / TREE),
            "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(self.folder / FACTS),
            "ANSIBLE_RETRY_FILES_ENABLED": "1",
            "LEAKS_CANARY": self.canary,
            **recording(self._starts),
        }

    def close(self) -> None:
        """Take away what is not in the controller's folder."""
        shutil.rmtree(self._short)

    def secrets(self) -> list[str]:
        """Every secret in play: those of the service and of its administrator, and what was given."""
        state = self.simulator.state()
        tokens = state["management_tokens"] + state["database_tokens"]
        return [*(token["secret"] for token in tokens), _login(self.simulator), *self.given]

    def find(self, secrets: Iterable[str], intended_environment: dict[str, str]) -> list[Finding]:
        """Every one of these secrets that is anywhere but in its place."""
        search = Search(secrets)
        outputs = [
            (PRINTED, "\n".join(self.printed).encode("utf-8", "surrogateescape")),
            *self._files(),
            *self._processes(intended_environment),
        ]
        size = sum(len(content) for _channel, content in outputs)
        self.searched = Searched(len(self.printed), len(outputs), size, len(search.secrets))
        return [finding for channel, content in outputs for finding in search.find(channel, content)]

    def _files(self) -> list[tuple[str, bytes]]:
        """The files that are there, their names included, and what links lead to."""
        outputs = []
        for path in sorted(self.folder.rglob("*")):
            name = str(path.relative_to(self.folder))
            if path.is_symlink():
                outputs.append((name, f"{name} {path.readlink()}".encode()))
            elif path.is_file() and not any(fnmatch(name, pattern) for pattern in INTENDED):
                outputs.append((name, name.encode() + b"\n" + path.read_bytes()))
        return outputs

    def _processes(self, intended_environment: dict[str, str]) -> list[tuple[str, bytes]]:
        """The arguments of all; of environments, what the controller was not given, and all that an influxctl was."""
        inherited = variables(intended_environment)
        environments: set[str] = set()
        arguments: set[str] = set()
        for start in starts_in(self._starts):
            arguments.update(start.arguments)
            own = variables(start.environment)
            environments |= own if start.is_influxctl else own - inherited
        return [
            (ARGUMENTS, joined(arguments)),
            (ENVIRONMENTS, joined(environments)),
            (CALLS, json.dumps(self.simulator.state()["influxctl_calls"]).encode()),
        ]


def new_secret() -> str:
    """A token of no service."""
    return f"apiv1_{secrets.token_hex(43)}"


def _login(simulator: Simulator) -> str:
    (file,) = Path(simulator.login_home).rglob("login.json")
    return str(json.loads(file.read_text(encoding="utf-8"))["login"])
