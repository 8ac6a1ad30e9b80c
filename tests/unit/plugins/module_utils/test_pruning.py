# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be revoked unlisted: patterns that are scopes, and those that are none, do not compile or never end."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _pruning
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._pruning import read_scope

TEXTS = ["telegraf on web1", "telegraf on web12", "Telegraf on web1", "my telegraf on web1", "", "[a]"]


def fitting(match: str, use_regex: bool = False) -> list[str]:
    scope = read_scope({"match": match, "use_regex": use_regex, "max": 1})
    assert scope is not None
    return [TEXTS[number] for number in sorted(scope.fitting(TEXTS))]


def refusal(match: str, use_regex: bool = False, most: int = 1) -> str:
    with pytest.raises(InputError) as caught:
        read_scope({"match": match, "use_regex": use_regex, "max": most})
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_the_option_nothing_is_revoked() -> None:
    assert read_scope(None) is None


@pytest.mark.parametrize(
    ("match", "use_regex", "fits"),
    [
        ("telegraf on *", False, TEXTS[:2]),
        ("telegraf on web?", False, TEXTS[:1]),
        ("[tT]elegraf on web1", False, [TEXTS[0], TEXTS[2]]),
        ("telegraf", False, []),
        (r"telegraf on web\d+", True, TEXTS[:2]),
        ("telegraf", True, []),
        (r"(?i:telegraf) on web1|\[a\]", True, [TEXTS[0], TEXTS[2], "[a]"]),
    ],
)
def test_the_whole_description_is_to_fit(match: str, use_regex: bool, fits: list[str]) -> None:
    assert fitting(match, use_regex) == fits


@pytest.mark.parametrize("match", ["*", "**", "?*", "*?*", "[!x]*", "*[a-z0-9]*"])
def test_a_pattern_for_any_description_is_refused(match: str) -> None:
    assert "fits any description" in refusal(match)


@pytest.mark.parametrize("match", [".*", ".+", "(?s:.*)", ".{1,64}", "[^x]+", "job|.*", "", r"\w+"])
def test_a_regular_expression_for_any_description_is_refused(match: str) -> None:
    assert ("prune.match is empty" if not match else "fits any description") in refusal(match, use_regex=True)


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ("(", "missing )"),
        ("*", "nothing to repeat"),
        ("a" * 1001, "more than 1000 characters"),
        ("(?P<a>x)(?P<a>y)", ""),
    ],
)
def test_what_is_no_regular_expression_is_refused(match: str, said: str) -> None:
    text = refusal(match, use_regex=True)
    assert said in text
    assert "prune.match" in text


def test_one_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """However soon its time is over, it would not have come to its end by then."""
    monkeypatch.setattr(_pruning, "_SECONDS", 1)
    scope = read_scope({"match": "(x+x+)+y", "use_regex": True, "max": 1})
    assert scope is not None
    with pytest.raises(InputError, match=r"did not come to an end within 1 s\. Give a simpler expression"):
        scope.fitting(["x" * 80])


def test_the_process_that_tries_it_knows_nothing_of_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    run = subprocess.run

    def note(*given: Any, **more: Any) -> Any:
        started.append((given, more))
        return run(*given, **more)

    monkeypatch.setenv("INFLUXDB3_MANAGEMENT_TOKEN", "M.V1.hush")
    monkeypatch.setattr(subprocess, "run", note)
    fitting("telegraf .*", use_regex=True)
    assert len(started) == 2
    for given, more in started:
        assert "hush" not in repr(more["env"])
        assert "telegraf" not in repr(given)


def test_a_process_that_cannot_tell_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_pruning, "_TRY", "raise SystemExit(3)")
    assert refusal("a.*", use_regex=True) == "prune.match could not be tried: Python ended with the status 3."
    monkeypatch.setattr(sys, "executable", "/does/not/exist")
    assert refusal("a.*", use_regex=True) == "prune.match could not be tried: No such file or directory."


def test_a_negative_number_is_refused() -> None:
    assert refusal("job *", most=-1) == "prune.max must be 0 or more."


def test_a_pattern_that_stars_often_is_no_trap() -> None:
    scope = read_scope({"match": "a*" * 100 + "b", "use_regex": False, "max": 1})
    assert scope is not None
    assert scope.fitting(["a" * 5000]) == set()
