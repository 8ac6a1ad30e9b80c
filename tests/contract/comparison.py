# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two OpenAPI descriptions, point by point.

A point is one thing that a description says, under the names that lead to it, such as
``("/tokens", "GET", "responses", "200", "content", "application/json", "schema", "items", "field id", "format")``. How
a description is written does not matter: references, ``allOf`` and parameters of a whole path are worked in, prose is
left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Point = tuple[str, ...]
Points = Mapping[Point, str]

METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace"})
# What a reader is told; nothing here is right or wrong. So is whatever begins with "x-".
PROSE = frozenset(
    {
        *("title", "summary", "description", "example", "examples", "externalDocs", "tags", "operationId"),
        *("bearerFormat", "$comment"),
    }
)
# Stands for what is there and has points below it.
THERE = "there"


def points(document: Mapping[str, Any], others: Mapping[str, Any] | None = None) -> Points:
    """Return every point of a description; ``others`` holds the documents that it refers to, by file name.

    Raises ``KeyError`` for a reference that leads nowhere.
    """
    reader = _Reader({**(others or {}), "": document})
    found: dict[Point, str] = {("servers",): _text(sorted(_addresses(document.get("servers", []))))}
    found["security",] = _text(reader.credentials(document.get("security", [])))
    for path, item in document["paths"].items():
        item = reader.worked_in(item)
        of_all = item.pop("parameters", [])
        for method in METHODS & item.keys():
            operation = item.pop(method)
            parameters = {(one["in"], one["name"]): one for one in [*of_all, *operation.get("parameters", [])]}
            item[method.upper()] = {**operation, "parameters": list(parameters.values())}
            if "security" in operation:
                item[method.upper()]["security"] = reader.credentials(operation["security"])
        found.update(_flat(item, (path,)))
    return found


def differences(ours: Points, theirs: Points) -> list[str]:
    """Name each point that only one has or that differs; what lies below one that only one has is not named again."""
    lines = []
    for point in sorted({*ours, *theirs}):
        above = point[:-1]
        if above and (above in ours) != (above in theirs):
            continue
        if point not in theirs:
            lines.append(f"{' > '.join(point)}: only ours: {ours[point]}")
        elif point not in ours:
            lines.append(f"{' > '.join(point)}: only theirs: {theirs[point]}")
        elif ours[point] != theirs[point]:
            lines.append(f"{' > '.join(point)}: ours {ours[point]}, theirs {theirs[point]}")
    return lines


def unexpected(found: Iterable[str], known: Iterable[str]) -> list[str]:
    """Name each difference that is not known, and each known one that is no more."""
    found, known = set(found), set(known)
    return [*sorted(found - known), *(f"no longer so: {line}" for line in sorted(known - found))]


class _Reader:
    """Works references and ``allOf`` into what refers to them."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = documents

    def worked_in(self, node: Any, file: str = "") -> Any:
        """Return a copy of a node of that file in which nothing refers to anything and no prose is left."""
        if isinstance(node, list):
            return [self.worked_in(item, file) for item in node]
        if not isinstance(node, Mapping):
            return node
        result: dict[str, Any] = {}
        if "$ref" in node:
            result = self._target(node["$ref"], file)
        for part in node.get("allOf", ()):
            result = _both(result, self.worked_in(part, file))
        own = {
            # The names of fields are no keywords: a field may well be called "description".
            key: {name: self.worked_in(field, file) for name, field in value.items()}
            if key == "properties"
            else self.worked_in(value, file)
            for key, value in node.items()
            if key not in ("$ref", "allOf") and key not in PROSE and not key.startswith("x-")
        }
        return _both(result, own)

    def credentials(self, requirements: Iterable[Mapping[str, Any]]) -> list[list[str]]:
        """What may be shown instead of what, each as what has to be shown together; names of schemes are arbitrary."""
        schemes = self.worked_in(self._documents[""].get("components", {}).get("securitySchemes", {}))
        return sorted(
            sorted({" ".join(f"{key}={value}" for key, value in sorted(schemes[name].items())) for name in requirement})
            for requirement in requirements
        )

    def _target(self, reference: str, file: str) -> Any:
        name, _, pointer = reference.partition("#")
        file = name or file
        node = self._documents[file]
        for part in pointer.strip("/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
        return self.worked_in(node, file)


def _both(one: Any, other: Any) -> Any:
    """What holds when both hold; where they contradict each other, a list of the two."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        merged = {**one, **other}
        for key in one.keys() & other.keys():
            if key == "required" and isinstance(one[key], list):
                merged[key] = [*one[key], *other[key]]
            else:
                merged[key] = _both(one[key], other[key])
        return merged
    return one if one == other else [one, other]


def _flat(node: Mapping[str, Any], point: Point) -> Iterator[tuple[Point, str]]:
    """Yield the points at and below a node without references."""
    yield point, THERE
    required = node["required"] if isinstance(node.get("required"), list) else []
    fields = node.get("properties", {})
    for name in {*fields, *required}:
        below = (*point, f"field {name}")
        yield from _flat(fields.get(name, {}), below)
        yield (*below, "is required"), _text(name in required)
    for key, value in node.items():
        if key == "properties" or (key == "required" and isinstance(value, list)):
            continue
        if key == "parameters":
            for parameter in value:
                rest = {name: item for name, item in parameter.items() if name not in ("in", "name")}
                yield from _flat(rest, (*point, f"{parameter['in']} parameter {parameter['name']}"))
        elif key in ("anyOf", "oneOf"):
            for number, alternative in enumerate(value, 1):
                yield from _flat(alternative, (*point, f"{key} {number}"))
        elif isinstance(value, Mapping):
            yield from _flat(value, (*point, key))
        else:
            yield (*point, key), _text(sorted(value, key=_text) if isinstance(value, list) else value)


def _addresses(servers: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for server in servers:
        address = server["url"]
        for name, variable in server.get("variables", {}).items():
            address = address.replace(f"{{{name}}}", variable["default"])
        yield address


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
