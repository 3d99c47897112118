"""The fields of Keras' stateful callbacks, which `on_train_begin` resets, kept over an interruption."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from glasswork_trainer.worker.networks import Arrays

FIELDS: dict[type[keras.callbacks.Callback], tuple[str, ...]] = {
    keras.callbacks.EarlyStopping: ("wait", "stopped_epoch", "best", "best_epoch"),
    keras.callbacks.ReduceLROnPlateau: ("wait", "cooldown_counter", "best"),
}
WEIGHTS = "best_weights"


class CallbackKeeper:
    """Knows the stateful callbacks of a run in the order of their first use, and puts their fields back.

    `install` wraps `on_train_begin` on the classes, once in a process that does nothing but this run.

    Args:
        entered_in_epoch: whether training begins in mid-epoch: then `train` calls `fit` once for the rest of the epoch
            and once more, and the second call goes on where the first ended.
    """

    def __init__(self, entered_in_epoch: bool) -> None:
        self._callbacks: list[keras.callbacks.Callback] = []
        self._begun: dict[int, int] = {}
        self._saved: list[dict[str, Any]] = []
        self._entered_in_epoch = entered_in_epoch

    def install(self) -> None:
        """Wrap the classes."""
        for kind in FIELDS:
            kind.on_train_begin = self._wrapped(kind.on_train_begin)

    def capture(self) -> tuple[Arrays, list[dict[str, Any]]]:
        """Return the weights that callbacks hold, by name, and their other fields."""
        tensors: Arrays = {}
        states = []
        for index, callback in enumerate(self._callbacks):
            fields = _fields(callback)
            weights = fields.pop(WEIGHTS)
            tensors.update({f"callback/{index}/{number}": np.array(w) for number, w in enumerate(weights or ())})
            states.append({**fields, WEIGHTS: None if weights is None else len(weights)})
        return tensors, states

    def restore(self, tensors: Mapping[str, np.ndarray[Any, Any]], states: list[dict[str, Any]]) -> None:
        """Have these fields put back when each callback begins."""
        self._saved = [
            {**state, WEIGHTS: _weights(tensors, index, state[WEIGHTS])} for index, state in enumerate(states)
        ]

    def _wrapped(self, original: Callable[..., None]) -> Callable[..., None]:
        keeper = self

        def on_train_begin(self: keras.callbacks.Callback, logs: Mapping[str, Any] | None = None) -> None:
            before = keeper._before(self)
            original(self, logs)
            for name, value in (before or {}).items():
                setattr(self, name, float(value) if isinstance(value, str) else value)

        return on_train_begin

    def _before(self, callback: keras.callbacks.Callback) -> dict[str, Any] | None:
        """Return the fields to put back after the reset, or None where the reset is meant."""
        begun = self._begun[id(callback)] = self._begun.get(id(callback), 0) + 1
        if begun == 1:
            self._callbacks.append(callback)
            index = len(self._callbacks) - 1
            return self._saved[index] if index < len(self._saved) else None
        return _fields(callback) if begun == 2 and self._entered_in_epoch else None


def _fields(callback: keras.callbacks.Callback) -> dict[str, Any]:
    names = next(names for kind, names in FIELDS.items() if isinstance(callback, kind))
    values = {name: _plain(getattr(callback, name, None)) for name in names}
    return {**values, WEIGHTS: getattr(callback, WEIGHTS, None)}


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold: a Python number for a NumPy one, text where it is not finite."""
    if value is None or isinstance(value, int):
        return value
    return float(value) if math.isfinite(value) else str(float(value))


def _weights(tensors: Mapping[str, np.ndarray[Any, Any]], index: int, count: int | None) -> list[Any] | None:
    return None if count is None else [tensors[f"callback/{index}/{number}"] for number in range(count)]
