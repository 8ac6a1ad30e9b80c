# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The main playbook, shown at work against the simulator: `run.py`, or `run.py --step` to wait between the scenes.

Of each scene it shows what is asked for and what the service and the hosts have afterwards, in a few dozen lines
altogether; what Ansible prints goes into a file. Each scene is checked, and the first that fails ends the demo.
Everything happens below .cache/demo of the checkout.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.influxdb3.management.tests.integration.controller import PROGRAMS, Run
from ansible_collections.influxdb3.management.tests.integration.stand_ins import host_programs
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.tools.interrupts import interrupt_held

CHECKOUT = Path(__file__).resolve().parents[2]
WORK = CHECKOUT / ".cache" / "demo"
HOSTS = ("automation1", "automation2")
PLAYBOOK = "automation_host.yml"
DAY = 86400
WIDTH = 79
COLUMNS = {"token": 9, "description": 27, "expires": 10, "state": 7, "held in": 15}
OVERLAP = "influxctl_profile_mint_overlap=1d"
DASHBOARD = json.dumps(
    {
        "description": "dashboard",
        "permissions": [{"action": "read", "resource": "metrics"}],
        "lifetime": "90d",
        "secret_file": "secrets/dashboard.token",
    }
)


class Demo:
    """One showing: a controller, two hosts that are folders, and the service they have to do with."""

    def __init__(self, simulator: Simulator, step: bool) -> None:
        self.simulator = simulator
        self._step = step
        self._scenes = 0
        self._log = WORK / "output.log"
        self._environment = controller_environment(simulator)
        self._shown: dict[str, tuple[str, ...]] = {}

    def scene(self, title: str) -> None:
        """Announce what comes, and wait for the reader where that is wanted."""
        if self._step and self._scenes:
            input("\n-- Enter goes on --")
        self._scenes += 1
        print()
        print("\n".join(textwrap.wrap(f"{self._scenes}. {title}", WIDTH, subsequent_indent="   ")), flush=True)
        self._write(f"\n=== {self._scenes}. {title}\n")

    def playbook(self, name: str, *arguments: str) -> Run:
        """Run a playbook that has to succeed."""
        return self._run("ansible-playbook", name, *arguments)

    def adhoc(self, module: str, arguments: str) -> Run:
        """Run one module on the controller, which has to succeed."""
        return self._run("ansible", "localhost", "-m", f"influxdb3.management.{module}", "-a", arguments)

    def changes(self, run: Run, expected: Iterable[str]) -> None:
        """Tell on which hosts something changed, and require that these are the expected ones."""
        changed = sorted(host for host, count in run.changed.items() if count)
        print(f"   changed: {', '.join(changed) or 'nothing'}")
        self.require(changed == sorted(expected), f"expected a change on {sorted(expected)}, got {run.changed}", run)

    def show_tokens(self) -> None:
        """Those of which something is not as it was last shown; never the one that the service began with."""
        rows = {token["id"]: row(token) for token in self.tokens()}
        changed = [shown for token_id, shown in rows.items() if self._shown.get(token_id) != shown]
        self._shown = rows
        print(textwrap.indent(table(changed), "   "))

    def tokens(self) -> list[dict[str, Any]]:
        """Every token of the demo, by description and age."""
        state = self.simulator.state()
        tokens = [*state["management_tokens"], *state["database_tokens"]]
        mine = [token for token in tokens if token["secret"] != self.simulator.management_token]
        return sorted(mine, key=lambda token: (token["description"], token["created_at"]))

    def live(self) -> list[dict[str, Any]]:
        """Those that are live."""
        return [token for token in self.tokens() if token["status"] == "live"]

    def require(self, true: bool, expectation: str, run: Run | None = None) -> None:
        """End the demo unless this is so."""
        if not true:
            print("\n".join(run.output.splitlines()[-20:]) if run else "")
            raise SystemExit(f"The demo failed in scene {self._scenes}: {expectation}. All output: {self._log}")

    def require_held(self, live: int) -> None:
        """Require that many live tokens, and that each place holds a live one."""
        secrets = {token["secret"] for token in self.live()}
        self.require(len(secrets) == live, f"expected {live} live tokens, got {len(secrets)}")
        texts = [text for path in places() if (text := content(path))]
        self.require(all(any(secret in text for secret in secrets) for text in texts), "a place holds no live token")

    def _run(self, program: str, *arguments: str) -> Run:
        process: subprocess.Popen[str] | None = None
        try:
            with interrupt_held():
                # A group of its own, so that Ctrl-C reaches it once, from here.
                process = subprocess.Popen(
                    [PROGRAMS / program, *arguments],
                    cwd=WORK,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    start_new_session=True,
                )
            output, _ = process.communicate()
        except KeyboardInterrupt:
            if process is not None:
                process.send_signal(signal.SIGINT)
                process.communicate()
            raise
        self._write(output)
        run = Run(process.returncode, output)
        self.require(run.status == 0, f"{program} ended with {run.status}", run)
        return run

    def _write(self, text: str) -> None:
        with self._log.open("a", encoding="utf-8") as log:
            log.write(text)


