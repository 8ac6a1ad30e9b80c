# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The frame of every module's action that asks the service: it checks the arguments, runs the engine in this worker
process and hides secrets. Token modules also refuse to create what nobody would receive, and bring a store along.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleConnectionFailure
from ansible.playbook.base import Base
from ansible.playbook.block import Block
from ansible.playbook.task import Task
from ansible.plugins.action import ActionBase
from ansible_collections.influxdb3.management.plugins.module_utils._arguments import (
    SECRET_FILE_OPTIONS,
    read_secret_path,
)
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import clean_text, hide
from ansible_collections.influxdb3.management.plugins.module_utils._run import Definition, Outcome, execute
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import Host, task_environment
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_store import SecretFileOnHost, StoreOnHost
from ansible_collections.influxdb3.management.plugins.plugin_utils._validation import (
    check_texts,
    plain_arguments,
    refuse_misplaced_tokens,
    validate_arguments,
)


class EngineAction(ActionBase):
    """Base of the action plugins that run the engine in this worker process, whatever the task's host and user are."""

    _supports_check_mode = True

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._controller = os.getppid()

    def run_engine(
        self,
        definition: Definition,
        parameters: Mapping[str, Any],
        environment: Mapping[str, str],
        store: StoreOnHost | None,
    ) -> Outcome:
        """Run a definition. A host that could not be reached while it ran raises Ansible's own error."""
        brought: dict[str, Any] = {} if store is None else {"store": store}
        outcome = execute(
            definition,
            parameters,
            self._task.check_mode,
            self._has_receiver,
            hide,
            environment,
            self._tell,
            failure_is_received(self._task),
            **brought,
        )
        # What is unreachable has no result, and that of a set says what was done all the same.
        is_lost = "results" not in outcome.result
        if store is not None and store.unreachable is not None and outcome.error is not None and is_lost:
            for warning in outcome.warnings:
                self._display.warning(warning)
            # What Ansible counts as unreachable, with what is to be known of the token.
            raise AnsibleConnectionFailure(outcome.error) from None
        return outcome

    def as_result(self, outcome: Outcome, host: Host) -> dict[str, Any]:
        """What Ansible gets to know of an outcome, hidden where it holds a secret."""
        result: dict[str, Any] = {**host.for_ansible, **outcome.result}
        warnings = [*host.for_ansible.get("warnings", []), *outcome.warnings]
        if warnings:
            result["warnings"] = warnings
        if outcome.holds_secret:
            result["_ansible_no_log"] = True
            # Of a hidden result, Ansible shows what is called so, as it is with loops.
            for one in result.get("results", []):
                one["_ansible_no_log"] = True
        if outcome.error is not None:
            return {**result, "failed": True, "msg": outcome.error}
        if not self._task.diff:
            result.pop("diff", None)
        return result

    def _tell(self, line: str) -> None:
        """Show a line with -v."""
        self._display.v(f"{self._task.action.rpartition('.')[2]}: {line}")

    def _has_receiver(self) -> bool:
        # The worker outlives a controller that is killed, or that a closed terminal ends.
        return os.getppid() == self._controller


