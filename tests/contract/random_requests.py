# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have schemathesis make up requests to the simulator from the whole description of each product; judge the answers.

The descriptions are InfluxData's own where INFLUXDB3_SPEC_DIRECTORY, or ../shared/spec, has them, else those of this
project. What they say too little of, or wrongly, stands with its reason in random_requests_hooks.py. schemathesis has
an environment of its own, `.cache/schemathesis`; where its packages cannot be had, the exit status is 77, which test
drivers read as "skipped".
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.tools.environment import (
    CACHE,
    CHECKOUT,
    child_environment,
    make_environment,
)
from ansible_collections.influxdb3.management.tests.tools.interpreters import NOT_RUN

FOLDER = Path(__file__).resolve().parent
ENVIRONMENT = CACHE / "schemathesis"
LOCK = CHECKOUT / "tests" / "requirements" / "schemathesis.txt"
VARIABLE = "INFLUXDB3_SPEC_DIRECTORY"
PUBLISHED = {"dedicated": "cloud-dedicated-management-openapi.yml", "clustered": "clustered-management-openapi.yml"}
# For each operation and kind of test. The same requests in every run.
EXAMPLES, SEED = "60", "1"
# What schemathesis would check, and why it does not.
NOT_CHECKED = {
    "positive_data_acceptance": "The check of the hooks, which knows the defects of the descriptions, is in its place.",
    "use_after_free": "To delete a token is to revoke it; its record stays, which the descriptions say in prose alone.",
}


def main() -> int:
    try:
        programs = prepare()
    except subprocess.CalledProcessError:
        print("not run: schemathesis | its packages could not be installed; run it again with a network")
        return NOT_RUN
    return max(judge(product, paths, programs) for product in PUBLISHED for paths in kinds_of_paths(product))


def prepare() -> Path:
    """Make the environment unless it stands already; returns its folder of programs."""
    stamp, wanted = ENVIRONMENT / "made-from", LOCK.read_text(encoding="utf-8")
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        make_environment(ENVIRONMENT, [LOCK])
        stamp.write_text(wanted, encoding="utf-8")
    return ENVIRONMENT / "bin"


def description(product: str) -> Path:
    """The description of a product. What is missing where the variable leads is a failure."""
    given = os.environ.get(VARIABLE)
    theirs = Path(given or CHECKOUT.parent / "shared" / "spec") / PUBLISHED[product]
    return theirs if given or theirs.is_file() else FOLDER / "api" / f"{product}.yml"


def kinds_of_paths(product: str) -> list[str]:
    """Patterns of paths to be tried together: what comes of one kind is no use in the other."""
    of_accounts, flat = "^/accounts/", "^/(?!accounts/)"
    both = description(product).read_text(encoding="utf-8")
    return [pattern for pattern in (of_accounts, flat) if re.search(rf"^  {pattern[1:]}", both, re.MULTILINE)]


def judge(product: str, paths: str, programs: Path) -> int:
    """Send what is made up for one product; returns 0 where every answer is right."""
    file = description(product)
    print(f"{product}: {file}, paths that begin {paths}", flush=True)
    with tempfile.TemporaryDirectory() as folder, Simulator.start(http=True, product=product) as simulator:
        configuration = Path(folder, "schemathesis.toml")
        # Made up, they would lead to no cluster.
        ids = {"path.accountId": simulator.account_id, "path.clusterId": simulator.cluster_id}
        lines = [
            f'hooks = "{Path(__file__).with_name("random_requests_hooks.py")}"',
            f'headers = {{Authorization = "Bearer {simulator.management_token}"}}',
            "[parameters]",
        ]
        lines += [f'"{name}" = "{value}"' for name, value in ids.items()]
        configuration.write_text("\n".join([*lines, ""]), encoding="utf-8")
        command = [str(programs / "schemathesis"), "--config-file", str(configuration), "run", str(file)]
        command += [
            "--url",
            f"{simulator.url}/api/v0",
            "--header",
            f"Authorization: Bearer {simulator.management_token}",
        ]
        command += ["--max-examples", EXAMPLES, "--seed", SEED, "--continue-on-failure", "--no-color"]
        command += ["--exclude-checks", ",".join(NOT_CHECKED), "--include-path-regex", paths]
        return subprocess.run(command, cwd=folder, env=child_environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
