# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the published descriptions leave open, and how a seed chooses among the possibilities."""

from __future__ import annotations

import dataclasses
import random
from typing import Any, TypeVar

Choice = TypeVar("Choice")


@dataclasses.dataclass(frozen=True)
class Variations:
    """One way in which the real service and influxctl may behave. The defaults are what is documented."""

    # REST answers
    list_order: str = "created"
    permission_order: str = "as_sent"
    rest_time: str = "documented"
    rest_never: str = "absent"
    extra_fields: bool = False
    revoked_token_found: bool = True
    second_revoke_found: bool = True
    clustered_identifiers: str = "by_path"
    # Tokens
    token_may_mint: bool = True
    activation_seconds: int = 0
    inactive_status: int = 401
    # influxctl
    dialect: str = "json"
    plain_create_format: str = "ignored"
    create_shape: str = "flat"
    influxctl_time: str = "object"
    influxctl_never: str = "missing"
    influxctl_noise: str = "hint"
    version_notation: str = "words"
    user_shape: str = "array"


DIALECTS = ("json", "table", "plain")

# The first possibility of each list is the documented one. A value that stands twice is chosen twice as often.
POSSIBILITIES: dict[str, tuple[Any, ...]] = {
    "list_order": ("created", "reversed", "shuffled"),
    "permission_order": ("as_sent", "reversed", "sorted"),
    "rest_time": ("documented", "seconds", "milliseconds", "nanoseconds", "offset"),
    "rest_never": ("absent", "zero_time"),
    "extra_fields": (False, True),
    "revoked_token_found": (True, False),
    "second_revoke_found": (True, False),
    "clustered_identifiers": ("by_path", "always", "never"),
    "token_may_mint": (True, True, False),
    "activation_seconds": (0, 2, 60),
    "inactive_status": (401, 403),
    "dialect": DIALECTS,
    "plain_create_format": ("ignored", "rejected"),
    "create_shape": ("flat", "nested", "list", "secret_only", "token_object"),
    "influxctl_time": ("object", "no_nanos", "numeric_text", "rfc3339"),
    "influxctl_never": ("missing", "null", "empty", "zero"),
    "influxctl_noise": ("hint", "toolkit", "silent"),
    "version_notation": ("words", "prefixed", "number_only"),
    "user_shape": ("array", "wrapped", "capitals", "few_keys"),
}


def chosen(seed: int | None, dialect: str | None) -> Variations:
    """Return the behaviour that belongs to what was chosen on the command line."""
    behaviour = documented() if seed is None else of_seed(seed)
    return behaviour if dialect is None else dataclasses.replace(behaviour, dialect=dialect)


def documented() -> Variations:
    """Return the behaviour that is published, where anything is."""
    return Variations()


def of_seed(seed: int) -> Variations:
    """Return the behaviour that belongs to a seed, the same one in every run."""
    return Variations(**{name: _choose(name, options, seed) for name, options in POSSIBILITIES.items()})


def _choose(name: str, options: tuple[Choice, ...], seed: int) -> Choice:
    # A shuffled deck for each round of seeds: as many seeds in a row as there are options meet them all.
    deck = list(options)
    random.Random(f"{name} {seed // len(deck)}").shuffle(deck)
    return deck[seed % len(deck)]
