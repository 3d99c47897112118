from __future__ import annotations

from glasswork.graph.v1 import graph_pb2
from glasswork_gateway.sockets.program import LiveProgram


def patch(
    *ids: str, code: str = "", prelude: str | None = None, order: list[str] | None = None
) -> graph_pb2.ProgramPatch:
    components = [graph_pb2.ComponentCode(id=name, code=code) for name in ids]
    made = graph_pb2.ProgramPatch(components=components, prelude=prelude)
    if order is not None:
        made.order.ids.extend(order)
    return made


FIRST = LiveProgram().after(patch("a", "b", "c", prelude="import keras", order=["a", "b", "c"]))


def test_a_patch_changes_what_it_names_and_shares_the_rest() -> None:
    second = FIRST.after(patch("b", code="new"))
    assert list(second.components) == ["a", "b", "c"]
    assert second.components["a"] is FIRST.components["a"]
    assert (second.components["b"].code, FIRST.components["b"].code) == ("new", "")
    assert second.prelude == "import keras"


def test_an_order_takes_out_what_it_leaves_out() -> None:
    second = FIRST.after(patch(order=["c", "a"]))
    assert list(second.components) == list(second.shapes) == ["c", "a"]


def test_one_who_knows_the_state_before_is_told_the_difference_alone() -> None:
    same, edited, shorter = FIRST.after(patch()), FIRST.after(patch("b", code="new")), FIRST.after(patch(order=["a"]))
    assert same.since(FIRST) == graph_pb2.ProgramPatch()
    told = edited.since(FIRST)
    assert ([item.id for item in told.components], told.HasField("order"), told.HasField("prelude")) == (
        ["b"],
        False,
        False,
    )
    assert list(shorter.since(FIRST).order.ids) == ["a"]
    assert LiveProgram(FIRST.components, "other", FIRST.shapes).since(FIRST).prelude == "other"


def test_one_who_knows_nothing_is_told_everything() -> None:
    told = FIRST.since(None)
    assert [item.id for item in told.components] == list(told.order.ids) == ["a", "b", "c"]
    assert told.prelude == "import keras"
    assert LiveProgram().after(told) == FIRST
