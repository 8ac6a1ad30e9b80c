# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator speaks as the descriptions say, under every seed and by every kind of path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.contract.simulator_walk import (
    PERMISSIONS,
    TEMPLATE,
    UNKNOWN,
    Walk,
    as_bytes,
    as_list,
    names_of_one_of_everything,
)
from ansible_collections.influxdb3.management.tests.contract.specification import BASE, BY_ACCOUNT, FOLDER, load
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.clock import SimulatedClock
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.rest import Rest
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.state import Settings, State
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator.variations import POSSIBILITIES
from openapi_core import OpenAPI

BASES = {"dedicated": [BASE + BY_ACCOUNT], "clustered": [BASE, BASE + BY_ACCOUNT]}
# As many seeds in a row as the longest list has possibilities meet all of every list.
SEEDS = range(max(map(len, POSSIBILITIES.values())))


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """A Dedicated simulator without seed."""
    with Simulator.start(http=True) as running:
        yield running


@pytest.fixture(scope="module")
def of_product() -> Iterator[Callable[[str], Simulator]]:
    """A function that returns the simulator of a product, which serves all seeds."""
    running: dict[str, Simulator] = {}
    with ExitStack() as stack:

        def get(product: str) -> Simulator:
            if product not in running:
                running[product] = stack.enter_context(Simulator.start(product=product, http=True))
            return running[product]

        yield get


@pytest.mark.parametrize("file", sorted(FOLDER.iterdir()), ids=lambda file: file.stem)
def test_each_description_is_valid_openapi(file: Path) -> None:
    """``shared`` too: only some of its mistakes are seen from the files that refer to it."""
    OpenAPI.from_path(file)


@pytest.mark.parametrize("product", BASES)
def test_what_is_described_is_what_is_served(product: str) -> None:
    routes = Rest(State(Settings(product), SimulatedClock())).routes()
    served = {(method, route.path) for route in routes for method in (route.methods or ())}
    # That of GET comes with HEAD; the last route answers 404 to whatever is not served.
    served = {(method, path) for method, path in served if method != "HEAD" and path != "/api/{rest:path}"}
    assert served == {(method, template) for method, template, _ in load(product).operations()}


@pytest.fixture(scope="module", params=[(product, base) for product in BASES for base in BASES[product]])
def documented_walks(request: pytest.FixtureRequest, of_product: Callable[[str], Simulator]) -> tuple[Walk, Walk]:
    """Two walks without seed, by each kind of path: one through all operations and one through all refusals."""
    product, base = request.param
    simulator = of_product(product)
    operations, refusals = (Walk(simulator, load(product), base) for _ in range(2))
    simulator.reset()
    operations.operations()
    simulator.reset()
    refusals.refusals()
    return operations, refusals


def test_every_answer_is_as_described(documented_walks: tuple[Walk, Walk]) -> None:
    check(documented_walks[0])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("product", BASES)
def test_every_answer_is_as_described_with_a_seed(
    of_product: Callable[[str], Simulator], product: str, seed: int
) -> None:
    for base in BASES[product]:
        of_product(product).reset(seed=seed)
        walk = Walk(of_product(product), load(product), base)
        walk.operations()
        check(walk)


def check(walk: Walk) -> None:
    """Each operation was met with its success, and with what can go wrong with its input, and all was right."""
    assert walk.errors == []
    expected = set()
    for method, tail, operation in walk.described():
        template = walk.base + tail
        statuses = [204 if "204" in operation["responses"] else 200]
        if "requestBody" in operation or "{" in tail:
            statuses.append(400)
        if tail.endswith("}") or "rename" in tail or "undelete" in tail:
            statuses.append(404)
        if "409" in operation["responses"] and method != "PATCH" and tail != "/tokens":
            statuses.append(409)
        expected |= {(method, template, status) for status in statuses}
    assert expected - walk.met.keys() == set(), "the walk leaves these out"


# No seed changes a refusal.
def test_every_refusal_is_as_described(documented_walks: tuple[Walk, Walk]) -> None:
    walk = documented_walks[1]
    assert walk.errors == []
    for method, tail, _ in walk.described():
        for status in (401, *([500] if method != "GET" else []), *([400, 404] if "{" in walk.base else [])):
            assert (method, walk.base + tail, status) in walk.met


# What is of the right type and wrong all the same, in any answer; an id is a number in some and a text in others.
WRONG = {
    "code": 418,
    "accessToken": "n" * 63,
    "accountId": "not-a-uuid",
    "clusterId": "not-a-uuid",
    "createdAt": "yesterday",
}


