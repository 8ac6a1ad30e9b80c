# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a command that failed."""

from __future__ import annotations


class CommandError(Exception):
    """What is printed as ``Error: ...``; the exit status is 1."""


class UsageError(Exception):
    """What is printed as ``Incorrect Usage: ...``; the exit status is 1."""
