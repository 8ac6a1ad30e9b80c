# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Python whose start-up is paid once: every script runs in a fork of a process that has read the libraries it needs.

What the script does, and its end when the caller is killed, are the same. Only for tests that start a script by the
hundred. The interpreter is a script of its own that hands its input, output and errors to the server; given options, it
is a real Python.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_CLIENT = """#!{own} -IS
import os, socket, sys
if not {program!r} and sys.argv[1:] and sys.argv[1][0] == "-":
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
line = socket.socket(socket.AF_UNIX)
line.connect({address!r})
variables = [f"{{name}}={{value}}" for name, value in os.environ.items()]
words = [os.getcwd(), {program!r}, str(len(sys.argv) - 1), *sys.argv[1:], *variables]
socket.send_fds(line, ["\\0".join(words).encode()], [0, 1, 2])
status = line.recv(1)
os._exit(status[0] if status else 137)
"""

# What Ansible's modules need, the stand-in influxctl too; and what the engine needs where a module runs it.
FOR_HOSTS = ("ansible.module_utils.basic", "runpy", "zipfile", "ssl", "urllib.request", "http.client", "tomllib")
FOR_MODULES = (*FOR_HOSTS, "httpx", "tenacity", "tomlkit")
# What ansible and ansible-playbook need, themselves and for this collection. Nothing of this reads a setting, as
# ansible.constants does: those are another run's.
FOR_ANSIBLE = (
    *("ansible.config.manager", "jinja2.nativetypes", "jinja2.sandbox", "yaml", "packaging.specifiers", "resolvelib"),
    *("cryptography.hazmat.primitives.serialization.ssh", "cryptography.hazmat.primitives.kdf.pbkdf2"),
    *("httpx", "tenacity", "tomlkit", "ssl", "http.client", "tarfile", "importlib.metadata", "importlib.resources"),
    *("multiprocessing.queues", "multiprocessing.synchronize", "asyncio", "curses", "distro", "argparse", "csv"),
)


class FastPython:
    """The server, in a process of its own; ``interpreter`` is the path to give to Ansible."""

    def __init__(
        self,
        folder: Path,
        libraries: Sequence[str] = FOR_MODULES,
        python: str = sys.executable,
        library_folders: Sequence[Path] = (),
    ) -> None:
        """Start it and wait until it listens; ``folder`` is where the interpreter goes.

        ``library_folders`` are looked into before those of the Python itself.
        """
        self.interpreter = folder / "python"
        self._python = python
        # The address of a socket has at most about 100 characters, and a folder of tests may have more.
        self._folder = tempfile.TemporaryDirectory(dir="/tmp")
        self._address = Path(self._folder.name) / "python.socket"
        # The end of its input, which comes with the end of this process, ends the server too.
        # -P: the folder of this file holds no libraries.
        command = [python, "-P", __file__, str(self._address), *libraries]
        folders = list(library_folders)
        if libraries != FOR_ANSIBLE:
            folders.append(_what_is_sent_to_hosts(Path(self._folder.name)))
        surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, env=surroundings, start_new_session=True)
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

    def stand_for(self, program: Path, path: Path) -> None:
        """Write a program to ``path`` that has a script in Python run by the server."""
        self._write_client(path, str(program))

    def _write_client(self, path: Path, program: str) -> None:
        # Not the link in the checkout, whose folder may have a space in its name, which that first line does not allow.
        own = os.path.realpath(sys.executable)
        text = _CLIENT.format(own=own, python=self._python, address=str(self._address), program=program)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def settle(self) -> None:
        """Return when every fork has ended whose caller is gone: the server sees to that before it starts another."""
        subprocess.run([self.interpreter], stdin=subprocess.DEVNULL, check=True)

    def stop(self) -> None:
        """Stop the server."""
        # By the end of its input: killed, it could not account for the time that its forks have taken.
        self._process.communicate()
        self._folder.cleanup()


def _what_is_sent_to_hosts(folder: Path) -> Path:
    """No more of Ansible than goes along with a module: where there is more, modules take the host for a controller."""
    (folder / "ansible").mkdir()
    (folder / "ansible" / "__init__.py").touch()
    for name in ("module_utils", "modules"):
        (sent_along,) = importlib.import_module(f"ansible.{name}").__path__
        (folder / "ansible" / name).symlink_to(sent_along)
    return folder


