"""The variables of a component: shown by name, and given to custom code as X."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from glasswork.executor.v1 import executor_pb2 as pb

pytestmark = pytest.mark.tensorflow

OK, ERROR = pb.PREVIEW_STATE_OK, pb.PREVIEW_STATE_ERROR
LOOK = """class Look(keras.Layer):
    def call(self, x):
        doubled = x * 2.0
        noisy = doubled + tf.random.normal(tf.shape(x))
        parts = {"left": doubled[:, :2], "right": doubled[:, 2:]}
        return noisy
"""
REUSE = """class Reuse(keras.Layer):
    def call(self, x, X):
        back = tf.matmul(X["output"], X["kernel"], transpose_b=True)
        return back + 0.0 * x[:, :1]
"""


def reading(part: Any, name: str, code: str, inputs: tuple[str, ...], symbol: str) -> Any:
    made = part(name, "class", code, inputs, symbol)
    return replace(made, uses_variables=True)


async def shown(stub: Any, program: Any, dataset: str, component: str, name: str) -> pb.VariablePreview:
    reference = pb.VariableReference(component=component, name=name)
    request = pb.PreviewRequest(program=program.message(), dataset_hash=dataset, variables=[reference])
    (found,) = [item.variable async for item in stub.Preview(request) if item.HasField("variable")]
    assert isinstance(found, pb.VariablePreview)
    return found


async def test_a_kernel_is_shown_beside_the_output(stub: Any, digits: str, cnn: Any) -> None:
    found = await shown(stub, cnn, digits, "conv1", "kernel")

    assert (found.kind, list(found.spec.shape)) == (pb.VARIABLE_KIND_WEIGHT, [3, 3, 1, 4])
    assert list(found.names) == ["output", "kernel", "bias"]
    assert found.visualization.png
    assert not found.HasField("error")


async def test_local_variables_of_a_call_are_those_of_the_shown_output(
    stub: Any, digits: str, cnn: Any, part: Any
) -> None:
    program = cnn.add(part("look", "class", LOOK, ("dense1",), "Look"))
    noisy = await shown(stub, program, digits, "look", "noisy")
    output = await shown(stub, program, digits, "look", "output")

    assert noisy.kind == pb.VARIABLE_KIND_LOCAL
    assert list(noisy.names) == ["output", "x", "doubled", "noisy", "parts.left", "parts.right"]
    assert noisy.statistics == output.statistics
    right = await shown(stub, program, digits, "look", "parts.right")
    assert list(right.spec.shape) == [1, 8]


async def test_locals_up_to_an_error_are_shown(stub: Any, digits: str, cnn: Any, part: Any) -> None:
    code = LOOK.replace("return noisy", "return missing")
    program = cnn.add(part("look", "class", code, ("dense1",), "Look"))
    error = await shown(stub, program, digits, "look", "output")

    assert (error.kind, error.error.line) == (pb.VARIABLE_KIND_UNSPECIFIED, 6)
    assert "doubled" in error.names


async def test_a_name_that_is_not_there_is_told_with_those_that_are(stub: Any, digits: str, cnn: Any) -> None:
    found = await shown(stub, cnn, digits, "dense1", "colonel")
    gone = await shown(stub, cnn, digits, "nothing", "kernel")

    assert found.error.message == "'dense1' has no variable 'colonel'; it has output, kernel, bias."
    assert gone.error.code == "NO_SUCH_VARIABLE"


async def test_variables_follow_the_edits_of_a_session(editor: Any, cnn: Any, conv_code: Any) -> None:
    reference = pb.VariableReference(component="conv1", name="kernel")
    await editor.edit(cnn, variables=pb.VariableSelection(items=[reference]))
    await editor.edit(cnn.edit("conv1", conv_code(6)))

    assert list(editor.variables[-1].spec.shape) == [3, 3, 1, 6]
    await editor.edit(cnn, variables=pb.VariableSelection())
    assert len(editor.variables) == 2


async def test_weights_stay_while_the_shapes_before_them_do(editor: Any, cnn: Any, conv_code: Any) -> None:
    reference = pb.VariableReference(component="dense1", name="kernel")
    first, _ = await editor.edit(cnn, variables=pb.VariableSelection(items=[reference]))
    second, _ = await editor.edit(cnn.edit("conv1", conv_code(4).replace("relu", "tanh")))
    await editor.edit(cnn.edit("conv1", conv_code(6)))

    assert second["dense1"].cause == "inputs"
    assert first["dense1"].outputs[0].statistics != second["dense1"].outputs[0].statistics
    before, same, wider = editor.variables
    assert (same.visualization, same.statistics) == (before.visualization, before.statistics)
    assert list(wider.spec.shape) == [216, 10]


async def test_custom_code_gets_the_outputs_and_live_weights_of_the_component_before(
    preview: Any, cnn: Any, part: Any
) -> None:
    program = cnn.add(reading(part, "reuse", REUSE, ("dense1",), "Reuse"))
    found = await preview(program)

    assert found["reuse"].error.message == ""
    assert list(found["reuse"].outputs[0].spec.shape) == [-1, 144]


async def test_variables_of_several_components_stand_under_their_ids(preview: Any, cnn: Any, part: Any) -> None:
    code = """class Both(keras.Layer):
    def call(self, x, X):
        assert sorted(X) == ["conv1", "dense1"], sorted(X)
        return X["dense1"]["output"] + X["conv1"]["bias"][0] + X["dense1"]["bias"]
"""
    program = cnn.add(reading(part, "both", code, ("a=dense1", "b=conv1"), "Both"))

    assert (await preview(program))["both"].state == OK


async def test_a_variable_that_is_not_before_it_is_an_error_of_its_line(preview: Any, cnn: Any, part: Any) -> None:
    code = REUSE.replace('"kernel"', '"colonel"')
    found = (await preview(cnn.add(reading(part, "reuse", code, ("dense1",), "Reuse"))))["reuse"]

    assert (found.state, found.error.line) == (ERROR, 3)
    assert "colonel" in found.error.message
