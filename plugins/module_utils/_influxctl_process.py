# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs influxctl: its configuration in a private file, a short list of variables, no input, an end in time.

Source of the configuration's keys: https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from ansible_collections.influxdb3.management.plugins.module_utils._connection import Connection
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    InfluxctlError,
    InterruptedTaskError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._proxies import find_proxy, variables_for_go
from ansible_collections.influxdb3.management.plugins.module_utils._signals import Hold, held_signals
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import Secret

with suppress(ImportError):  # reported by the frame of the task, which names the library
    import tomlkit

DOWNLOAD_PAGE = "https://docs.influxdata.com/influxdb3/cloud-dedicated/reference/cli/influxctl/"

# influxctl has variables of its own for a profile and for a token, and ours are none of its business.
_VARIABLES = frozenset(
    ("HOME", "USER", "LOGNAME", "PATH", "TMPDIR", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR"),
)
# Where a login may be cached if not below HOME.
_VARIABLES_OF_CACHED_LOGIN = frozenset(("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"))

_SECONDS_TO_END = 2.0
# Ending influxctl takes that long twice at most.
_LONGEST_HOLD = 5 * _SECONDS_TO_END
# How long a signal may go unnoticed while influxctl runs.
_SLICE = 0.1


@dataclass(frozen=True, repr=False)
class Completed:
    """How a run ended. There is no repr that shows the output, because the output may hold a secret."""

    status: int
    stdout: str
    stderr: str


def find_executable(executable: str | None, environment: Mapping[str, str]) -> str:
    """The absolute path of a program given as path or name, or of ``influxctl`` on PATH.

    Raises ``InfluxctlError``.
    """
    name = os.path.expanduser(executable) if executable else "influxctl"
    found = shutil.which(name, path=environment.get("PATH"))
    if found is None:
        what = f"influxctl_path {name} is not a program that can be run" if executable else "influxctl is not on PATH"
        raise InfluxctlError(f"{what}. Name it with influxctl_path, or install it from {DOWNLOAD_PAGE}")
    return os.path.abspath(found)


def run_influxctl(
    executable: str, arguments: Sequence[str], connection: Connection, token: Secret | None, cached_login: bool
) -> Completed | None:
    """Run influxctl to its end, or return None when it took longer than ``connection.timeout`` and was stopped.

    A signal that would end this process stops influxctl first and removes its configuration; where somebody further up
    holds signals back, influxctl may go on to its end. Raises ``InfluxctlError`` when it cannot be started.
    """
    check_proxy(connection)
    with held_signals(_LONGEST_HOLD) as hold, _private_configuration(connection, token) as path:
        words = (executable, "--config", path, "--profile", "default", *arguments)
        # influxctl reads UTF-8 whatever the locale is.
        command = [word.encode("utf-8", "surrogateescape") for word in words]
        try:
            # Not run_command of a module: in the controller's own process there is no module.
            process = subprocess.Popen(  # pylint: disable=ansible-bad-function
                command,
                env=child_environment(connection.environment, cached_login),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise InfluxctlError(
                f"{executable} cannot be started: {error.strerror}. Name another influxctl with influxctl_path, "
                f"or install it from {DOWNLOAD_PAGE}"
            ) from None
        return _finish(process, connection.timeout, hold)


def child_environment(environment: Mapping[str, str], cached_login: bool) -> dict[str, str]:
    """Pick the variables influxctl may see: its home, locale, proxies and certificates, and no credentials."""
    allowed = _VARIABLES | _VARIABLES_OF_CACHED_LOGIN if cached_login else _VARIABLES
    kept = {name: value for name, value in environment.items() if name in allowed or name.startswith("LC_")}
    # One way to the service: influxctl by itself would go by another proxy than requests do, or by none.
    return {**kept, **variables_for_go(environment)}


def check_proxy(connection: Connection) -> None:
    """Raise ``InfluxctlError`` where the proxy for the service is one that influxctl, a program in Go, does not know.

    Source: https://pkg.go.dev/net/http#Transport
    """
    proxy = find_proxy(connection.url, connection.environment)
    if proxy is not None and proxy.partition("://")[0].lower() not in ("http", "https", "socks5", "socks5h"):
        # A proxy may hold a password, so its address is not shown.
        raise InfluxctlError(
            "influxctl cannot use the proxy that the environment names. Give HTTPS_PROXY as http://host:port, "
            "https://host:port or socks5://host:port."
        )


def configuration(connection: Connection, token: Secret | None) -> str:
    """The text of a configuration file with one profile, ``default``, and none but known keys.

    influxctl refuses to run with an unknown one (since 2.0.1).
    """
    profile: dict[str, Any] = {"name": "default", "product": connection.product}
    if connection.is_clustered:
        # A number would be refused.
        profile.update({"host": connection.host, "port": str(connection.port)})
    else:
        profile.update({"account_id": connection.account_id, "cluster_id": connection.cluster_id})
    if token is not None:
        profile["mgmt_token"] = token.reveal()
    tls: dict[str, Any] = {
        "insecure": True if not connection.validate_certs else None,
        "disable": True if connection.is_clustered and not connection.is_encrypted else None,
        "cert": connection.client_cert,
        "key": connection.client_key,
        "ca": connection.ca_path,
    }
    tls = {key: value for key, value in tls.items() if value is not None}
    if tls:
        profile["tls"] = tls
    if token is None and connection.auth:
        # Where a person's login comes from. Beside a token, it is documented nowhere which of them counts.
        profile["auth"] = dict(connection.auth)
    return tomlkit.dumps({"profile": [profile]})


@contextmanager
def _private_configuration(connection: Connection, token: Secret | None) -> Iterator[str]:
    """The path of a configuration file that its owner alone can read, and that is gone afterwards."""
    try:
        folder = tempfile.mkdtemp(prefix="influxctl-")
    except OSError as error:
        raise _unwritable(error) from None
    try:
        path = os.path.join(folder, "config.toml")
        _write_private(path, configuration(connection, token))
        yield path
    finally:
        # A leftover must not cost the secret of a token just made, so a failure here is not raised.
        shutil.rmtree(folder, ignore_errors=True)


def _write_private(path: str, text: str) -> None:
    """Write a new file that is private from its first byte."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise _unwritable(error) from None


def _unwritable(error: OSError) -> InfluxctlError:
    return InfluxctlError(
        f"The temporary configuration of influxctl cannot be written: {error.strerror}. "
        "Make room in the folder for temporary files, or set TMPDIR to another one."
    )


def _finish(process: subprocess.Popen[str], timeout: float, hold: Hold) -> Completed | None:
    completed = None
    deadline = time.monotonic() + timeout
    with process:
        try:
            while completed is None and not hold.interrupted and time.monotonic() < deadline:
                completed = _wait(process, min(_SLICE, timeout))
        finally:
            if completed is None:
                _stop_session(process)
    if hold.interrupted:
        raise InterruptedTaskError("The task was interrupted while influxctl ran.")
    return completed


def _wait(process: subprocess.Popen[str], seconds: float) -> Completed | None:
    try:
        stdout, stderr = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    return Completed(process.returncode, stdout, stderr)


def _stop_session(process: subprocess.Popen[str]) -> None:
    """End a process and all it has started: asked first, then killed."""
    # On macOS a group of which only zombies are left answers PermissionError.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=_SECONDS_TO_END)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
