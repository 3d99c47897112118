"""Gestures on the canvas, by mouse and by keyboard, and what they do to the document that is saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.running import Glasswork

from .conftest import node, open_model, screenshot, settled
from .looks import at_rest

Model = Callable[..., str]


def graph(glasswork: Glasswork, model: str) -> dict[str, Any]:
    return glasswork.client.get(f"/models/{model}/graph")


def wires(glasswork: Glasswork, model: str) -> set[tuple[str, str]]:
    return {(item["from"], item["to"]) for item in graph(glasswork, model)["connections"]}


def center(locator: Any) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Any, start: tuple[float, float], end: tuple[float, float], release: bool = True) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 2, start[1], steps=2)
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=6)
    page.mouse.move(*end, steps=6)
    if release:
        page.mouse.up()


def port(page: Any, component: str, name: str) -> Any:
    return node(page, component).locator(f".react-flow__handle[data-handleid='{name}']")


def edge(page: Any, wire: str) -> Any:
    return page.locator(f".react-flow__edge[data-id='{wire}']")


def test_every_component_shows_its_preview_shape_parameters_and_state(page: Any, new_model: Model) -> None:
    open_model(page, new_model(template="digits"))
    nodes = page.locator("article[data-state='ok']")
    expect(nodes).to_have_count(page.locator("article").count())
    expect(nodes.locator("img, svg[role='img'], ol").first).to_be_visible()
    assert (
        page.locator("article").count()
        == page.locator("article :is(img, svg[role='img'], ol, [class*='scalar'])").count()
    )
    expect(page.get_by_text("8 × 8 × 1", exact=True).first).to_be_visible()
    expect(node(page, "conv1").get_by_text(re.compile(r"params"))).to_be_visible()
    page.emulate_media(color_scheme="dark")
    screenshot(page, "canvas-dark")
    page.emulate_media(color_scheme="light")
    screenshot(page, "canvas-light")


def test_the_palette_finds_what_others_call_it(page: Any, new_model: Model) -> None:
    open_model(page, new_model(template="digits"))
    for typed, title in {"Conv2D": "Convolution", "nn.Linear": "Dense", "MaxPool": "Pooling"}.items():
        page.get_by_label("Search components").fill(typed)
        expect(page.locator("[data-type]").first).to_have_text(title)


@pytest.mark.main
def test_space_adds_behind_the_selected_component_and_one_undo_takes_it_back(
    page: Any, new_model: Model, glasswork: Glasswork
) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    before = graph(glasswork, model)
    node(page, "dropout1").locator("header").click()
    page.keyboard.press("Space")
    page.keyboard.type("batch")
    page.keyboard.press("Enter")
    expect(node(page, "batchnormalization1")).to_be_visible()
    settled(page)
    assert ("dropout1.output", "batchnormalization1.input") in wires(glasswork, model)
    page.keyboard.press("Control+z")
    expect(node(page, "batchnormalization1")).to_have_count(0)
    settled(page)
    after = graph(glasswork, model)
    assert (after["components"].keys(), after["connections"]) == (before["components"].keys(), before["connections"])
    page.keyboard.press("Control+Shift+z")
    expect(node(page, "batchnormalization1")).to_be_visible()


def test_a_double_click_on_the_empty_canvas_adds_there(page: Any, new_model: Model) -> None:
    open_empty(page, new_model)
    page.mouse.dblclick(600, 400)
    page.keyboard.type("Conv2D")
    page.keyboard.press("Enter")
    expect(node(page, "convolution1")).to_be_visible()
    box = node(page, "convolution1").bounding_box()
    assert abs(box["x"] + box["width"] / 2 - 600) < 4


def test_a_wire_dropped_on_empty_space_offers_what_fits_in_one_step(
    page: Any, new_model: Model, glasswork: Glasswork
) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    drag(page, center(port(page, "image", "output")), (520, 760))
    expect(page.get_by_text("Connect image.output to…")).to_be_visible()
    page.keyboard.type("resize")
    page.keyboard.press("Enter")
    expect(node(page, "resize1")).to_be_visible()
    settled(page)
    assert ("image.output", "resize1.input") in wires(glasswork, model)
    page.keyboard.press("Control+z")
    expect(node(page, "resize1")).to_have_count(0)


def test_while_a_wire_is_drawn_legal_ports_are_lit_and_a_circle_is_refused(
    page: Any, new_model: Model, glasswork: Glasswork
) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    before = wires(glasswork, model)
    drag(page, center(port(page, "dense1", "output")), center(port(page, "conv1", "input")), release=False)
    expect(port(page, "dropout1", "input")).to_have_attribute("data-state", "legal")
    expect(port(page, "conv1", "input")).to_have_attribute("data-state", "illegal")
    page.mouse.up()
    settled(page)
    assert wires(glasswork, model) == before


def test_a_wire_between_two_ports_replaces_the_one_that_was_there(
    page: Any, new_model: Model, glasswork: Glasswork
) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    drag(page, center(port(page, "flatten1", "output")), center(port(page, "dropout1", "input")))
    expect(edge(page, "flatten1.output>dropout1.input")).to_have_count(1)
    settled(page)
    into = {source for source, target in wires(glasswork, model) if target == "dropout1.input"}
    assert into == {"flatten1.output"}


def test_a_component_dropped_on_a_wire_is_put_into_it(page: Any, new_model: Model, glasswork: Glasswork) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    page.mouse.dblclick(500, 800)
    page.keyboard.type("dropout")
    page.keyboard.press("Enter")
    expect(node(page, "dropout2")).to_be_visible()
    source, target = center(port(page, "flatten1", "output")), center(port(page, "dense1", "input"))
    grip = node(page, "dropout2").locator("header")
    middle = ((source[0] + target[0]) / 2, (source[1] + target[1]) / 2)
    drag(page, center(grip), middle)
    expect(edge(page, "dropout2.output>dense1.input")).to_have_count(1)
    settled(page)
    assert {("flatten1.output", "dropout2.input"), ("dropout2.output", "dense1.input")} <= wires(glasswork, model)
    assert ("flatten1.output", "dense1.input") not in wires(glasswork, model)


def test_delete_leaves_a_gap_and_healing_closes_it(page: Any, new_model: Model, glasswork: Glasswork) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    node(page, "dropout1").locator("header").click()
    page.keyboard.press("Delete")
    expect(node(page, "dropout1")).to_have_count(0)
    page.keyboard.press("Control+z")
    node(page, "dropout1").locator("header").click()
    page.keyboard.press("Control+Delete")
    expect(node(page, "dropout1")).to_have_count(0)
    settled(page)
    assert ("dense1.output", "digit_dense.input") in wires(glasswork, model)


def test_components_are_copied_into_another_model_in_another_tab(
    page: Any, context: Any, new_model: Model, glasswork: Glasswork
) -> None:
    open_model(page, new_model(template="digits"))
    node(page, "dense1").locator("header").click()
    node(page, "dropout1").locator("header").click(modifiers=["Shift"])
    page.keyboard.press("Control+c")
    expect(page.get_by_text("2 components copied")).to_be_visible()
    other = context.new_page()
    model = open_empty(other, new_model)
    other.locator(".react-flow__pane").click()
    other.keyboard.press("Control+v")
    expect(node(other, "dense1")).to_be_visible()
    settled(other)
    assert wires(glasswork, model) == {("dense1.output", "dropout1.input")}
    other.keyboard.press("Control+d")
    expect(node(other, "dense2")).to_be_visible()


def test_a_drag_is_one_step_of_undo_and_survives_a_reload(page: Any, new_model: Model, glasswork: Glasswork) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    before = graph(glasswork, model)["components"]["conv1"]["position"]
    x, y = center(node(page, "conv1").locator("header"))
    drag(page, (x, y), (x + 90, y - 120))
    page.reload()
    page.wait_for_selector("article[data-state='ok']")
    settled(page)
    moved = graph(glasswork, model)["components"]["conv1"]["position"]
    assert moved != before
    page.locator(".react-flow__pane").click(position={"x": 10, "y": 10})
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Undone: Move")).to_be_visible()
    settled(page)
    assert graph(glasswork, model)["components"]["conv1"]["position"] == before


def test_two_tabs_on_one_model_lose_no_edit(page: Any, context: Any, new_model: Model, glasswork: Glasswork) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    other = context.new_page()
    open_model(other, model)
    for tab, component in ((page, "flatten1"), (other, "dropout1")):
        node(tab, component).locator("header").click()
        tab.keyboard.press("Control+Delete")
    for tab in (page, other):
        expect(node(tab, "flatten1")).to_have_count(0)
        expect(node(tab, "dropout1")).to_have_count(0)
        settled(tab)
    assert graph(glasswork, model)["components"].keys().isdisjoint({"flatten1", "dropout1"})


def test_everything_is_reached_and_connected_by_keyboard(page: Any, new_model: Model, glasswork: Glasswork) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    node(page, "image").locator("header").click()
    page.keyboard.press("ArrowRight")
    expect(node(page, "image_normalize").locator("article")).to_have_attribute("data-selected", "true")
    page.keyboard.press("c")
    for _ in range(20):
        if port(page, "digit_dense", "input").get_attribute("data-aim"):
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(edge(page, "image_normalize.output>digit_dense.input")).to_have_count(1)
    settled(page)
    assert ("image_normalize.output", "digit_dense.input") in wires(glasswork, model)
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-inspector-first] :focus")).to_be_visible()


def test_groups_notes_and_alignment_are_kept(page: Any, new_model: Model, glasswork: Glasswork) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    node(page, "dense1").locator("header").click()
    node(page, "flatten1").locator("header").click(modifiers=["Shift"])
    page.keyboard.press("Control+g")
    page.get_by_label("Title of the group").fill("Head")
    page.locator(".react-flow__pane").click(position={"x": 10, "y": 10})
    page.keyboard.press("n")
    page.get_by_placeholder("Write a note").fill("Look here")
    page.locator(".react-flow__pane").click(position={"x": 10, "y": 10})
    expect(page.locator(".react-flow__node-note")).to_have_text("Look here")
    settled(page)
    kept = graph(glasswork, model)
    assert [(item["title"], sorted(item["components"])) for item in kept["groups"]] == [
        ("Head", ["dense1", "flatten1"])
    ]
    assert [item["text"] for item in kept["notes"]] == ["Look here"]
    screenshot(page, "canvas-group-note")


def tab_to(page: Any, component: str, keys: str = "Tab") -> None:
    """Press Tab until a node has the focus; the notes come first, then the components by their names."""
    for _ in range(page.locator(".react-flow__node").count()):
        if node(page, component).evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(keys)
    raise AssertionError(f"{keys} does not lead to {component}")


def test_keys_act_on_what_tab_has_led_to(page: Any, new_model: Model) -> None:
    open_model(page, new_model(template="digits"))
    count = page.locator("article").count()
    node(page, "conv1").locator("header").click()
    tab_to(page, "dropout1")
    expect(page.locator("article[data-selected='true']")).to_have_count(1)
    page.keyboard.press("b")
    expect(node(page, "dropout1").get_by_text("bypassed")).to_be_visible()
    # Of several that are selected together, each may have the focus.
    page.keyboard.press("Control+a")
    page.keyboard.press("Shift+Tab")
    expect(page.locator("article[data-selected='true']")).to_have_count(count)
    page.keyboard.press("Escape")
    tab_to(page, "dropout1")
    page.keyboard.press("Delete")
    expect(node(page, "dropout1")).to_have_count(0)
    expect(page.locator("article")).to_have_count(count - 1)


def test_a_note_is_kept_as_it_is_typed_and_opened_by_keyboard(
    page: Any, new_model: Model, glasswork: Glasswork
) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    page.keyboard.press("n")
    page.get_by_placeholder("Write a note").press_sequentially("Look")
    page.reload()
    note = page.locator(".react-flow__node-note")
    expect(note).to_have_text("Look")
    node(page, "conv1").locator("header").click()
    tab_to(page, str(note.get_attribute("data-id")), "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_placeholder("Write a note")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type(" here")
    page.keyboard.press("Escape")
    expect(note).to_be_focused()
    expect(note).to_have_text("Look here")
    settled(page)
    assert [item["text"] for item in graph(glasswork, model)["notes"]] == ["Look here"]


def test_a_preview_is_enlarged_with_its_figures_channels_and_other_rows(page: Any, new_model: Model) -> None:
    open_model(page, new_model(template="digits"))
    node(page, "conv1").get_by_role("button", name="Enlarge the preview of conv1").click()
    window = page.get_by_role("dialog")
    expect(window.get_by_text("16 of 32 channels")).to_be_visible()
    window.get_by_role("button", name="Next channel").click()
    expect(window.get_by_text("Channel 1 of 32")).to_be_visible()
    mean = window.locator("dt:text-is('Mean') + dd")
    before = mean.inner_text()
    row = window.get_by_label("Row", exact=True).last
    row.fill("5")
    row.press("Enter")
    expect(mean).not_to_have_text(before)
    window.get_by_role("combobox", name="Variable").click()
    page.get_by_role("option", name="kernel").click()
    expect(window.locator("dt:text-is('Shape') + dd")).to_have_text("3 × 3 × 1 × 32")
    screenshot(page, "preview")
    page.keyboard.press("Escape")
    expect(window).to_have_count(0)


def test_zoom_stays_a_number_whatever_is_done(page: Any, new_model: Model) -> None:
    open_empty(page, new_model)
    for keys in ["Shift+1", "Shift+2", "-", "-", "Shift+0", *["+"] * 20, *["-"] * 40, "Shift+1"]:
        page.keyboard.press(keys)
    at_rest(page)
    transform = page.locator(".react-flow__viewport").get_attribute("style")
    assert "NaN" not in transform
    scale = re.search(r"scale\(([\d.]+)\)", transform)
    assert scale is not None
    assert 0.05 < float(scale[1]) < 4


def open_empty(page: Any, new_model: Model) -> str:
    model = new_model(name="Empty")
    page.goto(f"/models/{model}")
    expect(page.get_by_text("An empty canvas")).to_be_visible()
    settled(page)
    return model


def test_a_bypassed_component_is_left_out_until_it_is_taken_in_again(
    page: Any, new_model: Model, glasswork: Glasswork
) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    node(page, "pool1").locator("header").click()
    page.keyboard.press("b")
    expect(node(page, "pool1").get_by_text("bypassed")).to_be_visible()
    expect(node(page, "flatten1").get_by_text("up to date")).to_be_visible()
    settled(page)
    document = graph(glasswork, model)
    assert document["components"]["pool1"]["bypassed"] is True
    code = glasswork.client.post("/code", {"graph": document})
    assert "pool1" not in code["components"]
    page.keyboard.press("Control+z")
    expect(node(page, "pool1").get_by_text("up to date")).to_be_visible()


def test_a_collapsed_component_is_only_as_tall_as_its_name(page: Any, new_model: Model) -> None:
    open_model(page, new_model(template="digits"))
    before = node(page, "conv1").bounding_box()["height"]
    node(page, "conv1").locator("header").click()
    page.keyboard.press("h")
    expect(node(page, "conv1").locator("img")).to_have_count(0)
    assert node(page, "conv1").bounding_box()["height"] < before / 3
