# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Release a version: `release.py 0.2.0` shows what would come of it, `release.py 0.2.0 --for-good` does it.

The changelog is written from its fragments, the version put where it is named, the archive built and checked, all of it
in a copy. Only then are the changes committed and tagged, in one go. Nothing is sent anywhere.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

import addresses
import release_check
from build import build, git, leave_out_internals, pack, stray_files
from environment import CACHE, CHECKOUT, PROGRAMS, child_environment, copy_checkout
from release_rules import State, refusal

FOLDER = CACHE / "release"
WRITTEN = ("changelogs/changelog.yaml", "CHANGELOG.md", "CHANGELOG.rst")
NAME = "influxdb3.management"
_ARCHIVE = re.compile(r"(influxdb3-management-)\d+\.\d+\.\d+(\.tar\.gz)")


def read_state() -> State:
    """Look at the checkout."""
    changelog = yaml.safe_load((CHECKOUT / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))
    return State(
        released=sorted(changelog["releases"] or {}),
        tags=git("tag", "--list").split(),
        changed=git("diff", "--name-only", "HEAD").splitlines(),
        stray=stray_files(),
        fragments=[path.name for path in sorted((CHECKOUT / "changelogs" / "fragments").glob("*.y*ml"))],
        lacking=addresses.missing(addresses.read(CHECKOUT / "release.yml")),
    )


def prepare(version: str) -> tuple[Path, list[str]]:
    """Write the version and its changelog into a copy; returns it, and the names of what differs or is gone."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    source = FOLDER / "source"
    copy_checkout(source)
    changed = name_version(source, version)
    announced = FOLDER / "announced"
    shutil.copytree(source, announced)
    leave_out_internals(announced)
    command = [str(PROGRAMS / "antsibull-changelog"), "release", "--version", version]
    subprocess.run(command, cwd=announced, env=child_environment(), stdout=subprocess.DEVNULL, check=True)
    for name in WRITTEN:
        shutil.copy(announced / name, source / name)
    fragments = [path.relative_to(source).as_posix() for path in (source / "changelogs" / "fragments").glob("*.y*ml")]
    for name in fragments:
        (source / name).unlink()
    return source, sorted({*changed, *WRITTEN, *fragments})


def name_version(folder: Path, version: str) -> list[str]:
    """Put the version into galaxy.yml and wherever a document names the archive; returns the names of these files."""
    galaxy = folder / "galaxy.yml"
    text = re.sub(r"^version: .*$", f"version: {version}", galaxy.read_text(encoding="utf-8"), flags=re.MULTILINE)
    galaxy.write_text(text, encoding="utf-8")
    changed = [galaxy]
    for document in sorted([folder / "README.md", *folder.glob("docs/*.md"), *folder.glob("roles/*/README.md")]):
        text = document.read_text(encoding="utf-8")
        if (renamed := _ARCHIVE.sub(rf"\g<1>{version}\g<2>", text)) != text:
            document.write_text(renamed, encoding="utf-8")
            changed.append(document)
    return [path.relative_to(folder).as_posix() for path in changed]


def keep(source: Path, names: Sequence[str], version: str) -> None:
    """Take the files over from the copy, commit and tag them."""
    for name in names:
        if (source / name).exists():
            shutil.copy(source / name, CHECKOUT / name)
        else:
            (CHECKOUT / name).unlink()
    git("add", "--", *names)
    git("commit", "--quiet", "--message", f"Release {version}")
    git("tag", "--annotate", version, "--message", f"{NAME} {version}")


def chapter(source: Path, version: str) -> str:
    """What the changelog says of this version."""
    text = (source / "CHANGELOG.rst").read_text(encoding="utf-8")
    found = text.partition(f"\nv{version}\n")[2]
    return re.split(r"\nv\d+\.\d+\.\d+\n", found)[0].lstrip("=").strip()


def main(arguments: Sequence[str]) -> int:
    version = next((word for word in arguments if not word.startswith("-")), "")
    for_good = "--for-good" in arguments
    try:
        state = read_state()
    except ValueError as error:
        print(f"Not released: {error}")
        return 1
    if why := refusal(version, state):
        print(f"Not released: {why}")
        return 1
    if for_good and "repository" in state.lacking:
        print("Not released: release.yml has no repository, and Ansible Galaxy takes no archive without it.")
        return 1
    if status := release_check.main():
        return status
    source, names = prepare(version)
    # The addresses are for the archive alone.
    filled_in = Path(shutil.copytree(source, FOLDER / "filled-in"))
    addresses.fill_in(filled_in, addresses.read(CHECKOUT / "release.yml"))
    archive = pack(filled_in, FOLDER)
    print(f"\nCHANGELOG, {version}\n\n{chapter(source, version)}\n")
    print("Changed or removed:", *names, sep="\n  ")
    if not for_good:
        print(f"\nThe archive would be {archive.name}. Nothing was changed.")
        print(f"make release VERSION={version} FOR_GOOD=yes does it.")
        if state.lacking:
            print(f"release.yml lacks {', '.join(state.lacking)}.")
        return 0
    keep(source, names, version)
    archive = build(CACHE / "build")
    archive = archive.replace(CHECKOUT / archive.name)
    print(f"\n{archive.name}, SHA-256 {hashlib.sha256(archive.read_bytes()).hexdigest()}")
    print(f"Committed and tagged {version}. Publish it with git push --follow-tags, and then with")
    print(f"ansible-galaxy collection publish {archive.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
