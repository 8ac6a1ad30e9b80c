# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Links of the documentation site that lead nowhere are found, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.influxdb3.management.tests.tools.site_links import broken_links


@pytest.mark.parametrize(
    "link",
    ["#part", "other.html", "other.html#there", "picture.png", "https://example.com/x", "../site/other.html"],
)
def test_what_leads_somewhere_is_fine(tmp_path: Path, link: str) -> None:
    assert broken_links(site(tmp_path, link)) == []


@pytest.mark.parametrize("link", ["#elsewhere", "missing.html", "other.html#part", "missing.png", "folder"])
def test_what_leads_nowhere_is_found(tmp_path: Path, link: str) -> None:
    assert broken_links(site(tmp_path, link)) == [f"index.html: {link}"]


def site(folder: Path, link: str) -> Path:
    """Two pages and a picture; the first page has this link."""
    pages = folder / "site"
    (pages / "folder").mkdir(parents=True)
    (pages / "index.html").write_text(f'<h1 id="part">One</h1><a href="{link}">it</a>', encoding="utf-8")
    (pages / "other.html").write_text('<h1 id="there">Other</h1>', encoding="utf-8")
    (pages / "picture.png").touch()
    return pages
