# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The login of an administrator, kept in the home folder. The form of this file is a matter of the stand-in alone."""

from __future__ import annotations

import json
import os

LOGIN_FILE = ".cache/influxctl-stand-in/login.json"


def cached(home: str) -> str | None:
    """Return the login of this home folder, or None."""
    try:
        with open(os.path.join(home, LOGIN_FILE), encoding="utf-8") as file:
            return str(json.load(file)["login"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
