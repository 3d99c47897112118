"""What lies over the page or is shown on request: menus, dialogs, tabs, panels, in both themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.running import Glasswork

from .conftest import node, open_model, screenshot, settled, signed_in
from .looks import in_themes, violations, with_axe
from .test_inspector import inspector

pytestmark = with_axe
Check = Callable[..., None]


@contextmanager
def checked(browser: Any, glasswork: Glasswork) -> Iterator[tuple[Any, Check]]:
    """A page, and a check that it is accessible now in both themes; all that is wrong is said at the end."""
    told: list[str] = []

    # A menu takes the focus and keeps it: of the page below nothing is reached until it closes.
    def check(name: str, within: str = "") -> None:
        for theme in in_themes(page):
            screenshot(page, f"overlay-{name.replace(' ', '-')}-{theme}")
            told.extend(f"{name}, {theme}: {item}" for item in violations(page, within))

    with signed_in(browser, glasswork, reduced_motion="reduce") as page:
        yield page, check
    assert not told, "\n".join(told)


@pytest.fixture(scope="module")
def model(glasswork: Glasswork) -> str:
    return str(glasswork.client.post("/models", {"template": "digits_images", "name": "Overlays"})["id"])


def test_what_opens_over_the_canvas_is_accessible(browser: Any, glasswork: Glasswork, model: str) -> None:
    with checked(browser, glasswork) as (page, check):
        open_model(page, model)
        name = node(page, "edges").locator("header")
        for place, title in {
            name: "menu of a component",
            page.locator(".react-flow__pane"): "menu of the canvas",
        }.items():
            place.click(button="right", **({} if place is name else {"position": {"x": 30, "y": 500}}))
            page.get_by_role("menu").wait_for()
            check(title, "[role=menu]")
            page.keyboard.press("Escape")
        name.click()
        page.keyboard.press("p")
        page.get_by_role("dialog").wait_for()
        page.get_by_text("of 16 channels").wait_for()
        check("enlarged preview")
        page.keyboard.press("Escape")
        name.click()
        page.keyboard.press("Space")
        page.get_by_role("dialog").wait_for()
        page.keyboard.insert_text("conv")
        check("quick add with a search")
        page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        page.get_by_placeholder("Type a command").fill("no such command")
        check("command palette without a match")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="View", exact=True).click()
        page.get_by_role("menu").wait_for()
        check("menu of the page", "[role=menu]")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="All commands").hover()
        page.get_by_role("tooltip").wait_for()
        check("tooltip", "[role=tooltip]")


def test_the_inspector_is_accessible_in_each_tab(browser: Any, glasswork: Glasswork, model: str) -> None:
    with checked(browser, glasswork) as (page, check):
        open_model(page, model)
        node(page, "edges").locator("header").click()
        panel = inspector(page)
        for tab in ("Code", "Preview", "Docs", "Settings"):
            panel.get_by_role("tab", name=tab).click()
            panel.get_by_role("tabpanel").get_by_text("Loading").wait_for(state="detached")
            check(f"tab {tab}")
        panel.get_by_role("combobox").first.click()
        page.get_by_role("listbox").wait_for()
        check("choice", "[role=listbox]")
        page.keyboard.press("Escape")
        node(page, "digit").locator("header").click()
        panel.get_by_role("button", name="Use another").click()
        page.get_by_role("dialog").wait_for()
        check("another dataset")
        page.keyboard.press("Escape")
        check("settings of data")


def test_problems_and_their_fix_are_accessible(browser: Any, glasswork: Glasswork, model: str) -> None:
    graph = glasswork.client.get(f"/models/{model}/graph")
    del graph["components"]["flat"]
    graph["connections"] = [item for item in graph["connections"] if "flat." not in item["from"] + item["to"]]
    graph["connections"].append({"from": "smaller.output", "to": "hidden.input"})
    broken = glasswork.client.post("/models", {"graph": graph, "name": "Unflattened"})["id"]
    with checked(browser, glasswork) as (page, check):
        open_model(page, broken)
        page.keyboard.press("Control+Shift+m")
        problems = page.get_by_role("region", name="Problems")
        problems.get_by_role("button", name="Fix:").first.wait_for()
        check("problems")
        problems.get_by_role("button", name="Fix:").first.click()
        problems.get_by_role("button", name="Take it back").wait_for()
        settled(page)
        check("fix on trial")
        problems.get_by_role("button", name="Take it back").click()
        page.get_by_role("button", name="Train", exact=True).click()
        page.get_by_text("before training").wait_for()
        check("train refused")


def test_panels_below_and_toasts_are_accessible(browser: Any, glasswork: Glasswork, model: str) -> None:
    with checked(browser, glasswork) as (page, check):
        open_model(page, model)
        page.get_by_role("button", name="Code", exact=True).click()
        page.get_by_role("region", name="Code").locator(".cm-content").wait_for()
        check("program")
        page.get_by_role("tab", name="Cost").click()
        page.get_by_role("row", name="edges").wait_for()
        check("cost")
        page.get_by_role("button", name="Training", exact=True).click()
        page.get_by_text("Not trained yet").wait_for()
        check("not trained")
        node(page, "forgetful").locator("header").click()
        page.keyboard.press("b")
        page.get_by_role("button", name="Undo").click()
        page.get_by_text("Undone:").wait_for()
        check("toast")
        settled(page)


def test_dialogs_of_the_start_are_accessible(browser: Any, glasswork: Glasswork, model: str) -> None:
    glasswork.client.post("/datasets", {"example": "wine"})
    with checked(browser, glasswork) as (page, check):
        page.goto("/")
        for entry in ("Rename…", "Delete…"):
            page.get_by_role("button", name="Actions for Overlays").first.click()
            page.get_by_role("menu").wait_for()
            check("menu of a model", "[role=menu]")
            page.get_by_role("menuitem", name=entry).click()
            page.get_by_role("dialog").wait_for()
            check(f"dialog {entry.strip('…')}")
            page.keyboard.press("Escape")
        page.goto("/datasets")
        page.get_by_role("button", name="Actions for wine").first.click()
        page.get_by_role("menuitem", name="Delete…").click()
        page.get_by_role("dialog").wait_for()
        check("dialog delete dataset")
        page.goto("/models/no-such-model")
        page.get_by_text("nothing at this address").wait_for()
        check("not found")
        page.context.clear_cookies()
        page.goto("/")
        page.get_by_label("Token").wait_for()
        check("sign in")
