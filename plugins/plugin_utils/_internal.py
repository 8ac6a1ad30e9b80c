# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Companions run on hosts by order of an action of this collection, and by nobody else's."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase


class InternalAction(ActionBase):
    """Refuses a task that names a companion; a subclass says ``instead`` what to use."""

    _supports_async = True
    _supports_check_mode = True

    instead: str

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Fail, without a look at the arguments."""
        super().run(tmp, task_vars)
        name = self._task.action.rpartition(".")[2]
        return {"failed": True, "msg": f"{name} is internal to this collection. Use {self.instead} instead."}
