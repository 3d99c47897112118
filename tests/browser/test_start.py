"""The start page and the way from a file to a trained model, with the clicks counted."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.running import ROOT, Glasswork

from .conftest import Held, open_model, screenshot, settled, signed_in, until
from .looks import at_widths, in_themes, overlaps, violations, with_axe

Model = Callable[..., str]
WINE = ROOT / "services/registry/src/glasswork_registry/examples/wine/wine.csv"

COUNT_CLICKS = """
addEventListener('pointerdown', () => {
  sessionStorage.clicks = Number(sessionStorage.clicks || 0) + 1;
}, true);
"""
DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name));
  for (const kind of ['dragover', 'drop'])
    document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}));
}"""


def drop(page: Any, name: str, content: bytes) -> None:
    """Drop a file onto the page, as from a folder of the desktop."""
    page.evaluate(DROP, [name, base64.b64encode(content).decode()])


def clicks(page: Any) -> int:
    return int(page.evaluate("Number(sessionStorage.clicks || 0)"))


def start_page(page: Any) -> None:
    page.goto("/")
    page.get_by_role("heading", name="New model").wait_for()


def predict(page: Any, column: str) -> None:
    page.get_by_role("group", name=f"Role of {column}").get_by_text("Predict").click()


def row(page: Any, name: str) -> Any:
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


@pytest.mark.main
def test_from_a_dropped_file_to_live_previews_in_six_clicks_and_a_tested_model_in_ten(
    page: Any, glasswork: Glasswork
) -> None:
    page.add_init_script(COUNT_CLICKS)
    start_page(page)
    drop(page, "wine.csv", WINE.read_bytes())
    page.wait_for_url("**/datasets/wine*")
    predict(page, "cultivar")
    page.get_by_role("button", name="Create the model").click()
    page.wait_for_url("**/models/*")
    page.wait_for_selector("article[data-state='ok']")
    nodes = page.locator("article")
    expect(nodes).to_have_count(32)
    expect(page.locator("article[data-state='ok']")).to_have_count(32)
    settled(page)
    expect(page.get_by_text("No problems")).to_be_visible()
    assert clicks(page) <= 6
    page.get_by_role("button", name="Train", exact=True).click()
    page.locator("[data-state='SUCCEEDED']").wait_for()
    if page.get_by_role("tab", name="Result").get_attribute("aria-selected") != "true":
        page.get_by_role("tab", name="Result").click()
    model = page.url.rpartition("/")[2]
    (run,) = glasswork.client.get("/runs", model=model)["items"]
    assert run["test"]["rows"] > 0
    expect(page.get_by_role("tabpanel", name="Result").get_by_text("accuracy").first).to_be_visible()
    assert clicks(page) <= 10
    page.goto("/")
    last = row(page, "wine")
    expect(last.first.get_by_text("trained")).to_be_visible()
    expect(last.first.get_by_text(f"accuracy {round(run['test']['accuracy'] * 100, 1):g} %")).to_be_visible()


def test_a_bad_file_is_explained_and_the_next_one_is_taken(page: Any) -> None:
    start_page(page)
    drop(page, "notes.txt", b"a,b\n1,2\n")
    expect(page.get_by_role("alert")).to_contain_text("expected .csv, .parquet, .npz or .zip")
    drop(page, "empty.csv", b"")
    expect(page.get_by_role("alert")).to_contain_text("is empty")
    drop(page, "mended.csv", b"size,price\n" + b"".join(b"%d,%d\n" % (n, 3 * n) for n in range(1, 60)))
    page.wait_for_url("**/datasets/mended*")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_upload_that_ends_later_leaves_people_where_they_are_and_tells(page: Any, new_model: Model) -> None:
    new_model(template="digits", name="Meanwhile")
    for name, content, told in (
        ("later.csv", WINE.read_bytes(), "later is taken in"),
        ("never.csv", b"", "never.csv was not taken in"),
    ):
        start_page(page)
        held = Held(page, "**/api/v1/datasets", "POST")
        drop(page, name, content)
        held.wait()
        row(page, "Meanwhile").get_by_role("link").click()
        page.wait_for_selector("article[data-state]")
        held.let_go()
        expect(page.get_by_text(told)).to_be_visible()
        assert "/models/meanwhile" in page.url


