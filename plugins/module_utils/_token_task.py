# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of a token task, for both kinds of token: observe, plan, apply unless in check mode, report."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

from ansible_collections.influxdb3.management.plugins.module_utils._arguments import (
    read_desired,
    read_duration,
    read_evidence,
)
from ansible_collections.influxdb3.management.plugins.module_utils._creation import Creation
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError, ManagementError
from ansible_collections.influxdb3.management.plugins.module_utils._life_cycle import (
    Desired,
    Plan,
    granted_otherwise,
    longest_mark,
    plan_absent,
    plan_present,
)
from ansible_collections.influxdb3.management.plugins.module_utils._run import Run
from ansible_collections.influxdb3.management.plugins.module_utils._time import format_duration, format_rfc3339
from ansible_collections.influxdb3.management.plugins.module_utils._tokens import (
    CreatedToken,
    Kind,
    SecretStore,
    Token,
    TokenService,
    Update,
)

_TOLERATED_SKEW = timedelta(minutes=1)


def ensure_token(
    run: Run,
    kind: Kind,
    service: TokenService,
    own_prefix: str | None = None,
    update_token: Callable[[Update], Token] | None = None,
) -> dict[str, Any]:
    """Make one token as the task wants it, and return the result of the task.

    ``own_prefix`` is the prefix of the management token the service is asked with, which is never revoked.
    ``update_token`` changes a token in place, where tokens of this kind can be changed.
    """
    parameters = run.parameters
    desired = read_desired(parameters)
    store = run.store
    evidence = store.evidence() if store is not None else read_evidence(kind, parameters)

    observed = service.list_tokens()
    now = _now(run, service)
    if parameters["state"] == "absent":
        plan = plan_absent(kind, desired, evidence, observed, now, own_prefix)
        # One that holds nothing known stays.
        stale = store if evidence.token_id is not None else None
        return _remove(run, service, plan, now, stale)
    plan = plan_present(kind, desired, evidence, observed, now, own_prefix, _mark(desired))
    _judge_expiry(run, plan)
    run.warnings.extend(plan.warnings)
    created = _apply(run, kind, service, plan, observed, store, update_token)
    otherwise = granted_otherwise(kind, desired, created.token) if created is not None else None
    if otherwise is not None:
        # Not a failure, whatever on_expiry_mismatch says, as a secret that goes into the result would be lost.
        run.warnings.append(otherwise)
    # Where overlap is set, somebody may wait for them to be revoked, and with a file they never are.
    if plan.create is not None or (store is not None and desired.overlap is not None):
        _warn_of_unheld(run, kind, plan)
    return _report_present(kind, plan, now, created, store)


def list_tokens(run: Run, kind: Kind, service: TokenService) -> dict[str, Any]:
    """The result of an info task: the tokens that pass every filter, oldest first."""
    parameters = run.parameters
    within = read_duration(parameters, "expires_within")
    observed = service.list_tokens()
    now = _now(run, service)

    def wanted(token: Token) -> bool:
        return (
            token.status(now) in parameters["statuses"]
            and parameters["id"] in (None, token.id)
            and parameters["description"] in (None, token.description)
            and (within is None or (token.expires_at is not None and token.expires_at - now <= within))
        )

    tokens = sorted(filter(wanted, observed), key=lambda token: (token.created_at, token.id))
    return {"changed": False, kind.list_key: _metadata(tokens, now)}


def _now(run: Run, service: TokenService) -> datetime:
    """The service's time decides what has expired and what is due; this machine's only where there is no other."""
    local = local_time()
    try:
        now = service.server_time()
    except ManagementError as error:
        # The rest of the task may go by another way, that of influxctl.
        run.warnings.append(f"{error} This machine's clock decides what has expired.")
        return local
    if now is None:
        run.warnings.append("The service does not tell its time, so this machine's clock decides what has expired.")
        return local
    if abs(now - local) > _TOLERATED_SKEW:
        direction = "behind" if local < now else "ahead of"
        run.warnings.append(
            f"This machine's clock is {format_duration(now - local)} {direction} the service's. "
            "The service's time decides what has expired. Set this machine's clock if it is the one that is wrong."
        )
    return now


def local_time() -> datetime:
    """This machine's clock."""
    return datetime.now(timezone.utc)


def random_number(most: int) -> int:
    """A number from 0 on. From the system, as the workers of a play begin as copies of one process."""
    return secrets.randbelow(most + 1)


def _mark(desired: Desired) -> timedelta:
    """By how much the expiry of a token is earlier, so that hosts of one play ask for different ones."""
    return timedelta(seconds=random_number(longest_mark(desired.lifetime)) if desired.lifetime is not None else 0)


def _judge_expiry(run: Run, plan: Plan) -> None:
    if plan.expiry_mismatch is None:
        return
    if run.parameters["on_expiry_mismatch"] == "fail":
        raise InputError(plan.expiry_mismatch)
    run.warnings.append(plan.expiry_mismatch)


