from __future__ import annotations

import jsonpatch
import pytest
from glasswork_sdk.analysis import analyse
from glasswork_sdk.diagnostics import Diagnostic
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.review import review_values
from glasswork_sdk.rules import ComponentValues, Values, ValueStatistics

from plugins.core.tests.drafts import Draft, image, table

SOUND = ValueStatistics(size=512, min=0.0, max=3.0, mean=0.5, std=0.7, zero_fraction=0.4)
CASES: list[tuple[str, str, dict[str, float]]] = [
    ("nan-values", "conv1", {"nan_count": 3}),
    ("dead-activations", "conv1", {"max": 0.0, "mean": 0.0, "std": 0.0, "zero_fraction": 1.0}),
    ("saturated-activations", "curve", {"max": 1.0, "mean": 0.4, "std": 0.48}),
    ("saturated-activations", "curve", {"max": 0.001, "mean": 0.0001, "std": 0.0001}),
    ("constant-output", "pool1", {"min": 2.0, "max": 2.0, "mean": 2.0, "std": 0.0}),
    ("exploding-values", "dense1", {"max": 5e6}),
    ("vanishing-values", "dense1", {"max": 1e-9, "mean": 1e-10, "std": 1e-10}),
    ("exploding-gradients", "dense1", {"gradient": 1e5}),
    ("vanishing-gradients", "conv1", {"gradient": 1e-12}),
]


def draft() -> Draft:
    return image().put("curve", "activation", "pool1.input", function="sigmoid").set("conv1", activation="relu")


def values(component: str = "", **figures: float) -> Values:
    gradient = figures.pop("gradient", 0.01)
    found: dict[str, ComponentValues] = {}
    for name in ("scale", "conv1", "curve", "pool1", "flatten1", "dense1", "answer"):
        changed = figures if name == component else {}
        outputs = {"output": ValueStatistics(**{**_figures(name), **changed})}  # type: ignore[arg-type]
        size = gradient if name == component else 0.01
        gradients = {"kernel": ValueStatistics(size=9, min=-size, max=size)} if name in {"conv1", "dense1"} else {}
        found[name] = ComponentValues(outputs, gradients)
    return found


def _figures(name: str) -> dict[str, float]:
    curve = {"max": 0.9, "mean": 0.5, "std": 0.1, "min": 0.2} if name == "curve" else {}
    return {"size": 512, "min": 0.0, "max": 3.0, "mean": 0.5, "std": 0.7, "zero_fraction": 0.4, **curve}


def found_in(json: object, measured: Values, catalogue: Catalogue) -> list[Diagnostic]:
    document = Document.parse(json)  # type: ignore[arg-type]
    return review_values(analyse(document, catalogue, draft().profile()), catalogue, measured)


def test_sound_values_have_no_findings(catalogue: Catalogue) -> None:
    assert found_in(draft().json, values(), catalogue) == []


@pytest.mark.parametrize(("code", "component", "figures"), CASES)
def test_values_show_what_is_wrong(catalogue: Catalogue, code: str, component: str, figures: dict[str, float]) -> None:
    found = found_in(draft().json, values(component, **figures), catalogue)
    assert {(item.code, item.component) for item in found} == {(code, component)}


@pytest.mark.parametrize(("code", "component", "figures"), CASES)
def test_fix_of_a_value_finding_leaves_a_sound_document(
    catalogue: Catalogue, code: str, component: str, figures: dict[str, float]
) -> None:
    json = draft().document().to_json()
    for item in found_in(json, values(component, **figures), catalogue):
        if item.fix:
            fixed = jsonpatch.apply_patch(json, item.fix)
            assert analyse(Document.parse(fixed), catalogue, draft().profile()).sound
            assert code not in {x.code for x in found_in(fixed, values(component, **figures), catalogue)}


def test_gradients_grow_with_the_units_of_a_regression(catalogue: Catalogue) -> None:
    draft = table().figures("price", mean=5000.0, std=900.0).set("back", mean=5000, std=900)
    gradient = ValueStatistics(size=16, min=-5e5, max=5e5)
    measured = {"dense1": ComponentValues({}, {"kernel": gradient})}
    assert review_values(analyse(draft.document(), catalogue, draft.profile()), catalogue, measured) == []


def test_values_of_unknown_components_are_passed_over(catalogue: Catalogue) -> None:
    assert found_in(draft().json, {"ghost": ComponentValues({"output": SOUND})}, catalogue) == []


def test_every_rule_about_values_has_a_case(catalogue: Catalogue) -> None:
    codes = {code for code, rule in catalogue.rules.items() if rule.check_values.__name__ != "values_say_nothing"}
    assert codes == {code for code, _, _ in CASES}
