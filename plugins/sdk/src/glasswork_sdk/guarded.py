"""Component types and rules as Glasswork calls them: behind the boundary, their results held to the contract."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final, TypeVar

from glasswork_sdk.boundary import Ledger, WrongResult, place_of_function
from glasswork_sdk.component import ComponentType, DataType, Suggestion, Surroundings
from glasswork_sdk.diagnostics import Diagnostic, Severity, SpecError
from glasswork_sdk.errors import InvalidSettings
from glasswork_sdk.patch import Patch
from glasswork_sdk.rules import Finding, Rule, finds_nothing, mends_nothing, values_say_nothing
from glasswork_sdk.specs import Port, TensorSpec

T = TypeVar("T")
_SPEC_ERROR: Final = (SpecError,)


class Guarded(ComponentType[Any]):
    """Stands before the class of a plugin in the order of its methods, and lets only its contract through."""

    plugin: ClassVar[str]
    original: ClassVar[type[ComponentType[Any]]]
    ledger: ClassVar[Ledger]

    def guard(self, where: str, work: Callable[[], T], passing: tuple[type[Exception], ...] = ()) -> T:
        """Call code of the plugin that belongs to this component type; raises PluginFailed."""
        scope = self.original.__name__
        return self.ledger.call(self.plugin, scope, f"{scope}.{where}", work, passing)

    def settings_of(self, values: Mapping[str, Any]) -> Any:
        """Return the settings of `values`; raises InvalidSettings and PluginFailed."""
        return self.guard("Settings", lambda: super(Guarded, self).settings_of(values), (InvalidSettings,))

    def settings_schema(self) -> dict[str, Any]:
        """Return the JSON schema of the settings."""
        return self.guard("Settings", super().settings_schema)

    def inputs(self, settings: Any) -> Sequence[Port]:
        """Return the input ports."""
        return self.guard("inputs", lambda: _ports(super(Guarded, self).inputs(settings), self.original.inputs))

    def outputs(self, settings: Any) -> Sequence[Port]:
        """Return the output ports."""
        return self.guard("outputs", lambda: _ports(super(Guarded, self).outputs(settings), self.original.outputs))

    def infer(self, settings: Any, inputs: Mapping[str, TensorSpec]) -> Mapping[str, TensorSpec]:
        """Return the specs of the outputs by port; raises SpecError and PluginFailed."""

        def work() -> Mapping[str, TensorSpec]:
            return _specs(super(Guarded, self).infer(settings, inputs), self.original.infer)

        return self.guard("infer", work, _SPEC_ERROR)

    def suggest(
        self, settings: Any, inputs: Mapping[str, TensorSpec], around: Surroundings
    ) -> Mapping[str, Suggestion]:
        """Return values for settings that the user has not touched; raises SpecError and PluginFailed."""

        def work() -> Mapping[str, Suggestion]:
            return _suggestions(super(Guarded, self).suggest(settings, inputs, around), self.original.suggest)

        return self.guard("suggest", work, _SPEC_ERROR)

    def check(
        self, settings: Any, inputs: Mapping[str, TensorSpec], outputs: Mapping[str, TensorSpec]
    ) -> Sequence[Diagnostic]:
        """Return findings that need no data; raises SpecError and PluginFailed."""

        def work() -> Sequence[Diagnostic]:
            return _diagnostics(super(Guarded, self).check(settings, inputs, outputs), self.original.check)

        return self.guard("check", work, _SPEC_ERROR)

    def context(self, settings: Any, inputs: Mapping[str, TensorSpec]) -> Mapping[str, Any]:
        """Return names for the template besides the settings."""

        def work() -> Mapping[str, Any]:
            return _mapping(super(Guarded, self).context(settings, inputs), "names", self.original.context)

        return self.guard("context", work)


class GuardedData(Guarded, DataType[Any]):
    """The same for component types that read a column."""

    def infer_feature(self, settings: Any, feature_type: str) -> TensorSpec:
        """Return the spec of a column of that type; raises SpecError and PluginFailed."""

        def work() -> TensorSpec:
            spec = super(GuardedData, self).infer_feature(settings, feature_type)
            return _specs({"output": spec}, getattr(self.original, "infer_feature", None))["output"]

        return self.guard("infer_feature", work, _SPEC_ERROR)


def guarded_type(cls: type[ComponentType[Any]], plugin: str, ledger: Ledger) -> ComponentType[Any]:
    """Return an object of a plugin's class whose methods are called behind the boundary.

    Args:
        cls: the class.
        plugin: name of the plugin.
        ledger: where calls and faults are recorded.
    """
    guard = GuardedData if issubclass(cls, DataType) else Guarded
    # The docstring of the class is a part of its page; without this the guard's would be inherited.
    names = {"plugin": plugin, "original": cls, "ledger": ledger, "__doc__": inspect.getdoc(cls)}
    made: ComponentType[Any] = type(cls.__name__, (guard, cls), {**names, "__module__": cls.__module__})()
    return made


def guarding(kind: ComponentType[Any], where: str, work: Callable[[], T]) -> T:
    """Call code that belongs to a component type, as its template; raises PluginFailed where the type is guarded."""
    return kind.guard(where, work) if isinstance(kind, Guarded) else work()


def guarded_rule(rule: Rule, plugin: str, ledger: Ledger) -> Rule:
    """Return a plugin's rule whose functions are called behind the boundary.

    Args:
        rule: the rule.
        plugin: name of the plugin.
        ledger: where calls and faults are recorded.
    """
    where = f"the rule '{rule.code}'"

    def guard(work: Callable[..., T], result: Callable[[Any, Any], T], nothing: Callable[..., Any]) -> Callable[..., T]:
        if work is nothing:
            return work  # whether a rule checks anything is known by this
        return lambda *values: ledger.call(plugin, where, where, lambda: result(work(*values), work))

    return replace(
        rule,
        check=guard(rule.check, _findings, finds_nothing),
        check_values=guard(rule.check_values, _findings, values_say_nothing),
        mend=guard(rule.mend, _patch, mends_nothing),
    )


def _items(value: Any, kind: type[T], method: Any) -> list[T]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise _wrong(f"objects of {kind.__name__}", value, method)
    found = list(value)
    for item in found:
        if not isinstance(item, kind):
            raise _wrong(f"objects of {kind.__name__}", item, method)
    return found


def _mapping(value: Any, what: str, method: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise _wrong(f"a mapping from {what}", value, method)
    return value


def _ports(value: Any, method: Any) -> Sequence[Port]:
    ports = _items(value, Port, method)
    if len({port.name for port in ports}) != len(ports):
        raise _wrong("ports with different names", value, method)
    return ports


def _specs(value: Any, method: Any) -> Mapping[str, TensorSpec]:
    for spec in _mapping(value, "port names to TensorSpec", method).values():
        sizes = spec.shape if isinstance(spec, TensorSpec) and isinstance(spec.dtype, str) else None
        if not isinstance(sizes, tuple) or not all(size is None or (type(size) is int and size >= 0) for size in sizes):
            raise _wrong("a TensorSpec with a tuple of sizes, each an int of at least 0 or None", spec, method)
    found: Mapping[str, TensorSpec] = value
    return found


def _suggestions(value: Any, method: Any) -> Mapping[str, Suggestion]:
    for item in _mapping(value, "setting names to Suggestion", method).values():
        if not isinstance(item, Suggestion) or not isinstance(item.reason, str):
            raise _wrong("a Suggestion with a sentence as its reason", item, method)
    return value  # type: ignore[no-any-return]


def _diagnostics(value: Any, method: Any) -> Sequence[Diagnostic]:
    found = _items(value, Diagnostic, method)
    for item in found:
        texts = (item.code, item.message, item.component, item.port, item.setting)
        if not isinstance(item.severity, Severity) or not all(isinstance(text, str) for text in texts):
            raise _wrong("a Diagnostic with a Severity and texts", item, method)
        _patch(item.fix, method)
    return found


def _findings(value: Any, method: Any) -> Iterable[Finding]:
    found = _items(value, Finding, method)
    for item in found:
        if not all(isinstance(text, str) for text in (item.component, item.message, item.port, item.setting)):
            raise _wrong("a Finding with texts", item, method)
        _patch(item.fix, method)
    return found


def _patch(value: Any, method: Any) -> Patch:
    if not isinstance(value, tuple | list):
        raise _wrong("RFC 6902 operations", value, method)
    for item in value:
        if not isinstance(item, Mapping) or not all(isinstance(item.get(key), str) for key in ("op", "path")):
            raise _wrong("RFC 6902 operations with 'op' and 'path'", item, method)
    return tuple(value)


def _wrong(expected: str, received: Any, method: Any) -> WrongResult:
    text = repr(received)
    shown = text if len(text) <= 80 else f"{text[:79]}…"
    return WrongResult(f"expected {expected}, it returned {shown}", place_of_function(method))
