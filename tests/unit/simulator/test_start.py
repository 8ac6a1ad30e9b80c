# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the start to the end of the process."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from ansible_collections.influxdb3.management.tests.simulator.fixture import RUN, Simulator
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator import installation
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE, wait_until


@contextmanager
def running(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """The process of a command; what is left of it when a test fails is ended."""
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_ready_file(process: subprocess.Popen[bytes], path: Path) -> dict[str, Any]:
    wait_until(lambda: path.exists() or process.poll() is not None, "the simulator listens")
    assert process.poll() is None, "the simulator ended"
    ready: dict[str, Any] = json.loads(path.read_text())
    return ready


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    temporary, ready_file = tmp_path / "temporary", tmp_path / "ready.json"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with running([str(RUN), "--ready-file", str(ready_file)], env=environment, stdout=subprocess.DEVNULL) as process:
        ready = wait_for_ready_file(process, ready_file)
        assert ready_file.stat().st_mode & 0o777 == 0o600
        assert sorted(ready) == [
            "account_id",
            "ca_path",
            "cluster_id",
            "data_url",
            "influxctl_path",
            "login_home",
            "management_token",
            "url",
        ]
        assert ready["influxctl_path"].startswith(str(temporary))
        process.send_signal(number)
        assert process.wait(timeout=PATIENCE) == 0
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["temporary"]


def test_requests_under_way_do_not_disturb_the_end(tmp_path: Path) -> None:
    """One that is being delayed, and one of which only a part has come."""
    ready_file = tmp_path / "ready.json"
    command = [str(RUN), "--http", "--ready-file", str(ready_file)]
    with running(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        url = urlsplit(wait_for_ready_file(process, ready_file)["url"])
        with ExitStack() as lines:
            waiting, halting, control = (http.client.HTTPConnection(url.hostname or "", url.port) for _ in range(3))
            for line in (waiting, halting, control):
                lines.callback(line.close)
            halting.putrequest("POST", "/api/v0/tokens")
            halting.putheader("Content-Length", "100")
            halting.endheaders(b"{")
            control.request("POST", "/_simulator/faults", json.dumps({"kind": "delay_before", "seconds": 3600}))
            control.getresponse().read()
            waiting.request("GET", "/api/v0/tokens")
            requests = b"[]"
            while requests == b"[]":
                control.request("GET", "/_simulator/requests")
                requests = control.getresponse().read()
            process.terminate()
            _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, b"")


def test_it_stops_with_its_parent(tmp_path: Path) -> None:
    ready_file = tmp_path / "ready.json"
    # The shell in between tells its number, ends at once and leaves the simulator behind.
    command = '"$1" --http --stop-with-parent --ready-file "$2" >&2 & while ! [ -e "$2" ]; do sleep 0.02; done; echo $!'
    shell = ["/bin/sh", "-c", command, "sh", str(RUN), str(ready_file)]
    said = subprocess.run(shell, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE).stdout
    try:
        wait_until(lambda: not ready_file.exists(), "the simulator ends with its parent")
    except AssertionError:
        os.kill(int(said), signal.SIGTERM)
        raise


def test_the_port_can_be_chosen_and_a_taken_one_is_an_error(tmp_path: Path, simulator: Simulator) -> None:
    port = simulator.url.rpartition(":")[2]
    command = [str(RUN), "--http", "--ready-file", str(tmp_path / "ready.json"), "--port", port]
    finished = subprocess.run(command, capture_output=True, check=False, text=True, timeout=PATIENCE)
    assert finished.returncode == 1
    assert finished.stderr.count("\n") == 1
    assert finished.stderr.startswith("The simulator cannot start: ")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_for_the_ready_file_must_exist(tmp_path: Path) -> None:
    command = [str(RUN), "--http", "--ready-file", str(tmp_path / "missing" / "ready.json")]
    finished = subprocess.run(command, capture_output=True, check=False, text=True, timeout=PATIENCE)
    assert finished.returncode == 1
    assert finished.stderr.count("\n") == 1


def test_it_runs_from_a_folder_of_any_name(tmp_path: Path) -> None:
    folder, ready_file = tmp_path / "it's a $(folder)" / "simulator", tmp_path / "ready.json"
    shutil.copytree(RUN.parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [str(folder / "run"), "--http", "--ready-file", str(ready_file)]
    with running(command, env=environment, stdout=subprocess.DEVNULL) as process:
        ready = wait_for_ready_file(process, ready_file)
        version = subprocess.run(
            [ready["influxctl_path"], "version"], capture_output=True, check=True, text=True, timeout=PATIENCE
        )
        process.terminate()
        process.wait(timeout=PATIENCE)
    assert version.stdout == "influxctl version 2.12.1 linux/amd64\n"


def test_before_the_environment_is_made_it_says_what_to_do(tmp_path: Path) -> None:
    folder, programs = tmp_path / "tests" / "simulator", tmp_path / "programs"
    shutil.copytree(RUN.parent, folder, ignore=shutil.ignore_patterns("__pycache__"))
    programs.mkdir()
    (programs / "dirname").symlink_to(shutil.which("dirname") or "")
    # A Python without libraries.
    (programs / "python3").write_text(f"#!/bin/sh\nexec '{os.path.realpath(sys.executable)}' -IS \"$@\"\n")
    (programs / "python3").chmod(0o755)
    command = [str(folder / "run"), "--ready-file", str(tmp_path / "ready.json")]
    finished = subprocess.run(command, capture_output=True, check=False, text=True, env={"PATH": str(programs)})
    assert finished.returncode == 1
    assert finished.stderr == f"The simulator has nothing to run on yet: run make setup in {tmp_path} first.\n"


@pytest.mark.parametrize("real", [True, False], ids=["a link", "the path itself"])
def test_influxctl_runs_with_a_python_of_any_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real: bool) -> None:
    python = tmp_path / "it's with space" / "python"
    python.parent.mkdir()
    python.symlink_to(os.path.realpath(sys.executable))
    monkeypatch.setattr(sys, "executable", str(python))
    if not real:
        monkeypatch.setattr(os.path, "realpath", str)
    settings = {"address": "http://127.0.0.1:9", "ca_path": None, "version": "2.12.1", "create_knows_format": True}
    influxctl = installation.install_influxctl(tmp_path, settings)
    finished = subprocess.run([influxctl, "version"], capture_output=True, check=True, text=True, timeout=PATIENCE)
    assert finished.stdout == "2.12.1"


def test_https_needs_the_authority_of_the_ready_file(simulator: Simulator) -> None:
    assert simulator.url.startswith("https://127.0.0.1:")
    assert simulator.ask("GET", "/").status == 404
    check = f"import urllib.request as u; u.build_opener(u.ProxyHandler({{}})).open('{simulator.url}/')"
    finished = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, check=False, text=True, timeout=PATIENCE
    )
    assert "CERTIFICATE_VERIFY_FAILED" in finished.stderr


def test_plain_http_has_no_authority() -> None:
    with Simulator.start(http=True) as simulator:
        assert simulator.url.startswith("http://127.0.0.1:")
        assert simulator.ca_path is None
        assert simulator.ask("GET", f"{simulator.api_path}/tokens", token=simulator.management_token).value == []
