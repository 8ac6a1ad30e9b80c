# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking for secrets in bytes, however they are encoded and however little of them is there.

Each form of a secret is cut into fragments of sixteen characters. So a secret is found that was cut short, or broken
into lines by a terminal or an encoder, as long as a fragment is whole: thirty-one characters of it always hold one.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

FRAGMENT = 16
# The beginning of a management token that everybody may see.
_PUBLIC = re.compile(r"M\.V1\..{4}")
# What most forms consist of. Text is cut into runs of these first, which leaves little of it to look at.
_RUN = re.compile(rb"[\w.~+/=%-]{16,}")


@dataclass(frozen=True)
class Finding:
    """A secret where it should not be: its public beginning, its form, the channel, and what stands before it."""

    secret: str
    form: str
    channel: str
    before: str

    def __str__(self) -> str:
        return f"{self.secret}... ({self.form}) in {self.channel}, after {self.before!r}"


class Search:
    """Looks for all secrets at once."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.secrets = sorted({secret for secret in secrets if secret})
        self._fragments = {
            fragment: (secret, form)
            for secret in self.secrets
            for form, text in forms(secret)
            for fragment in cut(text)
        }
        self._others = [fragment for fragment in self._fragments if not _RUN.fullmatch(fragment)]

    def find(self, channel: str, content: bytes) -> list[Finding]:
        """Every secret in the content, each once, where it comes first."""
        first: dict[str, tuple[int, str]] = {}
        for fragment in self._fragments_in(content):
            secret, form = self._fragments[fragment]
            first[secret] = min(first.get(secret, (len(content), "")), (content.index(fragment), form))
        return [
            Finding(secret[:9], form, channel, self._before(content[max(0, position - 120) : position]))
            for secret, (position, form) in sorted(first.items())
        ]

    def _fragments_in(self, content: bytes) -> Iterator[bytes]:
        for run in set(_RUN.findall(content)):
            for start in range(len(run) - FRAGMENT + 1):
                if run[start : start + FRAGMENT] in self._fragments:
                    yield run[start : start + FRAGMENT]
        yield from (fragment for fragment in self._others if fragment in content)

    def _before(self, content: bytes) -> str:
        """What leads to a secret, in one line and without the others."""
        for fragment in self._fragments:
            content = content.replace(fragment, b"***")
        return " ".join(content.decode("utf-8", "replace").split())


def forms(secret: str) -> Iterator[tuple[str, str]]:
    """The name and the text of every form of a secret, without its public beginning.

    Where two forms have a fragment in common, the last one names it.
    """
    public = _public_length(secret)
    hidden = secret[public:]
    yield "hex", hidden.encode().hex()
    for name, encode in (("URL-safe base64", base64.urlsafe_b64encode), ("base64", base64.b64encode)):
        for shift in range(3):
            # Only what does not depend on the bytes around the hidden part, wherever that begins in a longer text.
            code = encode(b"." * shift + secret.encode()).decode()
            yield name, code[-(-(shift + public) * 8 // 6) : (shift + len(secret.encode())) * 8 // 6]
    yield "URL-quoted", quote(hidden, safe="")
    yield "HTML-escaped", escape(hidden)
    yield "repr", repr(hidden)[1:-1]
    yield "JSON-escaped", json.dumps(hidden)[1:-1].replace("/", "\\/")
    yield "JSON-escaped twice", json.dumps(json.dumps(hidden)[1:-1])[1:-1]
    yield "JSON-escaped", json.dumps(hidden)[1:-1]
    yield "raw", hidden


def cut(text: str) -> list[bytes]:
    """The fragments of a form; what is shorter than one stays as it is."""
    data = text.encode()
    return [data[start : start + FRAGMENT] for start in range(0, len(data) - FRAGMENT + 1, FRAGMENT)] or [data]


def _public_length(secret: str) -> int:
    match = _PUBLIC.match(secret)
    return match.end() if match else 0
