# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The making of a token: what becomes of one whose secret was lost on its way, and of a task that is interrupted."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, Union

import pytest

pytest.importorskip("ansible.module_utils.basic", reason="a task needs the part of Ansible that modules get")

from ansible_collections.influxdb3.management.plugins.module_utils import _signals
from ansible_collections.influxdb3.management.plugins.module_utils._creation import Creation
from ansible_collections.influxdb3.management.plugins.module_utils._errors import (
    ConnectionFailedError,
    ForbiddenError,
    InfluxctlError,
    InputError,
    InterruptedTaskError,
    ManagementError,
    RateLimitedError,
    ServerFailureError,
    UnexpectedAnswerError,
)
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._signals import Hold
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    DATABASE,
    MANAGEMENT,
    AmbiguousCreationError,
    CreatedToken,
    DeliveryUnknownError,
    Kind,
    NewToken,
    Permission,
    Secret,
    SecretMissingError,
    SecretStore,
    StoreError,
    Token,
)
from ansible_collections.influxdb3.management.plugins.plugin_utils._secret_store import SecretFileOnHost
from ansible_collections.influxdb3.management.tests.unit.plugins.forked_worker import in_worker
from ansible_collections.influxdb3.management.tests.unit.plugins.host_here import secret_file_here
from ansible_collections.influxdb3.management.tests.unit.plugins.token_service import MemoryService

