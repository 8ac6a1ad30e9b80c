# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's variables mean what they say, however they are given: in YAML, in quotes, in an INI inventory, by -e.

A start of Ansible costs more than a host does, so every spelling has hosts of its own, and one run has all of them.
"""

from __future__ import annotations

import json
import os
import pwd
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import MINT_OPTIONS, TLS_OPTIONS
from ansible_collections.influxdb3.management.tests.integration.controller import Controller, Run
from ansible_collections.influxdb3.management.tests.integration.test_role import (
    MGMT_TOKEN,
    held_token,
    live_tokens,
    use_hosts,
    write_play,
)
from ansible_collections.influxdb3.management.tests.level import by_level

SPECIFICATION = Path(__file__).resolve().parents[2] / "roles" / "influxctl_profile" / "meta" / "argument_specs.yml"
GIVEN = "M.V1.given-by-hand"

# What is written, letter by letter, and what it means; None is no boolean.
SPELLINGS: dict[str, bool | None] = {
    **dict.fromkeys(("true", "yes", "y"), True),
    **dict.fromkeys(("false", "no", "off", "0", '"false"', '"no"', '"0"'), False),
    "maybe": None,
}
TEXTS = tuple(text for text in SPELLINGS if text[0] != '"')
# What a value is does not depend on its place, so before a commit text and YAML have every kind of it in one place.
# Which place wins is another matter, and takes no more than a few.
WAYS: dict[str, tuple[str, ...]] = by_level(
    test={
        "inventory": TEXTS,
        "host_vars": ("true", "yes", '"false"', '"no"', "0", '"0"', "off", "maybe"),
        "play": ("yes", "no", '"false"', "0", "maybe"),
        "command_line": ("yes", "false", "0", "maybe"),
    },
    proof={"inventory": TEXTS, "host_vars": tuple(SPELLINGS), "play": tuple(SPELLINGS), "command_line": TEXTS},
)

# Every boolean of the role, those within a dictionary with its name, and what they are where another one is tried.
OTHERWISE = {
    "influxctl_profile_mint": "true",
    "influxctl_profile_backup": "false",
    "influxctl_profile_mint_force_renew": "false",
    "influxctl_profile_tls.insecure": "false",
    "influxctl_profile_tls.disable": "false",
}
# Which of them one host can show at a time: that one is false shows less where another one is false too.
EVERY = tuple(OTHERWISE)
RENEWAL = ("influxctl_profile_mint_force_renew",)
OTHERS = tuple(name for name in EVERY if name not in RENEWAL)
SHOWN = {True: (EVERY,), False: (OTHERS, RENEWAL), None: (EVERY,)}

PLAY = """\
- hosts: {hosts}
  gather_facts: false
  module_defaults:
    group/influxdb3.management.all: {{timeout: 120}}
  tasks:
    - block:
        - ansible.builtin.include_role:
            name: influxdb3.management.influxctl_profile
          vars: {variables}
      rescue:
        # A play in which every host failed would be the last one.
        - ansible.builtin.meta: noop
