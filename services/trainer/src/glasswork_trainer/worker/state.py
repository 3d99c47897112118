"""The whole state of a training, taken out of a model and put back bit by bit.

Weights and optimizer are not enough: the states of dropout's seed generators, of metrics in mid-epoch and of early
stopping belong to it as well. A training component with a loop of its own keeps its optimizers, metrics and seed
generators as attributes of the model or of its networks, where they are found by name.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from glasswork_trainer.worker.networks import Arrays, assign_weights, attributes, named_weights, networks_of


def build_optimizer(model: keras.Model) -> None:
    """Make the variables of the optimizer of a model that Keras's own step trains.

    Within a step that is traced, TensorFlow makes each of them in a condition that asks whether it is there: half a
    second for eight layers. A step of the model's own may apply its optimizer to other weights.
    """
    optimizer = getattr(model, "optimizer", None)
    if optimizer is not None and not optimizer.built and type(model).train_step is keras.Model.train_step:
        optimizer.build(model.trainable_variables)


class TrainingState:
    """Captures and restores everything of a model that training changes.

    Args:
        model: the model that `build_model` returned.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model

    def capture(self) -> tuple[Arrays, dict[str, Any]]:
        """Return every variable by name, and the rest as JSON data."""
        tensors = {f"weight/{name}": np.array(value) for name, value in named_weights(self._model).items()}
        for group in (self._optimizer_variables(), self._seeds(), self._metrics()):
            tensors.update({name: np.array(variable) for name, variable in group.items()})
        return tensors, {"optimizers": self._optimizer_builds(), "random": _random_state()}

    def restore(self, tensors: Mapping[str, np.ndarray[Any, Any]], state: Mapping[str, Any]) -> None:
        """Put back all but the metrics, which the beginning of an epoch resets.

        Raises:
            ValueError: the state is that of another program.
        """
        assign_weights(self._model, _below(tensors, "weight/"))
        self._build_optimizers(state["optimizers"])
        _assign(self._optimizer_variables(), _below(tensors, "", "optimizer/"))
        _assign(self._seeds(), _below(tensors, "", "seed/"))
        _set_random_state(state["random"])

    def build_metrics(self, batch: Any) -> None:
        """Make the variables of compiled metrics, which `fit` makes within its first step only.

        Args:
            batch: an element of the training data; only its shapes are looked at.
        """
        # A loop of its own may compile the optimizer alone; Keras would then build it for the wrong weights.
        if self._model._compile_metrics is not None or self._model._compile_loss is not None:
            self._model._symbolic_build(data_batch=batch)

    def restore_metrics(self, tensors: Mapping[str, np.ndarray[Any, Any]]) -> bool:
        """Put back the metrics of a half done epoch; call it after they were reset.

        Returns:
            False where a loop of its own makes its metrics later: then they begin anew, and the weights stay the same.
        """
        values, metrics = _below(tensors, "", "metric/"), self._metrics()
        if values.keys() != metrics.keys():
            return False
        _assign(metrics, values)
        return True

    def set_learning_rate(self, value: float) -> None:
        """Set the learning rate of every optimizer.

        Raises:
            TypeError: an optimizer has a learning-rate schedule, or there is none.
        """
        optimizers = self.optimizers()
        if not optimizers:
            raise TypeError("the training has no optimizer")
        for optimizer in optimizers.values():
            optimizer.learning_rate = value

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Look at the model within the block: random numbers that this draws are not missing afterwards."""
        seeds = {name: np.array(variable) for name, variable in self._seeds().items()}
        numbers = _random_state()
        try:
            yield
        finally:
            for name, variable in self._seeds().items():
                if name in seeds:
                    variable.assign(seeds[name])
            _set_random_state(numbers)

    def optimizers(self) -> dict[str, keras.optimizers.Optimizer]:
        """Return the optimizers of all networks, by attribute path."""
        return dict(self._owned(keras.optimizers.Optimizer))

    def _owned(self, kind: type[Any]) -> Iterator[tuple[str, Any]]:
        """Yield the objects of a class that a network has as attributes, each once."""
        seen: set[int] = set()
        for prefix, network in networks_of(self._model).items():
            compiled = [("optimizer", getattr(network, "optimizer", None))]
            for name, value in (*compiled, *attributes(network)):
                if isinstance(value, kind) and id(value) not in seen:
                    seen.add(id(value))
                    yield f"{prefix}.{name}".lstrip("."), value

    def _optimizer_variables(self) -> dict[str, Any]:
        return {
            f"optimizer/{name}/{index}": variable
            for name, optimizer in self.optimizers().items()
            for index, variable in enumerate(optimizer.variables)
        }

    def _optimizer_builds(self) -> dict[str, list[str]]:
        """Return for each built optimizer the names of the weights that it was built for."""
        names = {id(variable): name for name, variable in named_weights(self._model).items()}
        return {
            name: [names[id(v)] for v in optimizer._trainable_variables if id(v) in names]
            for name, optimizer in self.optimizers().items()
            if optimizer.built
        }

    def _build_optimizers(self, builds: Mapping[str, list[str]]) -> None:
        weights = named_weights(self._model)
        for name, optimizer in self.optimizers().items():
            if name in builds and not optimizer.built:
                optimizer.build([weights[path] for path in builds[name]])

    def _seeds(self) -> dict[str, Any]:
        """Return the states of all seed generators: those in layers, those in attributes, and Keras' own."""
        weights = {id(variable) for variable in named_weights(self._model).values()}
        found: dict[int, Any] = {}
        for network in networks_of(self._model).values():
            found.update({id(v): v for v in network.variables if id(v) not in weights})
        found.update({id(g.state): g.state for _, g in self._owned(keras.random.SeedGenerator)})
        found.update({id(g.state): g.state for _, g in self._owned(tf.random.Generator)})
        shared = keras.src.backend.common.global_state.get_global_attribute("global_seed_generator")
        if shared is not None:
            found[id(shared.state)] = shared.state
        return {f"seed/{index}": variable for index, variable in enumerate(found.values())}

    def _metrics(self) -> dict[str, Any]:
        found: dict[int, Any] = {}
        for network in networks_of(self._model).values():
            for metric in network.metrics:
                found.update({id(variable): variable for variable in metric.variables})
        for _, metric in self._owned(keras.metrics.Metric):
            found.update({id(variable): variable for variable in metric.variables})
        return {f"metric/{index}": variable for index, variable in enumerate(found.values())}


