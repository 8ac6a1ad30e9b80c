#!/usr/bin/python
# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The half of influxctl_profile and influxctl_profile_info that touches the file; standard library only."""

from __future__ import annotations

DOCUMENTATION = r"""
module: influxctl_config_file
short_description: Read or replace an influxctl configuration file, for M(influxdb3.management.influxctl_profile)
version_added: 0.1.0
description:
  - The part of M(influxdb3.management.influxctl_profile) and M(influxdb3.management.influxctl_profile_info) that runs
    on the host. It needs nothing there but Python.
  - It is not meant to be used in playbooks. Its options and results may change in any release, and its result holds
    the whole file with every secret in it.
author:
  - influxdb3.management contributors (!UNKNOWN)
extends_documentation_fragment:
  - influxdb3.management.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - M(influxdb3.management.influxctl_profile) makes the diff.
  idempotent:
    support: full
options:
  operation:
    description:
      - V(read) returns the file, V(write) replaces it.
    type: str
    choices: [read, write]
    required: true
  path:
    description:
      - The file. By default the one that influxctl reads for the user the task runs as.
    type: path
  content_base64:
    description:
      - What V(write) writes, in Base64.
    type: str
  expected_sha256:
    description:
      - The SHA-256 of the file that the new content was made from, or V(absent).
      - If the file is another one by now, nothing is written.
    type: str
  backup:
    description:
      - Whether V(write) keeps a copy of the file beside it before it changes the content.
    type: bool
    default: false
seealso:
  - module: influxdb3.management.influxctl_profile
  - module: influxdb3.management.influxctl_profile_info
"""

EXAMPLES = r"""
- name: Look at the profiles of a host; this module is only a part of it
  influxdb3.management.influxctl_profile_info:
"""

RETURN = r"""
path:
  description: The file, with the home folder filled in.
  returned: success
  type: str
  sample: /home/telegraf/.config/influxctl/config.toml
user:
  description: The user the task ran as on the host.
  returned: success
  type: str
  sample: telegraf
exists:
  description: Whether the file is there.
  returned: when O(operation=read)
  type: bool
  sample: true
content_base64:
  description: The content of the file, in Base64; null where there is no file.
  returned: when O(operation=read)
  type: str
  sample: IyBlbXB0eQo=
sha256:
  description: The SHA-256 of the content, or V(absent).
  returned: when O(operation=read)
  type: str
  sample: absent
loose_modes:
  description: What others than its owner may use though they should not - the file, or influxctl's own folder.
  returned: when O(operation=read)
  type: list
  elements: dict
  contains:
    path:
      description: The file or folder.
      returned: success
      type: str
      sample: /home/telegraf/.config/influxctl
    mode:
      description: Its mode.
      returned: success
      type: str
      sample: "0755"
    wanted:
      description: The mode it should have.
      returned: success
      type: str
      sample: "0700"
explained:
  description: V(true) with a message that is meant for the reader as it is.
  returned: failure
  type: bool
  sample: true
conflict:
  description: Whether nothing was written because the file had changed.
  returned: when O(operation=write)
  type: bool
  sample: false
backup_file:
  description: The copy of the file as it was.
  returned: when O(operation=write), O(backup=true), and the content of a file that was there was changed
  type: str
  sample: /home/telegraf/.config/influxctl/config.toml.4711.2026-03-02@04:20:19~
"""

import base64
import contextlib
import errno
import fcntl
import hashlib
import os
import pwd
import signal
import stat
import tempfile
import time
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Optional

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.influxdb3.management.plugins.module_utils._config_path import default_config_path

ABSENT = "absent"
FILE_MODE = 0o600
FOLDER_MODE = 0o700


class FileError(Exception):
    """The file cannot be used; one line for the reader, without any of its content."""


@dataclass
class Found:
    """A file that is there."""

    content: bytes
    mode: int
    uid: int
    gid: int


