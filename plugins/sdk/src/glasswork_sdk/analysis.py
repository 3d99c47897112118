"""The check of a whole graph: settings, connections, specs and sides of every component, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from glasswork_sdk.component import DataType, Kind
from glasswork_sdk.diagnostics import Diagnostic, Severity, error, warning
from glasswork_sdk.document import Document
from glasswork_sdk.graph import Ports, Wiring, port_number, wire
from glasswork_sdk.installed import Installed
from glasswork_sdk.node import Declared, Node, declare
from glasswork_sdk.profile import DatasetProfile, FeatureProfile
from glasswork_sdk.specs import TensorSpec
from glasswork_sdk.visit import Data, Place, Visited, failing_suggestions, visit

__all__ = ["Analysis", "Node", "analyse", "sort_findings"]

_RANK: Mapping[Severity, int] = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.TIP: 2}


@dataclass(frozen=True)
class Sides:
    """What leads to the model's outputs, what leads to target ports, and what leads to either."""

    model: frozenset[str] = frozenset()
    target: frozenset[str] = frozenset()
    both: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Results:
    """The parts that an analysis was made of, for the next one to take over those that cannot have changed."""

    catalogue: Installed
    data: Data
    declared: Mapping[str, Declared]
    ports: Mapping[str, Ports]
    visited: Mapping[str, Visited]
    sides: Sides


@dataclass
class Analysis:
    """What a graph is and what is wrong with it.

    Args:
        document: the document, with fresh suggestions if they were asked for.
        nodes: the components by id, in topological order, those of cycles last.
        wiring: the sound connections.
        training: id of the training component, or None where there is not exactly one.
        profile: what the dataset holds; None where it is not known.
        features: the column that each component reads or passes on.
        targets: the column behind each target port.
        model_side: ids of the components that lead to the model's outputs.
        target_side: ids of the components that lead to target ports.
        diagnostics: all findings, errors first.
        explanation: component and sentence for each fresh suggestion.
        results: what it was made of.
    """

    document: Document
    nodes: dict[str, Node]
    wiring: Wiring
    training: str | None
    profile: DatasetProfile | None
    features: dict[str, FeatureProfile | None]
    targets: dict[str, FeatureProfile]
    model_side: frozenset[str]
    target_side: frozenset[str]
    diagnostics: list[Diagnostic]
    explanation: list[tuple[str, str]]
    results: Results = field(repr=False, compare=False)

    @property
    def sound(self) -> bool:
        """Whether there is no error."""
        return not any(item.severity is Severity.ERROR for item in self.diagnostics)


def analyse(
    document: Document,
    catalogue: Installed,
    profile: DatasetProfile | None = None,
    measured: Mapping[str, TensorSpec] | None = None,
    *,
    suggest: bool = False,
    previous: Analysis | None = None,
) -> Analysis:
    """Check a document.

    Args:
        document: the document.
        catalogue: the component types that are installed.
        profile: what the dataset holds; None where it is not known.
        measured: output specs by `component.port` of components with custom code, as last measured.
        suggest: whether settings that the user has not touched shall follow the graph and the data.
        previous: an analysis of another state of the document, of which everything is taken over whose grounds are
            the same. It changes nothing but the time that this takes.

    Returns:
        The analysis. It never raises for what a document can contain.
    """
    before = previous if previous is not None and previous.results.catalogue is catalogue else None
    return _Analyser(document, catalogue, Data(profile, document.dataset), measured or {}, suggest, before).run()


