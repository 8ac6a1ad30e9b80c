# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a token looks like, how texts get rid of one, and how Ansible is told of it.

The alphabet is that of RFC 6750, section 2.1; the beginnings are those of published examples. apiv3_ is of products
that this collection does not serve, whose tokens are given by mistake all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

try:
    # Since ansible-core 2.22.
    from ansible.module_utils.secrets import register_secret
except ImportError:
    register_secret = None

PREFIX = "M.V1."
PREFIX_LENGTH = 9

_LONGEST_MESSAGE = 200
_SHORTEST_SECRET = 8
_TOKEN_BEGINNINGS = r"(?:M\.V1\.|apiv[13]_)[A-Za-z0-9._~+/=-]"
_TOKEN_SHAPES = re.compile(f"{_TOKEN_BEGINNINGS}*")
_TOKEN = re.compile(f"{_TOKEN_BEGINNINGS}+")
_MOST_OF_A_TOKEN = re.compile(f"{_TOKEN_BEGINNINGS}{{20}}")


def is_token(text: str) -> bool:
    """Whether a text is one token string and nothing else."""
    return _TOKEN.fullmatch(text) is not None


def holds_token(text: str) -> bool:
    """Whether there is a token in a text, and not only the public beginning of one."""
    return _MOST_OF_A_TOKEN.search(text) is not None


def clean_text(text: str, hidden: Iterable[str], longest: int = _LONGEST_MESSAGE) -> str:
    """Make foreign text fit for one line of an error: no token, no control characters, not too long."""
    # First, lest what cannot be printed hides a token by splitting it in two.
    text = "".join(letter for letter in text if letter.isprintable() or letter.isspace())
    for value in hidden:
        if value:
            text = text.replace(value, "***")
    text = " ".join(_TOKEN_SHAPES.sub("***", text).split())
    return text if len(text) <= longest else text[: longest - 3] + "..."


def hide(secret: str) -> None:
    """Have a secret blanked in everything that this and later tasks show, where Ansible can do that."""
    if register_secret is not None and len(secret) >= _SHORTEST_SECRET:
        register_secret(secret)
