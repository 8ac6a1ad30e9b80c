# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Database tokens, over the management API.

Source of paths, statuses and fields: the published OpenAPI description,
https://docs.influxdata.com/influxdb3/cloud-dedicated/api/management/.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._answers import (
    Fields,
    parse_json,
    reading_many,
    require_token_id,
)
from ansible_collections.influxdb3.management.plugins.module_utils._client import WRONG_SERVICE, Client
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    BadRequestError,
    ConflictError,
    ConnectionFailedError,
    ForbiddenError,
    ManagementError,
    NotFoundError,
    RateLimitedError,
    TlsError,
    UnauthorizedError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    AmbiguousCreationError,
    CreatedToken,
    NewToken,
    Permission,
    Secret,
    SecretMissingError,
    Token,
    Unreadable,
    Update,
    permissions_as_list,
    read_each,
    same_id,
)

# What the service is published to answer where it creates nothing, but for 404: it has just listed what is there.
_REFUSALS = (BadRequestError, UnauthorizedError, ForbiddenError, RateLimitedError, TlsError)
# A token and its secret are proof of a creation under these as under the published 200.
_CREATED = (201, 202)
# Whether one of these that is not published means what it seems to, the list says.
_SUCCESSES = range(200, 300)


class DatabaseTokens:
    """The database tokens of one cluster; use it as a context manager."""

    def __init__(self, connection: Connection) -> None:
        """Prepare the client; nothing is sent yet. Raises ``InputError`` for an unusable ca_path."""
        self._client = Client(connection)
        self.unreadable: list[Unreadable] = []

    def __enter__(self) -> DatabaseTokens:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def server_time(self) -> datetime | None:
        """The Date header of the last answer, or None when no answer has come yet or it had none."""
        return self._client.server_time()

    def list_tokens(self, again: bool = True) -> list[Token]:
        """Every database token of the cluster: live, expired and revoked. ``again``: after a passing failure too."""
        what = "listing the database tokens"
        with reading_many():
            answer = parse_json(self._client.send("GET", "tokens", what, expected=200, again=again).content, what)
            if not isinstance(answer, list):
                raise UnexpectedAnswerError(f"The answer to {what} is not a list. {WRONG_SERVICE}")
            tokens, self.unreadable = read_each(
                answer, lambda item: _read_token(Fields(item, what)), UnexpectedAnswerError
            )
        return tokens

    def create_token(self, new: NewToken) -> CreatedToken:
        """Create a database token, in one attempt: another one after an answer that was lost would make another token.

        Raises ``AmbiguousCreationError`` when a token may have been made whose secret is lost: after every failure but
        those that say it was refused.
        """
        what = f"creating the database token {new.description!r}"
        body: dict[str, Any] = {
            "description": new.description,
            "permissions": permissions_as_list(new.permissions or frozenset()),
        }
        if new.expires_at is not None:
            body["expiresAt"] = format_rfc3339(new.expires_at)
        try:
            response = self._client.send("POST", "tokens", what, expected=200, body=body, again=False, also=_CREATED)
            answer = Fields(parse_json(response.content, what), what)
            token = _read_token(answer)
            secret = answer.optional_text("accessToken")
        except ManagementError as error:
            if _is_refusal(error):
                raise
            raise AmbiguousCreationError(error) from None
        if not secret or not (secret.isascii() and secret.isprintable()):
            raise AmbiguousCreationError(SecretMissingError(f"The answer to {what} holds no accessToken."), token)
        return CreatedToken(token=token, secret=Secret(secret))

    def get_token(self, token_id: str) -> Token | None:
        """A database token by its id, None where the service itself says that there is none.

        Raises ``UnexpectedAnswerError`` where something else says so, or another token is the answer.
        """
        what = f"looking for the database token {token_id}, which is not listed"
        try:
            content = self._client.send("GET", f"tokens/{require_token_id(token_id)}", what, expected=200).content
        except NotFoundError as error:
            if error.is_of_service:
                return None
            raise UnexpectedAnswerError(f"{error} So whether it is live is not known.") from None
        token = _read_token(Fields(parse_json(content, what), what))
        if not same_id(token.id, token_id):
            raise UnexpectedAnswerError(f"The answer to {what} is about another one. {WRONG_SERVICE}")
        return token

    def update_token(self, update: Update) -> Token:
        """Change description or permissions; the list of permissions is replaced as a whole."""
        token = update.token
        what = f"updating the database token {token.id} ({token.description!r})"
        body: dict[str, Any] = {}
        if update.description is not None:
            body["description"] = update.description
        if update.permissions is not None:
            body["permissions"] = permissions_as_list(update.permissions)
        path = f"tokens/{require_token_id(token.id)}"
        response = self._client.send("PATCH", path, what, expected=200, body=body, also=_SUCCESSES)
        try:
            changed = _read_token(Fields(parse_json(response.content, what), what))
        except UnexpectedAnswerError as error:
            return self._look_up(token.id, str(error))
        if not same_id(changed.id, token.id):
            return self._look_up(token.id, f"The answer to {what} is about another one.")
        return changed

    def revoke_token(self, token_id: str) -> None:
        """Revoke a database token; one that is gone or revoked already is no error.

        The service answers 404 then, but so does a proxy that does not know the way: after a 404, and after a success
        of an unpublished kind, the list decides.
        Raises ``UnexpectedAnswerError`` where it shows the token as not revoked, or cannot be had.
        """
        what = f"revoking the database token {token_id}"
        path, published = f"tokens/{require_token_id(token_id)}", 204
        try:
            status = self._client.send("DELETE", path, what, published, also=_SUCCESSES).status_code
        except NotFoundError as error:
            status = error.status
        if status != published:
            self._require_revoked(token_id, f"The service answered {status} when {what}")

    def _look_up(self, token_id: str, doubt: str) -> Token:
        """A token as the list has it. Raises ``UnexpectedAnswerError`` where that does not tell either."""
        try:
            found = [token for token in self.list_tokens() if same_id(token.id, token_id)]
        except ManagementError as error:
            raise UnexpectedAnswerError(f"{doubt} What came of it could not be looked up: {error}") from None
        if not found:
            raise UnexpectedAnswerError(f"{doubt} The list does not tell what came of it. Then run the task again.")
        return found[0]

    def _require_revoked(self, token_id: str, doubt: str) -> None:
        try:
            listed = self.list_tokens()
        except ManagementError as error:
            raise UnexpectedAnswerError(
                f"{doubt}, and whether it is revoked could not be looked up: {error} Then run the task again."
            ) from None
        still = [token.id for token in listed if token.revoked_at is None]
        if any(same_id(one or "", token_id) for one in (*still, *(odd.id for odd in self.unreadable))):
            raise UnexpectedAnswerError(
                f"{doubt}, but still lists it as not revoked. {WRONG_SERVICE} Then run the task again."
            )


def _is_refusal(error: ManagementError) -> bool:
    """Whether a creation that ended so has surely made nothing."""
    if isinstance(error, ConflictError):
        # A proxy's may be about a request that was sent twice.
        return error.is_of_service
    return isinstance(error, _REFUSALS) or (isinstance(error, ConnectionFailedError) and not error.sent)


def _read_token(answer: Fields) -> Token:
    return Token(
        id=answer.text("id"),
        description=answer.text("description"),
        created_at=answer.instant("createdAt"),
        expires_at=answer.optional_instant("expiresAt"),
        revoked_at=answer.optional_instant("revokedAt"),
        permissions=_read_permissions(answer),
    )


def _read_permissions(answer: Fields) -> frozenset[Permission]:
    return frozenset(
        Permission(action=item.text("action"), resource=item.text("resource")) for item in answer.items("permissions")
    )
