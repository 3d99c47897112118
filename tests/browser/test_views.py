"""What holds for every view: names and contrasts (axe-core), nothing that overlaps or is cut off, both themes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.running import Glasswork

from .conftest import node, open_model, screenshot, signed_in
from .looks import at_widths, in_themes, overlaps, violations, with_axe

Show = Callable[[Any, str], None]


def start(page: Any, model: str) -> None:
    page.goto("/")
    page.get_by_role("heading", name="Models", exact=True).wait_for()


def datasets(page: Any, model: str) -> None:
    page.goto("/datasets")
    page.get_by_role("heading", name="Datasets", exact=True).wait_for()


def editor(page: Any, model: str) -> None:
    open_model(page, model)
    page.locator("article[data-state='ok']").first.wait_for()


def selected(page: Any, model: str) -> None:
    editor(page, model)
    node(page, "conv1").locator("header").click()
    page.get_by_role("tab", name="Settings").wait_for()


def quick_add(page: Any, model: str) -> None:
    selected(page, model)
    page.keyboard.press("Space")
    page.get_by_role("dialog").wait_for()


def enlarged(page: Any, model: str) -> None:
    editor(page, model)
    node(page, "conv1").get_by_role("button").first.click()
    page.get_by_text("of 32 channels").wait_for()


def palette(page: Any, model: str) -> None:
    editor(page, model)
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Type a command").wait_for()


def shortcuts(page: Any, model: str) -> None:
    editor(page, model)
    page.keyboard.press("?")
    page.get_by_role("heading", name="Keyboard shortcuts").wait_for()


WHOLE: tuple[Show, ...] = (start, datasets, editor, selected)
OVER_OTHERS: tuple[Show, ...] = (quick_add, enlarged, palette, shortcuts)


@pytest.fixture(scope="module")
def model(glasswork: Glasswork) -> str:
    return str(glasswork.client.post("/models", {"template": "digits", "name": "Views"})["id"])


@with_axe
@pytest.mark.parametrize("view", [*WHOLE, *OVER_OTHERS], ids=lambda view: str(view.__name__))
def test_a_view_is_accessible_in_both_themes_and_in_place_at_each_width(
    browser: Any, glasswork: Glasswork, model: str, view: Show
) -> None:
    name, told = view.__name__, []
    with signed_in(browser, glasswork) as page:
        view(page, model)
        for theme in in_themes(page):
            screenshot(page, f"{name}-{theme}")
            told += [f"{name}, {theme}: {item}" for item in violations(page)]
        for width in at_widths(page) if view in WHOLE else ():
            screenshot(page, f"{name}-{width}")
            told += [f"{name}, {width} px: {item}" for item in overlaps(page)]
    assert not told, "\n".join(told)
