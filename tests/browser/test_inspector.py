"""What is selected: its settings, its code; what is wrong with the model, and how it is mended."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.running import ROOT

from .conftest import node, open_model, screenshot, settled

Model = Callable[..., str]
TEMPLATE = ROOT / "services/registry/src/glasswork_registry/templates/digits_images.json"


@pytest.fixture
def digits(page: Any, new_model: Model) -> Any:
    """The page with the digits template open, and its first convolution selected."""
    open_model(page, new_model(name="Digits", template="digits_images"))
    node(page, "edges").get_by_text("edges", exact=True).click()
    inspector(page).get_by_role("spinbutton", name="Filters").wait_for()
    return page


def inspector(page: Any) -> Any:
    return page.get_by_role("region", name="Inspector")


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether two boxes of a page share any of it."""
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "width"), ("y", "height"))
    )


def write(page: Any, text: str) -> None:
    """Replace the code of the component as a person does, and wait until it was taken in."""
    inspector(page).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)
    settled(page)


def test_the_form_shows_where_a_value_comes_from_and_gives_it_back(digits: Any) -> None:
    field = inspector(digits).get_by_role("spinbutton", name="Filters")
    expect(field).to_have_value("16")
    setting = field.locator("xpath=ancestor::*[@data-origin]")
    expect(setting).to_have_attribute("data-origin", "suggested")
    screenshot(digits, "inspector-settings")
    field.fill("2 * 12")
    field.press("Enter")
    settled(digits)
    expect(setting).to_have_attribute("data-origin", "set")
    node(digits, "edges").get_by_text("24").first.wait_for()
    setting.get_by_role("button", name="Reset to 16").click()
    expect(field).to_have_value("16")


def test_undo_is_the_pages_in_a_field_whose_number_was_taken(digits: Any) -> None:
    filters = inspector(digits).get_by_role("spinbutton", name="Filters")
    kernel = inspector(digits).get_by_role("textbox", name="Kernel size")
    for field, typed, before in ((filters, "24", "16"), (kernel, "5, 5", "3, 3")):
        setting = field.locator("xpath=ancestor::*[@data-origin]")
        field.fill(typed)
        field.press("Enter")
        expect(setting).to_have_attribute("data-origin", "set")
        # The second time there is nothing left to undo, for the browser neither.
        for _ in range(2):
            field.press("Control+z")
            expect(field).to_have_value(before)
            expect(setting).not_to_have_attribute("data-origin", "set")
        field.press("Control+Shift+z")
        expect(field).to_have_value(typed)
        digits.keyboard.press("Control+a")
        digits.keyboard.insert_text("7")
        field.press("Control+z")
        expect(field).to_have_value(typed)
        field.press("Escape")
        field.press("Control+z")
        expect(field).to_have_value(before)
    node(digits, "edges").locator("header").click()
    settled(digits)
    expect(filters).to_have_value("16")


def test_a_text_is_set_while_it_is_typed(digits: Any) -> None:
    node(digits, "train").locator("header").click()
    inspector(digits).get_by_role("button", name="more").click()
    inspector(digits).get_by_role("textbox", name="Monitor").fill("accuracy")
    digits.reload()
    node(digits, "train").locator("header").click()
    expect(inspector(digits).get_by_role("textbox", name="Monitor")).to_have_value("accuracy")


def test_dragging_a_number_runs_what_follows_and_nothing_else(page: Any, new_model: Model) -> None:
    told: list[dict[str, Any]] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: told.append(json.loads(frame))))
    digits = page
    open_model(digits, new_model(name="Digits", template="digits_images"))
    node(digits, "edges").get_by_text("edges", exact=True).click()
    inspector(digits).get_by_role("spinbutton", name="Filters").wait_for()
    expect(digits.locator("article[data-state='ok']")).to_have_count(digits.locator("article").count())
    settled(digits)
    told.clear()
    field = inspector(digits).get_by_role("spinbutton", name="Filters")
    box = field.bounding_box()
    digits.mouse.move(box["x"] + 40, box["y"] + 10)
    digits.mouse.down()
    for step in range(1, 9):
        digits.mouse.move(box["x"] + 40 + 8 * step, box["y"] + 10)
    digits.mouse.up()
    settled(digits)
    expect(field).to_have_value("24")
    node(digits, "edges").get_by_text("24").first.wait_for()
    expect(digits.locator("article[data-state='ok']")).to_have_count(digits.locator("article").count())
    previews = [item["components"] for item in told if item["kind"] == "preview"]
    ran = {name for part in previews for name, preview in part.items() if not preview["cached"]}
    assert {"edges", "shapes"} <= ran
    assert ran.isdisjoint({"image", "scale", "digit"})
    digits.get_by_role("button", name="Undo").click()
    settled(digits)
    expect(field).to_have_value("16")
    digits.get_by_role("button", name="Redo").click()
    expect(field).to_have_value("24")


