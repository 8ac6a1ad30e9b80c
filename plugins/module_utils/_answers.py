# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what a service sends: checked against what it promises, without ever quoting it in an error."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._errors import UnexpectedAnswerError
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import clean_text
from ansible_collections.influxdb3.management.plugins.module_utils._time import parse_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import is_token_id

# Far more than the part of a token that is public.
_HINT = "Check url, and that no proxy answers in place of the service."


class Fields:
    """One JSON object of an answer, read field by field.

    Each reader raises ``UnexpectedAnswerError`` naming the field and the request, never the content.
    """

    __slots__ = ("_value", "_what")

    def __init__(self, value: Any, what: str) -> None:
        if not isinstance(value, dict):
            raise UnexpectedAnswerError(
                f"The answer to {what} holds {_type_name(value)} in place of an object. {_HINT}"
            )
        self._value = value
        self._what = what

    def text(self, name: str) -> str:
        """A string that must be there."""
        value = self.optional_text(name)
        if value is None:
            raise UnexpectedAnswerError(f"The answer to {self._what} lacks the field {name}. {_HINT}")
        return value

    def optional_text(self, name: str) -> str | None:
        """A string, or None where it is missing or null."""
        value = self._value.get(name)
        if value is None or isinstance(value, str):
            return value
        raise UnexpectedAnswerError(
            f"The answer to {self._what} has {_type_name(value)} in the field {name} in place of a string. {_HINT}"
        )

    def instant(self, name: str) -> datetime:
        """An RFC 3339 instant that must be there, and not the zero of Go's clock."""
        instant = self._parse_instant(name, self.text(name))
        if instant.year == 1:
            raise UnexpectedAnswerError(f"The answer to {self._what} has no time in the field {name}. {_HINT}")
        return instant

    def optional_instant(self, name: str) -> datetime | None:
        """An RFC 3339 instant, or None where it is missing, null, empty, or the zero of Go's clock."""
        text = self.optional_text(name)
        instant = self._parse_instant(name, text) if text else None
        return None if instant is None or instant.year == 1 else instant

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._value.get(name) is not None

    def integer(self, name: str) -> int:
        """A whole number that must be there."""
        value = self.optional_integer(name)
        if value is None:
            raise UnexpectedAnswerError(f"The answer to {self._what} lacks the field {name}. {_HINT}")
        return value

    def optional_integer(self, name: str) -> int | None:
        """A whole number, or None where it is missing or null."""
        value = self._value.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise UnexpectedAnswerError(
                f"The answer to {self._what} has {_type_name(value)} in the field {name} in place of a whole number. "
                f"{_HINT}"
            )
        return value

    def first_column(self) -> list[str]:
        """The first of each of the ``values`` of a series, texts all of them."""
        rows = self._value.get("values")
        if not isinstance(rows, list) or not all(isinstance(row, list) and row for row in rows):
            raise UnexpectedAnswerError(f"The answer to {self._what} has no rows in the field values. {_HINT}")
        if not all(isinstance(row[0], str) for row in rows):
            raise UnexpectedAnswerError(f"The answer to {self._what} has a row that begins with no text. {_HINT}")
        return [row[0] for row in rows]

    def inner(self, name: str) -> Fields:
        """An object that must be there."""
        return Fields(self._value.get(name), self._what)

    def items(self, name: str) -> list[Fields]:
        """A list of objects, empty where it is null, which must be there."""
        if name in self._value and self._value[name] is None:
            return []
        value = self._value.get(name)
        if not isinstance(value, list):
            raise UnexpectedAnswerError(
                f"The answer to {self._what} has {_type_name(value)} in the field {name} in place of a list. {_HINT}"
            )
        return [Fields(item, self._what) for item in value]

    def _parse_instant(self, name: str, text: str) -> datetime:
        try:
            return parse_rfc3339(text)
        except ValueError:
            raise UnexpectedAnswerError(
                f"The answer to {self._what} has no RFC 3339 time in the field {name}. {_HINT}"
            ) from None


@contextmanager
def reading_many() -> Iterator[None]:
    """Have Python look for no garbage meanwhile: there is none, and each look goes over all that was read so far."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def parse_json(content: bytes, what: str) -> Any:
    """Parse the body of a successful answer. Raises ``UnexpectedAnswerError`` saying what came instead of JSON."""
    try:
        return json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        raise UnexpectedAnswerError(f"The answer to {what} is {_kind(content)}, not JSON. {_HINT}") from None


def require_token_id(token_id: str) -> str:
    """Return the id of a listed token; raise ``UnexpectedAnswerError`` for what would reach something else by it."""
    if not is_token_id(token_id):
        raise UnexpectedAnswerError(
            "A token is listed with an id that is none: an id has letters, digits and hyphens only. "
            f"The token was neither changed nor revoked. {_HINT}"
        )
    return token_id


def is_error(content: bytes, status: int) -> bool:
    """Whether this is an error as the service is published to say it: ``{"code": 404, "message": "not found"}``."""
    try:
        answer = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and answer.get("code") == status and isinstance(answer.get("message"), str)


def error_message(content: bytes, hidden: Iterable[str]) -> str:
    """The ``message`` of an error answer, cleaned for a reader, or a word on what came in its place.

    The published shape is ``{"code": 404, "message": "not found"}``; proxies send HTML, or nothing.
    """
    try:
        answer = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        return "" if not content.strip() else f"the answer is {_kind(content)}, so a proxy may have sent it"
    message = answer.get("message") if isinstance(answer, dict) else None
    return clean_text(message, hidden) if isinstance(message, str) else ""


def _kind(content: bytes) -> str:
    beginning = content[:200].lstrip().lower()
    if not beginning:
        return "empty"
    return "an HTML page" if beginning.startswith(b"<") else "text"


def _type_name(value: Any) -> str:
    names = {type(None): "nothing", bool: "a boolean", int: "a number", float: "a number", str: "a string"}
    return names.get(type(value), "a list" if isinstance(value, list) else "an object")
