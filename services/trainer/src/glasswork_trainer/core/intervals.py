"""95 % intervals: how far a metric over so many rows may be from the one over all rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Interval = tuple[float, float]
Score = Callable[[Array], Mapping[str, Array]]

QUANTILE = 1.959963984540054
SEED = 20_240_101
SAMPLES, LEAST_SAMPLES = 1_000, 100
# Row counts of all samples together, at most; a large split has narrow intervals and needs few samples.
MOST_CELLS = 20_000_000
# Numbers of the samples that are drawn at once.
CHUNK = 2_000_000


def wilson(hits: float, rows: int) -> Interval:
    """Return the interval of a share (Wilson, 1927), which is right near 0 and 1 and for few rows as well."""
    if rows == 0:
        return 0.0, 1.0
    share, square = hits / rows, QUANTILE**2
    middle = (share + square / (2 * rows)) / (1 + square / rows)
    half = QUANTILE / (1 + square / rows) * math.sqrt(share * (1 - share) / rows + square / (4 * rows**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def resampled(matrix: Array, score: Score) -> dict[str, Interval]:
    """Return the percentile interval of each score of a confusion matrix.

    Drawing rows with replacement and counting cells is a multinomial draw of the cells.

    Args:
        matrix: `(classes, classes)`.
        score: takes matrices, `(samples, classes, classes)`, and returns `(samples,)` for each score.
    """
    total, cells = int(matrix.sum()), matrix.ravel()
    # Cells without a row stay empty and take no random number; only the last one has to be there, for the rest.
    drawn_from = np.union1d(np.flatnonzero(cells), [cells.size - 1])
    shares = cells[drawn_from] / max(total, 1)
    generator = np.random.default_rng(SEED)

    def draw(size: int) -> Array:
        drawn = np.zeros((size, cells.size), np.int64)
        drawn[:, drawn_from] = generator.multinomial(total, shares, size=size)
        return drawn.reshape(size, *matrix.shape)

    return _intervals(draw, score, SAMPLES, cells.size)


def bootstrap(rows: int, score: Score, columns: int = 1) -> dict[str, Interval]:
    """Return the percentile interval (Efron, 1979) of each score.

    Args:
        rows: number of rows.
        score: takes how often each row counts, `(samples, rows)`, and returns `(samples,)` for each score.
        columns: values of each row that it looks at.
    """
    if rows == 0:
        return {}
    samples = int(np.clip(MOST_CELLS // max(rows * columns, 1), LEAST_SAMPLES, SAMPLES))
    generator = np.random.default_rng(SEED)

    def draw(size: int) -> Array:
        chosen = generator.integers(rows, size=(size, rows))
        return np.stack([np.bincount(numbers, minlength=rows) for numbers in chosen]).astype(float)

    return _intervals(draw, score, samples, rows)


def percentiles(values: Array) -> Interval | None:
    """Return the 2.5 and 97.5 percentiles of the finite values, or None where there are none."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    low, high = np.percentile(finite, [2.5, 97.5])
    return float(low), float(high)


def _intervals(draw: Callable[[int], Array], score: Score, samples: int, numbers: int) -> dict[str, Interval]:
    """Return the interval of each score over samples that are drawn a few at a time; scores without one are left out.

    Args:
        draw: returns so many samples.
        score: returns a value of each score for each sample.
        samples: how many there are.
        numbers: how many numbers one of them is.
    """
    chunk = max(1, CHUNK // numbers)
    collected: dict[str, list[Array]] = {}
    for begin in range(0, samples, chunk):
        for name, values in score(draw(min(chunk, samples - begin))).items():
            collected.setdefault(name, []).append(values)
    found = {name: percentiles(np.concatenate(values)) for name, values in collected.items()}
    return {name: interval for name, interval in found.items() if interval is not None}
