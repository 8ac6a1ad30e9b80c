# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words about wrong arguments: which option and entry, what it must be, never a text that may be a secret."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.action.database_token import ActionModule
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import PROFILE_OPTIONS
from ansible_collections.influxdb3.management.plugins.plugin_utils._validation import validate_arguments

DATABASE_TOKEN = ActionModule.definition.argument_spec
READ = {"action": "read", "resource": "*"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lifetme": "90d"}, "Unsupported option lifetme. Did you mean lifetime?"),
        ({"permission": []}, "Unsupported option permission. Did you mean permissions?"),
        (
            {"permissions": [READ, {**READ, "resourc": "a"}]},
            "Unsupported option permissions (entry 2).resourc. Did you mean resource?",
        ),
        (
            {"permissions": [{**READ, "zzz": 1}]},
            "Unsupported option permissions (entry 1).zzz. Known are action, resource.",
        ),
        ({"timeout": "hunter2"}, "timeout must be a number, not a text."),
        ({"retries": 1.5}, "retries must be a whole number, not 1.5."),
        ({"retries": ["hunter2"]}, "retries must be a whole number, not a list."),
        ({"validate_certs": 7}, "validate_certs must be true or false, not 7."),
        ({"permissions": [READ, "hunter2"]}, "permissions (entry 2) must be a dictionary, not a text."),
        ({"permissions": {"action": "read"}}, "permissions must be a list, not a dictionary."),
    ],
)
def test_what_is_wrong_is_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        validate_arguments(DATABASE_TOKEN, {"description": "a", **arguments})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"databse": "x"}, "Unsupported option settings.databse. Did you mean database?"),
        ('{"databse": "x"}', "Unsupported option settings.databse. Did you mean database?"),
        ({"tls": {"insecure": "hunter2"}}, "settings.tls.insecure must be true or false, not a text."),
        ({"auth": {"oauth2": {"scope": []}}}, "Unsupported option settings.auth.oauth2.scope. Did you mean scopes?"),
        ([1], "settings must be a dictionary, not a list."),
        ("hunter2", "settings must be a dictionary, not a text."),
    ],
)
def test_what_is_wrong_further_down_is_named(settings: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        validate_arguments(PROFILE_OPTIONS, {"name": "a", "settings": settings})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        # Not the connection's management_token, though that is the nearest name.
        ({"mgmt_token": "hunter2"}, "Unsupported option mgmt_token. It belongs under settings."),
        ({"scopes": []}, "Unsupported option scopes. It belongs under settings.auth.oauth2."),
        ({"settings": {"name": "a"}}, "Unsupported option settings.name. It belongs to the task itself."),
        ({"mint": {"database": "a"}}, "Unsupported option mint.database. It belongs under settings."),
    ],
)
def test_what_stands_in_the_wrong_place_is_told_its_own(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        validate_arguments(PROFILE_OPTIONS, {"name": "a", **arguments})
    assert str(caught.value) == message


def test_what_is_right_comes_out_with_types_and_defaults() -> None:
    validated = validate_arguments(DATABASE_TOKEN, {"description": "a", "timeout": "7", "permissions": [READ]})
    assert (validated["timeout"], validated["retries"], validated["permissions"]) == (7.0, 3, [READ])


def test_what_ansible_finds_comes_in_its_words() -> None:
    with pytest.raises(InputError, match=r"value of state must be one of: present, absent, got: gone"):
        validate_arguments(DATABASE_TOKEN, {"description": "a", "state": "gone"})
