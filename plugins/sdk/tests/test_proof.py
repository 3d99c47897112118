from __future__ import annotations

from typing import Any

import jsonpatch
import pytest
from glasswork_sdk.analysis import Analysis, analyse
from glasswork_sdk.diagnostics import Diagnostic, Severity, warning
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile
from glasswork_sdk.proof import patched, proven

FIRST = ({"op": "add", "path": "/components/conv1/settings/filters", "value": 8},)
HARMFUL = ({"op": "add", "path": "/components/conv1/settings/filters", "value": 0},)
UNFIT = ({"op": "remove", "path": "/components/conv9"},)


def few_filters(analysis: Analysis) -> list[Diagnostic]:
    """Return what a rule would say that wants eight filters, and what the analysis says."""
    filters = getattr(analysis.nodes["conv1"].settings, "filters", 0)
    found = [] if filters == 8 else [warning("few-filters", f"{filters} is not 8.", component="conv1")]
    return [*analysis.diagnostics, *found]


@pytest.mark.parametrize(("fix", "kept"), [(FIRST, True), (HARMFUL, False), (UNFIT, False)])
def test_a_fix_is_offered_where_it_mends_and_breaks_nothing(
    catalogue: Catalogue, digits: dict[str, Any], profile: DatasetProfile, fix: Any, kept: bool
) -> None:
    analysis = analyse(Document.parse(digits), catalogue, profile)
    finding = Diagnostic(Severity.WARNING, "few-filters", "16 is not 8.", component="conv1", fix=fix)

    told = proven(analysis, catalogue, [finding], few_filters)

    assert [(item.message, bool(item.fix)) for item in told] == [("16 is not 8.", kept)]


def test_a_fix_that_leaves_its_finding_is_not_offered(
    catalogue: Catalogue, digits: dict[str, Any], profile: DatasetProfile
) -> None:
    analysis = analyse(Document.parse(digits), catalogue, profile)
    finding = warning("too-slow", "It is slow.", component="conv1", fix=FIRST)

    assert proven(analysis, catalogue, [finding], lambda _: [finding])[0].fix == ()
    assert proven(analysis, catalogue, [finding], lambda _: [finding], of_values=True)[0].fix == FIRST


def test_a_patched_document_is_the_one_that_a_client_makes(digits: dict[str, Any]) -> None:
    patch: Any = (
        *FIRST,
        {"op": "replace", "path": "/dataset/split/seed", "value": 7},
        {"op": "test", "path": "/connections/0/from", "value": "image.output"},
        {"op": "remove", "path": "/connections/0"},
        {"op": "add", "path": "/components/pool1", "value": {"type": "core.pooling", "settings": {}}},
    )
    document = Document.parse(digits)

    assert patched(document, patch) == Document.parse(jsonpatch.apply_patch(document.to_json(), list(patch)))
    assert document == Document.parse(digits)
