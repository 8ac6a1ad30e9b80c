# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The stand-in influxctl."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator
from ansible_collections.influxdb3.management.tests.simulator.influxdb_simulator import variations
from ansible_collections.influxdb3.management.tests.unit.simulator.instants import later, rfc3339

Simulators = Callable[..., Simulator]
Influxctl = Callable[..., "subprocess.CompletedProcess[str]"]

CREATE = ("management", "create", "--description", "one")
SECRET = re.compile(r"M\.V1\.[A-Za-z0-9+/=_-]{40,}")


@pytest.fixture
def simulator(simulators: Simulators) -> Simulator:
    """Without TLS, which makes every start of the stand-in a fifth dearer."""
    return simulators(http=True)


def newest(simulator: Simulator) -> dict[str, Any]:
    token: dict[str, Any] = simulator.state()["management_tokens"][-1]
    return token


def seed_with(**choices: Any) -> int:
    return next(
        seed
        for seed in range(10_000)
        if all(getattr(variations.of_seed(seed), name) == value for name, value in choices.items())
    )


@pytest.mark.parametrize("http", [False, True], ids=["https", "http"])
def test_create_and_list(simulators: Simulators, influxctl: Influxctl, http: bool) -> None:
    simulator = simulators(http=http)
    finished = influxctl(simulator, *CREATE, "--expires-at=2999-01-01T00:00:00Z", "--format", "json")
    assert finished.returncode == 0
    assert "Please copy the token" in finished.stderr
    created, token = json.loads(finished.stdout), newest(simulator)
    assert created["token"] == token["secret"]
    assert SECRET.fullmatch(token["secret"])
    listed = json.loads(influxctl(simulator, "management", "list", "--format", "json").stdout)
    assert [entry["id"] for entry in listed] == [entry["id"] for entry in simulator.state()["management_tokens"]]
    assert sorted(listed[1]) == [
        "account_id",
        "created_at",
        "created_by",
        "description",
        "expires_at",
        "id",
        "token_prefix",
    ]
    assert listed[1]["token_prefix"] == token["secret"][:9]
    assert listed[1]["expires_at"] == {"seconds": 32472144000, "nanos": 0}
    assert "expires_at" not in listed[0]
    assert not SECRET.search(json.dumps(listed))


def test_revoke(simulator: Simulator, influxctl: Influxctl) -> None:
    influxctl(simulator, *CREATE)
    token = newest(simulator)
    kept = influxctl(simulator, "management", "revoke", token["id"])
    assert kept.returncode == 1
    assert "--force" in kept.stderr
    # Flags end at the first argument, so this is no flag any more.
    assert influxctl(simulator, "management", "revoke", token["id"], "--force").returncode == 1
    assert newest(simulator)["status"] == "live"
    for _ in range(2):
        assert influxctl(simulator, "management", "revoke", "--force", token["id"]).returncode == 0
    assert newest(simulator)["status"] == "revoked"
    assert influxctl(simulator, "management", "list", profile={"mgmt_token": token["secret"]}).returncode == 1
    listed = json.loads(influxctl(simulator, "management", "list", "--format=json").stdout)
    assert listed[1]["revoked_at"]["seconds"] > 0


def test_revoke_several_stops_at_an_unknown_one(simulator: Simulator, influxctl: Influxctl) -> None:
    influxctl(simulator, *CREATE)
    ids = [newest(simulator)["id"], "22222222-2222-4222-8222-222222222222"]
    finished = influxctl(simulator, "management", "revoke", "--force", *ids)
    assert finished.returncode == 1
    assert ids[0] in finished.stdout
    assert finished.stderr == "Error: failed to revoke management token: token not found\n"
    assert newest(simulator)["status"] == "revoked"


def test_a_second_revoke_may_fail(simulators: Simulators, influxctl: Influxctl) -> None:
    simulator = simulators(seed=seed_with(second_revoke_found=False, token_may_mint=True), http=True)
    influxctl(simulator, *CREATE)
    revoke = ("management", "revoke", "--force", newest(simulator)["id"])
    assert [influxctl(simulator, *revoke).returncode for _ in range(2)] == [0, 1]


