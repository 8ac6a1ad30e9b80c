# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secret files of a set: one call of the host for many, an answer for each, and none that waits for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.influxdb3.management.plugins.module_utils._concurrency import run_each
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    CreatedToken,
    DeliveryUnknownError,
    Secret,
    StoreError,
    Token,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._host import Host
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_files import SecretFileOfSet, SecretFiles
from ansible_collections.influxdb3.management.tests.unit.plugins.host_here import DIED, LOST, ActionHere, Failing

SECRET = "apiv1_" + "5" * 64
MADE = CreatedToken(Token("t1", "job", datetime(2026, 3, 2, tzinfo=timezone.utc)), Secret(SECRET))


def files_here(action: ActionHere, *paths: Path) -> tuple[SecretFiles, list[SecretFileOfSet]]:
    files = SecretFiles(Host(action, {}))
    for path in paths:
        files.add(str(path), {"mode": "0600"})
    return files, [file for file in files.files if file is not None]


def in_threads(files: SecretFiles, *work: Callable[[], None]) -> None:
    run_each(work, len(work), lambda: True, lambda *_: files.attend(), files.bell, files.give_up)


def test_an_entry_without_a_file_has_none() -> None:
    files = SecretFiles(Host(ActionHere(), {}))
    files.add(None, {})
    assert files.files == [None]


def test_what_is_prepared_is_asked_for_once(tmp_path: Path) -> None:
    action = ActionHere()
    files, some = files_here(action, *(tmp_path / str(number) for number in range(3)))
    files.prepare("read", some)
    assert [file.evidence().given for file in some] == [True] * 3
    files.prepare("check", some)
    for file in some:
        file.try_to_write()
    assert action.calls == ["batch", "batch"]


def test_one_that_cannot_be_read_keeps_no_other(tmp_path: Path) -> None:
    (tmp_path / "odd").write_text("something else")
    files, (good, odd) = files_here(ActionHere(), tmp_path / "good", tmp_path / "odd")
    files.prepare("read", [good, odd])
    assert good.evidence().token_id is None
    with pytest.raises(StoreError, match="holds something that this collection has not written"):
        odd.evidence()


def test_an_owner_that_is_not_there_keeps_no_other(tmp_path: Path) -> None:
    files = SecretFiles(Host(ActionHere(), {}))
    files.add(str(tmp_path / "good"), {"mode": "0600"})
    files.add(str(tmp_path / "odd"), {"mode": "rwx"})
    good, odd = (file for file in files.files if file is not None)
    for file in (good, odd):
        file.evidence()
    good.write(MADE)
    with pytest.raises(StoreError, match="mode must be in octal or symbolic form"):
        odd.write(MADE)
    assert (tmp_path / "good").read_text() == SECRET
    assert not (tmp_path / "odd").exists()


def test_threads_have_what_they_wait_for_done_by_the_main_one(tmp_path: Path) -> None:
    action = ActionHere()
    files, some = files_here(action, *(tmp_path / str(number) for number in range(5)))
    files.prepare("read", some)
    for file in some:
        file.evidence()
    threads: list[int] = []
    action.before_call = lambda _operation: threads.append(threading.get_ident())
    in_threads(files, *(lambda file=file: file.write(MADE) for file in some))
    assert set(threads) == {threading.get_ident()}
    assert [path.read_text() for path in sorted(tmp_path.iterdir()) if path.suffix != ".json"] == [SECRET] * 5


@pytest.mark.parametrize(
    ("operation", "kind"), [("write", DeliveryUnknownError), ("read", StoreError), ("mend", StoreError)]
)
@pytest.mark.parametrize("failure", [DIED, LOST, {"changed": False, "answers": []}, ValueError(SECRET)])
def test_what_did_not_answer_leaves_a_doubt_about_writes_alone(
    tmp_path: Path, operation: str, kind: type[Exception], failure: Any
) -> None:
    files, (file,) = files_here(Failing("batch", failure), tmp_path / "one")
    with pytest.raises(kind) as caught:
        file._call(operation, **({"secret": SECRET, "entry": "{}", "expected": ""} if operation == "write" else {}))
    assert type(caught.value) is kind
    assert SECRET not in str(caught.value)
    assert (files.unreachable is not None) is (failure is LOST)


def test_nobody_waits_for_a_main_thread_that_is_gone(tmp_path: Path) -> None:
    files, (file,) = files_here(ActionHere(), tmp_path / "one")
    errors: list[str] = []

    def write() -> None:
        try:
            file._call("write", secret=SECRET, entry="{}", expected="")
        except DeliveryUnknownError as error:
            errors.append(str(error))

    def end(*_: Any) -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        run_each([write, write], 2, lambda: True, end, files.bell, files.give_up)
    assert errors == ["The task was ended before the host was asked."] * 2
