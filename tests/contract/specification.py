# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The published OpenAPI descriptions of Management API v0, as a judge of requests and answers."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

import pytest
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

VARIABLE = "INFLUXDB3_SPEC_DIRECTORY"
CHECKOUT = Path(__file__).resolve().parents[2]

_FILES = {
    "dedicated": "cloud-dedicated-management-openapi.yml",
    "clustered": "clustered-management-openapi.yml",
}
# The only server that the descriptions name.
_SERVER = "https://console.influxdata.com"
_BASE = "/api/v0"


class Specification:
    """The description of one product. Paths are complete, as they are sent: ``/api/v0/...``."""

    def __init__(self, path: Path) -> None:
        self.document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        # As published, the Dedicated one is not valid itself: the tokenId of the PATCH lacks "required: true".
        self._judge = OpenAPI.from_dict(self.document, config=Config(spec_validator_cls=None))

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield method, complete path template and description of every operation."""
        for template, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield method.upper(), _BASE + template, operation

    def request_error(self, method: str, path: str, body: Optional[bytes], token: str) -> Optional[str]:
        """Return what is wrong with a request, or None."""
        try:
            self._judge.validate_request(_request(method, path, body, token))
        except OpenAPIError as error:
            return _text(error)
        return None

    def answer_error(
        self, method: str, path: str, status: int, content_type: str, body: bytes, token: str = "any"
    ) -> Optional[str]:
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
    """Return the description for ``dedicated`` or ``clustered``; the test is skipped where it is not at hand."""
    folder = Path(os.environ.get(VARIABLE) or CHECKOUT.parent / "shared" / "spec")
    path = folder / _FILES[product]
    if not path.is_file():
        pytest.skip(f"the published specification {path.name} is not in {folder}; {VARIABLE} names another folder")
    return Specification(path)


def _request(method: str, path: str, body: Optional[bytes], token: str) -> MockRequest:
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
