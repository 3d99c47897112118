from __future__ import annotations

from dataclasses import replace

import pytest
from glasswork_codegen.core.generate import generate
from glasswork_codegen.core.program import Program
from glasswork_codegen.core.suggest import suggest_graph
from glasswork_sdk.analysis import analyse
from glasswork_sdk.errors import InvalidInput
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile, FeatureProfile, FeatureStatistics

NUMBERS = FeatureStatistics(count=500, unique=400, min=-2, max=8, mean=3.0, std=1.5)
CLASSES = FeatureStatistics(count=500, unique=3, classes=("a", "b", "c"), class_counts=(200, 200, 100))
YES_NO = FeatureStatistics(count=500, unique=2, min=0, max=1, mean=0.5, std=0.5, classes=("0", "1"))


def mixed() -> DatasetProfile:
    features = {
        "Size (cm)": FeatureProfile("Size (cm)", "numerical", (), NUMBERS),
        "class": FeatureProfile("class", "categorical", (), CLASSES),
        "smoker": FeatureProfile("smoker", "binary", (), YES_NO),
        "train": FeatureProfile("train", "numerical", (), NUMBERS),
    }
    return DatasetProfile("", 500, "people.csv", features, ())


@pytest.mark.parametrize("target", ["Size (cm)", "class", "smoker", "train"])
def test_suggestion_is_sound_and_writes_code(catalogue: Catalogue, target: str) -> None:
    profile = mixed()
    document, explanation = suggest_graph(catalogue, profile, "dataset:people", targets=[target])
    analysis = analyse(document, catalogue, profile)
    found, problems = generate(analysis, catalogue)
    assert [*analysis.diagnostics, *problems] == []
    assert (found or Program("", "", [])).script
    assert all(text.endswith(".") for _, text in explanation)


def test_image_model_ends_in_a_probability_for_each_class(catalogue: Catalogue, profile: DatasetProfile) -> None:
    document, explanation = suggest_graph(catalogue, profile, "example:digits")
    assert document.components["digit_dense"].values["units"] == 10
    assert document.components["digit_dense"].values["activation"] == "softmax"
    assert ("train", "'digit' is a class, so the model learns by classification.") in explanation


def test_classes_and_numbers_are_learnt_at_once(catalogue: Catalogue) -> None:
    document, explanation = suggest_graph(catalogue, mixed(), "dataset:people", targets=["class", "smoker", "train"])
    training = document.components["train"]
    assert training.type == "core.multitask"
    assert training.suggested["tasks"] == ["classes", "classes", "numbers"]
    assert training.suggested["weights"] == [1, 1, 0.4444]
    assert (
        "train",
        "'class' and 'smoker' and 'train' are of two kinds, so the model learns by multitask.",
    ) in explanation


def test_several_targets_become_several_pairs(catalogue: Catalogue) -> None:
    document, _ = suggest_graph(catalogue, mixed(), "dataset:people", targets=["class", "smoker"])
    assert {"train.targets", "train.targets_2", "train.predictions_2"} <= {wire.target for wire in document.connections}


@pytest.mark.parametrize(
    ("inputs", "targets", "told"),
    [
        ((), ("colour",), "has no column 'colour'; it has 'Size .cm.', 'class'"),
        ((), (), "Which column shall be predicted"),
        (("class",), ("class",), "'class' is both"),
        (("noise",), ("class",), "No installed plugin"),
    ],
)
def test_impossible_wishes_are_refused(
    catalogue: Catalogue, inputs: tuple[str, ...], targets: tuple[str, ...], told: str
) -> None:
    profile = mixed()
    profile.features["noise"] = FeatureProfile("noise", "sound")
    with pytest.raises(InvalidInput, match=told):
        suggest_graph(catalogue, profile, "dataset:people", inputs, targets)


def test_no_column_left_as_input_is_refused(catalogue: Catalogue) -> None:
    profile = mixed()
    alone = replace(profile, features={"class": profile.features["class"]})
    with pytest.raises(InvalidInput, match="no column left as input"):
        suggest_graph(catalogue, alone, "dataset:people", targets=["class"])


def with_column(name: str, statistics: FeatureStatistics) -> DatasetProfile:
    profile = mixed()
    return replace(profile, features={**profile.features, name: FeatureProfile(name, "numerical", (), statistics)})


EMPTY = FeatureStatistics(count=0, missing=500)


@pytest.mark.parametrize(("name", "statistics"), [("empty", EMPTY), ("n" * 5_000, NUMBERS), ("m" * 600, EMPTY)])
def test_column_that_no_model_can_use_is_left_out_and_named(
    catalogue: Catalogue, name: str, statistics: FeatureStatistics
) -> None:
    profile = with_column(name, statistics)
    document, explanation = suggest_graph(catalogue, profile, "dataset:people", targets=["class"])
    assert analyse(document, catalogue, profile).sound
    assert name not in (document.dataset.features if document.dataset else ())
    assert any(text.startswith(f"The column '{name[:100]}' is left out: it") for _, text in explanation)


@pytest.mark.parametrize("field", ["inputs", "targets"])
@pytest.mark.parametrize(("name", "statistics"), [("empty", EMPTY), ("n" * 5_000, NUMBERS)])
def test_column_that_no_model_can_use_is_refused_where_it_was_asked_for(
    catalogue: Catalogue, field: str, name: str, statistics: FeatureStatistics
) -> None:
    asked = {"inputs": ["smoker"], "targets": ["class"], field: [name]}
    with pytest.raises(InvalidInput, match="cannot be used: it") as caught:
        suggest_graph(
            catalogue, with_column(name, statistics), "dataset:people", inputs=asked["inputs"], targets=asked["targets"]
        )
    assert [item.field for item in caught.value.fields] == [field]
    assert len(caught.value.message) < 400
