"""Modelling through the gateway: code that goes both ways, and settings that follow."""

from __future__ import annotations

import re
import time
from typing import Any

import httpx
import pytest
from glasswork_cli.failures import Failure

from tests.running import Glasswork

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def graph(glasswork: Glasswork) -> dict[str, Any]:
    dataset = glasswork.client.post("/datasets", {"example": "digits"})
    answer: dict[str, Any] = glasswork.client.post("/suggest", {"dataset": dataset["id"]})["graph"]
    return answer


def code_of(glasswork: Glasswork, graph: dict[str, Any], component: str) -> str:
    return str(glasswork.client.post("/code/component", {"graph": graph, "component": component})["code"])


def edit(glasswork: Glasswork, graph: dict[str, Any], component: str, text: str) -> dict[str, Any]:
    return glasswork.client.post("/code/edit", {"graph": graph, "component": component, "text": text})


def test_edited_literal_moves_the_setting(glasswork: Glasswork, graph: dict[str, Any]) -> None:
    text = code_of(glasswork, graph, "conv1").replace("filters=32", "filters=24")
    answer = edit(glasswork, graph, "conv1", text)
    assert answer["settings"] == {"filters": 24}
    assert answer["graph"]["components"]["conv1"]["settings"]["filters"] == 24
    assert code_of(glasswork, answer["graph"], "conv1") == text


def test_custom_code_is_previewed_and_its_error_names_its_line(glasswork: Glasswork, graph: dict[str, Any]) -> None:
    text = "class Twice(keras.Layer):\n    def call(self, x):\n        return x * 2\n"
    answer = edit(glasswork, graph, "flatten1", code_of(glasswork, graph, "flatten1") + "  # mine")
    assert answer["custom"]
    custom = edit(glasswork, graph, "dropout1", text)["graph"]
    preview = glasswork.client.post("/preview", {"graph": custom})["components"]
    assert preview["dropout1"]["state"] == "ok"
    assert preview["dropout1"]["statistics"]["max"] == pytest.approx(2 * preview["dense1"]["statistics"]["max"])
    broken = edit(glasswork, graph, "dropout1", text.replace("x * 2", "x.no_such"))["graph"]
    preview = glasswork.client.post("/preview", {"graph": broken})["components"]
    assert (preview["dropout1"]["state"], preview["dropout1"]["error"]["line"]) == ("error", 3)
    assert preview["digit_dense"]["state"] == "blocked"


def test_settings_follow_the_data_and_say_why(glasswork: Glasswork, graph: dict[str, Any]) -> None:
    changed = {**graph, "components": {**graph["components"], "digit_dense": {"type": "core.dense", "settings": {}}}}
    answer = glasswork.client.post("/suggest/settings", {"graph": changed})
    assert answer["graph"]["components"]["digit_dense"]["suggested"]["units"] == 10
    assert any("10 classes" in item["text"] for item in answer["explanation"])


def test_code_of_nobody_is_refused(glasswork: Glasswork, graph: dict[str, Any]) -> None:
    with pytest.raises(Failure, match="no component 'nobody'"):
        code_of(glasswork, graph, "nobody")


def until_drawn(http: httpx.Client, component_type: str) -> str:
    """Return a page with its example, which is not there while the executor is still loading."""
    deadline = time.monotonic() + 300
    while True:
        answer = http.get(f"/docs/components/{component_type}").raise_for_status()
        if "<figcaption>" in answer.text or time.monotonic() > deadline:
            return answer.text


def test_the_picture_of_a_page_is_what_a_preview_shows_now(glasswork: Glasswork) -> None:
    headers = {"Authorization": f"Bearer {glasswork.directory.token()}"}
    with httpx.Client(base_url=glasswork.client.url, headers=headers, trust_env=False, timeout=300) as http:
        page = until_drawn(http, "core.convolution")
    graphs = {
        template["title"]: template["graph"]
        for example in glasswork.client.items("/examples")
        for template in example["templates"]
    }
    name, title = re.search(r"As '(\w+)' in the ready model “([^”]+)”", page).groups()  # type: ignore[union-attr]
    preview = glasswork.client.post("/preview", {"graph": graphs[title]})["components"][name]

    assert preview["visualization"]["png"] in page
    assert f"values from {preview['statistics']['min']:.3g} to {preview['statistics']['max']:.3g}" in page


def test_every_component_type_has_a_page(glasswork: Glasswork) -> None:
    headers = {"Authorization": f"Bearer {glasswork.directory.token()}"}
    types = [item["type"] for item in glasswork.client.items("/components")]
    with httpx.Client(base_url=glasswork.client.url, headers=headers, trust_env=False) as http:
        pages = {name: until_drawn(http, name) for name in types}
        missing = http.get("/docs/components/core.nothing")
        told, untold = (http.get(f"/docs/diagnostics/{code}") for code in ("softmax-twice", "nothing"))
    assert "Softmax is applied twice" in told.text
    assert untold.status_code == 404
    assert "<h1>Convolution</h1>" in pages["core.convolution"]
    assert "<table>" in pages["core.convolution"]
    drawn = re.compile(r'(?:<img [^>]*alt|<svg [^>]*aria-label)="[^"]+ of the output for one row: [^"]+"')
    assert {name for name, page in pages.items() if not drawn.search(page)} == set()
    assert missing.status_code == 404
