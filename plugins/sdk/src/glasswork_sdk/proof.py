"""Fixes tried before they are offered: each must remove its finding and add no error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import jsonpatch
from jsonpointer import JsonPointer, JsonPointerException

from glasswork_sdk.analysis import Analysis, analyse
from glasswork_sdk.diagnostics import Diagnostic, Severity
from glasswork_sdk.document import Document
from glasswork_sdk.errors import InvalidDocument
from glasswork_sdk.installed import Installed
from glasswork_sdk.patch import Patch

MOST_WORK: Final = 20_000
"""Parts of documents looked at for the fixes of one check: ten fixes of a chain of 1,000, all of any that is read."""
MOST_STEPS: Final = 1_000
"""Operations of a fix that is tried; nobody reads a longer one."""

Check = Callable[[Analysis], Sequence[Diagnostic]]


def proven(
    analysis: Analysis, catalogue: Installed, found: Iterable[Diagnostic], check: Check, *, of_values: bool = False
) -> list[Diagnostic]:
    """Return findings without those fixes that do not mend, or that would break something else.

    Args:
        analysis: the analysed graph.
        catalogue: its component types.
        found: findings, the most severe first.
        check: returns what is wrong with another analysis, found in the same way.
        of_values: whether the findings are about values that were measured: a fix of theirs need only add no error,
            because nobody knows the values after it.
    """
    proof = _Proof(analysis, catalogue, check)
    return [item if not item.fix or proof.holds(item, of_values) else replace(item, fix=()) for item in found]


def trials(analysis: Analysis) -> int:
    """Return how many fixes of a graph are worth trying: the larger it is, the fewer."""
    document = analysis.document
    features = document.dataset.features if document.dataset is not None else ()
    return max(1, MOST_WORK // max(1, len(analysis.nodes) + len(document.connections) + len(features)))


class _Proof:
    def __init__(self, analysis: Analysis, catalogue: Installed, check: Check) -> None:
        self._analysis = analysis
        self._catalogue = catalogue
        self._check = check
        self._left = trials(analysis)
        self._known: dict[str, list[Diagnostic] | None] = {}
        self._errors: set[tuple[str, str]] | None = None

    def holds(self, finding: Diagnostic, of_values: bool) -> bool:
        after = self._after(finding.fix)
        if after is None or not _errors(after) <= self._errors_before():
            return False
        return of_values or _name(finding) not in {_name(item) for item in after}

    def _errors_before(self) -> set[tuple[str, str]]:
        if self._errors is None:
            self._errors = _errors(self._check(self._analysis))
        return self._errors

    def _after(self, fix: Patch) -> list[Diagnostic] | None:
        """Return what is wrong after a fix; None where it does not fit, or too many were tried already."""
        if len(fix) > MOST_STEPS:
            return None
        key = repr(fix)
        if key not in self._known:
            self._known[key] = self._tried(fix) if self._left > 0 else None
            self._left -= 1
        return self._known[key]

    def _tried(self, fix: Patch) -> list[Diagnostic] | None:
        before = self._analysis
        try:
            document = patched(before.document, fix)
        except (jsonpatch.JsonPatchException, JsonPointerException, InvalidDocument, TypeError, KeyError):
            return None
        custom = (node for node in before.nodes.values() if node.component.code is not None)
        measured = {f"{node.id}.{port}": spec for node in custom for port, spec in node.outputs.items()}
        return list(self._check(analyse(document, self._catalogue, before.profile, measured, previous=before)))


def patched(document: Document, patch: Patch) -> Document:
    """Return a document after a patch; what the patch does not touch is taken over as it was read.

    Raises:
        JsonPatchException: the patch does not fit the document.
        InvalidDocument: what it leaves is no document.
    """
    paths = [JsonPointer(item["path"]).parts for item in patch]
    parts = {path[0] for path in paths if path}
    json: dict[str, Any] = {name: getattr(document, name) for name in type(document).model_fields}
    if document.dataset is not None and "dataset" in parts:
        json["dataset"] = document.dataset.model_dump()
    json["components"] = dict(document.components)
    for name in {path[1] for path in paths if len(path) > 1} & document.components.keys():
        json["components"][name] = document.components[name].model_dump(exclude_none=True)
    if "connections" in parts:
        json["connections"] = [{"from": item.source, "to": item.target} for item in document.connections]
    changed: dict[str, Any] = jsonpatch.apply_patch(json, [dict(item) for item in patch], in_place=True)
    return Document.parse(changed)


def _name(item: Diagnostic) -> tuple[str, str, str]:
    return item.code, item.component, item.message


def _errors(found: Iterable[Diagnostic]) -> set[tuple[str, str]]:
    return {(item.code, item.component) for item in found if item.severity is Severity.ERROR}