NOW = datetime(2026, 3, 2, 4, 20, 19, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
ASKED = NOW + timedelta(days=90) - 4711 * SECOND
NEW = NewToken("job", expires_at=ASKED, is_marked=True)
# What proves nothing: an expiry of the user's, and none.
UNMARKED = [NewToken("job", expires_at=ASKED), NewToken("job")]
LOST = ServerFailureError("The answer was lost.", 500)
NOTHING_SEEN = (
    " No new management token of this description appeared within 30 s; the next run names one that appears later "
    "among others."
)


def token(name: str, description: str = "job", revoked: bool = False, expires_at: datetime | None = ASKED) -> Token:
    """One with the expiry that was asked for, unless it is said otherwise."""
    return Token(name, description, NOW, expires_at, NOW if revoked else None, prefix=f"M.V1.{name:4.4}")


def others(name: str) -> Token:
    """One that another host has made at the same time."""
    return token(name, expires_at=ASKED + SECOND)


def created(name: str = "made") -> CreatedToken:
    return CreatedToken(token(name), Secret(f"M.V1.{name:4.4}-hush"))


Step = Union[Exception, CreatedToken, Callable[[], CreatedToken]]
Listed = Union[Exception, Sequence[Token]]


def read(store: SecretFileOnHost) -> SecretFileOnHost:
    """A store that has been looked at, as it is before anything is made."""
    store.evidence()
    return store


def cleaned_up(task: Run) -> list[str]:
    """The ids of what a task says it has revoked again, as it is after that."""
    entries = task.additions.get("cleaned_up", [])
    assert {(one["status"], one["revoked_at"]) for one in entries} <= {("revoked", "2026-03-02T04:20:20Z")}
    return [one["id"] for one in entries]


class ScriptedTokens(MemoryService):
    """Does what the test says, creation after creation and list after list; the last list stays."""

    def __init__(self, creations: Sequence[Step], lists: Sequence[Listed] = ((),)) -> None:
        super().__init__()
        self.new = NEW
        self.script = {"create": list(creations), "list": list(lists)}
        # What is still live for a list, though the service said that it revoked it.
        self.denied: list[Token] = []

    def list_tokens(self, again: bool = True) -> list[Token]:
        # The window has its own way of asking again. What confirms a revocation asks as everybody does.
        if again:
            return self.denied
        if len(self.script["list"]) == 1:
            self.script["list"] *= 2
        return super().list_tokens()

    def create_token(self, new: NewToken) -> CreatedToken:
        assert new == self.new
        return super().create_token(new)

    def note(self, name: str, argument: Any) -> None:
        self.calls.append(f"revoke {argument}" if name == "revoke" else name)


def lost(**details: Any) -> AmbiguousCreationError:
    return AmbiguousCreationError(LOST, **details)


def create(
    service: ScriptedTokens,
    retries: int = 0,
    observed: Sequence[Token] = (),
    task: Run | None = None,
    secret_file: SecretStore | None = None,
    new: NewToken | None = None,
    kind: Kind = MANAGEMENT,
) -> CreatedToken:
    task = task or Run({})
    task.parameters = {"timeout": 30.0, "retries": retries}
    service.new = new or service.new
    known_ids = {one.id for one in observed}
    return Creation(task, kind, service, service.new, known_ids, NOW + SECOND).create(secret_file)


def failure(service: ScriptedTokens, **keywords: Any) -> str:
    with pytest.raises(ManagementError) as caught:
        create(service, **keywords)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert service.script["create"] == []
    return str(caught.value)


# The good case


def test_a_creation_that_succeeds_asks_for_nothing_more(waits: list[float]) -> None:
    service, task = ScriptedTokens([created()]), Run({})
    assert create(service, task=task).token == token("made")
    assert (service.calls, waits, task.warnings, cleaned_up(task)) == (["create"], [], [], [])
    assert [secret.reveal() for secret in task.secrets] == ["M.V1.made-hush"]


# Ambiguous creations


def test_the_one_token_that_appears_is_revoked_and_named() -> None:
    service, task = ScriptedTokens([lost()], [[token("old"), token("made")]]), Run({})
    assert failure(service, observed=[token("old")], task=task) == (
        "The answer was lost. The management token just made, made, was revoked."
    )
    assert service.calls == ["create", "list", "revoke made"]
    assert cleaned_up(task) == ["made"]
    assert task.warnings == [
        "A creation of the management token 'job' did not deliver its secret. "
        "The management token just made, made, was revoked."
    ]


def test_then_another_attempt_is_made_as_retries_says() -> None:
    # The list lags behind: what was revoked is still shown as live.
    lists = [[token("first")], [token("first"), token("second")]]
    service, task = ScriptedTokens([lost(), lost(), created()], lists), Run({})
    assert create(service, retries=2, task=task).token == token("made")
    assert service.calls == ["create", "list", "revoke first", "create", "list", "revoke second", "create"]
    assert cleaned_up(task) == ["first", "second"]
    assert len(task.warnings) == 2
    failing = ScriptedTokens([lost(), lost()], lists)
    assert failure(failing, retries=1).endswith("The management token just made, second, was revoked.")


def test_a_token_is_waited_for_until_the_timeout_has_passed_once_more(waits: list[float]) -> None:
    service = ScriptedTokens([lost()], [[], [], [], [token("made")]])
    assert "just made, made, was revoked" in failure(service)
    assert waits == [0.25, 0.5, 1.0]
    service = ScriptedTokens([lost()])
    waits.clear()
    assert failure(service) == "The answer was lost." + NOTHING_SEEN
    assert sum(waits) == pytest.approx(30)
    assert max(waits) == 2.0
    assert service.calls.count("list") == len(waits) + 1


def test_where_none_appears_another_attempt_is_made() -> None:
    service, task = ScriptedTokens([lost(), created()]), Run({})
    assert create(service, retries=1, task=task).token == token("made")
    assert (cleaned_up(task), task.warnings) == ([], [])


def test_after_an_attempt_without_a_trace_one_token_is_not_enough_to_be_certain() -> None:
    """Either attempt may have made it, and the token of the other may follow."""
    nothing: list[Listed] = [()] * 19
    first, both = [token("first")], [token("first"), token("second")]
    service, task = ScriptedTokens([lost(), lost()], [*nothing, first, both]), Run({})
    assert "just made, first, second, was revoked" in failure(service, retries=1, task=task)
    assert service.calls[-2:] == ["revoke first", "revoke second"]
    assert cleaned_up(task) == [one.id for one in both]
    service = ScriptedTokens([lost(), lost()], [*nothing, first])
    assert "just made, first, was revoked" in failure(service, retries=1)
    assert service.calls[-2:] == ["list", "revoke first"]
    assert service.calls.count("list") == 2 * 19


def test_of_two_that_are_to_be_revoked_the_one_that_cannot_be_is_named() -> None:
    nothing: list[Listed] = [()] * 19
    service = ScriptedTokens([lost(), lost()], [*nothing, [token("first"), token("second")]])
    service.script["revoke"] = [ForbiddenError("No.", 403)]
    task = Run({})
    assert "just made, first, could not be revoked either (No.)" in failure(service, retries=1, task=task)
    assert cleaned_up(task) == ["second"]


@pytest.mark.parametrize(
    "other", [token("x", "another"), token("x", revoked=True)], ids=["another description", "revoked"]
)
def test_tokens_that_cannot_be_of_this_creation_are_left_alone(other: Token) -> None:
    service = ScriptedTokens([lost()], [[other, token("old")]])
    assert failure(service, observed=[token("old")]) == "The answer was lost." + NOTHING_SEEN


# What others have made meanwhile


def undecided(*ids: str, advice: str = "") -> str:
    return (
        "The answer was lost. Since then there are new management tokens of this description, and whether the one just "
        f"made is among them cannot be told: {', '.join(ids)}. None was revoked, and no other was made. Revoke by id "
        f"those that nobody uses, then run the task again.{advice}"
    )


@pytest.mark.parametrize("order", [["made", "others", "another"], ["others", "another", "made"]])
def test_of_several_the_one_with_the_expiry_asked_for_is_ours(order: list[str], waits: list[float]) -> None:
    """Another host makes one of the same description at the very moment the answer is lost: it survives."""
    listed = {"made": token("made"), "others": others("others"), "another": token("another", expires_at=None)}
    service, task = ScriptedTokens([lost(), created("next")], [[listed[name] for name in order]]), Run({})
    assert create(service, retries=1, task=task).token == token("next")
    assert service.calls == ["create", "list", "revoke made", "create"]
    assert cleaned_up(task) == ["made"]


def test_what_others_have_made_is_no_reason_to_stop_looking() -> None:
    service = ScriptedTokens([lost(), created("next")], [[others("others")], [others("others"), token("made")]])
    assert create(service, retries=1).token == token("next")
    assert service.calls == ["create", "list", "list", "revoke made", "create"]


def test_instants_are_compared_and_not_how_they_are_written() -> None:
    elsewhere = ASKED.astimezone(timezone(timedelta(hours=5, minutes=30)))
    service = ScriptedTokens([lost()], [[token("made", expires_at=elsewhere)]])
    assert "just made, made, was revoked" in failure(service)


@pytest.mark.parametrize(
    "expires_at",
    [ASKED + SECOND, ASKED - SECOND, ASKED + SECOND / 1000, None],
    ids=["later", "earlier", "odd", "never"],
)
def test_without_the_expiry_asked_for_nothing_is_revoked_and_all_are_named(
    expires_at: datetime | None, waits: list[float]
) -> None:
    """A service that grants another expiry, or another host."""
    listed = [token("a", expires_at=expires_at), others("b")]
    service, task = ScriptedTokens([lost()], [listed]), Run({})
    assert failure(service, retries=3, task=task) == undecided("a", "b")
    assert service.calls == ["create", *["list"] * (len(waits) + 1)]
    assert sum(waits) == pytest.approx(30)
    assert cleaned_up(task) == []


@pytest.mark.parametrize("new", UNMARKED, ids=["of the user's", "none"])
def test_an_expiry_that_was_not_chosen_at_random_proves_nothing(new: NewToken, waits: list[float]) -> None:
    """Those that appear late are named too, as ours may be any of them."""
    first = token("first", expires_at=new.expires_at)
    service, task = (
        ScriptedTokens([lost()], [[], [first], [first, token("second", expires_at=new.expires_at)]]),
        Run({}),
    )
    service.new = new
    assert failure(service, retries=3, task=task) == undecided(
        "first", "second", advice=" With a lifetime, its expiry would tell."
    )
    assert set(service.calls) == {"create", "list"}
    assert sum(waits) == pytest.approx(30)
    assert cleaned_up(task) == []


@pytest.mark.parametrize("new", UNMARKED, ids=["of the user's", "none"])
def test_without_a_lifetime_an_attempt_that_left_no_trace_is_repeated_all_the_same(new: NewToken) -> None:
    service = ScriptedTokens([lost(), created()])
    service.new = new
    assert create(service, retries=1).token == token("made")


def test_where_others_have_hit_on_the_same_expiry_nothing_is_revoked() -> None:
    service, task = ScriptedTokens([lost()], [[others("c"), token("a"), token("b")]]), Run({})
    assert failure(service, retries=3, task=task) == undecided("a", "b")
    assert cleaned_up(task) == []


def test_a_list_that_fails_is_asked_for_again_within_the_window(waits: list[float]) -> None:
    busy = RateLimitedError("busy", 429, retry_after=5.0)
    service = ScriptedTokens([lost()], [busy, ServerFailureError("no", 500), [token("made")]])
    assert "just made, made, was revoked" in failure(service)
    assert waits == [5.0, 0.5]


def test_a_list_that_keeps_failing_ends_the_task_and_says_what_to_look_for(waits: list[float]) -> None:
    service = ScriptedTokens([lost()], [[], ForbiddenError("No list.", 403)])
    assert failure(service, retries=3) == (
        "The answer was lost. Whether a token was created all the same could not be looked up: No list. Look for a new "
        "management token with the description 'job', and revoke it by id."
    )
    assert sum(waits) == pytest.approx(30)


@pytest.mark.parametrize(
    ("error", "revocations"),
    [
        (ServerFailureError("No luck.", 500), 3),
        (UnexpectedAnswerError("No luck."), 3),
        (InfluxctlError("No luck."), 3),
        # The service has tried this again already, or another attempt is of no use.
        (ServerFailureError("No luck.", 503), 1),
        (RateLimitedError("No luck.", 429, retry_after=86400.0), 1),
        (ForbiddenError("No luck.", 403), 1),
    ],
    ids=["500", "foreign", "influxctl", "503", "429", "403"],
)
def test_a_token_that_cannot_be_revoked_is_named(error: Exception, revocations: int) -> None:
    service, task = ScriptedTokens([lost()], [[token("made")]]), Run({})
    service.script["revoke"] = [error] * 3
    assert failure(service, retries=2, task=task) == (
        "The answer was lost. The management token just made, made, could not be revoked either (No luck.) "
        "Revoke it by id."
    )
    assert service.calls == ["create", "list", *["revoke made"] * revocations]
    assert cleaned_up(task) == []


def test_a_revocation_that_fails_once_is_tried_again() -> None:
    service, task = ScriptedTokens([lost(), created()], [[token("lost")]]), Run({})
    service.script["revoke"] = [InfluxctlError("unexpected EOF")]
    assert create(service, retries=1, task=task).token == token("made")
    assert service.calls == ["create", "list", "revoke lost", "revoke lost", "create"]
    assert cleaned_up(task) == ["lost"]


# Secrets


def test_a_secret_whose_token_is_listed_late_is_delivered() -> None:
    service = ScriptedTokens(
        [lost(candidates=["noise", "M.V1.made-hush"])],
        [ServerFailureError("no", 500), [token("othr")], [token("othr"), token("made")]],
    )
    rescued = create(service)
    assert (rescued.token, rescued.secret.reveal()) == (token("made"), "M.V1.made-hush")
    assert service.calls == ["create", "list", "list", "list"]


# What no list shows within the timeout


HUSH = "M.V1.made-hush"
UNLISTED = AmbiguousCreationError(SecretMissingError("Not listed."), candidates=[HUSH, HUSH[:-1]])
BY_PREFIX = Token("M.V1.made", "job", NOW + SECOND, ASKED, prefix="M.V1.made")


@pytest.mark.parametrize(
    "listed",
    [[], [others("else")], [token("x", "another", expires_at=None)]],
    ids=["none", "another host's", "another description"],
)
def test_a_secret_whose_token_is_not_listed_in_time_is_delivered_by_its_prefix(
    listed: list[Token], tmp_path: Path, waits: list[float]
) -> None:
    service, task = ScriptedTokens([UNLISTED], [listed]), Run({})
    path = tmp_path / "job.token"
    made = create(service, retries=3, task=task, secret_file=read(secret_file_here(path)))
    assert made.token == BY_PREFIX
    assert made.token.is_unlisted
    assert path.read_text() == HUSH
    side = json.loads((tmp_path / "job.token.json").read_text())
    assert [side[name] for name in ("id", "description", "created_at", "expires_at")] == [
        "M.V1.made",
        "job",
        "2026-03-02T04:20:20Z",
        format_rfc3339(ASKED),
    ]
    assert sum(waits) == pytest.approx(30)
    assert "revoke" not in " ".join(service.calls)
    assert service.calls.count("create") == 1
    assert create(ScriptedTokens([UNLISTED], [listed])).token == BY_PREFIX


@pytest.mark.parametrize(
    "candidates", [[], ["M.V1.made-hush", "M.V1.else-hush"], ["no-secret"]], ids=["none", "of two tokens", "no token"]
)
def test_what_may_not_be_the_secret_is_not_delivered(candidates: list[str]) -> None:
    missing = AmbiguousCreationError(SecretMissingError("Not listed."), candidates=candidates)
    assert failure(ScriptedTokens([missing]), retries=3) == "Not listed." + NOTHING_SEEN


def test_a_token_that_is_certainly_ours_and_has_another_prefix_is_revoked() -> None:
    """What was printed was not its secret then."""
    service = ScriptedTokens([UNLISTED], [[token("none", expires_at=ASKED)]])
    assert failure(service) == "Not listed. The management token just made, none, was revoked."


def test_of_two_with_the_same_prefix_the_one_with_the_expiry_asked_for_is_ours() -> None:
    listed = [replace(others("else"), prefix="M.V1.made"), token("made")]
    assert create(ScriptedTokens([UNLISTED], [listed])).token == token("made")


def test_which_of_two_with_the_same_prefix_is_ours_may_be_impossible_to_tell() -> None:
    listed = [replace(others(name), prefix="M.V1.made") for name in ("a", "b")]
    service = ScriptedTokens([UNLISTED], [listed])
    assert "whether the one just made is among them cannot be told: a, b. None was revoked" in failure(service)


def test_what_is_listed_late_and_called_otherwise_is_revoked() -> None:
    service = ScriptedTokens([UNLISTED], [[], [token("made", "jo")]])
    assert failure(service).startswith(
        "The service made another management token than was asked for: it is called 'jo' and not 'job'."
    )
    assert service.calls[-1] == "revoke made"


@pytest.mark.parametrize("is_listed", [False, True], ids=["still unlisted", "listed by then"])
def test_what_is_not_listed_and_cannot_be_delivered_is_looked_for_and_named(is_listed: bool, tmp_path: Path) -> None:
    store, task = read(secret_file_here(tmp_path / "job.token")), Run({})
    store.write = raising(StoreError("No space."))  # type: ignore[method-assign]
    service = ScriptedTokens([UNLISTED], [*[()] * 19, [token("made")] if is_listed else []])
    said = failure(service, secret_file=store, task=task)
    if is_listed:
        assert said == "No space. The management token just made, M.V1.made, was revoked."
        assert (service.calls[-1], cleaned_up(task)) == ("revoke made", ["made"])
    else:
        assert said == (
            "No space. The management token just made, M.V1.made, could not be revoked either (No list shows its id "
            "yet, only its prefix.) Revoke it by id."
        )
        assert cleaned_up(task) == []


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_arguments: Any) -> Any:
        raise error

    return fail


