# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the locks: every `*.in` becomes a `*.txt` with versions and hashes, one file for all Pythons and systems.

Versions that a lock holds already stay; `--upgrade` takes the newest of everything.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from environment import CACHE, CHECKOUT, child_environment, make_environment
from supported import PYTHONS

FOLDER = Path("tests/requirements")
RUNTIME = Path("requirements.in")
# Each lock, the oldest Python it serves, and the locks it must agree with.
LOCKS: list[tuple[Path, str, list[Path]]] = [
    (RUNTIME, "3.9", []),
    (FOLDER / "oldest-python.in", "3.9", []),
    (FOLDER / "ansible.in", "3.11", []),
    (FOLDER / "development.in", "3.11", [RUNTIME, FOLDER / "ansible.in"]),
    *((FOLDER / f"core-{core}.in", f"3.{minors[0]}", [RUNTIME]) for core, minors in PYTHONS.items()),
    (FOLDER / "importer.in", "3.11", []),
    (FOLDER / "site.in", "3.11", [RUNTIME, FOLDER / "ansible.in"]),
    (FOLDER / "continuation.in", "3.11", []),
    (FOLDER / "schemathesis.in", "3.11", []),
    (FOLDER / "uv.in", "3.11", []),
]


def main(arguments: list[str]) -> int:
    uv = make_environment(CACHE / "uv", [CHECKOUT / FOLDER / "uv.txt"]) / "uv"
    for source, python, agreeing in LOCKS:
        command = [str(uv), "pip", "compile", str(source), "--output-file", str(source.with_suffix(".txt")), *arguments]
        command += ["--quiet", "--universal", "--generate-hashes", "--python-version", python]
        # pip looks for a name with extras as for another package, and refuses its newest version unless that is pinned.
        command += ["--no-strip-extras"]
        command += ["--python", sys.executable, "--custom-compile-command", "make lock"]
        for other in agreeing:
            command += ["--constraint", str(other.with_suffix(".txt"))]
        subprocess.run(
            command,
            cwd=CHECKOUT,
            env={**child_environment(), "UV_CACHE_DIR": os.fspath(CACHE / "uv-cache")},
            check=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
