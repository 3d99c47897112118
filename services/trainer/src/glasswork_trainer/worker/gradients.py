"""The gradients of a step, kept when somebody is going to look at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

# Copies of all gradients take as much memory as the weights; beyond this many numbers there are none.
MOST_NUMBERS = 50_000_000


class GradientTap:
    """Sees the gradients of every optimizer, and copies those of a step for which it is armed.

    `install` wraps `keras.optimizers.Optimizer.apply` on the class, once in a process that does nothing but this run:
    that is passed by `fit`, by an own `train_step` and by an own loop alike. On an instance it would see scaled
    gradients under loss scaling.
    """

    def __init__(self) -> None:
        self._armed = tf.Variable(False, trainable=False, name="gradients_armed")
        self._copies: dict[int, tf.Variable] = {}
        self._numbers = 0
        self._taken = False

    def install(self) -> None:
        """Wrap the class."""
        original: Callable[..., Any] = keras.optimizers.Optimizer.apply
        tap = self

        def apply(self: Any, grads: Sequence[Any], trainable_variables: Sequence[Any] | None = None) -> Any:
            tap._record(grads, self._trainable_variables if trainable_variables is None else trainable_variables)
            return original(self, grads, trainable_variables)

        keras.optimizers.Optimizer.apply = apply

    def prepare(self, variables: Sequence[Any]) -> None:
        """Make the copies of these variables now: made while a step is traced, they would have it traced once more."""
        for variable in variables:
            self._copy_of(variable)

    def arm(self) -> None:
        """Copy the gradients of the next step."""
        self._armed.assign(True)
        self._taken = False

    def disarm(self, stepped: bool = True) -> None:
        """End copying; the copies stay until it is armed again.

        Args:
            stepped: whether a step was done since it was armed.
        """
        self._taken = stepped and bool(self._armed.numpy())
        self._armed.assign(False)

    def forget(self) -> None:
        """Drop the copies, which are those of an earlier step now."""
        self._taken = False

    def gradients(self) -> dict[int, np.ndarray[Any, Any]]:
        """Return the gradients by the id of their variable object; none where the last step was not copied."""
        return {key: copy.numpy() for key, copy in self._copies.items()} if self._taken else {}

    def _record(self, grads: Sequence[Any], variables: Sequence[Any]) -> None:
        pairs = [(self._copy_of(variable), grad) for grad, variable in zip(grads, variables, strict=False)]
        wanted = [(copy, grad) for copy, grad in pairs if copy is not None and grad is not None]

        def copy_all() -> tf.Tensor:
            for copy, grad in wanted:
                copy.assign(tf.cast(tf.convert_to_tensor(grad), copy.dtype))
            return tf.constant(True)

        if wanted:
            tf.cond(self._armed, copy_all, lambda: tf.constant(False))

    def _copy_of(self, variable: Any) -> tf.Variable | None:
        if id(variable) not in self._copies:
            size = int(np.prod(variable.shape))
            if self._numbers + size > MOST_NUMBERS:
                return None
            self._numbers += size
            # `apply` is traced within a function, where no variable may be made.
            with tf.init_scope():
                self._copies[id(variable)] = tf.Variable(tf.zeros(variable.shape, "float32"), trainable=False)
        return self._copies[id(variable)]
