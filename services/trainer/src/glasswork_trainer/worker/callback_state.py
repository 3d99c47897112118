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

    `install` wraps `on_train_begin` and `on_train_end` on the classes, once in a process that does only this run.

    Args:
        twice: whether training begins in mid-epoch and goes on after that epoch: then `train` calls `fit` for the rest
            of the epoch and once more, and what the callbacks do between the two is none of the whole training.
    """

    def __init__(self, twice: bool) -> None:
        self._callbacks: list[keras.callbacks.Callback] = []
        self._begun: dict[int, int] = {}
        self._saved: list[dict[str, Any]] = []
        self._twice = twice

    def install(self) -> None:
        """Wrap the classes."""
        for kind in FIELDS:
            kind.on_train_begin = self._wrapped_begin(kind.on_train_begin)
            kind.on_train_end = self._wrapped_end(kind.on_train_end)

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

    def _wrapped_begin(self, original: Callable[..., None]) -> Callable[..., None]:
        keeper = self

        def on_train_begin(self: keras.callbacks.Callback, logs: Mapping[str, Any] | None = None) -> None:
            before = keeper._before(self)
            original(self, logs)
            for name, value in (before or {}).items():
                setattr(self, name, float(value) if isinstance(value, str) else value)

        return on_train_begin

    def _wrapped_end(self, original: Callable[..., None]) -> Callable[..., None]:
        keeper = self

        def on_train_end(self: keras.callbacks.Callback, logs: Mapping[str, Any] | None = None) -> None:
            # Early stopping puts the best weights back at the end, which this is not yet.
            goes_on = keeper._twice and keeper._begun.get(id(self)) == 1 and not self.model.stop_training
            if not goes_on:
                original(self, logs)

        return on_train_end

    def _before(self, callback: keras.callbacks.Callback) -> dict[str, Any] | None:
        """Return the fields to put back after the reset, or None where the reset is meant."""
        begun = self._begun[id(callback)] = self._begun.get(id(callback), 0) + 1
        if begun == 1:
            self._callbacks.append(callback)
            index = len(self._callbacks) - 1
            return self._saved[index] if index < len(self._saved) else None
        return _fields(callback) if begun == 2 and self._twice else None


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
