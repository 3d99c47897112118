from __future__ import annotations

import itertools
from typing import Any

import pytest
from glasswork_codegen.core.edit import CodeEdit, apply_edit
from glasswork_codegen.core.merge import merge
from glasswork_codegen.core.render import Renderer
from glasswork_sdk.analysis import analyse
from glasswork_sdk.document import Document
from glasswork_sdk.plugins import Catalogue
from glasswork_sdk.profile import DatasetProfile


class Bench:
    def __init__(self, document: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile) -> None:
        self.document = Document.parse(document)
        self.analysis = analyse(self.document, catalogue, profile)
        self.renderer = Renderer(self.analysis, catalogue, "files")

    def code(self, component: str) -> str:
        return self.renderer.rendered(self.analysis.nodes[component])

    def edit(self, component: str, text: str) -> CodeEdit:
        return apply_edit(self.document, self.analysis.nodes[component], self.renderer, text)


@pytest.fixture
def bench(digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile) -> Bench:
    return Bench(digits, catalogue, profile)


@pytest.mark.parametrize(
    ("component", "old", "new", "moved"),
    [
        ("conv1", "filters=16", "filters=32", {"filters": 32}),
        ("conv1", "kernel_size=(3, 3)", "kernel_size=(5, 3)", {"kernel_size": [5, 3]}),
        ("conv1", 'activation="relu"', 'activation="gelu"', {"activation": "gelu"}),
        ("conv1", "use_bias=True", "use_bias=False", {"use_bias": False}),
        ("dense1", "units=10", "units=12", {"units": 12}),
        ("train", "beta_2=0.999", "beta_2=0.99", {"beta_2": 0.99}),
    ],
)
def test_edited_literal_moves_its_setting(
    bench: Bench, component: str, old: str, new: str, moved: dict[str, Any]
) -> None:
    assert old in bench.code(component)
    edit = bench.edit(component, bench.code(component).replace(old, new))
    assert edit.settings == moved
    assert edit.document.components[component].code is None


def test_two_literals_move_two_settings(bench: Bench) -> None:
    text = bench.code("conv1").replace("filters=16", "filters=8").replace("strides=1", "strides=2")
    assert bench.edit("conv1", text).settings == {"filters": 8, "strides": 2}


def test_other_layer_of_the_same_template_is_a_choice(bench: Bench) -> None:
    text = bench.code("conv1").replace("    groups=1,\n", "").replace("Conv2D(", "Conv2DTranspose(")
    assert bench.edit("conv1", text).settings == {"variant": "transposed"}


@pytest.mark.parametrize(
    "change",
    [
        lambda code: code + "  # mine",
        lambda code: code.replace("filters=16", "filters=32  # more"),
        lambda code: code.replace('padding="same"', 'padding="sideways"'),
        lambda code: code.replace("filters=16", "filters=0"),
        lambda code: code.replace('    strides=1,\n    padding="same",\n', '    padding="same",\n    strides=1,\n'),
        lambda code: code.replace("keras.layers.Conv2D(", "keras.layers.Conv2D(\n    data_format=None,"),
        lambda code: "def broken(",
    ],
)
def test_other_edits_keep_every_letter_as_custom_code(bench: Bench, change: Any) -> None:
    text = change(bench.code("conv1"))
    edit = bench.edit("conv1", text)
    custom = edit.document.components["conv1"].code
    assert edit.custom
    assert custom is not None
    assert (custom.text, custom.base) == (text, bench.code("conv1"))


def test_text_of_the_template_is_a_reset(digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile) -> None:
    digits["components"]["conv1"]["code"] = {"text": "keras.layers.Identity()", "base": ""}
    bench = Bench(digits, catalogue, profile)
    edit = bench.edit("conv1", bench.code("conv1") + "\n")
    assert not edit.custom
    assert edit.document.components["conv1"].code is None


