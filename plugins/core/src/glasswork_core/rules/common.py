"""Questions that several rules ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from glasswork_sdk.analysis import Node
from glasswork_sdk.graph import port_number
from glasswork_sdk.patch import NO_PATCH, Patch
from glasswork_sdk.profile import FeatureProfile
from glasswork_sdk.view import Head, View

CLASSIFICATION: Final = "core.classification"
REGRESSION: Final = "core.regression"
MULTITASK: Final = "core.multitask"
WEIGHTED: Final = ("core.dense", "core.convolution", "core.recurrent")
SHAPING: Final = frozenset({"core.flatten", "core.reshape"})
BEHIND_OUTPUT: Final = frozenset({"core.flatten", "core.reshape", "core.denormalize", "core.dropout"})
SETTING_OF_ACTIVATION: Final[Mapping[str, str]] = {
    "core.dense": "activation",
    "core.convolution": "activation",
    "core.activation": "function",
}
ONLY_CLASSIFICATION: Final = frozenset({"loss", "gamma", "from_logits", "class_weights", "scores", "monitor"})
ONLY_REGRESSION: Final = frozenset({"loss", "delta", "monitor"})


@dataclass(frozen=True, slots=True)
class Ending:
    """The component that decides which values a prediction may have.

    Args:
        node: the component.
        setting: its setting with the activation.
        activation: that setting's value.
        scaled: whether a Denormalize stands behind it.
    """

    node: Node
    setting: str
    activation: str
    scaled: bool


def ending(view: View, head: Head) -> Ending | None:
    """Return where the values of a prediction are decided, or None where that is not one known activation."""
    node: Node | None = head.prediction
    scaled, steps = False, 0
    while node is not None and steps <= len(view.nodes):
        kind = node.component.type
        if kind in SETTING_OF_ACTIVATION:
            found = activation_of(node)
            if found is None:
                return None
            if kind != "core.activation" or found != "linear":
                return Ending(node, SETTING_OF_ACTIVATION[kind], found, scaled)
        elif kind not in BEHIND_OUTPUT:
            return None
        scaled = scaled or kind == "core.denormalize"
        node, steps = view.source(node), steps + 1
    return None


def activation_of(node: Node) -> str | None:
    """Return the activation of a component; None where it has none, or where it is shared or custom code."""
    name = SETTING_OF_ACTIVATION.get(node.component.type)
    if name is None or node.settings is None or node.component.code is not None or node.component.shares is not None:
        return None
    value: str = getattr(node.settings, name)
    return value


def is_training(view: View, name: str) -> bool:
    """Whether the training component is of that type."""
    return view.training is not None and view.training.component.type == name


def retyped_training(view: View, type_name: str, dropped: frozenset[str]) -> Patch:
    """Return a patch that makes the training component one of another type, with what both have."""
    if view.training is None:
        return NO_PATCH
    component = view.training.component
    kept = {name: value for name, value in component.values.items() if name not in dropped}
    return view.fixes.retype(view.training.id, type_name, kept)


def width_of(head: Head) -> int | None:
    """Return the size of the last axis of a prediction."""
    spec = head.prediction.outputs.get("output")
    return spec.shape[-1] if spec is not None and spec.rank > 1 else None


def last_dense(view: View, head: Head) -> Node | None:
    """Return the Dense that gives a prediction its width."""
    node = view.back(head.prediction, BEHIND_OUTPUT | {"core.activation"})
    good = node is not None and node.component.type == "core.dense" and node.settings is not None
    return node if good and node is not None and node.component.code is None and node.component.shares is None else None


def first_dense_on(view: View, head: Head, rank: int) -> Node | None:
    """Return the first Dense before a prediction whose input has so many axes or more; None where there is none."""
    found: Node | None = None
    node: Node | None = head.prediction
    steps = 0
    while node is not None and steps <= len(view.nodes):
        spec = view.input_spec(node)
        if node.component.type == "core.dense" and spec is not None and spec.rank >= rank:
            found = node
        node, steps = view.source(node), steps + 1
    return found


def figures_of(column: FeatureProfile) -> dict[str, Any]:
    """Return the numbers that Normalize and Denormalize are suggested for a column."""
    figures = column.statistics
    if figures.mean is None:
        return {}
    return {"mean": figures.mean, "std": figures.std or 1.0}


def without_input(view: View, node: Node) -> Patch:
    """Return a patch that takes a data component out of the model, with what stands between it and a Merge.

    Args:
        view: the graph.
        node: the data component.

    Returns:
        The patch; empty where it does not lead into a Merge of three or more.
    """
    gone: list[str] = []
    current = node
    while len(gone) < 50:
        readers = [(name, port) for name, port in view.readers[current.id] if name in view.analysis.model_side]
        if len(readers) != 1:
            return NO_PATCH
        name, port = readers[0]
        if len(view.readers[current.id]) == 1:
            gone.append(current.id)
        reader = view.nodes[name]
        if len(reader.bindings) > 1:
            break
        current = reader
    if reader.component.type != "core.merge" or len(reader.bindings) < 3:
        return NO_PATCH
    if any(view.nodes[behind].component.type == "core.reshape" for behind, _ in view.readers[reader.id]):
        return NO_PATCH  # it counts on as many values as there are
    last = max(reader.bindings, key=lambda item: port_number("input", item))
    return view.fixes.remove_input(gone, f"{name}.{port}", f"{name}.{last}")
