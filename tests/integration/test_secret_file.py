# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret file lies on the host of its task, however that is reached, and the controller's secrets never go there."""

from __future__ import annotations

import json
import os
import pwd
import re
import shlex
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.integration.controller import Controller, Run
from ansible_collections.influxdb3.management.tests.integration.ssh_server import SshServer, why_not_openssh
from ansible_collections.influxdb3.management.tests.level import PROOF_ONLY
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

WAYS = ("ssh, pipelined", "ssh", "local")
# A new token is looked at more than once: read, tried, written.
LAST_CALL = 3


@pytest.fixture
def controller(documented_controller: Controller) -> Controller:
    """One with its token in the environment, as usual."""
    return documented_controller


Reach = Callable[..., Path]


@pytest.fixture
def reach(controller: Controller, request: pytest.FixtureRequest) -> Reach:
    """Has one host, web1, be reached in a way, with more variables; returns its home folder."""

    def reach(way: str, **variables: str) -> Path:
        if way == "local":
            controller.use_host({"ansible_connection": "local", **variables})
            return Path(controller.environment["HOME"])
        server: SshServer = request.getfixturevalue("ssh_server")
        controller.use_host({**server.variables, **variables}, pipelining=way != "ssh")
        return server.home

    return reach


def play(controller: Controller, task: dict[str, Any], *arguments: str, **keywords: Any) -> Run:
    path = controller.folder / "play.json"
    task = {
        "influxdb3.management.database_token": {"description": "job", "permissions": [], "timeout": PATIENCE, **task},
        **keywords,
    }
    path.write_text(json.dumps([{"hosts": "web1", "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    return controller.playbook(path, *arguments)


def tokens(controller: Controller) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = controller.simulator.state()["database_tokens"]
    return found


def test_ssh_is_tried_against_openssh() -> None:
    if reason := why_not_openssh():
        pytest.skip(f"ssh was tried against the server of asyncssh alone. {reason}")


@pytest.mark.parametrize("way", WAYS)
def test_the_life_of_a_secret_file(controller: Controller, reach: Reach, way: str) -> None:
    home = reach(way)
    task = {"secret_file": "~/new/job.token"}
    file = home / "new" / "job.token"

    dry = play(controller, task, "--check", "--diff")
    assert dry.changed == {"web1": 1}, dry.output
    assert str(file) in dry.output
    assert (tokens(controller), file.parent.exists()) == ([], False)

    assert play(controller, task).changed == {"web1": 1}
    (token,) = tokens(controller)
    assert file.read_text("ascii") == token["secret"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file.parent, file)] == [0o700, 0o600]
    assert play(controller, task).changed == {"web1": 0}

    gone = play(controller, {**task, "state": "absent"})
    assert gone.changed == {"web1": 1}
    assert list(file.parent.iterdir()) == []
    assert [one["status"] for one in tokens(controller)] == ["revoked"]


@pytest.mark.parametrize("way", ["local", *(pytest.param(way, marks=PROOF_ONLY) for way in WAYS[:2])])
def test_a_loosened_mode_is_seen_and_mended(controller: Controller, reach: Reach, way: str) -> None:
    """What the companion does there is for its unit tests, so that before a commit one way shows what is printed."""
    file = reach(way) / "job.token"
    task = {"secret_file": "~/job.token"}
    assert play(controller, task).changed == {"web1": 1}
    file.chmod(0o644)
    for arguments, mode in ((("--check",), 0o644), ((), 0o600)):
        run = play(controller, task, "--diff", "-v", *arguments)
        assert run.changed == {"web1": 1}
        assert "; mode of the secret file" in run.output
        assert re.search(r'^-.*"mode": "0644"', run.output, re.MULTILINE)
        assert re.search(r'^\+.*"mode": "0600"', run.output, re.MULTILINE)
        assert stat.S_IMODE(file.stat().st_mode) == mode
    assert play(controller, task).changed == {"web1": 0}


@pytest.mark.parametrize("way", WAYS)
def test_the_controllers_token_stays_there(
    controller: Controller, reach: Reach, way: str, request: pytest.FixtureRequest
) -> None:
    """In the environment of the controller and in that of the task, it is in no command line and no environment."""
    reach(way)
    seen = controller.folder / "seen"
    python = write_python(controller, f'{{ ps -A -ww -o args; env; echo "$@"; }} >> "{seen}" 2>&1\nexec "$python" "$@"')
    token = controller.environment["INFLUXDB3_MANAGEMENT_TOKEN"]
    if way != "local":
        # Here the process of the controller itself is in the list, and has it in its environment.
        controller.environment["INFLUXDB3_MANAGEMENT_TOKEN"] = "overlaid"
    environment = {"INFLUXDB3_MANAGEMENT_TOKEN": token, "GREETING": "hello-host"}
    run = play(controller, {"secret_file": "~/job.token"}, "-vvv", environment=environment, vars=interpreter(python))
    assert run.changed == {"web1": 1}, run.output
    on_host = seen.read_text("utf-8", "replace")
    # What is meant for the host gets there.
    assert "GREETING=hello-host" in on_host
    commands = "" if way == "local" else request.getfixturevalue("ssh_server").commands()
    for place in (run.output, commands, without_own_environment(on_host, way)):
        assert token not in place
        assert tokens(controller)[0]["secret"] not in place


def without_own_environment(seen: str, way: str) -> str:
    """A local host is the controller, whose own variables its processes inherit."""
    return re.sub(r"^INFLUXDB3_.*$", "", seen, flags=re.MULTILINE) if way == "local" else seen


def interpreter(python: Path) -> dict[str, str]:
    return {"ansible_python_interpreter": str(python)}


def write_python(controller: Controller, script: str) -> Path:
    """What stands for Python on the host."""
    path = controller.folder / "python-of-the-host"
    path.write_text(f'#!/bin/sh\npython="{sys.executable}"\n{script}\n', encoding="utf-8")
    path.chmod(0o755)
    controller.host_python = str(path)
    return path


def test_a_host_that_cannot_be_reached_costs_nothing(
    controller: Controller, reach: Reach, ssh_server: SshServer
) -> None:
    reach("ssh")
    ssh_server.stop()
    run = play(controller, {"secret_file": "~/job.token"}, ignore_unreachable=True)
    assert run.recap["web1"]["failed"] == 0, run.output
    assert "UNREACHABLE" in run.output
    assert tokens(controller) == []
    assert controller.simulator.requests() == []


@pytest.mark.parametrize("is_written", [False, True])
def test_a_host_that_is_lost_while_it_writes(controller: Controller, reach: Reach, is_written: bool) -> None:
    home = reach("ssh, pipelined")
    count = controller.folder / "count"
    last = '"$python" "$@"; exit 255' if is_written else "exit 255"
    write_python(
        controller,
        f'echo >> "{count}"\nif [ "$(wc -l < "{count}")" -eq {LAST_CALL} ]; then {last}; fi\nexec "$python" "$@"',
    )
    task = {"secret_file": "~/job.token", "lifetime": "90d"}
    run = play(controller, task)
    assert run.recap["web1"]["unreachable"] == 1, run.output
    (token,) = tokens(controller)
    assert token["status"] == "live"
    assert f"the database token just made, {token['id']}, has reached its place is not known" in " ".join(
        run.output.split()
    )
    assert (home / "job.token").exists() is is_written

    # The next run looks, and goes on from what is there.
    again = play(controller, task)
    assert again.changed == {"web1": 0 if is_written else 1}, again.output
    held = (home / "job.token").read_text("ascii")
    assert held == tokens(controller)[-1]["secret"]
    assert {one["status"] for one in tokens(controller)} == {"live"}
    assert (token["id"] in again.output) is not is_written


@pytest.mark.parametrize(
    ("task", "keywords", "message"),
    [
        ({"secret_file": "job.token"}, {}, "secret_file job.token is a relative path"),
        ({"secret_file": "~/job.token"}, {"async": 60, "poll": 0}, "async is not supported"),
        ({"secret_file": "/proc/1/mem"}, {}, "/proc/1/mem"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_sent(
    controller: Controller, reach: Reach, task: dict[str, Any], keywords: dict[str, Any], message: str
) -> None:
    reach("ssh, pipelined")
    run = play(controller, task, **keywords)
    assert run.recap["web1"]["failed"] == 1, run.output
    assert message in run.output
    assert "Traceback" not in run.output
    assert not any(request["method"] == "POST" for request in controller.simulator.requests())


@pytest.mark.parametrize("way", WAYS)
def test_a_user_that_cannot_be_become_without_a_password(controller: Controller, reach: Reach, way: str) -> None:
    sudo = controller.folder / "sudo"
    sudo.write_text("#!/bin/sh\necho 'sudo: a password is required' >&2\nexit 1\n", encoding="utf-8")
    sudo.chmod(0o755)
    reach(way, ansible_become_exe=shlex.quote(str(sudo)))
    other = "nobody" if os.geteuid() == 0 else "root"
    run = play(controller, {"secret_file": "~/job.token"}, become=True, become_user=other)
    assert run.recap["web1"]["failed"] == 1, run.output
    (message,) = (line for line in run.output.splitlines() if line.startswith("fatal: "))
    assert "Nothing could be run on the host: " in message
    assert ("a password is required" if way == "local" else "Missing sudo password") in message
    assert "--ask-become-pass" in message
    assert controller.simulator.requests() == []


@pytest.mark.parametrize("module", ["secret_file", "influxctl_config_file"])
def test_companions_are_no_modules_for_playbooks(controller: Controller, module: str) -> None:
    run = controller.adhoc(module, "-a", "operation=read path=/job.token")
    assert run.status == 2
    assert f"{module} is internal to this collection." in run.output


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user without a password")
@pytest.mark.parametrize("way", WAYS)
def test_the_file_of_another_user(controller: Controller, reach: Reach, way: str) -> None:
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin:/bin")
    if python is None:
        pytest.skip("there is no Python that another user can run")
    controller.host_python = python
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        theirs, for_modules = folder / "theirs", folder / "modules"
        nobody = pwd.getpwnam("nobody")
        for made in (theirs, for_modules):
            made.mkdir()
            os.chown(made, nobody.pw_uid, nobody.pw_gid)
        reach(way, ansible_remote_tmp=str(for_modules))
        become = {"become": True, "become_method": "su", "become_user": "nobody"}
        become["vars"] = {"ansible_become_flags": "-s /bin/sh"}
        run = play(controller, {"secret_file": str(theirs / "job.token")}, **become)
        assert run.changed == {"web1": 1}, run.output
        for file in ("job.token", "job.token.json"):
            assert (theirs / file).stat().st_uid == nobody.pw_uid
        # Only the files are theirs: the service was asked by this user.
        given = play(controller, {"secret_file": str(theirs / "job.token"), "owner": "daemon", "mode": "0640"})
        assert given.changed == {"web1": 1}, given.output
        status = (theirs / "job.token").stat()
        assert (status.st_uid, stat.S_IMODE(status.st_mode)) == (pwd.getpwnam("daemon").pw_uid, 0o640)
        assert len(tokens(controller)) == 1