def test_columns_types_and_split_are_chosen_and_end_in_the_model(page: Any, glasswork: Glasswork) -> None:
    start_page(page)
    drop(page, "cellar.csv", WINE.read_bytes())
    page.wait_for_url("**/datasets/*")
    button = page.get_by_role("button", name="Create the model")
    expect(button).to_be_disabled()
    predict(page, "cultivar")
    page.get_by_role("group", name="Role of proline").get_by_text("Leave out").click()
    page.get_by_role("combobox", name="Read cultivar as").click()
    page.get_by_role("option", name="numerical").click()
    page.get_by_label("Training", exact=True).fill("60")
    expect(page.get_by_text("must sum to 100")).to_be_visible()
    expect(button).to_be_disabled()
    page.get_by_label("Test", exact=True).fill("20")
    expect(page.get_by_text("Predict cultivar from 12 columns.")).to_be_visible()
    page.get_by_role("region", name="What will be built").get_by_text("regression").first.wait_for()
    page.get_by_label("Name").fill("Cellar")
    button.click()
    page.wait_for_url("**/models/cellar*")
    graph = glasswork.client.get(f"/models/{page.url.rpartition('/')[2]}/graph")
    assert graph["dataset"]["split"] == {"train": 0.6, "validation": 0.2, "test": 0.2, "seed": 123}
    assert graph["dataset"]["features"]["cultivar"] == {"type": "numerical"}
    read = {item["settings"].get("feature") for item in graph["components"].values()}
    assert "proline" not in read
    assert any(item["type"] == "core.regression" for item in graph["components"].values())


def test_a_column_of_a_new_model_shows_the_figures_of_the_type_that_is_chosen(page: Any, glasswork: Glasswork) -> None:
    dataset = glasswork.client.post("/datasets", {"example": "wine"})["id"]
    page.goto(f"/datasets/{dataset}")
    cultivar = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="cultivar", exact=True))
    expect(cultivar).to_contain_text("3 classes: 1, 2, 3")
    cultivar.get_by_role("combobox", name="Read cultivar as").click()
    page.get_by_role("option", name="numerical").click()
    expect(cultivar).to_contain_text("1 to 3, mean")
    expect(cultivar).not_to_contain_text("classes")
    cultivar.get_by_role("combobox", name="Read cultivar as").click()
    page.get_by_role("option", name="categorical").click()
    expect(cultivar).to_contain_text("3 classes: 1, 2, 3")


def test_models_are_found_sorted_renamed_copied_and_deleted(page: Any, new_model: Model, glasswork: Glasswork) -> None:
    first, second = new_model(name="Shelf alpha"), new_model(template="digits", name="Shelf beta")
    start_page(page)
    page.get_by_label("Search models").fill("shelf")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Shelf beta")
    page.get_by_role("button", name="Name", exact=True).click()
    expect(rows.nth(0)).to_contain_text("Shelf alpha")
    expect(row(page, "Shelf alpha")).to_contain_text("0 components")
    page.get_by_role("button", name="Actions for Shelf alpha").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill("Shelf gamma")
    page.keyboard.press("Enter")
    expect(row(page, "Shelf gamma")).to_be_visible()
    until(page, lambda: glasswork.client.get(f"/models/{first}")["name"] == "Shelf gamma", "Shelf gamma")
    page.get_by_role("button", name="Actions for Shelf beta").click()
    page.get_by_role("menuitem", name="Duplicate").click()
    expect(row(page, "Shelf beta copy")).to_be_visible()
    page.get_by_role("button", name="Actions for Shelf beta", exact=True).click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(row(page, "Shelf beta")).to_have_count(0)
    # The page takes the row away at once, and puts it back should the deletion fail.
    until(
        page,
        lambda: second not in {item["id"] for item in glasswork.client.get("/models?page_size=1000")["items"]},
        "no Shelf beta",
    )
    page.get_by_label("Search models").fill("nothing of this name")
    expect(page.get_by_text("No model matches")).to_be_visible()


