"""Mutated documents through check, code and preview: an answer every time, never a 500, never late.

GLASSWORK_MUTATIONS says how many documents; 2,000 by default, which takes about a minute.
"""

from __future__ import annotations

import copy
import os
import random
import time
from typing import Any

import httpx
import pytest

from tests.running import Glasswork

pytestmark = pytest.mark.services
COUNT = int(os.environ.get("GLASSWORK_MUTATIONS", "2000"))
SECONDS = 5.0
NASTY: tuple[Any, ...] = (
    None, True, -1, 0, 1, 2**53, 2**70, 1e308, 0.5, "", "../../etc/passwd", "{{ 1 }}", "x" * 5000, "\u0000", "é😀",
    [], [1, 2], [[[]]], {}, {"a": {"b": 1}}, "image.output", "core.dense", "train", "keras", "sha256:" + "0" * 64,
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of every value inside a document."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*path, key))
    return found


def mutated(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return a document with one to four random changes: values replaced, removed, doubled, swapped or renamed."""
    changed = copy.deepcopy(document)
    for _ in range(chance.randint(1, 4)):
        *parents, last = chance.choice(places(changed))
        holder = changed
        for key in parents:
            holder = holder[key]
        action = chance.choice(("replace", "replace", "remove", "borrow", "rename"))
        if action == "remove":
            del holder[last]
        elif action == "borrow":
            source: Any = changed
            for key in chance.choice(places(changed)):
                source = source[key]
            holder[last] = copy.deepcopy(source)
        elif action == "rename" and isinstance(holder, dict):
            holder[chance.choice(["", "class", "new", "A", "x" * 100, "digit2"])] = holder.pop(last)
        else:
            holder[last] = copy.deepcopy(chance.choice(NASTY))
    return changed


def test_every_mutated_document_gets_an_answer_in_time(glasswork: Glasswork) -> None:
    client = glasswork.client
    dataset = client.post("/datasets", {"example": "digits"})
    graph = client.post("/suggest", {"dataset": dataset["id"]})["graph"]
    graph["components"]["dropout1"]["code"] = {"text": "keras.layers.Dropout(0.5)", "base": ""}
    client.post("/preview", {"graph": graph})
    chance = random.Random(20)
    headers = {"Authorization": f"Bearer {glasswork.directory.token()}"}
    slowest, wrong = 0.0, []
    with httpx.Client(base_url=f"{client.url}/api/v1", headers=headers, timeout=60, trust_env=False) as http:
        for number in range(COUNT):
            document = mutated(graph, chance)
            for path in ("/check", "/code", "/preview"):
                begun = time.monotonic()
                answer = http.post(path, json={"graph": document})
                slowest = max(slowest, time.monotonic() - begun)
                if answer.status_code >= 500 or not answer.content:
                    wrong.append((number, path, answer.status_code, answer.text[:300]))
    print(f"{COUNT} documents, slowest answer {slowest:.2f} s")
    assert wrong == []
    assert slowest < SECONDS
    assert client.health()["status"] == "ok"
