# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection archive from what git knows of the checkout, never from what else lies around in it.

For one commit it is always the same, byte for byte. The addresses of release.yml are filled in.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

import addresses
from archive import normalize
from environment import CACHE, CHECKOUT, PROGRAMS, child_environment, copy_checkout

_INTERNAL = re.compile(r'^short_description: "Internal: ', re.MULTILINE)


def build(folder: Path, given: Mapping[str, str] | None = None) -> Path:
    """Build into a folder, which is made anew; returns the archive. ``given`` stands for what release.yml says."""
    source = folder / "source"
    shutil.rmtree(folder, ignore_errors=True)
    lay_out(source, given)
    archive = pack(source, folder)
    shutil.rmtree(source)
    return archive


def pack(source: Path, folder: Path) -> Path:
    """Make an archive of a folder that is laid out; returns it."""
    command = [PROGRAMS / "ansible-galaxy", "collection", "build", source, "--output-path", folder]
    subprocess.run([str(part) for part in command], env=child_environment(), stdout=subprocess.DEVNULL, check=True)
    (archive,) = folder.glob("*.tar.gz")
    normalize(archive, time_of_commit())
    return archive


def lay_out(folder: Path, given: Mapping[str, str] | None = None) -> None:
    """Lay out what the archive is made of, addresses included."""
    copy_checkout(folder)
    addresses.fill_in(folder, dict(addresses.read(CHECKOUT / "release.yml") if given is None else given))


def leave_out_internals(folder: Path) -> None:
    """Companions of modules, and filters of a role, are not for users: nothing that is announced may offer them."""
    plugins = list((folder / "plugins").rglob("*.py"))
    names = {path.stem for path in plugins if _INTERNAL.search(path.read_text(encoding="utf-8"))}
    for path in plugins:
        if path.stem in names:
            path.unlink()


def time_of_commit() -> int:
    """When the commit that is checked out was made, in seconds since 1970."""
    return int(git("show", "--no-patch", "--format=%ct", "HEAD"))


def stray_files() -> list[str]:
    """What lies in the checkout and would go into the archive, though git neither knows nor ignores it."""
    ignored = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"))["build_ignore"]
    listed = git("ls-files", "-z", "--others", "--exclude-standard").split("\0")
    return [name for name in listed if name and name.partition("/")[0] not in ignored]


def git(*words: str) -> str:
    """What a command of git prints."""
    return subprocess.run(
        ["git", *words], cwd=CHECKOUT, stdout=subprocess.PIPE, encoding="utf-8", check=True
    ).stdout.strip()


def main() -> int:
    """Build into the checkout, and say what the archive lacks; 1, with a line that says why, where nothing is built."""
    if stray := stray_files():
        print(f"Not built: git does not know {', '.join(stray)}. Add what belongs to it, remove the rest.")
        return 1
    try:
        given = addresses.read(CHECKOUT / "release.yml")
    except ValueError as error:
        print(f"Not built: {error}")
        return 1
    archive = build(CACHE / "build", given)
    print(archive.replace(CHECKOUT / archive.name).name)
    if lacking := addresses.missing(given):
        print(
            f"release.yml does not say yet: {', '.join(lacking)}. Ansible Galaxy takes no archive without repository."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
