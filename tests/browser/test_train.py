"""Training from the canvas: the journey from pressing Train to a restored version, and what blocks it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.running import Glasswork

from .conftest import Held, drawn, node, open_model, screenshot, settled, signed_in, until
from .looks import at_rest, at_widths, in_themes, violations, with_axe

# The tabs of the panel, and what is there when each has all that it shows.
TABS = {
    "Curves": "figure[data-metric='loss'] canvas",
    "Predictions": "li[data-right]",
    "Result": "tr[data-metric='accuracy']",
    "Runs": "[data-verdict]",
    "Try it": "button:text-is('Take a row of the test split')",
    "Exports": "button[aria-label='Export TFLite']",
    "Versions": "[data-version]",
}


def train(page: Any) -> None:
    page.get_by_role("button", name="Train", exact=True).click()


def tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def ended(page: Any) -> None:
    page.locator("[data-state='SUCCEEDED']").first.wait_for()


def runs_of(glasswork: Glasswork, model: str) -> list[dict[str, Any]]:
    """The runs of a model, the newest first."""
    return list(glasswork.client.get("/runs", model=model)["items"])


def shown_metrics(page: Any) -> dict[int, dict[str, float]]:
    """The points of the curves, as the table beside them has them."""
    read = """rows => rows.map(row => [Number(row.dataset.epoch), Object.fromEntries(
        [...row.querySelectorAll('td')].map(cell => [cell.dataset.name, Number(cell.dataset.value)]))])"""
    return dict(page.locator("tr[data-epoch]").evaluate_all(read))


def labels(page: Any) -> list[str]:
    return list(page.locator("figure[data-metric] [role='img']").evaluate_all("all => all.map(one => one.ariaLabel)"))


def pixels(page: Any) -> list[str]:
    """The charts as they are drawn."""
    return list(page.locator("figure[data-metric] canvas").evaluate_all("all => all.map(one => one.toDataURL())"))


def short_model(glasswork: Glasswork, new_model: Callable[..., str], epochs: int) -> str:
    """The digits example with so many epochs."""
    graph = glasswork.client.get(f"/models/{new_model(template='digits', name='Digits')}/graph")
    graph["components"]["train"]["settings"] = {"epochs": epochs, "early_stopping": False}
    return new_model(graph=graph, name="Digits")


def run_ended(glasswork: Glasswork, run: str) -> dict[str, Any]:
    """Wait until a run has ended, and return it."""
    while (found := glasswork.client.get(f"/runs/{run}"))["state"] in ("PENDING", "RUNNING"):
        time.sleep(0.1)
    return found


def curves_move(page: Any) -> None:
    """Wait until the loss has been drawn and drawn anew, while the run is under way."""
    page.wait_for_selector("figure[data-metric='loss'] canvas")
    first = pixels(page)
    until(page, lambda: pixels(page) != first, "a curve that moves")
    assert page.get_by_role("button", name="Pause").is_visible()


@pytest.mark.main
def test_the_journey_from_train_to_a_restored_version(
    page: Any, glasswork: Glasswork, new_model: Callable[..., str]
) -> None:
    model = short_model(glasswork, new_model, 30)
    open_model(page, model)
    train(page)
    curves_move(page)
    paused_curves_hold_still(page)
    kernels_of_a_convolution_are_shown(page)
    page.get_by_role("button", name="Resume").click()
    ended(page)
    run = runs_of(glasswork, model)[0]["id"]
    curves_equal_the_metrics(page, glasswork, run)
    tab(page, "Result")
    cell = page.locator("tr[data-metric='accuracy'] td[data-test]")
    accuracy = glasswork.client.get(f"/runs/{run}")["test"]["accuracy"]
    until(page, lambda: float(cell.get_attribute("data-test")) == accuracy, f"the accuracy {accuracy}")
    expect(cell).to_have_text(f"{accuracy:.4g}")
    tflite_is_downloaded(page, glasswork, run)
    save_version(page, "As it was suggested")
    set_filters(page, 2)
    the_page_says_which_run_is_better(page, glasswork, model)
    save_version(page, "Two filters")
    page.get_by_role("button", name="Restore “As it was suggested”").click()
    page.get_by_text("Undo takes it back").wait_for()
    settled(page)
    graph = glasswork.client.get(f"/models/{model}/graph")
    assert "filters" not in graph["components"]["conv1"]["settings"]
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Undone:").wait_for()
    settled(page)
    graph = glasswork.client.get(f"/models/{model}/graph")
    assert graph["components"]["conv1"]["settings"]["filters"] == 2


def paused_curves_hold_still(page: Any) -> None:
    page.get_by_role("button", name="Pause").click()
    page.locator("[data-state='PAUSED']").first.wait_for()
    drawn(page)
    before = pixels(page), labels(page)
    # What the paused process answers now comes after all that it had to tell of its curves.
    tab(page, "Predictions")
    page.get_by_text("24 rows of the validation split").wait_for()
    tab(page, "Curves")
    page.wait_for_selector(TABS["Curves"])
    at_rest(page)
    assert (pixels(page), labels(page)) == before


def kernels_of_a_convolution_are_shown(page: Any) -> None:
    node(page, "conv1").locator("header").click()
    tab(page, "Run")
    page.locator("[data-variable='weight kernel']").wait_for()
    step = page.locator("[data-step]").first.get_attribute("data-step")
    # The gradients of a step that is asked for are kept, however quick the pause was.
    page.get_by_role("region", name="Training").get_by_role("button", name="Do one step").click()
    page.locator(f"[data-step]:not([data-step='{step}'])").first.wait_for()
    for variable in ("output output", "weight kernel", "weight bias", "gradient kernel"):
        page.locator(f"[data-variable='{variable}']").wait_for()
    kernel = page.locator("[data-variable='weight kernel']")
    expect(kernel).to_contain_text("3 × 3 × 1 × 32")
    assert kernel.locator("img").evaluate("image => image.naturalWidth") > 0
    expect(kernel).to_contain_text("16 of 32 channels")
    tab(page, "Predictions")
    page.get_by_text("24 rows of the validation split").wait_for()
    screenshot(page, "train-paused")
    tab(page, "Curves")


def curves_equal_the_metrics(page: Any, glasswork: Glasswork, run: str) -> None:
    tab(page, "Curves")
    page.get_by_role("switch", name="As a table").click()
    page.locator("tr[data-epoch]").first.wait_for()
    rows = glasswork.client.get(f"/runs/{run}/metrics")["items"]
    assert shown_metrics(page) == {row["epoch"]: row["metrics"] for row in rows}
    assert len(rows) == 30
    page.get_by_role("switch", name="As a table").click()


def tflite_is_downloaded(page: Any, glasswork: Glasswork, run: str) -> None:
    tab(page, "Exports")
    page.get_by_role("button", name="Export TFLite").click()
    link = page.get_by_role("link", name="Download model.tflite")
    link.wait_for()
    with page.expect_download() as download:
        link.click()
    content = download.value.path().read_bytes()
    export = glasswork.client.get(f"/runs/{run}/exports")["items"][0]
    assert len(content) == export["bytes"]
    # Every TFLite file has this mark behind its first offset.
    assert content[4:8] == b"TFL3"


def save_version(page: Any, message: str) -> None:
    tab(page, "Versions")
    page.get_by_label("What is it?").fill(message)
    page.get_by_role("button", name="Save a version").click()
    page.get_by_role("button", name=f"Restore “{message}”").wait_for()


def set_filters(page: Any, filters: int) -> None:
    node(page, "conv1").locator("header").click()
    tab(page, "Settings")
    field = page.get_by_role("spinbutton", name="Filters")
    field.fill(str(filters))
    field.press("Enter")
    settled(page)


def the_page_says_which_run_is_better(page: Any, glasswork: Glasswork, model: str) -> None:
    train(page)
    anyway, pause = page.get_by_role("button", name="Train anyway"), page.get_by_role("button", name="Pause")
    anyway.or_(pause).first.wait_for()
    if anyway.is_visible():
        anyway.click()
    pause.wait_for()
    ended(page)
    second, first = runs_of(glasswork, model)
    tab(page, "Runs")
    words = page.locator("[data-verdict]")
    words.wait_for()
    one, two = first["test"]["accuracy"], second["test"]["accuracy"]
    better = "Run 1" if one > two else "Run 2"
    expected = "are equal" if one == two else f"{better} is better than {'Run 2' if better == 'Run 1' else 'Run 1'}"
    expect(words).to_contain_text(expected)
    best = second["id"] if two > one else first["id"]
    expect(page.locator(f"tr[data-run='{best}']")).to_contain_text("best")
    other = first["id"] if best == second["id"] else second["id"]
    expect(page.locator(f"tr[data-run='{other}']")).to_contain_text("conv1.filters")
    screenshot(page, "train-runs")


def test_an_error_keeps_from_training_and_says_what_to_do(
    page: Any, glasswork: Glasswork, new_model: Callable[..., str]
) -> None:
    model = new_model(template="digits", name="Broken")
    graph = glasswork.client.get(f"/models/{model}/graph")
    graph["connections"] = [wire for wire in graph["connections"] if wire["to"] != "train.predictions"]
    model = new_model(graph=graph, name="Broken")
    open_model(page, model)
    page.locator("[data-problems]:not([data-problems='0'])").wait_for()
    train(page)
    page.get_by_text("before training").wait_for()
    screenshot(page, "train-blocked")
    assert runs_of(glasswork, model) == []
    page.get_by_role("button", name="Show the problems").click()
    page.get_by_role("region", name="Problems").wait_for()


def test_a_failed_run_leads_to_the_line_that_failed(
    page: Any, glasswork: Glasswork, new_model: Callable[..., str]
) -> None:
    model = short_model(glasswork, new_model, 3)
    graph = glasswork.client.get(f"/models/{model}/graph")
    answer = glasswork.client.post("/code", {"graph": graph})
    code = answer["components"]["image_normalize"]["code"]
    broken = code.replace("return ", 'tf.debugging.assert_less(x, -1.0, "too large")\n        return ', 1)
    edited = glasswork.client.post("/code/edit", {"graph": graph, "component": "image_normalize", "text": broken})
    model = new_model(graph=edited["graph"], name="Fails")
    run = glasswork.client.post("/runs", {"model": model})["id"]
    error = run_ended(glasswork, run)["error"]
    assert error["component"] == "image_normalize"
    page.goto(f"/models/{model}")
    page.get_by_role("button", name="Training", exact=True).click()
    page.get_by_text(f"line {error['line']} of its code").first.wait_for()
    screenshot(page, "train-failed")
    # So little of the code is seen that the line has to be brought into sight.
    page.set_viewport_size({"width": 1440, "height": 560})
    page.get_by_role("button", name="Show the line").click()
    page.get_by_role("tab", name="Code", exact=True, selected=True).wait_for()
    marked = page.get_by_role("region", name="Inspector").locator(".cm-line.cm-marked")
    marked.wait_for()
    failing = edited["graph"]["components"]["image_normalize"]["code"]["text"].splitlines()[error["line"] - 1]
    assert "assert_less" in failing
    assert marked.all_inner_texts() == [failing]
    expect(marked).to_be_in_viewport(ratio=0.4)
    screenshot(page, "train-failed-line")
    # The mark goes with the first edit: it would jump back at each keystroke.
    marked.click()
    page.keyboard.press("End")
    page.keyboard.insert_text("  # here")
    expect(marked).to_have_count(0)


def test_a_run_keeps_its_number_when_an_older_one_is_deleted(
    page: Any, glasswork: Glasswork, new_model: Callable[..., str]
) -> None:
    model = short_model(glasswork, new_model, 1)
    made = []
    for _ in range(2):
        made.append(glasswork.client.post("/runs", {"model": model})["id"])
        run_ended(glasswork, made[-1])
    open_model(page, model)
    page.keyboard.press("Shift+r")
    page.get_by_role("button", name="Delete Run 1").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the run").click()
    expect(page.locator(f"tr[data-run='{made[0]}']")).to_have_count(0)
    expect(page.locator(f"tr[data-run='{made[1]}']").get_by_role("rowheader")).to_contain_text("Run 2")
    third = glasswork.client.post("/runs", {"model": model})
    assert third["number"] == 3


@pytest.fixture(scope="module")
def trained(glasswork: Glasswork) -> str:
    """A model with two runs and a version."""
    client = glasswork.client
    model = str(client.post("/models", {"template": "digits", "name": "Digits"})["id"])
    graph = client.get(f"/models/{model}/graph")
    for filters in (16, 4):
        graph["components"]["train"]["settings"] = {"epochs": 5, "early_stopping": False}
        graph["components"]["conv1"]["settings"] = {"filters": filters}
        model = str(client.post("/models", {"graph": graph, "name": "Digits"})["id"]) if filters == 16 else model
        client.put(f"/models/{model}/graph", graph)
        run = client.post("/runs", {"model": model})["id"]
        run_ended(glasswork, run)
    client.post(f"/models/{model}/versions", {"message": "Four filters", "run": run})
    return model


@with_axe
def test_every_tab_is_accessible_and_in_its_place_in_each_theme_and_width(
    browser: Any, glasswork: Glasswork, trained: str
) -> None:
    told = []
    with signed_in(browser, glasswork) as page:
        open_model(page, trained)
        page.get_by_role("button", name="Training", exact=True).click()
        node(page, "conv1").locator("header").click()
        tab(page, "Run")
        page.locator("[data-variable='weight kernel'] img").wait_for()
        for name, shown in TABS.items():
            tab(page, name)
            page.locator(shown).first.wait_for()
            for theme in in_themes(page):
                screenshot(page, f"train-{name.lower().replace(' ', '-')}-{theme}")
                for width in at_widths(page):
                    wide = page.evaluate("document.documentElement.scrollWidth")
                    told += [f"{name}, {theme}: {wide} px wide in a window of {width}"] * (wide > width)
                told += [f"{name}, {theme}: {item}" for item in violations(page)]
    assert not told, "\n".join(told)


def test_the_model_is_tried_with_a_row_of_the_data(page: Any, trained: str) -> None:
    open_model(page, trained)
    page.get_by_role("button", name="Training", exact=True).click()
    tab(page, "Try it")
    page.get_by_role("button", name="Take a row of the test split").click()
    page.locator("[data-prediction]").wait_for()
    page.get_by_text("The truth is").wait_for()
    page.get_by_role("button", name="Clear").click()
    board = page.get_by_role("application", name="Drawing for image").locator("canvas")
    box = board.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 12, steps=12)
    page.mouse.up()
    page.get_by_role("button", name="Predict", exact=True).click()
    page.locator("output li").first.wait_for()
    expect(page.locator("output li")).to_have_count(10)


def test_an_answer_that_comes_late_does_not_stand_beside_another_row(page: Any, trained: str) -> None:
    open_model(page, trained)
    page.get_by_role("button", name="Training", exact=True).click()
    tab(page, "Try it")
    held = Held(page, "**/api/v1/runs/*/predict", "POST")
    page.get_by_role("button", name="Take a row of the test split").click()
    held.wait()
    page.get_by_role("button", name="Clear").click()
    with page.expect_response("**/api/v1/runs/*/predict"):
        held.let_go()
    drawn(page)
    assert page.locator("[data-prediction]").count() == 0
    page.get_by_role("button", name="Predict", exact=True).click()
    page.locator("[data-prediction]").wait_for()


def test_the_rows_of_one_run_are_not_shown_as_those_of_another(page: Any, trained: str) -> None:
    open_model(page, trained)
    page.get_by_role("button", name="Training", exact=True).click()
    tab(page, "Predictions")
    page.locator("li[data-right]").first.wait_for()
    held = Held(page, "**/api/v1/runs/*/samples*", "GET")
    page.get_by_role("combobox", name="Run shown").click()
    page.get_by_role("option", name="Run 1").click()
    held.wait()
    expect(page.locator("li[data-right]")).to_have_count(0)
    held.let_go()
    page.locator("li[data-right]").first.wait_for()
