# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret that was given as the wrong option is not shown in the refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.influxdb3.management.tests.leaks.examples import options_of_modules
from ansible_collections.influxdb3.management.tests.level import by_level

if TYPE_CHECKING:
    from ansible_collections.influxdb3.management.tests.leaks.conftest import MakeController


def test_secret_given_as_the_wrong_option(make_controller: MakeController) -> None:
    controller = make_controller()
    controller.give("AUTOMATION_TOKEN")
    token = "{{ lookup('ansible.builtin.env', 'AUTOMATION_TOKEN') }}"
    tasks = [
        {
            "name": f"{module} {option}",
            module: {**arguments, option: token},
            "register": "result",
            "ignore_errors": True,
        }
        for module, option, arguments in by_level(options_of_modules(each_once=True), options_of_modules())
    ]
    run = controller.play([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    assert run.status == 0, run.output
    controller.require_secrecy()
