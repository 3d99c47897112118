from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

CLASSES = ["cheap", "dear"]
PROFILE = {
    "features": {
        "Price": {"type": "numerical", "statistics": {}},
        "Kind": {"type": "binary", "statistics": {"classes": CLASSES}},
    }
}


class Data(NamedTuple):
    train: Any
    validation: Any
    test: Any
    steps: int


@pytest.fixture(scope="module")
def evaluation() -> Any:
    from glasswork_trainer.worker import evaluation

    return evaluation


@pytest.fixture(scope="module")
def fitted() -> tuple[Any, Data]:
    """A model with a number and a probability as outputs, and rows that it predicts nearly right."""
    import keras
    import tensorflow as tf

    x = np.random.default_rng(1).normal(size=(300, 2)).astype("float32")
    price, kind = x @ [[3.0], [1.0]] + 5, (x[:, :1] > 0).astype("float32")
    inputs = keras.Input((2,), name="x")
    outputs = {
        "targets": keras.layers.Dense(1, name="price")(inputs),
        "targets_2": keras.layers.Dense(1, activation="sigmoid", name="kind")(inputs),
    }
    model = keras.Model({"x": inputs}, outputs)
    model.get_layer("price").set_weights([np.array([[3.0], [1.0]]), np.array([5.1])])
    model.get_layer("kind").set_weights([np.array([[4.0], [0.0]]), np.array([0.0])])

    def rows(begin: int, end: int) -> Any:
        targets = {"targets": price[begin:end].astype("float32"), "targets_2": kind[begin:end]}
        return tf.data.Dataset.from_tensor_slices(({"x": x[begin:end]}, targets)).batch(32)

    return model, Data(lambda epoch, step: rows(0, 200), rows(200, 250), rows(250, 300), 7)


def program(*ports: tuple[str, str]) -> Any:
    from glasswork_trainer.core.program import DATA, TRAINING, Binding, Component, Program

    columns = [Component(feature.lower(), kind=DATA, feature=feature) for _, feature in ports]
    inputs = tuple(Binding(port, feature.lower(), "output") for port, feature in ports)
    return Program((*columns, Component("train", kind=TRAINING, inputs=inputs)))


def test_several_targets_are_judged_each_by_its_own_kind(evaluation: Any, fitted: tuple[Any, Data]) -> None:
    both = program(("targets", "Price"), ("targets_2", "Kind"))
    found = evaluation.evaluate(*fitted, both, PROFILE, {})
    assert set(found["targets"]) == {"Price", "Kind"}
    assert (found["rows"], found["mae"]) == (50, pytest.approx(0.1, abs=1e-3))
    assert found["targets"]["Kind"]["classes"] == CLASSES
    assert found["targets"]["Kind"]["accuracy"] == 1.0
    assert found["baseline"]["linear"]["r2"] == pytest.approx(1.0, abs=1e-3)


def test_wide_rows_are_read_only_as_far_as_the_linear_model_looks(
    evaluation: Any, fitted: tuple[Any, Data], monkeypatch: pytest.MonkeyPatch
) -> None:
    import tensorflow as tf

    def batch(number: Any) -> Any:
        read.append(int(number))
        return np.full((10, 60, 100), 7, "uint8"), np.zeros((10, 1), "float32")

    def rows(epoch: int, step: int) -> Any:
        batches = tf.data.Dataset.range(100).map(lambda n: tf.numpy_function(batch, [n], (tf.uint8, tf.float32)))
        return batches.map(lambda image, target: ({"x": image}, {"targets": target}))

    read: list[int] = []
    monkeypatch.setattr(evaluation.baselines, "MOST_NUMBERS", 3_001 * 20)
    inputs, targets = evaluation._train_rows(Data(rows, None, None, 100))
    assert (inputs["x"].shape, targets["targets"].shape) == ((20, 3_000), (20, 1))
    assert max(read) < 5


def test_progress_is_told_up_to_the_end(evaluation: Any, fitted: tuple[Any, Data]) -> None:
    told: list[float] = []
    evaluation.evaluate(*fitted, program(("targets", "Price")), PROFILE, {}, "validation", told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_without_targets_the_metrics_of_training_are_the_results(evaluation: Any, fitted: tuple[Any, Data]) -> None:
    model, data = fitted
    found = evaluation.evaluate(model, data, program(), PROFILE, {"reward": 3.0})
    assert found == {"rows": 50, "reward": 3.0}
    nothing = Data(None, None, None, 5)
    assert evaluation.evaluate(model, nothing, program(), PROFILE, {"reward": 3.0}) == {"rows": 0, "reward": 3.0}


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ([[0.25]], [[0.75, 0.25]]),
        ([[-3.0], [0.0]], [[1 / (1 + np.exp(-3)), 1 / (1 + np.exp(3))], [0.5, 0.5]]),
        ([[0.2, 0.8]], [[0.2, 0.8]]),
        ([[2.0, 2.0]], [[0.5, 0.5]]),
    ],
)
def test_probabilities_come_from_shares_and_from_logits(evaluation: Any, output: Any, expected: Any) -> None:
    assert evaluation.probabilities(np.array(output)) == pytest.approx(np.array(expected))


def test_one_hot_rows_are_class_numbers(evaluation: Any) -> None:
    assert evaluation.class_numbers(np.eye(3)[[2, 0]], 3).tolist() == [2, 0]
    assert evaluation.class_numbers(np.array([[1.0], [0.0]]), 2).tolist() == [1, 0]


def test_the_server_never_imports_tensorflow() -> None:
    import subprocess
    import sys

    code = "import sys, glasswork_trainer.__main__; print([m for m in ('tensorflow', 'keras') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
