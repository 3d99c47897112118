"""Rules about the end of a model: does what it gives suit what it is compared with?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from glasswork_sdk.diagnostics import Severity
from glasswork_sdk.rules import Finding, Rule, rule
from glasswork_sdk.view import Head, View

from glasswork_core.rules.common import (
    CLASSIFICATION,
    MULTITASK,
    ONLY_CLASSIFICATION,
    ONLY_REGRESSION,
    REGRESSION,
    ending,
    figures_of,
    is_training,
    last_dense,
    retyped_training,
    width_of,
)
from glasswork_core.training import form_of

PROBABILITIES: Final = frozenset({"softmax", "sigmoid"})
FLOORS: Final = {"relu": 0.0, "softplus": 0.0, "sigmoid": 0.0, "softmax": 0.0, "tanh": -1.0, "softsign": -1.0}
CEILINGS: Final = {"sigmoid": 1.0, "softmax": 1.0, "tanh": 1.0, "softsign": 1.0}


def _wanted(head: Head) -> set[str]:
    form = form_of(head.truth)
    if form == "binary":
        return {"sigmoid"}
    return {"softmax"} if form == "sparse" else {"softmax", "sigmoid"}


@rule(
    "output-not-probabilities", Severity.WARNING, "The output is not a probability",
    why="Cross-entropy and focal loss take probabilities. Values below 0 or above 1 are cut off, and nothing is learnt "
    "from what was cut.",
    remedy="Use softmax for one of several classes, sigmoid for yes or no, or set from_logits.",
)  # fmt: skip
def _output_not_probabilities(view: View) -> Iterator[Finding]:
    learning = view.learning
    if not is_training(view, CLASSIFICATION) or learning.from_logits or learning.loss == "hinge":
        return
    for head in view.heads:
        found = ending(view, head)
        if head.truth is None or found is None or found.activation in _wanted(head):
            continue
        binary = form_of(head.truth) == "binary"
        if binary and (width_of(head) != 1 or found.activation == "softmax"):
            continue
        wanted = "sigmoid" if binary else "softmax"
        yield Finding(
            found.node.id,
            f"{found.node.label} ends with {found.activation}, which gives no probabilities, and '{learning.loss}' "
            f"expects them. Set its activation to {wanted}.",
            setting=found.setting,
            fix=view.fixes.assign(found.node.id, **{found.setting: wanted}),
        )


@rule(
    "probabilities-as-logits", Severity.WARNING, "Probabilities are taken for scores",
    why="With from_logits the loss applies softmax or sigmoid itself. Applied twice, no prediction can be sure, and "
    "the "
    "model learns slowly.",
    remedy="Turn from_logits off, or end the model with a linear layer.",
)  # fmt: skip
def _probabilities_as_logits(view: View) -> Iterator[Finding]:
    if view.training is None or not is_training(view, CLASSIFICATION) or not view.learning.from_logits:
        return
    for head in view.heads:
        found = ending(view, head)
        if found is not None and found.activation in PROBABILITIES:
            yield Finding(
                view.training.id,
                f"{view.training.label} applies softmax or sigmoid because from_logits is on, and "
                f"'{found.node.id}' has applied {found.activation} already. Turn from_logits off.",
                setting="from_logits",
                fix=view.fixes.assign(view.training.id, from_logits=False),
            )
            return


@rule(
    "softmax-one-unit", Severity.WARNING, "Softmax over a single value",
    why="Softmax makes values sum to 1. A single value becomes 1 whatever goes in, so nothing is learnt.",
    remedy="Use sigmoid for one probability, or as many units as there are classes.",
)  # fmt: skip
def _softmax_one_unit(view: View) -> Iterator[Finding]:
    for kind, setting in (
        ("core.dense", "activation"),
        ("core.convolution", "activation"),
        ("core.activation", "function"),
    ):
        for node in view.of(kind):
            spec = view.output_spec(node)
            if spec is not None and spec.shape[-1:] == (1,) and getattr(node.settings, setting) == "softmax":
                yield Finding(
                    node.id,
                    f"{node.label} applies softmax to a single value, which always gives 1. Use sigmoid.",
                    setting=setting,
                    fix=view.fixes.assign(node.id, **{setting: "sigmoid"}),
                )


@rule(
    "bounded-regression", Severity.WARNING, "The output cannot reach the target's values",
    why="An activation such as sigmoid or ReLU bounds the output. Targets beyond the bound can never be predicted.",
    remedy="Use a linear output, or scale the target into the range of the activation.",
)  # fmt: skip
def _bounded_regression(view: View) -> Iterator[Finding]:
    if not is_training(view, REGRESSION):
        return
    for head in view.heads:
        found = ending(view, head)
        if found is None or head.target is None or head.target.type == "image" or found.activation == "linear":
            continue
        figures = head.target.statistics
        low, high = FLOORS.get(found.activation), CEILINGS.get(found.activation)
        if figures.min is None or figures.max is None or (low is None and high is None):
            continue
        # Behind a Denormalize the layer itself works around 0, on both sides of it.
        least, most = (-2.0, 2.0) if found.scaled else (figures.min, figures.max)
        if (low is not None and least < low) or (high is not None and most > high):
            yield Finding(
                found.node.id,
                f"{found.node.label} ends with {found.activation}, which cannot give all values of "
                f"'{head.target.name}' ({figures.min:.4g} to {figures.max:.4g}). Use linear.",
                setting=found.setting,
                fix=view.fixes.assign(found.node.id, **{found.setting: "linear"}),
            )


def _classes_and_width(view: View) -> Iterator[tuple[Head, str, int, int]]:
    if not is_training(view, CLASSIFICATION) and not is_training(view, MULTITASK):
        return
    for head in view.heads:
        width = width_of(head)
        if head.target is None or head.truth is None or width is None or form_of(head.truth) != "sparse":
            continue
        count = len(head.target.statistics.classes)
        if count > 1 and width > 1:
            yield head, head.target.name, count, width


def _units(view: View, head: Head, name: str, count: int, width: int, told: str) -> Finding:
    node = last_dense(view, head)
    target = node or head.prediction
    return Finding(
        target.id,
        f"{target.label} gives {width} values, and '{name}' has {count} classes: {told}. Give it {count} units.",
        setting="units" if node else "",
        fix=view.fixes.assign(node.id, units=count) if node else (),
    )


@rule(
    "too-few-units", Severity.ERROR, "There are more classes than outputs",
    why="Each class needs an output of its own; the loss has no number to look at for the others.",
    remedy="Give the last Dense as many units as the target has classes.",
)  # fmt: skip
def _too_few_units(view: View) -> Iterator[Finding]:
    for head, name, count, width in _classes_and_width(view):
        if width < count:
            yield _units(view, head, name, count, width, "some classes have none")


@rule(
    "more-units-than-classes", Severity.WARNING, "There are more outputs than classes",
    why="The spare outputs stand for no class. The model must learn never to use them.",
    remedy="Give the last Dense as many units as the target has classes.",
)  # fmt: skip
def _more_units_than_classes(view: View) -> Iterator[Finding]:
    for head, name, count, width in _classes_and_width(view):
        if width > count:
            yield _units(view, head, name, count, width, "some stand for none")


@rule(
    "classification-of-numbers", Severity.WARNING, "Numbers are learnt as if they were classes",
    why="The loss of a classification takes the target for a probability between 0 and 1. For any other number it is "
    "meaningless.",
    remedy="Use Regression, or read the column as categorical.",
)  # fmt: skip
def _classification_of_numbers(view: View) -> Iterator[Finding]:
    if view.training is None or not is_training(view, CLASSIFICATION):
        return
    for head in view.heads:
        if head.target is not None and head.target.type == "numerical":
            yield Finding(
                view.training.id,
                f"'{head.target.name}' is a number, and {view.training.label} predicts classes. Use Regression.",
                port=head.port,
                fix=retyped_training(view, REGRESSION, ONLY_CLASSIFICATION) if len(view.heads) == 1 else (),
            )


@rule(
    "regression-of-classes", Severity.WARNING, "Yes or no is learnt as if it were a number",
    why="A regression is not told that the answer is one of two, and its test says nothing of how often it is right.",
    remedy="Use Classification with one unit and sigmoid.",
)  # fmt: skip
def _regression_of_classes(view: View) -> Iterator[Finding]:
    if view.training is None or not is_training(view, REGRESSION):
        return
    for head in view.heads:
        if head.target is not None and head.target.type == "binary":
            yield Finding(
                view.training.id,
                f"'{head.target.name}' is yes or no, and {view.training.label} predicts numbers. Use Classification.",
                port=head.port,
                fix=retyped_training(view, CLASSIFICATION, ONLY_REGRESSION) if len(view.heads) == 1 else (),
            )


@rule(
    "loss-needs-positive", Severity.WARNING, "The loss does not work for negative targets",
    why="The Poisson and the logarithmic loss take logarithms, which negative numbers do not have.",
    remedy="Use mean_squared_error, mean_absolute_error or huber.",
)  # fmt: skip
def _loss_needs_positive(view: View) -> Iterator[Finding]:
    if view.training is None or not is_training(view, REGRESSION):
        return
    if view.learning.loss not in {"poisson", "mean_squared_logarithmic_error"}:
        return
    for head in view.heads:
        lowest = head.target.statistics.min if head.target is not None else None
        if lowest is not None and lowest < 0 and head.target is not None:
            yield Finding(
                view.training.id,
                f"'{head.target.name}' goes down to {lowest:.4g}, and the loss '{view.learning.loss}' has no value "
                "below 0. Use mean_squared_error.",
                setting="loss",
                fix=view.fixes.assign(view.training.id, loss="mean_squared_error"),
            )
            return


@rule(
    "hinge-on-probabilities", Severity.WARNING, "The hinge loss gets probabilities",
    why="The hinge loss wants scores on both sides of 0 with a margin between; probabilities have one side only.",
    remedy="End the model with a linear layer, or use cross-entropy.",
)  # fmt: skip
def _hinge_on_probabilities(view: View) -> Iterator[Finding]:
    if not is_training(view, CLASSIFICATION) or view.learning.loss != "hinge":
        return
    for head in view.heads:
        found = ending(view, head)
        if found is not None and found.activation in PROBABILITIES:
            yield Finding(
                found.node.id,
                f"{found.node.label} ends with {found.activation}, and the hinge loss expects scores. Use linear.",
                setting=found.setting,
                fix=view.fixes.assign(found.node.id, **{found.setting: "linear"}),
            )


@rule(
    "target-scale", Severity.WARNING, "The target's numbers are large for an output layer",
    why="Layers begin with answers around 0. A target with values far from there takes many epochs only to reach its "
    "mean, and makes gradients large.",
    remedy="Put a Denormalize behind the last layer, so that the model learns around 0.",
)  # fmt: skip
def _target_scale(view: View) -> Iterator[Finding]:
    if view.training is None or not is_training(view, REGRESSION):
        return
    for head in view.heads:
        column, found = head.target, ending(view, head)
        if column is None or column.type != "numerical" or found is None or found.scaled:
            continue
        mean, deviation = column.statistics.mean, column.statistics.std
        if mean is None or deviation is None or max(abs(mean), deviation) <= 10:
            continue
        port = f"{view.training.id}.{head.port}"
        yield Finding(
            head.prediction.id,
            f"'{column.name}' has mean {mean:.4g} and deviation {deviation:.4g}, far from what layers begin with. "
            "Insert a Denormalize behind the last layer.",
            fix=view.fixes.insert(port, "core.denormalize", {}, figures_of(column)),
        )


@rule(
    "dropout-output", Severity.WARNING, "Dropout hides the answer itself",
    why="Behind the last layer, Dropout sets predictions to 0 while the model trains, and the loss punishes it for "
    "that.",
    remedy="Put Dropout before the last layer, or remove it.",
)  # fmt: skip
def _dropout_output(view: View) -> Iterator[Finding]:
    for head in view.heads:
        node = view.back(head.prediction, {"core.flatten", "core.reshape", "core.activation", "core.denormalize"})
        if node is not None and node.component.type == "core.dropout" and getattr(node.settings, "rate", 0) > 0:
            yield Finding(
                node.id,
                f"{node.label} stands behind the last layer and hides predictions from the loss. Remove it.",
                fix=view.fixes.bypass(node.id),
            )


@rule(
    "narrow-before-output", Severity.TIP, "The layer before the output is narrow",
    why="What passes through few values cannot tell many classes apart.",
    remedy="Give the layer before the output about as many units as there are classes, or more.",
)  # fmt: skip
def _narrow_before_output(view: View) -> Iterator[Finding]:
    for head, name, count, _ in _classes_and_width(view):
        node = last_dense(view, head)
        before = view.back(view.source(node), {"core.dropout", "core.batch_normalization"}) if node else None
        if before is None or before.component.type != "core.dense" or before.component.code is not None:
            continue
        units = getattr(before.settings, "units", count)
        if units * 3 < count:
            yield Finding(
                before.id,
                f"{before.label} lets {units} values through to tell the {count} classes of '{name}' apart. "
                f"Give it {2 * count} units.",
                setting="units",
                fix=view.fixes.assign(before.id, units=2 * count) if before.component.shares is None else (),
            )


@rule(
    "nothing-to-learn", Severity.WARNING, "Nothing in the model learns",
    why="No component between the inputs and the predictions has weights, so training changes nothing.",
    remedy="Add a layer with weights, such as Dense or Convolution.",
)  # fmt: skip
def _nothing_to_learn(view: View) -> Iterator[Finding]:
    if view.training is None or not view.heads:
        return
    for name in view.analysis.model_side:
        node = view.nodes[name]
        weightless = node.type is not None and node.type.weightless and node.component.code is None
        if not weightless and node.component.type != "core.dropout":
            return
    yield Finding(
        view.training.id,
        f"No component that leads to the predictions of {view.training.label} has weights. Add a Dense before it.",
    )


RULES: Final[tuple[Rule, ...]] = (
    _output_not_probabilities, _probabilities_as_logits, _softmax_one_unit, _bounded_regression, _too_few_units,
    _more_units_than_classes, _classification_of_numbers, _regression_of_classes, _loss_needs_positive,
    _hinge_on_probabilities, _target_scale, _dropout_output, _narrow_before_output, _nothing_to_learn,
)  # fmt: skip
