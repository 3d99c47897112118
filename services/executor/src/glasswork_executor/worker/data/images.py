"""Image columns: which files they name, how large the images are, and figures over their pixels."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from glasswork_sdk.errors import InvalidDataset
from numpy.typing import NDArray
from PIL import Image

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp")
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
MOST_FILES = 2_000
MOST_PIXELS = 25_000_000
# Figures over pixels stop here: by content alone, so that they are the same on every machine.
MOST_PIXELS_READ = 40_000_000
_COLOURED = frozenset({"RGB", "RGBA", "P", "CMYK", "YCbCr", "LAB", "HSV", "PA", "RGBX", "RGBa"})

Array = NDArray[Any]


@dataclass(frozen=True)
class Images:
    """What an image column holds: the most frequent size, and figures over the pixels."""

    height: int
    width: int
    channels: int
    min: float
    max: float
    mean: float
    std: float


def names_images(values: pd.Series) -> bool:
    """Return whether every value is a file name that ends as images do."""
    texts = values.astype(str).str.lower()
    return bool(len(texts)) and bool(texts.str.endswith(ENDINGS).all())


def check_files(column: str, values: pd.Series, folder: Path) -> None:
    """Refuse a column that names a file that is not there.

    Args:
        column: its name.
        values: the names, indexed by row.
        folder: the dataset's folder, below which they lie.

    Raises:
        InvalidDataset: a file is missing, or lies outside of the dataset; the message names the row.
    """
    root = folder.resolve()
    for row, name in values.items():
        path = root / str(name)
        if not path.is_file():
            raise InvalidDataset(
                f"Row {_number(row)}: the image '{name}' of column '{column}' is missing. "
                "Add the file to the dataset, or remove the row."
            )
        if not path.resolve().is_relative_to(root):
            raise InvalidDataset(f"Row {_number(row)}: '{name}' of column '{column}' lies outside of the dataset.")


def measure_files(column: str, values: pd.Series, training: pd.Series, folder: Path) -> Images:
    """Measure the images of a column.

    Args:
        column: its name.
        values: all names, indexed by row; sizes are taken of at most 2,000 of them.
        training: those of the training split; figures are taken over these.
        folder: the dataset's folder.

    Raises:
        InvalidDataset: a file is no image, or has more than 25 million pixels; the message names the row.
    """
    sizes: Counter[tuple[int, int]] = Counter()
    coloured = 0
    sampled = values.iloc[_spread(len(values))]
    for row, name in sampled.items():
        with _open(column, row, str(name), folder) as image:
            sizes[image.height, image.width] += 1
            coloured += image.mode in _COLOURED
    height, width = _most_frequent(sizes)
    channels = 3 if 2 * coloured > len(sampled) else 1
    pixels = (_pixels(column, row, str(name), folder, channels) for row, name in training.items())
    return Images(height, width, channels, *_figures(pixels))


def measure_array(values: Array, training: Sequence[int] | Array) -> Images:
    """Measure images that an array holds.

    Args:
        values: of shape `(rows, height, width)` or `(rows, height, width, channels)`.
        training: numbers of the training rows.
    """
    channels = 3 if values.ndim == 4 and values.shape[3] == 3 else 1
    return Images(int(values.shape[1]), int(values.shape[2]), channels, *_figures(values[row] for row in training))


def _figures(images: Iterable[Array]) -> tuple[float, float, float, float]:
    count, total, squares, low, high = 0, 0.0, 0.0, np.inf, -np.inf
    for number, image in enumerate(images):
        if number == MOST_FILES or count > MOST_PIXELS_READ:
            break
        values = image.astype(np.float64)
        count += values.size
        total, squares = total + float(values.sum()), squares + float(np.square(values).sum())
        low, high = min(low, float(values.min())), max(high, float(values.max()))
    if not count:
        return 0.0, 255.0, 0.0, 1.0
    mean = total / count
    return low, high, mean, float(np.sqrt(max(0.0, squares / count - mean * mean)))


def _pixels(column: str, row: Any, name: str, folder: Path, channels: int) -> Array:
    with _open(column, row, name, folder) as image:
        try:
            return np.asarray(image.convert("RGB" if channels == 3 else "L"))
        except (OSError, ValueError, SyntaxError) as error:
            raise _unreadable(column, row, name, error) from error


def _open(column: str, row: Any, name: str, folder: Path) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a bomb between its limit and twice its limit.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(folder / name, formats=FORMATS)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _unreadable(column, row, name, error) from error
    if image.width * image.height > MOST_PIXELS:
        image.close()
        raise InvalidDataset(
            f"Row {_number(row)}: the image '{name}' has {image.width} × {image.height} pixels, "
            f"at most {MOST_PIXELS} are allowed. Make it smaller."
        )
    return image


def _unreadable(column: str, row: Any, name: str, error: Exception) -> InvalidDataset:
    del error  # Pillow's text holds the path on this machine.
    return InvalidDataset(
        f"Row {_number(row)}: '{name}' of column '{column}' cannot be read as an image. "
        "Expected PNG, JPEG, BMP, GIF or WebP. Replace the file, or remove the row."
    )


def _number(row: Any) -> int:
    return int(row) + 1


def _spread(count: int) -> Array:
    return np.unique(np.linspace(0, count - 1, min(count, MOST_FILES)).astype(int))


def _most_frequent(sizes: Counter[tuple[int, int]]) -> tuple[int, int]:
    # Of several equally frequent sizes the smallest, whatever the order of the files.
    return min(sizes, key=lambda size: (-sizes[size], size))


def rows_of(values: pd.Series, rows: Array) -> Iterator[Any]:
    """Yield the values of some rows."""
    yield from values.iloc[rows]
