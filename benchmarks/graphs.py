"""Model documents of a wished size."""

from __future__ import annotations

from itertools import pairwise
from typing import Any


def chain(count: int) -> dict[str, Any]:
    """Return a document of `count` components: data, one-hot, a chain of Dense, and training."""
    components: dict[str, Any] = {
        "image": {"type": "core.data", "settings": {"feature": "image", "size": [8, 8], "channels": 1}},
        "digit": {"type": "core.data", "settings": {"feature": "digit"}},
        "flatten1": {"type": "core.flatten"},
    }
    connections = [{"from": "image.output", "to": "flatten1.input"}]
    last = "flatten1"
    for number in range(count - 5):
        name = f"dense{number}"
        components[name] = {"type": "core.dense", "settings": {"units": 16, "activation": "relu"}}
        connections.append({"from": f"{last}.output", "to": f"{name}.input"})
        last = name
    components["answer"] = {"type": "core.dense", "settings": {"units": 10, "activation": "softmax"}}
    components["train"] = {"type": "core.classification", "settings": {"epochs": 1}}
    connections += [
        {"from": f"{last}.output", "to": "answer.input"},
        {"from": "answer.output", "to": "train.predictions"},
        {"from": "digit.output", "to": "train.targets"},
    ]
    return _document(components, connections)


def convolutions() -> dict[str, Any]:
    """Return a CNN of 10 components for the digits."""
    components: dict[str, Any] = {
        "image": {"type": "core.data", "settings": {"feature": "image", "size": [8, 8], "channels": 1}},
        "digit": {"type": "core.data", "settings": {"feature": "digit"}},
        "scale": {"type": "core.normalize", "settings": {"mean": 77.9, "std": 95.9}},
        "conv1": {"type": "core.convolution", "settings": {"filters": 16, "kernel_size": [3, 3]}},
        "conv2": {"type": "core.convolution", "settings": {"filters": 16, "kernel_size": [3, 3]}},
        "pool1": {"type": "core.pooling"},
        "flatten1": {"type": "core.flatten"},
        "dense1": {"type": "core.dense", "settings": {"units": 64, "activation": "relu"}},
        "answer": {"type": "core.dense", "settings": {"units": 10, "activation": "softmax"}},
        "train": {"type": "core.classification", "settings": {"epochs": 10, "batch_size": 32}},
    }
    path = ["image", "scale", "conv1", "conv2", "pool1", "flatten1", "dense1", "answer"]
    wires = [{"from": f"{a}.output", "to": f"{b}.input"} for a, b in pairwise(path)]
    wires += [
        {"from": "answer.output", "to": "train.predictions"},
        {"from": "digit.output", "to": "train.targets"},
    ]
    return _document(components, wires)


def _document(components: dict[str, Any], connections: list[dict[str, str]]) -> dict[str, Any]:
    features = {"image": {"type": "image"}, "digit": {"type": "categorical"}}
    dataset = {"source": "example:digits", "table": "digits.csv", "features": features}
    return {"format": 1, "dataset": dataset, "components": components, "connections": connections}
