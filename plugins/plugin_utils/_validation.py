# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of a task: made plain, searched for tokens in the wrong place, and validated in words for a reader."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from difflib import get_close_matches
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import DEFAULT_TYPE_VALIDATORS
from ansible.module_utils.common.validation import check_type_dict
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.module_utils._redaction import holds_token

# Texts that people write as numbers, and texts of any form.
_NUMBERS = {"port"}
_FREE = {"secret_format"}
# Quotes do not help where a template gives a number: ansible-core 2.19 and newer keep its type.
_CONSTRAINTS = ("mutually_exclusive", "required_one_of", "required_together", "required_if", "required_by")
_QUOTE = "Quote it, and in a template add the filter string."
_KINDS = {
    "bool": "true or false",
    "dict": "a dictionary",
    "float": "a number",
    "int": "a whole number",
    "list": "a list",
}


def plain_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as a module would receive them: Ansible's tagged values become plain ones."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(arguments), default=_as_text))
    return plain


def refuse_misplaced_tokens(options: Mapping[str, Any], arguments: Mapping[str, Any], above: str = "") -> None:
    """Raise ``InputError`` where a token is given as an option that is shown, sent or stored in the clear."""
    for name, value in arguments.items():
        option = options.get(name, {})
        if option.get("no_log"):
            continue
        if option.get("type") == "dict" and isinstance(value, str):
            # As ad-hoc commands give it. What cannot be read is refused where it is validated.
            with suppress(TypeError):
                value = check_type_dict(value)
        is_list = isinstance(value, list)
        for number, inner in enumerate(value if is_list else [value], start=1):
            if isinstance(inner, dict):
                # Keys that are not declared, as the parameters of OAuth2, may be meant for secrets.
                declared = {key: value for key, value in inner.items() if key in option.get("options", {})}
                place = f"{name} (entry {number})" if is_list else name
                refuse_misplaced_tokens(option.get("options", {}), declared, f"{above}{place}.")
            elif isinstance(inner, str) and holds_token(inner):
                raise InputError(
                    f"{above}{name} holds what looks like a token, and {name} is shown in the clear. Nothing was sent. "
                    "Give the token to the option that takes one, and replace it if the playbook was ever shared."
                )


def check_texts(options: Mapping[str, Any], arguments: Mapping[str, Any], above: str = "") -> None:
    """Refuse what Ansible would turn into a text though it is none, and texts that a service would keep otherwise.

    To be called with the arguments as given. Raises ``InputError`` naming the option, never the value.
    """
    for name, option in options.items():
        value = arguments.get(name)
        if option.get("type", "str") in ("str", "path"):
            _check_text(above + name, name, option, value)
        elif option["type"] == "list" and isinstance(value, list) and "options" not in option:
            for element in value:
                _check_text(f"each of {above}{name}", name, option, element)
    for name, place, entry in _entries(options, arguments):
        check_texts(options[name]["options"], entry, f"{above}{place}.")


def _check_text(place: str, name: str, option: Mapping[str, Any], value: Any) -> None:
    kinds = {dict: "a dictionary", list: "a list", bool: "a boolean", float: "a fraction"}
    if name not in _NUMBERS:
        # 017 is 15 to YAML.
        kinds[int] = "a number"
    kind = kinds.get(type(value))
    if kind is not None:
        one = "Take from it the one value that is meant." if kind in ("a dictionary", "a list") else _QUOTE
        raise InputError(f"{place} must be a string, not {kind}. {one}")
    if not isinstance(value, str) or name in _FREE:
        return
    # Whoever reads a token from a file gets its last line break too, which is taken off where it is used.
    if not (value.strip() if option.get("no_log") else value).isprintable():
        raise InputError(f"{place} holds a line break or another character that cannot be printed. Remove it.")
    # One that is empty but for blanks is refused where it is read.
    if value.strip() not in (value, "") and not option.get("no_log"):
        raise InputError(f"{place} begins or ends with a space. Remove it, as a service may do so too.")


