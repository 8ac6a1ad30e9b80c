# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every message that "When something fails" explains is one that appears, and holds no secret when it does."""

from __future__ import annotations

import json
import re
import shlex
import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.docs.documents import CHECKOUT, NAME, codes, tables
from ansible_collections.influxdb3.management.tests.docs.reader import Reader, shown_secrets
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

GUIDE = CHECKOUT / "docs" / "when-something-fails.md"
CREATE = {"description": "metrics", "secret_file": "metrics.token"}
ALLOWING_NOTHING: dict[str, Any] = {"permissions": []}
PAGE = "<html><h1>Log in, please</h1></html>"
MISTYPED = "M.V1.mistyped-by-somebody"
# Messages that need more than one task in a play of its own, and the tests that have them appear.
ELSEWHERE = {
    "are about the same": "unit/plugins/module_utils/test_token_set.py",
    "did not come to an end within": "unit/plugins/module_utils/test_pruning.py",
    "just made were revoked": "unit/plugins/module_utils/test_token_set.py",
    "fit prune.match and are not listed": "unit/plugins/module_utils/test_token_set.py",
    "were not started": "unit/plugins/module_utils/test_token_set.py",
    "No url is given": "unit/plugins/module_utils/test_clustered_connection.py",
    "and connection_profile names": "unit/plugins/module_utils/test_clustered_connection.py",
    "is a token of InfluxDB 3 Core, Enterprise or Cloud": "unit/plugins/module_utils/test_clustered_connection.py",
    "needs to know who logs people in there": "unit/plugins/module_utils/test_influxctl.py",
    "has no list of clusters": "unit/plugins/module_utils/test_influxctl_lists.py",
    "has this API since release": "unit/plugins/module_utils/test_client_of_clustered.py",
    "service for tokens fails": "unit/plugins/module_utils/test_client_of_clustered.py",
    "and it has another API": "unit/plugins/module_utils/test_client_of_clustered.py",
    "the service does not have this": "unit/plugins/module_utils/test_influxctl_failures.py",
    "may not write into": "unit/plugins/plugin_utils/test_secret_store.py",
    "is mounted by itself": "unit/plugins/plugin_utils/test_secret_store.py",
    "has reached its place is not known": "unit/plugins/module_utils/test_creation.py",
    "is a relative path": "unit/plugins/plugin_utils/test_action.py",
    "is internal to this collection": "unit/plugins/plugin_utils/test_action.py",
    "is the controller's own token": "unit/plugins/action/test_influxctl_profile.py",
    "is no variable of the role": "unit/plugins/test_unknown_variables.py",
    "This machine's clock is": "unit/plugins/module_utils/test_token_task.py",
    "which is called": "unit/plugins/module_utils/test_token_task.py",
    "so it would live on beside its successor": "unit/plugins/modules/test_token_modules.py",
    "was changed by another run or program meanwhile": "unit/plugins/plugin_utils/test_secret_store.py",
    "that this consumer does not hold": "unit/plugins/module_utils/test_token_task.py",
    "still lists it as not revoked": "unit/plugins/module_utils/test_database_tokens.py",
    "whether it did could not be looked up": "unit/plugins/module_utils/test_revocation.py",
    "does not tell what came of it": "unit/plugins/module_utils/test_database_tokens.py",
    # Only a wait that the tests can shorten would have it here.
    "get an answer from": "unit/plugins/module_utils/test_client.py",
    "None was revoked": "unit/plugins/module_utils/test_creation.py",
    "could not be looked up": "unit/plugins/module_utils/test_creation.py",
    "could not be revoked either": "unit/plugins/module_utils/test_creation.py",
    "The task was interrupted": "unit/plugins/module_utils/test_creation.py",
    "does not accept the token (401) after": "unit/plugins/module_utils/test_acceptance.py",
    "A web page came in place of the answer": "unit/plugins/module_utils/test_acceptance.py",
    "The proxy that the environment of this host names": "unit/plugins/module_utils/test_acceptance.py",
    "the environment names": "unit/plugins/module_utils/test_client.py",
    "This host cannot connect to": "unit/plugins/module_utils/test_acceptance.py",
    "must be a string, not": "unit/plugins/plugin_utils/test_profile_options.py",
    "begins or ends with a space": "unit/plugins/plugin_utils/test_profile_options.py",
    "influxctl would refuse": "unit/plugins/action/test_influxctl_profile.py",
    "did not come to the end of its answer": "unit/plugins/module_utils/test_client.py",
    "The answer is larger than": "unit/plugins/module_utils/test_client.py",
    "is compressed, which nobody asked for": "unit/plugins/module_utils/test_client.py",
    "could not be read and were passed over": "unit/plugins/module_utils/test_token_task.py",
    "is listed in a way that cannot be read": "unit/plugins/module_utils/test_token_task.py",
    "Its id is not known before it is": "integration/test_untrusted_service.py",
    "is listed, neither live nor revoked": "unit/plugins/module_utils/test_life_cycle_unlisted.py",
    "So whether it is live is not known": "unit/plugins/module_utils/test_database_tokens.py",
    "should it be listed later": "unit/plugins/module_utils/test_life_cycle_unlisted.py",
    "The service lists neither": "unit/plugins/module_utils/test_life_cycle.py",
    "The service made another": "unit/plugins/module_utils/test_creation.py",
    "with the id of": "unit/plugins/module_utils/test_creation.py",
    "is as it was": "unit/plugins/plugin_utils/test_minting.py",
    "is in its place, and nothing was revoked": "integration/test_engine.py",
    "holds a token that was never accepted": "unit/plugins/plugin_utils/test_profile_store.py",
    "does not accept the token yet": "unit/plugins/plugin_utils/test_data_host.py",
    "has 2 names (hard links)": "unit/plugins/plugin_utils/test_secret_store.py",
    "this task authenticates with ends in": "unit/plugins/module_utils/test_token_task.py",
    "would be deleted with all its data": "unit/plugins/modules/test_database.py",
    "would become shorter": "unit/plugins/modules/test_database.py",
    "There are both": "unit/plugins/modules/test_database.py",
    "that name is in use": "unit/plugins/modules/test_database.py",
    "can never be changed, so it stays": "unit/plugins/module_utils/test_database_plan.py",
    "and lose access to it": "unit/plugins/modules/test_database.py",
    "may use any database of the name": "unit/plugins/modules/test_database.py",
    "that do not exist": "unit/plugins/modules/test_database_token.py",
    "Whether anything would change cannot be known": "unit/plugins/modules/test_table.py",
    "so nothing was renamed": "unit/plugins/modules/test_table.py",
    "The data host answered": "unit/plugins/modules/test_table.py",
    "otherwise than was asked for": "unit/plugins/modules/test_database.py",
    "Done before that": "unit/plugins/modules/test_database.py",
}


