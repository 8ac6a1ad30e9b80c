# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gives the engine a clock with which waiting takes no time, before the workers in which it runs are forked."""

from __future__ import annotations

from typing import Any

from ansible.plugins.callback import CallbackBase
from ansible_collections.influxdb3.management.tests.integration.no_waiting import LOOKING, PAUSING, Clock


class CallbackModule(CallbackBase):
    """Does nothing but that."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "no_waiting"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        """As the original."""
        super().__init__(*arguments, **keywords)
        for part in (*PAUSING, LOOKING):
            part.time = Clock()  # type: ignore[attr-defined]
