"""What previews are told of predictions: the names of their classes, and whether they are masks."""

from __future__ import annotations

from typing import Any

import pytest
from glasswork_codegen.core.predictions import predictions
from glasswork_sdk.analysis import Analysis, analyse
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import load_plugins
from glasswork_sdk.profile import DatasetProfile, FeatureProfile, FeatureStatistics

IMAGE = FeatureStatistics(height=8, width=8, channels=1)


@pytest.fixture(scope="module")
def profile() -> DatasetProfile:
    classes = FeatureStatistics(classes=("a", "b"))
    features = (
        FeatureProfile("image", "image", statistics=IMAGE),
        FeatureProfile("mask", "image", statistics=IMAGE),
        FeatureProfile("digit", "categorical", statistics=classes),
    )
    return DatasetProfile("sha256:" + "0" * 64, 10, "t.csv", {item.name: item for item in features})


def analysed(source: str, target: str, profile: DatasetProfile) -> Analysis:
    data: dict[str, Any] = {
        name: {"type": "core.data", "settings": {"feature": name}} for name in dict.fromkeys((source, target))
    }
    components = {**data, "last": {"type": "core.flatten"}, "train": {"type": "core.classification"}}
    wires = [(source, "last.input"), ("last", "train.predictions"), (target, "train.targets")]
    types = {name: {"type": profile.features[name].type} for name in data}
    document = {
        "format": 1,
        "dataset": {"source": "example:digits", "features": types},
        "components": components,
        "connections": [{"from": f"{a}.output", "to": b} for a, b in wires],
    }  # fmt: skip
    return analyse(Document.parse(document), load_plugins(), profile)


def test_a_prediction_of_classes_has_their_names_and_nothing_before_it_has(profile: DatasetProfile) -> None:
    found = analysed("image", "digit", profile)

    told = predictions(found)
    assert told.keys() == {"last"}
    assert (told["last"].labels, told["last"].mask) == (("a", "b"), False)


@pytest.mark.parametrize(("target", "mask"), [("mask", True), ("image", False)])
def test_an_image_predicted_from_another_is_a_mask(profile: DatasetProfile, target: str, mask: bool) -> None:
    found = analysed("image", target, profile)

    assert predictions(found)["last"].mask is mask
