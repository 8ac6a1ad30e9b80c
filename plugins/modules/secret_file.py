#!/usr/bin/python
# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_file
short_description: "Internal: keep the secret of a token on a host"
version_added: 0.1.0
description:
  - Reads and writes the O(path) that M(influxdb3.management.database_token) and
    M(influxdb3.management.management_token) keep a secret in, on the host of their task.
  - Not for playbooks, which it refuses. Its options may change at any time.
  - No secret is ever part of its result.
author:
  - influxdb3.management contributors (!UNKNOWN)
options:
  operation:
    description: What to do.
    type: str
    choices: [read, check, write, verify, learn, mend, remove, batch]
    required: true
  calls:
    description: With O(operation=batch), what to do one after the other, as JSON, each with the options of one call.
    type: str
  path:
    description:
      - The file with the secret. Beside it lies a file that says which token it is, with V(.json) at its end. Required
        but with O(operation=batch).
    type: path
  secret:
    description: The secret to write.
    type: str
  entry:
    description: What the file beside it is to say of the token, as JSON.
    type: str
  awaited:
    description: What the token is called so far of which V(learn) brings more.
    type: str
  known:
    description: What the file beside it is to say of that token, as JSON.
    type: str
  expected:
    description: The SHA-256 of what is to be replaced or removed. Something else is left alone.
    type: str
  secret_format:
    description: What the file holds, with the token in the place of V({token}).
    type: str
    default: "{token}"
  take_over:
    description: Whether something else that lies there may be replaced.
    type: bool
    default: false
  url:
    description: The address at which a token is tried, on the data host.
    type: str
  method:
    description: The method of that request.
    type: str
    choices: [GET, POST]
    default: GET
  is_data_host:
    description: Always V(true) here.
    type: bool
    default: true
  ca:
    description: The certificates of the authorities to trust, as PEM. By default those that the host trusts.
    type: str
  validate_certs:
    description: Whether to check the certificate of the data host.
    type: bool
    default: true
  timeout:
    description: The seconds that one request may take.
    type: float
    default: 30
  wait:
    description: The seconds for which a token is tried again.
    type: float
    default: 0
  follow:
    description: Whether the file that a link leads to is meant, and not the link.
    type: bool
    default: true
extends_documentation_fragment:
  - ansible.builtin.files
attributes:
  check_mode:
    description: Can run in check mode and say what a real run would do, without changing anything.
    support: full
  diff_mode:
    description: Says in diff mode what changed, or in check mode would change.
    support: none
  platform:
    description: The systems on which the module runs.
    platforms: posix
    support: full
"""

EXAMPLES = r"""
# This module is part of others and not for playbooks.
- name: Keep the secret of a token on a host
  influxdb3.management.database_token:
    description: telegraf on web1
    permissions: [{action: write, resource: metrics}]
    secret_file: ~/influxdb.token
"""

RETURN = r"""
path:
  description: The absolute path of the file.
  returned: success
  type: str
  sample: /etc/telegraf/influxdb.token
sha256:
  description: The SHA-256 of the file, or V(absent).
  returned: when O(operation=read)
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
held:
  description: What is remembered of the secret that is there.
  returned: when O(operation=read)
  type: dict
  sample:
    id: 3a82ab6e-5b1c-4f3e-9f6e-0d8b7a1c2e3f
    created_at: "2026-03-02T04:20:19Z"
    expires_at: "2026-05-31T04:20:19Z"
    description: telegraf on web1
    format: "{token}"
    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    accepted: true
    replaced: []
replaced:
  description: The names of the tokens that were there before, most often their ids.
  returned: when O(operation=read)
  type: list
  elements: str
  sample: [3f1c2f9a-7f0e-4a55-8d59-0a1f6d0a5b7c]
differences:
  description: What of owner, group, mode and format is not as wanted, as it is (V(before)) and should be (V(after)).
  returned: when O(operation=read)
  type: dict
  sample: {before: {mode: "0644"}, after: {mode: "0600"}}
outcome:
  description:
    - V(written), or V(changed) where the file has changed since it was read, and was left alone.
    - Where the token was tried, V(accepted) or V(unverified), which the message explains.
  returned: when O(operation=write) or O(operation=verify)
  type: str
  sample: written
