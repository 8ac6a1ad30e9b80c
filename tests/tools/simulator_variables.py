# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print what a shell needs to reach a running simulator: eval "$(python simulator_variables.py READY_FILE)"."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """The lines for a shell. 1, with a line that says so, where no simulator has written that file."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print("Name the ready file of a simulator that runs. `make simulator` starts one.", file=sys.stderr)
        return 1
    ready = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    programs = os.path.dirname(ready["influxctl_path"])
    names = ("account_id", "cluster_id", "management_token", "url", "ca_path")
    for name in names:
        print(f"export INFLUXDB3_{name.upper()}={shlex.quote(ready[name] or '')}")
    print(f'export PATH={shlex.quote(programs)}:"$PATH"')
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
