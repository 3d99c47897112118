"""Findings about a graph: data for the user, never exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from glasswork_sdk.errors import PluginFailed


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"
    TIP = "tip"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    Args:
        severity: how bad it is.
        code: stable name of the kind of finding, as in `missing-connection`.
        message: plain words: what, where, what to do.
        component: id of the component; empty for the whole graph.
        port: name of the port; empty for none.
        setting: name of the setting; empty for none.
        line: line in the component's code, from 1; 0 for none.
        fix: RFC 6902 operations on the document that mend it; empty for none.
    """

    severity: Severity
    code: str
    message: str
    component: str = ""
    port: str = ""
    setting: str = ""
    line: int = 0
    fix: tuple[Mapping[str, Any], ...] = ()

    def on(self, component: str) -> Diagnostic:
        """Return the same finding on a component, unless it has one."""
        return self if self.component else replace(self, component=component)


class SpecError(Exception):
    """Raised by `infer` where inputs and settings do not fit; becomes a diagnostic on the component.

    Args:
        message: what was expected and what was received; the component is added by the caller.
        port: the input port that it is about; empty for none.
        setting: the setting that it is about; empty for none.
        code: kind of finding.
        fix: RFC 6902 operations that mend it.
    """

    def __init__(
        self,
        message: str,
        *,
        port: str = "",
        setting: str = "",
        code: str = "shape-mismatch",
        fix: tuple[Mapping[str, Any], ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.port = port
        self.setting = setting
        self.code = code
        self.fix = fix


def error(code: str, message: str, **place: Any) -> Diagnostic:
    """Return an error; `place` may give component, port, setting, line and fix."""
    return Diagnostic(Severity.ERROR, code, message, **place)


def warning(code: str, message: str, **place: Any) -> Diagnostic:
    """Return a warning; `place` may give component, port, setting, line and fix."""
    return Diagnostic(Severity.WARNING, code, message, **place)


def tip(code: str, message: str, **place: Any) -> Diagnostic:
    """Return a tip; `place` may give component, port, setting, line and fix."""
    return Diagnostic(Severity.TIP, code, message, **place)


def plugin_failed(
    problem: PluginFailed, component: str = "", label: str = "", severity: Severity = Severity.ERROR
) -> Diagnostic:
    """Return a fault of a plugin as a finding on a component, or on the whole graph where there is none."""
    start = f"{label}: the" if label else "The"
    message = f"{start}{problem.message.removeprefix('The')} Update or remove the plugin, or tell its author."
    return Diagnostic(severity, "plugin-failed", message, component=component)
