# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules of these actions are documentation only, so nothing but this compares it with the options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from ansible_collections.influxdb3.management.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.influxdb3.management.plugins.modules import (
    influxctl_profile,
    influxctl_profile_info,
    influxctl_profile_verify,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._profile_options import (
    PROFILE_INFO_OPTIONS,
    PROFILE_OPTIONS,
    PROFILE_VERIFY_OPTIONS,
)


def documented(options: Mapping[str, Any]) -> dict[str, Any]:
    result = {}
    for name, option in options.items():
        result[name] = {key: value for key, value in option.items() if key not in ("description", "suboptions")}
        if "suboptions" in option:
            result[name]["options"] = documented(option["suboptions"])
    return result


def specified(options: Mapping[str, Any]) -> dict[str, Any]:
    result = {}
    for name, option in options.items():
        result[name] = {key: value for key, value in option.items() if key != "no_log"}
        if name == "path":
            # A path for the reader, but one that is completed on the host and not on the controller.
            result[name]["type"] = "path"
        if "options" in option:
            result[name]["options"] = specified(option["options"])
    return result


@pytest.mark.parametrize(
    ("module", "options"),
    [
        (influxctl_profile, PROFILE_OPTIONS),
        (influxctl_profile_info, PROFILE_INFO_OPTIONS),
        (influxctl_profile_verify, PROFILE_VERIFY_OPTIONS),
    ],
)
def test_the_options_are_those_documented(module: Any, options: Mapping[str, Any]) -> None:
    documentation = yaml.safe_load(module.DOCUMENTATION)
    by_fragment = {}
    if "influxdb3.management._connection" in documentation["extends_documentation_fragment"]:
        by_fragment = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    assert documented({**by_fragment, **documentation["options"]}) == specified(options)


def test_tokens_are_secret() -> None:
    assert PROFILE_OPTIONS["settings"]["options"]["token"]["no_log"]
    assert PROFILE_OPTIONS["settings"]["options"]["mgmt_token"]["no_log"]
    assert PROFILE_VERIFY_OPTIONS["management_token"]["no_log"]
