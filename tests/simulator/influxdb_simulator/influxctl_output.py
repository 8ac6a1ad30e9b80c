# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What influxctl prints, in each of its dialects. Pure functions of what is shown and the variations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from . import rfc3339
from .behaviour import NEIGHBOURS, ZERO_TIME, Behaviour
from .model import Database, DatabaseToken, ManagementToken, Table
from .variations import Variations

DOCUMENTED = Behaviour()
# When the neighbours were made, whose time means nothing.
FIRST_OF_ALL = datetime(2024, 1, 1, tzinfo=timezone.utc)
NEVER = datetime(1970, 1, 1, tzinfo=timezone.utc)
COPY_HINT = "Please copy the token now, it will not be shown again.\n"
TOOLKIT_NOISE = 'Gtk-Message: 09:30:00.000: Failed to load module "canberra-gtk-module"\n'


def noise(variations: Variations, hint: str = "") -> str:
    """Return what goes to stderr although nothing is wrong."""
    if variations.influxctl_noise == "silent":
        return ""
    return (TOOLKIT_NOISE if variations.influxctl_noise == "toolkit" else "") + hint


def created(token: ManagementToken, account_id: str, output_format: str, variations: Variations) -> str:
    """Return the answer to ``management create``; only the newest dialect knows JSON there."""
    if variations.dialect == "plain":
        return f"{token.secret}\n"
    if variations.dialect == "json" and output_format == "json":
        return _as_json(_created_shape(token, account_id, variations))
    rows = [
        ("ID", token.id),
        ("DESCRIPTION", token.description),
        ("EXPIRES AT", _table_time(token.expires_at)),
        ("REVOKED AT", _table_time(token.revoked_at)),
    ]
    return f"{_table(rows)}\n{token.secret}\n"


def _created_shape(token: ManagementToken, account_id: str, variations: Variations) -> Any:
    # Unpublished. What is known is only that the secret is in there somewhere.
    metadata = management_token(token, account_id, variations)
    shapes: dict[str, Any] = {
        "flat": {**metadata, "token": token.secret},
        "nested": {"management_token": {**metadata, "access_token": token.secret}},
        "list": [{"managementToken": {"id": token.id, "secret": token.secret}}],
        "secret_only": {"token": token.secret},
        "token_object": {"token": metadata, "accessToken": token.secret},
    }
    return shapes[variations.create_shape]


def management_tokens(
    tokens: Sequence[ManagementToken],
    account_id: str,
    output_format: str,
    variations: Variations,
    behaviour: Behaviour = DOCUMENTED,
) -> str:
    """Return the answer to ``management list``, revoked tokens included."""
    if output_format == "json":
        entries = [management_token(token, account_id, variations, behaviour) for token in tokens]
        return _as_json([*entries, *_neighbours(account_id, variations, behaviour)])
    header = ("ID", "DESCRIPTION", "PREFIX", "CREATED AT", "EXPIRES AT", "REVOKED AT")
    rows = [
        (
            behaviour.show_id(token.id),
            token.description,
            token.prefix,
            _table_time(token.created_at),
            _table_time(token.expires_at),
            _table_time(token.revoked_at),
        )
        for token in tokens
    ]
    return _table(rows, header)


def management_token(
    token: ManagementToken, account_id: str, variations: Variations, behaviour: Behaviour = DOCUMENTED
) -> dict[str, Any]:
    """Return one entry of ``management list --format json``."""
    entry: dict[str, Any] = {
        "id": behaviour.show_id(token.id),
        "account_id": account_id,
        "token_prefix": token.prefix,
        "created_at": _time(token.created_at, variations),
        "description": token.description,
        "created_by": token.created_by,
    }
    for name, moment in (("expires_at", token.expires_at), ("revoked_at", token.revoked_at)):
        if moment is None and behaviour.never == "zero_time":
            entry[name] = _zero_time(variations)
        elif moment is not None or variations.influxctl_never != "missing":
            entry[name] = _time(moment, variations)
    if variations.extra_fields:
        entry["a_future_field"] = {"nested": [1, None]}
    return entry


def _neighbours(account_id: str, variations: Variations, behaviour: Behaviour) -> list[dict[str, Any]]:
    """Tokens of somebody else that are listed in an odd way, where there are any."""
    if behaviour.neighbours != "odd":
        return []
    usual = {
        "account_id": account_id,
        "token_prefix": "M.V1.aaaa",
        "created_at": _time(FIRST_OF_ALL, variations),
        "description": "a neighbour",
    }
    without_description, without_time, without_prefix = ({**usual, "id": behaviour.show_id(one)} for one in NEIGHBOURS)
    del without_description["description"], without_time["created_at"]
    return [without_description, without_time, {**without_prefix, "token_prefix": None}]


def clusters(account_id: str, cluster_id: str, url: str, created_at: datetime, output_format: str) -> str:
    """Return the answer to ``cluster list``."""
    if output_format == "json":
        cluster = {
            "account_id": account_id,
            "cluster_id": cluster_id,
            "name": "simulated",
            "url": url,
            "state": "ready",
            "created_at": _seconds_and_nanos(created_at),
            "category": 1,
        }
        return _as_json([cluster])
    return _table([(cluster_id, "simulated", url, "ready")], ("CLUSTER ID", "NAME", "URL", "STATE"))


