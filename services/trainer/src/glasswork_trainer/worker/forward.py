"""Running a model over rows: its inputs in, NumPy arrays by port out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import keras
import numpy as np

from glasswork_trainer.worker.networks import Arrays


def forward(model: keras.Model, inputs: Mapping[str, Any]) -> Arrays:
    """Return the outputs of the model for one batch, by port.

    Args:
        model: a model that is called with a mapping by input name.
        inputs: values by component id; those that the model does not take are left out.
    """
    names = input_names(model)
    taken = {name: inputs[name] for name in names} if names else dict(inputs)
    return by_port(model(taken, training=False))


def input_names(model: keras.Model) -> list[str]:
    """Return the names of the inputs, or none for a model that has no fixed inputs."""
    try:
        return [tensor.name for tensor in model.inputs or ()]
    except AttributeError:
        return []


def by_port(outputs: Any) -> Arrays:
    """Return what a model returned as arrays by port name."""
    if isinstance(outputs, Mapping):
        return {str(name): np.asarray(value) for name, value in outputs.items()}
    if isinstance(outputs, list | tuple):
        return {f"targets_{n}" if n > 1 else "targets": np.asarray(v) for n, v in enumerate(outputs, 1)}
    return {"targets": np.asarray(outputs)}


def batches(dataset: Iterable[Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield inputs and targets of each batch of a dataset; sample weights are left out."""
    for element in dataset:
        inputs, targets = element[0], element[1]
        yield dict(inputs), dict(targets) if isinstance(targets, Mapping) else {"targets": targets}


def collect(parts: Iterable[Mapping[str, Any]]) -> Arrays:
    """Return the batches behind one another, by name."""
    found: dict[str, list[Any]] = {}
    for part in parts:
        for name, values in part.items():
            found.setdefault(name, []).append(np.asarray(values))
    return {name: np.concatenate(values) for name, values in found.items()}
