# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a database or a table divides its data: given once, at its creation, and never changed.

Source of the rules: https://docs.influxdata.com/influxdb3/cloud-dedicated/admin/custom-partitions/partition-templates/,
and the schema ClusterDatabasePartitionTemplate of the published API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ansible_collections.influxdb3.management.plugins.module_utils._answers import Fields
from ansible_collections.influxdb3.management.plugins.module_utils._errors import InputError

TIME, TAG, BUCKET = "time", "tag", "bucket"

# As a module takes it; what a value may be depends on the type.
PARTITION_TEMPLATE_OPTION: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "options": {
        "type": {"type": "str", "required": True, "choices": [TIME, TAG, BUCKET]},
        "value": {"type": "raw", "required": True},
    },
}

_OPTION = "partition_template"
_TIME_FORMATS = ("%Y-%m-%d", "%Y-%m", "%Y")
_MOST_TAGS = 7
_MOST_BUCKETS = 100_000
# The published schema allows more than the manual does.
_USUAL_BUCKETS = 1_000
_RESERVED = "|!^#%"
_NOT_ENCODED = re.compile(r"[|!^#]|%(?![0-9A-Fa-f]{2})|[^\x20-\x7e]")
_BUCKET_KEYS = {"tag_name", "number_of_buckets"}


@dataclass(frozen=True)
class Part:
    """One part: ``value`` is a format of time, or the name of a tag. Only a bucket has a number of ``buckets``."""

    type: str
    value: str
    buckets: int | None = None


Template = tuple[Part, ...]

# What the service does where no template is given.
DEFAULT_TEMPLATE: Template = (Part(TIME, "%Y-%m-%d"),)


def read_template(entries: Sequence[Mapping[str, Any]] | None) -> Template | None:
    """The template in the option ``partition_template``, checked by every rule, or None where it is not given.

    Raises ``InputError`` naming the entry: what is wrong with it could not be repaired after a creation.
    """
    if entries is None:
        return None
    template = tuple(_read_part(number, entry) for number, entry in enumerate(entries, start=1))
    times = sum(part.type == TIME for part in template)
    if times != 1:
        raise InputError(f"{_OPTION} has {times} parts of the type time. Give exactly one.")
    if len(template) - times > _MOST_TAGS:
        raise InputError(
            f"{_OPTION} has {len(template) - times} parts of the types tag and bucket. {_MOST_TAGS} are the most."
        )
    tags = [part.value for part in template if part.type != TIME]
    twice = next((tag for number, tag in enumerate(tags) if tag in tags[:number]), None)
    if twice is not None:
        raise InputError(f"{_OPTION} names the tag {twice!r} twice. Name each tag once, as a tag or as a bucket.")
    return template


def template_warnings(template: Template | None) -> list[str]:
    """What is allowed, and yet perhaps not meant."""
    return [
        f"{_OPTION} has {part.buckets} buckets of the tag {part.value!r}: the manual says {_USUAL_BUCKETS} are the "
        "most, and the published API allows more."
        for part in template or ()
        if part.buckets is not None and part.buckets > _USUAL_BUCKETS
    ]


def template_as_options(template: Template) -> list[dict[str, Any]]:
    """A template as tasks write it and return it."""
    return [{"type": part.type, "value": _value(part, "tag_name", "number_of_buckets")} for part in template]


def template_as_body(template: Template) -> list[dict[str, Any]]:
    """A template as the API takes it."""
    return [{"type": part.type, "value": _value(part, "tagName", "numberOfBuckets")} for part in template]


def read_answered_template(answer: Fields) -> Template | None:
    """The ``partitionTemplate`` of an answer, or None where there is none. Raises ``UnexpectedAnswerError``."""
    if not answer.has("partitionTemplate"):
        return None
    return tuple(map(_read_answered_part, answer.items("partitionTemplate")))


def _read_answered_part(answer: Fields) -> Part:
    kind = answer.text("type")
    if kind != BUCKET:
        return Part(kind, answer.text("value"))
    bucket = answer.inner("value")
    return Part(kind, bucket.text("tagName"), bucket.integer("numberOfBuckets"))


def _value(part: Part, tag_name: str, number_of_buckets: str) -> Any:
    return part.value if part.buckets is None else {tag_name: part.value, number_of_buckets: part.buckets}


def _read_part(number: int, entry: Mapping[str, Any]) -> Part:
    place, kind, value = f"{_OPTION} (entry {number})", entry["type"], entry["value"]
    if kind == BUCKET:
        if not isinstance(value, Mapping) or set(value) != _BUCKET_KEYS:
            raise InputError(f"{place} is a bucket: its value has tag_name and number_of_buckets, and nothing else.")
        return Part(kind, _read_tag(place, value["tag_name"]), _read_buckets(place, value["number_of_buckets"]))
    if kind == TAG:
        return Part(kind, _read_tag(place, value))
    if value not in _TIME_FORMATS:
        raise InputError(f"{place} is of the type time: its value is one of {', '.join(_TIME_FORMATS)}.")
    return Part(kind, value)


def _read_tag(place: str, tag: Any) -> str:
    if not isinstance(tag, str) or not tag.strip():
        raise InputError(f"{place} needs the name of a tag: a text that is not empty.")
    if tag == "time":
        raise InputError(f"{place} names the tag time, which is no tag. Use a part of the type time.")
    encoded = _NOT_ENCODED.sub(lambda found: quote(found[0], safe=""), tag)
    if encoded != tag:
        raise InputError(
            f"{place} names a tag with one of {' '.join(_RESERVED)} or a character beyond ASCII, which must be "
            f"percent-encoded: {encoded}."
        )
    return tag


def _read_buckets(place: str, buckets: Any) -> int:
    digits = isinstance(buckets, str) and buckets.isascii() and buckets.isdigit() and len(buckets) < 10
    number = int(buckets) if digits else buckets
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= _MOST_BUCKETS:
        raise InputError(f"{place} needs a whole number_of_buckets from 1 to {_MOST_BUCKETS}.")
    return number