"""


@dataclass(frozen=True)
class Case:
    """A host that is given all of ``tried`` in one way and one spelling; at first its profile holds a live token."""

    host: str
    way: str
    spelling: str
    tried: tuple[str, ...]
    file: Path
    token: str
    before: str = field(repr=False)

    @property
    def meaning(self) -> bool | None:
        """What the spelling means."""
        return SPELLINGS[self.spelling]

    def variables(self) -> dict[str, Any]:
        """The booleans of the role as they are spelled."""
        values: dict[str, Any] = {}
        for variable, otherwise in OTHERWISE.items():
            name, _, key = variable.partition(".")
            value = self.spelling if variable in self.tried else otherwise
            if key:
                values.setdefault(name, {})[key] = value
            else:
                values[name] = value
        return values


def cases(controller: Controller, ways: tuple[str, ...]) -> list[Case]:
    found: list[Case] = []
    for way in ways:
        for spelling in WAYS[way]:
            for tried in SHOWN[SPELLINGS[spelling]]:
                host = f"{way}{len(found)}"
                file = controller.folder / "homes" / host / "config.toml"
                token = hand_out_token(controller, description(controller, host))
                found.append(Case(host, way, spelling, tried, file, token, profile(controller, token)))
    return found


def profile(controller: Controller, token: str) -> str:
    ids = {"account_id": controller.simulator.account_id, "cluster_id": controller.simulator.cluster_id}
    keys = {"name": "default", "product": "dedicated", **ids, "mgmt_token": token}
    lines = [f'{name} = "{value}"' for name, value in keys.items()]
    return "\n".join(["[[profile]]", *lines, "[profile.tls]", "insecure = false", "disable = false", ""])


def description(controller: Controller, host: str) -> str:
    """What the role calls the token of a host."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    return f"influxctl on {host} for {user}, profile default, cluster {controller.simulator.cluster_id}"


def hand_out_token(controller: Controller, called: str) -> str:
    """A live token that no run has made."""
    simulator = controller.simulator
    now = datetime.fromisoformat(simulator.state()["time"])
    # Not due yet, and near enough to its end to be good for it: what lives for ever gets no successor by chance.
    options = {"description": called, "format": "json", "expires_at": (now + timedelta(days=80)).isoformat()}
    body = {"management_token": simulator.management_token, "options": options}
    assert simulator.ask("POST", "/_influxctl/management/create", body).status == 200
    secret: str = simulator.state()["management_tokens"][-1]["secret"]
    return secret


def write_hosts(controller: Controller, every: list[Case]) -> None:
    """The hosts as they are at first, the inventory, and what each host is given there or in a file of its own."""
    (controller.folder / "host_vars").mkdir()
    lines = ["[automation]"]
    for case in every:
        case.file.parent.mkdir(parents=True, mode=0o700)
        case.file.write_text(case.before, encoding="utf-8")
        case.file.chmod(0o600)
        line = f"{case.host} ansible_connection=local influxctl_profile_path='{case.file}'"
        own: dict[str, Any] = {"influxctl_profile_mgmt_token": GIVEN} if case.tried == OTHERS else {}
        if case.way == "inventory":
            line += "".join(f" {name}='{as_text(value)}'" for name, value in case.variables().items())
        elif case.way == "host_vars":
            own |= case.variables()
        elif case.way == "command_line":
            own |= {f"given_{name}": json.dumps(as_text(value)) for name, value in case.variables().items()}
        lines.append(line)
        (controller.folder / "host_vars" / f"{case.host}.yml").write_text(as_yaml(own), encoding="utf-8")
    controller.inventory(*lines, "[automation:vars]", f"ansible_python_interpreter='{controller.host_python}'")


def as_yaml(values: dict[str, Any]) -> str:
    """A mapping in one line, in which texts stand as they are."""
    pairs = (f"{name}: {as_yaml(value) if isinstance(value, dict) else value}" for name, value in values.items())
    return "{" + ", ".join(pairs) + "}"


def as_text(value: Any) -> str:
    """A value where everything is text, dictionaries in JSON."""
    return json.dumps(value) if isinstance(value, dict) else str(value)


def failure(run: Run, host: str) -> str:
    """The line that tells why a host failed, or nothing."""
    found = re.search(rf"^fatal: \[{host}[] ].*", run.output, re.MULTILINE)
    return found[0] if found else ""


