"""The check of a whole graph: settings, connections, specs and sides of every component, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from glasswork_sdk.component import ComponentType, DataType, Kind, Suggestion, Surroundings
from glasswork_sdk.diagnostics import Diagnostic, Severity, SpecError, error, warning
from glasswork_sdk.document import Component, Document
from glasswork_sdk.errors import InvalidSettings
from glasswork_sdk.graph import Binding, Ports, Wiring, port_number, wire
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile, FeatureProfile
from glasswork_sdk.settings import Settings, validate
from glasswork_sdk.specs import Port, TensorSpec

_RANK: Mapping[Severity, int] = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.TIP: 2}


@dataclass
class Node:
    """One component with all that is known of it.

    Args:
        id: its id.
        component: as the document has it; for one that shares a layer, type and settings are the sharer's.
        type: its component type, or None where that is not installed.
        settings: valid settings, or None where they are bad.
        ports: its ports.
        bindings: what is connected to its inputs, in the order of the ports.
        inputs: specs of its inputs, as far as they are known.
        outputs: specs of its outputs; empty where they are not known.
        values: names for its template besides the settings.
    """

    id: str
    component: Component
    type: ComponentType[Any] | None
    settings: Settings | None
    ports: Ports
    bindings: dict[str, Binding] = field(default_factory=dict)
    inputs: dict[str, TensorSpec] = field(default_factory=dict)
    outputs: dict[str, TensorSpec] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Kind | None:
        """What its template writes, or None where its type is not installed."""
        return None if self.type is None else self.type.kind

    @property
    def label(self) -> str:
        """Title and id, as messages name it."""
        return f"{self.type.title if self.type else 'Component'} '{self.id}'"


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
    """

    document: Document
    nodes: dict[str, Node]
    wiring: Wiring
    training: str | None = None
    profile: DatasetProfile | None = None
    features: dict[str, FeatureProfile | None] = field(default_factory=dict)
    targets: dict[str, FeatureProfile] = field(default_factory=dict)
    model_side: set[str] = field(default_factory=set)
    target_side: set[str] = field(default_factory=set)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    explanation: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether there is no error."""
        return not any(item.severity is Severity.ERROR for item in self.diagnostics)


def analyse(
    document: Document,
    catalogue: Catalogue,
    profile: DatasetProfile | None = None,
    measured: Mapping[str, TensorSpec] | None = None,
    *,
    suggest: bool = False,
) -> Analysis:
    """Check a document.

    Args:
        document: the document.
        catalogue: the component types that are installed.
        profile: what the dataset holds; None where it is not known.
        measured: output specs by `component.port` of components with custom code, as last measured.
        suggest: whether settings that the user has not touched shall follow the graph and the data.

    Returns:
        The analysis. It never raises for what a document can contain.
    """
    return _Analyser(document, catalogue, profile, measured or {}, suggest).run()


def sort_findings(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return findings with errors first and tips last, else in their order."""
    return sorted(found, key=lambda item: _RANK[item.severity])


