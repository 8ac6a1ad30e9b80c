# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The companion influxctl_config_file as Ansible runs it, a program of its own, for the user of a home folder."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.influxdb3.management.tests.unit.plugins.local_server import (
    error_answer,
)
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

MODULE = "ansible_collections.influxdb3.management.plugins.modules.influxctl_config_file"
SECRET = "M.V1.hush-hush-hush"
OLD = f'[[profile]]\nname = "default"\nmgmt_token = "{SECRET}"\n'.encode()
NEW = b'[[profile]]\nname = "default"\n'
# What is minted, and the file with it.
MINTED = "M.V1.new-hush-hush"
DELIVERED = OLD.replace(SECRET.encode(), MINTED.encode())
SIDE = ".config.toml.default.json"
REFUSAL = error_answer(401)
TROUBLE = error_answer(503)
LATIN = "caf\u00e9".encode("latin-1")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def entry(token_id: str, secret: str, accepted: bool = False, replaced: Sequence[str] = ()) -> dict[str, Any]:
    """What a side file says of a token."""
    return {
        "id": token_id,
        "description": "host",
        "created_at": "2026-03-02T04:20:19Z",
        "expires_at": None,
        "format": "{token}",
        "sha256": sha256(secret.encode()),
        "accepted": accepted,
        "replaced": list(replaced),
    }


FIRST, SECOND = entry("first", SECRET, accepted=True), entry("second", MINTED, replaced=["first"])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def traces(path: Path) -> tuple[int, ...]:
    """What a change would leave in the file system."""
    status = path.stat()
    return status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


# The text of the program is its last argument: its input is the module's.
LAUNCHER = """\
import os, sys
os.umask(0o022)
exec(sys.argv.pop())
"""


class Host:
    """A home folder, and the module run for its user."""

    def __init__(self, home: Path, python: str, launcher: str) -> None:
        self.home = home
        self._launch = [python, launcher]
        self.variables = {"HOME": str(home)}
        self.folder = home / ".config" / "influxctl"
        self.file = self.folder / "config.toml"

    def have(self, content: bytes, file_mode: int = 0o600, folder_mode: int = 0o700) -> None:
        self.folder.mkdir(parents=True)
        self.file.write_bytes(content)
        self.file.chmod(file_mode)
        self.folder.chmod(folder_mode)

    def names(self) -> list[str]:
        return sorted(os.listdir(self.folder))

    def start(self, program: str = f"from {MODULE} import main; main()", **arguments: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*self._launch, program],
            env={**self.variables, "PATH": os.environ["PATH"]},
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}))
        process.stdin.close()
        process.stdin = None
        return process

    def start_writing(self, program: str, content: bytes = NEW, **arguments: Any) -> subprocess.Popen[str]:
        """Have a program of a test's own write this in place of what is there."""
        return self.start(
            program,
            operation="write",
            content_base64=base64.b64encode(content).decode(),
            expected_sha256=sha256(OLD),
            backup=True,
            **arguments,
        )

    def run(self, **arguments: Any) -> dict[str, Any]:
        process = self.start(**arguments)
        output, errors = process.communicate()
        assert not errors
        assert output.strip().count("\n") == 0
        result: dict[str, Any] = json.loads(output)
        # ansible-core 2.22 and later tells the controller what to hide, and keeps that part to itself.
        result.pop("_ansible_new_secrets", None)
        assert "hush" not in json.dumps({**result, "content_base64": None})
        assert process.returncode == (1 if result.get("failed") else 0)
        return result

    def read(self, **arguments: Any) -> dict[str, Any]:
        return self.run(operation="read", **arguments)

    def write(self, content: bytes, expected: bytes | None, **arguments: Any) -> dict[str, Any]:
        return self.run(
            operation="write",
            content_base64=base64.b64encode(content).decode(),
            expected_sha256="absent" if expected is None else sha256(expected),
            **arguments,
        )

    def deliver(self, port: int, before: dict[str, Any] | None = FIRST, **arguments: Any) -> dict[str, Any]:
        """Write the minted token and have it tried, in place of the one that is held."""
        content, expected = arguments.pop("content", DELIVERED), arguments.pop("expected", OLD)
        return self.write(content, expected, **{**self.delivery(port, before), **arguments})

    @staticmethod
    def delivery(port: int, before: dict[str, Any] | None = FIRST) -> dict[str, Any]:
        """The arguments that a write of the minted token has beside the content."""
        return {
            "profile": "default",
            "entry": json.dumps(SECOND),
            "entry_before": None if before is None else json.dumps(before),
            "token_sha256": SECOND["sha256"],
            "url": f"http://127.0.0.1:{port}/tokens",
            "timeout": PATIENCE,
        }

    def remember(self, current: dict[str, Any] = FIRST, before: dict[str, Any] | None = None) -> None:
        """Have the side file say this."""
        self.folder.joinpath(SIDE).write_text(json.dumps({**current, "before": before}), encoding="ascii")

    def remembered(self) -> dict[str, Any]:
        """The side file."""
        content: dict[str, Any] = json.loads(self.folder.joinpath(SIDE).read_bytes())
        return content

    def held(self) -> dict[str, Any] | None:
        """What is remembered of the token that the file holds."""
        found = self.read(profile="default")
        content = base64.b64decode(found["content_base64"] or "")
        tokens = {sha256(token.encode()) for token in (SECRET, MINTED) if token.encode() in content}
        return next((one for one in found["side"] if one["sha256"] in tokens), None)

    def both(self) -> tuple[bytes | None, bytes | None]:
        """Both files as they are."""
        file, side = (path.read_bytes() if path.exists() else None for path in (self.file, self.folder / SIDE))
        return file, side

    def verify(self, token: str, port: int, **arguments: Any) -> dict[str, Any]:
        return self.run(
            operation="verify",
            token_sha256=sha256(token.encode()),
            url=f"http://127.0.0.1:{port}/tokens",
            **{"profile": "default", "timeout": PATIENCE, **arguments},
        )
