# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What schemathesis is told of the published descriptions: where they are too loose, with the reason.

The simulator refuses with 400 some of what the schemas let pass. Each way of doing so is named here by what it says;
any other refusal of a request that is valid by the schemas is a failure. Loaded by schemathesis itself, see
random_requests.py.
"""

from __future__ import annotations

import re
from typing import Any

import schemathesis
from schemathesis.core.failures import Failure

# What the simulator says, and why the schemas are wrong to let it pass.
DEFECTS = {
    r"unknown field; known are .*": (
        "No schema of a body says additionalProperties: false, so that a misspelt field is valid. The simulator "
        "refuses it, as sending one would be a mistake of the client."
    ),
    r"(action|resource) (is required|must not be empty)": (
        "The schema of a permission requires neither action nor resource, nor that they are not empty."
    ),
    r"(tagName|numberOfBuckets|value|type) is required|partitionTemplate must hold parts of type tag, time or bucket": (
        "The schema of a part of a partition template requires neither type nor value, nor anything of a bucket."
    ),
    r"(name|databaseName) is not a valid database name": (
        "The schema of a database name is any text of 1 to 64 characters; the prose allows letters, digits and three "
        "signs, and reserves a leading underscore."
    ),
    r"\w+ must be an integer": "To a schema 3.0 is an integer; few readers of JSON take it for one.",
    r"the expiration lies in the past": "A schema cannot say what has passed.",
    r"the database has as many tables as it may have": "A schema does not know how many there are.",
    r"a (database|table) of this name exists": (
        "The description of an undeletion has no 409, though the prose says that it fails where the name is in use."
    ),
}


@schemathesis.check  # type: ignore[untyped-decorator]
def no_valid_request_is_refused(ctx: Any, response: Any, case: Any) -> None:
    """Raise a failure for 400 in answer to a request that is valid, unless the description is known to be too loose."""
    if response.status_code != 400 or case.meta is None or not case.meta.generation.mode.is_positive:
        return
    said = response.json()["message"]
    if not any(re.fullmatch(pattern, said) for pattern in DEFECTS):
        raise Failure(
            operation=case.operation.label,
            title="A request that the description allows is refused",
            message=f"The simulator says: {said}",
        )
