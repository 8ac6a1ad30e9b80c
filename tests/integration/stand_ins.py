# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stand-ins for what a host has beside the usual, in a folder for PATH."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "host_programs"


@cache
def host_programs() -> Path:
    """Their folder; a link to it where there is a space in its name, which Ansible's systemd module cannot run."""
    if " " not in str(FOLDER):
        return FOLDER
    folder = tempfile.mkdtemp(dir="/tmp")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    link = Path(folder) / "programs"
    link.symlink_to(FOLDER)
    return link
