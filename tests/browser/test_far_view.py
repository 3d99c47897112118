"""A large graph from far away: one picture, which answers to mouse and keyboard like the components from near."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from benchmarks.graphs import chain
from tests.running import Glasswork

from .conftest import node, open_model, screenshot, settled, signed_in, trouble_of
from .looks import at_rest, in_themes

COUNT = 160
Place = tuple[float, float]

# Where a component lies in the window, by its place in the document: it may be no element of the page.
PLACE = """async ([model, id]) => {
  const graph = await (await fetch(`/api/v1/models/${model}/graph`)).json();
  const [x, y] = graph.components[id].position;
  const viewport = document.querySelector(".react-flow__viewport");
  const { a, e, f } = new DOMMatrixReadOnly(getComputedStyle(viewport).transform);
  const box = document.querySelector(".react-flow").getBoundingClientRect();
  return [box.x + e + (x + 92) * a, box.y + f + (y + 60) * a];
}"""

COLOURS = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}"""


@pytest.fixture(scope="module")
def model(glasswork: Glasswork) -> str:
    """A large graph."""
    return str(glasswork.client.post("/models", {"graph": chain(COUNT), "name": "Far view"})["id"])


@pytest.fixture(scope="module")
def opened(browser: Any, glasswork: Glasswork, model: str) -> Iterator[Any]:
    """One page for all: it takes its time to open, and each test undoes what it does."""
    with signed_in(browser, glasswork) as page:
        open_model(page, model)
        expect(page.locator(f"canvas[data-blocks='{COUNT}']")).to_be_visible()
        yield page


@pytest.fixture
def page(opened: Any) -> Iterator[Any]:
    """The graph wholly in sight, with nothing selected."""
    trouble = trouble_of(opened)
    opened.locator("[data-canvas]").focus()
    opened.keyboard.press("Escape")
    expect(opened.locator(f"canvas[data-blocks='{COUNT}']")).to_be_visible()
    expect(selected(opened)).to_have_count(0)
    at_rest(opened)
    yield opened
    assert not trouble, trouble


def place(page: Any, model: str, component: str) -> Place:
    x, y = page.evaluate(PLACE, [model, component])
    return x, y


def selected(page: Any) -> Any:
    return page.locator(".react-flow__node.selected")


def positions(glasswork: Glasswork, model: str) -> dict[str, list[int]]:
    components = glasswork.client.get(f"/models/{model}/graph")["components"]
    return {id: component["position"] for id, component in components.items()}


def line(glasswork: Glasswork, model: str) -> list[str]:
    """Five components of a chain that lie in one line, clear of its ends."""
    places = positions(glasswork, model)
    row = sorted((id for id in places if places[id][1] == places["dense50"][1]), key=lambda id: places[id][0])
    return row[2:7]


def drag(page: Any, start: Place, end: Place) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 3, start[1] + 1)
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def test_the_picture_answers_to_mouse_and_keyboard_like_components_from_near(page: Any, model: str) -> None:
    assert 0 < page.locator(".react-flow__node").count() < 10
    assert page.locator(".react-flow__edge").count() < 10
    a_click_selects_and_a_double_click_opens(page, model)
    tab_goes_through_the_components_and_the_arrows_lead_to_neighbours(page, model)
    everything_can_be_selected(page)


def a_click_selects_and_a_double_click_opens(page: Any, model: str) -> None:
    page.mouse.click(*place(page, model, "dense20"))
    expect(selected(page)).to_have_attribute("data-id", "dense20")
    page.mouse.click(*place(page, model, "dense90"))
    expect(selected(page)).to_have_attribute("data-id", "dense90")
    page.get_by_role("button", name="Inspector", exact=True).click()
    page.mouse.dblclick(*place(page, model, "dense21"))
    expect(page.get_by_label("Name", exact=True)).to_have_value("dense21")
    at_rest(page)
    page.mouse.click(*(value - 12 for value in place(page, model, "image")))
    expect(selected(page)).to_have_count(0)


def tab_goes_through_the_components_and_the_arrows_lead_to_neighbours(page: Any, model: str) -> None:
    page.mouse.click(*place(page, model, "dense30"))
    node(page, "dense30").focus()
    for keys, component in {"Tab": "dense31", "Tab again": "dense32", "Shift+Tab": "dense31"}.items():
        page.keyboard.press(keys.removesuffix(" again"))
        expect(page.locator(f".react-flow__node[data-id='{component}']:focus")).to_have_count(1)
    expect(node(page, "dense31")).to_contain_text("dense31")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    expect(selected(page)).to_have_count(1)


