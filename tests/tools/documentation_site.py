# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the documentation site in .cache/site/html from the documentation of modules and roles, and from the Markdown.

The guides have one text, in Markdown: there it is shown wherever the sources are, there its snippets are run by the
tests, and the site reads it as it is. Without arguments nothing is asked of a network; with `--online` references to
Ansible's own pages become links.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import yaml
from ansible_collections.influxdb3.management.tests.docs.documents import NAME

import addresses
from build import lay_out, leave_out_internals
from environment import CACHE, CHECKOUT, COLLECTION, child_environment, keep_environment
from interpreters import NOT_RUN
from site_links import broken_links

LOCK = CHECKOUT / "tests" / "requirements" / "site.txt"
FOLDER = CACHE / "site"
PAGES = FOLDER / "pages"
HTML = FOLDER / "html"
COLLECTION_PAGES = Path("collections") / "influxdb3" / "management"
GUIDES = COLLECTION_PAGES / "docsite"
CONNECTION = "## Connection options"
NAMES_OF_ANSIBLE = "https://docs.ansible.com/ansible/devel/objects.inv"


@dataclass(frozen=True)
class Section:
    """A heading of the list of contents, and the guides under it, by the names of their files."""

    title: str
    guides: list[str]


def main(arguments: list[str]) -> int:
    try:
        programs = keep_environment(CACHE / "site-environment", LOCK)
    except subprocess.CalledProcessError:
        print("not run: the packages of tests/requirements/site.txt | make docs, with a network")
        return NOT_RUN
    online = "--online" in arguments
    names = fetch_names_of_ansible() if online else b""
    if names is None:
        # What was built before stays.
        print(f"Not built: {NAMES_OF_ANSIBLE} cannot be reached. `make docs` builds the same without links to it.")
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    PAGES.mkdir(parents=True, mode=0o755, exist_ok=True)
    if online:
        (FOLDER / "ansible.inv").write_bytes(names)
    collection = FOLDER / "collections" / COLLECTION
    given = addresses.read(CHECKOUT / "release.yml")
    lay_out(collection, {name: address for name, address in given.items() if name != addresses.FILES})
    leave_out_internals(collection)
    sections = ordered_guides(collection)
    write_order(collection, sections)
    if status := describe_plugins(programs):
        return status
    copy_documents(collection, sections)
    if status := render(programs, collection, online):
        return status
    if broken := broken_links(HTML):
        print("These links lead nowhere:", *broken, sep="\n  ")
        return 1
    print(f"The documentation is in {(HTML / 'index.html').relative_to(CHECKOUT)}.")
    return 0


def fetch_names_of_ansible() -> bytes | None:
    """The list of what Ansible's own pages can be referred to by, or None where it cannot be had."""
    try:
        with urlopen(NAMES_OF_ANSIBLE, timeout=60) as answer:
            content: bytes = answer.read()
    except OSError:
        return None
    return content


def ordered_guides(collection: Path) -> list[Section]:
    """The sections of guides.yml; a guide that is not in it comes at the end of the first one."""
    order = yaml.safe_load((collection / "docs" / "docsite" / "guides.yml").read_text(encoding="utf-8"))
    sections = [Section(each["title"], list(each["toctree"])) for each in order["sections"]]
    named = {guide for section in sections for guide in section.guides}
    sections[0].guides.extend(
        sorted(path.stem for path in (collection / "docs").glob("*.md") if path.stem not in named)
    )
    return sections


def write_order(collection: Path, sections: list[Section]) -> None:
    """Have antsibull-docs show the guides on the page of the collection."""
    roles = [f"role-{path.name}" for path in sorted((collection / "roles").iterdir()) if (path / "README.md").is_file()]
    order = [{"title": section.title, "toctree": section.guides} for section in sections]
    order.append({"title": "Roles at length", "toctree": roles})
    text = yaml.safe_dump({"sections": order}, sort_keys=False)
    (collection / "docs" / "docsite" / "extra-docs.yml").write_text(text, encoding="utf-8")


def describe_plugins(programs: Path) -> int:
    """Write the pages of modules and roles; returns the exit status."""
    words = ["--use-current", "--fail-on-error", "--no-indexes", "--no-add-antsibull-docs-version", "--dest-dir", PAGES]
    status = call(programs / "antsibull-docs", "collection", *words, NAME)
    # Modules have none that it could list; those of the connection options have a page of their own.
    (PAGES / "collections" / "environment_variables.rst").unlink(missing_ok=True)
    return status


