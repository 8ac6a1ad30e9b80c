# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine against services that cannot be trusted: they grant less, spell otherwise, lag, and list odd neighbours.

Whatever they do, one token is made or it is said why not, and runs after that change nothing. What seeds vary is for
test_engine.py.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils import _influxctl_program, _revocation
from ansible_collections.influxdb3.management.plugins.module_utils._run import Outcome
from ansible_collections.influxdb3.management.tests.faults.consumer import (
    DEFINITIONS,
    Consumer,
    connection,
    hide_environment,
)
from ansible_collections.influxdb3.management.tests.faults.influxctl_here import run_in_this_process
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.unit.plugins.clock import Clock

DAY = 86400
ROTATION: dict[str, Any] = {"lifetime": "30d", "renew_before": "10d"}
LIMIT: dict[str, Any] = {"expiry_limit_seconds": 15 * DAY}
# Blanks around it, a letter that has two forms, and more than a service that cuts keeps.
SPELLABLE = " caf\u00e9 on the second web server of the shop "
PERMISSIONS = [{"action": "write", "resource": "metrics"}, {"action": "read", "resource": "*"}]

# What a service does to the tokens that it makes, and what a reader is told of it in one warning.
HABITS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "documented": ({}, ()),
    "grants less": (LIMIT, ("15 d after its creation", "lifetime is 30 d")),
    "trims descriptions": ({"descriptions": "trimmed"}, ()),
    "decomposes descriptions": ({"descriptions": "decomposed"}, ()),
    "ids in capitals": ({"ids": "capitals"}, ()),
    "never is a time": ({"never": "zero_time"}, ()),
    "sorts permissions": ({"permissions": "sorted"}, ()),
    "actions in capitals": ({"permissions": "upper_case"}, ()),
    "created is 201": ({"creation_status": 201}, ()),
    "created is 202": ({"creation_status": 202}, ()),
    "odd neighbours": ({"neighbours": "odd"}, ("could not be read and were passed over", "-0000-4000-8000-")),
}
EVERY_KIND = pytest.mark.parametrize("kind", list(DEFINITIONS))
EVERYWHERE = pytest.mark.parametrize("in_file", [False, True], ids=["registered", "in a file"])


@pytest.fixture(scope="module")
def one_simulator() -> Iterator[Simulator]:
    """One for all tests, each of which resets it."""
    with Simulator.start(http=True) as simulator:
        yield simulator


