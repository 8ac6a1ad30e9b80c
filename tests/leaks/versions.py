# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions of ansible-core to test with: that of .venv, and those that tests/tools/cores.py has installed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Core:
    """One ansible-core; ``programs`` is the folder with its ansible-playbook, if it is installed."""

    version: str
    programs: Path

    def __str__(self) -> str:
        return f"ansible-core {self.version}"

    @property
    def installed(self) -> bool:
        """Whether it is there, and complete."""
        return self == OWN or (self.programs.parent / "made-from").exists()


OWN = Core(".".join(version("ansible-core").split(".")[:2]), Path(sys.executable).parent)


def others() -> list[Core]:
    """Every other one that there is a lock for, installed or not."""
    locks = sorted((CHECKOUT / "tests" / "requirements").glob("core-*.txt"))
    versions = [lock.stem.removeprefix("core-") for lock in locks]
    return [Core(each, CHECKOUT / ".cache" / "cores" / each / "bin") for each in versions if each != OWN.version]
