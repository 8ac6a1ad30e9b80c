# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tokens a set may revoke though nobody has listed them: a pattern for descriptions, and how many at most."""

from __future__ import annotations

import json
import os
import secrets
import signal
import string
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError

# What this has not fitted by then, it will not.
_SECONDS = 10
_LONGEST_PATTERN = 1000
# Python cannot interrupt a regular expression, so another process tries it, which the alarm ends.
_TRY = """
import json, re, signal, sys
signal.alarm(int(sys.argv[1]))
pattern, texts = json.load(sys.stdin)
try:
    fits = re.compile(pattern).fullmatch
    answer = [number for number, text in enumerate(texts) if fits(text)]
except (re.error, RecursionError, OverflowError, MemoryError) as error:
    answer = str(error) or type(error).__name__
json.dump(answer, sys.stdout)
"""
_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True)
class Scope:
    """What may be revoked unlisted: tokens whose whole description fits ``match``, at most ``most`` of them."""

    match: str
    use_regex: bool
    most: int

    def fitting(self, texts: Sequence[str]) -> set[int]:
        """The numbers, from 0 on, of the texts that fit as a whole. Raises ``InputError`` for what cannot be tried."""
        if self.use_regex:
            return _fitting(self.match, texts)
        return {number for number, text in enumerate(texts) if fnmatchcase(text, self.match)}


def read_scope(options: Mapping[str, Any] | None) -> Scope | None:
    """The option ``prune``, or None where nothing is to be revoked. Raises ``InputError`` for what is no scope."""
    if options is None:
        return None
    scope = Scope(options["match"], options["use_regex"], options["max"])
    if not scope.match.strip():
        raise InputError("prune.match is empty. Give a pattern that fits the descriptions of this set alone.")
    if len(scope.match) > _LONGEST_PATTERN:
        raise InputError(f"prune.match has more than {_LONGEST_PATTERN} characters.")
    if scope.most < 0:
        raise InputError("prune.max must be 0 or more.")
    made_up = _made_up()
    if len(scope.fitting(made_up)) > len(made_up) // 2:
        raise InputError(
            f"prune.match {scope.match!r} fits any description: it fits most that were just made up. Give a pattern "
            "that fits the descriptions of this set alone, such as 'telegraf on *'."
        )
    return scope


def _made_up() -> list[str]:
    """Texts that no description has. A pattern that is about some descriptions only may fit one or two by chance."""
    alphabets = (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.printable[:95], "äöüßéλжש漢 ")
    return [
        "".join(secrets.choice(alphabet) for _letter in range(length)) for alphabet in alphabets for length in (24, 48)
    ]


def _fitting(pattern: str, texts: Iterable[str]) -> set[int]:
    environment = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    try:
        # Not run_command of a module: in the controller's own process there is no module.
        tried = subprocess.run(  # pylint: disable=ansible-bad-function
            [sys.executable, "-I", "-S", "-c", _TRY, str(_SECONDS)],
            input=json.dumps([pattern, list(texts)]),
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        raise InputError(f"prune.match could not be tried: {error.strerror}.") from None
    if tried.returncode == -signal.SIGALRM:
        raise InputError(
            f"prune.match did not come to an end within {_SECONDS} s. Give a simpler expression, without repetitions "
            "of repetitions, or a pattern with * in place of use_regex."
        )
    try:
        answer = json.loads(tried.stdout)
    except ValueError:
        raise InputError(f"prune.match could not be tried: Python ended with the status {tried.returncode}.") from None
    if isinstance(answer, str):
        raise InputError(f"prune.match is not a regular expression: {answer}.")
    return set(answer)