class _Server:
    """Forks for everybody who comes. ``running`` are the lines to those who wait, each with the fork it waits for."""

    def __init__(self, address: str) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(address + ".new")
        self._listener.listen(64)
        self._running: dict[socket.socket, int] = {}
        self._ended, self._wakeup = os.pipe()
        os.set_blocking(self._wakeup, False)
        signal.set_wakeup_fd(self._wakeup, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        os.rename(address + ".new", address)

    def serve(self) -> None:
        """Serve until the input ends, and leave no fork behind."""
        while True:
            ready = select.select([sys.stdin, self._listener, self._ended, *self._running], [], [])[0]
            if sys.stdin in ready:
                break
            if self._ended in ready:
                os.read(self._ended, 4096)
            self._reap()
            for line in self._running.keys() & set(ready):
                self._end(line)  # the caller is gone
            if self._listener in ready:
                self._start()
        for line in list(self._running):
            self._end(line)

    def _start(self) -> None:
        line, _peer = self._listener.accept()
        message, descriptors, _flags, _address = socket.recv_fds(line, 1 << 20, 3)
        if not message:
            line.close()  # killed before it could say what it wanted
            return
        process = os.fork()
        if process == 0:
            try:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for inherited in (line, self._listener, *self._running):
                    inherited.close()
                os._exit(_run(message, descriptors))
            finally:
                os._exit(1)
        for descriptor in descriptors:
            os.close(descriptor)
        self._running[line] = process

    def _end(self, line: socket.socket) -> None:
        process = self._running.pop(line)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        line.close()

    def _reap(self) -> None:
        """Tell those who wait how their forks have ended; the time that a fork took counts as this process's then."""
        for line, process in list(self._running.items()):
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                code = os.waitstatus_to_exitcode(status)
                with suppress(OSError):
                    # As shells show it where a signal was the end.
                    line.send(bytes([code if code >= 0 else 128 - code]))
                line.close()
                del self._running[line]


def _run(message: bytes, descriptors: Sequence[int]) -> int:
    folder, program, count, *words = message.decode().split("\0")
    arguments, variables = words[: int(count)], words[int(count) :]
    # As an interpreter does, the script given to it: where Ansible does not pipeline, modules are files.
    program, *arguments = [program, *arguments] if program else arguments or [""]
    # A test may end the whole group, and must not end this server.
    os.setsid()
    os.chdir(folder)
    sys.argv = [program, *arguments]
    os.environ.clear()
    os.environ.update({name: value for name, _, value in (each.partition("=") for each in variables)})
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    status = 0
    try:
        source = Path(program).read_text(encoding="utf-8") if program else sys.stdin.read()
        exec(compile(source, program or "<stdin>", "exec"), {"__name__": "__main__"})
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except Exception:  # noqa: BLE001 - as Python itself does, whatever it is
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return status & 0xFF


def _read_what_ansible_begins_with() -> None:
    """Its list of settings and that of names that have moved, which take half of a start to read."""
    (folder,) = importlib.import_module("ansible.config").__path__
    _read_ahead("ansible.config.manager", "yaml_load", Path(folder, "base.yml"))
    # Other tools replace this one as well, as it says itself.
    names = Path(folder, "ansible_builtin_runtime.yml")
    _read_ahead("ansible.utils.collection_loader._collection_finder", "_meta_yml_to_dict", names, None)


def _read_ahead(module_name: str, function: str, path: Path, *others: Any) -> None:
    """Have a function that reads YAML know already what is in a file, for its first call in a fork."""
    module = importlib.import_module(module_name)
    read, text = getattr(module, function), path.read_bytes()
    known = [read(text, *others)]

    def take(given: Any, *others: Any) -> Any:
        given = given if isinstance(given, bytes) else given.read()
        return known.pop() if known and given == text else read(given, *others)

    setattr(module, function, take)


if __name__ == "__main__":
    for _library in sys.argv[2:]:
        importlib.import_module(_library)
    if set(FOR_ANSIBLE) <= set(sys.argv[2:]):
        _read_what_ansible_begins_with()
    # What is read by now is never garbage, and forks need not look at it.
    gc.collect()
    gc.freeze()
    with suppress(KeyboardInterrupt):
        _Server(sys.argv[1]).serve()
