# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documents list is what there is."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from ansible_collections.influxdb3.management.plugins.doc_fragments import _connection
from ansible_collections.influxdb3.management.plugins.module_utils import _client
from ansible_collections.influxdb3.management.plugins.module_utils._connection import CONNECTION_OPTIONS, ENVIRONMENT
from ansible_collections.influxdb3.management.tests.docs.documents import (
    CHECKOUT,
    INTERNAL,
    NAME,
    anchors,
    blocks,
    codes,
    examples,
    links,
    manuals,
    markdown_files,
    roles,
    table_rows,
    tables,
    title,
)
from ansible_collections.influxdb3.management.tests.tools.supported import PYTHONS

README = CHECKOUT / "README.md"


def test_readme_lists_every_module() -> None:
    listed = [name for row in table_rows(README, "Module") for name in codes(row[0])]
    assert sorted(listed) == sorted({module.module for module in examples()} - INTERNAL)


def test_readme_lists_every_ansible_core_that_is_tested() -> None:
    runtime = yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    listed = {row[0]: row[1] for row in table_rows(README, "ansible-core")}
    assert listed == {core: f"3.{minors[0]} to 3.{minors[-1]}" for core, minors in PYTHONS.items()}
    assert runtime["requires_ansible"] == f">={next(iter(PYTHONS))}.0"


def test_readme_lists_every_role() -> None:
    listed = [name for row in table_rows(README, "Role") for name in codes(row[0])]
    assert [f"{NAME}.{name}" for name in listed] == roles()


def test_readme_lists_every_connection_option() -> None:
    listed = [name for row in table_rows(README, "Option") for name in codes(row[0])]
    assert sorted(listed) == sorted(CONNECTION_OPTIONS)


def test_the_bounds_of_an_answer_are_those_of_the_client() -> None:
    options = yaml.safe_load(_connection.ModuleDocFragment.DOCUMENTATION)["options"]
    said = " ".join(options["timeout"]["description"])
    for figure in (
        f"more than {_client._LARGEST // 1024**2} MiB",
        f"about {_client._LARGEST_ERROR // 1024} KiB",
        {10.0: "ten seconds"}[_client._CLOCK_TIMEOUT],
    ):
        assert figure in said
    guide = (CHECKOUT / "docs" / "when-something-fails.md").read_text(encoding="utf-8")
    assert f"More than {_client._LARGEST // 1024**2} MiB came" in guide


def test_readme_lists_every_environment_variable() -> None:
    listed = {row[0]: codes(row[1]) for row in table_rows(README, "Option")}
    assert {f"`{option}`": [variable] for option, variable in ENVIRONMENT.items()} == {
        option: variables for option, variables in listed.items() if variables
    }


def test_code_reads_no_environment_variable_that_readme_does_not_list() -> None:
    files = [path for folder in ("plugins", "roles") for path in (CHECKOUT / folder).rglob("*")]
    sources = [path for path in files if path.suffix in (".py", ".yml")]
    read = {name for path in sources for name in re.findall(r"\bINFLUXDB3_[A-Z_]+\b", path.read_text(encoding="utf-8"))}
    listed = {name for row in table_rows(README, "Option") for name in codes(row[1])}
    assert read == listed


@pytest.mark.parametrize("role", sorted(CHECKOUT.glob("roles/*/")), ids=lambda role: role.name)
def test_documents_name_only_variables_that_the_role_has(role: Path) -> None:
    """A role does not notice a variable with a wrong name, so no run of a playbook does."""
    specification = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    known = {*specification["argument_specs"]["main"]["options"], *(module.module for module in examples())}
    for document in manuals():
        named = set(re.findall(rf"\b{role.name}_\w+", document.read_text(encoding="utf-8")))
        assert named <= known, title(document)


def test_readme_shows_the_playbook_of_the_collection() -> None:
    playbook = (CHECKOUT / "playbooks" / "automation_host.yml").read_text(encoding="utf-8")
    _header, _separator, plays = playbook.partition("\n---\n")
    assert plays in [block.text for block in blocks(README) if block.language == "yaml"]


@pytest.mark.parametrize("document", markdown_files(), ids=title)
def test_links_within_the_checkout_lead_somewhere(document: Path) -> None:
    for link in links(document):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (document.parent / parts.path).resolve() if parts.path else document
        assert target.is_relative_to(CHECKOUT.resolve()), link
        assert target.exists(), link
        assert not parts.fragment or parts.fragment in anchors(target), link


def test_the_counts_of_the_inclusion_checklist_are_right() -> None:
    document = CHECKOUT / "docs" / "inclusion.md"
    rows = [row for table in tables(document, "") for row in table]
    for name, words in (("MUST and MUST NOT", ("MUST", "MUST NOT")), ("SHOULD", ("SHOULD",))):
        chosen = [row for row in rows if row[0] in words]
        waiting = [row for row in chosen if "aits for the owner" in row[2]]
        (said,) = [row for row in table_rows(document, "Requirements") if row[0] == name]
        assert said[1:] == [str(len(chosen)), str(len(waiting))]
    assert {row[0] for row in rows} == {"MUST", "MUST NOT", "SHOULD"}
