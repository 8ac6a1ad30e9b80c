#!/usr/bin/python
# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The half of the influxctl_profile modules that runs on the host; standard library only."""

from __future__ import annotations

DOCUMENTATION = r"""
module: influxctl_config_file
short_description: "Internal: read, replace or verify a configuration file of influxctl on a host"
version_added: 0.1.0
description:
  - The part of M(influxdb3.management.influxctl_profile) and M(influxdb3.management.influxctl_profile_info) that runs
    on the host. It needs nothing there but Python.
  - It is not meant to be used in playbooks. Its options and results may change in any release, and its result holds
    the whole file with every secret in it.
author:
  - influxdb3.management contributors (!UNKNOWN)
extends_documentation_fragment:
  - influxdb3.management._attributes
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
      - V(read) returns the file, V(check) tries whether it could be written, V(write) replaces it, V(verify) asks the
        service whether it accepts a token in it, V(learn) has more remembered of a token.
    type: str
    choices: [read, check, write, verify, learn]
    required: true
  profile:
    description:
      - The profile that the task is about. What is remembered of its token is in a file that is named after it.
      - Without one, V(read) returns what is remembered of the tokens of all profiles.
    type: str
    default: ""
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
  entry:
    description:
      - What V(write) is to remember of the management token that it brings, as JSON.
    type: str
  entry_before:
    description:
      - The same of the token that this one replaces.
    type: str
  awaited:
    description:
      - What the token is called so far of which V(learn) brings more.
    type: str
  known:
    description:
      - What V(learn) is to remember of it, as JSON.
    type: str
  forget:
    description:
      - Whether V(write) removes what is remembered of the profile's token.
    type: bool
    default: false
  token_sha256:
    description:
      - The SHA-256 of the token to verify.
    type: str
  url:
    description:
      - The address that is asked. With V(write), a token that the service refuses there is taken back.
    type: str
  ca:
    description:
      - The certificates of the authorities to trust, as PEM. By default those that the host trusts.
    type: str
  validate_certs:
    description:
      - Whether to check the certificate of the service.
    type: bool
    default: true
  timeout:
    description:
      - The seconds that one request may take.
    type: float
    default: 30
  wait:
    description:
      - The seconds for which it is tried again.
    type: float
    default: 0
  is_clustered:
    description:
      - Whether the service is that of InfluxDB Clustered.
    type: bool
    default: false
  client_cert:
    description:
      - A file of this host with the certificate to show, for a service that asks for one.
    type: path
  client_key:
    description:
      - A file of this host with the key of that certificate.
    type: path
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
side:
  description: What is remembered of the tokens that the profile may hold, the newest first.
  returned: when O(operation=read)
  type: list
  elements: dict
  sample: []
held_before:
  description: The ids of all tokens that the profile held, for where it holds none now.
  returned: when O(operation=read)
  type: list
  elements: str
  sample: []
write_problem:
  description: What would keep the file from being written, or nothing.
  returned: when O(operation=read)
  type: str
  sample: telegraf may not write into /etc/telegraf. Have the task become a user who may.
outcome:
  description:
    - V(written), or V(changed) where the file is another one by now and was left alone.
    - Where the token was tried, V(accepted), V(refused) with everything put back, or V(unverified), which the message
      explains.
  returned: when O(operation=write) or O(operation=verify)
  type: str
  sample: accepted
backup_file:
  description: The copy of the file as it was.
  returned: when O(operation=write), O(backup=true), and the content of a file that was there was changed
  type: str
  sample: /home/telegraf/.config/influxctl/config.toml.4711.2026-03-02@04:20:19~
"""

import base64
import json
import os
import pwd
import signal
from typing import Any

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.influxdb3.management.plugins.module_utils._acceptance import (
    Service,
    require_acceptance,
)
from ansible_collections.influxdb3.management.plugins.module_utils._config_file import (
    ConfigFile,
    side_text,
)
from ansible_collections.influxdb3.management.plugins.module_utils._config_path import default_config_path
from ansible_collections.influxdb3.management.plugins.module_utils._host_file import FileError, explain

