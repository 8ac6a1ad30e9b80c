# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every block of every document does what it says when somebody follows the document from top to bottom.

- `sh` is run, line by line as written.
- `yaml`, `ini` and `toml` whose first line is a comment with a file name are saved under that name.
- Other `yaml` is a playbook: it is run twice, and the second run changes nothing.
- `text` is part of what the `sh` before it prints; `...` stands for anything.
- At a heading such as `77 days later`, as much time passes at the service.
"""

from __future__ import annotations

import re
import secrets
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from ansible_collections.influxdb3.management.tests.docs.documents import CHECKOUT, Block, blocks, manuals, title
from ansible_collections.influxdb3.management.tests.docs.reader import Reader, shown_secrets
from ansible_collections.influxdb3.management.tests.integration.controller import Run
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

# Lines of the documents that are not run here, and why.
NOT_RUN = {
    "make demo": "would make a .venv and start a simulator of its own first",
    "make test": "would run this test again",
    "ansible-galaxy collection install influxdb3.management": "would ask Ansible Galaxy",
    "make build": "would make a .venv first; the archive it builds is there already",
}
# The one command whose purpose is to show a secret.
SHOWS_A_TOKEN = "influxctl management create"
# What a reader replaces, as the documents ask for.
PLACEHOLDERS = ("YOUR_ACCOUNT_ID", "YOUR_CLUSTER_ID", "YOUR_DATA_URL", "YOUR_TOKEN", "OLD_TOKEN_ID")
OF_CLUSTERED = ("YOUR_HOST", "YOUR_PORT", "YOUR_CA_FILE", "YOUR_MANAGEMENT_TOKEN")

FIRST_TOKEN = "docs/first-token.md"
ROTATE = "docs/rotate-without-an-outage.md"
AUTOMATION_HOST = "docs/provision-an-automation-host.md"
MOVING = "docs/moving-from-other-tools.md"
CLUSTERED = "docs/clustered.md"
DAY = 86400
INVENTORY = "[automation]\nautomation1.example.com ansible_python_interpreter=python3\n"
GIVEN_TOKEN = f"M.V1.{secrets.token_urlsafe(48)}"


@dataclass
class Follower:
    """A reader, and what a document has made them see so far."""

    reader: Reader
    simulator: Simulator
    previous: Run | None = None
    token: str = ""
    old_token_id: str = ""
    printed: list[str] = field(default_factory=list)

    def follow(self, block: Block) -> None:
        """Do what one block asks for."""
        if block.days_later:
            self.simulator.advance_clock(block.days_later * DAY)
        if block.file_name is not None:
            self.reader.write(block.file_name, self._filled_in(block.text))
            self.previous = None
        elif block.language == "sh":
            self.previous = self._run(block)
        elif block.language == "text":
            assert self.previous is not None, f"{block.place}: there is no command above whose output this could be"
            require_shown(self._filled_in(block.text), self.previous.output, block.place)
        elif block.language == "yaml":
            self._play_twice(block)
            self.previous = None
        else:
            pytest.fail(f"{block.place}: nobody can execute a block of {block.language or 'no language'}")

    def _run(self, block: Block) -> Run:
        lines = [line for line in self._filled_in(block.text).splitlines() if line not in NOT_RUN]
        run = self._succeeds(block, "\n".join(lines))
        if SHOWS_A_TOKEN in block.text:
            self.token = re.findall(r"^M\.V1\.\S+$", run.output, re.MULTILINE)[-1]
            self.printed.pop()
        return run

    def _play_twice(self, block: Block) -> None:
        self.reader.write("playbook.yml", self._filled_in(block.text))
        self._succeeds(block, "ansible-playbook playbook.yml")
        changed = self._succeeds(block, "ansible-playbook playbook.yml").changed
        assert changed, f"{block.place}: this playbook runs on no host"
        assert not any(changed.values()), f"{block.place}: the second run changes something: {changed}"

    def _succeeds(self, block: Block, script: str) -> Run:
        run = self.reader.run(script)
        self.printed.append(run.output)
        assert run.status == 0, f"{block.place} fails:\n{script}\n{run.output}"
        assert "[DEPRECATION WARNING]" not in run.output, f"{block.place} is deprecated:\n{run.output}"
        return run

    def _filled_in(self, text: str) -> str:
        assert self.token or "YOUR_TOKEN" not in text, "no token has been made yet"
        simulator = self.simulator
        values = (simulator.account_id, simulator.cluster_id, simulator.data_url, self.token, self.old_token_id)
        for placeholder, value in zip(PLACEHOLDERS, values, strict=True):
            text = text.replace(placeholder, value)
        parts = urlsplit(self.simulator.url)
        own = (parts.hostname, parts.port, self.simulator.ca_path, self.simulator.management_token)
        # A reader whose folder has a space in its name quotes it.
        text = text.replace("CA_PATH=YOUR_CA_FILE", f"CA_PATH={shlex.quote(str(simulator.ca_path))}")
        for placeholder, part in zip(OF_CLUSTERED, own, strict=True):
            text = text.replace(placeholder, str(part))
        return text


def require_shown(shown: str, output: str, place: str) -> None:
    """Fail unless these lines stand in the output in their order; how they are spaced does not matter."""
    lines = iter([" ".join(line.split()) for line in output.splitlines()])
    for expected in shown.splitlines():
        pattern = ".*".join(re.escape(" ".join(part.split())) for part in expected.split("..."))
        found = any(re.search(pattern, line) for line in lines)
        assert found, f"{place}: the command does not print, or not in this order, {expected!r}:\n{output}"


def prepare(document: str, reader: Reader, simulator: Simulator) -> None:
    """Have what a document takes for granted."""
    if document == FIRST_TOKEN:
        # An Admin who has just logged in by the browser; no token is in the environment yet.
        shutil.copytree(simulator.login_home, reader.home, dirs_exist_ok=True)
        return
    if document != CLUSTERED:
        reader.take_controller_environment(simulator)
    else:
        # The reader says where the cluster is, and with what to connect.
        for name in ("INFLUXDB3_URL", "INFLUXDB3_CA_PATH"):
            del reader.environment[name]
    if document == ROTATE:
        have_provisioned(reader)
    elif document != AUTOMATION_HOST:
        reader.write("inventory.ini", INVENTORY)
        reader.environment["ANSIBLE_INVENTORY"] = str(reader.working_folder / "inventory.ini")
        reader.environment["AUTOMATION_TOKEN"] = GIVEN_TOKEN


def have_used_another_tool(simulator: Simulator) -> str:
    """Have a database and a token that something else made; the id of the token is returned."""
    path, token = simulator.api_path, simulator.management_token
    simulator.ask("POST", f"{path}/databases", {"name": "plant", "retentionPeriod": 30 * DAY * 10**9}, token)
    permissions = [{"action": "read", "resource": "plant"}]
    body = {"description": "reports of the old tool", "permissions": permissions}
    return str(simulator.ask("POST", f"{path}/tokens", body, token).value["id"])


def have_provisioned(reader: Reader) -> None:
    """Have what the other two guides made: the folder of the automation, and the environment in a file only."""
    saved = {
        block.file_name: block.text for path in manuals() if title(path) == AUTOMATION_HOST for block in blocks(path)
    }
    for name in ("inventory.ini", "ansible.cfg", "site.yml"):
        reader.write(f"~/automation/{name}", saved[name])
    variables = [name for name in reader.environment if name.startswith("INFLUXDB3_")]
    lines = [f"{name}={shlex.quote(reader.environment.pop(name))}" for name in variables]
    reader.write("~/influxdb3.env", "\n".join([*lines, ""]))
    (reader.home / "influxdb3.env").chmod(0o600)


def secrets_of(simulator: Simulator) -> list[str]:
    """Everything that must not be seen."""
    state = simulator.state()
    tokens = state["management_tokens"] + state["database_tokens"]
    return [GIVEN_TOKEN, *(token["secret"] for token in tokens)]


@pytest.mark.parametrize("document", [path for path in manuals() if title(path) != CLUSTERED], ids=title)
def test_document_works_as_written(
    document: Path, simulator: Simulator, fresh_checkout: Path, make_reader: Callable[[Path, Simulator], Reader]
) -> None:
    follow(document, simulator, make_reader(fresh_checkout, simulator))


def test_the_document_of_the_other_product_works_as_written(
    fresh_checkout: Path, make_reader: Callable[[Path, Simulator], Reader]
) -> None:
    with Simulator.start(product="clustered") as simulator:
        follow(CHECKOUT / CLUSTERED, simulator, make_reader(fresh_checkout, simulator))


def follow(document: Path, simulator: Simulator, reader: Reader) -> None:
    """Do what the whole document says, and look for secrets afterwards."""
    prepare(title(document), reader, simulator)
    follower = Follower(reader, simulator)
    if title(document) == MOVING:
        follower.old_token_id = have_used_another_tool(simulator)
    for block in blocks(document):
        follower.follow(block)
    hidden = secrets_of(simulator)
    assert shown_secrets("\n".join(follower.printed), hidden) == []
    assert reader.exposed_files(hidden) == []


def test_exceptions_are_still_needed() -> None:
    """What the test above leaves out, replaces or allows still stands in a document."""
    everything = [block for document in manuals() for block in blocks(document)]
    lines = {line for block in everything if block.language == "sh" for line in block.text.splitlines()}
    assert set(NOT_RUN) <= lines
    text = "\n".join(block.text for block in everything)
    for needed in (SHOWS_A_TOKEN, "AUTOMATION_TOKEN", *PLACEHOLDERS, *OF_CLUSTERED):
        assert needed in text
    assert {FIRST_TOKEN, AUTOMATION_HOST, ROTATE, MOVING, CLUSTERED} <= set(map(title, manuals()))