def _assign(variables: Mapping[str, Any], values: Mapping[str, np.ndarray[Any, Any]]) -> None:
    if variables.keys() != values.keys():
        difference = sorted(variables.keys() ^ values.keys())
        raise ValueError(f"the checkpoint is that of another program: {', '.join(difference[:5])} on one side only")
    for name, variable in variables.items():
        variable.assign(values[name])


def _below(tensors: Mapping[str, np.ndarray[Any, Any]], cut: str, prefix: str = "") -> Arrays:
    prefix = prefix or cut
    return {name.removeprefix(cut): value for name, value in tensors.items() if name.startswith(prefix)}


def _random_state() -> dict[str, Any]:
    version, numbers, gauss = random.getstate()
    legacy: dict[str, Any] = np.random.get_state(legacy=False)
    numpy_state = {**legacy, "state": {"key": legacy["state"]["key"].tolist(), "pos": int(legacy["state"]["pos"])}}
    return {"python": [version, list(numbers), gauss], "numpy": numpy_state}


def _set_random_state(state: Mapping[str, Any]) -> None:
    version, numbers, gauss = state["python"]
    random.setstate((version, tuple(numbers), gauss))
    inner = state["numpy"]["state"]
    key = np.asarray(inner["key"], np.uint32)
    np.random.set_state({**state["numpy"], "state": {"key": key, "pos": inner["pos"]}})
