"""Code of a graph whose untouched settings follow: in one call, and along a stream of edits."""

from __future__ import annotations

from typing import Any

import pytest
from glasswork.codegen.v1 import codegen_pb2 as pb
from glasswork.graph.v1 import graph_pb2
from glasswork_codegen.messages import changed_suggestions, document_of
from glasswork_codegen.service import CodegenService
from glasswork_sdk.errors import InvalidDocument
from glasswork_servicekit.graphs import graph_to_message
from glasswork_servicekit.values import struct_to_dict


def test_only_components_whose_suggestions_differ_are_told(digits: dict[str, Any]) -> None:
    before = graph_to_message(digits)
    digits["components"]["dense1"]["suggested"] = {"units": 12}

    changed = changed_suggestions(before, document_of(graph_to_message(digits)), ["dense1", "conv1"])

    assert {name: struct_to_dict(item) for name, item in changed.items()} == {"dense1": {"units": 12}}


async def test_code_follows_and_says_what_has_changed(digits: dict[str, Any]) -> None:
    service = CodegenService()
    await service.start()
    graph = graph_to_message(digits)
    first = await service.GenerateCode(pb.GenerateCodeRequest(graph=graph, partial=True, suggest=True), None)  # type: ignore[arg-type]
    for name, struct in first.suggested.items():
        graph.components[name].suggested.CopyFrom(struct)
    again = await service.GenerateCode(pb.GenerateCodeRequest(graph=graph, partial=True, suggest=True), None)  # type: ignore[arg-type]

    assert {item.component for item in first.explanation} == set(first.suggested)
    assert (dict(again.suggested), list(again.explanation)) == ({}, [])
    assert again.program == first.program


def patch_of(graph: graph_pb2.Graph, *changed: str) -> graph_pb2.GraphPatch:
    """Return a patch that tells some components of a graph, or without any all of it."""
    if changed:
        return graph_pb2.GraphPatch(components={name: graph.components[name] for name in changed})
    return graph_pb2.GraphPatch(
        components=graph.components,
        connections=graph_pb2.ConnectionList(items=graph.connections),
        dataset=graph_pb2.DatasetSelection(reference=graph.dataset),
    )


async def test_a_stream_answers_with_what_has_changed(codegen: Any, digits: dict[str, Any]) -> None:
    graph = graph_to_message(digits)
    call = codegen.Follow()
    await call.write(pb.FollowRequest(graph=patch_of(graph)))
    first = await call.read()
    digits["components"]["conv1"]["settings"]["filters"] = 4
    graph = graph_to_message(digits)
    await call.write(pb.FollowRequest(graph=patch_of(graph, "conv1")))
    then = await call.read()
    call.cancel()

    whole = await codegen.GenerateCode(pb.GenerateCodeRequest(graph=graph, partial=True, suggest=True))
    assert [item.id for item in then.program.components] == ["conv1"]
    told = {item.id: item for item in (*first.program.components, *then.program.components)}
    assert [told[name] for name in first.program.order.ids] == list(whole.program.components)
    assert (then.program.HasField("order"), then.program.HasField("prelude")) == (False, False)
    assert list(then.diagnostics) == list(whole.diagnostics)


async def test_a_review_in_a_stream_finds_what_checks_find(codegen: Any, digits: dict[str, Any]) -> None:
    digits["components"]["conv1"]["settings"]["activation"] = "relu"
    graph = graph_to_message(digits)
    dead = pb.ComponentValues(outputs={"output": pb.ValueStatistics(size=64, zero_fraction=1.0)})
    call = codegen.Follow()
    await call.write(pb.FollowRequest(graph=patch_of(graph)))
    followed = await call.read()
    for name, suggested in followed.suggested.items():
        graph.components[name].suggested.CopyFrom(suggested)
    await call.write(pb.FollowRequest(review=True, values={"conv1": dead}))
    found = await call.read()
    await call.write(pb.FollowRequest(review=True, forgotten=["conv1"]))
    later = await call.read()
    call.cancel()

    static = await codegen.CheckGraph(pb.CheckGraphRequest(graph=graph))
    values = await codegen.CheckValues(pb.CheckValuesRequest(graph=graph, values={"conv1": dead}))
    assert "dead-activations" in {item.code for item in values.diagnostics}
    assert list(found.diagnostics) == [*static.diagnostics, *values.diagnostics]
    assert list(later.diagnostics) == list(static.diagnostics)


async def test_a_step_that_leaves_no_document_ends_the_stream(codegen: Any, digits: dict[str, Any]) -> None:
    graph = graph_to_message(digits)
    graph.components["conv1"].type = "no type"
    call = codegen.Follow()
    await call.write(pb.FollowRequest(graph=patch_of(graph)))

    with pytest.raises(InvalidDocument):
        await call.read()


async def test_a_review_gives_way_to_the_next_request_and_answers_keep_their_order(
    codegen: Any, digits: dict[str, Any]
) -> None:
    graph = graph_to_message(digits)
    call = codegen.Follow()
    for request in [pb.FollowRequest(graph=patch_of(graph)), *[pb.FollowRequest(review=True)] * 50, pb.FollowRequest()]:
        await call.write(request)
    answers = [await call.read() for _ in range(52)]
    call.cancel()

    assert answers[0].program.HasField("order")
    assert any(item.abandoned for item in answers[1:51])
    assert not any(item.abandoned and item.diagnostics for item in answers)
    assert not answers[51].abandoned
