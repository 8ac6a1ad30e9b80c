# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells Ansible what it must never print. Since ansible-core 2.22 it can be told."""

from __future__ import annotations

from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:
    register_secret = None

# Ansible blanks every occurrence, so what is left of a mistyped token, one letter say, would make output unreadable.
_SHORTEST = 8


def hide(secret: Secret) -> None:
    """Have a secret blanked in everything that this and later tasks show, where Ansible can do that."""
    text = secret.reveal()
    if register_secret is not None and len(text) >= _SHORTEST:
        register_secret(text)