@pytest.mark.main
def test_code_moves_a_setting_and_errors_stand_on_their_line(digits: Any) -> None:
    inspector(digits).get_by_role("tab", name="Code").click()
    editor = inspector(digits).locator(".cm-content")
    editor.wait_for()
    code = editor.inner_text()
    assert "filters=16" in code or "16," in code
    write(digits, code.replace("16", "32", 1))
    inspector(digits).get_by_role("tab", name="Settings").click()
    expect(inspector(digits).get_by_role("spinbutton", name="Filters")).to_have_value("32")
    inspector(digits).get_by_role("tab", name="Code").click()
    write(digits, "class Edges(keras.Layer):\n    def call(self, x):\n        return x +\n")
    inspector(digits).get_by_text("Line 3:").wait_for()
    screenshot(digits, "inspector-code-error")
    write(digits, "class Edges(keras.Layer):\n    def call(self, x):\n        y = x\n        return y / missing\n")
    inspector(digits).get_by_text("Line 4:").wait_for()
    inspector(digits).get_by_role("button", name="Back to the template").click()
    settled(digits)
    node(digits, "edges").locator("article[data-state='ok']").wait_for()


def test_an_enlarged_preview_leaves_the_one_behind_it_alive(digits: Any) -> None:
    field = inspector(digits).get_by_role("spinbutton", name="Filters")
    field.fill("24")
    field.press("Enter")
    settled(digits)
    inspector(digits).get_by_role("tab", name="Preview").click()
    inspector(digits).get_by_role("combobox", name="Variable").click()
    digits.get_by_role("option", name="kernel").click()
    shape = inspector(digits).locator("dt:text-is('Shape') + dd")
    expect(shape).to_have_text("3 × 3 × 1 × 24")
    node(digits, "edges").get_by_role("button", name="Enlarge the preview of edges").click()
    row = digits.get_by_role("dialog").get_by_role("spinbutton", name="Row")
    row.fill("5")
    row.press("Enter")
    digits.keyboard.press("Escape")
    expect(inspector(digits).get_by_role("spinbutton", name="Row")).to_have_value("5")
    undo(digits)
    expect(shape).to_have_text("3 × 3 × 1 × 16")


def custom_code(page: Any) -> str:
    """The code of the component, as the editor has it."""
    code: str = inspector(page).locator(".cm-content").inner_text()
    return code


def undo(page: Any) -> None:
    page.get_by_role("button", name="Undo").click()
    settled(page)


