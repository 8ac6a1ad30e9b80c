# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator speaks as the published specification says, under every seed and by every kind of path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

import pytest
from ansible_collections.influxdb3.management.tests.contract import specification
from ansible_collections.influxdb3.management.tests.contract.simulator_walk import PERMISSIONS, TEMPLATE, Walk, as_bytes
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

BASES = {"dedicated": "/api/v0/accounts/{accountId}/clusters/{clusterId}", "clustered": "/api/v0"}
SEEDS = [None, *range(10)]


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """A Dedicated simulator without seed."""
    with Simulator.start(http=True) as running:
        yield running


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("product", BASES)
def test_every_answer_is_as_specified(product: str, seed: Optional[int]) -> None:
    published = specification.load(product)
    with Simulator.start(seed=seed, product=product, http=True) as simulator:
        walk = Walk(simulator, published, BASES[product])
        walk.everything()
    assert walk.errors == []
    missing = [entry for entry in expected(published) if entry not in walk.met]
    assert missing == [], "the walk leaves these out"


@pytest.mark.parametrize("seed", SEEDS)
def test_clustered_answers_by_account_hold_what_flat_ones_do(seed: Optional[int]) -> None:
    published = specification.load("clustered")
    with Simulator.start(seed=seed, product="clustered", http=True) as simulator:
        created = simulator.ask(
            "POST", f"{simulator.api_path}/tokens", {"description": "one"}, simulator.management_token
        )
    error = published.answer_error(
        "POST", "/api/v0/tokens", created.status, created.headers["content-type"], created.text.encode()
    )
    assert error is None


def expected(published: specification.Specification) -> Iterator[tuple[str, str, int]]:
    """Yield what a walk has to meet: each operation with its success, 401, and what can go wrong with its input."""
    for method, template, operation in published.operations():
        yield method, template, 204 if "204" in operation["responses"] else 200
        yield method, template, 401
        if method != "GET":
            yield method, template, 500
        tail = template.removeprefix(BASES["dedicated"])
        if "requestBody" in operation or "{" in tail:
            yield method, template, 400
        if template.endswith("}") or "rename" in template or "undelete" in template:
            yield method, template, 404
        if "409" in operation["responses"] and method != "PATCH" and not template.endswith("/tokens"):
            yield method, template, 409


def test_the_examples_of_the_specification_are_accepted(simulator: Simulator) -> None:
    published = specification.load("dedicated")
    accepted = 0
    for method, template, operation in published.operations():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for example in content.get("examples", {}).values():
            simulator.reset()
            # The expiries of the examples lie in the past by now.
            simulator.advance_clock(-10 * 365 * 86_400)
            path, token = template.format(**_names(simulator)), simulator.management_token
            reply = simulator.ask(method, path, example["value"], token)
            assert reply.status == 200, (method, template, example["value"], reply.text)
            accepted += 1
    assert accepted >= 10


def _names(simulator: Simulator) -> dict[str, str]:
    """Make one of everything and return what a path needs to name it."""
    token, path = simulator.management_token, simulator.api_path
    simulator.ask("POST", f"{path}/databases", {"name": "one"}, token)
    simulator.ask("POST", f"{path}/databases/one/tables", {"name": "one"}, token)
    created = simulator.ask("POST", f"{path}/tokens", {"description": "one"}, token)
    return {
        "accountId": simulator.account_id,
        "clusterId": simulator.cluster_id,
        "databaseName": "one",
        "tableName": "one",
        "tokenId": created.value["id"],
    }


def values(often: list[Any], seldom: list[Any]) -> st.SearchStrategy[Any]:
    """Half of the time a value that is mostly right, so that whole bodies are right often enough."""
    return st.sampled_from(often) | st.sampled_from(seldom)


