# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every request about databases and tables is valid by the descriptions, and every answer they allow is understood."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._connection import DEFAULT_URL, Connection
from ansible_collections.influxdb3.management.plugins.module_utils._databases import Database, Databases, Settings
from ansible_collections.influxdb3.management.plugins.module_utils._errors import StatusError
from ansible_collections.influxdb3.management.plugins.module_utils._partition_template import (
    Part,
    read_template,
    template_as_body,
    template_as_options,
)
from ansible_collections.influxdb3.management.plugins.module_utils._tables import Table, Tables
from ansible_collections.influxdb3.management.tests.contract.client_calls import (
    ACCOUNT_ID,
    CLUSTER_ID,
    CLUSTERED,
    clustered,
    requests_of,
)
from ansible_collections.influxdb3.management.tests.contract.specification import BASE, BY_ACCOUNT, load
from hypothesis import given, settings
from hypothesis import strategies as st

CLUSTER = f"/api/v0/accounts/{ACCOUNT_ID}/clusters/{CLUSTER_ID}"
PLACE = {"accountId": ACCOUNT_ID, "clusterId": CLUSTER_ID}
ONE = {**PLACE, "name": "one", "maxTables": 500, "maxColumnsPerTable": 200, "retentionPeriod": 0}
NUMBERED = {**ONE, "id": 7}

few = settings(max_examples=25)
names = st.from_regex(r"[A-Za-z0-9/-][A-Za-z0-9_/-]{0,63}", fullmatch=True) | st.sampled_from(["a/b", "-", "/", "/-/"])
counts = st.integers(1, 2**31 - 1)
periods = st.integers(0, 2**63 - 1)
said = st.builds(Settings, st.none() | periods, st.none() | counts, st.none() | counts)
tags = (
    st.text("abc_ %41", min_size=1).map(lambda text: text.replace("%", "%25")).filter(lambda text: text.strip() != "")
)


@st.composite
def templates(draw: st.DrawFn) -> Any:
    """Any template that the rules allow, as options have it."""
    parts = []
    for tag in draw(st.lists(tags, max_size=7, unique=True)):
        buckets = draw(st.none() | st.integers(1, 100_000))
        parts.append(Part("tag", tag) if buckets is None else Part("bucket", tag, buckets))
    parts.insert(draw(st.integers(0, len(parts))), Part("time", draw(st.sampled_from(["%Y-%m-%d", "%Y-%m", "%Y"]))))
    return tuple(parts)


def check(
    call: Callable[[Databases], Any], method: str, tail: str, template: str, answer: Any, status: int = 200
) -> Any:
    """Have the one request of a call judged; returns its body."""
    content = httpx.Response(status) if answer is None else httpx.Response(status, json=answer)
    (request,) = requests_of(call, content, service=Databases)
    assert (request.method, str(request.url)) == (method, DEFAULT_URL + CLUSTER + tail)
    assert load("dedicated").request_error(method, CLUSTER + tail, request.content or None, "M.V1.any") is None
    if not request.content:
        return None
    body = json.loads(request.content)
    # The schemas let unknown fields pass; a client has no reason to send one.
    assert set(body) <= load("dedicated").body_fields(method, BASE + BY_ACCOUNT + template)
    return body


def test_list() -> None:
    assert check(lambda databases: databases.list_databases(), "GET", "/databases", "/databases", [ONE]) is None


@few
@given(name=names, settings=said, template=st.none() | templates())
def test_create(name: str, settings: Settings, template: Any) -> None:
    answer = {**ONE, "name": name}
    new = Database(name, settings, template)
    body = check(lambda databases: databases.create_database(new), "POST", "/databases", "/databases", answer)
    assert body["name"] == name
    assert len(body) == 1 + len(settings.given()) + (template is not None)
    if template is not None:
        assert read_template(template_as_options(template)) == template
        assert len(body["partitionTemplate"]) == len(template)


