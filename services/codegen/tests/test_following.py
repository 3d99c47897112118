"""Code of a graph whose untouched settings follow in the same call."""

from __future__ import annotations

from typing import Any

from glasswork.codegen.v1 import codegen_pb2 as pb
from glasswork_codegen.messages import changed_suggestions, document_of
from glasswork_codegen.service import CodegenService
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
