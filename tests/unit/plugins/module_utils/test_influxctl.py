# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""influxctl is run by a program that records what it was given and answers what the test wants."""

from __future__ import annotations

import errno
import json
import os
import shlex
import signal
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable

import pytest
import tomlkit
from ansible_collections.influxdb3.management.plugins.module_utils import _influxctl_process
from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ConnectionFailedError,
    ForbiddenError,
    InfluxctlError,
    InputError,
    ServerFailureError,
    TimedOutError,
    UnauthorizedError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl import Influxctl
from ansible_collections.influxdb3.management.plugins.module_utils._influxctl_process import (
    child_environment,
    configuration,
    run_influxctl,
)
from ansible_collections.influxdb3.management.plugins.module_utils._signals import HELD_SIGNALS, held_signals
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    AmbiguousCreationError,
    NewToken,
    Secret,
    SecretMissingError,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.fake_influxctl import (
    LIST,
    FakeInfluxctl,
    write_program,
)
from ansible_collections.influxdb3.management.tests.unit.plugins.forked_worker import Ended, Say, Worker
from ansible_collections.influxdb3.management.tests.waiting import PATIENCE, wait_until

OWN = "M.V1.Own0" + "own-s3cr3t/+" * 4 + "="
NEW = "M.V1.+5Jk" + "new-s3cr3t/+" * 4 + "="
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
EXPIRY = datetime(2027, 1, 31, 12, 30, 0, 999999, tzinfo=timezone.utc)
FORMAT_REFUSED = {"status": 1, "stderr": "Incorrect Usage: flag provided but not defined: -format\n"}


def listed(token_id: str, description: str = "host one", **changes: Any) -> dict[str, Any]:
    return {
        "id": token_id,
        "account_id": "account-1",
        "token_prefix": NEW[:9],
        "created_at": {"seconds": 1710273527, "nanos": 622095000},
        "description": description,
        "created_by": "someone",
        **changes,
    }


def connection(token: str | None = OWN, timeout: float = PATIENCE, **changes: Any) -> Connection:
    return Connection("account-1", "cluster-1", None if token is None else Secret(token), timeout=timeout, **changes)


def influxctl(path: str | None, settings: Connection | None = None, allow_cached_login: bool = False) -> Influxctl:
    return Influxctl(settings or connection(), path, allow_cached_login, clock=lambda: NOW)


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Nothing may be left in the folder for temporary files, whatever the test does."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@pytest.fixture
def fake(tmp_path: Path) -> FakeInfluxctl:
    return FakeInfluxctl(tmp_path / "a folder")


# --- before any start


@pytest.mark.parametrize("kind", ["missing", "folder", "not executable"])
def test_no_program_at_influxctl_path(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "influxctl"
    if kind == "folder":
        path.mkdir()
    elif kind == "not executable":
        path.write_text("#!/bin/sh\n", encoding="utf-8")
    with pytest.raises(InfluxctlError, match="influxctl_path") as caught:
        influxctl(str(path))
    assert str(path) in str(caught.value)
    assert "https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/" in str(caught.value)


def test_no_program_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InfluxctlError, match=r"not on PATH.*influxctl_path.*https://docs\.influxdata\.com/"):
        influxctl(None)


def test_the_program_on_path_is_found(fake: FakeInfluxctl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.path.dirname(fake.path) + os.pathsep + os.environ["PATH"])
    assert influxctl(None).list_tokens() == []
    assert len(fake.runs) == 1


def test_a_program_that_does_not_start(tmp_path: Path) -> None:
    path = tmp_path / "influxctl"
    path.write_bytes(b"\x7fELF of another machine")
    path.chmod(0o755)
    with pytest.raises(InfluxctlError, match=r"cannot be started: .*influxctl_path"):
        influxctl(str(path)).list_tokens()


def test_without_a_credential_nothing_starts(fake: FakeInfluxctl) -> None:
    with pytest.raises(InputError, match=r"management_token.*INFLUXDB3_MANAGEMENT_TOKEN.*allow_cached_login"):
        influxctl(fake.path, connection(token=None))
    assert fake.records == []


