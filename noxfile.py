# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For people who know nox: what of antsibull-nox works without containers. `make test` checks more.

`pipx run noxfile.py`, or `nox` where these three are installed; `nox --list` says what there is.
"""

# /// script
# dependencies = ["nox>=2025.02.09", "antsibull-nox", "ansible-core"]
# ///

from __future__ import annotations

import antsibull_nox
import nox

antsibull_nox.load_antsibull_nox_toml()

if __name__ == "__main__":
    nox.main()
