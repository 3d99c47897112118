"""Twelve misbehaving plugins installed together: each is survived and named, in all services and on the page."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.browser.conftest import screenshot, signed_in
from tests.chromium import CHROMIUM
from tests.end_to_end.misbehaving import FAULTY, install
from tests.running import Glasswork, command, started

pytestmark = [pytest.mark.services, pytest.mark.tensorflow]
USED = [name for name, plugin in FAULTY.items() if plugin.component]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glasswork]:
    """The services with all of the plugins."""
    site = tmp_path_factory.mktemp("site")
    install(site)
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH", "")])])
    with started(tmp_path_factory.mktemp("data"), PYTHONPATH=path, GLASSWORK_PLUGIN_SECONDS="15") as running:
        yield running


@pytest.fixture(scope="module")
def graph(faulty: Glasswork) -> dict[str, Any]:
    """A sound graph that the core plugin suggests, with a component of each plugin behind its first layer."""
    dataset = faulty.client.post("/datasets", {"example": "wine"})["id"]
    made: dict[str, Any] = faulty.client.post("/suggest", {"dataset": dataset})["graph"]
    made["components"]["train"]["settings"] = {"epochs": 2}
    return made


def with_faulty(graph: dict[str, Any]) -> dict[str, Any]:
    source = next(wire["from"] for wire in graph["connections"] if wire["to"] == "train.predictions")
    components = {name: {"type": f"{name}.layer"} for name in USED}
    wires = [{"from": source, "to": f"{name}.input"} for name in USED]
    return {
        **graph,
        "components": {**graph["components"], **components},
        "connections": [*graph["connections"], *wires],
    }


def failed(diagnostics: list[dict[str, Any]]) -> dict[str, str]:
    return {item["component"] or "": item["message"] for item in diagnostics if item["code"] == "plugin-failed"}


def edited_live(faulty: Glasswork, graph: dict[str, Any]) -> dict[str, str]:
    """Put the components into a model over the live session, and return what it says of plugins at the end."""
    model = faulty.client.post("/models", {"name": "Faulty", "graph": graph})["id"]
    url = f"{faulty.running.url.replace('http', 'ws', 1)}/api/v1/models/{model}/preview"
    wanted = with_faulty(graph)
    patch = [{"op": "replace", "path": f"/{part}", "value": wanted[part]} for part in ("components", "connections")]
    found: dict[str, str] = {}
    headers = {"Authorization": f"Bearer {faulty.directory.token()}"}
    with connect(url, additional_headers=headers, max_size=None) as socket:
        socket.send(json.dumps({"revision": 1, "patch": patch}))
        while True:
            message = json.loads(socket.recv(300))
            assert message["kind"] != "error", message
            if message["kind"] == "diagnostics":
                found |= failed(message["diagnostics"])
            if message["kind"] == "done" and message["revision"] == 1:
                return found


def test_every_fault_is_named_with_its_plugin(faulty: Glasswork, graph: dict[str, Any]) -> None:
    found = failed(faulty.client.post("/check", {"graph": with_faulty(graph)})["diagnostics"])
    # One finding for each component of theirs, and one for the rule, which is about no component.
    assert sorted(found) == sorted(["", *USED])
    assert edited_live(faulty, graph) == found
    assert all(f"the plugin '{name}' failed in Layer." in found[name] for name in USED)
    assert all(f"faulty_{name}/__init__.py:" in found[name] for name in USED if name != "template")
    plugins = {item["name"]: item for item in faulty.client.items("/plugins")}
    told = {name: f"{plugins[name]['error']} {plugins[name]['failures']}" for name in FAULTY}
    assert {name: plugin.told in told[name] for name, plugin in FAULTY.items()} == dict.fromkeys(FAULTY, True), told
    assert plugins["core"]["error"] is None
    assert plugins["core"]["failures"] == []


def test_palette_has_all_other_components(faulty: Glasswork) -> None:
    types = {item["type"]: item for item in faulty.client.items("/components")}
    assert "core.dense" in types
    assert "Layer.inputs" in types["inputs.layer"]["error"]
    assert types["suggest.layer"]["error"] is None
    assert types["rule.layer"]["inputs"] == types["core.flatten"]["inputs"]


def test_rest_of_the_graph_has_code_and_previews(faulty: Glasswork, graph: dict[str, Any]) -> None:
    mixed = with_faulty(graph)
    previews = faulty.client.post("/preview", {"graph": mixed})["components"]
    states = {name: previews[name]["state"] for name in graph["components"]}
    assert states == dict.fromkeys(graph["components"], "ok")
    sound = faulty.client.post("/code", {"graph": graph})
    assert set(sound["components"]) == set(graph["components"])


def test_model_without_them_trains(faulty: Glasswork, graph: dict[str, Any]) -> None:
    run = faulty.client.post("/runs", {"graph": graph})
    for _ in faulty.client.events(run["id"]):
        pass
    assert faulty.client.get(f"/runs/{run['id']}")["state"] == "SUCCEEDED"
    assert faulty.client.health()["status"] == "ok"


def test_command_line_names_the_broken_ones(faulty: Glasswork, tmp_path_factory: pytest.TempPathFactory) -> None:
    site = tmp_path_factory.mktemp("site")
    install(site, "hangs")
    found = {"PYTHONPATH": str(site)}
    listed = command("plugin", "list", "--json", directory=faulty.directory.path, environment=found)
    assert listed.returncode == 1, listed.stderr
    errors = {item["name"]: item["error"] for item in json.loads(listed.stdout)["items"]}
    assert {name for name, error in errors.items() if error} == {
        "raises", "exits", "twice", "wrong", "misspelt"
    }  # fmt: skip


@pytest.mark.main
@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH")
def test_page_names_them_and_shows_the_rest(faulty: Glasswork, graph: dict[str, Any], browser: Any) -> None:
    model = faulty.client.post("/models", {"name": "Shown", "graph": with_faulty(graph)})["id"]
    with signed_in(browser, faulty) as page:
        page.set_default_timeout(60_000)
        page.goto(f"/models/{model}")
        page.wait_for_selector("article[data-state='ok']")
        page.get_by_text("12 plugins have problems").click()
        for name, plugin in FAULTY.items():
            assert plugin.told in page.locator("dl").inner_text(), name
        page.wait_for_selector("button[data-type='core.dense']")
        page.wait_for_selector("button[data-type='inputs.layer'][data-broken]")
        page.keyboard.press("Control+Shift+m")
        problems = page.get_by_role("region", name="Problems")
        problems.get_by_text("the plugin 'infer' failed in Layer.infer").first.wait_for()
        screenshot(page, "plugins-with-problems")
