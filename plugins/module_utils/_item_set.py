# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every set has in common: entries that are applied at once, what became of each, and where it stops."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Callable, Protocol

from ansible_collections.influxdb3.management.plugins.module_utils._concurrency import Progress, run_each
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError, ManagementError
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run, describe_defect
from ansible_collections.influxdb3.management.plugins.module_utils._signals import Hold

LARGEST_CONCURRENCY = 32

# What every set takes beside its list and how to reach the service.
CONCURRENCY_OPTIONS: dict[str, Any] = {
    "concurrency": {"type": "int", "default": 8},
    "on_error": {"type": "str", "choices": ["stop", "continue"], "default": "stop"},
}

# What became of an entry.
OK = "ok"
FAILED = "failed"
NOT_STARTED = "not_started"
TAKEN_BACK = "taken_back"


class Item(Protocol):
    """What an entry is about. It has been observed and decided about."""

    # What was done so far, in words.
    done: list[str]

    @property
    def has_work(self) -> bool:
        """Whether there is anything to apply."""

    def report(self) -> dict[str, Any]:
        """What a task of this item alone would return."""


@dataclass
class Entry:
    """One entry of a set: where it stands, its part of the run, and what became of it."""

    place: str
    options: Mapping[str, Any]
    run: Run
    item: Any
    store: Any = None
    outcome: str = NOT_STARTED
    reason: str = "not started"

    def fail(self, error: BaseException) -> None:
        """Note why it failed."""
        self.outcome = FAILED
        self.reason = self.run.clean(str(error) if isinstance(error, ManagementError) else describe_defect(error))


class ItemSet(ABC):
    """Entries that are applied at once, with ``noun`` for what they are. What applies one is a subclass's."""

    def __init__(self, run: Run, noun: str) -> None:
        self._run = run
        self._noun = noun
        self._concurrency = read_concurrency(run.parameters)
        self._stops = run.parameters["on_error"] == "stop"
        self._has_failed = False
        self._entries: list[Entry] = []

    @abstractmethod
    def apply_item(self, entry: Entry) -> None:
        """Do what is planned for one entry. Runs in a thread."""

    def _with(self, *outcomes: str) -> list[Entry]:
        return [entry for entry in self._entries if entry.outcome in outcomes]

    def _with_work(self) -> list[Entry]:
        """Those with anything to do; the others are as wanted."""
        work = []
        for entry in self._with(NOT_STARTED):
            if entry.item.has_work:
                work.append(entry)
            else:
                entry.outcome = OK
        return work

    def _apply_all(self, work: Sequence[Entry], hold: Hold) -> None:
        for entry in work:
            entry.run.hold = hold
        self._at_once(
            self._noun,
            [partial(self._apply_one, entry) for entry in work],
            lambda: not self._is_over(hold) and not (self._stops and self._has_failed),
        )

    def _at_once(self, noun: str, work: Sequence[Callable[[], None]], goes_on: Callable[[], bool]) -> None:
        run_each(work, self._concurrency, goes_on, Progress(noun, len(work), self._run.tell).attend)

    def _is_over(self, hold: Hold) -> bool:
        return hold.interrupted or not self._run.has_receiver()

    def _apply_one(self, entry: Entry) -> None:
        """Runs in a thread. Whatever happens to one entry, the result tells of all."""
        try:
            self.apply_item(entry)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - its text could hold a secret
            entry.fail(error)
            self._has_failed = True
        else:
            entry.outcome = OK

    def _problem(self) -> str | None:
        """What went wrong, in one line, or None."""
        failed, left = self._with(FAILED), self._with(NOT_STARTED)
        said = []
        if failed:
            said.append(f"{len(failed)} of {len(self._entries)} {self._noun} failed. {first_errors(failed)}")
        if left:
            said.append(f"{len(left)} of {len(self._entries)} were not started.")
        return " ".join(said) or None


def first_errors(failed: Sequence[Entry]) -> str:
    """The first errors, each with its place."""
    shown = " ".join(f"{entry.place}: {entry.reason}" for entry in failed[:3])
    return shown if len(failed) <= 3 else f"{shown} Results name {len(failed) - 3} more."


def read_concurrency(parameters: Mapping[str, Any]) -> int:
    """How many requests may be under way at once. Raises ``InputError``."""
    number: int = parameters["concurrency"]
    if not 1 <= number <= LARGEST_CONCURRENCY:
        raise InputError(f"concurrency must be from 1 to {LARGEST_CONCURRENCY}.")
    return number
