# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that is reached by ssh: a server on 127.0.0.1, in a process of its own, for the real client.

It needs no rights. Commands run as this user in a home folder of their own, with nothing of the controller's
environment, and are written down as the list of processes there would show them.
"""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncssh

PATH = "/usr/local/bin:/usr/bin:/bin"


class SshServer:
    """The server, as tests see it; it listens once this is made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home of the host"
        self.home.mkdir(parents=True)
        user_key = asyncssh.generate_private_key("ssh-ed25519")
        user_key.write_private_key(folder / "user_key")
        (folder / "user_key").chmod(0o600)
        user_key.write_public_key(folder / "authorized_keys")
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
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
    def variables(self) -> dict[str, str]:
        """How Ansible reaches it, as variables of a host."""
        options = {
            "IdentityFile": self.folder / "user_key",
            "UserKnownHostsFile": self.folder / "known_hosts",
            "IdentitiesOnly": "yes",
            # A socket's path must be short, which that of a folder of tests may not be.
            "ControlMaster": "no",
            "ControlPath": "none",
        }
        words = [word for name, value in options.items() for word in ("-o", f'{name}="{value}"')]
        return {
            "ansible_connection": "ssh",
            "ansible_host": "127.0.0.1",
            "ansible_port": str(self._port),
            "ansible_ssh_args": shlex.join(["-F", "none", *words]),
        }


async def serve(folder: Path) -> None:
    """Serve until the input ends."""

    async def run(process: Any) -> None:
        with (folder / "commands").open("a", encoding="utf-8") as file:
            file.write(f"{process.command}\n")
        child = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", process.command),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=folder / "home of the host",
            env={"HOME": str(folder / "home of the host"), "LANG": "C.UTF-8", "PATH": PATH},
        )
        await process.redirect(stdin=child.stdin, stdout=child.stdout, stderr=child.stderr)
        process.exit(await child.wait())

    key = asyncssh.generate_private_key("ssh-ed25519")
    listener = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[key],
        authorized_client_keys=str(folder / "authorized_keys"),
        process_factory=run,
        sftp_factory=True,
        line_editor=False,
        encoding=None,
    )
    ready = {"port": listener.get_port(), "key": key.export_public_key().decode().strip()}
    print(json.dumps(ready), flush=True)
    await asyncio.to_thread(os.read, 0, 1)
    listener.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
