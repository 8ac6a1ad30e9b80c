# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The profile modules in real playbooks, on real home folders."""

from __future__ import annotations

import base64
import json
import os
import shutil
import stat
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.influxdb3.management.plugins.modules import influxctl_profile, influxctl_profile_info
from ansible_collections.influxdb3.management.tests.integration.controller import (
    AS_FOR_USERS,
    PROGRAMS,
    Run,
    run_program,
)
from ansible_collections.influxdb3.management.tests.integration.fast_python import FastPython
from ansible_collections.influxdb3.management.tests.level import chosen_core
from ansible_collections.influxdb3.management.tests.simulator.fixture import REFUSES, Simulator
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_host import in_settings
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE

MODULE = "influxdb3.management.influxctl_profile"
MANAGEMENT_TOKEN = "M.V1.+5JkGrm3n5Ja7Yw2sU4xQ6zP8vR1tB"
OTHER_TOKEN = "M.V1.+5JkKc9dEf8gHi7jLm6nOp5qRs4tUv"
DATABASE_TOKEN = "apiv1_Zx8cV7bN6mM5lK4jH3gF2dS1aQ0w"
PASSWORD = "correct-horse-battery-staple"
SECRETS = (MANAGEMENT_TOKEN, OTHER_TOKEN, DATABASE_TOKEN, PASSWORD)
VARIABLES = {
    "management_token": MANAGEMENT_TOKEN,
    "other_token": OTHER_TOKEN,
    "database_token": DATABASE_TOKEN,
    "password": PASSWORD,
}
DEDICATED = {"name": "default", "product": "dedicated", "account_id": "a-1", "cluster_id": "c-1"}
# What influxctl's users write by hand: comments, an indentation of their own, keys that no version knows.
BY_HAND = f"""\
# My profiles.

[[profile]]
  name = 'mine'     # do not touch
  product = "dedicated"
  mgmt_token = "{OTHER_TOKEN}"
  unknown = [ 1,
    2 ]

  [profile.tls]
    insecure = true
"""


# The Python that runs the modules of this collection on the host, here localhost: a variable of every play.
ON_HOST = {"ansible_python_interpreter": "{{ host_python }}"}


class Home:
    """A home folder and a controller whose variables hold the secrets; modules start in no time."""

    def __init__(self, folder: Path, programs: Path, python: FastPython) -> None:
        self.folder = folder
        self.programs = programs
        # What starts in no time has read the ansible-core of .venv.
        self.python = AS_FOR_USERS if chosen_core() else str(python.interpreter)
        self.path = folder / "home"
        self.file = self.path / ".config" / "influxctl" / "config.toml"
        self.path.mkdir()
        (folder / "variables.yml").write_text(yaml.safe_dump(VARIABLES), encoding="utf-8")
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "LANG": "C.UTF-8",
            "ANSIBLE_HOME": str(folder / ".ansible"),
            "ANSIBLE_LOCAL_TEMP": str(folder / ".ansible" / "tmp"),
            # Otherwise that would be the home folder that the password file names.
            "ANSIBLE_REMOTE_TEMP": str(folder / ".ansible" / "remote"),
            "ANSIBLE_LOG_PATH": str(folder / "log"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
        }

    def have(self, text: str, mode: int = 0o600) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.parent.chmod(0o700)
        self.file.write_bytes(text.encode("utf-8"))
        self.file.chmod(mode)

    @property
    def text(self) -> str:
        return self.file.read_bytes().decode("utf-8")

    @property
    def profiles(self) -> list[dict[str, Any]]:
        profiles: list[dict[str, Any]] = tomllib.loads(self.text).get("profile", [])
        return profiles

    def names(self) -> list[str]:
        return sorted(path.name for path in self.file.parent.iterdir())

    def run(self, program: str, *arguments: str, status: int = 0) -> str:
        completed = run_program(self.programs / program, arguments, self.folder, self.environment)
        output = completed.output
        check_secrecy(output)
        check_secrecy((self.folder / "log").read_text(encoding="utf-8"))
        assert "Traceback" not in output
        assert completed.status == status, output
        return output

    def play(self, tasks: list[dict[str, Any]], *arguments: str, status: int = 0, **keywords: Any) -> str:
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "vars_files": ["variables.yml"],
            "tasks": tasks,
            **keywords,
            "vars": {"host_python": self.python, **keywords.get("vars", {})},
        }
        (self.folder / "play.yml").write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
        return self.run("ansible-playbook", "play.yml", *arguments, status=status)

    def results(self, tasks: list[dict[str, Any]], *arguments: str, **keywords: Any) -> list[dict[str, Any]]:
        """Run tasks, each whether or not the one before failed, and return their results."""
        registered = [
            {**task, "register": f"result_{number}", "ignore_errors": True} for number, task in enumerate(tasks)
        ]
        names = ", ".join(task["register"] for task in registered)
        keep = {
            "ansible.builtin.copy": {"content": f"{{{{ [{names}] | to_json }}}}", "dest": f"{self.folder}/results"},
            "check_mode": False,
            "diff": False,
            "become": False,
            "vars": {"ansible_python_interpreter": self.python},
        }
        self.play([*registered, keep], *arguments, **keywords)
        text = (self.folder / "results").read_text(encoding="utf-8")
        check_secrecy(text)
        results: list[dict[str, Any]] = json.loads(text)
        return results


