"""Loading of plugins: entry points in, a catalogue of component types out; a broken plugin breaks nothing else."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pluggy

from glasswork_sdk import hookspecs
from glasswork_sdk.component import ComponentType, Kind
from glasswork_sdk.installed import Installed, PluginInfo
from glasswork_sdk.rules import Rule
from glasswork_sdk.structure import STRUCTURE
from glasswork_sdk.templates import Templates

GROUP: Final = "glasswork"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_TEXTS: Final = ("name", "title", "summary", "category")


@dataclass(frozen=True)
class Catalogue(Installed):
    """Everything that the loaded plugins offer.

    Args:
        types, plugins: as in `Installed`.
        templates: the templates of the sound ones.
        hooks: the hooks, to be called.
        rules: the rules of the SDK and of the sound plugins, by code.
    """

    templates: Templates
    hooks: Any = field(repr=False)
    rules: Mapping[str, Rule] = field(default_factory=dict)


@dataclass
class _Loading:
    manager: pluggy.PluginManager
    types: dict[str, ComponentType[Any]] = field(default_factory=dict)
    plugins: dict[str, PluginInfo] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=lambda: {item.code: item for item in STRUCTURE})


def load_plugins(entry_points: Iterable[importlib.metadata.EntryPoint] | None = None) -> Catalogue:
    """Load plugins, each by itself.

    Args:
        entry_points: what to load; default is the entry-point group `glasswork` of this environment.

    Returns:
        The catalogue; a plugin that cannot be loaded is in it with its reason and without component types.
    """
    found = importlib.metadata.entry_points(group=GROUP) if entry_points is None else entry_points
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    loading = _Loading(manager)
    # The core plugin first, so that nobody can take a code away from it.
    for entry_point in sorted(found, key=lambda item: (item.name != "core", item.name)):
        _load(loading, entry_point)
    return Catalogue(loading.types, loading.plugins, Templates(loading.packages), manager.hook, loading.rules)


def _load(loading: _Loading, entry_point: importlib.metadata.EntryPoint) -> None:
    name = entry_point.name
    distribution = entry_point.dist
    info = PluginInfo(
        name,
        distribution.version if distribution else "unknown",
        distribution.name if distribution else entry_point.module.partition(".")[0],
    )
    module: Any = None
    try:
        if name in loading.plugins:
            raise ValueError(
                f"two plugins have the name {name!r}: {loading.plugins[name].distribution} and {info.distribution}"
            )
        module = entry_point.load()
        loading.manager.register(module, name)
        loading.manager.check_pending()
        types = _component_types(name, module)
        rules = _rules(module, loading.rules)
    except (Exception, SystemExit) as error:  # whatever a foreign plugin raises is its reason, and no more than that
        if module is not None and loading.manager.has_plugin(name) and name not in loading.plugins:
            loading.manager.unregister(name=name)
        key = name if name not in loading.plugins else f"{name} ({info.distribution})"
        loading.plugins[key] = PluginInfo(
            info.name, info.version, info.distribution, (), f"{type(error).__name__}: {error}"
        )
        return
    loading.types.update(types)
    loading.rules.update(rules)
    loading.packages[name] = entry_point.module.partition(".")[0]
    loading.plugins[name] = PluginInfo(info.name, info.version, info.distribution, tuple(sorted(types)))


def _component_types(plugin: str, module: Any) -> dict[str, ComponentType[Any]]:
    if not _NAME.fullmatch(plugin) or plugin == "glasswork":
        raise ValueError(f"a plugin's name matches {_NAME.pattern} and is not 'glasswork', received {plugin!r}")
    types: dict[str, ComponentType[Any]] = {}
    for cls in getattr(module, "glasswork_component_types", tuple)():
        for attribute in _TEXTS:
            if not isinstance(getattr(cls, attribute, None), str) or not getattr(cls, attribute):
                raise TypeError(f"component type {cls.__name__} must set {attribute!r} to a text")
        if not _NAME.fullmatch(cls.name):
            raise ValueError(f"the name of {cls.__name__} must match {_NAME.pattern}, received {cls.name!r}")
        if not isinstance(getattr(cls, "Settings", None), type):
            raise TypeError(f"component type {cls.__name__} must set 'Settings' to its settings model")
        full = f"{plugin}.{cls.name}"
        if full in types:
            raise ValueError(
                f"two component types have the name {full}: {type(types[full]).__name__} and {cls.__name__}"
            )
        types[full] = cls()
    return types


def _rules(module: Any, known: Mapping[str, Rule]) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for item in getattr(module, "glasswork_rules", tuple)():
        if not isinstance(item, Rule) or not _CODE.fullmatch(item.code):
            raise TypeError(f"glasswork_rules returns Rule objects with codes like 'softmax-twice', received {item!r}")
        if item.code in rules or item.code in known:
            raise ValueError(f"two rules have the code {item.code!r}; choose another for '{item.title}'")
        rules[item.code] = item
    return rules


def training_types(catalogue: Catalogue) -> list[str]:
    """Return the full names of all training component types."""
    return sorted(name for name, item in catalogue.types.items() if item.kind is Kind.TRAINING)
