# Copyright: (c) 2026, influxdb3.management contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our descriptions say what InfluxData's say, in other words. Theirs are no part of this project."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.influxdb3.management.tests.contract.client_calls import understood
from ansible_collections.influxdb3.management.tests.contract.comparison import PROSE, differences, points, unexpected
from ansible_collections.influxdb3.management.tests.contract.simulator_walk import names_of_one_of_everything
from ansible_collections.influxdb3.management.tests.contract.specification import BASE, BY_ACCOUNT, FOLDER, read
from ansible_collections.influxdb3.management.tests.simulator.fixture import Simulator

VARIABLE = "INFLUXDB3_SPEC_DIRECTORY"
THEIRS = Path(os.environ.get(VARIABLE) or Path(__file__).resolve().parents[3] / "shared" / "spec")
FILES = {"dedicated": "cloud-dedicated-management-openapi.yml", "clustered": "clustered-management-openapi.yml"}

# What is missing where the variable leads is a failure.
if not os.environ.get(VARIABLE) and not all((THEIRS / name).is_file() for name in FILES.values()):
    pytest.skip(
        "InfluxData's own descriptions are no part of this project. To compare ours with them, get "
        f"{' and '.join(FILES.values())}, and run: {VARIABLE}=/their/folder make contract",
        allow_module_level=True,
    )

OURS = {product: points(read(f"{product}.yml"), {"shared.yml": read("shared.yml")}) for product in FILES}

# Every difference there is, and why.
KNOWN = {
    "dedicated": {
        f"{BY_ACCOUNT}/tokens/{{tokenId}} > PATCH > path parameter tokenId > required: only ours: true": (
            "A parameter of a path is always required; without that, theirs is no valid OpenAPI."
        ),
    },
    "clustered": {
        'servers: ours ["/api/v0"], theirs ["https://console.influxdata.com/api/v0"]': (
            "That is where Dedicated is; Clustered is on the operator's own host."
        ),
        **dict.fromkeys(
            (f"{path}: only ours: there" for path in read("clustered.yml")["paths"] if path.startswith(BY_ACCOUNT)),
            "InfluxData's own clients speak to Clustered by the paths of Dedicated.",
        ),
        **dict.fromkeys(
            (
                f"{' > '.join(point)}: only ours: there"
                for point in OURS["clustered"]
                if point[-1] in ("field accountId", "field clusterId") and not point[0].startswith(BY_ACCOUNT)
            ),
            "Asked by the paths of Dedicated, it may say these as Dedicated does; so it may here.",
        ),
    },
}


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    return {product: yaml.safe_load((THEIRS / name).read_text(encoding="utf-8")) for product, name in FILES.items()}


@pytest.mark.parametrize("product", FILES)
def test_ours_says_what_theirs_says(product: str, theirs: dict[str, Any]) -> None:
    lines = unexpected(differences(OURS[product], points(theirs[product])), KNOWN[product])
    assert not lines, "\n".join(["", *lines])


@pytest.mark.parametrize("product", FILES)
def test_ours_says_it_in_other_words(product: str, theirs: dict[str, Any]) -> None:
    ours = " ".join(path.read_text(encoding="utf-8").lower() for path in sorted(FOLDER.iterdir()))
    said = {sentence for text in texts(theirs[product], of_prose=False) for sentence in sentences(text)}
    assert len(said) > 50
    assert [sentence for sentence in sorted(said) if sentence in " ".join(ours.split())] == []


def texts(node: Any, of_prose: bool) -> Iterator[str]:
    """Yield every text that is meant for a reader, those in examples too."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from texts(value, of_prose or key in PROSE or key.startswith("x-"))
    elif isinstance(node, list):
        for item in node:
            yield from texts(item, of_prose)
    elif of_prose and isinstance(node, str):
        yield node


def sentences(text: str) -> Iterator[str]:
    """Yield what is longer than a few words, and what no one would write by chance, such as the ids of examples."""
    for sentence in re.split(r"\n|[.:] ", text.lower()):
        words = sentence.split()
        if len(words) > 3 or re.search("[0-9]{4}", sentence):
            yield " ".join(words)


def examples(content: dict[str, Any]) -> Iterator[Any]:
    """Yield every example of a body."""
    shown = content.get("application/json", {})
    yield from [shown["example"]] if "example" in shown else []
    for example in shown.get("examples", {}).values():
        yield example["value"]


def test_the_simulator_accepts_their_examples(theirs: dict[str, Any]) -> None:
    accepted = 0
    # When the expiries of the examples still lay in the future.
    with Simulator.start(http=True, standing_clock=datetime(2020, 1, 1, tzinfo=timezone.utc)) as simulator:
        for template, item in theirs["dedicated"]["paths"].items():
            for method, operation in item.items():
                for example in examples(operation.get("requestBody", {}).get("content", {})):
                    simulator.reset()
                    path = BASE + template.format(**names_of_one_of_everything(simulator))
                    reply = simulator.ask(method.upper(), path, example, simulator.management_token)
                    assert reply.status == 200, (method, template, example, reply.text)
                    accepted += 1
    assert accepted >= 10


@pytest.mark.parametrize(
    ("method", "template"), [("GET", "/tokens"), ("POST", "/tokens"), ("PATCH", "/tokens/{tokenId}")]
)
def test_the_client_understands_their_examples(theirs: dict[str, Any], method: str, template: str) -> None:
    operation = theirs["dedicated"]["paths"][BY_ACCOUNT + template][method.lower()]
    found = list(examples(operation["responses"]["200"]["content"]))
    assert found
    for example in found:
        tokens = understood(method, example)
        shown = example if isinstance(example, list) else [example]
        assert [(token.id, token.description, len(token.permissions or ())) for token in tokens] == [
            (one["id"], one["description"], len(one["permissions"])) for one in shown
        ]
