# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ends ansible-playbook without a word, as a power cut would, just before the task that STOP_BEFORE names starts."""

from __future__ import annotations

import os
import signal
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    """Kills the process group that Ansible leads: itself and every worker."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "stop_before"

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        wanted = os.environ.get("STOP_BEFORE")
        if wanted and task.get_name().endswith(wanted):
            os.killpg(os.getpgid(0), signal.SIGKILL)