@few
@given(name=names, new_name=names, settings=said.filter(lambda one: one.given()), number=st.integers(1, 2**63 - 1))
def test_changes(name: str, new_name: str, settings: Settings, number: int) -> None:
    path, template = "/databases/" + name.replace("/", "%2F"), "/databases/{databaseName}"
    body = check(lambda databases: databases.update_database(name, settings), "PATCH", path, template, ONE)
    assert len(body) == len(settings.given())
    body = check(
        lambda databases: databases.rename_database(name, new_name),
        "PUT",
        f"{path}/rename",
        f"{template}/rename",
        NUMBERED,
    )
    assert body == {"name": new_name}
    check(lambda databases: databases.delete_database(name), "DELETE", path, template, None, 204)
    undelete = f"/databases/{number}/undelete"
    check(lambda databases: databases.undelete_database(number), "PUT", undelete, undelete, NUMBERED)


@CLUSTERED
def test_clustered_understands_the_same_requests(to: Connection, wrong: bool) -> None:
    calls: list[tuple[Callable[[Databases], Any], httpx.Response]] = [
        (lambda databases: databases.list_databases(), httpx.Response(200, json=[ONE])),
        (lambda databases: databases.create_database(Database("a/b")), httpx.Response(200, json=ONE)),
        (lambda databases: databases.update_database("a", Settings(1)), httpx.Response(200, json=ONE)),
        (lambda databases: databases.rename_database("a", "b"), httpx.Response(200, json=NUMBERED)),
        (lambda databases: databases.delete_database("a"), httpx.Response(204)),
        (lambda databases: databases.undelete_database(7), httpx.Response(200, json=NUMBERED)),
    ]
    for call, answer in calls:
        (request,) = requests_of(call, answer, to, Databases)
        path = request.url.raw_path.decode("ascii")
        error = load("clustered").request_error(request.method, path, request.content or None, "any")
        assert (error is not None) is wrong, error


shown = st.fixed_dictionaries(
    {"name": names, "maxTables": counts, "maxColumnsPerTable": counts, "retentionPeriod": periods},
    optional={"partitionTemplate": templates().map(template_as_body), "aFutureField": st.just([{}])},
)


@pytest.mark.parametrize(("product", "base", "place"), [("dedicated", CLUSTER, PLACE), ("clustered", "/api/v0", {})])
@few
@given(one=shown, number=st.integers(1, 2**63 - 1))
def test_every_answer_that_is_described_is_understood(
    product: str, base: str, place: dict[str, str], one: dict[str, Any], number: int
) -> None:
    one = {**place, **one}
    template = one.get("partitionTemplate")
    without_retention = {name: value for name, value in one.items() if name != "retentionPeriod"}
    answers: list[tuple[str, str, Any, Callable[[Databases], Any], bool]] = [
        ("GET", "", [one], lambda databases: databases.list_databases()[0], True),
        ("POST", "", one, lambda databases: databases.create_database(Database("x")), True),
        ("PATCH", "/x", one, lambda databases: databases.update_database("x", Settings(1)), True),
        ("PUT", "/x/rename", {**one, "id": number}, lambda databases: databases.rename_database("x", "y"), True),
        ("PUT", "/7/undelete", {**without_retention, "id": number}, lambda one: one.undelete_database(7), False),
    ]
    for method, tail, answer, call, has_retention in answers:
        content = json.dumps(answer).encode()
        path = f"{base}/databases{tail}"
        assert load(product).answer_error(method, path, 200, "application/json", content) is None
        understood: list[Database] = []

        def ask(databases: Databases, call: Any = call, understood: list[Database] = understood) -> None:
            understood.append(call(databases))

        requests_of(ask, httpx.Response(200, json=answer), service=Databases)
        (database,) = understood
        period = one["retentionPeriod"] if has_retention else None
        assert database.name == one["name"]
        assert database.settings == Settings(period, one["maxTables"], one["maxColumnsPerTable"])
        assert (
            None if database.partition_template is None else template_as_body(database.partition_template)
        ) == template


