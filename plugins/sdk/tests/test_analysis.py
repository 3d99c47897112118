from __future__ import annotations

import time
from typing import Any

import pytest
from glasswork_sdk.analysis import analyse
from glasswork_sdk.diagnostics import Diagnostic
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile
from glasswork_sdk.review import review


def errors(
    document: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile | None
) -> dict[tuple[str, str], Diagnostic]:
    found = analyse(Document.parse(document), catalogue, profile).diagnostics
    return {(item.component, item.code): item for item in found}


def test_sound_graph_has_no_findings(digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile) -> None:
    assert errors(digits, catalogue, profile) == {}


def test_everything_wrong_is_told_at_once(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    digits["components"]["conv1"]["settings"]["filters"] = 0
    digits["components"]["flatten1"]["type"] = "core.flaten"
    digits["components"]["dense1"]["settings"]["use_bias"] = "yes"
    digits["connections"][-1] = {"from": "digit.wrong", "to": "train.targets"}
    found = errors(digits, catalogue, profile)
    assert {("conv1", "bad-setting"), ("flatten1", "unknown-type"), ("dense1", "bad-setting")} <= found.keys()
    assert {("digit", "unknown-port"), ("train", "missing-connection")} <= found.keys()
    assert found["conv1", "bad-setting"].setting == "filters"


def test_cycle_is_named_on_each_of_its_members(digits: dict[str, Any], catalogue: Catalogue) -> None:
    digits["connections"][0] = {"from": "dense1.output", "to": "conv1.input"}
    found = errors(digits, catalogue, None)
    assert {component for component, code in found if code == "cycle"} == {"conv1", "flatten1", "dense1"}
    assert "'conv1' → 'flatten1' → 'dense1' → 'conv1'" in found["conv1", "cycle"].message


def test_what_is_wrong_in_a_large_document_is_told_soon(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    size = 3_000
    wires = digits["connections"]
    dense = {"type": "core.dense", "settings": {}}
    digits["components"] |= {f"n{n}": dense for n in range(size)}
    digits["components"] |= {f"b{n}": {**dense, "bypassed": True} for n in range(size)}
    digits["dataset"]["features"] |= {f"f{n}": {"type": "numerical"} for n in range(size)}
    digits["components"]["image"]["settings"]["feature"] = "imagine"
    wires += [{"from": f"n{n}.output", "to": f"n{(n + 1) % size}.input"} for n in range(size)]
    wires += [{"from": f"b{n}.output", "to": f"b{n + 1}.input"} for n in range(size - 1)]
    wires += [{"from": f"b{size - 1}.output", "to": f"dense1.ghost{n}"} for n in range(size)]
    wires += [{"from": "image.output", "to": f"nobody{n}.input"} for n in range(size)]
    wires += [{"from": "image.output", "to": "conv1.input"}] * size
    begun = time.process_time()
    analysis = review(analyse(Document.parse(digits), catalogue, profile), catalogue)

    # One look at each pair of two things would take minutes.
    assert time.process_time() - begun < 60  # of this process alone, whatever else runs
    assert sum(item.code == "doubled-connection" for item in analysis.diagnostics) == 1
    assert max(len(item.message) for item in analysis.diagnostics) < 1_000


def test_sizes_that_no_machine_can_hold_end_where_they_begin(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    last = "flatten1.output"
    for number in range(80):
        name = f"double{number}"
        digits["components"][name] = {"type": "core.merge", "settings": {"operation": "concatenate"}}
        digits["connections"] += [{"from": last, "to": f"{name}.{port}"} for port in ("input", "input_2")]
        last = f"{name}.output"
    analysis = analyse(Document.parse(digits), catalogue, profile)

    assert [item.code for item in analysis.diagnostics if item.code == "tensor-too-large"] == ["tensor-too-large"]
    sizes = [spec.size or 0 for node in analysis.nodes.values() for spec in node.outputs.values()]
    assert max(sizes) <= 2**32


def test_bypassed_components_that_feed_each_other_feed_nothing(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    digits["components"] |= {name: {"type": "core.dropout", "bypassed": True} for name in ("one", "two", "three")}
    digits["connections"] += [{"from": "one.output", "to": "two.input"}, {"from": "two.output", "to": "one.input"}]
    digits["connections"] += [{"from": "two.output", "to": "three.input"}]
    digits["connections"][1]["from"] = "three.output"

    assert ("flatten1", "missing-connection") in errors(digits, catalogue, profile)


def test_rank_mismatch_says_expected_received_and_what_to_do(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    digits["connections"][0]["from"] = "dense1.output"
    digits["connections"][2]["from"] = "image.output"
    digits["connections"][1]["from"] = "image.output"
    digits["connections"][2] = {"from": "flatten1.output", "to": "dense1.input"}
    message = errors(digits, catalogue, profile)["conv1", "shape-mismatch"].message
    assert message == (
        "Convolution 'conv1' expects an input of rank 4 (batch, height, width, channels), received rank 2 (None, 10). "
        "Insert a Reshape before it (from 'dense1')."
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"train": None}, "no-training-component"),
        ({"train2": {"type": "core.regression"}}, "several-training-components"),
        ({"spare": {"type": "core.custom"}}, "missing-connection"),
        ({"twin": {"type": "core.dense", "shares": "nobody"}}, "bad-share"),
        ({"image": {"type": "core.data", "settings": {"feature": "picture"}}}, "unknown-feature"),
    ],
)
def test_structural_error_is_found(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile, change: dict[str, Any], code: str
) -> None:
    digits["components"].update(change)
    digits["components"] = {name: item for name, item in digits["components"].items() if item}
    assert code in {found for _, found in errors(digits, catalogue, profile)}


def test_doubled_connection_is_found(digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile) -> None:
    digits["connections"].append({"from": "image.output", "to": "flatten1.input"})
    assert ("flatten1", "doubled-connection") in errors(digits, catalogue, profile)


def test_suggestions_follow_the_data_and_leave_what_the_user_set(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    del digits["components"]["dense1"]["suggested"]
    digits["components"]["train"]["settings"]["epochs"] = 3
    result = analyse(Document.parse(digits), catalogue, profile, suggest=True)
    components = result.document.components
    assert components["dense1"].suggested["units"] == 10
    assert components["image"].suggested == {"size": [8, 8], "channels": 1}
    assert "epochs" not in components["train"].suggested
    assert ("dense1", "'digit' has 10 classes, and each gets a probability.") in result.explanation


def test_weights_before_targets_are_refused(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    digits["components"]["encode"] = {"type": "core.one_hot"}
    digits["components"]["noisy"] = {"type": "core.dropout"}
    digits["connections"][-1:] = [
        {"from": "digit.output", "to": "encode.input"},
        {"from": "encode.output", "to": "noisy.input"},
        {"from": "noisy.output", "to": "train.targets"},
    ]
    assert ("noisy", "weights-before-targets") in errors(digits, catalogue, profile)


def test_a_bypassed_component_is_no_part_of_the_model_and_its_errors_do_not_count(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    digits["components"]["conv1"] |= {"bypassed": True, "settings": {"filters": 0}}
    analysis = analyse(Document.parse(digits), catalogue, profile)
    assert analysis.diagnostics == []
    assert "conv1" not in analysis.nodes
    assert "conv1" in analysis.document.components
    assert analysis.nodes["flatten1"].outputs["output"].shape == (None, 64)


def test_an_analysis_after_a_bypass_says_what_a_fresh_one_says(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    before = analyse(Document.parse(digits), catalogue, profile)
    digits["components"]["conv1"]["bypassed"] = True
    bypassed = analyse(Document.parse(digits), catalogue, profile, previous=before)
    assert bypassed.nodes.keys() == analyse(Document.parse(digits), catalogue, profile).nodes.keys()
    del digits["components"]["conv1"]["bypassed"]
    back = analyse(Document.parse(digits), catalogue, profile, previous=bypassed)
    specs = [{name: item.outputs for name, item in analysis.nodes.items()} for analysis in (before, back)]
    assert specs[0] == specs[1]
    assert back.diagnostics == before.diagnostics
