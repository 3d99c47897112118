from __future__ import annotations

from glasswork_sdk.plugins import Catalogue

from scripts.write_diagnostics import pages, stale


def test_pages_of_diagnostics_are_current() -> None:
    assert stale(pages()) == [], "run python scripts/write_diagnostics.py"


def test_every_rule_explains_itself(catalogue: Catalogue) -> None:
    assert len(catalogue.rules) >= 40
    for rule in catalogue.rules.values():
        assert rule.why.endswith("."), rule.code
        assert rule.remedy.endswith("."), rule.code
        assert not rule.title.endswith("."), rule.code
