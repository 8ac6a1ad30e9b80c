# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx shows the documentation; `make docs` runs it."""

from __future__ import annotations

import os
from typing import Any

from docutils import nodes

project = "influxdb3.management"
copyright = "influxdb3.management contributors"
title = html_title = html_short_title = "influxdb3.management"
version = release = os.environ["COLLECTION_VERSION"]
extensions = ["myst_parser", "sphinx.ext.intersphinx", "sphinx_antsibull_ext"]

# Headings get the same anchors as where Markdown is shown elsewhere.
myst_heading_anchors = 4

pygments_style = "ansible"
highlight_language = "YAML+Jinja"
html_theme = "sphinx_ansible_theme"
html_theme_options = {"topbar_links": {}}
html_static_path = ["static"]
html_css_files = ["pages.css"]
html_show_sphinx = False
html_copy_source = False
html_use_index = False

# With a network, references to Ansible's own pages become links; without one they are plain text.
names = os.environ["NAMES_OF_ANSIBLE"]
intersphinx_mapping = {"ansible": ("https://docs.ansible.com/ansible/devel/", names)} if names else {}
OURS = "ansible_collections.influxdb3.management."


def leave_to_ansible(_app: Any, _environment: Any, node: Any, contents: nodes.Node) -> nodes.Node | None:
    """A reference that only a network could resolve; one to the collection itself is a mistake, and stays one."""
    return None if names or node["reftarget"].startswith(OURS) else contents


def lead_home(_app: Any, _page: str, _template: str, context: dict[str, Any], _document: Any) -> None:
    """The theme knows the first page by an address only, which would be another from each folder."""
    context["theme_documentation_home_url"] = context["pathto"]("index")


def setup(app: Any) -> None:
    app.connect("missing-reference", leave_to_ansible)
    app.connect("html-page-context", lead_home)
