from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue, load_plugins
from glasswork_sdk.profile import DatasetProfile, FeatureProfile, FeatureStatistics

from tests.running import EXAMPLES, Glasswork, started
from tests.warm import Warm, warmed

DIGITS: dict[str, Any] = {
    "format": 1,
    "dataset": {
        "source": "example:digits",
        "features": {"image": {"type": "image"}, "digit": {"type": "categorical"}},
        "split": {"train": 0.7, "validation": 0.2, "test": 0.1, "seed": 123},
    },
    "components": {
        "image": {"type": "core.data", "settings": {"feature": "image"}, "position": [0, 0]},
        "digit": {"type": "core.data", "settings": {"feature": "digit"}, "position": [0, 240]},
        "conv1": {"type": "core.convolution", "settings": {"filters": 16, "kernel_size": [3, 3]}, "position": [260, 0]},
        "flatten1": {"type": "core.flatten", "settings": {}, "position": [520, 0]},
        "dense1": {
            "type": "core.dense",
            "settings": {"activation": "softmax"},
            "suggested": {"units": 10},
            "position": [780, 0],
        },
        "train": {
            "type": "core.classification",
            "settings": {"epochs": 10, "batch_size": 32},
            "position": [1040, 120],
        },
    },
    "connections": [
        {"from": "image.output", "to": "conv1.input"},
        {"from": "conv1.output", "to": "flatten1.input"},
        {"from": "flatten1.output", "to": "dense1.input"},
        {"from": "dense1.output", "to": "train.predictions"},
        {"from": "digit.output", "to": "train.targets"},
    ],
    "plugins": {"core": "0.1.0"},
}


@pytest.fixture
def digits() -> dict[str, Any]:
    return Document.parse(DIGITS).to_json()


@pytest.fixture
def profile() -> DatasetProfile:
    classes = tuple("0123456789")
    image = FeatureStatistics(count=1797, min=0, max=255, mean=77.9, std=95.9, height=8, width=8, channels=1)
    digit = FeatureStatistics(count=1797, unique=10, classes=classes, class_counts=(180,) * 10)
    features = {
        "image": FeatureProfile("image", "image", ("image",), image),
        "digit": FeatureProfile("digit", "categorical", ("categorical",), digit),
    }
    return DatasetProfile("sha256:" + "0" * 64, 1797, "digits.csv", features, ("digit",))


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_plugins()


@pytest.fixture(scope="session")
def glasswork(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glasswork]:
    """The services, shared by all tests that leave them as they are."""
    with started(tmp_path_factory.mktemp("data"), GLASSWORK_DATA_ROOTS=str(EXAMPLES)) as running:
        yield running


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    """A process that has imported TensorFlow and runs each script in a fork of its own."""
    with warmed() as process:
        yield process