def provision(demo: Demo) -> None:
    demo.scene(
        f"Two hosts are provisioned: ansible-playbook {PLAYBOOK}. Each gets a management token of its own in its "
        "influxctl profile, and a database token for Telegraf in a file."
    )
    demo.changes(demo.playbook(PLAYBOOK), HOSTS)
    demo.show_tokens()
    demo.require_held(live=4)


def run_again(demo: Demo) -> None:
    demo.scene("The same playbook once more. What the hosts hold is live and not due:")
    demo.changes(demo.playbook(PLAYBOOK), [])
    demo.require_held(live=4)


def dry_run(demo: Demo) -> None:
    demo.scene("A dry run of a change: --check --diff -e influxctl_profile_database=metrics")
    before = content(configuration(HOSTS[0]))
    change = ("--check", "--diff", "--limit", HOSTS[0], "-e", "influxctl_profile_database=metrics")
    run = demo.playbook(PLAYBOOK, *change)
    lines = run.output.splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith("--- before")), 0)
    # Without its header, which is of paths.
    diff = [line[:70] for line in lines[start + 2 : lines.index("", start)]]
    print(textwrap.indent("\n".join(diff), "   | "))
    demo.changes(run, HOSTS[:1])
    demo.require('+database = "metrics"' in diff, "the diff does not show the database", run)
    demo.require(content(configuration(HOSTS[0])) == before, "a dry run changed the file", run)
    demo.require_held(live=4)


def mend(demo: Demo) -> None:
    demo.scene(
        f"{HOSTS[0]} loses the folder of its profile, and the playbook runs. Nobody knows that token any more; it is "
        "named in a warning, and ends by its expiry:"
    )
    before = content(configuration(HOSTS[0]))
    (lost,) = [token["id"] for token in demo.live() if token["secret"] in before]
    shutil.rmtree(configuration(HOSTS[0]).parent)
    run = demo.playbook(PLAYBOOK)
    demo.changes(run, HOSTS[:1])
    demo.show_tokens()
    demo.require(f"does not hold: {lost}." in " ".join(run.output.split()), "the lost token is not named", run)
    demo.require_held(live=5)


def renew(demo: Demo) -> None:
    demo.scene(
        f"77 days later, 13 days before the tokens expire, each gets a successor. For the profiles: -e {OVERLAP}"
    )
    demo.simulator.advance_clock(77 * DAY)
    demo.changes(demo.playbook(PLAYBOOK, "-e", OVERLAP), HOSTS)
    demo.show_tokens()
    demo.require_held(live=9)