# Some right and some wrong values for every field of every body; which is which, the specification says.
TEXTS = values(["one", "two", "n" * 64], ["", "n" * 65, "*", 1, True, None, [], {}])
NUMBERS = values([1, 2**31 - 1], [-1, 0, 2**31, 2**63 - 1, 2**63, 1.5, "1", True, None])
TIMES = values(
    ["2999-01-01T00:00:00Z", "2999-01-01T00:00:00.123456789+02:00"], ["2999-01-01", "2999-01-01T00:00:00", "", 1, None]
)
GRANTS = values(
    [[], PERMISSIONS],
    [PERMISSIONS[0], ["read"], [{"action": 1, "resource": "a"}], [{"action": "read", "resource": ""}], "read", None],
)
PARTS = values(
    [TEMPLATE, TEMPLATE[:1]],
    [[], TEMPLATE * 2, [{"type": "tag", "value": str(n)} for n in range(9)], [{"type": "tag", "value": 1}], None],
)
DATABASE = {"maxTables": NUMBERS, "maxColumnsPerTable": NUMBERS, "retentionPeriod": NUMBERS}
BODIES = {
    ("POST", "/tokens"): {"description": TEXTS, "permissions": GRANTS, "expiresAt": TIMES},
    ("PATCH", "/tokens/{tokenId}"): {"description": TEXTS, "permissions": GRANTS},
    ("POST", "/databases"): {"name": TEXTS, **DATABASE, "partitionTemplate": PARTS},
    ("PATCH", "/databases/{databaseName}"): DATABASE,
    ("PUT", "/databases/{databaseName}/rename"): {"name": TEXTS},
    ("POST", "/databases/{databaseName}/tables"): {"name": TEXTS, "partitionTemplate": PARTS},
    ("PUT", "/databases/{databaseName}/tables/{tableName}/rename"): {"name": TEXTS},
}


@pytest.mark.parametrize(("method", "tail"), BODIES)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_body_is_accepted_just_when_it_is_valid(
    simulator: Simulator, method: str, tail: str, data: st.DataObject
) -> None:
    published = specification.load("dedicated")
    simulator.reset()
    path = (BASES["dedicated"] + tail).format(**_names(simulator))
    body = data.draw(st.fixed_dictionaries({}, optional=BODIES[method, tail]))
    error = published.request_error(method, path, as_bytes(body), "any")
    reply = simulator.ask(method, path, body, simulator.management_token)
    if error is not None:
        assert reply.status == 400, (body, error)
    elif body.get("name") == "*" and "tables" not in tail:
        # The schema lets it pass; the rules for the names of databases do not.
        assert reply.status == 400, body
    else:
        assert reply.status in (200, 409), (body, reply.text)


@pytest.mark.parametrize(
    ("tail", "body"),
    [
        ("/tokens", {"description": "one", "expirationType": "never"}),
        ("/tokens", {"description": "one", "permissions": [{"action": "read"}]}),
        ("/tokens", {"description": "one", "permissions": [{"resource": "a"}]}),
        ("/tokens", {"description": "one", "permissions": [{"action": "read", "resource": "a", "other": 1}]}),
        ("/databases", {"name": "one", "tags": []}),
        ("/databases", {"name": "_reserved"}),
        ("/databases", {"name": "with space"}),
    ],
)
def test_what_the_simulator_refuses_beyond_the_schemas(simulator: Simulator, tail: str, body: Any) -> None:
    published = specification.load("dedicated")
    simulator.reset()
    path = simulator.api_path + tail
    assert published.request_error("POST", path, as_bytes(body), "any") is None
    assert simulator.ask("POST", path, body, simulator.management_token).status == 400


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"null"])
def test_a_body_that_is_no_object_is_refused(simulator: Simulator, body: bytes) -> None:
    published = specification.load("dedicated")
    path = f"{simulator.api_path}/tokens"
    assert published.request_error("POST", path, body, "any") is not None
    assert simulator.ask("POST", path, body, simulator.management_token).status == 400


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, False),
        ({"createdAt": "yesterday"}, True),
        ({"id": "not-a-uuid"}, True),
        ({"expiresAt": None}, True),
        ({"permissions": None}, True),
        ({"description": 1}, True),
        ({"aFutureField": 1}, False),
    ],
)
def test_the_judge_knows_wrong_answers(simulator: Simulator, changes: dict[str, Any], wrong: bool) -> None:
    published = specification.load("dedicated")
    simulator.reset()
    path = f"{simulator.api_path}/tokens"
    answer = simulator.ask("POST", path, {"description": "one"}, simulator.management_token).value
    body = as_bytes([{**answer, **changes}])
    assert (published.answer_error("GET", path, 200, "application/json", body) is not None) is wrong
