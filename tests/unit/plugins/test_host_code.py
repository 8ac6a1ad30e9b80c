# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs on hosts can be told from what does not, and needs no library there."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.influxdb3.management.tests.docs.documents import INTERNAL

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
OWN = "ansible_collections.influxdb3.management.plugins.module_utils."
# Sent along by Ansible with every module.
OF_ANSIBLE = "ansible.module_utils."


def imported(path: Path) -> Iterator[str]:
    """The modules that a file names in its imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def sent_to_hosts() -> set[Path]:
    """The companions, and what they import of this collection, however indirectly."""
    found: set[Path] = set()
    ahead = [PLUGINS / "modules" / f"{name}.py" for name in INTERNAL]
    while ahead:
        path = ahead.pop()
        if path not in found:
            found.add(path)
            ahead += [
                PLUGINS / "module_utils" / f"{name.removeprefix(OWN)}.py"
                for name in imported(path)
                if name.startswith(OWN)
            ]
    return found


def test_what_runs_on_hosts_says_so() -> None:
    marked = {
        path
        for path in PLUGINS.glob("module_utils/*.py")
        if "Runs on hosts" in (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
    }
    assert marked == {path for path in sent_to_hosts() if path.parent.name == "module_utils"}


def test_what_runs_on_hosts_needs_the_standard_library_alone() -> None:
    for path in sent_to_hosts():
        for name in imported(path):
            assert name.startswith((OWN, OF_ANSIBLE)) or name.partition(".")[0] in sys.stdlib_module_names, (
                f"{path.name} imports {name}"
            )


def test_modules_that_are_no_companions_hold_documentation_alone() -> None:
    for path in PLUGINS.glob("modules/[a-z]*.py"):
        if path.stem not in INTERNAL:
            assert list(imported(path)) == ["__future__"], path.name
