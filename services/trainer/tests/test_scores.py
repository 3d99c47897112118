from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from glasswork_trainer.core import baselines, intervals, results, scores
from glasswork_trainer.core.results import Table
from sklearn import metrics
from sklearn.datasets import load_diabetes, load_digits
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from tests.volume import tenth

RANDOM = np.random.default_rng(5)


def predictions(rows: int, classes: int) -> tuple[Any, Any]:
    truth = RANDOM.integers(0, classes, rows)
    shares = baselines.softmax(RANDOM.normal(size=(rows, classes)) + 1.2 * np.eye(classes)[truth])
    return truth, shares


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_class_scores_are_those_of_scikit_learn(classes: int) -> None:
    truth, shares = predictions(200, classes)
    guess = shares.argmax(axis=1)
    found = results.classification(truth, shares, [str(n) for n in range(classes)], truth, None)
    average = "binary" if classes == 2 else "macro"
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, guess))
    assert found["precision"] == pytest.approx(metrics.precision_score(truth, guess, average=average))
    assert found["recall"] == pytest.approx(metrics.recall_score(truth, guess, average=average))
    assert found["f1"] == pytest.approx(metrics.f1_score(truth, guess, average=average))
    assert found["confusion_matrix"] == metrics.confusion_matrix(truth, guess).tolist()
    expected = (
        metrics.roc_auc_score(truth, shares[:, 1])
        if classes == 2
        else metrics.roc_auc_score(truth, shares, multi_class="ovr", average="macro")
    )
    assert found["auc"] == pytest.approx(expected)


def test_equal_scores_count_half_in_the_area_under_the_curve() -> None:
    truth, values = RANDOM.integers(0, 2, 300), RANDOM.integers(0, 5, 300)
    area = scores.area_under_curve(truth == 1, values.astype(float))
    assert area == pytest.approx(metrics.roc_auc_score(truth, values))


def test_an_area_without_both_classes_is_none() -> None:
    found = results.classification(np.zeros(5, int), np.tile([0.9, 0.1], (5, 1)), ["a", "b"], np.zeros(3, int), None)
    assert found["auc"] is None
    assert found["accuracy"] == 1.0
    assert "auc" not in found["interval"]


def test_regression_scores_are_those_of_scikit_learn() -> None:
    truth = RANDOM.normal(1e4, 3, (150, 1))
    guess = truth + RANDOM.normal(0, 1, truth.shape)
    found = results.regression(truth, guess, truth, None)
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(truth, guess))
    assert found["rmse"] == pytest.approx(metrics.root_mean_squared_error(truth, guess))
    assert found["r2"] == pytest.approx(metrics.r2_score(truth, guess))
    assert found["baseline"]["mean"]["r2"] == pytest.approx(0, abs=1e-6)
    low, high = found["interval"]["r2"]
    assert low < found["r2"] < high


