"""What a model has to beat: the commonest class or the mean, and a linear model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

PENALTY = 1e-3
MOST_ROWS = 20_000
MOST_COLUMNS = 4_096
MOST_CATEGORIES = 100
# Multiplications of a fit, at most: about two seconds. Bounding work and not time keeps results the same.
MOST_WORK = 2e9
LEAST_STEPS, MOST_STEPS = 30, 500
SMALL = 1e-5
# An exponential costs about as much as so many multiplications.
EXPONENTIAL = 20


@dataclass(frozen=True)
class Scaler:
    """Standardises columns by the figures of the training rows."""

    mean: Array
    scale: Array

    @classmethod
    def fit(cls, table: Array) -> Scaler:
        """Return the scaler of these rows; a constant column becomes 0."""
        deviation = table.std(axis=0)
        return cls(table.mean(axis=0), np.where(deviation > 0, 1 / np.where(deviation > 0, deviation, 1), 0))

    def __call__(self, table: Array) -> Array:
        """Return the standardised rows with a column of ones behind them."""
        return np.hstack([(table - self.mean) * self.scale, np.ones((len(table), 1))])


def flatten_inputs(inputs: Mapping[str, Array], categories: Mapping[str, int]) -> Array:
    """Return one row of numbers for each example, `(rows, columns)`.

    Args:
        inputs: values by component id; integers of shape `(rows,)` are categories and become one-hot columns.
        categories: number of categories of those inputs, over training and test.
    """
    columns = [_columns(inputs[name], categories.get(name, 0)) for name in sorted(inputs)]
    table = np.hstack(columns) if columns else np.zeros((0, 0))
    step = -(-table.shape[1] // MOST_COLUMNS) if table.shape[1] else 1
    return table[:, ::step]


def logistic(train: Array, truth: Array, test: Array, classes: int) -> Array:
    """Return the probabilities of a multinomial logistic regression, `(rows of test, classes)`.

    Fitted by accelerated gradient descent (Nesterov, 1983) with the step that the curvature's bound allows.
    """
    scaler = Scaler.fit(train)
    rows = scaler(train)
    wanted = np.eye(classes)[truth.astype(np.int64)]
    step = 1 / (0.5 * _largest_eigenvalue(rows) / len(rows) + PENALTY)
    weights = previous = np.zeros((rows.shape[1], classes))
    for number in range(_steps(2 * rows.size * classes + EXPONENTIAL * len(rows) * classes)):
        ahead = weights + number / (number + 3) * (weights - previous)
        gradient = rows.T @ (softmax(rows @ ahead) - wanted) / len(rows) + PENALTY * ahead
        previous, weights = weights, ahead - step * gradient
        if np.abs(gradient).max() < SMALL:
            break
    return softmax(scaler(test) @ weights)


def ridge(train: Array, truth: Array, test: Array) -> Array:
    """Return the predictions of a ridge regression, `(rows of test, outputs)`."""
    scaler = Scaler.fit(train)
    rows = scaler(train)
    penalty = PENALTY * len(rows) * np.eye(rows.shape[1])
    # The last column is the intercept, which is not to be made smaller.
    penalty[-1, -1] = 0
    weights = np.linalg.lstsq(rows.T @ rows + penalty, rows.T @ truth, rcond=None)[0]
    return np.asarray(scaler(test) @ weights)


def softmax(values: Array) -> Array:
    """Return probabilities, `(rows, classes)`."""
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _columns(values: Array, categories: int) -> Array:
    if values.ndim == 1 and np.issubdtype(values.dtype, np.integer) and categories <= MOST_CATEGORIES:
        return np.eye(max(categories, 1))[values]
    return values.reshape(len(values), -1).astype(float)


def _largest_eigenvalue(rows: Array) -> float:
    """Return an upper estimate of the largest eigenvalue of the Gram matrix, by power iteration."""
    vector = np.random.default_rng(0).normal(size=rows.shape[1])
    value = 1.0
    for _ in range(20):
        vector = rows.T @ (rows @ (vector / np.linalg.norm(vector)))
        value = float(np.linalg.norm(vector))
    return 1.1 * value


def _steps(work: float) -> int:
    return int(np.clip(MOST_WORK / max(work, 1), LEAST_STEPS, MOST_STEPS))
