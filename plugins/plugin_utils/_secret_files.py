# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secret files of a set of tokens, on the host of its task: what there is to do there is done in batches.

Threads wait for it, and only the main thread calls the host. What comes up while it does so is the next batch.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DeliveryUnknownError,
    StoreError,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import (
    Host,
    HostError,
    HostUnclearError,
    HostUnreachableError,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_store import SecretFileOnHost, StoreOnHost

# So that one call stays of a size that any connection takes.
_LARGEST_BATCH = 500
_ENDED = "The task was ended before the host was asked."

Call = dict[str, Any]


class SecretFiles(StoreOnHost):
    """All secret files of a set. ``files`` has that of each entry, or None where it has none."""

    companion = "secret_file"

    def __init__(self, host: Host, check_mode: bool = False) -> None:
        super().__init__(host, "")
        self._check_mode = check_mode
        self._waiting: SimpleQueue[tuple[Call, Future[dict[str, Any]]]] = SimpleQueue()
        self._is_given_up = False
        self._prepared: dict[tuple[str, str], dict[str, Any]] = {}
        self._main = threading.get_ident()
        self.files: list[SecretFileOfSet | None] = []
        # Rung where something waits to be done.
        self.bell = threading.Event()

    def add(self, path: str | None, options: Mapping[str, Any]) -> None:
        """Note the file of one more entry."""
        one = None if path is None else SecretFileOfSet(self, self._host, path, options, self._check_mode)
        self.files.append(one)

    def prepare(self, operation: str, files: Sequence[SecretFileOfSet]) -> None:
        """Ask about all of these at once what each of them will ask for soon."""
        calls = [file.call(operation) for file in files]
        for call, answer in zip(calls, self._answers(calls), strict=True):
            self._prepared[_key(call)] = answer

    def attend(self) -> None:
        """Do what has come up. Called by the main thread, again and again while threads are at work."""
        found: list[tuple[Call, Future[dict[str, Any]]]] = []
        while len(found) < _LARGEST_BATCH:
            try:
                found.append(self._waiting.get_nowait())
            except Empty:
                break
        if not found:
            return
        for (_call, waiting), answer in zip(found, self._answers([call for call, _waiting in found]), strict=True):
            waiting.set_result(answer)

    def give_up(self) -> None:
        """Nobody calls the host any more: whoever waits for it, or will, is told so."""
        self._is_given_up = True
        while True:
            try:
                call, waiting = self._waiting.get_nowait()
            except Empty:
                return
            waiting.set_result(_failed([call], _ENDED)[0])

    def answer(self, call: Call) -> dict[str, Any]:
        """What comes of one call: what was prepared, or done with the next batch. Raises ``StoreError``."""
        answer = self._prepared.pop(_key(call), None)
        if answer is None:
            answer = self._answers([call])[0] if threading.get_ident() == self._main else self._wait_for(call)
        if "problem" in answer:
            raise (DeliveryUnknownError if answer.get("is_unclear") else StoreError)(answer["problem"])
        return answer

    def _wait_for(self, call: Call) -> dict[str, Any]:
        waiting: Future[dict[str, Any]] = Future()
        self._waiting.put((call, waiting))
        self.bell.set()
        if self._is_given_up:
            self.give_up()
        return waiting.result()

    def _answers(self, calls: Sequence[Call]) -> list[dict[str, Any]]:
        """The answer to each call. Where the host as a whole fails, each has that failure."""
        answers: list[dict[str, Any]] = []
        for start in range(0, len(calls), _LARGEST_BATCH):
            answers += self._batch(calls[start : start + _LARGEST_BATCH])
        return answers

    def _batch(self, calls: Sequence[Call]) -> list[dict[str, Any]]:
        writes = any(call["operation"] == "write" for call in calls)
        arguments = {"operation": "batch", "calls": json.dumps(calls)}
        try:
            answers: list[dict[str, Any]] = self._host.call(self.companion, arguments, writes)["answers"]
            if len(answers) == len(calls):
                return answers
            return _failed(calls, "The host answered something else than was asked for.")
        except HostError as error:
            return [{"problem": str(error)} for _call in calls]
        except HostUnclearError as error:
            if isinstance(error, HostUnreachableError):
                self.unreachable = error
            return _failed(calls, str(error))
        except Exception as error:  # noqa: BLE001 - threads wait for an answer, whatever it is
            # Its text could hold a secret.
            return _failed(
                calls, f"The call of the host ended in a way that nobody has thought of ({type(error).__name__})."
            )


def _failed(calls: Sequence[Call], problem: str) -> list[dict[str, Any]]:
    """The answers where there are none: a write may have been done, and nothing else leaves a doubt."""
    return [{"problem": problem, "is_unclear": call["operation"] == "write"} for call in calls]


class SecretFileOfSet(SecretFileOnHost):
    """One of them, which a thread may use."""

    def __init__(self, group: SecretFiles, host: Host, path: str, options: Mapping[str, Any], check_mode: bool) -> None:
        super().__init__(host, path, options, check_mode)
        self._group = group

    def call(self, operation: str, **arguments: Any) -> Call:
        """What the companion is to be told."""
        return {"operation": operation, "path": self.path, **self._options, **arguments}

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        return self._group.answer(self.call(operation, **arguments))


def _key(call: Call) -> tuple[str, str]:
    return call["operation"], call["path"]
