# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that is reached by ssh: a server on 127.0.0.1, in a process of its own, for the real client.

The server is OpenSSH's where that is installed and lets this user in, and asyncssh's where not. Either needs no rights.
Commands run as this user in a home folder of their own, with nothing of the controller's environment, and are written
down as the list of processes there would show them.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import asyncssh

PATH = "/usr/local/bin:/usr/bin:/bin"
# Where systems keep what is for servers.
_PROGRAMS = os.pathsep.join(["/usr/sbin", "/usr/local/sbin", "/sbin", os.environ.get("PATH", "")])
_SFTP_SERVERS = ("/usr/lib/openssh", "/usr/libexec/openssh", "/usr/lib/ssh", "/usr/libexec")
# OpenSSH's server wants it where it is started by root; Debian's start script makes it as well.
_EMPTY_FOLDER = Path("/run/sshd")


class SshServer:
    """The server, as tests see it; it listens once this is made."""

    def __init__(self, folder: Path, program: str | None = None) -> None:
        """Start that of OpenSSH at the path ``program``, by default where there is a usable one, or asyncssh's."""
        self.folder = folder
        self.home = folder / "home of the host"
        self.home.mkdir(parents=True)
        _write_key(folder / "user_key")
        if program is None and why_not_openssh() is None:
            program = find_openssh()
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(folder), program or ""], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        ready = json.loads(self._process.stdout.readline())
        self._port: int = ready["port"]
        (folder / "known_hosts").write_text(f"[127.0.0.1]:{self._port} {ready['key']}\n", encoding="ascii")

    def stop(self) -> None:
        """Stop it: the end of its input is the end of it."""
        self._process.communicate()

    def commands(self) -> str:
        """The command lines so far."""
        file = self.folder / "commands"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    @property
    def arguments(self) -> list[str]:
        """What the client needs beside the address."""
        options = {
            "IdentityFile": self.folder / "user_key",
            "UserKnownHostsFile": self.folder / "known_hosts",
            "IdentitiesOnly": "yes",
            # A socket's path must be short, which that of a folder of tests may not be.
            "ControlMaster": "no",
            "ControlPath": "none",
        }
        return ["-F", "none", *(word for name, value in options.items() for word in ("-o", f'{name}="{value}"'))]

    @property
    def variables(self) -> dict[str, str]:
        """How Ansible reaches it, as variables of a host."""
        return {
            "ansible_connection": "ssh",
            "ansible_host": "127.0.0.1",
            "ansible_port": str(self._port),
            "ansible_ssh_args": shlex.join(self.arguments),
            # Without root, the server cannot give a terminal to its group on every system.
            "ansible_ssh_use_tty": str(os.geteuid() == 0),
        }

    def try_login(self) -> str:
        """What stands in the way of a login, in the client's words; empty where nothing does."""
        command = ["ssh", *self.arguments, "-o", "BatchMode=yes", "-p", str(self._port), "127.0.0.1", "true"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        return done.stderr.strip() or f"status {done.returncode}" if done.returncode else ""


def find_openssh() -> str | None:
    """The path of OpenSSH's server, or None where it is not installed."""
    return shutil.which("sshd", path=_PROGRAMS)


@cache
def why_not_openssh() -> str | None:
    """Why tests cannot use OpenSSH's server here, or None where they can."""
    program = find_openssh()
    if program is None:
        return "OpenSSH's server is not installed: apt-get install openssh-server"
    with tempfile.TemporaryDirectory() as folder:
        server = SshServer(Path(folder) / "ssh", program)
        reason = server.try_login()
        server.stop()
        if not reason:
            return None
        said = (server.folder / "log").read_text(encoding="utf-8", errors="replace").strip()
    return f"{program} does not let this user in: {' '.join(said.split()) or reason}"


def _write_key(path: Path) -> str:
    """Write a new private key, and beside it the public one, which is returned too."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    path.touch(0o600)
    key.write_private_key(path)
    public: str = key.export_public_key().decode().strip()
    path.with_suffix(".pub").write_text(f"{public}\n", encoding="ascii")
    return public


async def serve_by_openssh(folder: Path, program: str, key: str) -> None:
    """Have every connection served by a process of OpenSSH's, as inetd does, until the input ends."""
    if os.geteuid() == 0:
        _EMPTY_FOLDER.mkdir(mode=0o755, exist_ok=True)
    (folder / "run").write_text(
        "#!/bin/sh\n"
        f"printf '%s\\n' \"$SSH_ORIGINAL_COMMAND\" >> {shlex.quote(str(folder / 'commands'))}\n"
        'cd "$HOME" && exec "${SHELL:-/bin/sh}" -c "$SSH_ORIGINAL_COMMAND"\n',
        encoding="utf-8",
    )
    (folder / "run").chmod(0o755)
    home = folder / "home of the host"
    lines = [
        f'HostKey "{folder / "host_key"}"',
        # Of names that may hold %, as this one, the server takes that for the beginning of a variable.
        f'AuthorizedKeysFile "{str(folder / "user_key.pub").replace("%", "%%")}"',
        "AuthenticationMethods publickey",
        "PermitRootLogin prohibit-password",
        # A folder of tests may lie in one that others can write to.
        "StrictModes no",
        "UsePAM no",
        f'SetEnv "HOME={home}" LANG=C.UTF-8 "PATH={PATH}"',
        f"ForceCommand {shlex.quote(str(folder / 'run'))}",
        *(f"Subsystem sftp {path}/sftp-server" for path in _SFTP_SERVERS if Path(path, "sftp-server").exists()),
    ]
    (folder / "sshd_config").write_text("\n".join(lines) + "\n", encoding="utf-8")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    tell(listener.getsockname()[1], key)
    running: list[asyncio.subprocess.Process] = []
    with (folder / "log").open("ab") as log, listener:
        accepting = asyncio.ensure_future(_accept(listener, running, (program, "-i", "-e", "-f"), folder, log))
        await asyncio.to_thread(os.read, 0, 1)
        accepting.cancel()
        for process in running:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _accept(
    listener: socket.socket, running: list[asyncio.subprocess.Process], words: tuple[str, ...], folder: Path, log: Any
) -> None:
    while True:
        line, _peer = await asyncio.get_running_loop().sock_accept(listener)
        with line:
            line.setblocking(True)
            streams: dict[str, Any] = {"stdin": line.fileno(), "stdout": line.fileno(), "stderr": log}
            command = (*words, str(folder / "sshd_config"))
            running.append(await asyncio.create_subprocess_exec(*command, **streams, env={"PATH": PATH}))


async def serve_by_asyncssh(folder: Path) -> None:
    """Serve until the input ends."""
    home = folder / "home of the host"

    async def run(process: Any) -> None:
        with (folder / "commands").open("a", encoding="utf-8") as file:
            file.write(f"{process.command}\n")
        child = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", process.command),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=home,
            env={"HOME": str(home), "LANG": "C.UTF-8", "PATH": PATH},
        )
        await process.redirect(stdin=child.stdin, stdout=child.stdout, stderr=child.stderr)
        process.exit(await child.wait())

    key = asyncssh.read_private_key(folder / "host_key")
    listener = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[key],
        authorized_client_keys=str(folder / "user_key.pub"),
        process_factory=run,
        sftp_factory=True,
        line_editor=False,
        encoding=None,
    )
    tell(listener.get_port(), key.export_public_key().decode().strip())
    await asyncio.to_thread(os.read, 0, 1)
    listener.close()


def tell(port: int, key: str) -> None:
    """Say that it listens, and where, and by which key it is known."""
    print(json.dumps({"port": port, "key": key}), flush=True)


def main(folder: Path, program: str) -> None:
    key = _write_key(folder / "host_key")
    asyncio.run(serve_by_openssh(folder, program, key) if program else serve_by_asyncssh(folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
