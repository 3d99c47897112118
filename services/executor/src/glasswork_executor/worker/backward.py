"""One backward pass on one batch, through the layers that previews have built: what learning would begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import tensorflow as tf
from glasswork_servicekit.pictures import statistics

from glasswork_executor.core.keys import Key
from glasswork_executor.core.program import CLASS, DATA, EXPRESSION, SOURCE, TRAINING, Component, Job, Sample
from glasswork_executor.worker import layers
from glasswork_executor.worker.cache import Cache
from glasswork_executor.worker.loading import Script, define_training, make_rows, read_data
from glasswork_executor.worker.outcome import OK, Outcome, Output

ROWS = 32
MOST_COMPONENTS = 200
"""A pass through more than these would be in the way of the next edit, which cannot interrupt it at its end."""
MOST_NUMBERS = 8 * 1024 * 1024
"""Numbers that the outputs of a batch may have together."""
ROWS_BYTES = 64 * 1024 * 1024
KEPT_LOSSES = 64 * 1024
TARGETS = "targets"
Gradients = Mapping[str, Mapping[str, Any]]
"""Figures over the gradient of each weight, by component and the name of the weight."""


class Run(Protocol):
    """What previews have made of a program."""

    @property
    def job(self) -> Job:
        """What was asked."""

    @property
    def keys(self) -> Mapping[str, Key]:
        """The content keys by component."""

    @property
    def components(self) -> Mapping[str, Component]:
        """The components by id."""

    def outcome(self, name: str) -> Outcome | None:
        """Return the preview of a component."""

    def built_layer(self, component: Component) -> keras.Layer | None:
        """Return the layer that a component calls."""

    def upstream(self, component: Component) -> dict[str, layers.Upstream]:
        """Return the components that are connected to a component."""


@dataclass(frozen=True)
class _Batch:
    values: dict[str, dict[str, Output]]
    tape: tf.GradientTape
    script: Script


class Backward:
    """Measures gradients, and remembers rows and losses for the next edit.

    Args:
        interrupted: asked between components whether to give up.
    """

    def __init__(self, interrupted: Callable[[], bool]) -> None:
        self._interrupted = interrupted
        self._rows: Cache[dict[str, Output]] = Cache(ROWS_BYTES)
        self._losses: Cache[keras.Model] = Cache(KEPT_LOSSES)
        self._known: tuple[str, Gradients] = ("", {})

    def measure(self, run: Run, script: Callable[[], Script]) -> Gradients | None:
        """Return the figures; empty where there is no loss to come from, None where it was given up.

        Args:
            run: a program of which everything was previewed.
            script: gives the start of its script.
        """
        training = next((item for item in run.job.program.components if item.kind == TRAINING), None)
        if training is None or not self._is_worth_it(run):
            return {}
        key = run.keys[training.id].layer
        if self._known[0] != key:
            found = self._pass(run, training, script())
            if found is None:
                return None
            self._known = (key, found)
        return self._known[1]

    def _is_worth_it(self, run: Run) -> bool:
        """Whether the graph is complete, and so small that a pass takes about as long as the previews."""
        outcomes = [run.outcome(name) for name in run.components]
        if len(outcomes) > MOST_COMPONENTS or any(item is None or item.state != OK for item in outcomes):
            return False
        outputs = [output for item in outcomes if item is not None for output in item.outputs.values()]
        numbers = sum(_numbers(output.shape) for output in outputs)
        return ROWS * numbers <= MOST_NUMBERS

    def _pass(self, run: Run, training: Component, script: Script) -> Gradients | None:
        owners = _owners(run)
        weights = {name: layer.trainable_weights for name, layer in owners.items() if layer.trainable_weights}
        watched = [weight.value for items in weights.values() for weight in items]
        with _unchanged(owners.values()), tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(watched)
            batch = _Batch({}, tape, script)
            for component in run.job.program.components:
                if self._interrupted():
                    return None
                if component is not training:
                    batch.values[component.id] = self._values(run, component, batch)
            loss = self._loss(run, training, batch)
        found = iter(tape.gradient(loss, watched))
        return {name: _figures(items, [next(found) for _ in items]) for name, items in weights.items()}

    def _values(self, run: Run, component: Component, batch: _Batch) -> dict[str, Output]:
        if component.kind in {DATA, SOURCE}:
            with batch.tape.stop_recording():
                return self._batch_rows(run, component, batch.script)
        layer = run.built_layer(component)
        if layer is None:
            raise LookupError(f"'{component.id}' has no layer")
        inputs = _inputs(component, batch)
        before = None
        if component.uses_variables:
            known = run.upstream(component)
            before = {name: layers.Upstream(batch.values[name], item.weights) for name, item in known.items()}
        return layers.call_layer(layer, component, inputs, symbolic=False, before=before, training=True)

    def _batch_rows(self, run: Run, component: Component, script: Script) -> dict[str, Output]:
        key = f"{run.keys[component.id].layer} {run.job.dataset}"
        known = self._rows.get(key)
        if known is None:
            sample = Sample("train", 0, ROWS)
            if component.kind == DATA:
                rows = read_data(component, script, run.job.folder, sample)
            else:
                rows = make_rows(component, script, sample, run.keys[component.id].seed)
            known = layers.outputs_of(rows, component.outputs)
            self._rows.put(key, known, sum(4 * _numbers(tuple(item.value.shape)) for item in known.values()))
        return known

    def _loss(self, run: Run, training: Component, batch: _Batch) -> Any:
        """Return the loss as the training component compiles it, of the predictions of the batch."""
        inputs = _inputs(training, batch)
        truth = {port: item.value for port, item in inputs.items() if port.startswith(TARGETS)}
        predicted = {port: item.value for port, item in inputs.items() if port not in truth}
        with batch.tape.stop_recording():
            model = self._model(run, training, predicted, batch.script)
        return model.compute_loss(y=truth, y_pred=model(predicted), training=True)

    def _model(self, run: Run, training: Component, predicted: Mapping[str, Any], script: Script) -> keras.Model:
        """Return the training component's model around nothing: it gives what it gets, and knows the loss."""
        shapes = {port: tuple(value.shape[1:]) for port, value in predicted.items()}
        key = f"{run.keys[training.id].own} {sorted(shapes.items())}"
        model = self._losses.get(key)
        if model is None:
            given = {
                port: keras.Input(shape, dtype=predicted[port].dtype.name, name=port) for port, shape in shapes.items()
            }
            model = define_training(training, script)(given, given)
            self._losses.put(key, model, 4096)
        return model


def _inputs(component: Component, batch: _Batch) -> dict[str, Output]:
    return {item.port: batch.values[item.component][item.output] for item in component.inputs}


def _owners(run: Run) -> dict[str, keras.Layer]:
    """Return the layers by the component that each belongs to."""
    own = (item for item in run.job.program.components if item.kind in {EXPRESSION, CLASS} and not item.shares)
    found = {item.id: run.built_layer(item) for item in own}
    return {name: layer for name, layer in found.items() if layer is not None}


@contextmanager
def _unchanged(built: Any) -> Iterator[None]:
    """Leave what layers change when they are called in training (moving averages, random numbers) as it was."""
    kept = [(variable, variable.numpy()) for layer in built for variable in layer.non_trainable_variables]
    try:
        yield
    finally:
        for variable, value in kept:
            variable.assign(value)


def _figures(weights: Sequence[Any], gradients: Sequence[Any]) -> dict[str, Any]:
    pairs = zip(weights, gradients, strict=True)
    # A weight that the loss does not come from has none.
    return {item.name: statistics(tf.convert_to_tensor(found).numpy()) for item, found in pairs if found is not None}


def _numbers(shape: Sequence[int | None]) -> int:
    size = 1
    for axis in shape:
        size *= axis or 1
    return size