def test_sort(simulator: Simulator, influxctl: Influxctl) -> None:
    # In no order, neither of creation nor of expiry nor of revocation.
    for description, advance in (("b", 100), ("a", -250), ("c", 20)):
        simulator.advance_clock(advance)
        expires_at = rfc3339(later(4000 - advance))
        influxctl(simulator, "management", "create", "--description", description, "--expires-at", expires_at)
    for number in (3, 2):
        simulator.advance_clock(1)
        influxctl(simulator, "management", "revoke", "--force", simulator.state()["management_tokens"][number]["id"])
    tokens = simulator.state()["management_tokens"]
    for key, field in [
        ("created", "created_at"),
        ("id", "id"),
        ("description", "description"),
        ("prefix", "token_prefix"),
        ("expires", "expires_at"),
        ("revoked", "revoked_at"),
    ]:
        finished = influxctl(simulator, "management", "list", "--sort", key, "--format", "json")
        listed = [entry["id"] for entry in json.loads(finished.stdout)]
        # What has no such time comes first.
        expected = sorted(tokens, key=lambda token: token[field] or "")
        assert listed == [token["id"] for token in expected], key
    assert influxctl(simulator, "management", "list", "--sort", "other").returncode == 1


@pytest.mark.parametrize("output_format", ["table", "json"])
def test_the_plain_dialect(simulators: Simulators, influxctl: Influxctl, output_format: str) -> None:
    simulator = simulators(dialect="plain", http=True)
    finished = influxctl(simulator, *CREATE, "--format", output_format)
    assert finished.stdout == newest(simulator)["secret"] + "\n"
    assert influxctl(simulator, "version").stdout == "influxctl version 2.10.1 linux/amd64\n"


def test_the_plain_dialect_may_not_know_format(simulators: Simulators, influxctl: Influxctl) -> None:
    seed = seed_with(dialect="plain", plain_create_format="rejected", token_may_mint=True)
    simulator = simulators(seed=seed, http=True)
    finished = influxctl(simulator, *CREATE, "--format", "json")
    assert finished.returncode == 1
    assert "Incorrect Usage: flag provided but not defined: -format" in finished.stderr
    assert len(simulator.state()["management_tokens"]) == 1
    assert influxctl(simulator, *CREATE).stdout == newest(simulator)["secret"] + "\n"
    assert json.loads(influxctl(simulator, "management", "list", "--format", "json").stdout)


@pytest.mark.parametrize("output_format", ["table", "json"])
def test_the_table_dialect(simulators: Simulators, influxctl: Influxctl, output_format: str) -> None:
    simulator = simulators(dialect="table", http=True)
    finished = influxctl(simulator, *CREATE, "--format", output_format)
    token = newest(simulator)
    lines = finished.stdout.splitlines()
    assert lines[-1] == token["secret"]
    assert [line.split()[1] for line in lines if line.startswith("|")] == ["ID", "DESCRIPTION", "EXPIRES", "REVOKED"]
    assert f"| {token['id']} |" in finished.stdout
    assert influxctl(simulator, "version").stdout == "influxctl version 2.11.0 linux/amd64\n"


@pytest.mark.parametrize(
    ("shape", "path"),
    [
        ("flat", ("token",)),
        ("nested", ("management_token", "access_token")),
        ("list", (0, "managementToken", "secret")),
        ("secret_only", ("token",)),
        ("token_object", ("accessToken",)),
    ],
)
def test_the_json_dialect_has_many_shapes(
    simulators: Simulators, influxctl: Influxctl, shape: str, path: tuple[Any, ...]
) -> None:
    seed = seed_with(create_shape=shape, token_may_mint=True)
    simulator = simulators(seed=seed, dialect="json", http=True)
    found = json.loads(influxctl(simulator, *CREATE, "--format", "json").stdout)
    for step in path:
        found = found[step]
    assert found == newest(simulator)["secret"]
    assert influxctl(simulator, *CREATE).stdout.splitlines()[-1] == newest(simulator)["secret"]


@pytest.mark.parametrize(
    ("never", "expected"),
    [
        ("missing", "missing"),
        ("null", None),
        ("empty", {}),
        ("zero", {"seconds": 0, "nanos": 0}),
    ],
)
def test_never_is_told_in_many_ways(simulators: Simulators, influxctl: Influxctl, never: str, expected: Any) -> None:
    simulator = simulators(seed=seed_with(influxctl_never=never, influxctl_time="object"), http=True)
    (first,) = json.loads(influxctl(simulator, "management", "list", "--format", "json").stdout)
    assert first.get("expires_at", "missing") == expected
    assert first.get("revoked_at", "missing") == expected


