# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A few weeks of the history that `make soak` lives through, with so many more faults that each kind is met."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from ansible_collections.influxdb3.management.tests.soak.broken_connections import REQUESTS
from ansible_collections.influxdb3.management.tests.soak.soak import DueTimes, Figures, soak


def test_a_token_may_become_due_while_a_run_is_under_way() -> None:
    begin = datetime(2026, 1, 1, tzinfo=timezone.utc)
    second = timedelta(seconds=1)
    due_times = DueTimes(begin, {"due": begin, "on the way": begin + second, "later": begin + 9 * second, "none": None})
    assert due_times.due(begin) == {"due", "none"}
    assert due_times.due(begin + 3 * second) == {"due", "on the way", "none"}


def test_every_host_always_holds_a_live_token_and_nothing_is_left_over(tmp_path: Path) -> None:
    # What comes by chance is waited for; what must be is checked on each day of it.
    soak(tmp_path, days=20, hosts=3, seed=5, share=0.25, verify_wait="0s", enough=has_met_everything)


def has_met_everything(figures: Figures) -> bool:
    return (
        figures.interrupted > 0
        and figures.failing_requests > 10
        and figures.mints > 2 * 3
        and figures.mints_in_vain > 0
        and figures.revocations > 3
        and figures.parallel > 0
        and figures.mishaps.keys() == {"wiped", "restored", "copied"}
        and figures.broken_to_service.keys() == REQUESTS.keys()
        and figures.broken_to_hosts["just after a write"] > 0
    )
