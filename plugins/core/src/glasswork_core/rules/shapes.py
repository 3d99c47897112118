"""Fixes where tensors do not fit: a component in between, or a setting that makes them fit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from glasswork_sdk.analysis import Node
from glasswork_sdk.diagnostics import Diagnostic, Severity, SpecError
from glasswork_sdk.patch import NO_PATCH, Patch
from glasswork_sdk.rules import Rule, mending_rule
from glasswork_sdk.specs import FLOAT, TensorSpec
from glasswork_sdk.view import Head, View

from glasswork_core.rules.common import (
    CLASSIFICATION,
    ONLY_REGRESSION,
    first_dense_on,
    is_training,
    last_dense,
    retyped_training,
)

Chain = tuple[tuple[str, Mapping[str, Any], Mapping[str, Any]], ...]
WINDOWS: Final = {"kernel_size", "pool_size"}


@mending_rule(
    "shape-mismatch", Severity.ERROR, "Shapes do not fit",
    why="A component takes tensors of certain axes and sizes, and receives another shape.",
    remedy="Insert a Reshape, a Flatten or a Dense before it, or change the setting that the message names.",
)  # fmt: skip
def _shape_mismatch(view: View, item: Diagnostic) -> Patch:
    return _mend(view, item)


@mending_rule(
    "rank-mismatch", Severity.ERROR, "A tensor has the wrong number of axes",
    why="The input takes tensors of a certain number of axes only.",
    remedy="Insert a Reshape or a Flatten before the component.",
)  # fmt: skip
def _rank_mismatch(view: View, item: Diagnostic) -> Patch:
    return _mend(view, item)


@mending_rule(
    "dtype-mismatch", Severity.ERROR, "Values are of the wrong type",
    why="Layers compute with fractions (float32). The index of a class (int64) is a name and no quantity.",
    remedy="Insert a One-hot before the layer, or use Classification for a target of classes.",
)  # fmt: skip
def _dtype_mismatch(view: View, item: Diagnostic) -> Patch:
    node = view.nodes.get(item.component)
    if node is None or node.settings is None or node.component.shares is not None:
        return NO_PATCH
    if node is view.training:
        return _as_classification(view, item)
    whole = [port for port, spec in node.inputs.items() if spec.dtype.startswith("int")]
    chosen = whole if node.component.type == "core.merge" else [item.port or (whole[0] if whole else "")]
    changed: dict[str, TensorSpec] = {}
    chains: list[tuple[str, Chain]] = []
    for port in chosen:
        binding, spec = node.bindings.get(port), node.inputs.get(port)
        if binding is None or spec is None:
            return NO_PATCH
        column = view.analysis.features.get(binding.component)
        classes = len(column.statistics.classes) if column is not None else 0
        suggested = {"classes": classes} if classes > 1 else {}
        changed[port] = TensorSpec((*spec.shape, classes if classes > 1 else 10), FLOAT)
        chains.append((f"{node.id}.{port}", (("core.one_hot", {}, suggested),)))
    if not chains or not _fits(node, changed):
        return NO_PATCH
    return view.fixes.insert_chains([target for target, _ in chains], chains[0][1]) if len(chains) == 1 else NO_PATCH


def _as_classification(view: View, item: Diagnostic) -> Patch:
    if not is_training(view, "core.regression") or len(view.heads) != 1:
        return NO_PATCH
    head = view.heads[0]
    if head.truth is None or not head.truth.dtype.startswith("int"):
        return NO_PATCH
    retyped = retyped_training(view, CLASSIFICATION, ONLY_REGRESSION)
    dense, count = last_dense(view, head), _classes(head)
    prediction = head.prediction.outputs.get("output")
    if dense is None or count is None or prediction is None or prediction.rank != 2:
        return NO_PATCH
    return (*retyped, *view.fixes.assign(dense.id, units=count, activation="softmax"))


def _mend(view: View, item: Diagnostic) -> Patch:
    node = view.nodes.get(item.component)
    if node is None or node.settings is None or node.component.shares is not None or node.component.code is not None:
        return NO_PATCH
    if node is view.training:
        return _mended_head(view, node, item.port)
    if node.component.type == "core.merge":
        return _mended_merge(view, node)
    if item.setting in WINDOWS:
        return view.fixes.assign(node.id, padding="same")
    if item.setting == "axis":
        return view.fixes.assign(node.id, axis=-1)
    if item.setting == "shape":
        return view.fixes.assign(node.id, shape=[-1])
    if item.setting == "groups":
        return view.fixes.assign(node.id, groups=1)
    port = item.port or next(iter(node.inputs), "")
    spec = node.inputs.get(port)
    if spec is None:
        return NO_PATCH
    for shape in _candidates(node, spec):
        new = spec.with_shape((spec.shape[0], *shape))
        if _fits(node, {port: new}):
            target = f"{node.id}.{port}"
            if len(shape) == 1:
                return view.fixes.insert(target, "core.flatten", {})
            return view.fixes.insert(target, "core.reshape", {"shape": list(shape)})
    return NO_PATCH


def _candidates(node: Node, spec: TensorSpec) -> Iterator[tuple[int, ...]]:
    """Yield shapes of one row with as many values, the likeliest first."""
    total = spec.size
    if total is None:
        return
    axes = [size for size in spec.shape[1:] if size is not None]
    dimensions = {"core.recurrent": 1, "core.resize": 2}.get(
        node.component.type, getattr(node.settings, "dimensions", 0)
    )
    if dimensions == 1 and len(axes) > 2:
        yield axes[0], total // max(axes[0], 1)
    if dimensions == 2 and len(axes) == 2:
        yield axes[0], axes[1], 1
    if dimensions == 2 and len(axes) == 4:
        yield axes[0] * axes[1], axes[2], axes[3]
    if dimensions == 2:
        height = _most_even(total)
        yield height, total // height, 1
    if dimensions in {1, 3}:
        yield (total, *(1,) * dimensions)
    yield (total,)


def _most_even(total: int) -> int:
    return next((size for size in range(math.isqrt(total), 0, -1) if total % size == 0), 1)


def _fits(node: Node, changed: Mapping[str, TensorSpec]) -> bool:
    if node.type is None or node.settings is None:
        return False
    try:
        node.type.infer(node.settings, {**node.inputs, **changed})
    except SpecError:
        return False
    return True


def _mended_merge(view: View, node: Node) -> Patch:
    if node.type is None or node.settings is None:
        return NO_PATCH
    specs = node.inputs
    if len({spec.rank for spec in specs.values()}) == 1:
        beside = node.settings.model_copy(update={"operation": "concatenate", "axis": -1})
        try:
            node.type.infer(beside, specs)
            return view.fixes.assign(node.id, operation="concatenate", axis=-1)
        except SpecError:
            pass
    long = [port for port, spec in specs.items() if spec.rank != 2]
    flat = {port: specs[port].with_shape((specs[port].shape[0], specs[port].size)) for port in long}
    if not long or not _fits(node, flat):
        return NO_PATCH
    return view.fixes.insert_chains([f"{node.id}.{port}" for port in long], (("core.flatten", {}, {}),))


def _classes(head: Head) -> int | None:
    count = len(head.target.statistics.classes) if head.target is not None else 0
    return count if count > 1 else None


def _mended_head(view: View, node: Node, port: str) -> Patch:
    head = next((item for item in view.heads if item.port == port), None)
    prediction = head.prediction.outputs.get("output") if head is not None else None
    if head is None or head.truth is None or prediction is None:
        return NO_PATCH
    classification = is_training(view, CLASSIFICATION)
    sparse = head.truth.dtype.startswith("int")
    wanted = (_classes(head),) if sparse else head.truth.shape[1:]
    if None in wanted:
        return NO_PATCH
    sizes = [size for size in wanted if size is not None]
    if not classification and prediction.size == math.prod(sizes):
        chain = "core.flatten" if len(sizes) == 1 else "core.reshape"
        return view.fixes.insert(f"{node.id}.{port}", chain, {} if chain == "core.flatten" else {"shape": sizes})
    return _mended_width(view, node, head, sizes, prediction, classification)


def _mended_width(
    view: View, node: Node, head: Head, sizes: list[int], prediction: TensorSpec, classification: bool
) -> Patch:
    activation = ("sigmoid" if sizes == [1] else "softmax") if classification else "linear"
    dense = last_dense(view, head)
    if dense is not None and len(sizes) == 1 and len(view.readers[dense.id]) == 1:
        changes: dict[str, Any] = {} if getattr(dense.settings, "units", None) == sizes[0] else {"units": sizes[0]}
        if classification and getattr(dense.settings, "activation", activation) not in {activation, "linear"}:
            changes["activation"] = activation
        patch = view.fixes.assign(dense.id, **changes) if changes else NO_PATCH
        if prediction.rank > 2:
            first = first_dense_on(view, head, prediction.rank) or dense
            return (*patch, *view.fixes.insert(f"{first.id}.input", "core.flatten", {}))
        return patch
    last: Chain = (("core.dense", {"units": math.prod(sizes), "activation": activation}, {}),)
    shaped: Chain = (("core.reshape", {"shape": sizes}, {}),) if len(sizes) > 1 else ()
    before: Chain = (("core.flatten", {}, {}),) if prediction.rank > 2 else ()
    return view.fixes.insert_chains([f"{node.id}.{head.port}"], (*before, *last, *shaped))


@mending_rule(
    "unknown-statistics", Severity.ERROR, "The numbers to scale by are not known",
    why="Normalize and Denormalize scale by the mean and deviation of a column. Behind a layer there is no column.",
    remedy="Connect it directly behind a Data component, set the numbers, or use Batch normalization between "
    "layers, as "
    "the fix does.",
)  # fmt: skip
def _unknown_statistics(view: View, item: Diagnostic) -> Patch:
    node = view.nodes[item.component]
    spec = view.input_spec(node)
    if node.component.shares is not None or spec is None or spec.rank < 2 or spec.shape[-1] is None:
        return NO_PATCH
    if node.component.type == "core.normalize" and view.source(node) is not None:
        source = view.source(node)
        if source is not None and source.component.type != "core.data":
            return view.fixes.retype(node.id, "core.batch_normalization", {})
    return view.fixes.bypass(node.id) if node.component.type == "core.denormalize" else NO_PATCH


RULES: Final[tuple[Rule, ...]] = (
    _shape_mismatch,
    _rank_mismatch,
    _dtype_mismatch,
    _unknown_statistics,
    Rule(
        "unknown-size", Severity.ERROR, "The size of the images is not known",
        "The shapes of all layers behind depend on it.",
        "Open the dataset, so that size and channels are taken from it, or set both.",
    ),
    Rule(
        "unknown-feature-type", Severity.ERROR, "A column of a type that Data does not read",
        "Data reads numerical, binary, categorical and image columns.",
        "Choose one of those types for the column, or another component type.",
    ),
)  # fmt: skip
