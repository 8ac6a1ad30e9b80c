# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of tokens whatever the service answers: the engine under every seed, without a process of its own.

It asks the simulator over real sockets. What is Ansible's part in it is for the targets, which test_tokens.py plays.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action import database_token_info, management_token_info
from ansible_collections.influxdb3.management.plugins.module_utils import _influxctl_program
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Outcome, execute
from ansible_collections.influxdb3.management.plugins.plugin_utils._validation import validate_arguments
from ansible_collections.influxdb3.management.tests.faults.consumer import (
    DEFINITIONS,
    DESCRIPTION,
    Consumer,
    connection,
    hide_environment,
)
from ansible_collections.influxdb3.management.tests.faults.influxctl_here import run_in_this_process
from ansible_collections.influxdb3.management.tests.integration.variants import MANY
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.variations import of_seed

LISTS: dict[str, Definition] = {
    "database": database_token_info.ActionModule.definition,
    "management": management_token_info.ActionModule.definition,
}
KINDS = pytest.mark.parametrize("kind", list(DEFINITIONS))
EVERY_SEED = pytest.mark.parametrize("seed", MANY)
# Where a token may make no other, it takes the login of an Admin.
SEEDS_WITHOUT_MINTING = [seed for seed in MANY if not of_seed(seed).token_may_mint]

