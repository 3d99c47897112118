"""What a column could be read as: numerical, binary, categorical or image, the likeliest first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from glasswork_executor.worker.data.images import names_images

NUMERICAL, BINARY, CATEGORICAL, IMAGE = "numerical", "binary", "categorical", "image"
MOST_CLASSES = 50
# Whole numbers that are no codes (0, 1, 2, … or 1, 2, 3, …) are taken for amounts beyond so many different ones.
FEW_CLASSES = 10


def types_of(column: pd.Series | NDArray[Any]) -> list[str]:
    """Return every type that fits a column, the likeliest first.

    Args:
        column: its values.

    Returns:
        At least one type; `categorical` alone where nothing fits well.
    """
    if not isinstance(column, pd.Series):
        return [IMAGE]
    values = column.dropna()
    if pd.api.types.is_bool_dtype(values.dtype):
        return [BINARY, CATEGORICAL, NUMERICAL]
    if pd.api.types.is_numeric_dtype(values.dtype):
        return _of_numbers(values)
    if names_images(values):
        return [IMAGE]
    return [BINARY, CATEGORICAL] if values.nunique() == 2 else [CATEGORICAL]


def is_usable(column: pd.Series | NDArray[Any]) -> bool:
    """Return whether a column of texts has classes at all: few enough, and each more than once on the average."""
    if not isinstance(column, pd.Series) or pd.api.types.is_numeric_dtype(column.dtype):
        return True
    values = column.dropna()
    different = int(values.nunique())
    return names_images(values) or (0 < different <= MOST_CLASSES and (different <= 2 or len(values) >= 2 * different))


def _of_numbers(values: pd.Series) -> list[str]:
    different = np.unique(values.to_numpy())
    if len(different) == 2 and set(different.tolist()) == {0, 1}:
        return [BINARY, CATEGORICAL, NUMERICAL]
    repeated = len(values) >= 2 * len(different)
    whole = bool(len(different)) and bool(np.all(np.mod(different, 1) == 0))
    classes = [BINARY, CATEGORICAL] if len(different) == 2 else [CATEGORICAL]
    if not (whole and repeated and len(different) <= MOST_CLASSES):
        return [NUMERICAL]
    if len(different) == 2:
        return [CATEGORICAL, BINARY, NUMERICAL]
    if len(different) <= FEW_CLASSES or _are_codes(different):
        return [*classes, NUMERICAL]
    return [NUMERICAL, *classes]


def _are_codes(different: NDArray[Any]) -> bool:
    return different[0] in {0, 1} and int(different[-1] - different[0]) == len(different) - 1