def test_an_answer_without_a_secret_is_followed_by_a_revocation_and_no_other_attempt() -> None:
    missing = AmbiguousCreationError(SecretMissingError("No secret."), token("made"))
    service = ScriptedTokens([missing])
    assert failure(service, retries=3) == "No secret. The management token just made, made, was revoked."
    assert service.calls == ["create", "revoke made"]


def test_a_token_that_was_there_before_is_not_revoked_whatever_an_answer_says() -> None:
    missing = AmbiguousCreationError(SecretMissingError("No secret."), token("old"))
    service = ScriptedTokens([missing], [[token("old")]])
    assert failure(service, observed=[token("old")]) == "No secret." + NOTHING_SEEN


# What is not ambiguous


@pytest.mark.parametrize(
    "error", [RateLimitedError("busy", 429), ConnectionFailedError("refused", sent=False)], ids=["429", "refused"]
)
def test_what_was_not_acted_on_is_sent_again_without_a_look(error: Exception, waits: list[float]) -> None:
    service = ScriptedTokens([error, created()])
    assert create(service, retries=1).token == token("made")
    assert service.calls == ["create", "create"]
    assert 0.25 <= sum(waits) <= 0.5
    assert failure(ScriptedTokens([error, error]), retries=1) == str(error)


def test_the_wait_that_is_asked_for_is_kept(waits: list[float]) -> None:
    for error in (
        RateLimitedError("busy", 429, retry_after=7.0),
        AmbiguousCreationError(ServerFailureError("no", 503, retry_after=7.0)),
    ):
        waits.clear()
        create(ScriptedTokens([error, created()], [[token("lost")]]), retries=1)
        assert sum(waits) == pytest.approx(7)


