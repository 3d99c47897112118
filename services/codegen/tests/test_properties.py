"""Random settings of every component type: code holds just their values, and edits come back as settings."""

from __future__ import annotations

import ast
import importlib.resources
import random
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal, Union, get_args, get_origin

import pytest
from annotated_types import Ge, Gt, Le, Lt
from glasswork_codegen.core.edit import apply_edit
from glasswork_codegen.core.render import Renderer
from glasswork_sdk.analysis import analyse
from glasswork_sdk.document import Document
from glasswork_sdk.errors import InvalidSettings
from glasswork_sdk.plugins import Catalogue, load_plugins
from glasswork_sdk.rendering import render_component
from glasswork_sdk.settings import Settings, validate
from glasswork_sdk.specs import TensorSpec
from pydantic.fields import FieldInfo

from tests.volume import RENDERS

CATALOGUE: Final = load_plugins()
TYPES: Final = sorted(CATALOGUE.types)
EACH: Final = -(-RENDERS // len(TYPES))
HOSTILE: Final = (
    '"); import os; os.system("x")  # ',
    "{{ 7 * 7 }}",
    "{% raw %}",
    "\\",
    "\n\rx",
    '"""',
    "'''",
    "\x00",
    "é😀\u2028",
)
NAMES: Final = {repr(name) for name in ("probe", "predictions", "targets", "")}
PAIR: Final = {"predictions": TensorSpec((None, 3)), "targets": TensorSpec((None,), "int64")}


def a_number(chance: random.Random, info: FieldInfo, whole: bool) -> Any:
    low, high = 0.0, 1000.0
    for limit in info.metadata:
        low = limit.ge if isinstance(limit, Ge) else limit.gt if isinstance(limit, Gt) else low  # type: ignore[assignment]
        high = limit.le if isinstance(limit, Le) else limit.lt if isinstance(limit, Lt) else high  # type: ignore[assignment]
    high = min(high, low + 1000)
    if whole:
        return chance.randint(int(low), int(high))
    return round(chance.uniform(low, high), chance.randint(0, 6)) or chance.uniform(low, high)


def a_value(chance: random.Random, annotation: Any, info: FieldInfo) -> Any:
    """Return some value for a field; whether it is valid is asked of the model."""
    origin = get_origin(annotation)
    if origin is Literal:
        return chance.choice(get_args(annotation))
    if origin in (Union, types.UnionType):
        return a_value(chance, chance.choice(get_args(annotation)), info)
    if hasattr(annotation, "__metadata__"):
        return a_value(chance, get_args(annotation)[0], info)
    if origin is tuple:
        items = [item for item in get_args(annotation) if item is not Ellipsis]
        count = len(items) if Ellipsis not in get_args(annotation) else chance.randint(1, 3)
        return [a_value(chance, items[place % len(items)], info) for place in range(count)]
    if annotation is bool:
        return chance.random() < 0.5
    if annotation is int:
        return max(1, a_number(chance, info, whole=True)) if not info.metadata else a_number(chance, info, whole=True)
    if annotation is float:
        return a_number(chance, info, whole=False)
    if annotation is str:
        return chance.choice([*HOSTILE, "val_loss", "price"])
    return None


def some_settings(chance: random.Random, model: type[Settings]) -> dict[str, Any] | None:
    required = {name for name, info in model.model_fields.items() if info.is_required()}
    wished = {
        name: a_value(chance, info.annotation, info)
        for name, info in model.model_fields.items()
        if name in required or chance.random() < 0.4
    }
    try:
        validate(model, wished)
    except InvalidSettings:
        return None
    return wished


def rendered(full: str, values: dict[str, Any]) -> str:
    kind = CATALOGUE.types[full]
    kinds = {
        "feature_type": "image" if values.get("size") and values.get("channels") else "numerical",
        "stored": "files",
    }
    return render_component(
        CATALOGUE.templates,
        full,
        kind,
        validate(kind.Settings, values),
        PAIR if "classification" in full or "regression" in full else {},
        component_id="probe",
        class_name="Probe",
        values=kinds,
    )


def literals(code: str) -> set[str]:
    """Return the literals of a text, without docstrings and the texts of f-strings."""
    tree = ast.parse(code)
    skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    skipped |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in skipped]
    return {repr(node.value) for node in constants}


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    else:
        yield repr(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield repr(abs(value))


def own_literals() -> set[str]:
    """Return the literals that stand in the templates themselves."""
    found = {"True", "False", "None"}
    for package in ("glasswork_core", "glasswork_sdk"):
        for path in Path(str(importlib.resources.files(package))).glob("templates/*.j2"):
            text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", path.read_text())
            for literal in re.findall(r'"[^"\n]*"|(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?', text):
                found.add(repr(ast.literal_eval(literal)))
    return found


@pytest.mark.parametrize("full", TYPES)
def test_code_holds_the_settings_and_nothing_else(full: str) -> None:
    chance = random.Random(f"settings of {full}")
    model, own = CATALOGUE.types[full].Settings, own_literals() | NAMES
    seen = 0
    for _ in range(EACH * 4):
        values = some_settings(chance, model)
        if values is None or seen >= EACH:
            continue
        seen += 1
        given = {leaf for value in dict(validate(model, values)).values() for leaf in leaves(value)}
        assert literals(rendered(full, values)) - given <= own, values
    assert seen > EACH // 4


def document_of(full: str, values: dict[str, Any]) -> Document:
    features = {"price": {"type": "numerical"}, values.get("feature", "price"): {"type": "numerical"}}
    dataset = {"source": "example:none", "features": features}
    return Document.parse(
        {"format": 1, "dataset": dataset, "components": {"probe": {"type": full, "settings": values}}}
    )


@pytest.mark.parametrize("full", TYPES)
def test_edit_of_a_literal_comes_back_as_its_setting(full: str, catalogue: Catalogue) -> None:
    chance = random.Random(f"edits of {full}")
    model = catalogue.types[full].Settings
    moved = 0
    for _ in range(60):
        values = some_settings(chance, model)
        if values is None:
            continue
        analysis = analyse(document_of(full, values), catalogue)
        node, renderer = analysis.nodes["probe"], Renderer(analysis, catalogue, "files")
        name = chance.choice([*model.model_fields, ""])
        if not name or node.settings is None:
            continue
        changed = {**values, name: a_value(chance, model.model_fields[name].annotation, model.model_fields[name])}
        try:
            text = renderer.rendered(node, validate(model, changed))
        except InvalidSettings:
            continue
        edit = apply_edit(analysis.document, node, renderer, text)
        after = analyse(edit.document, catalogue)
        again = Renderer(after, catalogue, "files")
        assert again.text(after.nodes["probe"]) == text
        moved += not edit.custom
    assert moved or not model.model_fields
