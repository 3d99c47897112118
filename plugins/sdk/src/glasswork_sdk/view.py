"""What rules look at: an analysed graph with the questions that reviewers ask of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from glasswork_sdk.analysis import Analysis, Node
from glasswork_sdk.component import Kind
from glasswork_sdk.document import Split
from glasswork_sdk.fixes import Fixes
from glasswork_sdk.graph import numbered, port_number
from glasswork_sdk.profile import DatasetProfile, FeatureProfile
from glasswork_sdk.specs import TensorSpec


@dataclass(frozen=True, slots=True)
class Head:
    """One pair of the training component: what is predicted, and what it is compared with.

    Args:
        port: the input port of the prediction.
        prediction: the component that feeds it.
        target: the column behind the target; None where it is not one column.
        truth: spec of the target, or None where it is not known.
    """

    port: str
    prediction: Node
    target: FeatureProfile | None
    truth: TensorSpec | None


class View:
    """An analysed graph, for rules.

    Args:
        analysis: the analysis; it is read only.
        versions: versions of the installed plugins by name.
    """

    def __init__(self, analysis: Analysis, versions: dict[str, str] | None = None) -> None:
        self.analysis = analysis
        self.versions = versions or {}
        self.document = analysis.document
        self.nodes = analysis.nodes
        self.fixes = Fixes(analysis.document)

    @property
    def profile(self) -> DatasetProfile | None:
        """What the dataset holds, or None where it is not known."""
        return self.analysis.profile

    @cached_property
    def _by_type(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        cyclic = self.analysis.wiring.cyclic
        for node in self.nodes.values():
            component = node.component
            if node.settings is None or component.code is not None or component.shares is not None or node.id in cyclic:
                continue
            found.setdefault(component.type, []).append(node)
        return found

    def of(self, *types: str) -> Iterator[Node]:
        """Yield the components of those types whose settings count: valid, no custom code, no shared layer."""
        for name in types:
            yield from self._by_type.get(name, ())

    @cached_property
    def readers(self) -> dict[str, list[tuple[str, str]]]:
        """Component and input port of everything that each component feeds."""
        found: dict[str, list[tuple[str, str]]] = {name: [] for name in self.nodes}
        for name, node in self.nodes.items():
            for port, binding in node.bindings.items():
                found[binding.component].append((name, port))
        return found

    def source(self, node: Node) -> Node | None:
        """Return what feeds a component that has exactly one connected input."""
        if len(node.bindings) != 1:
            return None
        return self.nodes[next(iter(node.bindings.values())).component]

    def reader(self, node: Node) -> Node | None:
        """Return the only component that a component feeds."""
        readers = self.readers[node.id]
        return self.nodes[readers[0][0]] if len(readers) == 1 else None

    def back(self, node: Node | None, through: Collection[str]) -> Node | None:
        """Walk up from a component while it is of one of the types, and return the first that is not."""
        steps = 0
        while node is not None and node.component.type in through and steps <= len(self.nodes):
            node, steps = self.source(node), steps + 1
        return node

    def input_spec(self, node: Node) -> TensorSpec | None:
        """Return the spec of the first input."""
        return next(iter(node.inputs.values()), None)

    def output_spec(self, node: Node) -> TensorSpec | None:
        """Return the spec of the output."""
        return node.outputs.get("output")

    @cached_property
    def training(self) -> Node | None:
        """The training component, where there is exactly one with valid settings and no custom code."""
        node = self.nodes.get(self.analysis.training or "")
        return node if node is not None and node.settings is not None and node.component.code is None else None

    @property
    def learning(self) -> Any:
        """The settings of the training component; None where there is none."""
        return None if self.training is None else self.training.settings

    @cached_property
    def heads(self) -> tuple[Head, ...]:
        """The pairs of prediction and target, as far as they are connected."""
        node = self.training
        if node is None:
            return ()
        targets = self.analysis.targets
        found = []
        for name, binding in node.bindings.items():
            port = node.ports.input(name)
            if port is None or port.target:
                continue
            truth = numbered("targets", port_number(port.name, name))
            found.append(Head(name, self.nodes[binding.component], targets.get(truth), node.inputs.get(truth)))
        return tuple(found)

    @cached_property
    def data(self) -> tuple[tuple[Node, FeatureProfile], ...]:
        """The data components whose column is known, with it."""
        features = self.analysis.features
        found = []
        for node in self.nodes.values():
            if node.kind is Kind.DATA and node.settings is not None:
                column = features.get(node.id)
                if column is not None:
                    found.append((node, column))
        return tuple(found)

    @cached_property
    def inputs(self) -> tuple[tuple[Node, FeatureProfile], ...]:
        """The data components that the model sees, with their columns."""
        return tuple(item for item in self.data if item[0].id in self.analysis.model_side)

    @property
    def split(self) -> Split | None:
        """How rows are divided."""
        return self.document.dataset.split if self.document.dataset else None

    @property
    def rows(self) -> int:
        """Rows of the dataset; 0 where they are not known."""
        return self.profile.rows if self.profile is not None and self.document.dataset is not None else 0

    @property
    def train_rows(self) -> int:
        """Rows that the model learns from; 0 where they are not known."""
        return round(self.rows * self.split.train) if self.split else 0

    @property
    def steps(self) -> int:
        """Steps of the whole training; 0 where they are not known."""
        epochs, batch = getattr(self.learning, "epochs", 0), getattr(self.learning, "batch_size", 0)
        return epochs * -(-self.train_rows // batch) if batch and self.train_rows else 0