# What of the options says how a token is tried.
_TRIED = ("url", "ca", "validate_certs", "timeout", "wait", "is_clustered", "client_cert", "client_key")


def _user_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _leave(number: int, _frame: Any) -> None:
    """End by an exception, so that a half-written file is removed on the way out."""
    raise SystemExit(128 + number)


def _run(module: AnsibleModule) -> dict[str, Any]:
    path = module.params["path"] or default_config_path(os.environ)
    operations = {"read": _read, "check": _check, "write": _write, "verify": _verify, "learn": _learn}
    operation = operations[module.params["operation"]]
    try:
        file = ConfigFile(path, module.params["profile"], module)
        result = operation(module, file)
    except OSError as error:
        raise FileError(explain(path, error)) from None
    return {"path": file.path, "user": _user_name(), **result}


def _read(module: AnsibleModule, file: ConfigFile) -> dict[str, Any]:
    warning = file.warning()
    if warning is not None:
        module.warn(warning)
    return file.facts()


def _check(_module: AnsibleModule, file: ConfigFile) -> dict[str, Any]:
    file.try_to_write()
    return {"changed": False}


def _write(module: AnsibleModule, file: ConfigFile) -> dict[str, Any]:
    parameters = module.params
    content = base64.b64decode(parameters["content_base64"], validate=True)
    expected, backup = parameters["expected_sha256"], parameters["backup"]
    if parameters["entry"] is None:
        return file.write(content, expected, backup, None, parameters["forget"])
    side = side_text(parameters["entry"], parameters["entry_before"])
    sha256 = parameters["token_sha256"]
    return file.write_and_verify(content, expected, backup, side, sha256, lambda token: _try(module, token))


def _verify(module: AnsibleModule, file: ConfigFile) -> dict[str, Any]:
    return file.verify(module.params["token_sha256"], lambda token: _try(module, token))


def _learn(module: AnsibleModule, file: ConfigFile) -> dict[str, Any]:
    return file.learn(module.params["awaited"], json.loads(module.params["known"]))


def _try(module: AnsibleModule, token: str) -> int:
    return require_acceptance(Service(**{name: module.params[name] for name in _TRIED}), token)


def main() -> None:
    """Run the module."""
    if not os.environ.get("HOME"):
        # Otherwise an empty one would lead to the root folder, and not to the password file.
        os.environ.pop("HOME", None)
    module = AnsibleModule(
        argument_spec={
            "operation": {"type": "str", "choices": ["read", "check", "write", "verify", "learn"], "required": True},
            "path": {"type": "path"},
            "profile": {"type": "str", "default": ""},
            "content_base64": {"type": "str", "no_log": True},
            "expected_sha256": {"type": "str"},
            "backup": {"type": "bool", "default": False},
            "entry": {"type": "str"},
            "entry_before": {"type": "str"},
            "awaited": {"type": "str"},
            "known": {"type": "str"},
            "forget": {"type": "bool", "default": False},
            "token_sha256": {"type": "str", "no_log": False},
            "url": {"type": "str"},
            "ca": {"type": "str"},
            "validate_certs": {"type": "bool", "default": True},
            "timeout": {"type": "float", "default": 30.0},
            "wait": {"type": "float", "default": 0.0},
            "is_clustered": {"type": "bool", "default": False},
            "client_cert": {"type": "path"},
            "client_key": {"type": "path", "no_log": False},
        },
        required_if=[
            ("operation", "write", ("content_base64", "expected_sha256")),
            ("operation", "verify", ("token_sha256", "url")),
            ("operation", "learn", ("awaited", "known")),
        ],
        required_by={"entry": ("token_sha256", "url")},
        supports_check_mode=True,
    )
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Whoever has started a delivery has these ignored, so that none ends half of it.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)
    try:
        result = _run(module)
    except FileError as error:
        module.fail_json(msg=str(error), explained=True)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
