"""What flows along a wire: the shape and type of a tensor, and the ports that ask for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

FLOAT: Final = "float32"
INTEGER: Final = "int64"


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """Shape and type of a tensor.

    Args:
        shape: sizes of the axes, the batch first; None for an unknown size.
        dtype: NumPy name of the type, as in `float32`.

    Example:
        >>> str(TensorSpec((None, 8, 8, 1)))
        '(None, 8, 8, 1) float32'
    """

    shape: tuple[int | None, ...]
    dtype: str = FLOAT

    @property
    def rank(self) -> int:
        """Number of axes, the batch included."""
        return len(self.shape)

    @property
    def size(self) -> int | None:
        """Number of values in one row, or None where an axis is unknown."""
        return known_product(self.shape[1:])

    def with_shape(self, shape: Iterable[int | None]) -> TensorSpec:
        """Return the same type in another shape."""
        return TensorSpec(tuple(shape), self.dtype)

    def __str__(self) -> str:
        return f"{self.shape_text()} {self.dtype}"

    def shape_text(self) -> str:
        """Return the shape as Python writes it."""
        return str(self.shape)


@dataclass(frozen=True, slots=True)
class Port:
    """A named input or output of a component.

    Args:
        name: unique among the inputs or among the outputs.
        rank: required rank with the batch axis; 0 for any.
        dtype: required type; empty for any.
        required: whether a connection has to be (inputs only).
        repeated: whether `name_2`, `name_3`, … may be connected too (inputs only).
        target: whether it takes what is to be predicted; what leads to it is no part of the model.
    """

    name: str
    rank: int = 0
    dtype: str = ""
    required: bool = True
    repeated: bool = False
    target: bool = False


def known_product(sizes: Iterable[int | None]) -> int | None:
    """Return the product of the sizes, or None where one of them is unknown."""
    product = 1
    for size in sizes:
        if size is None:
            return None
        product *= size
    return product
