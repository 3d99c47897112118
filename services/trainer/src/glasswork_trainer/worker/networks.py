"""What a model is made of: its networks, and their variables by names that stay the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np

Arrays = dict[str, np.ndarray[Any, Any]]


def networks_of(model: keras.Model) -> dict[str, keras.Model]:
    """Return the model under an empty name, and the networks among its attributes under theirs."""
    found: dict[str, keras.Model] = {"": model}
    pending = [("", model)]
    while pending:
        prefix, network = pending.pop(0)
        for name, value in attributes(network):
            if isinstance(value, keras.Model) and all(value is not known for known in found.values()):
                found[f"{prefix}{name}"] = value
                pending.append((f"{prefix}{name}.", value))
    return found


def attributes(owner: Any) -> Iterator[tuple[str, Any]]:
    """Yield the public attributes of an object, in the order of their names."""
    for name in sorted(vars(owner)):
        if not name.startswith("_"):
            yield name, vars(owner)[name]


def named_weights(model: keras.Model) -> dict[str, Any]:
    """Return the weights of all networks, each once, by path; those of further networks begin with its name."""
    found: dict[str, Any] = {}
    seen: set[int] = set()
    for prefix, network in networks_of(model).items():
        for variable in network.weights:
            if id(variable) not in seen:
                seen.add(id(variable))
                found[_free_name(f"{prefix}/{variable.path}".lstrip("/"), found)] = variable
    return dict(sorted(found.items()))


def read_weights(model: keras.Model) -> Arrays:
    """Return the values of the weights by name."""
    return {name: np.asarray(variable) for name, variable in named_weights(model).items()}


def assign_weights(model: keras.Model, values: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Give the weights these values.

    Raises:
        ValueError: names differ, as those of weights of another program.
    """
    variables = named_weights(model)
    if variables.keys() != values.keys():
        difference = sorted(variables.keys() ^ values.keys())
        raise ValueError(f"the weights are those of another model: {', '.join(difference[:5])} on one side only")
    for name, variable in variables.items():
        variable.assign(values[name])


def hash_weights(values: Mapping[str, np.ndarray[Any, Any]]) -> str:
    """Return the sha256 of the bytes of the weights, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(values):
        digest.update(np.ascontiguousarray(values[name]).tobytes())
    return digest.hexdigest()


def _free_name(name: str, taken: Mapping[str, Any]) -> str:
    if name not in taken:
        return name
    number = 2
    while f"{name}#{number}" in taken:
        number += 1
    return f"{name}#{number}"
