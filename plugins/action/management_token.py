# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.influxdb3.management.plugins.module_utils._token_modules import MANAGEMENT_TOKEN
from ansible_collections.influxdb3.management.plugins.plugin_utils._action import TokenAction


class ActionModule(TokenAction):
    """The controller-side half of ``management_token``."""

    definition = MANAGEMENT_TOKEN
