# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starting and steering the simulator from a test. Uses only the standard library."""

from __future__ import annotations

import dataclasses
import http.client
import json
import shutil
import ssl
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.influxdb3.management.tests.waiting import PATIENCE, wait_until

RUN = Path(__file__).parent / "run"

# What the service answers to a token that it does not accept; as the details of a fault.
REFUSES: dict[str, Any] = {"status": 401, "body": {"code": 401, "message": "unauthorized"}}


@dataclasses.dataclass(frozen=True)
class Reply:
    """An answer; ``value`` is the decoded JSON, or None when the body is empty or no JSON."""

    status: int
    headers: dict[str, str]
    text: str
    value: Any


class Simulator:
    """A running simulator; its attributes are the keys of the ready file. Use ``start``, and ``with`` or ``stop``."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, ready: dict[str, Any], product: str) -> None:
        self.process = process
        self.product = product
        self.ready = ready
        self.url: str = ready["url"]
        self.ca_path: str | None = ready["ca_path"]
        self.account_id: str = ready["account_id"]
        self.cluster_id: str = ready["cluster_id"]
        self.management_token: str = ready["management_token"]
        self.influxctl_path: str = ready["influxctl_path"]
        self.data_url: str = ready["data_url"]
        self.login_home: str = ready["login_home"]
        self._folder = folder
        self._tls = None if self.ca_path is None else ssl.create_default_context(cafile=self.ca_path)

    @classmethod
    def start(
        cls,
        seed: int | None = None,
        product: str = "dedicated",
        http: bool = False,
        dialect: str | None = None,
        standing_clock: datetime | bool = False,
    ) -> Simulator:
        """Start a simulator on a free port and return when it listens; raise RuntimeError if it ends instead.

        ``standing_clock`` is a moment with its time zone, or true for the one of the start: there the simulated time
        stands until ``advance_clock`` moves it, and a ``reset`` leads back to it.
        """
        folder = Path(tempfile.mkdtemp(prefix="influxdb-simulator-test-"))
        ready_file, log = folder / "ready.json", folder / "log"
        command = [str(RUN), "--ready-file", str(ready_file), "--product", product, "--stop-with-parent"]
        command += [] if seed is None else ["--seed", str(seed)]
        command += [] if dialect is None else ["--dialect", dialect]
        command += ["--http"] if http else []
        if standing_clock:
            instant = [standing_clock.isoformat()] if isinstance(standing_clock, datetime) else []
            command += ["--standing-clock", *instant]
        # A session of its own: Ctrl-C in the terminal ends the tests first, and they end the simulator.
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        try:
            wait_until(lambda: ready_file.exists() or process.poll() is not None, "the simulator listens")
        except BaseException:
            process.kill()
            process.wait()
            shutil.rmtree(folder)
            raise
        if process.poll() is not None:
            said = log.read_text(encoding="utf-8", errors="replace")
            shutil.rmtree(folder)
            raise RuntimeError(f"The simulator did not start: {said}")
        return cls(process, folder, json.loads(ready_file.read_text(encoding="utf-8")), product)

    def stop(self) -> int:
        """Stop it and return its exit status; a second time does nothing more."""
        self.process.terminate()
        try:
            status = self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        return status

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def api_path(self) -> str:
        """The path of the Management API for the cluster, without a slash at its end."""
        return f"/api/v0/accounts/{self.account_id}/clusters/{self.cluster_id}"

    def requests(self) -> list[dict[str, Any]]:
        """Return what was received: ``method``, ``path``, ``status``, ``time``, ``fault``."""
        requests: list[dict[str, Any]] = self._control("GET", "requests")
        return requests

    def forget_requests(self) -> None:
        """Forget what was received, and the calls of influxctl, which are many in a long test."""
        self._control("DELETE", "requests")

    def state(self) -> dict[str, Any]:
        """Return everything the simulator knows, secrets included."""
        state: dict[str, Any] = self._control("GET", "state")
        return state

    def add_fault(self, kind: str, path: str = "", method: str | None = None, **details: Any) -> None:
        """Order a fault, by default once; details are the other fields of the README."""
        self._control("POST", "faults", {"kind": kind, "path": path, "method": method, **details})

    def clear_faults(self) -> None:
        """Cancel all faults."""
        self._control("DELETE", "faults")

    def end_delays(self) -> None:
        """Let every request that is being delayed go on, as if its time had passed."""
        self._control("DELETE", "delays")

    def advance_clock(self, seconds: float) -> None:
        """Move the simulated time."""
        self._control("POST", "clock", {"advance_seconds": seconds})

    def behave(self, **chosen: Any) -> None:
        """Have the service behave so, as the README names it; what is not chosen is as documented."""
        self._control("POST", "behaviour", chosen)

    def refuse_changes(self, enabled: bool) -> None:
        """Refuse every change from now on, or no longer."""
        self._control("POST", "refuse_changes", {"enabled": enabled})

    def reset(self, **chosen: Any) -> None:
        """Return to the state of the start; ``seed`` and ``dialect`` may differ from those given there."""
        self._control("POST", "reset", chosen)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = PATIENCE,
    ) -> Reply:
        """Send a request; a body that is not bytes goes as JSON. Proxies of the environment do not matter."""
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        connection = (
            http.client.HTTPConnection(host, parts.port, timeout=timeout)
            if self._tls is None
            else http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=self._tls)
        )
        sent = {} if body is None else {"Content-Type": "application/json"}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        try:
            data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            connection.request(method, path, data, {**sent, **(headers or {})})
            # Closed here: where the line breaks while it is read, it would be left to the garbage collector.
            with connection.getresponse() as answer:
                text = answer.read().decode("utf-8", "replace")
        finally:
            connection.close()
        is_json = answer.headers.get_content_type() == "application/json" and text != ""
        received = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status, received, text, json.loads(text) if is_json else None)

    def _control(self, method: str, name: str, body: Any = None) -> Any:
        reply = self.ask(method, f"/_simulator/{name}", body)
        if reply.status not in (200, 204):
            raise RuntimeError(f"The simulator answered {reply.status} to {method} {name}: {reply.text}")
        return reply.value
