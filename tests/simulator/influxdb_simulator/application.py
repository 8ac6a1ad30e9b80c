# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All parts put together."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from .control import Control
from .data_plane import DataPlane
from .faults import Faults
from .gate import Gate
from .http_parts import error_answer
from .influxctl_routes import InfluxctlRoutes
from .journal import Journal
from .rest import Rest
from .state import State


def build(state: State, faults: Faults) -> Gate:
    """Return the ASGI application that serves this state."""
    journal = Journal(state.clock)
    routes = [
        *Rest(state).routes(),
        *InfluxctlRoutes(state).routes(),
        *DataPlane(state).routes(),
        *Control(state, faults, journal).routes(),
    ]
    application = Starlette(routes=routes, exception_handlers={HTTPException: _not_served})
    application.router.redirect_slashes = False
    return Gate(application, state, faults, journal)


async def _not_served(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    answer = error_answer(status, "not found" if status == 404 else "method not allowed")
    # Of a method that is not allowed it says which are, as RFC 9110 requires.
    answer.headers.update(getattr(error, "headers", None) or {})
    return answer
