# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller-side half of every token module: it hides secrets, refuses to create what nobody would receive, and
runs the engine in the worker process where the task would run on the controller anyway.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, Callable

from ansible import constants
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.influxdb3.management.plugins.module_utils._answers import clean_text, holds_token
from ansible_collections.influxdb3.management.plugins.module_utils._arguments import CONNECTION_OPTIONS
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._hiding import hide
from ansible_collections.influxdb3.management.plugins.module_utils._task import Definition, execute
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret

IN_PROCESS_VARIABLE = "influxdb3_management_in_process"

_SECONDS_BETWEEN_LOOKS = 0.25


class TokenAction(ActionBase):
    """Base of the action plugins; a subclass names the ``definition`` of its module."""

    # Refused here, with advice, and not by Ansible.
    _supports_async = True
    _supports_check_mode = True

    definition: Definition

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the task by one of the two doors and return its result, hidden where it holds a secret."""
        task_vars = task_vars or {}
        controller = os.getppid()

        def has_receiver() -> bool:
            # The worker outlives a controller that is killed, or that a closed terminal ends.
            return os.getppid() == controller

        super().run(tmp, task_vars)
        arguments = plain_arguments(self._task.args)
        refusal = self._refusal(arguments)
        if refusal is not None:
            return {"failed": True, "msg": refusal}
        arguments = self._with_absolute_secret_file(arguments)
        try:
            refuse_misplaced_tokens(self.definition.argument_spec, arguments)
            parameters = validate_arguments(self.definition.argument_spec, arguments, **self.definition.constraints)
        except InputError as error:
            return {"failed": True, "msg": hide_arguments(str(error), self.definition, arguments)}
        if self._runs_here(task_vars):
            result = self._run_here(parameters, has_receiver)
        else:
            with ended_with_controller(has_receiver):
                result = self._run_module(arguments, task_vars)
            if "token" in result and not has_receiver():
                connection = {name: value for name, value in arguments.items() if name in CONNECTION_OPTIONS}
                self._run_module({**connection, "id": result["metadata"]["id"], "state": "absent"}, task_vars)
            for secret in filter(None, (arguments.get("management_token"), result.get("token"))):
                hide(Secret(str(secret)))
        if "token" in result:
            result["_ansible_no_log"] = True
        return result

    def _run_module(self, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        with unprinted_results(self._connection):
            result: dict[str, Any] = self._execute_module(module_args=arguments, task_vars=task_vars)
        return result

    def _run_here(self, parameters: Mapping[str, Any], has_receiver: Callable[[], bool]) -> dict[str, Any]:
        outcome = execute(self.definition, parameters, self._task.check_mode, has_receiver, hide)
        result: dict[str, Any] = dict(outcome.result)
        if outcome.warnings:
            result["warnings"] = outcome.warnings
        if outcome.error is not None:
            return {**result, "failed": True, "msg": outcome.error}
        if not self._task.diff:
            result.pop("diff", None)
        return result

    def _refusal(self, arguments: Mapping[str, Any]) -> str | None:
        """Why the task cannot run in the background, or why nobody would receive a token it may create, or None."""
        if self._task.async_val:
            return (
                "async is not supported: the controller asks the service itself, and Ansible would keep the result in "
                "a file. Leave async out."
            )
        may_create = (
            "secret_file" in self.definition.argument_spec
            # A state of null counts as not given.
            and (arguments.get("state") or "present") == "present"
            and not arguments.get("id")
        )
        if not may_create or arguments.get("secret_file"):
            return None
        if not self._task.register:
            return (
                "Nobody would receive the token this task may create. Add register to the task, or set secret_file to "
                "have the token written to a file."
            )
        return None

    def _with_absolute_secret_file(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """A relative secret_file starts at the playbook's folder; elsewhere than on the controller it is refused."""
        path = arguments.get("secret_file")
        if not isinstance(path, str) or not path or path[0] in "~$" or os.path.isabs(path):
            return arguments
        if self._connection.transport != "local":
            return arguments
        return {**arguments, "secret_file": os.path.abspath(os.path.join(self._loader.get_basedir(), path))}

    def _runs_here(self, task_vars: Mapping[str, Any]) -> bool:
        """Whether the module would run on the controller, as this user, with this Python and this environment."""
        return (
            self._in_process_allowed(task_vars)
            and self._connection.transport == "local"
            and not self._task.become
            and self._connection.become is None
            # Empty is [{}]; what a play sets is inherited, and a task's {} does not clear it.
            and not any(self._task.environment or ())
            and self._interpreter_is_ours(task_vars)
        )

    def _in_process_allowed(self, task_vars: Mapping[str, Any]) -> bool:
        # A process forked on macOS may crash as soon as it uses the network.
        default = sys.platform != "darwin"
        value = self._templar.template(task_vars.get(IN_PROCESS_VARIABLE, default))
        return bool(boolean(value, strict=False))

    def _interpreter_is_ours(self, task_vars: Mapping[str, Any]) -> bool:
        """Whether no other Python was chosen by name. Where discovery would choose, ours is the better one: it has the
        libraries that the controller was set up with.
        """
        variables = task_vars
        if self._task.delegate_to:
            variables = task_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        interpreter = constants.config.get_config_value("INTERPRETER_PYTHON", variables=variables)
        interpreter = self._templar.template(interpreter) or "auto"
        return interpreter.startswith("auto") or os.path.normpath(interpreter) == os.path.normpath(sys.executable)


