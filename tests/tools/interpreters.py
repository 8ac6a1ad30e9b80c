# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other Pythons than the one of .venv, found on this machine."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

# The exit status of a tool that could not do its work here, which test drivers read as "skipped". Its last line then is
# ``not run: what is missing | the command that installs it``.
NOT_RUN = 77


def find_interpreter(minors: Iterable[int]) -> str | None:
    """The first Python of these minor versions that runs and is what its name says: version managers keep shims that
    do neither. The variable ``PYTHON39``, and so on, names one.
    """
    for minor in minors:
        named = os.environ.get(f"PYTHON3{minor}")
        for candidate in [named] if named else [str(folder / f"python3.{minor}") for folder in _folders_of_programs()]:
            if os.access(candidate, os.X_OK):
                question = [candidate, "-c", "import sys; print(*sys.version_info[:2])"]
                answer = subprocess.run(question, capture_output=True, encoding="utf-8", check=False)
                if answer.stdout.split() == ["3", str(minor)]:
                    return candidate
    return None


def advice(minor: int) -> str:
    """How to get a Python that is missing."""
    return f"uv python install 3.{minor}, or name one: PYTHON3{minor}=/path/to/python3.{minor}"


def _folders_of_programs() -> Iterator[Path]:
    """Those on PATH, then those of pyenv, whose shims hide every version but the chosen one."""
    yield from map(Path, os.get_exec_path())
    # Not by HOME, which the stages of the tests have in .cache.
    pyenv = os.environ.get("PYENV_ROOT") or os.path.join(pwd.getpwuid(os.getuid()).pw_dir, ".pyenv")
    yield from sorted(Path(pyenv).glob("versions/*/bin"))