def users(user_id: str, account_id: str, created_at: datetime, output_format: str, variations: Variations) -> str:
    """Return the answer to ``user list``. Its JSON is published nowhere."""
    email, first, last = "administrator@example.com", "Ada", "Administrator"
    if output_format != "json":
        return _table([(user_id, email, first, last)], ("ID", "EMAIL", "FIRST NAME", "LAST NAME"))
    user: dict[str, Any] = {
        "id": user_id,
        "account_id": account_id,
        "email": email,
        "first_name": first,
        "last_name": last,
        "role": "admin",
        "state": "active",
        "created_at": _time(created_at, variations),
    }
    if variations.user_shape == "few_keys":
        user = {"id": user_id, "email": email, "role": 1}
    if variations.user_shape == "capitals":
        user = {"id": user_id, "email": email, "firstName": first, "lastName": last}
    return _as_json({"users": [user]} if variations.user_shape == "wrapped" else [user])


def database_tokens(
    tokens: Sequence[DatabaseToken], account_id: str, cluster_id: str, output_format: str, variations: Variations
) -> str:
    """Return the answer to ``token list``."""
    if output_format != "json":
        return _table([(token.id, token.description) for token in tokens], ("ID", "DESCRIPTION"))
    entries = [
        {
            "id": token.id,
            "account_id": account_id,
            "cluster_id": cluster_id,
            "description": token.description,
            "permissions": token.permissions,
            "created_at": _time(token.created_at, variations),
        }
        for token in tokens
    ]
    return _as_json(entries)


def databases(databases: Sequence[Database], account_id: str, cluster_id: str, output_format: str) -> str:
    """Return the answer to ``database list``; its JSON is not published."""
    if output_format != "json":
        return _table([(database.name,) for database in databases], ("DATABASE NAME",))
    entries = [
        {
            "id": database.id,
            "account_id": account_id,
            "cluster_id": cluster_id,
            "name": database.name,
            "max_tables": database.max_tables,
            "max_columns_per_table": database.max_columns_per_table,
            "retention_period": database.retention_period,
        }
        for database in databases
    ]
    return _as_json(entries)


def tables(tables: Sequence[Table], database: str, output_format: str) -> str:
    """Return the answer to ``table list``; its JSON is not published."""
    if output_format != "json":
        return _table([(table.name,) for table in tables], ("TABLE NAME",))
    return _as_json([{"id": table.id, "database_name": database, "name": table.name} for table in tables])


def program(variations: Variations) -> dict[str, Any]:
    """What a program knows without asking the service: its version, and whether create knows --format."""
    knows_format = variations.dialect != "plain" or variations.plain_create_format == "ignored"
    return {"version": version(variations), "create_knows_format": knows_format}


def version(variations: Variations) -> str:
    """Return the answer to ``version``."""
    number = {"plain": "2.10.1", "table": "2.11.0", "json": "2.12.1"}[variations.dialect]
    notations = {
        "words": f"influxctl version {number} linux/amd64\n",
        "prefixed": f"influxctl v{number} (linux amd64)\n",
        "number_only": f"{number}\n",
    }
    return notations[variations.version_notation]


def _time(moment: datetime | None, variations: Variations) -> Any:
    if moment is None:
        if variations.influxctl_never != "zero":
            return {"null": None, "empty": {}}.get(variations.influxctl_never)
        moment = NEVER
    if variations.influxctl_time == "rfc3339":
        return rfc3339.nanoseconds(moment)
    parts = _seconds_and_nanos(moment)
    if variations.influxctl_time == "no_nanos":
        return {"seconds": parts["seconds"]}
    if variations.influxctl_time == "numeric_text":
        return {name: str(number) for name, number in parts.items()}
    return parts


def _zero_time(variations: Variations) -> Any:
    if variations.influxctl_time == "rfc3339":
        return ZERO_TIME
    seconds = int(rfc3339.parse(ZERO_TIME).timestamp())
    return {"seconds": str(seconds) if variations.influxctl_time == "numeric_text" else seconds}


def _seconds_and_nanos(moment: datetime) -> dict[str, int]:
    return {"seconds": int(moment.replace(microsecond=0).timestamp()), "nanos": moment.microsecond * 1000}


def _table_time(moment: datetime | None) -> str:
    return rfc3339.seconds(moment or NEVER)


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _table(rows: Sequence[Sequence[str]], header: Sequence[str] | None = None) -> str:
    lines = [header, *rows] if header else list(rows)
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))] if lines else []
    rule = "+" + "+".join("-" * (width + 2) for width in widths) + "+"

    def cells(line: Sequence[str]) -> str:
        return "|" + "|".join(f" {cell:<{width}} " for cell, width in zip(line, widths, strict=True)) + "|"

    body = [cells(line) for line in rows]
    head = [rule, cells(header)] if header else []
    return "\n".join([*head, rule, *body, rule]) + "\n"
