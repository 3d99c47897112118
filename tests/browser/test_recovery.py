"""Services go and come back while somebody edits; nothing is lost, and the page says what is."""

from __future__ import annotations

from typing import Any

import psutil
from playwright.sync_api import expect

from tests.running import Glasswork

from .conftest import DEADLINE_SECONDS, new_context, node, open_model, settled


def processes(own: Glasswork, service: str) -> list[psutil.Process]:
    found = psutil.Process(own.process.pid).children(recursive=True)
    return [item for item in found if any(f"glasswork_{service}" in part for part in item.cmdline())]


def test_the_executor_is_stopped_while_editing_and_the_page_recovers_by_itself(browser: Any, own: Glasswork) -> None:
    model = own.client.post("/models", {"template": "digits"})["id"]
    page = new_context(browser, own).new_page()
    open_model(page, model)
    expect(page.locator("article[data-state='ok']")).to_have_count(page.locator("article").count())
    victims = processes(own, "executor")
    assert victims
    for victim in victims:
        victim.kill()
    node(page, "dropout1").locator("header").click()
    page.keyboard.press("Control+Delete")
    expect(page.locator("footer [data-tone='err']").first).to_be_visible()
    expect(page.locator("footer [data-tone='err']")).to_have_count(0)
    expect(page.locator("article[data-state='ok']")).to_have_count(page.locator("article").count())
    settled(page)
    assert "dropout1" not in own.client.get(f"/models/{model}/graph")["components"]
    page.context.close()


def test_the_gateway_is_stopped_while_editing_and_the_edit_is_saved_afterwards(browser: Any, own: Glasswork) -> None:
    model = own.client.post("/models", {"template": "digits"})["id"]
    page = new_context(browser, own).new_page()
    open_model(page, model)
    for victim in processes(own, "gateway"):
        victim.kill()
    node(page, "dropout1").locator("header").click()
    page.keyboard.press("Control+Delete")
    page.wait_for_selector("[data-live='live'], [data-live='computing']")
    page.wait_for_selector("[data-save='saved']")
    own.client.wait_until_healthy(DEADLINE_SECONDS)
    assert "dropout1" not in own.client.get(f"/models/{model}/graph")["components"]
    page.context.close()
