# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module with everything it has: in this process as the action plugin does, or in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.influxdb3.management.plugins.module_utils._task import Definition, Outcome, execute
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE


def run_here(definition: Definition, options: Mapping[str, Any], check_mode: bool = False) -> Outcome:
    """Validate the options and run the engine; an option that is refused comes out as the error."""
    validator = ArgumentSpecValidator(dict(definition.argument_spec), **definition.constraints)
    validation = validator.validate(dict(options))
    if validation.error_messages:
        return Outcome({}, [], validation.error_messages[0])
    return execute(definition, validation.validated_parameters, check_mode)


_RUN = """\
import runpy, sys
module, *missing = sys.argv[1:]
del sys.argv[1:]
sys.modules.update(dict.fromkeys(missing))
runpy.run_module(f"ansible_collections.influxdb3.management.plugins.modules.{module}", run_name="__main__")
"""


def run_apart(
    module: str, options: Mapping[str, Any], missing: Sequence[str] = (), **environment: str
) -> dict[str, Any]:
    """Run the file of a module as Ansible does on a host, and return what it prints. Warnings of Python are errors.

    ``missing`` are libraries that this host does not have.
    """
    completed = subprocess.run(
        [sys.executable, "-W", "error", "-c", _RUN, module, *missing],
        input=json.dumps({"ANSIBLE_MODULE_ARGS": {"timeout": PATIENCE, **options}}),
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=PATIENCE,
    )
    assert completed.stderr == "", completed.stderr
    printed: dict[str, Any] = json.loads(completed.stdout)
    assert completed.returncode == (1 if printed.get("failed") else 0)
    # With this, ansible-core 2.22 tells its controller what to hide everywhere.
    printed.pop("_ansible_new_secrets", None)
    return printed
