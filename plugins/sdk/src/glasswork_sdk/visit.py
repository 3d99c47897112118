"""The check of one component in its place: a pure function of what it says of itself and of what leads to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from glasswork_sdk.component import ComponentType, DataType, Kind, Suggestion, Surroundings
from glasswork_sdk.diagnostics import Diagnostic, Severity, SpecError, error, plugin_failed
from glasswork_sdk.document import DatasetReference
from glasswork_sdk.errors import InvalidSettings, PluginFailed
from glasswork_sdk.graph import Binding
from glasswork_sdk.node import Declared, Node
from glasswork_sdk.profile import DatasetProfile, FeatureProfile
from glasswork_sdk.specs import TensorSpec
from glasswork_sdk.validation import listed

MOST_VALUES: Final = 2**32
"""Values of one row: 16 GiB in float32."""


class Data(NamedTuple):
    """What a graph learns from: what the dataset holds, and how the document reads it; None where it is not known."""

    profile: DatasetProfile | None
    dataset: DatasetReference | None

    def column(self, name: str) -> FeatureProfile | None:
        """Return a column with the type that the document reads it as; None where nobody knows it."""
        known = self.profile.features.get(name) if self.profile else None
        reference = self.dataset.features.get(name) if self.dataset else None
        if reference is None:
            return known
        if known is None:
            return FeatureProfile(name, reference.type)
        return FeatureProfile(known.name, reference.type, known.types, known.statistics)


class Place(NamedTuple):
    """All that the check of a component may look at; equal places give equal results.

    Args:
        declared: what it says of itself.
        bindings: what is connected to its inputs, in the order of the ports.
        inputs: specs of its inputs, as far as they are known.
        data: what the graph learns from.
        upstream: the column that its only input passes on; None where there is none.
        aim: the column that its output is compared with; None for none.
        targets: for a training component, the column behind each target port.
        hidden: whether its output goes on to other components of the model, and ends no path to training.
        measured: output specs by port as last measured, for custom code.
        suggesting: whether all that the user has not touched shall follow.
    """

    declared: Declared
    bindings: Mapping[str, Binding]
    inputs: Mapping[str, TensorSpec]
    data: Data
    upstream: FeatureProfile | None
    aim: FeatureProfile | None
    targets: Mapping[str, FeatureProfile]
    hidden: bool
    measured: Mapping[str, TensorSpec]
    suggesting: bool


@dataclass(frozen=True, eq=False)
class Visited:
    """What came of the check of a component.

    Args:
        place: what the check looked at.
        node: the component.
        feature: the column that it reads or passes on unchanged in meaning.
        found: what is wrong with it.
        suggested: its suggested settings where they are new; None where they stay.
        explanation: one sentence for each suggestion.
    """

    place: Place
    node: Node
    feature: FeatureProfile | None
    found: tuple[Diagnostic, ...]
    suggested: Mapping[str, Any] | None
    explanation: tuple[str, ...]


def visit(place: Place) -> Visited:
    """Check one component in its place."""
    return _Visit(place).run()


def failing_suggestions(visited: Iterable[Visited]) -> list[Diagnostic]:
    """Return the faults of plugins in suggestions that nobody asked for, tried once for each component type.

    A check changes no settings; without this a `suggest` that fails would stay hidden until somebody draws.
    """
    first = {item.node.type: item for item in reversed(list(visited)) if item.node.type is not None}
    found: list[Diagnostic] = []
    for item in first.values():
        if not any(finding.code == "plugin-failed" for finding in item.found):
            again = visit(item.place._replace(suggesting=True)).found
            found += [finding for finding in again if finding.code == "plugin-failed"]
    return found


class _Visit:
    def __init__(self, place: Place) -> None:
        declared = place.declared
        self.place = place
        self.id = declared.id
        self.component = declared.component
        self.type = declared.type
        self.settings = declared.settings
        self.label = f"{self.type.title if self.type else 'Component'} '{self.id}'"
        self.feature: FeatureProfile | None = None
        self.outputs: Mapping[str, TensorSpec] = {}
        self.values: dict[str, Any] = {}
        self.suggested: Mapping[str, Any] | None = None
        self.explanation: tuple[str, ...] = ()
        self.found: list[Diagnostic] = []

    def run(self) -> Visited:
        place, declared = self.place, self.place.declared
        missing = self.check_connected()
        # A component with unknown ports has its finding already: its settings are bad, or its plugin failed.
        if self.type is not None and self.settings is not None and declared.ports.inputs is not None:
            try:
                self.look(self.type, missing)
            except PluginFailed as problem:
                self.blame(problem)
        node = Node(
            self.id, self.component, self.type, self.settings, declared.ports,
            place.bindings, place.inputs, self.outputs, self.values,
        )  # fmt: skip
        return Visited(place, node, self.feature, tuple(self.found), self.suggested, self.explanation)

    def blame(self, problem: PluginFailed, severity: Severity = Severity.ERROR) -> None:
        """Note that the plugin of the component failed: one finding for a component, the most severe."""
        others = [item for item in self.found if item.code != "plugin-failed"]
        if len(others) == len(self.found) or severity is Severity.ERROR:
            self.found = [*others, plugin_failed(problem, self.id, self.label, severity)]

    def look(self, kind: ComponentType[Any], missing: bool) -> None:
        place = self.place
        if isinstance(kind, DataType):
            self.feature = place.data.column(getattr(self.settings, "feature", ""))
        elif place.declared.passes_on(place.bindings) is not None:
            self.feature = place.upstream
        if kind.kind is Kind.DATA:
            # A column that is not there is told below; its code can be looked at all the same.
            self.values["feature_type"] = self.feature.type if self.feature else "numerical"
        if not missing:
            self.follow(kind)
        self.check_ports()
        if self.component.code is not None and kind.kind is not Kind.DATA:
            self.outputs = place.measured
        elif not missing and len(place.inputs) == len(place.bindings):
            self.infer(kind)

    def check_connected(self) -> bool:
        bindings = self.place.bindings
        missing = [
            port for port in self.place.declared.ports.inputs or () if port.required and port.name not in bindings
        ]
        for port in missing:
            message = f"{self.label} needs a connection to its input '{port.name}'. Draw one from an output before it."
            self.found.append(error("missing-connection", message, component=self.id, port=port.name))
        return bool(missing)

    def check_ports(self) -> None:
        for name, spec in self.place.inputs.items():
            port = self.place.declared.ports.input(name)
            source = self.place.bindings[name].component
            if port is not None and port.rank and port.rank != spec.rank:
                message = (
                    f"{self.label} expects an input of rank {port.rank}, received rank {spec.rank} "
                    f"{spec.shape_text()} from '{source}'."
                )
                self.found.append(error("rank-mismatch", message, component=self.id, port=name))
            elif port is not None and port.dtype and port.dtype != spec.dtype:
                message = f"{self.label} expects {port.dtype} at '{name}', received {spec.dtype} from '{source}'."
                self.found.append(error("dtype-mismatch", message, component=self.id, port=name))

    def infer(self, kind: ComponentType[Any]) -> None:
        settings, inputs = self.settings, self.place.inputs
        try:
            if isinstance(kind, DataType):
                column = self.column_read()
                if column is None:
                    return
                self.outputs = {"output": kind.infer_feature(settings, column.type)}
            else:
                self.outputs = dict(kind.infer(settings, inputs))
            self.check_sizes()
            if self.component.shares is None:
                self.check_type(kind)
        except SpecError as problem:
            self.found.append(self.told(problem))

    def check_type(self, kind: ComponentType[Any]) -> None:
        try:
            found = kind.check(self.settings, self.place.inputs, self.outputs)
        except PluginFailed as problem:
            self.blame(problem, Severity.WARNING)
            return
        self.found += [item.on(self.id) for item in found]

    def check_sizes(self) -> None:
        """Keep sizes that no machine can hold from what comes after, where they would only grow."""
        for port, spec in self.outputs.items():
            if (spec.size or 0) > MOST_VALUES:
                self.outputs = {}
                message = f"gives {spec.size:,} values for each row at '{port}', more than a machine can hold"
                raise SpecError(f"{message}. Make its settings or its input smaller", code="tensor-too-large")

    def told(self, problem: SpecError) -> Diagnostic:
        bindings = self.place.bindings
        port = problem.port or (next(iter(bindings)) if len(bindings) == 1 else "")
        source = f" (from '{bindings[port].component}')" if port in bindings else ""
        message = f"{self.label} {problem.message.rstrip('.')}{source}."
        return error(problem.code, message, component=self.id, port=port, setting=problem.setting, fix=problem.fix)

    def column_read(self) -> FeatureProfile | None:
        """Return the column that a data component reads; None, and told, where there is none."""
        name = getattr(self.settings, "feature", "")
        profile, dataset = self.place.data
        if dataset is None:
            message = f"{self.label} reads the column '{name}', and the document names no dataset. Choose one."
            self.found.append(error("no-dataset", message, component=self.id))
            return None
        column = self.place.data.column(name)
        if column is None or (profile is not None and name not in profile.features):
            known = listed(list(profile.features if profile else dataset.features), name)
            message = (
                f"{self.label} reads the column '{name}', and the dataset has {known or 'no columns'}. Choose one "
                "of those."
            )
            self.found.append(error("unknown-feature", message, component=self.id, setting="feature"))
            return None
        return column

    def follow(self, kind: ComponentType[Any]) -> None:
        """Fill in what the data must say, and where it was asked for all that the user has not touched."""
        place, settings = self.place, self.settings
        if self.component.shares is not None:
            return
        open_settings = [name for name in kind.follows if getattr(settings, name) is None]
        if not place.suggesting and not open_settings:
            return
        try:
            suggestions = kind.suggest(settings, place.inputs, self.surroundings(kind))
        except SpecError:
            return
        except PluginFailed as problem:
            self.blame(problem, Severity.WARNING)
            return
        wanted = {name: item for name, item in suggestions.items() if name not in self.component.settings}
        if not place.suggesting:
            wanted = {name: item for name, item in wanted.items() if name in open_settings}
        if wanted:
            self.adopt(kind, wanted)

    def surroundings(self, kind: ComponentType[Any]) -> Surroundings:
        place = self.place
        inside = kind.kind not in (Kind.TRAINING, Kind.DATA) and len(place.bindings) == 1
        return Surroundings(
            place.data.profile,
            place.upstream if inside else self.feature,
            place.aim,
            place.targets,
            frozenset(self.component.settings),
            place.hidden,
        )

    def adopt(self, kind: ComponentType[Any], wanted: Mapping[str, Suggestion]) -> None:
        suggested = {**self.component.suggested, **{name: item.value for name, item in wanted.items()}}
        try:
            self.settings = kind.settings_of({**suggested, **self.component.settings})
        except InvalidSettings:
            return  # a suggestion that clashes with what the user set is none
        if suggested != self.component.suggested:
            self.suggested = suggested
        self.explanation = tuple(item.reason for item in wanted.values())
