# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each kind of fault, over real connections."""

from __future__ import annotations

import http.client
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from ansible_collections.influxdb3.management.tests.simulator.fixture import Reply, Simulator
from ansible_collections.influxdb3.management.tests.waiting import wait_until


@pytest.fixture(params=[False, True], ids=["https", "http"])
def either(request: pytest.FixtureRequest, simulators: Callable[..., Simulator]) -> Simulator:
    """A simulator with TLS, and one without."""
    return simulators(http=request.param)


def create(simulator: Simulator, **details: Any) -> Reply:
    body = {"description": "one"}
    return simulator.ask("POST", f"{simulator.api_path}/tokens", body, simulator.management_token, **details)


def made(simulator: Simulator) -> int:
    return len(simulator.state()["database_tokens"])


def last(simulator: Simulator) -> tuple[Any, Any]:
    entry = simulator.requests()[-1]
    return entry["fault"], entry["status"]


@contextmanager
def delayed(simulator: Simulator, kind: str) -> Iterator[list[Any]]:
    """A creation that is being delayed; what came of it is in the list afterwards."""
    outcome: list[Any] = []

    def call() -> None:
        try:
            outcome.append(create(simulator))
        except (http.client.HTTPException, OSError) as error:
            outcome.append(error)

    simulator.add_fault(kind, method="post", path="/tokens$", seconds=3600)
    waiting = threading.Thread(target=call)
    waiting.start()
    try:
        wait_until(simulator.requests, "the request arrives")
        yield outcome
    finally:
        simulator.end_delays()
        waiting.join()


def test_status_changes_nothing(either: Simulator) -> None:
    either.add_fault("status", status=429, headers={"Retry-After": "7", "Date": None}, body={"code": 429})
    reply = create(either)
    assert (reply.status, reply.value, reply.headers["retry-after"]) == (429, {"code": 429}, "7")
    assert "date" not in reply.headers
    assert (made(either), last(either)) == (0, ("status", 429))


def test_status_may_carry_anything(either: Simulator) -> None:
    either.add_fault("status", status=502, headers={"Content-Type": "text/html"}, body="<html>Bad Gateway</html>")
    reply = create(either)
    assert (reply.status, reply.text) == (502, "<html>Bad Gateway</html>")
    assert reply.headers["content-type"] == "text/html"
    either.add_fault("status", status=200, body="")
    assert create(either).text == ""
    either.add_fault("status", status=204, body="not sent")
    assert create(either).status == 204


def test_status_after_hides_the_true_answer(either: Simulator) -> None:
    either.add_fault("status_after", status=503)
    assert create(either).status == 503
    assert (made(either), last(either)) == (1, ("status_after", 503))


def test_rewrite_alters_the_true_answer(either: Simulator) -> None:
    either.add_fault("rewrite", headers={"Content-Type": "text/html"}, pattern='apiv1_[^"]*', body="***")
    reply = create(either)
    (token,) = either.state()["database_tokens"]
    answer = json.loads(reply.text)
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html")
    assert (answer["id"], answer["accessToken"]) == (token["id"], "***")
    assert last(either) == ("rewrite", 200)
    either.add_fault("rewrite", method="DELETE")
    path = f"{either.api_path}/tokens/{token['id']}"
    assert either.ask("DELETE", path, token=either.management_token).status == 204


@pytest.mark.parametrize(("kind", "count"), [("drop_before", 0), ("drop_after", 1)])
def test_drop_cuts_the_connection(either: Simulator, kind: str, count: int) -> None:
    either.add_fault(kind)
    # RemoteDisconnected is both a BadStatusLine and a ConnectionResetError; over TLS the cut is an SSLEOFError.
    with pytest.raises((http.client.HTTPException, OSError)) as raised:
        create(either)
    assert not isinstance(raised.value, TimeoutError)
    assert (made(either), last(either)) == (count, (kind, None))
    assert create(either).status == 200


def test_truncate_sends_half_of_the_body(either: Simulator) -> None:
    either.add_fault("truncate")
    with pytest.raises((http.client.IncompleteRead, OSError)) as raised:
        create(either)
    if isinstance(raised.value, http.client.IncompleteRead):
        assert raised.value.partial.startswith(b'{"accountId"')
        assert raised.value.expected
    assert (made(either), last(either)) == (1, ("truncate", 200))