@dataclass(frozen=True)
class Case:
    """A task that fails with a message; ``fault`` is what the simulator is to do to the request for it."""

    arguments: dict[str, Any] = field(default_factory=dict)
    fault: dict[str, Any] | None = None
    module: str = "database_token_info"
    keywords: dict[str, Any] = field(default_factory=dict)
    # What the message says besides.
    said: str = ""


def refused(number: int, **details: Any) -> Case:
    """A list that is answered with an error status."""
    return Case(fault={"kind": "status", "status": number, **details})


def creation(kind: str, arguments: dict[str, Any] | None = None, **details: Any) -> Case:
    """A creation that goes wrong."""
    return Case(
        {**CREATE, **ALLOWING_NOTHING, **(arguments or {})},
        {"kind": kind, "method": "POST", **details},
        "database_token",
    )


def cases(simulator: Simulator, closed_port: int, plain_port: int) -> dict[str, Case]:
    """The task that provokes each message."""
    influxctl = {"influxctl_path": simulator.influxctl_path}
    waiting = {"influxctl_path": "{{ playbook_dir }}/waiting", "management_token": None}
    not_allowed = {"kind": "status", "status": 403, "path": "management/create"}
    return {
        "No account id is given": Case({"account_id": None}),
        "No management token is given": Case({"management_token": None}),
        "Nobody would receive the token": Case({"description": "metrics"}, module="database_token"),
        "have the same description": Case(
            {"tokens": [{"description": "metrics", "state": "absent"}] * 2},
            module="database_tokens",
            said="tokens (entry 1) and tokens (entry 2)",
        ),
        "fits any description": Case({"tokens": [], "prune": {"match": "*", "max": 1}}, module="database_tokens"),
        "is not a regular expression": Case(
            {"tokens": [], "prune": {"match": "(", "max": 1, "use_regex": True}},
            module="database_tokens",
            said="missing )",
        ),
        "async is not supported": Case({"description": "metrics"}, module="database_token", keywords={"async": 60}),
        "holds what looks like a token": Case({"description": f"{MISTYPED}-in-haste"}),
        # There is a playbook in its place.
        "holds something that this collection has not written": Case(
            {**CREATE, **ALLOWING_NOTHING, "secret_file": "play.json"}, module="database_token"
        ),
        "holds something else than what belongs beside a token": Case(
            {**CREATE, **ALLOWING_NOTHING, "secret_file": "play"}, module="database_token"
        ),
        "overlap retires what a secret_file held before": Case(
            {"description": "metrics", "overlap": "1d"}, module="database_token", keywords={"register": "made"}
        ),
        "is not an RFC 3339 instant": Case(
            {**CREATE, **ALLOWING_NOTHING, "expires_at": "2027-01-31T00:00:00+25:00"},
            module="database_token",
            said="no offset from UTC is that large",
        ),
        "permissions are not given": Case(CREATE, module="database_token"),
        "Cannot use /": Case(
            {**CREATE, **ALLOWING_NOTHING, "secret_file": f"/{'long' * 100}.token"}, module="database_token"
        ),
        "is shorter than an hour": Case({"name": "metrics", "retention_period": 30}, module="database"),
        "must be percent-encoded": Case(
            {"name": "metrics", "partition_template": [{"type": "tag", "value": "plátanos"}]},
            module="database",
            said="pl%C3%A1tanos",
        ),
        "so there is none for the table": Case({"database": "metrics", "name": "rooms"}, module="table"),
        "There is neither": Case({"name": "telemetry", "rename_from": "metrics"}, module="database"),
        "No deleted database of the name": Case({**influxctl, "name": "metrics", "restore": True}, module="database"),
        "url leads to": Case({"url": "https://cluster.a.influxdb.io"}, said="InfluxDB 3 Cloud"),
        "was not found when": Case({"url": "https://no-such-name.invalid"}),
        "Could not connect to": Case({"url": f"https://127.0.0.1:{closed_port}"}),
        "broke when": Case(fault={"kind": "drop_before"}),
        "was not accepted (unable to get local issuer certificate)": Case({"ca_path": None}),
        "No TLS connection to": Case({"url": f"https://127.0.0.1:{plain_port}"}),
        "the answer is an HTML page, so a proxy may have sent it": refused(502, body=PAGE),
        "not JSON": refused(200, body=PAGE),
        "was not accepted (401)": refused(401),
        "not allowed to do this (403)": refused(403),
        "Not found (404)": refused(404),
        "reports a conflict (409)": creation("status", status=409),
        "refused the request as malformed (400)": creation("status", status=400),
        "is limiting requests (429)": Case(
            fault={"kind": "status", "status": 429, "headers": {"Retry-After": "90"}}, said="asks to wait 90 s"
        ),
        "a proxy before it failed (503)": refused(503),
        "is not a program that can be run": Case({"influxctl_path": "missing"}, module="management_token_info"),
        "is too old to create": Case(
            {**CREATE, "influxctl_path": "{{ playbook_dir }}/old"}, module="management_token", said="2.5.0"
        ),
        "It may have been waiting for a login in a browser": Case(
            {**waiting, "allow_cached_login": True, "timeout": 1}, None, "management_token_info"
        ),
        "the management token M.V1.": Case({**influxctl, "management_token": MISTYPED}, module="management_token_info"),
        "this is not allowed": Case({**CREATE, **influxctl}, not_allowed, "management_token"),
        "just made, ... was revoked": creation("drop_after", {"lifetime": "90d"}),
        "No new database token of this description appeared": creation("drop_before"),
    }


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def plain_port() -> Iterator[int]:
    """A port where something else than TLS answers."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 mail.example.com\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def explained() -> list[str]:
    """The words of every row of the guide, in their order."""
    return [codes(row[0])[0] for rows in tables(GUIDE, "The message says") for row in rows]


def test_messages_say_what_the_guide_says(
    simulator: Simulator, reader: Reader, closed_port: int, plain_port: int
) -> None:
    provoked = cases(simulator, closed_port, plain_port)
    assert sorted([*provoked, *ELSEWHERE]) == sorted(explained())
    write_programs(reader, simulator)
    order_faults(simulator, provoked)
    connection = take_connection(reader)
    output = play(reader, [task(number, case, connection) for number, case in enumerate(provoked.values())])
    messages = [
        json.loads(line.partition("=> ")[2])["msg"] for line in output.splitlines() if line.startswith("fatal: ")
    ]
    assert len(messages) == len(provoked), output
    for (phrase, case), message in zip(provoked.items(), messages, strict=True):
        assert found(phrase, message), (phrase, message)
        assert case.said in message, (case.said, message)
        assert "<" not in message
    ordered = sum(case.fault is not None for case in provoked.values())
    assert sum(request["fault"] is not None for request in simulator.requests()) == ordered
    state = simulator.state()
    secrets = [token["secret"] for token in state["management_tokens"] + state["database_tokens"]]
    assert shown_secrets(output, [*secrets, MISTYPED]) == []
    assert "Traceback" not in output


@pytest.mark.parametrize("phrase", ELSEWHERE)
def test_other_messages_are_provoked_by_other_tests(phrase: str) -> None:
    source = (CHECKOUT / "tests" / ELSEWHERE[phrase]).read_text(encoding="utf-8")
    assert phrase in source


def found(phrase: str, message: str) -> bool:
    """Whether a message has the words of the guide; ``...`` stands for anything."""
    return re.search(".*".join(map(re.escape, phrase.split("..."))), message) is not None


def write_programs(reader: Reader, simulator: Simulator) -> None:
    """An influxctl that is too old, and one that waits for longer than anybody."""
    influxctl = shlex.quote(simulator.influxctl_path)
    old = f'case "$*" in *version) echo influxctl version 2.5.0;; *) exec {influxctl} "$@";; esac'
    for name, script in (("old", old), ("waiting", "exec sleep 86400")):
        reader.write(name, f"#!/bin/sh\n{script}\n")
        (reader.working_folder / name).chmod(0o700)


def order_faults(simulator: Simulator, provoked: dict[str, Case]) -> None:
    """Those of lists are told apart by the cluster that is asked for; those of creations come in their order."""
    for number, case in enumerate(provoked.values()):
        if case.fault is not None:
            path = "^/api/" if "method" in case.fault else f"/clusters/case{number}/"
            simulator.add_fault(**{"path": path, **case.fault})


def task(number: int, case: Case, connection: dict[str, Any]) -> dict[str, Any]:
    """The task of a case; null as an argument leaves it out."""
    own = case.fault is not None and not case.fault.keys() & {"method", "path"}
    cluster = {"cluster_id": f"case{number}"} if own else {}
    arguments = {**connection, "retries": 0, "timeout": PATIENCE, **cluster, **case.arguments}
    given = {name: value for name, value in arguments.items() if value is not None}
    return {f"{NAME}.{case.module}": given, "ignore_errors": True, **case.keywords}


def take_connection(reader: Reader) -> dict[str, Any]:
    """What is in the environment, as options, so that a task can do without."""
    names = [name for name in reader.environment if name.startswith("INFLUXDB3_")]
    return {name.removeprefix("INFLUXDB3_").lower(): reader.environment.pop(name) for name in names}


def play(reader: Reader, tasks: list[dict[str, Any]]) -> str:
    """What a play of these tasks prints. A look for a lost token takes no time."""
    reader.environment |= {
        "ANSIBLE_VERBOSITY": "0",
        "ANSIBLE_CALLBACK_PLUGINS": str(CHECKOUT / "tests" / "integration" / "callbacks"),
        "ANSIBLE_CALLBACKS_ENABLED": "no_waiting",
    }
    reader.write("play.json", json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    return reader.run("ansible-playbook play.json").output
