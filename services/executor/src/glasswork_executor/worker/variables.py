"""Any variable of a component: its outputs, its weights, and the local variables of a class's call."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from glasswork_executor.core.program import Component
from glasswork_executor.worker.failures import Failure, file_name
from glasswork_executor.worker.outcome import ERROR, OK, Outcome

OUTPUT, WEIGHT, LOCAL = "output", "weight", "local"
MOST_NAMES = 256


@dataclass(frozen=True)
class Found:
    """A variable that was asked for.

    Args:
        kind: output, weight or local; empty where there is none of that name.
        value: its value.
        names: the names that the component has.
        failure: why it cannot be shown.
    """

    kind: str
    value: Any
    names: Sequence[str]
    failure: Failure | None = None


def choose(
    wanted: str, component: str, outcome: Outcome, weights: Mapping[str, Any], local: Mapping[str, Any]
) -> Found:
    """Return the variable of that name: an output, else a weight, else a local variable.

    Args:
        wanted: the name; the last part of a weight's path is enough where no other weight has it.
        component: id of the component.
        outcome: what came out of it.
        weights: its weights by path.
        local: the local variables of its call.
    """
    outputs = {port: output.value for port, output in outcome.outputs.items()}
    names = list(dict.fromkeys([*outputs, *weights, *local]))[:MOST_NAMES]
    for kind, values in ((OUTPUT, outputs), (WEIGHT, weights), (LOCAL, local)):
        if wanted in values:
            return Found(kind, np.asarray(values[wanted]), names)
    ends = [name for name in weights if name.rpartition("/")[2] == wanted]
    if len(ends) == 1:
        return Found(WEIGHT, np.asarray(weights[ends[0]]), names)
    if outcome.state == ERROR and outcome.failure is not None:
        return Found("", None, names, outcome.failure)
    if outcome.state != OK:
        return Found("", None, names, Failure(f"'{component}' did not run: see what is before it.", 0, "BLOCKED"))
    return missing(wanted, component, names)


def missing(wanted: str, component: str, names: Sequence[str]) -> Found:
    """Return that there is no such variable."""
    has = f"it has {', '.join(names)}" if names else "it has none, or did not run"
    return Found("", None, names, Failure(f"'{component}' has no variable {wanted!r}; {has}.", 0, "NO_SUCH_VARIABLE"))


def weights_of(layer: keras.Layer) -> dict[str, Any]:
    """Return the weights of a layer by their paths within it, as in `kernel` or `forward_lstm/lstm_cell/kernel`."""
    return {weight.path.partition("/")[2] or weight.name: weight for weight in layer.weights}


def trace_call(component: Component, call: Callable[[], object]) -> dict[str, Any]:
    """Return the local variables at the end of the last run of a class's `call`.

    Args:
        component: whose class it is.
        call: runs it; what it raises is passed over, for the variables up to there are wanted all the same.
    """
    name, file = f"{component.symbol}.call", file_name(component.id)
    last: dict[str, Any] = {}

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "return" and frame.f_code.co_filename == file and frame.f_code.co_qualname == name:
            last.clear()
            last.update(frame.f_locals)

    sys.setprofile(watch)
    try:
        # What fails here has been told as the component's own error.
        with contextlib.suppress(Exception):
            call()
    finally:
        sys.setprofile(None)
    return dict(_arrays(last))


def _arrays(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        parts: Iterator[tuple[Any, Any]] = iter(())
        if isinstance(value, Mapping):
            parts = iter(value.items())
        elif isinstance(value, list | tuple):
            parts = iter(enumerate(value))
        elif (array := _array(value)) is not None:
            yield name, array
        for key, part in parts:
            if (array := _array(part)) is not None:
                yield f"{name}.{key}", array


def _array(value: Any) -> Any:
    if isinstance(value, bool | int | float | np.ndarray | np.generic):
        return np.asarray(value)
    if isinstance(value, keras.Variable | tf.Variable) or (tf.is_tensor(value) and hasattr(value, "numpy")):
        return np.asarray(value)
    return None
