"""Gradients of one batch, told when the previews are out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from glasswork.executor.v1 import executor_pb2 as pb

pytestmark = pytest.mark.tensorflow

TRAINING = """def assemble(inputs, outputs):
    model = keras.Model(inputs, {"targets": outputs["predictions"]})
    model.compile(loss={"targets": keras.losses.MeanSquaredError()})
    return model


def train(model, data):
    return {}
"""
ANSWER = 'keras.layers.Dense(1, kernel_initializer="zeros", name="answer")'
NORM = 'keras.layers.BatchNormalization(name="norm")'
GREEDY = """class Norm(keras.Layer):
    def call(self, x, training=None):
        if training:
            import os
            os.abort()
        return x
"""


def learning(cnn: Any, part: Any, *hidden: Any) -> Any:
    """Return a model that learns the digit as a number, from zeros."""
    names = [item.id for item in hidden]
    return replace(
        cnn,
        items=(
            *cnn.items[:3],
            part("flat", "expression", 'keras.layers.Flatten(name="flat")', ("scale",)),
            *hidden,
            part("answer", "expression", ANSWER, (names[-1] if names else "flat",)),
            part("train", "training", TRAINING, ("predictions=answer", "targets=digit"), outputs=()),
        ),
    )


def truth() -> Any:
    """Return the digits of the training split, which has fewer rows than a batch."""
    return np.random.default_rng(123).permutation(40)[:28] % 10


async def gradients_of(stub: Any, program: Any, dataset: str) -> pb.Gradients:
    request = pb.PreviewRequest(program=program.message(), dataset_hash=dataset)
    (found,) = [item.gradients async for item in stub.Preview(request) if item.HasField("gradients")]
    assert isinstance(found, pb.Gradients)
    return found


async def test_gradients_are_those_of_the_loss_over_a_batch(stub: Any, digits: str, cnn: Any, part: Any) -> None:
    found = (await gradients_of(stub, learning(cnn, part), digits)).components["answer"].weights

    assert set(found) == {"kernel", "bias"}
    assert found["bias"].min == found["bias"].max == pytest.approx(-2 * truth().mean(), rel=1e-5)
    assert (found["kernel"].size, found["kernel"].nan_count) == (64, 0)


async def test_a_pass_in_training_leaves_layers_as_they_were(stub: Any, digits: str, cnn: Any, part: Any) -> None:
    program = learning(cnn, part, part("norm", "expression", NORM, ("flat",)))
    reference = pb.VariableReference(component="norm", name="moving_mean")
    told = []
    for rows in (1, 2):
        request = pb.PreviewRequest(
            program=program.message(), dataset_hash=digits, sample=pb.Sample(count=rows), variables=[reference]
        )
        told.append([item async for item in stub.Preview(request)])

    (gradients,) = [item.gradients for item in told[0] if item.HasField("gradients")]
    (mean,) = [item.variable for item in told[1] if item.HasField("variable")]
    assert set(gradients.components["norm"].weights) == {"gamma", "beta"}
    assert (mean.statistics.min, mean.statistics.max) == (0, 0)


async def test_a_session_tells_gradients_before_its_end(editor: Any, cnn: Any, part: Any) -> None:
    await editor.send(learning(cnn, part))
    kinds = []
    while "done" not in kinds:
        kinds.append((await editor.call.read()).WhichOneof("kind"))

    assert kinds[-2:] == ["gradients", "done"]


async def test_an_incomplete_graph_has_none(stub: Any, digits: str, cnn: Any) -> None:
    assert not (await gradients_of(stub, cnn, digits)).components  # its training component compiles no loss
    assert not (await gradients_of(stub, cnn.edit("scale", "class Scale"), digits)).components


async def test_a_pass_that_kills_its_worker_leaves_the_previews(editor: Any, cnn: Any, part: Any) -> None:
    program = learning(cnn, part, part("norm", "class", GREEDY, ("flat",), symbol="Norm"))
    told, _ = await editor.edit(program)
    again, done = await editor.edit(program.edit("answer", ANSWER.replace("zeros", "ones")))

    assert {item.state for item in [*told.values(), *again.values()]} == {pb.PREVIEW_STATE_OK}
    assert done.executed == len(program.ids)
