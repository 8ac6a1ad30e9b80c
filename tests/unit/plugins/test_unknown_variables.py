# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said about variables that look like a role's and are not."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.influxdb3.management.plugins.filter.unknown_variables import FilterModule, unknown_variables

CHECKOUT = Path(__file__).resolve().parents[3]
ROLE = CHECKOUT / "roles" / "influxctl_profile"
PREFIX = "influxctl_profile_"
KNOWN = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text("utf-8"))["argument_specs"]["main"]["options"]


def said(*names: str) -> list[str]:
    return unknown_variables(names, KNOWN, PREFIX)


def test_what_the_role_knows_is_no_news() -> None:
    assert said(*KNOWN) == []
    assert said() == []


def test_every_default_is_known() -> None:
    assert said(*yaml.safe_load((ROLE / "defaults" / "main.yml").read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("lifetime", "influxctl_profile_mint_lifetime"),
        ("token_lifetime", "influxctl_profile_mint_lifetime"),
        ("renew_before", "influxctl_profile_mint_renew_before"),
        ("mgmt_tokn", "influxctl_profile_mgmt_token"),
        ("databse", "influxctl_profile_database"),
        ("usr", "influxctl_profile_user"),
    ],
)
def test_the_nearest_name_comes_first(name: str, near: str) -> None:
    (message,) = said(PREFIX + name)
    assert message.startswith(f"{PREFIX}{name} is no variable of the role. Did you mean {near}")
    assert message.endswith("?")


def test_a_token_may_be_either() -> None:
    (message,) = said("influxctl_profile_token")
    assert "influxctl_profile_database_token" in message
    assert "influxctl_profile_mgmt_token" in message


def test_where_nothing_is_near_the_prefix_is_explained() -> None:
    assert said("influxctl_profile_zzz") == [
        "influxctl_profile_zzz is no variable of the role. The prefix influxctl_profile_ is the role's: give a "
        "variable of your own another name."
    ]


def test_ansible_finds_it() -> None:
    assert FilterModule().filters() == {"unknown_variables": unknown_variables}
