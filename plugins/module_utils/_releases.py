# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Since which release InfluxDB Clustered has what is asked of it.

It has nothing that tells its release, so one that is too old is known by its answers alone: an unknown path is not
found, or knows no such method. Source: https://docs.influxdata.com/influxdb3/clustered/reference/release-notes/clustered/
"""

from __future__ import annotations

import re

# The management API over REST at all, and the expiry and the revocation of tokens.
FIRST_RELEASE = "20250508"
# Where its service for tokens fails, it answers 503 from this release on, and 403 before.
_RELEASE_OF_503 = "20260421"
REMARK_ON_403 = (
    f"Before release {_RELEASE_OF_503}, InfluxDB Clustered may answer so too where its service for tokens fails."
)
REMARK_ON_503 = (
    f"Since release {_RELEASE_OF_503}, InfluxDB Clustered answers so too where its service for tokens fails."
)

# The first that fits counts. What is matched is the method and the path below that of the cluster.
_RELEASES = (
    (re.compile(r"PUT databases/[^/]+/rename"), "20251218", "renaming databases"),
    (re.compile(r"PUT databases/[^/]+/undelete"), "20251218", "restoring databases"),
    (re.compile(r"PUT databases/[^/]+/tables/[^/]+/rename"), "20251218", "renaming tables"),
    (re.compile(r"PUT databases/[^/]+/tables/[^/]+/undelete"), "20251218", "restoring tables"),
    (re.compile(r"DELETE databases/[^/]+/tables/[^/]+"), "20251218", "deleting tables"),
    (re.compile(r"POST databases/[^/]+/tables"), "20250925", "creating tables"),
)


def missing_before(method: str, path: str) -> str:
    """One sentence on the release that brought what a request asks for. ``path`` is below that of the cluster."""
    for pattern, release, what in _RELEASES:
        if pattern.fullmatch(f"{method} {path}"):
            return f"InfluxDB Clustered knows {what} since release {release}: an older one answers so too."
    return f"InfluxDB Clustered has this API since release {FIRST_RELEASE}: an older one answers so too."