def test_a_template_says_what_it_teaches_and_what_to_reach_and_opens(page: Any) -> None:
    start_page(page)
    card = page.get_by_role("button", name="Image classification")
    expect(card).to_contain_text("Convolutions look for")
    expect(card).to_contain_text("Reach accuracy 96 %")
    expect(card).to_contain_text("always the commonest class: 10 %")
    card.click()
    page.wait_for_url("**/models/*")
    page.wait_for_selector("article[data-state='ok']")


def test_a_dataset_leaves_the_list_and_a_model_that_reads_it_stays_whole(page: Any, glasswork: Glasswork) -> None:
    client = glasswork.client
    content = b"size,price\n" + b"".join(b"%d,%d\n" % (n, 7 * n) for n in range(1, 80))
    start_page(page)
    drop(page, "needed.csv", content)
    page.wait_for_url("**/datasets/needed*")
    predict(page, "price")
    page.get_by_role("button", name="Create the model").click()
    page.wait_for_url("**/models/needed*")
    model = page.url.rpartition("/")[2]
    client.post(f"/models/{model}/versions", {"message": "kept"})
    page.goto("/datasets")
    page.get_by_role("button", name="Actions for needed", exact=True).click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(row(page, "needed")).to_have_count(0)
    open_model(page, model)
    expect(page.locator("article[data-state='ok']").first).to_be_visible()


def test_what_the_server_says_against_deleting_is_shown(page: Any) -> None:
    start_page(page)
    drop(page, "gone.csv", b"a,b\n" + b"".join(b"%d,%d\n" % (n, 9 * n) for n in range(1, 80)))
    page.wait_for_url("**/datasets/gone*")
    page.goto("/datasets")
    page.get_by_role("button", name="Actions for gone", exact=True).click()
    page.get_by_role("menuitem", name="Delete").click()
    # Somebody else was quicker.
    assert page.evaluate("fetch('/api/v1/datasets/gone', {method: 'DELETE'}).then(answer => answer.ok)")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("gone")


def test_everything_on_the_way_is_done_by_keyboard(page: Any) -> None:
    start_page(page)
    # Listened for from here on: else a quick key gets the browser's own dialog before the wish to see it arrives.
    page.on("filechooser", lambda _: None)
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="New model")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Choose a file")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(WINE)
    page.wait_for_url("**/datasets/*")
    radio = page.get_by_role("group", name="Role of cultivar").get_by_label("Input")
    radio.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("group", name="Role of cultivar").get_by_label("Predict")).to_be_checked()
    button = page.get_by_role("button", name="Create the model")
    expect(button).to_be_enabled()
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/models/*")


def empty_start(page: Any, made: Path) -> None:
    start_page(page)
    page.get_by_text("No models yet").wait_for()
    page.get_by_role("button", name="Take the tour").wait_for()


def empty_datasets(page: Any, made: Path) -> None:
    page.goto("/datasets")
    page.get_by_text("No datasets yet").wait_for()


def planned(page: Any, made: Path) -> None:
    start_page(page)
    page.get_by_label("File with data").set_input_files(made)
    page.wait_for_url("**/datasets/*")
    predict(page, "cultivar")
    page.get_by_role("region", name="What will be built").wait_for()


def first_rows(page: Any, made: Path) -> None:
    planned(page, made)
    page.get_by_role("tab", name="First rows").click()
    page.get_by_role("region", name="wine.csv").wait_for()


def refused(page: Any, made: Path) -> None:
    start_page(page)
    drop(page, "notes.txt", b"a")
    page.get_by_role("alert").wait_for()


SHOWN = (empty_start, empty_datasets, planned, first_rows, refused)


@with_axe
@pytest.mark.parametrize("view", SHOWN, ids=lambda view: str(view.__name__))
def test_a_view_of_the_start_is_accessible_and_in_place_in_each_theme_and_width(
    browser: Any, empty: Glasswork, view: Callable[[Any, Path], None]
) -> None:
    told = []
    with signed_in(browser, empty) as page:
        view(page, WINE)
        for width, theme in ((width, theme) for width in at_widths(page) for theme in in_themes(page)):
            screenshot(page, f"{view.__name__}-{theme}-{width}")
            told += [f"{view.__name__}, {theme}, {width} px: {item}" for item in overlaps(page) + violations(page)]
    assert not told, "\n".join(told)
