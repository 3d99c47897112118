"""Previews through a real executor process."""

from __future__ import annotations

import io
from typing import Any

import pytest
from glasswork.executor.v1 import executor_pb2 as pb
from glasswork_sdk.errors import InvalidInput, NotFound
from PIL import Image

pytestmark = pytest.mark.tensorflow

HEAD = "class Scale(keras.Layer):\n    def call(self, x):\n"
OK, ERROR, BLOCKED = pb.PREVIEW_STATE_OK, pb.PREVIEW_STATE_ERROR, pb.PREVIEW_STATE_BLOCKED


def states(previews: dict[str, pb.ComponentPreview]) -> dict[str, int]:
    return {name: preview.state for name, preview in previews.items()}


async def test_every_component_has_shape_type_figures_and_picture(preview: Any, cnn: Any) -> None:
    found = await preview(cnn)

    assert list(found) == cnn.ids
    assert set(states(found).values()) == {OK}
    output = found["conv1"].outputs[0]
    assert list(output.spec.shape) == [-1, 6, 6, 4]
    assert output.spec.dtype == "float32"
    assert found["conv1"].parameter_count == 3 * 3 * 4 + 4
    assert output.statistics.min >= 0
    assert output.visualization.kind == "channels"
    assert Image.open(io.BytesIO(output.visualization.png)).size == (13, 13)


async def test_data_components_show_the_first_training_row(preview: Any, cnn: Any) -> None:
    found = await preview(cnn)

    assert found["image"].outputs[0].visualization.kind == "image"
    assert list(found["digit"].outputs[0].spec.shape) == [-1]
    assert found["digit"].outputs[0].spec.dtype == "int64"
    assert found["dense1"].outputs[0].visualization.kind == "probabilities"
    assert sum(found["dense1"].outputs[0].visualization.values) == pytest.approx(1)


async def test_a_training_component_shows_its_inputs(preview: Any, cnn: Any) -> None:
    found = await preview(cnn)

    assert [output.port for output in found["train"].outputs] == ["predictions", "targets"]


async def test_only_what_was_asked_for_and_what_is_before_it_is_answered(preview: Any, cnn: Any) -> None:
    assert list(await preview(cnn, components=["conv1"])) == ["image", "scale", "conv1"]


async def test_a_repeated_preview_is_answered_from_what_is_known(preview: Any, cnn: Any) -> None:
    first, second = await preview(cnn), await preview(cnn)

    assert all(item.cached and not item.cause for item in second.values())
    assert [item.executions for item in first.values()] == [item.executions for item in second.values()]
    assert second["conv1"].outputs == first["conv1"].outputs


async def test_an_error_names_the_line_in_its_component_and_blocks_what_follows(preview: Any, cnn: Any) -> None:
    broken = cnn.edit(
        "scale",
        "class Scale(keras.Layer):\n    def call(self, x):\n        y = x + 1\n        return y + missing\n",
    )
    found = await preview(broken)

    assert found["scale"].state == ERROR
    assert found["scale"].error.line == 4
    assert found["scale"].error.message == "NameError: name 'missing' is not defined"
    assert {name for name, state in states(found).items() if state == BLOCKED} == {
        "conv1",
        "flatten1",
        "dense1",
        "train",
    }
    assert found["digit"].state == OK


@pytest.mark.parametrize(
    ("code", "line", "text"),
    [
        ("keras.layers.Conv2D(\n    filters=4,\n    kernel_size=\n)", 4, "SyntaxError"),
        ('keras.layers.Conv2D(\n    4,\n    9,\n    name="conv1",\n)', 0, "output size"),
        ("keras.layers.Conv2D(\n    filters=-1,\n    kernel_size=3,\n)", 1, "filters"),
        ("undefined_name", 1, "NameError"),
        ("42", 0, "expected a keras.Layer"),
    ],
)
async def test_a_bad_expression_says_what_and_where(preview: Any, cnn: Any, code: str, line: int, text: str) -> None:
    found = await preview(cnn.edit("conv1", code))

    assert found["conv1"].state == ERROR
    assert text in found["conv1"].error.message
    assert found["conv1"].error.line == line


async def test_what_fails_only_symbolically_is_an_error(preview: Any, cnn: Any) -> None:
    code = HEAD + "        if tf.reduce_sum(x) > 0:\n            return x\n        return -x\n"
    found = await preview(cnn.edit("scale", code))

    assert found["scale"].state == ERROR
    assert found["scale"].error.line == 3


