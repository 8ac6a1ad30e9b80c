# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way to a host: runs a companion module there, and keeps what is the controller's on the controller."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.influxdb3.management.plugins.module_utils._errors import ManagementError
from ansible_collections.influxdb3.management.plugins.module_utils._signals import HELD_SIGNALS

# The controller's own, which Ansible would write on the command line of the host.
_OWN_VARIABLES = "INFLUXDB3_"
_FOR_ANSIBLE = ("ansible_facts", "warnings", "deprecations")


class HostError(ManagementError):
    """What was to be done on the host was not done, by the words of the companion."""


class HostUnclearError(ManagementError):
    """Whether it was done is not known: the companion did not answer, or not in a way that can be read."""


class HostUnreachableError(HostUnclearError):
    """The connection failed. ``cause`` is Ansible's own error, which makes the host unreachable."""

    def __init__(self, message: str, cause: AnsibleConnectionFailure) -> None:
        super().__init__(message)
        self.cause = cause


class Host:
    """The host of a task, as the user that the task becomes there."""

    def __init__(self, action: ActionBase, task_vars: Mapping[str, Any]) -> None:
        self._action = action
        self._task_vars = task_vars
        # What Ansible itself is to be told of each call: warnings, and the interpreter that it found.
        self.for_ansible: dict[str, Any] = {}

    def call(self, companion: str, arguments: Mapping[str, Any], uninterrupted: bool = False) -> dict[str, Any]:
        """Run a companion of this collection and return its result.

        ``uninterrupted``: no signal ends what carries the call, as long as it takes. Raises ``HostError``,
        ``HostUnclearError`` or ``HostUnreachableError``.
        """
        try:
            with _unprinted(self._action), _without_own_variables(self._action), _blocked_signals(uninterrupted):
                result: dict[str, Any] = self._action._execute_module(
                    module_name=f"influxdb3.management.{companion}",
                    module_args=dict(arguments),
                    task_vars=dict(self._task_vars),
                )
        except AnsibleConnectionFailure as error:
            raise HostUnreachableError(f"The host could not be reached: {error}", error) from None
        except AnsibleError as error:
            # Such as a user that Ansible cannot become, in its own words, which may take several lines.
            raise HostUnclearError(
                f"Nothing could be run on the host: {' '.join(str(error).split()).rstrip('.')}. Try whether "
                "ansible.builtin.ping works there as the same user; --ask-become-pass asks for a password."
            ) from None
        self.for_ansible.update({key: result[key] for key in _FOR_ANSIBLE if key in result})
        if result.get("failed"):
            reason = str(result.get("msg", "no reason was given")).rstrip(".")
            if result.get("explained"):
                raise HostError(f"{reason}.")
            raise HostUnclearError(
                f"Python could not be run on the host: {reason}. Try whether ansible.builtin.ping works there."
            )
        return result


def task_environment(action: ActionBase) -> dict[str, str]:
    """The environment of this process, with that of play, block and task laid over it.

    Proxies are named in capitals and in small letters. Whichever of them a task gives counts for both.
    """
    given = _given_environment(action)
    proxies = {name.lower() for name in given if name.lower().endswith("_proxy")}
    kept = {name: value for name, value in os.environ.items() if name.lower() not in proxies}
    return {**kept, **given}


def _given_environment(action: ActionBase) -> dict[str, str]:
    given: dict[str, Any] = {}
    action._compute_environment_string(given)
    # As a module would get them.
    return {str(name): str(value) for name, value in given.items()}


@contextmanager
def _without_own_variables(action: ActionBase) -> Iterator[None]:
    """Keep the controller's variables from the host: there, everybody sees the command line that they stand on."""
    task = action._task
    before = task.environment
    given = _given_environment(action)
    task.environment = [{name: value for name, value in given.items() if not name.startswith(_OWN_VARIABLES)}]
    try:
        yield
    finally:
        task.environment = before


@contextmanager
def _unprinted(action: ActionBase) -> Iterator[None]:
    """Keep the connection from printing what a module sends back: over ssh, ansible-core before 2.22 does at -vvv."""
    play_context = action._connection._play_context
    before = play_context.no_log
    play_context.no_log = True
    try:
        yield
    finally:
        play_context.no_log = before


@contextmanager
def _blocked_signals(wanted: bool) -> Iterator[None]:
    """Whatever is started meanwhile inherits that these signals wait; so they end no half of a delivery."""
    if not wanted:
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HELD_SIGNALS)
    try:
        with _ignored_by_children():
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _ignored_by_children() -> Iterator[None]:
    """Have what is started ignore these signals too: some shells, dash among them, clear the mask that they inherit.

    For this process, in which they are blocked, they wait all the same. One that has come in the moment before is lost,
    as Linux forgets what waits to be ignored; it would have ended nothing either, as the delivery is under way.
    """
    with ExitStack() as handlers:
        # Nobody else may set handlers.
        if threading.current_thread() is threading.main_thread():
            for number in HELD_SIGNALS:
                previous = signal.getsignal(number)
                # None: not Python's own, which could not be put back.
                if previous is not None:
                    handlers.callback(signal.signal, number, previous)
                    signal.signal(number, signal.SIG_IGN)
        yield
