from __future__ import annotations

from typing import Any

from glasswork.executor.v1 import executor_pb2 as pb
from glasswork.graph.v1 import graph_pb2
from glasswork_gateway.measured import Measured
from glasswork_sdk.document import Document


def document(**codes: str) -> Document:
    dense: dict[str, Any] = {"type": "core.dense", "settings": {"units": 1}, "position": [0, 0]}
    components = {
        name: {**dense, **({"code": {"text": code, "base": ""}} if code else {})} for name, code in codes.items()
    }
    return Document.parse({"format": 1, "dataset": None, "components": components, "connections": [], "plugins": {}})


def preview(name: str, state: Any = pb.PREVIEW_STATE_OK, mean: float = 0.5) -> pb.ComponentPreview:
    spec = graph_pb2.TensorSpec(shape=[3], dtype="float32")
    output = pb.PreviewOutput(port="output", spec=spec)
    output.statistics.mean = mean
    return pb.ComponentPreview(component=name, state=state, outputs=[output])


def test_figures_are_told_of_the_components_that_there_are() -> None:
    measured = Measured()
    measured.take(preview("a"))
    measured.take(preview("gone"))
    found = measured.values(document(a="", b=""))
    assert list(found) == ["a"]
    assert found["a"].outputs["output"].mean == 0.5


def test_a_component_that_fails_loses_its_figures_and_keeps_its_shape() -> None:
    measured = Measured()
    measured.take(preview("a"))
    measured.take(preview("a", pb.PREVIEW_STATE_ERROR))
    own = document(a="class A(keras.Layer): pass")
    assert measured.values(own) == {}
    assert list(measured.specs(own)["a.output"].shape) == [3]


def test_only_custom_code_is_judged_by_its_measured_shape() -> None:
    measured = Measured()
    for name in ("plain", "own"):
        measured.take(preview(name))
    assert list(measured.specs(document(plain="", own="class A(keras.Layer): pass"))) == ["own.output"]


def test_new_gradients_make_a_new_object_where_they_differ_and_nowhere_else() -> None:
    measured, own = Measured(), document(a="", b="")
    for name in ("a", "b"):
        measured.take(preview(name))
    before = measured.values(own)
    message = pb.Gradients()
    message.components["a"].weights["kernel"].std = 0.25
    measured.take_gradients(message)
    after = measured.values(own)
    assert after["a"].gradients["kernel"].std == 0.25
    assert after["a"] is not before["a"]
    assert after["b"] is before["b"]