def test_an_unwritable_temporary_folder(
    fake: FakeInfluxctl, tmp_path: Path, temporary_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(InfluxctlError, match="temporary configuration"):
        influxctl(fake.path).list_tokens()
    assert fake.records == []


def test_a_full_disk(fake: FakeInfluxctl, monkeypatch: pytest.MonkeyPatch) -> None:
    really_open = os.open

    def full(path: Any, *arguments: Any, **keywords: Any) -> int:
        if str(path).endswith("config.toml"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return really_open(path, *arguments, **keywords)

    service = influxctl(fake.path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "open", full)
        with pytest.raises(InfluxctlError, match=r"temporary configuration.*No space left"):
            service.list_tokens()
    assert fake.records == []


def test_the_clock_is_the_one_given(fake: FakeInfluxctl) -> None:
    assert influxctl(fake.path).server_time() == NOW


# --- what the program is given


def test_its_configuration_is_private_and_names_one_profile(fake: FakeInfluxctl, tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    settings = connection(ca_path=str(authority), validate_certs=False)
    influxctl(fake.path, settings).list_tokens()
    (record,) = fake.records
    assert record["modes"] == [0o600, 0o700]
    assert record["configuration"].count("[[profile]]") == 1
    assert tomlkit.parse(record["configuration"]).unwrap() == {
        "profile": [
            {
                "name": "default",
                "product": "dedicated",
                "account_id": "account-1",
                "cluster_id": "cluster-1",
                "mgmt_token": OWN,
                "tls": {"ca": str(authority), "insecure": True},
            }
        ]
    }
    assert record["arguments"][0] == "--config"
    assert record["arguments"][2:] == ["--profile", "default", *LIST]


def test_the_configuration_is_private_whatever_the_umask(fake: FakeInfluxctl) -> None:
    before = os.umask(0)
    try:
        influxctl(fake.path).list_tokens()
    finally:
        os.umask(before)
    assert fake.records[0]["modes"] == [0o600, 0o700]


def test_only_what_is_given_is_configured() -> None:
    (profile,) = tomlkit.parse(configuration(connection(token=None), None)).unwrap()["profile"]
    assert set(profile) == {"name", "product", "account_id", "cluster_id"}
    assert "[profile.tls]" in configuration(connection(ca_path="/ca.pem"), None)


def own_cluster(url: str = "https://influxdb.example", token: str | None = OWN, **changes: Any) -> Connection:
    return connection(token, product="clustered", url=url, **changes)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://influxdb.example", {"host": "influxdb.example", "port": "443"}),
        ("https://influxdb.example:8443/base", {"host": "influxdb.example", "port": "8443"}),
        ("http://[::1]:80", {"host": "::1", "port": "80", "tls": {"disable": True}}),
    ],
)
def test_the_profile_of_clustered(fake: FakeInfluxctl, url: str, place: dict[str, Any]) -> None:
    influxctl(fake.path, own_cluster(url)).list_tokens()
    assert tomlkit.parse(fake.records[0]["configuration"]).unwrap()["profile"] == [
        {"name": "default", "product": "clustered", **place, "mgmt_token": OWN}
    ]


def test_certificates_of_the_connection() -> None:
    given = own_cluster(client_cert="/cert.pem", client_key="/key.pem", ca_path="/ca.pem", validate_certs=False)
    (profile,) = tomlkit.parse(configuration(given, None)).unwrap()["profile"]
    assert profile["tls"] == {"insecure": True, "cert": "/cert.pem", "key": "/key.pem", "ca": "/ca.pem"}


def test_a_login_to_clustered_is_that_of_a_profile(fake: FakeInfluxctl) -> None:
    with pytest.raises(InputError, match="needs to know who logs people in there"):
        influxctl(fake.path, own_cluster(token=None), allow_cached_login=True)
    login = {"oauth2": {"client_id": "x"}}
    influxctl(fake.path, own_cluster(token=None, auth=login), allow_cached_login=True).list_tokens()
    influxctl(fake.path, own_cluster(auth=login)).list_tokens()
    with_login, with_token = (tomlkit.parse(one["configuration"]).unwrap()["profile"][0] for one in fake.records)
    assert with_login["auth"] == login
    # Which of two credentials influxctl uses is documented nowhere.
    assert "auth" not in with_token


def test_values_are_quoted() -> None:
    text = configuration(Connection('a"\\', "c]", None), None)
    (profile,) = tomlkit.parse(text).unwrap()["profile"]
    assert (profile["account_id"], profile["cluster_id"]) == ('a"\\', "c]")


def test_no_secret_in_arguments_or_environment(fake: FakeInfluxctl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFLUXDB3_MANAGEMENT_TOKEN", OWN)
    monkeypatch.setenv("INFLUXCTL_PROFILE", "other")
    fake.answer_list([], [listed("new")])
    fake.answer("create", {"stdout": NEW})
    service = influxctl(fake.path)
    service.create_token(NewToken("host one", expires_at=EXPIRY))
    service.revoke_token("new")
    assert len(fake.records) == 5
    # The shell that starts the recorder adds these, and Python may set LC_CTYPE.
    expected = set(child_environment(os.environ, False)) | {"PWD", "OLDPWD", "SHLVL", "_", "LC_CTYPE"}
    for record in fake.records:
        assert "s3cr3t" not in json.dumps([record["arguments"], record["environment"]])
        assert set(record["environment"]) <= expected
        assert record["leads_session"]
        assert record["has_no_input"]


def test_the_environment_is_an_allow_list() -> None:
    passed = {
        **dict.fromkeys(("HOME", "USER", "LOGNAME", "PATH", "TMPDIR", "LANG", "LC_ALL", "LC_MESSAGES"), "x"),
        **dict.fromkeys(("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"), "x"),
    }
    login = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"), "x")
    dropped = dict.fromkeys(("INFLUXDB3_MANAGEMENT_TOKEN", "INFLUXCTL_PROFILE", "DISPLAY", "BROWSER", "LCX"), "x")
    assert child_environment({**passed, **login, **dropped}, cached_login=False) == passed
    assert child_environment({**passed, **login, **dropped}, cached_login=True) == {**passed, **login}


@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy"])
def test_influxctl_goes_by_the_proxy_that_requests_go_by(fake: FakeInfluxctl, name: str) -> None:
    """A program in Go knows no ALL_PROXY, and would go past the proxy."""
    service = influxctl(fake.path, connection(environment={"PATH": os.defpath, name: "socks5h://proxy:1"}))
    service.list_tokens()
    (record,) = fake.records
    proxies = {key: value for key, value in record["environment"].items() if key.lower().endswith("_proxy")}
    assert proxies == dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY"), "socks5://proxy:1")


def test_a_proxy_that_influxctl_does_not_know(fake: FakeInfluxctl) -> None:
    """Where it is the one for the service."""
    environment = {"PATH": os.defpath, "ALL_PROXY": "socks4://user:hush@proxy:1"}
    with pytest.raises(InfluxctlError) as caught:
        influxctl(fake.path, connection(environment=environment)).list_tokens()
    assert str(caught.value) == (
        "influxctl cannot use the proxy that the environment names. Give HTTPS_PROXY as http://host:port, "
        "https://host:port or socks5://host:port."
    )
    assert fake.records == []
    environment["NO_PROXY"] = "*"
    influxctl(fake.path, connection(environment=environment)).list_tokens()
    assert len(fake.records) == 1


def test_a_cached_login_needs_no_token(fake: FakeInfluxctl) -> None:
    influxctl(fake.path, connection(token=None), allow_cached_login=True).list_tokens()
    assert "mgmt_token" not in fake.records[0]["configuration"]


# --- list


def test_list(fake: FakeInfluxctl) -> None:
    fake.answer_list([listed("a", "ü", expires_at={"seconds": 1}), listed("b", revoked_at={"seconds": 1710273528})])
    tokens = influxctl(fake.path).list_tokens()
    assert [(token.id, token.description, token.status(NOW)) for token in tokens] == [
        ("a", "ü", "expired"),
        ("b", "host one", "revoked"),
    ]
    assert fake.runs == [LIST]


def test_what_is_on_stderr_is_no_failure(fake: FakeInfluxctl) -> None:
    fake.answer("list", {"stdout": "[]", "stderr": "(x:1): Gtk-WARNING **: 401\nerror: unauthorized\n"})
    assert influxctl(fake.path).list_tokens() == []


def test_a_list_that_cannot_be_read(fake: FakeInfluxctl) -> None:
    fake.answer("list", {"stdout": f"oh no {OWN}"})
    with pytest.raises(UnexpectedAnswerError) as caught:
        influxctl(fake.path).list_tokens()
    assert "oh no" not in str(caught.value)


@pytest.mark.parametrize("stderr", ["connection refused", "503", "i/o timeout", "too many requests"])
def test_transient_failures_of_a_list_are_retried(fake: FakeInfluxctl, stderr: str) -> None:
    failing = {"status": 1, "stderr": stderr}
    fake.answer("list", failing, failing, {"stdout": "[]"})
    assert influxctl(fake.path, connection(retries=2)).list_tokens() == []
    assert fake.runs == [LIST] * 3


def test_retries_are_bounded(fake: FakeInfluxctl) -> None:
    fake.answer("list", {"status": 1, "stderr": "502 Bad Gateway"})
    with pytest.raises(ServerFailureError):
        influxctl(fake.path, connection(retries=1)).list_tokens()
    assert fake.runs == [LIST] * 2


def test_lasting_failures_are_not_retried(fake: FakeInfluxctl) -> None:
    fake.answer("list", {"status": 1, "stderr": f"Unauthorized: {OWN}"})
    with pytest.raises(UnauthorizedError, match="account account-1") as caught:
        influxctl(fake.path).list_tokens()
    assert "s3cr3t" not in str(caught.value)
    assert fake.runs == [LIST]


# --- create

CREATE = ["management", "create", "--description=host one", "--expires-at=2027-01-31T12:30:00Z"]


def test_create(fake: FakeInfluxctl) -> None:
    fake.answer_list([listed("old")], [listed("old"), listed("new"), listed("else", "another")])
    fake.answer("create", {"stdout": json.dumps({"token": NEW}), "stderr": "warn\tplease copy the token\n"})
    created = influxctl(fake.path).create_token(NewToken("host one", expires_at=EXPIRY))
    assert (created.token.id, created.token.prefix, created.secret.reveal()) == ("new", NEW[:9], NEW)
    assert fake.runs == [["version"], LIST, [*CREATE, "--format=json"], LIST]


def test_a_list_made_before_is_enough(fake: FakeInfluxctl) -> None:
    fake.answer_list([listed("old")], [listed("old"), listed("new")])
    fake.answer("create", {"stdout": NEW})
    service = influxctl(fake.path)
    service.list_tokens()
    assert service.create_token(NewToken("host one")).token.id == "new"
    assert fake.runs == [LIST, ["version"], ["management", "create", "--description=host one", "--format=json"], LIST]


def test_the_second_of_two_creations_is_not_the_first(fake: FakeInfluxctl) -> None:
    old, first, second = listed("old"), listed("first"), listed("second", token_prefix="M.V1.abcd")
    fake.answer_list([old], [old, first], [old, first, second])
    fake.answer("create", {"stdout": NEW}, {"stdout": "M.V1.abcd" + "x" * 60})
    service = influxctl(fake.path)
    assert [service.create_token(NewToken("host one")).token.id for _ in range(2)] == ["first", "second"]
    assert fake.runs.count(["version"]) == 1


def test_a_failing_second_creation_does_not_bring_the_first_into_play(fake: FakeInfluxctl) -> None:
    old, first, second = listed("old"), listed("first"), listed("second")
    fake.answer_list([old], [old, first], [old, first, second])
    fake.answer("create", {"stdout": NEW}, {})
    service = influxctl(fake.path)
    service.create_token(NewToken("host one"))
    with pytest.raises(AmbiguousCreationError):
        service.create_token(NewToken("host one"))


@pytest.mark.parametrize("stream", ["stderr", "stdout"])
def test_a_version_without_the_format_flag(fake: FakeInfluxctl, stream: str) -> None:
    fake.answer_list([], [listed("new")])
    fake.answer("create", {"status": 1, stream: FORMAT_REFUSED["stderr"]}, {"stdout": f"{NEW}\n"})
    created = influxctl(fake.path).create_token(NewToken("host one", expires_at=EXPIRY))
    assert created.secret.reveal() == NEW
    assert fake.runs[2:4] == [[*CREATE, "--format=json"], CREATE]


@pytest.mark.parametrize("description", ["--force", "-x", "ü 'quoted' \"$HOME\" `x`", "  spaces  ", "a=b"])
def test_descriptions_are_passed_as_they_are(fake: FakeInfluxctl, description: str) -> None:
    fake.answer_list([], [listed("new", description)])
    fake.answer("create", {"stdout": NEW})
    assert influxctl(fake.path).create_token(NewToken(description)).token.description == description
    assert fake.runs[2] == ["management", "create", f"--description={description}", "--format=json"]


@pytest.mark.parametrize("description", ["", "  ", "two\nlines", "nul\x00", "\ud800"])
def test_descriptions_no_token_can_have(fake: FakeInfluxctl, description: str) -> None:
    with pytest.raises(InputError, match="description"):
        influxctl(fake.path).create_token(NewToken(description))
    assert fake.records == []


@pytest.mark.parametrize(
    ("stderr", "kind"),
    [
        *(("connection refused", ConnectionFailedError), ("permission denied", ForbiddenError)),
        *((text, AmbiguousCreationError) for text in ("503", "i/o timeout", "boom")),
        ("created, but cannot print: unknown format: json", AmbiguousCreationError),
    ],
)
def test_a_creation_is_never_run_again(fake: FakeInfluxctl, stderr: str, kind: type) -> None:
    fake.answer("create", {"status": 1, "stderr": stderr}, {"stdout": NEW})
    with pytest.raises(kind, match="create the management token 'host one'"):
        influxctl(fake.path).create_token(NewToken("host one", expires_at=EXPIRY))
    assert fake.runs == [["version"], LIST, [*CREATE, "--format=json"]]


def test_a_creation_that_succeeds_is_not_run_again_for_a_warning(fake: FakeInfluxctl) -> None:
    fake.answer_list([], [listed("new")])
    fake.answer("create", {"stdout": NEW, "stderr": "warn: unknown flag: --format\n"})
    influxctl(fake.path).create_token(NewToken("host one"))
    assert sum("create" in run for run in fake.runs) == 1


@pytest.mark.parametrize(
    ("printed", "added", "candidates"),
    [
        pytest.param(NEW, [], (NEW,), id="nothing new"),
        pytest.param(NEW, [listed("x", revoked_at={"seconds": 1710273600})], (NEW,), id="revoked"),
        pytest.param(NEW, [listed("x"), listed("y")], (NEW,), id="two of one prefix"),
        pytest.param(NEW, [listed("x", token_prefix="M.V1.abcd")], (NEW,), id="another prefix"),
        pytest.param('{"token": null, "id": "77777777-7777-4777"}', [listed("x")], (), id="no secret"),
    ],
)
def test_a_creation_that_cannot_be_confirmed(
    fake: FakeInfluxctl, printed: str, added: list[dict[str, Any]], candidates: tuple[str, ...]
) -> None:
    fake.answer_list([listed("old")], [listed("old"), *added])
    fake.answer("create", {"stdout": printed})
    with pytest.raises(AmbiguousCreationError, match="no new token of this description is listed whose") as caught:
        influxctl(fake.path, connection(retries=1)).create_token(NewToken("host one"))
    assert type(caught.value.cause) is SecretMissingError
    assert (caught.value.candidates, caught.value.token) == (candidates, None)
    assert "s3cr3t" not in str(caught.value)
    assert fake.runs.count(LIST) == 2


ID = "77777777-7777-4777-8777-000000000001"


@pytest.mark.parametrize(
    ("printed", "token_id"),
    [
        (f'{{"token": null, "id": "{ID}"}}', ID),
        (f"| {ID} | host one | never |\n", ID),
        (f'{{"ids": ["{ID}", "old", "other"]}}', ID),
        (f'{{"id": "{ID}0"}}', None),
        (f'{{"id": "0{ID}"}}', None),
        ("no id", None),
    ],
)
def test_an_id_that_is_printed_tells_which_token_was_made(
    fake: FakeInfluxctl, printed: str, token_id: str | None
) -> None:
    """Though its secret is not there, and others have made some of the same description."""
    fake.answer_list([listed("old")], [listed("old"), listed("x"), listed(ID), listed("other", "another")])
    fake.answer("create", {"stdout": printed})
    with pytest.raises(AmbiguousCreationError) as caught:
        influxctl(fake.path).create_token(NewToken("host one"))
    assert (caught.value.token.id if caught.value.token else None) == token_id


def test_a_list_that_fails_after_the_creation(fake: FakeInfluxctl) -> None:
    fake.answer("list", {"stdout": "[]"}, {"status": 1, "stderr": "503"})
    fake.answer("create", {"stdout": NEW})
    with pytest.raises(AmbiguousCreationError, match=r"'host one' was created.*503") as caught:
        influxctl(fake.path, connection(retries=1)).create_token(NewToken("host one"))
    assert caught.value.candidates == (NEW,)
    assert "s3cr3t" not in str(caught.value)
    assert fake.runs.count(LIST) == 2


# --- versions


@pytest.mark.parametrize(
    ("version", "expiry", "refused"),
    [
        ("2.5.9", EXPIRY, "needs 2.6.0"),
        ("2.6.0", EXPIRY, None),
        ("2.9.9", None, "without expiry, which needs 2.10.0"),
        ("2.10.0", None, None),
        ("unreadable", None, None),
    ],
)
def test_version_check(fake: FakeInfluxctl, version: str, expiry: datetime | None, refused: str | None) -> None:
    fake.answer_list([], [listed("new")])
    fake.answer("create", {"stdout": NEW})
    fake.answer("version", {"stdout": f"influxctl version {version}"})
    service = influxctl(fake.path)
    if refused is None:
        assert service.create_token(NewToken("host one", expires_at=expiry)).token.id == "new"
    else:
        with pytest.raises(InfluxctlError, match=refused):
            service.create_token(NewToken("host one", expires_at=expiry))
        assert fake.runs == [["version"]]


def test_a_version_command_that_fails_does_not_matter(fake: FakeInfluxctl) -> None:
    fake.answer_list([], [listed("new")])
    fake.answer("create", {"stdout": NEW})
    fake.answer("version", {"status": 3, "stdout": "1.0.0"})
    assert influxctl(fake.path).create_token(NewToken("host one")).token.id == "new"


def test_the_version_is_asked_without_the_token(fake: FakeInfluxctl) -> None:
    fake.answer("list", {"status": 1, "stderr": "strict mode: fields in the document are missing"})
    fake.answer("version", {"stdout": "2.5.0"})
    with pytest.raises(InfluxctlError, match=r"influxctl 2\.5\.0 could not list .*2\.10\.0.*influxctl_path"):
        influxctl(fake.path).list_tokens()
    assert fake.runs == [LIST, ["version"]]
    assert "mgmt_token" not in fake.records[1]["configuration"]


# --- revoke


def test_revoke(fake: FakeInfluxctl) -> None:
    fake.answer("revoke", {"stdout": "revoked\n", "stderr": "(x:1): Gtk-WARNING **: y\n"})
    influxctl(fake.path).revoke_token("018e3516-e5b0")
    assert fake.runs == [["management", "revoke", "--force", "018e3516-e5b0"]]


@pytest.mark.parametrize("token_id", ["", "-f", "--force", "a b", "a/b", "a\n", "*", "ü"])
def test_ids_that_are_none(fake: FakeInfluxctl, token_id: str) -> None:
    with pytest.raises(UnexpectedAnswerError, match=r"id that is none: .* neither changed nor revoked"):
        influxctl(fake.path).revoke_token(token_id)
    assert fake.records == []


@pytest.mark.parametrize("tokens", [[], [listed("x", revoked_at={"seconds": 1710273600})]], ids=["gone", "revoked"])
@pytest.mark.parametrize("stderr", ["token not found", "404", "already revoked"])
def test_a_token_that_is_gone_is_revoked(fake: FakeInfluxctl, tokens: list[dict[str, Any]], stderr: str) -> None:
    fake.answer("revoke", {"status": 1, "stderr": stderr})
    fake.answer_list(tokens)
    influxctl(fake.path).revoke_token("x")
    assert fake.runs == [["management", "revoke", "--force", "x"], LIST]


def test_not_found_is_not_believed_of_a_token_that_is_listed(fake: FakeInfluxctl) -> None:
    fake.answer("revoke", {"status": 1, "stderr": "profile not found"})
    fake.answer_list([listed("x")])
    with pytest.raises(UnexpectedAnswerError) as caught:
        influxctl(fake.path).revoke_token("x")
    assert str(caught.value) == (
        "influxctl could not revoke the management token x: there is no such token (profile not found). "
        "Look at the list of tokens. The list still has it as not revoked. Then run the task again."
    )


def test_whether_a_token_is_revoked_may_be_impossible_to_look_up(fake: FakeInfluxctl) -> None:
    fake.answer("revoke", {"status": 1, "stderr": "404"})
    fake.answer("list", {"status": 1, "stderr": "403"})
    with pytest.raises(UnexpectedAnswerError, match=r"revoke the management token x: .* could not be looked up: .*403"):
        influxctl(fake.path).revoke_token("x")


def test_a_complaint_without_a_failure_is_looked_into(fake: FakeInfluxctl) -> None:
    fake.answer("revoke", {"stderr": "error\tfailed to revoke x: forbidden\n"})
    fake.answer_list([listed("x")], [listed("x", revoked_at={"seconds": 1710273600})])
    with pytest.raises(ForbiddenError):
        influxctl(fake.path).revoke_token("x")
    influxctl(fake.path).revoke_token("x")


def test_a_revocation_is_retried(fake: FakeInfluxctl) -> None:
    fake.answer("revoke", {"status": 1, "stderr": "503"}, {})
    influxctl(fake.path, connection(retries=1)).revoke_token("x")
    assert len(fake.runs) == 2


def test_a_refused_revocation(fake: FakeInfluxctl) -> None:
    fake.answer("revoke", {"status": 1, "stderr": "403"})
    with pytest.raises(ForbiddenError):
        influxctl(fake.path).revoke_token("x")


# --- what does not end


def hanging_program(tmp_path: Path, beginning: str = "") -> str:
    """A program that starts another one, writes down the ids of both and waits."""
    pids = shlex.quote(str(tmp_path / "pids"))
    return write_program(tmp_path / "hanging", f"{beginning}\nsleep 600 &\necho $$ $! >> {pids}\nwait\nsleep 600")


def started_processes(tmp_path: Path) -> list[int]:
    pids = tmp_path / "pids"
    return [int(word) for word in pids.read_text(encoding="utf-8").split()] if pids.exists() else []


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or dead and only waiting for its new parent to notice."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return state.exists() and state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


def assert_all_end(pids: list[int]) -> None:
    """Signals take effect a moment after they are sent."""
    wait_until(lambda: all(has_ended(pid) for pid in pids), f"all of {pids} end")


class ImpatientClock:
    """Stands still until ``hangs`` says true; from then on, much time passes from each look to the next."""

    def __init__(self, hangs: Callable[[], bool]) -> None:
        self._hangs = hangs
        self._now = 0.0

    def monotonic(self) -> float:
        self._now += 1000.0 * self._hangs()
        return self._now


@pytest.fixture
def time_passes_once_it_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the time of a run of the hanging program be over once both of its processes are there, and no sooner."""

    def hangs() -> bool:
        pids = started_processes(tmp_path)
        return len(pids) > 0 and len(pids) % 2 == 0 and not any(has_ended(pid) for pid in pids[-2:])

    monkeypatch.setattr(_influxctl_process, "time", ImpatientClock(hangs))


@pytest.fixture
def killed_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Does not wait long for what does not end when asked, and holds signals for as long as ending it takes here."""
    monkeypatch.setattr(_influxctl_process, "_SECONDS_TO_END", 0.1)
    monkeypatch.setattr(_influxctl_process, "_LONGEST_HOLD", PATIENCE)


@pytest.mark.usefixtures("time_passes_once_it_hangs", "killed_soon")
@pytest.mark.parametrize("beginning", ["", "trap '' TERM"], ids=["ends when asked", "has to be killed"])
def test_a_timeout_leaves_no_process(tmp_path: Path, beginning: str) -> None:
    path = hanging_program(tmp_path, beginning)
    with pytest.raises(TimedOutError, match=r"list .* within 1 s") as caught:
        influxctl(path, connection(timeout=1.0, retries=0)).list_tokens()
    assert "browser" not in str(caught.value)
    pids = started_processes(tmp_path)
    assert len(pids) == 2
    assert_all_end(pids)


@pytest.mark.usefixtures("time_passes_once_it_hangs")
def test_a_timeout_of_a_list_is_retried(tmp_path: Path) -> None:
    with pytest.raises(TimedOutError):
        influxctl(hanging_program(tmp_path), connection(timeout=1.0, retries=1)).list_tokens()
    assert len(started_processes(tmp_path)) == 4


@pytest.mark.usefixtures("time_passes_once_it_hangs")
def test_a_wait_for_a_browser_is_not_repeated(tmp_path: Path) -> None:
    settings = connection(token=None, timeout=1.0, retries=1)
    with pytest.raises(TimedOutError, match="login in a browser"):
        influxctl(hanging_program(tmp_path), settings, allow_cached_login=True).list_tokens()
    assert len(started_processes(tmp_path)) == 2


@pytest.mark.usefixtures("killed_soon")
@pytest.mark.parametrize("beginning", ["", "trap '' TERM"], ids=["ends when asked", "has to be killed"])
@pytest.mark.parametrize("number", HELD_SIGNALS, ids=lambda number: number.name)
def test_a_signal_ends_influxctl_first(
    tmp_path: Path, temporary_folder: Path, number: signal.Signals, beginning: str
) -> None:
    """As in a worker of Ansible, whose handler ends the process at once without any clean-up."""
    worker = Worker(lambda _say: influxctl(hanging_program(tmp_path, beginning)).list_tokens())
    wait_until(lambda: len(started_processes(tmp_path)) == 2, "the program starts")
    worker.send(number)
    ended = worker.end()
    # Of an exception, as the task timeout of Ansible raises one, or of the signal itself.
    assert ended.status == (1 if number is signal.SIGALRM else -number)
    assert_all_end(started_processes(tmp_path))
    assert list(temporary_folder.iterdir()) == []


def test_a_signal_for_everything_in_a_terminal_does_not_reach_it(tmp_path: Path) -> None:
    program = f"exec {shlex.quote(sys.executable)} -c 'import os; print(os.getsid(0))'"
    path = write_program(tmp_path / "influxctl", program)
    completed = run_influxctl(path, [], connection(), None, False)
    assert completed is not None
    assert int(completed.stdout) != os.getsid(0)


def test_a_creation_is_not_ended_by_a_signal_that_is_held(fake: FakeInfluxctl) -> None:
    fake.answer_list([], [listed("new")])
    fake.answer("create", {"stdout": NEW})

    def work(say: Say) -> None:
        with held_signals(60):
            signal.raise_signal(signal.SIGTERM)
            say(influxctl(fake.path).create_token(NewToken("host one")).token.id)
        say("survived")

    assert Worker(work).end() == Ended(["new"], -signal.SIGTERM)


def test_a_version_that_hangs_while_a_failure_is_described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hangs = tmp_path / "hangs"
    hanging = f'test "$5" = version && touch {shlex.quote(str(hangs))} && sleep 600'
    path = write_program(tmp_path / "influxctl", f'{hanging}\necho "unknown flag: --format" >&2\nexit 1')
    monkeypatch.setattr(_influxctl_process, "time", ImpatientClock(hangs.exists))
    with pytest.raises(InfluxctlError, match="of unknown version"):
        influxctl(path, connection(timeout=1.0)).list_tokens()


def test_output_larger_than_a_pipe(fake: FakeInfluxctl) -> None:
    fake.answer_list([listed(f"t{number}", "x" * 100) for number in range(2000)])
    assert len(influxctl(fake.path).list_tokens()) == 2000
