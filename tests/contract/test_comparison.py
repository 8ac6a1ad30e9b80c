# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The comparison of two descriptions names whatever differs, and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from ansible_collections.influxdb3.management.tests.contract.comparison import differences, points, unexpected

SMALL = yaml.safe_load("""
openapi: 3.1.0
info: {title: Boxes, version: v0}
servers: [{url: 'https://{host}/v0', variables: {host: {default: example.com}}}]
security: [{key: []}]
paths:
  /boxes/{boxId}:
    put:
      summary: Change a box
      parameters:
        - {name: boxId, in: path, required: true, schema: {type: string, format: uuid}}
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Box'}
      responses:
        '200': {description: The box, content: {application/json: {schema: {$ref: '#/components/schemas/Box'}}}}
        '404': {description: None, content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}}
    delete:
      parameters:
        - {name: boxId, in: path, required: true, schema: {type: string, format: uuid}}
      responses: {'204': {description: Gone}}
components:
  securitySchemes: {key: {type: http, scheme: bearer}}
  schemas:
    Box:
      type: object
      required: [description]
      properties:
        description: {type: string, minLength: 1, maxLength: 64}
        weight: {type: integer, format: int32, minimum: 0, maximum: 9, default: 1}
        labels:
          type: array
          maxItems: 3
          uniqueItems: true
          items: {anyOf: [{type: string, enum: [red, blue]}, {type: object, properties: {text: {type: string}}}]}
    Error: {type: object, properties: {code: {type: integer}}}
""")
PUT, BOX = ("paths", "/boxes/{boxId}", "put"), ("components", "schemas", "Box")
MISSING = object()


def changed(*path: str | int, value: Any = MISSING, document: Any = SMALL) -> Any:
    """A copy of a document with another value at the end of a path, or with nothing there."""
    document = copy.deepcopy(document)
    node = document
    for key in path[:-1]:
        node = node[key]
    if value is MISSING:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return document


def compared(ours: Any, theirs: Any) -> list[str]:
    return differences(points(ours), points(theirs))


BODY = "/boxes/{boxId} > PUT > requestBody > content > application/json > schema > "
ANSWER = "/boxes/{boxId} > PUT > responses > 200 > content > application/json > schema > "


@pytest.mark.parametrize(
    ("path", "value", "difference"),
    [
        (("servers", 0, "url"), "https://{host}/v1", 'servers: ours ["https://example.com/v1"], theirs ["https'),
        (
            ("components", "securitySchemes", "key", "scheme"),
            "basic",
            'security: ours [["scheme=basic type=http"]], the',
        ),
        (("security",), [], "security: ours [], theirs [["),
        (("paths", "/boxes/{boxId}"), MISSING, "/boxes/{boxId}: only theirs: there"),
        (("paths", "/boxes"), {"get": {"responses": {}}}, "/boxes: only ours: there"),
        (("paths", "/boxes/{boxId}", "delete"), MISSING, "/boxes/{boxId} > DELETE: only theirs: there"),
        (("paths", "/boxes/{boxId}", "patch"), {"responses": {}}, "/boxes/{boxId} > PATCH: only ours: there"),
        ((*PUT, "security"), [], "/boxes/{boxId} > PUT > security: only ours: []"),
        ((*PUT, "deprecated"), True, "/boxes/{boxId} > PUT > deprecated: only ours: true"),
        ((*PUT, "parameters"), [], "/boxes/{boxId} > PUT > path parameter boxId: only theirs: there"),
        (
            (*PUT, "parameters", 0, "required"),
            MISSING,
            "/boxes/{boxId} > PUT > path parameter boxId > required: only theirs: true",
        ),
        (
            (*PUT, "parameters", 0, "schema", "format"),
            "date",
            '/boxes/{boxId} > PUT > path parameter boxId > schema > format: ours "date", theirs "uuid"',
        ),
        ((*PUT, "requestBody", "required"), False, "/boxes/{boxId} > PUT > requestBody > required: ours false, theirs"),
        ((*PUT, "responses", "404"), MISSING, "/boxes/{boxId} > PUT > responses > 404: only theirs: there"),
        ((*PUT, "responses", "409"), {}, "/boxes/{boxId} > PUT > responses > 409: only ours: there"),
        (
            (*PUT, "responses", "404", "content"),
            {"text/plain": {}},
            "/boxes/{boxId} > PUT > responses > 404 > content > application/json: only theirs: there",
        ),
        (
            (*PUT, "responses", "404", "headers"),
            {"Retry-After": {}},
            "/boxes/{boxId} > PUT > responses > 404 > headers: only ours: there",
        ),
        (
            ("components", "schemas", "Error", "properties", "code", "type"),
            "string",
            "/boxes/{boxId} > PUT > responses > 404 > content > application/json > schema > field code > type: ours",
        ),
    ],
)
def test_each_difference_is_named(path: tuple[str | int, ...], value: Any, difference: str) -> None:
    found = compared(changed(*path, value=value), SMALL)
    assert found[0].startswith(difference)
    # Another content type is two differences: the one is missing, the other is new.
    assert len(found) == (2 if path[-1] == "content" else 1)