def problems(controller: Controller, case: Case, said: str) -> Iterator[str]:
    """What was taken for something else than it says; ``said`` is why the host failed."""
    text = case.file.read_text(encoding="utf-8")
    own = description(controller, case.host)
    made = [secret for secret, called in live_tokens(controller.simulator).items() if called == own]
    made.remove(case.token)
    if missing := [words for words in expected_words(case) if words not in said]:
        yield f"is not refused with {missing}: {said}"
    elif said and not expected_words(case):
        yield said
    if case.meaning is None or case.tried == RENEWAL:
        if text != case.before or made:
            yield f"has made {made} and written {text}"
        return
    if MGMT_TOKEN.findall(text) != (made if case.meaning else [GIVEN]) or bool(made) is not case.meaning:
        yield f"has made {made} and written {text}"
    for name in ("insecure", "disable"):
        if f"{name} = {str(case.meaning).lower()}\n" not in text:
            yield f"has written {text}"
    # A backup is all that may lie beside the file.
    if (len(list(case.file.parent.iterdir())) > 1) is not case.meaning:
        yield f"has {'no' if case.meaning else 'a'} backup"


def expected_words(case: Case) -> list[str]:
    """What a host says that is to fail."""
    if case.meaning is None:
        return [f"'{name}'" for variable in case.tried for name in variable.split(".")]
    return []


def booleans(options: dict[str, Any], above: str = "") -> Iterator[str]:
    """Every boolean of an argument specification, those within dictionaries too."""
    for name, option in options.items():
        if option["type"] == "bool":
            yield above + name
        yield from booleans(option.get("options", {}), f"{above}{name}.")


