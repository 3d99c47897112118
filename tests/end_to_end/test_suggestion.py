"""What a user reaches who uploads a plain CSV and only names the target."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.running import ROOT, Glasswork
from tests.volume import ALL_SEEDS

pytestmark = [pytest.mark.services, pytest.mark.tensorflow]
EXAMPLES = ROOT / "services" / "registry" / "src" / "glasswork_registry" / "examples"
SEEDS = range(1, 11 if ALL_SEEDS else 4)
SOME_SEEDS = range(1, 11 if ALL_SEEDS else 2)
"""Pictures take half a minute each."""
LEEWAY = 0.0 if ALL_SEEDS else 0.05
"""By how much the mean over three splits may be lower than that over ten, where single splits differ by 0.2."""


def reached(glasswork: Glasswork, name: str, target: str, metric: str, seeds: Iterable[int] = SEEDS) -> list[float]:
    """Return the metric on the test split for each split seed; on average no linear model is better by 0.02."""
    client = glasswork.client
    dataset = client.upload(next((EXAMPLES / name).glob(f"{name}.[cz]*")))
    # All at once: the trainer runs as many at a time as the machine has room for.
    runs = []
    for seed in seeds:
        split = {"train": 0.7, "validation": 0.2, "test": 0.1, "seed": seed}
        body: dict[str, Any] = {"dataset": dataset["id"], "targets": [target], "split": split}
        runs.append(client.post("/runs", {"graph": client.post("/suggest", body)["graph"]})["id"])
    found, linear = [], []
    for run in runs:
        for _ in client.events(run):
            pass
        ended = client.get(f"/runs/{run}")
        assert ended["state"] == "SUCCEEDED", ended["error"]
        found.append(ended["test"][metric])
        linear.append(ended["test"]["baseline"]["linear"][metric])
    ours, theirs = statistics.mean(found), statistics.mean(linear)
    print(f"{name}: {metric} {ours:.4f}, from {min(found):.3f} to {max(found):.3f}; a linear model {theirs:.4f}")
    assert ours >= theirs - 0.02
    return found


@pytest.mark.quality
def test_wine_is_told_apart(glasswork: Glasswork) -> None:
    assert statistics.mean(reached(glasswork, "wine", "cultivar", "accuracy")) >= 0.95


@pytest.mark.quality
def test_progression_of_diabetes_is_predicted(glasswork: Glasswork) -> None:
    assert statistics.mean(reached(glasswork, "diabetes", "progression", "r2")) >= 0.38 - LEEWAY


@pytest.mark.quality
@pytest.mark.parametrize("name", ["digits", "digit_halves"])
def test_digits_are_recognised(glasswork: Glasswork, name: str) -> None:
    assert statistics.mean(reached(glasswork, name, "digit", "accuracy", SOME_SEEDS)) >= 0.94 - LEEWAY


def test_a_class_keeps_its_name_where_another_one_is_incomplete(glasswork: Glasswork, tmp_path: Path) -> None:
    rows = [f"{place / 100},b" for place in range(-100, -20)] + [f"{place / 100},c" for place in range(20, 100)]
    # Every row of the first class lacks what the model reads, so the model never sees one.
    (tmp_path / "partial.csv").write_text("\n".join(["x,y", *rows, *[",a"] * 40]) + "\n")
    client = glasswork.client
    dataset = client.upload(tmp_path / "partial.csv")
    graph = client.post("/suggest", {"dataset": dataset["id"], "targets": ["y"]})["graph"]
    run = client.post("/runs", {"graph": graph})
    for _ in client.events(run["id"]):
        pass
    assert client.get(f"/runs/{run['id']}")["test"]["accuracy"] > 0.9
    told = client.post(f"/runs/{run['id']}/predict", {"rows": [{"x": -0.8}, {"x": 0.8}]})["predictions"]
    assert [answer["y"] for answer in told] == ["b", "c"]
