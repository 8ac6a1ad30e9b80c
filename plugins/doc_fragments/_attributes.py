# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What every module promises of check mode, diff, idempotence and platform."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and say what a real run would do, without changing anything.
  diff_mode:
    description: Says in diff mode what changed, or in check mode would change.
  idempotent:
    description: When run twice with the same options, the second run changes nothing.
  platform:
    description: The systems on which the module runs.
    platforms: posix
    support: full
"""

    # Modules that only look.
    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module changes nothing.
  diff_mode:
    support: N/A
    details:
      - This module changes nothing.
  idempotent:
    support: full
    details:
      - This module changes nothing.
"""

    # Modules that make tokens.
    TOKEN = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - The result of a creation holds no token then.
  diff_mode:
    support: full
  idempotent:
    support: full
"""

    # What an action plugin does on the controller.
    ACTION = r"""
options: {}
attributes:
  action:
    description: An action plugin of the same name does the work, on the controller.
    support: full
  async:
    description: Can run in the background, with C(async).
    support: none
"""

    # Those that share the connection options.
    GROUP = r"""
options: {}
attributes:
  action_group:
    description: C(group/influxdb3.management.all) in C(module_defaults) sets options of every module of the group.
    support: full
    membership:
      - influxdb3.management.all
"""
