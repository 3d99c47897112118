"""The tour, from the first start to its end, on a real model that is really trained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.running import Glasswork

from .conftest import screenshot, signed_in
from .looks import AXE, at_rest, violations

STEPS = ("data", "component", "preview", "code", "fix", "train", "pause", "export")
# Whether a step stands beside what it explains, and does not cover it.
CLEAR = """step => {
  const own = document.querySelector(`[role='dialog'][data-step='${step}']`).getBoundingClientRect();
  const told = document.querySelector('[data-tour-frame]')?.getBoundingClientRect();
  if (!told) return false;
  const across = Math.min(own.right, told.right) - Math.max(own.left, told.left);
  const down = Math.min(own.bottom, told.bottom) - Math.max(own.top, told.top);
  return across <= 0 || down <= 0;
}"""


@pytest.fixture
def newcomer(browser: Any, empty: Glasswork) -> Iterator[Any]:
    """A page that nobody has seen before."""
    trouble: list[str] = []
    with signed_in(browser, empty, color_scheme="dark") as page:
        page.on("pageerror", lambda error: trouble.append(str(error)))
        yield page
    assert not trouble, trouble


def step(page: Any, name: str) -> Any:
    """Wait for a step, and hold it to its place and to axe-core."""
    shown = page.locator(f"[role='dialog'][data-step='{name}']")
    shown.wait_for()
    at_rest(page)
    # The frame follows what it explains, which may still be on its way to its place.
    page.wait_for_function(CLEAR, arg=name)
    screenshot(page, f"tour-{name}")
    expect(shown.get_by_text(f"{STEPS.index(name) + 1} of 8")).to_be_visible()
    if AXE.is_file():
        assert violations(page, "[aria-labelledby=tour-title]") == []
    return shown


def forward(page: Any) -> None:
    page.get_by_role("button", name="Next", exact=True).click()


@pytest.mark.main
def test_the_tour_runs_on_the_real_thing_from_first_start_to_its_end(newcomer: Any, empty: Glasswork) -> None:
    page, client = newcomer, empty.client
    page.goto("/")
    page.get_by_role("button", name="Take the tour").click()
    page.locator("[role='dialog'][data-step='data']").wait_for()
    page.wait_for_selector("article[data-state='ok']")
    (model,) = client.get("/models")["items"]
    assert model["last_run"]["state"] == "SUCCEEDED"
    assert model["last_run"]["test"]["accuracy"] > 0.9
    step(page, "data")
    forward(page)

    step(page, "component").get_by_role("button", name="Set filters to 24").click()
    expect(page.get_by_label("Filters").first).to_have_value("24")
    forward(page)

    step(page, "preview")
    expect(page.get_by_text("of 24 channels")).to_be_visible()
    forward(page)

    step(page, "code")
    expect(page.locator(".cm-content")).to_contain_text("filters=24")
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[role='dialog'][data-step]")).to_have_count(0)
    page.goto("/")
    page.get_by_role("button", name="Go on with the tour").click()
    step(page, "code")
    forward(page)

    step(page, "fix").get_by_role("button", name="Take Flatten out").click()
    page.get_by_role("button", name="Fix:").first.click()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("No problems").first).to_be_visible()
    forward(page)

    step(page, "train").get_by_role("button", name="Train now").click()
    page.wait_for_selector("[data-run='RUNNING']")
    forward(page)

    step(page, "pause").get_by_role("button", name="Pause the run").click()
    page.wait_for_selector("[data-run='PAUSED']")
    newest = client.get("/runs", model=model["id"])["items"][0]
    assert newest["state"] == "PAUSED"
    assert newest["id"] != model["last_run"]["id"]
    forward(page)

    step(page, "export")
    expect(page.get_by_role("tab", name="Exports")).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Finish").click()
    expect(page.locator("[role='dialog'][data-step]")).to_have_count(0)
    page.goto("/")
    page.get_by_role("heading", name="New model").wait_for()
    expect(page.get_by_role("button", name="Take the tour")).to_have_count(0)