def check_secrecy(text: str) -> None:
    """No secret stands in the text, be it as it is or in the Base64 of a file that holds it."""
    for secret in SECRETS:
        for forbidden in (secret, secret[10:]):
            assert forbidden not in text
        for offset in range(3):
            # Without the characters at the edges, which depend on what stands beside the secret.
            encoded = base64.b64encode(b" " * offset + secret.encode()).decode()[4:-4]
            assert encoded not in text


def profile(**options: Any) -> dict[str, Any]:
    return {MODULE: in_settings(options), "vars": ON_HOST}


def info(**options: Any) -> dict[str, Any]:
    return {f"{MODULE}_info": options, "vars": ON_HOST}


@pytest.fixture
def home(tmp_path: Path, ansible_programs: Path, fast_python: FastPython) -> Home:
    return Home(tmp_path, ansible_programs, fast_python)


def test_the_life_of_a_profile(home: Home) -> None:
    home.have(BY_HAND, 0o644)
    first = profile(**DEDICATED, mgmt_token="{{ management_token }}", tls={"ca": "/etc/ca.pem"})
    created, again, changed, emptied, found, removed, removed_again = home.results(
        [
            first,
            first,
            profile(name="default", mgmt_token="{{ other_token }}", database="db", backup=True),
            profile(name="default", tls={}, database="", mgmt_token="{{ other_token }}"),
            info(),
            profile(name="default", state="absent"),
            profile(name="default", state="absent"),
        ]
    )
    assert [task["changed"] for task in (created, again, changed, emptied, found, removed, removed_again)] == [
        True,
        False,
        True,
        True,
        False,
        True,
        False,
    ]
    assert created["path"] == str(home.file)
    assert created["mgmt_token_prefix"] == "M.V1.+5Jk"
    assert Path(changed["backup_file"]).read_text(encoding="utf-8").startswith(BY_HAND + "\n[[profile]]\n")
    assert [shown["name"] for shown in found["profiles"]] == ["mine", "default"]
    assert found["profiles"][1] == {**emptied["profile"], "mgmt_token_metadata": None}
    assert home.text == BY_HAND
    assert stat.S_IMODE(home.file.stat().st_mode) == 0o600
    assert home.names() == sorted(["config.toml", Path(changed["backup_file"]).name])


def test_a_first_profile(home: Home) -> None:
    (result,) = home.results([profile(**DEDICATED, port=8086, mgmt_token="{{ management_token }}")])
    assert home.profiles == [{**DEDICATED, "port": "8086", "mgmt_token": MANAGEMENT_TOKEN}]
    assert result["profile"] == {
        **DEDICATED,
        "port": "8086",
        "token": False,
        "mgmt_token": True,
        "mgmt_token_prefix": "M.V1.+5Jk",
    }
    for path, mode in ((home.file, 0o600), (home.file.parent, 0o700), (home.file.parent.parent, 0o700)):
        assert stat.S_IMODE(path.stat().st_mode) == mode


