# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a companion in this process, as Ansible does on a host. Runs on Python 3.9 too."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import signal
from typing import Any

from ansible.module_utils.testing import patch_module_args

_MODULES = "ansible_collections.influxdb3.management.plugins.modules."


def run_companion(name: str, arguments: dict[str, Any], check_mode: bool = False) -> dict[str, Any]:
    """The result of a companion, without what it says about its own call."""
    printed = io.StringIO()
    module = importlib.import_module(_MODULES + name)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
            with patch_module_args({**arguments, "_ansible_check_mode": check_mode}):
                module.main()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    for call in (arguments, *json.loads(arguments.get("calls") or "[]")):
        assert call.get("secret") is None or call["secret"] not in printed.getvalue()
    result: dict[str, Any] = json.loads(printed.getvalue())
    result.pop("invocation", None)
    return result
