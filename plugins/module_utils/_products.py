# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two products that the management API serves, and how those that it does not serve are told.

Only what is certain counts: a host of InfluxData's own, the beginning of a token, and what ``/ping`` is documented to
answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

DEDICATED = "dedicated"
CLUSTERED = "clustered"
PRODUCTS = (DEDICATED, CLUSTERED)

# Clustered has neither accounts nor ids of clusters. InfluxData's own clients send this in the place of both.
DUMMY_ID = "11111111-1111-1111-1111-111111111111"

MANAGEMENT_HOST = "console.influxdata.com"

# Source: the hosts in the documentation of each product, https://docs.influxdata.com/
_FOREIGN_HOSTS = {
    ".influxdb.io": "where a cluster of InfluxDB Cloud Dedicated serves its data, or InfluxDB 3 Cloud, which has "
    "another API",
    ".cloud2.influxdata.com": "one of InfluxDB Cloud Serverless or InfluxDB Cloud (TSM), which have another API",
    ".influxcloud.net": "one of InfluxDB Cloud 1, which has another API",
}
# Source: https://docs.influxdata.com/influxdb3/core/admin/tokens/
_FOREIGN_TOKEN = "apiv3_"


def foreign_host(host: str) -> str | None:
    """What a host is known to be in place of the management service, as the end of a sentence, or None."""
    name = "." + host.lower().rstrip(".")
    return next((what for ending, what in _FOREIGN_HOSTS.items() if name.endswith(ending)), None)


def is_foreign_token(token: str) -> bool:
    """Whether a token is one of InfluxDB 3 Core, Enterprise or Cloud."""
    return token.startswith(_FOREIGN_TOKEN)


def speaks_another_api(status: int, content: bytes) -> bool:
    """Whether an error has the shape in which InfluxDB 3 Core, Enterprise and Cloud refuse a token or a path.

    So may others, which is why ``foreign_server`` is asked then. Source: ``influxdb3_server`` of InfluxDB 3 Core.
    """
    if status == 404:
        return content.strip().lower() == b"not found"
    if status != 401:
        return False
    try:
        said = json.loads(content)
    except ValueError:
        return False
    return isinstance(said, dict) and isinstance(said.get("error"), str) and "message" not in said


def foreign_server(status: int, headers: Mapping[str, str], content: bytes) -> str | None:
    """The name of the product that has answered ``GET /ping`` so, where that is one without this API, else None.

    InfluxDB 3 Core, Enterprise and Cloud answer 200 with ``{"version", "revision", "process_id"}`` and tell in the
    header ``x-influxdb-build`` which of them it is; Dedicated and Clustered answer 204 without a body. Source: "Server
    information" in the API documentation of each, https://docs.influxdata.com/influxdb3/core/api/server-information/
    """
    if status != 200:
        return None
    try:
        said = json.loads(content)
    except ValueError:
        return None
    if not isinstance(said, dict) or not all(isinstance(said.get(key), str) for key in ("version", "process_id")):
        return None
    build = headers.get("x-influxdb-build", "").strip().lower()
    names = {"core": "InfluxDB 3 Core", "enterprise": "InfluxDB 3 Enterprise", "cloud": "InfluxDB 3 Cloud"}
    return names.get(build, "InfluxDB 3 Core, Enterprise or Cloud")
