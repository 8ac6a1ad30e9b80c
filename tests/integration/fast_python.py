# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Python for local hosts whose start-up is paid once: every module runs in a fork of a process that has read Ansible.

What the module does, and its end when the caller is killed, are the same. Only for tests that run modules by the
ten thousand. The interpreter is a script that hands its input, output and errors to the server. Other programs that are
written in Python can be run in the same way.
"""

from __future__ import annotations

import importlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from contextlib import suppress
from pathlib import Path

_CLIENT = """#!{python} -IS
import os, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect({address!r})
variables = [f"{{name}}={{value}}" for name, value in os.environ.items()]
words = [os.getcwd(), {program!r}, str(len(sys.argv) - 1), *sys.argv[1:], *variables]
socket.send_fds(line, ["\\0".join(words).encode()], [0, 1, 2])
status = line.recv(1)
os._exit(status[0] if status else 137)
"""


# What modules and programs need, theirs and Ansible's.
_READ_BEFOREHAND = ("ansible.module_utils.basic", "runpy", "zipfile", "ssl", "urllib.request", "http.client", "tomllib")


class FastPython:
    """The server, in a process of its own; ``interpreter`` is the path to give to Ansible."""

    def __init__(self, folder: Path) -> None:
        """Start it and wait until it listens; ``folder`` is where the interpreter goes."""
        self.interpreter = folder / "python"
        # The address of a socket has at most about 100 characters, and a folder of tests may have more.
        self._folder = tempfile.TemporaryDirectory(dir="/tmp")
        self._address = Path(self._folder.name) / "python.socket"
        # The end of its input, which comes with the end of this process, ends the server too.
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self._address)], stdin=subprocess.PIPE, start_new_session=True
        )
        while not self._address.exists():
            if self._process.poll() is not None:
                raise RuntimeError("The server of Python processes did not start.")
            time.sleep(0.01)
        self._write_client(self.interpreter, "")

    def replace_program(self, program: Path) -> None:
        """Have a script in Python, which takes no input, run by the server from now on."""
        moved = program.with_name(f"{program.name}.py")
        program.rename(moved)
        self._write_client(program, str(moved))

    def _write_client(self, path: Path, program: str) -> None:
        text = _CLIENT.format(python=sys.executable, address=str(self._address), program=program)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def stop(self) -> None:
        """Stop the server."""
        # By the end of its input: killed, it could not account for the time that its forks have taken.
        self._process.communicate()
        self._folder.cleanup()


def _serve(address: str) -> None:
    for name in _READ_BEFOREHAND:
        importlib.import_module(name)
    server = socket.socket(socket.AF_UNIX)
    server.bind(address + ".new")
    server.listen(64)
    os.rename(address + ".new", address)
    while sys.stdin not in select.select([server, sys.stdin], [], [])[0]:
        line, _peer = server.accept()
        if os.fork() == 0:
            server.close()
            try:
                _run(line)
            finally:
                os._exit(1)
        line.close()
        _reap()
    _reap()


def _reap() -> None:
    """Take note of forks that have ended: the time that they took counts as this process's then."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _run(line: socket.socket) -> None:
    message, descriptors, _flags, _address = socket.recv_fds(line, 1 << 20, 3)
    if not message:
        os._exit(0)  # killed before it could say what it wanted
    folder, program, count, *words = message.decode().split("\0")
    arguments, variables = words[: int(count)], words[int(count) :]
    os.chdir(folder)
    # As an interpreter does, the script given to it: where Ansible does not pipeline, modules are files.
    program, *arguments = [program, *arguments] if program else arguments or [""]
    sys.argv = [program, *arguments]
    os.environ.clear()
    os.environ.update({name: value for name, _, value in (each.partition("=") for each in variables)})
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    threading.Thread(target=_end_with_caller, args=(line,), daemon=True).start()
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    status = 0
    try:
        source = Path(program).read_text(encoding="utf-8") if program else sys.stdin.read()
        exec(compile(source, program or "<stdin>", "exec"), {"__name__": "__main__"})
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except Exception:  # noqa: BLE001 - as Python itself does, whatever it is
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    line.send(bytes([status & 0xFF]))
    os._exit(0)


def _end_with_caller(line: socket.socket) -> None:
    if not line.recv(1):
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    _serve(sys.argv[1])
