"""How smoothly large graphs open, pan and drag in a browser with software rendering."""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from typing import Any, Final

from benchmarks.graphs import chain
from benchmarks.measure import Row, percentile
from benchmarks.running import services

SIZES: Final = (200, 1000)
MOVES: Final = 60
FRAME_GOAL: Final = 17.0
TAIL_GOAL: Final = 33.4
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
        context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=running.url)
        token = {"token": directory.token()}
        context.request.post(f"{running.url}/api/v1/session", data=token, headers={"Origin": running.url})
        rows = [row for size in SIZES for row in _measure(context, client, size)]
        browser.close()
    return rows


def _measure(context: Any, client: Any, size: int) -> list[Row]:
    model = client.post("/models", {"name": f"Chain {size}", "graph": chain(size)})["id"]
    page = context.new_page()
    page.set_default_timeout(120_000)
    start = time.perf_counter()
    page.goto(f"/models/{model}")
    page.wait_for_selector("article[data-state]")
    opened = (time.perf_counter() - start) * 1000
    page.wait_for_selector("[data-live='live']")
    page.wait_for_selector("[data-save='saved']")
    rows = [Row(f"open a graph of {size}", opened, "", None, "ms", note="navigation to the first component")]
    for zoom in ("actual size", "whole graph"):
        page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
        page.keyboard.press("Shift+1" if zoom == "whole graph" else "Shift+0")
        page.wait_for_timeout(800)
        for what, grip in (("drag", _node(page)), ("pan", (640.0, 66.0))):
            frames = _frames(page, grip)
            middle, tail = statistics.median(frames), percentile(frames, 0.95)
            note = f"{len(frames)} frames, {zoom}"
            rows.append(Row(f"{what} in {size}, median frame", middle, "", None, "ms", FRAME_GOAL, note))
            rows.append(Row(f"{what} in {size}, p95 frame", tail, "", None, "ms", TAIL_GOAL, note))
    page.close()
    return rows


def _node(page: Any) -> tuple[float, float]:
    """Return the middle of the head of a component that is in sight."""
    for head in page.locator("article header").all():
        box = head.bounding_box()
        if box and 300 < box["x"] < 900 and 120 < box["y"] < 700:
            return box["x"] + box["width"] / 2, box["y"] + min(box["height"], 20) / 2
    raise RuntimeError("no component is in sight")


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
