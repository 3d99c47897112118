"""Rules: what an experienced reviewer says about a model, each with its reasons and where possible a fix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from glasswork_sdk.diagnostics import Diagnostic, Severity
from glasswork_sdk.patch import NO_PATCH, Patch
from glasswork_sdk.view import View


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found at one place; code and severity are those of the rule.

    Args:
        component: id of the component; empty for the whole graph.
        message: plain words: what, where, what to do.
        port: name of the port; empty for none.
        setting: name of the setting; empty for none.
        fix: RFC 6902 operations on the document that mend it; empty for none.
    """

    component: str
    message: str
    port: str = ""
    setting: str = ""
    fix: Patch = NO_PATCH


@dataclass(frozen=True, slots=True)
class ValueStatistics:
    """Figures over the values of one tensor, those that are no number left out.

    Args:
        size: number of values; 0 where it is not known.
        min: smallest value.
        max: largest value.
        mean: mean.
        std: standard deviation of the population.
        nan_count: values that are no number or infinite.
        zero_fraction: share of the values that are exactly 0, or None where it was not counted.
    """

    size: int = 0
    min: float = 0.0
    max: float = 0.0
    mean: float = 0.0
    std: float = 0.0
    nan_count: int = 0
    zero_fraction: float | None = None

    @property
    def largest(self) -> float:
        """The largest absolute value."""
        return max(abs(self.min), abs(self.max))


@dataclass(frozen=True, slots=True)
class ComponentValues:
    """What a preview or a backward pass measured of one component, by output port and by weight."""

    outputs: Mapping[str, ValueStatistics] = field(default_factory=dict)
    gradients: Mapping[str, ValueStatistics] = field(default_factory=dict)


Values = Mapping[str, ComponentValues]
"""Measured values by component."""

Check = Callable[[View], Iterable[Finding]]
CheckValues = Callable[[View, Values], Iterable[Finding]]
Mend = Callable[[View, Diagnostic], Patch]


def finds_nothing(view: View) -> Iterable[Finding]:
    """Find nothing: the check of a rule whose findings come from elsewhere."""
    return ()


def values_say_nothing(view: View, values: Values) -> Iterable[Finding]:
    """Find nothing: the check of values of a rule that needs none."""
    return ()


def mends_nothing(view: View, diagnostic: Diagnostic) -> Patch:
    """Know no fix for findings that come from elsewhere."""
    return NO_PATCH


@dataclass(frozen=True)
class Rule:
    """One kind of finding: its documentation, and how it is found and mended.

    Args:
        code: stable name in lower case with hyphens, unique among all plugins.
        severity: how bad it is.
        title: what it is in a few words.
        why: why it matters, one to three sentences.
        remedy: what to do.
        check: looks at document, specs and profile; pure, and each component is visited a fixed number of times.
        check_values: looks at values that were measured.
        mend: returns a fix for a finding of this code that the analysis or a component type made without one.
    """

    code: str
    severity: Severity
    title: str
    why: str
    remedy: str
    check: Check = finds_nothing
    check_values: CheckValues = values_say_nothing
    mend: Mend = mends_nothing

    @property
    def documentation(self) -> str:
        """The page of this code, as Markdown."""
        return (
            f"# {self.title}\n\n`{self.code}`, {_ARTICLES[self.severity]}.\n\n"
            f"## Why\n\n{self.why}\n\n## What to do\n\n{self.remedy}\n"
        )

    def diagnostic(self, finding: Finding) -> Diagnostic:
        """Return a finding of this rule as a diagnostic."""
        return Diagnostic(
            self.severity,
            self.code,
            finding.message,
            component=finding.component,
            port=finding.port,
            setting=finding.setting,
            fix=finding.fix,
        )


_ARTICLES: Final[Mapping[Severity, str]] = {
    Severity.ERROR: "an error: the model cannot be trained as it is",
    Severity.WARNING: "a warning: the model can be trained, and will most likely disappoint",
    Severity.TIP: "a tip: the model may well be meant like this",
}


def rule(code: str, severity: Severity, title: str, *, why: str, remedy: str) -> Callable[[Check], Rule]:
    """Make a rule of a function that checks a view."""
    return lambda check: Rule(code, severity, title, why, remedy, check=check)


def value_rule(code: str, severity: Severity, title: str, *, why: str, remedy: str) -> Callable[[CheckValues], Rule]:
    """Make a rule of a function that checks measured values."""
    return lambda check: Rule(code, severity, title, why, remedy, check_values=check)


def mending_rule(code: str, severity: Severity, title: str, *, why: str, remedy: str) -> Callable[[Mend], Rule]:
    """Make a rule of a function that mends findings which the analysis or a component type makes."""
    return lambda mend: Rule(code, severity, title, why, remedy, mend=mend)