def _apply(
    run: Run,
    kind: Kind,
    service: TokenService,
    plan: Plan,
    observed: Sequence[Token],
    store: SecretStore | None,
    update_token: Callable[[Update], Token] | None,
) -> CreatedToken | None:
    if plan.create is not None and store is not None:
        if run.check_mode:
            store.check_writable()
        else:
            store.try_to_write()
    if run.check_mode:
        return None
    if store is not None and _mended(plan, store) is not None:
        store.mend()
    for update in plan.updates:
        if update_token is None:
            raise InputError(f"The {kind.noun} {update.token.id} cannot be changed; no {kind.noun} can.")
        update_token(update)
    created = None
    if plan.create is not None:
        created = Creation(run, kind, service, plan.create, observed).create(store, plan.replaced)
    for token in plan.revocations:
        service.revoke_token(token.id)
    return created


def _remove(run: Run, service: TokenService, plan: Plan, now: datetime, stale: SecretStore | None) -> dict[str, Any]:
    reason = plan.reason + ("; the secret file to remove" if stale else "")
    if stale is not None:
        stale.check_removable()
    if not run.check_mode:
        for token in plan.revocations:
            service.revoke_token(token.id)
        if stale is not None:
            stale.remove()
    before: dict[str, Any] = {"tokens": _states(plan.generations)}
    if stale is not None:
        before["secret_file"] = stale.path
    return {
        "changed": plan.changes or stale is not None,
        "reason": reason,
        "metadata": None,
        "predecessors": [],
        "unheld": [],
        "revoked": _metadata(plan.revocations, now),
        "diff": {"before": before, "after": {"tokens": []}},
    }


def _warn_of_unheld(run: Run, kind: Kind, plan: Plan) -> None:
    """The result of a creation is hidden from the screen, so what needs attention is said in a warning."""
    to_revoke = [token for token in plan.unheld if token.id in plan.revoke_at]
    to_keep = [token for token in plan.unheld if token.id not in plan.revoke_at]
    for tokens, advice in (
        (to_revoke, "Later runs revoke them."),
        (to_keep, "Revoke by id those that nobody else uses."),
    ):
        if tokens:
            run.warnings.append(
                f"Live {kind.noun}s with the description {tokens[0].description!r} that this consumer does not hold: "
                f"{', '.join(token.id for token in tokens)}. {advice}"
            )


def _report_present(
    kind: Kind, plan: Plan, now: datetime, created: CreatedToken | None, store: SecretStore | None
) -> dict[str, Any]:
    updated = {update.token.id: update.applied() for update in plan.updates}
    kept = [updated.get(token.id, token) for token in plan.generations if token not in plan.revocations]
    before: dict[str, Any] = {"tokens": _states(plan.generations)}
    after: dict[str, Any] = {"tokens": _states(kept)}
    metadata: dict[str, Any] | None = None
    if created is not None:
        metadata = created.token.metadata(now)
    elif plan.create is not None:
        metadata = plan.create.metadata()
    elif plan.current is not None:
        metadata = updated.get(plan.current.id, plan.current).metadata(now)
    if plan.create is not None and metadata is not None:
        after["tokens"].append(_state(metadata))
        if store is not None:
            after["secret_file"] = store.path
    mended = _mended(plan, store)
    if mended is not None and store is not None:
        before["secret_file"], after["secret_file"] = ({"path": store.path, **side} for side in mended)
    result: dict[str, Any] = {
        "changed": plan.changes or mended is not None,
        "reason": plan.reason + ("; owner, group or mode of the secret file" if mended is not None else ""),
        "metadata": metadata,
        "predecessors": _leftovers(plan, plan.predecessors, updated, now),
        "unheld": _leftovers(plan, plan.unheld, updated, now),
        "revoked": _metadata(plan.revocations, now),
        "diff": {"before": before, "after": after},
    }
    if created is not None and store is None:
        result["token"] = created.secret.reveal()
    return result


def _mended(plan: Plan, store: SecretStore | None) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What becomes of a file that stays; a new one is written as it should be."""
    return None if store is None or plan.create is not None else store.differences()


def _leftovers(
    plan: Plan, tokens: Sequence[Token], updated: Mapping[str, Token], now: datetime
) -> list[dict[str, Any]]:
    """Metadata of live tokens that are not the current one, with the time at which each will be revoked."""
    return [
        {
            **updated.get(token.id, token).metadata(now),
            "revoke_at": format_rfc3339(plan.revoke_at.get(token.id)),
        }
        for token in tokens
    ]


def _metadata(tokens: Sequence[Token], now: datetime) -> list[dict[str, Any]]:
    return [token.metadata(now) for token in tokens]


def _states(tokens: Sequence[Token]) -> list[dict[str, Any]]:
    return [_state(token.metadata(token.created_at)) for token in tokens]


def _state(metadata: dict[str, Any]) -> dict[str, Any]:
    """The part of a token's metadata that a diff is about; what only exists after the creation is said to be so."""
    keys = ("id", "description", "permissions", "expires_at")
    state = {key: metadata[key] for key in keys if key in metadata}
    return {**state, "id": state["id"] or "(known after creation)"}
