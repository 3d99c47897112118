"""What a model has to beat: the commonest class or the mean, and a linear model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

PENALTY = 1e-3
MOST_ROWS = 20_000
MOST_COLUMNS = 4_096
# Numbers of a table, at most: 128 MiB of them; rows beyond are left out in training, and come in parts in a test.
MOST_NUMBERS = 2**24
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
        rows = np.ones((len(table), table.shape[1] + 1))
        np.subtract(table, self.mean, out=rows[:, :-1])
        rows[:, :-1] *= self.scale
        return rows


def thinned(inputs: Mapping[str, Array]) -> dict[str, Array]:
    """Return the inputs of a batch with as many of their values as the linear model looks at, `(rows, columns)` each.

    Args:
        inputs: values by component id; those of shape `(rows,)` stay as they are.
    """
    arrays = {name: np.asarray(values) for name, values in inputs.items()}
    flat = {name: values.reshape(len(values), -1) for name, values in arrays.items() if values.ndim > 1}
    step = _step(sum(values.shape[1] for values in flat.values()))
    # Copies: a view would keep the whole batch.
    return {**arrays, **{name: values[:, ::step].copy() for name, values in flat.items()}}


def numbers_of(inputs: Mapping[str, Array]) -> int:
    """Return how many numbers the inputs of a batch become in a table."""
    columns = sum(_width(values, categories_of(values)) for values in inputs.values())
    return min(columns, MOST_COLUMNS) * max(map(len, inputs.values()), default=0)


def categories_of(*parts: Array) -> int:
    """Return how many categories there are in parts of one input; 0 where it is none of categories."""
    return max((1 + int(values.max(initial=0)) for values in parts if _is_category(values)), default=0)


def flatten_inputs(inputs: Mapping[str, Array], categories: Mapping[str, int]) -> Array:
    """Return one row of numbers for each example, `(rows, columns)`.

    Args:
        inputs: values by component id; integers of shape `(rows,)` are categories and become one-hot columns.
        categories: number of categories of those inputs, over training and test.
    """
    widths = {name: _width(inputs[name], categories.get(name, 0)) for name in sorted(inputs)}
    step = _step(sum(widths.values()))
    columns, begin = [], 0
    for name, width in widths.items():
        columns.append(_columns(inputs[name], categories.get(name, 0), slice(-begin % step, None, step)))
        begin += width
    return np.hstack(columns) if columns else np.zeros((0, 0))


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
    return np.concatenate([softmax(scaler(part) @ weights) for part in _parts(test)])


def ridge(train: Array, truth: Array, test: Array) -> Array:
    """Return the predictions of a ridge regression, `(rows of test, outputs)`."""
    scaler = Scaler.fit(train)
    rows = scaler(train)
    penalty = PENALTY * len(rows) * np.eye(rows.shape[1])
    # The last column is the intercept, which is not to be made smaller.
    penalty[-1, -1] = 0
    weights = np.linalg.lstsq(rows.T @ rows + penalty, rows.T @ truth, rcond=None)[0]
    return np.concatenate([scaler(part) @ weights for part in _parts(test)])


def softmax(values: Array) -> Array:
    """Return probabilities, `(rows, classes)`."""
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _width(values: Array, categories: int) -> int:
    """Return how many columns an input becomes."""
    return max(categories, 1) if _is_one_hot(values, categories) else int(np.prod(values.shape[1:]))


def _columns(values: Array, categories: int, chosen: slice) -> Array:
    """Return the chosen ones of the columns that an input becomes."""
    if _is_one_hot(values, categories):
        return np.eye(max(categories, 1))[:, chosen][values]
    return values.reshape(len(values), -1)[:, chosen].astype(float)


def _is_one_hot(values: Array, categories: int) -> bool:
    return _is_category(values) and categories <= MOST_CATEGORIES


def _is_category(values: Array) -> bool:
    return values.ndim == 1 and bool(np.issubdtype(values.dtype, np.integer))


def _step(columns: int) -> int:
    """Return which columns are looked at: each, or every so many."""
    return max(1, -(-columns // MOST_COLUMNS))


def _parts(table: Array) -> Iterator[Array]:
    """Yield the rows of a table, so many at a time as may be copied."""
    rows = max(1, MOST_NUMBERS // max(table.shape[1], 1))
    for begin in range(0, max(len(table), 1), rows):
        yield table[begin : begin + rows]


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