@pytest.mark.parametrize(("kind", "at_once"), [("delay_before", 0), ("delay_after", 1)])
def test_delay_holds_up_only_its_request(simulator: Simulator, kind: str, at_once: int) -> None:
    with delayed(simulator, kind) as outcome:
        wait_until(lambda: made(simulator) == at_once, "the change is made")
        other = simulator.ask("GET", f"{simulator.api_path}/tokens", token=simulator.management_token)
        assert (other.status, outcome) == (200, [])
    assert [reply.status for reply in outcome] == [200]
    assert (made(simulator), simulator.requests()[0]["status"]) == (1, 200)


@pytest.mark.parametrize("kind", ["delay_before", "delay_after"])
def test_a_delay_ends_by_itself(simulator: Simulator, kind: str) -> None:
    simulator.add_fault(kind, seconds=0.01)
    assert create(simulator).status == 200
    assert last(simulator) == (kind, 200)


def test_a_delayed_change_is_made_although_the_caller_has_left(simulators: Callable[..., Simulator]) -> None:
    simulator = simulators(http=True)
    simulator.add_fault("delay_before", seconds=3600)
    url = urlsplit(simulator.url)
    caller = http.client.HTTPConnection(url.hostname or "", url.port)
    headers = {"Authorization": f"Bearer {simulator.management_token}", "Content-Type": "application/json"}
    caller.request("POST", f"{simulator.api_path}/tokens", json.dumps({"description": "one"}), headers)
    wait_until(simulator.requests, "the request arrives")
    caller.close()
    assert made(simulator) == 0
    simulator.end_delays()
    wait_until(lambda: made(simulator) == 1, "the change is made")


def test_a_reset_cuts_what_is_being_delayed(simulator: Simulator) -> None:
    with delayed(simulator, "delay_before") as outcome:
        simulator.reset()
    (failure,) = outcome
    assert isinstance(failure, (http.client.HTTPException, OSError))
    assert (made(simulator), simulator.requests()) == (0, [])


def test_times_method_and_path_decide(simulator: Simulator) -> None:
    simulator.add_fault("status", method="POST", path="/tokens$", times=2)
    simulator.add_fault("status", status=503, times=None)
    statuses = [create(simulator).status for _ in range(4)]
    assert statuses == [500, 500, 503, 503]
    assert [fault["status"] for fault in simulator.state()["faults"]] == [503]
    simulator.clear_faults()
    assert create(simulator).status == 200


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"kind": "other"},
        {"kind": "status", "unknown": 1},
        {"kind": "status", "status": 99},
        {"kind": "status", "times": 0},
        {"kind": "status", "path": "("},
        {"kind": "status", "headers": {"a": 1}},
        {"kind": "delay_before", "seconds": -1},
        [],
    ],
)
def test_a_wrong_order_is_refused(simulator: Simulator, order: Any) -> None:
    assert simulator.ask("POST", "/_simulator/faults", order).status == 400
    assert simulator.state()["faults"] == []


@pytest.mark.parametrize(
    ("kind", "count", "timeout", "message"),
    [
        ("status", 0, "1m", "unexpected status 500"),
        ("drop_before", 0, "1m", "unexpected EOF"),
        ("drop_after", 1, "1m", "unexpected EOF"),
        ("truncate", 1, "1m", "unexpected EOF"),
        ("rewrite", 1, "1m", "unexpected answer"),
        ("delay_before", 0, "0.1s", "context deadline exceeded"),
        ("delay_after", 1, "0.1s", "context deadline exceeded"),
    ],
)
def test_faults_hit_influxctl(
    simulator: Simulator,
    influxctl: Callable[..., subprocess.CompletedProcess[str]],
    kind: str,
    count: int,
    timeout: str,
    message: str,
) -> None:
    simulator.add_fault(kind, path="^/_influxctl/management/create$", seconds=3600, pattern="^{")
    arguments = ["management", "create", "--description", "one"]
    finished = influxctl(simulator, *arguments, before=("--timeout", timeout))
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.startswith("Error: failed to create management token: ")
    assert message in finished.stderr
    # A caller that does not wait may be gone before the simulator has looked at what it wants.
    wait_until(simulator.requests, "the request arrives")
    assert len(simulator.state()["management_tokens"]) == 1 + count
    assert simulator.requests()[-1]["fault"] == kind