class _Analyser:
    def __init__(
        self,
        document: Document,
        catalogue: Catalogue,
        profile: DatasetProfile | None,
        measured: Mapping[str, TensorSpec],
        suggest: bool,
    ) -> None:
        self.document = document
        self.catalogue = catalogue
        self.profile = profile
        self.measured = measured
        self.suggesting = suggest
        self.found: list[Diagnostic] = []
        self.explanation: list[tuple[str, str]] = []
        self.fresh: dict[str, dict[str, Any]] = {}
        self.targets: dict[str, FeatureProfile] = {}
        self.ends: set[str] = set()
        self.leading: set[str] = set()

    def run(self) -> Analysis:
        nodes = {name: self.node(name, item) for name, item in self.document.components.items()}
        wiring = wire(self.document, {name: node.ports for name, node in nodes.items()})
        self.found += wiring.diagnostics
        ordered = {name: nodes[name] for name in [*wiring.order, *sorted(wiring.cyclic)]}
        for name, node in ordered.items():
            node.bindings = wiring.bindings[name]
        training = self.find_training(ordered)
        self.features = {name: self.feature(node) for name, node in ordered.items()}
        self.aims = self.find_aims(ordered, training)
        if training is not None and self.suggesting:
            self.leading = wiring.behind([training])
            self.ends = self.find_ends(ordered, training)
        for name, node in ordered.items():
            if name not in wiring.cyclic:
                self.visit(node, ordered)
        result = Analysis(
            self.followed(), ordered, wiring, training, self.profile, self.features, self.targets,
            diagnostics=self.found, explanation=self.explanation,
        )  # fmt: skip
        self.find_sides(result)
        result.diagnostics = sort_findings(result.diagnostics)
        return result

    def node(self, name: str, component: Component) -> Node:
        original = component
        if component.shares is not None:
            shared = self.document.components.get(component.shares)
            if shared is None or shared.shares is not None or component.shares == name or shared.type != component.type:
                self.found.append(
                    error(
                        "bad-share",
                        f"'{name}' shares the layer of '{component.shares}', which must be another component of type "
                        f'{component.type} with a layer of its own. Choose one, or remove "shares".',
                        component=name,
                    )
                )
            else:
                component = shared
        kind = self.catalogue.types.get(component.type)
        if kind is None:
            self.found.append(self.unknown_type(name, component.type))
            return Node(name, original, None, None, Ports(None, None))
        settings = self.settings(name, kind, component, quiet=component is not original)
        return Node(name, original, kind, settings, _ports(kind, settings, component))

    def unknown_type(self, name: str, type_name: str) -> Diagnostic:
        plugin = type_name.partition(".")[0]
        info = self.catalogue.plugins.get(plugin)
        if info is None:
            advice = f"The plugin '{plugin}' is not installed; install it, or choose another type."
        elif info.error:
            advice = f"The plugin '{plugin}' could not be loaded: {info.error}."
        else:
            advice = f"The plugin '{plugin}' {info.version} has no such type; choose one of its types."
        return error(
            "unknown-type", f"'{name}' has the type {type_name}, which nobody offers. {advice}", component=name
        )

    def settings(self, name: str, kind: ComponentType[Any], component: Component, quiet: bool) -> Settings | None:
        try:
            settings: Settings = validate(kind.Settings, component.values)
            return settings
        except InvalidSettings as problem:
            for violation in problem.fields if not quiet else ():
                message = (
                    f"{kind.title} '{name}': the setting '{violation.field}' is not valid. {violation.description}."
                )
                self.found.append(error("bad-setting", message, component=name, setting=violation.field))
            return None

    def find_training(self, nodes: Mapping[str, Node]) -> str | None:
        found = [name for name, node in nodes.items() if node.kind is Kind.TRAINING]
        if len(found) == 1:
            return found[0]
        if not found and not any(node.type is None for node in nodes.values()):
            advice = "Add one, as Classification or Regression, and connect predictions and targets to it."
            self.found.append(error("no-training-component", f"Nothing says how the model learns. {advice}"))
        for name in found[1:]:
            message = f"A model has one training component; '{found[0]}' is one and '{name}' is another. Remove one."
            self.found.append(error("several-training-components", message, component=name))
        return found[0] if found else None

    def feature(self, node: Node) -> FeatureProfile | None:
        """Return the column that a component passes on unchanged in meaning, following pass-through types upstream."""
        if node.type is None or node.settings is None:
            return None
        if isinstance(node.type, DataType):
            return self.column(getattr(node.settings, "feature", ""))
        if node.type.passthrough and len(node.bindings) == 1:
            binding = next(iter(node.bindings.values()))
            return self.features_so_far(binding.component)
        return None

    def features_so_far(self, component: str) -> FeatureProfile | None:
        return getattr(self, "features", {}).get(component)

    def column(self, name: str) -> FeatureProfile | None:
        known = self.profile.features.get(name) if self.profile else None
        dataset = self.document.dataset
        reference = dataset.features.get(name) if dataset else None
        if reference is None:
            return known
        return replace(known, type=reference.type) if known else FeatureProfile(name, reference.type)

    def find_aims(self, nodes: Mapping[str, Node], training: str | None) -> dict[str, FeatureProfile]:
        """Return, for each component that makes a prediction, the column that it is compared with."""
        aims: dict[str, FeatureProfile] = {}
        if training is None:
            return aims
        node = nodes[training]
        for name, binding in node.bindings.items():
            port = node.ports.input(name)
            column = self.upstream_column(binding.component, nodes) if port and port.target else None
            if port is None or column is None:
                continue
            self.targets[name] = column
            number = port_number(port.name, name)
            for other, source in node.bindings.items():
                partner = node.ports.input(other)
                if partner and not partner.target and port_number(partner.name, other) == number:
                    self.spread(source.component, column, nodes, aims)
        return aims

    def find_ends(self, nodes: Mapping[str, Node], training: str) -> set[str]:
        """Return the components whose values reach the training component unchanged in meaning."""
        ends: set[str] = set()
        for binding in nodes[training].bindings.values():
            component: str | None = binding.component
            while component is not None and component not in ends:
                ends.add(component)
                node = nodes[component]
                through = node.type is not None and node.type.passthrough and len(node.bindings) == 1
                component = next(iter(node.bindings.values())).component if through else None
        return ends

    def spread(
        self, start: str, column: FeatureProfile, nodes: Mapping[str, Node], aims: dict[str, FeatureProfile]
    ) -> None:
        component: str | None = start
        while component is not None and component not in aims:
            aims[component] = column
            node = nodes[component]
            through = node.type is not None and node.type.passthrough and len(node.bindings) == 1
            component = next(iter(node.bindings.values())).component if through else None

    def upstream_column(self, component: str, nodes: Mapping[str, Node]) -> FeatureProfile | None:
        seen: set[str] = set()
        while component not in seen:
            seen.add(component)
            node = nodes[component]
            if isinstance(node.type, DataType) and node.settings is not None:
                return self.column(getattr(node.settings, "feature", ""))
            if len(node.bindings) != 1:
                return None
            component = next(iter(node.bindings.values())).component
        return None

    def visit(self, node: Node, nodes: Mapping[str, Node]) -> None:
        for name, binding in node.bindings.items():
            spec = nodes[binding.component].outputs.get(binding.output)
            if spec is not None:
                node.inputs[name] = spec
        missing = self.check_connected(node)
        if node.type is None or node.settings is None:
            return
        column = self.features[node.id] = self.feature(node)
        if node.kind is Kind.DATA:
            # A column that is not there is told below; its code can be looked at all the same.
            node.values["feature_type"] = column.type if column else "numerical"
        known = not missing and len(node.inputs) == len(node.bindings)
        if not missing:
            self.follow(node)
        self.check_ports(node, nodes)
        if node.component.code is not None and node.kind is not Kind.DATA:
            node.outputs = self.measured_outputs(node)
        elif known:
            self.infer(node)

    def check_connected(self, node: Node) -> bool:
        missing = [port for port in node.ports.inputs or () if port.required and port.name not in node.bindings]
        for port in missing:
            message = f"{node.label} needs a connection to its input '{port.name}'. Draw one from an output before it."
            self.found.append(error("missing-connection", message, component=node.id, port=port.name))
        return bool(missing)

    def check_ports(self, node: Node, nodes: Mapping[str, Node]) -> None:
        for name, spec in node.inputs.items():
            port = node.ports.input(name)
            source = node.bindings[name].component
            if port is not None and port.rank and port.rank != spec.rank:
                message = (
                    f"{node.label} expects an input of rank {port.rank}, received rank {spec.rank} "
                    f"{spec.shape_text()} from '{source}'."
                )
                self.found.append(error("rank-mismatch", message, component=node.id, port=name))
            elif port is not None and port.dtype and port.dtype != spec.dtype:
                message = f"{node.label} expects {port.dtype} at '{name}', received {spec.dtype} from '{source}'."
                self.found.append(error("dtype-mismatch", message, component=node.id, port=name))

    def measured_outputs(self, node: Node) -> dict[str, TensorSpec]:
        names = [port.name for port in node.ports.outputs or ()]
        specs = {name: self.measured.get(f"{node.id}.{name}") for name in names}
        return {name: spec for name, spec in specs.items() if spec is not None}

    def infer(self, node: Node) -> None:
        kind = node.type
        if kind is None or node.settings is None:
            return
        try:
            if isinstance(kind, DataType):
                column = self.column_of(node)
                if column is None:
                    return
                node.outputs = {"output": kind.infer_feature(node.settings, column.type)}
            else:
                node.outputs = dict(kind.infer(node.settings, node.inputs))
            if node.component.shares is None:
                self.found += [item.on(node.id) for item in kind.check(node.settings, node.inputs, node.outputs)]
        except SpecError as problem:
            self.found.append(self.told(node, problem))

    def told(self, node: Node, problem: SpecError) -> Diagnostic:
        port = problem.port or (next(iter(node.bindings)) if len(node.bindings) == 1 else "")
        source = f" (from '{node.bindings[port].component}')" if port in node.bindings else ""
        message = f"{node.label} {problem.message.rstrip('.')}{source}."
        return error(problem.code, message, component=node.id, port=port, setting=problem.setting, fix=problem.fix)

    def column_of(self, node: Node) -> FeatureProfile | None:
        name = getattr(node.settings, "feature", "")
        dataset = self.document.dataset
        if dataset is None:
            message = f"{node.label} reads the column '{name}', and the document names no dataset. Choose one."
            self.found.append(error("no-dataset", message, component=node.id))
            return None
        column = self.column(name)
        if column is None or (self.profile is not None and name not in self.profile.features):
            known = ", ".join(f"'{item}'" for item in (self.profile.features if self.profile else dataset.features))
            message = (
                f"{node.label} reads the column '{name}', and the dataset has {known or 'no columns'}. Choose one "
                "of those."
            )
            self.found.append(error("unknown-feature", message, component=node.id, setting="feature"))
            return None
        return column

    def follow(self, node: Node) -> None:
        """Fill in what the data must say, and with `suggest` all that the user has not touched."""
        kind, settings = node.type, node.settings
        if kind is None or settings is None or node.component.shares is not None:
            return
        open_settings = [name for name in kind.follows if getattr(settings, name) is None]
        if not self.suggesting and not open_settings:
            return
        around = Surroundings(
            self.profile,
            self.features[node.id],
            self.aims.get(node.id),
            self.targets if node.kind is Kind.TRAINING else {},
            frozenset(node.component.settings),
            node.id in self.leading and node.id not in self.ends,
        )
        if node.kind is not Kind.TRAINING and node.kind is not Kind.DATA and len(node.bindings) == 1:
            binding = next(iter(node.bindings.values()))
            around = replace(around, feature=self.features.get(binding.component))
        try:
            suggestions = kind.suggest(settings, node.inputs, around)
        except SpecError:
            return
        wanted = {name: item for name, item in suggestions.items() if name not in node.component.settings}
        if not self.suggesting:
            wanted = {name: item for name, item in wanted.items() if name in open_settings}
        self.adopt(node, kind, wanted)

    def adopt(self, node: Node, kind: ComponentType[Any], wanted: Mapping[str, Suggestion]) -> None:
        if not wanted:
            return
        suggested = {**node.component.suggested, **{name: item.value for name, item in wanted.items()}}
        try:
            node.settings = validate(kind.Settings, {**suggested, **node.component.settings})
        except InvalidSettings:
            return  # a suggestion that clashes with what the user set is none
        if suggested != node.component.suggested:
            self.fresh[node.id] = suggested
        self.explanation += [(node.id, item.reason) for item in wanted.values()]

    def followed(self) -> Document:
        if not self.suggesting or not self.fresh:
            return self.document
        components = {
            name: item.model_copy(update={"suggested": self.fresh[name]}) if name in self.fresh else item
            for name, item in self.document.components.items()
        }
        return self.document.model_copy(update={"components": components})

    def find_sides(self, result: Analysis) -> None:
        if result.training is None:
            return
        node = result.nodes[result.training]
        target = {name for name in node.bindings if (port := node.ports.input(name)) is not None and port.target}
        result.target_side = result.wiring.behind(node.bindings[name].component for name in target)
        result.model_side = result.wiring.behind(
            node.bindings[name].component for name in node.bindings.keys() - target
        )
        for name in sorted(result.target_side):
            item = result.nodes[name]
            if item.type is not None and not item.type.weightless:
                message = (
                    f"{item.label} leads to the targets and may learn or use chance; targets are facts. Connect "
                    "it to the predictions instead."
                )
                result.diagnostics.append(error("weights-before-targets", message, component=name))
        reached = result.model_side | result.target_side | {result.training}
        for name, item in result.nodes.items():
            if name not in reached and item.type is not None and item.kind is not Kind.TRAINING:
                message = (
                    f"{item.label} leads to no training component, so it takes no part in the model. Connect it "
                    "or remove it."
                )
                result.diagnostics.append(warning("unconnected", message, component=name))


def _ports(kind: ComponentType[Any], settings: Settings | None, component: Component) -> Ports:
    if settings is None:
        return Ports(None, None)
    inputs, outputs = list(kind.inputs(settings)), list(kind.outputs(settings))
    if component.ports is not None:
        inputs += [Port(name) for name in component.ports.inputs]
        outputs += [Port(name) for name in component.ports.outputs]
    return Ports(inputs, outputs)
