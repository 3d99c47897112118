"""Says before anything is made that it would not fit: to find out by trying takes all the memory, and long."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import keras
import tensorflow as tf

from glasswork_executor.worker.failures import Refused

WEIGHT_SHARE: Final = 2
"""A weight is made from values of its size, so one may have half of all."""
OUTPUT_SHARE: Final = 8
"""Outputs are kept, and those behind one are often as large."""


class Budget:
    """What the tensors of a preview may take.

    Args:
        memory_bytes: private memory of the process; None for no limit.
    """

    def __init__(self, memory_bytes: int | None = None) -> None:
        self.memory_bytes = memory_bytes

    def check(self, what: str, shape: Sequence[int | None], dtype: str, share: int) -> None:
        """Refuse a tensor that is too large.

        Args:
            what: what it is, to begin a sentence.
            shape: its sizes; unknown ones count as 1.
            dtype: its type.
            share: the part of all memory that it may have, as in 2 for a half.

        Raises:
            Refused: it is.
        """
        if self.memory_bytes is None:
            return
        size = math.prod(axis or 1 for axis in shape) * max(1, tf.as_dtype(dtype).size)
        if size > self.memory_bytes // share:
            sizes = " × ".join(str(axis or 1) for axis in shape)
            raise Refused(
                f"{what} of {sizes} values takes {size / 2**30:.3g} GiB, and a preview has "
                f"{self.memory_bytes / 2**30:.3g} GiB for everything. Make it smaller."
            )

    def check_outputs(self, shapes: Mapping[str, Sequence[int | None]], dtypes: Mapping[str, str], rows: int) -> None:
        """Refuse outputs that are too large.

        Raises:
            Refused: one of them is.
        """
        for port, shape in shapes.items():
            self.check(f"The output '{port}'", (rows, *shape[1:]), dtypes.get(port, "float32"), OUTPUT_SHARE)

    def watch_weights(self) -> None:
        """Let Keras's layers ask before they make a weight."""
        add_weight = keras.Layer.add_weight

        @functools.wraps(add_weight)
        def checked(layer: keras.Layer, shape: Any = None, *arguments: Any, **named: Any) -> Any:
            sizes = (shape,) if isinstance(shape, int) else tuple(shape or ())
            self.check(f"The weight '{named.get('name') or 'weight'}'", sizes, "float32", WEIGHT_SHARE)
            return add_weight(layer, shape, *arguments, **named)

        keras.Layer.add_weight = checked
