# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands for a host in the tests of the actions of the influxctl_profile modules."""

from __future__ import annotations

import base64
import hashlib
import json
from types import SimpleNamespace
from typing import Any, Callable

from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import KEYS

PATH = "/home/u/.config/influxctl/config.toml"
SECRET = "M.V1.+5Jkhush-hush-hush"
# A file with one profile.
TEXT = (
    '# mine\n[[profile]]\nname = "d"\nproduct = "dedicated"\naccount_id = "a"\ncluster_id = "c"\n'
    f'mgmt_token = "{SECRET}"\n'
)


class Host:
    """Answers what the companion module would, and writes down what it was asked."""

    def __init__(self, content: bytes | None = None) -> None:
        self.content = content
        self.asked: list[dict[str, Any]] = []
        self.printed: list[bool] = []
        self.play_context = SimpleNamespace(no_log="as before")
        self.extra: dict[str, Any] = {}
        self.transport = "ssh"
        self.answer: dict[str, Any] | BaseException | None = None
        self.loose_modes: list[dict[str, str]] = []
        # What is remembered of the token, the newest first.
        self.side: list[dict[str, Any]] = []
        self.write_problem: str | None = None
        # What comes of trying a token.
        self.outcome: dict[str, Any] = {"outcome": "accepted"}
        self.before_writing: Callable[[], None] = lambda: None

    def run(self, action: Any, arguments: dict[str, Any], check_mode: bool = False, diff: bool = False) -> Any:
        """Run the action of a module for this host, and return its result. The keys of a profile may stand alone."""
        if action.__name__.endswith(".influxctl_profile"):
            arguments = in_settings(arguments)
        task = SimpleNamespace(
            args=arguments,
            check_mode=check_mode,
            diff=diff,
            async_val=0,
            no_log=False,
            register=None,
            action="x",
            delegate_to=None,
            environment=None,
        )
        shell = SimpleNamespace(tmpdir=None)
        variables = {"ansible_facts": {}, "inventory_hostname": "web1"}
        connection = SimpleNamespace(transport=self.transport, _play_context=self.play_context, _shell=shell)
        module = action.ActionModule(task, connection, self.play_context, None, None, None)
        module._execute_module = self.execute
        module._compute_environment_string = lambda _given: None
        result = module.run(None, variables)
        assert json.loads(json.dumps(result)) == result
        assert SECRET not in json.dumps(result)
        assert "content_base64" not in json.dumps(result)
        return result

    def execute(self, module_name: str, module_args: dict[str, Any], task_vars: Any) -> dict[str, Any]:
        """In place of the method that runs a module on a host."""
        assert module_name == "influxdb3.management.influxctl_config_file"
        # As it is sent.
        self.asked.append(json.loads(json.dumps(module_args)))
        self.printed.append(self.play_context.no_log is not True)
        if isinstance(self.answer, BaseException):
            raise self.answer
        if self.answer is not None:
            return self.answer
        answer = getattr(self, module_args["operation"])(module_args)
        return {**answer, **self.extra, "path": PATH, "user": "u", "invocation": {"module_args": module_args}}

    def sha256(self) -> str:
        """Of the content, or ``absent``."""
        return "absent" if self.content is None else hashlib.sha256(self.content).hexdigest()

    def read(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Answer ``operation: read``."""
        return {
            "exists": self.content is not None,
            "content_base64": _encode(self.content),
            "sha256": self.sha256(),
            "loose_modes": self.loose_modes,
            "side": self.side,
            "held_before": [entry["id"] for entry in self.side],
            "write_problem": self.write_problem,
        }

    def check(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Answer ``operation: check``."""
        return {"changed": False}

    def write(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Answer ``operation: write``."""
        self.before_writing()
        if arguments["expected_sha256"] != self.sha256():
            return {"changed": False, "outcome": "changed"}
        tried = {"outcome": "written"} if arguments.get("entry") is None else self.outcome
        if tried["outcome"] != "refused":
            self.content = base64.b64decode(arguments["content_base64"])
            self.side = [] if arguments.get("forget") else self.side
        backup = {"backup_file": f"{PATH}~"} if arguments["backup"] else {}
        return {"changed": True, **tried, **backup}


def in_settings(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments of ``influxctl_profile``, with the keys of the profile in their place."""
    settings = {name: value for name, value in arguments.items() if name in KEYS}
    others = {name: value for name, value in arguments.items() if name not in KEYS}
    return {**others, "settings": settings} if settings else others


def _encode(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()
