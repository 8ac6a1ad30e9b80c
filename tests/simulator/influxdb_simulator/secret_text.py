# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that look like the real ones. They are truly random: none ever returns after a reset."""

from __future__ import annotations

import secrets
import string

_DATABASE_TOKEN_ALPHABET = string.ascii_letters + string.digits + "-_"
# Quoting mistakes in shells, URLs and configuration files show with these.
_MANAGEMENT_TOKEN_ALPHABET = string.ascii_letters + string.digits + "+/-_"


def database_token() -> str:
    """Return ``apiv1_`` and 86 characters."""
    return "apiv1_" + "".join(secrets.choice(_DATABASE_TOKEN_ALPHABET) for _ in range(86))


def management_token() -> str:
    """Return ``M.V1.`` and 64 characters, the last one the padding of base64."""
    return "M.V1." + "".join(secrets.choice(_MANAGEMENT_TOKEN_ALPHABET) for _ in range(63)) + "="


def login() -> str:
    """Return what an administrator's cached login holds."""
    return secrets.token_urlsafe(48)
