"""Choices that several component types offer, and the arithmetic of axes that they share."""

from __future__ import annotations

from typing import Literal

from glasswork_sdk.diagnostics import SpecError
from glasswork_sdk.specs import TensorSpec

Activation = Literal[
    "linear", "relu", "sigmoid", "tanh", "softmax", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "softsign",
    "mish",
]  # fmt: skip
Initializer = Literal[
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal", "orthogonal",
    "zeros", "ones", "random_normal", "random_uniform", "truncated_normal",
]  # fmt: skip
Padding = Literal["same", "valid"]
AXIS_NAMES = {
    1: "(batch, steps, channels)",
    2: "(batch, height, width, channels)",
    3: "(batch, depth, height, width, channels)",
}


def per_axis(value: int | tuple[int, ...], dimensions: int) -> tuple[int, ...]:
    """Return one size for each of the axes."""
    return (value,) * dimensions if isinstance(value, int) else value


def expect_rank(spec: TensorSpec, rank: int, axes: str) -> None:
    """Raise `SpecError` unless the tensor has that rank.

    Args:
        spec: the input.
        rank: number of axes with the batch.
        axes: what they are, as in `(batch, height, width, channels)`.
    """
    if spec.rank != rank:
        advice = "Insert a Reshape before it" if spec.rank < rank else "Insert a Reshape or a Flatten before it"
        raise SpecError(
            f"expects an input of rank {rank} {axes}, received rank {spec.rank} {spec.shape_text()}. {advice}"
        )


def expect_float(spec: TensorSpec) -> None:
    """Raise `SpecError` for integer input where numbers to compute with are needed."""
    if not spec.dtype.startswith(("float", "bfloat")):
        raise SpecError(
            f"expects numbers with a fraction (float32), received {spec.dtype} {spec.shape_text()}. "
            "Insert a One-hot before it",
            code="dtype-mismatch",
        )
