from __future__ import annotations

import random
from itertools import combinations, product
from typing import Any

import pytest
from glasswork_codegen.core.generate import generate
from glasswork_codegen.core.suggest import suggest_graph
from glasswork_sdk.analysis import analyse
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile, FeatureProfile, FeatureStatistics
from glasswork_sdk.review import review

from plugins.core.tests.drafts import KINDS, NUMBERS, YES_NO, image, table

PICTURE = FeatureStatistics(count=500, unique=500, min=0, max=255, mean=90.0, std=60.0, height=30, width=21, channels=3)
FIGURES = {"numerical": NUMBERS, "binary": YES_NO, "categorical": KINDS, "image": PICTURE}
TYPES = tuple(FIGURES)


def profile_of(types: tuple[str, ...]) -> tuple[DatasetProfile, list[str]]:
    names = [f"{kind} {number}" for number, kind in enumerate(types)]
    features = {
        name: FeatureProfile(name, kind, (kind,), FIGURES[kind]) for name, kind in zip(names, types, strict=True)
    }
    return DatasetProfile("", 500, "data.csv", features, ()), names


def suggested(
    catalogue: Catalogue, inputs: tuple[str, ...], targets: tuple[str, ...]
) -> tuple[Document, DatasetProfile, list[tuple[str, str]]]:
    profile, names = profile_of((*inputs, *targets))
    count = len(inputs)
    document, told = suggest_graph(catalogue, profile, "dataset:any", names[:count], names[count:])
    return document, profile, told


@pytest.mark.parametrize(
    ("inputs", "targets"),
    [
        *product([(kind,) for kind in TYPES], [(kind,) for kind in TYPES]),
        *product(combinations(TYPES, 2), [(kind,) for kind in TYPES]),
        *product([TYPES, ("image", "image")], [("categorical", "binary"), ("numerical", "image"), ("image", "image")]),
        (TYPES, TYPES),
        (("numerical",), ("categorical", "numerical")),
    ],
)
def test_every_combination_of_types_is_sound_and_says_why(
    catalogue: Catalogue, inputs: tuple[str, ...], targets: tuple[str, ...]
) -> None:
    document, profile, told = suggested(catalogue, inputs, targets)
    analysis = review(analyse(document, catalogue, profile), catalogue)
    program, found = generate(analysis, catalogue)
    assert [*analysis.diagnostics, *found] == []
    assert program is not None
    assert "def assemble(" in program.script
    assert all(text.endswith(".") for _, text in told)


def test_an_image_may_be_input_and_target(catalogue: Catalogue) -> None:
    profile, names = profile_of(("image",))
    document, _ = suggest_graph(catalogue, profile, "dataset:any", names, names)
    analysis = review(analyse(document, catalogue, profile), catalogue)
    assert analysis.diagnostics == []
    assert analysis.nodes["train"].inputs["predictions"] == analysis.nodes["train"].inputs["targets"]


def test_similar_inputs_are_explained_in_one_sentence(catalogue: Catalogue) -> None:
    _, _, told = suggested(catalogue, ("numerical",) * 13, ("categorical",))
    assert len(told) < 20
    assert sum("are scaled by mean and deviation" in text for _, text in told) == 1


@pytest.mark.parametrize(
    ("rows", "settings", "expected"),
    [
        (500, {}, {"batch_size": 16, "learning_rate": 0.001, "patience": 20}),
        (50_000, {}, {"batch_size": 128, "learning_rate": 0.001}),
        (500, {"optimizer": "sgd"}, {"learning_rate": 0.01}),
        (500, {"optimizer": "adadelta"}, {"learning_rate": 1.0}),
        (500, {"batch_size": 1024}, {"learning_rate": 0.004}),
        (500, {"epochs": 10}, {"patience": 2}),
        (500, {"schedule": "cosine", "epochs": 10, "batch_size": 35}, {"decay_steps": 100}),
    ],
)
def test_learning_follows_rows_and_optimizer(
    catalogue: Catalogue, rows: int, settings: dict[str, Any], expected: dict[str, Any]
) -> None:
    draft = image().size(rows)
    draft.json["components"]["train"]["settings"] = settings
    result = analyse(draft.document(), catalogue, draft.profile(), suggest=True)
    found = result.document.components["train"].suggested
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("kind", "before", "expected"),
    [
        ("reshape", "dense1.input", {"shape": [16, 16, 1]}),
        ("reshape", "conv1.input", {"shape": [8, 8]}),
        ("dense", "answer.input", {"activation": "relu"}),
        ("normalize", "conv1.input", {"mean": 77.9, "std": 95.9}),
    ],
)
def test_new_component_is_filled_in_by_where_it_stands(
    catalogue: Catalogue, kind: str, before: str, expected: dict[str, Any]
) -> None:
    draft = image().put("new", kind, before)
    if kind == "normalize":
        draft.take_out("scale")
    result = analyse(draft.document(), catalogue, draft.profile(), suggest=True)
    found = result.document.components["new"].suggested
    assert {name: found[name] for name in expected} == expected


def test_pooling_follows_the_axes_of_its_input(catalogue: Catalogue) -> None:
    draft = table().put("steps", "reshape", "dense1.input", shape=[6, 1]).put("pool", "pooling", "dense1.input")
    result = analyse(draft.put("flat", "flatten", "dense1.input").document(), catalogue, draft.profile(), suggest=True)
    assert result.document.components["pool"].suggested == {"dimensions": 1}
    assert result.sound


@pytest.mark.parametrize("seed", range(40))
def test_nothing_that_the_user_set_is_touched(catalogue: Catalogue, seed: int) -> None:
    chance = random.Random(seed)
    draft = chance.choice([image, table])()
    for item in draft.json["components"].values():
        kept = chance.sample(sorted(item["settings"]), chance.randint(0, len(item["settings"])))
        item["settings"] = {name: item["settings"][name] for name in {*kept, *({"feature"} & item["settings"].keys())}}
    document = draft.document()
    result = analyse(document, catalogue, draft.profile(), suggest=True)
    again = analyse(result.document, catalogue, draft.profile(), suggest=True)
    assert {name: item.settings for name, item in result.document.components.items()} == {
        name: item.settings for name, item in document.components.items()
    }
    for item in result.document.components.values():
        assert not item.suggested.keys() & item.settings.keys()
    assert again.document == result.document