class ServiceAction(EngineAction):
    """Base of the action plugins that ask the service; a subclass names the ``definition`` of its module."""

    # Refused here, with advice, and not by Ansible.
    _supports_async = True

    definition: Definition

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the task and return its result, hidden where it holds a secret."""
        super().run(tmp, task_vars)
        arguments = plain_arguments(self._task.args)
        host = Host(self, task_vars or {})
        try:
            if self._task.async_val:
                raise InputError(
                    "async is not supported: the controller asks the service itself, and Ansible would keep the result "
                    "in a file. Leave async out."
                )
            self.refuse(arguments)
            refuse_misplaced_tokens(self.definition.argument_spec, arguments)
            check_texts(self.definition.argument_spec, arguments)
            parameters = validate_arguments(self.definition.argument_spec, arguments, **self.definition.constraints)
            store = self.open_store(host, parameters)
        except InputError as error:
            return {"failed": True, "msg": hide_arguments(str(error), self.definition, arguments)}
        return self.as_result(self.run_engine(self.definition, parameters, task_environment(self), store), host)

    def refuse(self, arguments: Mapping[str, Any]) -> None:
        """Raise ``InputError`` for a task that must not begin, whatever its arguments are worth."""

    def open_store(self, host: Host, parameters: Mapping[str, Any]) -> StoreOnHost | None:
        """What the engine is to keep a secret in, on the host of the task, or None. Raises ``InputError``."""
        return None


class TokenAction(ServiceAction):
    """Base of the action plugins whose module may create a token; a subclass names its ``definition``."""

    def open_store(self, host: Host, parameters: Mapping[str, Any]) -> StoreOnHost | None:
        """The file in ``secret_file``, where it is given."""
        path = self._secret_path(parameters)
        if path is None:
            return None
        options = {name: parameters[name] for name in SECRET_FILE_OPTIONS if name != "secret_file"}
        return SecretFileOnHost(host, path, options, self._task.check_mode)

    def refuse(self, arguments: Mapping[str, Any]) -> None:
        """Raise ``InputError`` where nobody would receive a token that the task may create."""
        # A state of null counts as not given.
        may_create = (arguments.get("state") or "present") == "present" and not arguments.get("id")
        if may_create and not arguments.get("secret_file") and not self._task.register:
            raise InputError(
                "Nobody would receive the token this task may create. Add register to the task, or set secret_file to "
                "have the token written to a file."
            )

    def _secret_path(self, parameters: Mapping[str, Any]) -> str | None:
        """The path of ``secret_file`` on the host. On the controller, a relative one starts at the playbook's folder.

        Raises ``InputError`` where that is not known, and for hosts on which no file can be kept.
        """
        path = read_secret_path(parameters)
        if path is None:
            return None
        transport = self._connection.transport
        if transport != "local" and getattr(self._connection, "_remote_is_local", False):
            raise InputError(
                f"With the connection {transport}, there is no host for secret_file to be on. Add delegate_to with the "
                "host that is to have the file, or with localhost for the controller."
            )
        if getattr(self._connection._shell, "SHELL_FAMILY", "sh") == "powershell":
            raise InputError(
                "secret_file cannot be on a Windows host. Register the result, and have a task of your own write it."
            )
        if path[0] in "~$" or os.path.isabs(path):
            return path
        if transport != "local":
            raise InputError(
                f"secret_file {path} is a relative path, and the folder of the playbook is not on this host. Give an "
                "absolute path."
            )
        absolute: str = os.path.abspath(os.path.join(self._loader.get_basedir(), path))
        return absolute


def failure_is_received(task: Task) -> bool:
    """Whether anything comes after a failure of this task that gets to see its result.

    That is what follows with ignore_errors, or the rescue or always of a block around it. What is tried again loses the
    result of the attempt that failed.
    """
    if not task.register or task.until or task.retries:
        return False
    if task.ignore_errors:
        return True
    inner, outer = task, task._parent
    while outer is not None:
        if isinstance(outer, Block) and _is_among(inner, outer.block) and (outer.rescue or outer.always):
            return True
        if isinstance(outer, Block) and _is_among(inner, outer.rescue) and outer.always:
            return True
        inner, outer = outer, outer._parent
    return False


def _is_among(one: Base, several: Sequence[Base]) -> bool:
    # Of what is copied, as for loops, the id stays.
    return any(other._uuid == one._uuid for other in several)


def hide_arguments(message: str, definition: Definition, arguments: Mapping[str, Any]) -> str:
    """Take every secret out of a message about wrong arguments."""
    hidden = [
        str(arguments[name])
        for name, option in definition.argument_spec.items()
        if option.get("no_log") and arguments.get(name)
    ]
    return clean_text(message, hidden, longest=2000)
