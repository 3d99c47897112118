"""Rules about measured values: what a preview or one backward pass shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from glasswork_sdk.analysis import Node
from glasswork_sdk.component import Kind
from glasswork_sdk.diagnostics import Severity
from glasswork_sdk.rules import Finding, Rule, Values, ValueStatistics, value_rule
from glasswork_sdk.view import View

from glasswork_core.rules.common import activation_of

ENOUGH: Final = 8
"""Fewer values say nothing of a layer."""


def _outputs(view: View, values: Values) -> Iterator[tuple[Node, ValueStatistics]]:
    """Yield what layers of the model give, where there are enough values to say anything."""
    for name, measured in values.items():
        node = view.nodes[name]
        for figures in measured.outputs.values():
            if node.kind is Kind.LAYER and name not in view.analysis.target_side:
                yield node, figures


def _big(figures: ValueStatistics) -> bool:
    return figures.size == 0 or figures.size >= ENOUGH


@value_rule(
    "nan-values", Severity.ERROR, "Values that are no number",
    why="A value that is no number makes everything behind it no number, and after one step all weights too.",
    remedy="Look at the first component that has them: a division by zero, a logarithm of a negative number, values "
    "that "
    "grew too large, or gaps in the data.",
)  # fmt: skip
def _nan_values(view: View, values: Values) -> Iterator[Finding]:
    sick = {name for name, item in values.items() if any(figures.nan_count for figures in item.outputs.values())}
    for name in sorted(sick):
        sources = {binding.component for binding in view.nodes[name].bindings.values()}
        if not sources & sick:  # those behind it only pass them on
            count = sum(figures.nan_count for figures in values[name].outputs.values())
            node = view.nodes[name]
            yield Finding(name, f"{node.label} gives {count:,} values that are no number. Look at its code and input.")


@value_rule(
    "dead-activations", Severity.WARNING, "Nearly all values are cut to 0",
    why="Where ReLU gives 0 no gradient comes back, so these units do not learn.",
    remedy="Scale the inputs, use a smaller learning rate, or leaky_relu.",
)  # fmt: skip
def _dead_activations(view: View, values: Values) -> Iterator[Finding]:
    for node, figures in _outputs(view, values):
        function = activation_of(node)
        zeros = figures.zero_fraction if figures.zero_fraction is not None else float(figures.largest == 0)
        if function == "relu" and _big(figures) and zeros >= 0.98:
            setting = "function" if node.component.type == "core.activation" else "activation"
            yield Finding(
                node.id,
                f"{node.label} gives 0 for {zeros:.0%} of its values on the sample, so it hardly learns. Use "
                f"leaky_relu.",
                setting=setting,
                fix=view.fixes.assign(node.id, **{setting: "leaky_relu"}),
            )


@value_rule(
    "saturated-activations", Severity.WARNING, "Values stand at the ends of sigmoid or tanh",
    why="At its ends the function is flat: the gradient is nearly 0 and the layer does not learn.",
    remedy="Scale the inputs, put a Batch normalization before it, or use relu inside the model.",
)  # fmt: skip
def _saturated_activations(view: View, values: Values) -> Iterator[Finding]:
    for node, figures in _outputs(view, values):
        function = activation_of(node)
        if function not in {"sigmoid", "tanh"} or not _big(figures):
            continue
        low = 0.0 if function == "sigmoid" else -1.0
        mean, deviation = (figures.mean - low) / (1 - low), figures.std / (1 - low)
        # Values at 0 and 1 alone have the largest variance there is for their mean, m (1 - m).
        if deviation**2 > 0.85 * mean * (1 - mean) or not 0.01 < mean < 0.99:
            setting = "function" if node.component.type == "core.activation" else "activation"
            yield Finding(
                node.id,
                f"{node.label} gives values at the ends of {function} on the sample, where it hardly learns. Use relu.",
                setting=setting,
                fix=view.fixes.assign(node.id, **{setting: "relu"}) if view.reader(node) is not view.training else (),
            )


@value_rule(
    "constant-output", Severity.WARNING, "All values of a component are the same",
    why="A component whose output does not change passes nothing on of what it got.",
    remedy="Look at its weights and at what feeds it; all weights alike or an input of zeros are usual reasons.",
)  # fmt: skip
def _constant_output(view: View, values: Values) -> Iterator[Finding]:
    constant = {
        node.id for node, figures in _outputs(view, values)
        if figures.size >= ENOUGH and figures.min == figures.max and not figures.nan_count
        and figures.zero_fraction is not None  # texts are no numbers
    }  # fmt: skip
    for name in sorted(constant):
        node = view.nodes[name]
        relu_is_dead = activation_of(node) == "relu" and values[name].outputs["output"].largest == 0
        if not relu_is_dead and not {binding.component for binding in node.bindings.values()} & constant:
            yield Finding(name, f"{node.label} gives the same value everywhere on the sample. Look at what feeds it.")


@value_rule(
    "exploding-values", Severity.WARNING, "Values grow very large",
    why="Large values make large gradients; the next step may make them no number.",
    remedy="Scale the inputs, or put a Batch normalization before the component.",
)  # fmt: skip
def _exploding_values(view: View, values: Values) -> Iterator[Finding]:
    large = {node.id for node, figures in _outputs(view, values) if figures.largest > 1e4}
    for name in sorted(large):
        node = view.nodes[name]
        sources = {binding.component for binding in node.bindings.values()}
        scaling = node.component.type == "core.denormalize"
        raw = any(view.nodes[source].kind is Kind.DATA for source in sources) and node.type is not None
        if not scaling and not sources & large and not (raw and node.type is not None and node.type.weightless):
            largest = max(figures.largest for figures in values[name].outputs.values())
            yield Finding(
                name, f"{node.label} gives values up to {largest:.3g} on the sample. Scale what goes into it."
            )


@value_rule(
    "vanishing-values", Severity.WARNING, "Values fade to almost nothing",
    why="What is left of the input is too small to tell rows apart, and gradients are as small.",
    remedy="Put a Batch normalization before the component, or draw larger first weights (he_normal for relu).",
)  # fmt: skip
def _vanishing_values(view: View, values: Values) -> Iterator[Finding]:
    small = {node.id for node, figures in _outputs(view, values) if _big(figures) and 0 < figures.largest < 1e-6}
    for name in sorted(small):
        node = view.nodes[name]
        if not {binding.component for binding in node.bindings.values()} & small:
            yield Finding(
                name, f"{node.label} gives values below 0.000001 on the sample. Put a Batch normalization before it."
            )


def _variance(view: View) -> float:
    """Return the largest variance of a target, by which gradients of squared errors grow; at least 1."""
    deviations = (head.target.statistics.std or 0.0 for head in view.heads if head.target is not None)
    return max([1.0, *(deviation**2 for deviation in deviations)])


def _gradients(view: View, values: Values) -> Iterator[tuple[Node, float]]:
    for name, measured in values.items():
        if measured.gradients:
            yield view.nodes[name], max(figures.largest for figures in measured.gradients.values())


@value_rule(
    "exploding-gradients", Severity.WARNING, "Gradients are very large",
    why="A step along a gradient of hundreds or thousands throws the weights far away.",
    remedy="Scale inputs and target, lower the learning rate, or set clip_norm to 1.",
)  # fmt: skip
def _exploding_gradients(view: View, values: Values) -> Iterator[Finding]:
    limit = 1e3 * _variance(view)
    found = [(node, largest) for node, largest in _gradients(view, values) if largest > limit]
    if found and not getattr(view.learning, "clip_norm", 0):
        node, largest = max(found, key=lambda item: item[1])
        training = view.training
        fix = view.fixes.assign(training.id, clip_norm=1) if hasattr(view.learning, "clip_norm") and training else ()
        yield Finding(node.id, f"{node.label} gets gradients up to {largest:.3g} on one batch. Limit them.", fix=fix)


@value_rule(
    "vanishing-gradients", Severity.WARNING, "Gradients are almost nothing",
    why="A layer that gets no gradient does not learn, whatever the others do.",
    remedy="Use relu, put a Batch normalization between the layers, or lead the input of a block past it with Merge.",
)  # fmt: skip
def _vanishing_gradients(view: View, values: Values) -> Iterator[Finding]:
    measured = list(_gradients(view, values))
    most = max((largest for _, largest in measured), default=0.0)
    relative = 1e-5 * most if most < 1e3 * _variance(view) else 0.0  # beside an explosion everything looks small
    faded = [node for node, largest in measured if largest < max(1e-7, relative)]
    if faded and most > 0:
        order = list(view.nodes)
        node = min(faded, key=lambda item: order.index(item.id))
        yield Finding(node.id, f"{node.label} gets almost no gradient on one batch, so it does not learn.")


RULES: Final[tuple[Rule, ...]] = (
    _nan_values, _dead_activations, _saturated_activations, _constant_output, _exploding_values, _vanishing_values,
    _exploding_gradients, _vanishing_gradients,
)  # fmt: skip
