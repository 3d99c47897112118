from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from glasswork_codegen.core.generate import generate
from glasswork_codegen.core.program import Lines, Program
from glasswork_sdk.analysis import analyse
from glasswork_sdk.document import Document
from glasswork_sdk.literals import python_literal
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile
from glasswork_sdk.review import review
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def program(document: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile | None) -> Program:
    analysis = analyse(Document.parse(document), catalogue, profile)
    found, problems = generate(analysis, catalogue, "digits.csv")
    assert found is not None
    assert [item.message for item in (*problems, *analysis.diagnostics)] == []
    return found


def test_same_document_gives_same_bytes(digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile) -> None:
    shuffled = {**digits, "components": dict(reversed(digits["components"].items()))}
    assert program(digits, catalogue, profile).script == program(shuffled, catalogue, profile).script


def test_suggested_document_needs_no_data(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    suggested = analyse(Document.parse(digits), catalogue, profile, suggest=True).document.to_json()
    assert program(suggested, catalogue, None).script == program(suggested, catalogue, profile).script


def test_script_defines_its_four_functions(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    tree = ast.parse(program(digits, catalogue, profile).script)
    names = {item.name for item in tree.body if isinstance(item, ast.FunctionDef)}
    assert {"load_data", "build_model", "train", "main"} <= names
    imported = {part.name for item in ast.walk(tree) if isinstance(item, ast.Import) for part in item.names}
    assert not any(name.startswith("glasswork") for name in imported)


def test_source_map_leads_to_each_component(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    found = program(digits, catalogue, profile)
    lines = found.script.splitlines()
    for item in found.components:
        placed = lines[item.first_line - 1 : item.last_line]
        code = item.code.splitlines()
        assert len(placed) == len(code)
        assert all(own.strip() in line for own, line in zip(code, placed, strict=True))
        assert lines[item.first_line - 2].strip().startswith(f"# {item.id}:")


@pytest.mark.parametrize("name", ["list", "model", "keras", "tf", "train_", "data"])
def test_ids_never_hide_names_of_the_file(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile, name: str
) -> None:
    digits["components"][name] = digits["components"].pop("conv1")
    digits["connections"][0]["to"] = f"{name}.input"
    digits["connections"][1]["from"] = f"{name}.output"
    script = program(digits, catalogue, profile).script
    expected = name if name == "train_" else f"{name}_"
    assert f"    {expected} = keras.layers.Conv2D(" in script
    assert f'name="{name}"' in script


def test_script_passes_the_linter(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile, tmp_path: Path
) -> None:
    path = tmp_path / "model.py"
    path.write_text(program(digits, catalogue, profile).script)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E,F,W,I,B", "--line-length", "120"]
    told = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=60))
def test_no_column_name_becomes_code(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile, name: str
) -> None:
    changed = {
        **digits,
        "dataset": {**digits["dataset"], "features": {**digits["dataset"]["features"], name: {"type": "categorical"}}},
    }
    changed["components"] = {**digits["components"], "digit": {"type": "core.data", "settings": {"feature": name}}}
    analysis = analyse(Document.parse(changed), catalogue, None)
    reader = next(
        item for item in (generate(analysis, catalogue)[0] or Program("", "", [])).components if item.id == "digit"
    )
    tree = ast.parse(reader.code)
    assert [type(item) for item in tree.body] == [ast.FunctionDef]
    assert name in {item.value for item in ast.walk(tree) if isinstance(item, ast.Constant)}


def test_target_side_is_prepared_apart(digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile) -> None:
    digits["components"]["encode"] = {"type": "core.one_hot", "settings": {"classes": 10}}
    digits["connections"][-1:] = [
        {"from": "digit.output", "to": "encode.input"},
        {"from": "encode.output", "to": "train.targets"},
    ]
    found = program(digits, catalogue, profile)
    assert "def prepare_targets(digit):" in found.script
    assert next(item for item in found.components if item.id == "encode").target_side
    assert "CategoricalCrossentropy(" in found.script.replace("SparseCategoricalCrossentropy(", "")


def test_broken_custom_code_names_its_line(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    digits["components"]["flatten1"]["code"] = {"text": "class Mine(keras.Layer):\n    def call(self x):\n", "base": ""}
    analysis = analyse(Document.parse(digits), catalogue, profile)
    _, problems = generate(analysis, catalogue)
    assert [(item.component, item.code, item.line) for item in problems] == [("flatten1", "syntax-error", 2)]


def test_shared_layer_is_called_twice(digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile) -> None:
    digits["components"]["again"] = {"type": "core.convolution", "shares": "conv1"}
    digits["components"]["both"] = {"type": "core.merge", "settings": {"operation": "add"}}
    digits["connections"][1:2] = [
        {"from": "image.output", "to": "again.input"},
        {"from": "conv1.output", "to": "both.input"},
        {"from": "again.output", "to": "both.input_2"},
        {"from": "both.output", "to": "flatten1.input"},
    ]
    script = program(digits, catalogue, profile).script
    assert script.count("keras.layers.Conv2D(") == 1
    assert "again = conv1_layer(image)" in script


@given(st.lists(st.text(max_size=40), min_size=1, max_size=30), st.integers(0, 60))
def test_long_calls_are_broken_without_changing_them(names: list[str], long: int) -> None:
    argument = f"subset={python_literal(names)}"
    lines = Lines()
    lines.call(f"{'f' * (long + 1)}(", ["x", argument], ")", 0)
    call = ast.parse(lines.text()).body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    assert ast.literal_eval(call.value.keywords[0].value) == names


def test_what_cannot_be_trained_but_runs_has_code_and_no_script(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    digits["components"]["dense1"]["settings"]["units"] = 9
    analysis = review(analyse(Document.parse(digits), catalogue, profile), catalogue)

    program, _ = generate(analysis, catalogue)

    assert [item.code for item in analysis.diagnostics if item.severity == "error"] == ["too-few-units"]
    assert {item.id for item in program.components} == digits["components"].keys()
    assert program.script == ""


@pytest.mark.parametrize(("seed", "told"), [(0, "1"), (7, "SEED")])
def test_a_script_can_be_run_with_any_seed(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile, seed: int, told: str
) -> None:
    digits["components"]["train"]["settings"]["seed"] = seed

    program, _ = generate(analyse(Document.parse(digits), catalogue, profile), catalogue)

    assert f"SEED = {seed}\n" in program.script
    assert f"keras.utils.set_random_seed({told})\n" in program.script
