# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` consists of."""

from __future__ import annotations

from dataclasses import dataclass

TOOLS = "tests/tools"
TYPED_TESTS = ("-p", "ansible_collections.influxdb3.management.tests", "-p", "influxdb_simulator")
TYPED_TOOLS = ("-m", "run", "-m", "lock", "-m", "setup")


@dataclass(frozen=True)
class Stage:
    """One command, run in the checkout. The first word is a program of .venv."""

    name: str
    command: tuple[str, ...]
    pytest: bool = False


def static(name: str, *command: str) -> Stage:
    return Stage(name, command)


def tests(name: str, *command: str) -> Stage:
    return Stage(name, command, pytest=True)


def at_a_time(number: int) -> tuple[str, ...]:
    """Options that have pytest run so many tests side by side."""
    return f"-n{number}", "--dist=worksteal"


LINT = (
    static("ruff check", "ruff", "check"),
    static("ruff format", "ruff", "format", "--check"),
    static("mypy plugins", "mypy"),
    static("mypy tests", "mypy", "--python-version=3.11", *TYPED_TESTS, *TYPED_TOOLS),
    static("yamllint", "yamllint", "--strict", "."),
    static("ansible-lint", "ansible-lint", "--offline", "--nocolor"),
    static(
        "antsibull-docs",
        "antsibull-docs",
        "lint-collection-docs",
        "--plugin-docs",
        "--validate-collection-refs=all",
        "--disallow-unknown-collection-refs",
        ".",
    ),
    static("antsibull-changelog", "antsibull-changelog", "lint"),
)
SANITY = (static("ansible-test sanity", "python", f"{TOOLS}/sanity.py"),)
PACKAGE = (static("package", "python", f"{TOOLS}/package.py"),)
UNIT = (tests("unit", "pytest", *at_a_time(2), "tests/unit", "tests/mutants"),)
OLDEST = (tests("unit on Python 3.9", "python", f"{TOOLS}/oldest_python.py"),)
CONTRACT = (tests("contract", "pytest", "tests/contract"),)
INTEGRATION = (tests("integration", "pytest", *at_a_time(2), "tests/integration"),)
DOCUMENTATION = (tests("documentation", "pytest", *at_a_time(2), "tests/docs"),)
CORES = (static("other ansible-cores", "python", f"{TOOLS}/cores.py"),)
# These wait for the service about as much as they compute, or far more.
LEAKS = (tests("leaks", "pytest", *at_a_time(3), "tests/leaks"),)
FAULTS = (tests("faults", "pytest", *at_a_time(4), "tests/faults"),)
SHORT_SOAK = (tests("soak, in short", "pytest", "tests/soak"),)
MUTANTS = (static("mutants", "python", "tests/mutants/mutants.py"),)

Lanes = tuple[tuple[Stage, ...], ...]


def in_turn(*stages: Stage) -> tuple[Lanes, ...]:
    """A plan of one lane."""
    return ((stages,),)


# What a word on the command line runs: lanes side by side, each of stages one after the other; then the next lanes.
PLANS: dict[str, tuple[Lanes, ...]] = {
    "lint": in_turn(*LINT, *SANITY),
    "sanity": in_turn(*SANITY),
    "package": in_turn(*PACKAGE),
    "unit": in_turn(*UNIT, *OLDEST),
    "contract": in_turn(*CONTRACT),
    "integration": in_turn(*INTEGRATION),
    "documentation": in_turn(*DOCUMENTATION),
    "leaks": in_turn(*CORES, *LEAKS),
    "faults": in_turn(*FAULTS),
    "mutants": in_turn(*MUTANTS),
    "test": (
        (
            (*CORES, *LINT, *SANITY, *PACKAGE, *OLDEST, *FAULTS, *SHORT_SOAK),
            (*UNIT, *CONTRACT, *INTEGRATION, *DOCUMENTATION),
        ),
        # By itself: it looks at every process many times a second, and beside another lane it takes twice as long.
        *in_turn(*LEAKS),
    ),
}
