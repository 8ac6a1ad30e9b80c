# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `ansible-test sanity` on a copy of this checkout; arguments are handed on, `--test validate-modules` for example.

ansible-test demands a path that ends in ansible_collections/influxdb3/management and refuses symbolic links on the way.
It asks git which files there are: without a repository around the copy it skips every target and still exits 0.

The copy has no tests: they are not released, and some rules for Ansible plugins make no sense in them. ruff and mypy
look after them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from environment import CACHE, COLLECTION, HOME, PROGRAMS, child_environment, copy_checkout
from interpreters import NOT_RUN

# ansible-test fetches a program that installs pip from a host of its own, unless that program is in its cache. Every
# Python brings pip along, so this one serves as well and needs no such host.
PIP_INSTALLER = """\
import subprocess
import sys

subprocess.run([sys.executable, "-m", "ensurepip", "--default-pip"], check=True)
arguments = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
subprocess.run([sys.executable, "-m", "pip", "install", *arguments], check=True)
"""
PIP_VERSIONS = ("24_2", "25_2")  # of ansible-core 2.19, and of 2.20 and 2.21


def main(arguments: list[str]) -> int:
    tree = CACHE / "tree" / COLLECTION
    copy_checkout(tree)
    for entry in (tree / "tests").iterdir():
        if entry.is_dir() and entry.name != "sanity":
            shutil.rmtree(entry)
    subprocess.run(["git", "init", "--quiet"], cwd=tree, check=True)
    place_pip_installer()
    # Its tests have environments of their own, which are fetched once. That is done by itself first, as a machine
    # without a network must not read as a fault of the checkout.
    if ansible_test(tree, "--prime-venvs", *arguments).returncode:
        print("not run: what ansible-test needs is not there and could not be fetched | make sanity, with a network")
        return NOT_RUN
    process = ansible_test(tree, *arguments)
    if "All targets skipped" in process.stdout:
        print("ansible-test looked at no file at all.")
        return 1
    return process.returncode


def ansible_test(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `ansible-test sanity` in a tree and show what it prints."""
    # Left to itself it looks for other Pythons on PATH, where version managers keep shims that do not run.
    options = ["--python", f"{sys.version_info.major}.{sys.version_info.minor}", "--color", "no", "--truncate", "0"]
    process = subprocess.run(
        [sys.executable, PROGRAMS / "ansible-test", "sanity", *options, *arguments],
        cwd=tree,
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    print(process.stdout, end="", flush=True)
    return process


def place_pip_installer() -> None:
    folder = HOME / ".ansible" / "test" / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    for version in PIP_VERSIONS:
        (folder / f"get_pip_{version}.py").write_text(PIP_INSTALLER, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
