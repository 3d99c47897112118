"""Previews equal what plain Keras computes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from glasswork_executor.core.keys import Keys
from glasswork_executor.core.program import Binding, Component, Job, Program
from PIL import Image

pytestmark = pytest.mark.tensorflow


def keys_of(cnn: Any, dataset: str) -> Any:
    components = tuple(
        Component(
            item.id,
            item.kind,
            item.code,
            item.symbol,
            tuple(Binding(each.port, each.component, each.output) for each in item.message().inputs),
            item.outputs,
            item.shares,
            item.visualization,
        )
        for item in cnn.items
    )
    return Keys().of(Job(Program(cnn.prelude, components), "", dataset))


async def test_a_preview_equals_plain_keras_with_the_same_seeds(
    preview: Any, cnn: Any, digits: str, executor: Any, plain_keras: Any
) -> None:
    found = await preview(cnn)
    order = np.random.default_rng(123).permutation(40)
    folder: Path = executor.datasets / digits.removeprefix("sha256:")
    image = np.asarray(Image.open(folder / "images" / f"{order[0]:04}.png"), np.float32).reshape(1, 8, 8, 1)
    keys = keys_of(cnn, digits)
    expected = plain_keras(image, {name: keys[name].seed for name in ("conv1", "dense1")})

    assert np.abs(np.array(found["dense1"].outputs[0].visualization.values) - expected).max() < 1e-6
