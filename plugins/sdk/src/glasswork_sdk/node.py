"""One component of an analysed graph: what it says of itself, and what is known of it in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glasswork_sdk.component import ComponentType, Kind
from glasswork_sdk.diagnostics import Diagnostic, error, plugin_failed
from glasswork_sdk.document import Component, Document
from glasswork_sdk.errors import InvalidSettings, PluginFailed
from glasswork_sdk.graph import Binding, Ports
from glasswork_sdk.installed import Installed
from glasswork_sdk.settings import Settings
from glasswork_sdk.specs import Port, TensorSpec


@dataclass(frozen=True, eq=False)
class Node:
    """One component with all that is known of it. It is never changed: analyses that follow each other share it.

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
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    inputs: Mapping[str, TensorSpec] = field(default_factory=dict)
    outputs: Mapping[str, TensorSpec] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> Kind | None:
        """What its template writes, or None where its type is not installed."""
        return None if self.type is None else self.type.kind

    @property
    def label(self) -> str:
        """Title and id, as messages name it."""
        return f"{self.type.title if self.type else 'Component'} '{self.id}'"


@dataclass(frozen=True, eq=False)
class Declared:
    """What a component says of itself, whatever is connected to it.

    Args:
        id: its id.
        component: as the document has it.
        owner: the component whose type and settings count: itself, or the one whose layer it shares.
        type: its component type, or None where that is not installed.
        settings: valid settings, or None where they are bad.
        ports: its ports.
        found: what is wrong with it.
    """

    id: str
    component: Component
    owner: Component
    type: ComponentType[Any] | None
    settings: Settings | None
    ports: Ports
    found: tuple[Diagnostic, ...] = ()

    def passes_on(self, bindings: Mapping[str, Binding]) -> str | None:
        """Return the component whose meaning its output keeps; None where there is none."""
        through = self.type is not None and self.type.passthrough and len(bindings) == 1
        return next(iter(bindings.values())).component if through else None


def declare(name: str, document: Document, catalogue: Installed, before: Declared | None = None) -> Declared:
    """Return what a component says of itself.

    Args:
        name: its id.
        document: the document.
        catalogue: the component types that are installed.
        before: what it said of itself in an earlier document, to be returned where it says the same again.
    """
    component = document.components[name]
    shared = None if component.shares is None else document.components.get(component.shares)
    sound = component.shares is None or _lends(shared, component, name)
    owner = shared if shared is not None and sound else component
    if before is not None and sound and same(before.component, component) and same(before.owner, owner):
        return before
    found = [] if sound else [_bad_share(name, component)]
    kind = catalogue.types.get(component.type)
    if kind is None:
        found.append(_unknown_type(name, component.type, catalogue))
        return Declared(name, component, owner, None, None, Ports(None, None), tuple(found))
    settings = _settings(name, kind, owner, found if owner is component else [])
    ports = _ports(name, kind, settings, owner, found)
    if before is not None and before.ports == ports:
        ports = before.ports
    return Declared(name, component, owner, kind, settings, ports, tuple(found))


def same(one: object, other: object) -> bool:
    """Return whether two values are equal; most are one and the same object, which is found out first."""
    return one is other or one == other


def _lends(shared: Component | None, component: Component, name: str) -> bool:
    others = component.shares != name
    return others and shared is not None and shared.shares is None and shared.type == component.type


def _bad_share(name: str, component: Component) -> Diagnostic:
    message = (
        f"'{name}' shares the layer of '{component.shares}', which must be another component of type "
        f'{component.type} with a layer of its own. Choose one, or remove "shares".'
    )
    return error("bad-share", message, component=name)


def _unknown_type(name: str, type_name: str, catalogue: Installed) -> Diagnostic:
    plugin = type_name.partition(".")[0]
    info = catalogue.plugins.get(plugin)
    if info is None:
        advice = f"The plugin '{plugin}' is not installed; install it, or choose another type."
    elif info.error:
        advice = f"The plugin '{plugin}' could not be loaded: {info.error}."
    else:
        advice = f"The plugin '{plugin}' {info.version} has no such type; choose one of its types."
    message = f"'{name}' has the type {type_name}, which nobody offers. {advice}"
    return error("unknown-type", message, component=name)


def _settings(name: str, kind: ComponentType[Any], owner: Component, found: list[Diagnostic]) -> Settings | None:
    try:
        settings: Settings = kind.settings_of(owner.values)
        return settings
    except PluginFailed as problem:
        found.append(plugin_failed(problem, name, f"{kind.title} '{name}'"))
        return None
    except InvalidSettings as problem:
        for violation in problem.fields:
            message = f"{kind.title} '{name}': the setting '{violation.field}' is not valid. {violation.description}."
            found.append(error("bad-setting", message, component=name, setting=violation.field))
        return None


def _ports(
    name: str, kind: ComponentType[Any], settings: Settings | None, component: Component, found: list[Diagnostic]
) -> Ports:
    if settings is None:
        return Ports(None, None)
    try:
        inputs, outputs = list(kind.inputs(settings)), list(kind.outputs(settings))
    except PluginFailed as problem:
        found.append(plugin_failed(problem, name, f"{kind.title} '{name}'"))
        return Ports(None, None)
    if component.ports is not None:
        inputs += [Port(name) for name in component.ports.inputs]
        outputs += [Port(name) for name in component.ports.outputs]
    return Ports(inputs, outputs)
