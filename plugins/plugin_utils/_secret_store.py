# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret file on the host of a task, as the engine sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._time import format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    CreatedToken,
    DeliveryUnknownError,
    Evidence,
    SecretFileError,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import (
    Host,
    HostError,
    HostUnclearError,
    HostUnreachableError,
)

_COMPANION = "secret_file"


class SecretFileOnHost:
    """Fulfils ``SecretStore``. At most three calls of the host: read, try to write, write.

    ``attributes`` are owner, group and mode as Ansible's file modules have them.
    """

    def __init__(self, host: Host, path: str, attributes: Mapping[str, Any]) -> None:
        self._host = host
        self._attributes = dict(attributes)
        self._found: dict[str, Any] = {}
        self.path = path
        # Set once the connection has failed: the host is unreachable then, whatever else the task says.
        self.unreachable: HostUnreachableError | None = None

    def evidence(self) -> Evidence:
        """Which token the file holds. A secret and a side file that do not belong together count as holding none."""
        self._found = self._call("read")
        self.path = self._found["path"]
        side = self._found["side"]
        if side is None:
            return Evidence(given=True, path=self.path)
        replaced = tuple(side["replaced"])
        if self._found["holds"]:
            return Evidence(True, side["id"], path=self.path, description=side["description"], replaced=replaced)
        # Of a token whose secret is gone, the file has held the id.
        return Evidence(given=True, path=self.path, replaced=(*replaced, side["id"]))

    def differences(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """What of owner, group and mode is not as wanted: as it is, and as it should be."""
        attributes = self._found["attributes"]
        return None if attributes is None else (attributes["before"], attributes["after"])

    def check_writable(self) -> None:
        """Raise ``SecretFileError`` where it is known by now that nothing could be written."""
        self._refuse(self._found["write_problem"], "No token was created.")

    def try_to_write(self) -> None:
        """Try, before a token is made, whether its secret could be stored. Creates missing folders, as 0700."""
        self.check_writable()
        try:
            self._call("check")
        except SecretFileError as error:
            self._refuse(str(error), "No token was created.")

    def write(self, created: CreatedToken, replaced: Sequence[str] = ()) -> None:
        """Store the secret. ``replaced`` are the ids of what the file held before and is still live, oldest first.

        Raises ``SecretFileError`` where it is certain that nothing was stored, else ``DeliveryUnknownError``.
        """
        token = created.token
        side = {
            "id": token.id,
            "created_at": format_rfc3339(token.created_at),
            "description": token.description,
            "replaced": list(replaced),
        }
        self._call("write", secret=created.secret.reveal(), side=json.dumps(side))

    def mend(self) -> None:
        """Give the files the owner, group and mode that they should have."""
        self._call("mend")

    def check_removable(self) -> None:
        """Raise ``SecretFileError`` where it is known that the file could not be removed."""
        self._refuse(self._found["remove_problem"], "Nothing was revoked.")

    def remove(self) -> None:
        """Remove secret and side file."""
        self._call("remove")

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        arguments = {"operation": operation, "path": self.path, **self._attributes, **arguments}
        try:
            return self._host.call(_COMPANION, arguments, uninterrupted=operation == "write")
        except HostError as error:
            raise SecretFileError(str(error)) from None
        except HostUnclearError as error:
            if isinstance(error, HostUnreachableError):
                self.unreachable = error
            kind = DeliveryUnknownError if operation == "write" else SecretFileError
            raise kind(str(error)) from None

    def _refuse(self, problem: str | None, consequence: str) -> None:
        if problem is not None:
            raise SecretFileError(f"{problem} {consequence}")