def test_a_wait_that_is_too_long_ends_the_task_after_the_cleaning_up() -> None:
    long = ServerFailureError("Come back tomorrow.", 503, retry_after=86400.0)
    service = ScriptedTokens([AmbiguousCreationError(long)], [[token("made")]])
    assert "just made, made, was revoked" in failure(service, retries=3)
    busy = RateLimitedError("busy", 429, retry_after=86400.0)
    assert failure(ScriptedTokens([busy]), retries=3) == "busy"


def test_a_refusal_is_final() -> None:
    service = ScriptedTokens([ForbiddenError("No.", 403)])
    assert failure(service, retries=3) == "No."
    assert service.calls == ["create"]


# Delivery


def test_a_token_whose_file_cannot_be_written_is_revoked(tmp_path: Path) -> None:
    task = Run({})
    service = ScriptedTokens([created()])
    path = tmp_path / "missing" / "job.token"
    with pytest.raises(StoreError, match=r"No such file or directory\. The management token just made, made, was"):
        create(service, task=task, secret_file=read(secret_file_here(path)))
    assert service.calls == ["create", "revoke made"]
    assert cleaned_up(task) == ["made"]


class Unanswering:
    """A store of which nobody knows whether it has what was written."""

    path = "/job.token"
    patience = 0.0

    def __init__(self, error: Exception) -> None:
        self._error = error

    def write(self, _created: CreatedToken, _replaced: Sequence[str] = ()) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DeliveryUnknownError("The host could not be reached: no route."), "The host could not be reached: no route."),
        (KeyError("apiv1_hush"), "The delivery ended in a way that nobody has thought of (KeyError)."),
        (InputError("hush"), "The delivery ended in a way that nobody has thought of (InputError)."),
    ],
)
def test_a_token_of_which_it_is_not_known_whether_it_arrived_is_kept_and_named(error: Exception, said: str) -> None:
    task, service = Run({}), ScriptedTokens([created()])
    store: Any = Unanswering(error)
    with pytest.raises(DeliveryUnknownError) as caught:
        create(service, task=task, secret_file=store)
    assert str(caught.value) == (
        f"{said} Whether the management token just made, made, has reached its place is not known, so nothing was "
        "revoked. Run the task again: it looks there, and names this token if it has not."
    )
    assert service.calls == ["create"]
    assert cleaned_up(task) == []