def overlap(demo: Demo) -> None:
    demo.scene("An hour later both generations are live, as the overlap is a day:")
    demo.simulator.advance_clock(DAY // 24)
    demo.changes(demo.playbook(PLAYBOOK, "-e", OVERLAP), [])
    demo.require_held(live=9)
    demo.scene("A day later what the profiles held before is revoked, and what is in use goes on:")
    demo.simulator.advance_clock(DAY)
    demo.changes(demo.playbook(PLAYBOOK, "-e", OVERLAP), HOSTS)
    demo.show_tokens()
    demo.require_held(live=7)


def expire(demo: Demo) -> None:
    demo.scene("Without an overlap, a predecessor ends by its expiry. So does what was lost:")
    demo.simulator.advance_clock(12 * DAY)
    demo.changes(demo.playbook(PLAYBOOK), [])
    demo.show_tokens()
    demo.require_held(live=4)


def lose_an_answer(demo: Demo) -> None:
    demo.scene(
        "A token is made, and the connection breaks before the answer. The token whose secret was lost is found "
        "by its expiry and revoked, and another one delivered:"
    )
    demo.simulator.forget_requests()
    demo.simulator.add_fault("drop_after", "/tokens$", "POST")
    demo.adhoc("database_token", DASHBOARD)
    words = {"GET": "list", "POST": "create", "DELETE": "revoke"}
    sent = [(words[one["method"]], one["status"]) for one in demo.simulator.requests()]
    print("   sent:", ", ".join(f"{word} ({status or 'cut off'})" for word, status in sent))
    lost, made = [token for token in demo.tokens() if token["description"] == "dashboard"]
    print(textwrap.indent(table(map(row, (lost, made))), "   "))
    demo.require([lost["status"], made["status"]] == ["revoked", "live"], "the lost token should be revoked")
    demo.require_held(live=5)


def take_back(demo: Demo) -> None:
    demo.scene("Everything is taken back: profiles and files removed, every token revoked.")
    demo.changes(demo.playbook("retire.yml"), HOSTS)
    demo.adhoc("database_token", "description=dashboard secret_file=secrets/dashboard.token state=absent")
    print(f"   live tokens: {len(demo.live())}, files with one: {sum(bool(content(path)) for path in secret_files())}")
    demo.require(not demo.live(), "tokens are still live")
    demo.require(not any(map(content, secret_files())), "secrets are still there")


SCENES: Sequence[Callable[[Demo], None]] = (
    *(provision, run_again, dry_run, mend),
    *(renew, overlap, expire, lose_an_answer, take_back),
)


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows below the names of the columns, what is too long for its column cut."""
    lines = [tuple(COLUMNS), *rows]
    return "\n".join(
        "  ".join(
            (text if len(text) <= width else f"{text[: width - 3]}...").ljust(width)
            for text, width in zip(line, COLUMNS.values(), strict=True)
        ).rstrip()
        for line in lines
    )


def row(token: dict[str, Any]) -> tuple[str, ...]:
    """What the table shows of a token, in the order of its columns."""
    return name(token), token["description"], token["expires_at"][:10], token["status"], held_in(token["secret"])


def name(token: dict[str, Any]) -> str:
    """What may be shown of a token: the public beginning of a management token, the beginning of another's id."""
    return str(token["token_prefix"]) if "token_prefix" in token else str(token["id"])[:8]


def held_in(secret: str) -> str:
    """The name of the file in which a token string lies, or that it lies nowhere."""
    return next((path.name for path in places() if secret in content(path)), "nowhere")


def places() -> list[Path]:
    """Every file that may hold a token: the configuration of each host, and every secret file."""
    return [*map(configuration, HOSTS), *secret_files()]


def secret_files() -> list[Path]:
    return sorted(WORK.glob("**/*.token"))


def configuration(host: str) -> Path:
    """The influxctl configuration in the home folder that stands for a host."""
    return WORK / "homes" / host / ".config" / "influxctl" / "config.toml"


def telegraf_token(host: str) -> Path:
    """The file for Telegraf's token there."""
    return WORK / "homes" / host / ".config" / "telegraf" / "influxdb.token"


def content(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def prepare() -> None:
    """Lay out a controller's working folder: the playbooks, an inventory, and a home folder for each host."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    shutil.copy(CHECKOUT / "playbooks" / PLAYBOOK, WORK)
    shutil.copy(CHECKOUT / "tests" / "demo" / "retire.yml", WORK)
    lines = ["[automation]"]
    for host in HOSTS:
        files = f"influxctl_profile_path='{configuration(host)}' telegraf_token_file='{telegraf_token(host)}'"
        lines.append(f"{host} ansible_connection=local {files}")
    lines += ["", "[automation:vars]", f"ansible_python_interpreter='{sys.executable}'", ""]
    (WORK / "inventory.ini").write_text("\n".join(lines), encoding="utf-8")


def controller_environment(simulator: Simulator) -> dict[str, str]:
    """What an automation controller would have in its environment."""
    return {
        "PATH": os.pathsep.join([os.path.dirname(simulator.influxctl_path), str(host_programs()), os.environ["PATH"]]),
        "HOME": str(WORK),
        "LANG": "C.UTF-8",
        "ANSIBLE_HOME": str(WORK / ".ansible"),
        # Otherwise modules are unpacked in the home folder that the password file names, whatever HOME says.
        "ANSIBLE_REMOTE_TEMP": str(WORK / ".ansible" / "tmp"),
        "ANSIBLE_INVENTORY": str(WORK / "inventory.ini"),
        "ANSIBLE_NOCOLOR": "1",
        "INFLUXDB3_ACCOUNT_ID": simulator.account_id,
        "INFLUXDB3_CLUSTER_ID": simulator.cluster_id,
        "INFLUXDB3_MANAGEMENT_TOKEN": simulator.management_token,
        "INFLUXDB3_URL": simulator.url,
        "INFLUXDB3_CA_PATH": simulator.ca_path or "",
    }


def main(arguments: Sequence[str]) -> int:
    """Show every scene and say how long it took."""
    parser = argparse.ArgumentParser(description="Show the main playbook at work against a simulator of the service.")
    parser.add_argument("--step", action="store_true", help="wait for Enter between the scenes")
    step = parser.parse_args(arguments).step
    started = time.monotonic()
    prepare()
    print("A simulator stands for the service, two folders for hosts. All that Ansible")
    print(f"prints goes to {(WORK / 'output.log').relative_to(CHECKOUT)}.")
    try:
        with Simulator.start() as simulator:
            demo = Demo(simulator, step)
            for scene in SCENES:
                scene(demo)
    except (KeyboardInterrupt, EOFError):
        print("\nThe demo was interrupted.")
        return 128 + signal.SIGINT
    print(f"\nThe demo worked, in {time.monotonic() - started:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