def test_an_answer_with_something_wrong_or_missing_is_not_as_described(documented_walks: tuple[Walk, Walk]) -> None:
    """No right answer would tell of a description that is too lax."""
    for walk in documented_walks:
        for (method, template, status), (path, value) in walk.met.items():
            of_list = isinstance(value, list)
            for shown in as_list(value)[:1]:
                answers = [("text", False), (shown, not of_list), ([shown], of_list)]
                answers += [([one] if of_list else one, right) for one, right in alterations(walk, template, shown)]
                for answer, right in answers:
                    error = walk.specification.answer_error(method, path, status, "application/json", as_bytes(answer))
                    assert (error is None) is right, (method, template, status, answer, error)


def alterations(walk: Walk, template: str, shown: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield an object of an answer with one field changed or left out, and whether it is right all the same."""
    for name in shown:
        yield {**shown, name: {}}, False  # no field of an answer holds an object
        if name in WRONG:
            yield {**shown, name: WRONG[name]}, False
        yield {other: value for other, value in shown.items() if other != name}, may_be_missing(walk, template, name)


@pytest.mark.parametrize("product", BASES)
def test_every_error_repeats_its_status(product: str) -> None:
    """Those too that the simulator never answers."""
    names = dict.fromkeys(("accountId", "clusterId", "tokenId"), UNKNOWN)
    names |= dict.fromkeys(("databaseName", "databaseId", "tableName", "tableId"), "1")
    for method, template, operation in load(product).operations():
        for status in (int(status) for status in operation["responses"] if int(status) >= 400):
            for code in (status, 418):
                body = as_bytes({"code": code, "message": ""})
                error = load(product).answer_error(method, template.format(**names), status, "application/json", body)
                assert (error is None) is (code == status), (method, template, status, code, error)


def may_be_missing(walk: Walk, template: str, name: str) -> bool:
    """Whether an answer may be without a field."""
    if name in ("accountId", "clusterId"):
        return walk.specification is load("clustered")
    if name == "retentionPeriod":
        return "rename" in template or "undelete" in template
    return name in ("expiresAt", "revokedAt", "partitionTemplate")


# Values for every field of every body, on both sides of every limit, the first of each a right one; which of the others
# are, the description says.
TEXTS = ["two", "one", "n" * 64, "", "n" * 65, 1, True, None, [], {}]
NUMBERS = [1, 2**31 - 1, -1, 0, 2**31, 2**63 - 1, 2**63, 1.5, "1", True, None]
TIMES = [
    *("2999-01-01T00:00:00Z", "2999-01-01T00:00:00.123456789+02:00"),
    *("2999-01-01", "2999-01-01T00:00:00", "", 1, None),
]
RESOURCES = ["*", "n" * 64, "n" * 65, "", 1, None]
GRANTS = [
    *(PERMISSIONS, [], PERMISSIONS[0], ["read"], [{"action": 1, "resource": "a"}], "read", None),
    *([{"action": "read", "resource": resource}] for resource in RESOURCES),
]
BUCKETS = [("t", 1), ("t", 100_000), ("", 1), ("t", 0), ("t", 100_001), ("t", "1"), (1, 1)]
PARTS = [
    *(TEMPLATE, TEMPLATE[:1], [], TEMPLATE * 2, TEMPLATE[0], ["t"], [{"type": "bucket", "value": "t"}], None),
    *([{"type": "tag", "value": str(n)} for n in range(length)] for length in (8, 9)),
    *([{"type": kind, "value": value}] for kind in ("tag", "time", "other") for value in ("t", "", 1)),
    [{"type": "other", "value": {"tagName": "t", "numberOfBuckets": 1}}],
    *([{"type": "bucket", "value": {"tagName": tag, "numberOfBuckets": number}}] for tag, number in BUCKETS),
]
DATABASE = {"maxTables": NUMBERS, "maxColumnsPerTable": NUMBERS, "retentionPeriod": NUMBERS}
BODIES: dict[tuple[str, str], dict[str, list[Any]]] = {
    ("POST", "/tokens"): {"description": TEXTS, "permissions": GRANTS, "expiresAt": TIMES},
    ("PATCH", "/tokens/{tokenId}"): {"description": TEXTS, "permissions": GRANTS},
    ("POST", "/databases"): {"name": TEXTS, **DATABASE, "partitionTemplate": PARTS},
    ("PATCH", "/databases/{databaseName}"): DATABASE,
    ("PUT", "/databases/{databaseName}/rename"): {"name": TEXTS},
    ("POST", "/databases/{databaseName}/tables"): {"name": TEXTS, "partitionTemplate": PARTS},
    ("PUT", "/databases/{databaseName}/tables/{tableName}/rename"): {"name": TEXTS},
}


def bodies(fields: dict[str, list[Any]]) -> Iterator[Any]:
    """Yield bodies with every value of each field beside right ones, with each field alone, without it, and none."""
    right = {name: values[0] for name, values in fields.items()}
    yield from [b"", b"{", b"[]", b'"text"', b"null", {}]
    for name, values in fields.items():
        yield {name: values[0]}
        yield {other: value for other, value in right.items() if other != name}
        for value in values:
            yield {**right, name: value}


@pytest.mark.parametrize(("method", "tail"), BODIES)
def test_a_body_is_accepted_just_when_it_is_valid(simulator: Simulator, method: str, tail: str) -> None:
    names: dict[str, str] = {}
    wrong, statuses = [], set()
    for body in bodies(BODIES[method, tail]):
        if not names:
            simulator.reset()
            names = names_of_one_of_everything(simulator)
        path = (BASE + BY_ACCOUNT + tail).format(**names)
        error = load("dedicated").request_error(method, path, as_bytes(body), "any")
        reply = simulator.ask(method, path, body, simulator.management_token)
        statuses.add(reply.status)
        # A name in use is described as a conflict, not as malformed.
        right = 400 if error is not None else 409 if body.get("name") == "one" else 200
        if reply.status != right:
            wrong.append((body, error, reply.text))
        if reply.status == 200:
            names = {}
    assert wrong == []
    assert {200, 400} <= statuses


IDS = [UNKNOWN, "11111111-1111-1111-1111-111111111111", "not-a-uuid", "1"]
NAMES = ["n", "n" * 64, "n" * 65]
DIGITS = ["1", str(2**63 - 1), str(2**63), "0", "-1", "1.5", "n"]


@pytest.mark.parametrize(
    ("method", "tail", "values"),
    [
        *((method, "/tokens/{}", IDS) for method in ("GET", "DELETE")),
        ("DELETE", "/databases/{}", NAMES),
        ("DELETE", "/databases/{}/tables/n", NAMES),
        ("PUT", "/databases/{}/undelete", DIGITS),
        ("PUT", "/databases/one/tables/{}/undelete", DIGITS),
    ],
)
def test_a_path_is_accepted_just_when_it_is_valid(
    simulator: Simulator, method: str, tail: str, values: list[str]
) -> None:
    simulator.reset()
    statuses = []
    for value in values:
        path = simulator.api_path + tail.format(value)
        error = load("dedicated").request_error(method, path, None, "any")
        statuses.append(simulator.ask(method, path, None, simulator.management_token).status)
        assert statuses[-1] == (404 if error is None else 400), (path, error)
    assert {400, 404} <= {*statuses}


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
        ("/databases", {"name": "*"}),
    ],
)
def test_what_the_simulator_refuses_beyond_the_schemas(simulator: Simulator, tail: str, body: Any) -> None:
    simulator.reset()
    path = simulator.api_path + tail
    assert load("dedicated").request_error("POST", path, as_bytes(body), "any") is None
    assert simulator.ask("POST", path, body, simulator.management_token).status == 400


TOKEN = {
    "accountId": "11111111-1111-1111-1111-111111111111",
    "clusterId": "11111111-1111-1111-1111-111111111111",
    "id": "dddddddd-0003-4ddd-8ddd-dddddddddddd",
    "description": "one",
    "permissions": PERMISSIONS,
    "createdAt": "2026-03-02T04:20:19Z",
}
TOKENS = f"{BASE}/accounts/{TOKEN['accountId']}/clusters/{TOKEN['clusterId']}/tokens"


@pytest.mark.parametrize("product", BASES)
@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, False),
        ({"createdAt": "yesterday"}, True),
        ({"id": "not-a-uuid"}, True),
        ({"expiresAt": None}, True),
        ({"permissions": None}, True),
        ({"description": 1}, True),
        ({"clusterId": "not-a-uuid"}, True),
        ({"aFutureField": 1}, False),
    ],
)
def test_the_judge_knows_wrong_answers(product: str, changes: dict[str, Any], wrong: bool) -> None:
    body = as_bytes([{**TOKEN, **changes}])
    assert (load(product).answer_error("GET", TOKENS, 200, "application/json", body) is not None) is wrong
