"""A plugin by somebody else, installed beside the wheels, is listed, coded, previewed and trained."""

from __future__ import annotations

from typing import Any

import pytest

from tests.running import Glasswork

pytestmark = [pytest.mark.services, pytest.mark.install, pytest.mark.tensorflow]

GAN: dict[str, Any] = {
    "format": 1,
    "components": {
        "noise": {"type": "tiny.noise", "settings": {"size": 16}},
        "image": {"type": "core.data", "settings": {"feature": "image"}},
        "scaled": {"type": "core.normalize", "settings": {"method": "range", "minimum": 0, "maximum": 255}},
        "flat": {"type": "core.flatten"},
        "make1": {"type": "core.dense", "settings": {"units": 32, "activation": "relu"}},
        "make2": {"type": "core.dense", "settings": {"units": 64, "activation": "sigmoid"}},
        "judge1": {"type": "core.dense", "settings": {"units": 32, "activation": "relu"}},
        "judge2": {"type": "core.dense", "settings": {"units": 1}},
        "fake1": {"type": "core.dense", "shares": "judge1"},
        "fake2": {"type": "core.dense", "shares": "judge2"},
        "train": {"type": "tiny.gan", "settings": {"epochs": 3, "batch_size": 64}},
    },
    "connections": [
        {"from": "noise.output", "to": "make1.input"},
        {"from": "make1.output", "to": "make2.input"},
        {"from": "image.output", "to": "scaled.input"},
        {"from": "scaled.output", "to": "flat.input"},
        {"from": "flat.output", "to": "judge1.input"},
        {"from": "judge1.output", "to": "judge2.input"},
        {"from": "make2.output", "to": "fake1.input"},
        {"from": "fake1.output", "to": "fake2.input"},
        {"from": "noise.output", "to": "train.noise"},
        {"from": "make2.output", "to": "train.generated"},
        {"from": "judge2.output", "to": "train.real_score"},
        {"from": "fake2.output", "to": "train.fake_score"},
    ],
    "plugins": {"core": "0.1.0", "tiny": "0.0.1"},
}
BANDIT: dict[str, Any] = {
    "format": 1,
    "dataset": None,
    "components": {
        "noise": {"type": "tiny.noise", "settings": {"size": 4}},
        "dense1": {"type": "core.dense", "settings": {"units": 3, "activation": "softmax"}},
        "train": {"type": "tiny.bandit", "settings": {"epochs": 4}},
    },
    "connections": [{"from": "noise.output", "to": "dense1.input"}, {"from": "dense1.output", "to": "train.policy"}],
}


def with_digits(glasswork: Glasswork) -> dict[str, Any]:
    dataset = glasswork.client.post("/datasets", {"example": "digits"})
    source = {"source": f"dataset:{dataset['id']}", "features": {"image": {"type": "image"}}}
    return {**GAN, "dataset": source}


def watched(glasswork: Glasswork, graph: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    run = glasswork.client.post("/runs", {"graph": graph})
    events = list(glasswork.client.events(run["id"]))
    return glasswork.client.get(f"/runs/{run['id']}"), events


def test_its_types_are_listed_beside_ours(foreign: Glasswork) -> None:
    types = {item["type"] for item in foreign.client.items("/components")}
    assert {"tiny.noise", "tiny.gan", "tiny.bandit", "core.dense"} <= types
    plugins = {item["name"]: item for item in foreign.client.items("/plugins")}
    assert plugins["tiny"]["distribution"] == "glasswork-tiny"


@pytest.mark.parametrize("kind", ["gan", "bandit"])
def test_every_component_of_its_graphs_is_previewed(foreign: Glasswork, kind: str) -> None:
    graph = with_digits(foreign) if kind == "gan" else BANDIT
    previews = foreign.client.post("/preview", {"graph": graph})["components"]
    assert {name: item["state"] for name, item in previews.items()} == dict.fromkeys(graph["components"], "ok")
    assert previews["noise"]["shape"] == [16 if kind == "gan" else 4]


def test_own_loop_with_two_networks_trains_and_tells_its_metrics(foreign: Glasswork) -> None:
    run, events = watched(foreign, with_digits(foreign))
    assert run["state"] == "SUCCEEDED", run["error"]
    epochs = [event["metrics"] for event in events if event["kind"] == "epoch"]
    assert len(epochs) == 3
    assert all({"generator_loss", "discriminator_loss", "fooled"} <= metrics.keys() for metrics in epochs)


def test_training_without_a_dataset_learns(foreign: Glasswork) -> None:
    run, events = watched(foreign, BANDIT)
    assert run["state"] == "SUCCEEDED", run["error"]
    rewards = [event["metrics"]["reward"] for event in events if event["kind"] == "epoch"]
    assert len(rewards) == 4
    assert rewards[-1] > rewards[0]
