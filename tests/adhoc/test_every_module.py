# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No module is without its file here."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.influxdb3.management.tests.docs.documents import CHECKOUT, INTERNAL


def test_every_module_has_a_file() -> None:
    modules = {path.stem for path in CHECKOUT.glob("plugins/modules/*.py")} - INTERNAL
    files = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert files == modules | {"every_module"}
