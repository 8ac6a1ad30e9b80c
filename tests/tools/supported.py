# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of ansible-core that are supported, the oldest first; README lists the same."""

from __future__ import annotations

# The minor versions of Python 3 that each ansible-core runs on as a controller.
PYTHONS = {
    "2.19": range(11, 14),
    "2.20": range(12, 15),
    "2.21": range(12, 15),
    "2.22": range(13, 16),
}
