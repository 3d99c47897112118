"""Whole ways through the page as people go them, from the first key to the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.running import Glasswork

from .conftest import drawn, node, open_model, screenshot, select, settled

Model = Callable[..., str]

FOCUSED = """() => {
  const element = document.activeElement;
  return element.ariaLabel || element.labels?.[0]?.textContent || element.textContent.trim();
}"""


class Keyboard:
    """Somebody who works by keys alone: what has the focus is all that is seen."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.press = page.keyboard.press
        self.type = page.keyboard.type

    def tab_to(self, name: str) -> None:
        """Press Tab until a control of this name has the focus."""
        seen = []
        for _ in range(120):
            seen.append(str(self.page.evaluate(FOCUSED))[:40])
            if seen[-1] == name:
                return
            self.press("Tab")
        raise AssertionError(f"Tab never comes to {name!r}, only to {seen}")

    def choose(self, name: str, option: str) -> None:
        """Open the list of a control and take one of its options by its first letters."""
        self.tab_to(name)
        self.press("Enter")
        wanted = re.compile(rf"^{option}( |$)")
        self.page.get_by_role("option", name=wanted).first.wait_for()
        # What is typed before the list has the focus goes nowhere.
        focused = self.page.locator("[role='option']:focus")
        expect(focused).to_have_count(1)
        # As fast as people type: the list gives the focus a moment after each letter.
        self.page.keyboard.type(option, delay=40)
        # Where several begin so, as a dataset and the example that it was, any of them will do.
        expect(focused).to_have_text(wanted)
        self.press("Enter")
        expect(self.page.get_by_role("combobox", name=name, exact=True)).to_be_focused()

    def to_canvas(self) -> None:
        """Leave a form: Escape gives the focus back to the component it is about."""
        self.press("Escape")
        expect(self.page.locator(".react-flow__node:focus")).to_be_visible()

    def add(self, typed: str, component: str) -> None:
        """Add behind the selected component, which connects the two."""
        self.press("Space")
        self.page.get_by_role("dialog").wait_for()
        self.type(typed)
        self.press("Enter")
        expect(node(self.page, component).locator("article[data-selected='true']")).to_be_visible()
        expect(self.page.locator(f".react-flow__node[data-id='{component}']:focus")).to_be_visible()

    def go_to(self, component: str, key: str) -> None:
        """Press an arrow until a component is selected."""
        for _ in range(12):
            if node(self.page, component).locator("article[data-selected='true']").count():
                return
            self.press(key)
            drawn(self.page)
        raise AssertionError(f"{key} never comes to {component}")

    def connect(self, target: str) -> None:
        """Connect the selected component with an input port."""
        component, port = target.split(".")
        aim = f".react-flow__node[data-id='{component}'] .target[data-handleid='{port}'][data-aim]"
        self.press("c")
        for _ in range(30):
            if self.page.locator(aim).count():
                self.press("Enter")
                return
            self.press("ArrowRight")
        raise AssertionError(f"no arrow comes to {target}")


