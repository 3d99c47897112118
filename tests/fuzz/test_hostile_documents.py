"""Mutated documents through check, code and preview: an answer every time, never a 500, never none at all."""

from __future__ import annotations

import copy
import random
from typing import Any

import httpx
import pytest

from tests.running import Glasswork
from tests.volume import MUTATIONS

pytestmark = [pytest.mark.services, pytest.mark.tensorflow, pytest.mark.fuzz]
# Whoever waits that long for an answer waits for ever: a preview that hangs is stopped after a sixth of it.
DEADLINE = 60.0
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


def test_every_mutated_document_gets_an_answer(glasswork: Glasswork) -> None:
    client = glasswork.client
    dataset = client.post("/datasets", {"example": "digits"})
    graph = client.post("/suggest", {"dataset": dataset["id"]})["graph"]
    graph["components"]["dropout1"]["code"] = {"text": "keras.layers.Dropout(0.5)", "base": ""}
    client.post("/preview", {"graph": graph})
    chance = random.Random(20)
    headers = {"Authorization": f"Bearer {glasswork.directory.token()}"}
    wrong, slowest = [], 0.0
    with httpx.Client(base_url=f"{client.url}/api/v1", headers=headers, timeout=DEADLINE, trust_env=False) as http:
        for number in range(MUTATIONS):
            document = mutated(graph, chance)
            for path in ("/check", "/code", "/preview"):
                answer = http.post(path, json={"graph": document})
                slowest = max(slowest, answer.elapsed.total_seconds())
                if answer.status_code >= 500 or not answer.content:
                    wrong.append((number, path, answer.status_code, answer.text[:300]))
    print(f"{MUTATIONS} documents, slowest answer {slowest:.2f} s")
    assert wrong == []
    assert client.health()["status"] == "ok"