async def test_a_rank_mistake_in_low_level_code_is_an_error_not_a_crash(preview: Any, cnn: Any, part: Any) -> None:
    code = HEAD.replace("Scale", "Low") + "        return tf.nn.conv2d(x, tf.ones((3, 3, 1, 1)), 1, 'SAME')\n"
    found = await preview(cnn.add(part("low", "class", code, ("flatten1",), "Low")))

    assert found["low"].state == ERROR
    assert found["low"].error.line == 3


async def test_a_component_without_input_is_blocked(preview: Any, cnn: Any, part: Any) -> None:
    found = await preview(cnn.add(part("lonely", "expression", "keras.layers.Dense(3)")))

    assert found["lonely"].state == BLOCKED


async def test_several_ports_several_outputs_and_shared_layers(preview: Any, cnn: Any, part: Any) -> None:
    swap = "class Swap(keras.Layer):\n    def call(self, x):\n        return {'left': x['b'], 'right': x['a'] + 1.0}\n"
    total = "class Total(keras.Layer):\n    def call(self, x):\n        return tf.add_n(x)\n"
    program = cnn.add(
        part("swap", "class", swap, ("a=flatten1", "b=flatten1"), "Swap", ("left", "right")),
        part("total", "class", total, ("swap.left", "swap.right", "flatten1"), "Total"),
        part("again", "expression", "", ("flatten1",), shares="dense1"),
    )
    found = await preview(program)

    assert [output.port for output in found["swap"].outputs] == ["left", "right"]
    mean = found["flatten1"].outputs[0].statistics.mean
    assert found["total"].outputs[0].statistics.mean == pytest.approx(3 * mean + 1, rel=1e-5)
    assert found["again"].outputs[0].visualization.values == found["dense1"].outputs[0].visualization.values


async def test_a_source_makes_its_own_rows_without_a_dataset(preview: Any, cnn: Any, part: Any) -> None:
    rows = "np.random.default_rng(seed).normal(size=(count, 5)).astype('float32')"
    code = f"def sample_noise(count, seed):\n    return {rows}\n"
    program = type(cnn)(
        (
            part("noise", "source", code, symbol="sample_noise"),
            part("d", "expression", "keras.layers.Dense(2)", ("noise",)),
        )
    )
    found = await preview(program, "")

    assert list(found["noise"].outputs[0].spec.shape) == [-1, 5]
    assert found["d"].state == OK


async def test_another_sample_keeps_the_weights(preview: Any, cnn: Any) -> None:
    first = await preview(cnn)
    other = await preview(cnn, sample=pb.Sample(split="test", index=2, count=2))

    assert other["conv1"].cause == "sample"
    assert other["conv1"].outputs[0].statistics != first["conv1"].outputs[0].statistics


@pytest.mark.parametrize(
    ("sample", "text"),
    [
        (pb.Sample(split="train", index=28), "Row 29 of the train split was asked for, which has 28 rows."),
        (pb.Sample(split="test", index=99), "which has 4 rows"),
    ],
)
async def test_a_row_that_is_not_there_is_said(preview: Any, cnn: Any, sample: pb.Sample, text: str) -> None:
    found = await preview(cnn, sample=sample)

    assert found["image"].state == ERROR
    assert text in found["image"].error.message


@pytest.mark.parametrize("sample", [pb.Sample(split="all"), pb.Sample(index=-1), pb.Sample(count=65)])
async def test_a_bad_sample_is_refused(preview: Any, cnn: Any, sample: pb.Sample) -> None:
    with pytest.raises(InvalidInput, match="sample"):
        await preview(cnn, sample=sample)


@pytest.mark.parametrize(("dataset", "error"), [("sha256:" + "0" * 64, NotFound), ("../../etc", InvalidInput)])
async def test_an_unknown_dataset_is_refused(preview: Any, cnn: Any, dataset: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await preview(cnn, dataset)


async def test_an_image_that_is_missing_is_the_data_components_error(executor: Any, preview: Any, cnn: Any) -> None:
    dataset = executor.dataset(executor.datasets / executor.hashes[0].removeprefix("sha256:"))
    folder = executor.datasets / dataset.removeprefix("sha256:")
    for path in (folder / "images").iterdir():
        path.unlink()
    found = await preview(cnn, dataset)

    assert found["image"].state == ERROR
    assert found["image"].error.line == 4
    assert str(executor.datasets) not in found["image"].error.message