def everything_can_be_selected(page: Any) -> None:
    page.locator("[data-canvas]").focus()
    page.keyboard.press("Control+a")
    expect(page.get_by_text(f"{COUNT} components").first).to_be_visible()
    assert page.locator(".react-flow__node").count() < 10


def test_a_drag_moves_one_component_and_one_undo_takes_it_back(page: Any, model: str, glasswork: Glasswork) -> None:
    before = positions(glasswork, model)
    x, y = place(page, model, "dense40")
    drag(page, (x, y), (x + 30, y + 8))
    settled(page)
    after = positions(glasswork, model)
    assert {id for id in before if before[id] != after[id]} == {"dense40"}
    assert after["dense40"][0] - before["dense40"][0] > 100
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Undone: Move")).to_be_visible()
    settled(page)
    assert positions(glasswork, model) == before


def test_a_box_selects_and_what_it_selected_moves_together(page: Any, model: str, glasswork: Glasswork) -> None:
    before = positions(glasswork, model)
    first, *others, last, _ = line(glasswork, model)
    (left, top), (right, bottom) = place(page, model, first), place(page, model, last)
    page.keyboard.down("Shift")
    scale = (right - left) / 780
    drag(page, (left - 110 * scale, top - 80 * scale), (right + 110 * scale, bottom + 110 * scale))
    page.keyboard.up("Shift")
    expect(page.get_by_role("heading", name="4 components")).to_be_visible()
    screenshot(page, "far-view-selection")
    drag(page, (left, top), (left + 40, top + 3))
    settled(page)
    after = positions(glasswork, model)
    assert {id for id in before if before[id] != after[id]} == {first, *others, last}
    page.keyboard.press("Control+z")
    expect(page.get_by_text("Undone: Move")).to_be_visible()
    settled(page)
    assert positions(glasswork, model) == before


def test_the_menu_and_the_delete_key_act_on_what_is_pointed_at(page: Any, model: str) -> None:
    page.mouse.click(*place(page, model, "dense60"), button="right")
    expect(page.get_by_role("menu")).to_be_visible()
    expect(selected(page)).to_have_attribute("data-id", "dense60")
    page.keyboard.press("Escape")
    page.keyboard.press("Delete")
    expect(page.locator(f"canvas[data-blocks='{COUNT - 1}']")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.locator(f"canvas[data-blocks='{COUNT}']")).to_be_visible()


def test_a_wire_is_selected_by_a_click_near_it(page: Any, model: str, glasswork: Glasswork) -> None:
    one, other, *_ = line(glasswork, model)
    (left, y), (right, _) = place(page, model, one), place(page, model, other)
    scale = (right - left) / 260
    page.mouse.click((left + right) / 2, y - 42 * scale + 3)
    expect(page.locator(".react-flow__edge.selected")).to_have_attribute("data-id", f"{one}.output>{other}.input")
    page.keyboard.press("Delete")
    expect(page.locator(".react-flow__edge.selected")).to_have_count(0)
    settled(page)
    wires = glasswork.client.get(f"/models/{model}/graph")["connections"]
    assert {"from": f"{one}.output", "to": f"{other}.input"} not in wires
    assert len(wires) == COUNT - 2
    page.keyboard.press("Control+z")
    settled(page)
    assert len(glasswork.client.get(f"/models/{model}/graph")["connections"]) == COUNT - 1


def test_it_is_drawn_in_both_themes_and_for_fine_screens_until_somebody_comes_near(
    browser: Any, glasswork: Glasswork, model: str
) -> None:
    with signed_in(browser, glasswork, device_scale_factor=2) as page:
        open_model(page, model)
        canvas = page.locator("canvas[data-blocks]")
        box = canvas.bounding_box()
        assert canvas.evaluate("canvas => [canvas.width, canvas.height]") == [2 * box["width"], 2 * box["height"]]
        drawn = {}
        for theme in in_themes(page):
            screenshot(page, f"far-view-{theme}")
            drawn[theme] = canvas.evaluate("canvas => canvas.toDataURL()")
            assert canvas.evaluate(COLOURS) > 3
        assert drawn["light"] != drawn["dark"]
        page.locator("[data-canvas]").focus()
        page.keyboard.press("Shift+0")
        expect(page.locator("canvas[data-blocks]")).to_have_count(0)
        expect(page.locator("article footer").first).to_be_visible()
