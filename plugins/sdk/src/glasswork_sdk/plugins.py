"""Loading of plugins: entry points in, a catalogue of what they bring out; a broken plugin breaks nothing else."""

from __future__ import annotations

import contextlib
import importlib.metadata
import logging
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

import pluggy

from glasswork_sdk import hookspecs
from glasswork_sdk.boundary import Ledger, error_text, traceback_text
from glasswork_sdk.component import ComponentType, Kind
from glasswork_sdk.diagnostics import Severity
from glasswork_sdk.guarded import guarded_rule, guarded_type
from glasswork_sdk.installed import Installed, PluginInfo
from glasswork_sdk.probe import load_seconds, probe
from glasswork_sdk.register import Register
from glasswork_sdk.rules import Rule
from glasswork_sdk.settings import Settings
from glasswork_sdk.structure import STRUCTURE
from glasswork_sdk.templates import Templates

GROUP: Final = "glasswork"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
_TEXTS: Final = ("name", "title", "summary", "category")
_LISTS: Final = ("keywords", "imports", "follows", "metrics")
_log: Final = logging.getLogger("glasswork.plugins")


@dataclass(frozen=True)
class Catalogue(Installed):
    """Everything that the loaded plugins offer.

    Args:
        types, plugins: as in `Installed`.
        templates: the templates of the sound ones.
        manager: the plugins and their hooks.
        rules: the rules of the SDK and of the sound plugins, by code.
        ledger: the calls into plugins, and the faults that were found.
    """

    templates: Templates
    manager: pluggy.PluginManager = field(repr=False)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger, repr=False, compare=False)

    def implementations(self, hook: str) -> Iterator[tuple[str, Callable[..., Any]]]:
        """Yield plugin and function of each implementation of a hook, those registered last first, as pluggy does."""
        for found in reversed(getattr(self.manager.hook, hook).get_hookimpls()):
            yield (
                found.plugin_name,
                lambda found=found, **given: found.function(**{name: given[name] for name in found.argnames}),
            )

    def described(self) -> list[PluginInfo]:
        """Return all plugins with the faults that were found since they were loaded, by name."""
        return [
            replace(info, failures=self.ledger.failures(name)) if not info.error else info
            for name, info in sorted(self.plugins.items())
        ]


@dataclass
class _Loading:
    manager: pluggy.PluginManager
    ledger: Ledger
    types: Register[ComponentType[Any]]
    rules: Register[Rule]
    plugins: dict[str, PluginInfo] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)


