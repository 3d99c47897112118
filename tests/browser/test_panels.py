"""The panels around the canvas: resized by hand, and on narrow windows slid over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.running import Glasswork

from .conftest import open_model, screenshot, signed_in
from .looks import at_rest, overlaps

Model = Callable[..., str]
EDGE = "Size of the panel "


def edge(page: Any, title: str) -> Any:
    return page.get_by_role("separator", name=f"{EDGE}{title}", exact=True)


def region(page: Any, title: str) -> Any:
    return page.get_by_role("region", name=title, exact=True)


def width(page: Any, title: str) -> int:
    return int(region(page, title).bounding_box()["width"])


def drag(page: Any, title: str, x: int = 0, y: int = 0) -> None:
    box = edge(page, title).bounding_box()
    left, top = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + x / 2, top + y / 2)
    page.mouse.move(left + x, top + y)
    page.mouse.up()


def test_palette_and_inspector_are_resized_by_mouse_and_keys_and_stay_so(page: Any, new_model: Model) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    palette, inspector = width(page, "Components"), width(page, "Inspector")
    drag(page, "Components", x=70)
    assert width(page, "Components") == palette + 70
    drag(page, "Inspector", x=-50)
    assert width(page, "Inspector") == inspector + 50
    edge(page, "Inspector").focus()
    page.keyboard.press("ArrowRight")
    assert width(page, "Inspector") == inspector + 34
    expect(edge(page, "Inspector")).to_have_attribute("aria-valuenow", str(inspector + 34))
    open_model(page, model)
    assert (width(page, "Components"), width(page, "Inspector")) == (palette + 70, inspector + 34)
    edge(page, "Components").dblclick()
    edge(page, "Inspector").press("Enter")
    assert (width(page, "Components"), width(page, "Inspector")) == (palette, inspector)


def test_a_panel_keeps_a_useful_size_and_leaves_room_for_the_canvas(page: Any, new_model: Model) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    open_model(page, new_model(template="digits"))
    drag(page, "Components", x=600)
    drag(page, "Inspector", x=-800)
    canvas = page.get_by_role("region", name="Model graph").bounding_box()
    assert canvas["width"] > 320
    assert overlaps(page) == []
    edge(page, "Inspector").press("Home")
    edge(page, "Components").press("Home")
    assert overlaps(page) == []
    assert width(page, "Inspector") == 280
    assert width(page, "Components") == 168


def test_the_drawer_below_keeps_the_height_that_it_was_given(page: Any, new_model: Model) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    page.get_by_role("button", name="Code", exact=True).click()
    before = region(page, "Code").bounding_box()["height"]
    drag(page, "Code", y=-80)
    assert region(page, "Code").bounding_box()["height"] == pytest.approx(before + 80, abs=1)
    edge(page, "Code").press("ArrowDown")
    open_model(page, model)
    page.get_by_role("button", name="Code", exact=True).click()
    assert region(page, "Code").bounding_box()["height"] == pytest.approx(before + 64, abs=1)
    edge(page, "Code").dblclick()
    assert region(page, "Code").bounding_box()["height"] == pytest.approx(before, abs=1)


NARROW = (390, 600, 820)


@contextmanager
def hand_held(browser: Any, glasswork: Glasswork, width: int) -> Iterator[Any]:
    """A page on a telephone or a small tablet."""
    size = {"width": width, "height": 844}
    with signed_in(browser, glasswork, viewport=size, has_touch=True, is_mobile=True) as page:
        yield page


@pytest.fixture
def handheld(browser: Any, glasswork: Glasswork) -> Iterator[Any]:
    """A page on a telephone, which becomes a small tablet where a test widens it."""
    with hand_held(browser, glasswork, NARROW[0]) as page:
        yield page


def widened(page: Any) -> Iterator[int]:
    """Show a page on a telephone and on small tablets."""
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_function("width => innerWidth === width", arg=width)
        at_rest(page)
        yield width


def test_on_a_narrow_window_the_panels_slide_over_the_canvas(handheld: Any, new_model: Model) -> None:
    page = handheld
    open_model(page, new_model(template="digits"))
    for screen in widened(page):
        assert overlaps(page) == [], screen
        canvas = page.get_by_role("region", name="Model graph").bounding_box()
        assert canvas["width"] == screen
        screenshot(page, f"narrow-{screen}")
        page.get_by_role("button", name="Components", exact=True).tap()
        expect(region(page, "Components")).to_be_in_viewport(ratio=1)
        page.get_by_role("button", name="Inspector", exact=True).tap()
        expect(region(page, "Inspector")).to_be_in_viewport(ratio=1)
        expect(region(page, "Components")).to_have_count(0)
        page.touchscreen.tap(20, 500)
        expect(region(page, "Inspector")).to_have_count(0)
        page.locator(".react-flow__node[data-id='conv1']").tap(position={"x": 8, "y": 8})
        page.get_by_role("button", name="Inspector", exact=True).tap()
        region(page, "Inspector").get_by_role("spinbutton", name="Filters").wait_for()
        screenshot(page, f"narrow-inspector-{screen}")
        assert page.evaluate("document.documentElement.scrollWidth") == screen
        page.touchscreen.tap(20, 500)
        expect(region(page, "Inspector")).to_have_count(0)
    page.set_viewport_size({"width": 1200, "height": 844})
    expect(region(page, "Components")).to_be_visible()


def test_on_a_narrow_window_the_start_is_read_whole(handheld: Any, glasswork: Glasswork) -> None:
    dataset = glasswork.client.post("/datasets", {"example": "wine"})["id"]
    told = []
    for name, address in {"start": "/", "datasets": "/datasets", "dataset": f"/datasets/{dataset}"}.items():
        handheld.goto(address)
        handheld.get_by_role("heading").nth(1 if name == "dataset" else 0).wait_for()
        for screen in widened(handheld):
            screenshot(handheld, f"narrow-{name}-{screen}")
            wide = handheld.evaluate("document.documentElement.scrollWidth")
            told += [f"{name} is {wide} px wide in a window of {screen}"] * (wide != screen)
            told += [f"{name}, {screen} px: {item}" for item in overlaps(handheld)]
    assert not told, "\n".join(told)


def test_fingers_move_and_scale_the_canvas(browser: Any, glasswork: Glasswork, new_model: Model) -> None:
    model = new_model(template="digits")
    for width in NARROW:
        # Each in a page of its own: what fingers have scaled is no longer as wide as the window.
        with hand_held(browser, glasswork, width) as page:
            open_model(page, model)
            at_rest(page)
            fingers_move_and_scale_the_canvas(page)


def fingers_move_and_scale_the_canvas(page: Any) -> None:
    before, screen = where(page), page.viewport_size
    touch(page, [(200, 700)], [(200, 620)])
    moved = where(page)
    assert moved["f"] == pytest.approx(before["f"] - 80, abs=12), screen
    over = page.locator(".react-flow__node[data-id='conv1']").bounding_box()
    on_node = (over["x"] + over["width"] / 2, over["y"] + over["height"] / 2)
    touch(page, [on_node], [(on_node[0], on_node[1] + 60)])
    assert where(page)["f"] > moved["f"], screen
    touch(page, [(180, 660), (220, 660)], [(120, 660), (280, 660)])
    assert where(page)["a"] > 1.5 * moved["a"], screen


def where(page: Any) -> dict[str, float]:
    """Scale (a) and offset (e, f) of the canvas."""
    read = "new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport')).transform)"
    found: dict[str, float] = page.evaluate(f"(({{a, e, f}}) => ({{a, e, f}}))({read})")
    return found


def touch(page: Any, start: list[tuple[float, float]], end: list[tuple[float, float]]) -> None:
    """Put fingers down, move them in steps, lift them."""
    session = page.context.new_cdp_session(page)

    def send(kind: str, part: float) -> None:
        points = [
            {"x": x + (to_x - x) * part, "y": y + (to_y - y) * part, "id": number}
            for number, ((x, y), (to_x, to_y)) in enumerate(zip(start, end, strict=True))
        ]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points if kind != "touchEnd" else []})

    send("touchStart", 0)
    for step in range(1, 9):
        send("touchMove", step / 8)
    send("touchEnd", 1)
    at_rest(page)