@pytest.mark.parametrize(
    ("notation", "pattern"),
    [
        ("object", r'\{"seconds": \d+, "nanos": \d+\}'),
        ("no_nanos", r'\{"seconds": \d+\}'),
        ("numeric_text", r'\{"seconds": "\d+", "nanos": "\d+"\}'),
        ("rfc3339", r'"[\d-]+T[\d:]+\.\d{9}Z"'),
    ],
)
def test_times_have_many_notations(simulators: Simulators, influxctl: Influxctl, notation: str, pattern: str) -> None:
    simulator = simulators(seed=seed_with(influxctl_time=notation), http=True)
    (first,) = json.loads(influxctl(simulator, "management", "list", "--format", "json").stdout)
    assert re.fullmatch(pattern, json.dumps(first["created_at"]))


def test_a_token_may_be_refused_to_mint_and_a_login_is_not(simulators: Simulators, influxctl: Influxctl) -> None:
    simulator = simulators(seed=seed_with(token_may_mint=False), http=True)
    refused = influxctl(simulator, *CREATE)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "Error: failed to create management token: permission denied\n"
    assert influxctl(simulator, "management", "list").returncode == 0
    login = {"HOME": simulator.login_home}
    assert influxctl(simulator, *CREATE, profile={"mgmt_token": None}, environment=login).returncode == 0
    assert len(simulator.state()["management_tokens"]) == 2


def test_without_a_credential_it_waits_for_a_login(simulator: Simulator, influxctl: Influxctl) -> None:
    finished = influxctl(simulator, "management", "list", profile={"mgmt_token": None}, before=("--timeout=100ms",))
    assert finished.returncode == 1
    assert "browser" in finished.stderr
    assert "Error: failed to log in: context deadline exceeded" in finished.stderr
    assert simulator.requests() == []


def test_a_bad_token_is_unauthorized_and_not_shown(simulator: Simulator, influxctl: Influxctl) -> None:
    for bad in ("M.V1.wrong-wrong", "M.V1.with\x7f\nnewline é"):
        finished = influxctl(simulator, "management", "list", profile={"mgmt_token": bad})
        assert finished.returncode == 1
        assert finished.stderr == "Error: failed to list management tokens: unauthorized\n"


def test_lists_of_clusters_and_database_tokens(simulator: Simulator, influxctl: Influxctl) -> None:
    (cluster,) = json.loads(influxctl(simulator, "cluster", "list", "--format", "json").stdout)
    assert sorted(cluster) == ["account_id", "category", "cluster_id", "created_at", "name", "state", "url"]
    assert (cluster["cluster_id"], cluster["state"]) == (simulator.cluster_id, "ready")
    body, token = {"description": "one"}, simulator.management_token
    created = simulator.ask("POST", f"{simulator.api_path}/tokens", body, token).value
    (listed,) = json.loads(influxctl(simulator, "token", "list", "--format", "json").stdout)
    assert listed["id"] == created["id"]
    assert created["accessToken"] not in json.dumps(listed)
    for command in ("cluster", "token", "management"):
        assert influxctl(simulator, command, "list").stdout.startswith("+-")


def test_reading_is_get_and_changing_is_post(simulator: Simulator, influxctl: Influxctl) -> None:
    influxctl(simulator, "management", "list")
    influxctl(simulator, *CREATE)
    influxctl(simulator, "management", "revoke", "--force", newest(simulator)["id"])
    assert [(request["method"], request["path"]) for request in simulator.requests()] == [
        ("GET", "/_influxctl/management/list"),
        ("POST", "/_influxctl/management/create"),
        ("POST", "/_influxctl/management/revoke"),
    ]


@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ({"managment_token": "x"}, "unknown configuration keys: profile.managment_token"),
        ({"account_id": None}, "account_id is required"),
        ({"cluster_id": None}, "cluster_id is required"),
        ({"product": "cloud"}, "product must be"),
        ({"product": None}, "product must be"),
        ({"name": "other"}, 'profile "default" not found'),
        ({"name": None}, "a profile has no name"),
        ({"product": "clustered"}, "host is required"),
        ({"account_id": "22222222-2222-4222-8222-222222222222"}, "account or cluster not found"),
    ],
)
def test_a_wrong_profile_aborts(
    simulator: Simulator, influxctl: Influxctl, profile: dict[str, str | None], message: str
) -> None:
    finished = influxctl(simulator, "management", "list", profile=profile)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert message in finished.stderr
    assert simulator.management_token not in finished.stderr


