# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several secret files whose tokens have one description, run after run: none of them takes another's token away."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible.module_utils.basic", reason="a task needs the part of Ansible that modules get")

from ansible_collections.influxdb3.management.plugins.module_utils import _token_task
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._token_task import ensure_token
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DATABASE,
    MANAGEMENT,
    Kind,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.host_here import secret_file_here
from ansible_collections.influxdb3.management.tests.unit.plugins.token_service import MemoryService

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WANTED: dict[str, Any] = {
    "state": "present",
    "description": "job",
    "lifetime": "30d",
    "renew_before": "20%",
    "overlap": "1d",
    "on_expiry_mismatch": "fail",
    "timeout": 30.0,
    "retries": 0,
}

both_kinds = pytest.mark.parametrize("kind", [DATABASE, MANAGEMENT], ids=["database", "management"])


@dataclass
class Host:
    """Asks for the token that its file holds."""

    service: MemoryService
    kind: Kind
    path: Path

    def run(self, **options: Any) -> dict[str, Any]:
        self.task = Run({**WANTED, **options}, store=secret_file_here(self.path))
        return ensure_token(self.task, self.kind, self.service)

    def held(self) -> str:
        """The id of the token whose secret lies in the file."""
        return self.service.secrets[self.path.read_text("ascii")]

    def side(self) -> dict[str, Any]:
        side: dict[str, Any] = json.loads(self.path.with_name("job.token.json").read_bytes())
        return side


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> MemoryService:
    service = MemoryService()
    monkeypatch.setattr(_token_task, "local_time", lambda: service.now)
    return service


def make_hosts(service: MemoryService, kind: Kind, folder: Path, count: int) -> list[Host]:
    return [Host(service, kind, folder / f"host{number}" / "job.token") for number in range(count)]


@both_kinds
@pytest.mark.parametrize("overlap", ["0s", "1d"])
@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_no_host_ever_holds_a_token_that_another_has_revoked(
    service: MemoryService, tmp_path: Path, kind: Kind, overlap: str, count: int, seed: int
) -> None:
    """Two folders of a controller, or three hosts: half a year of daily runs, some missed, some forced."""
    chance = random.Random(seed)
    hosts = make_hosts(service, kind, tmp_path, count)
    for host in hosts:
        host.run(overlap=overlap)
        service.now += HOUR
    revoked = 0
    for _day in range(180):
        service.now += DAY + chance.randint(-60, 60) * timedelta(minutes=1)
        for host in chance.sample(hosts, count):
            if chance.random() < 0.9:
                result = host.run(overlap=overlap, force_renew=chance.random() < 0.02)
                revoked += len(result["revoked"])
                assert host.held() == result["metadata"]["id"]
                assert {one["revoke_at"] for one in result["unheld"]} <= {None}
            held = [each.held() for each in hosts]
            assert set(held) <= set(service.live()), "a host holds a dead token"
            assert len(set(held)) == count
            service.now += timedelta(seconds=chance.randint(0, 60))
    assert revoked > 3 * count
    # Nothing but what is held, and what the file of each has replaced since the last day, is left over.
    service.now += 2 * DAY
    for host in hosts:
        host.run(overlap=overlap)
    assert sorted(service.live()) == sorted({host.held() for host in hosts} | set(_replaced_today(service, hosts)))


def _replaced_today(service: MemoryService, hosts: list[Host]) -> list[str]:
    """What a run of this moment has replaced."""
    new = [host for host in hosts if service.tokens[host.held()].created_at == service.now]
    return [host.side()["replaced"][-1] for host in new]


@both_kinds
def test_tokens_of_others_are_named_and_kept(service: MemoryService, tmp_path: Path, kind: Kind) -> None:
    ours, older, newer = make_hosts(service, kind, tmp_path, 3)
    for host in (older, ours, newer):
        host.run()
        service.now += HOUR
    service.now += 3 * DAY
    result = ours.run()
    assert (result["changed"], result["predecessors"]) == (False, [])
    assert [(one["id"], one["revoke_at"]) for one in result["unheld"]] == [("t1", None), ("t3", None)]
    assert ours.task.warnings == [
        f"Live {kind.noun}s with the description 'job' that this consumer does not hold: t1, t3. "
        "Revoke by id those that nobody else uses."
    ]
    # Without overlap nobody expects anything to be revoked.
    assert ours.run(overlap=None)["unheld"] == result["unheld"]
    assert ours.task.warnings == []


def test_the_file_remembers_what_it_held_as_long_as_that_is_live(service: MemoryService, tmp_path: Path) -> None:
    host = Host(service, DATABASE, tmp_path / "job.token")
    for _renewal in range(3):
        host.run(force_renew=True, overlap=None)
        service.now += HOUR
    assert (host.held(), host.side()["replaced"]) == ("t3", ["t1", "t2"])
    service.revoke_token("t1")
    result = host.run(force_renew=True, overlap=None)
    assert (host.held(), host.side()["replaced"]) == ("t4", ["t2", "t3"])
    assert [one["id"] for one in result["predecessors"]] == ["t2", "t3"]
    service.now += DAY
    assert [one["id"] for one in host.run()["revoked"]] == ["t2", "t3"]
    assert service.live() == ["t4"]


@pytest.mark.parametrize("rest", ["", None, "apiv1_another"], ids=["emptied", "gone", "replaced"])
def test_a_token_whose_secret_is_gone_from_the_file_counts_as_replaced(
    service: MemoryService, tmp_path: Path, rest: str | None
) -> None:
    host, other = Host(service, DATABASE, tmp_path / "job.token"), Host(service, DATABASE, tmp_path / "other" / "token")
    other.run()
    for _renewal in range(2):
        host.run(force_renew=True)
    host.path.unlink()
    if rest is not None:
        host.path.write_text(rest, encoding="ascii")
    result = host.run()
    assert (host.held(), host.side()["replaced"]) == ("t4", ["t2", "t3"])
    until = (service.now + DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [(one["id"], one["revoke_at"]) for one in result["unheld"]] == [("t1", None), ("t2", until), ("t3", until)]
    beginning = "Live database tokens with the description 'job' that this consumer does not hold: "
    assert host.task.warnings == [
        f"{beginning}t2, t3. Later runs revoke them.",
        f"{beginning}t1. Revoke by id those that nobody else uses.",
    ]
    service.now += DAY
    assert [one["id"] for one in host.run()["revoked"]] == ["t2", "t3"]
    assert service.live() == [other.held(), host.held()]


def test_a_token_whose_side_file_is_gone_is_kept_and_named(service: MemoryService, tmp_path: Path) -> None:
    """Nobody knows that it is ours."""
    host = Host(service, DATABASE, tmp_path / "job.token")
    host.run()
    host.path.with_name("job.token.json").unlink()
    assert [one["id"] for one in host.run()["unheld"]] == ["t1"]
    service.now += 20 * DAY
    assert host.run()["revoked"] == []
    assert service.live() == ["t1", "t2"]


def test_a_side_file_of_an_earlier_version_has_replaced_nothing(service: MemoryService, tmp_path: Path) -> None:
    host, other = Host(service, DATABASE, tmp_path / "job.token"), Host(service, DATABASE, tmp_path / "other" / "token")
    other.run()
    service.now += HOUR
    host.run()
    side = host.side()
    del side["replaced"]
    host.path.with_name("job.token.json").write_text(json.dumps(side), encoding="ascii")
    service.now += 2 * DAY
    result = host.run(overlap="0s")
    assert (result["changed"], [one["id"] for one in result["unheld"]]) == (False, ["t1"])
    host.run(force_renew=True)
    assert host.side()["replaced"] == ["t2"]
