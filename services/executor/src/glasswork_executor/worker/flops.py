"""Floating-point operations of a model and of its layers for one row, as TensorFlow's profiler counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import keras
import tensorflow as tf

# The profiler counts what stands in a graph once; how often these run their bodies does not stand there.
_BODIES = {
    "While": "it loops, and how often is not known before it runs",
    "StatelessWhile": "it loops, and how often is not known before it runs",
    "If": "it takes one of two ways, and which is not known before it runs",
    "StatelessIf": "it takes one of two ways, and which is not known before it runs",
    "PartitionedCall": "it calls a tf.function, into which the profiler does not look",
    "StatefulPartitionedCall": "it calls a tf.function, into which the profiler does not look",
    "PyFunc": "it runs Python code, whose operations nobody counts",
    "EagerPyFunc": "it runs Python code, whose operations nobody counts",
}


class NotCounted(Exception):
    """The operations cannot be counted; the text says why."""


def flops_of_call(layer: keras.Layer, node: Any) -> int:
    """Return the operations of one call of a layer, for one row.

    Args:
        layer: a built layer.
        node: the call, as Keras keeps it.

    Raises:
        NotCounted: they are not known.
    """
    given = (node.arguments.args, node.arguments.kwargs)
    flat = keras.tree.flatten(given)
    places = [place for place, item in enumerate(flat) if isinstance(item, keras.KerasTensor)]

    def call(*tensors: Any) -> Any:
        filled = list(flat)
        for place, tensor in zip(places, tensors, strict=True):
            filled[place] = tensor
        args, kwargs = keras.tree.pack_sequence_as(given, filled)
        return layer(*args, **kwargs)

    return _counted(call, [_one_row(flat[place]) for place in places])


def flops_of_model(model: keras.Model) -> int:
    """Return the operations of one call of a model, for one row.

    Raises:
        NotCounted: they are not known.
    """
    inputs = getattr(model, "inputs", None)
    if not inputs:
        raise NotCounted("the model has no fixed inputs")
    names = [tensor.name for tensor in inputs]

    def call(*tensors: Any) -> Any:
        return model(dict(zip(names, tensors, strict=True)), training=False)

    return _counted(call, [_one_row(tensor) for tensor in inputs])


def _one_row(tensor: Any) -> tf.TensorSpec:
    sizes = [1, *tensor.shape[1:]]
    if any(size is None for size in sizes):
        raise NotCounted(f"the size of its input {tuple(tensor.shape)} is not fixed")
    return tf.TensorSpec(sizes, tensor.dtype)


def _counted(call: Callable[..., Any], specs: Iterable[tf.TensorSpec]) -> int:
    graph = tf.function(call, autograph=False).get_concrete_function(*specs).graph
    for operation in graph.get_operations():
        if operation.type in _BODIES:
            raise NotCounted(_BODIES[operation.type])
    builder = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_empty_output().build()
    found = tf.compat.v1.profiler.profile(graph, options=options)
    return int(found.total_float_ops) if found is not None else 0
