# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where influxctl keeps its configuration. Runs on hosts too, so it stands apart from what needs a library."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def default_config_path(environment: Mapping[str, str]) -> str:
    """Where influxctl looks for its configuration on this system.

    Source: https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/ (configuration file).
    """
    home = environment.get("HOME") or os.path.expanduser("~")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Application Support", "influxctl", "config.toml")
    return os.path.join(home, ".config", "influxctl", "config.toml")