DAY = 86400
ROTATION: dict[str, Any] = {"lifetime": "30d", "renew_before": "10d", "overlap": "2d"}
WRITE = {"action": "write", "resource": "metrics"}
READ = {"action": "read", "resource": "team/a b%2F"}
NEVER_THERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module", params=["dedicated", "clustered"])
def simulator_of_every_seed(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """One simulator of each product that each test resets to its seed."""
    with Simulator.start(http=True, product=request.param) as simulator:
        yield simulator


@pytest.fixture
def simulator(simulator_of_every_seed: Simulator, seed: int, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """That of this seed, and an Admin who has logged in."""
    simulator_of_every_seed.reset(seed=seed)
    hide_environment(monkeypatch)
    monkeypatch.setenv("HOME", simulator_of_every_seed.login_home)
    monkeypatch.setattr(_influxctl_program, "run_influxctl", run_in_this_process)
    return simulator_of_every_seed


@pytest.fixture
def given(simulator: Simulator, kind: str, seed: int, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The connection options with which a token of this kind can be made."""
    options = connection(simulator, simulator.url, simulator.influxctl_path)
    if simulator.product == "clustered":
        # Either is answered by every release that has the API.
        options["api_path"] = ("accounts", "flat")[seed % 2]
    if kind == "management" and seed in SEEDS_WITHOUT_MINTING:
        del options["management_token"]
        options |= {"allow_cached_login": True, **login(simulator, tmp_path_factory.mktemp("configuration"))}
    return options


def login(simulator: Simulator, folder: Path) -> dict[str, str]:
    """What says who logs people in to a cluster of Clustered."""
    if simulator.product == "dedicated":
        return {}
    configuration = folder / "config.toml"
    configuration.write_text(
        '[[profile]]\nname = "own"\nproduct = "clustered"\n[profile.auth.oauth2]\nclient_id = "x"\n', encoding="utf-8"
    )
    return {"connection_profile": "own", "connection_config_path": str(configuration)}


def run(consumer: Consumer, **options: Any) -> dict[str, Any]:
    """The result of a run, before which a dry one has changed nothing and said the same."""
    consumer.simulator.refuse_changes(True)
    dry = consumer.run(check_mode=True, **options)
    consumer.simulator.refuse_changes(False)
    real = consumer.run(**options)
    assert (dry.error, real.error) == (None, None)
    assert "token" not in dry.result
    for name in ("changed", "reason", "revoked", "predecessors", "others"):
        assert ids(dry.result.get(name)) == ids(real.result.get(name)), name
    return real.result


def ids(value: Any) -> Any:
    """The ids of a list of tokens, anything else as it is."""
    return [token["id"] for token in value] if isinstance(value, list) else value


def live_ids(consumer: Consumer) -> list[str]:
    return [token["id"] for token in consumer.live().values()]


def assert_unchanged(consumer: Consumer, **options: Any) -> None:
    held = consumer.holds()
    result = run(consumer, **options)
    assert not result["changed"]
    assert "token" not in result
    assert consumer.holds() == held


def assert_new(consumer: Consumer, **options: Any) -> dict[str, Any]:
    """A run after which the consumer holds another token, which is live."""
    held = consumer.holds()
    result = run(consumer, **options)
    assert result["changed"]
    assert ("token" in result) == (consumer.secret_file is None)
    assert consumer.holds() != held
    token = consumer.live()[consumer.holds() or ""]
    assert (token["id"], token["status"]) == (result["metadata"]["id"], result["metadata"]["status"])
    return result


@pytest.mark.parametrize("in_file", [False, True], ids=["registered", "in a file"])
@KINDS
@EVERY_SEED
def test_the_life_of_a_token(
    simulator: Simulator, given: dict[str, Any], kind: str, in_file: bool, tmp_path: Path
) -> None:
    consumer = Consumer(simulator, kind, given, tmp_path / "new" / "job.token" if in_file else None)
    # A registered result remembers nothing, so that what is to go there are all others of the description.
    wants = {**ROTATION, "others": "keep" if in_file else "revoke"}
    first = assert_new(consumer, **wants)["metadata"]["id"]
    assert live_ids(consumer) == [first]
    assert_unchanged(consumer, **wants)

    if kind == "database":
        updated = run(consumer, permissions=[WRITE, READ], **wants)
        assert updated["changed"]
        assert updated["metadata"]["id"] == first
        assert [token["permissions"] for token in consumer.live().values()] == [[READ, WRITE]]
        wants["permissions"] = [READ, WRITE, READ]
        assert_unchanged(consumer, **wants)

    simulator.advance_clock(19 * DAY)
    assert_unchanged(consumer, **wants)
    simulator.advance_clock(2 * DAY)
    renewed = assert_new(consumer, **wants)
    assert ids(renewed["predecessors"]) == [first]
    second = renewed["metadata"]["id"]
    simulator.advance_clock(DAY)
    assert_unchanged(consumer, **wants)
    assert live_ids(consumer) == [first, second]

    simulator.advance_clock(DAY + 60)
    retired = run(consumer, **wants)
    assert retired["changed"]
    assert [(token["id"], token["status"]) for token in retired["revoked"]] == [(first, "revoked")]
    assert live_ids(consumer) == [second]

    forced = assert_new(consumer, force_renew=True, **wants)
    assert ids(forced["predecessors"]) == [second]
    third = forced["metadata"]["id"]
    assert_unchanged(consumer, **wants)

    somebody = Consumer(simulator, kind, given)
    assert run(somebody, id=third, state="absent")["changed"]
    assert not run(somebody, id=third, state="absent")["changed"]
    fourth = assert_new(consumer, **wants)["metadata"]["id"]
    assert live_ids(consumer) == [second, fourth]

    simulator.advance_clock(31 * DAY)
    fifth = assert_new(consumer, **wants)["metadata"]["id"]
    assert live_ids(consumer) == [fifth]

    # Some answers hold whole seconds only.
    simulator.advance_clock(3)
    lose(consumer)
    another = assert_new(consumer, **wants)
    # A file that was emptied remembers what it held.
    assert ids(another["predecessors" if in_file else "others"]) == [fifth]

    gone = run(consumer, state="absent", others=wants["others"])
    assert sorted(ids(gone["revoked"])) == sorted([fifth, another["metadata"]["id"]])
    assert live_ids(consumer) == []
    assert consumer.holds() is None
    assert not run(consumer, state="absent")["changed"]


def lose(consumer: Consumer) -> None:
    """As if somebody had emptied the file, or had forgotten the result."""
    consumer.held = None
    if consumer.secret_file is not None:
        consumer.secret_file.write_text("", encoding="utf-8")


def ask(definition: Definition, given: dict[str, Any], **options: Any) -> Outcome:
    """Run a definition with these options and no others."""
    parameters = validate_arguments(definition.argument_spec, {**given, **options}, **definition.constraints)
    return execute(definition, parameters, check_mode=False)


def listed(kind: str, given: dict[str, Any], **options: Any) -> dict[str, str]:
    """Which tokens are listed, the oldest first, with their status."""
    outcome = ask(LISTS[kind], given, **options)
    assert outcome.error is None
    return {token["id"]: token["status"] for token in outcome.result[f"{kind}_tokens"]}


@KINDS
@EVERY_SEED
def test_several_tokens_of_one_description(simulator: Simulator, given: dict[str, Any], kind: str) -> None:
    first, second = Consumer(simulator, kind, given), Consumer(simulator, kind, given)
    brief = assert_new(first, lifetime="1h")["metadata"]["id"]
    simulator.advance_clock(7200)
    older = assert_new(first)["metadata"]["id"]
    simulator.advance_clock(3)
    made = assert_new(second)
    newer = made["metadata"]["id"]
    assert (ids(made["others"]), made["revoked"]) == ([older], [])
    assert made["metadata"]["expires_at"] is None
    named = run(second)
    assert not named["changed"]
    assert ids(named["others"]) == [older]

    every = {"description": DESCRIPTION, "statuses": ["live", "expired", "revoked"]}
    assert listed(kind, given, description=DESCRIPTION) == {older: "live", newer: "live"}
    assert listed(kind, given, **every) == {brief: "expired", older: "live", newer: "live"}
    assert listed(kind, given, expires_within="52w", **every) == {brief: "expired"}
    assert listed(kind, given, id=newer) == {newer: "live"}

    for state in ("present", "absent"):
        refused = ask(DEFINITIONS[kind], given, description=DESCRIPTION, state=state)
        assert f"2 live {kind} tokens" in (refused.error or "")
        assert older in (refused.error or "")
        assert newer in (refused.error or "")

    for identifier, why in ((brief, "is expired"), (NEVER_THERE, f"There is no {kind} token with the id")):
        refused = ask(DEFINITIONS[kind], given, id=identifier, description=DESCRIPTION)
        assert why in (refused.error or "")
    renamed = ask(DEFINITIONS[kind], given, id=newer, description="another")
    if kind == "management":
        assert "cannot be renamed" in (renamed.error or "")
    else:
        assert renamed.result["metadata"]["description"] == "another"
        emptied = ask(DEFINITIONS[kind], given, id=newer, permissions=[])
        assert emptied.result["changed"]
        assert emptied.result["metadata"]["permissions"] == []
        assert not ask(DEFINITIONS[kind], given, id=newer, description="another", permissions=[]).result["changed"]

    for identifier, revokes in ((newer, [newer]), (newer, []), (brief, []), (NEVER_THERE, [])):
        absent = ask(DEFINITIONS[kind], given, id=identifier, state="absent")
        assert (absent.error, ids(absent.result["revoked"])) == (None, revokes)
    assert ids(ask(DEFINITIONS[kind], given, description=DESCRIPTION, state="absent").result["revoked"]) == [older]
    assert first.live() == {}


@pytest.mark.parametrize("kind", ["database"])
@EVERY_SEED
def test_a_token_is_tried_on_the_data_host(
    simulator: Simulator, given: dict[str, Any], kind: str, seed: int, tmp_path: Path
) -> None:
    """Under some seeds a new token is not active for a while, and is answered with 401 or 403."""
    consumer = Consumer(simulator, kind, given, tmp_path / "job.token")
    wants: dict[str, Any] = {"verify": True, "verify_wait": "0s", "data_url": simulator.data_url, "overlap": "0s"}
    delay = of_seed(seed).activation_seconds
    first = consumer.run(**wants)
    if delay:
        assert "does not accept the token yet" in (first.error or "")
        assert f"{live_ids(consumer)[0]}, is in its place, and nothing was revoked" in (first.error or "")
        again = consumer.run(**wants)
        assert "does not accept the token yet" in (again.error or "")
        assert len(live_ids(consumer)) == 1, "another one was made"
        # Nothing goes in favour of a token that nobody has accepted; asked to, a run makes another.
        forced = consumer.run(force_renew=True, **wants)
        assert "does not accept the token yet" in (forced.error or "")
        assert len(live_ids(consumer)) == 2
        simulator.advance_clock(delay)
    settled = consumer.run(**wants)
    assert settled.error is None
    assert consumer.holds() in consumer.live()
    assert not run(consumer, **wants)["changed"]
    assert list(consumer.live()) == [consumer.holds()]


@pytest.mark.parametrize("kind", ["management"])
@pytest.mark.parametrize("seed", SEEDS_WITHOUT_MINTING)
def test_refused_minting_says_what_is_needed(simulator: Simulator, kind: str, tmp_path: Path) -> None:
    given = connection(simulator, simulator.url, simulator.influxctl_path)
    consumer = Consumer(simulator, kind, given, tmp_path / "job.token")
    assert "Admin" in (consumer.run().error or "")
    assert consumer.live() == {}
    assert list(tmp_path.iterdir()) == []
