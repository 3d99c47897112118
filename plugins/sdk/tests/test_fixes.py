from __future__ import annotations

from typing import Any

import jsonpatch
import pytest
from glasswork_sdk.document import Document
from glasswork_sdk.fixes import Fixes, pointer
from glasswork_sdk.patch import NO_PATCH, Patch


@pytest.fixture
def graph() -> dict[str, Any]:
    dense = {"type": "core.dense", "settings": {}, "suggested": {}}
    return {
        "format": 1,
        "dataset": None,
        "components": {
            "a": {**dense, "position": [0, 0]},
            "b": {**dense, "settings": {"units": 4, "rate": 1}, "suggested": {"units": 9}, "position": [100, 50]},
            "c": {**dense, "position": [200, 0]},
            "d": {**dense},
        },
        "connections": [
            {"from": "a.output", "to": "b.input"},
            {"from": "b.output", "to": "c.input"},
            {"from": "a.output", "to": "c.input_2"},
            {"from": "d.output", "to": "c.input_3"},
        ],
    }


@pytest.fixture
def fixes(graph: dict[str, Any]) -> Fixes:
    return Fixes(Document.parse(graph))


def patched(graph: dict[str, Any], patch: Patch) -> dict[str, Any]:
    assert patch != NO_PATCH
    found: dict[str, Any] = jsonpatch.apply_patch(graph, [dict(operation) for operation in patch])
    Document.parse(found)
    return found


def wires(graph: dict[str, Any]) -> list[str]:
    return [f"{wire['from']} {wire['to']}" for wire in graph["connections"]]


def test_setting_is_assigned_taken_back_and_forgotten(graph: dict[str, Any], fixes: Fixes) -> None:
    assert patched(graph, fixes.assign("a", units=3))["components"]["a"]["settings"] == {"units": 3}
    assert patched(graph, fixes.assign("b", units=3))["components"]["b"]["settings"] == {"units": 3, "rate": 1}
    unset = patched(graph, fixes.unset("b", "units", "nothing"))["components"]["b"]
    assert (unset["settings"], unset["suggested"]) == ({"rate": 1}, {"units": 9})
    assert patched(graph, fixes.forget("b", "units"))["components"]["b"]["suggested"] == {}


def test_retyped_component_keeps_nothing_of_the_old_type(graph: dict[str, Any], fixes: Fixes) -> None:
    found = patched(graph, fixes.retype("b", "core.dropout", {"rate": 0.5}))["components"]["b"]
    assert (found["type"], found["settings"], "suggested" in found) == ("core.dropout", {"rate": 0.5}, False)


def test_component_is_inserted_between_the_two(graph: dict[str, Any], fixes: Fixes) -> None:
    found = patched(graph, fixes.insert("b.input", "core.flatten", {}))
    assert found["components"]["flatten1"]["position"] == [50, 25]
    assert "suggested" not in found["components"]["flatten1"]
    assert {"a.output flatten1.input", "flatten1.output b.input"} <= set(wires(found))
    assert "a.output b.input" not in wires(found)


def test_chains_get_ids_of_their_own_and_no_position_where_an_end_has_none(graph: dict[str, Any], fixes: Fixes) -> None:
    chain: list[Any] = [("core.flatten", {}, {}), ("core.flatten", {}, {"axis": 1})]
    found = patched(graph, fixes.insert_chains(["b.input", "c.input_3"], chain))
    assert [name for name in found["components"] if name.startswith("flatten")] == [f"flatten{n}" for n in (1, 2, 3, 4)]
    assert "position" not in found["components"]["flatten4"]
    assert found["components"]["flatten2"]["suggested"] == {"axis": 1}
    assert {"d.output flatten3.input", "flatten3.output flatten4.input", "flatten4.output c.input_3"} <= set(
        wires(found)
    )


def test_input_without_exactly_one_connection_takes_no_component(graph: dict[str, Any], fixes: Fixes) -> None:
    assert fixes.insert("a.input", "core.flatten", {}) == NO_PATCH
    graph["connections"].append({"from": "d.output", "to": "b.input"})
    assert Fixes(Document.parse(graph)).insert("b.input", "core.flatten", {}) == NO_PATCH
    assert fixes.insert_chains(["b.input", "a.input"], [("core.flatten", {}, {})]) == NO_PATCH


def test_patch_of_a_document_that_was_changed_meanwhile_changes_nothing(graph: dict[str, Any], fixes: Fixes) -> None:
    del graph["connections"][0]
    with pytest.raises(jsonpatch.JsonPatchTestFailed):
        patched(graph, fixes.insert("c.input", "core.flatten", {}))


def test_removed_components_take_their_connections_along(graph: dict[str, Any], fixes: Fixes) -> None:
    found = patched(graph, fixes.remove(["b", "d"]))
    assert set(found["components"]) == {"a", "c"}
    assert wires(found) == ["a.output c.input_2"]


def test_bypassed_component_leaves_a_connection(graph: dict[str, Any], fixes: Fixes) -> None:
    assert wires(patched(graph, fixes.bypass("b")))[0] == "a.output c.input"
    assert fixes.bypass("c") == fixes.bypass("a") == NO_PATCH  # three inputs, and none


def test_replaced_component_feeds_from_the_other(graph: dict[str, Any], fixes: Fixes) -> None:
    found = patched(graph, fixes.replace_by("b", "d"))
    assert wires(found) == ["d.output c.input", "a.output c.input_2", "d.output c.input_3"]
    assert "b" not in found["components"]


def test_last_repeated_input_takes_the_place_of_the_removed_one(graph: dict[str, Any], fixes: Fixes) -> None:
    found = patched(graph, fixes.remove_input(["b"], "c.input", "c.input_3"))
    assert wires(found) == ["a.output c.input_2", "d.output c.input"]
    assert wires(patched(graph, fixes.remove_input(["d"], "c.input_3", "c.input_3"))) == wires(graph)[:3]
    assert fixes.remove_input([], "c.input_9", "c.input_3") == NO_PATCH


def test_connections_are_rewired_and_removed_by_their_inputs(graph: dict[str, Any], fixes: Fixes) -> None:
    assert wires(patched(graph, fixes.rewire({"c.input": "d.output"})))[1] == "d.output c.input"
    assert wires(patched(graph, fixes.disconnect("c.input", "c.nothing"))) == [*wires(graph)[:1], *wires(graph)[2:]]
    assert wires(patched(graph, fixes.disconnect_at([0, 3, 0]))) == wires(graph)[1:3]


def test_component_whose_layer_is_shared_stays(graph: dict[str, Any]) -> None:
    graph["components"]["e"] = {"type": "core.dense", "shares": "b"}
    fixes = Fixes(Document.parse(graph))
    assert fixes.remove(["b"]) == fixes.bypass("b") == fixes.replace_by("b", "d") == NO_PATCH
    assert fixes.remove_input(["b"], "c.input", "c.input_3") == NO_PATCH
    assert set(patched(graph, fixes.remove(["b", "e"]))["components"]) == {"a", "c", "d"}


def test_name_becomes_a_part_of_a_pointer() -> None:
    assert pointer("a/b~c") == "a~1b~0c"
