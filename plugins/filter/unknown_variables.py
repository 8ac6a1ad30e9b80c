# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: unknown_variables
short_description: "Internal: say which variables are none of a role's"
version_added: 0.1.0
description:
  - For the role P(influxdb3.management.influxctl_profile#role), which refuses variables that begin with its name and
    are none of its own, as a mistyped one would be ignored otherwise.
author:
  - influxdb3.management contributors (!UNKNOWN)
positional: _input, known, prefix
options:
  _input:
    description: The names of the variables that are set.
    type: list
    elements: str
    required: true
  known:
    description: The names of the variables of the role.
    type: list
    elements: str
    required: true
  prefix:
    description: What they all begin with.
    type: str
    required: true
"""

EXAMPLES = r"""
# Not for playbooks. It may change at any time.
"""

RETURN = r"""
_value:
  description: One sentence or two for each unknown variable.
  type: list
  elements: str
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Callable

_LIKENESS = 0.5


def unknown_variables(given: Iterable[str], known: Iterable[str], prefix: str) -> list[str]:
    """What is to be said about each variable that the role does not know, with the names that are near."""
    # Without what all of them share, so that only what differs counts.
    endings = [str(name).removeprefix(prefix) for name in known]
    messages = []
    for name in sorted(map(str, given)):
        ending = name.removeprefix(prefix)
        if ending in endings:
            continue
        near = get_close_matches(ending, endings, cutoff=_LIKENESS)
        advice = (
            f"Did you mean {' or '.join(prefix + one for one in near)}?"
            if near
            else f"The prefix {prefix} is the role's: give a variable of your own another name."
        )
        messages.append(f"{name} is no variable of the role. {advice}")
    return messages


class FilterModule:
    """What Ansible loads."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters of this file by name."""
        return {"unknown_variables": unknown_variables}