def test_where_template_and_custom_code_part_each_way_out_is_offered_and_undone(digits: Any) -> None:
    inspector(digits).get_by_role("tab", name="Code").click()
    inspector(digits).locator(".cm-content").wait_for()
    mine = "filters=16,  # as many as edges"
    write(digits, custom_code(digits).replace("filters=16,", mine))
    inspector(digits).get_by_role("tab", name="Settings").click()
    field = inspector(digits).get_by_role("spinbutton", name="Filters")
    field.fill("24")
    field.press("Enter")
    settled(digits)
    conflict = inspector(digits).get_by_role("group", name="Place 1")
    go = inspector(digits).get_by_role("button", name="Use this code")
    inspector(digits).get_by_role("tab", name="Code").click()
    conflict.wait_for()
    assert conflict.locator("pre").all_inner_texts() == ["    filters=16,", f"    {mine}", "    filters=24,"]
    expect(go).to_be_disabled()
    screenshot(digits, "inspector-conflict")
    digits.reload()
    node(digits, "edges").get_by_text("edges", exact=True).click()
    inspector(digits).get_by_role("tab", name="Code").click()
    for choice, kept in {
        "Keep mine": [mine],
        "Keep both": [mine, "filters=24,"],
        "Take the template's": ["filters=24,"],
    }.items():
        conflict.get_by_role("button", name=choice).click()
        go.click()
        inspector(digits).locator(".cm-content").wait_for()
        settled(digits)
        lines = [line.strip() for line in custom_code(digits).splitlines()]
        assert [line for line in lines if line.startswith("filters")] == kept
        assert [line for line in lines if line.startswith("kernel_size")] == ["kernel_size=(3, 3),"]
        undo(digits)
        conflict.wait_for()
    undo(digits)
    expect(inspector(digits).locator(".cm-content")).to_contain_text(mine)
    undo(digits)
    expect(inspector(digits).locator(".cm-content")).not_to_contain_text(mine)
    inspector(digits).get_by_text("From the template").wait_for()


def test_a_column_that_is_read_otherwise_has_the_figures_of_its_new_type(digits: Any) -> None:
    node(digits, "digit").locator("header").click()
    panel = inspector(digits)
    panel.get_by_text("10 classes: 0, 1, 2").wait_for()
    panel.get_by_role("combobox", name="Read as").click()
    digits.get_by_role("option", name="numerical").click()
    expect(panel.get_by_text("10 classes")).to_have_count(0)
    panel.get_by_text("mean", exact=True).wait_for()
    settled(digits)
    # What follows the data follows it: one value instead of ten classes.
    node(digits, "answer").get_by_text("linear").wait_for()
    undo(digits)
    panel.get_by_text("10 classes: 0, 1, 2").wait_for()


def test_a_fix_shows_what_it_changes_before_it_is_kept(page: Any, new_model: Model) -> None:
    graph = json.loads(TEMPLATE.read_text())["graph"]
    del graph["components"]["flat"]
    graph["connections"] = [item for item in graph["connections"] if "flat." not in item["from"] + item["to"]]
    graph["connections"].append({"from": "smaller.output", "to": "hidden.input"})
    open_model(page, new_model(name="Unflattened", graph=graph))
    page.keyboard.press("Control+Shift+m")
    problems = page.get_by_role("region", name="Problems")
    fix = problems.get_by_role("button", name="Fix:").first
    fix.wait_for()
    expect(node(page, "hidden").get_by_title("Insert a Flatten")).to_be_visible()
    screenshot(page, "problems")
    before = page.locator(".react-flow__node article").count()
    fix.click()
    problems.get_by_text("adds ").wait_for()
    settled(page)
    screenshot(page, "problems-fix")
    expect(page.locator(".react-flow__node article")).to_have_count(before + 1)
    boxes = [item.bounding_box() for item in page.locator(".react-flow__node article").all()]
    assert not [1 for one, other in itertools.combinations(boxes, 2) if overlap(one, other)]
    problems.get_by_role("button", name="Take it back").click()
    settled(page)
    expect(page.locator(".react-flow__node article")).to_have_count(before)
    problems.get_by_role("button", name="Fix:").first.click()
    problems.get_by_role("button", name="Keep it").click()
    settled(page)
    problems.get_by_text("0 errors").wait_for()
    page.get_by_role("button", name="Undo").click()
    settled(page)
    expect(page.locator(".react-flow__node article")).to_have_count(before)


def test_program_and_cost_stand_below_the_canvas(digits: Any) -> None:
    digits.get_by_role("button", name="Code", exact=True).click()
    program = digits.get_by_role("region", name="Code")
    program.locator(".cm-marked").first.wait_for()
    expect(program.locator(".cm-marked").first).to_contain_text("edges")
    screenshot(digits, "drawer-program")
    program.get_by_role("tab", name="Cost").click()
    program.get_by_role("row", name="edges").get_by_text("160").wait_for()
    screenshot(digits, "drawer-cost")
