"""Custom code through the gateway: what it may define, what is shown of it, and what is told of mistakes in it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.running import Glasswork

pytestmark = [pytest.mark.services, pytest.mark.tensorflow]
Json = dict[str, Any]

HELPED = """SCALE = 2.0


def stretched(x, by):
    return x * by


class Stretch(keras.Layer):
    def build(self, shape):
        self.offset = self.add_weight(name="offset", shape=(shape[-1],), initializer="ones")

    def call(self, x):
        doubled = stretched(x, SCALE)
        return doubled + self.offset
"""
SPLIT = """class Split(keras.Layer):
    def call(self, x):
        half = x.shape[-1] // 2
        return {"output": x[:, :half], "rest": x[:, half:]}
"""
WORDS = """class Words(keras.Layer):
    def call(self, x):
        return tf.strings.as_string(x, precision=1)

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, "string")
"""


@pytest.fixture(scope="module")
def digits(glasswork: Glasswork) -> Json:
    glasswork.client.post("/datasets", {"example": "digits"})
    graph: Json = glasswork.client.post("/suggest", {"dataset": "example:digits"})["graph"]
    return graph


def with_code(graph: Json, component: str, text: str, **more: Any) -> Json:
    changed = copy.deepcopy(graph)
    changed["components"][component] |= {"code": {"text": text, "base": ""}, **more}
    return changed


def preview(glasswork: Glasswork, graph: Json, **more: Any) -> Json:
    return glasswork.client.post("/preview", {"graph": graph, **more})


def test_helpers_weights_and_locals_of_a_class_are_seen(glasswork: Glasswork, digits: Json) -> None:
    graph = with_code(digits, "dropout1", HELPED)
    told = preview(glasswork, graph, variable={"component": "dropout1", "name": "doubled"})
    before, after = (told["components"][name] for name in ("dense1", "dropout1"))

    assert after["state"] == "ok", after["error"]
    assert after["parameter_count"] == before["shape"][-1]
    assert after["statistics"]["max"] == pytest.approx(2 * before["statistics"]["max"] + 1)
    assert told["variable"]["statistics"]["max"] == pytest.approx(2 * before["statistics"]["max"])
    assert {"output", "offset", "doubled"} <= set(told["variable"]["names"])


def test_trainable_weights_of_custom_code_are_trained(glasswork: Glasswork, digits: Json) -> None:
    graph = with_code(digits, "dropout1", HELPED)
    graph["components"]["train"]["settings"] |= {"epochs": 1}
    run = glasswork.client.post("/runs", {"graph": graph})["id"]
    for _ in glasswork.client.events(run):
        pass
    variables = glasswork.client.get(f"/runs/{run}/components/dropout1")["variables"]
    (offset,) = (item for item in variables if item["name"] == "offset")

    assert offset["kind"] == "weight"
    assert offset["statistics"]["std"] > 0  # all were ones


def test_ports_are_added_and_renamed(glasswork: Glasswork, digits: Json) -> None:
    graph = with_code(digits, "dropout1", SPLIT, ports={"inputs": [], "outputs": ["rest"]})
    graph["components"]["flat2"] = {"type": "core.dense", "settings": {"units": 10}}
    graph["connections"] += [{"from": "dropout1.rest", "to": "flat2.input"}]
    told = preview(glasswork, graph)["components"]
    assert (told["dropout1"]["state"], told["flat2"]["state"]) == ("ok", "ok")

    graph["components"]["dropout1"]["code"]["text"] = SPLIT.replace("rest", "other")
    graph["components"]["dropout1"]["ports"] = {"inputs": [], "outputs": ["other"]}
    graph["connections"][-1]["from"] = "dropout1.other"
    assert preview(glasswork, graph)["components"]["flat2"]["state"] == "ok"


def test_texts_are_shown_as_texts(glasswork: Glasswork, digits: Json) -> None:
    told = preview(glasswork, with_code(digits, "dropout1", WORDS))["components"]["dropout1"]

    assert (told["state"], told["dtype"]) == ("ok", "string"), told["error"]
    assert told["visualization"]["kind"] == "text"
    assert all(float(label) >= 0 for label in told["visualization"]["labels"])


def test_probabilities_have_the_names_of_the_classes(glasswork: Glasswork, digits: Json) -> None:
    last = next(item["from"] for item in digits["connections"] if item["to"] == "train.predictions").partition(".")[0]
    shown = preview(glasswork, digits)["components"][last]["visualization"]

    assert shown["kind"] == "probabilities"
    assert (shown["labels"], len(shown["values"])) == ([str(digit) for digit in range(10)], 10)
    assert sum(shown["values"]) == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("class A(keras.Layer):\n    def call(self, x)\n        return x\n", "syntax-error", 2),
        ("import keras\n\nx = 1\n", "no-layer-class", 1),
    ],
)
def test_code_that_is_no_layer_is_told_with_its_line(
    glasswork: Glasswork, digits: Json, text: str, code: str, line: int
) -> None:
    graph = with_code(digits, "dropout1", text)
    found = glasswork.client.post("/check", {"graph": graph})["diagnostics"]
    told = preview(glasswork, graph)["components"]["dropout1"]

    assert [(item["component"], item["line"]) for item in found if item["code"] == code] == [("dropout1", line)]
    assert (told["state"], told["error"]["line"]) == ("error", line)


def test_custom_code_keeps_its_lines_when_settings_change_elsewhere(glasswork: Glasswork, digits: Json) -> None:
    body = {"graph": digits, "component": "conv1"}
    base = glasswork.client.post("/code/component", body)["code"]
    text = base.replace("use_bias=True,", "use_bias=False,  # mine")
    graph = glasswork.client.post("/code/edit", {**body, "text": text})["graph"]
    assert graph["components"]["conv1"]["code"] == {"text": text, "base": base}

    graph["components"]["conv1"]["settings"] |= {"filters": 5}
    merged = glasswork.client.post("/code/component", {"graph": graph, "component": "conv1"})
    told = preview(glasswork, graph)["components"]["conv1"]
    assert merged["code"] == text.replace("filters=32", "filters=5")
    assert (told["state"], told["shape"][-1]) == ("ok", 5)


def test_a_conflict_is_shown_and_loses_nothing(glasswork: Glasswork, digits: Json) -> None:
    body = {"graph": digits, "component": "conv1"}
    base = glasswork.client.post("/code/component", body)["code"]
    text = base.replace("filters=32,", "filters=2 * 8,  # mine")
    graph = glasswork.client.post("/code/edit", {**body, "text": text})["graph"]
    graph["components"]["conv1"]["settings"] |= {"filters": 5}
    merged = glasswork.client.post("/code/component", {"graph": graph, "component": "conv1"})
    found = glasswork.client.post("/check", {"graph": graph})["diagnostics"]

    assert "filters=2 * 8,  # mine" in merged["code"]
    assert [item for hunk in merged["hunks"] for item in hunk.get("template") or () if "filters=5" in item]
    assert ("code-conflict", "conv1") in {(item["code"], item["component"]) for item in found}
