"""How the page looks: names and contrasts (axe-core), and what lies over what, in each theme and at each width."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.running import ROOT

AXE: Final = ROOT / "gateway" / "ui" / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
THEMES: Final = ("light", "dark")
WIDTHS: Final = (1024, 1440, 1920)
HEIGHT: Final = 900

with_axe = pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm ci in gateway/ui")

# Whether all that moves has come to its end, but for what turns for ever while something is on its way; and two frames
# later, so that what was drawn last is drawn.
AT_REST: Final = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  await frame();
  await frame();
  const ends = (animation) => animation.effect?.getComputedTiming().iterations !== Infinity;
  const moves = document.getAnimations().some((one) => one.playState === 'running' && ends(one));
  // The canvas is moved by a timer of its own, which it leaves a mark of until then.
  return !moves && document.querySelector('.react-flow__renderer')?.__transition === undefined;
}"""

OVERLAPS: Final = """() => {
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


def at_rest(page: Any) -> None:
    """Wait until nothing moves any more."""
    page.wait_for_function(AT_REST)


def in_themes(page: Any) -> Iterator[str]:
    """Show a page in one theme after the other."""
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        page.locator(f"html[data-theme='{theme}']").wait_for()
        at_rest(page)
        yield theme


def at_widths(page: Any) -> Iterator[int]:
    """Show a page in one window after the other."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.wait_for_function("width => innerWidth === width", arg=width)
        at_rest(page)
        yield width


def violations(page: Any, within: str = "") -> list[str]:
    """What axe-core has against what the page shows now.

    Args:
        page: the page.
        within: the selector of the part that is looked at; empty for the whole page.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    place = f"'{within}'" if within else "document"
    found = page.evaluate(f"axe.run({place}, {RULES}).then(result => result.violations)")
    return [f"{item['id']}: {[(at['target'], at['failureSummary']) for at in item['nodes'][:3]]}" for item in found]


def overlaps(page: Any) -> list[str]:
    """What lies over something else, is cut off or outside the window."""
    return list(page.evaluate(OVERLAPS))
