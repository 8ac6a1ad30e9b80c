# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An influxctl that keeps its tokens in a file, does what it is told, and keeps what that was."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CREATED_AT = 1772425219  # 2026-03-02T04:20:19Z
SECRET = "M.V1.fresh-55_5555555555555555555555555555555555.kkkk"

_PROGRAM = """\
import calendar, json, os, sys, time
folder = os.path.dirname(os.path.abspath(__file__))
state = json.load(open(os.path.join(folder, "state.json")))
config, command = open(sys.argv[2]).read(), sys.argv[5:]
assert sys.argv[1] == "--config" and sys.argv[3:5] == ["--profile", "default"], sys.argv
with open(os.path.join(folder, "calls.json"), "a") as calls:
    print(json.dumps({"command": command, "config": config, "environment": sorted(os.environ)}), file=calls)
name = command[1] if command[0] == "management" else command[0]
if name in state["failures"]:
    sys.exit(state["failures"][name])
if name == "version":
    print("influxctl version 2.12.1")
elif name == "list":
    print(json.dumps(state["tokens"]))
elif name == "create":
    values = dict(word[2:].split("=", 1) for word in command[2:])
    token = {**state["next"], "description": values["description"]}
    if "expires-at" in values:
        token["expires_at"] = {"seconds": calendar.timegm(time.strptime(values["expires-at"], "%Y-%m-%dT%H:%M:%SZ"))}
    state["tokens"].append(token)
    print(json.dumps({"management_token": {"id": token["id"], "token": state["secret"]}}))
elif name == "revoke":
    for token in state["tokens"]:
        if token["id"] == command[-1]:
            token["revoked_at"] = {"seconds": token["created_at"]["seconds"] + 1}
json.dump(state, open(os.path.join(folder, "state.json"), "w"))
"""


class FakeInfluxctl:
    """The program at ``path``, and the tokens it keeps."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        script = folder / "program.py"
        script.write_text(_PROGRAM, encoding="utf-8")
        program = folder / "influxctl"
        program.write_text(
            f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -IS {shlex.quote(str(script))} "$@"\n', encoding="utf-8"
        )
        program.chmod(0o755)
        self.path = str(program)
        self.keep([])

    def keep(
        self,
        tokens: list[dict[str, Any]],
        failures: Mapping[str, str] | None = None,
        secret: str = SECRET,
    ) -> None:
        """Start with these tokens; a command among ``failures`` fails with that text on stderr."""
        state = {
            "tokens": tokens,
            "next": management_token_json(99),
            "secret": secret,
            "failures": dict(failures or {}),
        }
        (self._folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
        (self._folder / "calls.json").write_text("", encoding="utf-8")

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Every run: its command, its configuration and the names of its environment variables."""
        lines = (self._folder / "calls.json").read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines]

    @property
    def commands(self) -> list[tuple[str, ...]]:
        """Every run so far, without what stands before the command."""
        return [tuple(call["command"]) for call in self.calls]


LIST = ("management", "list", "--format", "json")


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