class ConfigFile:
    """A configuration file at an absolute path. A link is followed: it stays, and the file it leads to is replaced."""

    def __init__(self, path: str, module: AnsibleModule) -> None:
        if not os.path.isabs(path):
            raise FileError(f"{path} is not an absolute path. Give one that begins with / or ~.")
        self.path = path
        self._real = os.path.realpath(path)
        self._folder = os.path.dirname(self._real)
        self._module = module
        self._found = self._read()

    @property
    def sha256(self) -> str:
        """Of the content, or ``absent``."""
        return ABSENT if self._found is None else hashlib.sha256(self._found.content).hexdigest()

    def facts(self) -> Dict[str, Any]:
        """What ``operation: read`` returns."""
        content = None if self._found is None else base64.b64encode(self._found.content).decode("ascii")
        return {
            "changed": False,
            "exists": self._found is not None,
            "content_base64": content,
            "sha256": self.sha256,
            "loose_modes": self._loose_modes(),
        }

    def warning(self) -> Optional[str]:
        """A word on a folder that is not influxctl's own, and therefore left as it is, but not safe either."""
        mode = self._folder_mode()
        if mode is None or self._is_own_folder() or not mode & 0o022 or mode & stat.S_ISVTX:
            return None
        return (
            f"Other users may write into {self._folder}, and so replace {self.path} and read what a task writes next. "
            "Take that right away, or choose another path."
        )

    def write(self, content: bytes, expected: str, backup: bool) -> Dict[str, Any]:
        """Give the file this content and mode 0600. Nothing is written where the file is not the expected one."""
        self._check_usable()
        if self._module.check_mode:
            return self._outcome(content, expected)
        self._make_folders()
        with self._turn():
            self._found = self._read()
            outcome = self._outcome(content, expected)
            if outcome["conflict"]:
                return outcome
            if self._found is None or self._found.content != content:
                outcome.update(self._replace(content, backup))
            self._tighten()
        return outcome

    def _outcome(self, content: bytes, expected: str) -> Dict[str, Any]:
        if self.sha256 != expected:
            return {"changed": False, "conflict": True}
        differs = self._found is None or self._found.content != content
        return {"changed": differs or bool(self._loose_modes()), "conflict": False}

    def _read(self) -> Optional[Found]:
        try:
            # Not to wait for a writer, should it be a pipe.
            descriptor = os.open(self._real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            raise FileError(f"{self.path} is not a regular file. Give the path of an influxctl configuration file.")
        with os.fdopen(descriptor, "rb") as file:
            return Found(file.read(), stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)

    def _folder_mode(self) -> Optional[int]:
        try:
            return stat.S_IMODE(os.stat(self._folder).st_mode)
        except FileNotFoundError:
            return None

    def _is_own_folder(self) -> bool:
        return self._folder == os.path.realpath(os.path.dirname(default_config_path(os.environ)))

    def _loose_modes(self) -> List[Dict[str, str]]:
        modes = []
        folder_mode = self._folder_mode()
        if folder_mode is not None and folder_mode & 0o077 and self._is_own_folder():
            modes.append({"path": self._folder, "mode": f"{folder_mode:04o}", "wanted": f"{FOLDER_MODE:04o}"})
        if self._found is not None and self._found.mode != FILE_MODE:
            modes.append({"path": self._real, "mode": f"{self._found.mode:04o}", "wanted": f"{FILE_MODE:04o}"})
        return modes

    def _check_usable(self) -> None:
        """Find out before anything is changed, and in check mode too, what could not be changed."""
        user = os.geteuid()
        if user and self._found is not None and self._found.uid != user:
            raise FileError(f"{self.path} belongs to another user. Run the task as its owner, with become_user.")
        folder = self._folder
        while not os.path.lexists(folder):
            folder = os.path.dirname(folder)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise FileError(f"Cannot write into {folder}. Run the task as its owner, with become_user.")

    def _make_folders(self) -> None:
        missing = []
        folder = self._folder
        while not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for folder in reversed(missing):
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder, FOLDER_MODE)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """Keep out other tasks between the look at the file and its replacement; and make the replacement last."""
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            # Some network file systems have no locks; what is left there is the comparison just before.
            with contextlib.suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
            with contextlib.suppress(OSError):
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _replace(self, content: bytes, backup: bool) -> Dict[str, str]:
        backup_file = None
        descriptor, temporary = tempfile.mkstemp(dir=self._folder, prefix=".config.toml.")
        try:
            self._fill(descriptor, content)
            if self._found is not None:
                if backup:
                    backup_file = self._keep(self._found.content)
                self._module.set_context_if_different(temporary, self._module.selinux_context(self._real), False)
            os.replace(temporary, self._real)
        except BaseException:
            for leftover in (temporary, backup_file):
                if leftover is not None:
                    os.unlink(leftover)
            raise
        return {} if backup_file is None else {"backup_file": backup_file}

    def _keep(self, content: bytes) -> str:
        moment = time.strftime("%Y-%m-%d@%H:%M:%S")
        path = f"{self._real}.{os.getpid()}.{moment}~"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE)
        try:
            self._fill(descriptor, content)
        except BaseException:
            os.unlink(path)
            raise
        return path

    def _fill(self, descriptor: int, content: bytes) -> None:
        """Write a new file that belongs to whom the present one belongs to."""
        with os.fdopen(descriptor, "wb") as file:
            if self._found is not None:
                if self._found.uid != os.geteuid():
                    os.fchown(descriptor, self._found.uid, -1)
                # Its group has no rights anyway, and may be one that this user cannot give away.
                with contextlib.suppress(PermissionError):
                    os.fchown(descriptor, -1, self._found.gid)
            file.write(content)
            file.flush()
            os.fsync(descriptor)

    def _tighten(self) -> None:
        self._found = self._read()
        for loose in self._loose_modes():
            os.chmod(loose["path"], int(loose["wanted"], 8))


def _user_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _leave(number: int, _frame: Any) -> None:
    """End by an exception, so that a half-written file is removed on the way out."""
    raise SystemExit(128 + number)


def _run(module: AnsibleModule) -> Dict[str, Any]:
    path = module.params["path"] or default_config_path(os.environ)
    try:
        file = ConfigFile(path, module)
        if module.params["operation"] == "read":
            warning = file.warning()
            if warning is not None:
                module.warn(warning)
            result = file.facts()
        else:
            content = base64.b64decode(module.params["content_base64"], validate=True)
            result = file.write(content, module.params["expected_sha256"], module.params["backup"])
    except OSError as error:
        advice = "Run the task as the owner of the file, with become_user." if error.errno == errno.EACCES else ""
        raise FileError(f"Cannot use {path}: {error.strerror}. {advice}".rstrip()) from None
    except ValueError:
        raise FileError("content_base64 is not Base64.") from None
    return {"path": file.path, "user": _user_name(), **result}


def main() -> None:
    """Run the module."""
    if not os.environ.get("HOME"):
        # Otherwise an empty one would lead to the root folder, and not to the password file.
        os.environ.pop("HOME", None)
    module = AnsibleModule(
        argument_spec={
            "operation": {"type": "str", "choices": ["read", "write"], "required": True},
            "path": {"type": "path"},
            "content_base64": {"type": "str", "no_log": True},
            "expected_sha256": {"type": "str"},
            "backup": {"type": "bool", "default": False},
        },
        required_if=[("operation", "write", ("content_base64", "expected_sha256"))],
        supports_check_mode=True,
    )
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        result = _run(module)
    except FileError as error:
        module.fail_json(msg=str(error), explained=True)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
