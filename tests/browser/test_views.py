"""What holds for every view: names and contrasts (axe-core), nothing that overlaps or is cut off, both themes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.running import ROOT, Glasswork

from .conftest import SIZE, node, open_model, screenshot, sign_in

AXE = ROOT / "gateway" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
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


VIEWS: dict[str, Show] = {
    item.__name__: item for item in (start, datasets, editor, selected, quick_add, enlarged, palette, shortcuts)
}


@pytest.fixture(scope="module")
def model(glasswork: Glasswork) -> str:
    return str(glasswork.client.post("/models", {"template": "digits", "name": "Views"})["id"])


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in gateway/ui")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_accessible(browser: Any, glasswork: Glasswork, model: str, view: str, theme: str) -> None:
    context = browser.new_context(viewport=SIZE, color_scheme=theme, base_url=glasswork.running.url)
    sign_in(context, glasswork)
    page = context.new_page()
    VIEWS[view](page, model)
    page.wait_for_timeout(400)
    screenshot(page, f"{view}-{theme}")
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"axe.run(document, {RULES}).then(result => result.violations)")
    context.close()
    told = [f"{item['id']}: {item['help']} {[at['target'] for at in item['nodes'][:3]]}" for item in found]
    assert told == []


OVERLAPS = """() => {
  const told = [];
  const shown = (element) => element.checkVisibility({opacityProperty: true, visibilityProperty: true});
  const boxes = [...document.querySelectorAll('button, input, a[href], [role=tab], h1, h2, [role=combobox]')]
    .filter((element) => shown(element) && !element.closest('.react-flow, .hidden-visually'))
    .map((element) => ({element, box: element.getBoundingClientRect()}))
    .filter(({box}) => box.width > 0 && box.height > 0);
  const name = (element) => element.ariaLabel || element.textContent.trim().slice(0, 30) || element.tagName;
  const scrolled = (element) => {
    for (let at = element.parentElement; at; at = at.parentElement)
      if (/auto|scroll/.test(getComputedStyle(at).overflowY) && at.scrollHeight > at.clientHeight) return true;
    return false;
  };
  for (const {element, box} of boxes) {
    if (scrolled(element)) continue;
    if (box.left < -1 || box.right > innerWidth + 1 || box.top < -1 || box.bottom > innerHeight + 1)
      told.push(`${name(element)} is outside the window`);
  }
  for (let i = 0; i < boxes.length; i += 1) for (let j = i + 1; j < boxes.length; j += 1) {
    const [one, other] = [boxes[i], boxes[j]];
    if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
    if (scrolled(one.element) || scrolled(other.element)) continue;
    const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
    const height = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
    if (width > 1 && height > 1) told.push(`${name(one.element)} lies over ${name(other.element)}`);
  }
  for (const element of document.querySelectorAll('button, [role=tab], h1'))
    if (shown(element) && element.scrollWidth > element.clientWidth + 1 && !element.closest('.react-flow')
        && getComputedStyle(element).overflow === 'visible' && getComputedStyle(element).display !== 'inline')
      told.push(`${name(element)} is cut off`);
  return told;
}"""


@pytest.mark.parametrize("width", [1024, 1440, 1920])
@pytest.mark.parametrize("view", ["start", "datasets", "editor", "selected"])
def test_nothing_overlaps_or_is_cut_off(browser: Any, glasswork: Glasswork, model: str, view: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, base_url=glasswork.running.url)
    sign_in(context, glasswork)
    page = context.new_page()
    VIEWS[view](page, model)
    screenshot(page, f"{view}-{width}")
    told = page.evaluate(OVERLAPS)
    context.close()
    assert told == []