def test_check_mode_with_diff(home: Home) -> None:
    home.have(BY_HAND)
    output = home.play(
        [
            profile(**DEDICATED, mgmt_token="{{ management_token }}"),
            profile(name="mine", mgmt_token="{{ management_token }}", backup=True),
            profile(name="mine", state="absent"),
            info(),
        ],
        "--check",
        "--diff",
    )
    assert '+mgmt_token = "M.V1.+5Jk..."' in output
    assert '-mgmt_token = "M.V1.+5Jk..."\n+mgmt_token = "M.V1.+5Jk... (changed)"' in output
    assert Run(0, output).changed == {"localhost": 3}
    assert home.text == BY_HAND
    assert home.names() == ["config.toml"]
    home.path = home.folder / "new"
    home.path.mkdir()
    home.environment["HOME"] = str(home.path)
    home.play([profile(**DEDICATED)], "--check")
    assert list(home.path.iterdir()) == []


def test_nothing_shows_however_one_asks(home: Home) -> None:
    # As users have it who set nothing; then modules are unpacked on the host, arguments included.
    del home.environment["ANSIBLE_PIPELINING"]
    home.have(BY_HAND, 0o640)
    secret_parameters = {"audience": "a", "password": "{{ password }}"}
    home.results(
        [
            {
                **profile(**DEDICATED, mgmt_token="{{ lookup('ansible.builtin.vars', item) }}"),
                "loop": ["management_token", "other_token"],
            },
            profile(name="default", token="{{ database_token }}"),
            profile(name="default", mgmt_token="", auth={"oauth2": {"parameters": secret_parameters}}),
            profile(name="default", mgmt_token="{{ management_token }}"),
            profile(name="default", mgmt_token={"token": "{{ management_token }}"}),
            profile(name="default", mgmt_token="{{ management_token }} {{ password }}"),
            profile(name="default", product="{{ password }}", token="{{ password }}"),
            profile(name="mine", backup=True, mgmt_token=""),
            info(),
            {
                "ansible.builtin.copy": {"content": "mgmt_token = {{ management_token }}", "dest": str(home.file)},
                "no_log": True,
                "vars": ON_HOST,
            },
            profile(name="default", mgmt_token="{{ other_token }}"),
            info(),
        ],
        "-vvvv",
        "--diff",
    )
    assert home.text == f"mgmt_token = {MANAGEMENT_TOKEN}"


def test_ad_hoc(home: Home) -> None:
    home.have(BY_HAND)
    output = home.run("ansible", "localhost", "-m", f"{MODULE}_info", "-a", "name=mine")
    assert '"mgmt_token_prefix": "M.V1.+5Jk"' in output
    output = home.run(
        "ansible", "localhost", "-m", MODULE, "-a", '{"name": "mine", "settings": {"tls": {}, "port": 1}}', "--diff"
    )
    assert "CHANGED" in output
    assert home.profiles[0].get("tls") is None


def test_round_trips(home: Home) -> None:
    task = profile(**DEDICATED)
    trips = f"Using module file {Path(influxctl_profile.__file__).with_name('influxctl_config_file.py')}"
    assert home.play([task], "-vvv").count(trips) == 2
    assert home.play([task], "-vvv").count(trips) == 1


def test_home_and_path(home: Home) -> None:
    other = home.folder / "other"
    other.mkdir()
    by_environment, by_path, by_home = home.results(
        [
            {**profile(**DEDICATED), "environment": {"HOME": str(other)}},
            profile(**DEDICATED, path="~/sub/folder/my.toml"),
            {**info(path="~/my.toml"), "environment": {"HOME": "/nowhere"}},
        ]
    )
    assert by_environment["path"] == str(other / ".config" / "influxctl" / "config.toml")
    assert Path(by_environment["path"]).exists()
    assert by_path["path"] == str(home.path / "sub" / "folder" / "my.toml")
    assert Path(by_path["path"]).exists()
    assert (by_home["path"], by_home["exists"]) == ("/nowhere/my.toml", False)
    assert not home.file.exists()


