# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See that the archive is fit to be published: what Ansible Galaxy asks of it, and what builds execution environments.

Addresses that release.yml does not have yet are filled in with examples here. Without what this needs, the exit status
is 77, which test drivers read as "skipped".
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import yaml
from ansible_collections.influxdb3.management.tests.docs.documents import links

import addresses
from build import build
from environment import CACHE, CHECKOUT, COLLECTION, child_environment, keep_environment
from interpreters import NOT_RUN

LOCK = CHECKOUT / "tests" / "requirements" / "importer.txt"
FOLDER = CACHE / "release-check"
IMPORTER = """\
[galaxy-importer]
check_changelog = true
check_required_tags = true
run_ansible_doc = true
run_ansible_lint = true
offline_ansible_lint = true
run_flake8 = false
run_ansible_test = false
"""
EXAMPLE = CHECKOUT / "docs" / "awx" / "execution-environment.yml"


class Fault(Exception):
    """The archive is not fit; one line says why."""


def main() -> int:
    try:
        programs = keep_environment(CACHE / "importer", LOCK)
    except subprocess.CalledProcessError:
        print("not run: the packages of tests/requirements/importer.txt | make release-check, with a network")
        return NOT_RUN
    given = addresses.read(CHECKOUT / "release.yml")
    try:
        archive = archive_of_a_release(given)
        print(f"{archive.name} is the same, byte for byte, when it is built again.")
        unpacked = unpack(archive)
        check_links(unpacked)
        print("Links of its documents lead to addresses, to other parts of the same page, or nowhere else.")
        check_with_importer(programs, archive)
        print("galaxy-importer takes it without a warning.")
        check_introspection(programs)
        check_execution_environment(programs, archive)
        print("ansible-builder takes it into an execution environment, as docs/awx shows, with influxctl.")
    except Fault as fault:
        print(f"Not fit to be published: {fault}")
        return 1
    if lacking := addresses.missing(given):
        print(f"release.yml does not say yet: {', '.join(lacking)}. Examples stood for them here.")
    return 0


def archive_of_a_release(given: dict[str, str]) -> Path:
    """Build it twice, in folders of different names; both are to be the same."""
    complete = {**addresses.EXAMPLES, **given}
    first, second = (build(FOLDER / name, complete) for name in ("build", "build-again"))
    if first.read_bytes() != second.read_bytes():
        raise Fault(f"{first} and {second} differ, though they are built from the same files.")
    return first


def unpack(archive: Path) -> Path:
    """Lay out the archive as ansible-galaxy installs it; returns the folder of the collection."""
    target = FOLDER / "installed" / COLLECTION
    shutil.rmtree(FOLDER / "installed", ignore_errors=True)
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target


def check_links(collection: Path) -> None:
    """No document may have a link that depends on where it is shown."""
    for document in sorted(collection.rglob("*.md")):
        for link in links(document):
            if not urlsplit(link).scheme and not link.startswith("#"):
                raise Fault(f"{document.relative_to(collection)} has a link that works in a checkout only: {link}")


def check_with_importer(programs: Path, archive: Path) -> None:
    """Import it as Galaxy does. What it says beside plain progress is a fault."""
    configuration = FOLDER / "galaxy-importer.cfg"
    configuration.write_text(IMPORTER, encoding="utf-8")
    run = call(programs, "python", "-m", "galaxy_importer.main", archive, GALAXY_IMPORTER_CONFIG=str(configuration))
    found = [line for line in run.stdout.splitlines() if line.startswith(("WARNING", "ERROR", "CRITICAL"))]
    if found or run.returncode or "Importer processing completed successfully" not in run.stdout:
        print(run.stdout)
        raise Fault(f"galaxy-importer says: {found[0] if found else 'see above'}")


def check_introspection(programs: Path) -> None:
    """ansible-builder is to find the libraries that requirements.in names, and no package of the system."""
    run = call(programs, "ansible-builder", "introspect", FOLDER / "installed")
    wanted = {
        line.strip()
        for line in (CHECKOUT / "requirements.in").read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    }
    told = run.stdout.replace(" ", "")
    absent = [line for line in sorted(wanted) if line.replace(" ", "") not in told]
    if run.returncode or absent:
        print(run.stdout)
        raise Fault(f"ansible-builder introspect does not tell of {', '.join(absent) or 'anything'}")


def check_execution_environment(programs: Path, archive: Path) -> None:
    """Create the context of the example, and run its installation of influxctl with a right and a wrong checksum."""
    folder = FOLDER / "execution-environment"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(EXAMPLE, folder)
    shutil.copy(archive, folder / "influxdb3-management.tar.gz")
    influxctl = make_archive_of_influxctl(folder / "influxctl-linux-x86_64.tar.gz")
    run = call(programs, "ansible-builder", "create", "--output-filename", "Containerfile", folder=folder)
    recipe = folder / "context" / "Containerfile"
    if run.returncode or not recipe.is_file():
        print(run.stdout)
        raise Fault("ansible-builder create does not take docs/awx/execution-environment.yml")
    for name in ("influxdb3-management.tar.gz", "influxctl-linux-x86_64.tar.gz"):
        if not (folder / "context" / "_build" / "archives" / name).is_file():
            raise Fault(f"the execution environment gets no {name}")
    requirements = yaml.safe_load((folder / "context" / "_build" / "requirements.yml").read_text(encoding="utf-8"))
    (collection,) = requirements["collections"]
    if not (folder / "context" / "_build" / collection["name"]).is_file():
        raise Fault(f"the execution environment has no {collection['name']} to install")
    (command,) = [
        line.removeprefix("RUN ")
        for line in recipe.read_text(encoding="utf-8").splitlines()
        if line.startswith("RUN ") and "influxctl" in line
    ]
    right = hashlib.sha256(influxctl.read_bytes()).hexdigest()
    if install_influxctl(command, influxctl, "0" * 64):
        raise Fault("the execution environment takes an influxctl with another checksum")
    if not install_influxctl(command, influxctl, right):
        raise Fault("the execution environment does not take influxctl with the right checksum")


def make_archive_of_influxctl(path: Path) -> Path:
    """An archive of the shape in which InfluxData publishes influxctl: one folder, the program in it."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(path, "w:gz") as tar:
        program = Path(folder, "influxctl")
        program.write_text("#!/bin/sh\necho influxctl version 2.12.1\n", encoding="utf-8")
        tar.add(program, "influxctl-v2.12.1-linux-x86_64/influxctl")
    return path


def install_influxctl(command: str, archive: Path, checksum: str) -> bool:
    """Run the step of the recipe in a folder of its own; returns whether the program is there and runs."""
    target = FOLDER / "influxctl"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    shutil.copy(archive, target / "influxctl.tar.gz")
    for place, stand_in in (("/tmp/influxctl.tar.gz", target / "influxctl.tar.gz"), ("/usr/local/bin", target)):
        command = command.replace(place, shlex.quote(str(stand_in)))
    step = ["sh", "-c", command]
    done = subprocess.run(step, env={**os.environ, "INFLUXCTL_SHA256": checksum}, capture_output=True, check=False)
    program = target / "influxctl"
    return not done.returncode and program.is_file() and not subprocess.run([program], check=False).returncode


def call(
    programs: Path, program: str, *arguments: object, folder: Path = FOLDER, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a program of that environment, which finds the others of it first."""
    surroundings = child_environment()
    surroundings["PATH"] = f"{programs}{os.pathsep}{surroundings['PATH']}"
    command: Sequence[str] = [str(programs / program), *map(str, arguments)]
    return subprocess.run(
        command,
        cwd=folder,
        env={**surroundings, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main())
