# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` and `make proof` consist of.

`make test` is for each commit: everything that finds mistakes, nothing twice, nothing that needs a network once it has
run. `make proof` is for a release, and holds what `make test` leaves out: every ansible-core and Python, all seeds,
mutants, thorough leaks, faults and kills, the soak. `make gate` is the part of it that every landing pays for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version

from supported import PYTHONS

TOOLS = "tests/tools"
TYPED_TESTS = ("-p", "ansible_collections.influxdb3.management.tests", "-p", "influxdb_simulator")
TYPED_TOOLS = ("-m", "run", "-m", "lock", "-m", "setup")


@dataclass(frozen=True)
class Stage:
    """One command, run in the checkout. The first word is a program of .venv.

    ``pytest`` says that it takes the options of pytest; ``variables`` are set for it beside the usual ones. One that
    takes longer than ``limit`` seconds hangs, and is ended.
    """

    name: str
    command: tuple[str, ...]
    pytest: bool = False
    variables: dict[str, str] = field(default_factory=dict)
    limit: int = 3600


def static(name: str, *command: str) -> Stage:
    return Stage(name, command)


def tests(name: str, *command: str) -> Stage:
    return Stage(name, command, pytest=True)


def thorough(name: str, *command: str) -> Stage:
    """Tests at the level of a release; see tests/level.py."""
    return Stage(name, command, pytest=True, variables={"TEST_LEVEL": "proof"})


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
    static("licences", "reuse", "lint", "--lines"),
)
SANITY = (static("ansible-test sanity", "python", f"{TOOLS}/sanity.py"),)
SANITY_ON_CORES = (static("sanity, other cores", "python", f"{TOOLS}/sanity_on_cores.py"),)
# The rules that the other tools do not know, of those that are quick.
SHORT_SANITY = (
    static(
        "ansible-test, in short",
        "python",
        f"{TOOLS}/sanity.py",
        *(f"--test={rule}" for rule in ("action-plugin-docs", "import", "runtime-metadata", "validate-modules")),
    ),
)
RELEASE_CHECK = (static("release check", "python", f"{TOOLS}/release_check.py"),)
SITE = (static("documentation site", "python", f"{TOOLS}/documentation_site.py"),)
PACKAGE = (static("package", "python", f"{TOOLS}/package.py"),)
UNIT = (tests("unit", "pytest", *at_a_time(2), "tests/unit", "tests/mutants"),)
OLDEST = (tests("unit on Python 3.9", "python", f"{TOOLS}/oldest_python.py"),)
# Beside httpx, which has no more releases.
CONTINUATION = (tests("unit on httpx2", "python", f"{TOOLS}/continuation.py"),)
CONTRACT = (tests("contract", "pytest", "tests/contract"),)
# All that can be made up from the descriptions, in place of what somebody has thought of.
RANDOM_REQUESTS = (static("schemathesis", "python", "tests/contract/random_requests.py"),)
INTEGRATION = (
    tests("integration", "pytest", *at_a_time(2), "tests/integration"),
    # A session of its own: pytest-ansible runs Ansible inside the pytest process.
    tests("ad-hoc calls", "pytest", "--rootdir=.", "tests/adhoc"),
)
DOCUMENTATION = (tests("documentation", "pytest", *at_a_time(2), "tests/docs", "tests/demo"),)
MOLECULE = (static("molecule", "molecule", "test"),)
CORES = (static("other ansible-cores", "python", f"{TOOLS}/cores.py"),)
# These wait for the service about as much as they compute, or far more.
LEAKS = (tests("leaks", "pytest", *at_a_time(3), "tests/leaks"),)
FAULTS = (tests("faults", "pytest", *at_a_time(4), "tests/faults"),)
SHORT_SOAK = (tests("soak, in short", "pytest", "tests/soak"),)
MUTANTS = (static("mutants", "python", "tests/mutants/mutants.py"),)
ALL_INTEGRATION = (
    thorough("integration, all seeds", "pytest", *at_a_time(2), "tests/integration", "tests/docs", "tests/demo"),
)
# Playbooks and ad-hoc commands on each supported ansible-core beside that of .venv.
ON_CORES = tuple(
    Stage(
        f"integration on {core}",
        ("pytest", *at_a_time(2), "tests/integration/test_tokens.py", "tests/integration/profile"),
        True,
        {"TEST_CORE": core},
    )
    for core in PYTHONS
    if not version("ansible-core").startswith(f"{core}.")
)
ALL_LEAKS = (thorough("leaks, thorough", "pytest", *at_a_time(3), "tests/leaks"),)
ALL_FAULTS = (thorough("faults, thorough", "pytest", *at_a_time(4), "tests/faults"),)
SOME_KILLS = (
    Stage("kills", ("pytest", "tests/faults/test_kills.py"), True, {"TEST_LEVEL": "proof", "FAULTS_KILLS": "6"}),
)
# Two simulated years of daily runs; takes hours.
SOAK = (Stage("soak", ("python", "tests/soak/soak.py", "--days", "730", "--hosts", "20"), limit=12 * 3600),)

Lanes = tuple[tuple[Stage, ...], ...]


def in_turn(*stages: Stage) -> tuple[Lanes, ...]:
    """A plan of one lane."""
    return ((stages,),)


# What a word on the command line runs: lanes side by side, each of stages one after the other; then the next lanes.
PLANS: dict[str, tuple[Lanes, ...]] = {
    "lint": in_turn(*LINT),
    "sanity": in_turn(*SANITY),
    "package": in_turn(*PACKAGE),
    "release-check": in_turn(*RELEASE_CHECK),
    "docs": in_turn(*SITE),
    "unit": in_turn(*UNIT),
    "contract": in_turn(*CONTRACT),
    "integration": in_turn(*INTEGRATION),
    "documentation": in_turn(*DOCUMENTATION),
    "leaks": in_turn(*LEAKS),
    "faults": in_turn(*FAULTS),
    "mutants": in_turn(*MUTANTS),
    "soak": in_turn(*SOAK),
    "test": (
        (
            (*LINT, *SHORT_SANITY, *FAULTS, *LEAKS),
            (*UNIT, *CONTRACT, *INTEGRATION, *DOCUMENTATION),
        ),
    ),
    "gate": (((*CORES, *SANITY, *PACKAGE), (*OLDEST, *SOME_KILLS, *SHORT_SOAK)),),
    "proof": (
        (
            (*CORES, *SANITY, *SANITY_ON_CORES, *PACKAGE, *RELEASE_CHECK, *SITE, *MUTANTS),
            (*OLDEST, *CONTINUATION, *RANDOM_REQUESTS, *MOLECULE, *ALL_INTEGRATION),
        ),
        *in_turn(*ON_CORES, *ALL_LEAKS, *ALL_FAULTS, *SOAK),
    ),
}
# Every stage there is, by its name.
STAGES = {stage.name: stage for plan in PLANS.values() for lanes in plan for lane in lanes for stage in lane}
