"""What goes wrong in the hands of people: garbage on the clipboard, files in the wrong place, odd numbers and names."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.running import Glasswork

from .conftest import node, open_model, screenshot, settled
from .test_canvas import graph
from .test_inspector import inspector, undo
from .test_start import drop

Model = Callable[..., str]


@pytest.fixture
def digits(page: Any, new_model: Model) -> Any:
    open_model(page, new_model(template="digits"))
    node(page, "conv1").locator("header").click()
    return page


def test_what_is_no_component_is_not_pasted_and_said(digits: Any) -> None:
    before = digits.locator("article").count()
    digits.evaluate("text => navigator.clipboard.writeText(text)", "not json")
    digits.keyboard.press("Control+v")
    expect(digits.get_by_text("The clipboard holds no components")).to_be_visible()
    expect(digits.locator("article")).to_have_count(before)


def test_without_a_clipboard_a_copy_is_refused_in_a_sentence_and_the_keys_still_do_it(
    page: Any, new_model: Model
) -> None:
    # As a browser is where the page comes over plain http under the name of a host.
    page.add_init_script("delete Crypto.prototype.randomUUID; delete Navigator.prototype.clipboard")
    open_model(page, new_model(template="digits"))
    node(page, "conv1").locator("header").click(button="right")
    page.get_by_role("menuitem", name="Copy").click()
    expect(page.get_by_text("does not let Glasswork use the clipboard: press Ctrl+C on the canvas")).to_be_visible()
    expect(page.get_by_text("1 component copied")).to_have_count(0)
    page.keyboard.press("Control+c")
    expect(page.get_by_text("1 component copied")).to_be_visible()
    page.keyboard.press("Control+g")
    expect(page.get_by_label("Title of the group")).to_be_visible()
    page.locator(".react-flow__pane").click(position={"x": 10, "y": 10})
    page.keyboard.press("n")
    expect(page.get_by_placeholder("Write a note")).to_be_visible()
    page.get_by_role("button", name="Code", exact=True).click()
    page.get_by_role("region", name="Code").get_by_role("button", name="Copy").click()
    expect(page.get_by_text("download model.py, or select the program and press Ctrl+C")).to_be_visible()


MINE = "class Conv1(keras.Layer):\n    def call(self, x):\n        return x * 2.0\n"


def code(page: Any) -> Any:
    """The editor of the code of conv1."""
    node(page, "conv1").locator("header").click()
    inspector(page).get_by_role("tab", name="Code").click()
    return inspector(page).locator(".cm-content")


def write_code(page: Any) -> None:
    code(page).click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(MINE)


def test_code_that_nobody_answers_for_is_kept_until_somebody_does(digits: Any) -> None:
    digits.route("**/api/v1/code/edit", lambda route: route.abort())
    write_code(digits)
    expect(inspector(digits).get_by_text("Glasswork does not answer")).to_be_visible()
    node(digits, "dense1").locator("header").click()
    expect(code(digits)).to_contain_text("x * 2.0")
    digits.reload()
    expect(code(digits)).to_contain_text("x * 2.0")
    digits.unroute("**/api/v1/code/edit")
    expect(inspector(digits).get_by_text("Your code")).to_be_visible()
    expect(inspector(digits).get_by_text("Glasswork does not answer")).to_have_count(0)
    expect(code(digits)).to_contain_text("x * 2.0")


def test_code_typed_just_before_the_model_is_left_is_saved(page: Any, new_model: Model, glasswork: Glasswork) -> None:
    model = new_model(name="Left in a hurry", template="digits")
    page.goto("/")
    page.get_by_role("link", name="Left in a hurry").click()
    settled(page)
    write_code(page)
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.url.endswith("/graph")):
        page.go_back()
    assert "x * 2.0" in graph(glasswork, model)["components"]["conv1"]["code"]["text"]


def test_a_fragment_that_would_break_the_model_is_refused_with_its_place(digits: Any) -> None:
    before = digits.locator("article").count()
    broken = {"type": "core.dense", "settings": {}, "ports": {"inputs": 7}}
    content = json.dumps({"glasswork": 1, "components": {"a": broken}, "connections": []})
    digits.evaluate("text => navigator.clipboard.writeText(text)", content)
    digits.keyboard.press("Control+v")
    expect(digits.get_by_text("components.a.ports.inputs is not as Glasswork copies it")).to_be_visible()
    expect(digits.locator("article")).to_have_count(before)


def test_a_model_that_cannot_be_saved_says_why_and_becomes_no_version(digits: Any, glasswork: Glasswork) -> None:
    model = digits.url.rpartition("/")[2]
    why = "The model document has a bad value at components.conv1.settings: it is nothing that anybody would save."
    refusal = {"status": 422, "content_type": "application/problem+json", "body": json.dumps({"detail": why})}
    digits.route(
        f"**/models/{model}/graph",
        lambda route: route.fulfill(**refusal) if route.request.method == "PUT" else route.continue_(),
    )
    field = inspector(digits).get_by_role("spinbutton", name="Filters")
    field.fill("21")
    field.press("Enter")
    expect(digits.get_by_role("status").filter(has_text=f"Cannot be saved: {why}")).to_be_in_viewport(ratio=1)
    digits.get_by_role("button", name="Training", exact=True).click()
    digits.get_by_role("tab", name="Versions").click()
    digits.get_by_label("What is it?").fill("Twenty-one")
    digits.get_by_role("button", name="Save a version").click()
    expect(digits.get_by_text(f"No version is saved, as the model itself cannot be: {why}")).to_be_visible()
    screenshot(digits, "save-refused")
    assert glasswork.client.get(f"/models/{model}/versions")["items"] == []


def test_a_number_that_json_cannot_tell_is_held_to_what_can_be_saved(digits: Any, glasswork: Glasswork) -> None:
    node(digits, "train").locator("header").click()
    inspector(digits).get_by_role("button", name="more setting").click()
    steps = inspector(digits).get_by_role("spinbutton", name="Decay steps")
    steps.fill("1e18")
    steps.press("Enter")
    expect(steps).to_have_value(str(2**53 - 1))
    settled(digits)
    graph = glasswork.client.get(f"/models/{digits.url.rpartition('/')[2]}/graph")
    assert graph["components"]["train"]["settings"]["decay_steps"] == 2**53 - 1
    data = graph["dataset"]
    rows = round(glasswork.client.get(f"/datasets/{data['hash']}")["rows"] * data["split"]["train"])
    node(digits, "conv1").locator("header").click()
    inspector(digits).get_by_role("tab", name="Preview").click()
    row = inspector(digits).get_by_role("spinbutton", name="Row")
    expect(row).to_have_attribute("aria-valuemax", str(rows))
    row.fill("1e18")
    row.press("Enter")
    expect(row).to_have_value(str(rows))
    settled(digits)
    assert digits.locator("footer [data-tone='err']").count() == 0
    assert digits.locator("[data-error='true']").count() == 0


def test_a_file_dropped_on_the_canvas_leaves_the_model_open_and_says_where_it_goes(digits: Any) -> None:
    drop(digits, "notes.csv", b"a,b\n1,2\n")
    expect(digits.get_by_text("taken in on the page of the models")).to_be_visible()
    expect(node(digits, "conv1")).to_be_visible()


def test_odd_numbers_are_held_to_what_the_setting_allows(digits: Any) -> None:
    field = inspector(digits).get_by_role("spinbutton", name="Filters")
    for typed, expected in {"1e308": "65536", "1/0": "65536", "3*(4+1)": "15"}.items():
        field.fill(typed)
        field.press("Enter")
        expect(field).to_have_value(expected)
    expect(digits.get_by_text("“1/0” is no number; Filters stays as it was")).to_be_visible()


def test_a_name_that_python_cannot_have_is_refused_with_the_rule(digits: Any, glasswork: Glasswork) -> None:
    field = inspector(digits).get_by_role("textbox", name="Name")
    field.fill("class")
    expect(inspector(digits).get_by_role("alert")).to_contain_text("no word of Python")
    field.fill("dense1")
    expect(inspector(digits).get_by_role("alert")).to_contain_text("already")
    field.fill("first")
    field.press("Enter")
    expect(node(digits, "first")).to_be_visible()
    undo(digits)
    expect(node(digits, "conv1")).to_be_visible()


def test_a_part_of_the_page_that_could_not_be_fetched_is_fetched_again_when_asked_for(
    context: Any, new_model: Model
) -> None:
    page = context.new_page()
    open_model(page, new_model(template="digits"))
    page.route("**/assets/ModelCode-*", lambda route: route.abort())
    page.get_by_role("button", name="Code", exact=True).click()
    page.get_by_text("This part of the page failed").wait_for()
    page.unroute("**/assets/ModelCode-*")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector("article[data-state]")
    page.get_by_role("button", name="Code", exact=True).click()
    page.get_by_role("region", name="Code").locator(".cm-content").wait_for()


def test_columns_with_names_of_python_and_other_scripts_make_a_model_that_runs(
    page: Any, new_model: Model, glasswork: Glasswork
) -> None:
    page.goto("/datasets")
    page.get_by_role("heading", name="Datasets", exact=True).wait_for()
    rows = "".join(f"{row / 7:.3f},{row % 5},{'赤白桃'[row % 3]},{'да' if row % 2 else 'нет'}\n" for row in range(90))
    drop(page, "keywords.csv", f"class,None,名前,import\n{rows}".encode())
    page.wait_for_url("**/datasets/*")
    expect(page.get_by_role("rowheader")).to_have_text(["class", "None", "名前", "import"])
    page.get_by_role("group", name="Role of import").get_by_text("Predict").click()
    page.get_by_role("button", name="Create the model").click()
    page.wait_for_selector("article[data-state]")
    expect(page.locator("article[data-state='ok']")).to_have_count(page.locator("article").count())
    settled(page)
    assert page.locator("[data-error='true']").count() == 0
