"""Figures over a column: those of value over the training split, classes over the whole data."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from glasswork_sdk.errors import InvalidDataset
from numpy.typing import NDArray

from glasswork_executor.worker.data import images
from glasswork_executor.worker.data.types import BINARY, CATEGORICAL, IMAGE

BINS = 20
# A column of texts that are all different is no column of classes, and every list of datasets would carry it.
MOST_CLASSES_LISTED = 10_000
MOST_LETTERS_LISTED = 200_000

Array = NDArray[Any]


def figures_of(name: str, column: pd.Series | Array, kind: str, training: Array, folder: Path) -> dict[str, Any]:
    """Return the statistics of one column, named as in the dataset profile.

    Args:
        name: the column's name.
        column: its values.
        kind: numerical, binary, categorical or image.
        training: numbers of the training rows.
        folder: the dataset's folder.

    Raises:
        InvalidDataset: the column cannot be read as `kind`.
    """
    if not isinstance(column, pd.Series):
        found = asdict(images.measure_array(column, training))
        return {"count": len(column), "missing": 0, "unique": len(column), **found}
    values = column.dropna()
    counts = {"count": len(values), "missing": int(column.isna().sum()), "unique": int(values.nunique())}
    train = column.iloc[training].dropna()
    if kind == IMAGE:
        images.check_files(name, values, folder)
        return {**counts, **asdict(images.measure_files(name, values, train, folder))} if len(values) else counts
    if kind in {BINARY, CATEGORICAL}:
        return {**counts, **_of_classes(values, train, kind)}
    return {**counts, **_of_numbers(name, train)}


def class_name(value: Any) -> str:
    """Return how a class is written: a whole number without its point."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _of_classes(values: pd.Series, train: pd.Series, kind: str) -> dict[str, Any]:
    # NumPy's order is the order in which the generated code numbers the classes.
    classes, counts = np.unique(values.to_numpy(), return_counts=True)
    found: dict[str, Any] = {}
    if len(classes) <= MOST_CLASSES_LISTED:
        names = [class_name(value) for value in classes]
        if sum(map(len, names)) <= MOST_LETTERS_LISTED:
            found = {"classes": names, "class_counts": [int(count) for count in counts]}
    if kind == BINARY and len(classes) == 2 and len(train):
        ones = (train.to_numpy() == classes[1]).astype(np.float64)
        found |= {
            "min": float(ones.min()),
            "max": float(ones.max()),
            "mean": float(ones.mean()),
            "std": float(ones.std()),
        }
    return found


def _of_numbers(name: str, train: pd.Series) -> dict[str, Any]:
    try:
        numbers = train.to_numpy(dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidDataset(f"The column '{name}' cannot be read as numbers. Choose another type for it.") from None
    numbers = numbers[np.isfinite(numbers)]
    if not len(numbers):
        return {}
    counts, _ = np.histogram(numbers, bins=BINS)
    return {
        "min": float(numbers.min()),
        "max": float(numbers.max()),
        "mean": float(numbers.mean()),
        "std": float(numbers.std()),
        "histogram": [int(count) for count in counts],
    }
