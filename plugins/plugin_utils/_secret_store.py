# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret file on the host of a task, as the engine sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._acceptance import Service
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_rfc3339, parse_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    CreatedToken,
    DeliveryUnknownError,
    Evidence,
    StoreChangedError,
    StoreError,
    Token,
    UnverifiedError,
    is_prefix,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import (
    Host,
    HostError,
    HostUnclearError,
    HostUnreachableError,
)

NOTHING_CREATED = "No token was created."
# What the companion is told of the data host.
_TRIED = ("url", "ca", "validate_certs", "timeout", "wait", "method", "is_data_host")


def read_authorities(ca_path: str | None) -> str | None:
    """The certificates to trust, for a host. Raises ``InputError``."""
    if ca_path is None:
        return None
    try:
        # Certificates are ASCII; what is written around them may be anything.
        with open(ca_path, encoding="ascii", errors="ignore") as file:
            return file.read()
    except OSError as error:
        raise InputError(f"ca_path {ca_path} cannot be read: {error.strerror}.") from None


class StoreOnHost:
    """What stores on the host of a task have in common: one companion that does their work there."""

    companion: str

    def __init__(self, host: Host, path: str) -> None:
        self._host = host
        self.path = path
        # Set once the connection has failed: the host is unreachable then, whatever else the task says.
        self.unreachable: HostUnreachableError | None = None

    def ask(self, operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Have the companion do something.

        Raises ``StoreError``, and for a write without a clear answer ``DeliveryUnknownError``.
        """
        try:
            return self._host.call(
                self.companion, {"operation": operation, **arguments}, uninterrupted=operation == "write"
            )
        except HostError as error:
            raise StoreError(str(error)) from None
        except HostUnclearError as error:
            if isinstance(error, HostUnreachableError):
                self.unreachable = error
            kind = DeliveryUnknownError if operation == "write" else StoreError
            raise kind(str(error)) from None

    def refuse(self, problem: str | None, consequence: str) -> None:
        """Raise ``StoreError`` where there is a problem."""
        if problem is not None:
            raise StoreError(f"{problem} {consequence}")


class SecretFileOnHost(StoreOnHost):
    """Fulfils ``SecretStore``. At most three calls of the host: read, try to write, write.

    ``options`` are what the companion knows beside the path: owner, group and mode as Ansible's file modules have them,
    ``secret_format``, ``take_over`` and ``follow``.
    """

    noun = "secret file"

    companion = "secret_file"

    def __init__(self, host: Host, path: str, options: Mapping[str, Any], check_mode: bool = False) -> None:
        super().__init__(host, path)
        self._check_mode = check_mode
        self._options = dict(options)
        self._found: dict[str, Any] = {}
        # Set where its host is to try the token.
        self.trial: Service | None = None

    @property
    def patience(self) -> float:
        """The seconds for which a write may wait until the token is accepted."""
        return 0.0 if self.trial is None else self.trial.wait

    def evidence(self) -> Evidence:
        """Which token the file holds, and what it has held before."""
        self._found = self._call("read")
        self.path = self._found["path"]
        return evidence_of(self._found, self.path)

    def differences(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """What of owner, group, mode and format is not as wanted: as it is, and as it should be."""
        differences = self._found["differences"]
        return None if differences is None else (differences["before"], differences["after"])

    def check_writable(self) -> None:
        """Raise ``StoreError`` where it is known by now that nothing could be written."""
        self.refuse(self._found["write_problem"], NOTHING_CREATED)
        if self.trial is not None and self._check_mode:
            self._check()

    def try_to_write(self) -> None:
        """Try, before a token is made, whether its secret could be stored. Creates missing folders, as 0700."""
        self.refuse(self._found["write_problem"], NOTHING_CREATED)
        self._check()

    def _check(self) -> None:
        try:
            self._call("check", **self._tried())
        except StoreError as error:
            self.refuse(str(error), NOTHING_CREATED)

    def write(self, created: CreatedToken, replaced: Sequence[str] = ()) -> None:
        """Put the secret in the place of what was read. ``replaced`` are the names that are to be remembered.

        Raises ``StoreError`` where it is certain that nothing was stored, else ``DeliveryUnknownError``.
        """
        answer = self._call(
            "write",
            secret=created.secret.reveal(),
            entry=json.dumps(entry_of(created.token, replaced, accepted=self.trial is None)),
            expected=self._found["sha256"],
            **self._tried(),
        )
        self._judge(answer)

    def verify(self) -> None:
        """Have the host try the token that is in its file, where that is wanted."""
        if self.trial is not None:
            self._judge(self._call("verify", **self._tried()))

    def _judge(self, answer: Mapping[str, Any]) -> None:
        if answer["outcome"] == "changed":
            raise StoreChangedError(f"{self.path} was changed by another run or program meanwhile.")
        if answer["outcome"] == "unverified":
            raise UnverifiedError(answer["msg"])

    def _tried(self) -> dict[str, Any]:
        return {} if self.trial is None else {name: getattr(self.trial, name) for name in _TRIED}

    def learn(self, token: Token) -> None:
        """Have the side file say of the token what the list does."""
        self._call("learn", awaited=token.prefix, known=json.dumps(known_of(token)))

    def mend(self) -> None:
        """Give the files the format, owner, group and mode that they should have."""
        self._call("mend")

    def check_removable(self) -> None:
        """Raise ``StoreError`` where it is known that the file could not be removed."""
        self.refuse(self._found["remove_problem"], "Nothing was revoked.")

    def remove(self) -> None:
        """Remove secret and side file."""
        self._call("remove", expected=self._found["sha256"])

    def _call(self, operation: str, **arguments: Any) -> dict[str, Any]:
        return self.ask(operation, {"path": self.path, **self._options, **arguments})


def entry_of(token: Token, replaced: Sequence[str], accepted: bool = True) -> dict[str, Any]:
    """What a side file is to say of a token that is put there."""
    return {**known_of(token), "accepted": accepted, "replaced": list(replaced)}


def known_of(token: Token) -> dict[str, Any]:
    """What a side file is to say of a token as the service has it."""
    return {
        "id": token.id,
        "description": token.description,
        "created_at": format_rfc3339(token.created_at),
        "expires_at": format_rfc3339(token.expires_at),
    }


def evidence_of(found: Mapping[str, Any], path: str) -> Evidence:
    """What a side file, as a companion has read it (``held`` and ``replaced``), says of the token that is held."""
    held = found["held"]
    if held is None:
        return Evidence(given=True, path=path, replaced=tuple(found["replaced"]))
    is_unlisted = is_prefix(held["id"])
    return Evidence(
        given=True,
        token_id=None if is_unlisted else held["id"],
        prefix=held["id"] if is_unlisted else None,
        path=path,
        description=held["description"],
        created_at=_instant(held["created_at"]),
        expires_at=_instant(held["expires_at"]),
        accepted=held["accepted"],
        replaced=tuple(held["replaced"]),
    )


def _instant(text: str | None) -> datetime | None:
    """An instant of a side file, which somebody may have edited: what is none counts as not known."""
    try:
        return None if text is None else parse_rfc3339(text)
    except ValueError:
        return None
