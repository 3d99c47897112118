"""A complete supervised model for a dataset: columns in, components with reasons out."""

from __future__ import annotations

import keyword
import math
from collections.abc import Sequence

from glasswork_sdk.profile import DatasetProfile, FeatureProfile
from glasswork_sdk.suggestion import SuggestedGraph

READABLE = {"numerical", "binary", "categorical", "image"}
CLASSES = {"categorical", "binary"}


def supervised(profile: DatasetProfile, inputs: Sequence[str], targets: Sequence[str]) -> SuggestedGraph | None:
    """Make a classifier or a regression, or return None where the columns are none of the core plugin's.

    Args:
        profile: what the dataset holds.
        inputs: columns that the model sees.
        targets: columns that it predicts, all classes or all numbers.
    """
    columns = [profile.features[name] for name in (*inputs, *targets)]
    goals = [profile.features[name] for name in targets]
    if any(column.type not in READABLE for column in columns):
        return None
    if not (all(goal.type in CLASSES for goal in goals) or all(goal.type == "numerical" for goal in goals)):
        return None
    graph = SuggestedGraph()
    features = _features(graph, profile, [profile.features[name] for name in inputs])
    _heads(graph, profile, features, goals)
    return graph


def _features(graph: SuggestedGraph, profile: DatasetProfile, columns: Sequence[FeatureProfile]) -> str:
    """Add the inputs up to one tensor of rank 2, and return the id of the component that gives it."""
    parts: list[str] = []
    for row, column in enumerate(columns):
        source = graph.add(component_id(column.name), "core.data", at=(0, row))
        graph.components[source]["settings"]["feature"] = column.name
        parts.append(_prepared(graph, source, column, row))
    if len(parts) == 1:
        joined = parts[0]
    else:
        reason = f"The {len(parts)} inputs are put side by side, so that the model can combine them."
        joined = graph.add("merge1", "core.merge", *parts, at=(2, 0), reason=reason, operation="concatenate", axis=-1)
    images = any(column.type == "image" for column in columns)
    return _body(graph, joined, profile.rows, images, at=5 if images else 3)


def _prepared(graph: SuggestedGraph, source: str, column: FeatureProfile, row: int) -> str:
    if column.type == "categorical":
        reason = f"The classes of '{column.name}' have no order, so each becomes a value of its own."
        return graph.add(f"{source}_one_hot", "core.one_hot", source, at=(1, row), reason=reason)
    if column.type == "binary":
        return source
    reason = f"Layers learn best from values around 0, so '{column.name}' is scaled by its own mean and deviation."
    scaled = graph.add(
        f"{source}_normalize", "core.normalize", source, at=(1, row), reason=reason, method="standardize"
    )
    return scaled if column.type == "numerical" else _convolutions(graph, scaled, column, row)


def _convolutions(graph: SuggestedGraph, source: str, column: FeatureProfile, row: int) -> str:
    smallest = min(column.statistics.height, column.statistics.width) or 8
    blocks = max(1, min(5, math.floor(math.log2(max(smallest, 8) / 4))))
    last, filters = source, 32
    for block in range(blocks):
        reason = (
            f"{filters} kernels of 3 × 3 look for small patterns wherever they are in the image." if block == 0 else ""
        )
        for _ in range(2):
            last = graph.add(
                "conv1",
                "core.convolution",
                last,
                at=(2 + block, row),
                reason=reason,
                filters=filters,
                kernel_size=[3, 3],
            )
            reason = ""
        reason = "Pooling halves the image, so that the next layers see larger patterns." if block == 0 else ""
        last = graph.add(
            "pool1", "core.pooling", last, at=(3 + block, row), reason=reason, operation="max", pool_size=[2, 2]
        )
        filters = min(filters * 2, 256)
    return graph.add(
        "flatten1", "core.flatten", last, at=(4 + blocks, row), reason="Dense layers take one axis of values."
    )


def _body(graph: SuggestedGraph, joined: str, rows: int, images: bool, at: int) -> str:
    units = 128 if images else 16 if rows < 1_000 else 64
    rate = 0.4 if images else 0.1
    reason = (
        f"{units} units are enough to combine the inputs of {rows:,} rows, and few enough not to learn them by heart."
    )
    dense = graph.add("dense1", "core.dense", joined, at=(at, 0), reason=reason, units=units, activation="relu")
    reason = "Dropout keeps the model from relying on single values, so that it does better on new rows."
    return graph.add("dropout1", "core.dropout", dense, at=(at + 1, 0), reason=reason, rate=rate)


def _heads(graph: SuggestedGraph, profile: DatasetProfile, features: str, goals: Sequence[FeatureProfile]) -> None:
    classes = goals[0].type in CLASSES
    for row, goal in enumerate(goals):
        answer = graph.add(f"{component_id(goal.name)}_dense", "core.dense", features, at=(8, row))
        if not classes:
            reason = f"The model learns around 0, and this brings its answer back to the units of '{goal.name}'."
            answer = graph.add(
                f"{component_id(goal.name)}_denormalize",
                "core.denormalize",
                answer,
                at=(9, row),
                reason=reason,
                method="standardize",
            )
        truth = graph.add(component_id(goal.name), "core.data", at=(9, row + 1))
        graph.components[truth]["settings"]["feature"] = goal.name
        suffix = "" if row == 0 else f"_{row + 1}"
        graph.connect(answer, f"train.predictions{suffix}")
        graph.connect(truth, f"train.targets{suffix}")
    names = " and ".join(f"'{goal.name}'" for goal in goals)
    kind = "classification" if classes else "regression"
    reason = f"{names} {'is a class' if classes else 'is a number'}, so the model learns by {kind}."
    graph.add("train", f"core.{kind}", at=(10, 0), reason=reason)


def component_id(column: str) -> str:
    """Return an id made from the name of a column: lower case, letters, digits and `_`."""
    text = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in column.lower()).strip("_")[
        :40
    ]
    while "__" in text:
        text = text.replace("__", "_")
    return (
        text
        if text[:1].isalpha() and text not in {"train"} and not keyword.iskeyword(text)
        else f"column_{text}".rstrip("_")
    )
