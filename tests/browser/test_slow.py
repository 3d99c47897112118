"""Answers that take their time: what people do meanwhile is kept, and asking twice does nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.running import Glasswork

from .conftest import Held, drawn, node, open_model, settled
from .test_inspector import inspector, undo
from .test_train import ended, runs_of, short_model

Model = Callable[..., str]


def filters(glasswork: Glasswork, model: str) -> Any:
    return glasswork.client.get(f"/models/{model}/graph")["components"]["conv1"]["settings"].get("filters")


def test_what_is_edited_while_a_save_hangs_is_saved_after_it(page: Any, glasswork: Glasswork, new_model: Model) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    node(page, "conv1").locator("header").click()
    before = filters(glasswork, model)
    held = Held(page, f"**/models/{model}/graph", "PUT")
    field = inspector(page).get_by_role("spinbutton", name="Filters")
    field.fill("21")
    field.press("Enter")
    held.wait()
    assert page.locator("[data-save='saved']").count() == 0
    for value in ("22", "23"):
        field.fill(value)
        field.press("Enter")
    # Previews do not wait for the save.
    expect(node(page, "conv1").get_by_role("img", name="conv1: channels 8 × 8 × 23")).to_be_visible()
    assert filters(glasswork, model) == before
    held.let_go()
    settled(page)
    assert filters(glasswork, model) == 23
    # Edits of one field that follow each other within a moment are one step.
    while page.get_by_role("button", name="Undo").is_enabled():
        undo(page)
    settled(page)
    assert filters(glasswork, model) == before


def test_a_page_that_is_left_while_a_save_hangs_has_the_edit_when_it_is_opened_again(
    page: Any, glasswork: Glasswork, new_model: Model
) -> None:
    model = new_model(template="digits")
    open_model(page, model)
    node(page, "conv1").locator("header").click()
    held = Held(page, f"**/models/{model}/graph", "PUT")
    field = inspector(page).get_by_role("spinbutton", name="Filters")
    field.fill("21")
    field.press("Enter")
    held.wait()
    page.goto("about:blank")
    page.unroute(f"**/models/{model}/graph")
    open_model(page, model)
    node(page, "conv1").locator("header").click()
    expect(inspector(page).get_by_role("spinbutton", name="Filters")).to_have_value("21")
    assert filters(glasswork, model) == 21


def test_an_impatient_second_press_of_train_starts_no_second_run(
    page: Any, glasswork: Glasswork, new_model: Model
) -> None:
    model = short_model(glasswork, new_model, 2)
    open_model(page, model)
    held = Held(page, "**/api/v1/runs", "POST")
    page.get_by_role("button", name="Train", exact=True).dblclick()
    held.wait()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name="Starting")).to_be_disabled()
    held.let_go()
    ended(page)
    assert len(held.routes) == len(runs_of(glasswork, model)) == 1


def test_a_list_that_is_not_there_yet_is_not_said_to_be_empty(page: Any, glasswork: Glasswork) -> None:
    glasswork.client.post("/datasets", {"example": "wine"})
    page.goto("/")
    page.get_by_role("heading", name="New model").wait_for()
    held = Held(page, "**/api/v1/datasets*", "GET")
    page.get_by_role("link", name="Datasets", exact=True).click()
    held.wait()
    page.get_by_role("heading", name="Datasets", exact=True).wait_for()
    drawn(page)
    assert page.get_by_text("No datasets yet").count() == 0
    held.let_go()
    expect(page.get_by_role("link", name="wine", exact=True)).to_be_visible()
