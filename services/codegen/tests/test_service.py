from __future__ import annotations

from typing import Any

import pytest
from glasswork.codegen.v1 import codegen_pb2 as pb
from glasswork_sdk.errors import UnsupportedFormat
from glasswork_servicekit.graphs import graph_from_message, graph_to_message


async def test_component_types_carry_their_schema(codegen: Any) -> None:
    answer = await codegen.ListComponentTypes(pb.ListComponentTypesRequest())
    dense = next(item for item in answer.component_types if item.type == "core.dense")
    assert dense.settings_schema["properties"]["units"]["minimum"] == 1
    assert [port.name for port in dense.inputs] == ["input"]


async def test_pages_hold_every_component_type_once(codegen: Any) -> None:
    seen: list[str] = []
    token = ""
    while True:
        answer = await codegen.ListComponentTypes(pb.ListComponentTypesRequest(page_size=5, page_token=token))
        seen += [item.type for item in answer.component_types]
        token = answer.next_page_token
        if not token:
            break
    assert len(seen) == len(set(seen)) > 10


async def test_graph_with_errors_has_findings_and_no_program(codegen: Any, digits: dict[str, Any]) -> None:
    digits["components"]["conv1"]["settings"]["filters"] = 0
    answer = await codegen.GenerateCode(pb.GenerateCodeRequest(graph=graph_to_message(digits)))
    assert not answer.HasField("program")
    assert {(item.component, item.setting) for item in answer.diagnostics} >= {("conv1", "filters")}


async def test_partial_program_has_what_can_be_written(codegen: Any, digits: dict[str, Any]) -> None:
    digits["components"]["conv1"]["settings"]["filters"] = 0
    answer = await codegen.GenerateCode(pb.GenerateCodeRequest(graph=graph_to_message(digits), partial=True))
    assert "conv1" not in {item.id for item in answer.program.components}
    assert "flatten1" in {item.id for item in answer.program.components}


async def test_newer_document_is_the_same_error_at_the_client(codegen: Any, digits: dict[str, Any]) -> None:
    message = graph_to_message({**digits, "format": 1})
    message.format = 9
    with pytest.raises(UnsupportedFormat, match="format 9"):
        await codegen.CheckGraph(pb.CheckGraphRequest(graph=message))


async def test_suggested_settings_come_back_in_the_document(codegen: Any, digits: dict[str, Any]) -> None:
    request = pb.SuggestSettingsRequest(graph=graph_to_message(digits))
    request.profile.rows = 1797
    answer = await codegen.SuggestSettings(request)
    assert graph_from_message(answer.graph)["components"]["train"]["suggested"]["early_stopping"] is True
    assert any("Training ends by itself" in item.text for item in answer.explanation)


async def test_check_tells_what_the_rules_find(codegen: Any, digits: dict[str, Any]) -> None:
    digits["components"]["dense1"]["settings"]["activation"] = "relu"
    digits["components"]["image"]["settings"].update(size=[8, 8], channels=1)
    digits["plugins"] = {"core": "0.0.1"}
    answer = await codegen.CheckGraph(pb.CheckGraphRequest(graph=graph_to_message(digits)))
    found = {item.code: item for item in answer.diagnostics}
    assert found.keys() >= {"output-not-probabilities", "plugin-version"}
    assert found["output-not-probabilities"].fix[0].path == "/components/dense1/settings/activation"


async def test_measured_values_are_judged(codegen: Any, digits: dict[str, Any]) -> None:
    request = pb.CheckValuesRequest(graph=graph_to_message(digits))
    request.values["conv1"].outputs["output"].CopyFrom(pb.ValueStatistics(size=64, max=1, std=1, nan_count=3))
    answer = await codegen.CheckValues(request)
    assert [(item.code, item.component) for item in answer.diagnostics] == [("nan-values", "conv1")]


async def test_rules_are_listed_with_their_reasons(codegen: Any) -> None:
    first = await codegen.ListRules(pb.ListRulesRequest())
    rest = await codegen.ListRules(pb.ListRulesRequest(page_token=first.next_page_token, page_size=1_000))
    assert len(first.rules) == 50
    rules = {item.code: item for item in (*first.rules, *rest.rules)}
    assert len(rules) > 100
    assert rest.next_page_token == ""
    assert rules["softmax-twice"].why.startswith("Softmax of probabilities")