def plain_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as a module would receive them: Ansible's tagged values become plain ones."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(arguments), default=_as_text))
    return plain


def refuse_misplaced_tokens(options: Mapping[str, Any], arguments: Mapping[str, Any]) -> None:
    """Raise ``InputError`` where a token is given as an option that is shown, sent or stored in the clear."""
    for name, value in arguments.items():
        option = options.get(name, {})
        if option.get("no_log"):
            continue
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                # Keys that are not declared, as the parameters of OAuth2, may be meant for secrets.
                declared = {key: value for key, value in inner.items() if key in option.get("options", {})}
                refuse_misplaced_tokens(option.get("options", {}), declared)
            elif isinstance(inner, str) and holds_token(inner):
                raise InputError(
                    f"{name} holds what looks like a token, and {name} is shown in the clear. Nothing was sent. "
                    "Give the token to the option that takes one, and replace it if the playbook was ever shared."
                )


def validate_arguments(
    argument_spec: Mapping[str, Any], arguments: Mapping[str, Any], **constraints: Any
) -> dict[str, Any]:
    """The arguments with defaults and types, as a module would have them.

    Raises ``InputError`` with Ansible's own message, which may quote an argument, a secret included.
    """
    validation = ArgumentSpecValidator(dict(argument_spec), **constraints).validate(dict(arguments))
    if validation.error_messages:
        raise InputError(validation.error_messages[0])
    parameters: dict[str, Any] = validation.validated_parameters
    return parameters


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def hide_arguments(message: str, definition: Definition, arguments: Mapping[str, Any]) -> str:
    """Take every secret out of a message about wrong arguments."""
    hidden = [
        str(arguments[name])
        for name, option in definition.argument_spec.items()
        if option.get("no_log") and arguments.get(name)
    ]
    return clean_text(message, hidden, longest=2000)


@contextmanager
def unprinted_results(connection: Any) -> Iterator[None]:
    """Keep the connection from printing what a module sends back: over ssh, ansible-core before 2.22 does at -vvv."""
    play_context = connection._play_context
    before = play_context.no_log
    play_context.no_log = True
    try:
        yield
    finally:
        play_context.no_log = before


@contextmanager
def ended_with_controller(has_receiver: Callable[[], bool]) -> Iterator[None]:
    """End this worker once the controller is gone, and with it the module that it waits for.

    As long as the worker reads its output, the module cannot know that the next run may be under way.
    """
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_SECONDS_BETWEEN_LOOKS):
            if not has_receiver():
                os.kill(os.getpid(), signal.SIGTERM)
                return

    # A thread inherits what is blocked. A signal that it received would not wake the main thread, whose it is.
    unblocked = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        threading.Thread(target=watch, daemon=True).start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
    try:
        yield
    finally:
        over.set()