def test_every_boolean_of_the_role_is_tried() -> None:
    options = yaml.safe_load(SPECIFICATION.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    assert set(booleans(options)) == set(OTHERWISE)
    # What is nested there is what the module knows.
    types = {name: option["type"] for name, option in options["influxctl_profile_tls"]["options"].items()}
    assert types == {name: option["type"] for name, option in TLS_OPTIONS.items()}


def test_every_option_of_minting_is_a_variable() -> None:
    options = yaml.safe_load(SPECIFICATION.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    prefix = "influxctl_profile_mint_"
    variables = {name.removeprefix(prefix): option for name, option in options.items() if name.startswith(prefix)}
    assert variables.keys() == MINT_OPTIONS.keys()
    passed_on = (SPECIFICATION.parents[1] / "vars" / "main.yml").read_text(encoding="utf-8")
    for name, option in MINT_OPTIONS.items():
        assert (variables[name]["type"], variables[name].get("choices")) == (option["type"], option.get("choices"))
        assert f"'{name}': {prefix}{name} | default(none)," in passed_on


@pytest.mark.parametrize("ways", [("inventory", "host_vars", "play"), ("command_line",)], ids=["files", "command line"])
def test_booleans_mean_what_they_say(documented_controller: Controller, ways: tuple[str, ...]) -> None:
    controller = documented_controller
    every = cases(controller, ways)
    write_hosts(controller, every)
    plays = [PLAY.format(hosts=case.host, variables=as_yaml(case.variables())) for case in every if case.way == "play"]
    others = PLAY.format(hosts=",".join(case.host for case in every if case.way != "play"), variables="{}")
    play = controller.folder / "play.yml"
    play.write_text("".join([others, *plays]), encoding="utf-8")
    # The command line is the same for all hosts and wins over everything, so it takes what each of them has.
    given = [f"{name}={{{{ given_{name} }}}}" for name in every[0].variables() if ways == ("command_line",)]
    run = controller.playbook(play, *(word for each in given for word in ("-e", each)))
    wrong = [
        f"{case.host} {case.spelling} {case.tried} {problem}"
        for case in every
        for problem in problems(controller, case, failure(run, case.host))
    ]
    assert wrong == [], run.output


def test_what_looks_like_a_number_or_a_dictionary(documented_controller: Controller) -> None:
    """An inventory makes numbers of texts, and texts of dictionaries; a variable that is empty is no user.

    What the number was written as nobody knows any more: 017 is 15.
    """
    controller = documented_controller
    names = ("number", "text", "filtered", "token", "login", "nobody", "never", "days")
    files = dict(zip(names, use_hosts(controller, *names), strict=True))
    given = {
        "number": "{influxctl_profile_mint: true, influxctl_profile_mint_description: 42}",
        "text": '{influxctl_profile_mint: true, influxctl_profile_mint_description: "42"}',
        "filtered": '{influxctl_profile_mint: true, influxctl_profile_mint_description: "{{ 42 | string }}"}',
        "token": "{influxctl_profile_mint: true, influxctl_profile_mgmt_token: 12345678}",
        "login": '{influxctl_profile_mint: false, influxctl_profile_auth: "{}"}',
        "nobody": '{influxctl_profile_mint: true, influxctl_profile_user: ""}',
        "never": "{influxctl_profile_mint: true, influxctl_profile_mint_lifetime: never}",
        "days": '{influxctl_profile_mint: true, influxctl_profile_mint_lifetime: 30d, influxctl_profile_tls: "{}"}',
    }
    (controller.folder / "host_vars").mkdir()
    for name, variables in given.items():
        (controller.folder / "host_vars" / f"{name}.yml").write_text(variables, encoding="utf-8")
    run = controller.playbook(write_play(controller, "{}"))
    assert run.failed == {"number", "token", "login", "nobody"}
    assert (
        "mint.description must be a string, not a number. Quote it, and in a template add the filter string."
        in failure(run, "number")
    )
    assert "settings.mgmt_token must be a string, not a number." in failure(run, "token")
    assert "The profile default has no credential." in failure(run, "login")
    assert "influxctl_profile_user is empty. Name a user" in failure(run, "nobody")
    made = {name: held_token(file) for name, file in files.items() if file.exists()}
    live = live_tokens(controller.simulator)
    assert live.keys() == set(made.values())
    assert live[made["text"]] == "42"
    ends = {one["secret"]: one["expires_at"] for one in controller.simulator.state()["management_tokens"]}
    assert {name for name, secret in made.items() if ends[secret] is None} == {"never"}


def test_what_is_done_about_tokens_that_are_not_as_wanted(documented_controller: Controller) -> None:
    """One by hand in the profile, one with another end, and one that nobody holds: as each host's variables say."""
    controller = documented_controller
    names = ("warned", "refused", "ends", "cleaning")
    files = dict(zip(names, use_hosts(controller, *names), strict=True))
    given = {
        "refused": {"on_other_description": "fail"},
        "ends": {"on_expiry_mismatch": "fail"},
        "cleaning": {"others": "revoke"},
    }
    (controller.folder / "host_vars").mkdir()
    for name, variables in given.items():
        own = {f"influxctl_profile_mint_{variable}": value for variable, value in variables.items()}
        (controller.folder / "host_vars" / f"{name}.yml").write_text(json.dumps(own), encoding="utf-8")
    by_hand = {name: hand_out_token(controller, f"by hand on {name}") for name in ("warned", "refused")}
    by_hand["ends"] = hand_out_token(controller, description(controller, "ends"))
    for name, token in by_hand.items():
        files[name].parent.mkdir(parents=True, mode=0o700)
        files[name].write_text(profile(controller, token), encoding="utf-8")
        files[name].chmod(0o600)
    run = controller.playbook(write_play(controller, "{influxctl_profile_mint: true}"))
    assert run.failed == {"refused", "ends"}
    other = "which is called 'by hand on {}' and not 'influxctl on {}"
    assert other.format("warned", "warned") in " ".join(run.output.split())
    assert other.format("refused", "refused") in failure(run, "refused")
    assert "but lifetime is 90 d" in failure(run, "ends")
    assert {name: held_token(files[name]) for name in by_hand} == by_hand
    assert run.changed["warned"] == 0

    lost = hand_out_token(controller, description(controller, "cleaning"))
    controller.simulator.advance_clock(86400 + 1)
    run = controller.playbook(write_play(controller, "{influxctl_profile_mint: true}"), "--limit", "cleaning")
    assert run.changed == {"cleaning": 1}
    live = live_tokens(controller.simulator).keys()
    assert live == {*by_hand.values(), held_token(files["cleaning"])}
    assert lost not in live
