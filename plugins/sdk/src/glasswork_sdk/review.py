"""The review of an analysed graph by the rules of all plugins."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from glasswork_sdk.analysis import Analysis, sort_findings
from glasswork_sdk.diagnostics import Diagnostic, Severity, plugin_failed
from glasswork_sdk.errors import PluginFailed
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.proof import proven, trials
from glasswork_sdk.rules import Finding, Rule, Values
from glasswork_sdk.view import View


def review(analysis: Analysis, catalogue: Catalogue, *, only: Severity | None = None, prove: bool = True) -> Analysis:
    """Add to an analysis what the rules find, and fixes to what the analysis found itself.

    Args:
        analysis: the analysed graph; its diagnostics are replaced.
        catalogue: the rules.
        only: run no rules but those of this severity; None for all.
        prove: whether fixes are tried, and told only where they mend and break nothing.

    Returns:
        The same analysis.
    """
    found = _found(catalogue, only, analysis)
    analysis.diagnostics = proven(analysis, catalogue, found, partial(_faults, catalogue, only)) if prove else found
    return analysis


def _found(catalogue: Catalogue, only: Severity | None, analysis: Analysis) -> list[Diagnostic]:
    view = view_of(analysis, catalogue)
    worth = trials(analysis)
    found = [_mended(view, item, catalogue) for item in analysis.diagnostics[:worth]]
    found += analysis.diagnostics[worth:]
    return sort_findings(found + _by_rules(view, catalogue, only))


def _faults(catalogue: Catalogue, only: Severity | None, analysis: Analysis) -> list[Diagnostic]:
    """Return what `_found` does, in another order and without the fixes of what the analysis found itself."""
    return [*analysis.diagnostics, *_by_rules(view_of(analysis, catalogue), catalogue, only)]


def _by_rules(view: View, catalogue: Catalogue, only: Severity | None) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for item in catalogue.rules.values():
        if only is None or item.severity is only:
            found += _told(item, partial(item.check, view))
    return found


def review_values(analysis: Analysis, catalogue: Catalogue, values: Values) -> list[Diagnostic]:
    """Return what the rules find in values that were measured.

    Args:
        analysis: the analysed graph.
        catalogue: the rules.
        values: figures by component; what the graph does not have is passed over.
    """
    view = view_of(analysis, catalogue)
    known = {name: item for name, item in values.items() if name in analysis.nodes}
    found: list[Diagnostic] = []
    for item in catalogue.rules.values():
        found += _told(item, partial(item.check_values, view, known))
    return proven(
        analysis, catalogue, sort_findings(found), partial(_faults, catalogue, Severity.ERROR), of_values=True
    )


def view_of(analysis: Analysis, catalogue: Catalogue) -> View:
    """Return an analysis as rules see it."""
    return View(analysis, {name: info.version for name, info in catalogue.plugins.items()})


def _told(item: Rule, check: Callable[[], Iterable[Finding]]) -> list[Diagnostic]:
    try:
        return [item.diagnostic(finding) for finding in check()]
    except PluginFailed as problem:  # a rule that fails must not hide what the others find
        return [plugin_failed(problem, severity=Severity.WARNING)]


def _mended(view: View, item: Diagnostic, catalogue: Catalogue) -> Diagnostic:
    known = catalogue.rules.get(item.code)
    if known is None or item.fix:
        return item
    try:
        return replace(item, fix=known.mend(view, item))
    except PluginFailed:  # no fix is better than no answer
        return item
