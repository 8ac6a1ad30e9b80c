# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An influxctl that keeps its tokens in a file, does what it is told or answers as scripted, and records every run."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CREATED_AT = 1772425219  # 2026-03-02T04:20:19Z
SECRET = "M.V1.fresh-55_5555555555555555555555555555555555.kkkk"
LIST = ["management", "list", "--format", "json"]
VERSION = ["version"]

_PROGRAM = """\
import calendar, json, os, stat, sys, time
folder = os.path.dirname(os.path.abspath(__file__))
option, path, *profile = sys.argv[1:5]
assert (option, profile) == ("--config", ["--profile", "default"]), sys.argv
command = sys.argv[5:]
record = {"arguments": sys.argv[1:], "environment": dict(os.environ)}
record["leads_session"] = os.getsid(0) == os.getpid()
record["has_no_input"] = os.path.samestat(os.fstat(0), os.stat(os.devnull))
record["configuration"] = open(path, encoding="utf-8").read()
record["modes"] = [stat.S_IMODE(os.stat(p).st_mode) for p in (path, os.path.dirname(path))]
with open(os.path.join(folder, "records.json"), "a") as records:
    print(json.dumps(record), file=records)
state = json.load(open(os.path.join(folder, "state.json")))
name = command[1] if command[0] == "management" else command[0]
answers = state["answers"].get(name, [])
answer = {}
if answers:
    answer = answers.pop(0) if len(answers) > 1 else answers[0]
elif name == "version":
    answer["stdout"] = "influxctl version 2.12.1\\n"
elif name == "list":
    answer["stdout"] = json.dumps(state["tokens"])
elif name == "create":
    values = dict(word[2:].split("=", 1) for word in command[2:])
    token = {**state["next"], "description": values["description"]}
    if "expires-at" in values:
        token["expires_at"] = {"seconds": calendar.timegm(time.strptime(values["expires-at"], "%Y-%m-%dT%H:%M:%SZ"))}
    state["tokens"].append(token)
    answer["stdout"] = json.dumps({"management_token": {"id": token["id"], "token": state["secret"]}})
elif name == "revoke":
    for token in state["tokens"]:
        if token["id"] == command[-1]:
            token["revoked_at"] = {"seconds": token["created_at"]["seconds"] + 1}
json.dump(state, open(os.path.join(folder, "state.json"), "w"))
sys.stdout.buffer.write(answer.get("stdout", "").encode("utf-8"))
sys.stderr.write(answer.get("stderr", ""))
sys.exit(answer.get("status", 0))
"""


class FakeInfluxctl:
    """The program at ``path``, and the tokens it keeps."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        (folder / "influxctl.py").write_text(_PROGRAM, encoding="utf-8")
        self.path = write_program(folder / "influxctl", f'exec {shlex.quote(sys.executable)} -IS "$0.py" "$@"')
        self.keep([])

    def keep(self, tokens: list[dict[str, Any]], secret: str = SECRET) -> None:
        """Start with these tokens, nothing scripted and no run recorded; ``secret`` is that of one to be created."""
        self._write({"tokens": tokens, "next": management_token_json(99), "secret": secret, "answers": {}})
        (self._folder / "records.json").write_text("", encoding="utf-8")

    def answer(self, command: str, *answers: dict[str, Any]) -> None:
        """Have a command end with the next of these, each with ``stdout``, ``stderr`` or ``status``; the last stays."""
        state = json.loads((self._folder / "state.json").read_text("utf-8"))
        state["answers"][command] = answers
        self._write(state)

    def answer_list(self, *lists: Sequence[dict[str, Any]]) -> None:
        """Have it list these tokens, run after run."""
        self.answer("list", *({"stdout": json.dumps(tokens, ensure_ascii=False)} for tokens in lists))

    @property
    def records(self) -> list[dict[str, Any]]:
        """Every run: its arguments, its configuration with the modes of file and folder, and its environment."""
        return [json.loads(line) for line in (self._folder / "records.json").read_text("utf-8").splitlines()]

    @property
    def runs(self) -> list[list[str]]:
        """The command of every run, without what stands before it."""
        return [record["arguments"][4:] for record in self.records]

    def _write(self, state: dict[str, Any]) -> None:
        (self._folder / "state.json").write_text(json.dumps(state), encoding="utf-8")


def write_program(path: Path, text: str) -> str:
    """Make an executable file of these lines of shell, and return its path."""
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def management_token_json(number: int, description: str = "telegraf", **fields: Any) -> dict[str, Any]:
    """A management token as influxctl lists it; the higher its number, the later its creation; 99 is the newest."""
    token = {
        "id": management_token_id(number),
        "account_id": "11111111-1111-4111-8111-111111111111",
        "token_prefix": SECRET[:9] if number == 99 else management_prefix(number),
        "created_at": {"seconds": CREATED_AT if number == 99 else 1769904000 + (number - 1) * 86400},
        "description": description,
        "created_by": "66666666-6666-4666-8666-666666666666",
        **fields,
    }
    return {name: value for name, value in token.items() if value is not None}


def management_token_id(number: int) -> str:
    """The id of the token with this number."""
    return f"77777777-7777-4777-8777-{number:012d}"


def management_prefix(number: int) -> str:
    """The prefix of the token with this number."""
    return f"M.V1.{number:04d}"
