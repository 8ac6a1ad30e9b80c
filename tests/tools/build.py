# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection archive from what git knows of the checkout, never from what else lies around in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from environment import CACHE, CHECKOUT, PROGRAMS, child_environment, copy_checkout


def build(folder: Path) -> Path:
    """Build into a folder, which is made anew; returns the archive."""
    source = CACHE / "source"
    copy_checkout(source)
    shutil.rmtree(folder, ignore_errors=True)
    command = [PROGRAMS / "ansible-galaxy", "collection", "build", source, "--output-path", folder]
    subprocess.run([str(part) for part in command], env=child_environment(), stdout=subprocess.DEVNULL, check=True)
    (archive,) = folder.glob("*.tar.gz")
    return archive


if __name__ == "__main__":
    archive = build(CACHE / "build")
    print(archive.replace(CHECKOUT / archive.name).name)
