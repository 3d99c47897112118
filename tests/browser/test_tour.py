"""The tour, from the first start to its end, on a real model that is really trained."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.running import Glasswork, started

from .conftest import SIZE, screenshot, sign_in
from .test_views import AXE, RULES

STEPS = ("data", "component", "preview", "code", "fix", "train", "pause", "export")
COVERS = """step => {
  const own = document.querySelector(`[role='dialog'][data-step='${step}']`).getBoundingClientRect();
  const told = document.querySelector('[data-tour-frame]')?.getBoundingClientRect();
  if (!told) return 'it points at nothing';
  const across = Math.min(own.right, told.right) - Math.max(own.left, told.left);
  const down = Math.min(own.bottom, told.bottom) - Math.max(own.top, told.top);
  return across > 0 && down > 0 ? 'it covers what it explains' : '';
}"""


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glasswork]:
    with started(tmp_path_factory.mktemp("tour")) as running:
        yield running


@pytest.fixture
def newcomer(browser: Any, fresh: Glasswork) -> Iterator[Any]:
    """A page that nobody has seen before."""
    context = browser.new_context(viewport=SIZE, color_scheme="dark", base_url=fresh.running.url)
    context.set_default_timeout(30_000)
    sign_in(context, fresh)
    trouble: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: trouble.append(str(error)))
    yield page
    context.close()
    assert not trouble, trouble


def step(page: Any, name: str) -> Any:
    """Wait for a step, and hold it to its place and to axe-core."""
    shown = page.locator(f"[role='dialog'][data-step='{name}']")
    shown.wait_for()
    page.wait_for_timeout(700)
    screenshot(page, f"tour-{name}")
    assert page.evaluate(COVERS, name) == ""
    expect(shown.get_by_text(f"{STEPS.index(name) + 1} of 8")).to_be_visible()
    if AXE.is_file():
        page.evaluate(AXE.read_text())
        found = page.evaluate(f"axe.run('[aria-labelledby=tour-title]', {RULES}).then(result => result.violations)")
        assert [item["id"] for item in found] == []
    return shown


def forward(page: Any) -> None:
    page.get_by_role("button", name="Next", exact=True).click()


def test_the_tour_runs_on_the_real_thing_from_first_start_to_its_end(newcomer: Any, fresh: Glasswork) -> None:
    page, client = newcomer, fresh.client
    page.goto("/")
    page.get_by_role("button", name="Take the tour").click()
    page.locator("[role='dialog'][data-step='data']").wait_for(timeout=120_000)
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
