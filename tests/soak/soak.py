# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Years of daily runs of the role over many hosts, and what must hold, whatever happens.

Runs are interrupted, requests fail, connections break, two controllers run at once, and hosts are wiped, restored and
copied.

`soak.py --days 730 --hosts 20` is what `make soak` runs; the tests run a short form of the same.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ansible_collections.influxdb3.management.tests.integration.controller import PROGRAMS, Controller
from ansible_collections.influxdb3.management.tests.integration.fast_python import FastPython
from ansible_collections.influxdb3.management.tests.integration.processes import started_below
from ansible_collections.influxdb3.management.tests.integration.test_role import MGMT_TOKEN, SIDE_FILE, use_hosts
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.soak.broken_connections import BrokenConnections, broken_to_service
from ansible_collections.influxdb3.management.tests.soak.mishaps import Mishaps
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE, wait_until

DAY = 86400
# So many days in which a run may fail that not all of them will: a host whose runs all fail is left without a token.
LIFETIME, RENEW_BEFORE, OVERLAP = timedelta(days=14), timedelta(days=8), timedelta(days=2)
# With the strategy linear, all hosts would wait for each that has to try again. No request meets its timeout.
PLAY = f"""\
- hosts: automation
  gather_facts: false
  strategy: free
  module_defaults: {{group/influxdb3.management.all: {{timeout: {PATIENCE:g}}}}}
  roles:
    - role: influxdb3.management.influxctl_profile
      influxctl_profile_mint: true
      influxctl_profile_mint_lifetime: {LIFETIME.days}d
      influxctl_profile_mint_renew_before: {RENEW_BEFORE.days}d
      influxctl_profile_mint_overlap: {OVERLAP.days}d
"""
# What a failing request is: nothing happened, or the change was made and the answer is lost.
FAILURES: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}},
    {"kind": "status_after", "status": 502, "body": "<html>Bad Gateway</html>"},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "truncate"},
)
# What tells how a token came to its end.
DATES = ("status", "created_at", "expires_at", "revoked_at")
# More than the requests of a day can meet.
FAILURES_A_DAY = 20
# What is to be met comes by chance, and no chance is as bad as this.
MOST_TIMES_AS_LONG = 10
DAYS_BETWEEN_CLEAN_RUNS = 60
# Otherwise half of the soak would be waiting for tokens that do not appear.
NO_WAITING = {
    "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parents[1] / "integration" / "callbacks"),
    "ANSIBLE_CALLBACKS_ENABLED": "no_waiting",
}


class BrokenPromiseError(AssertionError):
    """Something that must never happen has happened."""


@dataclass(frozen=True)
class DueTimes:
    """When the token of each host is due, None where it holds no live one, as it was asked at this moment.

    ``copies`` are the hosts whose token another host holds too: that one may retire it, and does no wrong.
    """

    asked: datetime
    by_host: dict[str, datetime | None]
    copies: frozenset[str] = frozenset()

    def due(self, now: datetime) -> set[str]:
        """The hosts whose token is to be replaced by then, or that hold no live one."""
        return {name for name, moment in self.by_host.items() if moment is None or moment <= now}


@dataclass
class Figures:
    """What was seen."""

    days: int = 0
    runs: int = 0
    interrupted: int = 0
    failed_runs: int = 0
    requests: int = 0
    failing_requests: int = 0
    mints: int = 0
    mints_in_vain: int = 0
    left_alive: int = 0
    revocations: int = 0
    looks: int = 0
    left_by_kills: int = 0
    parallel: int = 0
    mishaps: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    broken_to_service: Counter[str] = field(default_factory=Counter)
    broken_to_hosts: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.days} simulated days, {self.runs} runs, {self.interrupted} of them interrupted "
            f"({_each(self.ends)}), {self.parallel} days with two controllers at once, hosts that were "
            f"{_each(self.mishaps)}; {self.failed_runs} others with a failed host; {self.requests} requests, "
            f"{self.failing_requests} of them failing; connections broken to the service while "
            f"{_each(self.broken_to_service)}, to hosts {_each(self.broken_to_hosts)}; "
            f"{self.mints} tokens made, {self.mints_in_vain} of them in vain for a fault, "
            f"{self.left_alive} of those left to their expiry; {self.revocations} revoked; "
            f"every host looked at {self.looks} times; "
            f"{self.left_by_kills} temporary files and folders left behind by killed runs"
        )


