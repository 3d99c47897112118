from __future__ import annotations

from typing import Any

import pytest
from glasswork_sdk.document import Document
from glasswork_sdk.errors import InvalidDocument
from glasswork_sdk.reader import Reader


def test_parts_that_are_the_same_are_not_read_again(digits: dict[str, Any]) -> None:
    reader = Reader()
    first = reader.read(digits)
    conv = {**digits["components"]["conv1"], "settings": {"filters": 8}}
    second = reader.read({**digits, "components": {**digits["components"], "conv1": conv}})
    assert second.components["dense1"] is first.components["dense1"]
    assert all(a is b for a, b in zip(second.connections, first.connections, strict=True))
    assert second.dataset is first.dataset
    assert second.components["conv1"].settings == {"filters": 8}


def test_what_is_read_is_what_the_whole_document_gives(digits: dict[str, Any]) -> None:
    reader = Reader()
    components = dict(digits["components"])
    states: list[dict[str, Any]] = [
        digits,
        {**digits, "dataset": None},
        {**digits, "components": {**components, "dense1": components["conv1"]}},
        {**digits, "connections": digits["connections"][:-1]},
        digits,
    ]
    assert [reader.read(state) for state in states] == [Document.parse(state) for state in states]


def test_bad_state_is_refused_and_forgotten(digits: dict[str, Any]) -> None:
    reader = Reader()
    first = reader.read(digits)
    with pytest.raises(InvalidDocument):
        reader.read({**digits, "components": []})
    assert reader.read(digits) == first
