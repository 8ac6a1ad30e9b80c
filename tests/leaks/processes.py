# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What other users of a machine may see of processes while they run: their arguments, and their environments."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

PROCESSES = Path("/proc")
# A process shorter than this may be missed; the shortest with a secret, an influxctl, takes ten times as long.
SECONDS_BETWEEN = 0.01


class ProcessWatcher:
    """Looks again and again at all descendants of this process; use it as a context manager, as often as needed.

    ``arguments`` are the command lines and ``environments`` the entries ``name=value`` that were seen, each once. What
    an influxctl has in its environment stands in ``environments_of_influxctl`` instead.
    """

    def __init__(self) -> None:
        self.arguments: set[bytes] = set()
        self.environments: set[bytes] = set()
        self.environments_of_influxctl: set[bytes] = set()
        # Those once seen are followed although their parents may end before them, as those of an async task do.
        self._known: set[int] = set()

    @staticmethod
    def works() -> bool:
        """Whether this system shows what is needed."""
        return (PROCESSES / "self" / "task" / str(os.getpid()) / "children").exists()

    def __enter__(self) -> ProcessWatcher:
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        if self.works():
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(SECONDS_BETWEEN):
            waiting = [os.getpid(), *self._known]
            seen: set[int] = set()
            while waiting:
                process = waiting.pop()
                if process not in seen:
                    seen.add(process)
                    waiting += self._look_at(process)
            self._known = seen & self._living(seen)

    def _look_at(self, process: int) -> list[int]:
        """Note what is seen of a process, and return its children."""
        children: list[int] = []
        folder = PROCESSES / str(process)
        # It may end at any moment.
        with suppress(OSError):
            if process != os.getpid():
                self._note((folder / "cmdline").read_bytes(), (folder / "environ").read_bytes())
            for task in os.listdir(folder / "task"):
                children += map(int, (folder / "task" / task / "children").read_text(encoding="ascii").split())
        return children

    def _note(self, arguments: bytes, environment: bytes) -> None:
        self.arguments.add(arguments)
        influxctl = any(argument.endswith(b"/influxctl") for argument in arguments.split(b"\0"))
        (self.environments_of_influxctl if influxctl else self.environments).update(environment.split(b"\0"))

    @staticmethod
    def _living(processes: set[int]) -> set[int]:
        return {process for process in processes if (PROCESSES / str(process)).exists()}
