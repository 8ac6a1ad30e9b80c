# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A connection to a host on this machine that breaks where it is told to: before a call reaches it, or just after."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
    name: breaking
    short_description: run on this machine, and break where that is ordered
    description:
        - A file of the host's name in the folder E(BREAKING_CONNECTIONS) orders a break, such as C(3 after) for the
          third call of a task, once the host has done it. It is renamed to end in C(.broken) then.
    author: influxdb3.management contributors (!UNKNOWN)
    options: {}
    extends_documentation_fragment:
        - connection_pipelining
"""


class Connection(Local):
    """As the original; each task has one of its own."""

    transport = "breaking"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        """As the original."""
        super().__init__(*arguments, **keywords)
        self._calls = 0

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """As the original, or not at all, or without its answer."""
        self._calls += 1
        self._break("before")
        answer: tuple[int, bytes, bytes] = super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        self._break("after")
        return answer

    def _break(self, moment: str) -> None:
        order = Path(os.environ["BREAKING_CONNECTIONS"]) / self._play_context.remote_addr
        try:
            if order.read_text(encoding="ascii") != f"{self._calls} {moment}":
                return
            order.rename(f"{order}.broken")
        except FileNotFoundError:
            return
        raise AnsibleConnectionFailure("the connection broke, as was ordered")
