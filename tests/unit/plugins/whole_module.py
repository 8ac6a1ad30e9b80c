# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module with everything it has, in this process, as the action plugin does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._arguments import SECRET_FILE_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Outcome, execute
from ansible_collections.influxdb3.management.plugins.plugin_utils._validation import validate_arguments
from ansible_collections.influxdb3.management.tests.unit.plugins.host_here import ActionHere, secret_file_here


def run_here(definition: Definition, options: Mapping[str, Any], check_mode: bool = False) -> Outcome:
    """Validate the options and run the engine; an option that is refused comes out as the error."""
    try:
        parameters = validate_arguments(definition.argument_spec, options, **definition.constraints)
    except InputError as error:
        return Outcome({}, [], str(error))
    path = parameters.get("secret_file")
    if not path:
        return execute(definition, parameters, check_mode)
    options = {name: parameters[name] for name in SECRET_FILE_OPTIONS if name != "secret_file"}
    return execute(definition, parameters, check_mode, store=secret_file_here(path, ActionHere(check_mode), **options))
