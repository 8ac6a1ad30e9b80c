# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The main playbook, shown at work against the simulator: provision, run again, mend, use, renew, retire, revoke.

Everything happens below .cache/demo of the checkout; each step is checked, and the first that fails ends the demo.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

CHECKOUT = Path(__file__).resolve().parents[2]
WORK = CHECKOUT / ".cache" / "demo"
HOSTS = ("automation1", "automation2")
DAY = 86400
RECAP = re.compile(r"^(\w+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)
MANAGEMENT_TOKEN = re.compile(r"(M\.V1\.[^\s\"']{4})[^\s\"']+")


def main() -> int:
    """Run every step and say how long it took."""
    started = time.monotonic()
    prepare()
    with Simulator.start() as simulator:
        environment = controller_environment(simulator)
        step("Provision: each host gets its own management token, Telegraf on it a database token")
        expect(play("automation_host.yml", environment), changed=True)

        step("Run the same playbook again: nothing changes")
        expect(play("automation_host.yml", environment), changed=False)

        step(f"Delete the configuration of {HOSTS[0]}, and run it once more: that host is mended, the other untouched")
        configuration(HOSTS[0]).unlink()
        recap = play("automation_host.yml", environment)
        if recap[HOSTS[0]] == 0 or recap[HOSTS[1]] != 0:
            raise SystemExit("The demo failed: only the host without a configuration should have changed.")

        step("What the role wrote, its token masked here")
        text = configuration(HOSTS[0]).read_text(encoding="utf-8")
        print(textwrap.indent(MANAGEMENT_TOKEN.sub(r"\1...", text), "    "))

        step("influxctl (a stand-in for it) works with that profile")
        command = [simulator.influxctl_path, "--config", str(configuration(HOSTS[0])), "management", "list"]
        print(subprocess.run(command, check=True, text=True, capture_output=True, env=environment).stdout)

        show_renewal(simulator, environment)

        step("Take everything back: profiles removed, every token revoked")
        expect(play("retire.yml", environment), changed=True)
        require_nothing_left(simulator)
    print(f"The demo worked, in {time.monotonic() - started:.0f} s.")
    return 0


def show_renewal(simulator: Simulator, environment: dict[str, str]) -> None:
    """Let time pass at the service: successors are made, both generations live for a day, the old one is revoked.

    Only the service's time counts. Ansible warns that the clock of this machine differs from it.
    """
    step("77 days later, 13 days before the tokens expire: the same playbook gives each a successor")
    simulator.advance_clock(77 * DAY)
    expect(play("automation_host.yml", environment), changed=True)
    show_generations(simulator, live=2)

    step("An hour later: the overlap of a day is not over, nothing changes")
    simulator.advance_clock(DAY // 24)
    expect(play("automation_host.yml", environment), changed=False)

    step("A day later: the predecessors are revoked, what is in use goes on")
    simulator.advance_clock(DAY)
    expect(play("automation_host.yml", environment), changed=True)
    show_generations(simulator, live=1)


def show_generations(simulator: Simulator, live: int) -> None:
    """Show the management tokens of the last host, which the demo never broke, and require that many live ones."""
    tokens = [token for token in simulator.state()["management_tokens"] if HOSTS[-1] in token["description"]]
    for token in tokens:
        created, expires = token["created_at"][:16], token["expires_at"][:16]
        print(f"    {token['secret'][:9]}... made {created}, expires {expires}: {token['status']}")
    found = sum(token["status"] == "live" for token in tokens)
    if found != live:
        raise SystemExit(f"The demo failed: {HOSTS[-1]} should have {live} live tokens, and has {found}.")


def prepare() -> None:
    """Lay out a controller's working folder: the playbooks, an inventory, and a home folder for each host."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    shutil.copy(CHECKOUT / "playbooks" / "automation_host.yml", WORK)
    shutil.copy(CHECKOUT / "tests" / "demo" / "retire.yml", WORK)
    lines = ["[automation]"]
    for host in HOSTS:
        lines.append(f"{host} ansible_connection=local influxctl_profile_path='{configuration(host)}'")
    lines += ["", "[automation:vars]", f"ansible_python_interpreter='{sys.executable}'", ""]
    (WORK / "inventory.ini").write_text("\n".join(lines), encoding="utf-8")


def configuration(host: str) -> Path:
    """The influxctl configuration in the home folder that stands for a host."""
    return WORK / "homes" / host / ".config" / "influxctl" / "config.toml"


def controller_environment(simulator: Simulator) -> dict[str, str]:
    """What an automation controller would have in its environment."""
    return {
        "PATH": os.pathsep.join([os.path.dirname(simulator.influxctl_path), os.environ["PATH"]]),
        "HOME": str(WORK),
        "LANG": "C.UTF-8",
        "ANSIBLE_HOME": str(WORK / ".ansible"),
        # Otherwise modules are unpacked in the home folder that the password file names, whatever HOME says.
        "ANSIBLE_REMOTE_TEMP": str(WORK / ".ansible" / "tmp"),
        "ANSIBLE_INVENTORY": str(WORK / "inventory.ini"),
        "ANSIBLE_FORCE_COLOR": "1" if sys.stdout.isatty() else "0",
        "INFLUXDB3_ACCOUNT_ID": simulator.account_id,
        "INFLUXDB3_CLUSTER_ID": simulator.cluster_id,
        "INFLUXDB3_MANAGEMENT_TOKEN": simulator.management_token,
        "INFLUXDB3_URL": simulator.url,
        "INFLUXDB3_CA_PATH": simulator.ca_path or "",
    }


def play(playbook: str, environment: dict[str, str]) -> dict[str, int]:
    """Run a playbook, show its output, and return how many tasks changed something on each host."""
    command = [os.path.join(os.path.dirname(sys.executable), "ansible-playbook"), playbook]
    completed = subprocess.run(command, cwd=WORK, env=environment, text=True, stdout=subprocess.PIPE, check=False)
    print(completed.stdout)
    found = RECAP.findall(re.sub(r"\x1b\[[0-9;]*m", "", completed.stdout))
    if completed.returncode != 0 or len(found) != len(HOSTS):
        raise SystemExit(f"The demo failed: {playbook} did not end well.")
    return {host: int(changed) for host, changed, _unreachable, _failed in found}


def expect(recap: dict[str, int], changed: bool) -> None:
    """Stop the demo unless every host changed, or none did."""
    if any((count > 0) is not changed for count in recap.values()):
        raise SystemExit(
            f"The demo failed: expected {'a change' if changed else 'no change'} on every host, got {recap}."
        )


def require_nothing_left(simulator: Simulator) -> None:
    """Stop the demo unless the only live token is the one that it began with."""
    state = simulator.state()
    tokens = state["database_tokens"] + state["management_tokens"]
    left = [
        token for token in tokens if token["status"] == "live" and token.get("secret") != simulator.management_token
    ]
    if left:
        raise SystemExit(f"The demo failed: {len(left)} tokens are still live.")


def step(title: str) -> None:
    """Announce a step."""
    print(f"\n=== {title}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
