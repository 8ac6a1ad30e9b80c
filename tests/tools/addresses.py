# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The addresses of release.yml, and how a copy of the checkout gets them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import yaml

# What stands in galaxy.yml under the same name.
OF_GALAXY = ("repository", "issues", "documentation", "homepage")
FILES = "files"
NAMES = (*OF_GALAXY, FILES)

# For checks that need some: this domain is kept free for examples (RFC 2606).
EXAMPLES = {
    **{name: f"https://example.com/{name}" for name in OF_GALAXY},
    FILES: "https://example.com/files/{version}/{path}",
}

_LINK = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")
_FENCED = re.compile(r"^(```.*?^```$)", re.MULTILINE | re.DOTALL)


def read(path: Path) -> dict[str, str]:
    """Those that are given. A ``ValueError`` says in one line what is wrong with one."""
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(written, dict) or set(written) != set(NAMES):
        raise ValueError(f"{path.name} is to have {', '.join(NAMES)}, each with an address or empty.")
    given = {name: address for name, address in written.items() if address is not None}
    for name, address in given.items():
        if not isinstance(address, str) or urlsplit(address).scheme != "https" or not urlsplit(address).netloc:
            raise ValueError(f"{path.name}: {name} is not an address that begins with https://.")
    if FILES in given and not all(part in given[FILES] for part in ("{version}", "{path}")):
        raise ValueError(f"{path.name}: {FILES} is to have {{version}} and {{path}} in it.")
    return given


def missing(given: dict[str, str]) -> list[str]:
    """The names of those that are not given, in their order."""
    return [name for name in NAMES if name not in given]


def fill_in(folder: Path, given: dict[str, str]) -> None:
    """Put them into galaxy.yml and the Markdown of a copy. Without ``files`` links stay as they are in a checkout."""
    galaxy = folder / "galaxy.yml"
    text = galaxy.read_text(encoding="utf-8")
    lines = [f"{name}: {given[name]}\n" for name in OF_GALAXY if name in given]
    galaxy.write_text(text + "".join(lines), encoding="utf-8")
    if FILES not in given:
        return
    version = yaml.safe_load(text)["version"]
    for document in sorted(folder.rglob("*.md")):
        place = document.relative_to(folder).as_posix()
        written = document.read_text(encoding="utf-8")
        document.write_text(absolute_links(written, place, given[FILES], version), encoding="utf-8")


def absolute_links(text: str, place: str, files: str, version: str) -> str:
    """A Markdown document in whose links to other files of the checkout the address of that file stands.

    ``place`` is its own path in the checkout. What is fenced, and links to the document itself, stay as they are.
    """

    def absolute(match: re.Match[str]) -> str:
        parts = urlsplit(match.group(1))
        if parts.scheme or parts.netloc or not parts.path:
            return match.group(1)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(place), parts.path))
        anchor = f"#{parts.fragment}" if parts.fragment else ""
        return files.replace("{version}", version).replace("{path}", path) + anchor

    return with_links(text, absolute)


def with_links(text: str, change: Callable[[re.Match[str]], str]) -> str:
    """A Markdown document whose links, the first group of each match, are changed; what is fenced stays as it is."""
    # Every second part is a fenced block.
    pieces = _FENCED.split(text)
    return "".join(piece if number % 2 else _LINK.sub(change, piece) for number, piece in enumerate(pieces))
