# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans, from the parts of a situation as tests write them down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from ansible_collections.influxdb3.management.plugins.module_utils import _life_cycle
from ansible_collections.influxdb3.management.plugins.module_utils._expiry import Desired
from ansible_collections.influxdb3.management.plugins.module_utils._life_cycle import Plan, Situation
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Evidence, Kind, Token


def plan_present(
    kind: Kind,
    desired: Desired,
    evidence: Evidence,
    observed: Sequence[Token],
    now: datetime,
    own_prefix: str | None = None,
    mark: timedelta = timedelta(),
) -> Plan:
    """What state present makes of it."""
    return _life_cycle.plan_present(Situation(kind, desired, evidence, observed, now, own_prefix), mark)


def plan_absent(
    kind: Kind,
    desired: Desired,
    evidence: Evidence,
    observed: Sequence[Token],
    now: datetime,
    own_prefix: str | None = None,
) -> Plan:
    """What state absent makes of it."""
    return _life_cycle.plan_absent(Situation(kind, desired, evidence, observed, now, own_prefix))
