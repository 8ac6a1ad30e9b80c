# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pytest says of its tests in a report in the form of JUnit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True)
class Report:
    """Counts, the tests that failed as pytest takes them on its command line, and why others were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @staticmethod
    def read(xml: Path) -> Report:
        """Read a report of the family xunit1; one that is missing or was not finished counts as empty."""
        try:
            suites = list(ElementTree.parse(xml).iter("testsuite"))
        except (OSError, ElementTree.ParseError):
            return Report()
        total, failures, errors, skipped = (
            sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
        )
        cases = [case for suite in suites for case in suite.iter("testcase")]
        broken = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
        left_out = [_reason(skip) for case in cases if (skip := case.find("skipped")) is not None]
        return Report(
            passed=total - failures - errors - skipped,
            failed=failures + errors,
            skipped=skipped,
            failures=tuple(dict.fromkeys(filter(None, map(_test, broken)))),
            reasons=tuple(dict.fromkeys(left_out)),
        )


def _reason(skip: ElementTree.Element) -> str:
    """Why a test was skipped; of a whole file that was, only the text says so: (file, line, 'Skipped: why')."""
    message = skip.get("message", "")
    return (skip.text or "").rpartition("Skipped: ")[2].rstrip("')\n") if message == "collection skipped" else message


def _test(case: ElementTree.Element) -> str | None:
    """The test as ``file::class::name``, or None where the failure is of no test."""
    file, name = case.get("file"), case.get("name")
    if not file or not name:
        return None
    module = file.removesuffix(".py").replace("/", ".")
    inner = case.get("classname", "").removeprefix(module).strip(".")
    return "::".join([file, *filter(None, inner.split(".")), name])
