# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A callback that writes down everything it is told, as one that reports to another system would."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: leaks_events
type: notification
short_description: Write every event with its result into a file
description: A line of JSON for each event, in the file that the environment variable LEAKS_EVENTS names.
"""


class CallbackModule(CallbackBase):
    """Writes each event as it comes."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "leaks_events"
    CALLBACK_NEEDS_ENABLED = True

    def write(self, subject: Any, **_details: Any) -> None:
        """Write down one event."""
        event: dict[str, Any] = {"subject": str(subject)}
        if hasattr(subject, "_result"):
            # Not the arguments of the task: Ansible gives them to callbacks with every value filled in.
            event |= {"task": str(subject._task), "result": subject._result}
        with open(os.environ["LEAKS_EVENTS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(event, default=str) + "\n")

    v2_playbook_on_task_start = v2_playbook_on_handler_task_start = v2_playbook_on_include = write
    v2_runner_on_ok = v2_runner_on_failed = v2_runner_on_skipped = v2_runner_on_unreachable = write
    v2_runner_item_on_ok = v2_runner_item_on_failed = v2_runner_item_on_skipped = v2_runner_retry = write
    v2_runner_on_async_poll = v2_runner_on_async_ok = v2_runner_on_async_failed = v2_on_file_diff = write