def load_plugins(entry_points: Iterable[importlib.metadata.EntryPoint] | None = None) -> Catalogue:
    """Load plugins, each by itself.

    Plugins of others are first imported in a process of their own, so that one that hangs or ends its process is
    found out there.

    Args:
        entry_points: what to load; default is the entry-point group `glasswork` of this environment.

    Returns:
        The catalogue; a plugin that cannot be loaded is in it with its reason and without component types.
    """
    found = importlib.metadata.entry_points(group=GROUP) if entry_points is None else entry_points
    manager = _manager()
    rules = Register("glasswork_rules", "rule", _rule, "code", {item.code: item for item in STRUCTURE})
    loading = _Loading(manager, Ledger(), Register("glasswork_component_types", "component type", _type), rules)
    # The core plugin first, so that nobody can take a code away from it.
    ordered = sorted(found, key=lambda item: (item.name != "core", item.name))
    refused = probe([item for item in ordered if item.module.partition(".")[0] != "glasswork_core"], load_seconds())
    for entry_point in ordered:
        with _undisturbed():
            _load(loading, entry_point, refused.get(entry_point, ""))
    return Catalogue(
        loading.types.entries, loading.plugins, Templates(loading.packages), manager, rules.entries, loading.ledger
    )


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Put back what the import of a plugin may have changed for everybody in this process."""
    limit, output, errors, folder = sys.getrecursionlimit(), sys.stdout, sys.stderr, os.getcwd()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        sys.stdout, sys.stderr = output, errors
        os.chdir(folder)


def trial(name: str, value: str) -> None:
    """Load one plugin by itself, to see whether this process survives it.

    Args:
        name: name of the entry point.
        value: its module, and the attribute where it has one.
    """
    rules = Register("glasswork_rules", "rule", _rule, "code")
    loading = _Loading(_manager(), Ledger(), Register("glasswork_component_types", "component type", _type), rules)
    _load(loading, importlib.metadata.EntryPoint(name, value, GROUP), "")


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def _load(loading: _Loading, entry_point: importlib.metadata.EntryPoint, refused: str) -> None:
    name = entry_point.name
    info = _info(entry_point)
    if refused:
        _refuse(loading, replace(info, error=refused))
        return
    try:
        if name in loading.plugins:
            raise ValueError(
                f"two plugins have the name {name!r}: {loading.plugins[name].distribution} and {info.distribution}"
            )
        types, rules = _offered(loading, name, entry_point.load())
    except BaseException as problem:  # whatever a plugin raises is its reason
        if loading.manager.has_plugin(name) and name not in loading.plugins:
            loading.manager.unregister(name=name)
        _refuse(loading, replace(info, error=error_text(problem), traceback=traceback_text(problem)))
        return
    loading.types.take(name, types)
    loading.rules.take(name, rules)
    loading.packages[name] = entry_point.module.partition(".")[0]
    loading.plugins[name] = replace(info, component_types=tuple(sorted(types)))


def _offered(loading: _Loading, name: str, module: Any) -> tuple[dict[str, ComponentType[Any]], dict[str, Rule]]:
    if not _NAME.fullmatch(name) or name == "glasswork":
        raise ValueError(f"a plugin's name matches {_NAME.pattern} and is not 'glasswork', received {name!r}")
    loading.manager.register(module, name)
    loading.manager.check_pending()
    return (
        loading.types.brought(name, module, loading.ledger),
        loading.rules.brought(name, module, loading.ledger),
    )


def _info(entry_point: importlib.metadata.EntryPoint) -> PluginInfo:
    distribution = entry_point.dist
    version = distribution.version if distribution else "unknown"
    return PluginInfo(
        entry_point.name, version, distribution.name if distribution else entry_point.module.partition(".")[0]
    )


def _refuse(loading: _Loading, info: PluginInfo) -> None:
    _log.error("The plugin '%s' cannot be loaded: %s\n%s", info.name, info.error, info.traceback)
    name = info.name if info.name not in loading.plugins else f"{info.name} ({info.distribution})"
    loading.plugins[name] = info


def _type(plugin: str, cls: Any, ledger: Ledger) -> tuple[str, ComponentType[Any]]:
    if not isinstance(cls, type) or not issubclass(cls, ComponentType):
        raise TypeError(f"glasswork_component_types returns classes derived from ComponentType, received {cls!r:.80}")
    for attribute in _TEXTS:
        if not isinstance(getattr(cls, attribute, None), str) or not getattr(cls, attribute):
            raise TypeError(f"component type {cls.__name__} must set {attribute!r} to a text")
    if not _NAME.fullmatch(cls.name):
        raise ValueError(f"the name of {cls.__name__} must match {_NAME.pattern}, received {cls.name!r}")
    settings = getattr(cls, "Settings", None)
    if not isinstance(settings, type) or not issubclass(settings, Settings):
        raise TypeError(f"component type {cls.__name__} must set 'Settings' to a class derived from Settings")
    for attribute in _LISTS:
        texts = getattr(cls, attribute, ())
        if not isinstance(texts, tuple | list) or not all(isinstance(text, str) for text in texts):
            raise TypeError(f"component type {cls.__name__} must set {attribute!r} to a tuple of texts")
    unknown = [name for name in getattr(cls, "follows", ()) if name not in settings.model_fields]
    if unknown:
        raise ValueError(
            f"component type {cls.__name__} says in 'follows' {unknown[0]!r}, which is none of its settings"
        )
    # What UTF-8 cannot write no service can tell; this raises.
    "".join(
        [*(getattr(cls, name) for name in _TEXTS), *(text for name in _LISTS for text in getattr(cls, name, ()))]
    ).encode()
    if not isinstance(cls.kind, Kind) or not isinstance(cls.visualization, str):
        raise TypeError(f"component type {cls.__name__} must set 'kind' to a Kind and 'visualization' to a text")
    return f"{plugin}.{cls.name}", guarded_type(cls, plugin, ledger)


def _rule(plugin: str, item: Any, ledger: Ledger) -> tuple[str, Rule]:
    if not isinstance(item, Rule) or not isinstance(item.code, str) or not _CODE.fullmatch(item.code):
        raise TypeError(f"glasswork_rules returns Rule objects with codes like 'softmax-twice', received {item!r:.80}")
    if not all(isinstance(text, str) for text in (item.title, item.why, item.remedy)):
        raise TypeError(f"the rule '{item.code}' must have texts as title, why and remedy")
    "".join((item.title, item.why, item.remedy)).encode()
    # A plain one, whatever class the plugin derived: its other methods are called outside the boundary.
    plain = Rule(**{part.name: getattr(item, part.name) for part in fields(Rule)})
    return plain.code, guarded_rule(replace(plain, severity=Severity(plain.severity)), plugin, ledger)


def training_types(catalogue: Catalogue) -> list[str]:
    """Return the full names of all training component types."""
    return sorted(name for name, item in catalogue.types.items() if item.kind is Kind.TRAINING)
