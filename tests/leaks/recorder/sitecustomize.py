# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes down every process that a Python starts, with all its arguments and its environment.

Every Python imports a module of this name first, where PYTHONPATH leads to it. The record is a file that LEAKS_STARTS
names, a line of JSON for each process. What looks at processes from outside, as other users would, may miss those that
are short; this misses none. What a shell starts by itself is seen as the text that the shell is given.

Where LEAKS_NO_WAITING is set, waiting takes no time in modules, as in workers by the callback plugin no_waiting.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, SupportsIndex

# By name of the event, the places of the arguments and of the environment among its details.
_STARTS = {"subprocess.Popen": (1, 3), "os.exec": (1, 2), "os.posix_spawn": (1, 2), "os.system": (0, None)}


def _text(value: Any) -> str:
    return os.fsencode(value).decode("utf-8", "backslashreplace")


def _record(event: str, details: tuple[Any, ...]) -> None:
    if event not in _STARTS or "LEAKS_STARTS" not in os.environ:
        return
    arguments: Any
    environment: Any
    arguments, environment = (None if place is None else details[place] for place in _STARTS[event])
    if isinstance(arguments, (str, bytes, os.PathLike)):
        arguments = [arguments]
    if environment is None:
        environment = os.environ
    start = {
        "arguments": [_text(argument) for argument in arguments],
        "environment": {_text(name): _text(value) for name, value in environment.items()},
    }
    # In one piece, as others write too.
    file = os.open(os.environ["LEAKS_STARTS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, json.dumps(start).encode() + b"\n")
    os.close(file)


def _is_module() -> bool:
    """Whether this is to run a module of Ansible: it comes by standard input, or as a file."""
    return len(sys.orig_argv) == 1 or "AnsiballZ_" in sys.orig_argv[1]


def _skip_waiting() -> None:
    monotonic, passed = time.monotonic, 0.0

    def sleep(seconds: SupportsIndex | float) -> None:
        nonlocal passed
        # A look for a lost token has few pauses then.
        passed += 20 * float(seconds)

    time.sleep = sleep
    time.monotonic = lambda: monotonic() + passed


sys.addaudithook(_record)
if "LEAKS_NO_WAITING" in os.environ and _is_module():
    _skip_waiting()
