# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the tools of this checkout work, and what surrounds the programs that they start."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
CACHE = CHECKOUT / ".cache"
HOME = CACHE / "home"
PROGRAMS = Path(sys.executable).parent
COLLECTION = Path("ansible_collections") / "influxdb3" / "management"

# Settings of the person who runs the tests must neither change a result nor leak into one.
FOREIGN = ("ANSIBLE_", "INFLUXDB3_", "INFLUX_", "PYTEST_", "PYTHON", "VIRTUAL_ENV", "XDG_")
OWN = ("INFLUXDB3_SPEC_DIRECTORY", *(f"PYTHON3{minor}" for minor in range(9, 20)))


def child_environment() -> dict[str, str]:
    """Environment variables with which nothing is written outside the checkout and nothing personal is read."""
    temporary, configuration = CACHE / "tmp", CACHE / "ansible.cfg"
    for folder in (HOME, temporary):
        folder.mkdir(parents=True, exist_ok=True)
    configuration.touch()  # an empty one keeps those of the person and of the machine out
    kept = {name: value for name, value in os.environ.items() if name in OWN or not name.startswith(FOREIGN)}
    return {
        **kept,
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(HOME),
        "TMPDIR": str(temporary),
        "LC_ALL": "C.UTF-8",
        "PIP_CACHE_DIR": str(CACHE / "pip"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "ANSIBLE_CONFIG": str(configuration),
        "ANSIBLE_HOME": str(HOME / ".ansible"),
        "ANSIBLE_LOCAL_TEMP": str(temporary),
        "ANSIBLE_NOCOLOR": "1",
    }


def make_environment(folder: Path, locks: Sequence[Path], python: str = sys.executable) -> Path:
    """Make a new virtual environment from hashed locks; returns its folder of programs."""
    surroundings = child_environment()
    programs = folder / "bin"
    subprocess.run([python, "-m", "venv", "--clear", folder], env=surroundings, check=True)
    for lock in locks:
        command = [str(programs / "python"), "-m", "pip", "install", "-qq", "--require-hashes", "-r", str(lock)]
        subprocess.run(command, env=surroundings, check=True)
    return programs


def keep_environment(folder: Path, lock: Path, python: str = sys.executable) -> Path:
    """Make an environment from a hashed lock unless it stands already; returns its folder of programs."""
    stamp, wanted = folder / "made-from", f"{python}\n{CHECKOUT}\n{lock.read_text(encoding='utf-8')}"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        make_environment(folder, [lock], python)
        stamp.write_text(wanted, encoding="utf-8")
    return folder / "bin"


def copy_checkout(target: Path) -> None:
    """Lay out what git knows or would add, and nothing else; made anew, as a stale file would hide a deletion."""
    shutil.rmtree(target, ignore_errors=True)
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        check=True,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ).stdout
    for name in filter(None, listing.split("\0")):
        source, copy = CHECKOUT / name, target / name
        if source.exists():  # git also lists what was deleted and not yet committed
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy, follow_symlinks=False)
