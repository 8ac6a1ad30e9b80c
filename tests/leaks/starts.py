# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What other users of a machine may see of the processes of a run: their arguments, and their environments."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

RECORDER = Path(__file__).parent / "recorder"


@dataclass(frozen=True)
class Start:
    """One process, as it was started."""

    arguments: list[str]
    environment: dict[str, str]

    @property
    def is_influxctl(self) -> bool:
        """Whether it is one that the engine has started, or stands for one."""
        return any(argument.endswith("/influxctl") for argument in self.arguments)


def recording(file: Path) -> dict[str, str]:
    """The variables that have every Python write into this file which processes it starts."""
    return {"PYTHONPATH": str(RECORDER), "LEAKS_STARTS": str(file)}


def starts_in(file: Path) -> list[Start]:
    """What was written down."""
    if not file.exists():
        return []
    return [Start(**json.loads(line)) for line in file.read_bytes().splitlines()]


def variables(environment: dict[str, str]) -> set[str]:
    """The entries of an environment as the system shows them."""
    return {f"{name}={value}" for name, value in environment.items()}


def joined(texts: set[str]) -> bytes:
    """All of them as one text to search."""
    return "\n".join(sorted(texts)).encode(errors="backslashreplace")
