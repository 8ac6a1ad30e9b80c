# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several secret files whose tokens have one description, run after run: none of them takes another's token away."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible.module_utils.basic", reason="a task needs the part of Ansible that modules get")

from ansible_collections.influxdb3.management.plugins.module_utils import _observation
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._token_task import TokenItem
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DATABASE,
    MANAGEMENT,
    Kind,
    StoreError,
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
    "on_other_description": "fail",
    "others": "keep",
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
        permissions: dict[str, Any] = {"permissions": []} if self.kind.has_permissions else {}
        self.task = Run({**WANTED, **permissions, **options})
        store = secret_file_here(self.path, take_over=options.get("take_over", False))
        return TokenItem(self.task, self.kind, self.service, self.task.parameters, store).ensure()

    def held(self) -> str:
        """The id of the token whose secret lies in the file."""
        return self.service.secrets[self.path.read_text("ascii")]

    def side(self) -> dict[str, Any]:
        side: dict[str, Any] = json.loads(self.path.with_name("job.token.json").read_bytes())
        return side


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> MemoryService:
    service = MemoryService()
    monkeypatch.setattr(_observation, "local_time", lambda: service.now)
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
                assert {one["revoke_at"] for one in result["others"]} <= {None}
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
    assert [(one["id"], one["revoke_at"]) for one in result["others"]] == [("t1", None), ("t3", None)]
    (warning,) = ours.task.warnings
    assert warning.startswith(
        f"2 live {kind.noun}s with the description 'job' that this consumer does not hold: t1, t3."
    )
    assert ours.run(overlap=None)["others"] == result["others"]
    # Asked to, a host takes all of them: its own stays.
    assert [one["id"] for one in ours.run(others="revoke")["revoked"]] == ["t1", "t3"]
    assert service.live() == [ours.held()]


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


@pytest.mark.parametrize("rest", ["", None], ids=["emptied", "gone"])
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
    assert [(one["id"], one["revoke_at"]) for one in result["predecessors"]] == [("t2", until), ("t3", until)]
    assert [(one["id"], one["revoke_at"]) for one in result["others"]] == [("t1", None)]
    service.now += DAY
    assert [one["id"] for one in host.run()["revoked"]] == ["t2", "t3"]
    assert service.live() == [other.held(), host.held()]


def test_a_token_whose_side_file_is_gone_is_never_revoked(service: MemoryService, tmp_path: Path) -> None:
    """Nobody knows that it is ours."""
    host = Host(service, DATABASE, tmp_path / "job.token")
    host.run()
    host.path.with_name("job.token.json").unlink()
    with pytest.raises(StoreError, match="was left alone"):
        host.run()
    assert [one["id"] for one in host.run(take_over=True)["others"]] == ["t1"]
    service.now += 20 * DAY
    assert host.run()["revoked"] == []
    assert service.live() == ["t1", "t2"]


@both_kinds
@pytest.mark.parametrize("overlap", ["0s", "1d", None])
def test_a_clone_is_never_left_with_a_revoked_token_but_by_overlap(
    service: MemoryService, tmp_path: Path, kind: Kind, overlap: str | None
) -> None:
    """Both hold the same token, and each renews it."""
    host, clone = make_hosts(service, kind, tmp_path, 2)
    host.run(overlap=overlap)
    shutil.copytree(host.path.parent, clone.path.parent)
    service.now += 25 * DAY
    host.run(overlap=overlap)
    first_run_of_the_clone = clone.run(overlap=overlap)
    assert {host.held(), clone.held()} <= {*service.live(), *(["t1"] if overlap == "0s" else [])}
    assert host.held() != clone.held()
    assert first_run_of_the_clone["metadata"]["id"] == clone.held()
    for _day in range(4):
        service.now += DAY
        for one in (host, clone):
            one.run(overlap=overlap)
            assert one.held() in service.live()
    assert set(service.live()) == {host.held(), clone.held()} | ({"t1"} if overlap is None else set())


@both_kinds
def test_a_renamed_host_keeps_its_token_until_it_is_due(service: MemoryService, tmp_path: Path, kind: Kind) -> None:
    host = Host(service, kind, tmp_path / "job.token")
    host.run()
    for _day in range(3):
        service.now += DAY
        result = host.run(description="renamed", on_other_description="warn")
        assert (result["changed"], result["metadata"]["id"]) == (False, "t1")
        assert "is called 'job' and not 'renamed'" in " ".join(host.task.warnings)
    service.now += 22 * DAY
    assert host.run(description="renamed", on_other_description="warn")["metadata"]["description"] == "renamed"
    service.now += 2 * DAY
    assert [one["id"] for one in host.run(description="renamed")["revoked"]] == ["t1"]
    assert service.live() == ["t2"]


@both_kinds
def test_hosts_that_share_a_file_share_its_token(service: MemoryService, tmp_path: Path, kind: Kind) -> None:
    """As home folders on a file server are shared; each host has a description of its own."""
    hosts = [Host(service, kind, tmp_path / "home" / "job.token") for _each in range(4)]
    for _day in range(60):
        for number, host in enumerate(hosts):
            host.run(description=f"host {number}", on_other_description="warn", overlap=None)
            assert host.held() in service.live()
        service.now += DAY
    # One a period, and not one a host and day: renewed after 24 of 30 days.
    assert len(service.tokens) == 3
