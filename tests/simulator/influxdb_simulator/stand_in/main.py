# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the command line to the exit status."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from . import commands, configuration, login
from .errors import CommandError, UsageError
from .flags import DURATION, TEXT, Flags, parse, seconds
from .service import Service

_GLOBAL_FLAGS = {"config": TEXT, "profile": TEXT, "timeout": DURATION}
_HELP = "NAME:\n   influxctl - a stand-in for tests\n\nUSAGE:\n   influxctl [global options] command [arguments...]\n"


def main(arguments: Sequence[str], settings: dict[str, Any]) -> int:
    """Run one command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        return _run(arguments, settings)
    except UsageError as error:
        print(_HELP)
        print(f"Incorrect Usage: {error}", file=sys.stderr)
    except CommandError as error:
        print(f"Error: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def _run(arguments: Sequence[str], settings: dict[str, Any]) -> int:
    home = os.environ.get("HOME", "")
    global_flags, rest = _global_flags(arguments)
    timeout = seconds(global_flags.get("timeout", "1m0s"))
    with closing(Service(settings["address"], settings["ca_path"], timeout or None)) as service:
        path = configuration.path_of(global_flags.get("config"), home)
        profile_name = global_flags.get("profile") or os.environ.get("INFLUXCTL_PROFILE") or "default"
        settings = {**settings, **service.note_call(_description(arguments, path, profile_name))}
        # Only now, so that wrong calls are on record too.
        parse(arguments, _GLOBAL_FLAGS)
        if not rest or rest[0] in ("help", "h"):
            print(_HELP)
            return 0
        if rest[0] == "version":
            parse(rest[1:], {})
            sys.stdout.write(settings["version"])
            return 0
        command, flags, positional = _find(rest, settings["create_knows_format"])
        profile = configuration.choose(configuration.read(path), profile_name)
        options = command.options(flags, positional)
        request = {**_access(profile, home, timeout), "options": options}
        output = service.run(command.method, "/".join(command.words), command.task, request)
    sys.stderr.write(output["stderr"])
    sys.stdout.write(output["stdout"])
    return int(output["exit_status"])


def _global_flags(arguments: Sequence[str]) -> tuple[Flags, list[str]]:
    try:
        return parse(arguments, _GLOBAL_FLAGS)
    except UsageError:
        return {}, []


def _find(words: list[str], create_knows_format: bool) -> tuple[commands.Command, Flags, list[str]]:
    for command in commands.every(create_knows_format):
        if tuple(words[: len(command.words)]) == command.words:
            flags, positional = parse(words[len(command.words) :], command.flags)
            return command, flags, positional
    raise CommandError(f"No help topic for '{words[0]}'")


def _access(profile: configuration.Profile, home: str, timeout: float) -> dict[str, str]:
    """Return the credential and, for Dedicated, what it is to be used on."""
    access = {}
    if profile["product"] == "dedicated":
        access = {"account_id": profile["account_id"], "cluster_id": profile["cluster_id"]}
    if profile.get("mgmt_token"):
        return {**access, "management_token": profile["mgmt_token"]}
    cached = login.cached(home)
    if cached is None:
        print("Opening a browser to log in. Waiting for the login to complete...", file=sys.stderr, flush=True)
        time.sleep(timeout)
        raise CommandError("failed to log in: context deadline exceeded")
    return {**access, "login": cached}


def _description(arguments: Sequence[str], path: str, profile_name: str) -> dict[str, Any]:
    """Return how this command was called, for tests that look for leaks; no value of the configuration is in it."""
    return {
        "argv": [os.fsencode(argument).decode("utf-8", "replace") for argument in arguments],
        "environment": _environment(),
        "config_mode": _mode(path),
        "config_directory_mode": _mode(os.path.dirname(path)),
        "profile_keys": _profile_keys(path, profile_name),
    }


def _environment() -> list[str]:
    """Return the names of the variables that were handed over."""
    try:
        with open("/proc/self/environ", "rb") as file:
            # Python itself may have set LC_CTYPE meanwhile; this is how it was at the start.
            return sorted(os.fsdecode(entry.partition(b"=")[0]) for entry in file.read().split(b"\0") if entry)
    except OSError:
        return sorted(os.environ)


def _mode(path: str) -> str | None:
    try:
        return f"{os.stat(path).st_mode & 0o7777:04o}"
    except OSError:
        return None


def _profile_keys(path: str, profile_name: str) -> list[str] | None:
    try:
        profiles = configuration.read(path)
    except CommandError:
        return None
    return next((configuration.keys(p) for p in profiles if p.get("name") == profile_name), None)
