"""Component types and rules as Glasswork calls them: behind the boundary, their results held to the contract."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from glasswork_sdk.boundary import Ledger, WrongResult, place_of_function
from glasswork_sdk.component import ComponentType, Suggestion
from glasswork_sdk.diagnostics import Diagnostic, Severity, SpecError
from glasswork_sdk.errors import InvalidSettings, PluginFailed
from glasswork_sdk.patch import Patch
from glasswork_sdk.rules import Finding, Rule, finds_nothing, mends_nothing, values_say_nothing
from glasswork_sdk.settings import Settings
from glasswork_sdk.specs import Port, TensorSpec

T = TypeVar("T")
_GUARD: Final = "_glasswork_guard"
_SURROGATE: Final = re.compile("[\\ud800-\\udfff]")
_ADDRESS: Final = re.compile(" at 0x[0-9a-f]+")
_MOST_AXES: Final = 1_000
_LARGEST_SIZE: Final = 2**63
_LONGEST_MESSAGE: Final = 10_000
_LARGEST_LINE: Final = 2**31
_LARGEST_NUMBER: Final = 2**1023
_DEEPEST: Final = 30


def guarded_type(cls: type[ComponentType[Any]], plugin: str, ledger: Ledger) -> ComponentType[Any]:
    """Return an object of a plugin's class whose methods are called behind the boundary.

    Args:
        cls: the class.
        plugin: name of the plugin.
        ledger: where calls and faults are recorded.
    """
    names: dict[str, Any] = {
        name: _guarded_method(inspect.getattr_static(cls, name), name, plugin, cls.__name__, ledger)
        for name in _CONTRACT
        if hasattr(cls, name)
        and (name in _ALWAYS or getattr(getattr(cls, name), "__module__", "") != ComponentType.__module__)
    }
    # What was looked at when it was loaded stays so: a descriptor may answer otherwise the next time.
    names |= {name: str(getattr(cls, name)) for name in ("name", "title", "summary", "category", "visualization")}
    names |= {name: tuple(map(str, getattr(cls, name, ()))) for name in ("keywords", "imports", "follows", "metrics")}
    names |= {name: bool(getattr(cls, name)) for name in ("weightless", "passthrough")}
    names |= {name: getattr(cls, name) for name in ("kind", "Settings")}
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


def blamed(kind: ComponentType[Any], name: str, problem: Exception) -> PluginFailed:
    """Return an exception that came of what a component type says as the failure of its plugin, and record it.

    Raises:
        Exception: the problem itself, where the type is not guarded.
    """

    def again() -> None:
        raise problem

    try:
        guarding(kind, name, again)
    except PluginFailed as failed:
        return failed
    raise problem


def _guarded_method(method: Any, name: str, plugin: str, scope: str, ledger: Ledger) -> Any:
    result, passing = _CONTRACT[name]
    where = f"{scope}.{name}"

    def work(self: ComponentType[Any], values: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
        # Functions, static and class methods alike, as the class itself would call them.
        bound = method.__get__(self, type(self)) if hasattr(type(method), "__get__") else method
        # Mappings are copied: a plugin that changes what it is given changes it for nobody else.
        values = tuple(dict(value) if isinstance(value, Mapping) else value for value in values)
        try:
            return result(bound(*values, **named), bound)
        except passing as problem:
            raise _answer(problem, bound) from None

    def call(self: ComponentType[Any], *values: Any, **named: Any) -> Any:
        return ledger.call(plugin, scope, where, lambda: work(self, values, named), passing)

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
        if not callable(work):
            raise TypeError(f"{where} must have functions, received {_shown(work)}")
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
    if not isinstance(value, Mapping) or not all(_is_text(name) for name in value):
        raise _wrong(f"a mapping from {what}", value, method)
    return dict(value)


def _ports(value: Any, method: Any) -> Sequence[Port]:
    ports = _items(value, Port, method)
    if len({port.name for port in ports}) != len(ports):
        raise _wrong("ports with different names", value, method)
    for port in ports:
        flags = (port.required, port.repeated, port.target)
        if not (_is_text(port.name) and _is_text(port.dtype) and port.name):
            raise _wrong("ports with texts as name and dtype", port, method)
        if type(port.rank) is not int or not 0 <= port.rank <= _MOST_AXES or {*map(type, flags)} != {bool}:
            raise _wrong(f"ports with a rank of 0 to {_MOST_AXES} and true or false for the rest", port, method)
    return ports


def _specs(value: Any, method: Any) -> Mapping[str, TensorSpec]:
    specs = _mapping(value, "port names to TensorSpec", method)
    return {name: _spec(spec, method) for name, spec in specs.items()}


def _spec(value: Any, method: Any) -> TensorSpec:
    if isinstance(value, TensorSpec) and _is_text(value.dtype) and isinstance(value.shape, tuple):
        for size in value.shape:
            if size is not None and (type(size) is not int or not 0 <= size < _LARGEST_SIZE):
                break
        else:
            return value
    raise _wrong("a TensorSpec with a tuple of sizes, each None or an int from 0 to below 2**63", value, method)


def _suggestions(value: Any, method: Any) -> Mapping[str, Suggestion]:
    found = _mapping(value, "setting names to Suggestion", method)
    for item in found.values():
        if not isinstance(item, Suggestion) or not _is_text(item.reason):
            raise _wrong("a Suggestion with a sentence as its reason", item, method)
        if not _is_json(item.value):
            raise _wrong("a Suggestion of a value that JSON knows", item, method)
    return found


def _diagnostics(value: Any, method: Any) -> Sequence[Diagnostic]:
    found = _items(value, Diagnostic, method)
    for item in found:
        texts = (item.code, item.message, item.component, item.port, item.setting)
        if not isinstance(item.severity, Severity) or not all(_is_text(text) for text in texts):
            raise _wrong("a Diagnostic with a Severity and texts", item, method)
        if len(item.message) > _LONGEST_MESSAGE:
            raise _wrong(f"a message of at most {_LONGEST_MESSAGE:,} characters", item, method)
        if type(item.line) is not int or not 0 <= item.line < _LARGEST_LINE:
            raise _wrong("a Diagnostic with a line from 0", item, method)
        _patch(item.fix, method)
    return found


def _findings(value: Any, method: Any) -> Iterable[Finding]:
    found = _items(value, Finding, method)
    for item in found:
        if not all(_is_text(text) for text in (item.component, item.message, item.port, item.setting)):
            raise _wrong("a Finding with texts", item, method)
        if len(item.message) > _LONGEST_MESSAGE:
            raise _wrong(f"a message of at most {_LONGEST_MESSAGE:,} characters", item, method)
        _patch(item.fix, method)
    return found


def _patch(value: Any, method: Any) -> Patch:
    if not isinstance(value, tuple | list):
        raise _wrong("RFC 6902 operations", value, method)
    for item in value:
        if not isinstance(item, Mapping) or not all(_is_text(item.get(key)) for key in ("op", "path")):
            raise _wrong("RFC 6902 operations with 'op' and 'path'", item, method)
        if not _is_text(item.get("from", "")) or not _is_json(item.get("value")):
            raise _wrong("RFC 6902 operations with a text as 'from' and a value that JSON knows", item, method)
    return tuple(value)


def _schema(value: Any, method: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not _is_json(value):
        raise _wrong("a JSON schema", value, method)
    properties = value.get("properties", {})
    if not isinstance(properties, dict) or not all(isinstance(item, dict) for item in properties.values()):
        raise _wrong("a JSON schema of an object", value, method)
    return value


def _settings(value: Any, method: Any) -> Settings:
    if not isinstance(value, Settings):
        raise _wrong("Settings", value, method)
    return value


def _answer(problem: BaseException, method: Any) -> BaseException:
    """Return an exception that is an answer as Glasswork reads it; raises WrongResult where it cannot be read."""
    if isinstance(problem, SpecError):
        texts = (problem.message, problem.port, problem.setting, problem.code)
        if not all(_is_text(text) for text in texts) or not problem.message:
            raise _wrong("a SpecError with texts", texts, method)
        message, port, setting, code = texts
        return SpecError(message, port=port, setting=setting, code=code, fix=_patch(problem.fix, method))
    if isinstance(problem, InvalidSettings):
        fields = problem.fields
        told = [text for item in fields for text in (item.field, item.description)]
        if not fields or not all(_is_text(text) for text in (problem.message, *told)):
            raise _wrong("InvalidSettings with a field violation for each bad setting", fields, method)
    return problem


def _is_text(value: Any) -> bool:
    """Return whether a value is a text that UTF-8 can write: messages between services are UTF-8."""
    return isinstance(value, str) and (value.isascii() or _SURROGATE.search(value) is None)


def _is_json(value: Any, depth: int = _DEEPEST) -> bool:
    """Return whether a value is one that JSON knows and that messages between services can hold."""
    if value is None or isinstance(value, bool) or _is_text(value):
        return True
    if isinstance(value, int | float):
        return abs(value) < _LARGEST_NUMBER
    if depth == 0 or not isinstance(value, Mapping | list | tuple):
        return False
    if isinstance(value, Mapping):
        return all(_is_text(name) and _is_json(item, depth - 1) for name, item in value.items())
    return all(_is_json(item, depth - 1) for item in value)


def _wrong(expected: str, received: Any, method: Any) -> WrongResult:
    # Where the SDK's own method serves the plugin, the place is not in the plugin's code.
    ours = str(getattr(method, "__module__", "")).startswith("glasswork_sdk.")
    place = "" if ours else place_of_function(method)
    return WrongResult(f"expected {expected}, it returned {_shown(received)}", place)


def _shown(received: Any) -> str:
    try:
        # Without addresses, which make each of the same faults another one.
        text = _ADDRESS.sub("", repr(received))
    except Exception as problem:
        text = f"an object of {type(received).__name__}, whose repr failed with {type(problem).__name__}"
    return text if len(text) <= 80 else f"{text[:79]}…"


_SPEC_ERROR: Final = (SpecError,)
_CONTRACT: Final[Mapping[str, tuple[Callable[[Any, Any], Any], tuple[type[Exception], ...]]]] = {
    "settings_of": (_settings, (InvalidSettings,)),
    "settings_schema": (_schema, ()),
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
