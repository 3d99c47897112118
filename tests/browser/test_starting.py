"""Services that are still starting, or away for a moment: the page waits, and people read no error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.running import Glasswork

AWAY = {
    "status": 503,
    "content_type": "application/problem+json",
    "body": json.dumps({"code": "unavailable", "detail": "The registry cannot be reached now."}),
}


@pytest.mark.main
def test_a_page_that_is_opened_while_services_start_waits_and_opens_by_itself(page: Any) -> None:
    services = {"registry": "down", "codegen": "starting", "executor": "starting", "trainer": "starting"}
    starting = {"status": "starting", "version": "0", "services": services}
    errors: list[str] = []
    # Each of them, also those that the browser itself writes of an answer like 503.
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.route("**/api/v1/health", lambda route: route.fulfill(json=starting))
    page.route("**/api/v1/models*", lambda route: route.fulfill(**AWAY))
    page.goto("/")
    notice = page.get_by_role("status").filter(has_text="Starting…")
    expect(notice).to_contain_text("Waiting for registry")
    with page.expect_response("**/api/v1/health"):
        pass
    expect(notice).to_be_visible()
    expect(page.get_by_text("cannot be reached")).to_have_count(0)
    page.unroute("**/api/v1/models*")
    page.unroute("**/api/v1/health")
    page.get_by_role("heading", name="Models", exact=True).wait_for()
    expect(notice).to_have_count(0)
    assert errors == []


def test_an_open_model_says_calmly_which_services_start(page: Any, new_model: Any) -> None:
    services = {"registry": "serving", "codegen": "serving", "executor": "starting", "trainer": "down"}
    starting = {"status": "starting", "version": "0", "services": services}
    page.route("**/api/v1/health", lambda route: route.fulfill(json=starting))
    page.goto(f"/models/{new_model(template='digits')}")
    expect(page.get_by_role("contentinfo")).to_contain_text("executor, trainer starting…")
    page.wait_for_selector("[data-live='live']")
    expect(page.locator("footer [data-tone='err']")).to_have_count(0)


def test_a_service_that_is_away_for_a_moment_is_asked_again_before_people_read_of_it(
    page: Any, glasswork: Glasswork
) -> None:
    asked: list[Any] = []

    def answer(route: Any) -> None:
        asked.append(route.request)
        if len(asked) > 3:
            route.continue_()
        else:
            route.fulfill(**AWAY)

    page.add_init_script("""new MutationObserver(() => {
      if (document.body?.textContent.includes('cannot be reached')) window.told = true;
    }).observe(document, {childList: true, subtree: true, characterData: true});""")
    page.route("**/api/v1/models*", answer)
    page.goto("/")
    page.get_by_role("heading", name="Models", exact=True).wait_for()
    assert len(asked) > 3
    assert not page.evaluate("window.told")
