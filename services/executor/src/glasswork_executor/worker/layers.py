"""Calling one component's layer, on a symbolic input and on the sample."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from glasswork_executor.core.program import Component
from glasswork_executor.worker.failures import Refused
from glasswork_executor.worker.loading import takes_no_input
from glasswork_executor.worker.outcome import Output

_NUMBERED = re.compile(r"_\d+$")


@dataclass(frozen=True)
class Upstream:
    """A component before another: its outputs, and the weights of its layer."""

    outputs: Mapping[str, Output]
    weights: Sequence[Any]


def output_of(value: Any) -> Output:
    """Return rows of data as an output; the first axis is the batch.

    Raises:
        Refused: it is no tensor with a batch axis.
    """
    tensor = tf.convert_to_tensor(value)
    if tensor.shape.rank in {None, 0}:
        raise Refused(f"A batch of rows was expected, received one value of type {tensor.dtype.name}.")
    return Output(tensor, (None, *tensor.shape[1:]), tensor.dtype.name)


def outputs_of(value: Any, ports: Sequence[str]) -> dict[str, Output]:
    """Return what a data or source component gave as outputs by port."""
    if isinstance(value, Mapping):
        return {str(port): output_of(item) for port, item in value.items()}
    return {ports[0] if ports else "output": output_of(value)}


def call_layer(
    layer: keras.Layer,
    component: Component,
    inputs: Mapping[str, Output],
    symbolic: bool,
    before: Mapping[str, Upstream] | None = None,
    training: bool | None = None,
    fits: Callable[[Mapping[str, Any], Mapping[str, str]], None] | None = None,
) -> dict[str, Output]:
    """Call a layer on the sample, and, for a new layer, before that on a symbolic input.

    Args:
        layer: the layer.
        component: which component it is of.
        inputs: what is connected, by port.
        symbolic: whether to call it on a symbolic input too; else its shapes are taken from the sample.
        before: the components before it by id, where the call gets their variables as X.
        training: whether the call is one of training; None for Keras's own choice, which is no.
        fits: refuses shapes and types that are too large, by port.

    Returns:
        Its outputs by port.
    """
    shapes: dict[str, Any] = {}
    extra: dict[str, Any]
    if symbolic:
        told = _told(layer, inputs) if before is None else None
        if told is None:
            extra = {} if before is None else {"X": _variables(before, _symbolic)}
            told = layer(*_arguments(layer, component, _symbolic(inputs)), **extra)
        shapes = _by_port(told, component.outputs)
        known = {port: item for port, item in shapes.items() if hasattr(item, "shape") and item.shape is not None}
        if fits is not None:
            fits({port: item.shape for port, item in known.items()}, {port: item.dtype for port, item in known.items()})
    extra = {} if before is None else {"X": _variables(before, _values)}
    extra |= {} if training is None else {"training": training}
    values = _by_port(layer(*_arguments(layer, component, _values(inputs)), **extra), component.outputs)
    return {port: _output(component, port, value, shapes.get(port)) for port, value in values.items()}


def _told(layer: keras.Layer, inputs: Mapping[str, Output]) -> keras.KerasTensor | None:
    """Return what one of Keras's layers says of its output without being called; None where it has to be."""
    silent = type(layer).compute_output_shape is keras.Layer.compute_output_shape
    if silent or len(inputs) != 1 or not type(layer).__module__.startswith("keras.src.layers."):
        return None
    (given,) = inputs.values()
    try:
        return keras.KerasTensor(layer.compute_output_shape(given.shape), layer.compute_dtype)
    except Exception:
        # The call has better words for what is wrong.
        return None


def _symbolic(outputs: Mapping[str, Output]) -> dict[str, Any]:
    return {port: keras.KerasTensor(item.shape, item.dtype) for port, item in outputs.items()}


def _values(outputs: Mapping[str, Output]) -> dict[str, Any]:
    return {port: item.value for port, item in outputs.items()}


def _variables(
    before: Mapping[str, Upstream], tensors: Callable[[Mapping[str, Output]], dict[str, Any]]
) -> dict[str, Any]:
    """Return what a call gets as X, as in the generated code: by component only where there are several."""
    found = {
        name: {**tensors(item.outputs), **{weight.name: weight for weight in item.weights}}
        for name, item in before.items()
    }
    return next(iter(found.values())) if len(found) == 1 else dict(found)


def _arguments(layer: keras.Layer, component: Component, given: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what stands between the parentheses of the call, as in the generated code."""
    if not given:
        if takes_no_input(layer):
            return ()
        raise Refused(f"'{component.id}' needs an input.")
    if component.keyed_inputs or (len(given) > 1 and len({_NUMBERED.sub("", port) for port in given}) > 1):
        return (dict(given),)
    return (next(iter(given.values())),) if len(given) == 1 else (list(given.values()),)


def _by_port(result: Any, ports: Sequence[str]) -> dict[str, Any]:
    if isinstance(result, Mapping):
        return {str(port): value for port, value in result.items()}
    return {ports[0] if len(ports) == 1 else "output": result}


def _output(component: Component, port: str, value: Any, symbolic: Any) -> Output:
    if not isinstance(value, tf.Tensor):
        raise Refused(
            f"The call of '{component.id}' returned a {type(value).__name__} for '{port}', expected a tensor "
            "or a mapping of tensors by port name."
        )
    if value.shape.rank == 0:
        raise Refused(
            f"The call of '{component.id}' returned a single value for '{port}', expected one for each row: the first "
            "axis is the batch. Name the axes that it reduces."
        )
    if symbolic is not None:
        return Output(value, tuple(symbolic.shape), value.dtype.name)
    return Output(value, (None, *value.shape[1:]), value.dtype.name)
