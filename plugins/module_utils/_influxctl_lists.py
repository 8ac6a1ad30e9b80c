# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clusters and users, which influxctl can list and nothing else.

Reading is tolerant: what is missing or of another type is null, and what is not known is left out. The shape of
clusters is that of the documentation; that of users is documented nowhere. Source:
https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/cluster/list/ and .../user/list/
"""

from __future__ import annotations

import json
import re
from typing import Any, Callable

from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError, UnexpectedAnswerError
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_failures import Attempt, Operation
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_program import InfluxctlProgram
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import clean_text
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_rfc3339, parse_timestamp

Reader = Callable[[Any], Any]

_HINT = "Name another version of influxctl with influxctl_path."
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


def list_clusters(program: InfluxctlProgram) -> list[dict[str, Any]]:
    """The clusters of the account. Raises ``InputError`` for Clustered, whose influxctl knows no such list."""
    if program.connection.is_clustered:
        raise InputError(
            "InfluxDB Clustered is one cluster and has no list of clusters. Use cluster_info with InfluxDB Cloud "
            "Dedicated only."
        )
    return _list(program, "cluster", _CLUSTER)


def list_users(program: InfluxctlProgram) -> list[dict[str, Any]]:
    """The users of the account, or of the cluster of Clustered."""
    return _list(program, "user", _USER)


def _list(program: InfluxctlProgram, noun: str, readers: dict[str, Reader]) -> list[dict[str, Any]]:
    attempt = Attempt(Operation.LIST, f"list the {noun}s of {program.connection.owner}")
    return read_list(program.run(attempt, noun, "list", "--format", "json"), noun, readers)


def read_list(output: str, noun: str, readers: dict[str, Reader]) -> list[dict[str, Any]]:
    """Read an array of objects, or an object around it; ``null`` is the empty list.

    Names of keys may be written in either style, ``first_name`` or ``firstName``. Raises ``UnexpectedAnswerError`` for
    what is no such list, and for an object in it of which nothing is known at all.
    """
    command = f"influxctl {noun} list --format json"
    try:
        answer = json.loads(output)
    except (ValueError, RecursionError):
        instead = "text that is not JSON" if output.strip() else "nothing"
        raise UnexpectedAnswerError(f"{command} printed {instead}. {_HINT}") from None
    items = _items(answer)
    if items is None:
        raise UnexpectedAnswerError(f"{command} printed no list of {noun}s. {_HINT}")
    return [_read(item, command, noun, readers) for item in items]


def _items(answer: Any) -> list[Any] | None:
    if answer is None:
        return []
    if isinstance(answer, dict):
        lists = [value for value in answer.values() if isinstance(value, list)]
        return lists[0] if len(lists) == 1 else None
    return answer if isinstance(answer, list) else None


def _read(item: Any, command: str, noun: str, readers: dict[str, Reader]) -> dict[str, Any]:
    given = item if isinstance(item, dict) else {}
    named = {_CAPITAL.sub(r"_\1", key).lower(): value for key, value in given.items()}
    if f"{noun}_id" not in named and "id" in named:
        named[f"{noun}_id"] = named["id"]
    elif "id" not in named:
        named["id"] = named.get(f"{noun}_id")
    read = {key: reader(named.get(key)) for key, reader in readers.items()}
    if all(value is None for value in read.values()):
        raise UnexpectedAnswerError(f"{command} printed a {noun} of which nothing can be read. {_HINT}")
    return read


def _text(value: Any) -> str | None:
    return clean_text(value, hidden=()) or None if isinstance(value, str) else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _instant(value: Any) -> str | None:
    try:
        return format_rfc3339(parse_timestamp(value))
    except ValueError:
        return None


_CLUSTER: dict[str, Reader] = {
    "account_id": _text,
    "cluster_id": _text,
    "name": _text,
    "url": _text,
    "state": _text,
    "category": _number,
    "created_at": _instant,
}
_USER: dict[str, Reader] = {
    "id": _text,
    "email": _text,
    "first_name": _text,
    "last_name": _text,
    "role": _text,
    "state": _text,
    "created_at": _instant,
}