def copy_documents(collection: Path, sections: list[Section]) -> None:
    """Give each document of the collection its page, and write the pages that only lead to others."""
    pages = {Path("docs", f"{guide}.md"): GUIDES / f"{guide}.md" for section in sections for guide in section.guides}
    pages |= {
        path.relative_to(collection): GUIDES / f"role-{path.parent.name}.md"
        for path in (collection / "roles").glob("*/README.md")
    }
    pages |= {
        Path(name): Path(page)
        for name, page in (
            ("README.md", "index.md"),
            ("CONTRIBUTING.md", "contributing.md"),
            ("CODE_OF_CONDUCT.md", "code-of-conduct.md"),
            ("CHANGELOG.md", "changelog.md"),
            ("tests/README.md", "testing.md"),
            ("tests/simulator/README.md", "simulator.md"),
        )
        if (collection / name).is_file()
    }
    for document, page in pages.items():
        target = PAGES / page
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(with_links(collection, document, pages), encoding="utf-8")
    readme = (PAGES / "index.md").read_text(encoding="utf-8")
    (PAGES / "connection.md").write_text(part_of(readme, CONNECTION), encoding="utf-8")
    (PAGES / "index.md").write_text(readme + contents(sections, pages), encoding="utf-8")


def with_links(collection: Path, document: Path, pages: dict[Path, Path]) -> str:
    """The text of a document with links to pages of the site. A file that is no page comes along as it is."""
    here = pages[document].parent

    def there(match: re.Match[str]) -> str:
        parts = urlsplit(match.group(1))
        if parts.scheme or not parts.path:
            return match.group(1)
        file = Path(posixpath.normpath(document.parent / parts.path))
        page = pages.get(file)
        if page is None:
            page = Path("files") / file
            if (collection / file).is_dir():
                return match.group(1)
            (PAGES / page).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(collection / file, PAGES / page)
        anchor = f"#{parts.fragment}" if parts.fragment else ""
        return os.path.relpath(page, here) + anchor

    return addresses.with_links((collection / document).read_text(encoding="utf-8"), there)


def part_of(text: str, heading: str) -> str:
    """One chapter of a document as a document of its own."""
    _before, found, after = text.partition(f"\n{heading}\n")
    if not found:
        raise LookupError(f"README.md has no {heading!r}")
    return f"{heading.removeprefix('#')}\n{after.partition(chr(10) + '## ')[0]}\n"


def contents(sections: list[Section], pages: dict[Path, Path]) -> str:
    """The list of contents at the side, as the end of the first page."""
    parts = [(section.title, [(GUIDES / guide).as_posix() for guide in section.guides]) for section in sections]
    reference = [
        f"Modules and roles <{(COLLECTION_PAGES / 'index').as_posix()}>",
        "Connection options and environment variables <connection>",
    ]
    parts.insert(1, ("Reference", reference))
    rest = ("changelog", "contributing", "testing", "simulator", "code-of-conduct")
    known = {page.with_suffix("").as_posix() for page in pages.values()}
    parts.append(("The project", [name for name in rest if name in known]))
    return "".join(
        "\n```{toctree}\n:hidden:\n:caption: " + title + "\n\n" + "\n".join(entries) + "\n```\n"
        for title, entries in parts
    )


def render(programs: Path, collection: Path, online: bool) -> int:
    """Have Sphinx write the pages; a warning is a failure. Returns the exit status."""
    for name in ("conf.py", "static"):
        source = CHECKOUT / "docs" / "docsite" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, PAGES / name)
    version = yaml.safe_load((collection / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    names = str(FOLDER / "ansible.inv") if online else ""
    words = ["-q", "-b", "html", "-n", "-W", "--keep-going", "-d", FOLDER / "state", PAGES, HTML]
    return call(programs / "sphinx-build", *words, COLLECTION_VERSION=version, NAMES_OF_ANSIBLE=names)


def call(program: Path, *arguments: object, **variables: str) -> int:
    """Run a program of that environment with the copy of the collection; returns its exit status."""
    surroundings = child_environment()
    surroundings |= {
        "PATH": f"{program.parent}{os.pathsep}{surroundings['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(FOLDER / "collections"),
        "ANSIBLE_COLLECTIONS_SCAN_SYS_PATH": "false",
        **variables,
    }
    command = [str(program), *map(str, arguments)]
    return subprocess.run(command, cwd=FOLDER, env=surroundings, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