@pytest.mark.parametrize(
    ("path", "value", "difference"),
    [
        (("required",), MISSING, "field description > is required: ours false, theirs true"),
        (("required",), ["description", "weight"], "field weight > is required: ours true, theirs false"),
        (("required",), ["description", "size"], "field size: only ours: there"),
        (("properties", "size"), {"type": "string"}, "field size: only ours: there"),
        (("properties", "weight"), MISSING, "field weight: only theirs: there"),
        (("properties", "description"), MISSING, "field description > maxLength: only theirs: 64"),
        (("properties", "weight", "type"), "string", 'field weight > type: ours "string", theirs "integer"'),
        (
            ("properties", "weight", "type"),
            ["integer", "null"],
            'field weight > type: ours ["integer", "null"], theirs "integer"',
        ),
        (("properties", "weight", "format"), "int64", 'field weight > format: ours "int64", theirs "int32"'),
        (("properties", "weight", "format"), MISSING, 'field weight > format: only theirs: "int32"'),
        (("properties", "weight", "minimum"), 1, "field weight > minimum: ours 1, theirs 0"),
        (("properties", "weight", "maximum"), 10, "field weight > maximum: ours 10, theirs 9"),
        (("properties", "weight", "default"), 2, "field weight > default: ours 2, theirs 1"),
        (("properties", "description", "maxLength"), 65, "field description > maxLength: ours 65, theirs 64"),
        (("properties", "description", "pattern"), "^a", 'field description > pattern: only ours: "^a"'),
        (("properties", "labels", "maxItems"), MISSING, "field labels > maxItems: only theirs: 3"),
        (("properties", "labels", "uniqueItems"), False, "field labels > uniqueItems: ours false, theirs true"),
        (("properties", "labels", "items", "anyOf", 1), MISSING, "field labels > items > anyOf 2: only theirs: there"),
        (
            ("properties", "labels", "items", "anyOf", 0, "enum"),
            ["red"],
            'field labels > items > anyOf 1 > enum: ours ["red"], theirs ["blue", "red"]',
        ),
        (("additionalProperties",), False, "additionalProperties: only ours: false"),
        (("minProperties",), 1, "minProperties: only ours: 1"),
    ],
)
def test_each_difference_of_a_schema_is_named_wherever_it_is_used(
    path: tuple[str | int, ...], value: Any, difference: str
) -> None:
    found = compared(changed(*BOX, *path, value=value), SMALL)
    assert BODY + difference in found
    assert ANSWER + difference in found
    if path != ("properties", "description"):  # all that was said about it, line by line, as it is still required
        assert len(found) == 2


@pytest.mark.parametrize(
    "same",
    [
        changed(*PUT, "summary", value="Something else"),
        changed(*PUT, "responses", "200", "description", value="Something else"),
        changed(*PUT, "x-note", value=1),
        changed(*BOX, "examples", value=[{"description": "one"}]),
        changed("info", "title", value="Other"),
        changed(
            *PUT, "requestBody", "content", "application/json", "schema", value=SMALL["components"]["schemas"]["Box"]
        ),
        changed("servers", value=[{"url": "https://example.com/v0"}]),
        changed(
            "security",
            value=[{"other": []}],
            document=changed("components", "securitySchemes", value={"other": {"scheme": "bearer", "type": "http"}}),
        ),
        changed(*BOX, "properties", "labels", "items", "anyOf", 0, "enum", value=["blue", "red"]),
        changed(
            *BOX,
            value={
                "allOf": [
                    {"properties": {"weight": SMALL["components"]["schemas"]["Box"]["properties"]["weight"]}},
                    changed("properties", "weight", document=SMALL["components"]["schemas"]["Box"]),
                ]
            },
        ),
        changed(
            "paths",
            "/boxes/{boxId}",
            value={
                "parameters": SMALL["paths"]["/boxes/{boxId}"]["put"]["parameters"],
                "put": changed("parameters", document=SMALL["paths"]["/boxes/{boxId}"]["put"]),
                "delete": changed("parameters", document=SMALL["paths"]["/boxes/{boxId}"]["delete"]),
            },
        ),
    ],
)
def test_how_it_is_written_is_no_difference(same: Any) -> None:
    assert same != SMALL
    assert compared(same, SMALL) == []


def test_what_stands_beside_a_reference_counts() -> None:
    beside = changed(*BOX, "properties", "weight", value={"$ref": "#/components/schemas/Weight", "maximum": 9})
    beside["components"]["schemas"]["Weight"] = {"type": "integer", "format": "int32", "minimum": 0, "default": 1}
    assert compared(beside, SMALL) == []
    beside["components"]["schemas"]["Weight"]["maximum"] = 8
    assert BODY + "field weight > maximum: ours [8, 9], theirs 9" in compared(beside, SMALL)


def test_another_file_is_read_where_it_is_referred_to() -> None:
    split = changed("components", "schemas", "Box", value={"$ref": "other.yml#/parts~1of/Box"})
    other = {"parts/of": {"Box": SMALL["components"]["schemas"]["Box"]}}
    assert differences(points(split, {"other.yml": other}), points(SMALL)) == []
    with pytest.raises(KeyError):
        points(split)


def test_the_list_of_known_differences_fits_exactly() -> None:
    assert unexpected(["a", "b"], ["a", "b"]) == []
    assert unexpected(["a", "b"], ["a"]) == ["b"]
    assert unexpected(["a"], ["a", "b"]) == ["no longer so: b"]
