# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what influxctl prints: lists of management tokens, the secret of a new one, its own version.

The shapes are published in part only, so reading is tolerant of everything but the loss of meaning. Sources:
https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/management/ and the release notes of
influxctl, https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/release-notes/influxctl/
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._answers import reading_many
from ansible_collections.influxdb3.management.plugins.module_utils._errors import UnexpectedAnswerError
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import PREFIX, PREFIX_LENGTH
from ansible_collections.influxdb3.management.plugins.module_utils._time import parse_timestamp
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    Token,
    Unreadable,
    read_each,
)

Version = tuple[int, int, int]

_LIST = "influxctl management list --format json"
_HINT = "Name another version of influxctl with influxctl_path; 2.6.0 to 2.12.1 are known to print what is needed."

# The syntax of a bearer token, RFC 6750 section 2.1.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
# Not a part of another word, or the Go version in "built with go1.23.5" would pass for it.
_VERSION = re.compile(r"(?<![\w.])v?(\d+)\.(\d+)\.(\d+)", re.ASCII)


def read_tokens(output: str) -> tuple[list[Token], list[Unreadable]]:
    """Read the answer of ``management list --format json``, in the order in which it comes.

    Shape: an array of ``{id, account_id, token_prefix, created_at, expires_at?, revoked_at?, description,
    created_by}``, or an object around that array; ``null`` is the empty list. Optional fields may be missing or null,
    others may be there. Times are read by ``parse_timestamp``.
    A token cannot be read that has no id, no creation time (without it the order of tokens would be a guess), or values
    of a wrong type; the reason names the field and never its content. Raises ``UnexpectedAnswerError`` where that is
    all there is.
    """
    with reading_many():
        return read_each(_items(_parse(output)), _read_token, UnexpectedAnswerError)


def read_version(output: str) -> Version | None:
    """Find the version in the answer of ``influxctl version``, or None where there is none to be found."""
    match = _VERSION.search(output)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def secret_candidates(output: str) -> list[str]:
    """Every string in the answer of ``management create`` that could be the secret, the likeliest first.

    Known shapes: the secret alone (until 2.10), a table and the secret on a line of its own (since 2.11), and JSON of
    an unpublished shape. Whole values and lines come before parts of them, and longer before shorter: a shortened
    token may stand beside the whole one. Which of them is the secret is for ``match_secret`` to say.
    """
    whole = [text.strip() for text in _strings(output)]
    parts = [part.rstrip(".") for part in _TOKEN.findall(output)]
    ordered = sorted(whole, key=len, reverse=True) + sorted(parts, key=len, reverse=True)
    candidates = dict.fromkeys(ordered)
    return [text for text in candidates if len(text) > PREFIX_LENGTH and _TOKEN.fullmatch(text)]


def match_secret(tokens: Sequence[Token], candidates: Sequence[str]) -> tuple[Token, str] | None:
    """Find the one token whose public prefix is the beginning of a candidate, and that candidate.

    Returns None where no token matches, or several do.
    """
    matches: dict[str, tuple[Token, str]] = {}
    for token in tokens:
        secret = next((text for text in candidates if text[:PREFIX_LENGTH] == token.prefix), None)
        if secret is not None:
            matches[token.id] = (token, secret)
    return next(iter(matches.values())) if len(matches) == 1 else None


def the_secret(candidates: Sequence[str]) -> str | None:
    """The candidate that must be the secret, while no list tells: all that look like one begin alike.

    Returns None where there is none, or texts of different tokens.
    """
    promising = [text for text in candidates if text.startswith(PREFIX)]
    return promising[0] if len({text[:PREFIX_LENGTH] for text in promising}) == 1 else None


def _parse(output: str) -> Any:
    try:
        return json.loads(output)
    except (ValueError, RecursionError):
        instead = "text that is not JSON" if output.strip() else "nothing"
        raise UnexpectedAnswerError(f"{_LIST} printed {instead}. {_HINT}") from None


def _items(answer: Any) -> list[Any]:
    if answer is None:
        return []
    if isinstance(answer, dict) and "id" not in answer:
        # An object without an id is not a token, so the one list in it can only be the list of tokens.
        lists = [value for value in answer.values() if isinstance(value, list)]
        if len(lists) == 1:
            return lists[0]
    if not isinstance(answer, list):
        raise UnexpectedAnswerError(f"{_LIST} printed no list of tokens. {_HINT}")
    return answer


def _read_token(item: Any) -> Token:
    if not isinstance(item, dict):
        raise UnexpectedAnswerError(f"{_LIST} printed a token that is not an object. {_HINT}")
    token_id = _text(item, "id")
    created_at = _instant(item, "created_at")
    if not token_id or created_at is None:
        missing = "created_at" if token_id else "id"
        raise UnexpectedAnswerError(f"{_LIST} printed a token without {missing}. {_HINT}")
    created_by = item.get("created_by")
    return Token(
        id=token_id,
        description=_text(item, "description") or "",
        created_at=created_at,
        expires_at=_instant(item, "expires_at"),
        revoked_at=_instant(item, "revoked_at"),
        prefix=_text(item, "token_prefix") or None,
        created_by=created_by if isinstance(created_by, str) else None,
    )


def _text(item: dict[str, Any], name: str) -> str | None:
    value = item.get(name)
    if value is not None and not isinstance(value, str):
        raise UnexpectedAnswerError(f"{_LIST} printed a token whose {name} is not a string. {_HINT}")
    return value


def _instant(item: dict[str, Any], name: str) -> datetime | None:
    try:
        return parse_timestamp(item.get(name))
    except ValueError:
        raise UnexpectedAnswerError(f"{_LIST} printed a token whose {name} is not a time. {_HINT}") from None


def _strings(output: str) -> list[str]:
    """The string values of JSON at any depth, or the lines of what is not JSON."""
    try:
        pending = [json.loads(output)]
    except (ValueError, RecursionError):
        return output.splitlines()
    found: list[str] = []
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
    return found
