# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.influxdb3.management.plugins.plugin_utils._internal import InternalAction


class ActionModule(InternalAction):
    """Keeps ``secret_file`` out of playbooks."""

    instead = "secret_file, the option of database_token and management_token,"