@pytest.mark.main
def test_a_cnn_is_built_from_nothing_by_keyboard_alone(page: Any, new_model: Model, glasswork: Glasswork) -> None:
    model = new_model(name="By keyboard")
    page.goto(f"/models/{model}")
    expect(page.get_by_text("An empty canvas")).to_be_visible()
    settled(page)
    keys = Keyboard(page)
    # The data: an example, and a component for each of its columns.
    keys.add("data", "data1")
    keys.press("Enter")
    keys.tab_to("Use another…")
    keys.press("Enter")
    # Another test may have taken the example in before: then it is a dataset like any other.
    keys.choose("Dataset", "digits")
    expect(page.get_by_role("button", name="Use it")).to_be_enabled()
    keys.tab_to("Use it")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Use another…")).to_be_focused()
    keys.choose("Feature", "image")
    keys.to_canvas()
    for typed, component in (
        ("normalize", "normalize1"),
        ("Conv2D", "convolution1"),
        ("MaxPool", "pooling1"),
        ("flatten", "flatten1"),
        ("dense", "dense1"),
        ("classification", "classification1"),
    ):
        keys.add(typed, component)
    # What it is to predict, which goes into the training component.
    keys.press("Escape")
    keys.add("data", "data2")
    keys.press("Enter")
    keys.choose("Feature", "digit")
    keys.to_canvas()
    keys.connect("classification1.targets")
    # A setting is typed, another is chosen.
    keys.go_to("convolution1", "ArrowLeft")
    keys.press("Enter")
    keys.tab_to("Filters")
    keys.press("Control+a")
    keys.type("8")
    keys.press("Enter")
    keys.choose("Padding", "valid")
    keys.to_canvas()
    expect(page.locator("article[data-state='ok']")).to_have_count(8)
    settled(page)
    screenshot(page, "journey-keyboard")
    document = glasswork.client.get(f"/models/{model}/graph")
    assert document["components"]["convolution1"]["settings"] == {"filters": 8, "padding": "valid"}
    found = glasswork.client.post("/check", {"graph": document})["diagnostics"]
    assert [item["message"] for item in found if item["severity"] == "error"] == []
    expect(page.get_by_role("contentinfo")).not_to_contain_text("error")


def test_a_right_click_and_the_menu_key_offer_what_can_be_done(page: Any, new_model: Model) -> None:
    open_model(page, new_model(template="digits"))
    node(page, "dropout1").locator("header").click(button="right")
    menu = page.get_by_role("menu")
    expect(menu.get_by_role("menuitem", name="Duplicate")).to_be_visible()
    screenshot(page, "canvas-menu")
    menu.get_by_role("menuitem", name="Duplicate").click()
    expect(node(page, "dropout2")).to_be_visible()
    select(page, "dropout1")
    page.keyboard.press("Shift+F10")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(page.locator(".react-flow__node[data-id='dropout1']:focus")).to_be_visible()
    page.locator(".react-flow__pane").click(button="right", position={"x": 12, "y": 12})
    expect(menu.get_by_role("menuitem", name="Paste")).to_be_visible()
    expect(menu.get_by_role("menuitem", name="Duplicate")).to_have_count(0)


def test_no_command_of_the_palette_fails_in_an_empty_model(page: Any, new_model: Model) -> None:
    address = f"/models/{new_model(name='Nothing')}"

    def begin() -> None:
        page.goto(address)
        expect(page.locator("[data-canvas]")).to_be_visible()
        settled(page)

    begin()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_be_visible()
    titles = [str(item.locator("span").nth(1).inner_text()) for item in page.get_by_role("option").all()]
    assert len(titles) > 10
    page.keyboard.press("Escape")
    for title in titles:
        page.keyboard.press("Control+k")
        search = page.get_by_placeholder("Type a command")
        search.fill(title)
        page.keyboard.press("Enter")
        expect(search).to_have_count(0)
        drawn(page)
        expect(page.get_by_text("Loading…")).to_have_count(0)
        expect(page.get_by_text("This part of the page failed")).to_have_count(0)
        if page.url.endswith(address):
            page.keyboard.press("Escape")
        else:
            begin()


def test_a_session_that_ends_asks_for_the_token_and_keeps_the_edit(
    page: Any, context: Any, new_model: Model, glasswork: Glasswork
) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    context.clear_cookies()
    select(page, "dropout1")
    page.keyboard.press("Control+Delete")
    page.get_by_label("Token").fill(glasswork.directory.token())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector("article[data-state='ok']")
    expect(node(page, "dropout1")).to_have_count(0)
    settled(page)
    assert "dropout1" not in glasswork.client.get(f"/models/{model}/graph")["components"]


def test_a_model_that_is_deleted_elsewhere_says_so(
    page: Any, context: Any, new_model: Model, glasswork: Glasswork
) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    url = glasswork.running.url
    assert context.request.delete(f"{url}/api/v1/models/{model}", headers={"Origin": url}).ok
    select(page, "dropout1")
    page.keyboard.press("Control+Delete")
    expect(page.locator("footer [data-tone='err']").first).to_be_visible()
    screenshot(page, "deleted-elsewhere")