def test_wilson_is_the_interval_of_the_textbook() -> None:
    assert intervals.wilson(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert intervals.wilson(10, 10)[1] == pytest.approx(1.0)
    assert intervals.wilson(0, 0) == (0.0, 1.0)


def test_intervals_are_the_same_every_time_and_narrower_for_more_rows() -> None:
    few, many = (
        results.classification(*predictions(rows, 3), list("abc"), np.zeros(3, int), None) for rows in (50, 5_000)
    )
    assert np.diff(few["interval"]["f1"]) > 3 * np.diff(many["interval"]["f1"])
    truth, shares = predictions(80, 3)
    twice = [results.classification(truth, shares, list("abc"), truth, None)["interval"] for _ in range(2)]
    assert twice[0] == twice[1]


@pytest.mark.parametrize("matrix", [np.diag([5, 0, 7]) + 1, np.diag([5, 3, 0]), np.zeros((2, 2), int)])
def test_samples_in_chunks_are_those_of_one_draw(matrix: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    total = int(matrix.sum())
    generator = np.random.default_rng(intervals.SEED)
    drawn = generator.multinomial(total, matrix.ravel() / max(total, 1), size=intervals.SAMPLES)
    seen: list[Any] = []

    def score(matrices: Any) -> dict[str, Any]:
        seen.append(matrices)
        return {"first": matrices[:, 0, 0]}

    monkeypatch.setattr(intervals, "CHUNK", 300 * matrix.size)
    assert intervals.resampled(matrix, score)["first"] == intervals.percentiles(drawn[:, 0])
    assert [len(part) for part in seen] == [300, 300, 300, 100]
    assert np.concatenate(seen).reshape(len(drawn), -1).tolist() == drawn.tolist()


def test_a_thousand_classes_are_judged_within_bounds() -> None:
    truth, guess = RANDOM.integers(0, 1_000, (2, 5_000))
    matrix = scores.confusion_matrix(truth, guess, 1_000)
    with peak() as reached:
        found = intervals.resampled(matrix, scores.class_scores)
    assert found.keys() == {"accuracy", "precision", "recall", "f1"}
    assert reached() < 100 * 2**20


@contextmanager
def peak() -> Iterator[Callable[[], int]]:
    """Count the bytes that the block holds at most."""
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_linear_classifier_is_as_good_as_that_of_scikit_learn() -> None:
    digits = load_digits()
    train, test = digits.data[:1_200], digits.data[1_200:]
    found = baselines.logistic(train, digits.target[:1_200], test, 10).argmax(axis=1)
    scaler = StandardScaler().fit(train)
    theirs = LogisticRegression(max_iter=2_000, C=1 / 1.2).fit(scaler.transform(train), digits.target[:1_200])
    reached = theirs.score(scaler.transform(test), digits.target[1_200:])
    assert np.mean(found == digits.target[1_200:]) == pytest.approx(reached, abs=0.02)


def test_the_linear_regression_is_that_of_scikit_learn() -> None:
    data = load_diabetes()
    train, test = data.data[:300], data.data[300:]
    found = baselines.ridge(train, data.target[:300, None], test)[:, 0]
    scaler = StandardScaler().fit(train)
    theirs = Ridge(alpha=0.3).fit(scaler.transform(train), data.target[:300]).predict(scaler.transform(test))
    assert found == pytest.approx(theirs, rel=1e-6)


def test_categories_become_columns_of_the_linear_model() -> None:
    table = baselines.flatten_inputs({"a": np.array([0, 2]), "b": np.ones((2, 3, 1), "float32")}, {"a": 3})
    assert table.tolist() == [[1, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 1]]


def test_wide_inputs_lose_columns_before_they_are_copied() -> None:
    wide, narrow = np.arange(50 * 9_000, dtype="uint8").reshape(50, 90, 100), np.arange(50)[:, None]
    with peak() as reached:
        table = baselines.flatten_inputs({"a": wide, "b": narrow}, {})
    whole = np.hstack([wide.reshape(50, -1).astype(float), narrow])
    assert table.tolist() == whole[:, ::3].tolist()
    assert reached() < 3 * table.nbytes
    thin = baselines.thinned({"a": wide, "b": np.arange(50)})
    assert (thin["a"].shape, thin["b"].shape, thin["a"].base) == ((50, 3_000), (50,), None)


def test_predictions_in_parts_are_those_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    train, test = RANDOM.normal(size=(40, 5)), RANDOM.normal(size=(23, 5))
    truth = RANDOM.integers(0, 3, 40)
    whole = baselines.logistic(train, truth, test, 3), baselines.ridge(train, truth[:, None], test)
    monkeypatch.setattr(baselines, "MOST_NUMBERS", 20)
    parts = baselines.logistic(train, truth, test, 3), baselines.ridge(train, truth[:, None], test)
    assert [part.shape for part in parts] == [(23, 3), (23, 1)]
    assert all(np.allclose(one, other) for one, other in zip(whole, parts, strict=True))


def test_several_targets_are_listed_by_name_and_the_first_is_on_top() -> None:
    rows = {"a": {"rows": 3, "mae": 1.0}, "b": {"rows": 3, "mae": 2.0}}
    assert results.together(rows) == {"rows": 3, "mae": 1.0, "targets": rows}
    assert results.together({"a": rows["a"]}) == rows["a"]


def test_a_large_test_is_judged_within_bounds() -> None:
    rows, train = tenth(20_000), tenth(5_000)
    truth, shares = predictions(rows, 10)
    table = Table(RANDOM.normal(size=(train, 50)), RANDOM.normal(size=(rows, 50)))
    found = results.classification(truth, shares, [str(n) for n in range(10)], truth[:train], table)
    assert found["baseline"]["linear"]["accuracy"] == pytest.approx(0.1, abs=0.03)