def test_every_described_error_has_an_error_of_its_own() -> None:
    calls: dict[tuple[str, str], Callable[[Databases], Any]] = {
        ("GET", "/databases"): lambda databases: databases.list_databases(),
        ("POST", "/databases"): lambda databases: databases.create_database(Database("x")),
        ("PATCH", "/databases/{databaseName}"): lambda databases: databases.update_database("x", Settings(1)),
        ("DELETE", "/databases/{databaseName}"): lambda databases: databases.delete_database("x"),
        ("PUT", "/databases/{databaseName}/rename"): lambda databases: databases.rename_database("x", "y"),
        ("PUT", "/databases/{databaseId}/undelete"): lambda databases: databases.undelete_database(7),
    }
    operations = {(method, template): operation for method, template, operation in load("dedicated").operations()}
    for (method, template), call in calls.items():
        described = operations[method, BASE + BY_ACCOUNT + template]["responses"]
        for status in (int(status) for status in described if int(status) >= 400):
            answer = httpx.Response(status, json={"code": status, "message": "as described"})
            with pytest.raises(StatusError, match=rf"\({status}\).*: as described\.") as caught:
                requests_of(call, answer, service=Databases)
            assert type(caught.value) is not StatusError


# Tables

TABLE = {**PLACE, "databaseName": "a/b", "name": "t"}
numbers = st.integers(-(2**63), 2**63 - 1)
table_names = st.text(min_size=1, alphabet=st.characters(exclude_categories=["Cs", "Cc"])).filter(
    lambda name: name not in (".", "..")
)


@few
@given(
    name=table_names, new_name=table_names, template=st.none() | templates(), number=st.integers(-(2**63), 2**63 - 1)
)
def test_requests_about_tables(name: str, new_name: str, template: Any, number: int) -> None:
    new = Table("a/b", name, template)
    one: dict[str, Any] = {**TABLE, "name": name}
    numbered = {**one, "id": 7}
    tables = "/databases/a%2Fb/tables"
    calls: list[tuple[Callable[[Tables], Any], str, str, str, Any]] = [
        (lambda client: client.create_table(new, False), "POST", "", "", one),
        (lambda client: client.delete_table(new, False), "DELETE", "/NAME", "/{tableName}", None),
        (lambda one: one.rename_table(new, new_name, False), "PUT", "/NAME/rename", "/{tableName}/rename", numbered),
        (lambda one: one.undelete_table("a/b", number), "PUT", f"/{number}/undelete", "/{tableId}/undelete", numbered),
    ]
    for call, method, tail, kind, answer in calls:
        content = httpx.Response(204) if answer is None else httpx.Response(200, json=answer)
        (request,) = requests_of(call, content, service=Tables)
        path = request.url.raw_path.decode("ascii")
        assert (request.method, path) == (method, CLUSTER + tables + tail.replace("NAME", quote(name, safe="")))
        assert load("dedicated").request_error(method, path, request.content or None, "any") is None
        allowed = load("dedicated").body_fields(method, BASE + BY_ACCOUNT + "/databases/{databaseName}/tables" + kind)
        assert set(json.loads(request.content or b"{}")) <= allowed


def test_clustered_understands_the_same_requests_about_tables() -> None:
    new = Table("a/b", "t")
    calls: list[tuple[Callable[[Tables], Any], Any]] = [
        (lambda client: client.create_table(new, False), TABLE),
        (lambda client: client.delete_table(new, False), None),
        (lambda client: client.rename_table(new, "u", False), {**TABLE, "id": 7}),
        (lambda client: client.undelete_table("a/b", 7), {**TABLE, "id": 7}),
    ]
    for call, answer in calls:
        content = httpx.Response(204) if answer is None else httpx.Response(200, json=answer)
        (request,) = requests_of(call, content, clustered(), Tables)
        path = request.url.raw_path.decode("ascii")
        assert load("clustered").request_error(request.method, path, request.content or None, "any") is None
