"""A complete supervised model for a dataset: columns in, components with reasons out."""

from __future__ import annotations

import keyword
import math
from collections.abc import Sequence

from glasswork_sdk.profile import DatasetProfile, FeatureProfile
from glasswork_sdk.suggestion import SuggestedGraph

READABLE = {"numerical", "binary", "categorical", "image"}
CLASSES = {"categorical", "binary"}
NOUNS = {"numerical": "numbers", "image": "images"}


def supervised(profile: DatasetProfile, inputs: Sequence[str], targets: Sequence[str]) -> SuggestedGraph | None:
    """Make a model with a head for each target, or return None where columns are none of the core plugin's.

    Args:
        profile: what the dataset holds.
        inputs: columns that the model sees.
        targets: columns that it predicts.
    """
    columns = [profile.features[name] for name in inputs]
    goals = [profile.features[name] for name in targets]
    if any(column.type not in READABLE for column in (*columns, *goals)):
        return None
    classified = {goal.type in CLASSES for goal in goals}
    kind = "multitask" if len(classified) == 2 else "classification" if classified == {True} else "regression"
    graph = SuggestedGraph()
    if len(columns) == 1 and columns[0].type == "image" and all(goal.type == "image" for goal in goals):
        _images_to_images(graph, columns[0], goals)
    else:
        _heads(graph, _features(graph, profile, columns), goals)
    _training(graph, goals, kind)
    return graph


def _features(graph: SuggestedGraph, profile: DatasetProfile, columns: Sequence[FeatureProfile]) -> str:
    """Add the inputs up to one tensor of rank 2, and return the id of the component that gives it."""
    told: set[str] = set()
    parts = [_prepared(graph, column, _reason(column, columns, told)) for column in columns]
    if len(parts) == 1:
        joined = parts[0]
    else:
        reason = f"The {len(parts)} inputs are put side by side, so that the model can combine them."
        joined = graph.add("merge1", "core.merge", *parts, reason=reason, operation="concatenate", axis=-1)
    images = any(column.type == "image" for column in columns)
    return _body(graph, joined, profile.rows, images)


def _reason(column: FeatureProfile, columns: Sequence[FeatureProfile], told: set[str]) -> str:
    """Return why a column is prepared as it is; for columns of one type, one sentence at the first of them."""
    if column.type in told:
        return ""
    told.add(column.type)
    count = sum(other.type == column.type for other in columns)
    if column.type == "categorical":
        which = f"'{column.name}'" if count == 1 else f"the {count} columns of classes"
        return f"The classes of {which} have no order, so each becomes a value of its own."
    which = f"'{column.name}' is" if count == 1 else f"the {count} columns of {NOUNS.get(column.type, 'values')} are"
    return f"Layers learn best from values around 0, so {which} scaled by mean and deviation."


def _source(graph: SuggestedGraph, column: FeatureProfile) -> str:
    source = graph.add(component_id(column.name), "core.data")
    graph.components[source]["settings"]["feature"] = column.name
    return source


def _prepared(graph: SuggestedGraph, column: FeatureProfile, reason: str) -> str:
    source = _source(graph, column)
    if column.type == "categorical":
        return graph.add(f"{source}_one_hot", "core.one_hot", source, reason=reason)
    if column.type == "binary":
        return source
    scaled = _scaled(graph, source, reason)
    return scaled if column.type == "numerical" else _convolutions(graph, scaled, column)


def _scaled(graph: SuggestedGraph, source: str, reason: str) -> str:
    return graph.add(f"{source}_normalize", "core.normalize", source, reason=reason, method="standardize")


def _images_to_images(graph: SuggestedGraph, column: FeatureProfile, goals: Sequence[FeatureProfile]) -> None:
    """Add an encoder that makes the image small, and for each target a decoder that makes it large again."""
    reason = _reason(column, [column], set())
    last = _scaled(graph, _source(graph, column), reason)
    copied = any(goal.name == column.name for goal in goals)
    for number, filters in enumerate((32, 32)):
        last = graph.add("conv1", "core.convolution", last, filters=filters, kernel_size=[3, 3])
        reason = (
            "Pooling makes the image smaller, so that each value describes a larger part of it." if not number else ""
        )
        last = graph.add(
            "pool1", "core.pooling", last, reason=reason, operation="max", pool_size=[2, 2],
            padding="same",
        )  # fmt: skip
    filters = 8 if copied else 64
    reason = (
        "Few values in the middle force the model to find what the images have in common."
        if copied
        else "The values in the middle see the largest part of the image."
    )
    code = graph.add("code", "core.convolution", last, reason=reason, filters=filters, kernel_size=[3, 3])
    for row, goal in enumerate(goals):
        _connect(graph, _decoded(graph, code, _quarter(column), goal, row), goal, row)