write_problem:
  description: What would keep the secret from being written, or nothing.
  returned: when O(operation=read)
  type: str
  sample: telegraf may not write into /etc/telegraf. Have the task become a user who may.
remove_problem:
  description: What would keep the files from being removed, or nothing.
  returned: when O(operation=read)
  type: str
  sample: telegraf may not write into /etc/telegraf. Have the task become a user who may.
answers:
  description:
    - With O(operation=batch), the result of each call in their order, or in its place C(problem), what kept it from
      being done.
  returned: when O(operation=batch)
  type: list
  elements: dict
  sample: [{path: /etc/telegraf/influxdb.token, changed: true, outcome: written}, {problem: There is no such user.}]
explained:
  description: V(true) with a message that is meant for the reader as it is.
  returned: failure
  type: bool
  sample: true
"""

import grp
import json
import os
import pwd
from collections.abc import Callable
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.validation import check_type_path
from ansible_collections.influxdb3.management.plugins.module_utils._acceptance import (
    NotAcceptedError,
    Service,
    check_reachable,
    require_acceptance,
)
from ansible_collections.influxdb3.management.plugins.module_utils._host_file import FileError
from ansible_collections.influxdb3.management.plugins.module_utils._secret_file import PLACE, SecretFile
from ansible_collections.influxdb3.management.plugins.module_utils._side_file import CHANGED, UNVERIFIED, WRITTEN

OPERATIONS = ["read", "check", "write", "verify", "learn", "mend", "remove", "batch"]


class Module(AnsibleModule):
    """One whose own failures of owner, group and mode are for the reader too."""

    # Set where one failure is not to end all.
    goes_on = False

    def fail_json(self, msg: str, **rest: Any) -> Any:
        """End with an explained failure."""
        if self.goes_on:
            raise FileError(msg)
        super().fail_json(msg=msg, explained=True, **rest)


class ModuleAttributes:
    """Owner, group and mode as Ansible's file modules have them."""

    def __init__(self, module: AnsibleModule) -> None:
        self._module = module
        self._owner, self._group = module.params["owner"], module.params["group"]

    def check(self) -> None:
        """Raise ``FileError`` for an owner or a group that this host does not have, or that cannot be given here."""
        for name, what, known in ((self._owner, "user", _user_id), (self._group, "group", _group_id)):
            if name is not None and known(name) is None:
                raise FileError(f"There is no {what} {name!r} on the host. Create it first, or correct the name.")
        user = os.geteuid()
        if user and self._owner is not None and _user_id(self._owner) != user:
            raise FileError(f"Only root can give a file to {self._owner!r}. Add become to the task.")

    def differences(self, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """As the module itself would report them in check mode."""
        difference: dict[str, Any] = {}
        really = self._module.check_mode
        self._module.check_mode = True
        try:
            changes = self._module.set_fs_attributes_if_different(self._of(path), False, difference, expand=False)
        finally:
            self._module.check_mode = really
        return (difference.get("before", {}), difference.get("after", {})) if changes else ({}, {})

    def give(self, path: str) -> None:
        """Set them."""
        self._module.set_fs_attributes_if_different(self._of(path), False, expand=False)

    def give_folder(self, path: str) -> None:
        """Set owner and group alone."""
        self._module.set_owner_if_different(path, self._owner, False, expand=False)
        self._module.set_group_if_different(path, self._group, False, expand=False)

    def _of(self, path: str) -> dict[str, Any]:
        arguments: dict[str, Any] = self._module.load_file_common_arguments(self._module.params, path)
        return arguments


def _user_id(name: str) -> int | None:
    try:
        return int(name)
    except ValueError:
        pass
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def _group_id(name: str) -> int | None:
    try:
        return int(name)
    except ValueError:
        pass
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def operate(file: SecretFile, module: AnsibleModule) -> dict[str, Any]:
    """Do what is asked. In check mode, no more than looking."""
    operation = module.params["operation"]
    if operation == "read":
        problems = {"write_problem": _problem(file.check_writable), "remove_problem": _problem(file.check_removable)}
        return {"changed": False, **file.read(), **problems}
    result: dict[str, Any] = {"changed": operation not in ("check", "verify", "learn"), "path": file.path}
    if operation == "check":
        _check_data_host(module)
    if module.check_mode:
        if operation == "check":
            return result
        raise FileError("Nothing is written in check mode.")
    if operation == "write":
        entry = json.loads(module.params["entry"])
        written = file.write(module.params["secret"], entry, module.params["expected"])
        result["outcome"] = WRITTEN if written else CHANGED
        if written and module.params["url"] is not None:
            result.update(_verify(file, module))
    elif operation == "verify":
        result.update(_verify(file, module))
    else:
        others: dict[str, Callable[[], None]] = {
            "check": file.try_to_write,
            "learn": lambda: file.learn(module.params["awaited"], json.loads(module.params["known"])),
            "mend": file.mend,
            "remove": lambda: file.remove(module.params["expected"]),
        }
        others[operation]()
    return result


def _operate_all(module: Module, calls: list[dict[str, Any]]) -> dict[str, Any]:
    """Do one after the other. What keeps one from being done keeps no other."""
    module.goes_on = True
    common = module.params
    answers: list[dict[str, Any]] = []
    try:
        for call in calls:
            module.params = {**common, **call, "path": check_type_path(call["path"])}
            try:
                answers.append(operate(_file(module), module))
            except FileError as error:
                answers.append({"problem": str(error)})
    finally:
        # The result shows them, and of those of a call it would not know what is secret.
        module.params = common
    return {"changed": any(answer.get("changed") for answer in answers), "answers": answers}


def _file(module: AnsibleModule) -> SecretFile:
    options = (module.params[name] for name in ("secret_format", "take_over", "follow"))
    return SecretFile(module.params["path"], ModuleAttributes(module), *options)


def _verify(file: SecretFile, module: AnsibleModule) -> dict[str, Any]:
    """Have the token that is there tried. From here on it is in its place, whatever happens."""
    try:
        return file.verify(lambda token: require_acceptance(_data_host(module), token))
    except (FileError, OSError) as error:
        return {"outcome": UNVERIFIED, "msg": str(error)}


def _check_data_host(module: AnsibleModule) -> None:
    if module.params["url"] is None:
        return
    try:
        check_reachable(_data_host(module))
    except NotAcceptedError as error:
        raise FileError(str(error)) from None


def _data_host(module: AnsibleModule) -> Service:
    names = ("url", "ca", "validate_certs", "timeout", "wait", "method", "is_data_host")
    return Service(**{name: module.params[name] for name in names})


def _problem(check: Callable[[], None]) -> str | None:
    try:
        check()
    except FileError as error:
        return str(error)
    return None


def main() -> None:
    """Run the module."""
    module = Module(
        argument_spec={
            "operation": {"type": "str", "choices": OPERATIONS, "required": True},
            "calls": {"type": "str", "no_log": True},
            "path": {"type": "path"},
            "secret": {"type": "str", "no_log": True},
            "entry": {"type": "str"},
            "awaited": {"type": "str"},
            "known": {"type": "str"},
            "expected": {"type": "str"},
            "secret_format": {"type": "str", "default": PLACE, "no_log": False},
            "take_over": {"type": "bool", "default": False},
            "follow": {"type": "bool", "default": True},
            "url": {"type": "str"},
            "method": {"type": "str", "choices": ["GET", "POST"], "default": "GET"},
            "is_data_host": {"type": "bool", "default": True},
            "ca": {"type": "str"},
            "validate_certs": {"type": "bool", "default": True},
            "timeout": {"type": "float", "default": 30.0},
            "wait": {"type": "float", "default": 0.0},
        },
        required_if=[
            *(("operation", operation, ("path",)) for operation in OPERATIONS if operation != "batch"),
            ("operation", "batch", ("calls",)),
            ("operation", "write", ("secret", "entry", "expected")),
            ("operation", "remove", ("expected",)),
            ("operation", "learn", ("awaited", "known")),
            ("operation", "verify", ("url",)),
        ],
        add_file_common_args=True,
        supports_check_mode=True,
    )
    try:
        if module.params["operation"] == "batch":
            result = _operate_all(module, json.loads(module.params["calls"]))
        else:
            result = operate(_file(module), module)
    except FileError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
