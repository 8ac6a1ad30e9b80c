# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that is this very process: the companions run in it as they are, with this user's rights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable

from ansible.errors import AnsibleConnectionFailure
from ansible_collections.influxdb3.management.plugins.module_utils._acceptance import NotAcceptedError, Service
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import CreatedToken
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import Host
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_store import SecretFileOnHost
from ansible_collections.influxdb3.management.tests.unit.plugins.companions import run_companion


class ActionHere:
    """As much of an action as a call of its host looks at; ``calls`` are the operations so far.

    ``before_call`` is told of each, and may raise what a connection raises.
    """

    def __init__(self, check_mode: bool = False) -> None:
        self.calls: list[str] = []
        self.before_call: Callable[[str], None] = lambda _operation: None
        self._check_mode = check_mode
        self._task = SimpleNamespace(environment=None)
        self._connection = SimpleNamespace(_play_context=SimpleNamespace(no_log=False))

    def _compute_environment_string(self, environment: dict[str, Any]) -> None:
        pass

    def _execute_module(self, module_name: str, module_args: dict[str, Any], task_vars: Any) -> dict[str, Any]:
        # As it is sent.
        arguments = json.loads(json.dumps(module_args))
        self.calls.append(arguments["operation"])
        self.before_call(arguments["operation"])
        return run_companion(module_name.rpartition(".")[2], arguments, self._check_mode)


class Failing(ActionHere):
    """A host that fails at one operation, after it is done."""

    def __init__(self, operation: str, failure: dict[str, Any] | Exception) -> None:
        super().__init__()
        self._operation = operation
        self._failure = failure

    def _execute_module(self, module_name: str, module_args: dict[str, Any], task_vars: Any) -> dict[str, Any]:
        result = super()._execute_module(module_name, module_args, task_vars)
        if module_args["operation"] != self._operation:
            return result
        if isinstance(self._failure, Exception):
            raise self._failure
        return self._failure


DIED = {"failed": True, "msg": "MODULE FAILURE"}
LOST = AnsibleConnectionFailure("no route")


class TrialHere:
    """In the place of the request with which a host tries a token; ``tried`` are the tokens so far.

    ``answers`` are what comes of the next: an exception is raised, what can be called is called. Without one, the token
    is accepted.
    """

    def __init__(self) -> None:
        self.tried: list[str] = []
        self.services: list[Service] = []
        self.answers: list[Any] = []

    def __call__(self, service: Service, token: str) -> int:
        self.services.append(service)
        self.tried.append(token)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer()
        return 200


REFUSED = NotAcceptedError("service.test does not accept the token (401) after 0 s.", passing=True, refused=True)
NO_ANSWER = NotAcceptedError("This host cannot connect to service.test.", passing=True)


def secret_file_here(path: Path | str, action: ActionHere | None = None, **options: Any) -> SecretFileOnHost:
    """A secret file of this host. ``options`` are those of the companion."""
    action = action or ActionHere()
    return SecretFileOnHost(Host(action, {}), str(path), {"mode": "0600", **options})


def keep_secret(path: Path | str, created: CreatedToken, replaced: Sequence[str] = (), **options: Any) -> None:
    """Have a secret file of this host hold this token, as a run before would have left it."""
    store = secret_file_here(path, **options)
    store.evidence()
    store.write(created, replaced)