# Interrupts


def handle() -> list[int]:
    """What reaches the usual handler from now on."""
    numbers: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: numbers.append(number))
    return numbers


def interrupted() -> CreatedToken:
    signal.raise_signal(signal.SIGTERM)
    return created()


INTERRUPTED = "The task was interrupted, so that nobody would receive its token."
NO_OTHER_ATTEMPT = "The task was interrupted before another attempt to create the token."


@in_worker
def test_the_token_of_an_interrupted_task_is_revoked_before_the_signal_is_passed_on() -> None:
    handled = handle()
    service, task = ScriptedTokens([interrupted]), Run({})
    during: list[list[int]] = []
    service.script["revoke"] = [lambda: during.append(list(handled))]
    with pytest.raises(InterruptedTaskError) as caught:
        create(service, task=task)
    assert str(caught.value) == f"{INTERRUPTED} The management token just made, made, was revoked."
    assert (during, handled) == ([[]], [signal.SIGTERM])


@in_worker
def test_the_token_of_an_interrupted_task_with_a_file_is_delivered(tmp_path: Path) -> None:
    handled = handle()
    secret_file = read(secret_file_here(tmp_path / "job.token"))
    service = ScriptedTokens([interrupted])
    create(service, secret_file=secret_file)
    assert secret_file.evidence().token_id == "made"
    assert (service.calls, handled) == (["create"], [signal.SIGTERM])


