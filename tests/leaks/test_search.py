# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The search finds what it is for: a search that is blind would let every leak pass."""

from __future__ import annotations

import base64
import html
import json
import textwrap
from collections.abc import Callable
from urllib.parse import quote

import pytest
from ansible_collections.influxdb3.management.tests.leaks.search import Search

MANAGEMENT_TOKEN = "M.V1.+5Jk" + "qZ/8wN-4_rT7" * 5 + "="
DATABASE_TOKEN = "apiv1_" + "Xy3-Kd9_Lm" * 8
PASSWORD = 'it\'s a "pass phrase" <of> ünusual\nletters & more'
SECRETS = {"management token": MANAGEMENT_TOKEN, "database token": DATABASE_TOKEN, "password": PASSWORD}

ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": lambda secret: secret,
    "JSON": json.dumps,
    "JSON in JSON": lambda secret: json.dumps({"stdout": json.dumps({"token": secret})}, ensure_ascii=False),
    "JSON with escaped slashes": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "repr": repr,
    "URL": lambda secret: quote(secret, safe=""),
    "HTML": html.escape,
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 in a text after one": lambda secret: base64.b64encode(f"a{secret}b".encode()).decode(),
    "base64 in a text after two": lambda secret: base64.b64encode(f"ab{secret}b".encode()).decode(),
    "base64 in lines": lambda secret: base64.encodebytes(("text " * 20 + secret).encode()).decode(),
    "URL-safe base64": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    "hex": lambda secret: secret.encode().hex(),
    "lines of a terminal": lambda secret: "\n".join(textwrap.wrap("WARNING: " + secret, 40)),
    "cut short": lambda secret: secret[: len(secret) // 2 + 9] + "...",
    "end only": lambda secret: "..." + secret[-35:],
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("secret", SECRETS)
def test_secret_is_found(secret: str, encoding: str) -> None:
    text = f"before it {ENCODINGS[encoding](SECRETS[secret])} after it"
    findings = Search(SECRETS.values()).find("a channel", text.encode())
    assert {finding.secret for finding in findings} == {SECRETS[secret][:9]}, text


def test_public_beginning_may_be_shown() -> None:
    search = Search([MANAGEMENT_TOKEN])
    public = MANAGEMENT_TOKEN[:9]
    for text in (public, json.dumps({"mgmt_token_prefix": public}), base64.b64encode(public.encode()).decode()):
        assert search.find("a channel", f"{text}... {'x' * 100}".encode()) == []


def test_finding_says_where_and_shows_no_secret() -> None:
    text = f'{{"first": "{DATABASE_TOKEN}", "second": "{MANAGEMENT_TOKEN}"}}'
    shown = " ".join(map(str, Search([DATABASE_TOKEN, MANAGEMENT_TOKEN]).find("the log file", text.encode())))
    assert '"first": "' in shown
    assert '"second": "' in shown
    assert "the log file" in shown
    assert DATABASE_TOKEN[9:25] not in shown
    assert MANAGEMENT_TOKEN[9:25] not in shown


def test_what_is_no_secret_is_not_found() -> None:
    search = Search([MANAGEMENT_TOKEN, DATABASE_TOKEN, ""])
    assert search.find("a channel", b"apiv1_ M.V1. " + b"0123456789abcdef" * 1000) == []
