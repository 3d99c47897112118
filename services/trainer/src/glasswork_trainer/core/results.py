"""The results of a test: metrics with intervals, beside what simple models reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glasswork_trainer.core import baselines, intervals, scores

Array = np.ndarray[Any, Any]
Results = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """The flattened inputs that the linear model learns from and is judged on."""

    train: Array
    test: Array


def classification(
    truth: Array, probabilities: Array, classes: Sequence[str], train_truth: Array, table: Table | None
) -> Results:
    """Return the results for one target with classes.

    Args:
        truth: class of each test row, `(rows,)`.
        probabilities: `(rows, classes)`.
        classes: the names of the classes.
        train_truth: class of each training row that `table` has.
        table: inputs for the linear model; None to leave it out.
    """
    count = probabilities.shape[1]
    matrix = scores.confusion_matrix(truth, probabilities.argmax(axis=1), count)
    positive = 1 if count == 2 else None
    drawn = intervals.resampled(matrix, lambda matrices: scores.class_scores(matrices, positive))
    interval = {name: found for name, found in drawn.items() if name != "accuracy"}
    area = intervals.bootstrap(
        len(truth), lambda weights: {"auc": scores.mean_area(truth, probabilities, weights)}, columns=count
    )
    hits = float(np.trace(matrix))
    return {
        "rows": len(truth),
        **_class_metrics(truth, probabilities),
        "confusion_matrix": matrix.tolist(),
        "classes": list(classes),
        "interval": _lists({"accuracy": intervals.wilson(hits, len(truth)), **interval, **area}),
        "baseline": _class_baselines(truth, count, train_truth, table),
    }


def regression(truth: Array, guess: Array, train_truth: Array, table: Table | None) -> Results:
    """Return the results for one target that is a number.

    Args:
        truth: `(rows, outputs)`.
        guess: `(rows, outputs)`.
        train_truth: `(training rows, outputs)`.
        table: inputs for the linear model; None to leave it out.
    """
    interval = intervals.bootstrap(len(truth), lambda weights: scores.regression_scores(truth, guess, weights))
    mean = np.broadcast_to(train_truth.mean(axis=0), truth.shape) if len(train_truth) else np.zeros_like(truth)
    baseline = {"mean": _numbers(scores.regression_scores(truth, mean))}
    if table is not None:
        fitted = baselines.ridge(table.train, train_truth, table.test)
        baseline["linear"] = _numbers(scores.regression_scores(truth, fitted))
    metrics = _numbers(scores.regression_scores(truth, guess))
    return {"rows": len(truth), **metrics, "interval": _lists(interval), "baseline": baseline}


def together(results: Mapping[str, Results]) -> Results:
    """Return the results of several targets: the first one's on top, each under `targets` by its name."""
    first = dict(next(iter(results.values())))
    return first if len(results) == 1 else {**first, "targets": dict(results)}


def _class_metrics(truth: Array, probabilities: Array) -> dict[str, float | None]:
    count = probabilities.shape[1]
    matrix = scores.confusion_matrix(truth, probabilities.argmax(axis=1), count)
    found = scores.class_scores(matrix, 1 if count == 2 else None)
    return _numbers({**found, "auc": scores.mean_area(truth, probabilities)})


def _class_baselines(truth: Array, count: int, train_truth: Array, table: Table | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if len(train_truth):
        commonest = int(np.bincount(train_truth.astype(np.int64), minlength=count).argmax())
        found["commonest"] = _class_metrics(truth, np.tile(np.eye(count)[commonest], (len(truth), 1)))
    if table is not None:
        fitted = baselines.logistic(table.train, train_truth, table.test, count)
        found["linear"] = _class_metrics(truth, fitted)
    return found


def _numbers(values: Mapping[str, Array]) -> dict[str, float | None]:
    """Return numbers for JSON; a metric that is not defined, as R² of a constant target, is None."""
    return {name: float(value) if np.isfinite(value) else None for name, value in values.items()}


def _lists(found: Mapping[str, tuple[float, float]]) -> dict[str, list[float]]:
    return {name: list(interval) for name, interval in found.items()}
