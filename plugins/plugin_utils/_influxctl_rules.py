# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What influxctl would refuse in a configuration file. It refuses the whole file then, whatever profile is asked for.

Source: https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/ (configuration file), and its
release notes: since 2.0.1, a key that influxctl does not know ends every command.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import KEYS

_PROFILES = "profile"
_KINDS: dict[str, tuple[type, str]] = {
    "str": (str, "a string, in quotes"),
    "bool": (bool, "true or false, without quotes"),
    "list": (list, "a list of strings"),
    "dict": (dict, "a table"),
}
# Keys that influxctl knew once.
_FORMER = {"auth.oauth2.client_secret": "influxctl 2.9.8 has given it up"}


def complaints(document: Mapping[str, Any]) -> list[str]:
    """What is wrong with a whole file, each with the key and what to do. Never a value."""
    found = [
        f"it has {name!r} beside the profiles; remove that, or move it into its [[profile]]"
        for name in document
        if name != _PROFILES
    ]
    profiles: list[dict[str, Any]] = document.get(_PROFILES, [])
    names = Counter(str(profile.get("name")) for profile in profiles)
    for number, profile in enumerate(profiles, start=1):
        name = profile.get("name")
        place = f"the profile {name!r}" if isinstance(name, str) and name else f"profile number {number}"
        if not isinstance(name, str) or not name:
            found.append(f"{place} has no name; give it one, or remove it")
        elif names[name] > 1:
            found.append(f"{place} is there {names[name]} times; remove all but one")
            names[name] = 1
        known: dict[str, Any] = {"name": {"type": "str"}, **KEYS}
        found.extend(f"{place} has {complaint}" for complaint in _of_table(profile, known))
    return found


def _of_table(table: Mapping[str, Any], known: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for key, value in table.items():
        name = above + key
        option = known.get(key)
        if option is None:
            why = f" ({_FORMER[name]})" if name in _FORMER else ""
            yield f"the key {name}, which influxctl does not know{why}; remove it"
            continue
        kind, words = _KINDS[option["type"]]
        if not isinstance(value, kind):
            yield f"a {name} that is not {words}; write it so"
        elif "options" in option and isinstance(value, dict):
            yield from _of_table(value, option["options"], f"{name}.")
