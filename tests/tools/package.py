# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection, install it where nothing but ansible-core is, follow its requirements.txt, and use it there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

from build import build
from environment import CACHE, CHECKOUT, COLLECTION, child_environment, make_environment

FOLDER = CACHE / "package"
NAME = "influxdb3.management"
LOCK = CHECKOUT / "tests" / "requirements" / "ansible.txt"
CONNECTION = ("account_id", "cluster_id", "management_token", "url", "ca_path")


def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    archive = build(FOLDER / "build")
    print(f"built {archive.name}")
    stranger = Stranger()
    stranger.call(
        "ansible-galaxy", "collection", "install", archive, "--collections-path", stranger.collections, "--offline"
    )
    stranger.call("pip", "install", "-qq", "--requirement", stranger.collections / COLLECTION / "requirements.txt")
    print("installed it and its requirements.txt beside nothing but ansible-core")
    read_documentation(stranger)
    with Simulator.start() as simulator:
        ask_for_tokens(stranger, simulator)
    return 0


class Stranger:
    """Somebody with a fresh ansible-core, an empty folder and no checkout."""

    def __init__(self) -> None:
        self.collections = FOLDER / "collections"
        self._folder = FOLDER / "elsewhere"
        self._folder.mkdir()
        self._programs = make_environment(FOLDER / "environment", [LOCK])

    def call(self, program: str, *arguments: object, **variables: str) -> str:
        """Run a program of that environment; returns what it prints."""
        surroundings = {
            **child_environment(),
            "PATH": f"{self._programs}{os.pathsep}{os.defpath}",
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            **variables,
        }
        command = [str(self._programs / program), *map(str, arguments)]
        return subprocess.run(
            command, cwd=self._folder, env=surroundings, stdout=subprocess.PIPE, encoding="utf-8", check=True
        ).stdout


def read_documentation(stranger: Stranger) -> None:
    modules = sorted(f"{NAME}.{path.stem}" for path in (CHECKOUT / "plugins" / "modules").glob("[!_]*.py"))
    documented = json.loads(stranger.call("ansible-doc", "--type", "module", "--json", *modules))
    if not modules or sorted(documented) != modules:
        sys.exit(f"ansible-doc tells of {sorted(documented)}, the modules are {modules}")
    print(f"ansible-doc tells of {len(modules)} modules")


def ask_for_tokens(stranger: Stranger, simulator: Simulator) -> None:
    variables = {f"INFLUXDB3_{name.upper()}": simulator.ready[name] for name in CONNECTION}
    answer = stranger.call("ansible", "localhost", "--module-name", f"{NAME}.database_token_info", **variables)
    if '"database_tokens": [' not in answer:
        sys.exit(f"database_token_info answers without a list of tokens:\n{answer}")
    print("database_token_info lists the tokens of a simulated service")


if __name__ == "__main__":
    sys.exit(main())
