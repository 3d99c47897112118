"""Floating-point operations of a model and of its layers for one row, as TensorFlow's profiler counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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
MOST_STEPS = 512


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

    with _unrolled(layer):
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

    with _unrolled(model):
        return _counted(call, [_one_row(tensor) for tensor in inputs])


@contextmanager
def _unrolled(layer: keras.Layer) -> Iterator[None]:
    """Let recurrent layers write a step after the other, where the steps are few: those of a loop are not counted."""
    found = [item for item in layer._flatten_layers() if isinstance(item, keras.layers.RNN) and not item.unroll]
    few = [item for item in found if 0 < _steps(item) <= MOST_STEPS]
    for item in few:
        item.unroll = True
    try:
        yield
    finally:
        for item in few:
            item.unroll = False


def _steps(layer: keras.layers.RNN) -> int:
    """Return the steps of the sequences that a recurrent layer reads; 0 where they are not known."""
    shapes = [tuple(node.input_tensors[0].shape) for node in layer._inbound_nodes]
    return max((shape[1] or 0 for shape in shapes), default=0)


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
