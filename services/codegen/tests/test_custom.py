from __future__ import annotations

from typing import Any

import pytest
from glasswork_codegen.core.generate import generate
from glasswork_codegen.core.program import ComponentCode
from glasswork_sdk.analysis import analyse
from glasswork_sdk.diagnostics import Diagnostic
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile

LOOK = "class Look(keras.Layer):\n    def call(self, x, X):\n        return x * tf.reduce_mean(X['kernel'])\n"


class Written:
    def __init__(self, document: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile) -> None:
        program, self.found = generate(analyse(Document.parse(document), catalogue, profile), catalogue)
        assert program is not None
        self.script = program.script
        self.components: dict[str, ComponentCode] = {item.id: item for item in program.components}

    @property
    def codes(self) -> list[tuple[str, str, int]]:
        return [(item.component, item.code, item.line) for item in self.found if isinstance(item, Diagnostic)]


def with_code(document: dict[str, Any], component: str, text: str) -> dict[str, Any]:
    document["components"][component]["code"] = {"text": text, "base": ""}
    return document


def test_layer_that_asks_for_variables_gets_those_before_it(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    written = Written(with_code(digits, "flatten1", LOOK), catalogue, profile)
    assert written.components["flatten1"].uses_variables
    assert 'flatten1 = Look(name="flatten1")(conv1, X={"output": conv1, **weights_of(conv1_layer)})' in written.script


def test_variables_of_several_components_go_by_their_ids(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    digits["components"]["both"] = {"type": "core.custom", "code": {"text": LOOK.replace("Look", "Both"), "base": ""}}
    digits["connections"][1:2] = [
        {"from": "conv1.output", "to": "both.input"},
        {"from": "image.output", "to": "both.input_2"},
        {"from": "both.output", "to": "flatten1.input"},
    ]
    script = " ".join(Written(digits, catalogue, profile).script.split())
    assert '{"input": conv1, "input_2": image}, X={' in script
    assert '"conv1": {"output": conv1, **weights_of(conv1_layer)}, "image": {"output": image}' in script


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("class Mine(keras.Layer):\n    def call(self, x):\n        return X['output']\n", "undeclared-variables", 3),
        ("def helper(x):\n    return x\n", "no-layer-class", 1),
        ("class Mine(keras.Layer):\n    def call(self, x):\n        return x +\n", "syntax-error", 3),
        ("keras.layers.Flatten(\n    name='a',\n    **dict(x=1),\n    name='b',\n)", "syntax-error", 4),
        (
            "def train():\n    pass\n\n\nclass Mine(keras.Layer):\n    pass\n\n\ndef main():\n    pass\n",
            "name-clash",
            9,
        ),
        ("class Data(keras.Layer):\n    pass\n", "name-clash", 1),
    ],
)
def test_wrong_custom_code_is_told_with_its_line(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile, text: str, code: str, line: int
) -> None:
    assert ("flatten1", code, line) in Written(with_code(digits, "flatten1", text), catalogue, profile).codes


def test_one_class_name_in_two_components_is_refused(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    twice = with_code(with_code(digits, "flatten1", LOOK), "conv1", LOOK)
    assert [code for _, code, _ in Written(twice, catalogue, profile).codes] == ["name-clash"]


def test_data_code_must_define_its_reader(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    written = Written(
        with_code(digits, "digit", "def other(table, rows, folder):\n    return rows\n"), catalogue, profile
    )
    assert ("digit", "missing-function", 0) in written.codes


def test_several_outputs_are_read_by_port(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    text = "class Halves(keras.Layer):\n    def call(self, x):\n        return {'output': x, 'half': x / 2}\n"
    digits["components"]["flatten1"]["ports"] = {"inputs": [], "outputs": ["half"]}
    digits["connections"][2]["from"] = "flatten1.half"
    script = Written(with_code(digits, "flatten1", text), catalogue, profile).script
    assert ')(flatten1["half"])' in script
