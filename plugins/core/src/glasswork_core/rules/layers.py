"""Rules about single layers and the layer before or behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from glasswork_sdk.analysis import Node
from glasswork_sdk.diagnostics import Severity
from glasswork_sdk.patch import NO_PATCH, Patch
from glasswork_sdk.rules import Finding, Rule, rule
from glasswork_sdk.view import View

from glasswork_core.choices import per_axis
from glasswork_core.rules.common import SETTING_OF_ACTIVATION, SHAPING, WEIGHTED, activation_of

QUIET: Final = SHAPING | {"core.dropout"}


def _before(view: View, node: Node) -> Node | None:
    return view.back(view.source(node), QUIET)


@rule(
    "softmax-twice", Severity.WARNING, "Softmax is applied twice",
    why="Softmax of probabilities is nearly the same for every class, so the model can never be sure of anything.",
    remedy="Make the first of the two linear.",
)  # fmt: skip
def _softmax_twice(view: View) -> Iterator[Finding]:
    for node in view.of("core.activation"):
        if activation_of(node) != "softmax":
            continue
        before = _before(view, node)
        if before is not None and activation_of(before) == "softmax":
            setting = SETTING_OF_ACTIVATION[before.component.type]
            yield Finding(
                node.id,
                f"{node.label} applies softmax to what '{before.id}' has made probabilities already. Make "
                f"'{before.id}' linear.",
                fix=view.fixes.assign(before.id, **{setting: "linear"}),
            )


@rule(
    "activation-twice", Severity.TIP, "Two activations follow each other",
    why="A second function right behind the first adds nothing that one of them could not do, and may undo it.",
    remedy="Make the layer before the Activation linear, or remove the Activation.",
)  # fmt: skip
def _activation_twice(view: View) -> Iterator[Finding]:
    for node in view.of("core.activation"):
        before, function = view.source(node), activation_of(node)
        if before is None or function == "linear":
            continue
        first = activation_of(before)
        if first is None or first == "linear" or (first == "softmax" and function == "softmax"):
            continue
        setting = SETTING_OF_ACTIVATION[before.component.type]
        yield Finding(
            node.id,
            f"{node.label} applies {function} to the {first} of '{before.id}'. Make '{before.id}' linear.",
            fix=view.fixes.assign(before.id, **{setting: "linear"}),
        )


@rule(
    "softmax-hidden", Severity.WARNING, "Softmax inside the model",
    why="Softmax lets a few values through and holds back the others. Between layers that throws information away and "
    "slows learning down.",
    remedy="Use relu inside the model, and softmax for its output alone.",
)  # fmt: skip
def _softmax_hidden(view: View) -> Iterator[Finding]:
    for node in view.of("core.dense", "core.convolution"):
        if activation_of(node) != "softmax":
            continue
        following = view.reader(node)
        steps = 0
        while following is not None and following.component.type in QUIET and steps < len(view.nodes):
            following, steps = view.reader(following), steps + 1
        if following is not None and following.component.type in WEIGHTED:
            yield Finding(
                node.id,
                f"{node.label} has softmax and feeds '{following.id}', so it is no output. Use relu.",
                setting="activation",
                fix=view.fixes.assign(node.id, activation="relu"),
            )


@rule(
    "dropout-before-batch-normalization", Severity.WARNING, "Dropout before batch normalization",
    why="Dropout changes the variance while the model trains, and not when it predicts. The moving variance behind "
    "it is "
    "then wrong for every prediction (Li et al., 2018).",
    remedy="Put Dropout behind the batch normalization.",
)  # fmt: skip
def _dropout_before_batch_normalization(view: View) -> Iterator[Finding]:
    for node in view.of("core.batch_normalization"):
        dropout = view.source(node)
        if dropout is None or dropout.component.type != "core.dropout" or getattr(dropout.settings, "rate", 0) == 0:
            continue
        yield Finding(
            node.id,
            f"'{dropout.id}' drops values before {node.label} measures them. Swap the two.",
            fix=_swapped(view, dropout, node),
        )


def _swapped(view: View, first: Node, second: Node) -> Patch:
    source = first.bindings.get("input")
    if source is None or len(view.readers[first.id]) != 1:
        return NO_PATCH
    changes = {f"{second.id}.input": f"{source.component}.{source.output}", f"{first.id}.input": f"{second.id}.output"}
    changes |= {f"{name}.{port}": f"{first.id}.output" for name, port in view.readers[second.id]}
    return view.fixes.rewire(changes)


@rule(
    "bias-before-batch-normalization", Severity.TIP, "A bias that is taken off again",
    why="Batch normalization subtracts the mean, and with it any bias of the layer before. The bias costs weights and "
    "does nothing.",
    remedy="Turn use_bias off in the layer before the batch normalization.",
)  # fmt: skip
def _bias_before_batch_normalization(view: View) -> Iterator[Finding]:
    for node in view.of("core.batch_normalization"):
        before = view.source(node)
        if before is None or activation_of(before) != "linear" or not getattr(before.settings, "use_bias", False):
            continue
        if view.reader(before) is node and getattr(node.settings, "center", False):
            yield Finding(
                before.id,
                f"{before.label} adds a bias that '{node.id}' takes off again. Turn use_bias off.",
                setting="use_bias",
                fix=view.fixes.assign(before.id, use_bias=False),
            )


@rule(
    "small-batch-normalization", Severity.WARNING, "Batch normalization over very few rows",
    why="It normalizes by the mean and deviation of the batch. Over a few rows these are chance, and what the model "
    "learns does not hold for predictions.",
    remedy="Use a batch size of 16 or more.",
)  # fmt: skip
def _small_batch_normalization(view: View) -> Iterator[Finding]:
    size = getattr(view.learning, "batch_size", 32)
    if size >= 8 or view.training is None:
        return
    node = next(view.of("core.batch_normalization"), None)
    if node is not None:
        yield Finding(
            view.training.id,
            f"Steps of {size} rows are too few for {node.label} to measure a mean. Use 16 or more.",
            setting="batch_size",
            fix=view.fixes.assign(view.training.id, batch_size=16),
        )


@rule(
    "high-dropout", Severity.WARNING, "Dropout leaves little over",
    why="With most values gone the layers behind see almost nothing of a row, and the model hardly learns.",
    remedy="Use a rate between 0.1 and 0.5.",
)  # fmt: skip
def _high_dropout(view: View) -> Iterator[Finding]:
    for node in view.of("core.dropout"):
        rate = getattr(node.settings, "rate", 0.0)
        if rate > 0.8:
            yield Finding(
                node.id,
                f"{node.label} drops {rate:.0%} of the values. Use 0.5 or less.",
                setting="rate",
                fix=view.fixes.assign(node.id, rate=0.5),
            )


@rule(
    "does-nothing", Severity.TIP, "A component changes nothing",
    why="Its settings make it pass its input on as it is. It costs time and makes the model harder to read.",
    remedy="Give it something to do, or remove it, as the fix does.",
)  # fmt: skip
def _does_nothing(view: View) -> Iterator[Finding]:
    for node in view.of(
        "core.dropout", "core.activation", "core.pooling", "core.flatten", "core.reshape", "core.resize"
    ):
        if _is_idle(view, node):
            yield Finding(
                node.id,
                f"{node.label} passes its input on unchanged. Remove it, or change its settings.",
                fix=view.fixes.bypass(node.id),
            )


def _is_idle(view: View, node: Node) -> bool:
    settings, kind = node.settings, node.component.type
    if kind == "core.dropout":
        return getattr(settings, "rate", 1) == 0
    if kind == "core.activation":
        return activation_of(node) == "linear"
    given, made = view.input_spec(node), view.output_spec(node)
    if given is None or made is None or given != made or None in given.shape[1:]:
        return False
    if kind == "core.pooling":
        return max(per_axis(getattr(settings, "pool_size", 2), 1)) == 1
    return kind != "core.reshape" or not getattr(settings, "permutation", ())


@rule(
    "constant-initializer", Severity.WARNING, "All weights begin alike",
    why="Units that begin with the same weights get the same gradients and stay the same for ever: the layer is as "
    "good "
    "as one with a single unit.",
    remedy="Draw the first weights at random, as glorot_uniform does.",
)  # fmt: skip
def _constant_initializer(view: View) -> Iterator[Finding]:
    for node in view.of("core.dense", "core.convolution"):
        if _initializer(node) in {"zeros", "ones"} and _width(node) > 1:
            yield Finding(
                node.id,
                f"{node.label} begins with all weights alike, so its units never differ. Use glorot_uniform.",
                setting="kernel_initializer",
                fix=view.fixes.assign(node.id, kernel_initializer="glorot_uniform"),
            )


def _initializer(node: Node) -> str:
    return str(getattr(node.settings, "kernel_initializer", ""))


def _width(node: Node) -> int:
    return int(getattr(node.settings, "units", 0) or getattr(node.settings, "filters", 0))


@rule(
    "selu-initializer", Severity.TIP, "SELU wants its own first weights",
    why="SELU keeps values at mean 0 and deviation 1 by itself only with weights drawn by LeCun's rule (Klambauer "
    "et al., "
    "2017).",
    remedy="Use lecun_normal.",
)  # fmt: skip
def _selu_initializer(view: View) -> Iterator[Finding]:
    for node in view.of("core.dense", "core.convolution"):
        if activation_of(node) == "selu" and not _initializer(node).startswith("lecun"):
            yield Finding(
                node.id,
                f"{node.label} has selu, which keeps its promise with lecun_normal weights only.",
                setting="kernel_initializer",
                fix=view.fixes.assign(node.id, kernel_initializer="lecun_normal"),
            )


@rule(
    "large-l2", Severity.WARNING, "The penalty on weights is very large",
    why="A large penalty outweighs the loss: the weights go to 0, and with them everything that was learnt.",
    remedy="Use a penalty between 0.00001 and 0.01.",
)  # fmt: skip
def _large_l2(view: View) -> Iterator[Finding]:
    for node in view.of("core.dense", "core.convolution"):
        penalty = getattr(node.settings, "l2", 0.0)
        if penalty > 0.1:
            yield Finding(
                node.id,
                f"{node.label} has a penalty of {penalty:g}, which holds all weights at 0. Use 0.001.",
                setting="l2",
                fix=view.fixes.assign(node.id, l2=0.001),
            )


@rule(
    "single-unit-hidden", Severity.WARNING, "Everything passes through a single value",
    why="A Dense with one unit inside the model makes one number of each row; the layers behind cannot know more.",
    remedy="Give it more units.",
)  # fmt: skip
def _single_unit_hidden(view: View) -> Iterator[Finding]:
    for node in view.of("core.dense"):
        if getattr(node.settings, "units", 0) != 1:
            continue
        following = view.reader(node)
        spec = view.input_spec(node)
        if following is not None and following.component.type in {"core.dense", "core.recurrent"} and spec is not None:
            yield Finding(
                node.id,
                f"{node.label} makes one number of each row before '{following.id}'. Give it 16 units.",
                setting="units",
                fix=view.fixes.assign(node.id, units=16),
            )


RULES: Final[tuple[Rule, ...]] = (
    _softmax_twice, _activation_twice, _softmax_hidden, _dropout_before_batch_normalization,
    _bias_before_batch_normalization, _small_batch_normalization, _high_dropout, _does_nothing, _constant_initializer,
    _selu_initializer, _large_l2, _single_unit_hidden,
)  # fmt: skip
