from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from glasswork_trainer.core import baselines, intervals, results, scores
from glasswork_trainer.core.results import Table
from sklearn import metrics
from sklearn.datasets import load_diabetes, load_digits
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

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


def test_several_targets_are_listed_by_name_and_the_first_is_on_top() -> None:
    rows = {"a": {"rows": 3, "mae": 1.0}, "b": {"rows": 3, "mae": 2.0}}
    assert results.together(rows) == {"rows": 3, "mae": 1.0, "targets": rows}
    assert results.together({"a": rows["a"]}) == rows["a"]


def test_a_large_test_is_judged_within_bounds() -> None:
    truth, shares = predictions(20_000, 10)
    table = Table(RANDOM.normal(size=(5_000, 50)), RANDOM.normal(size=(20_000, 50)))
    found = results.classification(truth, shares, [str(n) for n in range(10)], truth[:5_000], table)
    assert found["baseline"]["linear"]["accuracy"] == pytest.approx(0.1, abs=0.03)