@pytest.fixture
def simulator(one_simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """As it was at its start."""
    one_simulator.reset()
    hide_environment(monkeypatch)
    monkeypatch.setattr(_influxctl_program, "run_influxctl", run_in_this_process)
    return one_simulator


def consumer_of(simulator: Simulator, kind: str, secret_file: Path | None = None) -> Consumer:
    given = connection(simulator, simulator.url, simulator.influxctl_path)
    return Consumer(simulator, kind, given, secret_file)


@pytest.fixture
def consumer(simulator: Simulator, kind: str, in_file: bool, tmp_path: Path) -> Consumer:
    return consumer_of(simulator, kind, tmp_path / "job.token" if in_file else None)


def run(consumer: Consumer, **options: Any) -> Outcome:
    """One run, which ends well."""
    outcome = consumer.run(**options)
    assert outcome.error is None
    return outcome


def ids(tokens: list[dict[str, Any]]) -> list[str]:
    """As they were made, whatever a list makes of them."""
    return [token["id"].lower() for token in tokens]


def live_ids(consumer: Consumer) -> list[str]:
    return ids(list(consumer.live().values()))


def assert_new(consumer: Consumer, **options: Any) -> Outcome:
    """A run after which its consumer holds another live token."""
    held = consumer.holds()
    outcome = run(consumer, **options)
    assert outcome.result["changed"]
    assert consumer.holds() != held
    assert consumer.live()[consumer.holds() or ""]["id"] == outcome.result["metadata"]["id"].lower()
    return outcome


def assert_unchanged(consumer: Consumer, **options: Any) -> Outcome:
    """A run that changes nothing, neither at the service nor where the secret is kept."""
    before, held = consumer.simulator.state(), consumer.holds()
    consumer.simulator.refuse_changes(True)
    outcome = run(consumer, **options)
    consumer.simulator.refuse_changes(False)
    assert not outcome.result["changed"]
    after = consumer.simulator.state()
    assert [after[f"{kind}_tokens"] for kind in DEFINITIONS] == [before[f"{kind}_tokens"] for kind in DEFINITIONS]
    assert consumer.holds() == held
    return outcome


def assert_told(outcome: Outcome, told: tuple[str, ...]) -> None:
    """One warning with all of it, or none at all; that the simulated time is another is no news."""
    warnings = [warning for warning in outcome.warnings if not warning.startswith("This machine's clock")]
    assert len(warnings) == bool(told), warnings
    assert all(part in warning for warning in warnings for part in told), warnings


def wants_of(kind: str) -> dict[str, Any]:
    return {"description": SPELLABLE, **({"permissions": PERMISSIONS} if kind == "database" else {})}


@pytest.mark.parametrize("habit", list(HABITS))
@EVERYWHERE
@EVERY_KIND
def test_one_token_is_made_and_kept(simulator: Simulator, consumer: Consumer, kind: str, habit: str) -> None:
    behaviour, told = HABITS[habit]
    simulator.behave(**behaviour)
    wants = {**wants_of(kind), **ROTATION}
    made = assert_new(consumer, **wants)
    assert_told(made, told)
    assert live_ids(consumer) == [made.result["metadata"]["id"].lower()]
    for _run in range(2):
        assert_told(assert_unchanged(consumer, **wants), told)
    gone = run(consumer, description=SPELLABLE, state="absent")
    assert ids(gone.result["revoked"]) == [made.result["metadata"]["id"].lower()]
    assert consumer.live() == {}


@EVERYWHERE
@EVERY_KIND
def test_a_token_without_an_end_is_made_and_kept(simulator: Simulator, consumer: Consumer, kind: str) -> None:
    """All at once, and to what was asked for without an end one may be given."""
    for number, limit in enumerate(({}, LIMIT)):
        simulator.behave(
            **limit,
            descriptions="decomposed",
            ids="capitals",
            never="zero_time",
            permissions="upper_case",
            creation_status=201,
            neighbours="odd",
        )
        wants = {**wants_of(kind), "description": f"{SPELLABLE}{number}"}
        consumer.held = None
        if consumer.secret_file is not None:
            consumer.secret_file = consumer.secret_file.with_name(f"{number}.token")
        made = assert_new(consumer, **wants)
        assert (made.result["metadata"]["expires_at"] is None) == (not limit)
        for _run in range(2):
            assert_told(assert_unchanged(consumer, **wants), HABITS["odd neighbours"][1])
    assert len(consumer.live()) == 2


@EVERYWHERE
@EVERY_KIND
def test_what_lists_begin_to_spell_otherwise_stays_the_same_token(
    simulator: Simulator, consumer: Consumer, kind: str
) -> None:
    wants = wants_of(kind)
    assert_new(consumer, **wants)
    simulator.behave(ids="capitals", never="zero_time", neighbours="odd")
    assert_told(assert_unchanged(consumer, **wants), HABITS["odd neighbours"][1])
    simulator.behave()
    assert_told(assert_unchanged(consumer, **wants), ())


@EVERYWHERE
@EVERY_KIND
def test_what_was_granted_decides_when_a_token_is_renewed(simulator: Simulator, consumer: Consumer, kind: str) -> None:
    """Of 15 days in place of 30, the 10 days before the end are 5."""
    simulator.behave(**LIMIT)
    told = HABITS["grants less"][1]
    first = assert_new(consumer, **ROTATION).result["metadata"]["id"]
    for _period in range(2):
        simulator.advance_clock(10 * DAY - 600)
        assert_told(assert_unchanged(consumer, **ROTATION), told)
        simulator.advance_clock(1200)
        renewed = assert_new(consumer, **ROTATION)
        assert "15 d granted, 30 d asked for" in renewed.result["reason"]
        assert_told(renewed, told)
        assert ids(renewed.result["predecessors"]) == [first]
        first = renewed.result["metadata"]["id"]
        assert_unchanged(consumer, **ROTATION)
        assert len(consumer.live()) == 2
        simulator.advance_clock(1)


@pytest.mark.parametrize("spelling", ["as_made", "capitals"])
@EVERYWHERE
@EVERY_KIND
def test_others_and_absent_beside_odd_neighbours(
    simulator: Simulator, consumer: Consumer, kind: str, spelling: str
) -> None:
    simulator.behave(neighbours="odd", ids=spelling)
    stranger = consumer_of(simulator, kind)
    foreign = assert_new(stranger).result["metadata"]["id"].lower()
    # Their order is that of their instants, some of which are whole seconds.
    simulator.advance_clock(3)
    made = assert_new(consumer)
    own = made.result["metadata"]["id"].lower()
    assert ids(made.result["others"]) == [foreign]
    assert ids(assert_unchanged(consumer).result["others"]) == [foreign]

    waits = assert_unchanged(consumer, others="revoke").result["others"]
    assert [waits[0]["id"].lower(), waits[0]["revoke_at"] is None] == [foreign, False]
    simulator.advance_clock(DAY + 60)
    swept = run(consumer, others="revoke")
    assert ids(swept.result["revoked"]) == [foreign]
    assert live_ids(consumer) == [own]
    assert_unchanged(consumer, others="revoke")

    assert_new(stranger)
    gone = run(consumer, state="absent")
    assert ids(gone.result["revoked"]) == [own]
    assert len(gone.result["others"]) == 1
    assert consumer.holds() is None
    assert not run(consumer, state="absent").result["changed"]
    run(consumer, state="absent", others="revoke")
    assert consumer.live() == {}


@pytest.mark.parametrize("wants", [{}, ROTATION], ids=["without an end", "with a lifetime"])
@EVERYWHERE
@EVERY_KIND
def test_a_token_that_is_called_otherwise_is_revoked(
    simulator: Simulator, consumer: Consumer, kind: str, wants: dict[str, Any]
) -> None:
    """The next run would not know it again, and would make another."""
    simulator.behave(descriptions="cut")
    for number in (1, 2):
        outcome = consumer.run(description=SPELLABLE, **wants)
        assert f"is called {SPELLABLE[:32]!r} and not {SPELLABLE!r}" in (outcome.error or "")
        assert "was revoked" in (outcome.error or "")
        assert len(outcome.result["cleaned_up"]) == 1
        assert consumer.live() == {}
        assert not consumer.holds()
        assert len(made_by(consumer)) == number, "tried again, it would be cut again"
    simulator.behave()
    assert_new(consumer, description=SPELLABLE, **wants)


def made_by(consumer: Consumer) -> list[dict[str, Any]]:
    """All of them, live or not, without the one of the ready file."""
    tokens: list[dict[str, Any]] = consumer.simulator.state()[f"{consumer.kind}_tokens"]
    return [token for token in tokens if token["secret"] != consumer.simulator.management_token]


@pytest.mark.parametrize("kind", ["database"])
@EVERYWHERE
def test_a_change_that_is_kept_otherwise_is_said(simulator: Simulator, consumer: Consumer) -> None:
    """A token is renamed by its id; what is only spelt otherwise is no news to the next run."""
    token_id = assert_new(consumer).result["metadata"]["id"]
    by_id = consumer_of(simulator, "database")
    simulator.behave(descriptions="decomposed", permissions="upper_case")
    assert run(by_id, id=token_id, **wants_of("database")).result["changed"]
    assert unicodedata.normalize("NFD", SPELLABLE) == made_by(consumer)[0]["description"]
    assert_unchanged(by_id, id=token_id, **wants_of("database"))
    simulator.behave(descriptions="cut")
    outcome = by_id.run(id=token_id, description="x" + SPELLABLE)
    assert "otherwise than was asked for" in (outcome.error or "")


ONLY_SAID = "still lists it as not revoked after"


@EVERY_KIND
def test_a_revocation_that_is_only_said_is_none(
    simulator: Simulator, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither an answer nor an exit status proves anything: a file stays with its token, a leak is said to live on."""
    Clock(monkeypatch, _revocation)
    consumer = consumer_of(simulator, kind, tmp_path / "job.token")
    assert_new(consumer, **ROTATION)
    leaked = consumer.holds()
    simulator.behave(revocations="said")
    simulator.advance_clock(2)
    renewed = assert_new(consumer, **ROTATION, force_renew=True, overlap="0s")
    assert ONLY_SAID in " ".join(renewed.warnings)
    assert renewed.result["revoked"] == []
    assert leaked in consumer.live()
    held = consumer.holds()
    for options in ({"state": "absent"}, {**ROTATION, "overlap": "0s"}):
        assert ONLY_SAID in (consumer.run(**options).error or "")
        assert consumer.holds() == held
    assert len(consumer.live()) == 2
    simulator.behave()
    run(consumer, state="absent")
    assert consumer.live() == {}
    assert consumer.holds() is None


UNLISTED = "Its id is not known before it is"


@pytest.mark.parametrize("in_file", [True], ids=["in a file"])
@EVERY_KIND
def test_a_list_that_lags_makes_no_run_make_another(
    simulator: Simulator, consumer: Consumer, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch, _revocation)
    simulator.behave(list_lag_seconds=600, ids="capitals")
    wants = {**wants_of(kind), **ROTATION}
    made = assert_new_unlisted(consumer, **wants)
    for _run in range(2):
        simulator.advance_clock(250)
        unchanged = assert_unchanged(consumer, **wants)
        assert_told(unchanged, ())
        assert shown(unchanged) == shown(made)
    if kind == "management":
        refused = consumer.run(**wants, state="absent")
        assert "does not list it yet" in (refused.error or "")
        assert shown(made)[0] is None
    simulator.advance_clock(250)
    # The first look learns the id, and the second has nothing to learn.
    known = [shown(assert_unchanged(consumer, **wants))[0] for _run in range(2)]
    assert consumer.secret_file is not None
    assert json.loads(Path(f"{consumer.secret_file}.json").read_text())["id"].lower() == known[0]
    gone = run(consumer, **wants, state="absent")
    assert ids(gone.result["revoked"]) == known[1:]
    assert consumer.live() == {}


@EVERY_KIND
def test_what_is_replaced_before_it_is_listed_is_revoked_once_it_is(
    simulator: Simulator, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A leak that is noticed at once: of database tokens, the id is known, so that nothing has to be waited for."""
    Clock(monkeypatch, _revocation)
    consumer = consumer_of(simulator, kind, tmp_path / "job.token")
    simulator.behave(list_lag_seconds=600)
    assert_new_unlisted(consumer, **ROTATION)
    leaked = consumer.holds()
    simulator.advance_clock(2)
    renewed = assert_new_unlisted(consumer, **ROTATION, force_renew=True, overlap="0s")
    if kind == "management":
        assert "so it was not revoked" in " ".join(renewed.warnings)
        for _run in range(2):
            simulator.advance_clock(250)
            assert_unchanged(consumer, **ROTATION, overlap="0s")
        assert leaked in consumer.live()
        simulator.advance_clock(250)
        run(consumer, **ROTATION, overlap="0s")
    assert list(consumer.live()) == [consumer.holds()]
    assert consumer.holds() != leaked


def test_a_database_token_that_no_list_has_is_found_by_its_id(simulator: Simulator) -> None:
    """A registered result remembers no time of creation."""
    consumer = consumer_of(simulator, "database")
    simulator.behave(list_lag_seconds=600)
    made = assert_new_unlisted(consumer, **ROTATION)
    for _run in range(2):
        simulator.advance_clock(10)
        assert shown(assert_unchanged(consumer, **ROTATION)) == shown(made)
    token_id = made.result["metadata"]["id"]
    by_id = consumer_of(simulator, "database")
    assert run(by_id, id=token_id, description="renamed").result["changed"]
    assert ids(run(by_id, id=token_id, state="absent").result["revoked"]) == [token_id]
    assert consumer.live() == {}
    # Dead, as the service itself says by its id.
    assert_new_unlisted(consumer, **ROTATION)


def test_a_management_token_that_no_list_has_is_not_made_again(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    Clock(monkeypatch, _revocation)
    consumer = consumer_of(simulator, "management")
    simulator.behave(list_lag_seconds=600)
    made = assert_new_unlisted(consumer, **ROTATION)
    assert shown(made)[0] is None
    for _run in range(2):
        simulator.advance_clock(10)
        outcome = consumer.run(**ROTATION)
        assert f"with the prefix {made.result['metadata']['prefix']} is listed, neither" in (outcome.error or "")
    assert len(consumer.live()) == 1
    simulator.advance_clock(600)
    assert shown(assert_unchanged(consumer, **ROTATION))[0] == live_ids(consumer)[0]


def test_an_id_is_not_believed_to_be_dead_by_what_a_proxy_says(simulator: Simulator) -> None:
    consumer = consumer_of(simulator, "database")
    simulator.behave(list_lag_seconds=600)
    assert_new(consumer)
    page = {"status": 404, "body": "<html>no such page</html>", "times": None}
    simulator.add_fault(kind="status", method="GET", path="/tokens/.", **page)
    for state in ("present", "absent"):
        outcome = consumer.run(state=state)
        assert "So whether it is live is not known." in (outcome.error or "")
    assert len(consumer.live()) == 1


def assert_new_unlisted(consumer: Consumer, **options: Any) -> Outcome:
    """A run after which its consumer holds another token; it is said where nobody knows its id yet."""
    held = consumer.holds()
    outcome = run(consumer, **options)
    assert outcome.result["changed"]
    assert consumer.holds() not in (held, None)
    assert [UNLISTED in warning for warning in outcome.warnings].count(True) == (consumer.kind == "management")
    return outcome


def shown(outcome: Outcome) -> list[Any]:
    """What a result says of a token, however its id is spelt."""
    metadata = outcome.result["metadata"]
    return [metadata["id"] and metadata["id"].lower(), metadata["description"], metadata["status"]]
