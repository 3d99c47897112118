"""What came out of one component."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import tensorflow as tf
from numpy.typing import NDArray

from glasswork_executor.worker.failures import Failure

OK, ERROR, BLOCKED = "ok", "error", "blocked"


@dataclass(frozen=True)
class Output:
    """One output: its value on the sample, and its shape for any batch."""

    value: tf.Tensor
    shape: tuple[int | None, ...]
    dtype: str


@dataclass
class Outcome:
    """The result of a component on a sample.

    Args:
        state: ok, error or blocked.
        outputs: values by port.
        parameter_count: number of weights.
        failure: what went wrong, of an error.
        milliseconds: time that it took.
        background: the image behind a mask, `(rows, height, width, channels)`; None where there is none.
    """

    state: str
    outputs: dict[str, Output] = field(default_factory=dict)
    parameter_count: int = 0
    failure: Failure | None = None
    milliseconds: float = 0.0
    background: NDArray[Any] | None = None

    @property
    def size(self) -> int:
        """Bytes of the values, and some for the rest."""
        return 4096 + sum(_bytes(output.value) for output in self.outputs.values())


def _bytes(value: tf.Tensor) -> int:
    # Texts have no size of their own that anybody could tell.
    return int(value.shape.num_elements() or 0) * int(value.dtype.size or 64)