def killed_at(service: ScriptedTokens, call: str, number: int = 1) -> Run:
    """A task whose run is killed during this call of the service."""
    return Run({}, has_receiver=lambda: service.calls.count(call) < number)


def test_a_token_that_nobody_waits_for_any_more_is_revoked() -> None:
    service = ScriptedTokens([created()])
    assert failure(service, task=killed_at(service, "create")).startswith(INTERRUPTED)
    assert service.calls == ["create", "revoke made"]


def test_what_appears_once_the_run_is_killed_and_is_not_ours_is_left_alone() -> None:
    """It is that of the next run, which asks for another expiry."""
    service = ScriptedTokens([lost()], [[], [others("next")]])
    task = killed_at(service, "list", 2)
    assert failure(service, retries=3, task=task) == undecided("next")
    assert cleaned_up(task) == []


def test_what_appears_once_the_run_is_killed_and_is_ours_is_revoked() -> None:
    service = ScriptedTokens([lost()], [[], [others("next"), token("made")]])
    task = killed_at(service, "list", 2)
    assert failure(service, retries=3, task=task) == NO_OTHER_ATTEMPT
    assert (service.calls, cleaned_up(task)) == (["create", "list", "list", "revoke made"], ["made"])


def test_what_an_answer_names_is_revoked_though_the_run_is_killed() -> None:
    missing = AmbiguousCreationError(SecretMissingError("No secret."), token("made"))
    service = ScriptedTokens([missing])
    assert failure(service, task=killed_at(service, "create")).endswith("just made, made, was revoked.")


