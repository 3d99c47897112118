"""What a model costs, told before it is trained, through a real executor process."""

from __future__ import annotations

from typing import Any

import pytest
from glasswork.executor.v1 import executor_pb2 as pb
from glasswork.graph.v1 import graph_pb2
from glasswork_sdk.errors import InvalidInput

pytestmark = pytest.mark.tensorflow

SCRIPT = """
import keras, numpy as np, tensorflow as tf
from typing import NamedTuple
SEED, EPOCHS = 1, 1
class Data(NamedTuple):
    train: object
    validation: object
    test: object
    steps: int
def rows(count):
    random = np.random.default_rng(1)
    images, digits = random.normal(size=(count, 8, 8, 1)).astype("float32"), random.integers(0, 10, count)
    return tf.data.Dataset.from_tensor_slices(({"image": images}, digits)).batch(16)
def load_data(folder):
    return Data(lambda epoch, step: rows(160), rows(64), None, 10)
def build_model():
    image = keras.Input((8, 8, 1), name="image")
    conv1 = keras.layers.Conv2D(4, 3, name="conv1")(image)
    MIDDLE
    dense1_layer = keras.layers.Dense(10, activation="softmax", name="dense1")
    model = keras.Model({"image": image}, dense1_layer(flat))
    model.compile(loss="sparse_categorical_crossentropy")
    return model
def train(model, data, callbacks=(), epoch=0, step=0):
    for number in range(EPOCHS):
        model.fit(data.train(number, 0), validation_data=data.validation, callbacks=list(callbacks), verbose=0)
"""
FLAT = 'flat = keras.layers.Flatten(name="flat")(conv1)'
LOOP = """
    def again(x):
        return tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 0.5), (0, x))[1]
    flat = keras.layers.Lambda(again, output_shape=(144,), name="flat")(keras.layers.Flatten()(conv1))
"""
STEPS = """flat = keras.layers.GRU(3, name="flat")(keras.layers.Reshape((6, 24), name="rows")(conv1))"""
CONV, DENSE = 2 * 3 * 3 * 36 * 4 + 36 * 4, 2 * 144 * 10 + 10 + 5 * 10


def program(script: str) -> graph_pb2.Program:
    kinds = {"image": "DATA", "conv1": "EXPRESSION", "flat": "EXPRESSION", "dense1": "EXPRESSION", "train": "TRAINING"}
    parts = [
        graph_pb2.ComponentCode(id=name, kind=graph_pb2.ComponentKind.Value(f"COMPONENT_KIND_{kind}"), code="x")
        for name, kind in kinds.items()
    ]
    return graph_pb2.Program(script=script, components=parts)


async def cost_of(stub: Any, script: str) -> pb.EstimateCostResponse:
    answer = await stub.EstimateCost(pb.EstimateCostRequest(program=program(script)), timeout=300)
    assert isinstance(answer, pb.EstimateCostResponse)
    return answer


async def test_weights_and_operations_are_exact_and_times_are_told(stub: Any) -> None:
    cost = await cost_of(stub, SCRIPT.replace("MIDDLE", FLAT))

    assert not cost.unknown
    assert {name: item.parameters for name, item in cost.components.items()} == {
        **{"image": 0, "conv1": 40, "flat": 0, "dense1": 1450, "train": 0}
    }
    assert (cost.components["conv1"].flops, cost.components["dense1"].flops) == (CONV, DENSE)
    assert (cost.parameters, cost.flops) == (1490, CONV + DENSE)
    assert 0 < cost.epoch_seconds < 5
    assert cost.memory_bytes > 0


async def test_the_steps_of_a_recurrent_layer_are_counted(stub: Any) -> None:
    cost = await cost_of(stub, SCRIPT.replace("MIDDLE", STEPS))

    products = 6 * 2 * (24 + 3) * 9  # of each step's row and of the state with the kernels of three gates
    assert products < cost.components["flat"].flops < 1.2 * products
    assert cost.flops > cost.components["flat"].flops


async def test_what_a_loop_costs_is_unknown_with_the_reason(stub: Any) -> None:
    cost = await cost_of(stub, SCRIPT.replace("MIDDLE", LOOP))

    assert not cost.HasField("flops")
    assert "it loops" in cost.unknown["flops"]
    assert "it loops" in cost.components["flat"].unknown
    assert cost.HasField("epoch_seconds")


@pytest.mark.parametrize(
    ("middle", "reason"),
    [
        ("flat = missing", "NameError: name 'missing'"),
        ("import os; os.abort()", "SIGABRT"),
        (
            FLAT + '; flat = keras.layers.Dense(100_000_000, name="wide")(flat)',
            "The weight 'kernel' of 144 × 100000000",
        ),
    ],
)
async def test_a_model_that_cannot_be_built_leaves_all_unknown(stub: Any, middle: str, reason: str) -> None:
    cost = await cost_of(stub, SCRIPT.replace("MIDDLE", middle))

    assert set(cost.unknown) == {"parameters", "flops", "memory_bytes", "epoch_seconds"}
    assert all(reason in text for text in cost.unknown.values())


async def test_a_program_without_a_script_is_refused(stub: Any) -> None:
    with pytest.raises(InvalidInput, match="script"):
        await cost_of(stub, "")
