# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users are shown, done with success: every example, playbook and ad-hoc command, for real and as a dry run."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ansible_collections.influxdb3.management.tests.leaks.examples import (
    commands_of_documents,
    plays_of_documents,
    plays_of_modules,
    variables_of_documents,
)

if TYPE_CHECKING:
    from ansible_collections.influxdb3.management.tests.leaks.conftest import MakeController


def test_examples(make_controller: MakeController) -> None:
    controller = make_controller()
    run = controller.play(plays_of_modules())
    assert run.status == 0, run.output
    controller.require_secrecy()


def test_playbooks_and_commands_of_documents(make_controller: MakeController) -> None:
    controller = make_controller()
    controller.give("AUTOMATION_TOKEN")
    plays = plays_of_documents()
    for name, text in variables_of_documents().items():
        (controller.folder / name).write_text(text, encoding="utf-8")
    assert len(plays) > 5
    # Each dry run just before the real one, as a play may need what those before it have made.
    both = [one for play in plays for one in ({**play, "check_mode": True}, play)]
    # The playbook comes last, as each run replaces what the callback tree has written of a host.
    for command in commands_of_documents():
        run = controller._run(*shlex.split(command))
        assert run.status == 0, run.output
    run = controller.play(both)
    assert run.status == 0, run.output
    controller.require_secrecy()
