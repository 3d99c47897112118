"""Figures and small pictures of tensors, made in a worker with NumPy and Pillow alone.

Needs the extra `glasswork-servicekit[pictures]`; servers, which never see a tensor, do not import it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LONGEST_SIDE = 128
MOST_CHANNELS = 16
MOST_VALUES = 256
BINS = 64
SHEET_SIDE = 48
GAP = 1

Array = NDArray[Any]


@dataclass(frozen=True)
class Statistics:
    """Figures over the finite values of a tensor; all 0 where there is none.

    Args:
        min: smallest value.
        max: largest value.
        mean: mean.
        std: standard deviation of the population.
        nan_count: number of values that are not finite.
        zero_fraction: share of the values that are exactly 0; None where there are no numbers.
        size: number of values.
    """

    min: float = 0.0
    max: float = 0.0
    mean: float = 0.0
    std: float = 0.0
    nan_count: int = 0
    zero_fraction: float | None = None
    size: int = 0


@dataclass(frozen=True)
class Picture:
    """A tensor, small enough to send: a PNG, or values.

    Args:
        kind: image, channels, heatmap, overlay, bars, line, histogram, probabilities, text or scalar.
        title: what it shows.
        width: width in pixels, or number of values.
        height: height in pixels, 1 for values.
        png: the picture; empty where there are values.
        values: the values; empty where there is a picture.
        channels: channels of the tensor, of which the picture shows some.
        min: the value drawn darkest, or the lower end of the axis.
        max: the value drawn brightest, or the upper end of the axis.
        labels: a name for each of the values, or the texts themselves.
        rows: rows of the sample that it shows.
    """

    kind: str
    title: str = ""
    width: int = 0
    height: int = 0
    png: bytes = b""
    values: list[float] = field(default_factory=list)
    channels: int = 0
    min: float = 0.0
    max: float = 0.0
    labels: list[str] = field(default_factory=list)
    rows: int = 1


def statistics(array: Array) -> Statistics:
    """Return figures over all values of `array`.

    Args:
        array: numbers or truth values of any shape.
    """
    values = plain_numbers(array)
    if values.dtype.kind not in "fiub" or not values.size:
        return Statistics(size=values.size)
    values = values.astype(np.float64).ravel()
    finite = values[np.isfinite(values)]
    missing, zeros = values.size - finite.size, 1 - np.count_nonzero(values) / values.size
    if not finite.size:
        return Statistics(nan_count=missing, zero_fraction=zeros, size=values.size)
    # Scaled first: the squares of float32's largest values overflow even a double's mean.
    scale = float(np.abs(finite).max()) or 1.0
    mean, std = float((finite / scale).mean()) * scale, float((finite / scale).std()) * scale
    return Statistics(float(finite.min()), float(finite.max()), mean, std, missing, zeros, values.size)


def plain_numbers(array: Array) -> Array:
    """Return an array, in float32 where its type is a short float that NumPy itself does not know."""
    values = np.asarray(array)
    return values.astype(np.float32) if values.dtype.name.startswith(("bfloat", "float8")) else values


def draw(row: Array, hint: str = "auto", title: str = "") -> Picture | None:
    """Return a small picture of one row of a tensor, at most about 50 kB.

    Args:
        row: the values, without the batch axis.
        hint: what suits it: auto, image, channels, heatmap, bars, line, histogram or probabilities. A hint that does
            not fit the rank counts as auto, which decides by rank.
        title: what it shows.

    Returns:
        The picture; None for what is no number.
    """
    values = plain_numbers(row)
    if values.dtype.kind not in "fiub" or values.size == 0:
        return None
    values = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    if values.size == 1:
        return _values("scalar", title, values.ravel())
    if hint == "histogram" or values.ndim == 1:
        return _vector(values.ravel(), hint, title)
    if values.ndim == 2 and values.shape[1] == 1 and hint in {"auto", "line"}:
        # A series of one number for each step.
        return _vector(values.ravel(), "line", title)
    if values.ndim == 2:
        return _picture("heatmap", title, values, 1)
    while values.ndim > 3:
        # Of a volume the middle slice.
        values = values[values.shape[0] // 2]
    channels = values.shape[-1]
    if hint in {"auto", "image"} and channels in {1, 3}:
        return _image(values, title)
    return _picture("channels", title, _sheet(values), channels)


def _vector(values: Array, hint: str, title: str) -> Picture:
    if hint == "line":
        chosen = np.linspace(0, values.size - 1, min(values.size, MOST_VALUES)).round().astype(int)
        return _values("line", title, values[chosen])
    if values.size <= MOST_VALUES and hint != "histogram":
        return _values("probabilities" if hint == "probabilities" else "bars", title, values)
    counts, edges = np.histogram(values, bins=BINS)
    heights = [float(count) for count in counts]
    return Picture("histogram", title, BINS, 1, b"", heights, 0, float(edges[0]), float(edges[-1]))


def _values(kind: str, title: str, values: Array) -> Picture:
    numbers = [float(value) for value in values]
    return Picture(kind, title, len(numbers), 1, b"", numbers, 0, min(numbers), max(numbers))


def _image(values: Array, title: str) -> Picture:
    low, high = range_of_image(values)
    planes = [shrink(values[..., channel], LONGEST_SIDE) for channel in range(values.shape[-1])]
    pixels = to_bytes(np.stack(planes, axis=-1), low, high)
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    return Picture("image", title, picture.width, picture.height, encode_png(picture), [], values.shape[-1], low, high)


def range_of_image(values: Array) -> tuple[float, float]:
    """Return the values drawn black and white."""
    # An image is drawn as it is where its values look like pixels, so that a dark image stays dark.
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    return (0.0, 255.0) if low >= 0 and high <= 255 else (low, high)


def _picture(kind: str, title: str, values: Array, channels: int) -> Picture:
    low, high = float(values.min()), float(values.max())
    picture = Image.fromarray(to_bytes(shrink(values, 4 * SHEET_SIDE + 3 * GAP), low, high))
    return Picture(kind, title, picture.width, picture.height, encode_png(picture), [], channels, low, high)


def _sheet(values: Array) -> Array:
    """Lay the first channels out in a grid."""
    shown = [shrink(values[..., channel], SHEET_SIDE) for channel in range(min(values.shape[-1], MOST_CHANNELS))]
    return tile(shown, int(np.ceil(np.sqrt(len(shown)))))


def tile(planes: Sequence[Array], columns: int) -> Array:
    """Lay planes of the same size out in a grid, on ground of their smallest value.

    Args:
        planes: the planes, each `(height, width)`.
        columns: how many stand side by side.
    """
    rows = -(-len(planes) // columns)
    height, width = planes[0].shape
    ground = min(plane.min() for plane in planes)
    sheet = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP), ground, np.float32)
    for place, plane in enumerate(planes):
        top, left = place // columns * (height + GAP), place % columns * (width + GAP)
        sheet[top : top + height, left : left + width] = plane
    return sheet


def shrink(plane: Array, longest: int) -> Array:
    """Return a plane whose longer side is at most so long, by means of boxes."""
    height, width = plane.shape
    factor = max(height, width) / longest
    if factor <= 1:
        return plane
    size = (max(1, round(width / factor)), max(1, round(height / factor)))
    return np.asarray(Image.fromarray(np.ascontiguousarray(plane)).resize(size, Image.Resampling.BOX))


def to_bytes(values: Array, low: float, high: float) -> NDArray[np.uint8]:
    """Return values as grey levels: 0 at `low` and below, 255 at `high` and above."""
    span = high - low or 1.0
    return np.clip((values.astype(np.float64) - low) / span * 255.0, 0, 255).round().astype(np.uint8)


def encode_png(picture: Image.Image) -> bytes:
    """Return a picture as PNG."""
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=3)
    return stream.getvalue()
