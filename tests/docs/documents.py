# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documents and the modules' examples say, as data."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

CHECKOUT = Path(__file__).resolve().parents[2]
NAME = "influxdb3.management"
# Modules that are parts of others and not for users: no document lists them, and their examples name another.
INTERNAL = {
    path.stem
    for path in CHECKOUT.glob("plugins/modules/*.py")
    if re.search(r'^short_description: "Internal: ', path.read_text(encoding="utf-8"), re.MULTILINE)
}

_PARSER = MarkdownIt("commonmark").enable("table")
# `# site.yml`, `# ~/.config/influxctl/config.toml`
_FILE_NAME = re.compile(r"# (~?[\w./-]*\.\w+)\s*$")
# `77 days later`
_PASSAGE = re.compile(r"(\d+) days? later")
_HOME = "{{ lookup('ansible.builtin.env', 'HOME') }}"
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block; ``place`` is its document and line, ``days_later`` the time that headings let pass before it."""

    place: str
    language: str
    text: str
    days_later: int = 0

    @property
    def file_name(self) -> str | None:
        """The file that the reader is told to write, where the first line names one."""
        match = _FILE_NAME.match(self.text.partition("\n")[0])
        return match.group(1) if match and self.language in ("ini", "toml", "yaml") else None


@dataclass(frozen=True)
class Examples:
    """The EXAMPLES of a module: the text as written, and the tasks in it."""

    module: str
    text: str
    tasks: list[dict[str, Any]]


def manuals() -> list[Path]:
    """The documents whose every block is executed."""
    return [CHECKOUT / "README.md", *sorted(CHECKOUT.glob("roles/*/README.md")), *sorted(CHECKOUT.glob("docs/*.md"))]


def markdown_files() -> list[Path]:
    """Every document of the checkout, except what tools have put there."""
    return [
        path
        for path in sorted(CHECKOUT.rglob("*.md"))
        # Nor the tree of links that pytest-ansible lays, which may be that of an earlier run.
        if not any(part.startswith(".") or part == "collections" for part in path.relative_to(CHECKOUT).parts)
    ]


def title(path: Path) -> str:
    """How a document is called in messages and test names."""
    return path.relative_to(CHECKOUT).as_posix()


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a document in their order."""
    found, days = [], 0
    for before, token in pairwise(_tokens(path)):
        if before.type == "heading_open" and (passage := _PASSAGE.fullmatch(token.content)):
            days += int(passage.group(1))
        elif token.type == "fence" and token.map:
            found.append(Block(f"{title(path)}:{token.map[0] + 1}", token.info.strip(), token.content, days))
            days = 0
    return found


def table_rows(path: Path, heading: str) -> list[list[str]]:
    """The rows, without the header, of the table whose first header cell is ``heading``; cells as written."""
    (rows,) = tables(path, heading)
    return rows


def tables(path: Path, heading: str) -> list[list[list[str]]]:
    """The rows of every such table, of which there is at least one."""
    found: list[list[list[str]]] = []
    for token in _tokens(path):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open" and found:
            found[-1].append([])
        elif token.type == "inline" and token.level > 2 and found:
            found[-1][-1].append(token.content)
    chosen = [rows[1:] for rows in found if rows[0][0] == heading]
    if not chosen:
        raise LookupError(f"{title(path)} has no table of {heading}")
    return chosen


def codes(text: str) -> list[str]:
    """What stands between backquotes."""
    return _CODE.findall(text)


def links(path: Path) -> list[str]:
    """The targets of all links and images."""
    return [
        str(child.attrs[name])
        for token in _tokens(path)
        for child in token.children or ()
        for name in ("href", "src")
        if name in child.attrs
    ]


def anchors(path: Path) -> set[str]:
    """The names that GitHub gives to the headings of a document."""
    tokens = _tokens(path)
    headings = [text.content for head, text in pairwise(tokens) if head.type == "heading_open"]
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def examples() -> list[Examples]:
    """The examples of every module."""
    return [_examples(path) for path in sorted(CHECKOUT.glob("plugins/modules/[!_]*.py"))]


def roles() -> list[str]:
    """The full name of every role."""
    return [f"{NAME}.{path.name}" for path in sorted(CHECKOUT.glob("roles/*/"))]


def _examples(path: Path) -> Examples:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["EXAMPLES"]:
            # Ansible's own modules take ~ of a local host for the home folder of whoever runs the tests.
            text = re.sub(r'(?m)\bdest: "?~(.*?)"?$', f'dest: "{_HOME}\\1"', ast.literal_eval(node.value))
            return Examples(path.stem, text, yaml.safe_load(text))
    return Examples(path.stem, "", [])


def _tokens(path: Path) -> list[Token]:
    return _PARSER.parse(path.read_text(encoding="utf-8"))
