# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Putting the stand-in influxctl, and a home folder with a cached login, into the private folder."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

from .stand_in.login import LOGIN_FILE

_SOURCE = Path(__file__).parent / "stand_in"

# -I and -S: neither the caller's environment nor installed packages matter, and it starts fast.
_EXECUTABLE = """\
{first_lines}
import sys

sys.path.insert(0, {folder!r})
from stand_in.main import main

sys.exit(main(sys.argv[1:], {settings!r}))
"""


def install_influxctl(folder: Path, settings: dict[str, Any]) -> Path:
    """Write an executable ``influxctl`` with its settings built in and return its path."""
    shutil.copytree(_SOURCE, folder / "stand_in", ignore=shutil.ignore_patterns("__pycache__"))
    executable = folder / "influxctl"
    text = _EXECUTABLE.format(first_lines=_first_lines(), folder=str(folder), settings=settings)
    executable.write_text(text, encoding="utf-8")
    executable.chmod(0o700)
    return executable


def install_login(folder: Path, login: str) -> Path:
    """Make a home folder in which an administrator has logged in, and return its path."""
    home = folder / "login_home"
    file = home / LOGIN_FILE
    file.parent.mkdir(parents=True, mode=0o700)
    file.write_text(json.dumps({"login": login}), encoding="utf-8")
    file.chmod(0o600)
    return home


def _first_lines() -> str:
    # That of a script allows neither spaces nor a long path. Any Python will do, as only its own library counts.
    for python in (sys.executable, os.path.realpath(sys.executable)):
        if len(python) < 100 and not any(map(str.isspace, python)):
            return f"#!{python} -IS"
    # Words of the shell, and a text that nobody looks at to Python.
    return f"""#!/bin/sh\n'''exec' {shlex.quote(sys.executable)} -IS "$0" "$@"\n' '''"""
