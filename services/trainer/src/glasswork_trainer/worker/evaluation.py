"""Testing a trained model on a split: its predictions, judged beside simple models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from glasswork_trainer.core import baselines, results
from glasswork_trainer.core.program import Program, Target
from glasswork_trainer.core.results import Results, Table
from glasswork_trainer.worker.forward import batches, collect, forward
from glasswork_trainer.worker.networks import Arrays

Profile = Mapping[str, Any]
Progress = Callable[[float], None]


def evaluate(
    model: keras.Model,
    data: Any,
    program: Program,
    profile: Profile,
    metrics: Mapping[str, float],
    split: str = "test",
    progress: Progress = lambda share: None,
) -> Results:
    """Return the results of a model on a split.

    Args:
        model: the trained model.
        data: what `load_data` returned.
        program: says what the targets are.
        profile: says their types and classes.
        metrics: the last metrics of training, which are the results where there are no targets.
        split: train, validation or test.
        progress: told how much is done, 0 to 1.
    """
    dataset = split_of(data, split)
    if dataset is None or not program.targets():
        return {"rows": 0 if dataset is None else _count(dataset), **metrics}
    inputs, targets, outputs = _predictions(model, dataset)
    progress(0.4)
    train = _train_rows(data)
    table = _table(train[0], inputs)
    found: dict[str, Results] = {}
    for number, target in enumerate(program.targets()):
        if target.port in outputs and target.port in targets:
            examples = train[1].get(target.port, np.empty(0))
            found[target.feature] = judge(target, outputs[target.port], targets[target.port], examples, table, profile)
        progress(0.4 + 0.6 * (number + 1) / len(program.targets()))
    return results.together(found) if found else {"rows": _rows(inputs), **metrics}


def split_of(data: Any, split: str) -> Any:
    """Return the batches of a split, or None where there is no such data."""
    if split != "train":
        return getattr(data, split)
    return None if data.train is None else data.train(0, 0).take(data.steps)


def judge(target: Target, output: Any, truth: Any, train_truth: Any, table: Table | None, profile: Profile) -> Results:
    """Return the results for one target: with classes where its column has them, else as numbers."""
    classes = classes_of(target, profile)
    if is_classified(output, classes, truth):
        names = classes or [str(number) for number in range(max(2, output.shape[-1]))]
        true = class_numbers(truth, len(names))
        flat = table if output.ndim <= 2 else None
        return results.classification(true, probabilities(output), names, class_numbers(train_truth, len(names)), flat)
    true, guess, examples = (_numbers(values) for values in (truth, output, train_truth))
    return results.regression(true, guess, examples, table if len(examples) else None)


def classes_of(target: Target, profile: Profile) -> list[str]:
    """Return the classes of the column behind a target; none for a number."""
    feature = profile.get("features", {}).get(target.feature, {})
    if feature.get("type") not in ("categorical", "binary"):
        return []
    return [str(name) for name in feature.get("statistics", {}).get("classes", ())]


def is_classified(output: Any, classes: list[str], truth: Any = None) -> bool:
    """Say whether an output is one of classes: one value for each, or one probability for two."""
    width = output.shape[-1] if output.ndim > 1 else 1
    if classes:
        return width == len(classes) or (width == 1 and len(classes) == 2)
    return truth is not None and np.issubdtype(np.asarray(truth).dtype, np.integer) and width > 1


def probabilities(output: Any) -> Any:
    """Return probabilities of each class, `(rows, classes)`, of probabilities or logits."""
    values = np.asarray(output, float)
    values = values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1)
    if values.shape[1] == 1:
        inside = values.min(initial=0) >= 0 and values.max(initial=0) <= 1
        second = values if inside else 1 / (1 + np.exp(-values))
        return np.hstack([1 - second, second])
    sums = values.sum(axis=1)
    return values if values.min(initial=0) >= 0 and np.allclose(sums, 1, atol=1e-3) else baselines.softmax(values)


def class_numbers(values: Any, classes: int) -> Any:
    """Return class numbers, `(rows,)`, of class numbers or one-hot rows."""
    values = np.asarray(values)
    if values.ndim > 1 and values.shape[-1] == classes and classes > 1:
        values = values.argmax(axis=-1)
    return values.reshape(-1).astype(np.int64)


def _predictions(model: keras.Model, dataset: Any) -> tuple[Arrays, Arrays, Arrays]:
    parts = [(baselines.thinned(inputs), targets, forward(model, inputs)) for inputs, targets in batches(dataset)]
    columns = zip(*parts, strict=True) if parts else ((), (), ())
    inputs, targets, outputs = (collect(column) for column in columns)
    return inputs, targets, outputs


def _train_rows(data: Any) -> tuple[Arrays, Arrays]:
    """Return inputs and targets of the training split, as many as the linear model looks at."""
    dataset = split_of(data, "train")
    if dataset is None:
        return {}, {}
    kept, rows, numbers = [], 0, 0
    for batch, targets in batches(dataset):
        inputs = baselines.thinned(batch)
        kept.append((inputs, targets))
        rows += len(next(iter(targets.values())))
        numbers += baselines.numbers_of(inputs) + sum(np.size(values) for values in targets.values())
        if rows >= baselines.MOST_ROWS or numbers >= baselines.MOST_NUMBERS:
            break
    return collect(part[0] for part in kept), collect(part[1] for part in kept)


def _table(train: Arrays, test: Arrays) -> Table | None:
    if not train or not test or train.keys() != test.keys():
        return None
    categories = {name: baselines.categories_of(values, test[name]) for name, values in train.items()}
    return Table(baselines.flatten_inputs(train, categories), baselines.flatten_inputs(test, categories))


def _numbers(values: Any) -> Any:
    values = np.asarray(values, float)
    return values.reshape(len(values), -1) if values.size else np.zeros((len(values), 1))


def _rows(arrays: Arrays) -> int:
    return len(next(iter(arrays.values()))) if arrays else 0


def _count(dataset: Any) -> int:
    return sum(len(next(iter(inputs.values()))) for inputs, _ in batches(dataset) if inputs)
