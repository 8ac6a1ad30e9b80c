# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody at a terminal of the controller who follows a document word by word.

Everything that Ansible can print is printed (-vvvv --diff), and kept. Hosts are home folders behind a stand-in for ssh,
so that inventories and commands are those of the document.
"""

from __future__ import annotations

import base64
import os
import shlex
import subprocess
import sys
from pathlib import Path

from ansible_collections.influxdb3.management.tests.integration.controller import Run
from ansible_collections.influxdb3.management.tests.integration.stand_ins import host_programs
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

PROGRAMS = Path(sys.executable).parent
CONTROLLER_PROGRAMS = Path(__file__).parent / "controller_programs"
HOST_PROGRAMS = Path(__file__).parent / "host_programs"


class Reader:
    """A terminal in a working folder; what is exported and where one has gone to lasts from block to block."""

    def __init__(
        self,
        folder: Path,
        simulator: Simulator,
        ansible_programs: Path,
        host_python: Path,
        working_folder: Path | None = None,
    ) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.working_folder = working_folder or folder / "work"
        self._hosts = folder / "hosts"
        for path in (self.home, self.working_folder, self._hosts, folder / "tmp"):
            path.mkdir(exist_ok=True)
        self.environment = {
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TMPDIR": str(folder / "tmp"),
            "PATH": os.pathsep.join(
                [
                    str(CONTROLLER_PROGRAMS),
                    os.path.dirname(simulator.influxctl_path),
                    str(ansible_programs),
                    str(PROGRAMS),
                    os.environ["PATH"],
                ]
            ),
            "STAND_IN_HOSTS": str(self._hosts),
            "STAND_IN_HOST_PATH": os.pathsep.join(
                [
                    str(_host_programs(folder, simulator, host_python)),
                    str(host_programs()),
                    "/usr/bin",
                    "/bin",
                ]
            ),
            "INFLUXDB3_URL": simulator.url,
            "INFLUXDB3_CA_PATH": simulator.ca_path or "",
            "ANSIBLE_VERBOSITY": "4",
            "ANSIBLE_DIFF_ALWAYS": "1",
            "ANSIBLE_NOCOLOR": "1",
            # Faster; and as on real hosts, needed where a task becomes another user that is not root.
            "ANSIBLE_PIPELINING": "1",
            # Otherwise modules are unpacked in the home folder that the password file names, whatever HOME says.
            "ANSIBLE_REMOTE_TEMP": str(folder / "tmp"),
            # What requirements.txt asks for is what the tests run with.
            "PIP_NO_INDEX": "1",
        }
        # In the place of what the machine or the person who runs the tests has configured.
        self.write("ansible.cfg", "")

    def take_controller_environment(self, simulator: Simulator) -> None:
        """Have what the first token is for: the ids and a management token in the environment."""
        self.environment |= {
            "INFLUXDB3_ACCOUNT_ID": simulator.account_id,
            "INFLUXDB3_CLUSTER_ID": simulator.cluster_id,
            "INFLUXDB3_MANAGEMENT_TOKEN": simulator.management_token,
        }

    def write(self, name: str, text: str) -> None:
        """Save a file as an editor does: in the present folder or the home folder, its mode kept."""
        path = self.home / name[2:] if name.startswith("~/") else self.working_folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, script: str) -> Run:
        """Run lines of shell; the first that fails is the last."""
        kept = self.folder / "kept"
        # A script that fails does not get this far, and leaves nothing to go on with.
        script += f"\n{{ pwd; env -0; }} > {shlex.quote(str(kept))}\n"
        completed = subprocess.run(
            ["bash", "-eu", "-o", "pipefail", "-c", script],
            cwd=self.working_folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if completed.returncode == 0:
            working_folder, _newline, variables = kept.read_text(encoding="utf-8").partition("\n")
            kept.unlink()
            self.working_folder = Path(working_folder)
            self.environment = dict(entry.split("=", 1) for entry in variables.split("\0") if entry)
        return Run(completed.returncode, completed.stdout)

    def exposed_files(self, secrets: list[str]) -> list[str]:
        """The files of the controller and the hosts that hold a secret and are not private to their owner."""
        files = [path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink()]
        loose = [path for path in files if path.stat().st_mode & 0o077]
        return [
            str(path.relative_to(self.folder))
            for path in loose
            if any(secret.encode() in path.read_bytes() for secret in secrets)
        ]


def shown_secrets(text: str, secrets: list[str]) -> list[str]:
    """The beginnings of those secrets that stand in a text, plainly or within something encoded as base64."""
    return [f"{secret[:9]}..." for secret in secrets if any(form in text for form in (secret, *_in_base64(secret)))]


def _in_base64(secret: str) -> list[str]:
    """The part of the code that depends on the secret alone, for each of the three places it may begin at."""
    codes = []
    for shift in range(3):
        code = base64.b64encode(b"." * shift + secret.encode()).decode()
        codes.append(code[-(-shift * 8 // 6) : (shift + len(secret)) * 8 // 6])
    return codes


def _host_programs(folder: Path, simulator: Simulator, python: Path) -> Path:
    """What a host has beside the usual: sudo, influxctl, and a Python without the libraries of the controller."""
    return _make_programs(
        folder / "host_programs",
        {
            "sudo": HOST_PROGRAMS / "sudo",
            "influxctl": Path(simulator.influxctl_path),
            "python3": python,
        },
    )


def _make_programs(folder: Path, programs: dict[str, Path]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, program in programs.items():
        (folder / name).symlink_to(program)
    return folder