def validate_arguments(
    argument_spec: Mapping[str, Any], arguments: Mapping[str, Any], **constraints: Any
) -> dict[str, Any]:
    """The arguments with defaults and types, as a module would have them.

    Raises ``InputError``. What Ansible finds comes in its own words, which may quote an argument, a secret included.
    """
    for problem in (*_unsupported(argument_spec, arguments), *_wrong_types(argument_spec, arguments)):
        raise InputError(problem)
    validation = ArgumentSpecValidator(dict(argument_spec), **constraints).validate(dict(arguments))
    if validation.error_messages:
        _refuse_entries(argument_spec, arguments)
        raise InputError(validation.error_messages[0])
    parameters: dict[str, Any] = validation.validated_parameters
    return parameters


def _refuse_entries(options: Mapping[str, Any], arguments: Mapping[str, Any]) -> None:
    """Raise ``InputError`` for an entry of a list that is not valid, and say which one, as Ansible does not."""
    for name, place, entry in _entries(options, arguments):
        option = options[name]
        if option["type"] == "list":
            constraints = {key: option[key] for key in _CONSTRAINTS if key in option}
            try:
                validate_arguments(option["options"], entry, **constraints)
            except InputError as error:
                raise InputError(f"{place}: {error}") from None


def _unsupported(
    options: Mapping[str, Any], arguments: Mapping[str, Any], above: str = "", every: Mapping[str, Any] | None = None
) -> Iterator[str]:
    """What is wrong with each name that these options do not have; ``every`` is all that the module has."""
    every = options if every is None else every
    for name in arguments:
        if name not in options:
            near = get_close_matches(str(name), options, n=1)
            if elsewhere := next(_places(every, str(name)), None):
                advice = f"It belongs {elsewhere}."
            elif near:
                advice = f"Did you mean {near[0]}?"
            else:
                advice = f"Known are {', '.join(sorted(options))}."
            yield f"Unsupported option {above}{name}. {advice}"
    for name, place, entry in _entries(options, arguments):
        yield from _unsupported(options[name]["options"], entry, f"{above}{place}.", every)


def _places(options: Mapping[str, Any], name: str, above: str = "") -> Iterator[str]:
    """Where an option of exactly this name can stand, as the end of a sentence; nearest to the top first."""
    if name in options:
        yield f"under {above}" if above else "to the task itself"
    for parent, option in options.items():
        if "options" in option:
            yield from _places(option["options"], name, f"{above}.{parent}" if above else parent)


def _wrong_types(options: Mapping[str, Any], arguments: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, option in options.items():
        value = arguments.get(name)
        if value is None:
            continue
        if not _has_type(value, option.get("type", "str")):
            yield _wrong(f"{above}{name}", option["type"], value)
        elif option.get("type") == "list" and isinstance(value, list):
            for number, element in enumerate(value, start=1):
                if not _has_type(element, option["elements"]):
                    yield _wrong(f"{above}{name} (entry {number})", option["elements"], element)
    for name, place, entry in _entries(options, arguments):
        yield from _wrong_types(options[name]["options"], entry, f"{above}{place}.")


def _entries(options: Mapping[str, Any], arguments: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Each dictionary in an option that says what may be in it, with the name of its place."""
    for name, value in arguments.items():
        if value is None or "options" not in options.get(name, {}):
            continue
        is_list = isinstance(value, list)
        for number, element in enumerate(value if is_list else [value], start=1):
            # In an ad-hoc command a dictionary may be a text. What is none at all is found where types are looked at.
            with suppress(TypeError, ValueError):
                yield name, f"{name} (entry {number})" if is_list else name, check_type_dict(element)


def _has_type(value: Any, wanted: str) -> bool:
    try:
        DEFAULT_TYPE_VALIDATORS[wanted](value)
    except (TypeError, ValueError):
        return False
    return True


def _wrong(place: str, wanted: str, value: Any) -> str:
    # A text may be a secret that was meant for another option.
    kinds: dict[type, str] = {str: "a text", dict: "a dictionary", list: "a list"}
    shown = kinds.get(type(value), repr(value))
    return f"{place} must be {_KINDS.get(wanted, wanted)}, not {shown}."


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
