# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certificate authority that lives as long as the server."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import trustme


@dataclasses.dataclass(frozen=True)
class Certificates:
    """Paths of PEM files: of the authority's certificate, and of the server's key with its chain."""

    authority: Path
    server: Path


def issue(folder: Path) -> Certificates:
    """Make an authority and a certificate for this machine's own addresses in a private folder."""
    authority = trustme.CA(organization_name="InfluxDB simulator")
    certificates = Certificates(folder / "ca.pem", folder / "server.pem")
    authority.cert_pem.write_to_path(str(certificates.authority))
    server = authority.issue_cert("127.0.0.1", "localhost")
    server.private_key_and_cert_chain_pem.write_to_path(str(certificates.server))
    return certificates
