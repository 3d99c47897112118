"""Metrics of predictions: counts and formulas over whole splits, in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def confusion_matrix(truth: Array, guess: Array, classes: int) -> Array:
    """Return how often class i (rows, truth) was taken for class j (columns, prediction), `(classes, classes)`."""
    cells = np.bincount(truth.astype(np.int64) * classes + guess.astype(np.int64), minlength=classes * classes)
    return cells.reshape(classes, classes)


def class_scores(matrices: Array, positive: int | None = None) -> dict[str, Array]:
    """Return accuracy, precision, recall and F1 of confusion matrices.

    Args:
        matrices: `(…, classes, classes)`, truth in rows.
        positive: the class that precision, recall and F1 are of; None for the mean over the classes that occur in
            truth or prediction (macro average).

    Returns:
        Each score by its name, of shape `(…)`.
    """
    hits = np.diagonal(matrices, axis1=-2, axis2=-1).astype(float)
    predicted, true = matrices.sum(axis=-2), matrices.sum(axis=-1)
    each = {
        "precision": _divide(hits, predicted),
        "recall": _divide(hits, true),
        "f1": _divide(2 * hits, predicted + true),
    }
    accuracy = _divide(hits.sum(axis=-1), matrices.sum(axis=(-2, -1)))
    if positive is not None:
        return {"accuracy": accuracy, **{name: values[..., positive] for name, values in each.items()}}
    occurs = (predicted + true) > 0
    return {
        "accuracy": accuracy,
        **{name: _divide((values * occurs).sum(axis=-1), occurs.sum(axis=-1)) for name, values in each.items()},
    }


def area_under_curve(truth: Array, scores: Array, weights: Array | None = None) -> Array:
    """Return the area under the ROC curve, as the share of pairs that are in order (Mann and Whitney, 1947).

    Args:
        truth: True for the positive rows, `(rows,)`.
        scores: the higher, the more positive, `(rows,)`; equal scores count half.
        weights: how often each row counts, `(samples, rows)`; None for once.

    Returns:
        `(samples,)` between 0 and 1, or NaN where one of the two classes is missing; a scalar without weights.
    """
    order = np.argsort(scores, kind="stable")
    counts = np.ones((1, len(order))) if weights is None else weights[:, order]
    positive = counts * truth[order]
    negative = counts - positive
    starts = np.flatnonzero(np.r_[True, np.diff(scores[order]) > 0])
    positive, negative = np.add.reduceat(positive, starts, axis=1), np.add.reduceat(negative, starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative
    ordered = (positive * (below + negative / 2)).sum(axis=1)
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    area = np.where(pairs > 0, ordered / np.maximum(pairs, 1e-300), np.nan)
    return area if weights is not None else area[0]


def mean_area(truth: Array, probabilities: Array, weights: Array | None = None) -> Array:
    """Return the area under the curve of one class against the rest, averaged over the classes for which it exists.

    Args:
        truth: class of each row, `(rows,)`.
        probabilities: `(rows, classes)`; for two classes the second one counts alone.
        weights: how often each row counts, `(samples, rows)`; None for once.
    """
    classes = [1] if probabilities.shape[1] == 2 else range(probabilities.shape[1])
    areas = np.stack([area_under_curve(truth == c, probabilities[:, c], weights) for c in classes])
    exists = ~np.isnan(areas)
    total = np.where(exists, areas, 0).sum(axis=0)
    return np.where(exists.any(axis=0), total / np.maximum(exists.sum(axis=0), 1), np.nan)


def regression_scores(truth: Array, guess: Array, weights: Array | None = None) -> dict[str, Array]:
    """Return MAE, RMSE and R² of numbers.

    Args:
        truth: `(rows, outputs)`.
        guess: `(rows, outputs)`.
        weights: how often each row counts, `(samples, rows)`; None for once.

    Returns:
        Each score by its name, `(samples,)` or a scalar; R² is the mean over the outputs, NaN where truth is constant.
    """
    counts = np.ones((1, len(truth))) if weights is None else weights
    total = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # Moments of centred values: squares of large numbers would lose the digits that the variance is made of.
    centred = truth - truth.mean(axis=0)
    error = guess - truth
    squares = counts @ error**2 / total
    spread = counts @ centred**2 / total - (counts @ centred / total) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = np.where(spread > 0, 1 - squares / spread, np.nan).mean(axis=1)
    scores = {
        "mae": (counts @ np.abs(error) / total).mean(axis=1),
        "rmse": np.sqrt(squares.mean(axis=1)),
        "r2": fit,
    }
    return scores if weights is not None else {name: values[0] for name, values in scores.items()}


def _divide(numerator: Array, denominator: Array) -> Array:
    return np.divide(numerator, denominator, out=np.zeros(np.shape(numerator)), where=np.asarray(denominator) != 0)
