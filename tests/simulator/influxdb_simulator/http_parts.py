# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all groups of routes need."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse


def error_answer(status: int, message: str) -> JSONResponse:
    """Return the error body that the specification defines."""
    return JSONResponse({"code": status, "message": message}, status_code=status)


def credential(request: Request, *schemes: str) -> str | None:
    """Return the credential of ``Authorization: <scheme> <credential>``, or None."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value if scheme.lower() in schemes and value else None