def _each(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counted.items()))


class Soak:
    """One history: a simulator, its hosts, and everything that happens to them."""

    def __init__(
        self,
        folder: Path,
        simulator: Simulator,
        hosts: int,
        seed: int,
        share: float,
        verify_wait: str,
        python: FastPython,
    ) -> None:
        self._share = share
        self.figures = Figures()
        self._seed = seed
        self._simulator = simulator
        self._python = python
        self._controller = Controller(folder, simulator, host_python=str(python.interpreter))
        names = [f"host{number}" for number in range(1, hosts + 1)]
        self._files = dict(zip(names, use_hosts(self._controller, *names, connection="breaking"), strict=True))
        self._mishaps = Mishaps({name: file.parent for name, file in self._files.items()})
        self._temporary = folder / "tmp"
        self._temporary.mkdir()
        self._connections = BrokenConnections(folder, simulator)
        self._controller.environment |= {"ANSIBLE_FORKS": "8", "TMPDIR": str(self._temporary), **NO_WAITING}
        self._controller.environment |= self._connections.environment
        self._play = folder / "play.yml"
        self._play.write_text(f"{PLAY}      influxctl_profile_mint_verify_wait: {verify_wait}\n", encoding="utf-8")
        self._provisioned: set[str] = set()
        # Tokens that two hosts have held at a time.
        self._copied: set[str] = set()
        # Tokens that a store may know beside that of their host, from a snapshot or a copy.
        self._known_twice: set[str] = set()
        # Tokens that no store knows, as their host was wiped.
        self._forgotten: set[str] = set()
        self._seconds_a_request = 0.0
        # What no host holds, and no run may revoke: a run was killed, requests have failed, or its host has lost it.
        self._lost: set[str] = set()
        self._owes_interruption = False

    def run(self, days: int, enough: Callable[[Figures], bool]) -> None:
        """Live through so many days, or more until it is enough, and end as every now and then: with clean runs, and
        nothing left over.
        """
        try:
            self._live(days, enough)
        except BrokenPromiseError as error:
            output = self._output.read_text(encoding="utf-8", errors="replace")
            error.add_note(f"{self.figures}\nThe last run printed:\n{output}")
            raise

    def _live(self, days: int, enough: Callable[[Figures], bool]) -> None:
        self._clean_run()
        while self.figures.days < days or not enough(self.figures):
            if self.figures.days == MOST_TIMES_AS_LONG * days:
                raise BrokenPromiseError("In all this time, not everything was met that was to be met.")
            self.figures.days += 1
            # Of each day's own, so that a day is the same whatever those before it were like.
            self._random = random.Random(f"{self._seed} {self.figures.days}")
            self._simulator.advance_clock(DAY + self._random.randint(-3600, 3600))
            self._daily_run()
            self.figures.revocations = sum(token["status"] == "revoked" for token in self._tokens())
            if self.figures.days % DAYS_BETWEEN_CLEAN_RUNS == 0:
                self._clean_up()
        self._clean_up()

    def _daily_run(self) -> None:
        self._mishap()
        due_times, held = self._due_times(), self._all_held()
        before = len(self._tokens())
        # First, as the first order that fits a request hits it.
        self._connections.order(self._random, self._share, self._files, due_times.due(due_times.asked))
        self._order_failures()
        # One that was over before the moment chosen for it leaves its turn to the next.
        self._owes_interruption = self._owes_interruption or self._random.random() < self._share
        interruptions = self.figures.interrupted
        is_parallel = not self._owes_interruption and self._random.random() < self._share
        self.figures.parallel += is_parallel
        with self._watched(), self._another_controller() if is_parallel else nullcontext():
            status = self._playbook(interrupt=self._owes_interruption)
        interrupted = self.figures.interrupted > interruptions
        self._count_requests()
        self._simulator.clear_faults()
        broken = self._connections.broken_to_hosts()
        self.figures.broken_to_hosts += broken
        self._failing_today += broken.total()
        self.figures.failed_runs += status != 0 and not interrupted
        # Of two controllers that both make a token for a host, one finds the other was faster, and revokes its own.
        is_excused = interrupted or is_parallel
        self._account_for_mints(due_times, held, self._tokens()[before:], is_excused)
        self._require_forgotten_kept()
        self._mishaps.take_snapshot(self._random)

    def _mishap(self) -> None:
        """Maybe have something happen to a host. What it held lives on, and is named from then on."""
        if self._random.random() >= self._share or (befallen := self._mishaps.befall(self._random)) is None:
            return
        kind, name, source = befallen
        self.figures.mishaps[kind] += 1
        self._provisioned.discard(name)
        live = [token for token in self._tokens() if token["status"] == "live"]
        self._lost |= {token["secret"] for token in live if _host(token) == name}
        # What a store has held it may retire, be it that it knows of that from a snapshot or a copy.
        known = {token["secret"] for token in live if _host(token) in (name, source)}
        if kind == "wiped":
            self._forgotten |= known - self._known_twice
        else:
            self._forgotten -= known
            self._known_twice |= known

    def _require_forgotten_kept(self) -> None:
        """What no store knows any more is named, and never revoked: for all that a run can tell, others use it."""
        revoked = {token["secret"] for token in self._tokens() if token["status"] == "revoked"}
        if gone := self._forgotten & revoked:
            raise BrokenPromiseError(f"{len(gone)} tokens were revoked that no store knew.")

    def _clean_up(self) -> None:
        """After a clean run, the overlap and a second clean run, nothing is live that no host holds, but for what was
        lost before, and that ends by its expiry.
        """
        print(self.figures, flush=True)
        self._clean_run()
        self._simulator.advance_clock((OVERLAP + timedelta(minutes=1)).total_seconds())
        held_before = self._all_held()
        self._clean_run()
        self._require_nothing_left_over(held_before)
        self._require_all_named(held_before)
        for file in self._files.values():
            if sorted(path.name for path in file.parent.iterdir()) != [SIDE_FILE, file.name]:
                raise BrokenPromiseError(f"Files are left beside {file}.")
        left = list(self._temporary.iterdir())
        self.figures.left_by_kills += len(left)
        for path in left:
            if path.is_dir():
                shutil.rmtree(path)
            else:  # Python writes a file to see whether a temporary folder can be used, and may be killed just then.
                path.unlink()

    def _require_nothing_left_over(self, held_before: set[str]) -> None:
        """Every live token is held, but for what was lost, and for those that the last run itself has replaced: their
        overlap has begun.
        """
        held = self._all_held()
        live = {token["secret"]: token for token in self._tokens() if token["status"] == "live"}
        left = [live[secret] for secret in live.keys() - held - held_before - self._lost]
        if left or held - live.keys():
            shown = [f"{token['description']}, {token['created_at']} to {token['expires_at']}" for token in left]
            raise BrokenPromiseError(f"Live, and held by nobody: {shown}. Held and dead: {len(held - live.keys())}.")

    def _require_all_named(self, held_before: set[str]) -> None:
        """What is live and held by nobody was named by the last run. It names three of a host, and says of more."""
        said = "".join(self._output.read_text(encoding="utf-8").split())
        unheld = [
            token
            for token in self._tokens()
            if token["status"] == "live" and token["secret"] not in self._all_held() | held_before
        ]
        counted = Counter(_host(token) for token in unheld)
        if unnamed := [token for token in unheld if token["id"] not in said and counted[_host(token)] <= 3]:
            shown = [f"{token['description']}, {token['id']}" for token in unnamed]
            raise BrokenPromiseError(f"Live, held by nobody, and not named: {shown}.")

    def _clean_run(self) -> None:
        due_times = self._due_times()
        before = len(self._tokens())
        started = time.monotonic()
        with self._watched():
            status = self._playbook(interrupt=False)
        self._seconds_a_request = (time.monotonic() - started) / len(self._simulator.requests())
        self._count_requests()
        if status != 0:
            raise BrokenPromiseError("A run without any fault has failed.")
        made = Counter(_host(token) for token in self._tokens()[before:])
        self._require_due(made, due_times)
        missing = due_times.due(due_times.asked) - made.keys()
        if missing or made.total() > len(made):
            raise BrokenPromiseError(f"Due were {missing} at least, by {due_times}, but made were {made}.")
        self.figures.mints += made.total()

    def _account_for_mints(
        self, due_times: DueTimes, held_before: set[str], made: list[dict[str, Any]], is_excused: bool
    ) -> None:
        """No token is made unless one is due, and none in vain unless a fault is to blame."""
        self._require_due({_host(token) for token in made}, due_times)
        held = self._all_held()
        lost = {token["secret"] for token in self._tokens() if token["status"] == "live"} - held
        lost &= {token["secret"] for token in made}
        self._lost |= lost
        self.figures.left_alive += len(lost)
        given_up = {token["secret"] for token in self._tokens() if token["status"] == "revoked"} & held_before - held
        in_vain = sum(token["secret"] not in held for token in made) + len(given_up - self._succeeded(held))
        self.figures.mints += len(made)
        self.figures.mints_in_vain += in_vain
        if in_vain > self._failing_today and not is_excused:
            raise BrokenPromiseError(f"{in_vain} tokens were made in vain, by {self._failing_today} faults.")

    def _succeeded(self, held: set[str]) -> set[str]:
        """The tokens to which a later one has succeeded that its host holds now."""
        tokens = self._tokens()
        newest = {_host(token): place for place, token in enumerate(tokens) if token["secret"] in held}
        return {token["secret"] for place, token in enumerate(tokens) if place < newest.get(_host(token), 0)}

    def _require_due(self, hosts: Iterable[str], due_times: DueTimes) -> None:
        """Each of these hosts was due before the run, or has become so while it was under way."""
        now = datetime.fromisoformat(self._simulator.state()["time"])
        if not_due := set(hosts) - due_times.due(now) - due_times.copies:
            raise BrokenPromiseError(
                f"Tokens were made by {now} for {sorted(not_due)}, where none was due: {due_times}."
            )

    def _due_times(self) -> DueTimes:
        """When the tokens that the hosts hold now are due."""
        state = self._simulator.state()
        live = {token["secret"]: token for token in state["management_tokens"] if token["status"] == "live"}
        held = {name: self._held(name) for name in self._files}
        by_host = {name: _due(live[token]) if token in live else None for name, token in held.items()}
        return DueTimes(datetime.fromisoformat(state["time"]), by_host, self._copies(held))

    def _copies(self, held: dict[str, str | None]) -> frozenset[str]:
        """The hosts whose token another one holds too."""
        counted = Counter(held.values())
        return frozenset(name for name, token in held.items() if token is not None and counted[token] > 1)

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Look at every host all the time, also while a run is under way."""
        over, trouble = threading.Event(), []

        def watch() -> None:
            pause = 0.5
            while not over.wait(pause):
                started = time.monotonic()
                try:
                    self._look()
                except BrokenPromiseError as error:
                    trouble.append(error)
                    return
                # Looking must not slow down what it looks at, however many tokens the years have made.
                pause = max(0.5, 20 * (time.monotonic() - started))

        self._look()
        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
        if trouble:
            raise trouble[0]
        self._look()

    def _look(self) -> None:
        """Every host that was ever provisioned holds a live token, unless it lost it outside of any run.

        A token that two hosts hold, as one is a copy of the other, is retired by the first that has another.
        """
        held = {name: self._held(name) for name in self._files}
        self._copied |= {token for name in self._copies(held) if (token := held[name])}
        # Asked after the files were read, so what they hold has been made by now.
        tokens = {token["secret"]: token for token in self._tokens()}
        live = {secret for secret, token in tokens.items() if token["status"] == "live"}
        self.figures.looks += 1
        for name, token in held.items():
            # A token may be replaced and revoked between the two looks; then the file holds another one by now.
            if token in self._copied and token not in live:
                self._provisioned.discard(name)
            if name in self._provisioned and token not in live and token == self._held(name):
                shown = {key: tokens[token][key] for key in DATES} if token in tokens else token
                raise BrokenPromiseError(f"{name} holds no live token on day {self.figures.days}: {shown}.")
            if token in live:
                self._provisioned.add(name)

    def _held(self, name: str) -> str | None:
        try:
            match = MGMT_TOKEN.search(self._files[name].read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return match and match.group(1)

    def _all_held(self) -> set[str]:
        return {token for name in self._files if (token := self._held(name))}

    def _tokens(self) -> list[dict[str, Any]]:
        tokens = self._simulator.state()["management_tokens"]
        return [token for token in tokens if token["secret"] != self._simulator.management_token]

    def _order_failures(self) -> None:
        """Some requests fail, each as chance will have it; a fault of no consequence counts the others off."""
        for _each in range(FAILURES_A_DAY):
            spared = int(self._random.expovariate(self._share))
            if spared:
                self._simulator.add_fault("delay_before", path="^/(api|_influxctl)/", seconds=0, times=spared)
            self._simulator.add_fault(path="^/(api|_influxctl)/", **self._random.choice(FAILURES))

    def _count_requests(self) -> None:
        requests = self._simulator.requests()
        self._simulator.forget_requests()
        self._failing_today = sum(request["fault"] not in (None, "delay_before") for request in requests)
        self.figures.requests += len(requests)
        self.figures.broken_to_service += broken_to_service(requests)
        self.figures.failing_requests += self._failing_today

    def _playbook(self, interrupt: bool) -> int:
        """Run the playbook, or end it at a random moment, in one of the ways in which a run may end."""
        with self._start(self._output) as process:
            if interrupt:
                self._interrupt(process)
            return process.wait()

    @contextmanager
    def _another_controller(self) -> Iterator[None]:
        """Have another run of the same playbook go on meanwhile, and wait for its end."""
        with self._start(self._output.with_name("output of another")):
            yield

    def _start(self, path: Path) -> subprocess.Popen[bytes]:
        """A run of the playbook, which prints into this file."""
        self.figures.runs += 1
        with path.open("wb") as output:
            return subprocess.Popen(
                [PROGRAMS / "ansible-playbook", self._play],
                cwd=self._controller.folder,
                env=self._controller.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _interrupt(self, process: subprocess.Popen[bytes]) -> None:
        number, group = self._random.choice(
            ((signal.SIGKILL, True), (signal.SIGTERM, False), (signal.SIGINT, True), (signal.SIGHUP, True))
        )
        due_times = self._due_times()
        # What each host asks, and what it asks beside that to make a token.
        requests = 2 * len(self._files) + 3 * len(due_times.due(due_times.asked))
        request = self._random.randrange(requests)
        while_it_lasts = self._random.uniform(0, self._seconds_a_request)
        while process.poll() is None and len(self._simulator.requests()) < request:
            time.sleep(0.02)
        try:
            process.wait(timeout=while_it_lasts)
            return
        except subprocess.TimeoutExpired:
            self._owes_interruption = False
        self.figures.interrupted += 1
        self.figures.ends[number.name] += 1
        if group:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        # What was under way goes on: workers, influxctl and the modules on hosts are processes of their own.
        wait_until(lambda: not started_below(self._controller.folder), "every process of the run has ended")
        self._python.settle()

    @property
    def _output(self) -> Path:
        return self._controller.folder / "output"


def _due(token: dict[str, Any]) -> datetime:
    """From when on a token is to be replaced: by the life that it was granted."""
    created_at, expires_at = (datetime.fromisoformat(token[name]) for name in ("created_at", "expires_at"))
    return expires_at - RENEW_BEFORE * ((expires_at - created_at) / LIFETIME)


def _host(token: dict[str, Any]) -> str:
    """The host in the description that the role gives to a token: influxctl on HOST for ..."""
    name: str = token["description"].split()[2]
    return name


def soak(
    folder: Path,
    days: int,
    hosts: int,
    seed: int,
    share: float,
    verify_wait: str = "3s",
    enough: Callable[[Figures], bool] = lambda _figures: True,
) -> Figures:
    """Live through a history in an empty folder, and return what was seen; raises ``BrokenPromiseError``.

    ``share`` of the runs are interrupted, and as many of the requests fail. The shorter a host waits for its token to
    be accepted, the more tokens are given up for a request that failed. Until it is ``enough``, days are added.
    """
    python = FastPython(folder)
    try:
        with Simulator.start() as simulator:
            python.replace_program(Path(simulator.influxctl_path))
            history = Soak(folder, simulator, hosts, seed, share, verify_wait, python)
            history.run(days, enough)
            return history.figures
    finally:
        python.stop()


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--hosts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.05)
    arguments = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = soak(Path(folder), arguments.days, arguments.hosts, arguments.seed, arguments.share)
    print(f"Everything held: {figures}. It took {(time.monotonic() - started) / 60:.0f} min.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