def _decoded(graph: SuggestedGraph, features: str, size: tuple[int, int], goal: FeatureProfile, row: int) -> str:
    """Enlarge feature maps of a size four times, to an image like those of a target."""
    height, width = goal.statistics.height or 32, goal.statistics.width or 32
    last = features
    for number, filters in enumerate((32, 32)):
        reason = "Transposed convolutions double the size of the image." if row + number == 0 else ""
        last = graph.add(
            "up1", "core.convolution", last, reason=reason, variant="transposed",
            filters=filters, kernel_size=[3, 3], strides=[2, 2],
        )  # fmt: skip
    if (4 * size[0], 4 * size[1]) != (height, width):  # pooling rounds up, and input and target may differ
        last = graph.add("resize1", "core.resize", last, height=height, width=width)
    figures = goal.statistics
    bounded = figures.min is not None and figures.max is not None and figures.min < figures.max
    activation, method = ("sigmoid", "range") if bounded else ("linear", "standardize")
    name = component_id(goal.name)
    last = graph.add(
        f"{name}_pixels", "core.convolution", last, filters=figures.channels or 1, kernel_size=[3, 3],
        activation=activation,
    )  # fmt: skip
    reason = f"The model learns in a small range, and this brings its answer back to the pixels of '{goal.name}'."
    return graph.add(f"{name}_denormalize", "core.denormalize", last, reason=reason, method=method)


def _convolutions(graph: SuggestedGraph, source: str, column: FeatureProfile) -> str:
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
                reason=reason,
                filters=filters,
                kernel_size=[3, 3],
            )
            reason = ""
        reason = "Pooling halves the image, so that the next layers see larger patterns." if block == 0 else ""
        last = graph.add("pool1", "core.pooling", last, reason=reason, operation="max", pool_size=[2, 2])
        filters = min(filters * 2, 256)
    return graph.add("flatten1", "core.flatten", last, reason="Dense layers take one axis of values.")


def _body(graph: SuggestedGraph, joined: str, rows: int, images: bool) -> str:
    units = 128 if images else 16 if rows < 1_000 else 64
    rate = 0.4 if images else 0.1
    reason = (
        f"{units} units are enough to combine the inputs of {rows:,} rows, and few enough not to learn them by heart."
    )
    dense = graph.add("dense1", "core.dense", joined, reason=reason, units=units, activation="relu")
    reason = "Dropout keeps the model from relying on single values, so that it does better on new rows."
    return graph.add("dropout1", "core.dropout", dense, reason=reason, rate=rate)


def _heads(graph: SuggestedGraph, features: str, goals: Sequence[FeatureProfile]) -> None:
    for row, goal in enumerate(goals):
        if goal.type == "image":
            _connect(graph, _drawn(graph, features, goal, row), goal, row)
            continue
        answer = graph.add(f"{component_id(goal.name)}_dense", "core.dense", features)
        if goal.type == "numerical":
            reason = f"The model learns around 0, and this brings its answer back to the units of '{goal.name}'."
            name = f"{component_id(goal.name)}_denormalize"
            answer = graph.add(name, "core.denormalize", answer, reason=reason, method="standardize")
        _connect(graph, answer, goal, row)


def _drawn(graph: SuggestedGraph, features: str, goal: FeatureProfile, row: int) -> str:
    """Make an image of values that belong to no place."""
    height, width = _quarter(goal)
    reason = f"A small picture of {height} × {width} is made first, and then enlarged."
    units = height * width * 16
    dense = graph.add("draw1", "core.dense", features, reason=reason, units=units, activation="relu")
    small = graph.add("reshape1", "core.reshape", dense, shape=[height, width, 16])
    return _decoded(graph, small, (height, width), goal, row)


def _quarter(column: FeatureProfile) -> tuple[int, int]:
    """Return a quarter of the size of a column's images, rounded up as pooling twice does."""
    height, width = column.statistics.height or 32, column.statistics.width or 32
    return -(-height // 4), -(-width // 4)


def _connect(graph: SuggestedGraph, answer: str, goal: FeatureProfile, row: int) -> None:
    truth = _source(graph, goal)
    suffix = "" if row == 0 else f"_{row + 1}"
    graph.connect(answer, f"train.predictions{suffix}")
    graph.connect(truth, f"train.targets{suffix}")


def _training(graph: SuggestedGraph, goals: Sequence[FeatureProfile], kind: str) -> None:
    names = " and ".join(f"'{goal.name}'" for goal in goals)
    what = "a class" if kind == "classification" else "an image" if goals[0].type == "image" else "a number"
    several = {"classification": "are classes", "regression": "are numbers or images", "multitask": "are of two kinds"}
    verb = f"is {what}" if len(goals) == 1 else several[kind]
    graph.add("train", f"core.{kind}", reason=f"{names} {verb}, so the model learns by {kind}.")


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
