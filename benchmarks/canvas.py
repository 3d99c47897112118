"""How smoothly large graphs open, pan and drag in a browser with software rendering."""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Callable
from typing import Any, Final

from benchmarks.graphs import chain
from benchmarks.measure import Row, percentile
from benchmarks.running import services

SIZES: Final = (200, 1000)
MOVES: Final = 60
REPEATS: Final = 3
OPENINGS: Final = 5
FRAME_GOAL: Final = 17.0
TAIL_GOAL: Final = 33.4
OPEN_GOALS: Final = {200: 1000.0, 1000: 1500.0}
FLAGS: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
RECORD: Final = """() => {
  window.frames_ = [];
  let last = performance.now();
  const step = (now) => {
    window.frames_.push(now - last);
    last = now;
    window.recording_ = requestAnimationFrame(step);
  };
  window.recording_ = requestAnimationFrame(step);
}"""
DRAWN: Final = """new MutationObserver((_, observer) => {
  if (!document.querySelector("canvas[data-blocks]")) return;
  observer.disconnect();
  window.drawn_ = performance.now();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-blocks"] });"""
ON: Final = """([x, y, selector]) => {
  const element = document.elementFromPoint(x, y);
  const within = element.closest(".react-flow__node, .react-flow__edge, button, .react-flow__pane");
  return within?.matches(selector) ?? false;
}"""
# As a link of the page does: it is not loaded anew.
GO: Final = """(path) => {
  history.pushState(null, "", path);
  window.dispatchEvent(new Event("glasswork:moved"));
}"""
STOP: Final = "() => { cancelAnimationFrame(window.recording_); return window.frames_.slice(1); }"


def run() -> list[Row]:
    """Measure graphs of 200 and of 1,000 components."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("no chromium on PATH: the canvas is not measured", file=sys.stderr)
        return []
    from playwright.sync_api import sync_playwright

    with services() as (client, running, directory), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))

        def visit() -> Any:
            """Sign in as somebody who was never here: nothing is cached."""
            context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=running.url)
            token = {"token": directory.token()}
            context.request.post(f"{running.url}/api/v1/session", data=token, headers={"Origin": running.url})
            context.set_default_timeout(120_000)
            return context

        rows = [row for size in SIZES for row in _measure(visit, client, size)]
        browser.close()
    return rows


def _measure(visit: Callable[[], Any], client: Any, size: int) -> list[Row]:
    """Measure opening, before and after the graph has been laid out once, then dragging and panning."""
    rows = []
    for what in ("open for the first time", "open"):
        # A graph that came through the API has no places: the first page that opens it finds them.
        fresh = [client.post("/models", {"name": f"Chain {size}", "graph": chain(size)})["id"] for _ in range(OPENINGS)]
        models = fresh if what != "open" else [fresh[0]] * OPENINGS
        if what == "open":
            _opened(visit, models[0])
        opened = [_opened(visit, model) for model in models]
        note = f"{size} components, until they are drawn, median of {OPENINGS}, nothing cached"
        middle = statistics.median(clock for clock, _ in opened)
        rows.append(Row(what, middle, "", None, "ms", OPEN_GOALS[size], note))
        middle = statistics.median(busy for _, busy in opened)
        rows.append(Row(f"{what}, CPU of page", middle, "", None, "ms", note=note))
    rows.append(Row("memory after closing", _kept(visit, models[0]), "", None, "MB", note=f"{size}, beyond the first"))
    context = visit()
    page = context.new_page()
    page.goto(f"/models/{models[0]}")
    _settled(page)
    for zoom in ("actual size", "whole graph"):
        page.locator("[data-canvas]").focus()
        page.keyboard.press("Shift+1" if zoom == "whole graph" else "Shift+0")
        page.wait_for_timeout(800)
        for what, grip in (("drag", ".react-flow__node"), ("pan", ".react-flow__pane")):
            frames = [frame for _ in range(REPEATS) for frame in _frames(page, _grip(page, grip))]
            middle, tail = statistics.median(frames), percentile(frames, 0.95)
            note = f"{len(frames)} frames, {zoom}"
            rows.append(Row(f"{what} in {size}, median frame", middle, "", None, "ms", FRAME_GOAL, note))
            rows.append(Row(f"{what} in {size}, p95 frame", tail, "", None, "ms", TAIL_GOAL, note))
    context.close()
    return rows


def _opened(visit: Callable[[], Any], model: str) -> tuple[float, float]:
    """Return how long it takes from navigation until the graph is drawn, and how long the page computes for it."""
    context = visit()
    page = context.new_page()
    watcher = context.new_cdp_session(page)
    watcher.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.add_init_script(DRAWN)
    page.goto(f"/models/{model}", wait_until="commit")
    milliseconds: float = page.wait_for_function("() => window.drawn_").json_value()
    busy = _metrics(watcher)["TaskDuration"] * 1000
    # Neither its previews nor the next page are to be measured with this one.
    _settled(page)
    context.close()
    return milliseconds, busy


def _kept(visit: Callable[[], Any], model: str) -> float:
    """Return by how many megabytes of objects three further openings make the page grow."""
    context = visit()
    page = context.new_page()
    watcher = context.new_cdp_session(page)
    watcher.send("Performance.enable")
    page.goto("/")
    sizes = []
    for _ in range(4):
        page.evaluate(GO, f"/models/{model}")
        page.wait_for_function("() => document.querySelector('canvas[data-blocks]') !== null")
        page.wait_for_timeout(3000)
        page.evaluate(GO, "/")
        page.wait_for_timeout(1500)
        watcher.send("HeapProfiler.collectGarbage")
        sizes.append(_metrics(watcher)["JSHeapUsedSize"] / 1e6)
    context.close()
    return sizes[-1] - sizes[0]


def _metrics(watcher: Any) -> dict[str, float]:
    return {item["name"]: item["value"] for item in watcher.send("Performance.getMetrics")["metrics"]}


def _settled(page: Any) -> None:
    page.wait_for_selector("[data-live='live']")
    page.wait_for_selector("[data-save='saved']")
    page.wait_for_timeout(1500)


def _grip(page: Any, selector: str) -> tuple[float, float]:
    """Return a point near the middle of the canvas where the pointer is on a component, or on nothing."""
    for y in range(300, 700, 7):
        for x in range(500, 900, 23):
            page.mouse.move(x, y)
            if page.evaluate(ON, [x, y, selector]):
                return float(x), float(y)
    raise RuntimeError(f"{selector} is not in sight")


def _frames(page: Any, grip: tuple[float, float]) -> list[float]:
    x, y = grip
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 3, y + 1)
    page.evaluate(RECORD)
    for step in range(MOVES):
        page.mouse.move(x + step * 2, y + step)
        page.wait_for_timeout(8)
    frames: list[float] = page.evaluate(STOP)
    page.mouse.up()
    page.keyboard.press("Control+z")
    page.wait_for_timeout(400)
    return frames
