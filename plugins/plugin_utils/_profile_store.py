# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A profile in influxctl's configuration file on the host of a task; its management token is a secret that it keeps.

The file is read and written on the host by the module influxctl_config_file, as the user the task runs as, and edited
here. What the companion answers holds the whole file, so it is kept from the connection's output and never passed on.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.influxdb3.management.plugins.module_utils._acceptance import Service
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    CreatedToken,
    Evidence,
    StoreChangedError,
    StoreError,
    Token,
    UnverifiedError,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._config_toml import (
    ConfigurationError,
    find_profile,
    read_document,
    read_profiles,
    replace_profile,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import Host
from ansible_collections.influxdb3.management.plugins.plugin_utils._influxctl_rules import complaints
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_view import (
    describe,
    management_token_prefix,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_store import (
    StoreOnHost,
    entry_of,
    evidence_of,
    known_of,
)

Profile = Mapping[str, Any]

# What the companion is told of the service.
_TRIED = ("url", "ca", "validate_certs", "timeout", "wait", "is_clustered")
# Other programs, and tasks for other profiles, may edit the same file.
_ATTEMPTS = 20


@dataclass(frozen=True)
class HostFile:
    """The configuration file as it was found: ``text`` is empty where there is none.

    ``loose_modes`` lists what others may use though they should not: dictionaries of ``path``, ``mode``, ``wanted``.
    ``side`` is what is remembered of the tokens that the profile may hold, ``held_before`` the ids of all it ever held.
    """

    path: str
    user: str
    exists: bool
    text: str
    sha256: str
    loose_modes: list[dict[str, str]]
    write_problem: str | None
    side: list[dict[str, Any]]
    held_before: list[str]


class ProfileOnHost(StoreOnHost):
    """Fulfils ``SecretStore``. One call of the host where nothing changes, three where a token is made.

    ``name`` is empty where all profiles are to be looked at. ``edit`` makes of the profile as it is (None where there
    is none) what it should be but for its management token, and raises ``InputError`` for what cannot be. ``trial`` is
    to be set before a token is written or verified.
    """

    companion = "influxctl_config_file"
    noun = "profile"

    def __init__(
        self,
        host: Host,
        path: str | None,
        name: str,
        edit: Callable[[dict[str, Any] | None], dict[str, Any] | None] = lambda profile: profile,
        backup: bool = False,
    ) -> None:
        super().__init__(host, path or "")
        self._given_path = path
        self._name = name
        self._edit = edit
        self._backup = backup
        self.trial: Service | None = None
        # Known once it has been read: the file, its profiles, the one that this is about, and what that should be.
        self.file: HostFile
        self.profiles: list[dict[str, Any]] = []
        self.current: dict[str, Any] | None = None
        self.wanted: dict[str, Any] | None = None
        # What the profile holds once everything is done.
        self.token: str | None = None
        self.backup_file: str | None = None
        self._held: dict[str, Any] | None = None
        self._is_fresh = False

    def read(self) -> HostFile:
        """Look at the file, and decide what the profile should be."""
        found = self.ask("read", self._place())
        self.path = found["path"]
        try:
            text = base64.b64decode(found["content_base64"] or "").decode("utf-8")
        except UnicodeDecodeError:
            raise StoreError(f"{self.path} is not a text in UTF-8. Correct the file by hand.") from None
        names = ("path", "user", "exists", "sha256", "loose_modes", "write_problem", "side", "held_before")
        self.file = HostFile(text=text, **{name: found[name] for name in names})
        try:
            self.profiles = read_profiles(text)
        except ConfigurationError as error:
            raise StoreError(f"{self.path} {error}") from None
        self.current = self.profile(self._name)
        self.wanted = self._edit(self.current)
        self.token = _token_of(self.current)
        self._is_fresh = True
        return self.file

    def profile(self, name: str) -> dict[str, Any] | None:
        """The profile of this name in the file, or None. Raises ``StoreError`` where there are several."""
        try:
            index = find_profile(self.profiles, name)
        except ConfigurationError as error:
            raise StoreError(f"{self.path} {error}") from None
        return None if index is None else self.profiles[index]

    def remembered(self, profile: Profile) -> dict[str, Any] | None:
        """What is remembered of the management token that a profile holds, or None where nothing is."""
        token = _token_of(profile)
        if token is None:
            return None
        return next((entry for entry in self.file.side if entry["sha256"] == _sha256(token)), None)

    def evidence(self) -> Evidence:
        """Which management token the profile holds: one that this collection has put there, or any other."""
        if not self._is_fresh:
            self.read()
        self._is_fresh = False
        file, token = self.file, _token_of(self.current)
        self._held = None
        if token is None:
            return Evidence(given=True, path=file.path, replaced=tuple(file.held_before))
        self._held = self.remembered(self.current or {})
        if self._held is None:
            return Evidence(given=True, prefix=management_token_prefix(self.current), path=file.path)
        return evidence_of({"held": self._held}, file.path)

    def differences(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """What of the profile, but for its token, and of the modes is not as wanted. Without any secret."""
        before, after = describe(self.current) or {}, describe(self._with_token(_token_of(self.current))) or {}
        keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        if not keys and self.text() != self.file.text:
            # Secrets look alike.
            keys = ["secrets"]
        modes = self.file.loose_modes
        if not keys and not modes:
            return None
        is_so = {key: before.get(key) for key in keys}
        should_be = {key: after.get(key) for key in keys}
        if modes:
            is_so["mode"] = {loose["path"]: loose["mode"] for loose in modes}
            should_be["mode"] = {loose["path"]: loose["wanted"] for loose in modes}
        return is_so, should_be

    def check_writable(self) -> None:
        """Raise ``StoreError`` where it is known by now that nothing could be written."""
        self.refuse(self.file.write_problem, "Nothing was changed.")

    def try_to_write(self) -> None:
        """Try, before a token is made, whether the file could be written. Creates missing folders."""
        self.check_writable()
        try:
            self.ask("check", self._place())
        except StoreError as error:
            self.refuse(str(error), "Nothing was changed.")

    def write(self, created: CreatedToken, replaced: Sequence[str] = ()) -> None:
        """Put the token into the profile and have the host try it, in one call.

        A token that the service refuses there is taken back: the file is as it was then.
        """
        secret = created.secret.reveal()
        entry = {
            **entry_of(created.token, replaced, accepted=False),
            "format": "{token}",
            "sha256": _sha256(secret),
        }
        answer = self._save(
            secret,
            {
                "entry": json.dumps(entry),
                "entry_before": None if self._held is None else json.dumps(self._held),
                "token_sha256": entry["sha256"],
                **self._tried(),
            },
        )
        if answer["outcome"] == "refused":
            raise StoreError(f"{answer['msg']} The profile {self._name!r} in {self.path} is as it was.")
        if answer["outcome"] == "unverified":
            raise UnverifiedError(answer["msg"])
        self.token = secret

    def verify(self) -> None:
        """Have the host try the token that is in its file."""
        token = _token_of(self.current) or ""
        answer = self.ask("verify", {**self._place(), "token_sha256": _sha256(token), **self._tried()})
        if answer["outcome"] != "accepted":
            raise UnverifiedError(
                f"{answer['msg']} The profile {self._name!r} in {self.path} holds a token that was never accepted. "
                "Run the task again, or set force_renew once for another one."
            )

    def learn(self, token: Token) -> None:
        """Have the side file say of the token what the list does."""
        self.ask("learn", {**self._place(), "awaited": token.prefix, "known": json.dumps(known_of(token))})

    def mend(self) -> None:
        """Have the profile as wanted, with the token that it has."""
        self._save(_token_of(self.current), {})

    def check_removable(self) -> None:
        """Raise ``StoreError`` where it is known that the file could not be written."""
        self.refuse(self.file.write_problem, "Nothing was revoked.")

    def remove(self) -> None:
        """Take the profile out of the file, and what is remembered of its token."""
        self._edit = lambda _profile: None
        self.wanted = self.token = None
        self._save(None, {"forget": True})

    def text(self) -> str:
        """The whole file as it should be, with the token that the profile has."""
        return self._text(_token_of(self.current))

    def refusal(self) -> str | None:
        """What influxctl would not take of the file as it should be, in one sentence, or None."""
        found = complaints(read_document(self.text()))
        if not found:
            return None
        return f"influxctl would refuse {self.path} as a whole: {'; '.join(found)}."

    def _save(self, token: str | None, more: Mapping[str, Any]) -> dict[str, Any]:
        """Write the profile, again where somebody else has changed the file, as long as it still holds what was read.

        Raises ``StoreChangedError`` where it holds another token by now.
        """
        held = _token_of(self.current)
        for _attempt in range(_ATTEMPTS):
            answer = self.ask(
                "write",
                {
                    **self._place(),
                    "content_base64": base64.b64encode(self._text(token).encode("utf-8")).decode("ascii"),
                    "expected_sha256": self.file.sha256,
                    "backup": self._backup,
                    **more,
                },
            )
            self.backup_file = answer.get("backup_file", self.backup_file)
            if answer["outcome"] != "changed":
                return answer
            self._is_fresh = False
            if answer["changed"]:
                break
            self.read()
            if _token_of(self.current) != held:
                break
        raise StoreChangedError(f"{self.path} was changed by another run or program meanwhile.")

    def _text(self, token: str | None) -> str:
        try:
            return replace_profile(self.file.text, self._name, self._with_token(token))
        except ConfigurationError as error:
            raise StoreError(f"{self.path} {error}") from None

    def _with_token(self, token: str | None) -> dict[str, Any] | None:
        """The profile as it should be. A token that is given in place of one that is minted is part of it already."""
        if self.wanted is None or self.trial is None or token is None:
            return self.wanted
        return {**self.wanted, "mgmt_token": token}

    def _place(self) -> dict[str, Any]:
        return {"path": self.path or self._given_path, "profile": self._name}

    def _tried(self) -> dict[str, Any]:
        """What the host is to try, with the certificate that the profile itself has influxctl show there."""
        if self.trial is None:
            return {}
        tls = (self.wanted or {}).get("tls")
        tls = tls if isinstance(tls, Mapping) else {}
        return {
            **{name: getattr(self.trial, name) for name in _TRIED},
            "client_cert": tls.get("cert") or None,
            "client_key": tls.get("key") or None,
        }

    @property
    def patience(self) -> float:
        """The seconds for which a write may wait until the token is accepted."""
        return 0.0 if self.trial is None else self.trial.wait


def _token_of(profile: Profile | None) -> str | None:
    token = None if profile is None else profile.get("mgmt_token")
    return token if isinstance(token, str) and token else None


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