def test_hosts_at_a_time_on_one_file(home: Home) -> None:
    names = [f"host{number}" for number in range(4)]
    lines = [f"{name} ansible_connection=local" for name in names]
    (home.folder / "inventory").write_text("\n".join(lines) + "\n", encoding="utf-8")
    task = {
        **profile(**{**DEDICATED, "name": "{{ inventory_hostname }} {{ item }}"}, database="{{ item }}"),
        "loop": ["one", "two"],
    }
    home.play([task], "-i", "inventory", "-f", "4", hosts="all", strategy="free")
    expected = sorted(f"{name} {item}" for name in names for item in ("one", "two"))
    assert sorted(profile["name"] for profile in home.profiles) == expected
    assert home.names() == ["config.toml"]


def test_a_link_stays(home: Home) -> None:
    home.have("")
    real = home.path / "dotfiles.toml"
    real.write_text(BY_HAND, encoding="utf-8")
    home.file.unlink()
    home.file.symlink_to(real)
    (result,) = home.results([profile(**DEDICATED)])
    assert result["path"] == str(home.file)
    assert home.file.is_symlink()
    assert len(tomllib.loads(real.read_text(encoding="utf-8"))["profile"]) == 2


BAD_FILES = [
    (f"a = 1\nmgmt_token = {MANAGEMENT_TOKEN}\n", "is not valid TOML at line 2, column 14."),
    ('[[profile]]\nname = "default"\n' * 2, "has 2 profiles named 'default'."),
    ("[profile]\nname = 'default'\n", "has a 'profile' that is no array of tables, [[profile]]."),
    ("mgmt_token = 'caf\udce9'\n", "is not a text in UTF-8."),
]


def test_bad_files_are_left_alone(home: Home) -> None:
    files = [home.path / f"bad{number}.toml" for number, _case in enumerate(BAD_FILES)]
    tasks: list[dict[str, Any]] = []
    for file, (text, _message) in zip(files, BAD_FILES, strict=True):
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        file.chmod(0o644)
        tasks.append(profile(**DEDICATED, path=str(file)))
        tasks.append(profile(name="default", state="absent", backup=True, path=str(file)))
        tasks.append(info(name="default", path=str(file)))
    for number, result in enumerate(home.results(tasks)):
        file, (_text, message) = files[number // 3], BAD_FILES[number // 3]
        assert result["failed"]
        assert not result["changed"]
        assert result["msg"].startswith(f"{file} {message}")
        assert "\n" not in result["msg"]
    for file, (text, _message) in zip(files, BAD_FILES, strict=True):
        assert file.read_bytes() == text.encode("utf-8", "surrogateescape")
        assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert not list(home.path.glob("*~"))


BAD_OPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"mgmt_token": {"token": "{{ management_token }}"}}, "mgmt_token must be a string, not a dictionary."),
    ({"token": ["{{ management_token }}"]}, "token must be a string, not a list."),
    ({"mgmt_token": "{{ management_token }}\n"}, "mgmt_token begins or ends with a space"),
    ({"account_id": ""}, "Changed as asked, profile 'mine' would lack account_id."),
    ({"name": "new"}, "New profile 'new' would lack product."),
    ({"name": "new", "product": "clustered", "host": "h"}, "New profile 'new' would lack port."),
    (
        {"auth": {"token": {"token_file": "f"}}},
        "The profile 'mine' has mgmt_token and may have one management credential",
    ),
    ({"path": "relative.toml"}, "relative.toml is not an absolute path."),
    ({"path": "~"}, "{home} exists and is not a file. Give another path."),
    ({"path": "{{ variables_file }}/x"}, "Cannot use {folder}/variables.yml/x: Not a directory."),
    ({"unknown": "x"}, "Unsupported option unknown. Known are "),
    ({"keep_previous": True}, "Unsupported option keep_previous. Known are "),
    ({"mint": {"life": "30d"}}, "life"),
    ({"mint": {"verify_wait": "soon"}}, "verify_wait is not a duration"),
    ({"mint": {"others": "both"}}, "value of others must be one of: keep, revoke"),
    ({"mint": {"lifetime": "never", "renew_before": "1d"}}, "mint.renew_before makes no sense"),
    ({"mint": {}, "mgmt_token": "{{ management_token }}"}, "and mint makes one for it. Give one of them."),
    ({"state": "gone"}, "value of state must be one of: present, absent"),
]


