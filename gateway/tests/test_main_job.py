"""The main job over REST and WebSockets alone, on real processes and real data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect

Json = dict[str, Any]
pytestmark = [pytest.mark.services, pytest.mark.tensorflow]
ROOT = Path(__file__).parents[2]
WINE = ROOT / "services/registry/src/glasswork_registry/examples/wine/wine.csv"


def ok(answer: httpx.Response, status: int = 200) -> Json:
    assert answer.status_code == status, answer.text
    body: Json = answer.json() if answer.content else {}
    return body


def ended(api: httpx.Client, path: str) -> Json:
    """Wait for a run or a job."""
    deadline = time.monotonic() + 600
    while (job := ok(api.get(path)))["state"] in ("PENDING", "RUNNING"):
        assert time.monotonic() < deadline, f"{path} is still {job['state']}"
        time.sleep(0.1)
    return job


def upload(api: httpx.Client, data: bytes, name: str) -> httpx.Response:
    return api.post("/datasets", files={"file": (name, data)})


@pytest.fixture(scope="session")
def graph(api: httpx.Client) -> Json:
    """A small sound graph for wine, uploaded as a plain CSV by a user who only names the target."""
    dataset = ok(upload(api, WINE.read_bytes(), "my wine.csv"), 201)
    assert (dataset["rows"], dataset["targets"], dataset["warnings"]) == (178, [], [])
    answer = ok(api.post("/suggest", json={"dataset": dataset["id"], "targets": ["cultivar"]}))
    assert all(item["text"] for item in answer["explanation"])
    found: Json = answer["graph"]
    training = next(item for item in found["components"].values() if item["type"] == "core.classification")
    training["settings"]["epochs"] = 4
    return found


@pytest.fixture(scope="session")
def run(api: httpx.Client, graph: Json) -> str:
    """A run that has ended."""
    started = ok(api.post("/runs", json={"graph": graph, "devices": "cpu"}), 202)
    assert ended(api, f"/runs/{started['id']}")["state"] == "SUCCEEDED"
    return str(started["id"])


def test_the_graph_is_sound_coded_and_previewed(api: httpx.Client, graph: Json) -> None:
    assert ok(api.post("/check", json={"graph": graph}))["diagnostics"] == []
    code = ok(api.post("/code", json={"graph": graph}))
    part = code["components"]["dense1"]
    lines = code["script"].splitlines()
    assert "\n".join(lines[part["first_line"] - 1 : part["last_line"]]) in code["script"]
    previews = ok(api.post("/preview", json={"graph": graph}))["components"]
    assert set(previews) == set(graph["components"])
    assert {item["state"] for item in previews.values()} == {"ok"}
    again = ok(api.post("/preview", json={"graph": graph}))["components"]
    assert all(item["cached"] for item in again.values())


def test_custom_code_in_a_preview_sees_no_token_and_changes_nothing(
    api: httpx.Client, graph: Json, deployment: Any
) -> None:
    for name, mode in (("token", "r"), ("secret", "r"), ("registry.db", "a"), ("datasets/new", "w")):
        text = "class Dense1(keras.Layer):\n    def call(self, x):\n"
        text += f"        open({str(deployment.data / name)!r}, {mode!r})\n        return x\n"
        dense = graph["components"]["dense1"] | {"code": {"text": text, "base": ""}}
        nosy = graph | {"components": graph["components"] | {"dense1": dense}}
        preview = ok(api.post("/preview", json={"graph": nosy}))["components"]["dense1"]
        assert (preview["state"], preview["error"]["line"]) == ("error", 3)
        assert preview["error"]["message"].startswith("PermissionError")
        assert str(deployment.data) not in preview["error"]["message"]


def test_a_model_is_trained_tested_exported_versioned_and_restored(api: httpx.Client, graph: Json) -> None:
    model = ok(api.post("/models", json={"name": "My wine", "graph": graph}), 201)
    path = f"/models/{model['id']}"
    run = ok(api.post("/runs", json={"model": model["id"]}), 202)
    done = ended(api, f"/runs/{run['id']}")
    assert (done["state"], done["model"], done["epochs"]) == ("SUCCEEDED", model["id"], 4)
    assert len(ok(api.get(f"/runs/{run['id']}/metrics"))["items"]) == done["epoch"]
    job = ok(api.post(f"/runs/{run['id']}/tests", json={}), 202)
    results = ended(api, f"/runs/{run['id']}/tests/{job['id']}")["results"]
    assert [item["id"] for item in ok(api.get(f"/runs/{run['id']}/tests"))["items"]] == [job["id"]]
    assert results == done["test"]
    listed = {item["id"]: item for item in ok(api.get("/models?page_size=1000"))["items"]}[model["id"]]
    assert (listed["component_count"], listed["last_run"]["id"]) == (len(graph["components"]), run["id"])
    assert listed["last_run"]["state"] == "SUCCEEDED"
    assert listed["last_run"]["test"]["accuracy"] == results["accuracy"]
    assert {"rows", "accuracy", "f1", "auc", "confusion_matrix", "classes", "interval", "baseline"} <= set(results)
    export = ok(api.post(f"/runs/{run['id']}/exports", json={"format": "keras"}), 202)
    export = ended(api, f"/runs/{run['id']}/exports/{export['id']}")
    file = api.get(f"/runs/{run['id']}/exports/{export['id']}/file")
    assert len(file.content) == export["bytes"] > 0
    assert export["max_difference"] <= 1e-5
    version = ok(api.post(f"{path}/versions", json={"message": "trained", "run": run["id"]}), 201)
    assert (version["metrics"]["run"], len(version["weights"])) == (run["id"], 64)
    content = ok(api.get(f"{path}/versions/{version['id']}"))
    assert content["script"] == ok(api.get(f"/runs/{run['id']}/code"))["script"]
    ok(api.put(f"{path}/graph", json={"format": 1, "components": {}}))
    restored = ok(api.post(f"{path}/restore", json={"version": version["id"]}))
    assert api.get(f"{path}/graph").headers["etag"] == f'"{restored["etag"]}"'
    assert ok(api.get(f"{path}/graph"))["components"] == graph["components"]


def test_a_lost_update_is_412_with_the_present_etag(api: httpx.Client, graph: Json) -> None:
    path = f"/models/{ok(api.post('/models', json={'name': 'Two editors'}), 201)['id']}/graph"
    read = api.get(path)
    assert api.get(path, headers={"If-None-Match": read.headers["etag"]}).status_code == 304
    written = api.put(path, json=graph, headers={"If-Match": read.headers["etag"]})
    assert written.status_code == 200
    lost = api.put(path, json=graph, headers={"If-Match": read.headers["etag"]})
    assert (lost.status_code, lost.headers["etag"]) == (412, written.headers["etag"])


def test_models_are_made_renamed_copied_and_removed(api: httpx.Client) -> None:
    made = ok(api.post("/models", json={"template": "digits"}), 201)
    assert made["name"] == "digits"
    path = f"/models/{made['id']}"
    assert ok(api.patch(path, json={"name": "Other"}))["name"] == "Other"
    copy = ok(api.post(f"{path}/duplicate"), 201)
    assert api.delete(f"/models/{copy['id']}").status_code == 204
    assert api.get(f"/models/{copy['id']}").status_code == 404
    assert made["id"] in {item["id"] for item in ok(api.get("/models?page_size=1000"))["items"]}


def test_a_model_without_a_run_is_listed_without_one(api: httpx.Client) -> None:
    made = ok(api.post("/models", json={"name": "Fresh"}), 201)
    listed = {item["id"]: item for item in ok(api.get("/models?page_size=1000"))["items"]}[made["id"]]
    assert (listed["component_count"], listed["last_run"]) == (0, None)


def test_a_column_is_read_as_it_is_asked_for_in_a_suggestion(api: httpx.Client) -> None:
    dataset = ok(upload(api, WINE.read_bytes(), "my wine.csv"), 201)
    body = {"dataset": dataset["id"], "targets": ["cultivar"], "types": {"cultivar": "numerical"}}
    graph = ok(api.post("/suggest", json=body))["graph"]
    assert graph["dataset"]["features"]["cultivar"] == {"type": "numerical"}
    assert "core.regression" in {item["type"] for item in graph["components"].values()}


def test_a_dataset_read_otherwise_has_the_figures_of_its_new_types(api: httpx.Client) -> None:
    table = "postcode,income\n" + "\n".join(f"{1010 + 1010 * (row % 4)},{row}.5" for row in range(80))
    dataset = ok(upload(api, table.encode(), "places.csv"), 201)
    own = dataset["features"]["postcode"]
    assert (own["type"], own["statistics"]["classes"]) == ("categorical", ["1010", "2020", "3030", "4040"])
    read = ok(api.post(f"/datasets/{dataset['id']}/profile", json={"types": {"postcode": "numerical"}}))
    other = read["features"]["postcode"]
    assert (other["type"], other["types"]) == ("numerical", own["types"])
    assert (other["statistics"]["min"], other["statistics"]["max"]) == (1010, 4040)
    assert "classes" not in other["statistics"]
    assert read["features"]["income"] == dataset["features"]["income"]
    assert ok(api.get(f"/datasets/{dataset['id']}")) == dataset
    split = {"train": 0.5, "validation": 0.4, "test": 0.1, "seed": 1}
    halved = ok(api.post(f"/datasets/{dataset['id']}/profile", json={"split": split}))
    assert halved["features"]["income"]["statistics"]["mean"] != dataset["features"]["income"]["statistics"]["mean"]


@pytest.mark.parametrize("path", ["/datasets/{id}/profile", "/suggest"])
@pytest.mark.parametrize(("types", "expected"), [({"none": "numerical"}, "no column"), ({"proline": "image"}, "image")])
def test_a_column_that_cannot_be_read_like_this_is_refused_by_its_name(
    api: httpx.Client, path: str, types: dict[str, str], expected: str
) -> None:
    dataset = ok(upload(api, WINE.read_bytes(), "wine.csv"), 201)["id"]
    asked = {"dataset": dataset, "targets": ["cultivar"]} if path == "/suggest" else {}
    answer = api.post(path.format(id=dataset), json={**asked, "types": types})
    assert answer.status_code == 422
    assert expected in answer.json()["detail"]
    assert answer.json()["field"] == f"types.{next(iter(types))}"


def test_the_code_of_a_column_read_otherwise_knows_its_classes(api: httpx.Client) -> None:
    table = "postcode,income\n" + "\n".join(f"{1010 + 1010 * (row % 4)},{row}.5" for row in range(80))
    dataset = ok(upload(api, table.encode(), "places.csv"), 201)["id"]
    body = {"dataset": dataset, "inputs": ["income"], "targets": ["postcode"], "types": {"postcode": "numerical"}}
    graph = ok(api.post("/suggest", json=body))["graph"]
    code = ok(api.post("/code", json={"graph": graph}))["components"]["postcode"]["code"]
    assert "cat.codes" not in code
    graph["dataset"]["features"]["postcode"]["type"] = "categorical"
    found = ok(api.post("/check", json={"graph": graph}))["diagnostics"]
    assert any("postcode" in item["message"] for item in found if item["severity"] == "error")
    classes = ok(api.post("/suggest", json={**body, "types": {}}))["graph"]
    assert classes["components"]["postcode_dense"]["suggested"]["units"] == 4
    assert "cat.codes" in ok(api.post("/code", json={"graph": classes}))["components"]["postcode"]["code"]


def test_an_unfinished_model_is_saved_without_code(api: httpx.Client) -> None:
    model = ok(api.post("/models", json={"name": "Unfinished"}), 201)["id"]
    headers = {"Idempotency-Key": "once"}
    first = ok(api.post(f"/models/{model}/versions", json={"message": "empty"}, headers=headers), 201)
    again = ok(api.post(f"/models/{model}/versions", json={"message": "empty"}, headers=headers), 201)
    assert first == again
    assert ok(api.get(f"/models/{model}/versions"))["items"] == [first]
    late = api.post(f"/models/{model}/versions", json={"message": "late", "expected_head": ""})
    assert (late.status_code, late.json()["head"]) == (409, first["id"])


def test_what_there_is_to_work_with_is_listed(api: httpx.Client) -> None:
    components = {item["type"]: item for item in ok(api.get("/components?page_size=1000"))["items"]}
    assert components["core.convolution"]["settings_schema"]["properties"]["filters"]["minimum"] == 1
    examples = {item["name"]: item for item in ok(api.get("/examples"))["items"]}
    assert examples.keys() == {"digits", "digit_halves", "wine", "diabetes"}
    assert {item["name"] for item in examples["digits"]["templates"]} >= {"digits_images", "digits_autoencoder"}
    assert any(item["name"] == "core" and not item["error"] for item in ok(api.get("/plugins"))["items"])
    assert ok(api.get("/devices"))["items"][0]["kind"] == "cpu"


def test_an_ended_run_is_looked_into_and_predicts(api: httpx.Client, graph: Json, run: str) -> None:
    variables = ok(api.get(f"/runs/{run}/components/dense1"))["variables"]
    assert {"output", "kernel", "bias"} <= {item["name"] for item in variables}
    source = graph["dataset"]["source"].removeprefix("dataset:")
    rows = ok(api.get(f"/datasets/{source}/rows?page_size=3"))["items"]
    predictions = ok(api.post(f"/runs/{run}/predict", json={"rows": rows}))["predictions"]
    assert [set(item) for item in predictions] == [{"cultivar", "probabilities"}] * 3


def test_a_run_is_paused_changed_resumed_and_stopped(api: httpx.Client, graph: Json) -> None:
    longer = json.loads(json.dumps(graph))
    training = next(item for item in longer["components"].values() if item["type"] == "core.classification")
    training["settings"] |= {"epochs": 100_000}
    training["suggested"] = {**training.get("suggested", {}), "early_stopping": False}
    run = ok(api.post("/runs", json={"graph": longer}), 202)["id"]
    while ok(api.get(f"/runs/{run}"))["epoch"] < 1:
        time.sleep(0.05)
    paused = ok(api.post(f"/runs/{run}/pause"))
    assert paused["state"] == "PAUSED"
    assert ok(api.get(f"/runs/{run}/components/dense1"))["variables"]
    ok(api.patch(f"/runs/{run}", json={"learning_rate": 0.01}))
    assert ok(api.post(f"/runs/{run}/resume", json={}))["state"] in ("RUNNING", "SUCCEEDED")
    ok(api.post(f"/runs/{run}/stop"))
    done = ended(api, f"/runs/{run}")
    assert (done["state"], done["end_reason"]) == ("SUCCEEDED", "stopped")
    assert api.delete(f"/runs/{run}").status_code == 204


def test_every_diagnostic_explains_itself(api: httpx.Client) -> None:
    found = {item["code"]: item for item in ok(api.get("/diagnostics?page_size=1000"))["items"]}
    assert (len(found) > 100, found["softmax-twice"]["severity"]) == (True, "warning")
    assert len(ok(api.get("/diagnostics"))["items"]) == 50


def test_a_model_is_made_of_a_template_and_sound(api: httpx.Client) -> None:
    model = ok(api.post("/models", json={"template": "digits_sequence"}), 201)
    assert model["name"] == "Sequence model"
    graph = ok(api.get(f"/models/{model['id']}/graph"))
    graph = graph.get("graph", graph)
    assert graph["components"]["memory"]["type"] == "core.recurrent"
    assert ok(api.post("/check", json={"graph": graph}))["diagnostics"] == []


def test_a_reader_that_comes_again_has_every_event_once(deployment: Any, api: httpx.Client, graph: Json) -> None:
    run = ok(api.post("/runs", json={"graph": graph}), 202)["id"]
    address = f"{deployment.sockets}/runs/{run}/events"
    seen: list[Json] = []
    finished = False
    while not finished:
        after = seen[-1]["sequence"] if seen else 0
        with connect(f"{address}?after={after}", additional_headers=deployment.headers, proxy=None) as socket:
            for count, message in enumerate(socket):
                seen.append(json.loads(message))
                if count == 3:
                    break
            else:
                finished = True
    with connect(address, additional_headers=deployment.headers, proxy=None) as socket:
        whole = [json.loads(message) for message in socket]
    assert [item["sequence"] for item in seen] == sorted({item["sequence"] for item in seen})
    lasting = [[item for item in events if item["kind"] != "batch"] for events in (seen, whole)]
    assert lasting[0] == lasting[1]
    assert lasting[0][-1]["state"] == "SUCCEEDED"


def test_sockets_of_what_is_not_there_say_so(deployment: Any) -> None:
    for path in ("/runs/nothing/events", "/models/nothing/preview"):
        with connect(deployment.sockets + path, additional_headers=deployment.headers, proxy=None) as socket:
            assert json.loads(socket.recv())["status"] == 404
            with pytest.raises(ConnectionClosedError) as caught:
                socket.recv()
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 4404
    with pytest.raises(InvalidStatus), connect(f"{deployment.sockets}/runs/x/events", proxy=None):
        pass


def test_socket_that_is_sent_bytes_says_that_messages_are_text(deployment: Any, api: Any) -> None:
    model = api.post("/models", json={"name": "Bytes"}).json()["id"]
    address = f"{deployment.sockets}/models/{model}/preview"
    with connect(address, additional_headers=deployment.headers, proxy=None) as socket:
        assert json.loads(socket.recv())["kind"] == "ready"
        socket.send(b"{}")
        with pytest.raises(ConnectionClosedError) as caught:
            socket.recv()
    assert caught.value.rcvd is not None
    assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (1003, "messages are JSON as text")


@pytest.fixture
def edit(deployment: Any, api: httpx.Client, graph: Json) -> Any:
    """Edit a fresh model over the preview socket: send an edit, return the answers up to its end by kind."""
    model = ok(api.post("/models", json={"name": "Live", "graph": graph}), 201)["id"]
    with connect(
        f"{deployment.sockets}/models/{model}/preview", additional_headers=deployment.headers, proxy=None
    ) as socket:
        assert json.loads(socket.recv())["kind"] == "ready"

        def send(**message: Any) -> list[Json]:
            socket.send(json.dumps(message))
            answers = [json.loads(socket.recv(60))]
            while answers[-1]["kind"] not in ("done", "error"):
                answers.append(json.loads(socket.recv(60)))
            return answers

        yield send


def errors(answer: Json) -> list[Json]:
    return [item for item in answer["diagnostics"] if item["severity"] == "error"]


Edit = Callable[..., list[Json]]


def previews(answers: list[Json]) -> Json:
    return {
        name: item for answer in answers if answer["kind"] == "preview" for name, item in answer["components"].items()
    }


def test_an_edit_runs_what_it_changed_and_what_follows_and_nothing_else(edit: Edit, graph: Json) -> None:
    first = edit(revision=1, patch=[])
    assert first[0]["kind"] == "shapes"
    assert [answer["kind"] for answer in first][-2:] == ["diagnostics", "done"]
    assert set(previews(first)) == set(graph["components"])
    units = [{"op": "add", "path": "/components/dense1/settings/units", "value": 7}]
    second = edit(revision=2, patch=units)
    assert second[0]["components"]["dense1"]["output"] == {"shape": [7], "dtype": "float32"}
    changed = previews(second)
    assert changed["dense1"]["shape"] == [7]
    assert "alcohol" not in changed
    assert second[-1]["executed"] + second[-1]["cached"] == len(graph["components"])
    assert second[-1]["executed"] == len(changed) < len(graph["components"])
    assert {answer["revision"] for answer in second} == {2}


def test_an_edit_with_an_error_previews_the_rest(edit: Edit) -> None:
    answers = edit(revision=1, patch=[{"op": "add", "path": "/components/dense1/settings/units", "value": 0}])
    found = previews(answers)
    assert (found["dense1"]["state"], found["alcohol"]["state"], found["train"]["state"]) == ("error", "ok", "blocked")
    (first, *_) = errors(next(answer for answer in answers if answer["kind"] == "diagnostics"))
    assert (first["component"], first["setting"]) == ("dense1", "units")


def test_a_bad_edit_is_an_error_and_the_session_goes_on(edit: Edit, graph: Json) -> None:
    (bad,) = edit(revision=1, patch=[{"op": "remove", "path": "/nothing"}])
    assert (bad["kind"], bad["revision"], bad["status"]) == ("error", 1, 422)
    assert edit(revision=2, graph={"format": 2})[-1]["code"] == "unsupported-format"
    assert edit(revision=3, graph=graph)[-1]["kind"] == "done"
    other = edit(revision=4, sample={"split": "test", "index": 1, "count": 2})
    assert previews(other)["alcohol"]["state"] == "ok"
    assert edit(revision=5, cancel=True)[-1] == {"revision": 5, "kind": "done", "cancelled": True}


def test_of_edits_in_a_row_the_last_is_answered_whole(deployment: Any, api: httpx.Client, graph: Json) -> None:
    model = ok(api.post("/models", json={"name": "Fast", "graph": graph}), 201)["id"]
    address = f"{deployment.sockets}/models/{model}/preview"
    told: dict[str, Any] = {}
    with connect(address, additional_headers=deployment.headers, proxy=None) as socket:
        for revision in range(1, 31):
            patch = [{"op": "add", "path": "/components/dense1/settings/units", "value": 10 + revision}]
            socket.send(json.dumps({"revision": revision, "patch": patch}))
        last = 0
        while last < 30:
            answer = json.loads(socket.recv(60))
            assert answer["revision"] >= last
            last = answer["revision"] if answer["kind"] == "done" else last
            told |= answer["components"] if answer["kind"] == "preview" else {}
    assert set(told) == set(graph["components"])
    assert told["dense1"]["shape"] == [40]


def changed(graph: Json, **components: Any) -> Json:
    copy: Json = json.loads(json.dumps(graph))
    for name, settings in components.items():
        copy["components"][name]["settings"] |= settings
    return copy


def test_bad_graphs_are_problems_that_name_the_place(api: httpx.Client, graph: Json) -> None:
    cycle = json.loads(json.dumps(graph))
    cycle["components"]["loop"] = {"type": "core.dense", "settings": {"units": 2}}
    cycle["connections"].append({"from": "loop.output", "to": "loop.input"})
    unknown = json.loads(json.dumps(graph))
    unknown["components"]["dense1"]["type"] = "core.nonsense"
    cases: list[tuple[Json, str, str]] = [
        (cycle, "graph.components.loop", "loop"),
        (unknown, "graph.components.dense1", "core.nonsense"),
        (changed(graph, dense1={"units": 0}), "graph.components.dense1.settings.units", "0"),
        (changed(graph, dense1={"units": "many"}), "graph.components.dense1.settings.units", "many"),
        ({**graph, "format": 2}, "format", "format 2"),
    ]
    for bad, field, told in cases:
        for path in ("/code", "/runs"):
            answer = api.post(path, json={"graph": bad})
            assert answer.status_code == 422, answer.text
            assert answer.json()["field"] == field
            assert told in answer.json()["detail"]
    assert errors(ok(api.post("/check", json={"graph": cycle})))[0]["component"] == "loop"


def test_a_missing_dataset_is_a_finding_of_the_check_and_an_error_elsewhere(api: httpx.Client, graph: Json) -> None:
    gone = json.loads(json.dumps(graph))
    gone["dataset"] |= {"source": "dataset:gone", "hash": "sha256:" + "0" * 64}
    codes = [item["code"] for item in ok(api.post("/check", json={"graph": gone}))["diagnostics"]]
    assert codes[0] == "missing-dataset"
    answer = api.post("/preview", json={"graph": gone})
    assert (answer.status_code, answer.json()["field"]) == (404, "graph.dataset.source")
    gone["dataset"]["source"] = "../wine.csv"
    assert api.post("/preview", json={"graph": gone}).status_code == 422


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "empty.csv", "empty"),
        (b"a,b\n", "header.csv", "row"),
        (b"PK", "broken.zip", "zip"),
        (b"a,b\n1,2\n", "table.xlsx", ".csv"),
    ],
)
def test_a_bad_upload_is_refused_and_leaves_no_dataset(api: httpx.Client, data: bytes, name: str, told: str) -> None:
    before = {item["id"] for item in ok(api.get("/datasets?page_size=1000"))["items"]}
    answer = upload(api, data, name)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert {item["id"] for item in ok(api.get("/datasets?page_size=1000"))["items"]} == before


def test_a_target_that_is_not_there_is_named(api: httpx.Client, graph: Json) -> None:
    source = graph["dataset"]["source"].removeprefix("dataset:")
    answer = api.post("/suggest", json={"dataset": source, "targets": ["grape"]})
    assert (answer.status_code, answer.json()["field"]) == (422, "targets")
    assert "grape" in answer.json()["detail"]


def test_a_missing_image_file_is_named_with_its_row(api: httpx.Client, tmp_path: Path) -> None:
    import zipfile

    example = ROOT / "services/registry/src/glasswork_registry/examples/digits/digits.zip"
    with zipfile.ZipFile(example) as whole, zipfile.ZipFile(tmp_path / "d.zip", "w") as part:
        lines = whole.read("digits.csv").splitlines()[:31]
        part.writestr("digits.csv", b"\n".join(lines) + b"\n")
        for number in range(30):
            if number != 4:
                part.writestr(f"images/{number:04d}.png", whole.read(f"images/{number:04d}.png"))
    answer = upload(api, (tmp_path / "d.zip").read_bytes(), "d.zip")
    assert answer.status_code == 422
    assert "images/0004.png" in answer.json()["detail"]
    assert "5" in answer.json()["detail"]


def test_paths_are_read_below_the_roots_alone(api: httpx.Client) -> None:
    assert ok(api.post("/datasets", json={"path": str(WINE)}), 201)["rows"] == 178
    outside = api.post("/datasets", json={"path": "/etc/hostname"})
    assert (outside.status_code, outside.json()["code"]) == (403, "forbidden")
    assert api.post("/datasets", json={"example": "nothing"}).status_code == 404


def test_what_is_not_there_is_404(api: httpx.Client) -> None:
    paths = ("models/x", "models/x/graph", "models/x/versions", "runs/x", "runs/x/metrics", "runs/x/tests/y")
    for path in (*paths, "runs/x/exports/y", "runs/x/exports/y/file", "datasets/x", "datasets/x/rows", "runs/x/graph"):
        assert api.get(f"/{path}").status_code == 404, path
    for path in ("runs/x/pause", "runs/x/stop", "models/x/duplicate"):
        assert api.post(f"/{path}", json={}).status_code == 404, path


def test_somebody_elses_front_end_trains_and_watches(deployment: Any) -> None:
    script = ROOT / "examples/front_end/train_and_watch.py"
    environ = {**os.environ, "GLASSWORK_TOKEN": deployment.token}
    ran = subprocess.run(
        [sys.executable, str(script), deployment.url, "wine"], env=environ, capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout.splitlines()[-1])["state"] == "SUCCEEDED"
    assert len(script.read_text().splitlines()) <= 60
