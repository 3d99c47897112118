"""What a user reaches who uploads a plain CSV and only names the target."""

from __future__ import annotations

import statistics
from typing import Any

import pytest

from .conftest import ROOT, Glasswork

pytestmark = pytest.mark.services
EXAMPLES = ROOT / "services" / "registry" / "src" / "glasswork_registry" / "examples"
SEEDS = range(1, 11)


def reached(glasswork: Glasswork, name: str, target: str, metric: str) -> list[float]:
    """Return the metric on the test split for each split seed."""
    client = glasswork.client
    dataset = client.upload(EXAMPLES / name / f"{name}.csv")
    found = []
    for seed in SEEDS:
        split = {"train": 0.7, "validation": 0.2, "test": 0.1, "seed": seed}
        body: dict[str, Any] = {"dataset": dataset["id"], "targets": [target], "split": split}
        run = client.post("/runs", {"graph": client.post("/suggest", body)["graph"]})
        for _ in client.events(run["id"]):
            pass
        ended = client.get(f"/runs/{run['id']}")
        assert ended["state"] == "SUCCEEDED", ended["error"]
        found.append(ended["test"][metric])
    print(f"{name}: {metric} {statistics.mean(found):.4f}, from {min(found):.3f} to {max(found):.3f}")
    return found


def test_wine_is_told_apart(glasswork: Glasswork) -> None:
    assert statistics.mean(reached(glasswork, "wine", "cultivar", "accuracy")) >= 0.95


def test_progression_of_diabetes_is_predicted(glasswork: Glasswork) -> None:
    assert statistics.mean(reached(glasswork, "diabetes", "progression", "r2")) >= 0.38