HEAD = "[[profile]]\nname = 'default'\nproduct = 'dedicated'\naccount_id = 'a'\ncluster_id = 'c'\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "failed to read configuration file"),
        ("[[profile]\n", "invalid TOML"),
        (HEAD + "[profile.tls]\ncertificate = 'x'\n", "unknown configuration keys: profile.tls.certificate"),
        (HEAD + "[profile.auth.oauth2]\nclient_secret = 'x'\n", "profile.auth.oauth2.client_secret"),
        ("colour = true\n" + HEAD, "unknown configuration keys: colour"),
        (HEAD + HEAD, 'duplicate profile name "default"'),
        (HEAD + "port = 443\n", "port must be a string"),
        (HEAD + "[profile.tls]\ninsecure = 'yes'\n", "tls.insecure must be a boolean"),
        (HEAD + "auth = 'x'\n", "auth must be a table"),
        ("profile = 1\n", "profile must be an array of tables"),
    ],
)
def test_a_wrong_configuration_aborts(simulator: Simulator, tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "config.toml"
    if text is not None:
        path.write_text(text)
    finished = subprocess.run(
        [simulator.influxctl_path, "--config", path, "management", "list"], capture_output=True, check=False, text=True
    )
    assert (finished.returncode, finished.stdout) == (1, "")
    assert message in finished.stderr
    assert finished.stderr.count("\n") == 1
    assert simulator.requests() == []


def test_the_home_folder_and_the_environment_choose(simulator: Simulator, tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "influxctl"
    if os.uname().sysname == "Darwin":
        folder = tmp_path / "Library" / "Application Support" / "influxctl"
    folder.mkdir(parents=True, mode=0o700)
    identifiers = f"account_id = '{simulator.account_id}'\ncluster_id = '{simulator.cluster_id}'\n"
    second = HEAD.replace("account_id = 'a'\ncluster_id = 'c'\n", identifiers).replace("default", "second")
    (folder / "config.toml").write_text(f"{HEAD}{second}mgmt_token = '{simulator.management_token}'\n")
    (folder / "config.toml").chmod(0o600)

    def run(*arguments: str, **environment: str) -> int:
        command = [simulator.influxctl_path, *arguments, "management", "list"]
        environment = {"HOME": str(tmp_path), **environment}
        return subprocess.run(command, capture_output=True, check=False, env=environment).returncode

    assert run("--profile", "second") == 0
    assert run(INFLUXCTL_PROFILE="second") == 0
    assert run("--profile=default", "--timeout=10ms", INFLUXCTL_PROFILE="second") == 1
    call = simulator.state()["influxctl_calls"][0]
    assert (call["config_mode"], call["config_directory_mode"]) == ("0600", "0700")


def test_a_clustered_profile(simulators: Simulators, influxctl: Influxctl) -> None:
    simulator = simulators(product="clustered", http=True)
    profile = {"product": "clustered", "account_id": None, "cluster_id": None, "host": "127.0.0.1", "port": "1"}
    assert influxctl(simulator, *CREATE, profile=profile).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("management", "create"), "Error: description is required"),
        (("management", "create", "--description", ""), "Error: description is required"),
        ((*CREATE, "--expires-at", "tomorrow"), "expires-at must be an RFC 3339 time"),
        ((*CREATE, "--expires-at", "2001-01-01T00:00:00Z"), "the expiration lies in the past"),
        ((*CREATE, "extra"), "Error: unexpected arguments"),
        ((*CREATE, "--format", "yaml"), 'unknown format "yaml"'),
        (("management", "create", "--description"), "Incorrect Usage: flag needs an argument: -description"),
        (("management", "list", "--xyz"), "Incorrect Usage: flag provided but not defined: -xyz"),
        (("management", "list", "--profile", "x"), "Incorrect Usage: flag provided but not defined: -profile"),
        (("--force", "management", "list"), "Incorrect Usage: flag provided but not defined: -force"),
        (("--timeout", "10", "management", "list"), 'invalid value "10" for flag -timeout: parse error'),
        (("management", "revoke", "--force=maybe", "x"), "invalid boolean value"),
        (("management", "revoke", "--force"), "at least one token ID is required"),
        (("management", "get"), "No help topic for 'management'"),
    ],
)
def test_wrong_usage(simulator: Simulator, influxctl: Influxctl, arguments: tuple[str, ...], message: str) -> None:
    finished = influxctl(simulator, *arguments)
    assert finished.returncode == 1
    assert message in finished.stderr
    assert len(simulator.state()["management_tokens"]) == 1
    assert len(simulator.state()["influxctl_calls"]) == 1


def test_every_call_is_described_without_secrets(simulator: Simulator, influxctl: Influxctl, tmp_path: Path) -> None:
    influxctl(simulator, *CREATE, environment={"PATH": "/bin"})
    (call,) = simulator.state()["influxctl_calls"]
    assert call.pop("config_directory_mode") is not None
    assert call == {
        "argv": ["--config", str(tmp_path / "config.toml"), *CREATE],
        "environment": ["HOME", "PATH"],
        "config_mode": "0600",
        "profile_keys": ["account_id", "cluster_id", "mgmt_token", "name", "product"],
    }


