"""Rules about the two ends that a loss compares: predictions and targets have to be of the same kind and scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from glasswork_sdk.analysis import Node
from glasswork_sdk.diagnostics import Severity
from glasswork_sdk.graph import numbered, port_number
from glasswork_sdk.rules import Finding, Rule, rule
from glasswork_sdk.view import Head, View

from glasswork_core.rules.common import BEHIND_OUTPUT, SHAPING

NORMALIZING: Final = frozenset({"core.batch_normalization", "core.normalize"})
FEW_ROWS: Final = 100
USUAL_BATCH: Final = 32


def _walk(view: View, node: Node | None) -> Iterator[Node]:
    """Yield a component and those before it, as long as each has one input."""
    steps = 0
    while node is not None and steps <= len(view.nodes):
        yield node
        node, steps = view.source(node), steps + 1


def _truth(view: View, head: Head) -> Node | None:
    """Return what feeds the target that a prediction is compared with."""
    training = view.training
    if training is None:
        return None
    binding = training.bindings.get(numbered("targets", port_number("predictions", head.port)))
    return None if binding is None else view.nodes[binding.component]


@rule(
    "targets-rescaled", Severity.WARNING, "Targets and predictions have different scales",
    why="The targets are normalized, and a Denormalize brings the predictions to the units of the data: the loss "
    "compares the one with the other, and the model learns to answer near 0.",
    remedy="Take out the Normalize before the targets, as the fix does, or the Denormalize behind the predictions.",
)  # fmt: skip
def _targets_rescaled(view: View) -> Iterator[Finding]:
    for head in view.heads:
        scaled = next((node for node in _walk(view, _truth(view, head)) if _is(node, {"core.normalize"})), None)
        back = any(_is(node, {"core.denormalize"}) for node in _behind_output(view, head))
        if scaled is not None and back:
            yield Finding(
                scaled.id,
                f"{scaled.label} changes the scale of the targets, and the predictions are in the units of the data. "
                "Take it out.",
                fix=view.fixes.bypass(scaled.id),
            )


@rule(
    "normalized-output", Severity.WARNING, "The predictions are normalized",
    why="Behind the last layer stand the answers themselves. What shifts and scales them makes probabilities that are "
    "none, and numbers around 0.",
    remedy="Remove it, or put it before the last layer.",
)  # fmt: skip
def _normalized_output(view: View) -> Iterator[Finding]:
    for head in view.heads:
        for node in _behind_output(view, head):
            if _is(node, NORMALIZING):
                text = f"{node.label} stands behind the last layer and shifts and scales the answers. Remove it."
                yield Finding(node.id, text, fix=view.fixes.bypass(node.id))


def _behind_output(view: View, head: Head) -> Iterator[Node]:
    """Yield what stands between the last layer, or its activation, and the loss."""
    for node in _walk(view, head.prediction):
        if not _is(node, BEHIND_OUTPUT | NORMALIZING):
            return
        yield node


def _is(node: Node, types: frozenset[str] | set[str]) -> bool:
    return node.component.type in types and node.component.code is None


@rule(
    "normalized-twice", Severity.WARNING, "Values are normalized twice",
    why="Values of mean 0 and deviation 1 need no second scaling; with the figures of a column it makes them wrong.",
    remedy="Remove the second one.",
)  # fmt: skip
def _normalized_twice(view: View) -> Iterator[Finding]:
    for node in view.of("core.normalize"):
        before = view.back(view.source(node), SHAPING)
        if before is not None and _is(before, {"core.normalize"}):
            text = f"{node.label} scales what '{before.id}' has scaled already. Remove it."
            yield Finding(node.id, text, fix=view.fixes.bypass(node.id))


@rule(
    "batch-of-one", Severity.TIP, "Each step learns from a single row",
    why="A single row says little of where to go, so the steps go to and fro, and an epoch takes many times as long.",
    remedy="Use batches of 16 to 64 rows, unless one row fills the memory.",
)  # fmt: skip
def _batch_of_one(view: View) -> Iterator[Finding]:
    node = view.training
    if node is not None and getattr(view.learning, "batch_size", 0) == 1 and view.train_rows >= FEW_ROWS:
        yield Finding(
            node.id,
            f"{node.label} takes {view.train_rows:,} steps of one row in each epoch. Use {USUAL_BATCH} rows.",
            setting="batch_size",
            fix=view.fixes.assign(node.id, batch_size=USUAL_BATCH),
        )


RULES: Final[tuple[Rule, ...]] = (
    _targets_rescaled, _normalized_output, _normalized_twice, _batch_of_one,
)  # fmt: skip