def test_a_killed_run_makes_no_other_attempt() -> None:
    service = ScriptedTokens([lost()])
    assert failure(service, retries=3, task=killed_at(service, "create")) == NO_OTHER_ATTEMPT
    assert "create" not in service.calls[1:]


@in_worker
def test_an_interrupted_task_settles_its_attempt_and_makes_no_other() -> None:
    handled = handle()

    def cut() -> CreatedToken:
        signal.raise_signal(signal.SIGTERM)
        raise lost()

    service = ScriptedTokens([cut], [[], [token("made")]])
    assert failure(service, retries=3).endswith("The management token just made, made, was revoked.")
    assert service.calls == ["create", "list", "list", "revoke made"]
    assert handled == [signal.SIGTERM]


@in_worker
def test_a_wait_between_attempts_ends_with_the_task(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    handled = handle()

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(_signals, "time", SimpleNamespace(sleep=sleep))
    service = ScriptedTokens([RateLimitedError("busy", 429, retry_after=60.0)])
    assert failure(service, retries=3) == NO_OTHER_ATTEMPT
    assert sum(waits) < 1
    assert handled == [signal.SIGTERM]


# What was made is compared with what was asked for


def permitting(*texts: str) -> frozenset[Permission]:
    return frozenset(Permission(*text.split(" ")) for text in texts)


DATABASE_NEW = NewToken("job", permitting("write metrics"), ASKED, is_marked=True)
AS_ASKED = Token("made", "job", NOW, ASKED, permissions=DATABASE_NEW.permissions)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"description": "jo"}, "it is called 'jo' and not 'job'"),
        ({"description": "JOB"}, "it is called 'JOB' and not 'job'"),
        ({"expires_at": NOW}, "it expires at 2026-03-02T04:20:19Z, before it was made"),
        ({"expires_at": NOW - SECOND}, "it expires at 2026-03-02T04:20:18Z, before it was made"),
        ({"expires_at": None}, "it never expires, and was to expire at "),
        ({"permissions": frozenset()}, "it allows nothing, and was to allow write metrics"),
        (
            {"permissions": permitting("write metrics", "read metrics")},
            "it allows read metrics, write metrics, and was",
        ),
        ({"permissions": permitting("write Metrics")}, "it allows write Metrics, and was to allow write metrics"),
    ],
)
def test_a_token_that_contradicts_what_was_asked_for_is_revoked(changes: dict[str, Any], said: str) -> None:
    service = ScriptedTokens([CreatedToken(replace(AS_ASKED, **changes), Secret("apiv1_hush"))])
    task = Run({})
    text = failure(service, task=task, new=DATABASE_NEW, kind=DATABASE)
    assert f"The service made another database token than was asked for: {said}" in text
    assert text.endswith("The database token just made, made, was revoked.")
    assert service.calls == ["create", "revoke made"]
    assert cleaned_up(task) == ["made"]
    assert "hush" not in text


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"description": " job "},
        {"expires_at": NOW + timedelta(days=20)},
        {"expires_at": NOW + timedelta(days=400)},
        {"permissions": permitting("WRITE metrics")},
    ],
    ids=["as asked", "spaced", "shorter", "longer", "in capitals"],
)
def test_what_is_only_spelt_or_granted_otherwise_is_delivered(changes: dict[str, Any]) -> None:
    service = ScriptedTokens([CreatedToken(replace(AS_ASKED, **changes), Secret("apiv1_hush"))])
    assert create(service, new=DATABASE_NEW, kind=DATABASE).token.id == "made"
    assert service.calls == ["create"]


def test_a_star_may_be_spelt_out_and_a_text_composed_in_another_way() -> None:
    new = NewToken("caf\u00e9", permitting("read *", "write a"))
    made = Token("made", "cafe\u0301", NOW, permissions=permitting("read a", "read b", "write a"))
    service = ScriptedTokens([CreatedToken(made, Secret("apiv1_hush"))])
    assert create(service, new=new, kind=DATABASE).token == made


def test_the_id_of_a_token_that_was_there_is_never_revoked() -> None:
    service = ScriptedTokens([created("old")])
    text = failure(service, observed=[token("old")])
    assert "answered with the id of a management token that was there before, old" in text
    assert not [call for call in service.calls if call.startswith("revoke")]


def test_in_a_thread_the_hold_of_the_whole_run_counts() -> None:
    """Signals do not arrive there: whoever holds them elsewhere tells of them."""
    hold = Hold(1.0)

    def be_interrupted() -> CreatedToken:
        hold.interrupted = True
        raise ConnectionFailedError("It was refused.", sent=False)

    service = ScriptedTokens([be_interrupted])
    assert failure(service, retries=3, task=Run({}, hold=hold)) == "It was refused."
    assert service.calls == ["create"]
