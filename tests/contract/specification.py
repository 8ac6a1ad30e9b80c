# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The descriptions of Management API v0 beside this file, as a judge of requests and answers."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from ansible_collections.influxdb3.management.tests.contract.comparison import Point, points
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

FOLDER = Path(__file__).resolve().parent / "api"
BASE = "/api/v0"
BY_ACCOUNT = "/accounts/{accountId}/clusters/{clusterId}"

# That of Dedicated; the description of Clustered takes any.
_SERVER = "https://console.influxdata.com"
_SCHEMA = ("content", "application/json", "schema")


class Specification:
    """The description of one product. Paths are complete, as they are sent: ``/api/v0/...``."""

    def __init__(self, path: Path) -> None:
        """Read a description; raises ``OpenAPIValidationError`` where it is no valid OpenAPI."""
        self._judge = OpenAPI.from_path(path)
        self._paths = read(path.name)["paths"]
        self._fields: defaultdict[Point, set[str]] = defaultdict(set)
        for *above, last in points(read(path.name), {"shared.yml": read("shared.yml")}):
            if last.startswith("field "):
                self._fields[tuple(above)].add(last.removeprefix("field "))

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield method, complete path template and description of every operation."""
        for template, item in self._paths.items():
            for method, operation in item.items():
                if method != "parameters":
                    yield method.upper(), BASE + template, operation

    def body_fields(self, method: str, template: str) -> set[str]:
        """Return the names of the fields that may be sent."""
        return self._fields[template.removeprefix(BASE), method, "requestBody", *_SCHEMA]

    def answer_fields(self, method: str, template: str, status: int) -> set[str]:
        """Return the names of the fields that an answer, or each object of its list, may have."""
        schema = (template.removeprefix(BASE), method, "responses", str(status), *_SCHEMA)
        return self._fields[schema] | self._fields[*schema, "items"]

    def request_error(self, method: str, path: str, body: bytes | None, token: str) -> str | None:
        """Return what is wrong with a request, or None."""
        try:
            self._judge.validate_request(_request(method, path, body, token))
        except OpenAPIError as error:
            return _text(error)
        return None

    def answer_error(
        self, method: str, path: str, status: int, content_type: str, body: bytes, token: str = "any"
    ) -> str | None:
        """Return what is wrong with the answer to a request, or None; a status that is not described is wrong."""
        response = MockResponse(body, status, content_type=content_type)
        try:
            self._judge.validate_response(_request(method, path, None, token), response)
        except OpenAPIError as error:
            return _text(error)
        if status == 204 and body:
            return "a body where none is described"
        return None


@functools.cache
def load(product: str) -> Specification:
    """Return the description of ``dedicated`` or ``clustered``; ``shared`` holds the parts of both."""
    return Specification(FOLDER / f"{product}.yml")


@functools.cache
def read(name: str) -> dict[str, Any]:
    """Return a file of the folder as it is written."""
    document: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return document


def _request(method: str, path: str, body: bytes | None, token: str) -> MockRequest:
    return MockRequest(
        _SERVER,
        method.lower(),
        path,
        headers={"Authorization": f"Bearer {token}"},
        data=body,
        content_type="application/json",
    )


def _text(error: OpenAPIError) -> str:
    details = getattr(error.__cause__, "schema_errors", None) or [error.__cause__ or ""]
    return f"{error} {'; '.join(str(detail).partition(chr(10))[0] for detail in details)}"