def test_bad_options_change_nothing(home: Home) -> None:
    text = BY_HAND.replace("  unknown", '  account_id = "a"\n  cluster_id = "c"\n  unknown')
    home.have(text)
    tasks = [profile(**{"name": "mine", **options}) for options, _message in BAD_OPTIONS]
    results = home.results(tasks, "-e", json.dumps({"variables_file": f"{home.path}/../variables.yml"}))
    for (_options, message), result in zip(BAD_OPTIONS, results, strict=True):
        assert result["failed"]
        assert message.format(home=home.path, folder=home.folder) in result["msg"]
        assert "\n" not in result["msg"]
    assert home.text == text


def test_the_life_of_a_minted_token(home: Home, simulator: Simulator) -> None:
    """Beside what is written by hand: made, kept, renewed at once, refused by the service, and taken back."""
    home.environment |= {
        "INFLUXDB3_URL": simulator.url,
        "INFLUXDB3_CA_PATH": simulator.ca_path or "",
        "INFLUXDB3_MANAGEMENT_TOKEN": simulator.management_token,
        "INFLUXDB3_ACCOUNT_ID": simulator.account_id,
    }
    home.have(BY_HAND)
    connection = {"timeout": PATIENCE, "influxctl_path": simulator.influxctl_path}
    place = {"account_id": simulator.account_id, "cluster_id": simulator.cluster_id}
    fault = {
        "url": f"{simulator.url}/_simulator/faults",
        "method": "POST",
        "ca_path": simulator.ca_path,
        "body_format": "json",
        "status_code": [200, 204],
    }
    faults = [{"kind": "delay_before", "seconds": 0}, {"kind": "status", **REFUSES}]
    orders = [{**one, "path": "/tokens$", "method": "GET"} for one in faults]

    def minted(**options: Any) -> dict[str, Any]:
        mint = {"description": "for the host", "verify_wait": "0s", **options.pop("mint", {})}
        task = profile(name="default", cluster_id=simulator.cluster_id, **options)
        task[MODULE] = {**task[MODULE], "mint": mint, **connection}
        return task

    force = {"force_renew": True, "overlap": "0s"}
    order = {"ansible.builtin.uri": {**fault, "body": "{{ item }}"}, "vars": ON_HOST, "loop": orders}
    dry, made, kept, found, renewed, _order, refused, changed, gone, gone_again = home.results(
        [
            {**minted(), "check_mode": True},
            minted(),
            minted(),
            info(name="default"),
            minted(mint=force),
            order,
            minted(mint=force),
            minted(database="metrics"),
            minted(state="absent"),
            minted(state="absent"),
        ],
        "-vvvv",
        "--diff",
    )
    assert (dry["changed"], dry["metadata"]["id"], dry["mgmt_token_prefix"]) == (True, None, None)
    assert dry["profile"] == {**made["profile"], "mgmt_token_prefix": None}
    assert (made["changed"], made["metadata"]["description"]) == (True, "for the host")
    assert made["profile"] == {
        "name": "default",
        "product": "dedicated",
        **place,
        "token": False,
        "mgmt_token": True,
        "mgmt_token_prefix": made["metadata"]["prefix"],
    }
    assert (kept["changed"], kept["metadata"]) == (False, made["metadata"])
    told = {name: made["metadata"][name] for name in ("id", "description", "created_at", "expires_at")}
    remembered = {**told, "accepted": True, "replaced": []}
    assert found["profiles"] == [{**made["profile"], "mgmt_token_metadata": remembered}]
    assert [one["id"] for one in renewed["revoked"]] == [made["metadata"]["id"]]
    assert refused["failed"]
    assert "does not accept the token (401) after 0 s." in refused["msg"]
    assert len(refused["cleaned_up"]) == 1
    assert (changed["changed"], changed["profile"]["database"]) == (True, "metrics")
    assert changed["metadata"]["id"] == renewed["metadata"]["id"] != made["metadata"]["id"]
    assert [one["id"] for one in gone["revoked"]] == [renewed["metadata"]["id"]]
    assert (gone["changed"], gone["profile"], gone_again["changed"]) == (True, None, False)
    assert home.text == BY_HAND
    assert home.names() == ["config.toml"]
    tokens = simulator.state()["management_tokens"]
    assert [one["status"] for one in tokens] == ["live", "revoked", "revoked", "revoked"]
    log = (home.folder / "log").read_text(encoding="utf-8")
    assert [token["secret"] for token in tokens if token["secret"] in log] == []