def sort_findings(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return findings with errors first and tips last, else in their order."""
    return sorted(found, key=lambda item: _RANK[item.severity])


class _Analyser:
    def __init__(
        self,
        document: Document,
        catalogue: Installed,
        data: Data,
        measured: Mapping[str, TensorSpec],
        suggest: bool,
        before: Analysis | None,
    ) -> None:
        self.document = document
        self.counted = document.without_bypassed()
        self.data = before.results.data if before is not None and before.results.data == data else data
        self.measured = measured
        self.suggesting = suggest
        self.before = before
        known: Mapping[str, Declared] = before.results.declared if before else {}
        self.declared = {
            name: declare(name, self.counted, catalogue, known.get(name)) for name in self.counted.components
        }
        self.ports = {name: item.ports for name, item in self.declared.items()}
        self.wiring = self.wire()
        self.bindings = self.wiring.bindings
        self.catalogue = catalogue
        self.found = [problem for item in self.declared.values() for problem in item.found]
        self.found += self.wiring.diagnostics
        self.features: dict[str, FeatureProfile | None] = {}
        self.targets: dict[str, FeatureProfile] = {}

    def run(self) -> Analysis:
        order = [*self.wiring.order, *sorted(self.wiring.cyclic)]
        training = self.find_training(order)
        sides = self.find_sides(training)
        visited = self.visit_all(training, sides)
        nodes = {name: visited[name].node if name in visited else self.cyclic(name) for name in order}
        self.found += [problem for item in visited.values() for problem in item.found]
        if not self.suggesting:
            self.found += failing_suggestions(visited.values())
        self.judge_sides(nodes, training, sides)
        explanation = [(name, text) for name, item in visited.items() for text in item.explanation]
        results = Results(self.catalogue, self.data, self.declared, self.ports, visited, sides)
        return Analysis(
            self.followed(visited), nodes, self.wiring, training, self.data.profile, self.features, self.targets,
            sides.model, sides.target, sort_findings(self.found), explanation, results,
        )  # fmt: skip

    def wire(self) -> Wiring:
        before = self.before
        if (
            before is not None
            and before.document.without_bypassed().connections == self.counted.connections
            and before.results.ports == self.ports
            and _shares(before.results.declared) == _shares(self.declared)
        ):
            return before.wiring
        return wire(self.counted, self.ports)

    def find_training(self, order: Iterable[str]) -> str | None:
        types = {name: self.declared[name].type for name in order}
        found = [name for name, kind in types.items() if kind is not None and kind.kind is Kind.TRAINING]
        if len(found) == 1:
            return found[0]
        if not found and None not in types.values():
            advice = "Add one, as Classification or Regression, and connect predictions and targets to it."
            self.found.append(error("no-training-component", f"Nothing says how the model learns. {advice}"))
        for name in found[1:]:
            message = f"A model has one training component; '{found[0]}' is one and '{name}' is another. Remove one."
            self.found.append(error("several-training-components", message, component=name))
        return found[0] if found else None

    def find_sides(self, training: str | None) -> Sides:
        before = self.before
        if training is None:
            return Sides()
        if before is not None and before.wiring is self.wiring and before.training == training:
            return before.results.sides
        bindings, ports = self.bindings[training], self.ports[training]
        targets = {name for name in bindings if (port := ports.input(name)) is not None and port.target}
        model = frozenset(self.wiring.behind(bindings[name].component for name in bindings.keys() - targets))
        target = frozenset(self.wiring.behind(bindings[name].component for name in targets))
        return Sides(model, target, model | target | {training})

    def visit_all(self, training: str | None, sides: Sides) -> dict[str, Visited]:
        aims = self.find_aims(training)
        ends = self.find_ends(training)
        known: Mapping[str, Visited] = self.before.results.visited if self.before else {}
        visited: dict[str, Visited] = {}
        for name in self.wiring.order:
            declared, bindings = self.declared[name], self.bindings[name]
            inputs: dict[str, TensorSpec] = {}
            upstream = None
            for port, binding in bindings.items():
                source = visited[binding.component]
                upstream = source.feature if len(bindings) == 1 else None
                spec = source.node.outputs.get(binding.output)
                if spec is not None:
                    inputs[port] = spec
            place = Place(
                declared,
                bindings,
                inputs,
                self.data,
                upstream,
                aims.get(name),
                self.targets if name == training else {},
                self.suggesting and name in sides.both and name not in ends,
                {} if declared.component.code is None else self.measured_of(declared),
                self.suggesting,
            )
            before = known.get(name)
            visited[name] = item = before if before is not None and before.place == place else visit(place)
            self.features[name] = item.feature
        return visited

    def measured_of(self, declared: Declared) -> dict[str, TensorSpec]:
        names = [port.name for port in declared.ports.outputs or ()]
        specs = {name: self.measured.get(f"{declared.id}.{name}") for name in names}
        return {name: spec for name, spec in specs.items() if spec is not None}

    def cyclic(self, name: str) -> Node:
        """Return a component that stands in a cycle, of which nothing more can be told."""
        item = self.declared[name]
        reads = isinstance(item.type, DataType) and item.settings is not None
        self.features[name] = self.data.column(getattr(item.settings, "feature", "")) if reads else None
        return Node(name, item.component, item.type, item.settings, item.ports, self.bindings[name])

    def find_aims(self, training: str | None) -> dict[str, FeatureProfile]:
        """Return, for each component that makes a prediction, the column that it is compared with."""
        aims: dict[str, FeatureProfile] = {}
        if training is None:
            return aims
        bindings, ports = self.bindings[training], self.ports[training]
        for name, binding in bindings.items():
            port = ports.input(name)
            column = self.upstream_column(binding.component) if port and port.target else None
            if port is None or column is None:
                continue
            self.targets[name] = column
            number = port_number(port.name, name)
            for other, source in bindings.items():
                partner = ports.input(other)
                if partner and not partner.target and port_number(partner.name, other) == number:
                    for component in self.upwards(source.component):
                        aims.setdefault(component, column)
        return aims

    def find_ends(self, training: str | None) -> set[str]:
        """Return the components whose values reach the training component unchanged in meaning."""
        bindings = self.bindings[training].values() if training is not None and self.suggesting else ()
        return {component for binding in bindings for component in self.upwards(binding.component)}

    def upwards(self, start: str) -> Iterable[str]:
        """Return a component and those before it whose meaning it passes on."""
        found: dict[str, None] = {}
        component: str | None = start
        while component is not None and component not in found:
            found[component] = None
            component = self.declared[component].passes_on(self.bindings[component])
        return found

    def upstream_column(self, component: str) -> FeatureProfile | None:
        seen: set[str] = set()
        while component not in seen:
            seen.add(component)
            item = self.declared[component]
            if isinstance(item.type, DataType) and item.settings is not None:
                return self.data.column(getattr(item.settings, "feature", ""))
            bindings = self.bindings[component]
            if len(bindings) != 1:
                return None
            component = next(iter(bindings.values())).component
        return None

    def followed(self, visited: Mapping[str, Visited]) -> Document:
        fresh = {name: item.suggested for name, item in visited.items() if item.suggested is not None}
        if not self.suggesting or not fresh:
            return self.document
        components = dict(self.document.components)
        for name, suggested in fresh.items():
            components[name] = components[name].model_copy(update={"suggested": dict(suggested)})
        return self.document.model_copy(update={"components": components})

    def judge_sides(self, nodes: Mapping[str, Node], training: str | None, sides: Sides) -> None:
        if training is None:
            return
        for name in sorted(sides.target):
            item = nodes[name]
            if item.type is not None and not item.type.weightless:
                message = (
                    f"{item.label} leads to the targets and may learn or use chance; targets are facts. Connect "
                    "it to the predictions instead."
                )
                self.found.append(error("weights-before-targets", message, component=name))
        required = {port.name for port in self.ports[training].inputs or () if port.required}
        if not required <= self.bindings[training].keys():
            return  # the connection that is missing is told; until then nothing can take part
        for name, item in nodes.items():
            if name not in sides.both and item.type is not None and item.kind is not Kind.TRAINING:
                message = (
                    f"{item.label} leads to no training component, so it takes no part in the model. Connect it "
                    "or remove it."
                )
                self.found.append(warning("unconnected", message, component=name))


def _shares(declared: Mapping[str, Declared]) -> dict[str, str]:
    return {name: item.component.shares for name, item in declared.items() if item.component.shares is not None}
