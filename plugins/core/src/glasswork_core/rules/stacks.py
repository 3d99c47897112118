"""Rules about the model as a whole: depth, width, and what does the same twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from glasswork_sdk.analysis import Node
from glasswork_sdk.diagnostics import Severity
from glasswork_sdk.patch import NO_PATCH, Patch
from glasswork_sdk.rules import Finding, Rule, rule
from glasswork_sdk.view import View

from glasswork_core.choices import per_axis
from glasswork_core.rules.common import WEIGHTED, activation_of, first_dense_on

LINEAR_BETWEEN: Final = frozenset({"core.flatten", "core.reshape", "core.dropout", "core.batch_normalization"})
SATURATING: Final = frozenset({"sigmoid", "tanh", "softsign"})
DEEP: Final = 20
GIBIBYTE: Final = 2**30


@rule(
    "linear-stack", Severity.WARNING, "Two layers that could be one",
    why="A linear layer behind a linear layer is itself a linear layer. Only an activation between them makes the "
    "model "
    "able to learn more.",
    remedy="Give the first of the two an activation such as relu.",
)  # fmt: skip
def _linear_stack(view: View) -> Iterator[Finding]:
    for node in view.of("core.dense", "core.convolution"):
        before = view.back(view.source(node), LINEAR_BETWEEN)
        if before is None or before.component.type == "core.activation" or activation_of(before) != "linear":
            continue
        yield Finding(
            before.id,
            f"{before.label} has no activation and feeds '{node.id}', so the two together are one linear layer. "
            "Use relu.",
            setting="activation",
            fix=view.fixes.assign(before.id, activation="relu"),
        )


@rule(
    "saturating-stack", Severity.WARNING, "Several sigmoid or tanh layers in a row",
    why="Each of these functions passes on a quarter of the gradient at best (sigmoid), or little where it is "
    "saturated. "
    "Behind three of them hardly anything reaches the first layers (Glorot and Bengio, 2010).",
    remedy="Use relu inside the model.",
)  # fmt: skip
def _saturating_stack(view: View) -> Iterator[Finding]:
    behind: dict[str, int] = {}
    for node in view.nodes.values():
        before = max((behind.get(binding.component, 0) for binding in node.bindings.values()), default=0)
        own = activation_of(node) in SATURATING
        hidden = bool(view.readers[node.id]) and view.nodes[view.readers[node.id][0][0]].component.type in _INNER
        behind[node.id] = before + 1 if own and hidden else 0 if _refreshes(node) else before
        if own and hidden and behind[node.id] == 3:
            chain = _saturated_above(view, node)
            yield Finding(
                node.id,
                f"{node.label} is the third layer in a row with {activation_of(node)} or the like "
                f"({', '.join(item.id for item in reversed(chain))}); gradients fade on the way back. Use relu.",
                setting="activation",
                fix=tuple(step for item in chain for step in _relu(view, item)),
            )


_INNER: Final = frozenset({*WEIGHTED, *LINEAR_BETWEEN, "core.pooling", "core.activation", "core.merge"})


def _refreshes(node: Node) -> bool:
    """Whether a component lets gradients through anew: another activation, or batch normalization."""
    if node.component.type == "core.batch_normalization":
        return True
    function = activation_of(node)
    return function is not None and function != "linear" and function not in SATURATING


def _saturated_above(view: View, node: Node) -> list[Node]:
    chain: list[Node] = []
    current: Node | None = node
    steps = 0
    while current is not None and steps <= len(view.nodes) and not _refreshes(current):
        if activation_of(current) in SATURATING:
            chain.append(current)
        current, steps = view.source(current), steps + 1
    return chain


def _relu(view: View, node: Node) -> Patch:
    if node.component.type == "core.activation":
        return view.fixes.assign(node.id, function="relu")
    return view.fixes.assign(node.id, activation="relu")


@rule(
    "deep-without-normalization", Severity.TIP, "A deep model without normalization",
    why="Over many layers values grow or fade a little in each. Batch normalization or connections past some layers "
    "(He et al., 2016) keep them in range.",
    remedy="Put a Batch normalization behind every few layers, or add the input of a block to its output with Merge.",
)  # fmt: skip
def _deep_without_normalization(view: View) -> Iterator[Finding]:
    depth: dict[str, int] = {}
    for node in view.nodes.values():
        before = max((depth.get(binding.component, 0) for binding in node.bindings.values()), default=0)
        fresh = node.component.type in {"core.batch_normalization", "core.merge", "core.custom"}
        depth[node.id] = 0 if fresh or node.component.code else before + (node.component.type in WEIGHTED)
        if depth[node.id] == DEEP:
            yield Finding(
                node.id,
                f"{node.label} is the {DEEP}th layer with weights in a row, with nothing between that keeps values in "
                "range. Add a Batch normalization.",
            )
            return


@rule(
    "kernel-larger-than-input", Severity.WARNING, "The kernel is larger than what it slides over",
    why="Part of the kernel always lies on the zeros around the edge: weights that never see data.",
    remedy="Make the kernel smaller, or pool less before it.",
)  # fmt: skip
def _kernel_larger_than_input(view: View) -> Iterator[Finding]:
    for node in view.of("core.convolution"):
        spec, settings = view.input_spec(node), node.settings
        dimensions = getattr(settings, "dimensions", 2)
        if spec is None or spec.rank != dimensions + 2 or getattr(settings, "padding", "") != "same":
            continue
        kernel = per_axis(getattr(settings, "kernel_size", 3), dimensions)
        axes = spec.shape[1:-1]
        if any(size is not None and width > 2 * size - 1 for width, size in zip(kernel, axes, strict=True)):
            fitting = [width if size is None else min(width, size) for width, size in zip(kernel, axes, strict=True)]
            yield Finding(
                node.id,
                f"{node.label} has a kernel of {' × '.join(map(str, kernel))} on an input of "
                f"{' × '.join(map(str, axes))}; its edge never sees data. Make it smaller.",
                setting="kernel_size",
                fix=view.fixes.assign(node.id, kernel_size=fitting),
            )


@rule(
    "strides-skip", Severity.WARNING, "Strides that skip part of the input",
    why="A window that moves further than it is wide never looks at what lies between.",
    remedy="Make the window at least as wide as its strides.",
)  # fmt: skip
def _strides_skip(view: View) -> Iterator[Finding]:
    for kind, name in (("core.convolution", "kernel_size"), ("core.pooling", "pool_size")):
        for node in view.of(kind):
            settings = node.settings
            dimensions = getattr(settings, "dimensions", 2)
            strides = getattr(settings, "strides", None)
            if strides is None or getattr(settings, "whole", False):
                continue
            if getattr(settings, "variant", "standard") == "transposed":
                continue
            window, step = per_axis(getattr(settings, name), dimensions), per_axis(strides, dimensions)
            if any(far > wide for wide, far in zip(window, step, strict=True)):
                # With "same" the size of the output depends on the strides alone.
                wider = [max(pair) for pair in zip(window, step, strict=True)]
                narrower = [min(pair) for pair in zip(window, step, strict=True)]
                same = getattr(settings, "padding", "") == "same"
                fix = view.fixes.assign(node.id, **({name: wider} if same else {"strides": narrower}))
                yield Finding(
                    node.id,
                    f"{node.label} moves {' × '.join(map(str, step))} and is {' × '.join(map(str, window))} wide, so "
                    "it skips values. Make the window as wide as its strides.",
                    setting="strides",
                    fix=fix,
                )


@rule(
    "pooling-drops-edge", Severity.TIP, "Pooling leaves out the edge",
    why="Whole windows do not cover the input, and what is left at the edge is thrown away.",
    remedy="Set padding to same, or choose a window that divides the size.",
)  # fmt: skip
def _pooling_drops_edge(view: View) -> Iterator[Finding]:
    for node in view.of("core.pooling"):
        spec, settings = view.input_spec(node), node.settings
        dimensions = getattr(settings, "dimensions", 2)
        whole = getattr(settings, "whole", False) or getattr(settings, "strides", None) is not None
        if spec is None or whole or getattr(settings, "padding", "") == "same" or spec.rank != dimensions + 2:
            continue
        window = per_axis(getattr(settings, "pool_size", 2), dimensions)
        # A window that is larger than the axis is an error of its own.
        sizes = [(size, wide) for size, wide in zip(spec.shape[1:-1], window, strict=True) if size and wide <= size]
        lost = [size % wide / size for size, wide in sizes]
        if lost and max(lost) >= 0.2:
            yield Finding(
                node.id,
                f"{node.label} leaves out {max(lost):.0%} of an axis at the edge. Set padding to same.",
                setting="padding",
                fix=view.fixes.assign(node.id, padding="same"),
            )


@rule(
    "recurrent-one-step", Severity.WARNING, "A sequence of a single step",
    why="A recurrent layer remembers from step to step. With one step it is a costly Dense.",
    remedy="Reshape the input so that its steps stand on the first axis, or use a Dense.",
)  # fmt: skip
def _recurrent_one_step(view: View) -> Iterator[Finding]:
    for node in view.of("core.recurrent"):
        spec = view.input_spec(node)
        if spec is not None and spec.rank == 3 and spec.shape[1] == 1:
            values = spec.shape[2]
            fix = (
                view.fixes.insert(f"{node.id}.input", "core.reshape", {"shape": [values, 1]})
                if values is not None and values > 1
                else NO_PATCH
            )
            yield Finding(
                node.id, f"{node.label} reads a sequence of one step {spec.shape_text()}. Reshape it.", fix=fix
            )


@rule(
    "recurrent-relu", Severity.WARNING, "An unbounded function in a recurrent layer",
    why="The state goes through the function again at every step; without a bound it grows until it is no number.",
    remedy="Use tanh, for which there is also a faster implementation on GPUs.",
)  # fmt: skip
def _recurrent_relu(view: View) -> Iterator[Finding]:
    for node in view.of("core.recurrent"):
        function = getattr(node.settings, "activation", "tanh")
        if function not in {"tanh", "sigmoid", "softsign", "softmax"}:
            yield Finding(
                node.id,
                f"{node.label} has {function}, with which its state may grow at every step. Use tanh.",
                setting="activation",
                fix=view.fixes.assign(node.id, activation="tanh"),
            )


@rule(
    "long-recurrent", Severity.TIP, "A very long sequence",
    why="Recurrent layers take one step after the other, and hardly remember further back than some hundred steps.",
    remedy="Shorten the sequence first with a Convolution over one axis with strides, or with Pooling.",
)  # fmt: skip
def _long_recurrent(view: View) -> Iterator[Finding]:
    for node in view.of("core.recurrent"):
        spec = view.input_spec(node)
        if spec is not None and spec.rank == 3 and (spec.shape[1] or 0) > 1000:
            yield Finding(
                node.id,
                f"{node.label} reads {spec.shape[1]:,} steps one after the other. Shorten the sequence before it.",
            )


def _dense_weights(view: View, node: Node) -> tuple[int, int]:
    spec = view.input_spec(node)
    values = spec.shape[-1] if spec is not None else None
    return values or 0, (values or 0) * int(getattr(node.settings, "units", 0))


@rule(
    "layer-too-large", Severity.WARNING, "A layer far too large for the data",
    why="A layer with thousands of weights for each row learns the rows by heart, and is slow besides.",
    remedy="Give it fewer units, or make its input smaller with Pooling.",
)  # fmt: skip
def _layer_too_large(view: View) -> Iterator[Finding]:
    rows = view.train_rows
    for node in view.of("core.dense") if rows else ():
        values, weights = _dense_weights(view, node)
        if weights <= 1_000_000 or weights <= 1_000 * rows:
            continue
        units = 1
        while 2 * units * values <= max(500 * rows, 500_000):
            units *= 2
        yield Finding(
            node.id,
            f"{node.label} has {weights:,} weights, {weights // rows:,} for each of {rows:,} training rows. "
            f"Give it {units} units or make its input smaller.",
            setting="units",
            fix=view.fixes.assign(node.id, units=units) if units > 1 and _is_inner(view, node) else NO_PATCH,
        )


def _is_inner(view: View, node: Node) -> bool:
    following = view.reader(node)
    return following is not None and following.component.type in _INNER - {"core.merge", "core.reshape"}


@rule(
    "huge-flatten", Severity.TIP, "A large image is flattened",
    why="A Dense behind it needs a weight for each pixel and unit, and learns each place of the image by itself.",
    remedy="Take the mean of each feature map in place of Flatten: a Pooling with whole turned on.",
)  # fmt: skip
def _huge_flatten(view: View) -> Iterator[Finding]:
    for node in view.of("core.flatten"):
        spec = view.input_spec(node)
        following = view.reader(node)
        if spec is None or spec.rank != 4 or following is None or following.component.type != "core.dense":
            continue
        channels = spec.shape[3] or 0
        if (spec.size or 0) >= 20_000 and channels >= 16:
            settings = {"operation": "average", "whole": True}
            yield Finding(
                node.id,
                f"{node.label} makes {spec.size:,} values of each row. Use a Pooling over the whole image.",
                fix=view.fixes.retype(node.id, "core.pooling", settings),
            )


@rule(
    "dense-on-grid", Severity.WARNING, "A Dense works on each place of an image alone",
    why="A Dense connects the last axis only: on an image it sees one place at a time, never how they belong together.",
    remedy="Insert a Flatten before it, or a Pooling over the whole image.",
)  # fmt: skip
def _dense_on_grid(view: View) -> Iterator[Finding]:
    for head in view.heads:
        # A target for each place, as a mask, is the case in which this is meant.
        if head.truth is None or head.truth.rank > 2:
            continue
        node = first_dense_on(view, head, 4)
        spec = view.input_spec(node) if node is not None else None
        if node is None or spec is None:
            continue
        yield Finding(
            node.id,
            f"{node.label} works on each place of its input {spec.shape_text()} alone. Insert a Flatten before it.",
            fix=view.fixes.insert(f"{node.id}.input", "core.flatten", {}),
        )


@rule(
    "memory-will-not-fit", Severity.WARNING, "A step needs more memory than most machines have",
    why="While it learns, every value of every layer is kept for each row of the batch, and each weight several times.",
    remedy="Use a smaller batch size, smaller images or fewer filters.",
)  # fmt: skip
def _memory_will_not_fit(view: View) -> Iterator[Finding]:
    batch = getattr(view.learning, "batch_size", 0)
    if view.training is None or not batch:
        return
    values = sum((spec.size or 0) for name in view.analysis.model_side for spec in view.nodes[name].outputs.values())
    needed = values * 8  # a float32 and its gradient
    if needed * batch <= 16 * GIBIBYTE:
        return
    fitting = 16 * GIBIBYTE // needed
    yield Finding(
        view.training.id,
        f"A step over {batch} rows keeps about {needed * batch / GIBIBYTE:.0f} GiB of values. "
        + (f"Use a batch size of {fitting}." if fitting else "Even one row does not fit: make the model smaller."),
        setting="batch_size",
        fix=view.fixes.assign(view.training.id, batch_size=int(fitting)) if fitting else NO_PATCH,
    )


@rule(
    "merge-of-one", Severity.WARNING, "A value is merged with itself",
    why="The same output is connected twice: the difference is 0, and everything else adds nothing.",
    remedy="Connect two different outputs, or remove the Merge.",
)  # fmt: skip
def _merge_of_one(view: View) -> Iterator[Finding]:
    for node in view.of("core.merge"):
        sources = list(node.bindings.values())
        if len(set(sources)) < len(sources):
            yield Finding(
                node.id, f"{node.label} gets the output of '{_doubled(node)}' twice. Connect another in its place."
            )


def _doubled(node: Node) -> str:
    seen = set()
    for binding in node.bindings.values():
        if binding in seen:
            return binding.component
        seen.add(binding)
    return ""


@rule(
    "duplicate-branch", Severity.TIP, "Two components compute the same",
    why="They have one type, one input and the same settings, and nothing random. One of them can serve both.",
    remedy="Use the output of one for everything that they feed.",
)  # fmt: skip
def _duplicate_branch(view: View) -> Iterator[Finding]:
    seen: dict[object, list[Node]] = {}
    targets = view.analysis.target_side
    for node in view.nodes.values():
        single = node.type is not None and node.type.weightless and len(node.bindings) <= 1
        if not single or node.settings is None or node.component.code or node.component.shares:
            continue
        column = getattr(node.settings, "feature", "")
        alike = seen.setdefault((node.component.type, tuple(node.bindings.items()), column, node.id in targets), [])
        first = next((item for item in alike[:8] if item.settings == node.settings), None)
        alike.append(node)
        if first is not None:
            yield Finding(
                node.id,
                f"{node.label} computes the same as '{first.id}'. Use the output of '{first.id}' for both.",
                fix=view.fixes.replace_by(node.id, first.id),
            )


@rule(
    "code-without-base", Severity.TIP, "Custom code without the template that it came from",
    why="Changes of settings and newer templates are merged into custom code by comparing with the code that it was "
    "made "
    "from. Without it there is nothing to compare.",
    remedy="Open the code and save it once, or reset the component and write the change again.",
)  # fmt: skip
def _code_without_base(view: View) -> Iterator[Finding]:
    for node in view.nodes.values():
        code = node.component.code
        if code is not None and not code.base.strip() and node.component.type != "core.custom":
            yield Finding(
                node.id, f"{node.label} has custom code without its base, so changes cannot be merged into it."
            )


RULES: Final[tuple[Rule, ...]] = (
    _linear_stack, _saturating_stack, _deep_without_normalization, _kernel_larger_than_input, _strides_skip,
    _pooling_drops_edge, _recurrent_one_step, _recurrent_relu, _long_recurrent, _layer_too_large, _huge_flatten,
    _dense_on_grid, _memory_will_not_fit, _merge_of_one, _duplicate_branch, _code_without_base,
)  # fmt: skip
