# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a collection archive again so that it is the same, byte for byte, wherever and whenever it is built.

ansible-galaxy stamps the time of the build on two files and on the whole, takes the times of the others from the disk,
and lists them as the disk does.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

FIRST = ("MANIFEST.json", "FILES.json")


def normalize(archive: Path, time: int) -> None:
    """Sort it, and give everything in it this time, in seconds since 1970."""
    members = _read(archive)
    listing = json.loads(members["FILES.json"][1])
    listing["files"].sort(key=lambda entry: entry["name"])
    members["FILES.json"] = (members["FILES.json"][0], _as_json(listing))
    manifest = json.loads(members["MANIFEST.json"][1])
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(members["FILES.json"][1]).hexdigest()
    members["MANIFEST.json"] = (members["MANIFEST.json"][0], _as_json(manifest))
    # The name of the file would otherwise stand in it, and with it the folder.
    with archive.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=time) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for name in [*FIRST, *sorted(set(members) - set(FIRST))]:
                member, content = members[name]
                member.mtime = time
                tar.addfile(member, io.BytesIO(content) if member.isfile() else None)


def _read(archive: Path) -> dict[str, tuple[tarfile.TarInfo, bytes]]:
    """The members by their name, each with its content, which folders and links do not have."""
    with tarfile.open(archive) as tar:
        found = {}
        for member in tar:
            file = tar.extractfile(member) if member.isfile() else None
            member.pax_headers = {}
            found[member.name] = (member, file.read() if file else b"")
        return found


def _as_json(value: object) -> bytes:
    """As ansible-galaxy writes it."""
    return json.dumps(value, indent=True).encode()