def test_second_custom_edit_keeps_the_first_base(
    digits: dict[str, Any], catalogue: Catalogue, profile: DatasetProfile
) -> None:
    digits["components"]["conv1"]["code"] = {"text": "one()", "base": "the template then"}
    custom = Bench(digits, catalogue, profile).edit("conv1", "two()").document.components["conv1"].code
    assert custom is not None
    assert (custom.text, custom.base) == ("two()", "the template then")


BASE = "a\nb\nc\nd\ne"


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        (BASE, BASE, BASE),
        ("a\nB\nc\nd\ne", BASE, "a\nB\nc\nd\ne"),
        (BASE, "a\nb\nc\nD\ne", "a\nb\nc\nD\ne"),
        ("a\nB\nc\nd\ne", "a\nb\nc\nD\ne", "a\nB\nc\nD\ne"),
        ("a\nb\nX\nc\nd\ne", "a\nb\nc\nd", "a\nb\nX\nc\nd"),
        ("a\nB\nc\nd\ne", "a\nB\nc\nd\ne", "a\nB\nc\nd\ne"),
    ],
)
def test_changes_of_both_sides_come_together(ours: str, theirs: str, merged: str) -> None:
    result = merge(BASE, ours, theirs)
    assert (result.text, result.conflicts) == (merged, ())


def test_conflict_keeps_both_sides_and_loses_nothing() -> None:
    (conflict,) = merge(BASE, "a\nmine\nc\nd\ne", "a\nyours\nc\nd\ne").conflicts
    assert (conflict.base, conflict.ours, conflict.theirs) == (("b",), ("mine",), ("yours",))


def test_merge_with_an_unchanged_side_is_the_other_side() -> None:
    letters = ["a", "b", "c"]
    texts = ["\n".join(part) for size in range(4) for part in itertools.product(letters, repeat=size)]
    assert all(merge(base, other, base).text == other for base in texts for other in texts)
    assert all(merge(base, base, other).text == other for base in texts for other in texts)


def custom(digits: dict[str, Any], bench: Bench, text: str) -> dict[str, Any]:
    digits["components"]["conv1"]["code"] = {"text": text, "base": bench.code("conv1")}
    return digits


def test_later_setting_comes_into_custom_code(
    digits: dict[str, Any], bench: Bench, catalogue: Catalogue, profile: DatasetProfile
) -> None:
    mine = bench.code("conv1").replace("    use_bias=True,", "    use_bias=True,  # mine")
    changed = custom(digits, bench, mine)
    changed["components"]["conv1"]["settings"]["filters"] = 64
    later = Bench(changed, catalogue, profile)
    section = later.renderer.sections({})["conv1"]
    assert section.code is not None
    assert section.code.code == mine.replace("filters=16", "filters=64")
    assert section.found == ()


def test_conflict_is_told_and_the_hand_written_lines_stay(
    digits: dict[str, Any], bench: Bench, catalogue: Catalogue, profile: DatasetProfile
) -> None:
    mine = bench.code("conv1").replace("filters=16,", "filters=20 + 1,")
    changed = custom(digits, bench, mine)
    changed["components"]["conv1"]["settings"]["filters"] = 64
    section = Bench(changed, catalogue, profile).renderer.sections({})["conv1"]
    assert section.code is not None
    assert "filters=20 + 1," in section.code.code
    assert [(item.code, item.severity) for item in section.found] == [("code-conflict", "warning")]


@pytest.mark.parametrize(
    "text",
    [
        "not " * 20_000 + "x",
        "-" * 40_000 + "1",
        "(" * 5_000,
        "[" * 300 + "]" * 300,
        "x\0y",
        "if x:",
    ],
    ids=["not", "minus", "open", "nested", "nul", "cut"],
)
def test_code_that_the_parser_cannot_take_is_kept_and_found(bench: Bench, text: str) -> None:
    edit = bench.edit("conv1", text)
    assert edit.document.components["conv1"].code is not None
    renderer = Renderer(analyse(edit.document, bench.renderer.catalogue), bench.renderer.catalogue, "files")
    found = [item for section in renderer.sections({}).values() for item in section.found]
    assert {item.component for item in found} == {"conv1"}
