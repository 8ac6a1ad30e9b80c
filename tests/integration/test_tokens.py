# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of tokens as playbooks see it; the assertions stand in the scenarios themselves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ansible_collections.influxdb3.management.tests.integration.controller import SCENARIOS, Controller
from ansible_collections.influxdb3.management.tests.integration.variants import variants


def copy_scenarios(folder: Path, *names: str) -> Path:
    """Put scenarios where a relative secret_file may be written, and return the first."""
    for name in names:
        shutil.copy(SCENARIOS / name, folder)
    return folder / names[0]


# There is no influxctl in it, and so no dialect.
@pytest.mark.parametrize("controller", variants(0), indirect=True)
def test_database_token(controller: Controller) -> None:
    run = controller.playbook(SCENARIOS / "database_token.yml")
    assert run.status == 0, run.output


# The service has little part in what becomes of files.
@pytest.mark.parametrize("controller", variants(0), indirect=True)
def test_secret_file(controller: Controller) -> None:
    names = ("secret_file.yml", "secret_file_damage.yml", "secret_file_refusal.yml")
    run = controller.playbook(copy_scenarios(controller.folder, *names))
    assert run.status == 0, run.output


def test_management_token(controller: Controller) -> None:
    if not controller.may_mint:
        del controller.environment["INFLUXDB3_MANAGEMENT_TOKEN"]
    run = controller.playbook(SCENARIOS / "management_token.yml", cached_login=not controller.may_mint)
    assert run.status == 0, run.output


@pytest.mark.parametrize("controller", variants(0, only=lambda seed: not seed.token_may_mint), indirect=True)
def test_refused_minting_says_what_is_needed(controller: Controller) -> None:
    arguments = "description=another secret_file=another.token timeout=120"
    run = controller.adhoc("management_token", "-a", arguments)
    assert run.status != 0
    assert "Admin" in run.output
    assert "Traceback" not in run.output
    assert not (controller.folder / "another.token").exists()


def test_own_token_is_not_revoked(documented_controller: Controller) -> None:
    controller = documented_controller
    own = next(token for token in controller.simulator.state()["management_tokens"])
    run = controller.adhoc("management_token", "-a", f"id={own['id']} state=absent timeout=120")
    assert run.status != 0
    assert "the one this task authenticates with" in run.output
    assert controller.simulator.state()["management_tokens"][0]["status"] == "live"


@pytest.mark.parametrize("kind", ["database_token", "management_token"])
def test_check_mode_tells_the_truth(documented_controller: Controller, kind: str) -> None:
    controller = documented_controller
    playbook = copy_scenarios(controller.folder, "check_mode.yml", "check_mode_case.yml")
    run = controller.playbook(playbook, kind=kind, cached_login=False)
    assert run.status == 0, run.output
    refused = [request for request in controller.simulator.requests() if request["fault"] == "refused"]
    assert refused == []


@pytest.mark.parametrize("kind", ["database_token", "management_token"])
def test_renewal(documented_controller: Controller, kind: str) -> None:
    controller = documented_controller
    run = controller.playbook(copy_scenarios(controller.folder, "renewal.yml", "renewal_run.yml"), kind=kind)
    assert run.status == 0, run.output
    tokens = controller.simulator.state()[f"{kind}s"]
    secret = (Path(controller.environment["HOME"]) / "renewed.token").read_text(encoding="utf-8")
    renewed = [token for token in tokens if token["description"] == "renewed"]
    assert [token["secret"] for token in renewed if token["status"] == "live"] == [secret]
    assert len(renewed) == 2
