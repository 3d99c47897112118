"""Rules about the data: which columns a model sees, how they reach its layers, and how rows are divided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from glasswork_sdk.analysis import Node
from glasswork_sdk.diagnostics import Severity
from glasswork_sdk.fixes import pointer
from glasswork_sdk.patch import NO_PATCH, Patch
from glasswork_sdk.profile import FeatureProfile
from glasswork_sdk.rules import Finding, Rule, rule
from glasswork_sdk.view import View

from glasswork_core.rules.common import SHAPING, WEIGHTED, figures_of, without_input

MOST_UNUSED: Final = 20
"""Columns that are told one by one; who leaves out more has a wide table, and knows it."""
CARRYING: Final = SHAPING | {"core.merge", "core.dropout", "core.resize"}


def _reaches_weights_raw(view: View, node: Node) -> bool:
    """Whether what a data component gives reaches a layer with weights as it is."""
    pending, steps = [node.id], 0
    while pending and steps < 50:
        steps += 1
        for name, _ in view.readers[pending.pop()]:
            kind = view.nodes[name].component.type
            if kind in WEIGHTED:
                following = view.reader(view.nodes[name])
                if following is None or following.component.type != "core.batch_normalization":
                    return True
            elif kind in CARRYING:
                pending.append(name)
    return False


def _scaled(view: View, node: Node, column: FeatureProfile) -> Patch:
    readers = view.readers[node.id]
    if len(readers) != 1:
        return NO_PATCH
    return view.fixes.insert(".".join(readers[0]), "core.normalize", {}, figures_of(column))


@rule(
    "unscaled-input", Severity.WARNING, "A column of large or tiny numbers goes into a layer as it is",
    why="Layers learn best from values around 0 and not far from 1. A column with larger ones drowns the others, "
    "and one "
    "with tiny ones is not heard.",
    remedy="Put a Normalize behind its Data component.",
)  # fmt: skip
def _unscaled_input(view: View) -> Iterator[Finding]:
    for node, column in view.inputs:
        mean, deviation = column.statistics.mean, column.statistics.std
        if column.type != "numerical" or mean is None or deviation is None or deviation == 0:
            continue
        if max(abs(mean), deviation) <= 10 and deviation >= 0.01:
            continue
        if _reaches_weights_raw(view, node):
            yield Finding(
                node.id,
                f"'{column.name}' has mean {mean:.4g} and deviation {deviation:.4g} and reaches a layer as it is. "
                "Insert a Normalize.",
                fix=_scaled(view, node, column),
            )


@rule(
    "image-not-normalized", Severity.WARNING, "Pixels go into a layer as they are",
    why="Pixels are numbers from 0 to 255. Layers learn faster and more steadily from values around 0.",
    remedy="Put a Normalize behind the Data component.",
)  # fmt: skip
def _image_not_normalized(view: View) -> Iterator[Finding]:
    for node, column in view.inputs:
        figures = column.statistics
        bright = column.type == "image" and figures.mean is not None and (figures.max or 0) > 10
        if bright and _reaches_weights_raw(view, node):
            yield Finding(
                node.id,
                f"The pixels of '{column.name}' go from {figures.min or 0:.4g} to {figures.max:.4g} and reach a "
                "layer as they are. Insert a Normalize.",
                fix=_scaled(view, node, column),
            )


@rule(
    "stale-scaling", Severity.WARNING, "Scaled by numbers that are not those of the column",
    why="The mean and deviation of a Normalize or Denormalize are those of other data: what comes out is far from "
    "0, or "
    "hardly differs.",
    remedy="Take the numbers of the column, as the fix does.",
)  # fmt: skip
def _stale_scaling(view: View) -> Iterator[Finding]:
    for node in view.of("core.normalize"):
        source = view.source(node)
        column = view.analysis.features.get(source.id) if source is not None else None
        settings = node.settings
        if column is None or column.type == "categorical" or getattr(settings, "method", "") != "standardize":
            continue
        figures, mean, deviation = column.statistics, getattr(settings, "mean", None), getattr(settings, "std", None)
        if figures.mean is None or not figures.std or mean is None or deviation is None:
            continue
        if abs(mean - figures.mean) > 3 * figures.std or not 0.1 < deviation / figures.std < 10:
            yield Finding(
                node.id,
                f"{node.label} takes off {mean:.4g} and divides by {deviation:.4g}; '{column.name}' has mean "
                f"{figures.mean:.4g} and deviation {figures.std:.4g}. Use those.",
                setting="mean",
                fix=view.fixes.assign(node.id, **figures_of(column)),
            )


@rule(
    "one-hot-classes-differ", Severity.WARNING, "One-hot for another number of classes",
    why="A class beyond the number becomes a row of zeros, which the model cannot tell from others; a number too large "
    "makes columns that are always 0.",
    remedy="Use the number of classes of the column.",
)  # fmt: skip
def _one_hot_classes_differ(view: View) -> Iterator[Finding]:
    for node in view.of("core.one_hot"):
        source = view.source(node)
        column = view.analysis.features.get(source.id) if source is not None else None
        count = len(column.statistics.classes) if column is not None else 0
        made = getattr(node.settings, "classes", count)
        if column is not None and count > 1 and made != count:
            yield Finding(
                node.id,
                f"{node.label} makes {made} values, and '{column.name}' has {count} classes. Use {count}.",
                setting="classes",
                fix=view.fixes.assign(node.id, classes=count),
            )


@rule(
    "many-classes", Severity.TIP, "A column of very many classes",
    why="One-hot makes a value of each class, nearly all of them 0. A layer behind it needs weights for classes that "
    "hardly occur.",
    remedy="Group rare classes in the data, or leave the column out.",
)  # fmt: skip
def _many_classes(view: View) -> Iterator[Finding]:
    for node in view.of("core.one_hot"):
        made = getattr(node.settings, "classes", 0)
        if made > 1000:
            yield Finding(node.id, f"{node.label} makes {made:,} values of one column. Group rare classes in the data.")


@rule(
    "missing-values", Severity.WARNING, "Many rows are left out because a value is missing",
    why="Only rows that are complete in every column in use are learnt from. One column with gaps costs them all.",
    remedy="Leave the column out, or fill its gaps in the data.",
)  # fmt: skip
def _missing_values(view: View) -> Iterator[Finding]:
    inputs = {node.id for node, _ in view.inputs}
    for node, column in view.data:
        missing, there = column.statistics.missing, column.statistics.count
        if missing and missing / (missing + there) > 0.1:
            share = missing / (missing + there)
            yield Finding(
                node.id,
                f"'{column.name}' is empty in {share:.0%} of the rows, which are left out. Fill the gaps, or leave the "
                "column out.",
                fix=without_input(view, node) if node.id in inputs else NO_PATCH,
            )


@rule(
    "constant-column", Severity.WARNING, "A column with the same value in every row",
    why="What never changes says nothing. As a target it leaves nothing to learn.",
    remedy="Leave the column out, or choose another target.",
)  # fmt: skip
def _constant_column(view: View) -> Iterator[Finding]:
    for node, column in view.data:
        if column.statistics.count > 1 and column.statistics.unique == 1 and column.type != "image":
            yield Finding(
                node.id,
                f"'{column.name}' has the same value in every row. Leave it out.",
                fix=without_input(view, node) if node.id in view.analysis.model_side else NO_PATCH,
            )


@rule(
    "leaking-column", Severity.WARNING, "An input that gives the answer away",
    why="A column that nearly determines the target is often known only after it. The model looks perfect, and fails "
    "where it is used.",
    remedy="If the column is not known before the target is, leave it out.",
)  # fmt: skip
def _leaking_column(view: View) -> Iterator[Finding]:
    leaking = {
        item.feature: item.message for item in (view.profile.warnings if view.profile else ()) if item.code == "leaking"
    }
    targets = {column.name for column in view.analysis.targets.values()}
    for node, column in view.inputs if leaking else ():
        if column.name in leaking and column.name not in targets:
            yield Finding(node.id, leaking[column.name], fix=without_input(view, node))


@rule(
    "target-as-input", Severity.WARNING, "The target is an input too",
    why="The model sees the answer. It learns to copy it, and has nothing to copy when it is used.",
    remedy="Take the column out of the inputs.",
)  # fmt: skip
def _target_as_input(view: View) -> Iterator[Finding]:
    targets = {column.name for column in view.analysis.targets.values()}
    for node, column in view.inputs:
        if column.name in targets and column.type != "image":
            yield Finding(
                node.id,
                f"'{column.name}' is what shall be predicted, and the model sees it. Take it out of the inputs.",
                fix=without_input(view, node),
            )


@rule(
    "id-column", Severity.WARNING, "An input that only numbers the rows",
    why="A number or name of its own for each row says nothing about rows that come later, and invites learning by "
    "heart.",
    remedy="Leave the column out.",
)  # fmt: skip
def _id_column(view: View) -> Iterator[Finding]:
    for node, column in view.inputs:
        if _numbers_the_rows(column, view.rows):
            yield Finding(
                node.id,
                f"'{column.name}' has another value in every row, like an id. Leave it out.",
                fix=without_input(view, node),
            )


def _numbers_the_rows(column: FeatureProfile, rows: int) -> bool:
    figures = column.statistics
    if figures.count < 50 or figures.unique < figures.count:
        return False
    if column.type == "categorical":
        return True
    if column.type != "numerical" or figures.min is None or figures.max is None or not figures.mean or not figures.std:
        return False
    span = figures.max - figures.min
    whole = float(figures.min).is_integer() and float(figures.max).is_integer()
    # Whole numbers without gaps are spread evenly: their deviation is the span over the root of 12.
    even = abs(figures.std * 12**0.5 / span - 1) < 0.05 and abs((figures.mean - figures.min) / span - 0.5) < 0.03
    return whole and figures.count - 1 <= span <= max(rows, figures.count) + 1 and even


@rule(
    "duplicate-rows", Severity.TIP, "Rows that stand in the data twice",
    why="Copies of one row on both sides of the split are predicted from memory: tests look too good.",
    remedy="Remove the copies from the data.",
)  # fmt: skip
def _duplicate_rows(view: View) -> Iterator[Finding]:
    for item in view.profile.warnings if view.profile is not None else ():
        if item.code == "duplicates":
            yield Finding("", item.message)
            return


@rule(
    "unused-column", Severity.TIP, "A column that the model does not use",
    why="The document lists a column that no Data component reads. It may have been forgotten.",
    remedy="Add a Data component for it, or take it off the list, as the fix does.",
)  # fmt: skip
def _unused_column(view: View) -> Iterator[Finding]:
    dataset = view.document.dataset
    if dataset is None or view.training is None:
        return
    used = {str(node.component.values.get("feature")) for node in view.nodes.values()}
    unused = [name for name in dataset.features if name not in used]
    if len(unused) > MOST_UNUSED:
        names = ", ".join(f"'{name}'" for name in unused[:3])
        text = f"{len(unused):,} columns are read by no component, {names} among them. Take those that are not needed"
        yield Finding("", f"{text} off the list of the model's columns.")
    else:
        for name in unused:
            fix = ({"op": "remove", "path": f"/dataset/features/{pointer(name)}"},)
            yield Finding("", f"No component reads the column '{name}'. Add a Data component, or leave it.", fix=fix)


@rule(
    "grey-in-colour", Severity.TIP, "Grey images are read in colour",
    why="All three channels are the same: three times the work for one channel's worth.",
    remedy="Set channels to 1.",
)  # fmt: skip
def _grey_in_colour(view: View) -> Iterator[Finding]:
    for node, column in view.data:
        if column.type == "image" and column.statistics.channels == 1 and getattr(node.settings, "channels", 1) == 3:
            yield Finding(
                node.id,
                f"The images of '{column.name}' are grey, and {node.label} reads three channels. Set channels to 1.",
                setting="channels",
                fix=view.fixes.assign(node.id, channels=1),
            )


@rule(
    "image-enlarged", Severity.TIP, "Images are made much larger than they are",
    why="Enlarging adds work and no detail.",
    remedy="Use the size that most images have.",
)  # fmt: skip
def _image_enlarged(view: View) -> Iterator[Finding]:
    for node, column in view.data:
        size, figures = getattr(node.settings, "size", None), column.statistics
        if column.type != "image" or not size or not figures.height or not figures.width:
            continue
        if size[0] > 2 * figures.height or size[1] > 2 * figures.width:
            yield Finding(
                node.id,
                f"Most images of '{column.name}' have {figures.height} × {figures.width} pixels, and {node.label} "
                f"makes "
                f"{size[0]} × {size[1]} of them.",
                setting="size",
                fix=view.fixes.assign(node.id, size=[figures.height, figures.width]),
            )


def _usual_split(view: View) -> Patch:
    seed = view.split.seed if view.split else 123
    return (
        {"op": "add", "path": "/dataset/split", "value": {"train": 0.7, "validation": 0.2, "test": 0.1, "seed": seed}},
    )


@rule(
    "no-validation", Severity.WARNING, "No rows to watch the model by",
    why="Without validation rows nobody sees when a model begins to learn rows by heart.",
    remedy="Put a tenth to a fifth of the rows aside for validation.",
)  # fmt: skip
def _no_validation(view: View) -> Iterator[Finding]:
    if view.training is not None and view.split is not None and view.split.validation == 0:
        yield Finding("", "The split has no validation rows. Put a fifth of the rows aside.", fix=_usual_split(view))


@rule(
    "no-test-rows", Severity.TIP, "No rows to judge the model by",
    why="Validation rows choose when to stop, so they flatter the model. Rows that were never looked at do not.",
    remedy="Put a tenth of the rows aside for the test.",
)  # fmt: skip
def _no_test_rows(view: View) -> Iterator[Finding]:
    split = view.split
    if view.training is not None and split is not None and split.test == 0 and split.validation > 0:
        yield Finding("", "The split has no test rows. Put a tenth of the rows aside.", fix=_usual_split(view))


@rule(
    "few-test-rows", Severity.TIP, "Few rows to judge the model by",
    why="With few test rows a single one moves the result by percents; two models cannot be told apart.",
    remedy="Collect more rows, or give the test a larger share.",
)  # fmt: skip
def _few_test_rows(view: View) -> Iterator[Finding]:
    split = view.split
    count = round(view.rows * split.test) if split is not None else 0
    if view.training is not None and 0 < count < 10:
        yield Finding("", f"{count} rows are left for the test, so its result is mostly chance.")


@rule(
    "no-training-rows", Severity.ERROR, "No rows to learn from",
    why="The split is rounded to whole rows, and the training share of this dataset is less than half a row.",
    remedy="Give the training rows a larger share; 70 % is usual.",
)  # fmt: skip
def _no_training_rows(view: View) -> Iterator[Finding]:
    if view.training is not None and view.rows > 0 and view.train_rows == 0:
        message = f"The split leaves none of the {view.rows:,} rows to learn from. Give the training rows 70 %."
        yield Finding("", message, fix=_usual_split(view))


@rule(
    "few-rows", Severity.TIP, "Very few rows to learn from",
    why="A neural network has more weights than that. What it learns from a few rows seldom holds for others.",
    remedy="Collect more rows, or begin with a linear model: a single Dense.",
)  # fmt: skip
def _few_rows(view: View) -> Iterator[Finding]:
    if view.training is not None and 0 < view.train_rows < 50:
        yield Finding("", f"There are {view.train_rows} rows to learn from. Collect more, or use a small model.")


RULES: Final[tuple[Rule, ...]] = (
    _unscaled_input, _image_not_normalized, _stale_scaling, _one_hot_classes_differ, _many_classes, _missing_values,
    _constant_column, _leaking_column, _target_as_input, _id_column, _duplicate_rows, _unused_column, _grey_in_colour,
    _image_enlarged, _no_validation, _no_test_rows, _few_test_rows, _no_training_rows,
    _few_rows,
)  # fmt: skip
