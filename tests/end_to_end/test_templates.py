from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from glasswork_codegen.core.generate import generate
from glasswork_sdk.analysis import analyse
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.review import review

from scripts.write_templates import RECIPES, TEMPLATES, Recipe, profile_in, text_of, unpacked
from tests.volume import ALL_EPOCHS
from tests.warm import Warm

SHORT = {"digits_autoencoder": 8, "diabetes_table": 40, "wine_table": 30}
"""Epochs of a test, where three are too few to be above the baseline."""


def read(recipe: Recipe) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((TEMPLATES / f"{recipe.name}.json").read_text())
    return found


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_template_is_current_and_nothing_is_wrong_with_it(catalogue: Catalogue, recipe: Recipe) -> None:
    assert text_of(recipe, catalogue) == (TEMPLATES / f"{recipe.name}.json").read_text()
    with unpacked(recipe.example) as (folder, targets):
        profile = profile_in(folder, targets)
    analysis = review(analyse(Document.parse(read(recipe)["graph"]), catalogue, profile), catalogue)
    assert analysis.diagnostics == []


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_template_says_what_it_teaches_in_three_sentences(recipe: Recipe) -> None:
    assert recipe.teaches.count(". ") == 2
    assert recipe.teaches.endswith(".")
    assert (recipe.goal < recipe.baseline[1]) == recipe.lower_is_better


@pytest.mark.tensorflow
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)
def test_template_learns_more_than_its_baseline(
    catalogue: Catalogue, warm: Warm, recipe: Recipe, tmp_path: Path
) -> None:
    graph = read(recipe)["graph"]
    if not ALL_EPOCHS:
        graph["components"]["train"]["settings"]["epochs"] = SHORT.get(recipe.name, 4)
    program, _ = generate(analyse(Document.parse(graph), catalogue), catalogue)
    assert program is not None
    (tmp_path / "model.py").write_text(program.script)
    with unpacked(recipe.example) as (folder, _):
        done = warm.run([tmp_path / "model.py", "--data", folder], timeout=1200)
    assert done.returncode == 0, done.stderr[-2000:]
    reached = json.loads(done.stdout.splitlines()[-1])[f"test_{recipe.metric}"]
    print(recipe.name, reached)
    assert (reached < recipe.baseline[1]) if recipe.lower_is_better else (reached > recipe.baseline[1])
    if ALL_EPOCHS:
        assert (reached <= recipe.goal) if recipe.lower_is_better else (reached >= recipe.goal)
