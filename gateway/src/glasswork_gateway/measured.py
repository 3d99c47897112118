"""What previews have measured, as codegen takes it: specs of custom code, figures of outputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from glasswork.codegen.v1 import codegen_pb2
from glasswork.executor.v1 import executor_pb2
from glasswork.graph.v1 import graph_pb2
from glasswork_sdk.document import Document

_RANKS: Final = {"error": 0, "warning": 1, "tip": 2}


class Measured:
    """The newest figures and specs of each component's outputs."""

    def __init__(self) -> None:
        self._values: dict[str, codegen_pb2.ComponentValues] = {}
        self._gradients: dict[str, dict[str, codegen_pb2.ValueStatistics]] = {}
        self._specs: dict[str, dict[str, graph_pb2.TensorSpec]] = {}

    def take(self, preview: executor_pb2.ComponentPreview) -> None:
        """Take note of a preview; one that is no success leaves nothing of the one before."""
        name = preview.component
        if preview.state != executor_pb2.PREVIEW_STATE_OK:
            self._values.pop(name, None)
            # The spec stays: until it runs again, what follows is best judged by how it was.
            return
        self._specs[name] = {f"{name}.{output.port}": output.spec for output in preview.outputs}
        figures = {output.port: _figures(output.statistics) for output in preview.outputs}
        self._values[name] = codegen_pb2.ComponentValues(outputs=figures, gradients=self._gradients.get(name))

    def take_gradients(self, message: executor_pb2.Gradients) -> None:
        """Take note of the gradients of a batch, in place of those before."""
        before, self._gradients = (
            self._gradients,
            {
                name: {weight: _figures(found) for weight, found in item.weights.items()}
                for name, item in message.components.items()
            },
        )
        for name, item in self._values.items():
            gradients = self._gradients.get(name)
            if gradients != before.get(name):
                # A new object, because those who were told of the old one go by that.
                self._values[name] = codegen_pb2.ComponentValues(outputs=item.outputs, gradients=gradients)

    def values(self, document: Document) -> dict[str, codegen_pb2.ComponentValues]:
        """Return the figures of the components that a document has."""
        return {name: item for name, item in self._values.items() if name in document.components}

    def specs(self, document: Document) -> dict[str, graph_pb2.TensorSpec]:
        """Return the specs of the components with custom code that a document has, by component.port."""
        components = document.components
        custom = [name for name in self._specs if name in components and components[name].code is not None]
        return {port: spec for name in custom for port, spec in self._specs[name].items()}


def merged(*lists: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the findings of several checks, errors first, each once."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for item in (item for items in lists for item in items):
        found.setdefault((item["code"], item["component"], item["port"], item["setting"], item["line"]), item)
    return sorted(found.values(), key=lambda item: _RANKS[item["severity"]])


def _figures(message: graph_pb2.TensorStatistics) -> codegen_pb2.ValueStatistics:
    zeros = message.zero_fraction if message.HasField("zero_fraction") else None
    return codegen_pb2.ValueStatistics(
        size=message.size,
        min=message.min,
        max=message.max,
        mean=message.mean,
        std=message.std,
        nan_count=message.nan_count,
        zero_fraction=zeros,
    )
