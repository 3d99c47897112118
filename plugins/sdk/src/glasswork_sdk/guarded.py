"""Component types and rules as Glasswork calls them: behind the boundary, their results held to the contract."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from glasswork_sdk.boundary import Ledger, WrongResult, place_of_function
from glasswork_sdk.component import ComponentType, Suggestion
from glasswork_sdk.diagnostics import Diagnostic, Severity, SpecError
from glasswork_sdk.errors import InvalidSettings
from glasswork_sdk.patch import Patch
from glasswork_sdk.rules import Finding, Rule, finds_nothing, mends_nothing, values_say_nothing
from glasswork_sdk.specs import Port, TensorSpec

T = TypeVar("T")
_GUARD: Final = "_glasswork_guard"


def guarded_type(cls: type[ComponentType[Any]], plugin: str, ledger: Ledger) -> ComponentType[Any]:
    """Return an object of a plugin's class whose methods are called behind the boundary.

    Args:
        cls: the class.
        plugin: name of the plugin.
        ledger: where calls and faults are recorded.
    """
    names: dict[str, Any] = {
        name: _guarded_method(getattr(cls, name), name, plugin, cls.__name__, ledger)
        for name in _CONTRACT
        if hasattr(cls, name) and (name in _ALWAYS or getattr(cls, name).__module__ != ComponentType.__module__)
    }
    names |= {"__module__": cls.__module__, "__doc__": inspect.getdoc(cls), _GUARD: (ledger, plugin, cls.__name__)}
    made: ComponentType[Any] = type(cls.__name__, (cls,), names)()
    return made


def guarding(kind: ComponentType[Any], name: str, work: Callable[[], T]) -> T:
    """Call code that belongs to a component type, as its template; raises PluginFailed where the type is guarded."""
    guard: tuple[Ledger, str, str] | None = getattr(kind, _GUARD, None)
    if guard is None:
        return work()
    ledger, plugin, scope = guard
    return ledger.call(plugin, scope, f"{scope}.{name}", work)


def _guarded_method(method: Any, name: str, plugin: str, scope: str, ledger: Ledger) -> Any:
    result, passing = _CONTRACT[name]
    where = f"{scope}.{name}"

    def call(self: ComponentType[Any], *values: Any) -> Any:
        return ledger.call(plugin, scope, where, lambda: result(method(self, *values), method), passing)

    return call


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
        _spec(spec, method)
    return value  # type: ignore[no-any-return]


def _spec(value: Any, method: Any) -> TensorSpec:
    if isinstance(value, TensorSpec) and isinstance(value.dtype, str) and isinstance(value.shape, tuple):
        for size in value.shape:
            if size is not None and (type(size) is not int or size < 0):
                break
        else:
            return value
    raise _wrong("a TensorSpec with a tuple of sizes, each an int of at least 0 or None", value, method)


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


def _anything(value: Any, method: Any) -> Any:
    return value


_SPEC_ERROR: Final = (SpecError,)
_CONTRACT: Final[Mapping[str, tuple[Callable[[Any, Any], Any], tuple[type[Exception], ...]]]] = {
    "settings_of": (_anything, (InvalidSettings,)),
    "settings_schema": (_anything, ()),
    "inputs": (_ports, ()),
    "outputs": (_ports, ()),
    "infer": (_specs, _SPEC_ERROR),
    "infer_feature": (_spec, _SPEC_ERROR),
    "suggest": (_suggestions, _SPEC_ERROR),
    "check": (_diagnostics, _SPEC_ERROR),
    "context": (lambda value, method: _mapping(value, "names", method), ()),
}
"""What each method may return, and the exceptions that are answers of it."""
_ALWAYS: Final = {"settings_of", "settings_schema", "infer", "infer_feature"}
"""Guarded also where the SDK's own method serves: it runs validators of the plugin, or lacks what a plugin forgot."""
