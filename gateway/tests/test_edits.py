"""Edits applied to documents that are never changed in place."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonpatch
import pytest
from glasswork_gateway.sockets.edits import Edit, apply_edit, read_edit, revision_of
from glasswork_sdk.errors import InvalidInput
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.volume import tenth

Json = dict[str, Any]
DOCUMENT: Json = {
    "components": {name: {"type": "core.dense", "settings": {"units": 1, "shape": [1, [2, 3]]}} for name in "abc"},
    "connections": [{"from": "a.output", "to": "b.input"}, {"from": "b.output", "to": "c.input"}],
    "a/b~c": {"1": [0]},
}
PATHS = (
    "", "/components", "/components/a", "/components/a/settings", "/components/a/settings/units", "/components/d",
    "/components/b/settings/shape/1", "/components/b/settings/shape/1/0", "/components/b/settings/shape/-",
    "/connections", "/connections/0", "/connections/1/to", "/connections/-", "/connections/7", "/connections/x",
    "/a~1b~0c/1/0", "/a~1b~0c/1", "/nowhere/at/all", "no pointer",
)  # fmt: skip
paths = st.sampled_from(PATHS)
values: st.SearchStrategy[Any] = st.sampled_from((None, 5, "text", [1, 2], {"units": 2}, {"x": {"y": []}}))
operations = st.one_of(
    st.fixed_dictionaries({"op": st.sampled_from(("add", "replace", "test")), "path": paths, "value": values}),
    st.fixed_dictionaries({"op": st.just("remove"), "path": paths}),
    st.fixed_dictionaries({"op": st.sampled_from(("move", "copy")), "from": paths, "path": paths}),
)


@settings(max_examples=tenth(1_500), deadline=None)
@given(st.lists(operations, min_size=1, max_size=6))
def test_an_edit_is_its_patch_and_leaves_the_document_before_as_it_was(patch: list[Json]) -> None:
    document = copy.deepcopy(DOCUMENT)
    try:
        expected = jsonpatch.apply_patch(DOCUMENT, copy.deepcopy(patch))
    except Exception:
        expected = None
    edit = Edit.model_validate({"patch": patch})
    if isinstance(expected, dict):
        assert json.dumps(apply_edit(document, edit)) == json.dumps(expected)
    else:
        with pytest.raises(InvalidInput):
            apply_edit(document, edit)
    assert document == DOCUMENT


def test_what_an_edit_does_not_touch_is_the_same_object() -> None:
    edit = Edit.model_validate({"patch": [{"op": "replace", "path": "/components/a/settings/units", "value": 2}]})
    changed = apply_edit(DOCUMENT, edit)

    assert changed["components"]["b"] is DOCUMENT["components"]["b"]
    assert changed["connections"] is DOCUMENT["connections"]
    assert changed["components"]["a"] is not DOCUMENT["components"]["a"]
    assert DOCUMENT["components"]["a"]["settings"]["units"] == 1


def test_a_patch_of_many_operations_copies_each_object_once() -> None:
    many = {**DOCUMENT, "components": {f"c{number}": {"settings": {}} for number in range(5_000)}}
    patch = [{"op": "add", "path": f"/components/c{number % 5_000}/settings/x", "value": 1} for number in range(10_000)]

    changed = apply_edit(many, Edit.model_validate({"patch": patch}))

    assert all(item["settings"] == {"x": 1} for item in changed["components"].values())
    assert all(item["settings"] == {} for item in many["components"].values())


def test_copies_of_copies_end_before_they_fill_the_memory() -> None:
    double = {"op": "copy", "from": "/notes", "path": "/notes/-"}
    patch = [{"op": "add", "path": "/notes", "value": [{}]}, *[double] * 40]
    with pytest.raises(InvalidInput, match="copies more than"):
        apply_edit(DOCUMENT, Edit.model_validate({"patch": patch}))
    changed = apply_edit(DOCUMENT, Edit.model_validate({"patch": patch[:10]}))
    assert len(changed["notes"]) == 10


@pytest.mark.parametrize(
    ("text", "revision"),
    [
        ('{"revision": 7, "sample": {"split": "nope"}}', 7),
        ('{"revision": "seven"}', 0),
        ('{"revision": -7}', 0),
        ("[7]", 0),
        ("no json", 0),
    ],
)
def test_a_message_that_is_no_edit_is_refused_by_its_number(text: str, revision: int) -> None:
    with pytest.raises(InvalidInput, match="The message is no edit"):
        read_edit(text)
    assert revision_of(text) == revision