def test_single_dashes_and_an_end_of_flags(simulator: Simulator, influxctl: Influxctl) -> None:
    assert influxctl(simulator, "management", "list", "-format", "json", "--").returncode == 0


def test_any_text_is_a_description(simulator: Simulator, influxctl: Influxctl) -> None:
    description = "é \"quoted\" | 'it' \\ \t ☃"
    finished = influxctl(simulator, "management", "create", "--description", description, "--format", "json")
    assert json.loads(finished.stdout)["description"] == description
    assert newest(simulator)["description"] == description


def test_a_simulator_that_is_gone_is_an_error(influxctl: Influxctl, tmp_path: Path) -> None:
    with Simulator.start(http=True) as simulator:
        copy = tmp_path / "influxctl"
        # What the executable needs goes with the simulator; a copy stands for one that was started before.
        source = Path(simulator.influxctl_path).parent / "stand_in"
        text = Path(simulator.influxctl_path).read_text().replace(str(source.parent), str(tmp_path))
        copy.write_text(text)
        copy.chmod(0o700)
        subprocess.run(["cp", "-r", str(source), str(tmp_path)], check=True)
        simulator.influxctl_path = str(copy)
        simulator.stop()
        finished = influxctl(simulator, "management", "list")
    assert finished.stderr.startswith("Error: failed to list management tokens: ")
    assert finished.stderr.endswith("connection refused\n")
    assert finished.returncode == 1


def make_databases(simulator: Simulator, *names: str) -> None:
    for name in names:
        simulator.ask("POST", f"{simulator.api_path}/databases", {"name": name}, simulator.management_token)


def delete_database(simulator: Simulator, name: str) -> None:
    path = f"{simulator.api_path}/databases/{name}"
    assert simulator.ask("DELETE", path, token=simulator.management_token).status == 204


def listed_names(finished: subprocess.CompletedProcess[str]) -> list[str]:
    assert finished.returncode == 0, finished.stderr
    return [entry["name"] for entry in json.loads(finished.stdout)]


def test_databases_are_listed_and_brought_back(simulator: Simulator, influxctl: Influxctl) -> None:
    make_databases(simulator, "one", "two", "-three")
    delete_database(simulator, "two")
    listing = ("database", "list", "--format", "json")
    deleted = ("database", "list", "--filter-status", "deleted", "--format", "json")
    assert listed_names(influxctl(simulator, *listing)) == ["one", "-three"]
    assert listed_names(influxctl(simulator, *deleted)) == ["two"]
    assert "| two " in influxctl(simulator, "database", "list", "--filter-status=deleted").stdout
    assert influxctl(simulator, "database", "list", "--filter-status", "gone").returncode == 1
    unknown = influxctl(simulator, "database", "undelete", "one")
    assert (unknown.returncode, "deleted database not found" in unknown.stderr) == (1, True)
    assert influxctl(simulator, "database", "undelete").returncode == 1
    assert influxctl(simulator, "database", "undelete", "--", "two").returncode == 0
    assert listed_names(influxctl(simulator, *deleted)) == []
    delete_database(simulator, "-three")
    assert influxctl(simulator, "database", "undelete", "--", "-three").returncode == 0
    delete_database(simulator, "one")
    simulator.advance_clock(7 * 86400)
    assert listed_names(influxctl(simulator, *deleted)) == []


def test_two_deleted_databases_of_one_name_are_not_told_apart(simulator: Simulator, influxctl: Influxctl) -> None:
    for _ in range(2):
        make_databases(simulator, "one")
        delete_database(simulator, "one")
    finished = influxctl(simulator, "database", "undelete", "one")
    assert (finished.returncode, "several" in finished.stderr) == (1, True)


def test_tables_are_listed(simulator: Simulator, influxctl: Influxctl) -> None:
    make_databases(simulator, "one")
    for name in ("a", "b"):
        path = f"{simulator.api_path}/databases/one/tables"
        simulator.ask("POST", path, {"name": name}, simulator.management_token)
    simulator.ask("DELETE", f"{simulator.api_path}/databases/one/tables/a", token=simulator.management_token)
    assert listed_names(influxctl(simulator, "table", "list", "--format", "json", "one")) == ["b"]
    assert "| b " in influxctl(simulator, "table", "list", "one").stdout
    assert "not found" in influxctl(simulator, "table", "list", "none").stderr