def test_without_tomlkit_on_the_controller(home: Home) -> None:
    shadow = home.folder / "shadow"
    shadow.mkdir()
    (shadow / "tomlkit.py").write_text("raise ImportError\n", encoding="utf-8")
    home.environment["PYTHONPATH"] = str(shadow)
    # Only a Python of its own looks there.
    home.programs = PROGRAMS
    for result in home.results([profile(**DEDICATED), info()]):
        assert "pip install tomlkit" in result["msg"]


def test_a_python_that_is_missing_on_the_host(home: Home) -> None:
    (result,) = home.results([info()], vars={"host_python": "/no/such/python"})
    assert "/no/such/python" in result["msg"]
    assert "ansible.builtin.ping" in result["msg"]
    assert "\n" not in result["msg"]


def test_async_is_refused(home: Home) -> None:
    (result,) = home.results([{**info(), "async": 10, "poll": 1}])
    assert "async" in result["msg"]


def without_minting(examples: str) -> list[dict[str, Any]]:
    """The examples that need no service; tests/docs runs all of them."""
    return [task for task in yaml.safe_load(examples) if "mint:" not in yaml.safe_dump(task)]


@pytest.mark.parametrize("module", [influxctl_profile, influxctl_profile_info])
def test_the_examples_run_when_pasted(home: Home, module: Any) -> None:
    home.environment["AUTOMATION_TOKEN"] = MANAGEMENT_TOKEN
    fast = {"ansible_python_interpreter": home.python}
    home.play(without_minting(influxctl_profile.EXAMPLES)[:1], vars=fast)
    output = home.play(without_minting(module.EXAMPLES), vars=fast)
    assert Run(0, output).recap["localhost"]["failed"] == 0
    assert [profile["name"] for profile in home.profiles] == ["default"]
    if module is influxctl_profile_info:
        assert '"msg": "M.V1.+5Jk"' in output


@pytest.fixture
def public_home(ansible_programs: Path, fast_python: FastPython) -> Iterator[Home]:
    """One that another user can get to."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Home(Path(folder), ansible_programs, fast_python)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user without a password")
def test_become_user(public_home: Home) -> None:
    home = public_home
    interpreter = shutil.which("python3", path="/usr/bin:/usr/local/bin:/bin")
    if interpreter is None:
        pytest.skip("there is no Python that another user can run")
    theirs = home.folder / "theirs"
    theirs.mkdir()
    os.chown(theirs, 65534, 65534)
    become = {
        "become": True,
        "become_method": "su",
        "become_user": "nobody",
        "become_flags": "-s /bin/sh",
        "environment": {"HOME": str(theirs)},
    }
    home.have(BY_HAND)
    created, found, forbidden, again = home.results(
        [
            {**profile(**DEDICATED, mgmt_token="{{ management_token }}"), **become},
            {**info(), **become},
            {**info(path=str(home.file)), **become},
            {**profile(**DEDICATED, mgmt_token="{{ management_token }}"), **become},
        ],
        "-vvvv",
        "--diff",
        vars={"host_python": interpreter, "ansible_remote_tmp": str(home.folder / "remote")},
    )
    file = theirs / ".config" / "influxctl" / "config.toml"
    assert (created["changed"], created["path"]) == (True, str(file))
    assert (found["user"], found["profiles"][0]["name"]) == ("nobody", "default")
    assert forbidden["msg"].startswith(f"Cannot use {home.file}: Permission denied.")
    assert not again["changed"]
    for path, mode in ((file, 0o600), (file.parent, 0o700)):
        assert (path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) == (65534, mode)
    assert home.text == BY_HAND
