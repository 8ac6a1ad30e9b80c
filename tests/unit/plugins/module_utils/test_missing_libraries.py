# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A controller without a library that the engine needs: the action can be loaded, and says what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_RUN = """\
import importlib, sys
module, missing = sys.argv[1:]
sys.modules[missing] = None
action = importlib.import_module(f"ansible_collections.influxdb3.management.plugins.action.{module}")
frame = importlib.import_module("ansible_collections.influxdb3.management.plugins.module_utils._run")
print(frame.execute(action.ActionModule.definition, {}, False).error)
"""


@pytest.mark.parametrize("library", ["httpx", "tenacity", "tomlkit"])
@pytest.mark.parametrize("module", ["database_token", "database_token_info", "management_token"])
def test_what_is_missing_is_named(module: str, library: str, tmp_path: Path) -> None:
    completed = subprocess.run(
        [sys.executable, "-W", "error", "-c", _RUN, module, library],
        # Without HOME, Ansible makes a folder in the home folder that the password file names.
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert completed.stderr == ""
    assert completed.stdout == (
        f"The Python library {library} is missing on the controller. Install it for {sys.executable}, which runs "
        f"Ansible: pip install {library}\n"
    )
