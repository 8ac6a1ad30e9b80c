# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make `.venv`: the pinned, hash-checked development environment of this checkout.

Runs on the Python that the environment is to be made of, standard library only. It does nothing when the environment
already stands for this lock, this Python and this folder (scripts in it hold absolute paths, so a moved checkout needs
a new one).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ENVIRONMENT = CHECKOUT / ".venv"
LOCK = CHECKOUT / "tests" / "requirements" / "development.txt"
STAMP = ENVIRONMENT / "made-from"


def main() -> int:
    wanted = fingerprint()
    (CHECKOUT / ".cache").mkdir(exist_ok=True)
    with open(CHECKOUT / ".cache" / "setup.lock", "w", encoding="utf-8") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted:
            return 0
        print(f"Making .venv with Python {platform.python_version()} (about a minute) ...", flush=True)
        try:
            make_environment()
        except subprocess.CalledProcessError as error:
            print(f"This command failed with status {error.returncode}: {' '.join(error.cmd)}", file=sys.stderr)
            return 1
        STAMP.write_text(wanted, encoding="utf-8")
    print(".venv is ready.", flush=True)
    return 0


def fingerprint() -> str:
    """What the environment depends on; another value means that it has to be made anew."""
    parts = (sys.version, os.path.realpath(sys.executable), str(CHECKOUT))
    text = "\n".join(parts).encode() + LOCK.read_bytes()
    return hashlib.sha256(text).hexdigest()


def make_environment() -> None:
    run(sys.executable, "-m", "venv", "--clear", ENVIRONMENT)
    python = ENVIRONMENT / "bin" / "python"
    pip = (python, "-m", "pip", "--disable-pip-version-check", "--cache-dir", CHECKOUT / ".cache" / "pip")
    run(*pip, "install", "-qq", "--require-hashes", "-r", LOCK)
    packages = Path(output_of(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"))
    show_collection_in(packages)
    show_collection_in(ENVIRONMENT / "view")  # mypy takes no path inside site-packages
    # Some installations of Python never write byte code by themselves; every import then takes three times as long.
    subprocess.run([python, "-m", "compileall", "-q", "-j", "0", packages], stdout=subprocess.DEVNULL, check=False)


def show_collection_in(packages: Path) -> None:
    """Let Python and Ansible find this checkout, whatever its folder is called, as influxdb3.management."""
    link = packages / "ansible_collections" / "influxdb3" / "management"
    link.parent.mkdir(parents=True)
    link.symlink_to(CHECKOUT, target_is_directory=True)


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)


def output_of(*command: object) -> str:
    return subprocess.run(
        [str(part) for part in command], check=True, stdout=subprocess.PIPE, encoding="utf-8"
    ).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
