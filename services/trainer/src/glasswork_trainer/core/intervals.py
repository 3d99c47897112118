"""95 % intervals: how far a metric over so many rows may be from the one over all rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Interval = tuple[float, float]

QUANTILE = 1.959963984540054
SEED = 20_240_101
SAMPLES, LEAST_SAMPLES = 1_000, 100
# Row counts of all samples together, at most; a large split has narrow intervals and needs few samples.
MOST_CELLS = 20_000_000
CHUNK = 2_000_000


def wilson(hits: float, rows: int) -> Interval:
    """Return the interval of a share (Wilson, 1927), which is right near 0 and 1 and for few rows as well."""
    if rows == 0:
        return 0.0, 1.0
    share, square = hits / rows, QUANTILE**2
    middle = (share + square / (2 * rows)) / (1 + square / rows)
    half = QUANTILE / (1 + square / rows) * math.sqrt(share * (1 - share) / rows + square / (4 * rows**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def resampled_matrices(matrix: Array) -> Array:
    """Return confusion matrices of rows drawn with replacement, `(samples, classes, classes)`.

    Drawing rows and counting cells is a multinomial draw of the cells.
    """
    total = int(matrix.sum())
    generator = np.random.default_rng(SEED)
    drawn = generator.multinomial(total, matrix.ravel() / max(total, 1), size=SAMPLES)
    return drawn.reshape(SAMPLES, *matrix.shape)


def bootstrap(rows: int, score: Callable[[Array], Mapping[str, Array]], columns: int = 1) -> dict[str, Interval]:
    """Return the percentile interval (Efron, 1979) of each score.

    Args:
        rows: number of rows.
        score: takes how often each row counts, `(samples, rows)`, and returns `(samples,)` for each score.
        columns: values of each row that it looks at.
    """
    if rows == 0:
        return {}
    samples = int(np.clip(MOST_CELLS // max(rows * columns, 1), LEAST_SAMPLES, SAMPLES))
    chunk = max(1, CHUNK // max(rows, 1))
    generator = np.random.default_rng(SEED)
    collected: dict[str, list[Array]] = {}
    for begin in range(0, samples, chunk):
        size = min(chunk, samples - begin)
        chosen = generator.integers(rows, size=(size, rows))
        drawn = np.stack([np.bincount(numbers, minlength=rows) for numbers in chosen]).astype(float)
        for name, values in score(drawn).items():
            collected.setdefault(name, []).append(values)
    found = {name: percentiles(np.concatenate(values)) for name, values in collected.items()}
    return {name: interval for name, interval in found.items() if interval is not None}


def percentiles(values: Array) -> Interval | None:
    """Return the 2.5 and 97.5 percentiles of the finite values, or None where there are none."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    low, high = np.percentile(finite, [2.5, 97.5])
    return float(low), float(high)
