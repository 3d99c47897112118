"""The variables of a component as they are now: its outputs on the preview sample, its weights, their gradients."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
from glasswork_sdk.errors import NotFound
from glasswork_servicekit.pictures import draw, statistics
from keras.src.ops.function import make_node_key

from glasswork_trainer.core.program import DATA, SOURCE, TRAINING, Component, Program
from glasswork_trainer.worker.forward import by_port, forward, input_names
from glasswork_trainer.worker.networks import Arrays, named_weights, networks_of
from glasswork_trainer.worker.sample import read_sample
from glasswork_trainer.worker.state import TrainingState

Variable = dict[str, Any]
Gradients = Mapping[int, np.ndarray[Any, Any]]


class Inspector:
    """Looks into a model without changing it.

    Args:
        module: the script.
        model: its model, with the weights to look at.
        program: the components.
        dataset: folder of the dataset.
        data: what `load_data` returned, or None.
    """

    def __init__(self, module: ModuleType, model: keras.Model, program: Program, dataset: Path, data: Any) -> None:
        self._module = module
        self._model = model
        self._program = program
        self._dataset = dataset
        self._data = data

    def describe(self, identifier: str, gradients: Gradients | None = None) -> list[Variable]:
        """Return the variables of a component: outputs, weights, gradients.

        Args:
            identifier: the component's id.
            gradients: gradients of the last step by the id of their variable object.

        Raises:
            NotFound: there is no such component.
        """
        component = self._program.component(identifier)
        if component is None:
            known = ", ".join(item.id for item in self._program.components)
            raise NotFound(f"There is no component '{identifier}' in this run. It has {known}.")
        with TrainingState(self._model).unchanged():
            found = [_variable(name, "output", value[0]) for name, value in self._outputs(component).items()]
            weights = dict(self._weights(component))
            found += [_variable(name, "weight", np.asarray(weight)) for name, weight in weights.items()]
            for name, weight in weights.items():
                if gradients and id(weight) in gradients:
                    found.append(_variable(name, "gradient", gradients[id(weight)]))
        return found

    @cached_property
    def _sample(self) -> Arrays:
        return read_sample(self._module, self._program, self._dataset, self._data)

    def _outputs(self, component: Component) -> Arrays:
        if component.kind in (DATA, SOURCE):
            return {"output": self._sample[component.id]} if component.id in self._sample else {}
        if component.kind == TRAINING:
            return forward(self._model, self._sample) if self._can_run(self._model) else {}
        found = self._layer(component)
        if found is None or not self._can_run(found[0]):
            return {}
        network, tensors = found
        inputs = {name: self._sample[name] for name in input_names(network)}
        outputs = keras.Model(network.inputs, tensors)(list(inputs.values()), training=False)
        return by_port(outputs) if isinstance(outputs, Mapping) else {"output": np.asarray(outputs)}

    def _weights(self, component: Component) -> Iterator[tuple[str, Any]]:
        """Yield the weights of the component's layer, or of the training component all that are no layer's."""
        if component.kind == TRAINING:
            layers = {c.shares or c.id for c in self._program.components if c.kind != TRAINING}
            yield from ((n, v) for n, v in named_weights(self._model).items() if n.partition("/")[0] not in layers)
            for name, optimizer in TrainingState(self._model).optimizers().items():
                yield f"{name}.learning_rate".removeprefix("optimizer."), optimizer.learning_rate
            return
        owner = component.shares or component.id
        for network in networks_of(self._model).values():
            layer = next((layer for layer in network.layers if layer.name == owner), None)
            if layer is not None:
                yield from ((v.path.partition("/")[2] or v.name, v) for v in layer.weights)
                return

    def _layer(self, component: Component) -> tuple[keras.Model, Any] | None:
        """Return the network that has the component's layer, and the symbolic outputs of the component's call of it."""
        owner = component.shares or component.id
        calls = [c.id for c in self._program.components if owner in (c.id, c.shares)]
        for network in networks_of(self._model).values():
            layer = next((layer for layer in network.layers if layer.name == owner), None)
            if layer is None or not input_names(network):
                continue
            # A layer that other networks call as well has nodes that are none of this network's.
            nodes = [n for i, n in enumerate(layer._inbound_nodes) if make_node_key(layer, i) in network._nodes]
            number = min(calls.index(component.id), len(nodes) - 1)
            tensors = nodes[number].output_tensors
            ports = component.outputs
            if len(tensors) > 1 and len(ports) == len(tensors):
                # Keras flattens a mapping in the order of its keys.
                return network, dict(zip(sorted(ports), tensors, strict=True))
            return network, tensors[0]
        return None

    def _can_run(self, network: keras.Model) -> bool:
        names = input_names(network)
        return bool(names) and all(name in self._sample for name in names)


def _variable(name: str, kind: str, value: Any) -> Variable:
    values = np.asarray(value)
    # Of a convolution's kernel (height, width, in, out) the part that reads the first channel.
    drawn = draw(values[:, :, 0] if kind != "output" and values.ndim == 4 else values, title=name)
    picture = None if drawn is None else {**vars(drawn), "png": base64.b64encode(drawn.png).decode()}
    return {
        "name": name,
        "kind": kind,
        "shape": list(values.shape),
        "dtype": str(values.dtype),
        "statistics": vars(statistics(values)),
        "visualization": picture,
    }
