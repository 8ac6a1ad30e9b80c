# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every action takes is what its documentation says. ansible-test and ansible-lint look at modules alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.influxdb3.management.plugins.plugin_utils._internal import InternalAction

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
PACKAGE = "ansible_collections.influxdb3.management.plugins"
COMPARED = ("type", "default", "choices", "elements", "aliases", "required")
# Paths for the reader, but completed on the host and not on the controller, which such a type would do.
HOST_PATHS = {"path"}


def actions() -> list[str]:
    """Every module that an action does the work of."""
    names = [path.stem for path in PLUGINS.glob("action/[a-z]*.py")]
    return sorted(name for name in names if not issubclass(action(name), InternalAction))


def action(name: str) -> Any:
    return import_module(f"{PACKAGE}.action.{name}").ActionModule


def documentation(name: str) -> dict[str, Any]:
    """The documentation of a module, that of its fragments laid under it."""
    own: dict[str, Any] = yaml.safe_load(import_module(f"{PACKAGE}.modules.{name}").DOCUMENTATION)
    parts = [*map(fragment, own["extends_documentation_fragment"]), own]
    return {**own, "options": merged(parts, "options"), "attributes": merged(parts, "attributes")}


def merged(parts: list[dict[str, Any]], section: str) -> dict[str, Any]:
    """A section of the documentation as Ansible puts it together: what an entry says later lies over what it has."""
    entries: dict[str, Any] = {}
    for part in parts:
        for name, value in part.get(section, {}).items():
            entries.setdefault(name, {}).update(value)
    return entries


def fragment(name: str) -> dict[str, Any]:
    _namespace, _collection, file, *part = name.split(".")
    module = import_module(f"{PACKAGE}.doc_fragments.{file}")
    parsed: dict[str, Any] = yaml.safe_load(getattr(module.ModuleDocFragment, (part or ["DOCUMENTATION"])[0].upper()))
    return parsed


def specification(name: str) -> dict[str, Any]:
    """The argument spec that the action validates with."""
    plugin = action(name)
    return dict(plugin.definition.argument_spec if hasattr(plugin, "definition") else plugin.options)


def differences(specified: Mapping[str, Any], documented: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """What one of them says and the other does not, by option."""
    for name in sorted({*specified, *documented}):
        if name not in specified or name not in documented:
            yield f"{above}{name} is only {'documented' if name in documented else 'specified'}"
            continue
        spec, document = dict(specified[name]), dict(documented[name])
        if name in HOST_PATHS and document.get("type") == "path":
            document["type"] = "str"
        for key in COMPARED:
            if spec.get(key) != document.get(key):
                yield f"{above}{name}: {key} is {spec.get(key)!r}, and documented as {document.get(key)!r}"
        yield from differences(spec.get("options", {}), document.get("suboptions", {}), f"{above}{name}.")


@pytest.mark.parametrize("name", actions())
def test_options_are_those_documented(name: str) -> None:
    assert list(differences(specification(name), documentation(name)["options"])) == []


@pytest.mark.parametrize("name", actions())
def test_what_holds_a_token_is_secret(name: str) -> None:
    specified = specification(name)
    settings = specified.get("settings", {}).get("options", {})
    for option in ("token", "mgmt_token", "management_token"):
        for options in (specified, settings):
            assert option not in options or options[option]["no_log"] is True


@pytest.mark.parametrize("name", actions())
def test_attributes_are_those_of_every_module_and_the_group(name: str) -> None:
    attributes = documentation(name)["attributes"]
    assert {"check_mode", "diff_mode", "idempotent", "platform", "action", "async"} <= attributes.keys()
    for attribute in attributes.values():
        assert attribute["support"] in ("full", "partial", "none", "N/A")
    members = yaml.safe_load((PLUGINS.parent / "meta" / "runtime.yml").read_text("utf-8"))["action_groups"]["all"]
    assert ("action_group" in attributes) is (name in members)


OPTION: dict[str, Any] = {"type": "str", "default": "a", "choices": ["a", "b"]}


@pytest.mark.parametrize(
    "change",
    [
        lambda options: options.pop("option"),
        lambda options: options.update(other={"type": "str"}),
        lambda options: options["option"].update(type="int"),
        lambda options: options["option"].update(default="b"),
        lambda options: options["option"].update(choices=["a"]),
        lambda options: options["option"].update(elements="str"),
        lambda options: options["option"].update(aliases=["o"]),
        lambda options: options["option"].update(required=True),
        lambda options: options["table"]["suboptions"]["option"].update(type="int"),
        lambda options: options["table"]["suboptions"].pop("option"),
    ],
)
def test_every_kind_of_difference_is_found(change: Callable[[dict[str, Any]], Any]) -> None:
    specified = {"option": OPTION, "table": {"type": "dict", "options": {"option": OPTION}}}
    documented: dict[str, Any] = {
        "option": dict(OPTION),
        "table": {"type": "dict", "suboptions": {"option": dict(OPTION)}},
    }
    assert list(differences(specified, documented)) == []
    change(documented)
    assert len(list(differences(specified, documented))) == 1
